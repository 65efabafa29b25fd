/**
 * Rows that every installation has and the code relies on. What they are is no list of ours: `system-rows.jsonl` is written from a
 * freshly migrated database and held equal to one by a test. Here stands which of a table's rows may neither be deleted nor, in some
 * columns, changed by any verb: of the others none can be missed.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ownSystems } from '../model/managed-system.ts'
import { everyRight, ownId } from '../model/own-access.ts'
import { policyKinds } from '../model/password-policy-records.ts'
import type { Database } from './database.ts'
import type { Finding } from './doctor.ts'
import { superAdminRights } from './own-access.ts'

type Values = Record<string, string | number | null>

export interface SystemTable {
  table: string
  /** The columns that name a row. */
  key: readonly string[]
  /** Whether a row that came with the server can be deleted by no verb. */
  stays: (row: Values) => boolean
  /** Columns that no verb changes in such a row; `all` where no verb writes the table. */
  fixed: readonly string[] | 'all'
}

const every = () => true
const ofSystem = (row: Values) => row.is_system === 'Y'
const fallbacks: readonly unknown[] = Object.values(policyKinds).map(({ fallback }) => fallback)
const isFallback = (row: Values) => fallbacks.includes(row.policy_id)

/** In the order in which missing rows can be put back. */
export const systemTables: readonly SystemTable[] = [
  { table: 'public.metadata_type', key: ['type_id'], stays: ofSystem, fixed: ['grouping', 'is_system'] },
  { table: 'public.auth_level', key: ['auth_level_id'], stays: every, fixed: 'all' },
  { table: 'public.access_rights', key: ['access_right_id'], stays: ofSystem, fixed: ['is_system'] },
  { table: 'public.resource_type', key: ['resource_type_id'], stays: (row) => row.resource_type_id === 'GATEHOUSE', fixed: [] },
  { table: 'public.managed_sys', key: ['managed_sys_id'], stays: (row) => ownSystems.includes(row.managed_sys_id as string), fixed: ['status', 'start_date', 'end_date', 'primary_repository'] },
  { table: 'public.role', key: ['role_id'], stays: ofSystem, fixed: ['is_system'] },
  { table: 'public.res', key: ['resource_id'], stays: ofSystem, fixed: ['is_system'] },
  { table: 'public.policy_def', key: ['policy_def_id'], stays: every, fixed: 'all' },
  { table: 'public.policy_def_param', key: ['def_param_id'], stays: every, fixed: 'all' },
  { table: 'public.policy', key: ['policy_id'], stays: isFallback, fixed: ['policy_def_id', 'status'] },
  { table: 'public.policy_object_assoc', key: ['policy_id', 'association_level', 'association_value'], stays: isFallback, fixed: [] },
  { table: 'public.users', key: ['user_id'], stays: every, fixed: ['last_name', 'display_name', 'status', 'secondary_status', 'system_flag', 'is_visible'] },
  { table: 'gatehouse.sync_lease', key: ['name'], stays: every, fixed: [] },
  { table: 'gatehouse.audit_epoch', key: ['epoch'], stays: every, fixed: [] },
]

export interface SystemRow {
  table: string
  /** Its values that are not null, as PostgreSQL writes them in JSON; every instant is `now()`. */
  row: Values
}

/** The rows of a freshly migrated database that stay, in the order in which they can be put back. */
export async function readSystemRows(db: Pick<Database, 'query'>): Promise<SystemRow[]> {
  const found: SystemRow[] = []
  for (const { table, key, stays } of systemTables) {
    const rows = await db.query<{ row: Values }>(`select to_jsonb(t) as row from ${table} t order by ${key.map((one) => `${one}::text collate "C"`).join(', ')}`)
    for (const { row } of rows) if (stays(row)) found.push({ table, row: lasting(row) })
  }
  return found
}

const now = 'now()'

/** Instants are others in each installation. */
const lasting = (row: Values): Values => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)
  .map(([column, value]): [string, string | number] => [column, /^\d{4}-\d\d-\d\dT/.test(String(value)) ? now : value!]).sort(([a], [b]) => (a < b ? -1 : 1)))

