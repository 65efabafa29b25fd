/**
 * One sync run: plan, or plan and apply, under a lock that lets one run at a time touch the connected system. What the
 * doors call.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { digestOf, readMappings } from '../store/account-mappings.ts'
import { readPlan, type Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'
import type { SyncMode } from '../store/sync-people.ts'
import { closeInterrupted } from '../store/sync-plans.ts'
import { alone } from './alone.ts'
import { applyPlan, type ApplyReport } from './apply.ts'
import { RemoteError, type Connector } from './connector.ts'
import type { ErrorLog } from './error-log.ts'
import { guardOf } from './limits.ts'
import { makePlan } from './make-plan.ts'
import { stoppedReport } from './report.ts'
import { makeUndo, refuseUndo } from './undo.ts'
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
  return alone(run.ctx.db, async () => readable(run, async () => apply(run, await readPlan(run.ctx.db, planId)), 'The plan can be applied again.'))
}

/** Plans and applies in one go; a plan that a guard stops is not applied, and the report says so. */
export async function syncPortal(run: SyncRun, portalId: number, mode: SyncMode = 'delta'): Promise<ApplyReport> {
  return alone(run.ctx.db, async () => {
    const made = await plan(run, portalId, mode)
    return made.status === 'stopped' ? stoppedReport(made) : apply(run, made, true)
  })
}

/**
 * Makes and stores the plan that takes back what an applied plan did; the undo is applied like any other plan.
 * Errors: `not_found`, `plan_state`, `remote_error`, `conflict`.
 */
export async function planUndo(run: SyncRun, planId: string): Promise<Plan> {
  return alone(run.ctx.db, () => undoPlanOf(run, planId))
}

/** Plans the undo and applies it; where a guard stops it, the report says so. */
export async function undoSync(run: SyncRun, planId: string): Promise<ApplyReport> {
  return alone(run.ctx.db, async () => {
    const made = await undoPlanOf(run, planId)
    return made.status === 'stopped' ? stoppedReport(made) : apply(run, made, true)
  })
}

async function undoPlanOf(run: SyncRun, planId: string): Promise<Plan> {
  const { db } = run.ctx
  const original = await readPlan(db, planId)
  refuseUndo(original)
  const portals = await readPortalSettings(db)
  const portalId = original.options.portalId as number
  const guard = guardOf(run.ctx, portalId, portals)
  const pages = makeUndo(db, run.connector, original, portals.get(portalId)?.activation)
  const store = () => storePlan(asSync(run.ctx), portalId, 'undo', pages, guard, { undoes: planId })
  return readable(run, () => run.errorLog.within({ portalId }, store), 'Nothing was planned.')
}

async function plan(run: SyncRun, portalId: number, mode: SyncMode): Promise<Plan> {
  const { db } = run.ctx
  const portals = await readPortalSettings(db)
  if (!portals.has(portalId)) throw new GatehouseError('not_found', `There is no portal ${portalId}.`)
  // Administrators belong to no portal and so have no setting: suspending can be taken back.
  const mappings = await readMappings(db)
  const scope = { portalId, mode, portals, adminPolicy: 'suspend' as const, mappings }
  const guard = guardOf(run.ctx, portalId, portals)
  const store = () => storePlan(asSync(run.ctx), portalId, mode, makePlan(db, run.connector, scope), guard, { mapping: digestOf(mappings) })
  return readable(run, () => run.errorLog.within({ portalId }, store), 'Nothing was planned.')
}

/** The connected system has to be read for the work; where that fails, it is over. Errors: `remote_error`. */
async function readable<T>(run: SyncRun, work: () => Promise<T>, sofar: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const detail = `${error.request} failed: ${error.message} (${error.status} ${error.code}). ${sofar}`
    throw new GatehouseError('remote_error', detail, { cause: error })
  } finally {
    await run.errorLog.flush()
  }
}

async function apply(run: SyncRun, stored: Plan, fresh = false): Promise<ApplyReport> {
  if (stored.kind !== syncPlanKind) throw new GatehouseError('plan_state', `The plan ${stored.id} is no sync plan.`)
  if (stored.status === 'stopped') throw new GatehouseError('plan_state', `The plan is stopped: ${stored.stopReason}`)
  await refuseOtherMapping(run, stored)
  // We hold the lock, so whatever else seems to be under way has died.
  await closeInterrupted(run.ctx.db, stored.id)
  return applyPlan({ ...run, ctx: asSync(run.ctx), fresh }, stored)
}

/** What another mapping would write is not what was planned. */
async function refuseOtherMapping({ ctx }: SyncRun, { status, options }: Plan): Promise<void> {
  if (status !== 'planned' || options.mapping === undefined || options.mapping === digestOf(await readMappings(ctx.db))) return
  throw new GatehouseError('plan_stale', 'The mapping of accounts has been changed since the plan was made; nothing was written. Make a new plan.')
}

/** Whoever started it, what a run writes comes from the sync. */
function asSync(ctx: Context): Context {
  return { ...ctx, actor: { ...ctx.actor, source: 'SYNC' } }
}
