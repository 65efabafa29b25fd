/** gatehouse plan: plans of every kind, as the database keeps them. */
import type { Command } from 'commander'
import { GatehouseError } from '../errors.ts'
import { planKinds } from '../main.ts'
import { harmless } from '../model/harmless.ts'
import { cancelPlan } from '../plans/apply.ts'
import { releasePlan } from '../plans/release.ts'
import { listPlans, listSteps, readPlan, type Plan, type PlanStep } from '../store/plans.ts'
import type { FieldChange } from '../sync/connector.ts'
import type { Action, TakenField } from '../sync/steps.ts'
import { print, progressLine, table, withDatabase } from './run.ts'

/** A plan in a few lines: what it is, what it would do. */
export function planLines(plan: Plan): string[] {
  const counts = Object.entries(plan.counts).map(([action, count]) => `${String(count).padStart(10)}  ${action}`)
  const state = plan.status === 'applied' ? `applied, ${plan.failed} failed` : plan.status
  return [`Plan ${plan.id}: ${plan.title}`, `${String(plan.steps).padStart(10)}  ${plan.steps === 1 ? 'step' : 'steps'}, ${state}`, ...counts, ...(plan.stopReason === undefined ? [] : [`${plan.status === 'planned' ? 'Had been stopped' : 'Stopped'}: ${plan.stopReason}`]), ...(plan.released === undefined ? [] : [`Released by ${plan.releasedBy}: ${plan.releaseReason}`])]
}

/** A step in a line, with its problems below; one of a sync with a line for each thing it does to the account, and why. */
export function stepLines(step: PlanStep): string[] {
  const where = step.line === undefined || step.line === 0 ? '' : ` line ${step.line}`
  const problems = ((step.problems ?? []) as { path?: string; column?: string; value?: string; message?: string; reason?: string }[]).map((one) =>
    `             ${[one.column ?? one.path, one.value === undefined ? undefined : JSON.stringify(one.value), one.reason ?? one.message].filter((part) => part !== undefined).join(' ')}`)
  const { detail, message, action } = (step.result ?? {}) as { detail?: string; message?: string; action?: string }
  const result = step.status === 'failed' ? [`             failed: ${harmless([action, detail ?? message].filter(Boolean).join(': '))}`] : []
  const actions = (step.changes as { actions?: Action[] } | null | undefined)?.actions
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
      print(options.json, found, () => table(['id', 'kind', 'status', 'steps', 'failed', 'title'], found.map((one) => [one.id, one.kind, one.status, one.steps, one.failed, one.title])))
    }))
  plans.command('show').description('Shows a plan and its totals.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const plan = await readPlan(ctx.db, id)
      print(options.json, plan, () => planLines(plan))
    }))
  plans.command('steps').description('Lists the steps of a plan.').argument('<id>', 'the id of the plan')
    .option('--action <action>', 'only steps of this action').option('--failed', 'only steps that failed').option('--json', 'one JSON object a line')
    .action((id: string, options: StepOptions) => withDatabase(async (_opened, ctx) => {
      await readPlan(ctx.db, id)
      for (let after = 0; ;) {
        const steps = await listSteps(ctx.db, id, { after, count: 500, action: options.action, failed: options.failed })
        for (const step of steps) print(options.json, step, () => stepLines(step))
        if (steps.length < 500) return
        after = steps.at(-1)!.step
      }
    }))
  plans.command('apply').description('Applies a plan, or goes on with one that was interrupted.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (opened, ctx) => {
      const { kind } = await readPlan(ctx.db, id)
      const apply = planKinds[kind]?.apply
      if (!apply) throw new GatehouseError('plan_state', `A plan of the kind ${kind} is applied by its own command.`)
      const progress = progressLine('applying')
      await apply(ctx, id, progress.show)
      progress.end()
      const plan = await readPlan(ctx.db, id)
      print(options.json, plan, () => planLines(plan))
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
      print(json, plan, () => planLines(plan))
    }))
  plans.command('undo').description('Takes back what a plan did, where that is possible.').argument('<id>', 'the id of the plan').option('--json', 'answer for machines')
    .action((id: string, options: { json?: boolean }) => withDatabase(async (opened, ctx) => {
      const { kind } = await readPlan(ctx.db, id)
      const undo = planKinds[kind]?.undo
      if (!undo) throw new GatehouseError('plan_state', `A plan of the kind ${kind} cannot be undone.`)
      await undo(ctx, id)
      const plan = await readPlan(ctx.db, id)
      print(options.json, plan, () => planLines(plan))
    }))
}
