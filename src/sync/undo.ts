/** Makes the plan that takes back an applied plan, page by page, as the accounts are now. Nothing is written anywhere. */
import { GatehouseError } from '../errors.ts'
import { valueAt, type Document } from '../model/attribute.ts'
import { documentOf, type LoadedRecord } from '../model/rows.ts'
import { user } from '../model/user.ts'
import type { Database } from '../store/database.ts'
import { listSteps, type Plan, type PlanStep } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'
import { versionsOf } from '../store/sync-people.ts'
import { concurrently } from './concurrently.ts'
import type { Activation, Connector } from './connector.ts'
import { syncPlanKind, undoable } from './stored-plan.ts'
import type { SyncStep } from './steps.ts'
import { undoStep, type DoneStep } from './undo-step.ts'

const stepsPerPage = 200
const readsAtOnce = 8

/** Errors: `plan_state` for a plan that did nothing, or that is an undo itself. */
export function refuseUndo(plan: Plan): void {
  const refuse = (why: string) => new GatehouseError('plan_state', `The plan ${plan.id} ${why}`)
  if (plan.kind !== syncPlanKind) throw refuse('is no sync plan.')
  if (plan.options.undoes !== undefined) throw refuse('is an undo itself: a new run does what it took back.')
  if (plan.status === 'applying') throw refuse('is being applied, or was interrupted: apply it to its end or cancel it first.')
  if (!undoable.includes(plan.status)) throw refuse(`is ${plan.status}: there is nothing to take back.`)
}

/** The steps of an undo in pages, in the opposite order. Errors: RemoteError when the connected system cannot be read. */
export async function* makeUndo(db: Database, connector: Connector, plan: Plan, activation = 'mail'): AsyncGenerator<SyncStep[]> {
  for (let end = plan.steps; end > 0; end -= stepsPerPage) {
    const after = Math.max(0, end - stepsPerPage)
    const rows = await listSteps(db, plan.id, { after, count: end - after })
    const steps = rows.toReversed().flatMap((row) => doneStep(plan.id, row))
    const versions = await versionsOf(db, steps.flatMap(({ step }) => step.personId ?? []))
    const people = await peopleOf(db, steps)
    const accounts = await concurrently(steps, readsAtOnce, async ({ accountId }) => (accountId === null ? null : connector.read(accountId)))
    const undone = steps.flatMap((done, index) => undoStep(done, {
      account: accounts[index]!, version: done.step.personId === null ? null : (versions.get(done.step.personId) ?? null),
      valueOf: (path) => textOf(valueAt(people.get(done.step.personId ?? '') ?? {}, path)),
      activation: activation as Activation, differences: connector.differences,
    }) ?? [])
    if (undone.length > 0) yield undone
  }
}

/** Those whose values were taken from their accounts, as they are now. */
async function peopleOf(db: Database, steps: readonly DoneStep[]): Promise<Map<string, Document>> {
  const ids = steps.flatMap(({ step }) => (step.actions.some(({ kind }) => kind === 'takeOver') ? (step.personId ?? []) : []))
  const records = ids.length > 0 ? await loadRecords(db, user, ids, { collections: [], custom: false }) : new Map<string, LoadedRecord>()
  return new Map([...records].map(([id, record]) => [id, documentOf(user, record)]))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null)

/** A step as it was carried out; none where nothing was, or where what it was has been erased. */
function doneStep(planId: string, { step: number, changes, status, result }: PlanStep): DoneStep[] {
  const step = changes as SyncStep | undefined
  const { accountId = null, done } = (result ?? {}) as { accountId?: string | null; done?: number }
  if (!step?.actions || (status !== 'done' && status !== 'failed')) return []
  const count = done ?? (status === 'done' ? step.actions.length : 0)
  return count === 0 ? [] : [{ planId, number, step, accountId, done: count }]
}
