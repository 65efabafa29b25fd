/** SQL on plans: their head and their steps. What they have read stands in plan-reads.ts. */
import { hash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import { planAttributes, planStepAttributes } from '../model/listings.ts'
import { cutText, shownText, shownTexts } from '../model/text.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, listRows, type Listing } from './list-rows.ts'
import { copyLines } from './records.ts'

type Reader = Pick<Database, 'query' | 'first'>

export type PlanStatus = 'planning' | 'planned' | 'stopped' | 'applying' | 'applied' | 'cancelled' | 'undone'

export interface Plan {
  id: string
  kind: string
  status: PlanStatus
  title: string
  options: Record<string, unknown>
  /** Steps by action. */
  counts: Record<string, number>
  steps: number
  appliedThrough: number
  failed: number
  stopReason?: string
  created: string
  createdBy: string
  applied?: string
  appliedBy?: string
  correlationId?: string
  /** The person who asked for it, when it was one. */
  actorId?: string
  /** Why, when and by whom it was let go although a guard had stopped it. */
  releaseReason?: string
  released?: string
  releasedBy?: string
}

export interface PlanStep {
  step: number
  action: string
  resource: string
  targetId?: string
  source?: string
  line?: number
  label?: string
  changes?: unknown
  problems?: unknown
  secret?: Buffer
  /** `sent`: begun with over there, and not written down yet. */
  status?: 'planned' | 'sent' | 'done' | 'failed' | 'undone'
  result?: unknown
}

const planColumns = `plan_id as id, kind, status, title, options, counts, steps, applied_through as "appliedThrough", failed, stop_reason as "stopReason",
  created_at as created, created_by as "createdBy", applied_at as applied, applied_by as "appliedBy", correlation_id as "correlationId", actor_id as "actorId",
  release_reason as "releaseReason", released_at as released, released_by as "releasedBy"`

const stepColumns = `step_no as step, action, resource, target_id as "targetId", source, line, label, changes, problems, status, result`

function withoutNulls<T>(row: Row): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T
}

export interface NewPlan {
  id: string
  kind: string
  title: string
  options?: Record<string, unknown>
  createdBy: string
  /** The person who asks for it. */
  actorId?: string | null
  correlationId: string
  now: Date
}

/** Begins a plan; its steps follow, and finishPlan makes it ready. */
export async function insertPlan(tx: Transaction, plan: NewPlan): Promise<void> {
  await tx.execute(
    `insert into gatehouse.plan (plan_id, kind, title, options, created_at, created_by, correlation_id, actor_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [plan.id, plan.kind, cutText(shownText(plan.title), 255), JSON.stringify(plan.options ?? {}), plan.now, plan.createdBy.slice(0, 255), plan.correlationId, plan.actorId ?? null])
}

const copied = ['plan_id', 'step_no', 'action', 'resource', 'target_id', 'source', 'line', 'label', 'changes', 'problems', 'secret', 'status', 'result']

/** Appends steps; their numbers are the caller's, from 1 without a gap. */
export async function insertSteps(tx: Transaction, planId: string, steps: readonly PlanStep[]): Promise<void> {
  if (steps.length === 0) return
  const rows = steps.map((step) => ({
    plan_id: planId, step_no: step.step, action: step.action, resource: step.resource, target_id: step.targetId, source: step.source, line: step.line,
    label: step.label === undefined ? undefined : cutText(shownText(step.label), 255), changes: json(step.changes),
    // What is told of a step may quote anything that a file holds.
    problems: json(shownTexts(step.problems)),
    secret: step.secret, status: step.status ?? 'planned', result: json(step.result),
  }))
  await tx.copyIn(`copy gatehouse.plan_step (${copied.join(', ')}) from stdin`, copyLines(copied, rows))
}

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))

/**
 * Held until the transaction ends by whoever makes records that only an import keeps apart (by employee number, which
 * others may share): two imports at once would otherwise both find nobody. To be taken before records are locked.
 */
export async function lockNewcomers(tx: Transaction): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse import newcomers'))`, [], 'lock_newcomers')
}

/** Hashes that have reached their logins need not stand here too. */
export async function forgetSecrets(tx: Transaction, planId: string, steps: readonly number[]): Promise<void> {
  if (steps.length === 0) return
  await tx.execute('update gatehouse.plan_step set secret = null where plan_id = $1 and step_no = any($2::int[])', [planId, steps], 'forget_plan_secrets')
}

