/** SQL on what plans have read: the versions of records, by which it is told whether the directory has moved since. */
import { resources } from '../model/records.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

/** Notes the versions of records that the plan read; the first reading counts. */
export async function insertReads(tx: Transaction, planId: string, resource: string, reads: readonly { id: string; version: number }[]): Promise<void> {
  if (reads.length === 0) return
  await tx.execute(
    `insert into gatehouse.plan_read (plan_id, resource, target_id, version) select $1, $2, * from unnest($3::text[], $4::int[]) on conflict do nothing`,
    [planId, resource, reads.map((read) => read.id), reads.map((read) => read.version)], 'insert_plan_reads')
}

/** Notes the versions of records that steps of the plan name, each once; one that was read before keeps the version of then. */
export async function insertReferred(tx: Transaction, planId: string, resource: string, reads: readonly { id: string; version: number }[]): Promise<void> {
  if (reads.length === 0) return
  await tx.execute(
    `insert into gatehouse.plan_read as r (plan_id, resource, target_id, version, is_referred) select $1, $2, v.*, true from unnest($3::text[], $4::int[]) v
     on conflict (plan_id, resource, target_id) do update set is_referred = true where not r.is_referred`,
    [planId, resource, reads.map((read) => read.id), reads.map((read) => read.version)], 'insert_plan_referred')
}

/** The versions of records of one resource, by their ids; 0 of those that are not there. */
export async function readRecordVersions(db: Reader, resource: string, ids: readonly string[]): Promise<{ id: string; version: number }[]> {
  if (ids.length === 0) return []
  const { table, idColumn } = resources[resource as keyof typeof resources]
  return db.query(`select v.id, coalesce(t.version, 0) as version from unnest($1::text[]) v(id) left join ${table} t on t.${idColumn} = v.id`, [ids], `versions_of_${resource}`)
}

/** The versions that the plan read of some records; those that it never read are absent. */
export async function findReads(db: Reader, planId: string, resource: string, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.query<{ id: string; version: number }>(
    'select target_id as id, version from gatehouse.plan_read where plan_id = $1 and resource = $2 and target_id = any($3)', [planId, resource, ids], 'find_plan_reads')
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/** What the plan itself has written is no change by others. */
export async function updateReads(tx: Transaction, planId: string, resource: string, reads: readonly { id: string; version: number }[]): Promise<void> {
  if (reads.length === 0) return
  await tx.execute(
    `update gatehouse.plan_read r set version = v.version from unnest($3::text[], $4::int[]) v(id, version)
     where r.plan_id = $1 and r.resource = $2 and r.target_id = v.id`,
    [planId, resource, reads.map((read) => read.id), reads.map((read) => read.version)], 'update_plan_reads')
}

/** Whether a change `c` that an event tells of is one of those that signing in makes by itself: a first sign-in, a lock by failures, its end. */
const ofSignIn = `case c ->> 'path'
    when 'status' then c ->> 'before' in ('PENDING_INITIAL_LOGIN', 'PENDING_START_DATE') and c ->> 'after' = 'ACTIVE'
    when 'secondaryStatus' then coalesce(c ->> 'before', 'LOCKED') = 'LOCKED' and coalesce(c ->> 'after', 'LOCKED') = 'LOCKED'
    else c ->> 'path' in ('active', 'logins.lockMarker') end`

/**
 * Whether signing in alone has raised the version of a person `t` since the plan noted it in `r`: strangers can do that, by wrong passwords,
 * and it changes nothing by which anybody is named. Each raise has an event, and those of transactions that began to write after the one
 * which noted the version are no part of it. Ids of transactions go round in a row's xmin, and mean something within an epoch alone.
 */
const hasOnlySignedIn = `t.version > r.version and t.version - r.version <= (
    select count(*) from gatehouse.audit_event e
    where e.target_id = r.target_id and e.target_type = 'User' and e.action in ('user.activate', 'user.lock', 'user.unlock') and e.result = 'SUCCESS'
      and e.at >= (select p.created_at from gatehouse.plan p where p.plan_id = r.plan_id)
      and e.epoch = gatehouse.current_audit_epoch() and ((e.xid::text::bigint - r.xmin::text::bigint) & 4294967295) between 1 and 2147483647
      and (select bool_and(${ofSignIn}) and bool_or(c ->> 'path' in ('status', 'secondaryStatus')) from json_array_elements(e.changes) c))`

/**
 * The first records that have changed, or vanished, since the plan read them, and that it has not dealt with yet; one that its steps
 * name is not dealt with before the end. Of a person whom they only name, or who is dealt with, what signing in does by itself does not count.
 */
export async function staleReads(db: Reader, planId: string): Promise<{ resource: string; id: string }[]> {
  const found: { resource: string; id: string }[] = []
  for (const { name, table, idColumn } of Object.values(resources)) {
    const excused = name === 'User' ? `not coalesce(not exists (
         select from gatehouse.plan p join gatehouse.plan_step s on s.plan_id = p.plan_id
         where p.plan_id = r.plan_id and s.target_id = r.target_id and s.step_no > p.applied_through) and ${hasOnlySignedIn}, false)` : 'true'
    found.push(...await db.query<{ resource: string; id: string }>(
      `select r.resource, r.target_id as id from gatehouse.plan_read r left join ${table} t on t.${idColumn} = r.target_id
       where r.plan_id = $1 and r.resource = $2 and t.version is distinct from r.version and case when r.is_referred then ${excused} else not exists (
         select from gatehouse.plan p join gatehouse.plan_step s on s.plan_id = p.plan_id
         where p.plan_id = r.plan_id and p.applied_through > 0 and s.target_id = r.target_id
           and s.resource in (r.resource, case r.resource when 'User' then 'Membership' end)
         having max(s.step_no) <= max(p.applied_through)) end limit 10`, [planId, name]))
  }
  return found
}

/**
 * Holds people until the transaction ends, in the order of their ids, so that two plans never wait for each other; the ids of those
 * who have changed, or are gone, since the plan read them.
 */
export async function holdPeople(tx: Transaction, planId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  await tx.execute('select from public.users where user_id = any($1) order by user_id for no key update', [ids], 'hold_plan_people')
  // On its own: a statement that has waited sees some rows as they stood when it began.
  const rows = await tx.query<{ id: string }>(
    `select r.target_id as id from gatehouse.plan_read r left join public.users u on u.user_id = r.target_id
     where r.plan_id = $1 and r.resource = 'User' and r.target_id = any($2) and u.version is distinct from r.version`, [planId, ids], 'changed_plan_people')
  return rows.map(({ id }) => id)
}
