/** Where public documents leave open what Okta does, or an org can be set either way. */
import { isRecord } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'

export interface OrgOptions {
  /** Seconds until a write is seen by search, filter and q (Okta: typically under one second). */
  indexLagSeconds: number
  /** Seconds until a group's member list shows who joined or left. */
  membershipLagSeconds: number
  /** Seconds that an activation takes; meanwhile `transitioningToStatus` is ACTIVE and writes get E0000112. */
  activationSeconds: number
  /** Seconds that a deactivation takes; meanwhile `transitioningToStatus` is DEPROVISIONED. */
  deactivationSeconds: number
  /** A second deactivate of the same user: refused, or answered as if done. */
  repeatedDeactivate: 'refuse' | 'accept'
  /** A second direct assignment to an app: 409 E0000062, or 200. */
  repeatedAssignment: 'refuse' | 'accept'
  /** The code for a group name that is taken: the general validation error, or 409 "Duplicate group." */
  duplicateGroup: 'E0000001' | 'E0000055'
  /** The org setting "Edit Deactivated User Profile Updates". */
  editDeprovisioned: boolean
  /** Seconds between an event and its entry in the System Log, and up to how many more by chance. */
  logLagSeconds: number
  logJitterSeconds: number
  /** Seconds between an entry and its event hooks; those that fall together are sent together. */
  hookDelaySeconds: number
  /** Real seconds that the receiver of a hook has (Okta: 3), and seconds until the one retry. */
  hookTimeoutSeconds: number
  hookRetrySeconds: number
  /** Every service app has to prove possession of a key (DPoP), not only those that say so themselves. */
  requireDpop: boolean
  /** A service app needs an administrator's role besides its scopes. */
  requireAdminRole: boolean
  /** Whom a client assertion may name as its audience. */
  assertionAudience: 'either' | 'endpoint' | 'issuer'
  /** Wrong passwords in a row that lock a user out. */
  mostFailedSignIns: number
}

export const defaultOptions: OrgOptions = {
  indexLagSeconds: 0,
  membershipLagSeconds: 0,
  activationSeconds: 0,
  deactivationSeconds: 0,
  repeatedDeactivate: 'refuse',
  repeatedAssignment: 'refuse',
  duplicateGroup: 'E0000001',
  editDeprovisioned: false,
  logLagSeconds: 0,
  logJitterSeconds: 0,
  hookDelaySeconds: 0,
  hookTimeoutSeconds: 3,
  hookRetrySeconds: 1,
  requireDpop: false,
  requireAdminRole: true,
  assertionAudience: 'either',
  mostFailedSignIns: 10,
}

const choices: Partial<Record<keyof OrgOptions, readonly string[]>> = {
  repeatedDeactivate: ['refuse', 'accept'],
  repeatedAssignment: ['refuse', 'accept'],
  duplicateGroup: ['E0000001', 'E0000055'],
  assertionAudience: ['either', 'endpoint', 'issuer'],
}

const mostSeconds = 1e9

/** The options with those of a body in their place; E0000001 for what is none. */
export function readOptions(body: unknown, before: OrgOptions): OrgOptions {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const wrong = Object.entries(body).filter(([name, value]) => !isOption(name, value))
  if (wrong.length > 0) throw validationError(wrong.map(([name]) => `${name}: Is not an option or not of its type`))
  return { ...before, ...body }
}

function isOption(name: string, value: unknown): boolean {
  if (!Object.hasOwn(defaultOptions, name)) return false
  const standard = defaultOptions[name as keyof OrgOptions]
  if (typeof value !== typeof standard) return false
  if (typeof value === 'number') return value >= 0 && value <= mostSeconds
  return typeof value !== 'string' || choices[name as keyof OrgOptions]!.includes(value)
}
