/** What sync runs that died have left in the table of plans, and what plans are measured by. */
import type { Database, Transaction } from './database.ts'
import type { Plan } from './plans.ts'
import { queuedSql } from './unassignment-queue.ts'

/** What is said of a plan whose run has died. */
export const interruptedReason = 'The run was interrupted; the next one takes up what it left.'

/** Closes sync plans that were being made or applied when their run died; all but the one that goes on now, if one does. */
export async function closeInterrupted(db: Pick<Database, 'execute'>, exceptId: string | null): Promise<void> {
  await db.execute(
    `update gatehouse.plan set status = case status when 'applying' then 'stopped' else 'cancelled' end,
       stop_reason = $2
     where kind = 'sync' and status in ('planning', 'applying') and plan_id is distinct from $1`,
    [exceptId, interruptedReason],
  )
}

/** Whether it was closed by that: what is left of it can still be applied, and one that was released need not be again. */
export function isInterrupted({ status, stopReason }: Pick<Plan, 'status' | 'stopReason'>): boolean {
  return status === 'stopped' && stopReason === interruptedReason
}

/** Takes such a plan up again. */
export async function reopenInterrupted(db: Pick<Database, 'execute'>, planId: string): Promise<void> {
  await db.execute(`update gatehouse.plan set status = 'applying', stop_reason = null where plan_id = $1 and status = 'stopped' and stop_reason = $2`, [planId, interruptedReason])
}

/** Removes old plans that held nothing; the last one of each portal stays, since it says that nothing has failed since. */
export async function sweepEmptyPlans(db: Pick<Database, 'execute'>, before: Date): Promise<void> {
  await db.execute(
    `delete from gatehouse.plan where kind = 'sync' and status = 'applied' and steps = 0 and created_at < $1 and plan_id not in (
       select distinct on (options ->> 'portalId') plan_id from gatehouse.plan
       where kind = 'sync' and status in ('applied', 'applying', 'stopped') order by options ->> 'portalId', created_at desc)`,
    [before])
}

export interface SentStep {
  planId: string
  step: number
  /** The whole step, as it was planned. */
  changes: unknown
}

/** Some steps of sync plans that were sent and never written down, held. */
export async function sentSteps(tx: Pick<Transaction, 'query'>, limit: number): Promise<SentStep[]> {
  return tx.query<SentStep>(
    `select s.plan_id as "planId", s.step_no as step, s.changes from gatehouse.plan_step s join gatehouse.plan p on p.plan_id = s.plan_id and p.kind = 'sync'
     where s.status = 'sent' order by s.plan_id, s.step_no limit $1 for update of s`, [limit])
}

/**
 * How many people a portal's plan is about in all: its members, the administrators, and those who have left it and whose
 * accounts wait in a queue, so that a share is one of what there was before they went.
 */
export async function countConcerned(db: Pick<Database, 'first'>, portalId: number | null): Promise<number> {
  const row = await db.first<{ count: number }>(
    `select ((select count(*) from efs.portal_panelist where $1::int is null or portal_id = $1) + (select count(*) from efs.users)
       + ${queuedSql('$1::int')})::int as count`,
    [portalId],
  )
  return row!.count
}
