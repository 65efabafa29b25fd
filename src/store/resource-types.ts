/** SQL on RESOURCE_TYPE. The table has no version: its content is the ETag, so that whoever read something else is refused. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { resourceType } from '../model/resource-type.ts'
import { columnsOf, toColumn } from '../model/rows.ts'
import type { Database, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

export const resourceTypeListing: Listing = {
  name: 'ResourceType', table: resourceType.table, idColumn: resourceType.idColumn, attributes: resourceType.attributes, collections: [], order: ['id'],
}

/** One type with its version, or `not_found`; locked until the transaction ends when asked for. */
export async function readResourceType(db: Pick<Database, 'first'>, id: string, lock = false): Promise<{ document: Document; version: number }> {
  const row = await db.first(
    `select t.*, ('x' || substr(md5(t::text), 1, 7))::bit(28)::int as version from resource_type t where t.resource_type_id = $1${lock ? ' for update' : ''}`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no resource type with the id ${id}.`)
  return { document: documentOfRow(resourceType, row), version: row.version as number }
}

/** All of them by id: a few. */
export async function allResourceTypes(db: Pick<Database, 'query'>): Promise<Document[]> {
  return (await db.query('select * from resource_type order by resource_type_id')).map((row) => documentOfRow(resourceType, row))
}

export async function updateResourceType(tx: Transaction, type: Document): Promise<void> {
  const list = columnsOf(resourceType.attributes).filter(({ column }) => column !== resourceType.idColumn)
  await tx.execute(`update resource_type set ${list.map(({ column }, index) => `${column} = $${index + 2}`).join(', ')} where resource_type_id = $1`,
    [type.id, ...list.map((one) => toColumn(one, type[one.path] ?? one.default))])
}

/** A resource, of one type or among some, that stands below another though its type has no hierarchy, by their names. */
export async function misplacedResource(tx: Transaction, column: 'resource_type_id' | 'resource_id', ids: readonly string[]): Promise<{ name: string; type: string; above: string } | undefined> {
  return tx.first(
    `select r.name, r.resource_type_id as type, p.name as above from res_to_res_membership m join res r on r.resource_id = m.member_resource_id join res p on p.resource_id = m.resource_id
     join resource_type y on y.resource_type_id = r.resource_type_id where r.${column} = any($1) and y.supports_hierarchy = 'N' limit 1`, [ids])
}
