/** A batch of rows as steps: which record each means, what it would change there, or why it cannot. */
import { newAccessRecord } from '../access/access-records.ts'
import { newOrganization } from '../directory/organizations.ts'
import { fromFirstDay, movedTo } from '../directory/move-to-status.ts'
import { userKind } from '../directory/user-record.ts'
import { dateConversion, newUser } from '../directory/users.ts'
import { findProblems } from '../records/check-metadata.ts'
import type { Pending } from '../records/record-kind.ts'
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
import type { PlanKey } from '../store/plans.ts'
import { declareAttributes } from './declare-attributes.ts'
import { idReferences } from './id-references.ts'
import { eachKind, isKind, kinds, ownName, resources, type Kind, type ResourceName } from './importable.ts'
import { valuesAt, type Key, type MappedRecord, type Reference } from './map-record.ts'
import { mergeEntries, mergeImport } from './merge-import.ts'
import type { Password } from './password-value.ts'
import { planEdges, standingKey } from './plan-edges.ts'
import type { Late, NewStep, Planned, Planning } from './planning.ts'
import { dnKey } from './read-group.ts'
import type { MappedRow } from './read-records.ts'
import { recordKinds } from './record-kinds.ts'
import { correlate, keyText, lookUp, resolveReferences, uniqueKeys, type Correlated, type Lookup } from './resolve-rows.ts'

/** A row on its way to becoming a step. */
interface Draft {
  row: MappedRecord
  kind: ResourceName
  id: string
  isNew: boolean
  document: Document
  late?: Late
  /** References that rows of the same batch answer: those may still be refused. */
  leans: { reference: Reference; id: string }[]
  step?: NewStep
  /** An earlier row says already what the record is. */
  isRepeated?: true
  pending?: Pending
}

type Existing = Record<Kind, Map<string, NonNullable<Pending['before']>>>

/** Plans a batch of rows; declares on the way the custom attributes that nobody has declared yet. */
export async function planRows(planning: Planning, rows: readonly MappedRow[]): Promise<Planned> {
  const { ctx, planId } = planning
  const records = rows.filter((row): row is MappedRecord => row.kind === 'record')
  for (const row of records) row.references = [...row.references, ...idReferences(row.resource, row.document)]
  const stored = await lookUp(ctx.db, planId, records)
  const { inFlight } = planning
  const lookup: Lookup = { ...stored, planned: (kind, key) => stored.planned(kind, key) ?? inFlight.get(`${kind} ${keyText(key)}`) }
  const own = new Map<string, PlanKey>()
  const keys: PlanKey[] = []
  const all = new Map(records.map((row) => [row, draftOf(planning, row, lookup, own, keys)]))
  const drafts = [...all.values()].filter((draft) => !draft.isRepeated)
  const existing = await loadExisting(planning, drafts)
  const declared = declareAttributes(planning, drafts.filter((draft) => !draft.step))
  for (const draft of drafts) if (!draft.step && draft.kind !== 'Edge') await fillDraft(planning, draft, existing)
  await checkDrafts(planning, drafts)
  noteStanding(planning, drafts, own, keys)
  const reads = readsOf(existing)
  await planEdges(planning, drafts.filter((draft) => draft.kind === 'Edge' && !draft.step), own, keys, reads)
  refuseLeaning(drafts)
  await addPasswords(planning, drafts)
  const steps = rows.flatMap((row) => (row.kind === 'record' ? all.get(row)!.step ?? [] : passedStep(row)))
  return { steps: [...declared, ...inOrder(steps)], keys: madeOnly(steps, keys), reads }
}

/** What ties records together comes after them, and what access is made of in one piece a kind: fewer, larger writes. */
const places: Readonly<Record<string, number>> = { Right: 1, Resource: 2, Role: 3, Group: 4, Membership: 5, Edge: 5 }
const placeIn = (step: NewStep) => (isTaken(step) ? places[step.resource] ?? 0 : 0)
const inOrder = (steps: readonly NewStep[]) => steps.toSorted((a, b) => placeIn(a) - placeIn(b))

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
      planning.things.set(nodeKey(kind === 'Group' ? 'g' : 'r', id), {
        name: String(displayName ?? name), status: status as string, most: (maxUserNumber as number | undefined) ?? null, seconds: (membershipDurationSeconds as number | undefined) ?? null,
      })
    }
  }
}

