/**
 * The short road of every write to a record of any kind: check → rows → difference → write → audit event →
 * flags for the sync, in the caller's transaction; for one record or for a thousand.
 */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import type { Document, Resource } from '../model/attribute.ts'
import { documentChanges, type FieldChange } from '../model/document-diff.ts'
import { auditedChanges } from '../model/metadata.ts'
import { documentOf, type LoadedRecord } from '../model/rows.ts'
import { insertEvents } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { loadMetadata } from '../store/metadata.ts'
import { loadRecords, tablesOf, writeChanges } from '../store/records.ts'
import { prepareRecords, type Prepared } from './prepare-records.ts'
import type { Pending, RecordKind } from './record-kind.ts'

/** Writes the pending records and their events; the documents as they stand afterwards, in the same order. */
export async function writeRecords(tx: Transaction, ctx: Context, kind: RecordKind, pending: readonly Pending[]): Promise<Document[]> {
  return writePrepared(tx, ctx, kind, await prepareRecords(tx, ctx, kind, pending))
}

/** The same for records that have been prepared already. */
export async function writePrepared(tx: Transaction, ctx: Context, kind: RecordKind, prepared: Prepared): Promise<Document[]> {
  await kind.guard?.(tx, ctx, prepared.pending)
  await kind.check?.(tx, prepared.pending)
  await writeChanges(tx, tablesOf(kind.resource), prepared.changes)
  await insertEvents(tx, prepared.events)
  await kind.written?.(tx, ctx, prepared.written)
  return prepared.results
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

/** The event of a removal: the whole record as it was, but for what the audit may not keep, and what went along with it. */
export async function recordRemoval(tx: Transaction, ctx: Context, resource: Resource, document: Document, besides: readonly FieldChange[] = []): Promise<void> {
  const changes = [...auditedChanges(documentChanges(resource, document, undefined), await loadMetadata(tx, ctx.db)), ...besides]
  const action = `${resource.name.toLowerCase()}.delete`
  await recordEvents(tx, ctx, [{ action, targetType: resource.name, targetId: document.id as string, result: 'SUCCESS', changes }])
}
