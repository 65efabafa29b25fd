/** gatehouse plan: plans of every kind, as the database keeps them. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { harmless } from '../model/harmless.ts'
import { decidedReason } from '../model/plan-limits.ts'
import { cancelPlan } from '../plans/apply.ts'
import { releasePlan } from '../plans/release.ts'
import { massDeleteKind } from '../portals/mass-delete.ts'
import { listPlans, listSteps, readPlan, type Plan, type PlanStep } from '../store/plans.ts'
import { countQueue, type QueueCounts } from '../store/unassignment-queue.ts'
import type { FieldChange } from '../sync/connector.ts'
import type { Action, TakenField } from '../sync/steps.ts'
import { nameSteps } from './name-people.ts'
import { nextLines, tellWhenBrokenOff } from './plan-ways.ts'
import { print, progressLine, table, wholeServer, withDatabase } from './run.ts'

/** Counts that the name alone does not explain. */
function countWords({ kind, counts }: Plan, action: string): string {
  const isOne = counts[action] === 1
  if (action === 'hidden') return `hidden ${isOne ? 'person is' : 'people are'} found as well, and left out`
  if (action === 'relatedLeftOpen' && kind === massDeleteKind) return `${isOne ? 'account related to persons who go stays open (relatedLeftOpen): end it' : 'accounts related to persons who go stay open (relatedLeftOpen): end them'} yourself`
  return action
}

/** A plan in a few lines: what it is, what it would do. */
export function planLines(plan: Plan): string[] {
  const counts = Object.entries(plan.counts).map(([action, count]) => `${String(count).padStart(10)}  ${countWords(plan, action)}`)
  const state = plan.status === 'applied' ? `applied, ${plan.failed} ${plan.kind === 'sync' ? 'not done (failed, blocked or changed meanwhile)' : 'failed'}` : plan.status
  return [`Plan ${plan.id}: ${plan.title}`, `${String(plan.steps).padStart(10)}  ${plan.steps === 1 ? 'step' : 'steps'}, ${state}${doneSoFar(plan)}`, ...counts, ...stopLines(plan), ...(plan.released === undefined ? [] : [`Released by ${plan.releasedBy}: ${plan.releaseReason}`])]
}

/** How far a plan has come that is not at its end: what is behind it stays done. */
function doneSoFar({ status, appliedThrough, failed }: Plan): string {
  if (status !== 'applying' && (status !== 'cancelled' || appliedThrough === 0)) return ''
  return `, ${appliedThrough} of them done${failed > 0 ? ` (${failed} failed)` : ''}`
}

/** What to do about it is said as long as it is to be decided. */
function stopLines({ status, stopReason }: Plan): string[] {
  if (stopReason === undefined) return []
  return status === 'planned' || status === 'cancelled' ? [`Had been stopped: ${decidedReason(stopReason)}`] : [`Stopped: ${stopReason}`]
}

/** A step in a line, with its problems below; one of a sync with a line for each thing it does to the account, and why. */
export function stepLines(step: PlanStep): string[] {
  const where = step.line === undefined || step.line === 0 ? '' : ` line ${step.line}`
  const actions = (step.changes as { actions?: Action[] } | null | undefined)?.actions
  const said = new Set(actions?.map(({ reason }) => reason))
  const problems = ((step.problems ?? []) as { path?: string; column?: string; value?: string; message?: string; reason?: string }[]).filter((one) => !said.has(one.message ?? '')).map((one) =>
    `             ${[one.column ?? one.path, one.value === undefined ? undefined : JSON.stringify(one.value), one.reason ?? one.message].filter((part) => part !== undefined).join(' ')}`)
  const { detail, message, action } = (step.result ?? {}) as { detail?: string; message?: string; action?: string }
  const result = step.status === 'failed' && !(action === 'blocked' && said.has(message ?? '')) ? [`             failed: ${harmless([action, detail ?? message].filter(Boolean).join(': '))}`] : []
  const changed = step.action === 'update' && !actions ? `  ${changeText(step.changes)}` : ''
  return [`${String(step.step).padStart(8)}  ${step.action.padEnd(9)} ${step.resource} ${harmless(step.label)}${where}${changed}`, ...(actions ?? []).map(actionLine), ...problems, ...result]
}

/** What a step of a sync does to an account: what, with which group or which fields, and why. */
function actionLine(action: Action): string {
  const what = [action.kind, ...('group' in action ? [action.group] : []), ...('fields' in action ? [action.fields.map(fieldText).join(', ')] : [])]
  return `             ${harmless(what.join(' '))}: ${harmless(action.reason)}`
}

const fieldText = (one: string | FieldChange | TakenField) => (typeof one === 'string' ? one : `${one.field} ${JSON.stringify(one.before ?? null)} → ${JSON.stringify(one.after ?? null)}`)

/** Fields as `path: before → after`; other shapes as they are. */
function changeText(changes: unknown): string {
  const fields = (changes as { fields?: { path: string; before?: unknown; after?: unknown }[] } | undefined)?.fields
  if (!fields) return changes === undefined ? '' : JSON.stringify(changes)
  return fields.map(({ path, before, after }) => (before === undefined && after === undefined ? path : `${path}: ${JSON.stringify(before) ?? ''} → ${JSON.stringify(after) ?? ''}`)).join('; ')
}

