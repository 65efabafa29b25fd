/**
 * One sync run: plan, or plan and apply, under a lock that lets one run at a time touch the connected system. What the
 * doors call.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readPlan, type Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'
import type { SyncMode } from '../store/sync-people.ts'
import { closeInterrupted } from '../store/sync-plans.ts'
import { alone } from './alone.ts'
import { applyPlan, type ApplyReport } from './apply.ts'
import { RemoteError, type Connector } from './connector.ts'
import type { ErrorLog } from './error-log.ts'
import { guardOf, stoppedReport } from './limits.ts'
import { makePlan } from './make-plan.ts'
import { storePlan, syncPlanKind } from './stored-plan.ts'

export interface SyncRun {
  ctx: Context
  connector: Connector
  errorLog: ErrorLog
  onProgress?: (progress: { done: number; of: number; failed: number }) => void
}

/**
 * Makes and stores the plan of a portal's run; nothing else is written.
 * Errors: `not_found`, `remote_error` when the connected system cannot be read, `conflict` while another run works.
 */
export async function planSync(run: SyncRun, portalId: number, mode: SyncMode = 'delta'): Promise<Plan> {
  return alone(run.ctx.db, () => plan(run, portalId, mode))
}

/** Applies a stored plan. Errors: `not_found`, `plan_state` (also when a guard has stopped it), `plan_stale`, `conflict`. */
export async function applySync(run: SyncRun, planId: string): Promise<ApplyReport> {
  return alone(run.ctx.db, async () => apply(run, await readPlan(run.ctx.db, planId)))
}

/** Plans and applies in one go; a plan that a guard stops is not applied, and the report says so. */
export async function syncPortal(run: SyncRun, portalId: number, mode: SyncMode = 'delta'): Promise<ApplyReport> {
  return alone(run.ctx.db, async () => {
    const made = await plan(run, portalId, mode)
    return made.status === 'stopped' ? stoppedReport(made) : apply(run, made)
  })
}

async function plan(run: SyncRun, portalId: number, mode: SyncMode): Promise<Plan> {
  const { db } = run.ctx
  const portals = await readPortalSettings(db)
  if (!portals.has(portalId)) throw new GatehouseError('not_found', `There is no portal ${portalId}.`)
  // Administrators belong to no portal and so have no setting: suspending can be taken back.
  const scope = { portalId, mode, portals, adminPolicy: 'suspend' as const }
  try {
    const pages = makePlan(db, run.connector, scope)
    const guard = guardOf(run.ctx, portalId, portals)
    return await run.errorLog.within({ portalId }, () => storePlan(asSync(run.ctx), portalId, mode, pages, guard))
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const detail = `${error.request} failed: ${error.message} (${error.status} ${error.code}). Nothing was planned.`
    throw new GatehouseError('remote_error', detail, { cause: error })
  } finally {
    await run.errorLog.flush()
  }
}

async function apply(run: SyncRun, stored: Plan): Promise<ApplyReport> {
  if (stored.kind !== syncPlanKind) throw new GatehouseError('plan_state', `The plan ${stored.id} is no sync plan.`)
  if (stored.status === 'stopped') throw new GatehouseError('plan_state', `The plan is stopped: ${stored.stopReason}`)
  // We hold the lock, so whatever else seems to be under way has died.
  await closeInterrupted(run.ctx.db, stored.id)
  return applyPlan({ ...run, ctx: asSync(run.ctx) }, stored)
}

/** Whoever started it, what a run writes comes from the sync. */
function asSync(ctx: Context): Context {
  return { ...ctx, actor: { ...ctx.actor, source: 'SYNC' } }
}
