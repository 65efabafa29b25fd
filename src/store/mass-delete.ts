/**
 * SQL of a mass delete: whom rows of a file mean, and taking thousands out of a portal at once. Everything is a
 * statement for many steps of the plan, never one a person.
 */
import { isWantedSql } from './account-standing.ts'
import type { Database, Transaction } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import { keptSql } from './kept-rows.ts'

type Reader = Pick<Database, 'query'>

/** How a row may name somebody; `any` stands for all of the others. */
export const rowKeys = ['any', 'uid', 'id', 'userName', 'email'] as const

export type RowKey = (typeof rowKeys)[number]

export interface NamedRow {
  line: number
  key: RowKey
  value: string
}

export interface ResolvedRow {
  line: number
  /** Members of the portal whom the row names. */
  members: string[]
  /** Others whom it names. */
  others: number
}

const matches: readonly [RowKey, string][] = [
  ['uid', `select p.person_id from efs.panelists p where p.uid = case when g.value ~ '^[0-9]{1,10}$' then case when g.value::bigint <= 2147483647 then g.value::integer end end`],
  ['id', 'select u.user_id from public.users u where u.user_id = g.value'],
  ['userName', `select u.user_id from public.users u where coalesce(lower(u.user_name), chr(1114111)) collate "C" = lower(g.value)`],
  ['email', 'select e.parent_id from public.email_address e join public.users u on u.user_id = e.parent_id where lower(e.email_address) collate "C" = lower(g.value)'],
]

const matchSql = matches.map(([key, sql]) => `${sql} and g.key in ('any', '${key}')`).join(' union ')

/** Whom some rows mean. */
export async function resolveRows(db: Reader, portalId: number, rows: readonly NamedRow[]): Promise<ResolvedRow[]> {
  return db.query<ResolvedRow>(
    `with given as (select * from unnest($2::integer[], $3::text[], $4::text[]) g(line, key, value))
     select g.line, coalesce(array_agg(x.person_id) filter (where x.member), '{}') as members, count(x.person_id) filter (where not x.member) as others
     from given g left join lateral (
       select f.person_id, exists (
         select from efs.panelists p join efs.portal_panelist m on m.user_id = p.uid where m.portal_id = $1 and p.person_id = f.person_id) as member
       from (${matchSql}) f(person_id)
     ) x on true group by g.line order by g.line`,
    [portalId, rows.map((row) => row.line), rows.map((row) => row.key), rows.map((row) => row.value)],
  )
}

/** The condition that somebody in the list of people (alias t) is a member of a portal. */
export const memberScope = (portalId: number) => (first: number): SqlCondition =>
  ({ sql: `exists (select from efs.panelists p join efs.portal_panelist m on m.user_id = p.uid where m.portal_id = $${first}::integer and p.person_id = t.user_id)`, params: [portalId] })

export interface Member {
  person_id: string
  uid: number
  label: string
  version: number
  /** In another portal, or referred to by one, too: the panelist stays. */
  elsewhere: boolean
  /** Has an account that nothing else speaks for: the portal's policy closes it. */
  closes: boolean
  /** An administrator of EFS. */
  admin: boolean
  /** A record of the system. */
  system: boolean
}

const elsewhereSql = (uid: string, portal: string) => `(exists (select from efs.portal_panelist o where o.user_id = ${uid} and o.portal_id <> ${portal})
      or exists (select from efs.iam_portal_user_reference o where o.user_id = ${uid} and o.portal_id is distinct from ${portal}))`

/** Members of a portal among some people, by their ids. */
export async function readMembers(db: Reader, portalId: number, personIds: readonly string[]): Promise<Map<string, Member>> {
  const rows = await db.query<Member>(
    `select p.person_id, p.uid, coalesce(u.display_name, u.user_name, u.user_id) as label, u.version,
       ${elsewhereSql('p.uid', '$1')} as elsewhere, exists (select from efs.users e where e.person_id = p.person_id) as admin,
       coalesce(u.system_flag, 'N') = 'Y' as system, coalesce(l.uuid is not null and not ${isWantedSql('l.uuid', 'p.person_id', 'l.portal_id')}, false) as closes
     from efs.panelists p join efs.portal_panelist m on m.user_id = p.uid and m.portal_id = $1 join public.users u on u.user_id = p.person_id
       left join efs.iam_portal_user_reference l on l.portal_id = $1 and l.user_id = p.uid
     where p.person_id = any($2)`,
    [portalId, personIds],
  )
  return new Map(rows.map((row) => [row.person_id, row]))
}

/** How many members a portal has. */
export async function countMembers(db: Reader, portalId: number): Promise<number> {
  return (await db.query<{ count: number }>('select count(*)::int as count from efs.portal_panelist where portal_id = $1', [portalId]))[0]!.count
}

/** A stretch of steps: those after `after`, up to `through`. */
export interface Stretch {
  planId: string
  portalId: number
  after: number
  through: number
}

