/** SQL on steps that wait for records standing later in the same import. */
import type { Database, Transaction } from './database.ts'

export interface LateStep<L> {
  step: number
  action: string
  resource: string
  targetId: string
  label?: string
  source?: string
  line?: number
  late: L
}

/** Steps after one and up to another that carry late references, in order. */
export async function lateSteps<L>(db: Pick<Database, 'query'>, planId: string, after: number, upTo: number, count: number): Promise<LateStep<L>[]> {
  return db.query<LateStep<L>>(
    `select step_no as step, action, resource, target_id as "targetId", label, source, line, changes->'late' as late from gatehouse.plan_step
     where plan_id = $1 and step_no > $2 and step_no <= $3 and changes ? 'late' and action <> 'error' order by step_no limit $4`, [planId, after, upTo, count])
}

/** What steps waited for has been found, and is named by its id from now on: a name that stays nowhere has to be erased nowhere. */
export async function forgetLate(tx: Transaction, planId: string, steps: readonly number[]): Promise<void> {
  if (steps.length > 0) await tx.execute(`update gatehouse.plan_step set changes = jsonb_set(changes, '{late}', '{}') where plan_id = $1 and step_no = any($2)`, [planId, steps])
}

/**
 * Turns steps into errors: their record would be made by half. What they would have changed stays, marked, until it is
 * known what else falls with them (`plan-settle.ts`).
 */
export async function refuseSteps(tx: Transaction, planId: string, refused: readonly { step: number; problem: object }[]): Promise<void> {
  if (refused.length === 0) return
  await tx.execute(
    `update gatehouse.plan_step s set action = 'error', changes = s.changes || '{"refused": true}', secret = null, problems = jsonb_build_array(v.problem)
     from unnest($2::int[], $3::jsonb[]) v(step, problem) where s.plan_id = $1 and s.step_no = v.step`,
    [planId, refused.map((one) => one.step), refused.map((one) => JSON.stringify(one.problem))])
}