/** Writes what is known of a plan only once it has been filled. */
export async function writePlanOptions(db: Pick<Database, 'execute'>, planId: string, options: Record<string, unknown>): Promise<void> {
  await db.execute('update gatehouse.plan set options = $2 where plan_id = $1', [planId, JSON.stringify(options)])
}

/** Makes a plan ready to be applied, with its totals. */
export async function finishPlan(db: Pick<Database, 'execute'>, planId: string, counts: Record<string, number>, steps: number, stopReason?: string): Promise<void> {
  const finished = await db.execute(`update gatehouse.plan set status = $2, counts = $3, steps = $4, stop_reason = $5 where plan_id = $1 and status <> 'cancelled'`,
    [planId, stopReason === undefined ? 'planned' : 'stopped', JSON.stringify(counts), steps, stopReason ?? null])
  // Given up is given up, however far whoever makes it has come.
  if (finished === 0) throw new GatehouseError('plan_state', `The plan ${planId} was cancelled meanwhile.`)
}

/** Plans that are still being made, or were left half made: by the request or command that began them, or begun before an instant. */
export async function unfinishedPlans(db: Reader, { correlationId = null, before = null }: { correlationId?: string | null; before?: Date | null }): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `select plan_id as id from gatehouse.plan where status = 'planning' and (correlation_id = $1 or created_at < $2) order by plan_id`, [correlationId, before])
  return rows.map(({ id }) => id)
}

/** A plan, or `not_found`. With `lock`, held until the transaction ends. */
export async function readPlan(db: Reader, planId: string, lock = false): Promise<Plan> {
  const row = await db.first<Row>(`select ${planColumns} from gatehouse.plan where plan_id = $1${lock ? ' for update' : ''}`, [planId])
  if (!row) throw new GatehouseError('not_found', `There is no plan with the id ${planId}.`)
  return withoutNulls(row)
}

/** Plans, the newest first: their ids are in the order of time. */
export const planListing: Listing = { name: 'Plan', table: 'gatehouse.plan', idColumn: 'plan_id', attributes: planAttributes, collections: [], order: ['id'], descending: true }

export function planOfRow(row: Row): Plan {
  return { ...documentOfRow(planListing, row), options: row.options, counts: row.counts } as unknown as Plan
}

/**
 * Whether a step without a note of its own is behind its plan, and so is done: a condition over the columns of a step, by themselves. A
 * sync notes each step; and what has nothing to do, or had been blanked before, was done by nobody.
 */
export const isBehind = `status = 'planned' and (action = 'delete' or (action in ('create', 'update') and changes is not null))
  and step_no <= (select its.applied_through from (select plan_id as its_id, kind, applied_through from gatehouse.plan) its where its.its_id = plan_id and its.kind <> 'sync')`

/** Steps as they stand; `noted` is what is written down of a step, by which the failed are indexed. */
const shownSteps = `(select plan_id, step_no, action, resource, target_id, source, line, label, changes, problems, case when ${isBehind} then 'done' else status end as status, status as noted, result from gatehouse.plan_step)`

/** The steps of plans in order; to be narrowed to one plan, by `plan_id`. What is secret in them is not in it. */
export const stepListing: Listing = { name: 'PlanStep', idColumn: 'step_no', attributes: planStepAttributes, collections: [], order: ['step'], table: shownSteps }

export function stepOfRow(row: Row): PlanStep {
  const { changes, problems, result } = row
  return { ...documentOfRow(stepListing, row), ...withoutNulls<Partial<PlanStep>>({ changes, problems, result }) } as PlanStep
}

/** Plans of one kind, or of all, the newest first. */
export async function listPlans(db: Reader, query: { kind?: string; count: number }): Promise<Plan[]> {
  return (await listRows(db, planListing, { count: query.count, where: { kind: query.kind } })).rows.map(planOfRow)
}

export interface StepQuery {
  after?: number
  count: number
  action?: string
  failed?: boolean
}

const mostStored = 2 * 1024 * 1024

/** The most steps that one row of a file becomes; an LDIF's group is one with all its members, who stand by themselves. */
const mostOfARow = 1000

