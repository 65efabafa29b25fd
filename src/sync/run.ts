/**
 * One sync run: plan, or plan and apply, with a lease that lets one run at a time touch the connected system. What the
 * doors call.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readMappings } from '../store/account-mappings.ts'
import { readPlan, type Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'
import { clearHints, lastHint } from '../store/sync-hints.ts'
import type { SyncMode } from '../store/sync-people.ts'
import { closeInterrupted, isInterrupted, reopenInterrupted } from '../store/sync-plans.ts'
import { alone, type RunStart, type Turn } from './alone.ts'
import { applyPlan, type ApplyReport } from './apply.ts'
import { basisMoved, basisOf, basisOfUndo, refuseMovedBasis } from './basis.ts'
import { RemoteError, type Connector } from './connector.ts'
import type { ErrorLog } from './error-log.ts'
import { guardOf } from './limits.ts'
import { makePlan } from './make-plan.ts'
import type { SyncStep } from './steps.ts'
import { noteUnanswered } from './record.ts'
import { makeUndo, refuseUndo } from './undo.ts'
import { storePlan, syncPlanKind } from './stored-plan.ts'

/** Where a run is: the step, how far it has come, and how far it has to go where that is known. */
export interface Progress {
  step?: string
  done: number
  of?: number
  failed: number
}

export interface SyncRun {
  ctx: Context
  connector: Connector
  errorLog: ErrorLog
  onProgress?: (progress: Progress) => void
  /** Told of the plan that a run has made, before it is applied. */
  onPlanned?: (plan: Plan) => void
  /** How to wait for one's turn, and the like. */
  turn?: Pick<RunStart, 'waitMs' | 'noteSkip' | 'stop' | 'leaseMs'>
}

/**
 * Makes and stores the plan of a portal's run; nothing else is written.
 * Errors: `not_found`, `remote_error` when the connected system cannot be read, `conflict` while another run works.
 */
export async function planSync(run: SyncRun, portalId: number, mode: SyncMode = 'delta'): Promise<Plan> {
  return alone(run.ctx, { ...run.turn, kind: 'plan', portalId }, (turn) => plan(within(run, turn), portalId, mode, turn))
}

/** Applies a stored plan, or goes on with one that was interrupted, also when other runs came between. Errors: `not_found`, `plan_state` (also when a guard has stopped it), `plan_stale`, `conflict`. */
export async function applySync(run: SyncRun, planId: string): Promise<ApplyReport> {
  return alone(run.ctx, { ...run.turn, kind: 'apply', planId }, (turn) => {
    const own = within(run, turn)
    return readable(own, async () => apply(own, await readPlan(run.ctx.db, planId), turn), 'The plan can be applied again.')
  })
}

/** Plans and applies in one go; a plan that a guard stops is not applied, and the report says so. */
export async function syncPortal(run: SyncRun, portalId: number, mode: SyncMode = 'delta'): Promise<ApplyReport> {
  return alone(run.ctx, { ...run.turn, kind: mode, portalId }, async (turn) => {
    const hinted = await lastHint(run.ctx.db)
    const own = within(run, turn)
    // Before planning: what a run that died may have made is queued, and so part of the plan.
    await readable(own, () => noteUnanswered(own.ctx, own.connector), 'Nothing was planned.')
    const report = await applyUnlessStopped(own, await plan(own, portalId, mode, turn), turn)
    // Whoever could not be pushed is marked by that; who has not been reached is still hinted at.
    if (report.stopped === null) await clearHints(turn.ctx.db, portalId, hinted)
    return report
  })
}

/**
 * Makes and stores the plan that takes back what an applied plan did; the undo is applied like any other plan.
 * Errors: `not_found`, `plan_state`, `remote_error`, `conflict`.
 */
export async function planUndo(run: SyncRun, planId: string): Promise<Plan> {
  return alone(run.ctx, { ...run.turn, kind: 'plan' }, (turn) => undoPlanOf(within(run, turn), planId, turn))
}

/** Plans the undo and applies it; where a guard stops it, the report says so. */
export async function undoSync(run: SyncRun, planId: string): Promise<ApplyReport> {
  return alone(run.ctx, { ...run.turn, kind: 'undo' }, async (turn) => {
    const own = within(run, turn)
    return applyUnlessStopped(own, await undoPlanOf(own, planId, turn), turn)
  })
}

