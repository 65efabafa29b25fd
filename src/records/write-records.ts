/**
 * The short road of every write to a person or an organisation: check → rows → difference → write → audit event →
 * flags for the sync, in the caller's transaction; for one record or for a thousand.
 */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { isObject, setValueAt, valueAt, type Collection, type Document, type Resource } from '../model/attribute.ts'
import { documentChanges } from '../model/document-diff.ts'
import { auditedChanges, checkCustomAttributes, elementsFor, type Element, type Finding, type Metadata, type PatternCheck } from '../model/metadata.ts'
import { diffRecords, documentOf, recordOf, type LoadedRecord, type RowChange, type RowMaker } from '../model/rows.ts'
import type { Transaction } from '../store/database.ts'
import { loadMetadata, mismatches } from '../store/metadata.ts'
import { loadRecords, tablesOf, writeChanges } from '../store/records.ts'
import { keepSensitive } from './veil.ts'

/** What is particular to one kind of record. */
export interface RecordKind {
  resource: Resource
  /** Settles what follows from the document itself: derived names, defaults among entries. Pure. */
  prepare: (document: Document, before: Document | undefined) => Document
  /** Derived columns that no attribute shows. */
  derivedColumns: (document: Document) => Record<string, unknown>
  /** Taken before any record is locked when what ties records to each other may change, so that writers queue up. */
  lockFirst?: (tx: Transaction) => Promise<void>
  /** Whether the actor may write these records at all. */
  guard?: (tx: Transaction, ctx: Context, pending: readonly Pending[]) => Promise<void>
  /** Rules that need the database: hierarchy, periods, references. */
  check?: (tx: Transaction, pending: readonly Pending[]) => Promise<void>
  /** What else must know, in the same transaction. */
  written?: (tx: Transaction, ctx: Context, written: readonly Written[]) => Promise<void>
}

export interface Pending {
  action: string
  before?: { record: LoadedRecord; document: Document }
  after: Document
}

export interface Written {
  id: string
  before?: Document
  after: Document
  /** Paths of the fields that changed; empty at creation, when all did. */
  paths: string[]
}

/** Writes the pending records and their events; the documents as they stand afterwards, in the same order. */
export async function writeRecords(tx: Transaction, ctx: Context, kind: RecordKind, pending: readonly Pending[]): Promise<Document[]> {
  const metadata = await loadMetadata(tx, ctx.db)
  await kind.guard?.(tx, ctx, pending)
  const prepared = pending.map((one) => {
    const after = detached(one.after)
    keepSensitive(ctx, kind.resource, one.before?.document, after, metadata)
    return { ...one, after: kind.prepare(after, one.before?.document) }
  })
  await checkMetadata(tx, kind.resource, prepared, metadata)
  await kind.check?.(tx, prepared)
  const changes: RowChange[] = []
  const written: Written[] = []
  const results = prepared.map((one) => {
    const own = changesOf(ctx, kind, one, metadata)
    if (own.length === 0) return one.before!.document
    changes.push(...own)
    written.push({ id: one.after.id as string, before: one.before?.document, after: one.after, paths: [] })
    return one.after
  })
  await writeChanges(tx, tablesOf(kind.resource), changes)
  await recordChanges(tx, ctx, kind, metadata, prepared, written)
  await kind.written?.(tx, ctx, written)
  return results
}

/** Names and `meta` are written into: not into those of the document before. */
function detached(document: Document): Document {
  const copy = { ...document }
  for (const part of ['name', 'meta'] as const) if (isObject(copy[part])) copy[part] = { ...copy[part] }
  return copy
}

/** Loads records for a change and holds them until the transaction ends. Errors: `not_found` for the first missing. */
export async function lockRecords(tx: Transaction, resource: Resource, ids: readonly string[]): Promise<Map<string, { record: LoadedRecord; document: Document }>> {
  const records = await lockExisting(tx, resource, ids)
  const missing = ids.find((id) => !records.has(id))
  if (missing !== undefined) throw new GatehouseError('not_found', `There is no ${resource.name} with the id ${missing}.`)
  return records
}

/** The same for those of them that are still there. */
export async function lockExisting(tx: Transaction, resource: Resource, ids: readonly string[]): Promise<Map<string, { record: LoadedRecord; document: Document }>> {
  const records = await loadRecords(tx, resource, ids, { lock: true })
  return new Map([...records].map(([id, record]) => [id, { record, document: documentOf(resource, record) }]))
}

/** The event of a removal: the whole record as it was, but for what the audit may not keep. */
export async function recordRemoval(tx: Transaction, ctx: Context, resource: Resource, document: Document): Promise<void> {
  const changes = auditedChanges(documentChanges(resource, document, undefined), await loadMetadata(tx, ctx.db))
  const action = `${resource.name.toLowerCase()}.delete`
  await recordEvents(tx, ctx, [{ action, targetType: resource.name, targetId: document.id as string, result: 'SUCCESS', changes }])
}

