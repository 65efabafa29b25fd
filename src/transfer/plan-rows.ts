/** A batch of rows as steps: which record each means, what it would change there, or why it cannot. */
import { newAccessRecord } from '../access/access-records.ts'
import { newOrganization } from '../directory/organizations.ts'
import { fromFirstDay, movedTo, untilLastDay } from '../directory/move-to-status.ts'
import { userKind } from '../directory/user-record.ts'
import { dateConversion, endWaiting, newUser, refuseOver, refuseUnborn } from '../directory/users.ts'
import { findProblems } from '../records/check-metadata.ts'
import { checkPeriods } from '../records/check-periods.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { nodeKey } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { documentChanges } from '../model/document-diff.ts'
import { withActive, type Operation } from '../model/lifecycle.ts'
import { documentOf } from '../model/rows.ts'
import { affiliations } from '../model/user-links.ts'
import { hasLeft } from '../model/user-statuses.ts'
import { validateDocument, validateEntry } from '../model/validate.ts'
import { loadRecords } from '../store/records.ts'
import { costOf, hashAtOwnPace, hashPassword, type HashCost } from '../signin/password-hash.ts'
import { withoutPassword } from '../store/first-password.ts'
import { wantedKey } from '../store/plan-settle.ts'
import type { PlanKey } from '../store/plans.ts'
import { missingTargets } from './check-targets.ts'
import { declareAttributes } from './declare-attributes.ts'
import { isRefused, isTaken, labelOf, refused, type Draft, type Existing, type RowProblem } from './draft.ts'
import { contradiction, draftOf, firstKey } from './draft-row.ts'
import { addFindings, judged } from './further-findings.ts'
import { idReferences } from './id-references.ts'
import { eachKind, isKind, kinds, resources, type Kind } from './importable.ts'
import type { MappedRecord } from './map-record.ts'
import { mergeEntries, mergeImport } from './merge-import.ts'
import { nameProblems } from './name-problems.ts'
import type { Password } from './password-value.ts'
import { planEdges, standingKey } from './plan-edges.ts'
import { belong, readBelongings, type Belongings } from './planned-affiliations.ts'
import { note, refusedKey, type Late, type NewStep, type Planned, type Planning } from './planning.ts'
import type { MappedRow } from './read-records.ts'
import { recordKinds } from './record-kinds.ts'
import { keepReferred, referredVersions } from './referred-records.ts'
import { refuseTogether } from './refuse-together.ts'
import { keyText, lookUp, uniqueKeys, type Lookup } from './resolve-rows.ts'
import { mostTold } from './value-rule.ts'

/** A way through the rows of a batch: what each would become, and what later rows find. */
interface Attempt {
  all: Map<MappedRecord, Draft>
  declared: NewStep[]
  /** The keys of its rows, by resource and key. */
  own: ReadonlyMap<string, PlanKey>
  keys: PlanKey[]
  reads: Planned['reads']
  /** Forgets what the planning has noted on the way. */
  undo: () => void
}

/** How often a batch is planned anew because a row was refused that stood in the way of others. */
const mostRounds = 3

/**
 * Plans a batch of rows; declares on the way the custom attributes that nobody has declared yet. A row that is refused
 * makes nothing, so that the next one which means the same record takes its place.
 */
export async function planRows(planning: Planning, rows: readonly MappedRow[]): Promise<Planned> {
  const { ctx, planId } = planning
  const records = rows.filter((row): row is MappedRecord => row.kind === 'record')
  const whole = records.filter((row) => !row.unread)
  for (const row of records) row.references = [...row.references, ...idReferences(row.resource, row.document)]
  const stored = await lookUp(ctx.db, planId, records)
  const { keys: inFlight } = planning.inFlight
  const lookup: Lookup = { ...stored, planned: (kind, key) => stored.planned(kind, key) ?? inFlight.get(`${kind} ${keyText(key)}`) }
  const versions = await referredVersions(planning, stored, records)
  const settled = new Map<MappedRecord, Draft>()
  let attempt = await attemptRows(planning, whole, lookup, settled, new Set())
  for (let round = 0; round < mostRounds; round++) {
    const freed = linesFreed(attempt, settled)
    if (freed.size === 0) break
    // Which of those that were in each other's way are at fault themselves is asked of all of them at once.
    for (const probed of [freed, new Set<number>()]) {
      settleRefused(attempt, settled)
      attempt.undo()
      attempt = await attemptRows(planning, whole, lookup, settled, probed)
    }
  }
  const all = whole.length === records.length ? attempt.all : new Map([...attempt.all, ...await judgeUnread(planning, records.filter((row) => row.unread), lookup, attempt)])
  const drafts = [...all.values()]
  tellOfRefused(drafts)
  await addPasswords(planning, drafts)
  const steps = rows.flatMap((row) => (row.kind === 'record' ? bounded(all.get(row)!.step) ?? [] : passedStep(row)))
  const referred = keepReferred(planning, stored, versions, drafts.flatMap(({ row, step }) => (step && isTaken(step) ? row : [])))
  return { steps: [...attempt.declared, ...steps], keys: keysAfter(planning, drafts, steps, attempt.keys), reads: attempt.reads, referred }
}

