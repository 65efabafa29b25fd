/**
 * A record on its way to the database, up to the rows: check → rows → difference → audit event. What the rows of many
 * records cost is spent here, so that an import can make the next ones while the database writes the last.
 */
import type { Context } from '../context.ts'
import { eventMaker, type NewEvent } from '../audit/record.ts'
import { isObject, setValueAt, valueAt, type Document, type Resource } from '../model/attribute.ts'
import { documentChanges } from '../model/document-diff.ts'
import { auditedChanges, elementsFor, type Metadata } from '../model/metadata.ts'
import { attributesWritten, diffRecords, recordOf, type LoadedRecord, type RowChange, type RowMaker } from '../model/rows.ts'
import type { EventRow } from '../store/audit-events.ts'
import type { Database } from '../store/database.ts'
import { loadMetadata, type Judged } from '../store/metadata.ts'
import { checkMetadata } from './check-metadata.ts'
import type { Pause } from './pause.ts'
import type { Pending, RecordKind, Written } from './record-kind.ts'
import { keepSensitive, keptFrom } from './veil.ts'

/** Records that need nothing more than to be written. */
export interface Prepared {
  pending: readonly Pending[]
  changes: RowChange[]
  events: EventRow[]
  /** The events of records that lose entries: they tell as well what lets go of these, which is known once it has. */
  untold: NewEvent[]
  written: Written[]
  /** The declarations that the records were judged by. */
  judged: Judged
  /** The documents as they will stand, in the order of the pending ones. */
  results: Document[]
}

/** Checks the pending records and makes their rows and events; nothing is written. */
export async function prepareRecords(db: Pick<Database, 'query'>, ctx: Context, kind: RecordKind, pending: readonly Pending[], pause?: Pause): Promise<Prepared> {
  const metadata = await loadMetadata(db, ctx.db)
  const veil = await keptFrom(ctx, metadata)
  const settled: Pending[] = []
  for (const one of pending) {
    const after = detached(one.after)
    if (veil) keepSensitive(kind.resource, one.before?.document, after, veil)
    settled.push({ ...one, after: kind.prepare(after, one.before?.document) })
    await pause?.()
  }
  await checkMetadata(db, ctx, kind.resource, settled, metadata, pause)
  await kind.complete?.(db, settled, ctx.now().toISOString())
  const rowOf = eventMaker(ctx)
  const prepared: Prepared = { pending: settled, changes: [], events: [], untold: [], written: [], judged: { written: new Map(), without: new Map() }, results: [] }
  for (const one of settled) {
    const event = addRows(prepared, ctx, kind, one, metadata)
    if (event && losesEntries(kind.resource, one)) prepared.untold.push(event)
    else if (event) prepared.events.push(rowOf(event))
    await pause?.()
  }
  return prepared
}

/** Names and `meta` are written into: not into those of the document before. */
function detached(document: Document): Document {
  const copy = { ...document }
  for (const part of ['name', 'meta'] as const) if (isObject(copy[part])) copy[part] = { ...copy[part] }
  return copy
}

const losesEntries = ({ collections }: Resource, { before, after }: Pending): boolean => collections.some(({ path }) => {
  const kept = new Set(((after[path] ?? []) as Document[]).map(({ id }) => id))
  return ((before?.document[path] ?? []) as Document[]).some(({ id }) => !kept.has(id))
})

/** The rows of one record; the event that tells of them, or undefined when there are none to write. */
function addRows(prepared: Prepared, ctx: Context, kind: RecordKind, one: Pending, metadata: Metadata): NewEvent | undefined {
  const own = changesOf(ctx, kind, one, metadata, prepared.judged)
  prepared.results.push(own.length === 0 ? one.before!.document : one.after)
  if (own.length === 0) return undefined
  prepared.changes.push(...own)
  const found = documentChanges(kind.resource, one.before?.document, one.after)
  const id = one.after.id as string
  const paths = one.before ? found.map((change) => change.path) : []
  prepared.written.push({ id, before: one.before?.document, after: one.after, paths })
  return { action: one.action, targetType: kind.resource.name, targetId: id, changes: [...auditedChanges(found, metadata), ...one.besides ?? []] }
}

