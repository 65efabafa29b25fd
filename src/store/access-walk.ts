/**
 * SQL that walks the access graph: from a person to everything they have, from a resource to everything that gives it.
 * All questions about access are built from these parts, so that they cannot disagree.
 *
 * A moment that is not past is asked of the rows that stand, by their dates. A past one is asked of the rows that the
 * database knew at that moment (`recorded_from`, `recorded_to`, and gatehouse.membership_history for memberships), by
 * their dates: the answer is the one that was given then.
 *
 * Each step of a walk is a lateral subquery behind `offset 0`: one index probe a node, which the planner cannot turn
 * into a join over the whole graph. `union` keeps a walk from going in circles. Letters sort g < o < r < s, so that
 * `< 's'` leaves resources out and `>= 's'` takes nothing else, both by the index (source, target).
 */
import { memberships, type EdgeKind, type Letter } from '../model/access-edges.ts'
import { closesNothingSql, countsSql, hasOpenStatusSql } from '../model/user-statuses.ts'

export interface Moment {
  /** ISO instant in UTC. */
  at: string
  past: boolean
}

/** The moment someone asks about: now, unless they say. */
export function momentOf(now: Date, at: string | undefined): Moment {
  const asked = at === undefined ? now : new Date(at)
  return { at: asked.toISOString(), past: asked < now }
}

/** Whether a row's dates cover the moment; `at` is the parameter's place. */
export const inForce = (row: string, at: string): string =>
  `(${row}.start_date is null or ${row}.start_date <= ${at}) and (${row}.end_date is null or ${row}.end_date > ${at})`

const select = (columns: string, from: string, where: string) => `select ${columns} from ${from} where ${where}`

/** Rows of a table with RECORDED_TO: those that stand, or those that stood at the moment, from two partial indexes. */
function known(columns: string, table: string, row: string, where: string, at: string, past: boolean): string {
  const standing = select(columns, `${table} ${row}`, `${where} and ${row}.recorded_to is null${past ? ` and ${row}.recorded_from <= ${at}` : ''}`)
  if (!past) return standing
  return `${standing} union all ${select(columns, `${table} ${row}`, `${where} and ${row}.recorded_to > ${at} and ${row}.recorded_from <= ${at}`)}`
}

/** Edges `e` that meet a condition and are in force. */
export const edgesSql = (columns: string, where: string, at: string, past: boolean): string => allEdgesSql(columns, `${where} and ${inForce('e', at)}`, at, past)

/** Edges `e` that meet a condition, whatever their dates. */
export const allEdgesSql = (columns: string, where: string, at: string, past: boolean): string => known(columns, 'gatehouse.access_edge', 'e', where, at, past)

/**
 * A condition: the node, which an edge leads to and which so is one, passes on what it has. The few that do not have an
 * index of their own, small enough to be asked at each step of a walk.
 */
export function isActive(node: string, at: string, past: boolean): string {
  return `not exists (${known('1', 'gatehouse.access_node', 'n', `n.node = ${node} and not n.active`, at, past)})`
}

/** Nodes that everybody has: public resources, groups of everyone. */
export function everyoneSql(where: string, at: string, past: boolean): string {
  return known('n.node', 'gatehouse.access_node', 'n', `n.everyone and n.active and ${where}`, at, past)
}

/** Rows of gatehouse.access_node that meet a condition over `n`. */
export const nodesSql = (columns: string, where: string, at: string, past: boolean): string => known(columns, 'gatehouse.access_node', 'n', where, at, past)

/** What a membership of a person is called wherever it stands: in its table as `m`, or in the history as `h`. */
export interface MembershipColumns {
  /** Over `m` in the table of a kind. */
  standing: (kind: EdgeKind) => string
  /** Over `h` in gatehouse.membership_history. */
  kept: string
}

export const targetOnly: MembershipColumns = { standing: ({ target, targetColumn }) => `'${target}' || m.${targetColumn} as node`, kept: 'h.target as node' }

/** With the id and the rights of the membership. */
export const withRights: MembershipColumns = {
  standing: ({ target, targetColumn, rightsTable }) => `'${target}' || m.${targetColumn} as node, m.membership_id,
    array(select x.access_right_id from public.${rightsTable} x where x.membership_id = m.membership_id) as rights`,
  kept: 'h.target as node, h.membership_id, h.rights',
}

/** Memberships in force of the people that `where` names (over `m` and `h`, by user_id), of some kinds. */
export function membershipsSql(columns: MembershipColumns, where: (row: string) => string, at: string, past: boolean, kinds: readonly EdgeKind[] = memberships): string {
  return allMembershipsSql(columns, (row) => `${where(row)} and ${inForce(row, at)}`, at, past, kinds)
}