/**
 * What else stands against rows of which something cannot be read, by what the directory and the other rows say. They make nothing and
 * stand in nobody's way, not even each other's.
 */
async function judgeUnread(planning: Planning, records: readonly MappedRecord[], lookup: Lookup, { own }: Attempt): Promise<Attempt['all']> {
  const { all, undo } = await attemptRows(planning, records, lookup, new Map(), new Set(records.map(({ line }) => line)), new Map(own))
  undo()
  return all
}

/** What a step tells is read by somebody: of hundreds of problems they see the first, and that there are more. */
function bounded(step: NewStep | undefined): NewStep | undefined {
  const problems = step?.problems as RowProblem[] | undefined
  return problems && problems.length > mostTold ? { ...step!, problems: [...problems.slice(0, mostTold), { message: 'there are more problems: mend these first' }] } : step
}

/** `settled` are rows that an earlier attempt has refused for good; rows of the lines `probed` are not in each other's way. */
async function attemptRows(planning: Planning, records: readonly MappedRecord[], lookup: Lookup, settled: ReadonlyMap<MappedRecord, Draft>, probed: ReadonlySet<number>, own = new Map<string, PlanKey>()): Promise<Attempt> {
  const { metadata, changed } = { metadata: planning.metadata, changed: (planning.changed = []) as (() => void)[] }
  const undo = () => {
    planning.metadata = metadata
    for (const back of changed.toReversed()) back()
  }
  const keys: PlanKey[] = []
  const all = new Map(records.map((row) => [row, settled.get(row) ?? draftOf(planning, row, lookup, own, keys, probed)]))
  const drafts = [...all.values()].filter((draft) => !settled.has(draft.row))
  const open = drafts.filter((draft) => !draft.isRepeated)
  const existing = await loadExisting(planning, open)
  const declared = declareAttributes(planning, open.filter((draft) => !draft.step))
  const belongings = await readBelongings(planning, open, (id) => existing.User.get(id)?.document)
  for (const draft of drafts) if (!draft.step && draft.row.unread?.length) refuseUnread(draft, existing)
  for (const draft of open) if (!draft.step && draft.kind !== 'Edge') await fillDraft(planning, draft, existing, belongings)
  await checkDrafts(planning, open)
  await addFindings(planning, open.filter((draft) => draft.faults), existing)
  refuseTogether(drafts)
  noteStanding(planning, open, own, keys)
  const reads = readsOf(existing)
  await planEdges(planning, open.filter((draft) => draft.kind === 'Edge' && !draft.step), own, keys, reads)
  refuseTogether(drafts)
  return { all, declared, own, keys, reads, undo }
}

const refusedLines = (drafts: Iterable<Draft>): Set<number> => new Set([...drafts].flatMap(({ row, step }) => (row.line > 0 && isRefused(step) ? [row.line] : [])))

/** Lines that nothing but a refused row stands in the way of. */
function linesFreed({ all }: Attempt, settled: ReadonlyMap<MappedRecord, Draft>): Set<number> {
  const gone = refusedLines(all.values())
  return new Set([...all.values()].flatMap(({ row, blockedBy }) => (blockedBy !== undefined && blockedBy !== row.line && gone.has(blockedBy) && !settled.has(row) ? [row.line] : [])))
}

/** Rows that would be refused whatever becomes of the others stay as they are. */
function settleRefused({ all }: Attempt, settled: Map<MappedRecord, Draft>): void {
  const drafts = [...all.values()]
  const gone = refusedLines(drafts)
  const faulty = new Set(drafts.flatMap(({ row, step, follows, blockedBy }) =>
    (isRefused(step) && !follows && !(blockedBy !== undefined && gone.has(blockedBy)) ? [row.line] : [])))
  for (const draft of drafts) if (draft.row.line > 0 && faulty.has(draft.row.line)) settled.set(draft.row, draft)
}