/**
 * Steps for one transaction, secrets included: no more than a count, and fewer when what they hold (as it is stored) is long; but what a row
 * of a file has become is not torn apart.
 */
export async function listBatch(db: Reader, planId: string, after: number, count: number): Promise<PlanStep[]> {
  const rows = await db.query<Row>(
    `with last as (
       select step_no, source, line from (
         select step_no, source, line, sum(coalesce(pg_column_size(changes), 0)) over (order by step_no) - coalesce(pg_column_size(changes), 0) as stored_before
         from (select step_no, source, line, changes from gatehouse.plan_step where plan_id = $1 and step_no > $2 order by step_no limit $3) next
       ) sized where stored_before < $4 order by step_no desc limit 1)
     select ${stepColumns}, secret from gatehouse.plan_step where plan_id = $1 and step_no > $2 and step_no < (
       select case when last.line > 0 then coalesce((select n.step_no from gatehouse.plan_step n where n.plan_id = $1 and n.step_no > last.step_no
         and n.step_no < last.step_no + ${mostOfARow} and (n.source, n.line) is distinct from (last.source, last.line) order by n.step_no limit 1), last.step_no + ${mostOfARow}) else last.step_no + 1 end from last)
     order by step_no`, [planId, after, count, mostStored], 'list_plan_batch')
  return rows.map((row) => withoutNulls<PlanStep>(row))
}

/** Steps after a number, in order; one action only, or the failed only, when asked. Secrets stay behind. */
export async function listSteps(db: Reader, planId: string, query: StepQuery): Promise<PlanStep[]> {
  const rows = await db.query<Row>(
    `select ${stepColumns} from ${shownSteps} t
     where plan_id = $1 and step_no > $2 and ($3::text is null or action = $3 or changes -> 'actions' @> jsonb_build_array(jsonb_build_object('kind', $3))) and ($4::boolean is not true or noted = 'failed') order by step_no limit $5`,
    [planId, query.after ?? 0, query.action ?? null, query.failed ?? null, query.count])
  return rows.map((row) => withoutNulls<PlanStep>(row))
}

export interface PlanKey {
  resource: string
  /** `path=value`, lower case. */
  key: string
  targetId: string
  line: number
}

/** 96 bits: short in the index, and no two of a billion keys meet. */
export const keyHash = (key: string) => hash('md5', key, 'base64').slice(0, 16)

/** Notes how later rows find the records that these rows make or change. */
export async function insertPlanKeys(tx: Transaction, planId: string, keys: readonly PlanKey[]): Promise<void> {
  if (keys.length === 0) return
  const rows = keys.map((one) => ({ plan_id: planId, resource: one.resource, key_hash: keyHash(one.key), target_id: one.targetId, line: one.line }))
  const columns = ['plan_id', 'resource', 'key_hash', 'target_id', 'line']
  await tx.copyIn(`copy gatehouse.plan_key (${columns.join(', ')}) from stdin`, copyLines(columns, rows))
}

/** The records that earlier rows of the plan make under these keys, and the line that does. */
export async function findPlanKeys(db: Reader, planId: string, resource: string, keys: readonly string[]): Promise<Map<string, { targetId: string; line: number }>> {
  if (keys.length === 0) return new Map()
  const byHash = new Map(keys.map((key) => [keyHash(key), key]))
  const rows = await db.query<{ key_hash: string; target_id: string; line: number }>(
    'select key_hash, target_id, line from gatehouse.plan_key where plan_id = $1 and resource = $2 and key_hash = any($3)', [planId, resource, [...byHash.keys()]], 'find_plan_keys')
  return new Map(rows.map((row) => [byHash.get(row.key_hash)!, { targetId: row.target_id, line: row.line }]))
}

/** Those of some records that a plan has steps to make. */
export async function madeByPlan(db: Reader, planId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.query<{ id: string }>(`select target_id as id from gatehouse.plan_step where plan_id = $1 and target_id = any($2) and action = 'create'`, [planId, ids])
  return new Set(rows.map(({ id }) => id))
}

/** How a plan labels records that it makes. */
export async function labelsInPlan(db: Reader, planId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; label: string }>(
    `select target_id as id, label from gatehouse.plan_step where plan_id = $1 and target_id = any($2) and action = 'create' and resource in ('User', 'Organization') and label <> target_id`, [planId, ids])
  return new Map(rows.map(({ id, label }) => [id, label]))
}

