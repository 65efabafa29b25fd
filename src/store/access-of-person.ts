/** SQL for questions about one person: may they, and what do they have. */
import { type Letter } from '../model/access-edges.ts'
import { checkManySql, checkSql, edgesSql, everyoneSql, isActive, membershipsSql, nodesSql, ofUser, peopleSql, personCounts, withRights, type Moment, type ThingLetter } from './access-walk.ts'
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** What was asked: the resource, or another thing, by id or name; without a right, any access counts. */
export interface Check {
  user: string
  resource: string
  /** The kind of thing that `resource` names; a resource when absent. */
  letter?: ThingLetter
  right?: string
}

/** Whether each of what was named is known, and the answer. */
export interface CheckRow {
  person: boolean
  resource: boolean
  right: boolean
  allowed: boolean
}

/** By kind of thing, and whether the moment is past. */
const statementsOf = (make: (past: boolean, letter: ThingLetter) => string) =>
  Object.fromEntries((['s', 'r', 'g', 'o'] as const).map((letter) => [letter, { now: make(false, letter), past: make(true, letter) }])) as Record<ThingLetter, Record<'now' | 'past', string>>
const [one, many] = [statementsOf(checkSql), statementsOf(checkManySql)]

/** One check. */
export async function checkAccess(db: Reader, { user, resource, letter = 's', right }: Check, { at, past }: Moment): Promise<CheckRow> {
  const when = past ? 'past' : 'now'
  const row = await db.first<CheckRow>(one[letter][when], [user, resource, right ?? null, at], `access_check_${letter}_${when}`)
  return row!
}

/** Many checks, a statement for each kind of thing, answered in their order. */
export async function checkAccesses(db: Reader, checks: readonly Check[], { at, past }: Moment): Promise<CheckRow[]> {
  const when = past ? 'past' : 'now'
  const answers = new Map<Check, CheckRow>()
  for (const [letter, some] of Map.groupBy(checks, (check) => check.letter ?? 's')) {
    const columns = [some.map(({ user }) => user), some.map(({ resource }) => resource), some.map(({ right }) => right ?? null)]
    const rows = await db.query<CheckRow>(many[letter][when], [...columns, at], `access_checks_${letter}_${when}`)
    some.forEach((check, place) => answers.set(check, rows[place]!))
  }
  return checks.map((check) => answers.get(check)!)
}

/** Something a person has. */
export interface HeldRow {
  node: string
  name: string | null
  direct: boolean
  inherited: boolean
  everyone: boolean
  rights: string[]
}

/**
 * What a person has: $1 the person, $2 the moment, $3 the node to go on behind, $4 letters of nodes, $5 how many. The walk
 * carries the rights of the edge it came by: a node that comes with three sets of rights is gone on from three times, which
 * is less than to ask all its edges a second time.
 */
export function heldSql(past: boolean): string {
  const at = '$2::timestamptz'
  const passesOn = (node: string) => `(${node} >= 's' or ${isActive(node, at, past)})`
  return `with recursive walk(node, rights, way) as (
    select f.node, f.rights::text[], f.way from (
      select m.node, m.rights, 'direct' as way from (${membershipsSql(withRights, ofUser('$1'), at, past)}) m
      union all select e.node, '{}', 'everyone' from (${everyoneSql('true', at, past)}) e) f where ${passesOn('f.node')}
    union
    select step.target, step.rights::text[], 'inherited' from walk w cross join lateral (
      select e.target, e.rights from (${edgesSql('e.target, e.rights', 'e.source = w.node', at, past)}) e
      where ${passesOn('e.target')} offset 0) step),
   page as materialized (
    select w.node, bool_or(way = 'direct') as direct, bool_or(way = 'inherited') as inherited, bool_or(way = 'everyone') as everyone,
      coalesce(array_agg(distinct r order by r) filter (where r is not null), '{}') as rights
    from walk w left join lateral unnest(w.rights) r on true
    where w.node > $3 collate "C" and left(w.node, 1) = any($4)
    group by w.node order by w.node limit $5)
   select p.*, (${nodesSql('n.name', 'n.node = p.node', at, past)} limit 1) as name from page p order by p.node`
}

const held = { now: heldSql(false), past: heldSql(true) }

/** What a person has behind `after`, by node; empty for one who does not count. */
export function heldBy(db: Reader, user: string, { at, past }: Moment, page: { after: string; letters: readonly Letter[]; count: number }): Promise<HeldRow[]> {
  return db.query<HeldRow>(past ? held.past : held.now, [user, at, page.after, page.letters, page.count], `access_held_${past ? 'past' : 'now'}`)
}

export interface Person {
  id: string
  displayName: string | null
  status: string
  secondaryStatus: string | null
  /** Their first and last day, YYYY-MM-DD, as they stand now. */
  startDate: string | null
  lastDate: string | null
  /** Whether their access counts at the moment. */
  active: boolean
}

/** A person as far as access asks about them; undefined when there is none. */
export async function accessPerson(db: Reader, user: string, { at, past }: Moment): Promise<Person | undefined> {
  const before = (column: string) => past
    ? `case when s.user_id is null then u.${column} else s.${column} end` : `u.${column}`
  const change = past ? 'left join lateral (select * from gatehouse.user_status_history s where s.user_id = u.user_id and s.recorded_to > $2::timestamptz order by s.recorded_to limit 1) s on true' : ''
  return db.first<Person>(`select u.user_id as id, u.display_name as "displayName", ${before('status')} as status,
      ${before('secondary_status')} as "secondaryStatus", u.start_date as "startDate", u.last_date as "lastDate", ${personCounts('$2::timestamptz', past)} as active
    from (${peopleSql(ofUser('$1'), '$2::timestamptz', past)}) u ${change} where $2::timestamptz is not null`, [user, at], `access_person_${past ? 'past' : 'now'}`)
}
