/** Carrying out the steps of an import, many of a kind at once, through the same writers as every verb. */
import { isMoved, pairOf, periodsOf, putEdges } from '../access/edges.ts'
import { declareElement } from '../directory/metadata.ts'
import { writeOperated, type Operated } from '../directory/lifecycle.ts'
import { userKind } from '../directory/user-record.ts'
import { refuseUnless } from '../records/guard.ts'
import { takingTurns } from '../records/pause.ts'
import { prepareRecords, type Prepared } from '../records/prepare-records.ts'
import type { Pending } from '../records/record-kind.ts'
import { lockRecords, writePrepared, writeRecords } from '../records/write-records.ts'
import type { Context } from '../context.ts'
import { edgeKind, nodeTypes } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { affiliations } from '../model/user-links.ts'
import { isDoable, type Moved, type StepRunner } from '../plans/apply.ts'
import { GatehouseError } from '../errors.ts'
import type { Database, Transaction } from '../store/database.ts'
import { findByKey } from '../store/find-by-key.ts'
import { forgetGuesses } from '../store/sign-in-throttle.ts'
import { findReads } from '../store/plan-reads.ts'
import { forgetSecrets, listBatch, lockNewcomers, madeByPlan, type Plan, type PlanStep } from '../store/plans.ts'
import { isKind, ownName, resources, type Kind } from './importable.ts'
import { valuesAt } from './map-record.ts'
import { mergeEntries } from './merge-import.ts'
import type { EdgeStepChange } from './plan-edges.ts'
import { updatedDocument, type CreateStepChange } from './plan-rows.ts'
import { recordKinds } from './record-kinds.ts'

type Version = { resource: string; id: string; version: number }

/** Steps of one kind go together: what records need comes before them, and what ties them to each other after all of them. */
const runSteps = async (tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[], prepared?: Prepared): Promise<Version[]> => {
  const run: Run = { tx, ctx, planId: plan.id, written: new Map() }
  const versions: Version[] = []
  if (steps.some(isNewcomer)) await lockNewcomers(tx)
  const ordered = steps.toSorted((a, b) => placeOf(a) - placeOf(b))
  // Prepared are batches whose first records are new people.
  if (prepared) await createPrepared(tx, ctx, ordered.filter(isRecord), prepared)
  for (const group of neighbours(prepared ? ordered.filter((step) => !isRecord(step)) : ordered)) {
    const made = await runGroup(run, group)
    for (const { resource, id, version } of made) run.written.set(`${resource} ${id}`, version)
    versions.push(...made)
  }
  await forgetSecrets(tx, plan.id, steps.filter((step) => step.secret).map((step) => step.step))
  return versions
}

/** Carries out the steps of an import; the records of a batch are prepared ahead when all of them are new people. */
export const runImport: StepRunner<Prepared> = Object.assign(runSteps, { ahead: prepareAhead, moved, whole: rowOf })

/** In which order kinds are written: attributes and rights, people and organisations as they come, what access is made of in one piece a kind, and ties last. */
const places: Readonly<Record<string, number>> = { MetadataElement: 0, Right: 1, Affiliation: 3, Resource: 4, Role: 5, Group: 6, Membership: 7, Edge: 7 }
const placeOf = ({ resource }: PlanStep) => places[resource] ?? 2
const isRecord = (step: PlanStep) => placeOf(step) === 2

/**
 * A row is taken whole. What many rows name (`once`) is more than one row's; what was set last stands by itself, and so does each
 * member that a group of an LDIF adds.
 */
function rowOf(step: PlanStep): string | undefined {
  const { source, line, changes } = step
  const { once, forward } = (changes ?? {}) as { once?: true; forward?: true }
  const isMember = step.resource === 'Membership' && (changes as EdgeStepChange | undefined)?.before === undefined
  return line === undefined || line === 0 || once || forward || isMember ? undefined : `${line} ${source ?? ''}`
}

const page = 200

/** What others have done since the plan was made and versions of records do not tell: edges that they changed, and who has come. */
async function moved(tx: Transaction, plan: Plan): Promise<Moved[]> {
  for (let after = plan.appliedThrough; ;) {
    const steps = await listBatch(tx, plan.id, after, page)
    const doable = steps.filter(isDoable)
    const found = [...await movedEdges(tx, doable.filter(isEdgeStep)), ...await comeSince(tx, plan, doable.filter(isNewcomer))]
    if (found.length > 0 || steps.length === 0) return found
    after = steps.at(-1)!.step
  }
}

async function movedEdges(tx: Transaction, steps: readonly PlanStep[]): Promise<Moved[]> {
  // Groups of an LDIF only add, and have no `before`.
  const planned = steps.map((step) => step.changes as EdgeStepChange).filter(({ before }) => before !== undefined)
  const found: Moved[] = []
  for (const [kind, own] of Map.groupBy(planned, (change) => change.kind)) {
    const periods = await periodsOf(tx, edgeKind(kind), own)
    const other = own.filter((one) => isMoved(one.before ?? null, periods.get(pairOf(one))?.find(({ start }) => start === one.terms.start)))
    found.push(...other.map((one) => ({ resource: `${nodeTypes[edgeKind(kind).target]} ${one.target} of`, id: one.source })))
  }
  return found
}

