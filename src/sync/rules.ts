/** What the settings of portals say about accounts, as plans ask for it (pure). */
import { accessGroupOf, policyOf, type DeprovisioningPolicy, type PortalSettings } from '../model/portal-settings.ts'
import type { Activation } from './connector.ts'
import type { Rules } from './plan.ts'

/** The settings of every portal of the installation, by id. */
export type Portals = ReadonlyMap<number, PortalSettings>

export type AllRules = Rules & { allPortals: readonly number[] }

/** Administrators belong to no portal and so have no setting: suspending can be taken back. */
const adminPolicy: DeprovisioningPolicy = 'suspend'

/** For people of a portal; for queued accounts, which know their portals themselves, any will do. */
export function rulesOf(portals: Portals, portalId = 0): AllRules {
  const settings = portals.get(portalId) ?? {}
  const policies = new Map([...portals].map(([id, one]) => [id, policyOf(one)]))
  return {
    group: accessGroupOf(portalId, settings),
    activation: (settings.activation ?? 'mail') as Activation,
    policyOf: (id) => policies.get(id) ?? 'nothing',
    adminPolicy,
    allPortals: [...portals.keys()],
  }
}