/** Keys of the records that stand after these steps: what a refused row brings answers nothing. */
function madeOnly(steps: readonly NewStep[], keys: readonly PlanKey[]): PlanKey[] {
  const made = new Set(steps.flatMap((step) => (isTaken(step) && isKind(step.resource) ? [step.targetId] : [])))
  return keys.filter((key) => key.resource === 'Edge' || made.has(key.targetId))
}

const isTaken = (step: NewStep) => step.action === 'create' || step.action === 'update' || step.action === 'unchanged'

/** Whoever refers to a new record that was refused is refused too, and so on, until nothing leans on nothing. */
function refuseLeaning(drafts: readonly Draft[]): void {
  const gone = new Set(drafts.filter((draft) => draft.isNew && !isTaken(draft.step!)).map((draft) => draft.id))
  const leaning = drafts.filter((draft) => draft.leans.length > 0)
  for (let before = -1; gone.size > 0 && before !== gone.size;) {
    before = gone.size
    for (const draft of leaning) {
      const lost = isTaken(draft.step!) ? draft.leans.find(({ id }) => gone.has(id))?.reference : undefined
      if (!lost) continue
      draft.step = refused(draft.row, 'error', `the row with the ${lost.resource} whose ${lost.by} is "${lost.value}" is refused itself`, lost.column)
      if (draft.isNew) gone.add(draft.id)
    }
  }
}

function passedStep(row: Exclude<MappedRow, MappedRecord>): NewStep {
  if (row.kind === 'problem') {
    const { column, path, value, reason } = row
    return { action: 'error', resource: 'Row', line: row.line, problems: [{ column, path, value, message: reason }] }
  }
  return { action: row.kind, resource: row.as ?? 'Row', line: row.line, label: row.name, problems: [{ message: row.reason }] }
}

const refused = (row: MappedRecord, action: 'error' | 'conflict', message: string, column?: string): NewStep => ({
  action, resource: row.resource, line: row.line, label: labelOf(row.document), problems: [{ column, message }],
})

function labelOf(document: Document): string | undefined {
  const label = document.displayName ?? document.userName ?? (typeof document.name === 'string' ? document.name : undefined) ?? document.employeeNumber ?? document.id
  return label === undefined ? undefined : String(label)
}

function draftOf(planning: Planning, row: MappedRecord, lookup: Lookup, own: Map<string, PlanKey>, keys: PlanKey[]): Draft {
  const draft: Draft = { row, kind: row.resource, id: '', isNew: false, document: { ...row.document }, leans: [] }
  if (isKind(row.resource)) {
    const kind = row.resource
    const found = correlate(lookup, kind, row.correlate)
    if ('conflict' in found) return { ...draft, step: refused(row, 'conflict', found.conflict) }
    const meant = alreadyMeant(row, kind, found, lookup, own)
    if (meant !== undefined && row.once) return { ...draft, isRepeated: true }
    const against = meant ?? takenByOthers(row, kind, found, lookup)
    if (against !== undefined) return { ...draft, step: refused(row, 'conflict', against) }
    draft.isNew = 'none' in found
    draft.id = 'id' in found ? found.id : ((row.document.id as string | undefined) ?? planning.ctx.newId())
    for (const key of [...uniqueKeys(row), { path: 'id', value: draft.id }, ...dnOf(row)]) {
      const mark = keyText(key)
      if (own.has(`${kind} ${mark}`)) continue
      const made = { resource: kind, key: mark, targetId: draft.id, line: row.line }
      own.set(`${kind} ${mark}`, made)
      keys.push(made)
    }
  }
  return resolved(draft, lookup, own)
}

/** Groups of the import name their members so. */
const dnOf = ({ resource, dn }: MappedRecord): Key[] => (resource === 'User' && dn !== undefined ? [{ path: 'dn', value: dnKey(dn) }] : [])

/** What an earlier row of the import says about the same record. */
function alreadyMeant(row: MappedRecord, kind: Kind, found: Correlated, lookup: Lookup, own: ReadonlyMap<string, PlanKey>): string | undefined {
  for (const key of [...decisive(kind, uniqueKeys(row)), ...('id' in found ? [{ path: 'id', value: found.id }] : [])]) {
    const earlier = own.get(`${kind} ${keyText(key)}`) ?? lookup.planned(kind, key)
    if (earlier) return `line ${earlier.line} of the import already means this record`
  }
  return undefined
}

