/** What writing a record needs to know: what is particular to its kind, what it is to become, what became of it. */
import type { Context } from '../context.ts'
import type { Document, Resource } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import type { LoadedRecord } from '../model/rows.ts'
import type { Database, Transaction } from '../store/database.ts'

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
  /** Rules over a whole document, what it takes over from records that seldom change, and what follows from it at this instant. */
  complete?: (db: Pick<Database, 'query'>, pending: readonly Pending[], now: string) => Promise<void>
  /** Rules that only hold while others wait: the hierarchy. */
  check?: (tx: Transaction, pending: readonly Pending[]) => Promise<void>
  /** What else must know, in the same transaction. */
  written?: (tx: Transaction, ctx: Context, written: readonly Written[]) => Promise<void>
}

export interface Pending {
  action: string
  before?: { record: LoadedRecord; document: Document }
  after: Document
  /** What the verb changes besides, in tables that no document covers; its own event tells of it too. */
  besides?: readonly FieldChange[]
}

export interface Written {
  id: string
  before?: Document
  after: Document
  /** Paths of the fields that changed; empty at creation, when all did. */
  paths: string[]
}
