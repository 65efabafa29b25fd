/** The verbs on groups, roles, resources and rights: create, replace, patch, delete; one road for the four of them. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { nodeSegments, type Letter } from '../model/access-edges.ts'
import { group, resource, right, role } from '../model/access-records.ts'
import { isObject, valueAt, type Document, type Resource } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { edgeField, termsOf } from '../model/edge-terms.ts'
import { searchText } from '../model/fold.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { documentOf } from '../model/rows.ts'
import { validateDocument } from '../model/validate.ts'
import { clearReferences } from '../records/clear-references.ts'
import { writing } from '../records/missing-references.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { RecordKind } from '../records/record-kind.ts'
import { lockRecords, recordRemovals, writeRecords } from '../records/write-records.ts'
import { countHolders, deleteAccessRecord, dropEnded, edgesOf, letterOf, nameTwin } from '../store/access-records.ts'
import type { Transaction } from '../store/database.ts'
import { loadRecords } from '../store/records.ts'
import { refuseMisplaced } from './resource-types.ts'

const kindOf = (own: Resource): RecordKind => ({
  resource: own,
  // What the server relies on comes with migrations alone.
  prepare: (document, before) => (own.attributes.some((one) => one.path === 'isSystem') ? { ...document, isSystem: before?.isSystem ?? false } : document),
  derivedColumns: (document) => ({ search_text: searchText(searchedValues(own, document)) }),
})

/** Whoever looks for a group or role by its name is heard in any letters, so that no two may have names which differ by these alone. */
const namedOnce = (own: Resource, path: string): RecordKind => ({
  ...kindOf(own),
  written: async (tx, _ctx, written) => {
    const renamed = written.filter(({ before, paths }) => !before || paths.includes(path) || paths.includes('managedSystem')).map(({ id }) => id)
    const twin = renamed.length === 0 ? undefined : await nameTwin(tx, own, path, renamed)
    if (!twin) return
    const message = `there is already a ${own.name.toLowerCase()} called ${twin.other}, and ${twin.name} differs from it in case only`
    throw new GatehouseError('already_exists', `${path}: ${message}.`, { problems: [{ path, message }] })
  },
})

export const groupKind = namedOnce(group, 'displayName')
export const roleKind = namedOnce(role, 'name')
export const resourceKind: RecordKind = {
  ...kindOf(resource),
  written: (tx, _ctx, written) => refuseMisplaced(tx, 'resource_id', written.filter(({ paths }) => paths.includes('resourceType')).map(({ id }) => id)),
}
export const rightKind = kindOf(right)

/** Makes one. Errors: `invalid_…` with paths, `already_exists` for a taken name. */
export async function createAccessRecord(ctx: Context, kind: RecordKind, input: unknown): Promise<Document> {
  const [created] = await createAccessRecords(ctx, kind, [newAccessRecord(ctx, kind, input)])
  return created!
}

/** The document of a new one, checked; `trusted` input brings its own id and dates. */
export function newAccessRecord(ctx: Context, { resource: own }: RecordKind, input: unknown, trusted = false): Document {
  const document = validateDocument(own, input, undefined, trusted)
  document.id ??= ctx.newId()
  return document
}

/** Makes many in one transaction, all or none. */
export function createAccessRecords(ctx: Context, kind: RecordKind, documents: readonly Document[]): Promise<Document[]> {
  const action = actionOf(kind, 'create')
  return writing(ctx, (tx) => writeRecords(tx, ctx, kind, documents.map((after) => ({ action, after: { ...after } }))))
}

/** Replaces the document: what it does not name is cleared. Errors: those of creation, `not_found`, `version_mismatch`. */
export function replaceAccessRecord(ctx: Context, kind: RecordKind, id: string, input: unknown, versions?: Versions): Promise<Document> {
  return changeAccessRecord(ctx, kind, id, 'replace', (before) => validateDocument(kind.resource, input, before), versions)
}

