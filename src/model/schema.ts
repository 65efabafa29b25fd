/**
 * Every table and column of the database, what it is for and where it comes from: the catalogue that the schema test
 * holds the live database to, and that the data dictionary and the SQL comments are made from.
 */
import { accessHistory } from './schema-access-history.ts'
import { access } from './schema-access.ts'
import { audit } from './schema-audit.ts'
import type { Area, Table } from './schema-column.ts'
import { contacts } from './schema-contacts.ts'
import { efs } from './schema-efs.ts'
import { gatehouse } from './schema-gatehouse.ts'
import { metadata } from './schema-metadata.ts'
import { oidc } from './schema-oidc.ts'
import { organizations } from './schema-organizations.ts'
import { people } from './schema-people.ts'
import { plans } from './schema-plans.ts'
import { policies } from './schema-policies.ts'
import { signIn } from './schema-sign-in.ts'
import { sync } from './schema-sync.ts'

export const areas: readonly Area[] = [
  people, contacts, signIn, oidc, organizations, access, accessHistory, metadata, policies, efs, sync, audit, plans, gatehouse,
]

export const tables: readonly Table[] = areas.flatMap((area) => area.tables)

/** `public.users`. */
export function qualifiedName(table: Pick<Table, 'schema' | 'name'>): string {
  return `${table.schema}.${table.name}`
}

/** The table of that name with its schema, or undefined. */
export function findTable(name: string): Table | undefined {
  return byName.get(name)
}

const byName = new Map(tables.map((table) => [qualifiedName(table), table]))
