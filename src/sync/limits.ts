/** The guard of sync plans: what they would do, counted as the limits count it, and the people it is measured by. */
import type { Context } from '../context.ts'
import { brokenLimits, limitedOperations, limitsOf, needsPeople, readLimitList, stopReason, type LimitCounts, type LimitedKind } from '../model/plan-limits.ts'
import type { PortalSettings } from '../model/portal-settings.ts'
import { countConcerned } from '../store/sync-plans.ts'
import type { Action, SyncStep } from './steps.ts'

/** Adds what some steps would do to `counts`. */
export function countGuarded(steps: Iterable<Pick<SyncStep, 'actions'>>, counts: { [K in LimitedKind]?: number }): void {
  for (const { actions } of steps) {
    for (const action of actions) {
      const kind = guardedKind(action)
      if (kind !== null) counts[kind] = (counts[kind] ?? 0) + 1
    }
  }
}

function guardedKind(action: Action): LimitedKind | null {
  // Somebody who has lost the account is made again; everybody, when the address is that of another org.
  if (action.kind === 'create' && action.replaces !== undefined) return 'recreate'
  return Object.hasOwn(limitedOperations, action.kind) ? (action.kind as LimitedKind) : null
}

/** Why a plan over a portal, or over all (null), with these counts is to be stopped, or null. */
export function guardOf(
  ctx: Pick<Context, 'db' | 'config'>, portalId: number | null, portals: ReadonlyMap<number, PortalSettings>,
): (counts: LimitCounts) => Promise<string | null> {
  const limits = limitsOf(readLimitList(ctx.config.PLAN_LIMITS), portalId === null ? {} : portals.get(portalId))
  return async (counts) => {
    const people = needsPeople(counts, limits) ? await countConcerned(ctx.db, portalId) : 0
    const broken = brokenLimits(counts, people, limits)
    return broken.length > 0 ? stopReason(broken) : null
  }
}
