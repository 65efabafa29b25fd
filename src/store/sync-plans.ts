/** What sync runs that died have left in the table of plans. */
import type { Database } from './database.ts'

/** Closes sync plans that were being made or applied when their run died; all but the one that goes on now. */
export async function closeInterrupted(db: Pick<Database, 'execute'>, exceptId: string): Promise<void> {
  await db.execute(
    `update gatehouse.plan set status = case status when 'applying' then 'stopped' else 'cancelled' end,
       stop_reason = 'The run was interrupted; the next one takes up what it left.'
     where kind = 'sync' and status in ('planning', 'applying') and plan_id <> $1`,
    [exceptId],
  )
}