/** 2 when the plan was stopped or given up, 1 when something could not be done, else 0. */
export function exitCodeOf(plan: Plan): number {
  if (plan.status === 'stopped' || plan.status === 'cancelled') return 2
  const open = (plan.counts.error ?? 0) + (plan.counts.conflict ?? 0) + (plan.counts.blocked ?? 0)
  return plan.failed + open > 0 ? 1 : 0
}

/** Of a mass delete that was applied: that its accounts wait, for whom. */
export async function queueLines({ db }: Pick<Context, 'db'>, { kind, status }: Plan): Promise<string[]> {
  if (kind !== massDeleteKind || status !== 'applied') return []
  return waitingLines(await countQueue(db, 'panelist'))
}

/** What is due in a queue, and who works it off: nobody, unless some server has an org. */
export function waitingLines({ queued, waiting }: Pick<QueueCounts, 'queued' | 'waiting'>): string[] {
  const count = queued + waiting
  if (count === 0) return []
  return [`${counted(count, 'account waits', 'accounts wait')} to be unassigned in Okta: a server that runs with OKTA_ORG_URL does it every minute, or at once: npx gatehouse portal queue drain`]
}

/** Accounts that were dealt with before the undo are not as they were yet. */
function undoneLines({ kind, status, options }: Plan): string[] {
  if (kind !== massDeleteKind || status !== 'undone') return []
  return [`Accounts that Okta has closed since come back with the next sync: npx gatehouse sync --portal ${Number(options.portalId)} --apply (a server with OKTA_ORG_URL and SYNC_DELTA_MINUTES runs it by itself)`]
}

interface StepOptions {
  action?: string
  failed?: boolean
  json?: boolean
}

export function addPlanCommands(gatehouse: Command): void {
  const plans = gatehouse.command('plan').description('Plans: what an import, a bulk operation, a merge or a sync would do.')
  plans.command('list').description('Lists plans, the newest first.').option('--kind <kind>', 'only plans of this kind').option('--json', 'answer for machines')
    .action((options: { kind?: string; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const found = await listPlans(ctx.db, { kind: options.kind, count: 100 })
      print(options.json, found, () => table(['id', 'made', 'kind', 'status', 'steps', 'not done', 'title'], found.map((one) => [one.id, one.created, one.kind, one.status, one.status === 'applying' ? `${one.appliedThrough} of ${one.steps}` : one.steps, one.failed, one.title])))
    }))
  plans.command('show').description('Shows a plan and its totals.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const plan = await readPlan(ctx.db, id)
      print(options.json, plan, () => [...planLines(plan), ...nextLines(plan)])
    }))
  plans.command('steps').description('Lists the steps of a plan.').argument('<id>', 'the id of the plan')
    .option('--action <action>', 'only steps of this action').option('--failed', 'only steps that failed').option('--json', 'one JSON object a line')
    .action((id: string, options: StepOptions) => withDatabase(async (_opened, ctx) => {
      await readPlan(ctx.db, id)
      for (let after = 0; ;) {
        const steps = await listSteps(ctx.db, id, { after, count: 500, action: options.action, failed: options.failed })
        const named = options.json ? steps : await nameSteps(ctx, id, steps)
        for (const step of named) print(options.json, step, () => stepLines(step))
        if (steps.length < 500) return
        after = steps.at(-1)!.step
      }
    }))
  plans.command('apply').description('Applies a plan, or goes on with one that was interrupted.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (opened, ctx) => {
      const before = await readPlan(ctx.db, id)
      const { kind } = before
      const apply = (await wholeServer()).planKinds[kind]?.apply
      if (!apply) throw new GatehouseError('plan_state', `A plan of the kind ${kind} is applied by its own command.`)
      // What a guard has stopped is shown with its reason and what to do about it.
      if (nextLines(before).length === 0 || before.status !== 'stopped') {
        const progress = progressLine('applying')
        await tellWhenBrokenOff(before, (show) => apply(ctx, id, show), progress.show)
        progress.end()
      }
      const plan = await readPlan(ctx.db, id)
      const waiting = await queueLines(ctx, plan)
      print(options.json, plan, () => [...planLines(plan), ...waiting, ...(plan.status === 'stopped' ? nextLines(plan) : [])])
      process.exitCode = exitCodeOf(plan)
    }))
  plans.command('cancel').description('Gives a plan up; what it has done so far stays done.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const plan = await cancelPlan(ctx, id)
      print(options.json, plan, () => planLines(plan))
    }))
  plans.command('release').description('Lets a plan that a guard has stopped go, once; the limits stay as they are.').argument('<id>', 'the id of the plan')
    .requiredOption('--reason <text>', 'why it is right to do what the guard has stopped; kept and audited').option('--by <name>', 'who decides; default: the account of the operating system').option('--json', 'answer for machines')
    .action((id: string, { json, ...request }: { reason: string; by?: string; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const plan = await releasePlan(ctx, id, request)
      print(json, plan, () => [...planLines(plan), ...nextLines(plan)])
    }))
  plans.command('undo').description('Takes back what a plan did, where that is possible.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (opened, ctx) => {
      const { kind } = await readPlan(ctx.db, id)
      const undo = (await wholeServer()).planKinds[kind]?.undo
      if (!undo) throw new GatehouseError('plan_state', `A plan of the kind ${kind} cannot be undone.`)
      await undo(ctx, id)
      const plan = await readPlan(ctx.db, id)
      print(options.json, plan, () => [...planLines(plan), ...undoneLines(plan)])
    }))
}
