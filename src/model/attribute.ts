/**
 * What one attribute is, written down once. Types, validation, filters, sorting, OpenAPI, SCIM's /Schemas, console
 * labels, the data dictionary and the Okta mapping read these lists; none of them keeps a list of its own.
 * The words are RFC 7643 §2.2 and §7: mutability, returned, uniqueness, caseExact.
 */
import type { DataType } from './data-type.ts'

export type AttributeType = 'string' | 'boolean' | 'integer' | 'decimal' | 'date' | 'dateTime' | 'reference' | 'binary'

export interface Attribute {
  /** The path in the API document, dotted for sub-attributes: `name.familyName`. */
  path: string
  /** The column of the resource's table. */
  column: string
  type: AttributeType
  /** The most characters a text may have. */
  length?: number
  /** The least that an integer may be. */
  least?: number
  required?: boolean
  mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly'
  returned: 'always' | 'default' | 'request' | 'never'
  uniqueness: 'none' | 'server'
  caseExact: boolean
  /** Who may see it by default: `personal` is shown to administrators and the person, `secret` to nobody. */
  sensitivity: 'normal' | 'personal' | 'secret'
  filterable: boolean
  /** Sortable attributes each have an index (sort key, id). */
  sortable: boolean
  /** A name: put in order by its letters, without case and accents, by `gatehouse.name_order`; ranges (gt, …) go by the same order. Other texts go by code points without case. */
  byLetters?: true
  /** Its folded text is part of the row's search_text, whose trigram index then serves co, sw and ew. */
  searched: boolean
  /** People may change their own (`PATCH /me`). */
  selfEditable?: true
  /** The value when none is given at creation. */
  default?: string | number | boolean
  /** The only values allowed. */
  canonical?: readonly string[]
  /** The form of a text, asked of what is new or changes: what stood there before the rule may stay. */
  form?: 'address' | 'domain' | 'email' | 'language' | 'login' | 'name' | 'word'
  /** What a reference points to. */
  references?: string
  /** For references to METADATA_TYPE: the grouping the type must belong to. */
  grouping?: string
  /** An expression over the resource's row (alias `t`, of an entry `c`) instead of a column, a condition where it is a boolean: the attribute exists only in answers. */
  expression?: string
  /**
   * Plain values from a table of their own (or a query in brackets): rows of (parent, value). Several, unless `single`: the first of them,
   * which only a record may have, and only to be read.
   */
  side?: { table: string; parentColumn: string; column: string; single?: true }
  label: string
  doc: string
  /** SCIM's path where it differs from ours. */
  scim?: string
}

/** Rows of a child table that appear as an array of objects in the document: e-mail addresses, affiliations, … */
export interface Collection {
  /** The name in the document: `phoneNumbers`. */
  path: string
  /** The last part of its address: `/users/{id}/phones`. */
  segment: string
  /** One of them, in titles and error messages. */
  label: string
  table: string
  idColumn: string
  parentColumn: string
  returned: 'default' | 'request'
  /** People may change their own (`PATCH /me`). */
  selfEditable?: true
  /** At most one row of a person may have `primary` true. */
  onePrimary: boolean
  attributes: readonly Attribute[]
  custom?: CustomAttributes
  /** Periods of the same pair (parent, this path) must not overlap. */
  period?: { target: string }
  /** An attribute of the record that the list below it tells as well: which way it is tied to others besides. */
  besides?: Attribute
  /** The most rows one document may have. */
  limit: number
  doc: string
}

/** Where attributes that administrators invent are kept: a row a name, and a row a value. */
export interface CustomAttributes {
  path: 'attributes'
  table: string
  idColumn: string
  parentColumn: string
  valueTable: string
  valueParent: string
  /** The METADATA_TYPE whose elements every record of this kind may carry. */
  everyType: string
  /** A single short value may stand in the row itself (LOGIN_ATTRIBUTE.VALUE). */
  inlineColumn?: string
  /** What the names in a filter are declared as, in lower case; absent, any name is taken, and its values as texts. */
  declared?: ReadonlyMap<string, DataType>
}

