/** SQL on the ends of memberships: who is to be reminded, and what has ended since it was last asked. */
import type { EdgeKind } from '../model/access-edges.ts'
import { edgeColumns, edgeOf, readThings, type NamedEdge } from './access-edges.ts'
import type { Database, Row, Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

/** People whose membership ends after `now` and by `until`, has begun, and of which they have not been reminded. */
export async function dueToRemind(db: Reader, { table, sourceColumn, targetColumn }: EdgeKind, now: string, until: string, limit: number): Promise<{ id: string; source: string; target: string }[]> {
  return db.query(
    `select membership_id as id, ${sourceColumn} as source, ${targetColumn} as target from ${table}
     where end_date > $1 and end_date <= $2 and coalesce(start_date, '-infinity') <= $1 and status = 'NOT_REMINDED' order by end_date, membership_id limit $3`, [now, until, limit])
}

/** Marks those of them that are still due; what they are. The people are held first, as whoever changes a membership does. */
export async function markReminded(tx: Transaction, kind: EdgeKind, due: readonly { id: string; source: string }[], now: string, until: string): Promise<NamedEdge[]> {
  await readThings(tx, 'u', due.map((one) => one.source), 'no key update')
  const rows = await tx.query<Row>(
    `update ${kind.table} m set status = 'REMINDED' where m.membership_id = any($1) and m.status = 'NOT_REMINDED' and m.end_date > $2 and m.end_date <= $3
     returning ${edgeColumns(kind)}`, [due.map((one) => one.id), now, until])
  return rows.map(edgeOf)
}

/** Memberships whose end has moved away since the reminder: people are reminded of the new one in its time. */
export async function movedAway(db: Reader, { table, sourceColumn }: EdgeKind, until: string, limit: number): Promise<{ id: string; source: string }[]> {
  return db.query(
    `select membership_id as id, ${sourceColumn} as source from ${table} where status = 'REMINDED' and (end_date > $1 or end_date is null) limit $2`, [until, limit])
}

export async function forgetReminders(tx: Transaction, { table }: EdgeKind, moved: readonly { id: string; source: string }[], until: string): Promise<number> {
  await readThings(tx, 'u', moved.map((one) => one.source), 'no key update')
  return tx.execute(`update ${table} set status = 'NOT_REMINDED' where membership_id = any($1) and status = 'REMINDED' and (end_date > $2 or end_date is null)`, [moved.map((one) => one.id), until])
}

/**
 * How far ends have been told: every end up to `ends`, as far as the database knew it at `recorded`. Two clocks, since an
 * end may be set afterwards, and since a transaction becomes visible after the instant that its rows bear.
 */
export interface Told {
  ends: string
  recorded: string
}

const name = 'membership_ends'

/** How far ends have been told, held until the transaction ends; undefined before the first time. */
export async function lockTold(tx: Transaction): Promise<Told | undefined> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse membership ends'))`)
  return (await tx.first<{ value: Told }>('select value from gatehouse.setting where name = $1', [name]))?.value
}

export async function saveTold(tx: Transaction, told: Told, by: string): Promise<void> {
  await tx.execute(
    `insert into gatehouse.setting (name, value, updated_at, updated_by) values ($1, $2, now(), $3)
     on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`, [name, JSON.stringify(told), by])
}

/** The instant before which no transaction is under way that could still bring rows of it, to the microsecond. */
export async function settledInstant(tx: Transaction): Promise<string> {
  const row = await tx.first<{ settled: string }>(
    `select (least(now(), (select min(xact_start) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())) - interval '1 microsecond')::text as settled`)
  return row!.settled
}

/** Memberships of one kind that have ended by `through`, and that were not told by `told`; page by page. */
export async function* endedMemberships(tx: Transaction, kind: EdgeKind, told: Told, through: Told): AsyncGenerator<NamedEdge[]> {
  const select = `select ${edgeColumns(kind)} from ${kind.table} m where m.recorded_from <= $4`
  // The version that stood when ends were last told had ended then: only something else about it has changed.
  const isNew = `not exists (select from gatehouse.membership_history h where h.membership_id = m.membership_id
    and h.recorded_from <= $3 and h.recorded_to > $3 and h.end_date <= $1)`
  const sql = `${select} and m.end_date > $1 and m.end_date <= $2 and ${isNew}
    union all ${select} and m.recorded_from > $3 and m.end_date <= $1 and ${isNew}`
  for await (const rows of tx.stream<Row>(sql, [told.ends, through.ends, told.recorded, through.recorded])) yield rows.map(edgeOf)
}
