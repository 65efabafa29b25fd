/**
 * The guard of the queues' worker: what no plan has let go is judged as a plan of it would be, in all and for each portal,
 * by what the policies will do to the accounts.
 */
import type { Context } from '../context.ts'
import { accessGroupOf, closingKinds, portalsByGroup } from '../model/portal-settings.ts'
import { queuePopulations } from '../model/queue-states.ts'
import { readPortalSettings } from '../store/portals.ts'
import { countUnjudged, type HeldPortals } from '../store/unassignment-queue.ts'
import { addTo, limitsBroken, type Tally } from './limits.ts'
import { policyOfQueued } from './plan.ts'
import { rulesOf } from './rules.ts'

export interface Held {
  reason: string
  /** Whose entries; everybody's where it is a limit of the installation. */
  portals: HeldPortals
}

/** Why accounts that no plan has let go are left alone, and whose; null: no more have lost their references at once than may be taken. */
export async function heldQueue(ctx: Pick<Context, 'db' | 'config'>): Promise<Held | null> {
  const portals = await readPortalSettings(ctx.db)
  const rules = rulesOf(portals)
  const byGroup = portalsByGroup(portals)
  const tally: Tally = new Map()
  for (const population of queuePopulations) {
    for (const { portals: left, leaving, closing } of await countUnjudged(ctx.db, population)) {
      // Who shares the group is left as well.
      const sharing = left.flatMap((id) => byGroup.get(accessGroupOf(id, portals.get(id) ?? {})) ?? [])
      const decided = policyOfQueued([population], [...left, ...sharing], rules)
      addTo(tally, 'groupRemove', decided.portals, leaving)
      for (const kind of closingKinds[decided.policy]) addTo(tally, kind, decided.portals, closing)
    }
  }
  const found = await limitsBroken(ctx, tally, portals)
  if (found.length === 0) return null
  const ids = found.flatMap(({ portalId }) => portalId ?? [])
  const reason = `${found.flatMap(({ broken }) => broken).join('; ')}: a sync run of the portal plans them, and somebody has to release that plan`
  return { reason, portals: ids.length < found.length ? 'all' : ids }
}