async function recordChanges(tx: Transaction, ctx: Context, kind: RecordKind, metadata: Metadata, prepared: readonly Pending[], written: Written[]): Promise<void> {
  const actions = new Map(prepared.map((one) => [one.after.id, one.action]))
  const events = written.map((one) => {
    const found = documentChanges(kind.resource, one.before, one.after)
    if (one.before) one.paths.push(...found.map((change) => change.path))
    const changes = auditedChanges(found, metadata)
    return { action: actions.get(one.id)!, targetType: kind.resource.name, targetId: one.id, result: 'SUCCESS' as const, changes }
  })
  await recordEvents(tx, ctx, events)
}

function changesOf(ctx: Context, kind: RecordKind, pending: Pending, metadata: Metadata): RowChange[] {
  const { resource } = kind
  const { before, after } = pending
  // Only a record has types of its own; entries have what is declared for all of their kind.
  const elements: RowMaker['elements'] = (custom) => (custom === resource.custom ? elementsFor(metadata, custom, after.typeId, after.subTypeId) : elementsFor(metadata, custom))
  const record = recordOf(resource, after, before?.record, { newId: ctx.newId, elements })
  assignIds(resource, after, record)
  Object.assign(record.base, kind.derivedColumns(after))
  const changes = diffRecords(resource, before?.record, record)
  if (changes.length > 0) stamp(resource, after, changes, ctx)
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

async function checkMetadata(tx: Transaction, resource: Resource, pending: readonly Pending[], metadata: Metadata): Promise<void> {
  const findings = (await findProblems(tx, resource, pending, metadata)).flat()
  const first = findings[0]
  if (!first) return
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new GatehouseError(first.code, `${first.path}: ${first.message}${more}.`, {
    problems: findings.map(({ path, message }) => ({ path, message })),
  })
}

/**
 * What stands against each pending record by its metadata: types belong to their grouping, custom attributes obey their
 * elements. Brings custom attributes into the form they are kept in on the way.
 */
export async function findProblems(db: Pick<Transaction, 'query'>, resource: Resource, pending: readonly Pending[], metadata: Metadata): Promise<Finding[][]> {
  const patterns: (PatternCheck & { record: number })[] = []
  const found = pending.map(({ before, after }, record) => {
    const findings = wrongTypes(resource, before?.document, after, metadata)
    const own: PatternCheck[] = []
    const elements = resource.custom && elementsFor(metadata, resource.custom, after.typeId, after.subTypeId)
    if (elements) checkCustom(after, before?.document, elements, '', findings, own)
    for (const collection of resource.collections) {
      if (collection.custom) checkEntryCustom(collection, after, before?.document, metadata, findings, own)
    }
    patterns.push(...own.map((one) => ({ ...one, record })))
    return findings
  })
  for (const wrong of await mismatches(db, patterns)) {
    found[wrong.record]!.push({ code: 'invalid_value', path: wrong.path, message: `does not have the form ${wrong.pattern}` })
  }
  return found
}

function checkCustom(after: Document, before: Document | undefined, elements: ReadonlyMap<string, Element>, prefix: string, findings: Finding[], patterns: PatternCheck[]): void {
  if (after.attributes === undefined && elements.size === 0) return
  const result = checkCustomAttributes(after.attributes, before?.attributes, elements, `${prefix}attributes`, before === undefined)
  findings.push(...result.findings)
  patterns.push(...result.patterns)
  if (result.attributes) after.attributes = result.attributes
  else delete after.attributes
}

function checkEntryCustom(collection: Collection, after: Document, before: Document | undefined, metadata: Metadata, findings: Finding[], patterns: PatternCheck[]): void {
  const entries = (after[collection.path] ?? []) as Document[]
  const old = new Map(((before?.[collection.path] ?? []) as Document[]).map((entry) => [entry.id, entry]))
  const elements = elementsFor(metadata, collection.custom!)
  entries.forEach((entry, index) => checkCustom(entry, old.get(entry.id), elements, `${collection.path}[${index}].`, findings, patterns))
}

/** A type out of use stays with what has it already, and is taken by nothing else. */
function wrongTypes(resource: Resource, before: Document | undefined, document: Document, metadata: Metadata): Finding[] {
  const findings: Finding[] = []
  const check = (attributes: readonly { path: string; grouping?: string }[], part: Document, old: Document | undefined, prefix: string) => {
    for (const { path, grouping } of attributes) {
      const given = grouping === undefined ? undefined : valueAt(part, path)
      if (given === undefined) continue
      const type = metadata.types.get(given as string)
      const message = type?.grouping !== grouping ? `${String(given)} is not a metadata type of the grouping ${grouping}`
        : !type!.active && !(old && valueAt(old, path) === given) ? `${String(given)} is out of use` : undefined
      if (message !== undefined) findings.push({ code: 'invalid_reference', path: prefix + path, message })
    }
  }
  check(resource.attributes, document, before, '')
  for (const { path, attributes } of resource.collections) {
    if (!attributes.some((one) => one.grouping !== undefined)) continue
    const old = new Map(((before?.[path] ?? []) as Document[]).map((entry) => [entry.id, entry]))
    const entries = (document[path] ?? []) as Document[]
    entries.forEach((entry, index) => check(attributes, entry, old.get(entry.id), `${path}[${index}].`))
  }
  return findings
}
