/** The verbs on what hangs below a record: one e-mail address, one affiliation, one parent; every one the same way. */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Collection, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { validateCustom, validateEntry } from '../model/validate.ts'
import { writing } from '../records/missing-references.ts'
import type { RecordKind } from '../records/record-kind.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'

/** The entries of one collection of a record. */
export function entriesOf(document: Document, collection: Collection): Document[] {
  return (document[collection.path] ?? []) as Document[]
}

/** One entry, or `not_found`. */
export function entryOf(document: Document, collection: Collection, entryId: string): Document {
  const entry = entriesOf(document, collection).find((one) => one.id === entryId)
  if (!entry) throw new GatehouseError('not_found', `There is no ${collection.label} with the id ${entryId} here.`)
  return entry
}

type Change = (entries: Document[]) => Document[]

async function changeEntries(ctx: Context, kind: RecordKind, id: string, collection: Collection, operation: string, versions: Versions, change: Change): Promise<Document> {
  return writing(ctx, async (tx) => {
    await kind.lockFirst?.(tx)
    const before = (await lockRecords(tx, kind.resource, [id])).get(id)!
    checkVersion(before.document, versions)
    const entries = change(entriesOf(before.document, collection).map((entry) => ({ ...entry })))
    if (entries.length > collection.limit) {
      throw new GatehouseError('invalid_value', `A record may have at most ${collection.limit} entries here; remove one first.`)
    }
    const action = `${kind.resource.name.toLowerCase()}.${collection.segment}.${operation}`
    const [result] = await writeRecords(tx, ctx, kind, [{ action, before, after: { ...before.document, [collection.path]: entries } }])
    return result!
  })
}

/** Adds an entry; when it is primary, the one that was is so no longer. */
export async function addEntry(ctx: Context, kind: RecordKind, id: string, collection: Collection, input: unknown, versions?: Versions): Promise<{ document: Document; entry: Document }> {
  const entry: Document = { ...validateEntry(collection, input), id: ctx.newId() }
  const document = await changeEntries(ctx, kind, id, collection, 'add', versions, (entries) => [...demoted(collection, entries, entry), entry])
  return { document, entry: entryOf(document, collection, entry.id as string) }
}

/** Replaces an entry. */
export async function replaceEntry(ctx: Context, kind: RecordKind, id: string, collection: Collection, entryId: string, input: unknown, versions?: Versions): Promise<{ document: Document; entry: Document }> {
  return exchange(ctx, kind, id, collection, entryId, 'replace', versions, () => input)
}

/** Changes what a JSON Merge Patch names of an entry. */
export async function patchEntry(ctx: Context, kind: RecordKind, id: string, collection: Collection, entryId: string, patch: unknown, versions?: Versions): Promise<{ document: Document; entry: Document }> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return exchange(ctx, kind, id, collection, entryId, 'update', versions, (before) => mergePatch(before, patch))
}

async function exchange(
  ctx: Context, kind: RecordKind, id: string, collection: Collection, entryId: string, operation: string, versions: Versions, next: (before: Document) => unknown,
): Promise<{ document: Document; entry: Document }> {
  const document = await changeEntries(ctx, kind, id, collection, operation, versions, (entries) => {
    const before = entryOf({ [collection.path]: entries }, collection, entryId)
    const input = next(before)
    const after: Document = { ...validateEntry(collection, isObject(input) ? { ...input, id: entryId } : input, before), id: entryId }
    return demoted(collection, entries, after).map((entry) => (entry.id === entryId ? after : entry))
  })
  return { document, entry: entryOf(document, collection, entryId) }
}

/** Removes an entry. */
export async function removeEntry(ctx: Context, kind: RecordKind, id: string, collection: Collection, entryId: string, versions?: Versions): Promise<void> {
  await changeEntries(ctx, kind, id, collection, 'remove', versions, (entries) => {
    entryOf({ [collection.path]: entries }, collection, entryId)
    return entries.filter((entry) => entry.id !== entryId)
  })
}

/** Replaces the custom attributes of a record, or changes those that a JSON Merge Patch names; the whole document. */
export async function changeAttributes(ctx: Context, kind: RecordKind, id: string, operation: 'replace' | 'update', input: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'The body must be a JSON object of names and values.')
  return writing(ctx, async (tx) => {
    await kind.lockFirst?.(tx)
    const before = (await lockRecords(tx, kind.resource, [id])).get(id)!
    checkVersion(before.document, versions)
    const attributes = validateCustom(operation === 'update' ? mergePatch(before.document.attributes ?? {}, input) : input)
    const action = `${kind.resource.name.toLowerCase()}.attributes.${operation}`
    const [result] = await writeRecords(tx, ctx, kind, [{ action, before, after: { ...before.document, attributes } }])
    return result!
  })
}

function demoted(collection: Collection, entries: Document[], added: Document): Document[] {
  if (!collection.onePrimary || added.primary !== true) return entries
  return entries.map((entry) => ({ ...entry, primary: false }))
}
