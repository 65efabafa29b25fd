/** SQL on which of some records are there: those that documents refer to, and those that are only referred to, such as managed systems. */
import type { Database } from './database.ts'

const tables = {
  ManagedSystem: ['managed_sys', 'managed_sys_id'],
  Location: ['location', 'location_id'],
  OrganizationType: ['organization_type', 'org_type_id'],
  ResourceType: ['resource_type', 'resource_type_id'],
  Policy: ['policy', 'policy_id'],
  AuthLevel: ['auth_level', 'auth_level_id'],
} as const

const others = {
  User: ['users', 'user_id'],
  Organization: ['company', 'company_id'],
  Resource: ['res', 'resource_id'],
  Right: ['access_rights', 'access_right_id'],
  MetadataType: ['metadata_type', 'type_id'],
} as const

export type StandingKind = keyof typeof tables
export const isStandingKind = (name: unknown): name is StandingKind => typeof name === 'string' && Object.hasOwn(tables, name)

/** Those of some ids that there are. */
export async function standingIds(db: Pick<Database, 'query'>, kind: StandingKind, ids: readonly string[]): Promise<string[]> {
  const [table, column] = tables[kind]
  return (await db.query<{ id: string }>(`select ${column} as id from ${table} where ${column} = any($1)`, [ids], `standing_${table}`)).map(({ id }) => id)
}

/** What documents refer to at all. */
export type ReferredKind = StandingKind | keyof typeof others
export const isReferredKind = (name: unknown): name is ReferredKind => isStandingKind(name) || (typeof name === 'string' && Object.hasOwn(others, name))

/** Those of some ids that there are, of any sort. */
export async function referredIds(db: Pick<Database, 'query'>, kind: ReferredKind, ids: readonly string[]): Promise<string[]> {
  const [table, column] = { ...tables, ...others }[kind]
  return (await db.query<{ id: string }>(`select ${column} as id from ${table} where ${column} = any($1)`, [ids])).map(({ id }) => id)
}
