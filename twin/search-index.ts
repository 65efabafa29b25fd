/**
 * What `search`, `filter` and `q` see: a copy of the users that may lag behind, as Okta's index does, with an equality
 * index for each attribute that is asked for by `eq`, so that looking 100,000 people up one by one stays linear.
 */
import { createCollection } from './collection.ts'
import type { Collection } from './collection.ts'
import type { Expression } from './query.ts'

export interface SearchIndex<T extends { id: string }> {
  readonly items: Collection<T>
  /** Shows a new version (undefined: gone) once `due` has come; at once when it already has. */
  publish(id: string, item: T | undefined, due: number, now: number): void
  /** Lets everything due by `now` be seen. */
  advance(now: number): void
  /** Ids that alone can match, or null when only reading everything tells. */
  candidates(expression: Expression): Set<string> | null
}

type Equality = Map<string, Set<string>>

/** `valueAt` reads an attribute by its path, the same one the expressions are judged with. */
export function createSearchIndex<T extends { id: string }>(
  valueAt: (item: T, path: string) => unknown,
): SearchIndex<T> {
  const items = createCollection<T>()
  const equalities = new Map<string, Equality>()

  function keys(item: T, path: string): string[] {
    const value = valueAt(item, path)
    if (value === undefined || value === null) return []
    return (Array.isArray(value) ? value : [value]).map((element) => String(element).toLowerCase())
  }

  function place(equality: Equality, path: string, item: T): void {
    for (const key of keys(item, path)) {
      const ids = equality.get(key)
      if (ids) ids.add(item.id)
      else equality.set(key, new Set([item.id]))
    }
  }

  function displace(equality: Equality, path: string, item: T): void {
    for (const key of keys(item, path)) {
      const ids = equality.get(key)
      if (ids?.delete(item.id) && ids.size === 0) equality.delete(key)
    }
  }

  function show(id: string, item: T | undefined): void {
    const before = items.get(id)
    for (const [path, equality] of equalities) {
      if (before) displace(equality, path, before)
      if (item) place(equality, path, item)
    }
    if (item) items.put(item)
    else items.delete(id)
  }

  function equalityOf(path: string): Equality {
    const known = equalities.get(path)
    if (known) return known
    const equality: Equality = new Map()
    for (const item of items.values()) place(equality, path, item)
    equalities.set(path, equality)
    return equality
  }

  function candidates(expression: Expression): Set<string> | null {
    if (expression.kind === 'compare') {
      // A date may be written in many ways, so equal instants need not be equal text.
      if (expression.operator !== 'eq' || expression.value === null || expression.date) return null
      return equalityOf(expression.path).get(String(expression.value).toLowerCase()) ?? new Set()
    }
    const parts = expression.terms.map(candidates)
    if (expression.kind === 'and') {
      const known = parts.filter((part) => part !== null)
      return known.length === 0 ? null : known.reduce((least, part) => (part.size < least.size ? part : least))
    }
    const all = new Set<string>()
    for (const part of parts) {
      if (part === null) return null
      for (const id of part) all.add(id)
    }
    return all
  }

  return {
    items,
    ...createLag(show),
    candidates,
  }
}

/** Holds versions back until they are due. Writes may lag differently, and an older version must not overtake a newer one. */
function createLag<T>(show: (id: string, item: T | undefined) => void) {
  const waiting: { id: string; item: T | undefined; due: number; version: number }[] = []
  const newest = new Map<string, number>()
  let versions = 0

  function advance(now: number): void {
    let done = 0
    while (done < waiting.length && waiting[done]!.due <= now) {
      const { id, item, version } = waiting[done]!
      done += 1
      if (version < (newest.get(id) ?? 0)) continue
      newest.set(id, version)
      show(id, item)
    }
    if (done > 0) waiting.splice(0, done)
    if (waiting.length === 0) newest.clear()
  }

  function publish(id: string, item: T | undefined, due: number, now: number): void {
    if (due <= now && waiting.length === 0) return show(id, item)
    versions += 1
    let index = waiting.length
    while (index > 0 && waiting[index - 1]!.due > due) index -= 1
    waiting.splice(index, 0, { id, item, due, version: versions })
    if (due <= now) advance(now)
  }

  return { publish, advance }
}
