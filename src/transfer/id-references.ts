/**
 * References that a row gives by id. They too may lead to a record that stands later in the import, or to none: the plan
 * treats them like those given by another attribute.
 */
import { isObject, valueAt, type Attribute, type Document } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { user } from '../model/user.ts'
import type { ResourceName } from './attribute-place.ts'
import type { Reference } from './map-record.ts'

interface Place {
  path: string
  target: 'User' | 'Organization'
}

interface Places {
  own: readonly Place[]
  lists: readonly { path: string; inner: readonly Place[] }[]
}

function placesIn(attributes: readonly Attribute[]): Place[] {
  return attributes.flatMap(({ path, references, mutability }): Place[] =>
    (references === 'User' || references === 'Organization') && mutability !== 'readOnly' ? [{ path, target: references }] : [])
}

const placesOf = ({ attributes, collections }: typeof user): Places => ({
  own: placesIn(attributes),
  lists: collections.map((one) => ({ path: one.path, inner: placesIn(one.attributes) })).filter((one) => one.inner.length > 0),
})

const places: Record<ResourceName, Places> = {
  User: placesOf(user),
  Organization: placesOf(organization),
  Affiliation: { own: [{ path: 'user', target: 'User' }, { path: 'organization', target: 'Organization' }], lists: [] },
}

/** The people and organisations that a document names by their ids. What is no text is left for the verbs to refuse. */
export function idReferences(resource: ResourceName, document: Document): Reference[] {
  const found: Reference[] = []
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
