/** SQL on records of others, and of organisations, that name a person. */
import type { Database } from './database.ts'

/** A kind of record of others, and the column in which it names somebody. */
interface Naming {
  as: string
  type: 'User' | 'Organization'
  table: string
  column: string
  id: string
}

/** Where else a person is named. What it says of the other is theirs: their ids are given, and no more. */
const namings: readonly Naming[] = [
  { as: 'supervisor', type: 'User', table: 'org_structure', column: 'supervisor_id', id: 'staff_id' },
  { as: 'related user', type: 'User', table: 'user_to_user_membership', column: 'related_user_id', id: 'primary_user_id' },
  { as: 'delegate', type: 'User', table: 'users', column: 'alternate_id', id: 'user_id' },
  { as: 'delegate for certifying', type: 'User', table: 'users', column: 'cert_delegate_id', id: 'user_id' },
  { as: 'owner', type: 'User', table: 'users', column: 'user_owner_id', id: 'user_id' },
  { as: 'certifier', type: 'Organization', table: 'company', column: 'certifier_id', id: 'company_id' },
]

/** Who and what names a person, as what; the first 10,000 of each kind. */
export async function namedIn(db: Pick<Database, 'query'>, userId: string): Promise<unknown[]> {
  const of = ({ as, type, table, column, id }: Naming) => `(select '${as}' as "as", '${type}' as type, ${id} as id from ${table} where ${column} = $1 order by ${id} limit 10000)`
  return db.query(namings.map(of).join(' union all '), [userId])
}
