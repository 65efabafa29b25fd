/** SQL on AUTH_STATE: the sessions of people. The id of one is a hash of what the browser holds, and so no secret. */
import type { Way } from '../model/amr.ts'
import { passwordAuthType } from '../model/auth-type.ts'
import { sessionAttributes } from '../model/listings.ts'
import type { StepName } from '../model/session.ts'
import { personCounts } from './access-walk.ts'
import type { Database, Transaction } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import type { Listing } from './list-rows.ts'
import { ownRightsSql } from './own-access.ts'

/** Sessions, the newest first; to be narrowed to one person, by `user_id`, and to those that hold, by `liveSessions`. */
export const sessionListing: Listing = {
  name: 'Session', idColumn: 'session_id', attributes: sessionAttributes, collections: [], order: ['started'], descending: true,
  table: `(select s.*, case when s.is_new_flags & 1 <> 0 then 'Y' else 'N' end as new_device, case when s.is_new_flags & 2 <> 0 then 'Y' else 'N' end as new_network
    from auth_state s)`,
}

/** Whether a session holds, as `isLive` judges it. */
const holds = (s: string, at: string, idleMinutes: string) => `(${s}.last_login <= ${at}::timestamptz + interval '5 minutes' and ${s}.expires_at > ${at}::timestamptz
   and ${s}.last_seen > ${at}::timestamptz - least(${s}.idle_minutes, ${idleMinutes}::integer) * interval '1 minute')`

/** Only sessions that still hold: begun, neither past their end nor left alone too long. */
export function liveSessions(now: Date, idleMinutes: number): (first: number) => SqlCondition {
  return (first) => ({ sql: holds('t', `$${first}`, `$${first + 1}`), params: [now, idleMinutes] })
}

export interface SessionRow {
  sessionId: string
  userId: string
  level: number
  started: string
  expires: string
  lastSeen: string
  nextStep: StepName | null
  /** When something was last proved. */
  proved: string | null
  /** The level that this newest proof reached: `level` is the most that was ever proved in the session. */
  provedLevel: number
  /** By what somebody proved who they are, so far. */
  provedBy: readonly Way[]
  /** The site signed in through. */
  siteId: string | null
  /** Minutes unused after which it ends, by the policy of its person. */
  idleMinutes: number | null
  /** Of one that was looked up: when the password of its person expires, if ever. */
  passwordExpires?: string | null
}

export interface FoundSession extends SessionRow {
  userName: string | null
  /** Whether its person may sign in. */
  active: boolean
}

export interface FoundWithRights extends FoundSession {
  rights: string[]
  deep: boolean
  restricted: boolean
}

const shownOf = (s: string) =>
  `${s}.session_id as "sessionId", ${s}.user_id as "userId", ${s}.auth_state as level, ${s}.last_login as started, ${s}.expires_at as expires, ${s}.last_seen as "lastSeen", ${s}.next_step as "nextStep",
   ${s}.proved_at as proved, coalesce(${s}.proved_level, ${s}.auth_state) as "provedLevel", ${s}.proved_by as "provedBy", ${s}.content_provider_id as "siteId", ${s}.idle_minutes as "idleMinutes"`
/** What a password let in does not hold once there is none here for its person (AUTH_TYPE); see `hasPasswordHere`. */
const stillByPassword = `('PASSWORD' <> all(s.proved_by) or l.auth_type is null or l.auth_type ~* '${passwordAuthType}')`
const person = (at: string) => `u.user_name as "userName", l.pwd_exp as "passwordExpires", (${personCounts(at, false)}) and ${stillByPassword} as active
   from auth_state s join users u on u.user_id = s.user_id left join login l on l.user_id = s.user_id and l.managed_sys_id = '0' where s.session_id = $1`

const findSql = `select ${shownOf('s')}, ${person('$2::timestamptz')}`

/** The session of this id, and whether its person may sign in at a moment: two looks at an index in one statement. */
export async function findSession(db: Pick<Database, 'first'>, sessionId: string, at: string): Promise<FoundSession | undefined> {
  return db.first(findSql, [sessionId, at], 'find_session')
}

const { ctes, rights, deep } = ownRightsSql('(select user_id from k)', '$2::timestamptz')

const findWithRightsSql = `with recursive k as materialized (select s.*, ${person('$2')}),
   ${ctes}
   select ${shownOf('k')}, k."userName", k."passwordExpires", k.active, ${rights} as rights, ${deep} as deep,
     exists (select from gatehouse.delegation d where d.user_id = k.user_id) as restricted from k`

