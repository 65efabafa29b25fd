/** SQL on what signing in reads and writes of LOGIN and USERS: the counts of guesses, locks, and when somebody last came. */
import { mostGuessesInARow } from '../model/guesses.ts'
import type { PasswordDates } from '../model/password-state.ts'
import { hasOpenStatusSql } from '../model/user-statuses.ts'
import type { Database, Transaction } from './database.ts'
import { policiesForAll, type PoliciesForAll } from './password-policies.ts'

export interface SignInLogin extends PasswordDates {
  loginId: string
  userId: string
  /** As it is written here, whatever was typed. */
  login: string
  password: string | null
  status: string
  isActive: string
  lockMarker: string | null
  /** How the account authenticates. */
  authType: string | null
  lastAttempt: string | null
  /** Wrong passwords in a row, over all locks that opened by themselves. */
  wrongInARow: number
  /** Wrong passwords since the last lock opened: while a lock lasts, its limit where they brought it about. */
  wrongPasswords: number
  /** Wrong codes of factors in a row, over all locks. */
  wrongCodes: number
  /** When that was noted to have closed the password. */
  passwordClosed: string | null
  firstTime: string | null
  /** When the password was set; null of one that was brought along from elsewhere. */
  passwordChanged: string | null
  personStatus: string
  secondaryStatus: string | null
  /** The first and the last day here, YYYY-MM-DD; the last one is none for what the system keeps. */
  startDate: string | null
  lastDate: string | null
}

const ofPerson = `u.status as "personStatus", u.secondary_status as "secondaryStatus", u.start_date::text as "startDate",
   case when coalesce(u.system_flag, 'N') <> 'Y' then u.last_date::text end as "lastDate"`
const columns = `l.login_id as "loginId", l.user_id as "userId", l.login, l.password, l.status, l.is_active as "isActive", l.lock_marker as "lockMarker", l.auth_type as "authType",
   l.last_auth_attempt as "lastAttempt", l.wrong_in_a_row as "wrongInARow", coalesce(l.auth_fail_count, 0) as "wrongPasswords", coalesce(l.otp_fail_count, 0) as "wrongCodes", l.pwd_closed as "passwordClosed", l.first_time_login as "firstTime", l.pwd_changed as "passwordChanged", l.pwd_exp, l.grace_period, l.reset_pwd,
   ${ofPerson}`
const from = 'from login l join users u on u.user_id = l.user_id'

/**
 * A typed name in the ways in which it may be written here: as it was typed, and with each accent in its letter (NFC), as new names are
 * kept, or behind it (NFD), as old ones may be. Whatever is typed, the same is looked up.
 */
const writtenForms = (name: string): string => `array[lower(${name}::text), lower(normalize(${name}::text, NFC)), lower(normalize(${name}::text, NFD))]`

/** What follows `where` to find that one login in a system, under the alias of its table; of two from before who differ in the form alone, each is found by their own. */
const firstNamed = (alias: string, name: string, more: string): string =>
  `${alias}.lowercase_login = any(${writtenForms(name)}) and ${more} order by array_position(${writtenForms(name)}, ${alias}.lowercase_login::text) limit 1`

/** The same of the login `l` that signs in here under the name $1. */
export const named = firstNamed('l', '$1', `l.managed_sys_id = '0'`)

/** The login that signs in here under a name; the database says which letters are the same but for their case. */
export async function findLogin(db: Pick<Database, 'first'>, userName: string): Promise<SignInLogin | undefined> {
  return db.first(`select ${columns} ${from} where ${named}`, [userName], 'find_login')
}

const findWithPolicies = `with f as materialized (select ${columns} ${from} where ${named})
   select f.*, p.* from (values (1)) one left join f on true cross join (${policiesForAll('(select f."userId" from f)')}) p`

