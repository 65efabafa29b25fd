/** The rows of `gatehouse.audit_event`: written by every verb, read by search, sealing, verification and consumers. */
import type { FieldChange } from '../model/document-diff.ts'
import type { Database, Transaction } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import { copyLines } from './records.ts'

export type Reader = Pick<Database, 'query' | 'first'>

/** An event as it is inserted; epoch and xid are the database's to give. Digests and salts are `\x…` texts. */
export interface EventRow {
  event_id: string
  at: string
  actor_id: string | null
  source: string
  action: string
  target_type: string
  target_id: string
  result: string
  correlation_id: string | null
  /** JSON text. */
  origin: string | null
  origin_salt: string | null
  origin_digest: string | null
  /** JSON text. */
  changes: string | null
  changes_salt: string | null
  changes_digest: string | null
  digest: string
}

export const eventColumns = [
  'event_id',
  'at',
  'actor_id',
  'source',
  'action',
  'target_type',
  'target_id',
  'result',
  'correlation_id',
  'origin',
  'origin_salt',
  'origin_digest',
  'changes',
  'changes_salt',
  'changes_digest',
  'digest',
] as const satisfies readonly (keyof EventRow)[]

/** An event as it stands in the table; hashes and salts are hex. */
export interface StoredEvent extends EventRow {
  epoch: number
  /** A decimal number. */
  xid: string
  erased_at: string | null
}

/** A place in the order of all events. */
export interface EventPosition {
  epoch: number
  xid: string
  eventId: string
}

/** Before every event. */
export const beginning: EventPosition = { epoch: 0, xid: '0', eventId: '' }

/** From here on rows go by COPY. */
const copyFrom = 100

const types: Partial<Record<keyof EventRow, string>> = {
  at: 'timestamptz',
  origin: 'json',
  changes: 'json',
  origin_salt: 'bytea',
  origin_digest: 'bytea',
  changes_salt: 'bytea',
  changes_digest: 'bytea',
  digest: 'bytea',
}

// Output names hide the columns in ORDER BY: what orders must say t.xid, or it would order numbers as texts.
const stored = [
  't.epoch',
  't.xid::text as xid',
  't.erased_at',
  ...eventColumns.map((name) =>
    types[name] === 'bytea'
      ? `encode(t.${name}, 'hex') as ${name}`
      : types[name] === 'json'
        ? `t.${name}::text as ${name}`
        : `t.${name}`,
  ),
].join(', ')

// Every value arrives as text: json_to_recordset would take a JSON text for a JSON string.
const insertSql = `insert into gatehouse.audit_event (${eventColumns.join(', ')})
  select ${eventColumns.map((name) => `v.${name}::${types[name] ?? 'text'}`).join(', ')}
  from json_to_recordset($1) as v(${eventColumns.map((name) => `${name} text`).join(', ')})`

/** The same of one event, which is what most verbs have to tell: without JSON between. */
const insertOneSql = `insert into gatehouse.audit_event (${eventColumns.join(', ')}) values (${eventColumns.map((_, at) => `$${at + 1}`).join(', ')})`

/** Writes events in the transaction of the change they tell of. */
export async function insertEvents(tx: Transaction, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  if (rows.length >= copyFrom) {
    await tx.copyIn(
      `copy gatehouse.audit_event (${eventColumns.join(', ')}) from stdin`,
      copyLines(eventColumns, rows as never),
    )
    return
  }
  if (rows.length === 1) tx.later(insertOneSql, eventColumns.map((name) => rows[0]![name]), 'audit_insert_one')
  else tx.later(insertSql, [JSON.stringify(rows)], 'audit_insert')
}

/**
 * The next events after a position that no transaction can add to any more: those of earlier epochs, and those of
 * transactions older than every running one. What this returns is final, and a later call continues it without gaps.
 */
export async function settledEvents(db: Reader, after: EventPosition, limit: number): Promise<StoredEvent[]> {
  return db.query<StoredEvent>(
    `select ${stored} from gatehouse.audit_event t
     where ${settledAfter} order by t.epoch, t.xid, t.event_id limit $4`,
    [after.epoch, after.xid, after.eventId, limit],
    'audit_settled',
  )
}