/** The same with what the person may do in Gatehouse at this moment, as with a key. */
export async function findSessionWithRights(db: Pick<Database, 'first'>, sessionId: string, at: string): Promise<FoundWithRights | undefined> {
  return db.first(findWithRightsSql, [sessionId, at], 'find_session_with_rights')
}

export interface NewSession extends SessionRow {
  ip: string | null
  flags: number
  device: string
  userAgent: string | null
}

/** How many sessions a person may have at once, 0 for any number, and what tells which of them hold. */
export interface SessionLimit {
  most: number
  now: string
  /** The installation's idle limit. */
  idleMinutes: number
}

/**
 * The ids of sessions that a person has beyond so many: first those that hold no more, or began in the future and do not hold either, then the
 * oldest. Those that are in and sign-ins under way each for themselves, so that who knows a password and no more pushes nobody out. `but` do not count.
 */
const beyond = (user: string, but: readonly string[], step: string, { most, now, idleMinutes }: Readonly<Record<keyof SessionLimit, string>>) =>
  `array(select s.session_id from auth_state s where ${most}::int > 0 and s.user_id = ${user} and ${but.map((id) => `s.session_id is distinct from ${id}`).join(' and ')}
       and (s.next_step is null) = (${step} is null)
     order by ${holds('s', now, idleMinutes)} desc nulls last, s.last_login desc nulls last, s.session_id desc offset greatest(${most} - 1, 0))`

/** Opens a session in place of the one that its browser had, whosever that was. What its person has beyond so many goes too. */
export function insertSession(tx: Transaction, one: NewSession, { most, now, idleMinutes }: SessionLimit, before: string | undefined): void {
  tx.later(
    `with opened as (
       insert into auth_state (session_id, user_id, auth_state, last_login, expires_at, last_seen, next_step, ip_address, is_new_flags, device, user_agent, proved_at, content_provider_id, idle_minutes, proved_by, proved_level)
       values ($1, $2, $3, $4, $5, $6, $7::varchar, $8, $9, $10, $11, $13, $14, $15, $16, $17))
     delete from auth_state where session_id = any(${beyond('$2', ['$1', '$18::varchar'], '$7::varchar', { most: '$12', now: '$19', idleMinutes: '$20' })} || $18::varchar)`,
    [one.sessionId, one.userId, one.level, one.started, one.expires, one.lastSeen, one.nextStep, one.ip, one.flags, one.device, one.userAgent, most, one.proved, one.siteId, one.idleMinutes, one.provedBy, one.provedLevel, before ?? null, now, idleMinutes], 'insert_session')
}

/** Of a session that has come to its end of steps: those beyond so many give way to it as to a new one. */
export async function giveWay(tx: Transaction, userId: string, sessionId: string, { most, now, idleMinutes }: SessionLimit): Promise<void> {
  await tx.execute(`delete from auth_state where session_id = any(${beyond('$1', ['$2'], 'null', { most: '$3', now: '$4', idleMinutes: '$5' })})`, [userId, sessionId, most, now, idleMinutes], 'give_way')
}

export type SessionChange = Pick<SessionRow, 'level' | 'expires' | 'nextStep' | 'proved' | 'provedLevel' | 'provedBy' | 'siteId'>

/** Gives a session another name, and with it another token; what of its place was new (IS_NEW_FLAGS), undefined when it was there no more. */
export async function renameSession(tx: Transaction, sessionId: string, newId: string, { level, expires, nextStep, proved, provedLevel, provedBy, siteId }: SessionChange, now: Date): Promise<number | undefined> {
  return (await tx.first<{ flags: number }>(
    'update auth_state set session_id = $2, auth_state = $3, expires_at = $4, next_step = $5, last_seen = $6, proved_at = $7, proved_by = $8, content_provider_id = $9, proved_level = $10 where session_id = $1 returning coalesce(is_new_flags, 0) as flags', [sessionId, newId, level, expires, nextStep, now, proved, provedBy, siteId, provedLevel]))?.flags
}

/** What of the place that a session came from was new (IS_NEW_FLAGS). */
export async function writeNewFlags(tx: Transaction, sessionId: string, flags: number): Promise<void> {
  await tx.execute('update auth_state set is_new_flags = $2 where session_id = $1', [sessionId, flags])
}

/** Notes that a session is in use. */
export async function touchSession(db: Pick<Database, 'execute'>, sessionId: string, at: string): Promise<void> {
  await db.execute('update auth_state set last_seen = $2 where session_id = $1', [sessionId, at], 'touch_session')
}

