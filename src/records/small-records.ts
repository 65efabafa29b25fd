/**
 * The verbs on small records that have a version of their own and no lists below them: types, sites, policies, systems. One road for
 * all of them: checked, settled, written, noted.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { isObject, type Collection, type Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { validateEntry } from '../model/validate.ts'
import type { Database, Transaction } from '../store/database.ts'
import { clearReferences } from './clear-references.ts'
import { checkVersion, type Versions } from './versions.ts'

export interface SmallRecord {
  document: Document
  version: number
}

/** What one kind of them has of its own. */
export interface SmallKind {
  collection: Collection
  /** As events and documents name it. */
  name: string
  /** What its events begin with: `resource.type`. */
  action: string
  /** One record, or `not_found`; held until the transaction ends when asked for. */
  read: (db: Pick<Database, 'first' | 'query'>, id: string, lock?: boolean) => Promise<SmallRecord>
  insert: (tx: Transaction, document: Document) => Promise<void>
  update: (tx: Transaction, document: Document) => Promise<void>
  /** Errors: `still_referenced`. */
  remove: (tx: Transaction, id: string) => Promise<void>
  /** Refuses a removal that would change what others are asked for. Errors: `still_referenced`. */
  refuseRemoval?: (tx: Transaction, id: string) => Promise<void>
  /** Other records hint at it and stay when it goes: they let go of it, with a new version (decisions/0055). */
  hintedAt?: true
  /** What must wait while a record is changed, taken before the record itself. */
  lock?: (tx: Transaction) => Promise<void>
  /** Settles what follows from a change, and refuses what must not change. Without `before` the record is new. */
  settle?: (tx: Transaction, ctx: Context, after: Document, before?: Document) => Document | Promise<Document>
  /** Rules that only hold over what has been written. */
  checkWritten?: (tx: Transaction, after: Document, before: Document) => Promise<void>
}

type Change = (ctx: Context, id: string, input: unknown, versions?: Versions) => Promise<SmallRecord>

export interface SmallVerbs {
  name: string
  read: SmallKind['read']
  /** With the id that is given, where the kind takes one of the caller's. Errors: `already_exists`, `invalid_…`, and those of the kind. */
  create: (ctx: Context, input: unknown) => Promise<SmallRecord>
  /** By JSON Merge Patch. Errors: `not_found`, `version_mismatch`, and those of creation. */
  patch: Change
  /** The same, by what the whole record shall be. */
  replace: Change
  /** Errors: `not_found`, `version_mismatch`, `still_referenced`, and those of the kind. */
  remove: (ctx: Context, id: string, versions?: Versions) => Promise<void>
}

/** The verbs on a kind. Each writes one event, a change that changes nothing none. */
export function smallVerbs(kind: SmallKind): SmallVerbs {
  const { collection, read } = kind
  const settle = kind.settle ?? ((_tx, _ctx, after) => after)
  const note = (tx: Transaction, ctx: Context, verb: string, targetId: string, change: { before?: Document; after?: Document }, besides: readonly FieldChange[] = []) =>
    recordEvents(tx, ctx, [{ action: `${kind.action}.${verb}`, targetType: kind.name, targetId, changes: [{ path: '', ...change }, ...besides] }])
  const change = (ctx: Context, id: string, versions: Versions, changed: (before: Document) => unknown) => ctx.db.transaction(async (tx) => {
    await kind.lock?.(tx)
    const { document: before, version } = await read(tx, id, true)
    checkVersion({ meta: { version } }, versions)
    const given = validateEntry(collection, changed(before), before)
    await kind.update(tx, await settle(tx, ctx, { ...given, id }, before))
    const after = await read(tx, id)
    await kind.checkWritten?.(tx, after.document, before)
    if (after.version !== version) await note(tx, ctx, 'update', id, { before, after: after.document })
    return after
  })
  return {
    name: kind.name,
    read,
    create: async (ctx, input) => {
      const given = validateEntry(collection, input)
      return ctx.db.transaction(async (tx) => {
        const document = await settle(tx, ctx, { ...given, id: given.id ?? ctx.newId() })
        await kind.insert(tx, document)
        const made = await read(tx, document.id as string)
        await note(tx, ctx, 'create', document.id as string, { after: made.document })
        return made
      })
    },
    patch: (ctx, id, patch, versions) => change(ctx, id, versions, (before) => mergePatch(before, patch)),
    replace: (ctx, id, input, versions) => change(ctx, id, versions, (before) => (isObject(input) ? { id: before.id, ...input } : input)),
    remove: (ctx, id, versions) => ctx.db.transaction(async (tx) => {
      const { document: before, version } = await read(tx, id, true)
      checkVersion({ meta: { version } }, versions)
      await kind.refuseRemoval?.(tx, id)
      const letGo = kind.hintedAt ? (await clearReferences(tx, ctx, collection, [id])).taken.get(id) : []
      await kind.remove(tx, id)
      await note(tx, ctx, 'delete', id, { before }, letGo)
    }),
  }
}
