/**
 * The keys of efs.iam_portal_settings, each with its meaning and form. The seed publishes `client_id` only; the others
 * are ours (decisions/0012).
 */
import { limitedOperations, limitForm, limitPattern, type LimitedKind, type LimitSetting } from './plan-limits.ts'

/** What becomes of an account when the last reference to it goes, mildest first. */
export const deprovisioningPolicies = ['nothing', 'suspend', 'deactivate', 'delete'] as const
export type DeprovisioningPolicy = (typeof deprovisioningPolicies)[number]

interface PortalSetting {
  pattern: RegExp
  /** What the pattern asks for, as an error says it. */
  expects: string
  default?: string
  doc: string
}

const limitSettings = Object.fromEntries(Object.values(limitedOperations).map((operation): [string, PortalSetting] => [operation.setting, {
  pattern: limitPattern, expects: limitForm, default: operation.default,
  doc: `How many ${operation.what} one plan may hold before it is stopped for somebody to decide; where PLAN_LIMITS names a limit too, both hold.`,
}])) as unknown as Record<LimitSetting, PortalSetting & { default: string }>

export const portalSettings = {
  client_id: {
    pattern: /^[\w.-]{6,100}$/,
    expects: '6 to 100 letters, digits, `.`, `_` or `-`',
    doc: 'The OIDC client of the portal in Okta; no two portals share one.',
  },
  access_group: {
    pattern: /^\S(.*\S)?$/u,
    expects: 'the id or the name of a group',
    doc: 'The group in Okta whose members may use the portal. Default: `gatehouse-portal-N`; made when it is missing.',
  },
  issuer: {
    pattern: /^https?:\/\/[^\s?#@/]+(?:\/[^\s?#]*)?$/,
    expects: 'an http(s) address without query, user name and password',
    doc: 'The issuer that the portal signs in with: the org itself or one of its authorization servers.',
  },
  redirect_uri: {
    pattern: /^https?:\/\/[^\s#@/?]+(?:[/?][^\s#]*)?( https?:\/\/[^\s#@/?]+(?:[/?][^\s#]*)?)*$/,
    expects: 'http(s) addresses without fragment, user name and password, separated by spaces',
    doc: 'Where Okta sends people back to after signing in; the first of several is asked for.',
  },
  post_logout_redirect_uri: {
    pattern: /^https?:\/\/[^\s#@/?]+(?:[/?][^\s#]*)?$/,
    expects: 'an http(s) address without fragment, user name and password',
    doc: 'Where Okta sends people back to after signing out there; the client in Okta must list it. Absent: they stay at Okta.',
  },
  scopes: {
    pattern: /^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    expects: 'scopes that begin with openid, separated by single spaces',
    default: 'openid profile email',
    doc: 'What is asked of Okta at sign-in. With offline_access, tokens can be refreshed; the client in Okta must have that grant.',
  },
  deprovisioning_policy: {
    pattern: /^(nothing|suspend|deactivate|delete)$/,
    expects: 'nothing, suspend, deactivate or delete',
    default: 'deactivate',
    doc: 'What becomes of an account when the last reference to it goes.',
  },
  activation: {
    pattern: /^(mail|silent|staged|hook)$/,
    expects: 'mail, silent, staged or hook',
    default: 'mail',
    doc: 'How new accounts come to life: with Okta\'s activation mail, active without one, left staged, or active with the password that the person has here (hook: docs/how-to-okta-sign-in.md).',
  },
  ...limitSettings,
} as const satisfies Record<string, PortalSetting>

export type PortalSettingKey = keyof typeof portalSettings

export type PortalSettings = Partial<Record<PortalSettingKey, string>>

/** Where Okta may send people back to. */
export function redirectAddressesOf(settings: PortalSettings): string[] {
  return settings.redirect_uri?.split(' ') ?? []
}

/** The group of a portal: the one set, or the name given to it by default. */
export function accessGroupOf(portalId: number, settings: PortalSettings): string {
  return settings.access_group ?? `gatehouse-portal-${portalId}`
}

export function policyOf(settings: PortalSettings): DeprovisioningPolicy {
  return (settings.deprovisioning_policy ?? portalSettings.deprovisioning_policy.default) as DeprovisioningPolicy
}

/** What limits count where a policy closes an open account: one that is deleted is deactivated before. */
export const closingKinds: Readonly<Record<DeprovisioningPolicy, readonly LimitedKind[]>> = {
  nothing: [], suspend: ['suspend'], deactivate: ['deactivate'], delete: ['deactivate', 'delete'],
}

/** Portals by the name of their group: several may share one. */
export function portalsByGroup(portals: ReadonlyMap<number, PortalSettings>): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [id, settings] of portals) groups.set(accessGroupOf(id, settings), [...(groups.get(accessGroupOf(id, settings)) ?? []), id])
  return groups
}

/** What becomes of an account that is taken out of one portal and has no other: those that share the group are left as well. */
export function closingPolicy(portals: ReadonlyMap<number, PortalSettings>, portalId: number): DeprovisioningPolicy {
  const group = accessGroupOf(portalId, portals.get(portalId) ?? {})
  return mildest((portalsByGroup(portals).get(group) ?? []).map((id) => policyOf(portals.get(id)!)))
}

/** The mildest of several policies; `nothing` for none. */
export function mildest(policies: readonly DeprovisioningPolicy[]): DeprovisioningPolicy {
  return deprovisioningPolicies.find((policy) => policies.includes(policy)) ?? 'nothing'
}
