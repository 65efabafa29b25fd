/**
 * SQL of the access graph as a graph: the edges around nodes, one statement a level, and what there is to say of nodes
 * and edges. People are only where a walk begins: from a node, their number is told.
 */
import { edgeKind, memberships, type EdgeKind, type Letter } from '../model/access-edges.ts'
import { everyoneKind, showKind, showNode, type GraphEdge, type GraphNode } from '../model/access-graph.ts'
import { edgesSql, everyoneSql, inForce, isActive, personCounts } from './access-walk.ts'
import type { Database } from './database.ts'

export type Reader = Pick<Database, 'query' | 'first'>

/** An edge as a walk meets it: `near` is the node it was met from, `next` the other. */
export interface Step {
  kind: string
  membershipId: string
  source: string
  target: string
  near: string
  next: string
}

export type Direction = 'out' | 'in' | 'both'

export interface StepQuery {
  direction: Direction
  at: string
  /** Edges that have ended, or not begun, are met too. */
  all?: boolean
  /** Only nodes that pass something on are met. */
  activeOnly?: boolean
  /** Edges met from one node. */
  most: number
}

const columns = 'e.kind, e.membership_id as "membershipId", e.source, e.target'

/** The edges around nodes other than people, in order of the node they are met from. */
export async function stepsFrom(db: Reader, nodes: readonly string[], { direction, at, all, activeOnly, most }: StepQuery): Promise<Step[]> {
  if (nodes.length === 0) return []
  const side = (near: 'source' | 'target', next: 'source' | 'target') => {
    const where = `e.${near} = f.node`
    const edges = all ? `select ${columns} from gatehouse.access_edge e where ${where} and e.recorded_to is null` : edgesSql(columns, where, '$2::timestamptz', false)
    const active = activeOnly ? ` where ${isActive(`e.${next}`, '$2::timestamptz', false)}` : ''
    return `select f.node as near, s.${next} as next, s.kind, s."membershipId", s.source, s.target from unnest($1::text[]) f(node) cross join lateral (
      select * from (${edges}) e${active} order by e.${next}, e."membershipId" limit $3) s`
  }
  const sides = [...(direction === 'in' ? [] : [side('source', 'target')]), ...(direction === 'out' ? [] : [side('target', 'source')])]
  return db.query<Step>(`select * from (${sides.join(' union all ')}) x where $2::text is not null order by near, next, "membershipId"`, [nodes, at, most])
}

/** What a person has directly; with `everyone`, also what everybody has. */
export async function stepsOfPerson(db: Reader, user: string, { at, all, activeOnly, most }: Omit<StepQuery, 'direction'>, everyone = false): Promise<Step[]> {
  const held = memberships.map(({ kind, table, target, targetColumn }) =>
    `select '${kind}' as kind, m.membership_id as "membershipId", '${target}' || m.${targetColumn} as target from public.${table} m
     where m.user_id = $1 and ${all ? 'true' : inForce('m', '$2::timestamptz')}`)
  const given = everyone ? [`select '${everyoneKind}', '${everyoneKind}', n.node from (${everyoneSql('true', '$2::timestamptz', false)}) n`] : []
  const active = activeOnly ? `and ${isActive('x.target', '$2::timestamptz', false)}` : ''
  return db.query<Step>(
    `select x.kind, x."membershipId", 'u' || $1 as source, x.target, 'u' || $1 as near, x.target as next from (${[...held, ...given].join(' union all ')}) x
     where $2::text is not null ${active} order by x.target, x."membershipId" limit $3`, [user, at, most])
}

const kindOfPeople = (node: string): EdgeKind | undefined => memberships.find(({ target }) => target === node[0])

/** The people who have a node directly, in the order of their ids. */
export async function peopleOf(db: Reader, node: string, { at, all }: Pick<StepQuery, 'at' | 'all'>, most: number): Promise<Step[]> {
  const kind = kindOfPeople(node)
  if (!kind) return []
  return db.query<Step>(
    `select '${kind.kind}' as kind, m.membership_id as "membershipId", 'u' || m.user_id as source, $1 as target, $1 as near, 'u' || m.user_id as next
     from public.${kind.table} m where m.${kind.targetColumn} = substr($1, 2) and ${all ? 'true' : inForce('m', '$2::timestamptz')} and $2::text is not null
     order by m.user_id, m.membership_id limit $3`, [node, at, most])
}