/** Where rounds came to an end before the rows did, whoever reads why must know that it is not the last word. */
function tellOfRefused(drafts: readonly Draft[]): void {
  const gone = refusedLines(drafts)
  for (const { row, step, blockedBy, follows } of drafts) {
    if (step?.action !== 'conflict' || follows || blockedBy === undefined || blockedBy === row.line || !gone.has(blockedBy)) continue
    for (const problem of (step.problems as RowProblem[]).filter(({ path }) => path === undefined)) problem.message += `; line ${blockedBy} is refused itself, so import this row again`
  }
}

/** What edges of the import must know of the records that its rows make or change. */
function noteStanding(planning: Planning, drafts: readonly Draft[], own: Map<string, PlanKey>, keys: PlanKey[]): void {
  for (const { kind, id, row, pending, step } of drafts) {
    if (!pending || !isTaken(step!)) continue
    const [before, { status, maxUserNumber, membershipDurationSeconds, displayName, name }] = [pending.before?.document, pending.after]
    if (kind === 'User' && hasLeft(before?.status) !== hasLeft(status)) {
      const made = { resource: kind, key: standingKey(id, hasLeft(status)), targetId: id, line: row.line }
      own.set(`${kind} ${made.key}`, made)
      keys.push(made)
    }
    const tells = before ? [status, maxUserNumber, membershipDurationSeconds].some((value, at) => value !== [before.status, before.maxUserNumber, before.membershipDurationSeconds][at])
      : status !== 'ACTIVE' || maxUserNumber !== undefined || membershipDurationSeconds !== undefined
    if ((kind === 'Group' || kind === 'Role') && tells) {
      note(planning, planning.things, nodeKey(kind === 'Group' ? 'g' : 'r', id), {
        name: String(displayName ?? name), status: status as string, most: (maxUserNumber as number | undefined) ?? null, seconds: (membershipDurationSeconds as number | undefined) ?? null,
      })
    }
  }
}

/**
 * Keys of the records that stand after these steps: what a refused row brings answers nothing. Those of new records that
 * were refused are kept apart, so that whoever refers to one is told why it is not there; so are rows that want what an
 * earlier one makes, where that may still be refused.
 */
function keysAfter(planning: Planning, drafts: readonly Draft[], steps: readonly NewStep[], keys: readonly PlanKey[]): PlanKey[] {
  const made = new Set(steps.flatMap((step) => (isTaken(step) && isKind(step.resource) ? [step.targetId] : [])))
  const gone = refusedLines(drafts)
  const lost = drafts.filter(({ isNew, step }) => isNew && isRefused(step)).flatMap(({ row, id, kind }) =>
    [...uniqueKeys(row), { path: 'id', value: id }].map((key): PlanKey => ({ resource: refusedKey(kind), key: keyText(key), targetId: id, line: row.line })))
  const wanted = planning.waits || planning.nests || planning.ties ? drafts.filter(({ isRepeated, step, row }) => isRepeated && !step && row.line > 0 && !gone.has(row.line)).map(({ row, leans }): PlanKey =>
    ({ resource: wantedKey, key: String(row.line), targetId: leans[0]!.id, line: row.line })) : []
  return [...wanted, ...keys.filter((key) => !gone.has(key.line) && (key.resource === 'Edge' || made.has(key.targetId))), ...lost]
}

function passedStep(row: Exclude<MappedRow, MappedRecord>): NewStep {
  if (row.kind === 'problem') {
    const { column, path, value, reason } = row
    return { action: 'error', resource: 'Row', line: row.line, problems: [{ column, path, value, message: reason }] }
  }
  return { action: row.kind, resource: row.as ?? 'Row', line: row.line, label: row.name, problems: [{ message: row.reason }] }
}

async function loadExisting({ ctx }: Planning, drafts: readonly Draft[]): Promise<Existing> {
  const ids = eachKind(() => new Set<string>())
  for (const draft of drafts) {
    if (draft.step) continue
    if (draft.kind === 'Affiliation') {
      if (typeof draft.document.user === 'string') ids.User.add(draft.document.user)
    }
    else if (isKind(draft.kind) && !draft.isNew) ids[draft.kind].add(draft.id)
  }
  const load = async (kind: Kind) => {
    const records = ids[kind].size === 0 ? new Map() : await loadRecords(ctx.db, resources[kind], [...ids[kind]])
    return new Map([...records].map(([id, record]) => [id, { record, document: documentOf(resources[kind], record) }]))
  }
  const loaded = eachKind((): Existing[Kind] => new Map())
  for (const kind of kinds) loaded[kind] = await load(kind)
  return loaded
}

