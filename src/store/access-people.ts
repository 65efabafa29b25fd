/**
 * The people who have something, by id. Two steps: the nodes that give it (`giversOf`), then the people of each node in
 * the order of an index. A few of each node tell up to which id a page can go at most; up to there, all of them are the
 * page. So a page costs as much as there are nodes, not people.
 */
import type { Reach } from '../context.ts'
import { memberships, type EdgeKind, type Letter } from '../model/access-edges.ts'
import {
  deletedSql, edgesSql, everyoneSql, inForce, isActive, membershipsSql, namedNodesSql, nodesSql, peopleSql, personCounts, rightThereSql, targetOnly, thingNodeSql, withRights, type Moment, type ThingLetter,
} from './access-walk.ts'
import type { Database } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import { reachSql } from './reach.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** What gives a thing: having any of `nodes` is having it. */
export interface Givers {
  /** The thing itself. */
  node: string
  name: string | null
  /** Whether it counts at all; nobody has a group that is off. */
  active: boolean
  /** Groups, roles, organisations and resources that give it; itself only where a circle leads back to it with the right that is asked for. */
  nodes: string[]
  /** Whether everybody has it. */
  everyone: boolean
}

/** CTE `giver(node)`: what gives the node `target` to whoever has it, itself where it stands in a circle; the last edge must carry the right. */
export function giversCte(target: string, right: string, at: string, past: boolean): string {
  const passes = `(e.source >= 's' or ${isActive('e.source', at, past)})`
  return `giver(node) as (
    select e.source from (${edgesSql('e.source, e.rights', `e.target = ${target}`, at, past)}) e
      where (${right} is null or ${right} = any(e.rights)) and ${passes}
    union
    select step.source from giver g cross join lateral (
      select e.source from (${edgesSql('e.source', 'e.target = g.node', at, past)}) e where ${passes} offset 0) step)`
}

function giversSql(past: boolean): string {
  const [right, at] = ['$2::text', '$3::timestamptz']
  return `with recursive asked as (${nodesSql('n.node, n.name, n.active', 'n.node = $1', at, past)}),
   ${giversCte('$1', right, at, past)}
   select a.node, a.name, a.active, array(select g.node from giver g where ${right} is not null or g.node <> a.node order by g.node) as nodes,
     (exists (select from giver g where exists (${everyoneSql('n.node = g.node', at, past)}))
       or (${right} is null and exists (${everyoneSql('n.node = $1', at, past)}))) as everyone
   from asked a`
}

const givers = { now: giversSql(false), past: giversSql(true) }

/** What gives a node, with the right on the last edge; undefined when there is no such node at the moment. */
export function giversOf(db: Reader, node: string, right: string | undefined, { at, past }: Moment): Promise<Givers | undefined> {
  return db.first<Givers>(past ? givers.past : givers.now, [node, right ?? null, at], `access_givers_${past ? 'past' : 'now'}`)
}

/** The node of a thing named by its id or else its name. */
export async function thingNode(db: Reader, letter: ThingLetter, named: string, { at, past }: Moment): Promise<string | undefined> {
  const row = await db.first<{ node: string | null }>(`select ${thingNodeSql(letter, '$1::text', '$2::timestamptz', past)} as node where $2::timestamptz is not null`, [named, at], `thing_node_${letter}_${past ? 'past' : 'now'}`)
  return row?.node ?? undefined
}

export async function isRight(db: Reader, right: string, { past }: Moment): Promise<boolean> {
  return (await db.first<{ there: boolean }>(`select ${rightThereSql('$1::text', past)} as there`, [right], `access_right_there_${past ? 'past' : 'now'}`))!.there
}

/** The ids of what was called so at a moment, in whatever letters; some of them. */
export async function namedAt(db: Reader, letter: Exclude<Letter, 'u'>, name: string, { at, past }: Moment): Promise<string[]> {
  const rows = await db.query<{ node: string }>(`${namedNodesSql(letter, '$1::text', '$2::timestamptz', past)} order by 1 limit 10`, [name, at])
  return rows.map(({ node }) => node.slice(1))
}

