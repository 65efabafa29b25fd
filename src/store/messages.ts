/**
 * SQL on gatehouse.message, the queue of mail and SMS. Verbs write into it in their own transaction; the sender leases one
 * at a time. A lease is a `due_at` in the future, so that a message whose sender was killed comes up again by itself:
 *
 *     QUEUED ──lease, send──▶ SENT        QUEUED ──no more attempts, or too late──▶ DEAD ──retry──▶ QUEUED
 *
 * What is due no later than it was written is due at once, by whatever clock it was written: one that was ahead keeps nothing back.
 */
import type { Context } from '../context.ts'
import { isMailAddress, mailboxOf, mailboxSql } from '../model/mail-address.ts'
import { languageOf } from '../model/languages.ts'
import { messageAttributes } from '../model/listings.ts'
import { isAwaited, messageKinds, splitSecrets, type Channel, type MessageName, type MessageValues } from '../model/message-kinds.ts'
import { smsNumber } from '../model/sms-number.ts'
import { startedSql } from '../model/user-statuses.ts'
import type { Database, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'
import type { MasterKey } from './master-key.ts'

export interface NewMessage<N extends MessageName = MessageName> {
  template: N
  /** The address or number. One that cannot be used makes a message that is DEAD from the start, and no error. */
  to: string
  channel?: Channel
  /** Whom it is for, when known here: their name greets, and the message goes when they are deleted. */
  userId?: string
  /** The reader's preferred language; absent or unknown ones give way to DEFAULT_LANGUAGE. */
  locale?: string | null
  values: MessageValues<N>
  /** Kept with it and not shown: what it is found again by. Nothing secret. */
  about?: AboutSignIn
  /** After this it is of no use: a code's or link's end. */
  expires?: Date
  /** Not before this; absent: at once. */
  due?: Date
}

export type MessageWriter = Pick<Context, 'now' | 'newId' | 'config'>

/**
 * Queues a message in the transaction of the verb that has something to tell: rolled back, it is never sent. Messages with
 * secrets (links, codes) need the master key, which encrypts them until they are sent.
 */
export async function enqueueMessage<N extends MessageName>(tx: Transaction, writer: MessageWriter, message: NewMessage<N>, masterKey?: MasterKey): Promise<string> {
  return (await enqueueMessages(tx, writer, [message as unknown as NewMessage], masterKey))[0]!
}

/** The same for many, in one statement. */
export async function enqueueMessages(tx: Transaction, writer: MessageWriter, messages: readonly NewMessage[], masterKey?: MasterKey): Promise<string[]> {
  if (messages.length === 0) return []
  const rows = messages.map((message) => rowOf(writer, message, masterKey))
  await tx.execute(
    `insert into gatehouse.message (message_id, template, channel, user_id, recipient, locale, content, secrets_encrypted, status, due_at, expires_at, created_at, last_error, awaited)
     select v.id, v.template, v.channel, v.user_id, v.recipient, v.locale, v.content, v.secrets::bytea, v.status, v.due_at, v.expires_at, v.created_at, v.error, v.awaited
     from json_to_recordset($1) as v(id text, template text, channel text, user_id text, recipient text, locale text, content jsonb, secrets text, status text, expires_at timestamptz, created_at timestamptz, due_at timestamptz, error text, awaited boolean)`,
    [JSON.stringify(rows)], 'enqueue_messages')
  return rows.map(({ id }) => id)
}

function rowOf({ now, newId, config }: MessageWriter, message: NewMessage, masterKey: MasterKey | undefined) {
  const { template, channel = 'EMAIL', userId = null, values, about } = message
  const kind = messageKinds[template]
  if (!(kind.channels as readonly Channel[]).includes(channel)) throw new Error(`${template} does not go by ${channel}`)
  const { open, secret } = splitSecrets(template, values)
  if (Object.keys(secret).length > 0 && !masterKey) throw new Error(`${template} holds secrets, which need the master key`)
  const id = newId()
  const recipient = channel === 'SMS' ? smsNumber(message.to) : isMailAddress(message.to) ? message.to : undefined
  const secrets = recipient === undefined || Object.keys(secret).length === 0 ? null : `\\x${masterKey!.encrypt(JSON.stringify(secret), secretPurpose, id).toString('hex')}`
  const at = now()
  const expires = message.expires ?? new Date(at.getTime() + kind.lives * 60_000)
  return {
    id, template, channel, user_id: userId, recipient: recipient ?? [...message.to].slice(0, 320).join(''), locale: languageTag(message.locale, config.DEFAULT_LANGUAGE), content: { ...about, ...open }, secrets,
    status: recipient === undefined ? 'DEAD' : 'QUEUED', error: recipient === undefined ? unusable[channel] : null,
    created_at: at.toISOString(), due_at: (message.due ?? at).toISOString(), expires_at: expires.toISOString(), awaited: isAwaited(template),
  }
}

const secretPurpose = 'message'
const unusable = { EMAIL: 'this is no address that mail can go to', SMS: 'a number for SMS begins with + and the country' } as const

/** The reader's own tag where we have its language, since dates follow it (`de-CH`); else the installation's language. */
function languageTag(preferred: string | null | undefined, fallback: string): string {
  const language = languageOf(preferred, fallback)
  return preferred?.toLowerCase().split(/[-_]/)[0] === language ? preferred.slice(0, 35) : language
}

export interface QueuedMessage {
  id: string
  template: string
  channel: Channel
  recipient: string
  locale: string
  content: Record<string, string>
  secrets: Buffer | null
  attempts: number
  createdAt: string
  expiresAt: string
  /** The person's name, when it is for one known here. */
  name: string | null
}

/**
 * A user name is told as it stands when the message is sent: its person may have another one since, a server of an older version have enqueued an
 * invitation without, or migration 0066 have filled in another.
 */
const content = `case when m.user_id is not null and m.template in ('invitation', 'user-name') then m.content || coalesce(
    (select jsonb_build_object(case m.template when 'invitation' then 'userName' else 'userNames' end, l.login) from login l where l.user_id = m.user_id and l.managed_sys_id = '0'), '{}') else m.content end as content`

const queued = `m.message_id as id, m.template, m.channel, m.recipient, m.locale, ${content}, m.secrets_encrypted as secrets, m.attempts,
  m.created_at as "createdAt", m.expires_at as "expiresAt", (select u.display_name from users u where u.user_id = m.user_id) as name`

/** The oldest that is due, by one of the two indexes. A lease gives it a time of its own, which counts as it is. */
const due = (which: '' | 'and awaited') =>
  `(select message_id from gatehouse.message where status = 'QUEUED' ${which} and channel = $1 and (due_at <= $2 or due_at <= created_at and attempts = 0) and expires_at > $2 order by due_at, message_id limit 1 for update skip locked)`

const lease = (next: string) => `update gatehouse.message m set due_at = $3, attempts = m.attempts + 1 where m.message_id = ${next} returning ${queued}`
const leaseAwaited = lease(`coalesce(${due('and awaited')}, ${due('')})`)
const leaseOldest = lease(due(''))

export interface Lease {
  now: string
  until: string
  /** `awaited`: what somebody waits for goes before everything else; `oldest`: in turn. */
  first: 'awaited' | 'oldest'
}

/** Takes the next message that is due, for as long as the lease lasts; undefined when there is none. */
export async function leaseMessage(db: Pick<Database, 'first'>, channel: Channel, { now, until, first }: Lease): Promise<QueuedMessage | undefined> {
  return first === 'awaited' ? db.first(leaseAwaited, [channel, now, until], 'lease_awaited') : db.first(leaseOldest, [channel, now, until], 'lease_message')
}

/** Both record only for who holds the lease still: `attempts` tells. */
export async function markSent(db: Pick<Database, 'execute'>, { id, attempts }: QueuedMessage, now: string): Promise<void> {
  await db.execute(`update gatehouse.message set status = 'SENT', sent_at = $3, secrets_encrypted = null, last_error = null where message_id = $1 and attempts = $2 and status = 'QUEUED'`, [id, attempts, now])
}

/** Tries again at `due`, or never when it is undefined. */
export async function markFailed(db: Pick<Database, 'execute'>, { id, attempts }: QueuedMessage, error: string, due: string | undefined): Promise<void> {
  await db.execute(
    `update gatehouse.message set last_error = $3, status = case when $4::timestamptz is null then 'DEAD' else 'QUEUED' end, due_at = coalesce($4, due_at),
       secrets_encrypted = case when $4::timestamptz is null then null else secrets_encrypted end
     where message_id = $1 and attempts = $2 and status = 'QUEUED'`, [id, attempts, error, due ?? null])
}

/** Gives up some of what has come too late; how many. */
export async function expireMessages(db: Pick<Database, 'execute'>, now: string, batch: number): Promise<number> {
  return db.execute(
    `update gatehouse.message set status = 'DEAD', secrets_encrypted = null, last_error = coalesce(last_error, 'it could not be sent in time')
     where message_id in (select message_id from gatehouse.message where status = 'QUEUED' and expires_at <= $1 limit $2 for update skip locked)`, [now, batch])
}

/** Removes some of what was sent, or given up, before an instant; how many. */
export async function sweepMessages(db: Pick<Database, 'execute'>, before: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.message where message_id in (select message_id from gatehouse.message where created_at < $1 and status <> 'QUEUED' limit $2 for update skip locked)`, [before, batch])
}

/**
 * Removes what tells the user names of several people at one address, and so is none of theirs, where somebody who is erased is among them: it
 * does not go with their record. Whoever else waits for it asks again.
 * @param known user names and addresses of who is erased, in any case of letters
 */
export async function forgetUserNames(tx: Transaction, known: readonly string[]): Promise<void> {
  await tx.execute(
    `delete from gatehouse.message where user_id is null and template = 'user-name'
       and array(select lower(one) from unnest($1::text[]) one) && (lower(recipient) || string_to_array(lower(content->>'userNames'), ', '))`, [known])
}

/** Queues a dead message again, to go at once; its row before, held. */
export async function requeueMessage(tx: Transaction, id: string, expires: string): Promise<void> {
  await tx.execute(`update gatehouse.message set status = 'QUEUED', attempts = 0, due_at = created_at, expires_at = $2, last_error = null where message_id = $1`, [id, expires])
}

export interface MessageState {
  template: string
  status: string
  userId: string | null
}

export async function lockMessage(tx: Transaction, id: string): Promise<MessageState | undefined> {
  return tx.first(`select template, status, user_id as "userId" from gatehouse.message where message_id = $1 for update`, [id])
}

/** What waits and can be read with the master key: the outbox of the demo, the newest first. */
export async function waitingMessages(db: Pick<Database, 'query'>, now: string, limit: number): Promise<QueuedMessage[]> {
  return db.query(`select ${queued} from gatehouse.message m where m.status = 'QUEUED' and m.expires_at > $1 order by m.created_at desc, m.message_id desc limit $2`, [now, limit])
}

/** What of a message is secret, in the clear. */
export function secretsOf({ id, secrets }: QueuedMessage, masterKey: MasterKey): Record<string, string> {
  return secrets === null ? {} : (JSON.parse(masterKey.decrypt(secrets, secretPurpose, id).toString()) as Record<string, string>)
}

/** How many messages were given up. */
export async function countDead(db: Pick<Database, 'first'>): Promise<number> {
  return (await db.first<{ count: number }>(`select count(*)::int as count from gatehouse.message where status = 'DEAD'`))!.count
}

export const messageListing: Listing = {
  name: 'Message', table: 'gatehouse.message', idColumn: 'message_id', attributes: messageAttributes, collections: [], order: ['created'], descending: true,
}

/** Written within so many milliseconds before an instant; by a server a little ahead, too. What lies further ahead a clock wrote that was wrong, and it counts for nothing (`clockSkewMs`). */
const written = (now: string, ms: string) => `created_at > ${now}::timestamptz - ${ms}::float8 * interval '1 millisecond' and created_at <= ${now}::timestamptz + interval '5 minutes'`

export interface Within {
  now: Date
  ms: number
}

/** Whether a message of a kind was written to a person within a time. */
export async function sentWithin(db: Pick<Database, 'first'>, userId: string, template: MessageName, { now, ms }: Within): Promise<boolean> {
  return (await db.first(`select from gatehouse.message where user_id = $1 and template = $2 and ${written('$3', '$4')}`, [userId, template, now, ms])) !== undefined
}

/** The same by the address it went to. */
export async function sentTo(db: Pick<Database, 'first'>, recipient: string, template: MessageName, { now, ms }: Within): Promise<boolean> {
  return (await db.first(`select from gatehouse.message where lower(recipient) = lower($1) and template = $2 and ${written('$3', '$4')}`, [recipient, template, now, ms])) !== undefined
}

/** What a message about a sign-in that has not come to its end keeps beside what it says: which sign-in it is about, and by which browser. */
export interface AboutSignIn {
  /** The id of the session as it is called now. */
  session: string
  /** What the browser is known by, in hex. */
  browser: string
}

const aboutSignIn = `template in ('password-known', 'sign-in-unfinished')`

/**
 * The sign-ins without an end that a person was written to about within the last day and after `since`, neither sooner nor by a clock that was
 * ahead: by which message, and whence those came, once each, to however many addresses it went.
 */
export function toldUnfinished(db: Pick<Database, 'query'>, userId: string, { now, since }: { now: Date; since: string | null }): Promise<{ template: MessageName; browser: string | null; address: string }[]> {
  return db.query(
    `select distinct template, content->>'browser' as browser, content->>'address' as address, content->>'at' as at from gatehouse.message
     where user_id = $1 and ${aboutSignIn} and created_at > greatest($2::timestamptz - interval '1 day', $3::timestamptz) and created_at <= $2::timestamptz + interval '5 minutes'`, [userId, now, since])
}

/**
 * Takes messages about sign-ins back that have not gone: of the session `session`, which has come to its end, and of what the same browser began
 * at the same address, for its person has got in there.
 */
export async function withdrawUnfinished(tx: Transaction, userId: string, { session, browser, address }: { session: string | undefined; browser: string; address: string }): Promise<void> {
  await tx.execute(
    `delete from gatehouse.message where user_id = $1 and ${aboutSignIn} and status = 'QUEUED'
       and (content->>'session' = $2::text or (content->>'browser' = $3 and content->>'address' = $4))`, [userId, session ?? null, browser, address])
}

/** Has the message about the sign-in of one session follow it to another name, and wait until `due` where that is given; whether there was one. */
export async function moveUnfinished(tx: Transaction, userId: string, before: string, { session, due }: { session: string; due?: string | undefined }): Promise<boolean> {
  return (await tx.execute(
    `update gatehouse.message set content = content || jsonb_build_object('session', $3::text), due_at = coalesce($4::timestamptz, due_at)
     where user_id = $1 and ${aboutSignIn} and content->>'session' = $2 and status = 'QUEUED'`, [userId, before, session, due ?? null])) > 0
}

/** How many messages of a kind were written to a person, or to an address, within the last hour and the last day, and when the last of them was. */
export async function countSent(db: Pick<Database, 'first'>, whom: { userId: string } | { recipient: string }, template: MessageName, now: Date): Promise<{ hour: number; day: number; last: string | null }> {
  const [condition, value] = 'userId' in whom ? ['user_id = $1', whom.userId] : ['lower(recipient) = lower($1)', whom.recipient]
  return (await db.first<{ hour: number; day: number; last: string | null }>(
    `select (count(*) filter (where created_at > $3::timestamptz - interval '1 hour'))::int as hour, count(*)::int as day, max(created_at) as last
     from gatehouse.message where ${condition} and template = $2 and ${written('$3', '$4')}`, [value, template, now, dayMs]))!
}

const dayMs = 86_400_000

/** Holds an address until the end of the transaction, for whoever counts what goes there: of many who ask at once each would see what was before. */
export async function holdMailbox(tx: Transaction, recipient: string): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse mailbox'), hashtext(lower($1)))`, [recipient])
}