/** The same, with no more than sealing needs: `digest` as hex. */
export async function settledDigests(
  db: Reader,
  after: EventPosition,
  limit: number,
): Promise<(EventPosition & { digest: string })[]> {
  return db.query(
    `select epoch, xid::text as xid, event_id as "eventId", encode(digest, 'hex') as digest from gatehouse.audit_event t
     where ${settledAfter} order by t.epoch, t.xid, t.event_id limit $4`,
    [after.epoch, after.xid, after.eventId, limit],
    'audit_digests',
  )
}

const settledAfter = `(epoch, xid, event_id) > ($1::integer, $2::xid8, $3)
  and (epoch < gatehouse.current_audit_epoch() or xid < pg_snapshot_xmin(pg_current_snapshot()))`

/** The events after one position and up to another (null: to the end), in order, at most `limit`. */
export async function eventsBetween(
  db: Reader,
  after: EventPosition,
  upTo: EventPosition | null,
  limit: number,
): Promise<StoredEvent[]> {
  const end = upTo ? 'and (epoch, xid, event_id) <= ($5::integer, $6::xid8, $7)' : ''
  return db.query<StoredEvent>(
    `select ${stored} from gatehouse.audit_event t where (epoch, xid, event_id) > ($1::integer, $2::xid8, $3) ${end}
     order by t.epoch, t.xid, t.event_id limit $4`,
    [after.epoch, after.xid, after.eventId, limit, ...(upTo ? [upTo.epoch, upTo.xid, upTo.eventId] : [])],
    upTo ? 'audit_between' : 'audit_after',
  )
}

/** The first and last position of the events that happened in [from, to); undefined when there are none. */
export async function positionsOf(
  db: Reader,
  from: string | undefined,
  to: string | undefined,
): Promise<{ first: EventPosition; last: EventPosition } | undefined> {
  const edge = (direction: 'asc' | 'desc') =>
    db.first<EventPosition>(
      `select epoch, xid::text as xid, event_id as "eventId" from gatehouse.audit_event t
     where at >= coalesce($1::timestamptz, '-infinity') and at < coalesce($2::timestamptz, 'infinity')
     order by t.epoch ${direction}, t.xid ${direction}, t.event_id ${direction} limit 1`,
      [from ?? null, to ?? null],
    )
  const first = await edge('asc')
  return first && { first, last: (await edge('desc'))! }
}

export type RemovalAction = 'audit.erase' | 'user.erase' | 'audit.drop'

/** Events of a removal (see the index of that name), in order, after a position. */
export async function removalEvents(
  db: Reader,
  actions: readonly RemovalAction[],
  targetId: string | null,
  after: EventPosition,
  limit = 1000,
): Promise<StoredEvent[]> {
  return db.query<StoredEvent>(
    `select ${stored} from gatehouse.audit_event t
     where action in ('audit.erase', 'user.erase', 'audit.drop') and action = any($1)
       and ($2::text is null or target_id = $2)
       and (epoch, xid, event_id) > ($3::integer, $4::xid8, $5)
     order by t.epoch, t.xid, t.event_id limit $6`,
    [actions, targetId, after.epoch, after.xid, after.eventId, limit],
  )
}

/** What events tell of a target, as far as they still do. */
export async function changesOf(db: Reader, targetType: string, targetId: string): Promise<FieldChange[]> {
  const rows = await db.query<{ changes: string }>('select changes::text as changes from gatehouse.audit_event where target_type = $1 and target_id = $2 and changes is not null', [targetType, targetId])
  return rows.flatMap(({ changes }) => JSON.parse(changes) as FieldChange[])
}

/** Blanks what events tell about a target, for good; how many events. */
export async function eraseChanges(tx: Transaction, targetType: string, targetId: string, now: Date): Promise<number> {
  return tx.execute(
    `update gatehouse.audit_event set changes = null, changes_salt = null, erased_at = $3
     where target_type = $1 and target_id = $2 and (changes is not null or changes_salt is not null)`,
    [targetType, targetId, now],
  )
}

/**
 * Blanks what events of others took over from a person who was merged into them, though it was undone since: what the merge gave and what
 * undoing it took back are this person's data. Also of those into whom a survivor was merged in turn. To be called while the person's own
 * events stand; whose events lost something, once for each event.
 */
