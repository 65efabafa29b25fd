/**
 * What the other side hints at: events of its log or its hooks, each taken once, and the accounts that they are about.
 * A hint says "look at this account" and nothing else; the next run of each portal concerned looks, and the hint is gone.
 */
import type { Database, Transaction } from './database.ts'

/** Notes events, and gives those that had not come before. */
export async function takeEvents(tx: Transaction, eventIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ event_id: string }>(
    'insert into gatehouse.remote_event (event_id) select distinct * from unnest($1::text[]) on conflict do nothing returning event_id', [eventIds], 'take_remote_events')
  return new Set(rows.map((row) => row.event_id))
}

/** Hints at accounts, those that somebody here is linked to; the others are none of ours. How many there are. */
export async function hintAccounts(tx: Transaction, uuids: readonly string[]): Promise<number> {
  return tx.execute(
    `insert into gatehouse.sync_hint as h (uuid)
     select distinct uuid from unnest($1::text[]) as given(uuid)
     where exists (select from efs.iam_portal_user_reference r where r.uuid = given.uuid)
       or exists (select from efs.iam_user_reference a where a.uuid = given.uuid)
     order by uuid
     on conflict (uuid) do update set noted_at = clock_timestamp(), place = default, looked = '{}'`,
    [uuids], 'hint_accounts')
}

/** Whether a portal ($1), which the account `h` is linked to, has yet to look at it. */
export const unlookedSql = `exists (select from efs.iam_portal_user_reference r where r.uuid = h.uuid and r.portal_id = $1) and not $1 = any(h.looked)`

/** Accounts of a portal that were hinted at, the first ones. */
export async function hintedAccounts(db: Pick<Database, 'query'>, portalId: number, count: number): Promise<string[]> {
  const rows = await db.query<{ uuid: string }>(
    `select h.uuid from gatehouse.sync_hint h where ${unlookedSql} order by h.place limit $2`, [portalId, count])
  return rows.map((row) => row.uuid)
}

/** The last hint so far; those that come later are for the next run. */
export async function lastHint(db: Pick<Database, 'first'>): Promise<number> {
  const row = await db.first<{ last: number }>('select coalesce(max(place), 0) as last from gatehouse.sync_hint')
  return row!.last
}

/** Forgets hints that a run over a portal, or over all (null), has followed, but for those that another portal has yet to look at. */
export async function clearHints(db: Pick<Database, 'transaction'>, portalId: number | null, through: number): Promise<void> {
  if (through === 0) return
  await db.transaction(async (tx) => {
    await tx.execute(
      `delete from gatehouse.sync_hint h where h.place <= $2 and ($1::int is null or not exists (
         select from efs.iam_portal_user_reference r where r.uuid = h.uuid and r.portal_id <> all(h.looked || $1)))`,
      [portalId, through])
    if (portalId !== null) await tx.execute(`update gatehouse.sync_hint h set looked = looked || $1::int where h.place <= $2 and ${unlookedSql}`, [portalId, through])
  })
}

/** Forgets which events were taken, once they cannot come again. */
export async function sweepEvents(db: Pick<Database, 'execute'>, before: Date): Promise<void> {
  await db.execute('delete from gatehouse.remote_event where came_at < $1', [before])
}

/** How far the log of the other side has been read. */
export interface LogPosition {
  cursor: string | null
  /** When the last event seen happened, by the other side's clock; empty before the first. */
  last: string
}

const logSetting = 'okta.log'

export async function readLogPosition(db: Pick<Database, 'first'>): Promise<LogPosition | undefined> {
  return (await db.first<{ value: LogPosition }>('select value from gatehouse.setting where name = $1', [logSetting]))?.value
}

/** Moves on, unless another poller has moved meanwhile. */
export async function moveLogPosition(tx: Transaction, from: LogPosition | undefined, to: LogPosition, now: Date): Promise<boolean> {
  const moved = from === undefined
    ? await tx.execute(`insert into gatehouse.setting (name, value, updated_at, updated_by) values ($1, $2, $3, 'sync-log') on conflict do nothing`, [logSetting, JSON.stringify(to), now])
    : await tx.execute('update gatehouse.setting set value = $2, updated_at = $3 where name = $1 and value = $4', [logSetting, JSON.stringify(to), now, JSON.stringify(from)])
  return moved > 0
}
