/**
 * Carries out a stored plan. Goes on after single failures and lists them; can be killed at any point and run again,
 * because every action is safe to repeat and each step is recorded in one transaction. Stops as a whole when going on
 * is pointless: the key is refused, nothing answers any more, or the preparation failed.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { actOnPlan, ofPlan, recordMade, recordOfPlan } from '../plans/events.ts'
import type { Transaction } from '../store/database.ts'
import { staleReads } from '../store/plan-reads.ts'
import { advancePlan, completePlan, finishPlan, markSteps, movePlan, readPlan, type Plan } from '../store/plans.ts'
import { versionsOf } from '../store/sync-people.ts'
import { concurrently } from './concurrently.ts'
import type { Connector, RemoteError } from './connector.ts'
import type { ErrorLog } from './error-log.ts'
import { perform, type Performed } from './perform.ts'
import { announceClosing, isCreateLost, isSent, noteUnanswered, recordStep } from './record.ts'
import { leftSteps, settledOtherwise } from './overtaken.ts'
import { movedSteps } from './remote-stale.ts'
import { readStepPage, undoable, type StoredStep } from './stored-plan.ts'
import { createSilence, type Silence } from './silence.ts'
import { countActions, doesAnything, type Counts } from './steps.ts'
import { takingOver } from './take-over.ts'

export interface Failure {
  /** The number of the step in the plan. */
  step: number
  personId: string | null
  label: string
  /** The action that failed; `blocked` for what waits for a decision, `stale` for a person who has changed meanwhile. */
  action: string
  code: string
  status: number
  message: string
}

export interface ApplyReport {
  planId: string
  steps: number
  /** Actions carried out, by kind. */
  done: Counts
  failed: number
  blocked: number
  stale: number
  /** The first of those, at most 200; all of them stand in the plan's steps. */
  failures: Failure[]
  /** Why the run ended before its time. What was not done is still marked: the next plan holds it. */
  stopped: string | null
  /** A guard stopped it before its first write; it can be released. */
  guarded?: true
}

export interface Applying {
  ctx: Context
  connector: Connector
  errorLog: ErrorLog
  /** Steps under way at a time; default 8. */
  atOnce?: number
  onProgress?: (progress: { done: number; of?: number; failed: number }) => void
  /** The plan was made a moment ago, by the same run: single people who change meanwhile are skipped, not the whole. */
  fresh?: boolean
  /** It was made by the scheduler's run and is told only once it has done something: a push that fails every few minutes stands in the runs. */
  unattended?: boolean
}

const stepsPerPage = 200
const appliable = ['planned', 'applying'] as const
const listedFailures = 200

interface Run extends Applying {
  planId: string
  report: ApplyReport
  silence: Silence
  /** Time has passed since the accounts were looked at: each page is looked at again. */
  resumed: boolean
  /** Nothing of its plan is in the audit yet. */
  untold: boolean
}

/**
 * Applies a plan, or goes on with one that was interrupted.
 * Errors: `plan_state`; `plan_stale` when people, or accounts as far as the plan builds on them, have changed since it
 * was made; RemoteError when that cannot be read.
 */