/** What nobody else may have is somebody else's, by whichever key the row found its record. */
function takenByOthers(row: MappedRecord, kind: Kind, found: Correlated, lookup: Lookup): string | undefined {
  for (const key of uniqueKeys(row)) {
    if (key.path !== ownName[kind]) continue
    const other = lookup.existing(kind, key).find((id) => !('id' in found) || id !== found.id)
    if (other !== undefined) return `${key.path} "${key.value}" is that of ${other}`
  }
  return undefined
}

/** Two new rows mean one record when they share the id, the name that only one may have, or the first key that they have besides: not when merely an e-mail. */
function decisive(kind: Kind, keys: readonly Key[]): Key[] {
  const first = firstKey(keys)
  return keys.filter((key) => key.path === 'id' || key.path === ownName[kind] || key === first)
}

const firstKey = (keys: readonly Key[]) => keys.find((key) => key.path !== 'id')

/**
 * A record found by a later key must not contradict an earlier one: the same e-mail with another employee number is
 * another person, or a mistake that a person has to judge.
 */
function contradiction(keys: readonly Key[], before: Document): string | undefined {
  const found = keys.findIndex(({ path, value }) => path === 'id' ? before.id === value : valuesAt(before, path).some((one) => one.toLowerCase() === value.toLowerCase()))
  for (const { path, value } of keys.slice(0, Math.max(found, 0))) {
    const own = path === 'id' ? [] : valuesAt(before, path)
    if (own.length > 0) return `${keys[found]!.path} finds ${String(before.id)}, whose ${path} is "${own[0]}" and not "${value}"`
  }
  return undefined
}

/** Fills references in. What stands later in the import is set later; a tie cannot wait for its ends. */
function resolved(draft: Draft, lookup: Lookup, own: ReadonlyMap<string, PlanKey>): Draft {
  const { row, document, leans } = draft
  const { references } = row
  if (references.length === 0) return draft
  for (const { resource, by, value, column } of references) {
    if (lookup.existing(resource, { path: by, value }).length > 1) return { ...draft, step: refused(row, 'conflict', `${by} "${value}" finds several records`, column) }
  }
  const find = ({ resource, by, value }: Reference) => {
    const key = { path: by, value }
    return lookup.existing(resource, key)[0] ?? own.get(`${resource} ${keyText(key)}`)?.targetId ?? lookup.planned(resource, key)?.targetId
  }
  const open = references.filter((reference) => find(reference) === undefined)
  if (open[0] && !isKind(row.resource)) {
    const { resource, by, value, column } = open[0]
    return { ...draft, step: refused(row, 'error', `there is no ${resource} whose ${by} is "${value}", neither in the directory nor earlier in the import`, column) }
  }
  const heads = new Set(open.map(headOf))
  const settled = references.filter((reference) => !heads.has(headOf(reference)))
  for (const reference of settled) {
    const planned = own.get(`${reference.resource} ${keyText({ path: reference.by, value: reference.value })}`)
    if (planned && planned.targetId !== draft.id) leans.push({ reference, id: planned.targetId })
  }
  const placed = settled.filter((reference) => !reference.stands)
  // The row itself stays as it is.
  for (const head of new Set(placed.map(headOf))) document[head] = structuredClone(document[head])
  resolveReferences(document, placed, find)
  if (open.length === 0) return draft
  for (const head of heads) delete document[head]
  const late: Late = { document: Object.fromEntries([...heads].map((head) => [head, row.document[head]])), references: references.filter((reference) => heads.has(headOf(reference))) }
  return { ...draft, late }
}