async function comeSince(tx: Transaction, plan: Plan, steps: readonly PlanStep[]): Promise<Moved[]> {
  const found: Moved[] = []
  for (const [resource, own] of Map.groupBy(steps, (step) => step.resource)) {
    const taken = await takenKeys(tx, resource as Kind, own, () => true)
    // Who was made by this plan before it was interrupted may share an e-mail with those to come.
    const made = plan.appliedThrough === 0 ? new Set<string>() : await madeByPlan(tx, plan.id, taken.map(({ id }) => id))
    found.push(...taken.filter(({ id }) => !made.has(id)).slice(0, 1).map(({ path, value, id }) => ({ resource, id, how: `has come, with the ${path} "${value}",` })))
  }
  return found
}

/** People's edges are memberships, which are theirs; the others stand between things. */
const isEdgeStep = ({ resource }: PlanStep) => resource === 'Membership' || resource === 'Edge'

/** What is being written at this moment must not matter: people, as opposed to attributes and organisations, do not. */
async function prepareAhead(ctx: Context, steps: readonly PlanStep[], behind: readonly PlanStep[]): Promise<Prepared | undefined> {
  const records = steps.filter((step) => isDoable(step) && isRecord(step))
  const ready = records.length > 0 && records.every((step) => step.resource === 'User' && step.action === 'create')
  if (!ready || [...steps, ...behind].some((step) => isDoable(step) && placeOf(step) <= 2 && step.resource !== 'User')) return undefined
  return prepareRecords(ctx.db, ctx, userKind, records.map((step) => creation('User', step)), takingTurns())
}

async function createPrepared(tx: Transaction, ctx: Context, steps: readonly PlanStep[], prepared: Prepared): Promise<void> {
  await refuseTaken(tx, 'User', steps)
  await writePrepared(tx, ctx, userKind, prepared)
}

/** Whether anybody of a key that nothing but this check keeps apart may come with a step. */
const isNewcomer = ({ action, resource }: PlanStep) => action === 'create' && isKind(resource)

interface Run {
  tx: Transaction
  ctx: Context
  planId: string
  /** Versions that this run has made itself. */
  written: Map<string, number>
}

function neighbours(steps: readonly PlanStep[]): PlanStep[][] {
  const groups: PlanStep[][] = []
  for (const step of steps) {
    const last = groups.at(-1)
    if (last && last[0]!.resource === step.resource && (!isKind(step.resource) || last[0]!.action === step.action)) last.push(step)
    else groups.push([step])
  }
  return groups
}

async function runGroup(run: Run, steps: PlanStep[]): Promise<Version[]> {
  const { tx, ctx } = run
  const { resource, action } = steps[0]!
  if (resource === 'MetadataElement') {
    refuseUnless(ctx.authority, [{ resource: 'metadata', right: 'CREATE' }])
    for (const step of steps) await declareElement(tx, ctx, (step.changes as { document: Document }).document)
    return []
  }
  if (resource === 'Affiliation') return versionsOf('User', await runAffiliations(run, steps))
  if (isEdgeStep(steps[0]!)) return putPlanned(run, steps)
  const kind = resource as Kind
  if (kind !== 'User' && kind !== 'Organization') refuseUnless(ctx.authority, [{ resource: 'access', right: action === 'create' ? 'CREATE' : 'UPDATE' }])
  await recordKinds[kind].lockFirst?.(tx)
  if (action === 'create') await refuseTaken(tx, kind, steps)
  const pending = action === 'create' ? steps.map((step) => creation(kind, step)) : await updates(run, kind, steps)
  const write = action === 'update' && kind === 'User' ? writeOperated(tx, ctx, pending as Operated[]) : writeRecords(tx, ctx, recordKinds[kind], pending)
  const documents = await write.catch((error: unknown) => {
    throw steps.length === 1 ? toldOfForward(error, steps[0]!) : error
  })
  // Whoever gets a password has a way in again: what was guessed before counts no more.
  const given = steps.filter((step) => action === 'update' && step.secret).map((step) => step.targetId!)
  if (given.length > 0) await forgetGuesses(tx, given)
  return versionsOf(kind, documents)
}

/** Whoever reads why a forward reference could not be set must know that its record was made all the same. */
function toldOfForward(error: unknown, step: PlanStep): unknown {
  const { forward, patch } = step.changes as { forward?: true; patch?: Document }
  if (!forward || !(error instanceof GatehouseError)) return error
  const message = `${error.message} The ${step.resource} itself is there, without its ${Object.keys(patch!).join(', ')}.`
  return new GatehouseError(error.code, message, { problems: error.problems, cause: error.cause })
}

