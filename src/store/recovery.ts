/** SQL on recovery: what was asked for, whom it is about, and the hash of the link that is out (LOGIN.PSWD_RESET_TOKEN). */
import type { Database, Transaction } from './database.ts'

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

/** People whose login has this name, or to whose address it belongs; mail goes to their primary address and nowhere else. */
export async function peopleToRecover(db: Pick<Database, 'query'>, name: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `select l.user_id as id from login l where l.lowercase_login = lower($1) and l.managed_sys_id = '0'
     union select u.user_id from email_address e join users u on u.user_id = e.parent_id and lower(u.primary_email) = lower($1) where (lower(e.email_address) collate "C") = lower($1) limit 5`, [name])
  return rows.map(({ id }) => id)
}

/** Puts a link's hash in the place of any that was out before. */
export async function writeResetToken(tx: Transaction, loginId: string, hash: string, expires: Date): Promise<void> {
  await tx.execute('update login set pswd_reset_token = $2, pswd_reset_token_exp = $3 where login_id = $1', [loginId, hash, expires])
}

/** Whose link this is, if it is one that lives. */
export async function findResetToken(db: Pick<Database, 'first'>, hash: string, now: Date): Promise<string | undefined> {
  return (await db.first<{ id: string }>(`select user_id as id from login where pswd_reset_token = $1 and managed_sys_id = '0' and pswd_reset_token_exp > $2`, [hash, now]))?.id
}

/** Uses a link up; whether it was there still. */
export async function takeResetToken(tx: Transaction, hash: string, now: Date): Promise<boolean> {
  return (await tx.execute('update login set pswd_reset_token = null, pswd_reset_token_exp = null where pswd_reset_token = $1 and pswd_reset_token_exp > $2', [hash, now])) > 0
}

/** Puts a code's hash in the place of any that was out before, and begins its count of wrong answers. */
export async function writeResetCode(tx: Transaction, loginId: string, hash: string, expires: Date): Promise<void> {
  await tx.execute('update login set sms_reset_token = $2, sms_reset_token_exp = $3, sms_reset_fail_count = 0 where login_id = $1', [loginId, hash, expires])
}

/**
 * Counts an answer, before it is looked at; the hash it has to have. Undefined when no code is out that lives, or it was
 * answered wrong too often. The login is held.
 */
export async function claimResetCode(tx: Transaction, loginId: string, most: number, now: Date): Promise<string | undefined> {
  return (await tx.first<{ hash: string }>(
    `update login set sms_reset_fail_count = coalesce(sms_reset_fail_count, 0) + 1
     where login_id = $1 and sms_reset_token is not null and sms_reset_token_exp > $3 and coalesce(sms_reset_fail_count, 0) < $2 returning sms_reset_token as hash`, [loginId, most, now]))?.hash
}

export async function dropResetCode(tx: Transaction, loginId: string): Promise<void> {
  await tx.execute('update login set sms_reset_token = null, sms_reset_token_exp = null, sms_reset_fail_count = 0 where login_id = $1', [loginId])
}
