/** How to reach a person: EMAIL_ADDRESS, PHONE and ADDRESS. Each kind has at most one default (`primary`). */
import { dateTime, flag, identifier, onRequest, readOnly, reference, text, typeOf, type Attribute, type Collection } from './attribute.ts'
import { mailboxSql } from './mail-address.ts'

const ending = (kind: string): Attribute[] => [
  text('description', 'description', 100, 'Description', `What this ${kind} is for.`),
  flag('primary', 'is_default', 'Primary', `True for the one ${kind} used by default.`),
  flag('active', 'active', 'In use', `False when the ${kind} is no longer used.`, { default: true }),
  flag('published', 'published', 'Published', `True when others may see the ${kind}: for whoever shows people to each other. Gatehouse shows it to those who may read people, published or not.`, { default: false }),
  dateTime('created', 'create_date', 'Created', 'When it was added.', { ...readOnly, ...onRequest }),
  dateTime('lastModified', 'last_update', 'Changed', 'When it was last changed.', { ...readOnly, ...onRequest }),
]

const id = (column: string) => identifier('id', column, 'Id', 'The id of this entry, made by the server.', { ...readOnly, returned: 'always' })

/** A factor of the kind EMAIL says so (USER_AUTH_PARAM); triggers take it away with the address (migration 0077). */
const provedExpression = `(c.active = 'Y' and exists (select from user_auth_param p where p.user_id = c.parent_id and p.type = 'EMAIL' and p.confirmed = 'Y' and ${mailboxSql('p.param_value')} = ${mailboxSql('c.email_address')}))`

export const emails: Collection = {
  path: 'emails',
  segment: 'emails',
  label: 'e-mail address',
  table: 'email_address',
  idColumn: 'email_id',
  parentColumn: 'parent_id',
  returned: 'default',
  onePrimary: true,
  limit: 50,
  doc: 'E-mail addresses.',
  attributes: [
    id('email_id'),
    text('value', 'email_address', 320, 'Address', 'The e-mail address: one @ with something on either side, and no spaces.', { required: true, searched: true, form: 'email' }),
    typeOf('type', 'type_id', 'EMAIL', 'Type', 'Work, home, …'),
    text('name', 'name', 100, 'Name', 'A name for the address.'),
    ...ending('address'),
    flag('proved', 'email_address', 'Proved', 'True once the person has shown that the address is theirs, by a link or code that went to it; until it becomes another one, is removed or goes out of use. Nobody can set it.', { ...readOnly, expression: provedExpression }),
  ],
}

export const phoneNumbers: Collection = {
  path: 'phoneNumbers',
  segment: 'phones',
  selfEditable: true,
  label: 'phone number',
  table: 'phone',
  idColumn: 'phone_id',
  parentColumn: 'parent_id',
  returned: 'default',
  onePrimary: true,
  limit: 50,
  doc: 'Phone numbers.',
  attributes: [
    id('phone_id'),
    text('value', 'phone_nbr', 50, 'Number', 'The number, without country and area code where those are given apart.', { required: true }),
    typeOf('type', 'type_id', 'PHONE', 'Type', 'Office, mobile, home, …'),
    text('name', 'name', 40, 'Name', 'A name for the number.'),
    text('countryCd', 'country_cd', 20, 'Country code', 'The country\'s dialling code.'),
    text('areaCd', 'area_cd', 20, 'Area code', 'The area code.'),
    text('phoneExt', 'phone_ext', 20, 'Extension', 'The extension.'),
    flag('isForSms', 'is_for_sms', 'For SMS', 'True when codes may be sent there by SMS.', { default: false }),
    ...ending('number'),
  ],
}

const lines = [1, 2, 3, 4, 5, 6, 7].map((n) => text(`address${n}`, `address${n}`, 400, `Line ${n}`, `Line ${n} of the address.`))

/** Where something stands: the attributes that a person's address and an organisation's location share, by path and column. */
export const postal: readonly Attribute[] = [
  text('country', 'country', 100, 'Country', 'The country.'),
  text('locality', 'city', 100, 'City', 'The city.'),
  text('region', 'state', 100, 'State', 'The state or province.'),
  text('postalCode', 'postal_cd', 100, 'Postal code', 'The postal code.'),
  text('bldgNum', 'bldg_num', 100, 'Building', 'The number of the building.'),
  text('streetDirection', 'street_direction', 20, 'Street direction', 'N, S, E or W.'),
  text('suite', 'suite', 20, 'Suite', 'The suite or apartment.'),
  ...lines,
]

export const addresses: Collection = {
  path: 'addresses',
  segment: 'addresses',
  selfEditable: true,
  label: 'postal address',
  table: 'address',
  idColumn: 'address_id',
  parentColumn: 'parent_id',
  returned: 'default',
  onePrimary: true,
  limit: 50,
  doc: 'Postal addresses.',
  attributes: [
    id('address_id'),
    typeOf('type', 'type_id', 'ADDRESS', 'Type', 'Office, home, …'),
    text('name', 'name', 100, 'Name', 'A name for the address.'),
    ...postal,
    reference('copyFromLocationId', 'copy_from_location_id', 'Location', 'Copied from', 'The location of an organisation that this address is copied from; naming one copies it.'),
    ...ending('address'),
  ],
}
