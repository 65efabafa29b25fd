/** Where a path of a mapping or a CSV header leads in the model: which attribute, and whether an import may set it. */
import { isObject, type Attribute, type Collection, type CustomAttributes } from '../model/attribute.ts'
import { edgeEntry } from '../model/edge-terms.ts'
import { affiliations } from '../model/user-links.ts'
import { formatPath, type Step } from './document-path.ts'
import { resources, type Kind, type ResourceName } from './importable.ts'

export interface Place {
  /** Absent for custom attributes (texts) and for the password. */
  attribute?: Attribute
  custom?: true
  password?: true
  /** May hold several values. */
  multiple: boolean
  /** An import may set it. */
  settable: boolean
}

interface Shape {
  attributes: readonly Attribute[]
  collections: readonly Collection[]
  custom?: CustomAttributes
}

/** An affiliation by itself: a row that ties a person to an organisation. */
const owner: Attribute = { ...affiliations.attributes.find((one) => one.path === 'organization')!, path: 'user', references: 'User' }

const shapes: Record<ResourceName, Shape> = {
  ...resources,
  Affiliation: { attributes: [owner, ...affiliations.attributes], collections: [] },
  // Its ends are rules of their own, and they and its start say which one it is.
  Edge: { attributes: edgeEntry.attributes.filter((one) => one.path !== 'id'), collections: [] },
}

/** The place of an end of an edge. */
export const endPlace = (type: string): Place => ({ attribute: { ...owner, path: 'end', references: type }, multiple: false, settable: true })

/** Read-only to callers, but an import brings them along: ids are kept, and so is where a person stands. */
const imported = new Set(['id', 'status', 'secondaryStatus'])

/** Secrets other than the password are not imported: they would stand in the plan. */
const isSettable = (attribute: Attribute) =>
  attribute.sensitivity !== 'secret' && (attribute.mutability !== 'readOnly' || imported.has(attribute.path))

/** The place a path leads to; a text that says what is wrong when it leads nowhere. */
export function placeOf(resource: ResourceName, steps: readonly Step[]): Place | string {
  const shape = shapes[resource]
  if (resource === 'User' && steps.length === 1 && steps[0] === 'password') {
    return { password: true, multiple: false, settable: true }
  }
  const collection = shape.collections.find((one) => one.path === steps[0])
  if (!collection) return placeIn(resource, shape, steps, 0)
  if (typeof steps[1] !== 'number') {
    return `${formatPath(steps)}: ${collection.path} is a list; write ${collection.path}[0] for its first entry or ${collection.path}[] for one entry a value.`
  }
  return placeIn(resource, { attributes: collection.attributes, collections: [], custom: collection.custom }, steps, 2)
}

function placeIn(resource: ResourceName, shape: Shape, steps: readonly Step[], from: number): Place | string {
  const rest = steps.slice(from)
  const unknown = `${formatPath(steps)}: ${resource} has no such attribute.`
  if (shape.custom && rest[0] === shape.custom.path) {
    const named = typeof rest[1] === 'string' && rest[1] !== ''
    const fits = rest.length === 2 || (rest.length === 3 && typeof rest[2] === 'number')
    return named && fits ? { custom: true, multiple: rest.length === 2, settable: true } : unknown
  }
  const indexed = typeof rest.at(-1) === 'number'
  const names = indexed ? rest.slice(0, -1) : rest
  if (names.some((step) => typeof step === 'number')) return unknown
  const path = names.join('.')
  const attribute = shape.attributes.find((one) => one.path === path)
  if (!attribute || (indexed && !attribute.side)) return unknown
  return { attribute, multiple: attribute.side !== undefined && !indexed, settable: isSettable(attribute) }
}

/** True when records of a resource can be found by this path: `employeeNumber`, `emails.value`, `attributes.code`. */
export function canFindBy(resource: Kind, path: string): boolean {
  const shape = shapes[resource]
  const [head = '', ...rest] = path.split('.')
  if (head === 'attributes') return rest.length > 0
  const collection = shape.collections.find((one) => one.path === head)
  const attribute = collection
    ? collection.attributes.find((one) => one.path === rest.join('.'))
    : shape.attributes.find((one) => one.path === path)
  return attribute !== undefined && attribute.filterable && attribute.expression === undefined
}

/** The document without what only the server makes, as an import hands it on. Attributes it doesn't know are kept. */
export function settableOnly(resource: Kind, document: Record<string, unknown>): Record<string, unknown> {
  const shape = shapes[resource]
  const made: Record<string, unknown> = pick(shape.attributes, document, '')
  for (const { path, attributes } of shape.collections) {
    const entries = made[path]
    if (!Array.isArray(entries)) continue
    made[path] = entries.map((entry: unknown) => (isObject(entry) ? pick(attributes, entry, '') : entry))
  }
  return made
}

/** The path of a secret in a document that an import may not bring, or undefined. */
export function secretIn(resource: Kind, document: Record<string, unknown>): string | undefined {
  const shape = shapes[resource]
  const secrets = (attributes: readonly Attribute[]) => attributes.filter((one) => one.sensitivity === 'secret')
  const own = secrets(shape.attributes).find(({ path }) => document[path] !== undefined)
  if (own) return own.path
  for (const { path, attributes } of shape.collections) {
    const entries: unknown[] = Array.isArray(document[path]) ? document[path] : []
    const at = entries.findIndex((entry) => secrets(attributes).some((one) => isObject(entry) && entry[one.path] !== undefined))
    if (at >= 0) return `${path}[${at}]`
  }
  return undefined
}

type Standing = 'settable' | 'made' | 'above'
const standings = new WeakMap<readonly Attribute[], ReadonlyMap<string, Standing>>()

/** What stands at each path of a list: an attribute one may set, one the server makes, or attributes below it. */
function pathsOf(attributes: readonly Attribute[]): ReadonlyMap<string, Standing> {
  const known = standings.get(attributes)
  if (known) return known
  const made = new Map<string, Standing>()
  for (const { path } of attributes) if (path.includes('.')) made.set(path.slice(0, path.indexOf('.')), 'above')
  for (const attribute of attributes) made.set(attribute.path, isSettable(attribute) ? 'settable' : 'made')
  standings.set(attributes, made)
  return made
}

function pick(attributes: readonly Attribute[], value: Record<string, unknown>, prefix: string): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix + key
    const known = pathsOf(attributes).get(path)
    if (known === 'made') continue
    if (known !== 'above' || !isObject(inner)) made[key] = inner
    else {
      const kept = pick(attributes, inner, `${path}.`)
      if (Object.keys(kept).length > 0) made[key] = kept
    }
  }
  return made
}
