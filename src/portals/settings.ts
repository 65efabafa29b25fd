/** The keys of efs.iam_portal_settings: the seed publishes `client_id` only, the others are ours (decisions/0012). */
import { GatehouseError, type Problem } from '../errors.ts'
import { portalSettings, type PortalSettingKey } from '../model/portal-settings.ts'
import { isSafeAddress } from '../model/portal-sign-in.ts'

/** Where people, codes and our questions are sent. */
const addresses: ReadonlySet<string> = new Set<PortalSettingKey>(['issuer', 'redirect_uri', 'post_logout_redirect_uri'])

export type SettingChanges = Partial<Record<PortalSettingKey, string | null>>

/** Checks settings as a caller gives them; null removes one. Errors: `invalid_value` naming every bad key. */
export function checkSettings(input: Record<string, unknown>): SettingChanges {
  const problems: Problem[] = []
  const changes: SettingChanges = {}
  for (const [key, value] of Object.entries(input)) {
    const problem = problemOf(key, value)
    if (problem) problems.push({ path: `settings.${key}`, message: problem })
    else changes[key as PortalSettingKey] = value as string | null
  }
  if (problems.length > 0) {
    const list = problems.map((problem) => `${problem.path} ${problem.message}`).join('; ')
    throw new GatehouseError('invalid_value', `Settings of a portal that cannot be used: ${list}.`, { problems })
  }
  return changes
}

function problemOf(key: string, value: unknown): string | null {
  if (!Object.hasOwn(portalSettings, key)) {
    return `is not a setting; there are ${Object.keys(portalSettings).join(', ')}`
  }
  if (value === null) return null
  if (typeof value !== 'string') return 'must be a text'
  const setting = portalSettings[key as PortalSettingKey]
  if (value.length < 1 || value.length > 255) return 'must have 1 to 255 characters'
  if (!setting.pattern.test(value)) return `must be ${setting.expects}`
  const isSafe = !addresses.has(key) || value.split(' ').every(isSafeAddress)
  return isSafe ? null : 'must be https, or http on this very machine'
}
