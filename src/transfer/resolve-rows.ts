/** Which record does a row mean, and which records does it speak of? Answered for a batch of rows at a time. */
import { setValueAt, type Document } from '../model/attribute.ts'
import { comparedText } from '../model/text.ts'
import type { Database } from '../store/database.ts'
import { findByKey } from '../store/find-by-key.ts'
import { findPlanKeys } from '../store/plans.ts'
import { parsePath, setPath } from './document-path.ts'
import { eachKind, isKind, kinds, ownName, resources, type Kind } from './importable.ts'
import type { Key, MappedRecord, Reference } from './map-record.ts'

/** Answers of the directory and of the plan so far, by resource, path and value. */
export interface Lookup {
  /** The ids of existing records with this value. */
  existing: (kind: Kind, key: Key) => readonly string[]
  /** The record that an earlier row makes or changes under this value. */
  planned: (kind: Kind, key: Key) => { targetId: string; line: number } | undefined
}

/** A key as the plan keeps it. */
export const keyText = ({ path, value }: Key): string => `${path}=${path === 'id' ? value : comparedText(value)}`

/** The keys of a row, and what nobody else may have besides: a user name, whether the mapping looks by it or not. */
export function uniqueKeys({ resource, correlate, document }: MappedRecord): readonly Key[] {
  const path = isKind(resource) ? ownName[resource] : undefined
  const value = path === undefined ? undefined : document[path]
  if (typeof value !== 'string' || correlate.some((key) => key.path === path)) return correlate
  return [...correlate, { path: path!, value }]
}

/** Looks up every key and reference of some rows: one statement for each attribute in use. */
export async function lookUp(db: Database, planId: string, rows: readonly MappedRecord[]): Promise<Lookup> {
  const asked = eachKind(() => new Map<string, Set<string>>())
  const ask = (kind: Kind, { path, value }: Key) => asked[kind].set(path, (asked[kind].get(path) ?? new Set()).add(value))
  for (const row of rows) {
    if (isKind(row.resource)) for (const key of uniqueKeys(row)) ask(row.resource, key)
    for (const { resource, by, value } of row.references) ask(resource, { path: by, value })
  }
  const found = eachKind(() => new Map<string, Map<string, string[]>>())
  const planned = eachKind(() => new Map<string, { targetId: string; line: number }>())
  for (const kind of kinds) {
    for (const [path, values] of asked[kind]) found[kind].set(path, await findByKey(db, resources[kind], path, [...values]))
    const keys = [...asked[kind]].flatMap(([path, values]) => [...values].map((value) => keyText({ path, value })))
    planned[kind] = await findPlanKeys(db, planId, kind, [...new Set(keys)])
  }
  return {
    existing: (kind, { path, value }) => found[kind].get(path)?.get(comparedText(value)) ?? [],
    planned: (kind, key) => planned[kind].get(keyText(key)),
  }
}

export type Correlated = { id: string } | { none: true } | { conflict: string }

/** The record a row means: the first of its keys that finds one decides. */
export function correlate(lookup: Lookup, kind: Kind, keys: readonly Key[]): Correlated {
  for (const key of keys) {
    const ids = lookup.existing(kind, key)
    if (ids.length > 1) return { conflict: `${key.path} finds ${ids.length} records: ${ids.slice(0, 5).join(', ')}` }
    if (ids.length === 1) return { id: ids[0]! }
  }
  return { none: true }
}

/** Puts the ids of referenced records into a document; those found nowhere (yet) are returned. Errors as text. */
export function resolveReferences(document: Document, references: readonly Reference[], find: (reference: Reference) => string | undefined): Reference[] {
  const open: Reference[] = []
  for (const reference of references) {
    const id = find(reference)
    if (id === undefined) open.push(reference)
    else place(document, reference.path, id)
  }
  return open
}

function place(document: Document, path: string, id: string): void {
  const steps = parsePath(path)
  if (typeof steps === 'string') setValueAt(document, path, id)
  else setPath(document, steps, id)
}
