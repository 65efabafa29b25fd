/**
 * Applying a plan: exactly its steps, in order, in batches; each batch in one transaction together with the note of how
 * far the plan has come, so that a killed run resumes where it stopped and no step is done twice or by half.
 *
 *     planned ──apply──▶ applying ──last step──▶ applied ──undo──▶ undone
 *        │ cancel           │ killed: apply again resumes; cancel: what is done stays done
 *        ▼                  ▼
 *     cancelled          applying, cancelled
 *
 * Whatever has changed since the plan was made is never written over. The first batch stands in the transaction that looks
 * at everything the plan has read: what is found then, or once the records of the batch are held, refuses the plan whole. Later
 * batches hold their records and look at them again; a step whose record has changed fails.
 */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { counted } from '../model/counted.ts'
import type { Transaction } from '../store/database.ts'
import { holdPeople, staleReads, updateReads } from '../store/plan-reads.ts'
import { advancePlan, completePlan, markSteps, readPlan, unfinishedPlans, type Plan, type PlanStep } from '../store/plans.ts'
import { actOnPlan, ofPlan } from './events.ts'
import { readAhead, type Ahead, type ReadAhead } from './read-ahead.ts'

type Version = { resource: string; id: string; version: number }

/**
 * Carries out steps in a transaction, all or none; the new versions of records that the plan had read, by resource.
 * With `ahead`, what it makes of the steps of a batch while the one before is written is handed back as `prepared`.
 */
export interface StepRunner<P = unknown> {
  (tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[], prepared?: P): Promise<Version[]>
  ahead?: Ahead<P>
  /** The steps are about people, whom each batch holds before it begins. A runner without it holds what it reads by itself, and looks again. */
  people?: true
  /** What steps that stand or fall together have in common; nothing for a step that stands by itself. They follow each other. */
  whole?: (step: PlanStep) => string | undefined
  /** What the plan rests on besides versions of records, and others have changed since, or who has come whom it would make; the first of it. */
  moved?: (tx: Transaction, plan: Plan, ctx: Context) => Promise<Moved[]>
}

/** A record that is not as the plan has read it, or is there although the plan would make it. */
export interface Moved {
  resource: string
  id: string
  /** What has become of it: "has come,"; when nothing else is known, it has changed or is gone. */
  how?: string
}

export interface ApplyOptions {
  /** Steps a transaction; default 500. */
  batch?: number
  /** Told after each batch how many steps are behind. */
  progress?: (done: number, of: number) => void
}

/**
 * Applies a planned plan, or goes on with one that was interrupted. Goes on after single failures and keeps them with
 * their reasons. Errors: `plan_state`, `plan_stale` (nothing has been written then, or nothing more), `forbidden` where rights were taken away.
 */
export async function applyPlan<P>(ctx: Context, planId: string, run: StepRunner<P>, options: ApplyOptions = {}): Promise<Plan> {
  const batches = readAhead(planId, options.batch ?? 500, run.ahead)
  let [given, begun] = [ctx, false]
  // One for all batches of whoever may do the same: what is made ready ahead is theirs.
  let acting: Context | undefined
  try {
    for (;;) {
      const plan = await ctx.db.transaction(async (tx) => {
        await lockPlan(tx, planId)
        // Held, so that cancelling waits for the batch and is not written over.
        const found = begun ? await readPlan(tx, planId, true) : await actOnPlan(tx, ctx, planId, 'plan.apply', ['planned', 'applying'], 'applying')
        if (found.status !== 'applying') return found
        acting ??= ofPlan(given, found)
        if (!begun) await refuseStale(tx, found, acting, run.moved)
        return nextBatch(tx, acting, found, run, batches)
      })
      begun = true
      options.progress?.(plan.appliedThrough, plan.steps)
      if (plan.status !== 'applying') return plan
      // What is taken from whoever applies it counts from the next batch on; that nothing is left they may always note.
      const next = plan.appliedThrough < plan.steps ? ((await ctx.renew?.()) ?? ctx) : given
      if (next !== given) [given, acting] = [next, undefined]
    }
  } finally {
    await batches.settle()
  }
}

/** One batch of a plan is applied at a time, whoever applies it. */
export async function lockPlan(tx: Transaction, planId: string): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse plan ' || $1))`, [planId])
}

/** For a runner that holds what it reads, too: what others had under way when the plan was looked at first is there by now. Errors: `plan_stale`. */
export async function refuseStale(tx: Transaction, plan: Plan, ctx: Context, moved: StepRunner['moved']): Promise<void> {
  refuseMoved(plan, [...await staleReads(tx, plan.id), ...await moved?.(tx, plan, ctx) ?? []])
}

/** Errors: `plan_stale` when anything that the plan read has changed since. */
export function refuseMoved(plan: Plan, stale: readonly Moved[]): void {
  if (stale.length === 0) return
  const problems = [...new Map(stale.map((one) => [resource(one), one]))].map(([path, { how = 'has changed, or is gone,' }]) => ({ path, message: `${how} since the plan was made` }))
  const sofar = plan.appliedThrough > 0 ? `the ${counted(plan.appliedThrough, 'step that is behind stays', 'steps that are behind stay')} done. Cancel it and plan the rest` : 'nothing was written. Make the plan'
  throw new GatehouseError('plan_stale', `${resource(stale[0]!)} ${stale[0]!.how ?? 'has changed'} since the plan was made; ${sofar} again.`, { problems })
}

const resource = (one: { resource: string; id: string }) => `${one.resource} ${one.id}`