function readsOf(existing: Existing): Planned['reads'] {
  const versions = (kind: Kind) => [...existing[kind].values()].map(({ document }) => ({ id: document.id as string, version: (document.meta as Document).version as number }))
  return new Map(kinds.map((kind) => [kind, versions(kind)]))
}

/** What can be read of it is held against the directory all the same, unless it is not clear whom it means. */
function refuseUnread(draft: Draft, existing: Existing): void {
  const { row, kind, id, isNew, isRepeated } = draft
  const against = isKind(kind) && !isNew && !isRepeated ? contradiction(row.correlate, existing[kind].get(id)!.document) : undefined
  draft.step = refused(row, 'error', ...(against === undefined ? [] : [{ message: against }]))
  if (against === undefined && !isRepeated) draft.faults = []
}

/** The record as the row would leave it, or the step that says why not. */
async function fillDraft(planning: Planning, draft: Draft, existing: Existing, belongings: Belongings): Promise<void> {
  try {
    if (draft.kind === 'Affiliation') return fillAffiliation(draft, existing, belongings)
    else if (draft.isNew) draft.pending = { action: 'create', after: await newDocument(planning, draft.kind as Kind, { ...draft.document, id: draft.id }) }
    else {
      const kind = draft.kind as Kind
      const before = existing[kind].get(draft.id)!
      const against = contradiction(draft.row.correlate, before.document)
      if (against) draft.step = refused(draft.row, 'conflict', { message: against })
      else draft.pending = { action: 'update', before, after: updatedDocument(planning.ctx, kind, before.document, draft.document).after }
    }
    if (!draft.pending) return
    if (draft.kind === 'User' && Array.isArray(draft.document.affiliations)) belong(draft, belongings, (draft.isNew ? draft.pending.after : draft.document).affiliations as Document[])
    else checkPeriods(resources[draft.kind as Kind], draft.pending.after)
    if (!draft.step) return
    delete draft.pending
    draft.faults = []
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    delete draft.pending
    const action = error.code === 'transition_not_allowed' ? 'conflict' : 'error'
    const problems = error.problems.length > 0 ? error.problems : [{ message: error.message }]
    draft.step = refused(draft.row, action, ...nameProblems(draft.row, problems, planning.metadata, judged(draft, existing)))
    draft.faults = problems
  }
}

async function newDocument({ ctx }: Planning, kind: Kind, document: Document): Promise<Document> {
  const made = kind === 'User' ? await newUser(ctx, document, true) : kind === 'Organization' ? newOrganization(ctx, document, true) : newAccessRecord(ctx, recordKinds[kind], document, true)
  return recordKinds[kind].prepare(made, undefined)
}

/**
 * The document of an existing record after a row, checked, and the operation by which a person's status changes, if it
 * does. Errors: `transition_not_allowed` where no operation leads to that status, or their last day is over.
 */
export function updatedDocument(ctx: Context, kind: Kind, before: Document, given: Document): { after: Document; operation?: Operation } {
  const row = kind === 'User' ? untilLastDay(ctx, before, fromFirstDay(ctx, before, given)) : given
  const laidOver = (on: Document) => {
    const merged = { ...mergeImport(resources[kind], on, row), id: before.id }
    return { ...validateDocument(resources[kind], merged, before, true), id: before.id, meta: before.meta } as Document
  }
  const checked = laidOver(before)
  if (kind !== 'User') return { after: recordKinds[kind].prepare(checked, before) }
  refuseUnborn(ctx, checked, before)
  const { moved, operation } = movedTo(ctx, before, { ...row, status: checked.status, secondaryStatus: row.secondaryStatus === undefined ? undefined : checked.secondaryStatus ?? null })
  const settled = operation ? { ...laidOver(moved), status: moved.status, secondaryStatus: moved.secondaryStatus } : row.status === undefined ? endWaiting(ctx, before, checked) : checked
  const followed = followActive(settled, before, row)
  if (!operation) refuseOver(ctx, before, followed)
  return { after: dateConversion(ctx, before, userKind.prepare(followed, before)), operation }
}

/**
 * `active` alone means enable or disable; beside a status it only repeats what that says. That somebody is active there opens no lock
 * here and ends no leave.
 */
function followActive(checked: Document, before: Document, row: Document): Document {
  const asked = row.status === undefined && row.secondaryStatus === undefined && typeof row.active === 'boolean' ? row.active : undefined
  return withActive({ ...checked, active: before.active }, asked && before.secondaryStatus !== 'DISABLED' ? undefined : asked, before)
}

