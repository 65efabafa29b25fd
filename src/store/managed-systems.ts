/** SQL on MANAGED_SYS. The table has no version: its content, but for the password, is the ETag. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { managedSystem } from '../model/managed-system.ts'
import { columnsOf, toColumn } from '../model/rows.ts'
import type { Database, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

export const managedSystemListing: Listing = {
  name: 'ManagedSystem', table: managedSystem.table, idColumn: managedSystem.idColumn, attributes: managedSystem.attributes, collections: [], order: ['id'],
}

/** One system with its version, or `not_found`; locked until the transaction ends when asked for, also from being referred to. */
export async function readManagedSystem(db: Pick<Database, 'first'>, id: string, lock = false): Promise<{ document: Document; version: number }> {
  const row = await db.first(
    `select t.*, ('x' || substr(md5((to_jsonb(t) - 'pswd')::text), 1, 7))::bit(28)::int as version from managed_sys t where t.managed_sys_id = $1${lock ? ' for update' : ''}`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no managed system with the id ${id}.`)
  return { document: documentOfRow(managedSystem, row), version: row.version as number }
}

/** The id of a system that differs from this one by case at most; none is made beside this until the transaction ends. */
export async function lockedSystemAlike(tx: Transaction, id: string): Promise<string | undefined> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse managed systems'))`)
  return (await tx.first<{ id: string }>('select managed_sys_id as id from managed_sys where lower(managed_sys_id) = lower($1)', [id]))?.id
}

const written = columnsOf(managedSystem.attributes.filter(({ mutability }) => mutability !== 'readOnly'))

export async function insertManagedSystem(tx: Transaction, system: Document): Promise<void> {
  await tx.execute(`insert into managed_sys (${written.map(({ column }) => column).join(', ')}) values (${written.map((_, index) => `$${index + 1}`).join(', ')})`, written.map((one) => toColumn(one, system[one.path] ?? one.default)))
}

export async function updateManagedSystem(tx: Transaction, system: Document): Promise<void> {
  const list = written.filter(({ column }) => column !== managedSystem.idColumn)
  await tx.execute(`update managed_sys set ${list.map(({ column }, index) => `${column} = $${index + 2}`).join(', ')} where managed_sys_id = $1`,
    [system.id, ...list.map((one) => toColumn(one, system[one.path] ?? one.default))])
}

/** What refers to a system that is held, in words. */
export async function usesOfSystem(tx: Transaction, id: string): Promise<string[]> {
  const uses = { logins: 'login', groups: 'grp', roles: 'role', rights: 'access_rights', sites: 'content_provider' }
  const tests = Object.entries(uses).map(([words, table]) => `select '${words}' as words where exists (select from ${table} where managed_sys_id = $1)`)
  const rows = await tx.query<{ words: string }>(
    [...tests, `select 'policies' where exists (select from policy_object_assoc where association_level = 'MANAGED_SYSTEM' and association_value = $1)`].join(' union all '), [id])
  return rows.map(({ words }) => words)
}

export async function deleteManagedSystem(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from managed_sys where managed_sys_id = $1', [id])
}