export interface HolderRow {
  id: string
  displayName: string | null
}

export interface HolderPage {
  people: HolderRow[]
  /** Where the next page begins; absent when there is none. */
  next?: string
}

/** The people of one page, `count` at most, behind the id `after`; with a reach, those within it alone. */
export async function holdersPage(db: Reader, of: Givers, right: string | undefined, moment: Moment, after: string, count: number, reach?: Reach): Promise<HolderPage> {
  const people: HolderRow[] = []
  if (!of.active) return { people }
  if (reach) return holdersWithin(db, of, right, moment, reach, after, count)
  let from = after
  for (let turn = 0; ; turn++) {
    const look = of.everyone ? everyone : turn === 0 && of.nodes.length >= many ? scanned : merged
    const found = await look(db, of, right, moment, from, count + 1)
    people.push(...found.people)
    if (people.length > count) {
      const page = people.slice(0, count)
      return { people: page, next: page.at(-1)!.id }
    }
    if (found.through === undefined) return { people }
    from = found.through
  }
}

interface Found {
  people: HolderRow[]
  /** Everybody up to this id has been found; undefined when everybody has. */
  through: string | undefined
}

/** $1 the id to go on behind, $2 the moment, $3 how many: each arm gives as many by its own index. */
function everybodySql(past: boolean): string {
  const [at, behind] = ['$2::timestamptz', (row: string) => `${row}.user_id > $1`]
  const page = (from: string) => `select u.user_id as id, u.display_name as "displayName" from ${from} u where ${personCounts(at, past)} and $2::timestamptz is not null order by u.user_id limit $3`
  const standing = page(`(${peopleSql(behind, at, false)})`)
  return past ? `select * from ((${standing}) union all (${page(deletedSql(behind, at))})) e order by id limit $3` : standing
}

const everyoneSqls = { now: everybodySql(false), past: everybodySql(true) }

async function everyone(db: Reader, _of: Givers, _right: string | undefined, { at, past }: Moment, after: string, count: number): Promise<Found> {
  const people = await db.query<HolderRow>(past ? everyoneSqls.past : everyoneSqls.now, [after, at, count], `access_everyone_${past ? 'past' : 'now'}`)
  return { people, through: people.length < count ? undefined : people.at(-1)!.id }
}

/**
 * From so many nodes on, the next few people there are are asked first: what is given in a thousand ways, most people have.
 * Where they are not enough, the rest of the page comes from the nodes.
 */
const many = 200

async function scanned(db: Reader, of: Givers, right: string | undefined, { at, past }: Moment, after: string, count: number): Promise<Found> {
  const own = of.node[0] as Letter
  const reach = Math.max(400, 4 * count)
  const rows = await db.query<HolderRow & { has: boolean }>(scanSql(own, past), [at, after, reach, of.node, right ?? null, of.nodes], `access_scan_${own}_${past ? 'past' : 'now'}`)
  return { people: rows.flatMap(({ id, displayName, has }) => (has ? [{ id, displayName }] : [])), through: rows.length < reach ? undefined : rows.at(-1)!.id }
}

/** $1 the moment, $2 the id to go on behind, $3 how many people to ask, $4 the thing itself, $5 a right or null, $6 the nodes that give it. */
function scanSql(own: Letter, past: boolean): string {
  const [at, of] = ['$1::timestamptz', (row: string) => `${row}.user_id = n.user_id`]
  const next = (from: string) => `(select u.user_id, u.display_name, ${personCounts(at, past)} as counts from ${from} u order by u.user_id limit $3)`
  const behind = (row: string) => `${row}.user_id > $2`
  const kind = memberships.filter(({ target }) => target === own)
  return `with next as materialized (select * from (${next(`(${peopleSql(behind, at, false)})`)}${past ? ` union all ${next(`(${deletedSql(behind, at)})`)}` : ''}) p order by user_id limit $3),
   held as (
     select had.user_id from (select n.user_id, m.node from next n cross join lateral (${membershipsSql(targetOnly, of, at, past)}) m offset 0) had where had.node in (select unnest($6::text[]))
     union all
     select n.user_id from next n cross join lateral (${membershipsSql(withRights, of, at, past, kind)} offset 0) m where m.node = $4 and ($5::text is null or $5 = any(m.rights)))
   select n.user_id as id, n.display_name as "displayName", n.counts and n.user_id in (select h.user_id from held h) as has from next n order by n.user_id`
}

