/** SQL on what is kept of former access (migration 0012). */
import type { Transaction } from './database.ts'

/** Forgets what a person had and how they stood; for those who are erased for good. */
export async function forgetAccessHistory(tx: Transaction, userId: string): Promise<void> {
  await tx.execute('delete from gatehouse.membership_history where user_id = $1', [userId])
  await tx.execute('delete from gatehouse.user_status_history where user_id = $1', [userId])
}
