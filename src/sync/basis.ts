/**
 * What a plan rests on besides people and accounts: the mappings, and those settings of portals that have decided in it.
 * Kept with the plan as digests; where another one counts by now, what was planned is not what would be done today.
 */
import { hash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Mappings } from '../model/account-mapping.ts'
import { accessGroupOf, policyOf, type PortalSettings } from '../model/portal-settings.ts'
import { digestOf, readMappings } from '../store/account-mappings.ts'
import type { Database } from '../store/database.ts'
import type { Plan } from '../store/plans.ts'
import { readPortalSettings } from '../store/portals.ts'

/** How the actions of a plan are to be read: 2, since one is one request (decisions/0046). Plans of another form, or of none, are not carried out. */
const form = 2

/** What an undo rests on, to be kept in its options: what its plan did, whatever counts today. */
export const basisOfUndo = (planId: string) => ({ form, undoes: planId })

/**
 * To be kept in a plan's options.
 * @param portalId whose plan it is; null for one over all portals
 */
export function basisOf(portalId: number | null, portals: ReadonlyMap<number, PortalSettings>, mappings: Mappings): { form: number; mapping: string; settings: string } {
  const rules = [...portals].map(([id, settings]) => {
    const { activation } = settings
    const limits = Object.entries(settings).filter(([key]) => key.startsWith('limit_')).sort()
    // Of another portal only what becomes of accounts that leave it counts here.
    return [id, accessGroupOf(id, settings), policyOf(settings), ...(portalId === null || id === portalId ? [activation, limits] : [])]
  })
  return { form, mapping: digestOf(mappings), settings: hash('sha256', JSON.stringify(rules), 'hex').slice(0, 32) }
}

/** Why a plan does not rest on what counts today, or null. */
export async function basisMoved(db: Pick<Database, 'query' | 'first'>, { options }: Plan): Promise<string | null> {
  if (options.form !== form) return 'What plans are made of has'
  if (options.undoes !== undefined) return null
  const now = basisOf((options.portalId ?? null) as number | null, await readPortalSettings(db), await readMappings(db))
  if (options.mapping !== now.mapping) return 'The mapping of accounts has'
  return options.settings !== now.settings ? 'Settings of portals have' : null
}

/** Errors: `plan_stale`. */
export function refuseMovedBasis(moved: string): never {
  throw new GatehouseError('plan_stale', `${moved} been changed since the plan was made; nothing more was written. Make a new plan.`)
}
