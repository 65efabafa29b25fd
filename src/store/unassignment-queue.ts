/**
 * The two queues of accounts whose panelist or administrator is gone (triggers fill them, migration 0037). Pauses are
 * counted by the database's clock, so that servers whose clocks disagree agree on whose turn it is.
 */
import { queuedAccountAttributes } from '../model/listings.ts'
import { queuePopulations, type QueuePopulation } from '../model/queue-states.ts'
import { isWantedSql } from './account-standing.ts'
import type { Database, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query'>

const queueOf = {
  panelist: 'efs.iam_portal_user_group_unassignment_queue',
  admin: 'efs.iam_user_unassignment_queue',
} as const

export interface QueueRow {
  population: QueuePopulation
  id: number
  /** Null where the number stands for another account by now. */
  user_id: number | null
  uuid: string | null
  email: string | null
  person_id: string | null
  /** The portals whose references vanished; none where nobody knows. */
  portals: number[]
  generation: number
  attempts: number
  /** What `keepSent` has kept, where whoever did it did not live to say how it went. */
  sent: unknown
}

// What was queued before people were noted has the person as long as the panelist or administrator is there.
const rowsOf = (population: QueuePopulation) => `select '${population}' as population, q.id, q.user_id, q.uuid, q.email, q.generation, q.attempts, q.sent,
    coalesce(q.person_id, p.person_id) as person_id, ${population === 'panelist' ? `case when q.any_portal then '{}' else q.portals end` : `'{}'::integer[]`} as portals
  from ${queueOf[population]} q left join ${population === 'panelist' ? 'efs.panelists' : 'efs.users'} p on p.uid = q.user_id`

/** What a sync run takes up: neither what a mass delete has queued nor what has failed before, which are the worker's (sync/drain.ts). */
const ofRuns = (population: QueuePopulation) => `q.attempts = 0 and q.dead_at is null${population === 'panelist' ? ' and q.plan_id is null' : ''}`

/** An entry of panelists that names no portal which is there: it stands for all of them. */
const namesNone = `(q.any_portal or not exists (select from efs.portal o where o.portal_id = any(q.portals)))`
/** An entry of panelists that is about a portal. */
const concerns = (portal: string) => `(${portal} = any(q.portals) or ${namesNone})`

/** What the runs of a portal take up: what names it; the first portal's, administrators too and what names none, so that somebody does. */
const ofPortal = (population: QueuePopulation, portal: string) => {
  const isFirst = `${portal} = (select min(portal_id) from efs.portal)`
  return `${ofRuns(population)} and ${population === 'panelist' ? `case when ${namesNone} then ${isFirst} else ${portal} = any(q.portals) end` : isFirst}`
}

/** Whether a sync run over a portal would take up anything. */
export const anyOfRunsSql = (portal: string) => queuePopulations.map((population) => `exists (select from ${queueOf[population]} q where ${ofPortal(population, portal)})`).join(' or ')

/** A page of a queue for a portal's sync run, oldest first. */
export async function readQueue(
  db: Reader, population: QueuePopulation, portalId: number, after: number, limit: number,
): Promise<QueueRow[]> {
  return db.query<QueueRow>(`${rowsOf(population)} where q.id > $1 and ${ofPortal(population, '$3::integer')} order by q.id limit $2`, [after, limit, portalId])
}

/** How many entries there are about a portal, or (null) about anybody, given up or not. */
export const queuedSql = (portal: string) => `((select count(*) from ${queueOf.panelist} q where ${portal} is null or ${concerns(portal)}) + (select count(*) from ${queueOf.admin}))`

/** How many accounts that have left a portal wait to be taken out of its group, those given up too. */
export async function countLeft(db: Pick<Database, 'first'>, portalId: number, by: 'whatever' | 'mass deletes' = 'whatever'): Promise<number> {
  const queued = by === 'whatever' ? 'true' : 'q.plan_id is not null'
  return (await db.first<{ count: number }>(`select count(*)::int as count from ${queueOf.panelist} q where ${queued} and ${concerns('$1::integer')}`, [portalId]))!.count
}

const due = 'q.dead_at is null and (q.next_attempt_at is null or q.next_attempt_at <= now())'
/** Nobody has judged these yet: no mass delete queued them, and nothing has begun with them. */
const unjudged = (population: QueuePopulation) => `${ofRuns(population)} and q.started_at is null`

/** Whose entries are left alone as long as no plan has let them go: some portals', or everybody's. */
export type HeldPortals = readonly number[] | 'all'

/** Entries whose turn has come, without those that are held: never tried ones first, in order, then those whose pause is over. */
export async function dueEntries(db: Reader, population: QueuePopulation, limit: number, held: HeldPortals = []): Promise<QueueRow[]> {
  const isHeld = held === 'all' ? 'true' : population === 'panelist' && held.length > 0 ? `(${namesNone} or q.portals && $2::integer[])` : 'false'
  return db.query<QueueRow>(
    `${rowsOf(population)} where ${due} and not (${isHeld} and ${unjudged(population)}) order by q.next_attempt_at nulls first, q.id limit $1`,
    isHeld.includes('$2') ? [limit, held] : [limit], `due_${population}_${held === 'all' ? 'judged' : isHeld.includes('$2') ? 'some' : 'any'}`,
  )
}

export interface UnjudgedCount {
  /** The portals that were left; none where nobody knows, or for administrators. */
  portals: number[]
  leaving: number
  /** Of those, whose account nothing speaks for any more. */
  closing: number
}

/** How many of those whose turn has come nobody has judged, by the portals they left. */
export async function countUnjudged(db: Reader, population: QueuePopulation): Promise<UnjudgedCount[]> {
  const portals = population === 'panelist' ? `case when q.any_portal then '{}' else q.portals end` : `'{}'::integer[]`
  return db.query<UnjudgedCount>(
    `select ${portals} as portals, count(*)::int as leaving, count(*) filter (where q.uuid is not null and not ${isWantedSql('q.uuid', 'q.person_id')})::int as closing
     from ${queueOf[population]} q where ${due} and ${unjudged(population)} group by 1`)
}

/** Leaves an entry alone for so long. */
export async function holdEntry(tx: Pick<Transaction, 'execute'>, population: QueuePopulation, uid: number | null, ms: number): Promise<void> {
  await tx.execute(`update ${queueOf[population]} set next_attempt_at = now() + $2 * interval '1 millisecond' where user_id = $1`, [uid, ms])
}

/** Notes that an entry is begun with, and gives it as it was; undefined when it is gone, or was queued anew meanwhile. */
export async function beginEntry(
  tx: Pick<Transaction, 'first'>, { population, id, uuid, generation }: Pick<QueueRow, 'population' | 'id' | 'uuid' | 'generation'>, now: string,
): Promise<QueueRow | undefined> {
  return tx.first<QueueRow>(
    `with begun as (
       update ${queueOf[population]} set started_at = coalesce(started_at, $4), updated_at = $4, sent = null
       where id = $1 and uuid is not distinct from $2 and generation = $3 and dead_at is null returning id
     ) ${rowsOf(population)} join begun on begun.id = q.id`,
    [id, uuid, generation, now], `begin_${population}`,
  )
}

/** Keeps what is about to be done to an entry's account, however often it is queued meanwhile; null once it is written down. */
export async function keepSent(tx: Pick<Transaction, 'execute'>, { population, id }: Pick<QueueRow, 'population' | 'id'>, sent: object | null): Promise<void> {
  await tx.execute(`update ${queueOf[population]} set sent = $2 where id = $1`, [id, sent === null ? null : JSON.stringify(sent)], `keep_sent_${population}`)
}

/** Removes an entry once its account is dealt with; one that was queued anew since stays. */
export async function closeQueueEntry(
  tx: Pick<Transaction, 'execute'>, population: QueuePopulation, id: number, uuid: string | null, generation: number | undefined,
): Promise<void> {
  await tx.execute(
    `delete from ${queueOf[population]} where id = $1 and uuid is not distinct from $2 and generation = coalesce($3, generation)`,
    [id, uuid, generation ?? null],
  )
}

export interface QueueFailure {
  error: string
  /** How long until the next attempt; null gives the entry up. */
  pauseMs: number | null
  /** False where the attempt says nothing about this account: nobody was answered. */
  counts: boolean
}

/** Notes that working an entry off failed, and when it is tried again. */
export async function noteQueueFailure(
  tx: Pick<Transaction, 'execute'>, { population, id, generation }: Pick<QueueRow, 'population' | 'id' | 'generation'>, failure: QueueFailure,
): Promise<void> {
  await tx.execute(
    `update ${queueOf[population]} set attempts = attempts + $3, last_error = left($4, 500), next_attempt_at = now() + $5::float8 * interval '1 millisecond', updated_at = now(),
       dead_at = case when $5::float8 is null then now() end
     where id = $1 and generation = $2`,
    [id, generation, failure.counts ? 1 : 0, failure.error, failure.pauseMs],
  )
}

/** Has entries tried again at once, dead ones too: one by its id, or (null) all that failed. Returns which. */
export async function retryEntries(tx: Pick<Transaction, 'query'>, population: QueuePopulation, id: number | null, now: string): Promise<{ id: number; uuid: string | null }[]> {
  return tx.query(
    `update ${queueOf[population]} set attempts = 0, next_attempt_at = null, dead_at = null, updated_at = $2
     where case when $1::integer is null then attempts > 0 or dead_at is not null else id = $1 end returning id, uuid`,
    [id, now],
  )
}

export interface QueueCounts {
  /** Never tried. */
  queued: number
  /** Tried in vain, and waiting for the next attempt. */
  waiting: number
  /** Given up until somebody has them tried again. */
  dead: number
  /** Those whose turn has come. */
  due: number
  /** When the next one is tried that has to wait. */
  next?: string
  /** Since when the first entry has been waiting. */
  oldest?: string
}

/** How a queue stands. */
export async function countQueue(db: Pick<Database, 'first'>, population: QueuePopulation): Promise<QueueCounts> {
  const { next, oldest, ...counts } = (await db.first<QueueCounts>(
    `select count(*) filter (where dead_at is null and next_attempt_at is null) as queued,
       count(*) filter (where dead_at is null and next_attempt_at is not null) as waiting, count(*) filter (where dead_at is not null) as dead,
       count(*) filter (where dead_at is null and coalesce(next_attempt_at, '-infinity') <= now()) as due,
       min(next_attempt_at) filter (where dead_at is null and next_attempt_at > now()) as next, min(created_at) as oldest
     from ${queueOf[population]}`,
  ))!
  return { ...counts, ...(next ? { next } : {}), ...(oldest ? { oldest } : {}) }
}

/** Forgets by which address an account was known: for erasing a person. What has to be done needs it not. */
export async function blankQueue(tx: Pick<Transaction, 'execute'>, personId: string): Promise<void> {
  for (const population of queuePopulations) await tx.execute(`update ${queueOf[population]} set email = null where person_id = $1`, [personId])
}

export interface AccountToQueue {
  population: QueuePopulation
  uid: number | null
  uuid: string
  email: string | null
  personId: string | null
  /** The portal that was left, where one was. */
  portalId: number | null
}

/** Queues an account directly: for a person who vanished while their account was being made. */
export async function queueAccount(tx: Pick<Transaction, 'execute'>, { population, uid, uuid, email, personId, portalId }: AccountToQueue): Promise<void> {
  const queue = queueOf[population]
  // As the triggers do: another account that has the number keeps its place without it.
  await tx.execute(`update ${queue} set user_id = null where user_id = $1 and uuid <> $2`, [uid, uuid])
  const [portals, merged] = population === 'panelist' ? [', portals', `, any_portal = q.any_portal or q.portals = '{}', portals = array(select distinct unnest(q.portals || excluded.portals))`] : ['', '']
  await tx.execute(
    `insert into ${queue} as q (user_id, uuid, email, person_id${portals}) values ($1, $2, left($3, 255), $4${portals && ', array_remove(array[$5::integer], null)'})
     on conflict (user_id) do update set uuid = excluded.uuid, email = coalesce(excluded.email, q.email), person_id = coalesce(excluded.person_id, q.person_id), generation = q.generation + 1,
       attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now()${merged}`,
    [uid, uuid, email, personId, ...(portals ? [portalId] : [])],
  )
}

/** Each entry with the word for how it stands. */
const shownQueue = (population: QueuePopulation) => `(select q.*, case when q.dead_at is not null then 'dead' when q.next_attempt_at is not null then 'waiting'
    when q.started_at is not null then 'begun' else 'queued' end as state from ${queueOf[population]} q)`

const listingOf = (population: QueuePopulation): Listing =>
  ({ name: 'QueuedAccount', table: shownQueue(population), idColumn: 'id', attributes: queuedAccountAttributes, collections: [], order: ['id'] })

/** The queues as they stand, in order. */
export const queueListings: Record<QueuePopulation, Listing> = { panelist: listingOf('panelist'), admin: listingOf('admin') }
