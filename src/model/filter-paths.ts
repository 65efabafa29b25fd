/** What the path of a filter means: an attribute of the record, of an entry of a collection, or a custom attribute. */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, Resource } from './attribute.ts'
import { plainPath } from './filter.ts'

export type PathMeaning =
  | { kind: 'attribute'; attribute: Attribute }
  /** Without an attribute the collection itself is meant: whether it has entries. */
  | { kind: 'collection'; collection: Collection; attribute: Attribute | undefined }
  | { kind: 'custom'; name: string | undefined }

const refuse = (message: string) => new GatehouseError('invalid_filter', `filter: ${message}.`)

/** Where one compares a collection as such, this attribute of its entries is meant: `emails co "@example"`. */
const principal = ['value', 'organization', 'supervisor', 'user', 'login', 'description', 'name']

/** Resolves a path, whatever its case. Errors: `invalid_filter` for unknown paths and those that cannot be filtered by. */
export function resolvePath(resource: Resource, path: string): PathMeaning {
  const plain = plainPath(path)
  const lower = plain.toLowerCase()
  const attribute = resource.attributes.find((one) => one.path.toLowerCase() === lower || one.scim?.toLowerCase() === path.toLowerCase())
  if (attribute) return { kind: 'attribute', attribute: filterable(attribute, plain) }
  if (lower === resource.custom.path || lower.startsWith(`${resource.custom.path}.`)) {
    const name = plain.slice(resource.custom.path.length + 1)
    return { kind: 'custom', name: name === '' ? undefined : name }
  }
  const collection = resource.collections.find((one) => [one.path, one.segment].some((name) => lower === name.toLowerCase() || lower.startsWith(`${name.toLowerCase()}.`)))
  if (!collection) throw refuse(`${plain} is not an attribute of ${resource.name}`)
  const dot = plain.indexOf('.')
  return { kind: 'collection', collection, attribute: dot < 0 ? undefined : entryAttribute(collection, plain.slice(dot + 1)) }
}

/** An attribute of a collection's entries. */
export function entryAttribute(collection: Collection, path: string): Attribute {
  const lower = path.toLowerCase()
  const attribute = collection.attributes.find((one) => one.path.toLowerCase() === lower)
  if (!attribute) throw refuse(`${path} is not an attribute of ${collection.path}`)
  return filterable(attribute, `${collection.path}.${path}`)
}

/** The attribute meant when a collection is compared as such. */
export function principalAttribute(collection: Collection): Attribute {
  const name = principal.find((one) => collection.attributes.some((attribute) => attribute.path === one))
  if (!name) throw refuse(`${collection.path} cannot be compared as a whole; name one of its attributes`)
  return collection.attributes.find((attribute) => attribute.path === name)!
}

function filterable(attribute: Attribute, path: string): Attribute {
  if (!attribute.filterable || attribute.returned === 'never') throw refuse(`${path} cannot be filtered by`)
  return attribute
}
