/** When a person must be asked to accept a usage policy. Pure. */
import { clockSkewMs } from './session.ts'

/** A version that is asked for, of a policy in force, as one person stands to it. Instants are ISO texts in UTC. */
export interface AskedVersion {
  versionId: string
  policyId: string
  name: string
  content: string
  confirmation: string | null
  approveType: 'ONCE' | 'ANNUALLY'
  /** When the policy was put into force; null: always. */
  inForceSince: string | null
  /** The site it is asked for on; null: on all. */
  contentProviderId: string | null
  /** What the person last decided on it since their account was last reset, and when; both null while they have not. */
  accepted: boolean | null
  decided: string | null
}

export const yearMs = 365 * 86_400_000

/**
 * Whether a version has to be decided on: the person's last decision on it is not to accept, or lies before the policy was
 * put into force, or a year back where it is asked for annually. A beginning in the future counts as none: the clock was wrong when it was
 * noted, and nobody could accept what it asks for until then.
 */
export function policyDue({ approveType, inForceSince, accepted, decided }: AskedVersion, now: Date): boolean {
  if (!accepted || decided === null) return true
  if (inForceSince !== null && decided < inForceSince && Date.parse(inForceSince) <= now.getTime() + clockSkewMs) return true
  return approveType === 'ANNUALLY' && now.getTime() - Date.parse(decided) >= yearMs
}

/** Of what is asked for, what the person has still to decide on before they go on to some sites; in order. */
export function policiesDueOf(asked: readonly AskedVersion[], sites: readonly string[], now: Date): AskedVersion[] {
  return asked.filter((one) => (one.contentProviderId === null || sites.includes(one.contentProviderId)) && policyDue(one, now))
}
