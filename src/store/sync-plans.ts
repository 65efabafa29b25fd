/** What sync runs that died have left in the table of plans, and what plans are measured by. */
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

/**
 * How many people a portal's plan is about in all: its members, the administrators, and those who are gone and whose
 * accounts wait in a queue, so that a share is one of what there was before they went.
 */
export async function countConcerned(db: Pick<Database, 'first'>, portalId: number): Promise<number> {
  const row = await db.first<{ count: number }>(
    `select ((select count(*) from efs.portal_panelist where portal_id = $1) + (select count(*) from efs.users)
       + (select count(*) from efs.iam_portal_user_group_unassignment_queue) + (select count(*) from efs.iam_user_unassignment_queue))::int as count`,
    [portalId],
  )
  return row!.count
}