/** Whether a session has not ended. */
export async function isThere(tx: Pick<Transaction, 'first'>, sessionId: string): Promise<boolean> {
  return (await tx.first('select from auth_state where session_id = $1', [sessionId], 'session_is_there')) !== undefined
}

/** Removes one session, whosever it is; its person, when it was there. */
export async function deleteSession(tx: Pick<Transaction, 'first'>, sessionId: string): Promise<string | undefined> {
  return (await tx.first<{ id: string }>('delete from auth_state where session_id = $1 returning user_id as id', [sessionId], 'delete_session'))?.id
}

/** Removes the session that guessed at codes, and every sign-in of its person that is under way: those have the password, too. Their ids. */
export async function deleteGuessing(tx: Transaction, userId: string, sessionId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('delete from auth_state where user_id = $1 and (session_id = $2 or next_step is not null) returning session_id as id', [userId, sessionId])
  return rows.map(({ id }) => id).toSorted()
}

/** Removes one session of a person, or all of them but one; the ids of those that were there. */
export async function deleteSessions(tx: Transaction, userId: string, sessionId?: string, but?: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `delete from auth_state where user_id = $1 and ($2::text is null or session_id = $2) and session_id is distinct from $3 returning session_id as id`,
    [userId, sessionId ?? null, but ?? null])
  return rows.map((row) => row.id).toSorted()
}

/**
 * Removes the sessions of a person, but one, that were reached by factors which go, and those above the level that is left of which
 * nothing tells by what they were reached; their ids. Before the factors themselves go.
 */
export async function deleteSessionsByFactors(tx: Transaction, userId: string, { factors, left, but }: { factors: readonly string[]; left: number; but?: string | undefined }): Promise<string[]> {
  const reached = 'select from auth_state_auth_param_xref x where x.user_id = s.user_id and x.session_id = s.session_id'
  const rows = await tx.query<{ id: string }>(
    `delete from auth_state s where s.user_id = $1 and s.session_id is distinct from $4
       and (exists (${reached} and x.param_id = any($2)) or s.auth_state > $3 and not exists (${reached})) returning s.session_id as id`, [userId, factors, left, but ?? null])
  return rows.map(({ id }) => id).toSorted()
}

/** How many sessions began until an instant, whosever they are. */
export async function countSessions(db: Pick<Transaction, 'first'>, until: string): Promise<number> {
  return (await db.first<{ n: number }>('select count(*)::int as n from auth_state where last_login <= $1 or last_login is null', [until]))!.n
}

/**
 * Removes the sessions that began until an instant, of the next so many people behind one in the order of their ids; the last of
 * them, and how many sessions went. By person and not by session, since a session takes another name with every proof.
 */
export async function deleteSessionsOfNext(db: Pick<Database, 'first'>, after: string, until: string, people: number): Promise<{ last: string | null; ended: number }> {
  return (await db.first<{ last: string | null; ended: number }>(
    `with next as materialized (select distinct user_id from auth_state where user_id > $1 order by user_id limit $3),
       ended as (delete from auth_state s using next where s.user_id = next.user_id and (s.last_login <= $2 or s.last_login is null) returning 1)
     select (select max(user_id) from next) as last, (select count(*)::int from ended) as ended`, [after, until, people]))!
}

/** Removes sessions past their end, a batch at a time, around those that somebody holds; how many. */
export async function sweepSessions(db: Pick<Database, 'execute'>, now: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from auth_state where session_id in (select session_id from auth_state where expires_at <= $1 order by expires_at limit $2 for update skip locked)`, [now, batch])
}

/** User names by id; who is there no more, or has none, is absent. */
export async function userNamesOf(db: Pick<Transaction, 'query'>, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; name: string }>('select user_id as id, user_name as name from users where user_id = any($1) and user_name is not null', [ids])
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** What a person is called where they sign in. */
export async function readUserName(db: Pick<Transaction, 'first'>, userId: string): Promise<{ userName: string | null; displayName: string | null }> {
  return (await db.first<{ userName: string | null; displayName: string | null }>('select user_name as "userName", display_name as "displayName" from users where user_id = $1', [userId]))!
}

/** Whether there is such a person. */
export async function hasUser(db: Pick<Transaction, 'first'>, userId: string): Promise<boolean> {
  return (await db.first('select from users where user_id = $1', [userId])) !== undefined
}
