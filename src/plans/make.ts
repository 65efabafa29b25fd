/**
 * Making a plan that is filled in several transactions: begun, filled, ready; or cancelled when filling it fails. A sync plan, which
 * speaks of a whole portal and so belongs to nobody, and is told of once it is known to do something, is made by itself (`sync/stored-plan.ts`).
 */
import type { Context } from '../context.ts'
import { finishPlan, readPlan, type Plan } from '../store/plans.ts'
import { actOnPlan, beginPlan } from './events.ts'

export interface PlanHead {
  kind: string
  title: string
  options: Record<string, unknown>
}

/** What filling a plan came to. */
export interface Filled {
  /** Steps by action. */
  counts: Record<string, number>
  steps: number
  /** Why it is not to be applied as it stands. */
  stopReason?: string | undefined
}

/**
 * Makes a plan. Its first row is written in a transaction like everything else, so that a request which is sent again finds
 * its Idempotency-Key noted, and makes no second plan. Errors: those of `fill`; the plan is cancelled then.
 */
export async function makePlan(ctx: Context, { kind, title, options }: PlanHead, fill: (planId: string) => Promise<Filled>): Promise<Plan> {
  const id = ctx.newId()
  await ctx.db.transaction((tx) => beginPlan(tx, ctx, { id, kind, title, options }))
  try {
    const { counts, steps, stopReason } = await fill(id)
    await finishPlan(ctx.db, id, counts, steps, stopReason)
  } catch (error) {
    // What went wrong is the news, also where the database that is away cannot be told.
    await ctx.db.transaction((tx) => actOnPlan(tx, ctx, id, 'plan.cancel', ['planning'], 'cancelled')).catch(() => {})
    throw error
  }
  return readPlan(ctx.db, id)
}
