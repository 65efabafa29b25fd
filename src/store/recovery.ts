/** SQL on recovery: what was asked for, whom it is about, and the hash of the link that is out (LOGIN.PSWD_RESET_TOKEN). */
import { mayEnterSql } from '../model/user-statuses.ts'
import type { Database, Transaction } from './database.ts'
import { named } from './logins-sign-in.ts'

export type RecoveryKind = 'PASSWORD' | 'PASSWORD_BY_SMS' | 'UNLOCK' | 'USER_NAME'

export interface RecoveryRequest {
  id: string
  kind: RecoveryKind
  name: string
  ip: string | null
  created: string
}

export async function insertRecoveryRequest(db: Pick<Database, 'execute'>, { id, kind, name, ip, created }: RecoveryRequest): Promise<void> {
  await db.execute('insert into gatehouse.recovery_request (request_id, kind, name, ip, created_at) values ($1, $2, $3, $4, $5)', [id, kind, name, ip, created], 'insert_recovery')
}

/** Takes the oldest request away, to be worked on in this transaction. */
export async function takeRecoveryRequest(tx: Transaction): Promise<RecoveryRequest | undefined> {
  return tx.first(
    `delete from gatehouse.recovery_request where request_id = (select request_id from gatehouse.recovery_request order by created_at, request_id limit 1 for update skip locked)
     returning request_id as id, kind, name, ip, created_at as created`)
}

/** How many people at one address are sent a link each; who has no link yet asks by their user name. */
const mostLinks = 5

const atAddress = (most: string, day: string) => `select u.user_id as id from email_address e join users u on u.user_id = e.parent_id and lower(u.primary_email) = lower($1)
  where (lower(e.email_address) collate "C") = lower($1) and ${mayEnterSql('u', day)} group by u.user_id order by u.user_id limit ${most}::int`

/**
 * People who may be in and whose primary address this is, the first of so many in the order of their ids; the database says which letters are
 * the same but for their case, so mail goes to it as it is kept.
 * @param day today, YYYY-MM-DD
 */
export async function peopleAtAddress(db: Pick<Database, 'query'>, address: string, most: number, day: string): Promise<string[]> {
  return (await db.query<{ id: string }>(atAddress('$2', '$3'), [address, most, day])).map(({ id }) => id)
}

/**
 * People whose login has this name, or the first few to whose address it belongs, in the order of their ids; mail goes to their primary address
 * and nowhere else.
 * @param day today, YYYY-MM-DD
 */
export async function peopleToRecover(db: Pick<Database, 'query'>, name: string, day: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `(select l.user_id as id from login l where ${named})
     union (${atAddress('$2', '$3')}) order by id`, [name, mostLinks, day])
  return rows.map(({ id }) => id)
}

/** Lives at the instant `at`: neither past its end nor made in the future, by a clock that was wrong. */
const lives = (token: 'pswd_reset_token' | 'sms_reset_token', at: string) =>
  `${token}_exp > ${at}::timestamptz and coalesce(${token}_made, ${at}::timestamptz) <= ${at}::timestamptz + interval '5 minutes'`

/** What the hashes of links that only unlock begin with. */
export const unlockMark = 'unlock:'

/**
 * Puts a link's hash in the place of any that was out before; whether it did. A link to unlock takes no place from one that
 * sets the password and lives, which opens the lock as well.
 */
export async function writeResetToken(tx: Transaction, loginId: string, hash: string, made: Date, expires: Date): Promise<boolean> {
  return (await tx.execute(
    `update login set pswd_reset_token = $2::text, pswd_reset_token_made = $3, pswd_reset_token_exp = $4
     where login_id = $1 and not (starts_with($2::text, '${unlockMark}') and not starts_with(coalesce(pswd_reset_token, '${unlockMark}'), '${unlockMark}') and ${lives('pswd_reset_token', '$3')})`,
    [loginId, hash, made, expires])) > 0
}

/** The changes of today count no more: what follows, the help desk has begun. */
export async function forgetChanges(tx: Transaction, loginId: string): Promise<void> {
  await tx.execute('update login set pwd_change_count = 0 where login_id = $1', [loginId])
}

/** Whose link this is, if it is one that lives. */
export async function findResetToken(db: Pick<Database, 'first'>, hash: string, now: Date): Promise<string | undefined> {
  return (await db.first<{ id: string }>(`select user_id as id from login where pswd_reset_token = $1 and managed_sys_id = '0' and ${lives('pswd_reset_token', '$2')}`, [hash, now]))?.id
}

/** Whose link this is, also one whose time is over. */
export async function ownerOfResetToken(db: Pick<Database, 'first'>, hash: string): Promise<string | undefined> {
  return (await db.first<{ id: string }>(`select user_id as id from login where pswd_reset_token = $1 and managed_sys_id = '0'`, [hash]))?.id
}

/** Uses a link up; whether it was there still. */
export async function takeResetToken(tx: Transaction, hash: string, now: Date): Promise<boolean> {
  return (await tx.execute(`update login set pswd_reset_token = null, pswd_reset_token_exp = null where pswd_reset_token = $1 and ${lives('pswd_reset_token', '$2')}`, [hash, now])) > 0
}

/** Puts a code's hash in the place of any that was out before; false where too many answers in a row were wrong: then no code helps. */
export async function writeResetCode(tx: Transaction, loginId: string, { hash, made, expires, most }: { hash: string; made: Date; expires: Date; most: number }): Promise<boolean> {
  return (await tx.execute(
    'update login set sms_reset_token = $2, sms_reset_token_made = $3, sms_reset_token_exp = $4 where login_id = $1 and sms_reset_fail_count < $5', [loginId, hash, made, expires, most])) > 0
}

/**
 * Counts an answer, before it is looked at; the hash it has to have. Undefined when no code is out that lives, or too many
 * answers in a row were wrong, whichever code they were to. The login is held.
 */
export async function claimResetCode(tx: Transaction, loginId: string, most: number, now: Date): Promise<string | undefined> {
  return (await tx.first<{ hash: string }>(
    `update login set sms_reset_fail_count = sms_reset_fail_count + 1
     where login_id = $1 and sms_reset_token is not null and ${lives('sms_reset_token', '$3')} and sms_reset_fail_count < $2 returning sms_reset_token as hash`, [loginId, most, now]))?.hash
}

/** The answer was right: it counts for nothing. */
export async function uncountResetCode(tx: Transaction, loginId: string): Promise<void> {
  await tx.execute('update login set sms_reset_fail_count = greatest(sms_reset_fail_count - 1, 0) where login_id = $1', [loginId])
}

/** Uses a code up; whether it was there still. */
export async function takeResetCode(tx: Transaction, loginId: string, hash: string, now: Date): Promise<boolean> {
  return (await tx.execute(
    `update login set sms_reset_token = null, sms_reset_token_exp = null, sms_reset_fail_count = 0 where login_id = $1 and sms_reset_token = $2 and ${lives('sms_reset_token', '$3')}`, [loginId, hash, now])) > 0
}
