/** SQL that tells what a proposed change would do. Nothing is written and nothing locked: the change is in the caller's memory. */
import { memberships } from '../model/access-edges.ts'
import type { AccessEdge } from '../model/access-paths.ts'
import { edgeColumns, membershipColumns } from './access-graph.ts'
import { allEdgesSql, allMembershipsSql, edgesSql, everyoneSql, inForce, personCounts } from './access-walk.ts'
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** Edges of every kind with these ids, whatever their dates. */
export function edgesById(db: Reader, ids: readonly string[], at: string): Promise<AccessEdge[]> {
  return db.query<AccessEdge>(`select * from (${allEdgesSql(edgeColumns, 'e.membership_id = any($1)', '$2::timestamptz', false)}
    union all ${allMembershipsSql(membershipColumns, (row) => `${row}.membership_id = any($1)`, '$2::timestamptz', false)}) e where $2::timestamptz is not null`, [ids, at])
}

/** Everything that people were given themselves, whatever its dates. */
export function membershipsOf(db: Reader, users: readonly string[], at: string): Promise<AccessEdge[]> {
  return db.query<AccessEdge>(`select * from (${allMembershipsSql(membershipColumns, (row) => `${row}.user_id = any($1)`, '$2::timestamptz', false)}) e where $2::timestamptz is not null`, [users, at])
}

/** Whether people count, by id; unknown ones are absent. */
export async function standingOf(db: Reader, users: readonly string[], at: string): Promise<Map<string, boolean>> {
  const rows = await db.query<{ id: string; active: boolean }>(`select u.user_id as id, ${personCounts('$2', false)} as active from public.users u where u.user_id = any($1) and $2::timestamptz is not null`, [users, at])
  return new Map(rows.map(({ id, active }) => [id, active]))
}

/** What everybody has. */
export async function everyonesNodes(db: Reader, at: string): Promise<string[]> {
  return (await db.query<{ node: string }>(`select * from (${everyoneSql('true', '$1::timestamptz', false)}) n where $1::timestamptz is not null`, [at])).map(({ node }) => node)
}

const stepTo = (column: string, from: string, where: string) =>
  `select step.${column} from ${from} n cross join lateral (select e.${column} from (${edgesSql(`e.${column}`, where, '$2::timestamptz', false)}) e offset 0) step`

/** Everything that nodes lead to, themselves included, `most` at most. */
export async function nodesAhead(db: Reader, nodes: readonly string[], at: string, most: number): Promise<string[]> {
  const rows = await db.query<{ node: string }>(`with recursive ahead(node) as (select unnest($1::text[]) collate "C" union ${stepTo('target', 'ahead', 'e.source = n.node')})
    select node from ahead limit $3`, [nodes, at, most])
  return rows.map(({ node }) => node)
}

/** Every edge in force that lies behind nodes, `most` at most; without what only an explanation needs. */
export function edgesBehind(db: Reader, nodes: readonly string[], at: string, most: number): Promise<AccessEdge[]> {
  return db.query<AccessEdge>(`with recursive behind(node) as (select unnest($1::text[]) collate "C" union ${stepTo('source', 'behind', 'e.target = n.node')})
    select step.* from behind n cross join lateral (${edgesSql(`e.kind, e.membership_id as id, e.source, e.target, e.rights, null::timestamptz as "start", null::timestamptz as "end"`, 'e.target = n.node', '$2::timestamptz', false)} offset 0) step limit $3`, [nodes, at, most])
}

/** Edges between things of one kind that lie behind some of them, whatever their dates, `most` at most. */
export function ranksBehind(db: Reader, nodes: readonly string[], most: number): Promise<Pick<AccessEdge, 'id' | 'source' | 'target'>[]> {
  const into = (columns: string) => `select ${columns} from gatehouse.access_edge e where e.target = n.node and left(e.source, 1) = left(n.node, 1) and e.recorded_to is null offset 0`
  return db.query(`with recursive behind(node) as (select unnest($1::text[]) collate "C" union select step.source from behind n cross join lateral (${into('e.source')}) step)
    select step.* from behind n cross join lateral (${into('e.membership_id as id, e.source, e.target')}) step limit $2`, [nodes, most])
}

/** A node that matters: its pattern, and whether having it gives something else than before. */
export interface PatternNode {
  node: string
  pattern: number
  changed: boolean
}

/** People who have nodes of the same patterns; a resource's pattern carries the rights it was given with: `3+READ,SIGN`. */
export interface PatternRow {
  patterns: string[]
  count: number
  /** The first of them, by id. */
  first: string[]
}

/**
 * How many people who count have which patterns: those who have a changed node, or `all` who have any; without `except`.
 * $1 nodes, $2 patterns, $3 changed, $4 people left out, $5 all, $6 how many ids a pattern, $7 the moment.
 */
export function peopleByPattern(db: Reader, nodes: readonly PatternNode[], except: readonly string[], all: boolean, first: number, at: string): Promise<PatternRow[]> {
  const arms = memberships.map((kind) => `select m.user_id, r.changed, r.pattern${kind.target === 's'
    ? ` || '+' || coalesce((select string_agg(x.access_right_id, ',' order by x.access_right_id) from public.${kind.rightsTable} x where x.membership_id = m.membership_id), '')` : ''} as pattern
    from relevant r join public.${kind.table} m on m.${kind.targetColumn} = r.id where r.letter = '${kind.target}' and ${inForce('m', '$7::timestamptz')}`)
  return db.query<PatternRow>(`with relevant as materialized (select left(n.node, 1) as letter, substr(n.node, 2) as id, n.pattern::text as pattern, n.changed
      from unnest($1::text[], $2::int[], $3::boolean[]) n(node, pattern, changed)),
    had as materialized (select distinct h.user_id, h.pattern, h.changed from (${arms.join('\n union all ')}) h),
    touched as (select h.user_id, array_agg(h.pattern order by h.pattern) as patterns from had h group by h.user_id having $5 or bool_or(h.changed)),
    each as (select t.* from touched t join public.users u on u.user_id = t.user_id where ${personCounts('$7', false)} and u.user_id <> all($4::text[]))
    select patterns, count(*) as count, (array_agg(user_id order by user_id))[1:$6::int] as first from each group by patterns`,
  [nodes.map(({ node }) => node), nodes.map(({ pattern }) => pattern), nodes.map(({ changed }) => changed), except, all, first, at])
}

/** People who count and have none of the nodes: how many, and the first of them by id. */
export async function peopleWithout(db: Reader, nodes: readonly string[], except: readonly string[], first: number, at: string): Promise<{ count: number; first: string[] }> {
  const has = memberships.map((kind) => `select m.user_id from public.${kind.table} m where m.${kind.targetColumn} in (select substr(n, 2) from unnest($1::text[]) n where left(n, 1) = '${kind.target}') and ${inForce('m', '$4::timestamptz')}`)
  const row = await db.first<{ count: number; first: string[] | null }>(`select count(*) as count, (array_agg(u.user_id order by u.user_id))[1:$3::int] as first from public.users u
    where ${personCounts('$4', false)} and u.user_id <> all($2::text[]) and u.user_id not in (${has.join('\n union all ')})`, [nodes, except, first, at])
  return { count: row!.count, first: row!.first ?? [] }
}
