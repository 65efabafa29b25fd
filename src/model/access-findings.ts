/** The kinds of findings about access: what each means, and the measure by which somebody stands out. */

export const findingKinds = {
  'unused-role': 'Active roles that nobody has, neither given nor by a group, an organisation or another role.',
  'empty-role': 'Active roles that give no resource, neither themselves nor by the roles above them.',
  'unreachable-resource': 'Resources that nobody has: not public, and no person comes to them.',
  'gone-membership': 'Memberships, in force by their dates, of people who have left (TERMINATED, DELETED, RETIRED, DECEASED).',
  'redundant-grant': 'Single grants of what the person has anyway, with the same rights. `count` is how many people are looked at a page.',
  'redundant-edge': 'Edges between groups, roles, organisations and resources that another path makes needless. `count` is how many edges are looked at a page.',
  'same-membership': 'Groups that exactly the same people are in directly.',
  outlier: 'People with far more single grants than others of the same organisation and job.',
} as const

export type FindingKind = keyof typeof findingKinds
export const findingNames = Object.keys(findingKinds) as FindingKind[]

export interface Finding {
  kind: FindingKind
  /** What it is about, such as Role:3000. */
  node: string
  name?: string
  /** Why it is found, in words. */
  reason: string
  /** What else it is about. */
  related: string[]
  /** The membership or edge in question. */
  membershipId?: string
}

/**
 * Who stands out: within an organisation and a job (job code, else title) of at least so many people, whoever has more
 * single grants than the third quartile and so many times the distance between the quartiles (Tukey's far out), and so
 * many more than the median at least, since in a quiet team one grant more is no news.
 */
export const outlierMeasure = { leastPeers: 5, fences: 3, leastAbove: 5 } as const
