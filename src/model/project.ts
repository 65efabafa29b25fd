/** Which attributes of a document an answer shows: RFC 7643 §7 "returned", narrowed or widened by `attributes=`. */
import { GatehouseError } from '../errors.ts'
import { isObject, setValueAt, valueAt, type Attribute, type Document, type Resource } from './attribute.ts'

export interface Selection {
  /** Paths asked for, lower case; undefined when nothing was asked. */
  paths: ReadonlySet<string> | undefined
  /** The collections an answer needs. */
  collections: readonly string[]
  /** Whether it needs custom attributes. */
  custom: boolean
}

/** Reads `attributes=a,b.c`. Errors: `unknown_attribute`. */
export function selectionOf(resource: Resource, attributes: string | undefined): Selection {
  if (attributes === undefined || attributes.trim() === '') {
    const collections = resource.collections.filter((one) => one.returned === 'default').map((one) => one.path)
    return { paths: undefined, collections, custom: true }
  }
  const typed = attributes.split(',').map((path) => path.trim()).filter((path) => path !== '')
  const known = knownPaths(resource)
  const meant = (path: string) => byPath(resource, path.toLowerCase())
  const unknown = typed.find((path) => !known.has(meant(path)) && !meant(path).startsWith('attributes.'))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `attributes: ${unknown} is not an attribute of ${resource.name}.`)
  const asked = typed.map(meant)
  const heads = new Set(asked.map((path) => path.split('.')[0]!))
  return {
    paths: new Set(asked),
    collections: resource.collections.filter((one) => heads.has(one.path.toLowerCase())).map((one) => one.path),
    custom: heads.has('attributes'),
  }
}

/** A collection also goes by the name it has in addresses, as in filters: `phones` for `phoneNumbers`. */
function byPath({ collections }: Resource, asked: string): string {
  const [head, ...rest] = asked.split('.')
  const named = collections.find(({ segment }) => segment.toLowerCase() === head)
  return named ? [named.path.toLowerCase(), ...rest].join('.') : asked
}

/** Everything that may be shown at all. */
export const wholeOf = (resource: Resource): Selection =>
  ({ paths: knownPaths(resource), collections: resource.collections.map((one) => one.path), custom: true })

function knownPaths(resource: Resource): Set<string> {
  const paths = ['attributes', 'meta', 'meta.resourceType', 'meta.location', ...resource.attributes.filter((one) => one.returned !== 'never').flatMap((one) => [one.path, one.path.split('.')[0]!])]
  for (const { path, attributes, custom } of resource.collections) paths.push(path, ...attributes.map((one) => `${path}.${one.path}`), ...(custom ? [`${path}.attributes`] : []))
  return new Set(paths.map((path) => path.toLowerCase()))
}

/** The document as an answer shows it, with its address in `meta`. */
export function project(resource: Resource, document: Document, selection: Selection, location: string): Document {
  const { paths } = selection
  const result: Document = {}
  for (const attribute of resource.attributes) {
    if (!shown(attribute, attribute.path, paths)) continue
    const value = valueAt(document, attribute.path)
    if (value !== undefined) setValueAt(result, attribute.path, value)
  }
  for (const { path, attributes } of resource.collections) {
    const entries = document[path] as Document[] | undefined
    if (entries && selection.collections.includes(path) && entries.length > 0) {
      result[path] = entries.map((entry) => projectEntry(attributes, entry, path, paths))
    }
  }
  const custom = selection.custom ? projectCustom(document.attributes, paths) : undefined
  if (custom) result.attributes = custom
  const meta = projectMeta({ resourceType: resource.name, ...(document.meta as Document), location }, paths)
  if (meta) result.meta = meta
  return result
}

function projectMeta(meta: Document, paths: ReadonlySet<string> | undefined): Document | undefined {
  if (paths === undefined || paths.has('meta')) return meta
  const chosen = Object.entries(meta).filter(([name]) => paths.has(`meta.${name}`.toLowerCase()))
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined
}

function shown(attribute: Attribute, path: string, paths: ReadonlySet<string> | undefined): boolean {
  if (attribute.returned === 'never' || attribute.path.startsWith('meta.')) return false
  if (attribute.returned === 'always') return true
  if (paths === undefined) return attribute.returned === 'default'
  const lower = path.toLowerCase()
  if (paths.has(lower)) return true
  const dot = lower.indexOf('.')
  return dot > 0 && attribute.returned === 'default' && paths.has(lower.slice(0, dot))
}

/** One entry of a collection as an answer shows it. */
export function projectEntry(attributes: readonly Attribute[], entry: Document, path: string, paths: ReadonlySet<string> | undefined): Document {
  const result: Document = {}
  const whole = paths === undefined || paths.has(path.toLowerCase())
  for (const attribute of attributes) {
    const visible = whole ? attribute.returned === 'default' || attribute.returned === 'always' || paths?.has(`${path}.${attribute.path}`.toLowerCase()) : shown(attribute, `${path}.${attribute.path}`, paths)
    if (visible && entry[attribute.path] !== undefined && attribute.returned !== 'never') result[attribute.path] = entry[attribute.path]
  }
  if ((whole || paths.has(`${path}.attributes`.toLowerCase())) && isObject(entry.attributes)) result.attributes = entry.attributes
  return result
}

function projectCustom(custom: unknown, paths: ReadonlySet<string> | undefined): Document | undefined {
  if (!isObject(custom)) return undefined
  if (paths === undefined || paths.has('attributes')) return custom
  const chosen = Object.entries(custom).filter(([name]) => paths.has(`attributes.${name}`.toLowerCase()))
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined
}
