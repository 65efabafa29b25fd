/** MANAGED_SYS as a document: a system in which people have accounts. What it is signed in to with there is no part of it. */
import { dateTime, flag, identifier, integer, readOnly, reference, text, type Collection } from './attribute.ts'

/** Those that come with the server: itself, and Okta. */
export const ownSystems: readonly string[] = ['0', 'OKTA']

export const mostPort = 65_535

export const managedSystem: Collection = {
  path: 'managedSystem',
  segment: '',
  label: 'managed system',
  table: 'managed_sys',
  idColumn: 'managed_sys_id',
  parentColumn: '',
  returned: 'default',
  onePrimary: false,
  limit: 0,
  doc: 'A system in which people have accounts: `managedSystem` of each login names one. 0 is this server, OKTA is Okta; both stay.',
  attributes: [
    identifier('id', 'managed_sys_id', 'Id', 'A word that names the system, such as LINUX: letters, digits, and after the first also _, - and single dots; no two differ by case alone.', { required: true, mutability: 'immutable', returned: 'always', sortable: true, form: 'word' }),
    text('name', 'name', 40, 'Name', 'What people call it; no two have the same.', { required: true, sortable: true, byLetters: true }),
    text('description', 'description', 255, 'Description', 'What it is for.'),
    text('status', 'status', 20, 'Status', 'Whether accounts in it are managed; kept for whoever does.', { canonical: ['ACTIVE', 'INACTIVE'], default: 'ACTIVE' }),
    text('hostUrl', 'host_url', 255, 'Address', 'Where it is.', { caseExact: true, form: 'address' }),
    integer('port', 'port', 'Port', `On which port, from 1 to ${mostPort}.`, { least: 1 }),
    text('commProtocol', 'comm_protocol', 20, 'Protocol', 'Whether it is spoken to in the clear.', { canonical: ['CLEAR', 'SSL'] }),
    dateTime('start', 'start_date', 'From', 'From when it is managed.'),
    dateTime('end', 'end_date', 'Until', 'Until when it is managed, that instant excluded.'),
    reference('resource', 'resource_id', 'Resource', 'Resource', 'The resource that stands for an account in it.'),
    flag('primaryRepository', 'primary_repository', 'Passwords', 'True for the system that holds the passwords people sign in with.', readOnly),
  ],
}