/** The text of system-rows.jsonl. */
export const renderSystemRows = (rows: readonly SystemRow[]): string => rows.map((one) => `${JSON.stringify(one)}\n`).join('')

const file = fileURLToPath(new URL('../../system-rows.jsonl', import.meta.url))

/** What this release expects every database to hold. */
export function expectedSystemRows(): SystemRow[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as SystemRow)
}

/** What of the rows is missing or has been changed behind the verbs, with what puts it right. The schema must be as it should be. */
export async function examineSystemRows(db: Database, expected = expectedSystemRows()): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const one of systemTables) {
    const wanted = expected.filter(({ table }) => table === one.table).map(({ row }) => row)
    const rows = await db.query<{ row: Values }>(
      `select to_jsonb(t) as row from ${one.table} t join jsonb_array_elements($1::jsonb) w on ${one.key.map((column) => `t.${column}::text = w ->> '${column}'`).join(' and ')}`, [JSON.stringify(wanted)])
    const live = new Map(rows.map(({ row }) => [nameOf(one, row), row]))
    for (const row of wanted) findings.push(...compare(one, row, live.get(nameOf(one, row))))
  }
  return [...findings, ...(await examineSuperAdministrator(db))]
}

const nameOf = ({ key }: SystemTable, row: Values): string => key.map((column) => String(row[column])).join(' ')

const literal = (value: unknown): string => (value === null || value === undefined ? 'null' : typeof value === 'number' || value === now ? String(value) : `'${String(value).replaceAll("'", "''")}'`)

function compare(one: SystemTable, wanted: Values, live: Values | undefined): Finding[] {
  const { table, key, fixed } = one
  const where = `row ${nameOf(one, wanted)} of ${table}`
  if (!live) {
    const columns = Object.keys(wanted)
    return [{ severity: 'error', where, what: 'is missing: Gatehouse relies on it.', advice: `Run: insert into ${table} (${columns.map((column) => `"${column}"`).join(', ')}) values (${columns.map((column) => literal(wanted[column])).join(', ')});` }]
  }
  const changed = (fixed === 'all' ? Object.keys(live) : fixed).filter((column) => (live[column] ?? null) !== (wanted[column] ?? null))
  if (changed.length === 0) return []
  const [was, becomes] = [live, wanted].map((row) => changed.map((column) => `"${column}" = ${literal(row[column])}`).join(', ')) as [string, string]
  return [{ severity: 'error', where, what: `has been changed, which nobody can by the API: ${was}.`, advice: `Run: update ${table} set ${becomes} where ${key.map((column) => `${column} = ${literal(wanted[column])}`).join(' and ')};` }]
}

/** The rights of the role are edges that may be given anew under other ids; that it has them all, verbs see to. */
async function examineSuperAdministrator(db: Database): Promise<Finding[]> {
  const role = ownId('SUPER_ADMIN')
  const there = new Set(await superAdminRights(db))
  const byResource = Map.groupBy(everyRight.map((one) => one.toUpperCase().split(' ') as [string, string]), ([resource]) => resource)
  return [...byResource].flatMap(([name, rights]): Finding[] => {
    const lost = rights.filter(([, right]) => !there.has(`${name} ${right}`)).map(([, right]) => right)
    if (lost.length === 0) return []
    const [resource, edge] = [ownId(name), `md5('mended ${role} ${name}')`]
    return [{
      severity: 'error', where: `role ${role}`, what: `is without ${lost.join(', ')} on ${resource}, or not for good: nobody may administer everything.`,
      advice: `Run: delete from public.resource_role where role_id = '${role}' and resource_id = '${resource}'; `
        + `insert into public.resource_role (membership_id, resource_id, role_id, create_date, granted_by) values (${edge}, '${resource}', '${role}', now(), 'Gatehouse'); `
        + `insert into public.res_role_membership_rights (membership_id, access_right_id) values ${rights.map(([, right]) => `(${edge}, '${right}')`).join(', ')};`,
    }]
  })
}
