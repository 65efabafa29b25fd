/** SQL on USER_AUTH_PARAM and what belongs to it: factors, recovery codes, questions that wait for an answer, and which factor served in which session. */
import type { FactorRow } from '../model/factor.ts'
import type { FactorKind } from '../model/factor-kinds.ts'
import { mailboxSql } from '../model/mail-address.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

const columns = `p.param_id as id, p.user_id as "userId", p.type, p.param_value as value, p.name, p.confirmed = 'Y' as confirmed, p.counter::float8 as counter, p.secret_encrypted as secret,
  p.public_key as "publicKey", p.transports, p.created_at as created, p.last_used_at as "lastUsed"`
const kinds = `p.type in ('TOTP', 'WEBAUTHN', 'SMS', 'RECOVERY_CODES', 'EMAIL')`

/** The factors of a person, the oldest first, those included that are not confirmed yet. */
export function factorsOf(db: Reader, userId: string): Promise<FactorRow[]> {
  return db.query(`select ${columns} from user_auth_param p where p.user_id = $1 and ${kinds} order by p.created_at, p.param_id`, [userId], 'factors_of')
}

/** The passkey of a credential's id, with the handle of its person. */
export function findPasskey(db: Reader, credentialId: string): Promise<(FactorRow & { handle: Buffer | null; userName: string | null }) | undefined> {
  return db.first(
    `select ${columns}, u.user_handle as handle, u.user_name as "userName" from user_auth_param p join users u on u.user_id = p.user_id
     where p.type = 'WEBAUTHN' and p.param_value = $1 and p.confirmed = 'Y'`, [credentialId])
}

export interface OwnAddress {
  id: string
  value: string
  active: boolean
  proved: boolean
}

/** The e-mail addresses of a person, the primary one first. */
export function addressesOf(db: Pick<Database, 'query'>, userId: string): Promise<OwnAddress[]> {
  return db.query(
    `select e.email_id as id, e.email_address as value, e.active = 'Y' as active,
       e.active = 'Y' and exists (select from user_auth_param p where p.user_id = e.parent_id and p.type = 'EMAIL' and p.confirmed = 'Y' and ${mailboxSql('p.param_value')} = ${mailboxSql('e.email_address')}) as proved
     from email_address e where e.parent_id = $1 order by e.is_default desc, e.email_id`, [userId])
}

/** The record of a person tells something else now, which none of its own columns holds: it is a new version of it. */
export async function noteRecord(tx: Transaction, userId: string, at: Date): Promise<void> {
  await tx.execute('update users set version = version + 1, last_update = $2 where user_id = $1', [userId, at])
}

/** The person's telephone numbers that are this one are for codes by SMS (PHONE.IS_FOR_SMS); the ids of those that were not yet. */
export async function markForSms(tx: Transaction, { id, userId, value }: Pick<FactorRow, 'id' | 'userId' | 'value'>, at: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with marked as (update phone set is_for_sms = 'Y', last_update = $3 where parent_id = $1 and active = 'Y' and is_for_sms = 'N' and gatehouse.sms_number(country_cd, area_cd, phone_nbr) = $2 returning phone_id),
       person as (update users set version = version + 1, last_update = $3 where user_id = $1 and exists (select from marked))
     select phone_id as id from marked order by phone_id`, [userId, value, at])
  if (rows.length > 0) await tx.execute('update user_auth_param set marked_number = true where param_id = $1', [id])
  return rows.map((row) => row.id)
}

/** Takes the marks away that came with factors by SMS which are to go; of which numbers, by their ids. One that another factor goes to keeps its mark. */
export async function unmarkForSms(tx: Transaction, userId: string, factorIds: readonly string[], at: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with gone as (select param_value as number from user_auth_param where user_id = $1 and param_id = any($2) and type = 'SMS' and marked_number),
       stays as (select param_value as number from user_auth_param where user_id = $1 and param_id <> all($2) and type = 'SMS' and confirmed = 'Y'),
       unmarked as (update phone set is_for_sms = 'N', last_update = $3 where parent_id = $1 and is_for_sms = 'Y'
         and gatehouse.sms_number(country_cd, area_cd, phone_nbr) in (select number from gone except select number from stays) returning phone_id),
       person as (update users set version = version + 1, last_update = $3 where user_id = $1 and exists (select from unmarked))
     select phone_id as id from unmarked order by phone_id`, [userId, factorIds, at])
  return rows.map(({ id }) => id)
}