/** The same, whatever their dates. */
export function allMembershipsSql(columns: MembershipColumns, where: (row: string) => string, at: string, past: boolean, kinds: readonly EdgeKind[] = memberships): string {
  const standing = kinds.map((kind) => select(columns.standing(kind), `public.${kind.table} m`,
    `${where('m')}${past ? ` and m.recorded_from <= ${at}` : ''}`))
  if (!past) return standing.join('\n union all ')
  const names = kinds.map(({ kind }) => `'${kind}'`).join(', ')
  const kept = select(columns.kept, 'gatehouse.membership_history h',
    `${where('h')} and h.kind in (${names}) and h.recorded_from <= ${at} and h.recorded_to > ${at}`)
  return [...standing, kept].join('\n union all ')
}

export const ofUser = (user: string) => (row: string) => `${row}.user_id = ${user}`

/** CTE `walk(node)`: the groups, roles and organisations of a person, direct and inherited, that pass something on. */
export function holdersCte(user: string, at: string, past: boolean): string {
  const kinds = memberships.filter(({ target }) => target !== 's')
  return `walk(node) as (
    select f.node from (${membershipsSql(targetOnly, ofUser(user), at, past, kinds)}
      union all ${everyoneSql(`n.node < 's'`, at, past)}) f where ${isActive('f.node', at, past)}
    union
    select step.target from walk w cross join lateral (
      select e.target from (${edgesSql('e.target', `e.source = w.node and e.target < 's'`, at, past)}) e
      where ${isActive('e.target', at, past)} offset 0) step)`
}

/** The day of a moment in the zone in which first and last days are reckoned (TIME_ZONE). */
const dayOf = (at: string) => `((${at})::timestamptz at time zone coalesce(nullif(current_setting('gatehouse.zone', true), ''), 'UTC'))::date`

/**
 * A condition over `u` (users): the person may use anything at all at the moment. Their last day counts as soon as it is over,
 * though the job that ends people come later; their first day, which only that job makes count, at a moment an hour ahead or more: clocks differ.
 */
export function personCounts(at: string, past: boolean): string {
  if (!past) {
    const begun = `${hasOpenStatusSql('u')} or u.status = 'PENDING_START_DATE' and coalesce(u.start_date <= ${dayOf(at)}, false) and (${at})::timestamptz > now() + interval '1 hour'`
    return `(${begun}) and ${closesNothingSql('u')} and (u.last_date is null or coalesce(u.system_flag, 'N') = 'Y' or u.last_date >= ${dayOf(at)})`
  }
  // The first change after the moment tells how things stood before it.
  return `coalesce(u.create_date <= ${at}, true) and coalesce(
    (select ${countsSql('s')} from gatehouse.user_status_history s where s.user_id = u.user_id and s.recorded_to > ${at} order by s.recorded_to limit 1),
    ${countsSql('u')})`
}

/**
 * People that a condition names by their `user_id`, as rows for `personCounts` with the name they have. At a past moment
 * those too who have been deleted since: the history keeps how they stood, and not what they were called.
 */
export function peopleSql(where: (row: string) => string, at: string, past: boolean): string {
  const standing = select('u.user_id, u.display_name, u.status, u.secondary_status, u.create_date, u.start_date, u.last_date, u.system_flag', 'public.users u', where('u'))
  return past ? `${standing} union all ${deletedSql(where, at)}` : standing
}

/** Those alone who were there at the moment and are there no more: the first change after it says how they stood. */
export function deletedSql(where: (row: string) => string, at: string): string {
  return `(select distinct on (s.user_id) s.user_id, null::varchar as display_name, s.status, s.secondary_status, s.create_date, null::date as start_date, null::date as last_date, null::char(1) as system_flag from gatehouse.user_status_history s
    where ${where('s')} and s.recorded_to > ${at} and not exists (select from public.users x where x.user_id = s.user_id) order by s.user_id, s.recorded_to)`
}

/** Nodes of a kind by the name that they have, or had at the moment, in whatever letters. */
export const namedNodesSql = (letter: Letter, name: string, at: string, past: boolean): string =>
  nodesSql('n.node', `lower(n.name) = lower(${name}) and left(n.node, 1) = '${letter}'`, at, past)

/** The node of a resource that is named by its id or, failing that, by the name that it had at the moment; null when there is none. */
const resourceNodeSql = (resource: string, at: string, past: boolean) => `coalesce(
    (${nodesSql('n.node', `n.node = 's' || ${resource}`, at, past)} limit 1),
    ${past ? `(${nodesSql('n.node', `lower(n.name) = lower(${resource}) and left(n.node, 1) = 's' and n.name = ${resource}`, at, past)} limit 1)` : `(select 's' || res.resource_id from public.res where res.name = ${resource})`})`

