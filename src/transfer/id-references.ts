/**
 * References that a row gives by id. They too may lead to a record that stands later in the import, or to none: the plan
 * treats them like those given by another attribute.
 */
import { isObject, valueAt, type Attribute, type Document } from '../model/attribute.ts'
import { affiliations } from '../model/user-links.ts'
import { eachKind, isKind, resources, type Kind, type ResourceName } from './importable.ts'
import type { Reference } from './map-record.ts'

interface Place {
  path: string
  target: Kind
  /** Holds a list of ids. */
  many?: true
}

interface Places {
  own: readonly Place[]
  lists: readonly { path: string; inner: readonly Place[] }[]
}

function placesIn(attributes: readonly Attribute[]): Place[] {
  return attributes.flatMap(({ path, references, mutability, side }): Place[] =>
    isKind(references) && mutability !== 'readOnly' ? [{ path, target: references, ...(side && !side.single ? { many: true } : {}) }] : [])
}

const placesOf = ({ attributes, collections }: (typeof resources)[Kind]): Places => ({
  own: placesIn(attributes),
  lists: collections.map((one) => ({ path: one.path, inner: placesIn(one.attributes) })).filter((one) => one.inner.length > 0),
})

const places: Record<ResourceName, Places> = {
  ...eachKind((kind) => placesOf(resources[kind])),
  Affiliation: { own: [{ path: 'user', target: 'User' }, ...placesIn(affiliations.attributes)], lists: [] },
  // Its ends are references already, by whatever they were named.
  Edge: { own: [{ path: 'rights', target: 'Right', many: true }], lists: [] },
}

/** Every place of a record that may name another by its id: `alternateId`, `supervisors[*].supervisor`, `rights[*]`. */
export function referencePaths(): string[] {
  const pathOf = ({ path, many }: Place) => (many ? `${path}[*]` : path)
  return [...new Set(Object.values(places).flatMap(({ own, lists }) => [...own.map(pathOf), ...lists.flatMap(({ path, inner }) => inner.map((one) => `${path}[*].${pathOf(one)}`))]))]
}

/** The people and organisations that a document names by their ids. What is no text is left for the verbs to refuse. */
export function idReferences(resource: ResourceName, document: Document): Reference[] {
  const found: Reference[] = []
  const note = (path: string, target: Kind, value: unknown, column = path) => {
    if (typeof value === 'string' && value !== '') found.push({ path, resource: target, by: 'id', value, column, stands: true })
  }
  const look = (part: Document, some: readonly Place[], prefix: string) => {
    for (const { path, target, many } of some) {
      const value = valueAt(part, path)
      if (!many) note(prefix + path, target, value)
      else if (Array.isArray(value)) value.forEach((one: unknown, index) => note(`${prefix}${path}[${index}]`, target, one, prefix + path))
    }
  }
  look(document, places[resource].own, '')
  for (const { path, inner } of places[resource].lists) {
    const entries = document[path]
    if (!Array.isArray(entries)) continue
    entries.forEach((entry: unknown, index) => isObject(entry) && look(entry, inner, `${path}[${index}].`))
  }
  return found
}
