/** SQL of findings about access, each computed as a set: `$1` the moment, `$2` what the page begins after, `$3` how many. */
import { memberships } from '../model/access-edges.ts'
import { outlierMeasure } from '../model/access-findings.ts'
import { ownId } from '../model/own-access.ts'
import { edgesSql, everyoneSql, inForce, isActive, personCounts } from './access-walk.ts'

const at = '$1::timestamptz'
const standing = 'n.recorded_to is null'
/** What is shipped for Gatehouse's own doors waits for whoever will need it. */
const notOurs = `not starts_with(n.node, left(n.node, 1) || '${ownId('')}')`

/** One row a finding; `cursor` orders them and is what the next page begins after. */
export interface FindingRow {
  cursor: string
  node: string
  name: string | null
  related: string[] | null
  membershipId: string | null
  figures: Record<string, number> | null
}

const row = (fields: Partial<Record<'name' | 'related' | 'membershipId' | 'figures', string>>) =>
  `${fields.name ?? 'null::text'} as name, ${fields.related ?? 'null::text[]'} as related, ${fields.membershipId ?? 'null::text'} as "membershipId", ${fields.figures ?? 'null::json'} as figures`

/** Nodes that somebody who counts has directly; in the collation of the ids, or no index serves. One probe a node: the planner cannot join whole tables. */
const heldByLetter = memberships.map(({ target, table, targetColumn }) =>
  `select n.node from gatehouse.access_node n cross join lateral (
     select from public.${table} m cross join lateral (select from users u where u.user_id = m.user_id and ${personCounts(at, false)} offset 0) p
     where m.${targetColumn} = substr(n.node, 2) collate "default" and ${inForce('m', at)} limit 1) held
   where n.node >= '${target}' and n.node < '${String.fromCharCode(target.codePointAt(0)! + 1)}' and ${standing} and n.active`)

/** Everything that somebody who counts has. */
const reachedCte = `reached(node) as (
  select h.node from (${[...heldByLetter, everyoneSql('true', at, false)].join(' union all ')}) h
  union
  select step.target from reached r cross join lateral (
    select e.target from (${edgesSql('e.target', 'e.source = r.node', at, false)}) e where ${isActive('e.target', at, false)} offset 0) step)`

const unreached = (letter: string) => `with recursive ${reachedCte}
  select n.node as cursor, n.node, ${row({ name: 'n.name' })} from gatehouse.access_node n
  where n.node >= '${letter}' and n.node < '${String.fromCharCode(letter.codePointAt(0)! + 1)}' and ${standing} and n.active and ${notOurs} and n.node > $2
    and not exists (select from reached r where r.node = n.node) order by 1 limit $3`

/** From resources backwards: everything that gives one. */
const emptyRoles = `with recursive giving(node) as (
    select distinct e.source from (${edgesSql('e.source', `e.target >= 's' and e.source < 's'`, at, false)}) e where ${isActive('e.source', at, false)}
    union
    select step.source from giving g cross join lateral (
      select e.source from (${edgesSql('e.source', `e.target = g.node and e.source < 's'`, at, false)}) e where ${isActive('e.source', at, false)} offset 0) step)
  select n.node as cursor, n.node, ${row({ name: 'n.name' })} from gatehouse.access_node n
  where n.node >= 'r' and n.node < 's' and ${standing} and n.active and ${notOurs} and n.node > $2 and not exists (select from giving g where g.node = n.node) order by 1 limit $3`

/** An affiliation says where somebody was, and stays: what it would give counts no more for who has left. */
const gone = memberships.filter(({ target }) => target !== 'o').map(({ table, target, targetColumn }) =>
  `(select m.membership_id as cursor, 'u' || m.user_id as node, ${row({ name: `trim(concat_ws(' ', u.first_name, u.last_name))`, related: `array['${target}' || m.${targetColumn}]`, membershipId: 'm.membership_id' })}
    from public.${table} m join users u on u.user_id = m.user_id
    where u.status in ('TERMINATED', 'DELETED', 'RETIRED', 'DECEASED') and ${inForce('m', at)} and m.membership_id > $2 order by 1 limit $3)`).join(' union all ')

