/** SQL on ORGANIZATION_TYPE and the nesting it allows. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import type { Database, Row, Transaction } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

const select = `select t.org_type_id as id, t.name, t.description,
  (select json_agg(m.member_org_type_id order by m.member_org_type_id) from org_type_valid_membership m where m.org_type_id = t.org_type_id) as members
  from organization_type t`

const toDocument = (row: Row): Document => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

/** All types, by name. */
export async function listOrganizationTypes(db: Reader): Promise<Document[]> {
  return (await db.query(`${select} order by t.name collate "C", t.org_type_id limit 10000`)).map(toDocument)
}

/** One type, or `not_found`. */
export async function readOrganizationType(db: Reader, id: string): Promise<Document> {
  const row = await db.first(`${select} where t.org_type_id = $1`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no organisation type with the id ${id}.`)
  return toDocument(row)
}

/** Writes a type with the types that may stand below it, new or changed. Errors: `already_exists` for a taken name, `invalid_reference`. */
export async function writeOrganizationType(tx: Transaction, type: Document, isNew: boolean): Promise<void> {
  const values = [type.id, type.name, type.description ?? null]
  await tx.execute(isNew ? 'insert into organization_type (org_type_id, name, description) values ($1, $2, $3)' : 'update organization_type set name = $2, description = $3 where org_type_id = $1', values)
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
