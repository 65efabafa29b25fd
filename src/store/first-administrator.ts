/** SQL of the first start. */
import type { Database, Transaction } from './database.ts'

/** True for exactly one caller in the life of an installation that has no people yet. */
export async function claimFirstAdministrator(db: Database, now: Date): Promise<boolean> {
  const claimed = await db.execute(
    `insert into gatehouse.setting (name, value, updated_at)
     select 'first_administrator', 'true', $1 where not exists (select from users where coalesce(system_flag, 'N') <> 'Y')
     on conflict (name) do nothing`, [now])
  return claimed > 0
}

/** A password that must be changed at the first sign-in. */
export async function setInitialPassword(tx: Transaction, userId: string, hash: string, now: Date): Promise<void> {
  await tx.execute(`update login set password = $2, reset_pwd = '1', pwd_changed = $3 where user_id = $1 and managed_sys_id = '0'`, [userId, hash, now])
}