/** The same with the policies that count for everybody: what signing in begins with, in one statement. */
export async function findLoginWithPolicies(db: Pick<Database, 'first'>, userName: string): Promise<{ login: SignInLogin | undefined; policies: PoliciesForAll }> {
  const { found, hangsOnAccess, ...login } = (await db.first<SignInLogin & PoliciesForAll>(findWithPolicies, [userName], 'find_login_with_policies'))!
  return { login: login.loginId === null ? undefined : login, policies: { found, hangsOnAccess } }
}

/**
 * The login here of whoever has an account of this name in a connected system: one that a sync has confirmed and that a
 * reference leads to. A row that somebody wrote by hand says nothing.
 */
export async function findLoginByAccount(db: Pick<Database, 'first'>, systemId: string, accountName: string): Promise<SignInLogin | undefined> {
  const linked = `a.managed_sys_id = $1 and a.prov_status is not null
         and (exists (select from efs.panelists p join efs.iam_portal_user_reference r on r.user_id = p.uid where p.person_id = a.user_id and r.uuid is not null)
           or exists (select from efs.users e join efs.iam_user_reference r on r.user_id = e.uid where e.person_id = a.user_id and r.uuid is not null))`
  return db.first(
    `select ${columns} ${from} where l.managed_sys_id = '0' and l.user_id = (select a.user_id from login a where ${firstNamed('a', '$2', linked)})`, [systemId, accountName])
}

/**
 * The same of a person, held until the transaction ends: nobody disables them, or changes their password, meanwhile.
 * People are locked before their logins everywhere.
 */
export async function lockLogin(tx: Transaction, userId: string): Promise<SignInLogin | undefined> {
  return tx.first(
    `with u as materialized (select user_id, status, secondary_status, start_date, last_date, system_flag from users where user_id = $1 for no key update)
     select ${columns} from login l join u on u.user_id = l.user_id where l.user_id = $1 and l.managed_sys_id = '0' for no key update of l`, [userId], 'lock_login')
}

/**
 * The same for whoever comes without a password: somebody who has no login here is held as they are, with an id that no
 * login has.
 */
export async function lockPerson(tx: Transaction, userId: string): Promise<SignInLogin | undefined> {
  return (await lockLogin(tx, userId)) ?? tx.first(
    `select '' as "loginId", u.user_id as "userId", coalesce(u.user_name, u.user_id) as login, null as password, 'ACTIVE' as status, 'Y' as "isActive",
       null as "lockMarker", null as "authType", null as "lastAttempt", 0 as "wrongInARow", 0 as "wrongPasswords", 0 as "wrongCodes", null as "passwordClosed", 'N' as "firstTime", null as "passwordChanged", null as pwd_exp, null as grace_period, null as reset_pwd,
       ${ofPerson} from users u where u.user_id = $1 for no key update`, [userId])
}

/** What a sign-in leaves of the count over all locks: at its limit it takes another way back to begin it anew. */
const inARowAfter = `case when wrong_in_a_row >= ${mostGuessesInARow} then wrong_in_a_row else 0 end`

/** The same of the count since the last lock, which says while one lasts by what it came. */
const failuresAfter = `case when lock_marker = 'LOCKED' then auth_fail_count else 0 end`

export async function forgetFailures(tx: Pick<Transaction, 'execute'>, loginId: string): Promise<void> {
  await tx.execute(`update login set auth_fail_count = ${failuresAfter}, wrong_in_a_row = ${inARowAfter} where login_id = $1`, [loginId], 'forget_failures')
}

/** The last password that was looked at, was right: the count begins anew. */
export async function beginCountAnew(tx: Transaction, loginId: string): Promise<void> {
  await tx.execute('update login set wrong_in_a_row = 0, pwd_closed = null where login_id = $1', [loginId])
}

/**
 * Notes that a password is closed, once: whether it was not noted yet. One that was opened meanwhile stays open, and where there is none
 * nothing is closed.
 */
export async function notePasswordClosed(tx: Pick<Transaction, 'execute'>, loginId: string, most: number, now: Date): Promise<boolean> {
  return (await tx.execute('update login set pwd_closed = $3 where login_id = $1 and wrong_in_a_row >= $2 and pwd_closed is null and password is not null', [loginId, most, now])) > 0
}