/** How many people have nodes directly, counted up to a limit. */
export async function countPeople(db: Reader, nodes: readonly string[], at: string, most: number): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const [letter, list] of Map.groupBy(nodes, (node) => node[0] as Letter)) {
    const kind = kindOfPeople(letter)
    if (!kind) continue
    const rows = await db.query<{ node: string; count: number }>(
      `select n.node, c.count from unnest($1::text[]) n(node) cross join lateral (select count(*) from (
         select from public.${kind.table} m where m.${kind.targetColumn} = substr(n.node, 2) and ${inForce('m', '$2::timestamptz')} limit $3) counted) c`, [list, at, most])
    for (const { node, count } of rows) found.set(node, count)
  }
  return found
}

const graphIds: Partial<Record<Letter, string>> = {
  g: '(select x.graph_id from public.grp x where x.grp_id = substr(n.node, 2) collate "default")',
  r: '(select x.graph_id from public.role x where x.role_id = substr(n.node, 2) collate "default")',
  s: '(select x.graph_id from public.res x where x.resource_id = substr(n.node, 2) collate "default")',
}

/** What there is to say of nodes; those that do not exist are absent. */
export async function readNodes(db: Reader, keys: readonly string[], at: string): Promise<Map<string, GraphNode>> {
  const graphId = `case left(n.node, 1) ${Object.entries(graphIds).map(([letter, sql]) => `when '${letter}' then ${sql}`).join(' ')} end`
  const rows = await db.query<{ node: string; name: string | null; active: boolean; everyone: boolean; graphId: string | null }>(
    `select n.node, n.name, n.active, n.everyone, ${graphId} as "graphId" from gatehouse.access_node n where n.node = any($1) and n.recorded_to is null
     union all
     select 'u' || u.user_id, nullif(trim(concat_ws(' ', u.first_name, u.last_name)), ''), ${personCounts('$2::timestamptz', false)}, false, u.graph_id
     from users u where u.user_id = any($3) and $2::text is not null`, [keys, at, keys.filter((key) => key[0] === 'u').map((key) => key.slice(1))])
  return new Map(rows.map(({ node: key, name, active, everyone, graphId }) => {
    const [type, id] = [showNode(key).split(':', 1)[0]!, key.slice(1)]
    return [key, { node: showNode(key), type, id, name: name ?? id, graphId: graphId ?? key, active, ...(everyone ? { everyone } : {}) }]
  }))
}

/** What there is to say of edges, in the order they are given. */
export async function readEdges(db: Reader, steps: readonly Step[], at: string): Promise<GraphEdge[]> {
  const rows = new Map<string, EdgeRow>()
  for (const [kind, some] of Map.groupBy(steps, (step) => step.kind)) {
    if (kind === everyoneKind) continue
    const { table, rightsTable } = edgeKind(kind)
    const found = await db.query<EdgeRow>(
      `select m.membership_id as id, m.edge_id, m.start_date, m.end_date, ${inForce('m', '$2::timestamptz')} as in_force, m.description, m.granted_by, m.create_date,
         array(select x.access_right_id from public.${rightsTable} x where x.membership_id = m.membership_id order by 1) as rights
       from public.${table} m where m.membership_id = any($1)`, [some.map(({ membershipId }) => membershipId), at])
    for (const row of found) rows.set(kind + row.id, row)
  }
  return steps.map((step) => edgeOf(step, rows.get(step.kind + step.membershipId)))
}

interface EdgeRow {
  id: string
  edge_id: string | null
  start_date: string | null
  end_date: string | null
  in_force: boolean
  description: string | null
  granted_by: string | null
  create_date: string | null
  rights: string[]
}

function edgeOf({ kind, membershipId, source, target }: Step, row: EdgeRow | undefined): GraphEdge {
  const base = { kind: showKind(kind), source: showNode(source), target: showNode(target) }
  if (!row) return { edgeId: `${membershipId}:${target}`, ...base, inForce: true, rights: [] }
  const optional = { start: row.start_date, end: row.end_date, description: row.description, grantedBy: row.granted_by, created: row.create_date }
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as Partial<GraphEdge>
  return { edgeId: row.edge_id ?? membershipId, ...base, ...present, inForce: row.in_force, rights: row.rights }
}
