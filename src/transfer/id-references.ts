/**
 * References that a row gives by id. They too may lead to a record that stands later in the import, or to none: the plan
 * treats them like those given by another attribute.
 */
import { isObject, valueAt, type Attribute, type Document } from '../model/attribute.ts'
import { eachKind, isKind, resources, type Kind, type ResourceName } from './importable.ts'
import type { Reference } from './map-record.ts'

interface Place {
  path: string
  target: Kind
}

interface Places {
  own: readonly Place[]
  lists: readonly { path: string; inner: readonly Place[] }[]
}

function placesIn(attributes: readonly Attribute[]): Place[] {
  return attributes.flatMap(({ path, references, mutability }): Place[] =>
    isKind(references) && mutability !== 'readOnly' ? [{ path, target: references }] : [])
}

const placesOf = ({ attributes, collections }: (typeof resources)[Kind]): Places => ({
  own: placesIn(attributes),
  lists: collections.map((one) => ({ path: one.path, inner: placesIn(one.attributes) })).filter((one) => one.inner.length > 0),
})

const places: Record<ResourceName, Places> = {
  ...eachKind((kind) => placesOf(resources[kind])),
  Affiliation: { own: [{ path: 'user', target: 'User' }, { path: 'organization', target: 'Organization' }], lists: [] },
  // Its ends are references already, by whatever they were named.
  Edge: { own: [], lists: [] },
}

/** Every place of a record that may name another by its id: `alternateId`, `supervisors[*].supervisor`. */
export function referencePaths(): string[] {
  return [...new Set(Object.values(places).flatMap(({ own, lists }) =>
    [...own.map(({ path }) => path), ...lists.flatMap(({ path, inner }) => inner.map((one) => `${path}[*].${one.path}`))]))]
}

const rightsOf = ({ rights }: Document): Reference[] => (Array.isArray(rights) ? rights : []).flatMap((value: unknown, index) =>
  (typeof value === 'string' && value !== '' ? [{ path: `rights[${index}]`, resource: 'Right' as const, by: 'id', value, column: 'rights', stands: true as const }] : []))

/** The people and organisations that a document names by their ids. What is no text is left for the verbs to refuse. */
export function idReferences(resource: ResourceName, document: Document): Reference[] {
  const found: Reference[] = resource === 'Edge' ? rightsOf(document) : []
  const look = (part: Document, some: readonly Place[], prefix: string) => {
    for (const { path, target } of some) {
      const value = valueAt(part, path)
      if (typeof value === 'string' && value !== '') found.push({ path: prefix + path, resource: target, by: 'id', value, column: prefix + path, stands: true })
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