/** Two independent sums over the members' ids: that different sets agree in both and in their number will not happen. */
const sameMembership = `with counted as (
    select m.grp_id, count(*) as people, sum(hashtextextended(m.user_id, 1)) as one, sum(hashtextextended(m.user_id, 2)) as other
    from (select distinct m.grp_id, m.user_id from public.user_grp m where ${inForce('m', at)}) m group by m.grp_id)
  select min(c.grp_id) as cursor, 'g' || min(c.grp_id) as node, ${row({ name: '(array_agg(g.grp_name order by c.grp_id))[1]', related: `array_agg('g' || c.grp_id order by c.grp_id)`, figures: `json_build_object('people', c.people)` })}
  from counted c join public.grp g on g.grp_id = c.grp_id and g.status = 'ACTIVE'
  group by c.people, c.one, c.other having count(*) > 1 and min(c.grp_id) > $2 order by 1 limit $3`

const single = memberships.filter(({ target }) => target !== 'o').map(({ table }) => `select m.user_id from public.${table} m where ${inForce('m', at)}`)

/** The measure is explained where it is defined, in model/access-findings.ts. */
const outliers = `with sizes as (
    select u.user_id, a.company_id, coalesce(u.job_code, lower(u.title)) as job, coalesce(s.size, 0) as size
    from users u join (select distinct m.user_id, m.company_id from public.user_affiliation m where ${inForce('m', at)}) a on a.user_id = u.user_id
    left join (select g.user_id, count(*) as size from (${single.join(' union all ')}) g group by g.user_id) s on s.user_id = u.user_id
    where coalesce(u.job_code, u.title) is not null and ${personCounts(at, false)}),
  peers as (
    select company_id, job, count(*) as people, (percentile_cont(array[0.25, 0.5, 0.75]) within group (order by size)) as q from sizes group by company_id, job
    having count(*) >= ${outlierMeasure.leastPeers})
  select s.user_id || ' ' || s.company_id as cursor, 'u' || s.user_id as node, ${row({
    name: `(select trim(concat_ws(' ', u.first_name, u.last_name)) from users u where u.user_id = s.user_id)`, related: `array['o' || s.company_id]`,
    figures: `json_build_object('size', s.size, 'people', p.people, 'median', p.q[2], 'limit', p.q[3] + ${outlierMeasure.fences} * (p.q[3] - p.q[1]))` })}
  from sizes s join peers p on p.company_id = s.company_id and p.job = s.job
  where s.size > p.q[3] + ${outlierMeasure.fences} * (p.q[3] - p.q[1]) and s.size >= p.q[2] + ${outlierMeasure.leastAbove} and s.user_id || ' ' || s.company_id > $2
  order by 1 limit $3`

/** Findings that are read in one statement a page. */
export const wholeFindings = {
  'unused-role': unreached('r'),
  'unreachable-resource': unreached('s'),
  'empty-role': emptyRoles,
  'gone-membership': `select * from (${gone}) x order by 1 limit $3`,
  'same-membership': sameMembership,
  outlier: outliers,
} as const

/** A walk along edges in force from `root`, over what is active, never by the edge from `root` straight to `avoid`. */
const walkFrom = (root: string, avoid: string) => `with recursive walk(node) as (
    select ${root}::text
    union
    select step.target from walk w cross join lateral (
      select e.target from (${edgesSql('e.target', `e.source = w.node and e.target < 's'`, at, false)}) e
      where ${isActive('e.target', at, false)} and not (w.node = ${root} and e.target = ${avoid}) offset 0) step)`

