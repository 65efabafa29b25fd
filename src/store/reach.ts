/**
 * SQL on whom a restricted administrator may administer: the reach itself, read from their delegations, and the condition
 * that every list and every write of people carries for them.
 */
import type { Reach } from '../context.ts'
import { inForce } from './access-walk.ts'
import type { Database } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import { notEnded } from './own-access.ts'

type Reader = Pick<Database, 'query'>

/** What a chosen one of a kind stands for: itself and, where the row says so, everything below it by edges of that kind. */
function closure(kind: 'ORGANIZATION' | 'GROUP', column: string, letter: 'o' | 'g'): string {
  return `array(with recursive chosen(node, deep) as (
      select ('${letter}' || d.${column})::text collate "C", d.with_descendants from gatehouse.delegation d where d.user_id = $1 and d.kind = '${kind}'
      union
      select e.source::text collate "C", true from chosen c join gatehouse.access_edge e on e.target = c.node and e.source like '${letter}%'
      where c.deep and e.kind = '${letter}${letter}' and e.recorded_to is null and ${inForce('e', '$2::timestamptz')})
    select distinct substr(node, 2) from chosen)`
}

/** The reach of a person who has delegations; undefined when nothing restricts them. */
export async function findReach(db: Reader, userId: string, at: string): Promise<Reach | undefined> {
  const [row] = await db.query<{ kinds: string[]; organizations: string[]; groups: string[]; below: boolean | null }>(
    `select array(select distinct kind from gatehouse.delegation where user_id = $1) as kinds,
       ${closure('ORGANIZATION', 'company_id', 'o')} as organizations, ${closure('GROUP', 'grp_id', 'g')} as groups,
       (select bool_or(with_descendants) from gatehouse.delegation where user_id = $1 and kind = 'REPORTS') as below`, [userId, at], 'find_reach')
  const { kinds, organizations, groups, below } = row!
  if (kinds.length === 0) return undefined
  return {
    ...(kinds.includes('ORGANIZATION') ? { organizations } : {}),
    ...(kinds.includes('GROUP') ? { groups } : {}),
    ...(kinds.includes('REPORTS') ? { reports: { supervisor: userId, below: below === true } } : {}),
  }
}

/**
 * The condition that the person in a column (`t.user_id`) is within reach; its parameters are numbered from `first`. What
 * begins later counts as what has begun: people are hired ahead.
 */
export function reachSql(reach: Reach, column: string, first: number): SqlCondition {
  const params: unknown[] = []
  const parameter = (value: unknown) => `$${first + params.push(value) - 1}`
  const parts: string[] = []
  const member = (table: string, target: string, ids: readonly string[]) =>
    parts.push(`exists (select from public.${table} m where m.user_id = ${column} and m.${target} = any(${parameter(ids)}::text[]) and ${notEnded('m')})`)
  if (reach.organizations) member('user_affiliation', 'company_id', reach.organizations)
  if (reach.groups) member('user_grp', 'grp_id', reach.groups)
  if (reach.reports) {
    const supervisor = parameter(reach.reports.supervisor)
    parts.push(reach.reports.below
      ? `${column} in (with recursive below(id) as (
          select o.staff_id from public.org_structure o where o.supervisor_id = ${supervisor}
          union select o.staff_id from below b join public.org_structure o on o.supervisor_id = b.id) select id from below)`
      : `exists (select from public.org_structure o where o.staff_id = ${column} and o.supervisor_id = ${supervisor})`)
  }
  return { sql: parts.join(' and ') || 'false', params }
}

/** The `scope` of a list (store/list-records.ts); undefined for those whom nothing restricts. */
export function reachScope(reach: Reach | undefined, column = 't.user_id'): ((first: number) => SqlCondition) | undefined {
  return reach && ((first) => reachSql(reach, column, first))
}

/** Those of these people who are not within reach, or not there at all. */
export async function outsideReach(db: Reader, reach: Reach, ids: readonly string[]): Promise<string[]> {
  const { sql, params } = reachSql(reach, 'v.id', 2)
  const rows = await db.query<{ id: string }>(`select v.id from unnest($1::text[]) v(id) where (${sql}) is not true`, [ids, ...params])
  return rows.map((row) => row.id)
}
