/** Who has no password of their own yet. */
import type { Database, Transaction } from './database.ts'

/** Those of these people whose own login has no password. */
export async function withoutPassword(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.query<{ user_id: string }>(`select user_id from login where managed_sys_id = '0' and password is null and user_id = any($1)`, [ids])
  return new Set(rows.map((row) => row.user_id))
}

/** What is kept of a person's own password. */
export async function readOwnPassword(db: Pick<Database, 'first'>, userId: string): Promise<string | null> {
  const row = await db.first<{ password: string | null }>(`select password from login where user_id = $1 and managed_sys_id = '0'`, [userId])
  return row?.password ?? null
}

/** A new password; the failures are forgotten. */
export async function writePassword(tx: Transaction, userId: string, hash: string, forceChange: boolean, now: Date): Promise<void> {
  await tx.execute(
    `update login set password = $2, pwd_changed = $3, reset_pwd = $4, auth_fail_count = 0 where user_id = $1 and managed_sys_id = '0'`,
    [userId, hash, now, forceChange ? '1' : '0'])
}
