/** What has been taken over from EFS row by row, and the rows of EFS tables here that stand for it. */
import { adoptedTables, rowDigest, type AdoptedRow, type AdoptedTable } from '../model/adopted-rows.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

export interface Kept {
  target: number
  digest: string
}

/** What was taken over before of some rows of a table, by their number there. */
export async function keptRows(db: Reader, table: AdoptedTable, ids: readonly number[]): Promise<Map<number, Kept>> {
  if (ids.length === 0) return new Map()
  const rows = await db.query<{ row_id: number; target_id: number; digest: string }>(
    'select row_id, target_id, digest from efs.adopted_row where table_name = $1 and row_id = any($2::int[])', [table.name, ids], 'kept_rows')
  return new Map(rows.map((row) => [row.row_id, { target: row.target_id, digest: row.digest }]))
}

export interface StandingRow {
  /** Its key here. */
  id: number
  row: AdoptedRow
  digest: string
}

/** Rows that stand here, those whose `column` has one of some values. */
export async function standingRows(db: Reader, table: AdoptedTable, column: string, values: readonly number[]): Promise<StandingRow[]> {
  if (values.length === 0) return []
  const names = Object.keys(table.columns)
  const rows = await db.query<Record<string, string | number | null>>(
    `select ${[table.key, ...names].join(', ')} from efs.${table.name} where ${column} = any($1::int[]) order by ${table.key}`, [values], `standing_${table.name}_${column}`.slice(0, 60))
  return rows.map((found) => {
    const row = Object.fromEntries(names.map((name) => [name, found[name] ?? null]))
    return { id: found[table.key] as number, row, digest: rowDigest(table, row) }
  })
}

/** Whom some numbers of administrators or panelists stand for here. */
export async function peopleOfUids(db: Reader, table: 'users' | 'panelists', uids: readonly number[]): Promise<Map<number, string>> {
  const rows = await db.query<{ uid: number; person_id: string }>(`select uid, person_id from efs.${table} where uid = any($1::int[])`, [uids], `people_of_${table}`)
  return new Map(rows.map((row) => [row.uid, row.person_id]))
}

/** The numbers that some people have as administrators or panelists. */
export async function uidsOfPeople(db: Reader, table: 'users' | 'panelists', personIds: readonly string[]): Promise<Map<string, number>> {
  if (personIds.length === 0) return new Map()
  const rows = await db.query<{ uid: number; person_id: string }>(`select uid, person_id from efs.${table} where person_id = any($1)`, [personIds], `uids_of_${table}`)
  return new Map(rows.map((row) => [row.person_id, row.uid]))
}

/** Adds what planning has found out to the options of a plan. */
export async function notePlanOptions(db: Pick<Database, 'execute'>, planId: string, options: object): Promise<void> {
  await db.execute('update gatehouse.plan set options = options || $2 where plan_id = $1', [planId, JSON.stringify(options)])
}

export interface NewAdopted extends Kept {
  id: number
}

/** Notes rows as taken over. */
export async function noteAdopted(tx: Transaction, table: AdoptedTable, planId: string, rows: readonly NewAdopted[]): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(
    `insert into efs.adopted_row (table_name, row_id, target_id, digest, plan_id)
     select $1, r.id, r.target, r.digest, $2 from jsonb_to_recordset($3) as r(id integer, target integer, digest text)
     on conflict (table_name, row_id) do update set target_id = excluded.target_id, digest = excluded.digest, plan_id = excluded.plan_id`,
    [table.name, planId, JSON.stringify(rows.map(({ id, target, digest }) => ({ id, target, digest })))], 'note_adopted')
}

const sqlTypes = { number: 'integer', text: 'text', instant: 'timestamptz' } as const

export interface WrittenRow {
  /** Its number in EFS, and the one it has here. */
  id: number
  target: number
  row: AdoptedRow
}

/**
 * Writes rows under their own numbers; those whose number another row has here already get a new one. Rows that
 * have a `target` are brought to the given state instead. Errors: `already_exists`, `invalid_reference`.
 */
export async function writeAdoptedRows(tx: Transaction, table: AdoptedTable, rows: readonly { id: number; target?: number; row: AdoptedRow }[]): Promise<WrittenRow[]> {
  const fresh = rows.filter((one) => one.target === undefined)
  const numbered = fresh.length === 0 ? [] : await numberRows(tx, table, fresh)
  const names = Object.keys(table.columns)
  const record = (some: readonly WrittenRow[]) => JSON.stringify(some.map(({ target, row }) => ({ ...row, [table.key]: target })))
  const types = [`${table.key} integer`, ...Object.entries(table.columns).map(([name, kind]) => `${name} ${sqlTypes[kind]}`)].join(', ')
  const given = `jsonb_to_recordset($1) as g(${types})`
  if (numbered.length > 0) {
    await tx.execute(`insert into efs.${table.name} (${[table.key, ...names].join(', ')}) select ${[table.key, ...names].map((name) => `g.${name}`).join(', ')} from ${given}`, [record(numbered)])
  }
  const known = rows.flatMap((one): WrittenRow[] => (one.target === undefined ? [] : [{ ...one, target: one.target }]))
  if (known.length > 0) {
    await tx.execute(`update efs.${table.name} t set ${names.map((name) => `${name} = g.${name}`).join(', ')} from ${given} where t.${table.key} = g.${table.key}`, [record(known)])
  }
  return [...numbered, ...known]
}

/** The next number that the table gives out must not meet one that was brought along. */
async function numberRows(tx: Transaction, table: AdoptedTable, rows: readonly { id: number; row: AdoptedRow }[]): Promise<WrittenRow[]> {
  const sequence = `pg_get_serial_sequence('efs.${table.name}', '${table.key}')`
  const ids = rows.map((one) => one.id)
  await tx.execute(`select setval(${sequence}, greatest((select max(${table.key}) from efs.${table.name}), $1, 1))`, [Math.max(...ids)])
  const targets = await tx.query<{ id: number; target: number }>(
    `select n.id, case when exists (select from efs.${table.name} t where t.${table.key} = n.id) then nextval(${sequence})::int else n.id end as target
     from unnest($1::int[]) as n(id)`, [ids])
  const byId = new Map(targets.map((one) => [one.id, one.target]))
  return rows.map((one) => ({ ...one, target: byId.get(one.id)! }))
}

export interface ComparedRow {
  step: number
  id: number
  /** As it was taken over, and as it stands here now; null when it is gone. */
  digest: string
  current: string | null
}

/** The rows that a plan has taken over, or found taken over, of one table, in order: as they were and as they are. */
export async function compareRows(db: Reader, planId: string, table: AdoptedTable, after: number, count: number): Promise<ComparedRow[]> {
  const rows = await db.query<{ step: number; id: number; target: number; digest: string }>(
    `select s.step_no as step, a.row_id as id, a.target_id as target, a.digest
     from gatehouse.plan_step s join efs.adopted_row a on a.table_name = $2 and a.row_id = s.line
     where s.plan_id = $1 and s.resource = $3 and s.step_no > $4 and s.status <> 'failed' and s.action in ('create', 'update', 'unchanged')
     order by s.step_no limit $5`, [planId, table.name, table.resource, after, count], 'compare_adopted')
  const standing = new Map((await standingRows(db, table, table.key, rows.map((one) => one.target))).map((one) => [one.id, one.digest]))
  return rows.map(({ step, id, target, digest }) => ({ step, id, digest, current: standing.get(target) ?? null }))
}

export const tablesInOrder = Object.values(adoptedTables) as readonly AdoptedTable[]