/** The person's telephone numbers, by their ids, that a confirmed factor of theirs goes to. */
export async function enrolledPhones(db: Pick<Database, 'query'>, userId: string): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    `select f.phone_id as id from phone f join user_auth_param p on p.user_id = f.parent_id and p.type = 'SMS' and p.confirmed = 'Y'
       and p.param_value = gatehouse.sms_number(f.country_cd, f.area_cd, f.phone_nbr) where f.parent_id = $1`, [userId])
  return new Set(rows.map(({ id }) => id))
}

export interface LostNumber {
  userId: string
  country: string | null
  area: string | null
  number: string
}

/** Confirmed factors by SMS to numbers that were on people's phones, and are on none that is for SMS and in use any more. */
export function factorsOfLostNumbers(tx: Transaction, lost: readonly LostNumber[]): Promise<{ id: string; userId: string }[]> {
  return tx.query(
    `select distinct a.param_id as id, a.user_id as "userId" from json_to_recordset($1) as v("userId" text, country text, area text, number text)
     join user_auth_param a on a.user_id = v."userId" and a.type = 'SMS' and a.confirmed = 'Y' and a.param_value = gatehouse.sms_number(v.country, v.area, v.number)
     where not exists (select from phone p where p.parent_id = a.user_id and p.active = 'Y' and p.is_for_sms = 'Y'
       and gatehouse.sms_number(p.country_cd, p.area_cd, p.phone_nbr) = a.param_value)
     order by a.user_id, a.param_id`, [JSON.stringify(lost)])
}

/** Until when the code by SMS that is out may be answered (LOGIN.SMS_CODE_EXPIRATION). */
export async function noteSmsCode(tx: Transaction, userId: string, expires: Date): Promise<void> {
  await tx.execute(`update login set sms_code_expiration = $2 where user_id = $1 and managed_sys_id = '0'`, [userId, expires])
}

/** Whether somebody has shown that an address is theirs, by what went to it. */
export async function isProvedAddress(db: Pick<Database, 'first'>, userId: string, address: string): Promise<boolean> {
  return (await db.first(`select from user_auth_param where user_id = $1 and type = 'EMAIL' and confirmed = 'Y' and ${mailboxSql('param_value')} = ${mailboxSql('$2')}`, [userId, address])) !== undefined
}

/** Whether codes that went to a number have come back: it is a factor of theirs. */
export async function isProvedNumber(db: Pick<Database, 'first'>, userId: string, { country, area, number }: Omit<LostNumber, 'userId'>): Promise<boolean> {
  return (await db.first(
    `select from user_auth_param where user_id = $1 and type = 'SMS' and confirmed = 'Y' and param_value = gatehouse.sms_number($2, $3, $4)`, [userId, country, area, number])) !== undefined
}

/**
 * Notes that the last link that went to somebody has come back: the address it went to is theirs, if it is in use. Whether that was new. What
 * a clock far ahead has written is not the last one: no link of it lives.
 */
export async function proveAddressOfLink(tx: Transaction, { id, userId, at }: { id: string; userId: string; at: Date }): Promise<boolean> {
  return (await tx.execute(
    `insert into user_auth_param (param_id, user_id, type, param_value, confirmed, confirmed_type, name, created_at)
     select $1, $2, 'EMAIL', m.recipient, 'Y', 'LINK', m.recipient, $3 from (
       select recipient from gatehouse.message where user_id = $2 and template in ('password-reset', 'account-unlock', 'invitation') and created_at <= $3::timestamptz + interval '5 minutes' order by created_at desc, message_id desc limit 1) m
     where exists (select from email_address e where e.parent_id = $2 and ${mailboxSql('e.email_address')} = ${mailboxSql('m.recipient')} and e.active is distinct from 'N')
       and not exists (select from user_auth_param p where p.user_id = $2 and p.type = 'EMAIL' and p.confirmed = 'Y' and ${mailboxSql('p.param_value')} = ${mailboxSql('m.recipient')})`, [id, userId, at])) > 0
}

export interface NewFactor {
  id: string
  userId: string
  type: FactorKind
  name: string
  value?: string | null
  secret?: Buffer | null
  publicKey?: Buffer | null
  counter?: number | null
  transports?: string | null
  confirmedType?: string
  at: Date
}