function fillAffiliation(draft: Draft, existing: Existing, belongings: Belongings): void {
  const { user: userId, ...given } = draft.document
  const entry = validateEntry(affiliations, given, undefined, true)
  const soFar = belongings.get(userId as string)!.entries
  belong(draft, belongings, [entry])
  if (draft.step) return
  const base = { resource: 'Affiliation', targetId: userId as string, line: draft.row.line, label: `${String(userId)} in ${String(entry.organization)}`, changes: { entry } }
  const standing = (existing.User.get(userId as string)?.document.affiliations ?? []) as Document[]
  const changes = (before: readonly Document[]) => JSON.stringify(mergeEntries(affiliations, before, [entry])) !== JSON.stringify(before)
  // What only an earlier row has brought is done again: that row may still be refused.
  if (!changes(standing) && !changes(soFar)) draft.step = { ...base, action: 'unchanged', changes: undefined }
  else draft.step = { ...base, action: mergeEntries(affiliations, soFar, [entry]).length > soFar.length ? 'create' : 'update' }
}

/** Holds the drafts against their metadata, and turns what stands into steps. */
async function checkDrafts(planning: Planning, drafts: readonly Draft[]): Promise<void> {
  for (const kind of kinds) {
    const some = drafts.filter((draft) => draft.kind === kind && draft.pending)
    if (some.length === 0) continue
    const found = await findProblems(planning.ctx.db, resources[kind], some.map((draft) => draft.pending!), planning.metadata)
    const missing = await missingTargets(planning, kind, some.map((draft) => draft.pending!.after))
    some.forEach((draft, index) => {
      const problems = [...found[index]!.map(({ path, message }) => ({ path, message })), ...missing[index]!]
      draft.step = problems.length > 0 ? refused(draft.row, 'error', ...nameProblems(draft.row, problems, planning.metadata, draft.pending!.after)) : stepOf(planning, draft, kind)
    })
  }
}

/** What a step that makes a record says. */
export interface CreateStepChange {
  document: Document
  /** The first attribute that the mapping looks by, besides the id: whoever has the same is whom the row means. */
  by?: string
  /** The one value of it that counts, of a row that brings an id. */
  key?: string
  late?: Late
  once?: boolean
}

function stepOf(planning: Planning, draft: Draft, kind: Kind): NewStep {
  const { before, after } = draft.pending!
  const { document } = draft.row
  if (draft.late) planning.waits = true
  if (kind === 'User' && (document.supervisors !== undefined || document.relations !== undefined)) planning.ties = true
  if (kind === 'Organization' && (document.parents !== undefined || (before && document.organizationType !== undefined))) planning.nests = true
  const base = { resource: kind, targetId: draft.id, line: draft.row.line, label: labelOf(after) }
  const late = draft.late ? { late: draft.late } : {}
  const once = draft.row.once ? { once: true } : {}
  const first = firstKey(draft.row.correlate)
  const decides = first === undefined ? {} : { by: first.path, ...(document.id === undefined ? {} : { key: first.value }) }
  if (!before) return { ...base, action: 'create', changes: { document: after, ...decides, ...late, ...once } satisfies CreateStepChange }
  const fields = documentChanges(resources[kind], before.document, after)
  if (fields.length === 0) return { ...base, action: 'unchanged', ...(draft.late ? { changes: late } : {}) }
  return { ...base, action: 'update', changes: { patch: draft.document, fields, ...late, ...once } }
}

/** A password is taken over for people who have none: hashes as they are, clear text hashed at once. */
async function addPasswords({ ctx }: Planning, drafts: readonly Draft[]): Promise<void> {
  const some = drafts.filter((draft) => draft.row.password && draft.kind === 'User' && draft.step && ['create', 'update', 'unchanged'].includes(draft.step.action))
  if (some.length === 0) return
  const open = await withoutPassword(ctx.db, some.filter((draft) => !draft.isNew).map((draft) => draft.id))
  await hashAtOwnPace(() => Promise.all(some.filter((draft) => draft.isNew || open.has(draft.id)).map(async (draft) => {
    const step = draft.step!
    step.secret = Buffer.from(await passwordHash(draft.row.password!, costOf(ctx.config)))
    if (step.action !== 'unchanged') return
    step.action = 'update'
    step.changes = { patch: {}, fields: [{ path: 'password' }] }
  })))
}

async function passwordHash(password: Password, cost: HashCost): Promise<string> {
  return 'hash' in password ? password.hash : hashPassword(password.clear(), cost)
}