/** The same for a thing of any kind: a name that several have names none of them. */
export const thingNodeSql = (letter: Letter, named: string, at: string, past: boolean): string => letter === 's' ? resourceNodeSql(named, at, past) : `coalesce(
    (${nodesSql('n.node', `n.node = '${letter}' || ${named}`, at, past)} limit 1),
    (select case when count(*) = 1 then min(called.node) end from (select * from (${namedNodesSql(letter, named, at, past)}) named limit 2) called))`

/** Whether there is a right; for a past moment also one that is deleted since. */
export const rightThereSql = (right: string, past: boolean) => `exists (select from public.access_rights x where x.access_right_id = ${right})${past
  ? ` or exists (select from gatehouse.former_right f where f.access_right_id = ${right})` : ''}`

/** What people can have. */
export type ThingLetter = Exclude<Letter, 'u'>

interface CheckTerms {
  user: string
  /** The id or the name of the thing. */
  thing: string
  /** A right, or null. */
  right: string
  at: string
}

/** How many edges into a thing are looked at one by one. */
const few = 100

/**
 * Whether a person has a thing of a kind. A right counts on the last edge into it, by whatever path one comes to that edge.
 * One row `{ person, resource, right, allowed }`: whether each of the three is known, and the answer.
 */
function checkBody(letter: ThingLetter, { user, thing, right, at }: CheckTerms, past: boolean): string {
  const node = '(select t.node from asked t)'
  const meets = (rights: string) => `(${right} is null or ${right} = any(${rights}))`
  const own = membershipsSql(withRights, ofUser(user), at, past, memberships.filter(({ target }) => target === letter))
  const isPublic = (one: string) => `exists (${everyoneSql(`n.node = ${one}`, at, past)})`
  const edgeTo = (one: string, more: string) => edgesSql('e.source, e.rights', `e.target = ${one}${more}`, at, past)
  // A thing that few give is asked who they are; one that thousands give is looked for behind each node of the walk.
  const given = (one: string, condition: (rights: string) => string) => `case
    when (select count(*) from (${allEdgesSql('1', `e.target = ${one}`, at, past)} limit ${few + 1}) known) <= ${few}
    then exists (select from (${edgeTo(one, '')}) d where d.source in (select w.node from walk w) and ${condition('d.rights')})
    else exists (select from walk w cross join lateral (select * from (${edgeTo(one, ' and e.source = w.node')}) e offset 0) d where ${condition('d.rights')}) end`
  const held = (one: string, condition: (rights: string) => string) => `(
    exists (select from (${own}) d where d.node = ${one} and ${condition('d.rights')}) or ${given(one, condition)})`
  // Groups, roles and organisations are on the walk, where only those that are active come; resources are behind it.
  const had = letter === 's'
    ? `${held(node, meets)}
     or (${right} is null and ${isPublic(node)})
     or exists (select from below b where ${held('b.node', () => 'true')} or ${isPublic('b.node')})`
    : `exists (select from walk w where w.node = ${node}) and (${right} is null or ${held(node, meets)})`
  const below = `,
   below(node) as (
    select e.source from (${edgesSql('e.source, e.rights', `e.target = ${node} and e.source >= 's'`, at, past)}) e where ${meets('e.rights')}
    union
    select step.source from below b cross join lateral (
      select e.source from (${edgesSql('e.source', `e.target = b.node and e.source >= 's'`, at, past)}) e offset 0) step)`
  return `with recursive asked(node) as materialized (select ${thingNodeSql(letter, thing, at, past)}),
   ${holdersCte(user, at, past)}${letter === 's' ? below : ''},
   person as (select ${personCounts(at, past)} as counts from (${peopleSql(ofUser(user), at, past)}) u)
   select p.counts is not null as person, ${node} is not null as resource,
     ${right} is null or ${rightThereSql(right, past)} as "right",
     coalesce(p.counts, false) and (${had}) as allowed
   from (select) one left join person p on true`
}

/** The statement of one check: $1 the person, $2 the thing by id or name, $3 a right or null, $4 the moment. */
export const checkSql = (past: boolean, letter: ThingLetter = 's'): string =>
  checkBody(letter, { user: '$1', thing: '$2::text', right: '$3::text', at: '$4::timestamptz' }, past)

/** The statement of many, all of one kind: $1 people, $2 things, $3 rights, $4 the moment. Rows in the order of what was asked. */
export const checkManySql = (past: boolean, letter: ThingLetter = 's'): string => `select c.* from unnest($1::text[], $2::text[], $3::text[]) with ordinality q(user_id, thing, access_right_id, place)
  cross join lateral (${checkBody(letter, { user: 'q.user_id', thing: 'q.thing', right: 'q.access_right_id', at: '$4::timestamptz' }, past)}) c order by q.place`
