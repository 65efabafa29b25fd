/** SQL of the first start. */
import type { Database, Transaction } from './database.ts'

/** True for exactly one caller in the life of an installation. Where somebody is `admin` already, nobody is made. */
export async function claimFirstAdministrator(tx: Transaction, now: Date): Promise<boolean> {
  const claimed = await tx.execute(
    `insert into gatehouse.setting (name, value, updated_at)
     select 'first_administrator', 'true', $1 where not exists (select from login where managed_sys_id = '0' and lowercase_login = 'admin')
     on conflict (name) do nothing`, [now])
  return claimed > 0
}

/** A password that must be changed at the first sign-in. */
export async function setInitialPassword(tx: Transaction, userId: string, hash: string, now: Date): Promise<void> {
  await tx.execute(`update login set password = $2, reset_pwd = '1', pwd_changed = $3 where user_id = $1 and managed_sys_id = '0'`, [userId, hash, now])
}

/** Who signs in under the name that the first start gave, in an installation whose first start made somebody. */
export async function findFirstAdministrator(db: Pick<Database, 'first'>, userName: string): Promise<string | undefined> {
  const row = await db.first<{ id: string }>(
    `select user_id as id from login where managed_sys_id = '0' and lowercase_login = $1
       and exists (select from gatehouse.setting where name = 'first_administrator')`, [userName])
  return row?.id
}

/** Somebody who is neither a record of the system nor called as the first administrator is; nobody in a directory that is not in use yet. */
export async function findAnybodyElse(db: Pick<Database, 'first'>): Promise<string | undefined> {
  const row = await db.first<{ name: string }>(
    `select coalesce(l.login, u.user_id) as name from users u left join login l on l.user_id = u.user_id and l.managed_sys_id = '0'
     where u.system_flag is distinct from 'Y' and l.lowercase_login is distinct from 'admin' limit 1`)
  return row?.name
}