/** Changes what a JSON Merge Patch (RFC 7396) names. */
export function patchAccessRecord(ctx: Context, kind: RecordKind, id: string, patch: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return changeAccessRecord(ctx, kind, id, 'update', (before) => validateDocument(kind.resource, mergePatch(before, patch), before), versions)
}

async function changeAccessRecord(
  ctx: Context, kind: RecordKind, id: string, operation: string, change: (before: Document) => Document, versions: Versions,
): Promise<Document> {
  return writing(ctx, async (tx) => {
    const before = (await lockRecords(tx, kind.resource, [id])).get(id)!
    checkVersion(before.document, versions)
    const [result] = await writeRecords(tx, ctx, kind, [{ action: actionOf(kind, operation), before, after: { ...change(before.document), id } }])
    return result!
  })
}

/** Removes one for good, with what it gives. Errors: `not_found`, `still_referenced` while somebody or something has it. */
export async function removeAccessRecord(ctx: Context, kind: RecordKind, id: string, versions?: Versions): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { document } = (await lockRecords(tx, kind.resource, [id])).get(id)!
    checkVersion(document, versions)
    if (document.isSystem === true) throw new GatehouseError('system_record', `Gatehouse itself relies on ${id}; it cannot be deleted.`)
    await removeLocked(tx, ctx, kind.resource, document)
  })
}

/** Edges that the event of a removal names one by one; of more it tells how many, and the history keeps them all. */
const mostNamed = 1000

/**
 * The same for one that is locked. What it gives is its own and goes with it, and so does whatever had it once: the event names
 * these edges. Errors: `still_referenced`, saying how many have it now or will.
 */
export async function removeLocked(tx: Transaction, ctx: Context, own: Resource, document: Document): Promise<void> {
  const id = document.id as string
  const letter = letterOf(own)
  const gone: FieldChange[] = []
  if (letter) {
    const holders = [...await countHolders(tx, letter, id, ctx.now())].map(([one, count]) => `${count} ${count === 1 ? nounOf[one].one : nounOf[one].many}`)
    if (holders.length > 0) throw new GatehouseError('still_referenced', `The ${nounOf[letter].one} is still had by ${holders.join(', ')}, now or from a later day on; take it from them first.`)
    const edges = await edgesOf(tx, letter, id)
    gone.push(...edges.slice(0, mostNamed).map(({ kind, edge }) => (edge.source === id ? edgeField(kind, { before: edge }) : { path: `${nodeSegments[kind.source]}[${edge.source}]`, before: termsOf(edge) })))
    if (edges.length > mostNamed) gone.push({ path: 'edges', before: edges.length })
    const ended = await dropEnded(tx, letter, id, ctx.now())
    if (ended > 0) gone.push({ path: 'endedMemberships', before: ended })
  }
  const { taken } = await clearReferences(tx, ctx, own, [id])
  await deleteAccessRecord(tx, own, id)
  await recordRemovals(tx, ctx, own, [{ document, besides: [...gone, ...taken.get(id) ?? []] }])
}

const nounOf: Record<Letter, { one: string; many: string }> = {
  u: { one: 'person', many: 'people' }, g: { one: 'group', many: 'groups' }, r: { one: 'role', many: 'roles' },
  s: { one: 'resource', many: 'resources' }, o: { one: 'organisation', many: 'organisations' },
}

/** One of them, or `not_found`. */
export async function readAccessRecord(db: Pick<Context['db'], 'query'>, { resource: own }: RecordKind, id: string): Promise<Document> {
  const record = (await loadRecords(db, own, [id])).get(id)
  if (!record) throw new GatehouseError('not_found', `There is no ${own.name} with the id ${id}.`)
  return documentOf(own, record)
}

const actionOf = ({ resource: own }: RecordKind, operation: string) => `${own.name.toLowerCase()}.${operation}`

function searchedValues(own: Resource, document: Document): string[] {
  return own.attributes.flatMap((attribute) => {
    const value = attribute.searched ? valueAt(document, attribute.path) : undefined
    return typeof value === 'string' ? [value] : []
  })
}