async function undoPlanOf(run: SyncRun, planId: string, turn: Turn): Promise<Plan> {
  const { db } = run.ctx
  const original = await readPlan(db, planId)
  refuseUndo(original)
  const portals = await readPortalSettings(db)
  const portalId = (original.options.portalId ?? null) as number | null
  const guard = guardOf(run.ctx, portalId, portals)
  const pages = counted(run, makeUndo(db, run.connector, original, portals.get(portalId ?? 0)?.activation))
  return planned(run, turn, () => run.errorLog.within({ portalId }, () => storePlan(run.ctx, { portalId, mode: 'undo', options: basisOfUndo(planId) }, pages, guard)))
}

/** The run, writing only as long as it has its turn, and telling how far it is. */
export function within(run: SyncRun, turn: Turn): SyncRun {
  return {
    ...run,
    // Whoever started it, what a run writes comes from the sync.
    ctx: { ...turn.ctx, actor: { ...turn.ctx.actor, source: 'SYNC' } },
    onProgress(progress) {
      turn.progress(progress.step ?? 'applying', progress.done, progress.of)
      run.onProgress?.(progress)
    },
  }
}

/** Started by the scheduler, and again in a few minutes: nobody waits for it. */
export const isUnattended = ({ turn }: Pick<SyncRun, 'turn'>): boolean => turn?.noteSkip === true

async function plan(run: SyncRun, portalId: number, mode: SyncMode, turn: Turn): Promise<Plan> {
  const { db } = run.ctx
  const portals = await readPortalSettings(db)
  if (!portals.has(portalId)) throw new GatehouseError('not_found', `There is no portal ${portalId}.`)
  const mappings = await readMappings(db)
  const scope = { portalId, mode, portals, mappings }
  const pages = counted(run, makePlan(db, run.connector, scope))
  const guard = guardOf(run.ctx, portalId, portals)
  return planned(run, turn, () => run.errorLog.within({ portalId }, () => storePlan(run.ctx, { portalId, mode, options: basisOf(portalId, portals, mappings), unattended: isUnattended(run) }, pages, guard)))
}

/** Makes a plan and tells of it. Errors: `remote_error`. */
export async function planned(run: SyncRun, turn: Turn, make: () => Promise<Plan>): Promise<Plan> {
  turn.progress('planning')
  const made = await readable(run, make, 'Nothing was planned.')
  turn.plan(made.id)
  run.onPlanned?.(made)
  turn.note({ steps: made.steps, planned: made.counts })
  if (made.status === 'stopped') turn.stopped(made.stopReason ?? 'A guard has stopped the plan.')
  return made
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

export async function* counted(run: SyncRun, pages: AsyncIterable<SyncStep[]>): AsyncGenerator<SyncStep[]> {
  let done = 0
  for await (const page of pages) {
    done += page.length
    run.onProgress?.({ step: 'planning', done, failed: 0 })
    yield page
  }
}

/** Carries a plan out, unless a guard has stopped it. */
export async function applyUnlessStopped(run: SyncRun, made: Plan, turn: Turn): Promise<ApplyReport> {
  return made.status === 'stopped' ? stoppedReport(made) : apply(run, made, turn, true)
}

async function apply(run: SyncRun, stored: Plan, turn: Turn, fresh = false): Promise<ApplyReport> {
  if (stored.kind !== syncPlanKind) throw new GatehouseError('plan_state', `The plan ${stored.id} is no sync plan.`)
  const goesOn = stored.status === 'applying' || isInterrupted(stored)
  if (stored.status === 'stopped' && !goesOn) throw new GatehouseError('plan_state', `The plan is stopped: ${stored.stopReason}`)
  const moved = stored.status === 'planned' || goesOn ? await basisMoved(run.ctx.db, stored) : null
  // We have the turn, so whatever else seems to be under way has died.
  await closeInterrupted(run.ctx.db, moved === null ? stored.id : null)
  if (moved !== null) refuseMovedBasis(moved)
  if (isInterrupted(stored)) await reopenInterrupted(run.ctx.db, stored.id)
  turn.plan(stored.id)
  turn.progress('applying', stored.appliedThrough, stored.steps)
  const report = await applyPlan({ ...run, fresh, unattended: fresh && isUnattended(run) }, goesOn ? { ...stored, status: 'applying' } : stored)
  const { done, failed, blocked, stale } = report
  turn.note({ done, failed, blocked, stale })
  if (report.stopped !== null) turn.stopped(report.stopped)
  return report
}

/** The report of a run whose plan a guard has stopped before its first write. */
function stoppedReport(plan: Plan): ApplyReport {
  return { planId: plan.id, steps: plan.steps, done: {}, failed: 0, blocked: 0, stale: 0, failures: [], stopped: plan.stopReason ?? 'stopped', guarded: true }
}