const idsOf = (nodes: readonly string[], letter: Letter): string[] => nodes.filter((node) => node[0] === letter).map((node) => node.slice(1))

/** Ids of the nodes by their letter, in the order of `memberships`, as the statements below take them. */
const byKind = (nodes: readonly string[]): string[][] => memberships.map(({ target }) => idsOf(nodes, target))

async function merged(db: Reader, of: Givers, right: string | undefined, { at, past }: Moment, after: string, count: number): Promise<Found> {
  const own = of.node[0] as Letter
  // Together four times as many as the page holds: enough to tell how far it goes, as most people have a thing in few ways.
  const each = Math.min(count, Math.max(2, Math.ceil((4 * count) / (of.nodes.length + 1))))
  const rows = await db.query<HolderRow & { counts: boolean }>(mergeSql(own, past),
    [at, after, each, count, of.node.slice(1), right ?? null, ...byKind(of.nodes)], `access_holders_${own}_${past ? 'past' : 'now'}`)
  return { people: rows.filter(({ counts }) => counts), through: rows.length < count ? undefined : rows.at(-1)!.id }
}

const mergeStatements = new Map<string, string>()

export function mergeSql(own: Letter, past: boolean): string {
  const key = own + String(past)
  let sql = mergeStatements.get(key)
  if (sql === undefined) mergeStatements.set(key, (sql = makeMergeSql(own, past)))
  return sql
}

/**
 * $1 the moment, $2 the id to go on behind, $3 people a node to begin with, $4 people a page, $5 the id of the thing
 * itself, $6 a right or null, and from $7 the ids of the nodes that give it. Without enough people to begin with, the
 * page may go to the last person there is.
 */
function makeMergeSql(own: Letter, past: boolean): string {
  const at = '$1::timestamptz'
  const streams = (bound: string, limit: string) => memberships.flatMap((kind, index) => [
    ...streamsOf(kind, `unnest($${7 + index}::text[]) g(id)`, '', at, past, bound, limit),
    ...(kind.target === own ? streamsOf(kind, '(select $5::text as id) g', '$6::text', at, past, bound, limit) : []),
  ]).join('\n union all ')
  return `with few as (${streams('', '$3')}),
   bound(id) as materialized (select coalesce((select distinct f.user_id from few f order by f.user_id limit 1 offset $4::int - 1), ${last(past)})),
   page as (select distinct f.user_id from (${streams('<= (select b.id from bound b)', '$4')}) f order by f.user_id limit $4)
   select p.user_id as id, u.display_name as "displayName", u.user_id is not null and ${personCounts(at, past)} as counts
   from page p left join ${past ? `lateral (${peopleSql((row) => `${row}.user_id = p.user_id`, at, past)}) u on true` : 'public.users u on u.user_id = p.user_id'} order by p.user_id`
}

/** The last person there is, or was. */
const last = (past: boolean) => past ? 'greatest((select max(u.user_id) from public.users u), (select max(s.user_id) from gatehouse.user_status_history s))' : '(select max(u.user_id) from public.users u)'

/** Each giver's next people, by id: from the table of the kind and, for a past moment, from the history. */
function streamsOf(kind: EdgeKind, givers: string, right: string, at: string, past: boolean, bound: string, limit: string): string[] {
  const next = (from: string, row: string, where: string, carries: string) => `select m.user_id from ${givers} cross join lateral (
    select ${row}.user_id from ${from} ${row} where ${where} and ${inForce(row, at)} and ${row}.user_id > $2 ${bound === '' ? '' : `and ${row}.user_id ${bound}`}
      ${right === '' ? '' : `and (${right} is null or ${carries})`} order by ${row}.user_id limit ${limit}) m`
  const standing = next(`public.${kind.table}`, 'x', `x.${kind.targetColumn} = g.id${past ? ` and x.recorded_from <= ${at}` : ''}`,
    `exists (select from public.${kind.rightsTable} r where r.membership_id = x.membership_id and r.access_right_id = ${right})`)
  if (!past) return [standing]
  const kept = next('gatehouse.membership_history', 'h', `h.target = '${kind.target}' || g.id and h.recorded_from <= ${at} and h.recorded_to > ${at}`, `${right} = any(h.rights)`)
  return [standing, kept]
}

