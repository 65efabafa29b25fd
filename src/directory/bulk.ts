/** One lifecycle operation, or deletion, over everyone a filter finds: planned first, person by person, then applied. */
import { GatehouseError, type Problem } from '../errors.ts'
import { counted } from '../model/counted.ts'
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { isObject } from '../model/attribute.ts'
import { documentChanges, type FieldChange } from '../model/document-diff.ts'
import { operations, type Operation } from '../model/lifecycle.ts'
import { documentOf, type LoadedRecord } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { loadMetadata } from '../store/metadata.ts'
import { findProblems } from '../records/check-metadata.ts'
import type { Pending } from '../records/record-kind.ts'
import type { Transaction } from '../store/database.ts'
import { listIds, type ListQuery } from '../store/list-records.ts'
import { insertReads } from '../store/plan-reads.ts'
import { insertSteps, type Plan, type PlanStep } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'
import type { StepRunner } from '../plans/apply.ts'
import { makePlan, type Filled } from '../plans/make.ts'
import { findWhom, readWhom, refuseRest, type Whom } from '../plans/whom.ts'
import { afterOperation, checkBody, operateLocked, refuseAhead, refusePast, relatedPlanned } from './lifecycle.ts'
import { deleteLockedUsers } from './delete-users.ts'
import { checkQuery } from '../records/veil.ts'
import { lockRecords } from '../records/write-records.ts'

const page = 500

export interface BulkRequest extends Whom {
  operation: Operation | 'delete'
  options: Document
}

/** Reads a request to plan a bulk operation. Errors: `invalid_body`, `invalid_value`. */
export function bulkRequest(body: unknown): BulkRequest {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object with `operation` and `filter`.')
  const { operation, filter, q, includeHidden, options, kind: _, ...rest } = body
  refuseRest(rest)
  if (typeof operation !== 'string' || ![...operations, 'delete'].includes(operation)) {
    throw new GatehouseError('invalid_value', `operation: must be one of ${operations.join(', ')} or delete.`)
  }
  const whom = readWhom({ filter, q, includeHidden })
  const checked = operation === 'delete' ? noOptions(options) : checkBody(operation as Operation, options)
  return { operation: operation as BulkRequest['operation'], ...whom, options: checked }
}

function noOptions(options: unknown): Document {
  if (options === undefined || options === null || (isObject(options) && Object.keys(options).length === 0)) return {}
  throw new GatehouseError('unknown_attribute', 'options: delete takes none.')
}

/** Plans the operation: a step a person, with what would change, or why it cannot be done. Errors: `invalid_value`, `forbidden` for the filter. */
export async function planBulk(ctx: Context, request: BulkRequest): Promise<Plan> {
  if (request.operation === 'rehire') refusePast(ctx, request.options)
  if (request.operation === 'terminate' || request.operation === 'retire') refuseAhead(ctx, request.options)
  await checkQuery(ctx, user, request)
  const { query, found, hidden } = await findWhom(ctx, request)
  const title = `${request.operation} ${counted(found, 'person', 'people')}: ${request.filter ?? request.q ?? ''}`
  return makePlan(ctx, { kind: 'bulk', title, options: { ...request } }, (planId) => fill(ctx, planId, request, query, hidden))
}

async function fill(ctx: Context, planId: string, request: BulkRequest, query: Omit<ListQuery, 'count'>, hidden: number): Promise<Filled> {
  const counts: Record<string, number> = hidden === 0 ? {} : { hidden }
  let planned = 0
  for (let cursor: string | undefined; ;) {
    const { ids, next } = await listIds(ctx.db, user, { ...query, count: page, cursor })
    const records = await loadRecords(ctx.db, user, ids)
    // Whoever is gone by now is left out.
    const documents = ids.flatMap((id) => records.get(id) ?? []).map((record) => documentOf(user, record))
    const related = await relatedPlanned(ctx, documents.map(({ id }) => id as string), request.operation, request.options)
    const outcomes = documents.map((document) => outcomeOf(ctx, request, document))
    if (request.operation === 'convert') await judgeConverted(ctx, ids.flatMap((id) => records.get(id) ?? []), documents, outcomes)
    const steps = documents.map((document, index) => stepFor(request, document, outcomes[index]!, planned + index + 1, related.get(document.id as string)))
    planned += steps.length
    for (const step of steps) count(counts, step)
    await ctx.db.transaction(async (tx) => {
      await insertSteps(tx, planId, steps)
      await insertReads(tx, planId, 'User', documents.map((document) => ({ id: document.id as string, version: (document.meta as Document).version as number })))
    })
    if (next === undefined) return { counts, steps: planned }
    cursor = next
  }
}

/** Steps by action; and of accounts that end along with people, or stay open, how many they are in all steps. */
function count(counts: Record<string, number>, { action, changes }: PlanStep): void {
  counts[action] = (counts[action] ?? 0) + 1
  for (const { path, after } of (changes ?? []) as FieldChange[]) if (path === 'relatedEnded' || path === 'relatedLeftOpen') counts[path] = (counts[path] ?? 0) + (after as number)
}

/** What becomes of a person: their document, or why it cannot be. */
interface Outcome {
  after?: Document
  problems?: readonly Problem[]
}

function outcomeOf(ctx: Context, { operation, options }: BulkRequest, document: Document): Outcome {
  if (operation === 'delete') return document.systemFlag === true ? { problems: [{ message: 'is a record of the system' }] } : {}
  try {
    return { after: afterOperation(ctx, document, operation, options) }
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return { problems: [{ message: error.message }] }
  }
}

/** Another type asks for what it requires, and fills in its defaults: what the verb would say of each is said already. */
async function judgeConverted(ctx: Context, records: readonly LoadedRecord[], documents: readonly Document[], outcomes: Outcome[]): Promise<void> {
  const places = outcomes.flatMap(({ after }, index) => (after === undefined ? [] : [index]))
  const pending = places.map((index): Pending => ({ action: 'user.convert', before: { record: records[index]!, document: documents[index]! }, after: outcomes[index]!.after! }))
  const found = await findProblems(ctx.db, user, pending, await loadMetadata(ctx.db, ctx.db))
  for (const [place, index] of places.entries()) if (found[place]!.length > 0) outcomes[index] = { problems: found[place]!.map(({ path, message }) => ({ path, message })) }
}

function stepFor(request: BulkRequest, document: Document, { after, problems }: Outcome, step: number, related: readonly FieldChange[] = []): PlanStep {
  const base = { step, resource: 'User', targetId: document.id as string, label: (document.displayName ?? document.userName) as string | undefined }
  if (problems) return { ...base, action: 'conflict', problems }
  if (request.operation === 'delete') return { ...base, action: 'delete', ...(related.length > 0 ? { changes: related } : {}) }
  const changes = documentChanges(user, document, after!)
  return changes.length === 0 ? { ...base, action: 'unchanged' } : { ...base, action: 'update', changes: [...changes, ...related] }
}

/** Carries out steps of a bulk plan. */
export const runBulk: StepRunner = Object.assign(runSteps, { people: true as const })

async function runSteps(tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[]): ReturnType<StepRunner> {
  const { operation, options } = plan.options as unknown as BulkRequest
  const people = await lockRecords(tx, user, steps.map((step) => step.targetId!))
  if (operation === 'delete') return deleteLockedUsers(tx, ctx, [...people.values()].map(({ document }) => document))
  const results = await operateLocked(tx, ctx, [...people.values()], operation, options)
  return results.map((document) => ({ resource: 'User', id: document.id as string, version: (document.meta as Document).version as number }))
}
