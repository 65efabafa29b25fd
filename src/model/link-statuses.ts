/**
 * What STATUS in the two reference tables says about a link between a person and their account (the seed gives no
 * values; see decisions/0012). Null, as older rows may have it, counts as ASSIGNED.
 */
export const linkStatus = {
  /** The account may be used and, for a portal, is in its access group. */
  ASSIGNED: 1,
  /** The account is linked but not, or no longer, in the portal's group. */
  UNASSIGNED: 2,
  /** Out of the group, and this side suspended the account. */
  SUSPENDED: 3,
  /** Out of the group, and this side deactivated the account. */
  DEACTIVATED: 4,
} as const

export type LinkStatus = (typeof linkStatus)[keyof typeof linkStatus]

/** The id of Okta in MANAGED_SYS: each link has its LOGIN row there. */
export const oktaSystemId = 'OKTA'