/** How many people have it; of those within reach, where somebody is restricted to them. */
export async function countHolders(db: Reader, of: Givers, right: string | undefined, moment: Moment, reach?: Reach): Promise<number> {
  if (!of.active) return 0
  const { sql, params } = holding(of, right, moment)
  const within = reach ? reachSql(reach, 'u.user_id', params.length + 1) : undefined
  const name = `access_count_${of.everyone ? 'everyone' : of.node[0]}_${moment.past ? 'past' : 'now'}`
  // Who is restricted administers nobody who is gone.
  const from = within ? 'public.users' : `(${peopleSql(() => 'true', '$1::timestamptz', moment.past)})`
  const row = await db.first<{ count: number }>(`select count(*) as count from ${from} u where ${sql}${within ? ` and ${within.sql}` : ''}`, [...params, ...within?.params ?? []], within ? undefined : name)
  return row!.count
}

/** Those of a restricted administrator, who are few, may be sought among the people of a thing, who may be many. */
async function holdersWithin(db: Reader, of: Givers, right: string | undefined, moment: Moment, reach: Reach, after: string, count: number): Promise<HolderPage> {
  const { sql, params } = holding(of, right, moment)
  const within = reachSql(reach, 'u.user_id', params.length + 1)
  const all = [...params, ...within.params, after, count + 1]
  const rows = await db.query<HolderRow>(`select u.user_id as id, u.display_name as "displayName" from public.users u
    where ${sql} and ${within.sql} and u.user_id > $${all.length - 1} order by u.user_id limit $${all.length}`, all)
  const people = rows.slice(0, count)
  return { people, ...(rows.length > count ? { next: people.at(-1)!.id } : {}) }
}

/** The condition that the person of the row u has it. */
function holding(of: Givers, right: string | undefined, { at, past }: Moment): SqlCondition {
  if (of.everyone) return { sql: `${personCounts('$1::timestamptz', past)} and $1::timestamptz is not null`, params: [at] }
  return { sql: holdingSql(of.node[0] as Letter, past), params: [at, of.node.slice(1), right ?? null, ...byKind(of.nodes)] }
}

/** $1 the moment, $2 the id of the thing itself, $3 a right or null, and from $4 the ids of the nodes that give it. */
function holdingSql(letter: Letter, past: boolean): string {
  const at = '$1::timestamptz'
  const known = (row: string) => `${inForce(row, at)}${past ? ` and ${row}.recorded_from <= ${at}` : ''}`
  const own = memberships.find(({ target }) => target === letter)!
  const kept = `${known('h')} and h.recorded_to > ${at}`
  const arms = memberships.flatMap((kind, index) => [
    `select m.user_id from public.${kind.table} m where m.${kind.targetColumn} = any($${4 + index}::text[]) and ${known('m')}`,
    ...(past ? [`select h.user_id from gatehouse.membership_history h where h.target in (select '${kind.target}' || unnest($${4 + index}::text[])) and ${kept}`] : []),
  ])
  arms.push(`select m.user_id from public.${own.table} m where m.${own.targetColumn} = $2 and ${known('m')}
    and ($3::text is null or exists (select from public.${own.rightsTable} r where r.membership_id = m.membership_id and r.access_right_id = $3))`)
  if (past) arms.push(`select h.user_id from gatehouse.membership_history h where h.target = '${letter}' || $2 and ${kept} and ($3::text is null or $3 = any(h.rights))`)
  return `${personCounts(at, past)} and u.user_id in (${arms.join('\n union all ')})`
}