export type ResourceName = 'User' | 'Organization' | 'Group' | 'Role' | 'Resource' | 'Right'

/** What a filter can be held against: the rows of a table (or of a query in brackets), and which of their columns have a name. */
export interface FilterTarget {
  name: string
  table: string
  idColumn: string
  attributes: readonly Attribute[]
  collections: readonly Collection[]
  custom?: CustomAttributes
}

export interface Resource extends FilterTarget {
  name: ResourceName
  /** Its address: `/users`. */
  segment: string
  table: string
  idColumn: string
  attributes: readonly Attribute[]
  collections: readonly Collection[]
  /** Absent where administrators cannot declare attributes of their own. */
  custom?: CustomAttributes
  /** Whether what is searched for comes in an order of its own, which has an index (store/found-page.ts). */
  shuffled?: true
}

/** A kind of record that carries attributes of the administrators' own. */
export interface OpenResource extends Resource {
  custom: CustomAttributes
}

type Options = Partial<Omit<Attribute, 'path' | 'column' | 'type' | 'length' | 'label' | 'doc'>>

const defaults = {
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  caseExact: false,
  sensitivity: 'normal',
  filterable: true,
  sortable: false,
  searched: false,
} as const

function attribute(type: AttributeType, path: string, column: string, label: string, doc: string, options: Options, length?: number): Attribute {
  return { ...defaults, path, column, type, label, doc, ...(length === undefined ? {} : { length }), ...options }
}

/** A text of at most `length` characters. */
export const text = (path: string, column: string, length: number, label: string, doc: string, options: Options = {}) =>
  attribute('string', path, column, label, doc, options, length)

/** An identifier: compared exactly. */
export const identifier = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('string', path, column, label, doc, { caseExact: true, ...options }, 32)

/** The id of another record. */
export const reference = (path: string, column: string, target: string, label: string, doc: string, options: Options = {}) =>
  attribute('reference', path, column, label, doc, { caseExact: true, references: target, ...options }, 32)

/** The id of a METADATA_TYPE of one grouping. */
export const typeOf = (path: string, column: string, grouping: string, label: string, doc: string, options: Options = {}) =>
  reference(path, column, 'MetadataType', label, doc, { grouping, ...options })

/** A Y/N flag, true or false in the API. */
export const flag = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('boolean', path, column, label, doc, options)

export const date = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('date', path, column, label, doc, options)

export const dateTime = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('dateTime', path, column, label, doc, options)

export const integer = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('integer', path, column, label, doc, options)

export const binary = (path: string, column: string, label: string, doc: string, options: Options = {}) =>
  attribute('binary', path, column, label, doc, { filterable: false, caseExact: true, ...options })

/** What people may change of themselves. */
export const selfEditable: Options = { selfEditable: true }
/** Made by the server and never taken from a caller. */
export const readOnly: Options = { mutability: 'readOnly' }
/** Shown only when asked for by name. */
export const onRequest: Options = { returned: 'request' }
/** Personal data beyond what a directory shows. */
export const personal: Options = { sensitivity: 'personal' }

export type Document = Record<string, unknown>

/** The value at a dotted path, or undefined. */
export function valueAt(document: Document, path: string): unknown {
  const dot = path.indexOf('.')
  if (dot < 0) return document[path]
  const inner = document[path.slice(0, dot)]
  return isObject(inner) ? inner[path.slice(dot + 1)] : undefined
}

/** Sets the value at a dotted path, making the object on the way; undefined removes it. */
export function setValueAt(document: Document, path: string, value: unknown): void {
  const dot = path.indexOf('.')
  if (dot < 0) {
    if (value === undefined) delete document[path]
    else document[path] = value
    return
  }
  const head = path.slice(0, dot)
  if (!isObject(document[head])) {
    if (value === undefined) return
    document[head] = {}
  }
  setValueAt(document[head] as Document, path.slice(dot + 1), value)
}

/** True for a plain JSON object. */
export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}