/** Needless edges among those whose membership ids are given as $2. */
export const redundantEdges = `select f.membership_id as cursor, f.source as node, ${row({ name: '(select n.name from gatehouse.access_node n where n.node = f.source and n.recorded_to is null)', related: 'array[f.target]', membershipId: 'f.membership_id' })}
  from gatehouse.access_edge f cross join lateral (select exists (${walkFrom('f.source', 'f.target')}
    select from walk w cross join lateral (
      select l.target, l.rights from gatehouse.access_edge l where l.source = w.node and l.recorded_to is null and ${inForce('l', at)} offset 0) last
    where (w.node <> f.source and last.target = f.target and last.rights @> f.rights)
      or (f.target >= 's' and last.target >= 's' and last.target <> f.target and exists (with recursive above(node, rights) as (
        select s.target, s.rights from gatehouse.access_edge s where s.source = last.target and s.recorded_to is null and ${inForce('s', at)}
        union
        select s.target, s.rights from above a join gatehouse.access_edge s on s.source = a.node and s.recorded_to is null and ${inForce('s', at)})
        select from above a where a.node = f.target and a.rights @> f.rights))) as needless) found
  where f.membership_id = any($2) and f.recorded_to is null and ${inForce('f', at)} and ${isActive('f.source', at, false)} and found.needless order by 1`

/** The next edges to be looked at. */
export const nextEdges = `select e.membership_id as key from gatehouse.access_edge e where e.recorded_to is null and e.membership_id > $1 order by 1 limit $2`

/** The next people to be looked at. */
export const nextPeople = `select u.user_id as key from users u where u.user_id > $1 order by 1 limit $2`

const given = memberships.filter(({ target }) => target !== 'o').map(({ table, target, targetColumn, rightsTable }) =>
  `select m.user_id, '${target}' || m.${targetColumn} as node, m.membership_id, array(select x.access_right_id::varchar(32) from public.${rightsTable} x where x.membership_id = m.membership_id) as rights
   from public.${table} m where m.user_id = any($2) and ${inForce('m', at)}`)
const roots = memberships.filter(({ target }) => target !== 's').map(({ table, target, targetColumn }) =>
  `select m.user_id, '${target}' || m.${targetColumn} as node from public.${table} m where m.user_id = any($2) and ${inForce('m', at)}`)

/**
 * Needless grants of the people whose ids are given as $2. `held` says what each has and from which of their memberships
 * (`root`), so that a grant is not its own excuse.
 */
export const redundantGrants = `with recursive given as (${given.join(' union all ')}),
  held(user_id, root, node) as (
    select r.user_id, r.node collate "C", r.node collate "C" from (${roots.join(' union all ')}) r where ${isActive('r.node', at, false)}
    union
    select h.user_id, h.root, step.target from held h cross join lateral (
      select e.target from (${edgesSql('e.target', `e.source = h.node and e.target < 's'`, at, false)}) e where ${isActive('e.target', at, false)} offset 0) step),
  below(resource, node, rights) as (
    select distinct g.node, e.source, e.rights from given g join gatehouse.access_edge e on e.target = g.node and e.source >= 's' and e.recorded_to is null and ${inForce('e', at)} where g.node >= 's'
    union
    select b.resource, step.source, b.rights from below b cross join lateral (
      select e.source from (${edgesSql('e.source', `e.target = b.node and e.source >= 's'`, at, false)}) e offset 0) step)
  select g.user_id || ' ' || g.membership_id as cursor, 'u' || g.user_id as node, ${row({
    name: `(select trim(concat_ws(' ', u.first_name, u.last_name)) from users u where u.user_id = g.user_id)`, related: 'array[g.node]', membershipId: 'g.membership_id' })}
  from given g where
    (g.rights = '{}' and exists (${everyoneSql('n.node = g.node', at, false)}))
    or exists (select from held h cross join lateral (
      select e.rights from (${edgesSql('e.rights', 'e.source = h.node and e.target = g.node', at, false)}) e offset 0) last
      where h.user_id = g.user_id and h.root <> g.node and last.rights @> g.rights)
    or exists (select from below b where b.resource = g.node and b.node <> g.node and b.rights @> g.rights and (
      exists (select from given o where o.user_id = g.user_id and o.node = b.node)
      or exists (${everyoneSql('n.node = b.node', at, false)})
      or exists (select from held h cross join lateral (
        select from (${edgesSql('e.rights', 'e.source = h.node and e.target = b.node', at, false)}) e offset 0) last where h.user_id = g.user_id)))
  order by 1`
