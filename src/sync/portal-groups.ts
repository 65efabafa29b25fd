/** The groups of portals, over there: which they are, and whether people can be put into them. */
import { GatehouseError } from '../errors.ts'
import { accessGroupOf, type PortalSettings } from '../model/portal-settings.ts'
import type { Connector } from './connector.ts'
import type { PortalGroup } from './plan.ts'

/**
 * The groups of all portals by their ids: two portals may share one, by name or by id. One that nobody can be taken out of
 * is left out: what waits to leave it would wait for ever, and keep its portal from another group.
 * @param portals the settings of every portal, by its number
 */
export async function portalGroups(
  connector: Pick<Connector, 'findGroup' | 'groupProblem'>, portals: ReadonlyMap<number, PortalSettings>,
): Promise<Map<string, PortalGroup>> {
  const groups = new Map<string, PortalGroup>()
  for (const [portalId, settings] of portals) {
    const group = accessGroupOf(portalId, settings)
    const id = await connector.findGroup(group)
    if (id !== null && (await connector.groupProblem(group)) === null) groups.set(id, { group, portalIds: [...(groups.get(id)?.portalIds ?? []), portalId] })
  }
  return groups
}

/** What is wrong with the group that a portal names, and what to do about it; null where nothing is. */
export async function groupProblem(connector: Pick<Connector, 'groupProblem'>, portalId: number, settings: PortalSettings): Promise<string | null> {
  const group = accessGroupOf(portalId, settings)
  const problem = await connector.groupProblem(group)
  return problem === null ? null : `the group "${group}" (setting access_group) ${problem}. Name another: npx gatehouse portal set ${portalId} access_group=NAME, or unset it for a group of the portal's own; who is in the portal with an account is taken out of it first, and added again`
}

/** A group that takes no members is found before anything is planned. Errors: `invalid_value`. */
export async function refuseGroup(connector: Pick<Connector, 'groupProblem'>, portalId: number, settings: PortalSettings): Promise<void> {
  const message = await groupProblem(connector, portalId, settings)
  if (message !== null) throw new GatehouseError('invalid_value', `Portal ${portalId}: ${message}.`, { problems: [{ path: 'settings.access_group', message }] })
}
