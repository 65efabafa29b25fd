/** SQL on ORGANIZATION_TYPE and the nesting it allows. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { organizationType } from '../model/organization-type.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** Types by name, with those that may stand below each. */
export const organizationTypeListing: Listing = {
  name: 'OrganizationType', idColumn: organizationType.idColumn, attributes: organizationType.attributes, collections: [], order: ['name'],
  table: `(select o.*, (select json_agg(m.member_org_type_id order by m.member_org_type_id) from org_type_valid_membership m where m.org_type_id = o.org_type_id) as members
    from organization_type o)`,
}

export function organizationTypeOfRow(row: Row): Document {
  const document = documentOfRow(organizationTypeListing, row)
  return Array.isArray(row.members) ? { ...document, members: row.members } : document
}

/** One type with its version, or `not_found`; locked until the transaction ends when asked for. */
export async function readOrganizationType(db: Reader, id: string, lock = false): Promise<{ document: Document; version: number }> {
  if (lock) await db.query('select from organization_type where org_type_id = $1 for update', [id])
  const row = await db.first(`select t.* from ${organizationTypeListing.table} t where t.org_type_id = $1`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no organisation type with the id ${id}.`)
  return { document: organizationTypeOfRow(row), version: row.version as number }
}

/** Writes a type with the types that may stand below it, new or changed. Errors: `already_exists` for a taken name, `invalid_reference`. */
export async function writeOrganizationType(tx: Transaction, type: Document, isNew: boolean): Promise<void> {
  const values = [type.id, type.name, type.description ?? null]
  await tx.execute(isNew ? 'insert into organization_type (org_type_id, name, description) values ($1, $2, $3)' : 'update organization_type set name = $2, description = $3, version = version + 1 where org_type_id = $1', values)
  await tx.execute('delete from org_type_valid_membership where org_type_id = $1', [type.id])
  await tx.execute('insert into org_type_valid_membership (org_type_id, member_org_type_id) select $1, * from unnest($2::text[])', [type.id, (type.members ?? []) as string[]])
}

/** Removes a type. Errors: `still_referenced` while organisations have it. */
export async function deleteOrganizationType(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from organization_type where org_type_id = $1', [id])
}

/** A pair of organisations that stands below one of this type although its type may not, by their names. */
export async function misplacedBelow(tx: Transaction, id: string): Promise<{ parent: string; member: string; type: string } | undefined> {
  return tx.first(
    `select p.company_name as parent, c.company_name as member, c.org_type_id as type from company_to_company_membership e
     join company p on p.company_id = e.company_id join company c on c.company_id = e.member_company_id
     where p.org_type_id = $1 and c.org_type_id is not null and not exists (
       select from org_type_valid_membership m where m.org_type_id = p.org_type_id and m.member_org_type_id = c.org_type_id) limit 1`, [id])
}