export async function applyPlan(applying: Applying, plan: Plan): Promise<ApplyReport> {
  const { ctx, connector } = applying
  await noteUnanswered(ctx, connector)
  if (plan.status === 'planned' && !applying.fresh) {
    await refuseStale(ctx, plan.id)
    await refuseMoved(applying, plan)
  }
  const untold = applying.unattended === true
  const tells = !untold && doesAnything(plan.counts as Counts)
  await ctx.db.transaction((tx) => (tells ? actOnPlan(tx, ctx, plan.id, 'plan.apply', appliable, 'applying') : movePlan(tx, plan.id, appliable, 'applying')))
  const report: ApplyReport = {
    planId: plan.id, steps: plan.steps, done: {}, failed: 0, blocked: 0, stale: 0, failures: [], stopped: null,
  }
  const run: Run = { ...applying, ctx: ofPlan(ctx, plan), planId: plan.id, report, silence: createSilence('steps'), resumed: plan.status === 'applying', untold }
  let through = plan.appliedThrough
  for (;;) {
    const page = await readStepPage(ctx.db, plan.id, through, stepsPerPage)
    if (page === null) break
    const before = unfinished(report)
    await applyPage(run, page.steps)
    await applying.errorLog.flush()
    report.failures.sort((left, right) => left.step - right.step)
    if (report.stopped !== null) return stop(run, plan)
    through = page.last
    const status = await ctx.db.transaction(async (tx) => {
      await advancePlan(tx, plan.id, through, unfinished(report) - before)
      await tellOnce(tx, run, plan)
      return (await readPlan(tx, plan.id, true)).status
    })
    if (status !== 'applying') {
      report.stopped = `the plan is ${status} by now; what it has done stays done`
      return report
    }
    applying.onProgress?.({ done: through, of: plan.steps, failed: unfinished(report) })
    if (through < plan.steps) await ctx.renew?.()
  }
  await ctx.db.transaction(async (tx) => {
    await completePlan(tx, plan.id, ctx.actor.principal, ctx.now())
    const { undoes } = plan.options
    // What could not be taken back this time can be tried again.
    const isWhole = plan.failed === 0 && unfinished(report) === 0
    if (isWhole && typeof undoes === 'string' && undoable.includes((await readPlan(tx, undoes, true)).status)) await actOnPlan(tx, ctx, undoes, 'plan.undo', undoable, 'undone')
  })
  return report
}

function unfinished(report: ApplyReport): number {
  return report.failed + report.blocked + report.stale
}

async function stop(run: Run, plan: Plan): Promise<ApplyReport> {
  await run.ctx.db.transaction(async (tx) => {
    await finishPlan(tx, plan.id, plan.counts, plan.steps, run.report.stopped ?? undefined)
    await tellOnce(tx, run, plan)
  })
  return run.report
}

/** Of a plan that the scheduler's run has made for itself: that it was made and applied, with the first page of it that did something. */
async function tellOnce(tx: Transaction, run: Run, plan: Plan): Promise<void> {
  if (!run.untold || !doesAnything(run.report.done)) return
  run.untold = false
  await recordMade(tx, run.ctx, plan)
  await recordOfPlan(tx, run.ctx, plan, 'plan.apply', [{ path: 'status', before: 'planned', after: 'applying' }])
}

async function refuseStale(ctx: Context, planId: string): Promise<void> {
  const stale = await staleReads(ctx.db, planId)
  if (stale.length === 0) return
  const ids = stale.map(({ id }) => id).join(', ')
  throw new GatehouseError('plan_stale', `People have changed since the plan was made (${ids}): make a new plan.`)
}

/** Looks at every membership and account that the plan builds on, before the first write. */
async function refuseMoved({ ctx, connector }: Applying, plan: Plan): Promise<void> {
  for (let after = plan.appliedThrough; ;) {
    const page = await readStepPage(ctx.db, plan.id, after, stepsPerPage)
    if (page === null) return
    const left = await leftSteps(ctx.db, page.steps)
    const moved = left.size > 0 ? left : await movedSteps(connector, page.steps)
    if (moved.size > 0) {
      const problems = page.steps.filter(({ number }) => moved.has(number)).map(({ number, step }) => ({ path: step.label, message: moved.get(number)! }))
      const list = problems.slice(0, 5).map(({ path, message }) => `${path}: ${message}`).join('; ')
      const what = left.size > 0 ? 'Memberships' : 'Accounts'
      throw new GatehouseError('plan_stale', `${what} have changed since the plan was made (${list}); nothing was written. Make a new plan.`, { problems })
    }
    after = page.last
  }
}