async function putPlanned({ tx, ctx }: Run, steps: readonly PlanStep[]): Promise<Version[]> {
  const byKind = Map.groupBy(steps.map((step) => step.changes as EdgeStepChange), ({ kind }) => kind)
  for (const [kind, own] of byKind) {
    // A plan has reckoned with durations already; the groups of an LDIF have not.
    await putEdges(tx, ctx, kind, own.map(({ source, target, terms, before }) => ({ source, target, terms, ...(before === undefined ? {} : { planned: before, open: true }) })))
  }
  return []
}

const versionsOf = (resource: string, documents: readonly Document[]): Version[] =>
  documents.map((document) => ({ resource, id: document.id as string, version: (document.meta as Document).version as number }))

function creation(kind: Kind, step: PlanStep): Pending {
  const { document } = step.changes as { document: Document }
  return { action: `${kind.toLowerCase()}.create`, after: withPassword(document, step), ...besides(step) }
}

/** Somebody whom the row would have meant may have come since it was planned; newcomers are locked. Errors: `already_exists`. */
async function refuseTaken(tx: Transaction, kind: Kind, steps: readonly PlanStep[]): Promise<void> {
  // The database itself holds names to one record each, in whichever form an old one stands (decisions/0022).
  const [first] = await takenKeys(tx, kind, steps, (path) => path !== ownName[kind])
  if (first) throw new GatehouseError('already_exists', `${first.path} "${first.value}" is that of ${first.id}, who came after the plan was made; plan the row again.`)
}

/** What the keys of some creations find. Whoever brings an id is nobody else for sharing more than the first of the keys. */
async function takenKeys(db: Pick<Database, 'query'>, kind: Kind, steps: readonly PlanStep[], isAsked: (path: string) => boolean): Promise<{ path: string; value: string; id: string }[]> {
  const keys = steps.flatMap((step) => {
    const { document, by = 'id', key } = step.changes as CreateStepChange
    const own = ownName[kind]
    return [...(key === undefined ? valuesAt(document, by) : [key]).map((value) => ({ path: by, value })), ...(own === undefined || own === by ? [] : valuesAt(document, own).map((value) => ({ path: own, value })))]
  })
  const found: { path: string; value: string; id: string }[] = []
  for (const [path, some] of Map.groupBy(keys.filter(({ path }) => isAsked(path)), (key) => key.path)) {
    for (const [value, [id]] of await findByKey(db, resources[kind], path, some.map((one) => one.value))) if (id !== undefined) found.push({ path, value, id })
  }
  return found
}

/** Locks the records of some steps. Errors: `plan_stale` for one that others have changed while the plan is applied. */
async function lockPlanned({ tx, planId, written }: Run, kind: Kind, ids: readonly string[]): Promise<Awaited<ReturnType<typeof lockRecords>>> {
  const found = await lockRecords(tx, resources[kind], ids)
  const reads = await findReads(tx, planId, kind, ids.filter((id) => !written.has(`${kind} ${id}`)))
  for (const [id, version] of reads) {
    const current = (found.get(id)!.document.meta as Document).version
    if (current !== version) throw new GatehouseError('plan_stale', `${kind} ${id} has changed since the plan was made; plan the row again.`)
  }
  return found
}

async function updates(run: Run, kind: Kind, steps: readonly PlanStep[]): Promise<(Pending | Operated)[]> {
  const found = await lockPlanned(run, kind, [...new Set(steps.map((step) => step.targetId!))])
  const pending = new Map<string, Operated>()
  for (const step of steps) {
    const before = found.get(step.targetId!)!
    const earlier = pending.get(step.targetId!)
    const { after, operation = earlier?.operation } = updatedDocument(run.ctx, kind, earlier?.after ?? before.document, (step.changes as { patch: Document }).patch)
    pending.set(step.targetId!, { action: `${kind.toLowerCase()}.${operation ?? 'update'}`, operation, before, after: withPassword(after, step), ...besides(step), ...(earlier?.besides ? { besides: earlier.besides } : {}) })
  }
  return [...pending.values()]
}

/** That a password was set is told, and nothing of it. */
const besides = ({ secret }: PlanStep) => (secret ? { besides: [{ path: 'password' }] } : {})

/** The hash goes to the login that signs in here. */
function withPassword(document: Document, step: PlanStep): Document {
  if (!step.secret) return document
  const password = step.secret.toString()
  return { ...document, logins: ((document.logins ?? []) as Document[]).map((login) => (login.managedSystem === '0' ? { ...login, password } : login)) }
}

async function runAffiliations(run: Run, steps: readonly PlanStep[]): Promise<Document[]> {
  const byUser = Map.groupBy(steps, (step) => step.targetId!)
  const found = await lockPlanned(run, 'User', [...byUser.keys()])
  const pending = [...byUser].map(([id, own]): Pending => {
    const before = found.get(id)!
    const entries = own.map((step) => (step.changes as { entry: Document }).entry)
    return { action: 'user.affiliations.import', before, after: { ...before.document, affiliations: mergeEntries(affiliations, (before.document.affiliations ?? []) as Document[], entries) } }
  })
  return writeRecords(run.tx, run.ctx, userKind, pending)
}
