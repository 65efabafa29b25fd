/**
 * What a row says of a record, laid over what is known of it. A row never removes what it does not speak of: single
 * attributes are set (null empties them), custom attributes merge by name, entries of a collection are found again by
 * their id, by saying the same, or by their type, and only then added.
 */
import { isObject, type Collection, type Document, type Resource } from '../model/attribute.ts'

/** The record after the row. */
export function mergeImport(resource: Resource, before: Document, row: Document): Document {
  const after: Document = { ...before }
  for (const [key, value] of Object.entries(row)) {
    const collection = resource.collections.find((one) => one.path === key)
    if (collection) after[key] = mergeEntries(collection, (before[key] ?? []) as Document[], (value ?? []) as Document[])
    else if (value === null) delete after[key]
    else if (isObject(value)) after[key] = mergeObject(before[key], value)
    else after[key] = value
  }
  return after
}

function mergeObject(before: unknown, row: Document): Document {
  const merged: Document = { ...(isObject(before) ? before : {}), ...row }
  const kept = Object.entries(merged).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([name, value]) => [name, isObject(before) && Object.hasOwn(before, name) ? withEmpty(before[name], value) : value]))
}

/** Empty texts of lists from before they were refused are in no table: a row that says all the others changes nothing. */
function withEmpty(before: unknown, value: unknown): unknown {
  if (!Array.isArray(before) || !before.includes('')) return value
  return same(before.filter((one) => one !== ''), Array.isArray(value) ? value : [value]) ? before : value
}

/** The entries after the row; `path` names what two entries of a kind have in common. */
export function mergeEntries(collection: Collection, before: readonly Document[], row: readonly Document[]): Document[] {
  const entries = before.map((entry) => ({ ...entry }))
  const taken = new Set<Document>()
  for (const given of row) {
    const known = findEntry(collection, entries.filter((entry) => !taken.has(entry)), given)
    const merged: Document = known ? Object.assign(known, keptForms(known, mergeObject(known, given))) : { ...given }
    if (!known) entries.push(merged)
    taken.add(merged)
    if (merged.primary === true) for (const other of entries) if (other !== merged && other.primary === true) other.primary = false
  }
  return entries
}

/** What differs in nothing but how an accent is written stays as it is. */
const keptForms = (known: Document, merged: Document): Document => Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, same(known[key], value) ? known[key] : value]))

function findEntry(collection: Collection, entries: Document[], given: Document): Document | undefined {
  const says = (entry: Document) => Object.entries(given).every(([key, value]) => key === 'id' || value === null || same(entry[key], value))
  const byId = given.id === undefined ? undefined : entries.find((entry) => entry.id === given.id)
  if (byId) return byId
  const equal = entries.find(says)
  if (equal || collection.period) return equal ?? entries.find((entry) => samePeriod(collection, entry, given))
  const target = collection.attributes.find((one) => one.required && one.type === 'reference')?.path
  if (target) return entries.find((entry) => entry[target] === given[target])
  return given.type === undefined ? undefined : entries.find((entry) => entry.type === given.type)
}

function samePeriod(collection: Collection, entry: Document, given: Document): boolean {
  return entry[collection.period!.target] === given[collection.period!.target] && same(entry.start, given.start)
}

function same(a: unknown, b: unknown): boolean {
  if ((a ?? null) === (b ?? null)) return true
  if (typeof a === 'string' && typeof b === 'string') return a.normalize('NFC') === b.normalize('NFC')
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b)
}
