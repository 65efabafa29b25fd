/** When a person must be asked to accept a usage policy. Pure. */

/** A version that is asked for, of a policy in force. Instants are ISO texts in UTC. */
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
}

export interface PolicyDecision {
  versionId: string
  accepted: boolean
  at: string
}

export const yearMs = 365 * 86_400_000

/**
 * Whether a version has to be decided on: the person's last decision on it is not to accept, or lies before the policy was
 * put into force, or a year back where it is asked for annually.
 */
export function policyDue({ versionId, approveType, inForceSince }: AskedVersion, decisions: readonly PolicyDecision[], now: Date): boolean {
  const last = decisions.filter((one) => one.versionId === versionId).reduce<PolicyDecision | undefined>((latest, one) => (latest && latest.at > one.at ? latest : one), undefined)
  if (!last?.accepted) return true
  if (inForceSince !== null && last.at < inForceSince) return true
  return approveType === 'ANNUALLY' && now.getTime() - Date.parse(last.at) >= yearMs
}

/** The versions that a person has to decide on before they go on to some sites; those of all sites come first. */
export function policiesDueOf(versions: readonly AskedVersion[], decisions: readonly PolicyDecision[], sites: readonly string[], now: Date): AskedVersion[] {
  return versions.filter((one) => (one.contentProviderId === null || sites.includes(one.contentProviderId)) && policyDue(one, decisions, now))
}