/** The affiliations that steps bring for some people, in the order of the steps. */
export async function plannedAffiliations<Entry>(db: Reader, planId: string, ids: readonly string[]): Promise<{ id: string; entries: Entry[] }[]> {
  return db.query(
    `select s.target_id as id, e.entries from gatehouse.plan_step s cross join lateral (
       select case s.resource when 'Affiliation' then jsonb_build_array(s.changes -> 'entry') else coalesce(s.changes #> '{document,affiliations}', s.changes #> '{patch,affiliations}') end as entries) e
     where s.plan_id = $1 and s.target_id = any($2) and s.resource in ('User', 'Affiliation') and s.action in ('create', 'update') and jsonb_typeof(e.entries) = 'array' order by s.step_no`,
    [planId, ids], 'planned_affiliations')
}

/** Moves a plan from one of some states to another. Errors: `plan_state`. */
export async function movePlan(tx: Transaction, planId: string, from: readonly PlanStatus[], to: PlanStatus): Promise<Plan> {
  const plan = await readPlan(tx, planId, true)
  if (!from.includes(plan.status)) {
    const why = plan.status === 'stopped' && plan.stopReason !== undefined ? `. It was stopped: ${plan.stopReason}` : '.'
    const wayOut = plan.status === 'planning' ? ` If nobody is at work on it any more, it was broken off: cancel it and plan again.` : ''
    throw new GatehouseError('plan_state', `The plan is ${plan.status}; this needs one that is ${from.join(' or ')}${why}${wayOut}`)
  }
  await tx.execute('update gatehouse.plan set status = $2 where plan_id = $1', [planId, to])
  return { ...plan, status: to }
}

/** Plans, but those of the sync, that a guard has stopped and nobody has released or cancelled; the newest first. */
export async function stoppedPlans(db: Reader): Promise<Pick<Plan, 'id' | 'kind' | 'title' | 'stopReason'>[]> {
  return db.query(`select plan_id as id, kind, title, coalesce(stop_reason, '') as "stopReason" from gatehouse.plan where status = 'stopped' and kind <> 'sync' order by created_at desc limit 1000`)
}

export interface Release {
  reason: string
  by: string
  at: Date
}

/** Notes who lets a stopped plan go, and why; the plan can be applied then. */
export async function markReleased(tx: Transaction, planId: string, { reason, by, at }: Release): Promise<void> {
  await tx.execute(`update gatehouse.plan set status = 'planned', release_reason = $2, released_by = $3, released_at = $4 where plan_id = $1`, [planId, reason, by.slice(0, 255), at])
}

/** How far the plan has come: in the transaction that did the work. */
export async function advancePlan(tx: Transaction, planId: string, through: number, failed = 0): Promise<void> {
  await tx.execute(`update gatehouse.plan set applied_through = $2, failed = failed + $3 where plan_id = $1`, [planId, through, failed], 'advance_plan')
}

/** Why a plan that is being applied does not get on. */
export async function notePlanStop(db: Pick<Database, 'execute'>, planId: string, reason: string): Promise<void> {
  await db.execute('update gatehouse.plan set stop_reason = $2 where plan_id = $1', [planId, reason])
}

/** The plan has been applied to its end. */
export async function completePlan(tx: Transaction, planId: string, by: string, now: Date): Promise<void> {
  await tx.execute(`update gatehouse.plan set status = 'applied', applied_at = $2, applied_by = $3, stop_reason = null where plan_id = $1`, [planId, now, by.slice(0, 255)])
}

/** Notes what became of single steps; those without a note are done once applied_through has passed them. */
export async function markSteps(tx: Transaction, planId: string, marks: readonly { step: number; status: NonNullable<PlanStep['status']>; result?: unknown }[]): Promise<void> {
  if (marks.length === 0) return
  await tx.execute(
    `update gatehouse.plan_step s set status = v.status, result = coalesce(v.result, s.result)
     from unnest($2::int[], $3::text[], $4::jsonb[]) v(step, status, result) where s.plan_id = $1 and s.step_no = v.step`,
    [planId, marks.map((one) => one.step), marks.map((one) => one.status), marks.map((one) => json(one.result))])
}
