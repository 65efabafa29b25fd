/** Who has no password of their own yet. */
import type { Database } from './database.ts'

/** Those of these people whose own login has no password. */
export async function withoutPassword(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.query<{ user_id: string }>(`select user_id from login where managed_sys_id = '0' and password is null and user_id = any($1)`, [ids])
  return new Set(rows.map((row) => row.user_id))
}