export async function eraseMerges(tx: Transaction, userId: string, now: Date): Promise<string[]> {
  // Both sides of a merge, and of undoing it, tell of it in one transaction.
  const given = `('user.merged', 'user.merged.undo')`
  const got = `('user.merge', 'user.merge.undo')`
  const rows = await tx.query<{ id: string }>(
    `with recursive merge (epoch, xid) as (
       select epoch, xid from gatehouse.audit_event where target_type = 'User' and target_id = $1 and action in ${given}
       union select d.epoch, d.xid from merge m
         join gatehouse.audit_event s on s.epoch = m.epoch and s.xid = m.xid and s.target_type = 'User' and s.action in ${got}
         join gatehouse.audit_event d on d.target_type = 'User' and d.target_id = s.target_id and d.action in ${given}
     ), blanked as (
       update gatehouse.audit_event e set changes = null, changes_salt = null, erased_at = $2 from merge m
       where e.epoch = m.epoch and e.xid = m.xid and e.target_type = 'User' and e.target_id <> $1 and e.action in ${got}
         and (e.changes is not null or e.changes_salt is not null) returning e.target_id
     ) select target_id as id from blanked`, [userId, now])
  return rows.map(({ id }) => id)
}

/** Blanks from where a person acted, and from where somebody unknown tried to act as them; how many events. */
export async function eraseOrigins(tx: Transaction, userId: string, now: Date): Promise<number> {
  return tx.execute(
    `update gatehouse.audit_event set origin = null, origin_salt = null, erased_at = $2
     where (actor_id = $1 or (actor_id is null and target_type = 'User' and target_id = $1))
       and (origin is not null or origin_salt is not null)`,
    [userId, now],
  )
}

/** Whether the audit tells anything about a target. */
export async function hasEvents(db: Reader, targetType: string, targetId: string): Promise<boolean> {
  const found = await db.first(
    'select from gatehouse.audit_event where target_id = $1 and target_type = $2 limit 1',
    [targetId, targetType],
  )
  return found !== undefined
}

/** One event, or undefined; `scope` is a further condition over the alias t, its parameters numbered from 2. */
export async function findEvent(db: Reader, eventId: string, scope?: SqlCondition): Promise<StoredEvent | undefined> {
  return db.first<StoredEvent>(
    `select ${stored} from gatehouse.audit_event t where event_id = $1${scope ? ` and ${scope.sql}` : ''}`,
    [eventId, ...(scope?.params ?? [])],
    scope ? undefined : 'audit_find',
  )
}

/**
 * A page of events in the order of time, or (the default) against it, under conditions over the alias t.
 * `after` is the last event of the page before.
 */
export async function eventsByTime(
  db: Reader,
  where: readonly string[],
  params: readonly unknown[],
  { after, ascending, limit }: { after?: { at: string; eventId: string }; ascending: boolean; limit: number },
): Promise<StoredEvent[]> {
  const conditions = [...where]
  const all = [...params]
  const param = (value: unknown) => `$${all.push(value)}`
  const [sign, direction] = ascending ? ['>', 'asc'] : ['<', 'desc']
  if (after) conditions.push(`(t.at, t.event_id) ${sign} (${param(after.at)}::timestamptz, ${param(after.eventId)})`)
  return db.query<StoredEvent>(
    `select ${stored} from gatehouse.audit_event t where ${conditions.length > 0 ? conditions.join(' and ') : 'true'}
     order by t.at ${direction}, t.event_id ${direction} limit ${param(limit)}`,
    all,
  )
}

/** How many events meet the conditions, over the alias t. */
export async function countEvents(db: Reader, where: readonly string[], params: readonly unknown[]): Promise<number> {
  const condition = where.length > 0 ? where.join(' and ') : 'true'
  return (await db.first<{ total: number }>(
    `select count(*) as total from gatehouse.audit_event t where ${condition}`,
    [...params],
  ))!.total
}

/** Deletes events by id; how many. */
export async function deleteEvents(tx: Transaction, eventIds: readonly string[]): Promise<number> {
  return tx.execute('delete from gatehouse.audit_event where event_id = any($1)', [eventIds], 'audit_delete')
}
