/**
 * What is done with a plan as a whole is an event of its own, and everything that comes of it bears the correlation id of
 * the plan, in whatever request or process it is done: so the audit gives all of a plan by one id.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import type { Transaction } from '../store/database.ts'
import { insertPlan, movePlan, readPlan, type NewPlan, type Plan, type PlanStatus } from '../store/plans.ts'

/** The same context, whose events are those of the plan. */
export function ofPlan(ctx: Context, { correlationId }: Pick<Plan, 'correlationId'>): Context {
  return correlationId === undefined ? ctx : { ...ctx, actor: { ...ctx.actor, correlationId } }
}

/** Writes the event of an act on a plan, with the id of the request that asked for it where that is another. */
export async function recordOfPlan(tx: Transaction, ctx: Context, plan: Pick<Plan, 'id' | 'correlationId'>, action: `plan.${string}`, changes: readonly FieldChange[]): Promise<void> {
  const { correlationId } = ctx.actor
  const request = plan.correlationId === undefined || plan.correlationId === correlationId ? [] : [{ path: 'request', after: correlationId }]
  await recordEvents(tx, ofPlan(ctx, plan), [{ action, targetType: 'Plan', targetId: plan.id, changes: [...changes, ...request] }])
}

/** Begins somebody's plan: its first row, and the event. What it is about is in the plan, which erasing somebody blanks. */
export async function beginPlan(tx: Transaction, ctx: Context, plan: Pick<NewPlan, 'id' | 'kind' | 'title' | 'options'>): Promise<void> {
  const { principal: createdBy, userId: actorId, correlationId } = ctx.actor
  await insertPlan(tx, { ...plan, createdBy, actorId, correlationId, now: ctx.now() })
  await recordMade(tx, ctx, { ...plan, correlationId })
}

export function recordMade(tx: Transaction, ctx: Context, plan: Pick<Plan, 'id' | 'kind' | 'correlationId'>): Promise<void> {
  return recordOfPlan(tx, ctx, plan, 'plan.create', [{ path: 'kind', after: plan.kind }])
}

/** Moves a plan from one of some states to another, with the event. Errors: `plan_state`. */
export async function actOnPlan(tx: Transaction, ctx: Context, planId: string, action: `plan.${string}`, from: readonly PlanStatus[], to: PlanStatus): Promise<Plan> {
  const { status: before } = await readPlan(tx, planId, true)
  const plan = await movePlan(tx, planId, from, to)
  const behind = plan.appliedThrough > 0 && before !== 'applied' ? [{ path: 'appliedThrough', after: plan.appliedThrough }] : []
  await recordOfPlan(tx, ctx, plan, action, [{ path: 'status', before, after: to }, ...behind])
  return plan
}
