/** SQL on passwords that will expire and of which nobody has been told yet. */
import { passwordSettings } from '../model/password-settings.ts'
import { personCounts } from './access-walk.ts'
import type { Database, Transaction } from './database.ts'

export interface ExpiringPassword {
  loginId: string
  userId: string
  expires: string
  reset_pwd: string | null
}

/** The most days that any policy wants people to be written to before; 0 when none does. */
export async function longestNotice(db: Pick<Database, 'first'>): Promise<number> {
  return (await db.first<{ days: number }>(
    String.raw`select coalesce(max(a.value1::integer), 0) as days from policy_attribute a join policy p on p.policy_id = a.policy_id
     where a.def_param_id = $1 and p.status = 1 and a.value1 ~ '^\d{1,4}$'`, [passwordSettings.warningDays.param]))!.days
}

/** Passwords of people who may sign in that expire by `until`, the first ones first, behind `after`. */
export async function expiringPasswords(db: Pick<Database, 'query'>, now: Date, until: Date, after: ExpiringPassword | undefined, most: number): Promise<ExpiringPassword[]> {
  return db.query(
    `select l.login_id as "loginId", l.user_id as "userId", l.pwd_exp as expires, l.reset_pwd from login l join users u on u.user_id = l.user_id
     where l.managed_sys_id = '0' and l.pwd_exp > $1 and l.pwd_exp <= $2 and l.pwd_exp_told is distinct from l.pwd_exp and ${personCounts('$1', false)}
       and ($3::timestamptz is null or (l.pwd_exp, l.login_id) > ($3, $4)) order by l.pwd_exp, l.login_id limit $5`,
    [now, until, after?.expires ?? null, after?.loginId ?? null, most])
}

/** Whether it was still to be told. */
export async function markExpiryTold(tx: Transaction, { loginId }: ExpiringPassword): Promise<boolean> {
  return (await tx.execute('update login set pwd_exp_told = pwd_exp where login_id = $1 and pwd_exp_told is distinct from pwd_exp', [loginId])) === 1
}
