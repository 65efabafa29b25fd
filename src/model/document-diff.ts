/** Which fields of a document differ, for the audit: path, before, after. Secrets appear as changed, never as values. */
import { valueAt, type Attribute, type Document, type Resource } from './attribute.ts'

export interface FieldChange {
  path: string
  before?: unknown
  after?: unknown
  /** Of the value of an entry that was not in use before the change, and is not after it; absent otherwise. */
  active?: false
}

/** At creation and deletion the whole document stands as one change, without its secrets. */
export function documentChanges(resource: Resource, before: Document | undefined, after: Document | undefined): FieldChange[] {
  if (!before) return [{ path: '', after: withoutSecrets(resource, after!) }]
  if (!after) return [{ path: '', before: withoutSecrets(resource, before) }]
  const changes = fieldChanges(resource.attributes, before, after, '')
  for (const collection of resource.collections) {
    if (after[collection.path] === undefined) continue
    changes.push(...entryChanges(collection.path, collection.attributes, entriesOf(before[collection.path]), entriesOf(after[collection.path])))
  }
  changes.push(...mapChanges(before.attributes, after.attributes, 'attributes'))
  return changes
}

const entriesOf = (value: unknown) => (value ?? []) as Document[]

function fieldChanges(attributes: readonly Attribute[], before: Document, after: Document, prefix: string): FieldChange[] {
  const changes: FieldChange[] = []
  for (const attribute of attributes) {
    if (attribute.path.startsWith('meta.') || attribute.path === 'lastModified' || attribute.path === 'lastUpdatedBy') continue
    const [old, now] = [valueAt(before, attribute.path), valueAt(after, attribute.path)]
    if (attribute.sensitivity === 'secret') {
      if (now !== undefined) changes.push({ path: prefix + attribute.path })
    } else if (!same(old, now)) changes.push(change(prefix + attribute.path, old, now))
  }
  return changes
}

function change(path: string, before: unknown, after: unknown): FieldChange {
  return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

function entryChanges(path: string, attributes: readonly Attribute[], before: Document[], after: Document[]): FieldChange[] {
  const old = new Map(before.map((entry) => [entry.id, entry]))
  const changes: FieldChange[] = []
  for (const entry of after) {
    const previous = old.get(entry.id)
    old.delete(entry.id)
    const at = `${path}[${String(entry.id ?? 'new')}]`
    if (!previous) changes.push({ path: at, after: strip(attributes, entry) })
    else changes.push(...fieldChanges(attributes, previous, entry, `${at}.`).map((one) => (outOfUse(previous, entry) && one.path === `${at}.value` ? { ...one, active: false as const } : one)), ...mapChanges(previous.attributes, entry.attributes, `${at}.attributes`))
  }
  for (const [id, entry] of old) changes.push({ path: `${path}[${String(id)}]`, before: strip(attributes, entry) })
  return changes
}

const outOfUse = (...states: Document[]) => states.every(({ active }) => active === false)

function mapChanges(before: unknown, after: unknown, prefix: string): FieldChange[] {
  const [old, now] = [(before ?? {}) as Document, (after ?? {}) as Document]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => !same(old[name], now[name]))
    .map((name) => change(`${prefix}.${name}`, old[name], now[name]))
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a ?? null) === (b ?? null) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

const secretNames = new WeakMap<readonly Attribute[], string[]>()

function strip(attributes: readonly Attribute[], document: Document): Document {
  let names = secretNames.get(attributes)
  if (!names) secretNames.set(attributes, (names = attributes.filter((one) => one.sensitivity === 'secret').map((one) => one.path)))
  if (!names.some((name) => document[name] !== undefined)) return document
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))
}

function withoutSecrets(resource: Resource, document: Document): Document {
  const result = { ...strip(resource.attributes, document) }
  delete result.meta
  for (const { path, attributes } of resource.collections) {
    const entries = result[path] as Document[] | undefined
    if (entries) result[path] = entries.map((entry) => strip(attributes, entry))
  }
  return result
}