const headOf = ({ path }: Reference) => path.split(/[.[]/)[0]!

async function loadExisting({ ctx }: Planning, drafts: readonly Draft[]): Promise<Existing> {
  const ids = eachKind(() => new Set<string>())
  for (const draft of drafts) {
    if (draft.step) continue
    if (draft.kind === 'Affiliation') ids.User.add(draft.document.user as string)
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

/** The record as the row would leave it, or the step that says why not. */
async function fillDraft(planning: Planning, draft: Draft, existing: Existing): Promise<void> {
  try {
    if (draft.kind === 'Affiliation') draft.step = affiliationStep(draft, existing)
    else if (draft.isNew) draft.pending = { action: 'create', after: await newDocument(planning, draft.kind as Kind, { ...draft.document, id: draft.id }) }
    else {
      const kind = draft.kind as Kind
      const before = existing[kind].get(draft.id)!
      const against = contradiction(draft.row.correlate, before.document)
      if (against) draft.step = refused(draft.row, 'conflict', against)
      else draft.pending = { action: 'update', before, after: updatedDocument(planning.ctx, kind, before.document, draft.document).after }
    }
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    const action = error.code === 'transition_not_allowed' ? 'conflict' : 'error'
    draft.step = { ...refused(draft.row, action, error.message), problems: error.problems.length > 0 ? error.problems : [{ message: error.message }] }
  }
}

async function newDocument({ ctx }: Planning, kind: Kind, document: Document): Promise<Document> {
  const made = kind === 'User' ? await newUser(ctx, document, true) : kind === 'Organization' ? newOrganization(ctx, document, true) : newAccessRecord(ctx, recordKinds[kind], document, true)
  return recordKinds[kind].prepare(made, undefined)
}

/**
 * The document of an existing record after a row, checked, and the operation by which a person's status changes, if it
 * does. Errors: `transition_not_allowed` where no operation leads to that status.
 */
export function updatedDocument(ctx: Context, kind: Kind, before: Document, given: Document): { after: Document; operation?: Operation } {
  const row = kind === 'User' ? fromFirstDay(ctx, before, given) : given
  const laidOver = (on: Document) => {
    const merged = { ...mergeImport(resources[kind], on, row), id: before.id }
    return { ...validateDocument(resources[kind], merged, before, true), id: before.id, meta: before.meta } as Document
  }
  const checked = laidOver(before)
  if (kind !== 'User') return { after: recordKinds[kind].prepare(checked, before) }
  const { moved, operation } = movedTo(ctx, before, { ...row, status: checked.status, secondaryStatus: row.secondaryStatus === undefined ? undefined : checked.secondaryStatus ?? null })
  const settled = operation ? { ...laidOver(moved), status: moved.status, secondaryStatus: moved.secondaryStatus } : checked
  return { after: dateConversion(ctx, before, userKind.prepare(followActive(settled, before, row), before)), operation }
}

/**
 * `active` alone means enable or disable; beside a status it only repeats what that says. That somebody is active there opens no lock
 * here and ends no leave.
 */
function followActive(checked: Document, before: Document, row: Document): Document {
  const asked = row.status === undefined && row.secondaryStatus === undefined && typeof row.active === 'boolean' ? row.active : undefined
  return withActive({ ...checked, active: before.active }, asked && before.secondaryStatus !== 'DISABLED' ? undefined : asked, before)
}

function affiliationStep(draft: Draft, existing: Existing): NewStep {
  const { user: userId, ...given } = draft.document
  const entry = validateEntry(affiliations, given, undefined, true)
  const base = { resource: 'Affiliation', targetId: userId as string, line: draft.row.line, label: `${String(userId)} in ${String(entry.organization)}`, changes: { entry } }
  const before = existing.User.get(userId as string)?.document.affiliations as Document[] | undefined
  const after = mergeEntries(affiliations, before ?? [], [entry])
  if (after.length > (before?.length ?? 0)) return { ...base, action: 'create' }
  return JSON.stringify(after) === JSON.stringify(before) ? { ...base, action: 'unchanged', changes: undefined } : { ...base, action: 'update' }
}

/** Holds the drafts against their metadata, and turns what stands into steps. */
async function checkDrafts(planning: Planning, drafts: readonly Draft[]): Promise<void> {
  for (const kind of kinds) {
    const some = drafts.filter((draft) => draft.kind === kind && draft.pending)
    const found = await findProblems(planning.ctx.db, resources[kind], some.map((draft) => draft.pending!), planning.metadata)
    some.forEach((draft, index) => {
      const problems = found[index]!
      draft.step = problems.length > 0 ? { ...refused(draft.row, 'error', ''), problems: problems.map(({ path, message }) => ({ path, message })) } : stepOf(draft, kind)
    })
  }
}

function stepOf(draft: Draft, kind: Kind): NewStep {
  const { before, after } = draft.pending!
  const base = { resource: kind, targetId: draft.id, line: draft.row.line, label: labelOf(after) }
  const late = draft.late ? { late: draft.late } : {}
  const by = firstKey(draft.row.correlate)?.path
  if (!before) return { ...base, action: 'create', changes: { document: after, ...(by === undefined ? {} : { by }), ...late } }
  const fields = documentChanges(resources[kind], before.document, after)
  if (fields.length === 0) return { ...base, action: 'unchanged', ...(draft.late ? { changes: late } : {}) }
  return { ...base, action: 'update', changes: { patch: draft.document, fields, ...late } }
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