/** A password hashed anew stays the same password, in the history too: that knows it by its hash. */
export async function writeRehash(tx: Transaction, { loginId, password: before }: Pick<SignInLogin, 'loginId' | 'password'>, rehashed: string): Promise<void> {
  await tx.execute('update pwd_history h set password = $2 from login l where l.login_id = $1 and h.login_id = l.login_id and h.password = l.password and l.password = $3', [loginId, rehashed, before])
  await tx.execute(`select set_config('gatehouse.rehash', 'true', true)`)
  await tx.execute('update login set password = $2 where login_id = $1 and password = $3', [loginId, rehashed, before])
  await tx.execute(`select set_config('gatehouse.rehash', '', true)`)
}

/** Writes when a password of which no date is known expires. */
export async function writeExpiry(tx: Transaction, loginId: string, { expires, graceEnds }: { expires: Date; graceEnds: Date | null }): Promise<void> {
  await tx.execute('update login set pwd_exp = $2, grace_period = $3 where login_id = $1 and pwd_changed is null and pwd_exp is null', [loginId, expires, graceEnds])
}

/** Somebody is in: when and from where, and from where the time before. */
export function noteSignIn(tx: Transaction, loginId: string, { now, ip }: { now: Date; ip: string | null }): void {
  tx.later(
    `update login set prev_login = last_login, prev_login_ip = last_login_ip, last_login = $2, last_login_ip = $3, auth_fail_count = ${failuresAfter}, wrong_in_a_row = ${inARowAfter}, sms_reset_fail_count = 0, first_time_login = 'N'
     where login_id = $1`, [loginId, now, ip], 'note_sign_in')
}

/** A person who was waiting for their first sign-in is here; whether they were. */
export async function activatePerson(tx: Transaction, userId: string, now: Date): Promise<boolean> {
  return (await tx.execute(
    `update users set status = 'ACTIVE', version = version + 1, last_update = $2 where user_id = $1 and status in ('PENDING_INITIAL_LOGIN', 'PENDING_START_DATE')`, [userId, now])) > 0
}

/** Locks the login after too many failures, and the person with it; never what an administrator has locked. What became locked. */
export async function lockByFailures(tx: Transaction, userId: string, now: Date): Promise<{ login: boolean; person: boolean }> {
  const person = await tx.execute(
    `update users set secondary_status = 'LOCKED', version = version + 1, last_update = $2
     where user_id = $1 and secondary_status is null and ${hasOpenStatusSql('users')}`, [userId, now])
  const login = await tx.execute(
    `update login set lock_marker = 'LOCKED' where user_id = $1 and managed_sys_id = '0' and coalesce(lock_marker, 'NOT_LOCKED') = 'NOT_LOCKED'`, [userId])
  return { login: login > 0, person: person > 0 }
}

/** Lifts such a lock; what was lifted. The count over all locks goes on. */
export async function unlockByTime(tx: Transaction, userId: string, now: Date): Promise<{ login: boolean; person: boolean }> {
  const person = await tx.execute(
    `update users set secondary_status = null, version = version + 1, last_update = $2 where user_id = $1 and secondary_status = 'LOCKED'`, [userId, now])
  const login = await tx.execute(
    `update login set lock_marker = 'NOT_LOCKED', auth_fail_count = 0 where user_id = $1 and managed_sys_id = '0' and lock_marker = 'LOCKED'`, [userId])
  return { login: login > 0, person: person > 0 }
}

export interface LockedLogin {
  loginId: string
  userId: string
  lastAttempt: string
}

/** Logins locked by failures, by their id; a page after one of them. */
export async function lockedLogins(db: Pick<Database, 'query'>, after: string, limit: number): Promise<LockedLogin[]> {
  return db.query(
    `select login_id as "loginId", user_id as "userId", last_auth_attempt as "lastAttempt" from login
     where lock_marker = 'LOCKED' and managed_sys_id = '0' and last_auth_attempt is not null and login_id > $1 order by login_id limit $2`, [after, limit])
}