const params = ({ planId, portalId, after, through }: Stretch) => [planId, portalId, after, through]
const stepsSql = `s.plan_id = $1 and s.step_no > $3 and s.step_no <= $4 and s.action = 'delete'`
const uidSql = `(s.changes->>'uid')::integer`
const flag = (name: string) => `(s.changes->>'${name}')::boolean`

/**
 * Triggers and cascades keep the plans they were once run by, on this connection: those made when the tables were small
 * read them whole for every row.
 */
export async function planAfresh(tx: Transaction): Promise<void> {
  await tx.execute('discard plans')
  await tx.execute('set local enable_seqscan = off')
}

/** Holds everybody whom the plan takes out, so that nobody joins or leaves a portal meanwhile. */
export async function holdMembers(tx: Transaction, planId: string): Promise<void> {
  await tx.execute(
    `select from public.users u where u.user_id in (
       select s.target_id from gatehouse.plan_step s where s.plan_id = $1 and s.action = 'delete' and ${flag('deletePerson')}) order by u.user_id for update`, [planId])
  await tx.execute(
    `select from efs.panelists p where p.uid in (select ${uidSql} from gatehouse.plan_step s where s.plan_id = $1 and s.action = 'delete') order by p.uid for update`, [planId])
}

/** The first of those who have changed, left, joined another portal, or got another number since the plan was made. */
export async function movedMembers(tx: Transaction, planId: string, portalId: number): Promise<{ resource: string; id: string }[]> {
  return tx.query(
    `select 'User' as resource, s.target_id as id from gatehouse.plan_step s
     left join efs.panelists p on p.uid = ${uidSql} and p.person_id = s.target_id
     left join efs.portal_panelist m on m.user_id = p.uid and m.portal_id = $2
     left join public.users u on u.user_id = s.target_id
     left join gatehouse.plan_read r on r.plan_id = s.plan_id and r.resource = 'User' and r.target_id = s.target_id
     where s.plan_id = $1 and s.action = 'delete' and (m.user_id is null or u.version is distinct from r.version or ${flag('last')} = ${elsewhereSql('p.uid', '$2')}
       or (${flag('deletePerson')} and exists (select from efs.users e where e.person_id = s.target_id)))
     order by s.step_no limit 10`, [planId, portalId])
}

/** Keeps with the steps what goes, so that it can come back; where nothing shows it. */
export async function keepMembers(tx: Transaction, stretch: Stretch): Promise<void> {
  await tx.execute(
    `update gatehouse.plan_step s set secret = convert_to(jsonb_build_object('panelist', case when ${flag('last')} then to_jsonb(p) end, 'membership', to_jsonb(m),
       'reference', to_jsonb(r), 'version', u.version, 'person', case when ${flag('deletePerson')} then ${keptSql('s.target_id')} end)::text, 'UTF8')
     from efs.panelists p join efs.portal_panelist m on m.user_id = p.uid and m.portal_id = $2 join public.users u on u.user_id = p.person_id
       left join efs.iam_portal_user_reference r on r.user_id = p.uid and r.portal_id = $2
     where ${stepsSql} and p.uid = ${uidSql}`, params(stretch))
}

/** Takes them out: references first, while it is known whose they are. What the database queues then says which plan it was. */
export async function removeMembers(tx: Transaction, stretch: Stretch): Promise<void> {
  await tx.execute(`select set_config('gatehouse.plan', $1, true)`, [stretch.planId])
  const from = (table: string) => `delete from ${table} t using gatehouse.plan_step s where ${stepsSql}`
  await tx.execute(`${from('efs.iam_portal_user_reference')} and t.portal_id = $2 and t.user_id = ${uidSql}`, params(stretch))
  await tx.execute(`${from('efs.portal_panelist')} and t.portal_id = $2 and t.user_id = ${uidSql}`, params(stretch))
  await tx.execute(`${from('efs.panelists')} and $2::integer is not null and t.uid = ${uidSql} and ${flag('last')}`, params(stretch))
  await tx.execute(`${from('public.users')} and $2::integer is not null and t.user_id = s.target_id and ${flag('deletePerson')}`, params(stretch))
  await tx.execute(`select set_config('gatehouse.plan', '', true)`)
}

export interface RemovedMember {
  step: number
  person_id: string
  delete_person: boolean
}

/** Whom a stretch of steps takes out. */
export async function removedMembers(tx: Reader, stretch: Stretch): Promise<RemovedMember[]> {
  return tx.query<RemovedMember>(
    `select s.step_no as step, s.target_id as person_id, ${flag('deletePerson')} as delete_person from gatehouse.plan_step s
     where ${stepsSql} and $2::integer is not null order by s.step_no`, params(stretch))
}

/** Forgets what applied mass deletes have kept, once they cannot be undone any more; how many steps. */
export async function purgeKept(db: Pick<Database, 'execute'>, appliedBefore: string): Promise<number> {
  return db.execute(
    `update gatehouse.plan_step s set secret = null from gatehouse.plan p
     where p.plan_id = s.plan_id and p.kind = 'mass-delete' and p.applied_at < $1 and s.secret is not null`, [appliedBefore])
}
