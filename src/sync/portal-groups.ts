/** The groups of all portals by their ids over there: two portals may share one, by name or by id. */
import { accessGroupOf, type PortalSettings } from '../model/portal-settings.ts'
import type { Connector } from './connector.ts'
import type { PortalGroup } from './plan.ts'

/** @param portals the settings of every portal, by its number */
export async function portalGroups(
  connector: Pick<Connector, 'findGroup'>, portals: ReadonlyMap<number, PortalSettings>,
): Promise<Map<string, PortalGroup>> {
  const groups = new Map<string, PortalGroup>()
  for (const [portalId, settings] of portals) {
    const group = accessGroupOf(portalId, settings)
    const id = await connector.findGroup(group)
    if (id !== null) groups.set(id, { group, portalIds: [...(groups.get(id)?.portalIds ?? []), portalId] })
  }
  return groups
}
