/** The verb that deletes people, one or many: with everything that hangs on them, and the accounts related to them end. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { edgeField } from '../model/edge-terms.ts'
import { user } from '../model/user.ts'
import { clearReferences } from '../records/clear-references.ts'
import { guardPeople, refuseSystem } from '../records/guard.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockRecords, recordRemovals } from '../records/write-records.ts'
import type { Transaction } from '../store/database.ts'
import { deleteUserRows } from '../store/user-rows.ts'
import { relatedOfDeleted } from './lifecycle.ts'
import { accessOf } from './taken-access.ts'

/** Removes a person for good, with everything that hangs on them. Errors: `not_found`, `system_record`, `conflict` for the last who may administer everything. */
export async function deleteUser(ctx: Context, id: string, versions?: Versions): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { document } = (await lockRecords(tx, user, [id])).get(id)!
    checkVersion(document, versions)
    await deleteLockedUsers(tx, ctx, [document])
  })
}

/**
 * The same for people already locked, all or none. The accounts related to them are terminated, as far as whoever acts could end them:
 * nobody is left whose accounts they are. What referred to them has a new version. The new versions of both.
 */
export async function deleteLockedUsers(tx: Transaction, ctx: Context, documents: readonly Document[]): Promise<{ resource: string; id: string; version: number }[]> {
  documents.forEach(refuseSystem)
  const ids = documents.map(({ id }) => id as string)
  await guardPeople(tx, ctx, ids)
  const taken = new Map<string, FieldChange[]>()
  const note = (id: string, changes: readonly FieldChange[]) => taken.set(id, [...taken.get(id) ?? [], ...changes])
  for (const [id, own] of Map.groupBy(await accessOf(tx, ids), ({ edge }) => edge.source)) note(id, own.map(({ kind, edge }) => edgeField(kind, { before: edge })))
  const endRelated = await relatedOfDeleted(tx, ctx, ids, taken)
  const references = await clearReferences(tx, ctx, user, ids)
  for (const [id, own] of references.taken) note(id, own)
  await deleteUserRows(tx, ids)
  await recordRemovals(tx, ctx, user, documents.map((document) => ({ document, besides: taken.get(document.id as string) ?? [] })))
  const ended = (await endRelated()).map(({ id, meta }) => ({ resource: 'User', id: id as string, version: (meta as Document).version as number }))
  return [...references.raised, ...ended]
}