/** A confirmed factor when `confirmedType` says how. */
export async function insertFactor(tx: Transaction, one: NewFactor): Promise<void> {
  await tx.execute(
    `insert into user_auth_param (param_id, user_id, type, param_value, confirmed, confirmed_type, name, secret_encrypted, public_key, counter, transports, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [one.id, one.userId, one.type, one.value ?? null, one.confirmedType === undefined ? 'N' : 'Y', one.confirmedType ?? null, one.name, one.secret ?? null, one.publicKey ?? null, one.counter ?? null, one.transports ?? null, one.at])
}

/** What was begun and never confirmed gives way. */
export async function dropUnconfirmed(tx: Transaction, userId: string): Promise<void> {
  await tx.execute(`delete from user_auth_param where user_id = $1 and confirmed = 'N' and type in ('TOTP', 'SMS', 'EMAIL')`, [userId])
}

export async function confirmFactor(tx: Transaction, id: string, how: string, counter: number | null): Promise<void> {
  await tx.execute(`update user_auth_param set confirmed = 'Y', confirmed_type = $2, counter = coalesce($3, counter) where param_id = $1`, [id, how, counter])
}

export async function renameFactor(tx: Transaction, id: string, name: string): Promise<void> {
  await tx.execute('update user_auth_param set name = $2 where param_id = $1', [id, name])
}

export async function deleteFactors(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.execute('delete from user_auth_param where param_id = any($1)', [ids])
}

/** LOGIN.TOPT_ACTIVE and OTP_ACTIVE say what is enrolled; devices that are not asked again are asked anew. */
export async function noteFactors(tx: Transaction, userIds: readonly string[]): Promise<void> {
  await tx.execute(
    `update login l set topt_active = case when exists (select from user_auth_param p where p.user_id = l.user_id and p.type = 'TOTP' and p.confirmed = 'Y') then 'Y' else 'N' end,
       otp_active = case when exists (select from user_auth_param p where p.user_id = l.user_id and p.type in ('TOTP', 'SMS') and p.confirmed = 'Y') then 'Y' else 'N' end
     where l.user_id = any($1) and l.managed_sys_id = '0'`, [userIds])
  await tx.execute('delete from gatehouse.remembered_device where user_id = any($1)', [userIds])
}

/** The factor was used: when, and up to which step or count. */
export async function noteUse(tx: Transaction, id: string, at: Date, counter: number | null): Promise<void> {
  await tx.execute('update user_auth_param set last_used_at = $2, counter = coalesce($3, counter) where param_id = $1', [id, at, counter])
}

/** A number has recovered the password: it serves as no factor until another one is proved. Those of which that was not so yet. */
export async function spendNumbers(tx: Transaction, userId: string): Promise<Pick<FactorRow, 'id' | 'type' | 'name'>[]> {
  const rows = await tx.query<Pick<FactorRow, 'id' | 'type' | 'name' | 'confirmed'>>(
    `update user_auth_param set counter = 1 where user_id = $1 and type = 'SMS' and counter is distinct from 1 returning param_id as id, type, name, confirmed = 'Y' as confirmed`, [userId])
  return rows.filter(({ confirmed }) => confirmed)
}

export async function restoreNumbers(tx: Transaction, userId: string): Promise<void> {
  await tx.execute(`update user_auth_param set counter = null where user_id = $1 and type = 'SMS' and counter is not null`, [userId])
}

/** Wrong codes in a row, this one included. From `most` on the lock is by codes, whatever brought it about before. */
export async function countWrongCode(tx: Transaction, loginId: string, most: number, now: Date): Promise<number> {
  const row = await tx.first<{ failures: number }>(
    `update login set otp_fail_count = coalesce(otp_fail_count, 0) + 1, last_auth_attempt = $2,
       auth_fail_count = case when coalesce(otp_fail_count, 0) + 1 >= $3 then 0 else auth_fail_count end
     where login_id = $1 returning otp_fail_count as failures`, [loginId, now, most])
  return row!.failures
}

export async function forgetWrongCodes(tx: Transaction, loginId: string, now: Date): Promise<void> {
  await tx.execute('update login set otp_fail_count = 0, last_otp_access = $2 where login_id = $1', [loginId, now])
}

/** AUTH_STATE_AUTH_PARAM_XREF: this factor served in this session. */
export async function noteFactorOfSession(tx: Transaction, { id, userId, sessionId, factorId }: { id: string; userId: string; sessionId: string; factorId: string }): Promise<void> {
  await tx.execute('insert into auth_state_auth_param_xref (xref_id, user_id, session_id, param_id) values ($1, $2, $3, $4) on conflict (user_id, session_id, param_id) do nothing', [id, userId, sessionId, factorId])
}

/** Everything by which somebody proved who they are in a session. */
export async function factorsOfSession(db: Reader, userId: string, sessionId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>('select param_id as id from auth_state_auth_param_xref where user_id = $1 and session_id = $2 order by param_id', [userId, sessionId])
  return rows.map(({ id }) => id)
}

export async function writeRecoveryCodes(tx: Transaction, factorId: string, hashes: readonly Buffer[]): Promise<void> {
  await tx.execute('insert into gatehouse.recovery_code (param_id, code_hash) select $1, unnest($2::bytea[])', [factorId, hashes])
}

/** Uses up a recovery code; whether there was such a one. */
export async function useRecoveryCode(tx: Transaction, factorId: string, hash: Buffer, at: Date): Promise<boolean> {
  return (await tx.execute('update gatehouse.recovery_code set used_at = $3 where param_id = $1 and code_hash = $2 and used_at is null', [factorId, hash, at])) > 0
}

export async function recoveryCodesLeft(db: Reader, factorId: string): Promise<number> {
  return (await db.first<{ n: number }>('select count(*)::int as n from gatehouse.recovery_code where param_id = $1 and used_at is null', [factorId]))!.n
}

export type ChallengeKind = 'PASSKEY' | 'ENROL' | 'CODE'

export interface Challenge {
  /** SHA-256 of the challenge and of whom it was given to. */
  mark: Buffer
  kind: ChallengeKind
  userId?: string | null
  factorId?: string | null
  codeHash?: Buffer | null
}

export async function insertChallenge(db: Pick<Database, 'execute'>, one: Challenge, now: Date, minutes: number): Promise<void> {
  await db.execute(
    `insert into gatehouse.factor_challenge (mark, kind, user_id, param_id, code_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $6::timestamptz + make_interval(mins => $7))
     on conflict (mark) do update set code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [one.mark, one.kind, one.userId ?? null, one.factorId ?? null, one.codeHash ?? null, now, minutes])
}

