/** The attribute lists as JSON Schema (2020-12, the dialect of OpenAPI 3.1). */
import type { Attribute, Collection, Resource } from '../model/attribute.ts'

export interface Schema {
  $ref?: string
  title?: string
  description?: string
  type?: string | readonly string[]
  format?: string
  contentEncoding?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  properties?: Record<string, Schema>
  required?: readonly string[]
  additionalProperties?: Schema | boolean
  oneOf?: readonly Schema[]
  readOnly?: boolean
  writeOnly?: boolean
  /** Ours: cannot be changed after creation. */
  'x-immutable'?: boolean
  /** Ours: in answers only when `attributes=` names it. */
  'x-on-request'?: boolean
  'x-filterable'?: boolean
  'x-sortable'?: boolean
  /** Ours: the kind of record that this id belongs to. */
  'x-references'?: string
}

export const refTo = (component: string): Schema => ({ $ref: `#/components/schemas/${component}` })

const forms: Record<Attribute['type'], Schema> = {
  string: { type: 'string' },
  reference: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer', format: 'int32' },
  decimal: { type: 'number' },
  date: { type: 'string', format: 'date' },
  dateTime: { type: 'string', format: 'date-time' },
  binary: { type: 'string', contentEncoding: 'base64' },
}

/** One attribute. A list of plain values (`side`, not `single`) becomes an array of what one value is. */
export function attributeSchema(attribute: Attribute): Schema {
  const { type, length, canonical, least } = attribute
  const value: Schema = { ...forms[type], ...(length === undefined ? {} : { maxLength: length }), ...(least === undefined ? {} : { minimum: least }), ...(canonical ? { enum: canonical } : {}) }
  const shape: Schema = attribute.side && !attribute.side.single ? { type: 'array', items: value, maxItems: 100, uniqueItems: true } : value
  return { title: attribute.label, description: attribute.doc, ...shape, ...facts(attribute) }
}

function facts(attribute: Attribute): Schema {
  return {
    ...(attribute.default === undefined ? {} : { default: attribute.default }),
    ...(attribute.mutability === 'readOnly' ? { readOnly: true } : {}),
    ...(attribute.mutability === 'writeOnly' ? { writeOnly: true } : {}),
    ...(attribute.mutability === 'immutable' ? { 'x-immutable': true } : {}),
    ...(attribute.returned === 'request' ? { 'x-on-request': true } : {}),
    ...(attribute.references === undefined ? {} : { 'x-references': attribute.references }),
    'x-filterable': attribute.filterable,
    'x-sortable': attribute.sortable,
  }
}

/** Attributes as the properties of an object; dotted paths nest. */
export function objectSchema(attributes: readonly Attribute[]): Schema & { properties: Record<string, Schema> } {
  const properties: Record<string, Schema> = {}
  const nested = Map.groupBy(attributes.filter(({ path }) => path.includes('.')), ({ path }) => path.split('.')[0]!)
  for (const attribute of attributes) {
    const head = attribute.path.split('.')[0]!
    const below = nested.get(head)
    properties[head] ??= below ? objectSchema(below.map((one) => ({ ...one, path: one.path.slice(head.length + 1) }))) : attributeSchema(attribute)
  }
  const required = attributes.filter((one) => one.required && !one.path.includes('.')).map(({ path }) => path)
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
}

const customValue: Schema = { type: ['string', 'number', 'boolean'], maxLength: 65_536 }

export const customAttributes: Schema = {
  title: 'Custom attributes',
  description: 'Attributes declared under /metadata/elements, by name: a text, or a list of texts where several values are allowed. INTEGER and DECIMAL also take JSON numbers of at most 15 digits, and BOOLEAN true and false; answers have texts ("5", "true"), whatever was sent.',
  type: 'object',
  additionalProperties: { oneOf: [customValue, { type: 'array', items: customValue, maxItems: 100 }] },
}

/** The component of a collection's entries: `UserEmails`. */
export function entryComponent(resource: Pick<Resource, 'name'>, collection: Collection): string {
  return resource.name + collection.path[0]!.toUpperCase() + collection.path.slice(1)
}

/** One entry of a collection, or a record that stands alone. */
export function entrySchema(collection: Collection): Schema {
  const schema = objectSchema(collection.attributes)
  if (collection.custom) schema.properties.attributes = customAttributes
  return { title: capital(collection.label), description: collection.doc, ...schema }
}

/** A whole record: its attributes, its collections, its custom attributes, `meta`. */
export function resourceSchema(resource: Resource, doc: string): Schema {
  const schema = objectSchema(resource.attributes)
  for (const collection of resource.collections) {
    schema.properties[collection.path] = {
      description: collection.doc, type: 'array', items: refTo(entryComponent(resource, collection)), maxItems: collection.limit,
      ...(collection.returned === 'request' ? { 'x-on-request': true } : {}),
    }
  }
  schema.properties.attributes = customAttributes
  schema.properties.meta = metaSchema(resource, schema.properties.meta)
  return { title: resource.name, description: doc, ...schema }
}

function metaSchema(resource: Resource, own: Schema | undefined): Schema {
  const properties: Record<string, Schema> = {
    resourceType: { const: resource.name, type: 'string', description: 'What kind of record this is.', readOnly: true },
    ...own?.properties,
    location: { type: 'string', format: 'uri', description: 'The address of the record.', readOnly: true },
  }
  return { description: 'About the record itself; ignored when sent.', type: 'object', readOnly: true, properties }
}

/**
 * What a JSON Merge Patch (RFC 7396) of such a record may hold: only what can be changed, nothing required, and null
 * where a value may be taken away.
 */
export function patchSchema(schema: Schema): Schema {
  const open = Object.entries(schema.properties ?? {}).filter(([, property]) => !property.readOnly && !property['x-immutable'])
  const properties = Object.fromEntries(open.map(([name, property]) => [name, patchProperty(property, schema.required?.includes(name) ?? false)]))
  return { title: schema.title, description: 'A JSON Merge Patch: what is absent stays, null takes a value away, lists are replaced whole.', type: 'object', properties }
}

function patchProperty({ default: _, ...property }: Schema, required: boolean): Schema {
  if (required) return property
  if (property.type === 'object') {
    const inner = property.properties ? patchSchema(property) : property
    return { ...property, ...inner, title: property.title, description: property.description, type: ['object', 'null'], required: undefined, additionalProperties: patchValues(property) }
  }
  if (typeof property.type !== 'string') return property
  return { ...property, type: [property.type, 'null'], ...(property.enum ? { enum: [...property.enum, null] } : {}) }
}

function patchValues({ additionalProperties: values }: Schema): Schema['additionalProperties'] {
  return typeof values === 'object' && values.oneOf ? { oneOf: [...values.oneOf, { type: 'null' }] } : values
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1)
}
