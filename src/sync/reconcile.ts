/**
 * The reconcile: compares every account there is with the people here, all portals together, and makes a plan of what
 * differs; applied like any other plan. What the doors and the nightly job call.
 */
import { readMappings } from '../store/account-mappings.ts'
import type { Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'
import { clearHints, lastHint } from '../store/sync-hints.ts'
import { alone, type Turn } from './alone.ts'
import type { ApplyReport } from './apply.ts'
import { basisOf } from './basis.ts'
import { compareAll, type Compared } from './compare-all.ts'
import { guardOf } from './limits.ts'
import { applyUnlessStopped, isUnattended, planned, within, type SyncRun } from './run.ts'
import { storePlan } from './stored-plan.ts'

/** Makes and stores the plan; nothing else is written. Errors: `remote_error`, `conflict` while another run works. */
export async function planReconcile(run: SyncRun): Promise<Plan> {
  return alone(run.ctx, { ...run.turn, kind: 'plan' }, (turn) => plan(within(run, turn), turn))
}

/** Plans and applies in one go; a plan that a guard stops is not applied, and the report says so. */
export async function reconcileOrg(run: SyncRun): Promise<ApplyReport> {
  return alone(run.ctx, { ...run.turn, kind: 'reconcile' }, async (turn) => {
    const own = within(run, turn)
    const hinted = await lastHint(run.ctx.db)
    const report = await applyUnlessStopped(own, await plan(own, turn), turn)
    if (report.stopped === null) await clearHints(turn.ctx.db, null, hinted)
    return report
  })
}

async function plan(run: SyncRun, turn: Turn): Promise<Plan> {
  const portals = await readPortalSettings(run.ctx.db)
  const mappings = await readMappings(run.ctx.db)
  const compared: Compared = { accounts: 0, links: 0, vanished: 0, strangers: 0 }
  const progress = () => run.onProgress?.({ step: 'comparing', done: compared.accounts, failed: 0 })
  const pages = compareAll({ db: run.ctx.db, connector: run.connector, portals, mappings, compared, progress })
  const guard = guardOf(run.ctx, null, portals)
  const made = await planned(run, turn, () => run.errorLog.within({ step: 'reconcile' }, () => storePlan(run.ctx, { portalId: null, mode: 'reconcile', options: basisOf(null, portals, mappings), unattended: isUnattended(run) }, pages, guard)))
  turn.note({ compared })
  return made
}