/** Takes a question away, so that it is answered once; undefined when it was answered, is too old or was never asked. */
export async function takeChallenge(db: Pick<Database, 'first'>, mark: Buffer, kind: ChallengeKind, now: Date): Promise<{ userId: string | null; codeHash: Buffer | null } | undefined> {
  const row = await db.first<{ userId: string | null; codeHash: Buffer | null; live: boolean }>(
    `delete from gatehouse.factor_challenge where mark = $1 and kind = $2 returning user_id as "userId", code_hash as "codeHash", (expires_at > $3 and created_at <= $3::timestamptz + interval '5 minutes') as live`, [mark, kind, now])
  return row?.live ? row : undefined
}

/** The same without taking it away. */
export async function findChallenge(db: Pick<Database, 'first'>, mark: Buffer, kind: ChallengeKind, now: Date): Promise<{ codeHash: Buffer | null } | undefined> {
  return db.first(`select code_hash as "codeHash" from gatehouse.factor_challenge where mark = $1 and kind = $2 and expires_at > $3 and created_at <= $3::timestamptz + interval '5 minutes'`, [mark, kind, now])
}

const outdated = [
  ['gatehouse.factor_challenge', 'expires_at <= $1'],
  ['gatehouse.remembered_device', 'expires_at <= $1'],
  // What was begun and not confirmed within a day is not wanted.
  ['user_auth_param', `confirmed = 'N' and type in ('TOTP', 'SMS', 'EMAIL') and created_at < $1::timestamptz - interval '1 day'`],
] as const

/** Removes some of what is past its time; how many. */
export async function sweepChallenges(db: Pick<Database, 'execute'>, now: Date, batch: number): Promise<number> {
  let gone = 0
  for (const [table, condition] of outdated) gone += await db.execute(`delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit $2 for update skip locked))`, [now, batch])
  return gone
}

/** The handle by which authenticators know a person (WebAuthn §14.6.1: random, nothing about them); made when there is none. */
export async function userHandle(tx: Transaction, userId: string, fresh: Buffer): Promise<Buffer> {
  const row = await tx.first<{ handle: Buffer }>('update users set user_handle = coalesce(user_handle, $2) where user_id = $1 returning user_handle as handle', [userId, fresh])
  return row!.handle
}