function changesOf(ctx: Context, kind: RecordKind, pending: Pending, metadata: Metadata, judged: Judged): RowChange[] {
  const { resource } = kind
  const { before, after } = pending
  // Only a record has types of its own; entries have what is declared for all of their kind.
  const elements: RowMaker['elements'] = (custom) => (custom === resource.custom ? elementsFor(metadata, custom, after.typeId, after.subTypeId) : elementsFor(metadata, custom))
  const record = recordOf(resource, after, before?.record, { newId: ctx.newId, elements })
  assignIds(resource, after, record)
  Object.assign(record.base, kind.derivedColumns(after))
  const changes = diffRecords(resource, before?.record, record)
  for (const id of attributesWritten(resource, record, changes)) {
    const element = metadata.elements.find((each) => each.id === id)
    if (element) judged.written.set(id, element.version ?? 1)
  }
  // What is new, or of another type, was asked for what is required too.
  const isNew = !before || before.document.typeId !== after.typeId || before.document.subTypeId !== after.subTypeId
  if (isNew && resource.custom) for (const { id, version } of elementsFor(metadata, resource.custom, after.typeId, after.subTypeId).values()) if (!judged.written.has(id)) judged.without.set(id, version ?? 1)
  if (changes.length > 0 || pending.besides?.length) stamp(resource, after, changes, ctx)
  return changes
}

/** Entries that were added got their ids with their rows; the document shows them too. */
function assignIds(resource: Resource, document: Document, record: LoadedRecord): void {
  for (const collection of resource.collections) {
    const entries = document[collection.path] as Document[] | undefined
    entries?.forEach((entry, index) => (entry.id = record.children[collection.path]![index]!.row[collection.idColumn]))
  }
}

/** Who and when, on the record and on each entry that changed, in the rows and in the document. */
function stamp(resource: Resource, document: Document, changes: RowChange[], ctx: Context): void {
  const now = ctx.now().toISOString()
  const lists = new Map<string, readonly { path: string; column: string }[]>([[resource.table, resource.attributes]])
  const entries = new Map<unknown, Document>()
  for (const { table, path, attributes } of resource.collections) {
    lists.set(table, attributes)
    for (const entry of (document[path] ?? []) as Document[]) entries.set(`${table} ${String(entry.id)}`, entry)
  }
  let base = changes.find((change) => change.table === resource.table)
  if (!base) {
    base = { table: resource.table, operation: 'update', key: [resource.idColumn], row: { [resource.idColumn]: document.id } }
    changes.push(base)
  }
  for (const change of changes) {
    if (change.operation === 'delete') continue
    const values: Record<string, unknown> = { created: now, 'meta.created': now, createdBy: ctx.actor.userId, grantedBy: ctx.actor.principal.slice(0, 255), lastModified: now, 'meta.lastModified': now, lastUpdatedBy: ctx.actor.userId }
    for (const { path, column } of lists.get(change.table) ?? []) {
      if (!(path in values)) continue
      const isCreation = path === 'created' || path === 'meta.created' || path === 'createdBy' || path === 'grantedBy'
      if (isCreation && (change.operation === 'update' || (change.row[column] ?? null) !== null)) continue
      change.row[column] = values[path]
      const shown = change === base ? document : entries.get(`${change.table} ${String(change.row[change.key[0]!])}`)
      if (shown) setValueAt(shown, path, values[path] ?? undefined)
    }
  }
  const version = base.operation === 'insert' ? 1 : ((valueAt(document, 'meta.version') as number | undefined) ?? 0) + 1
  base.row.version = version
  setValueAt(document, 'meta.version', version)
}
