/** What waits for the sync, what a guard holds up, and what went wrong last: for whoever asks how things stand. */
import type { Database } from './database.ts'
import { unlookedSql } from './sync-hints.ts'
import { countsSql } from '../model/user-statuses.ts'
import { interruptedReason } from './sync-plans.ts'
import { anyOfRunsSql } from './unassignment-queue.ts'

type Reader = Pick<Database, 'query' | 'first'>

export interface PortalWaiting {
  id: number
  name: string
  /** Links with changes to be pushed. */
  changed: number
  /** Members without an account. */
  newcomers: number
}

/** By portal, from the indexes of what waits; however many people there are. */
export function waitingByPortal(db: Reader): Promise<PortalWaiting[]> {
  return db.query<PortalWaiting>(
    `select p.portal_id as id, p.name,
       (select count(*)::int from efs.iam_portal_user_reference r where r.portal_id = p.portal_id and r.has_data_changes = 1) as changed,
       (select count(*)::int from efs.portal_panelist m where m.portal_id = p.portal_id and not m.linked) as newcomers
     from efs.portal p order by p.portal_id limit 1000`)
}

export interface Waiting {
  administrators: number
  /** Accounts to be unassigned, of panelists and of administrators. */
  queued: number
  queuedAdministrators: number
  /** Accounts that Okta says have changed. */
  hints: number
}

export async function waitingElsewhere(db: Reader): Promise<Waiting> {
  return (await db.first<Waiting>(
    `select (select count(*)::int from efs.iam_user_reference where has_data_changes = 1) as administrators,
       (select count(*)::int from efs.iam_portal_user_group_unassignment_queue) as queued,
       (select count(*)::int from efs.iam_user_unassignment_queue) as "queuedAdministrators",
       (select count(*)::int from gatehouse.sync_hint) as hints`))!
}

/** Whether a delta run over a portal would find anything to look at: who is not wanted and was never linked is nothing, nor what is left to the worker of the queues. */
export async function isAnythingWaiting(db: Reader, portalId: number): Promise<boolean> {
  const row = await db.first<{ waiting: boolean }>(
    `select exists (select from efs.iam_portal_user_reference where portal_id = $1 and has_data_changes = 1)
       or exists (select from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id join public.users u on u.user_id = p.person_id
         where m.portal_id = $1 and not m.linked and ${countsSql('u')})
       or exists (select from efs.iam_user_reference where has_data_changes = 1)
       or exists (select from efs.users e join public.users u on u.user_id = e.person_id
         where not exists (select from efs.iam_user_reference r where r.user_id = e.uid) and ${countsSql('u')})
       or exists (select from gatehouse.sync_hint h where ${unlookedSql} or not exists (select from efs.iam_portal_user_reference r where r.uuid = h.uuid))
       or ${anyOfRunsSql('$1')} as waiting`, [portalId])
  return row!.waiting
}

export interface HeldPlan {
  planId: string
  /** Null: a reconcile of the whole org. */
  portalId: number | null
  reason: string
  since: string
}

/**
 * Plans that a guard has stopped before their first step and that nobody has released or cancelled: until somebody
 * does, nothing runs by itself there. The last one of each portal; what runs that died or broke off left does not count.
 */
export function heldPlans(db: Reader): Promise<HeldPlan[]> {
  return db.query<HeldPlan>(
    `select distinct on (portal) plan_id as "planId", portal as "portalId", coalesce(stop_reason, '') as reason, created_at as since
     from (select p.*, (options ->> 'portalId')::int as portal from gatehouse.plan p where kind = 'sync' and status = 'stopped') p
     where applied_through = 0 and stop_reason is distinct from $1
       and not exists (select from gatehouse.plan_step s where s.plan_id = p.plan_id and s.status <> 'planned')
     order by portal, created_at desc limit 1000`, [interruptedReason])
}

export interface FailedStep {
  planId: string
  step: number
  personId: string | null
  label: string | null
  action: string
  result: Record<string, unknown>
}

/** What failed in the last plan of each portal: everything of it is still marked. */
export function lastFailures(db: Reader, count: number): Promise<FailedStep[]> {
  return db.query<FailedStep>(
    `with last as (
       select distinct on (options ->> 'portalId') plan_id, created_at from gatehouse.plan
       where kind = 'sync' and status in ('applied', 'applying', 'stopped')
         -- What a guard has stopped before its first write has tried nobody: the failures before it still stand.
         and (status <> 'stopped' or applied_through > 0 or exists (select from gatehouse.plan_step t where t.plan_id = plan.plan_id and t.status <> 'planned'))
       order by options ->> 'portalId', created_at desc)
     select s.plan_id as "planId", s.step_no as step, case when s.resource = 'User' then s.target_id end as "personId", s.label, s.action, coalesce(s.result, '{}') as result
     from last l join gatehouse.plan_step s on s.plan_id = l.plan_id and s.status = 'failed'
     order by l.created_at desc, s.step_no limit $1`, [count])
}

/** The last run of each kind and portal that did anything. */
export function lastRuns(db: Reader): Promise<Record<string, unknown>[]> {
  return db.query(
    `select t.* from (
       select distinct on (kind, portal_id) * from gatehouse.sync_run where status not in ('running', 'skipped') order by kind, portal_id, started_at desc) t
     order by t.started_at desc limit 200`)
}

export interface LastOutcome {
  kind: string
  /** Null: the whole org, or the queues. */
  portalId: number | null
  planId: string | null
  status: string
  reason: string | null
  began: string
  failed: number
  blocked: number
}

/**
 * How the last run of each portal, of the whole org and of the queues' worker ended, whatever it was called; plans that
 * were only made, and stops that somebody has dealt with, tell nothing. One that has died counts as interrupted.
 */
export function lastOutcomes(db: Reader): Promise<LastOutcome[]> {
  return db.query<LastOutcome>(
    `select distinct on (drain, portal) kind, portal as "portalId", plan_id as "planId", ended as status, reason, started_at as began,
       coalesce((result ->> 'failed')::int, 0) as failed, coalesce((result ->> 'blocked')::int, 0) as blocked
     from (
       select r.*, r.kind = 'drain' as drain, coalesce(r.portal_id, (p.options ->> 'portalId')::int) as portal, case r.status when 'running' then 'interrupted' else r.status end as ended
       from gatehouse.sync_run r left join gatehouse.plan p on p.plan_id = r.plan_id
       where r.status <> 'skipped' and (r.status <> 'running' or r.lease_until <= clock_timestamp()) and (r.kind <> 'plan' or r.status <> 'done')
         and (r.status <> 'stopped' or p.plan_id is null or p.status = 'stopped')
     ) r order by drain, portal, started_at desc limit 1000`)
}

export function runningRun(db: Reader): Promise<Record<string, unknown> | undefined> {
  return db.first(`select * from gatehouse.sync_run where status = 'running'`)
}
