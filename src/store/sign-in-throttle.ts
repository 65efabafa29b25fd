/**
 * SQL of counting attempts to sign in where every server sees them: in gatehouse.sign_in_throttle by address and by user
 * name, and on the login itself. One statement each, for they run at every attempt.
 */
import { hash } from 'node:crypto'
import { guessWindowMinutes } from '../model/guesses.ts'
import type { Database, Transaction } from './database.ts'

export interface Marks {
  address: Buffer
  account: Buffer
}

/** What something that is counted is kept as. */
export const throttleMark = (kind: string, text: string): Buffer => hash('sha256', `${kind}\0${text}`, 'buffer')

export const nameMark = (userName: string): Buffer => throttleMark('account', userName.normalize('NFC').toLowerCase())

export interface Lockout {
  /** Wrong passwords in a row until the login is locked. */
  failures: number
  /** Minutes until it opens by itself; 0 never. */
  unlockMinutes: number
  /** Wrong passwords in a row, over all such locks, from which on no password is looked at. */
  mostGuessesInARow: number
}

export interface Claiming {
  marks: Marks
  /** Absent when nobody has the name; the work is the same. */
  loginId: string | undefined
  lockout: Lockout
  mostByAddress: number
  mostByAccount: number
}

export interface Claimed {
  /** Attempts within the window, this one included. */
  address: number
  account: number
  /** Wrong passwords in a row since the last lock, this one taken for one; null when no more are looked at. */
  failures: number | null
  /** The same over all locks. */
  inARow: number | null
}

/**
 * After a crash of the database a few guesses of the last half second may be counted no more; in return nobody waits for
 * the disk while holding the row of an address that many share.
 */
const unhurried = `set_config('synchronous_commit', 'off', true)`

const over = `t.began_at <= excluded.began_at - make_interval(mins => ${guessWindowMinutes})`

const again = `on conflict (kind, mark) do update set attempts = case when ${over} then 1 else t.attempts + 1 end,
     began_at = case when ${over} then excluded.began_at else least(t.began_at, excluded.began_at) end`

/** Over `l`: within the time that a lock by failures lasts. A time in the future comes from a clock that was wrong. */
const lasting = `($6::int = 0 or l.last_auth_attempt is null
     or (l.last_auth_attempt > $3::timestamptz - make_interval(mins => $6) and l.last_auth_attempt <= $3::timestamptz + interval '5 minutes'))`

// A clock that went back shortens no window. The row of the login lets so many through as the limit says, however many come at once.
// What an address tries beyond its limit counts for no name: made-up ones would fill the table, and real ones be blocked.
const claimSql = `with by_address as (
   insert into gatehouse.sign_in_throttle as t (kind, mark, began_at, attempts) values ('ADDRESS', $1, $3, 1) ${again} returning attempts),
 by_account as (
   insert into gatehouse.sign_in_throttle as t (kind, mark, began_at, attempts) select 'ACCOUNT', $2, $3, 1 from by_address where by_address.attempts <= $7 ${again} returning attempts),
 sums as materialized (select a.attempts as address, coalesce((select attempts from by_account), 0) as account from by_address a),
 claimed as (
   update login l set auth_fail_count = case when l.auth_fail_count >= $5 then 1 else coalesce(l.auth_fail_count, 0) + 1 end, wrong_in_a_row = l.wrong_in_a_row + 1, last_auth_attempt = $3
   where l.login_id = $4 and (select s.address <= $7 and s.account <= $8 from sums s) and l.wrong_in_a_row < $9
     and not (${lasting} and (coalesce(l.auth_fail_count, 0) >= $5 or l.lock_marker = 'LOCKED'
       or exists (select from users u where u.user_id = l.user_id and u.secondary_status = 'LOCKED')))
   returning l.auth_fail_count as failures, l.wrong_in_a_row as in_a_row)
 select s.address, s.account, (select c.failures from claimed c) as failures, (select c.in_a_row from claimed c) as "inARow", ${unhurried} from sums s`

/** Counts an attempt before it is looked at. */
export async function claimGuess(db: Pick<Database, 'first'>, { marks, loginId, lockout, mostByAddress, mostByAccount }: Claiming, now: Date): Promise<Claimed> {
  return (await db.first<Claimed>(claimSql,
    [marks.address, marks.account, now, loginId ?? '', lockout.failures, lockout.unlockMinutes, mostByAddress, mostByAccount, lockout.mostGuessesInARow], 'claim_guess'))!
}

/** An attempt that succeeded counts for nothing. Other failures from the address stay counted. The rows are taken in the order of claiming. */
export async function uncountAttempt(db: Pick<Database, 'execute'>, { address, account }: Marks): Promise<void> {
  await db.execute(
    `with one as (update gatehouse.sign_in_throttle set attempts = greatest(attempts - 1, 0) where kind = 'ADDRESS' and mark = $1 returning 1),
       other as (delete from gatehouse.sign_in_throttle where kind = 'ACCOUNT' and mark = $2 and (select count(*) from one) >= 0)
     select ${unhurried}`, [address, account], 'uncount_attempt')
}

/**
 * Forgets what was guessed at the names of people who have a way back in. A count by name that a guess holds at this instant stays: it
 * is taken before the login, and the people are held already. Of whom there was a count of wrong passwords in a row.
 */
export async function forgetGuesses(tx: Pick<Transaction, 'query' | 'execute'>, userIds: readonly string[]): Promise<string[]> {
  const counted = await tx.query<{ id: string }>(`update login set wrong_in_a_row = 0, pwd_closed = null where user_id = any($1) and managed_sys_id = '0' and (wrong_in_a_row > 0 or pwd_closed is not null) returning user_id as id`, [userIds])
  const logins = await tx.query<{ login: string }>(`select login from login where user_id = any($1) and managed_sys_id = '0'`, [userIds])
  await tx.execute(
    `delete from gatehouse.sign_in_throttle where (kind, mark) in (
       select kind, mark from gatehouse.sign_in_throttle where kind = 'ACCOUNT' and mark = any($1) for update skip locked)`, [logins.map(({ login }) => nameMark(login))])
  return counted.map(({ id }) => id)
}

/** Removes counts past their window, a batch at a time, around those in use; how many. */
export async function sweepAttempts(db: Pick<Database, 'execute'>, now: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.sign_in_throttle where (kind, mark) in (
       select kind, mark from gatehouse.sign_in_throttle where began_at <= $1::timestamptz - make_interval(mins => ${guessWindowMinutes}) limit $2 for update skip locked)`, [now, batch])
}
