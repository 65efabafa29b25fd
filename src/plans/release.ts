/**
 * Letting a plan go that a guard has stopped: once, for a reason, by somebody. The limits stay as they are; the next
 * plan is judged by them again.
 */
import type { Context } from '../context.ts'
import { GatehouseError, type Problem } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { markReleased, readPlan, type Plan } from '../store/plans.ts'
import { recordOfPlan } from './events.ts'

export interface ReleaseRequest {
  reason: string
  /** Who decides; default: who asks. */
  by?: string
}

/** Errors: `invalid_body`, `unknown_attribute`, `required_attribute`, `invalid_value`. */
export function releaseRequest(input: unknown): ReleaseRequest {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'The body must give a `reason`.')
  const unknown = Object.keys(input).find((key) => key !== 'reason' && key !== 'by')
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of a release.`)
  const { reason, by } = input
  if (typeof reason !== 'string' || reason.trim() === '') {
    const problems: Problem[] = [{ path: 'reason', message: 'is required' }]
    throw new GatehouseError('required_attribute', 'A stopped plan is released for a reason: say which.', { problems })
  }
  const problems: Problem[] = []
  if (!isLine(reason, 1000)) problems.push({ path: 'reason', message: 'must be a text of 1 to 1000 characters' })
  if (by !== undefined && !isLine(by, 200)) problems.push({ path: 'by', message: 'must be a text of 1 to 200 characters' })
  if (problems.length > 0) throw new GatehouseError('invalid_value', `${problems[0]!.path} ${problems[0]!.message}.`, { problems })
  return { reason: reason.trim(), ...(by === undefined ? {} : { by: (by as string).trim() }) }
}

function isLine(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.trim().length >= 1 && value.length <= most && !value.includes('\0')
}

/** Errors: those of `releaseRequest`; `plan_state` for a plan that is not stopped, or was released before. */
export async function releasePlan(ctx: Context, planId: string, input: unknown): Promise<Plan> {
  const { reason, by } = releaseRequest(input)
  const { principal } = ctx.actor
  return ctx.db.transaction(async (tx) => {
    const plan = await readPlan(tx, planId, true)
    if (plan.status !== 'stopped') throw new GatehouseError('plan_state', `The plan is ${plan.status}; only one that a guard has stopped can be released.`)
    if (plan.released !== undefined) throw new GatehouseError('plan_state', 'The plan was released before, and has stopped since for another reason: make a new plan.')
    const releasedBy = by === undefined ? principal : by === principal ? by : `${by} (by ${principal})`
    await markReleased(tx, planId, { reason, by: releasedBy, at: ctx.now() })
    await recordOfPlan(tx, ctx, plan, 'plan.release', [
      { path: 'status', before: 'stopped', after: 'planned' }, { path: 'stopReason', before: plan.stopReason },
      { path: 'releaseReason', after: reason }, { path: 'releasedBy', after: releasedBy },
    ])
    return readPlan(tx, planId)
  })
}
