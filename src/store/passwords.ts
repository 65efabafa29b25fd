/** SQL on passwords: the login that signs in here (managed system 0), its hash, its dates, and the hashes it had. */
import { demandedMark, demandedTemporaryMark, type PasswordDates } from '../model/password-state.ts'
import { inForce } from './access-walk.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

export interface PasswordLogin extends PasswordDates {
  login_id: string
  user_id: string
  password: string | null
  pwd_changed: string | null
  /** Changes made today by the person. */
  changes_today: number
}

// "Today" in the zone $2, at the moment $3.
const shown = `l.login_id, l.user_id, l.password, l.pwd_changed, l.pwd_exp, l.grace_period, l.reset_pwd,
  case when (l.pwd_changed at time zone $2)::date = ($3::timestamptz at time zone $2)::date then coalesce(l.pwd_change_count, 0) else 0 end as changes_today`

export interface Day {
  zone: string
  now: Date
}

/** The login a person signs in with here; undefined when they have none. Locked until the transaction ends when asked for. */
export function passwordLogin(db: Reader, userId: string, { zone, now }: Day, lock = false): Promise<PasswordLogin | undefined> {
  return db.first<PasswordLogin>(`select ${shown} from login l where l.user_id = $1 and l.managed_sys_id = '0'${lock ? ' for update' : ''}`, [userId, zone, now], lock ? 'lock_password_login' : 'password_login')
}

export interface NewPassword {
  hash: string
  expires: Date | null
  graceEnds: Date | null
  /** Somebody else set it: what RESET_PWD holds, else null. */
  reset: string | null
  /** Whether it counts as a change of the person's own today, and how many that makes. */
  changesToday: number
  /** Of those kept, which stood for less give way first. */
  hours: number
}

/** How many hashes are kept: the current one, and as many earlier ones as a policy can refuse. */
const mostHistory = 25

/** Whether so many hours lie between a password and the one after it, of the last one until now: it may have been removed since. */
const stood = (hours: string, now: string) =>
  `coalesce(lead(date_created) over (partition by login_id order by date_created, pwd_history_id), ${now}::timestamptz) - date_created >= make_interval(hours => ${hours}) as stood`

/**
 * Writes a password, its dates and its history. Failures, a lock by failures and whatever recovery is under way end with it;
 * an administrator's lock stays.
 */
export async function writePassword(tx: Transaction, login: Pick<PasswordLogin, 'login_id' | 'user_id'>, password: NewPassword, newId: () => string, now: Date): Promise<void> {
  const { hash, expires, graceEnds, reset, changesToday, hours } = password
  // One that was imported, which no verb has set, is an earlier one from now on.
  await tx.execute(
    `insert into pwd_history (pwd_history_id, login_id, date_created, password)
     select $2, l.login_id, least(coalesce(l.pwd_changed, $3::timestamptz - make_interval(hours => $4)), $3::timestamptz - interval '1 millisecond'), l.password from login l where l.login_id = $1 and l.password is not null
       and not exists (select from pwd_history h where h.login_id = l.login_id and h.password = l.password)`, [login.login_id, newId(), now, hours])
  await tx.execute(
    `update login set password = $2, pwd_changed = $3, pwd_exp = $4, grace_period = $5, reset_pwd = $6, pwd_change_count = $7, auth_fail_count = 0, last_update = $3,
      lock_marker = case when lock_marker = 'LOCKED' then 'NOT_LOCKED' else lock_marker end,
      pswd_reset_token = null, pswd_reset_token_exp = null, sms_reset_token = null, sms_reset_token_exp = null, sms_reset_fail_count = 0
     where login_id = $1`, [login.login_id, hash, now, expires, graceEnds, reset, changesToday])
  await tx.execute('update users set date_password_changed = $2 where user_id = $1', [login.user_id, now])
  const entry = newId()
  await tx.execute('insert into pwd_history (pwd_history_id, login_id, date_created, password) values ($1, $2, $3, $4)', [entry, login.login_id, now, hash])
  await tx.execute(
    `delete from pwd_history where login_id = $1 and pwd_history_id not in (
       select pwd_history_id from (select *, ${stood('$2', '$3')} from pwd_history where login_id = $1) h
       order by pwd_history_id = $4 desc, stood desc, date_created desc, pwd_history_id desc limit ${mostHistory})`, [login.login_id, hours, now, entry])
}

/** Has a password be changed when its person next signs in with it, also a temporary one, which a policy may let stay. When it expires stays. The mark that is new. */
export async function demandChange(tx: Transaction, loginId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ mark: string }>(
    `update login set reset_pwd = case when upper(coalesce(reset_pwd, '')) in ('', '0', 'N') then $2 else $3 end
     where login_id = $1 and coalesce(reset_pwd, '') not in ($2, $3) returning reset_pwd as mark`, [loginId, demandedMark, demandedTemporaryMark])
  return row?.mark
}

/**
 * The newest hashes that a login had before its current one: so many that stood for some hours, and all between them that did not. The current one's entry is known by its hash
 * (`writeRehash` keeps the two the same); a password that was imported has none, and after a reset there is no current one.
 */
export async function passwordHistory(db: Reader, userId: string, { count, hours, now }: { count: number; hours: number; now: Date }): Promise<string[]> {
  if (count === 0) return []
  const rows = await db.query<{ password: string; current: boolean; stood: boolean }>(
    `select h.password, coalesce(h.password = l.password, false) as current, ${stood('$2', '$3')}
     from pwd_history h join login l using (login_id) where l.user_id = $1 and l.managed_sys_id = '0'
     order by h.date_created desc, h.pwd_history_id desc limit ${mostHistory}`, [userId, hours, now])
  const held: string[] = []
  let places = 0
  for (const row of rows.slice(rows[0]?.current ? 1 : 0)) {
    if (places === count) break
    held.push(row.password)
    if (row.stood) places++
  }
  return held
}

export interface OwnerWords {
  logins: string[]
  /** First and last name. */
  names: string[]
  /** Other words: further names, addresses, numbers, organisations. */
  others: string[]
}

/** Words about a person that their password must not be made of; undefined when there is no such person. */
export async function ownerWords(db: Reader, userId: string, now: Date): Promise<OwnerWords | undefined> {
  return db.first<OwnerWords>(
    `select array(select l.login from login l where l.user_id = u.user_id order by l.managed_sys_id limit 20) as logins,
      array_remove(array[u.first_name, u.last_name], null) as names,
      array_remove(array[u.middle_init, u.nickname, u.maiden_name, u.partner_name, u.employee_id, u.title, to_char(u.birthdate, 'DDMMYYYY'), to_char(u.birthdate, 'YYYYMMDD')]::text[], null)
        || array(select e.email_address::text from email_address e where e.parent_id = u.user_id order by e.email_id limit 20)
        || array(select p.phone_nbr::text from phone p where p.parent_id = u.user_id and p.phone_nbr is not null order by p.phone_id limit 20)
        || array(select c.company_name::text from user_affiliation a join company c using (company_id) where a.user_id = u.user_id and ${inForce('a', '$2::timestamptz')} order by c.company_id limit 20) as others
     from users u where u.user_id = $1`, [userId, now])
}
