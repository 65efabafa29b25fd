/**
 * The short road of every write to a record of any kind: check → rows → difference → write → audit event →
 * flags for the sync, in the caller's transaction; for one record or for a thousand.
 */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { eventRows, recordEvents } from '../audit/record.ts'
import type { Document, Resource } from '../model/attribute.ts'
import { documentChanges, type FieldChange } from '../model/document-diff.ts'
import { auditedChanges } from '../model/metadata.ts'
import { documentOf, type LoadedRecord } from '../model/rows.ts'
import { insertEvents } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { holdJudged, loadMetadata } from '../store/metadata.ts'
import { loadRecords, tablesOf, writeChanges } from '../store/records.ts'
import { referredTables } from '../store/referrers.ts'
import { clearReferences } from './clear-references.ts'
import { refusedWith } from './missing-references.ts'
import { prepareRecords, type Prepared } from './prepare-records.ts'
import type { Pending, RecordKind } from './record-kind.ts'

/** Writes the pending records and their events; the documents as they stand afterwards, in the same order. */
export async function writeRecords(tx: Transaction, ctx: Context, kind: RecordKind, pending: readonly Pending[]): Promise<Document[]> {
  return writePrepared(tx, ctx, kind, await prepareRecords(tx, ctx, kind, pending))
}

/** The same for records that have been prepared already. */
export async function writePrepared(tx: Transaction, ctx: Context, kind: RecordKind, prepared: Prepared): Promise<Document[]> {
  // Under way with the statements of the guards.
  const held = holdJudged(tx, prepared.judged)
  held.catch(() => {})
  await kind.guard?.(tx, ctx, prepared.pending)
  await kind.check?.(tx, prepared.pending)
  await held
  const letGo = await clearEntries(tx, ctx, kind, prepared)
  await writeChanges(tx, tablesOf(kind.resource), prepared.changes).catch((error: unknown) => {
    throw refusedWith(error, kind.resource, prepared.pending)
  })
  const told = prepared.untold.map((event) => ({ ...event, changes: [...event.changes ?? [], ...letGo.get(event.targetId) ?? []] }))
  await insertEvents(tx, [...prepared.events, ...eventRows(ctx, told)])
  await kind.written?.(tx, ctx, prepared.written)
  return prepared.results
}

/**
 * Clears what refers to entries that are taken out of records; what let go, by the record's id. That is addresses of people to locations of
 * an organisation, and no plan takes locations out: none has read whose version rises here.
 */
async function clearEntries(tx: Transaction, ctx: Context, { resource }: RecordKind, { changes, pending }: Prepared): Promise<Map<string, FieldChange[]>> {
  const letGo = new Map<string, FieldChange[]>()
  const gone = Map.groupBy(changes.filter(({ operation }) => operation === 'delete'), ({ table }) => table)
  const collections = resource.collections.filter(({ table }) => gone.has(table))
  if (collections.length === 0) return letGo
  const referred = await referredTables(tx, collections.map(({ table }) => table))
  for (const collection of collections.filter(({ table }) => referred.includes(table))) {
    const owners = new Map(pending.flatMap(({ before }) => ((before?.document[collection.path] ?? []) as Document[]).map(({ id }) => [id, before!.document.id as string])))
    const { taken } = await clearReferences(tx, ctx, collection, gone.get(collection.table)!.map(({ row }) => row[collection.idColumn] as string))
    for (const [entry, fields] of taken) letGo.set(owners.get(entry)!, [...letGo.get(owners.get(entry)!) ?? [], ...fields])
  }
  return letGo
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

/** The events of removals: each record whole as it was, but for what the audit may not keep, and what went along with it. */
export async function recordRemovals(tx: Transaction, ctx: Context, resource: Resource, gone: readonly { document: Document; besides: readonly FieldChange[] }[]): Promise<void> {
  const metadata = await loadMetadata(tx, ctx.db)
  const action = `${resource.name.toLowerCase()}.delete`
  await recordEvents(tx, ctx, gone.map(({ document, besides }) => (
    { action, targetType: resource.name, targetId: document.id as string, result: 'SUCCESS', changes: [...auditedChanges(documentChanges(resource, document, undefined), metadata), ...besides] })))
}