async function applyPage(run: Run, steps: readonly StoredStep[]): Promise<void> {
  // What prepares the ground (the group, the schema) stands first and is done alone.
  const people = steps.filter(({ step }) => step.personId !== null || step.queued !== null)
  for (const stored of steps) if (!people.includes(stored)) await applyStep(run, stored)
  const versions = await versionsOf(run.ctx.db, people.flatMap(({ step }) => step.personId ?? []))
  const moved = await leftSteps(run.ctx.db, people)
  if (run.resumed) for (const [number, reason] of await movedSteps(run.connector, people)) moved.set(number, reason)
  await concurrently(people, run.atOnce ?? 8, async (stored) => {
    const { personId, version } = stored.step
    const isStale = version !== null && personId !== null && versions.get(personId) !== version
    if (run.report.stopped !== null) return
    const reason = isStale ? 'the person has changed since the plan was made' : (moved.get(stored.number) ?? await settledOtherwise(run.ctx, stored.step))
    if (reason !== undefined) await skipStale(run, stored, reason)
    else await applyStep(run, stored)
  })
}

async function skipStale(run: Run, { number, step }: StoredStep, reason: string): Promise<void> {
  const message = `${reason}; the next plan takes them up`
  run.report.stale += 1
  const about = { step: number, personId: step.personId, label: step.label }
  const failure = { ...about, action: 'stale', code: 'plan_stale', status: 0, message }
  note(run.report, failure)
  await run.ctx.db.transaction((tx) => markSteps(tx, run.planId, [{ step: number, status: 'failed', result: failure }]))
}

async function applyStep(run: Run, { number, step }: StoredStep): Promise<void> {
  const { ctx, connector, errorLog, report } = run
  const marks = { planId: run.planId, step: number, personId: step.personId, accountId: step.accountId }
  if (isSent(step)) {
    await ctx.db.transaction(async (tx) => {
      await announceClosing(tx, ctx, connector.systemId, step)
      await markSteps(tx, run.planId, [{ step: number, status: 'sent' }])
    })
  }
  const performed = await errorLog.within(marks, () => perform(connector, step, takingOver(ctx, step)))
  const failure = failureOf({ number, step }, performed)
  const result = { accountId: performed.accountId, done: performed.done.length, ...failure }
  await ctx.db.transaction(async (tx) => {
    await recordStep(tx, ctx, connector.systemId, step, performed)
    // Left as begun with: the next run finds the account, also when nobody wants it any more by then.
    const status = isCreateLost(performed) ? 'sent' : failure ? 'failed' : 'done'
    await markSteps(tx, run.planId, [{ step: number, status, result }])
  })
  countActions([{ actions: performed.done }], report.done)
  if (performed.failed) report.failed += 1
  else if (performed.blocked) report.blocked += 1
  if (failure) note(report, failure)
  judge(run, step, performed.failed?.error ?? null)
}

function failureOf({ number, step }: StoredStep, performed: Performed): Failure | null {
  const about = { step: number, personId: step.personId, label: step.label }
  if (performed.failed) {
    const { action, error } = performed.failed
    return { ...about, action: action.kind, code: error.code, status: error.status, message: error.message }
  }
  const blocked = step.actions.find((action) => action.kind === 'blocked')
  return blocked ? { ...about, action: 'blocked', code: 'blocked', status: 0, message: blocked.reason } : null
}

function note(report: ApplyReport, failure: Failure): void {
  if (report.failures.length < listedFailures) report.failures.push(failure)
}

/** Decides whether going on makes sense. */
function judge(run: Run, step: StoredStep['step'], error: RemoteError | null): void {
  const { report } = run
  const pointless = run.silence.judge(error)
  const isPreparation = step.personId === null && step.queued === null
  report.stopped ??= pointless ?? (error && isPreparation ? preparationFailed(step, error) : null)
}

function preparationFailed(step: StoredStep['step'], error: RemoteError): string {
  const action = step.actions[0]!
  const byHand = action.kind === 'declareFields'
    ? `; declare ${action.fields.join(', ')} by hand, as string attributes of the user schema` : ''
  return `the preparation failed: ${error.message}${byHand}`
}
