/** SQL of undoing a mass delete: panelists, memberships and references come back under the same numbers. */
import { linkStatus } from '../model/link-statuses.ts'
import type { Row, Transaction } from './database.ts'
import { putBackPeople, tiePeople, type KeptRows } from './kept-rows.ts'

/** What a step has kept. */
export interface KeptMember {
  step: number
  personId: string
  panelist: Row | null
  membership: Row
  reference: (Row & { uuid: string | null }) | null
  /** The version the person had. */
  version: number
  /** The person's rows, when the person went too. */
  person: KeptRows | null
}

/** The steps after a number that have kept something, in order; held, so that nobody is erased while they come back (`holdKept`). */
export async function readKeptMembers(tx: Transaction, planId: string, after: number, count: number): Promise<KeptMember[]> {
  const rows = await tx.query<{ step: number; person_id: string; kept: Omit<KeptMember, 'step' | 'personId'> }>(
    `select step_no as step, target_id as person_id, convert_from(secret, 'UTF8')::jsonb as kept from gatehouse.plan_step
     where plan_id = $1 and step_no > $2 and action = 'delete' and secret is not null order by step_no limit $3 for update`, [planId, after, count])
  return rows.map(({ step, person_id, kept }) => ({ step, personId: person_id, ...kept }))
}

/**
 * Brings people back as they were. An account that the queue still has, and nobody has begun with, is withdrawn from it
 * and its reference is as it was; any other may have been closed: its reference comes back as one that we closed, and
 * marked, so that the next sync puts it right. Errors: that of the constraint when something has taken their place.
 */
export async function putBackMembers(tx: Transaction, portalId: number, members: readonly KeptMember[]): Promise<void> {
  await putBackPeople(tx, members.flatMap(({ person }) => (person ? [person] : [])))
  await tx.execute(
    `insert into efs.panelists (uid, person_id, created_at) select uid, person_id, created_at from jsonb_populate_recordset(null::efs.panelists, $1) order by uid`,
    [JSON.stringify(members.flatMap(({ panelist }) => panelist ?? []))])
  await tx.execute(
    `insert into efs.portal_panelist (portal_id, user_id, created_at) select portal_id, user_id, created_at
     from jsonb_populate_recordset(null::efs.portal_panelist, $1) on conflict do nothing`, [JSON.stringify(members.map(({ membership }) => membership))])
  const untouched = await withdraw(tx, portalId, members)
  const now = new Map(await versions(tx, members.map(({ personId }) => personId)))
  const references = members.flatMap(({ step, personId, reference, version }) => (reference ? [{
    ...reference, touched: reference.uuid !== null && !untouched.has(step), changed: now.get(personId) !== version,
  }] : []))
  await tx.execute(
    `insert into efs.iam_portal_user_reference (id, portal_id, user_id, uuid, created_at, updated_at, status, has_data_changes, changes)
     select id, portal_id, user_id, uuid, created_at, updated_at, case when touched then $2 else status end,
       case when touched or changed then 1 else has_data_changes end, changes + case when touched or changed then 1 else 0 end
     from jsonb_to_recordset($1) r(id integer, portal_id integer, user_id integer, uuid text, created_at timestamptz, updated_at timestamptz,
       status smallint, has_data_changes smallint, changes integer, touched boolean, changed boolean) on conflict do nothing`,
    [JSON.stringify(references), linkStatus.DEACTIVATED])
}

async function versions(tx: Transaction, ids: readonly string[]): Promise<[string, number][]> {
  const rows = await tx.query<{ user_id: string; version: number }>('select user_id, version from public.users where user_id = any($1)', [ids])
  return rows.map(({ user_id, version }) => [user_id, version])
}

type LinkedMember = Pick<KeptMember, 'step' | 'personId'> & { reference: { uuid: string | null } | null }

/**
 * Takes a portal out of what the queue is to do for these accounts, and them out of the queue when nothing is left to do,
 * nor to be told of a worker that died. What was in the queue before, for no portal that anybody knew, goes back to that. Gives the steps whose account nobody has begun with.
 */
export async function withdraw(tx: Transaction, portalId: number, members: readonly LinkedMember[]): Promise<Set<number>> {
  const linked = members.filter(({ reference }) => reference && reference.uuid !== null)
  const queue = 'efs.iam_portal_user_group_unassignment_queue'
  const rows = await tx.query<{ id: number; step: number; begun: boolean }>(
    `update ${queue} q set portals = array_remove(q.portals, $1), plan_id = case when q.any_portal then null else q.plan_id end, updated_at = now()
     from unnest($2::integer[], $3::text[], $4::text[]) v(step, uuid, person)
     where q.uuid = v.uuid and q.person_id = v.person and $1 = any(q.portals)
     returning q.id, v.step, q.started_at is not null as begun`,
    [portalId, linked.map(({ step }) => step), linked.map(({ reference }) => reference!.uuid), linked.map(({ personId }) => personId)])
  await tx.execute(`delete from ${queue} where id = any($1) and portals = '{}' and sent is null and not any_portal`, [rows.map(({ id }) => id)])
  return new Set(rows.filter(({ begun }) => !begun).map(({ step }) => step))
}

/** Ties people who are back to those they named. */
export async function tieMembers(tx: Transaction, members: readonly KeptMember[]): Promise<void> {
  await tiePeople(tx, members.flatMap(({ person }) => (person ? [person] : [])))
}

/** Forgets what some steps have kept. */
export async function forgetKept(tx: Transaction, planId: string, steps: readonly number[]): Promise<void> {
  await tx.execute('update gatehouse.plan_step set secret = null where plan_id = $1 and step_no = any($2::integer[])', [planId, steps])
}
