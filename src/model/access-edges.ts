/**
 * Every kind of edge of access, written down once: who or what has something (`source`), what it has (`target`), and in
 * which tables that stands. Whoever has the source has the target: a member of a group, what its groups above give; who
 * has a role below, what the role above gives; who has a resource, the resources above it (OpenIAM's union of direct and
 * inherited access).
 *
 *     person ─▶ group ─▶ group above        person, group, role, organisation ─▶ resource ─▶ resource above
 *     person, group, organisation ─▶ role ─▶ role above        person ─▶ organisation ─▶ organisation above
 */

export const nodeTypes = { u: 'User', g: 'Group', r: 'Role', s: 'Resource', o: 'Organization' } as const
/** The letter that stands for a kind of node in ids of the graph. */
export type Letter = keyof typeof nodeTypes
export type NodeType = (typeof nodeTypes)[Letter]

export interface EdgeKind {
  /** The letters of source and target. */
  kind: string
  source: Letter
  target: Letter
  table: string
  sourceColumn: string
  targetColumn: string
  rightsTable: string
  /** The last part of its address below the source: `/roles/{id}/resources`. */
  segment: string
  /** One of them, in messages. */
  label: string
}

const edge = (kind: string, table: string, sourceColumn: string, targetColumn: string, rightsTable: string, segment: string, label: string): EdgeKind =>
  ({ kind, source: kind[0] as Letter, target: kind[1] as Letter, table, sourceColumn, targetColumn, rightsTable, segment, label })

export const edgeKinds: readonly EdgeKind[] = [
  edge('ug', 'user_grp', 'user_id', 'grp_id', 'user_grp_membership_rights', 'groups', 'membership of the group'),
  edge('ur', 'user_role', 'user_id', 'role_id', 'user_role_membership_rights', 'roles', 'assignment of the role'),
  edge('us', 'resource_user', 'user_id', 'resource_id', 'user_res_membership_rights', 'resources', 'access to the resource'),
  edge('uo', 'user_affiliation', 'user_id', 'company_id', 'user_affiliation_rights', 'affiliations', 'affiliation'),
  edge('gg', 'grp_to_grp_membership', 'member_grp_id', 'grp_id', 'grp_grp_membership_rights', 'parents', 'place of the group below the other'),
  edge('gr', 'grp_role', 'grp_id', 'role_id', 'grp_role_membership_rights', 'roles', 'role of the group'),
  edge('gs', 'resource_group', 'grp_id', 'resource_id', 'res_grp_membership_rights', 'resources', 'resource of the group'),
  edge('rr', 'role_to_role_membership', 'member_role_id', 'role_id', 'role_role_membership_rights', 'parents', 'place of the role below the other'),
  edge('rs', 'resource_role', 'role_id', 'resource_id', 'res_role_membership_rights', 'resources', 'resource of the role'),
  edge('ss', 'res_to_res_membership', 'member_resource_id', 'resource_id', 'res_res_membership_rights', 'parents', 'place of the resource below the other'),
  edge('og', 'group_organization', 'company_id', 'grp_id', 'grp_org_membership_rights', 'groups', 'group of the organisation'),
  edge('or', 'role_org_membership', 'company_id', 'role_id', 'role_org_membership_rights', 'roles', 'role of the organisation'),
  edge('os', 'res_org_membership', 'company_id', 'resource_id', 'res_org_membership_rights', 'resources', 'resource of the organisation'),
  edge('oo', 'company_to_company_membership', 'member_company_id', 'company_id', 'org_to_org_membership_rights', 'parents', 'place of the organisation below the other'),
]

const byKind = new Map(edgeKinds.map((one) => [one.kind, one]))

/** The kind of edge with these letters. */
export function edgeKind(kind: string): EdgeKind {
  const found = byKind.get(kind)
  if (!found) throw new Error(`there are no edges of the kind ${kind}`)
  return found
}

/** Edges from people, whose source is a person. */
export const memberships = edgeKinds.filter(({ source }) => source === 'u')

/** The first part of a node's address. */
export const nodeSegments: Readonly<Record<Letter, string>> = { u: 'users', g: 'groups', r: 'roles', s: 'resources', o: 'organizations' }

/** A node as the graph's tables name it: the letter and the id. */
export const nodeKey = (letter: Letter, id: string): string => letter + id

/** The kind and the id of a node. */
export const nodeOf = (key: string): { type: NodeType; id: string } => ({ type: nodeTypes[key[0] as Letter], id: key.slice(1) })