export interface Reader {
  id: string
  name: string | null
  email: string | null
  language: string | null
}

/**
 * How to write to people who can be written to as people of this place: still, and from their first day on.
 * @param day today, YYYY-MM-DD
 */
export async function readersOf(db: Pick<Database, 'query'>, ids: readonly string[], day: string): Promise<Map<string, Reader>> {
  const rows = await db.query<Reader>(
    `select user_id as id, display_name as name, primary_email as email, preferred_language as language from users u
     where user_id = any($1) and (status in ('ACTIVE', 'PENDING_INITIAL_LOGIN', 'INACTIVE', 'LEAVE', 'LEAVE_OF_ABSENCE', 'USER_LEAVE_WITH_PAY', 'RETIRED') or ${startedSql('u', '$2')})`, [ids, day])
  return new Map(rows.map((row) => [row.id, row]))
}

/** To so many addresses beside the primary one goes what happens to an account. */
const mostBesides = 3

/**
 * Where people are told what happens to their account: at the primary address, and at others in use that they have proved, those proved first
 * before later ones, so that none that is added takes the place of one that was there. Empty for who has neither.
 */
export async function noticeAddresses(db: Pick<Database, 'query'>, readers: readonly Pick<Reader, 'id' | 'email'>[]): Promise<Map<string, string[]>> {
  const proved = await db.query<{ id: string; address: string }>(
    `select p.user_id as id, e.email_address as address from user_auth_param p
       cross join lateral (select email_address from email_address where parent_id = p.user_id and active = 'Y' and ${mailboxSql('email_address')} = ${mailboxSql('p.param_value')} order by email_id limit 1) e
     where p.user_id = any($1) and p.type = 'EMAIL' and p.confirmed = 'Y' order by p.created_at, p.param_id`, [readers.map(({ id }) => id)])
  const byPerson = Map.groupBy(proved, ({ id }) => id)
  return new Map(readers.map(({ id, email }) => {
    const besides = (byPerson.get(id) ?? []).map(({ address }) => address).filter((one) => email === null || mailboxOf(one) !== mailboxOf(email))
    return [id, [...(email === null ? [] : [email]), ...besides.slice(0, mostBesides)]]
  }))
}

/** The numbers of telephones, in their parts. */
export function phonesOf(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<{ id: string; countryCd: string | null; areaCd: string | null; value: string | null }[]> {
  return db.query('select phone_id as id, country_cd as "countryCd", area_cd as "areaCd", phone_nbr as value from phone where phone_id = any($1)', [ids])
}

/** What groups and roles are called, by `groups[id]` and `roles[id]`. */
export async function namesOfAccess(db: Pick<Database, 'query'>, groups: readonly string[], roles: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ path: string; name: string }>(
    `select 'groups[' || grp_id || ']' as path, grp_name as name from grp where grp_id = any($1)
     union all select 'roles[' || role_id || ']', role_name from role where role_id = any($2)`, [groups, roles])
  return new Map(rows.map(({ path, name }) => [path, name]))
}