async function nextBatch<P>(tx: Transaction, ctx: Context, plan: Plan, run: StepRunner<P>, batches: ReadAhead<P>): Promise<Plan> {
  const planId = plan.id
  const { steps, prepared } = await batches.take(tx, ctx, plan.appliedThrough)
  const last = steps.at(-1)
  if (!last) {
    await completePlan(tx, planId, ctx.actor.principal, ctx.now())
    return readPlan(tx, planId)
  }
  batches.begin(ctx, steps)
  const failed = await runBatch(tx, ctx, plan, steps, run, prepared)
  await advancePlan(tx, planId, last.step, failed)
  return { ...plan, appliedThrough: last.step, failed: plan.failed + failed }
}

/** All steps together; when one of them cannot be done, each on its own with what stands or falls with it, so that one bad row stops nothing but itself. */
async function runBatch<P>(tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[], run: StepRunner<P>, prepared: P | undefined): Promise<number> {
  const wanted = steps.filter(isDoable)
  const changed = run.people ? await changedPeople(tx, plan, wanted) : []
  await markSteps(tx, plan.id, changed)
  const doable = wanted.filter(({ step }) => !changed.some((one) => one.step === step))
  if (doable.length === 0) return changed.length
  const work = async (some: readonly PlanStep[], made?: P) => noteVersions(tx, plan, await run(tx, ctx, plan, some, made))
  const failed = await refusalOf(tx, plan, () => work(doable, prepared))
  if (!failed) return changed.length
  const failures: Failure[] = []
  for (const own of wholes(doable, run.whole)) {
    let at = 0
    const refused = await refusalOf(tx, plan, async () => {
      for (at = 0; at < own.length; at++) await work([own[at]!])
    })
    if (refused) failures.push(...own.map((step) => failureOf(step, own[at]!, refused)))
  }
  await markSteps(tx, plan.id, failures)
  return changed.length + failures.length
}

/** Steps whose people have changed since; they are held from here on, all at once and in one order, so that no two plans wait for each other. Errors: `plan_stale` before the first write. */
async function changedPeople(tx: Transaction, plan: Plan, steps: readonly PlanStep[]): Promise<Failure[]> {
  const moved = new Set(await holdPeople(tx, plan.id, steps.flatMap(({ targetId }) => targetId ?? [])))
  if (plan.appliedThrough === 0) refuseMoved(plan, [...moved].map((id) => ({ resource: 'User', id })))
  return steps.filter(({ targetId }) => moved.has(targetId!)).map((step) => (
    { step: step.step, status: 'failed', result: { code: 'plan_stale', detail: `User ${step.targetId} has changed, or is gone, since the plan was made, and was left as it is; plan the step again.` } }))
}

interface Failure {
  step: number
  status: 'failed'
  result: { code: string; detail: string; problems?: unknown }
}

/**
 * Why work was refused, and has left nothing behind. A refusal is about the steps; anything else is about us and stops the run, to be
 * resumed. Errors: `plan_stale` as long as nothing of the plan has been written.
 */
async function refusalOf(tx: Transaction, { appliedThrough }: Plan, work: () => Promise<void>): Promise<GatehouseError | undefined> {
  try {
    await tx.savepoint(work)
    return undefined
  } catch (error) {
    const isRefusal = error instanceof GatehouseError && error.status >= 400 && error.status < 500
    if (isRefusal && (appliedThrough > 0 || error.code !== 'plan_stale')) return error
    throw error
  }
}

function wholes(steps: readonly PlanStep[], whole: StepRunner['whole']): PlanStep[][] {
  return [...Map.groupBy(steps, (step) => whole?.(step) ?? step.step).values()]
}

/** What failed by another step says so: it was not done, or undone with it. */
function failureOf(step: PlanStep, cause: PlanStep, { code, message, problems }: GatehouseError): Failure {
  const result = step === cause ? { code, detail: message, problems } : { code, detail: `The ${cause.resource} of the same row is refused: ${message}` }
  return { step: step.step, status: 'failed', result }
}

/** Whether there is anything to do for a step: nothing where what it would make or change has been erased. */
export const isDoable = ({ action, changes }: PlanStep): boolean => action === 'delete' || (changes !== undefined && (action === 'create' || action === 'update'))

async function noteVersions(tx: Transaction, plan: Plan, written: readonly Version[]): Promise<void> {
  const byResource = Map.groupBy(written, (one) => one.resource)
  for (const [name, reads] of byResource) await updateReads(tx, plan.id, name, reads)
}

/** A plan that will not be applied, or not to its end. Errors: `plan_state` once it has been. */
export function cancelPlan(ctx: Context, planId: string): Promise<Plan> {
  return ctx.db.transaction((tx) => actOnPlan(tx, ctx, planId, 'plan.cancel', ['planning', 'planned', 'stopped', 'applying'], 'cancelled'))
}

/** Gives up the plans that this request or command has begun and not finished; no more than one, as it is. */
export async function giveUpUnfinished(ctx: Context): Promise<void> {
  for (const id of await unfinishedPlans(ctx.db, { correlationId: ctx.actor.correlationId })) await giveUp(ctx, id)
}

/**
 * Gives up the plans that were begun before an instant and never finished: whoever made them was killed. Nobody can apply them, and
 * they would stand there for ever. The number given up.
 */
export async function giveUpBroken(ctx: Context, before: Date): Promise<number> {
  const ids = await unfinishedPlans(ctx.db, { before })
  for (const id of ids) await giveUp(ctx, id)
  return ids.length
}

/** One that has been finished or given up meanwhile stays as it is. */
async function giveUp(ctx: Context, planId: string): Promise<void> {
  await ctx.db.transaction((tx) => actOnPlan(tx, ctx, planId, 'plan.cancel', ['planning'], 'cancelled')).catch((error: unknown) => {
    if (!(error instanceof GatehouseError) || error.code !== 'plan_state') throw error
  })
}
