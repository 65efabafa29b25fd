/**
 * The guard of sync plans and of the queues' worker: what they would do, counted as the limits count it, in all and for
 * each portal, so that a portal's own limits hold whoever does it.
 */
import type { Context } from '../context.ts'
import { brokenLimits, limitedOperations, limitsOf, needsPeople, readLimitList, stopReason, type LimitedKind } from '../model/plan-limits.ts'
import { portalsByGroup, type PortalSettings } from '../model/portal-settings.ts'
import { countConcerned } from '../store/sync-plans.ts'
import type { Action, SyncStep } from './steps.ts'

type Portals = ReadonlyMap<number, PortalSettings>

/** How much would be done, by the portal whose people it concerns; in all: null. */
export type Tally = Map<number | null, { [K in LimitedKind]?: number }>

export function addTo(tally: Tally, kind: LimitedKind, portalIds: readonly number[], count = 1): void {
  for (const id of new Set([null, ...portalIds])) {
    const counts = tally.get(id) ?? {}
    tally.set(id, { ...counts, [kind]: (counts[kind] ?? 0) + count })
  }
}

export interface BrokenLimits {
  /** Null: of all. */
  portalId: number | null
  /** What breaks a limit, as a sentence says it. */
  broken: string[]
}

/**
 * The limits that a tally breaks: the installation's by all of it, each portal's by what concerns it.
 * @param own the portal whose plan it is, so that all of it counts as this one's
 */
export async function limitsBroken(ctx: Pick<Context, 'db' | 'config'>, tally: Tally, portals: Portals, own: number | null = null): Promise<BrokenLimits[]> {
  const operator = readLimitList(ctx.config.PLAN_LIMITS)
  const found: BrokenLimits[] = []
  for (const [id, counts] of tally) {
    if (id !== null && id === own) continue
    const portalId = id ?? own
    const limits = limitsOf(operator, portalId === null ? {} : portals.get(portalId))
    const people = needsPeople(counts, limits) ? await countConcerned(ctx.db, portalId) : 0
    const broken = brokenLimits(counts, people, limits)
    if (broken.length > 0) found.push({ portalId, broken: id === null ? broken : broken.map((one) => `portal ${id}: ${one}`) })
  }
  return found
}

export interface Guard {
  /** Adds what some steps would do. */
  count(steps: Iterable<SyncStep>): void
  /** Why a plan of all that was counted is to be stopped, or null. */
  stopped(): Promise<string | null>
}

/** The guard of a plan over a portal, or over all (null). */
export function guardOf(ctx: Pick<Context, 'db' | 'config'>, portalId: number | null, portals: Portals): Guard {
  const tally: Tally = new Map()
  const byGroup = portalsByGroup(portals)
  return {
    count(steps) {
      for (const step of steps) {
        for (const action of step.actions) {
          const kind = guardedKind(action, step)
          if (kind !== null) addTo(tally, kind, 'group' in action ? (byGroup.get(action.group) ?? []) : portalsOf(step))
        }
      }
    },
    async stopped() {
      const found = await limitsBroken(ctx, tally, portals, portalId)
      return found.length > 0 ? stopReason(found.flatMap(({ broken }) => broken)) : null
    },
  }
}

function portalsOf({ links, queued }: SyncStep): number[] {
  return [...links.flatMap((link) => link.portalId ?? []), ...(queued?.portals ?? [])]
}

function guardedKind(action: Action, { actions }: SyncStep): LimitedKind | null {
  // Somebody who has lost the account is made again; everybody, when the address is that of another org.
  if (action.kind === 'create' && action.replaces !== undefined) return 'recreate'
  // The activation of what is made belongs to its making.
  if (action.kind === 'activate' && actions[0]?.kind === 'create') return null
  return Object.hasOwn(limitedOperations, action.kind) ? (action.kind as LimitedKind) : null
}
