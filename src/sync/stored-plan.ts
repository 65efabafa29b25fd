/**
 * A sync plan in the table of plans: a row a step, with the whole step as JSON in `changes`.
 *
 * Making one is an event as with any plan, but only of one that would do something, and so with its end and not with its first
 * row: the scheduler makes a plan every few minutes, and one that is empty, or holds nothing but what waits for a decision,
 * would be told for ever. The run is the row that tells of those.
 */
import type { Context } from '../context.ts'
import { recordMade } from '../plans/events.ts'
import type { Transaction } from '../store/database.ts'
import { insertReads } from '../store/plan-reads.ts'
import { finishPlan, insertPlan, insertSteps, listSteps, movePlan, readPlan, type Plan, type PlanStatus, type PlanStep } from '../store/plans.ts'
import type { SyncMode } from '../store/sync-people.ts'
import type { Guard } from './limits.ts'
import { countActions, doesAnything, type Counts, type SyncStep } from './steps.ts'

export const syncPlanKind = 'sync'

/** Plans that may have done something which can be taken back. */
export const undoable: readonly PlanStatus[] = ['applied', 'stopped', 'cancelled']

export interface SyncPlanHead {
  /** Null: the whole org. */
  portalId: number | null
  mode: SyncMode | 'reconcile' | 'undo'
  options?: Record<string, unknown>
  /** Made by the scheduler to be applied at once: told by what it does (`apply.ts`), or here when a guard stops it. */
  unattended?: boolean
}

/**
 * Writes a plan as its steps come, in pages. A source that fails on the way leaves a cancelled plan, never half.
 * @param guard says whether it is to be applied
 */
export async function storePlan(
  ctx: Context, { portalId, mode, options = {}, unattended = false }: SyncPlanHead, pages: AsyncIterable<SyncStep[]>, guard: Guard,
): Promise<Plan> {
  const id = ctx.newId()
  const { principal, correlationId } = ctx.actor
  await ctx.db.transaction((tx) => insertPlan(tx, {
    id, kind: syncPlanKind, title: titleOf(portalId, mode, options.undoes), options: { portalId, mode, ...options },
    createdBy: principal, correlationId, now: ctx.now(),
  }))
  const counts: Counts = {}
  let number = 0
  let stopReason: string | null
  try {
    for await (const steps of pages) {
      countActions(steps, counts)
      guard.count(steps)
      const rows = steps.map((step): PlanStep => rowOf(step, ++number))
      await ctx.db.transaction((tx) => insertPage(tx, id, steps, rows))
    }
    stopReason = await guard.stopped()
  } catch (error) {
    await ctx.db.transaction((tx) => movePlan(tx, id, ['planning'], 'cancelled'))
    throw error
  }
  await ctx.db.transaction(async (tx) => {
    await finishPlan(tx, id, counts as Record<string, number>, number, stopReason ?? undefined)
    if (stopReason !== null || (!unattended && doesAnything(counts))) await recordMade(tx, ctx, { id, kind: syncPlanKind, correlationId })
  })
  return readPlan(ctx.db, id)
}

function titleOf(portalId: number | null, mode: string, undoes: unknown): string {
  if (mode === 'undo') return `Undo of the plan ${String(undoes)}`
  return portalId === null ? 'Reconcile with Okta' : `Sync of portal ${portalId} (${mode})`
}

async function insertPage(
  tx: Transaction, planId: string, steps: readonly SyncStep[], rows: readonly PlanStep[],
): Promise<void> {
  const reads = steps.flatMap(({ personId, version }) => (
    personId === null || version === null ? [] : [{ id: personId, version }]
  ))
  await insertSteps(tx, planId, rows)
  await insertReads(tx, planId, 'User', reads)
}

function rowOf(step: SyncStep, number: number): PlanStep {
  const open = step.actions.filter((action) => action.kind === 'blocked' || action.kind === 'report')
  const resource = step.personId !== null ? 'User' : step.queued || step.accountId !== null ? 'Account' : 'Okta'
  return {
    step: number, action: step.actions[0]!.kind, resource, targetId: step.personId ?? step.accountId ?? undefined,
    label: step.label, changes: step,
    ...(open.length > 0 ? { problems: open.map((action) => ({ ...(action.kind === 'report' && action.field !== undefined ? { path: `account.${action.field}` } : {}), message: action.reason })) } : {}),
  }
}

export interface StoredStep {
  number: number
  step: SyncStep
}

/** The steps after a number that have not been carried out yet, but those of people who have been erased since, and the last number looked at; null at the end. */
export async function readStepPage(
  db: Context['db'], planId: string, after: number, count: number,
): Promise<{ steps: StoredStep[]; last: number } | null> {
  const rows = await listSteps(db, planId, { after, count })
  if (rows.length === 0) return null
  const open = rows.filter((row) => row.status === 'planned' && row.changes !== undefined)
  return { steps: open.map((row) => ({ number: row.step, step: row.changes as SyncStep })), last: rows.at(-1)!.step }
}
