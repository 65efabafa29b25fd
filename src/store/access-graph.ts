/** SQL that loads as much of the access graph as explains one answer: edges with everything that is known of them. */
import type { EdgeKind } from '../model/access-edges.ts'
import type { AccessEdge, AccessNode } from '../model/access-paths.ts'
import { allEdgesSql, allMembershipsSql, edgesSql, everyoneSql, holdersCte, membershipsSql, nodesSql, ofUser, targetOnly, type MembershipColumns, type Moment } from './access-walk.ts'
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

const details = (row: string) => `${row}.start_date as "start", ${row}.end_date as "end"`
const origin = (row: string) => `${row}.description, ${row}.create_date as created, ${row}.created_by as "createdBy", ${row}.granted_by as "grantedBy"`
export const edgeColumns = `e.kind, e.membership_id as id, e.source, e.target, ${details('e')}, e.rights, ${origin('e')}, null::timestamptz as removed`

export const membershipColumns: MembershipColumns = {
  standing: ({ kind, target, targetColumn, rightsTable }: EdgeKind) => `'${kind}' as kind, m.membership_id as id, 'u' || m.user_id as source, '${target}' || m.${targetColumn} as target, ${details('m')},
    array(select x.access_right_id from public.${rightsTable} x where x.membership_id = m.membership_id order by 1) as rights, ${origin('m')}, null::timestamptz as removed`,
  kept: `h.kind, h.membership_id as id, 'u' || h.user_id as source, h.target, ${details('h')}, h.rights, ${origin('h')}, null::timestamptz as removed`,
}

/** Edges in force by which a person may come to a node: $1 the person, $2 the node, $3 the moment. */
export function givingSql(past: boolean): string {
  const at = '$3::timestamptz'
  return `with recursive ${holdersCte('$1', at, past)},
   below(node) as (
    select $2::text collate "C"
    union
    select step.source from below b cross join lateral (
      select e.source from (${edgesSql('e.source', `e.target = b.node and e.source >= 's'`, at, past)}) e offset 0) step)
   ${membershipsSql(membershipColumns, ofUser('$1'), at, past)}
   union all select step.* from walk w cross join lateral (${edgesSql(edgeColumns, `e.source = w.node and e.target < 's'`, at, past)} offset 0) step
   union all select step.* from walk w cross join below b cross join lateral (${edgesSql(edgeColumns, 'e.source = w.node and e.target = b.node', at, past)} offset 0) step
   union all select step.* from below b cross join lateral (${edgesSql(edgeColumns, `e.target = b.node and e.source >= 's'`, at, past)} offset 0) step`
}

const mostNodes = 2000
const mostEdges = 20_000

/**
 * Edges by which a person might come to a node if dates were others and everything were on: $1 the person, $2 the node,
 * $3 the moment. From both ends, the nearest first, up to `mostNodes` from either.
 */
function nearSql(past: boolean): string {
  const at = '$3::timestamptz'
  const step = (column: string, from: string, where: string) => `select step.${column} from ${from} n cross join lateral (select e.${column} from (${allEdgesSql(`e.${column}`, where, at, past)}) e offset 0) step`
  return `with recursive back(node) as (select $2::text collate "C" union ${step('source', 'back', 'e.target = n.node')}),
   ahead(node) as (
    select f.node from (${allMembershipsSql(targetOnly, ofUser('$1'), at, past)} union all ${everyoneSql('true', at, past)}) f
    union ${step('target', 'ahead', `e.source = n.node and e.target < 's'`)}),
   near_back as materialized (select node from back limit ${mostNodes + 1}),
   near_ahead as materialized (select node from ahead limit ${mostNodes + 1}),
   edges_back as materialized (select e.* from near_back b cross join lateral (${allEdgesSql(edgeColumns, 'e.target = b.node', at, past)} offset 0) e limit ${mostEdges + 1}),
   edges_ahead as materialized (select e.* from near_ahead a cross join lateral (${allEdgesSql(edgeColumns, `e.source = a.node and e.target < 's'`, at, past)} offset 0) e limit ${mostEdges + 1}),
   found as (${allMembershipsSql(membershipColumns, ofUser('$1'), at, past)}
   union all select gone.* from (select distinct on (h.target) h.kind, h.membership_id as id, 'u' || h.user_id as source, h.target, ${details('h')}, h.rights, ${origin('h')}, h.recorded_to as removed
     from gatehouse.membership_history h where h.user_id = $1 and h.recorded_to <= ${at} order by h.target, h.recorded_to desc) gone
   union all select * from edges_back union all select * from edges_ahead)
   select found.*, (select count(*) from near_back) > ${mostNodes} or (select count(*) from near_ahead) > ${mostNodes}
     or (select count(*) from edges_back) > ${mostEdges} or (select count(*) from edges_ahead) > ${mostEdges} as cut from found`
}

const statements = { givingNow: givingSql(false), givingPast: givingSql(true), nearNow: nearSql(false), nearPast: nearSql(true) }

/** Edges that were asked for; `cut` when there are more than are loaded at once. */
export interface LoadedEdges {
  edges: AccessEdge[]
  cut: boolean
}

/** Every edge in force that may lie on a path from the person to the node. */
export async function givingEdges(db: Reader, user: string, node: string, { at, past }: Moment): Promise<LoadedEdges> {
  return { edges: await db.query<AccessEdge>(past ? statements.givingPast : statements.givingNow, [user, node, at], `access_giving_${past ? 'past' : 'now'}`), cut: false }
}

/** Edges that lie near, whatever stands against them; memberships that were taken away from the person among them. */
export async function nearEdges(db: Reader, user: string, node: string, { at, past }: Moment): Promise<LoadedEdges> {
  const rows = await db.query<AccessEdge & { cut: boolean }>(past ? statements.nearPast : statements.nearNow, [user, node, at], `access_near_${past ? 'past' : 'now'}`)
  return { edges: rows.map(({ cut: _, ...edge }) => edge), cut: rows[0]?.cut === true }
}

/** What is known of nodes at a moment, by node. */
export async function accessNodes(db: Reader, nodes: readonly string[], { at, past }: Moment): Promise<Map<string, AccessNode>> {
  const rows = await db.query<AccessNode>(`select * from (${nodesSql('n.node, n.name, n.active, n.everyone', 'n.node = any($1)', '$2::timestamptz', past)}) n where $2::timestamptz is not null`,
    [nodes, at], `access_nodes_${past ? 'past' : 'now'}`)
  return new Map(rows.map((row) => [row.node, row]))
}

/** Names of people, by id. */
export async function namesOfPeople(db: Reader, ids: readonly string[]): Promise<Map<string, string | null>> {
  if (ids.length === 0) return new Map()
  const rows = await db.query<{ id: string; name: string | null }>('select user_id as id, display_name as name from public.users where user_id = any($1)', [ids], 'access_names_of_people')
  return new Map(rows.map(({ id, name }) => [id, name]))
}
