/** SQL that loads as much of the access graph as explains one answer: edges with everything that is known of them. */
import type { EdgeKind } from '../model/access-edges.ts'
import type { AccessEdge, AccessNode } from '../model/access-paths.ts'
import { allEdgesSql, allMembershipsSql, edgesSql, everyoneSql, holdersCte, membershipsSql, nodesSql, ofUser, targetOnly, type MembershipColumns, type Moment } from './access-walk.ts'
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

const details = (row: string) => `${row}.start_date as "start", ${row}.end_date as "end"`
const origin = (row: string) => `${row}.description, ${row}.create_date as created, ${row}.created_by as "createdBy", ${row}.granted_by as "grantedBy"`
const edgeColumnsOf = (removed: string) => `e.kind, e.membership_id as id, e.source, e.target, ${details('e')}, e.rights, ${origin('e')}, e.recorded_from as recorded, ${removed} as removed`
export const edgeColumns = edgeColumnsOf('null::timestamptz')

export const membershipColumns: MembershipColumns = {
  standing: ({ kind, target, targetColumn, rightsTable }: EdgeKind) => `'${kind}' as kind, m.membership_id as id, 'u' || m.user_id as source, '${target}' || m.${targetColumn} as target, ${details('m')},
    array(select x.access_right_id from public.${rightsTable} x where x.membership_id = m.membership_id order by 1) as rights, ${origin('m')}, m.recorded_from as recorded, null::timestamptz as removed`,
  kept: `h.kind, h.membership_id as id, 'u' || h.user_id as source, h.target, ${details('h')}, h.rights, ${origin('h')}, h.recorded_from as recorded, null::timestamptz as removed`,
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

/** Of an edge that was taken away. */
const goneColumns = edgeColumnsOf('e.recorded_to')

const mostNodes = 2000
const mostEdges = 20_000
/** Rows of the past that are looked at behind, or ahead of, one node. */
const mostGone = 1000

/** Edges whatever their dates, and those that had been taken away by the moment: the last between the same two. */
const nearEdgesSql = (columns: string, goneSelect: string, where: string, at: string, past: boolean) => `${allEdgesSql(columns, where, at, past)}
   union all (select distinct on (e.source, e.target) ${goneSelect} from (
     select * from gatehouse.access_edge e where ${where} and e.recorded_to is not null and e.recorded_to <= ${at} limit ${mostGone}) e order by e.source, e.target, e.recorded_to desc)`

/**
 * Edges by which a person might come to a node if dates were others, everything were on, and nothing had been taken away: $1 the person,
 * $2 the node, $3 the moment. From both ends, the nearest first, up to `mostNodes` from either.
 */
function nearSql(past: boolean): string {
  const at = '$3::timestamptz'
  const step = (column: string, from: string, where: string) => `select step.${column} from ${from} n cross join lateral (select e.${column} from (${nearEdgesSql(`e.${column}`, `e.${column}`, where, at, past)}) e offset 0) step`
  return `with recursive back(node) as (select $2::text collate "C" union ${step('source', 'back', 'e.target = n.node')}),
   ahead(node) as (
    select f.node from (${allMembershipsSql(targetOnly, ofUser('$1'), at, past)} union all ${everyoneSql('true', at, past)}) f
    union ${step('target', 'ahead', `e.source = n.node and e.target < 's'`)}),
   near_back as materialized (select node from back limit ${mostNodes + 1}),
   near_ahead as materialized (select node from ahead limit ${mostNodes + 1}),
   edges_back as materialized (select e.* from near_back b cross join lateral (select * from (${nearEdgesSql(edgeColumns, goneColumns, 'e.target = b.node', at, past)}) one offset 0) e limit ${mostEdges + 1}),
   edges_ahead as materialized (select e.* from near_ahead a cross join lateral (select * from (${nearEdgesSql(edgeColumns, goneColumns, `e.source = a.node and e.target < 's'`, at, past)}) one offset 0) e limit ${mostEdges + 1}),
   found as (${allMembershipsSql(membershipColumns, ofUser('$1'), at, past)}
   union all select gone.* from (select distinct on (h.target) h.kind, h.membership_id as id, 'u' || h.user_id as source, h.target, ${details('h')}, h.rights, ${origin('h')}, h.recorded_from as recorded, h.recorded_to as removed
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

/** Of the same two as $1 and $2: what had been changed or taken away by the moment $3, and what stood beside at that moment. */
function earlierSql(past: boolean): string {
  const at = '$3::timestamptz'
  return `select v.* from unnest($1::text[], $2::text[]) q(source, target) cross join lateral (
   select * from (
     select h.kind, h.membership_id as id, q.source, h.target, ${details('h')}, h.rights, ${origin('h')}, h.recorded_from as recorded, h.recorded_to as removed
     from gatehouse.membership_history h where left(q.source, 1) = 'u' and h.user_id = substr(q.source, 2) and h.target = q.target and h.recorded_to <= ${at}
     union all select ${goneColumns} from gatehouse.access_edge e where e.source = q.source and e.target = q.target and e.recorded_to is not null and e.recorded_to <= ${at}
     union all select * from (${allMembershipsSql(membershipColumns, (row) => `left(q.source, 1) = 'u' and ${row}.user_id = substr(q.source, 2)`, at, past)}) m where m.target = q.target
     union all select * from (${allEdgesSql(edgeColumns, 'e.source = q.source and e.target = q.target', at, past)}) e) all_of_them
   order by removed desc nulls first limit 30) v order by v.removed desc nulls first`
}

const earlierStatements = { now: earlierSql(false), past: earlierSql(true) }

/** What stood between the same two as some edges before they stood so, and beside them, the last first, 30 each: as it was known at the moment. */
export async function earlierEdges(db: Reader, edges: readonly AccessEdge[], { at, past }: Moment): Promise<AccessEdge[]> {
  if (edges.length === 0) return []
  const keyOf = ({ kind, id, recorded }: AccessEdge) => `${kind} ${id} ${recorded}`
  const shown = new Set(edges.map(keyOf))
  const when = past ? 'past' : 'now'
  const rows = await db.query<AccessEdge>(earlierStatements[when], [edges.map(({ source }) => source), edges.map(({ target }) => target), at], `access_earlier_${when}`)
  return rows.filter((row) => !shown.has(keyOf(row)))
}

/** Nodes that had been deleted by a moment, as they were last, by node. */
export async function deletedNodes(db: Reader, nodes: readonly string[], { at }: Pick<Moment, 'at'>): Promise<AccessNode[]> {
  return db.query<AccessNode>(`select distinct on (n.node) n.node, n.name, n.active, n.everyone, n.recorded_to as removed from gatehouse.access_node n
    where n.node = any($1) and n.recorded_to <= $2 order by n.node, n.recorded_to desc`, [nodes, at], 'access_deleted_nodes')
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
