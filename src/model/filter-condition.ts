/**
 * A filter held against the attribute lists: paths become attributes, literals become values of their types, and what
 * can be said with less is (`ne` is not eq, `eq null` is not present, `emails.type eq "X"` is `emails[type eq "X"]`).
 * SQL and the in-memory evaluator both start from here, so that they agree on everything a filter may say.
 *
 * Every condition is true or false, never unknown: an absent value meets no comparison, and so meets each negated one.
 */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, CustomAttributes, FilterTarget } from './attribute.ts'
import type { Comparison, Filter, Literal } from './filter.ts'
import type { DataType } from './data-type.ts'
import { canonicalNumber, plainNumber } from './metadata.ts'
import { writtenForms } from './text.ts'
import { checkDate, checkInstant } from './values.ts'

export type Order = 'eq' | 'gt' | 'ge' | 'lt' | 'le'
export type Part = 'co' | 'sw' | 'ew'

export interface Test {
  operator: Order | Part
  /** A text, number or boolean as the attribute's type has it; dates and instants as the API writes them, in UTC. */
  value: string | number | boolean
  /** Another way to write the same, in which older values may stand. */
  also?: string
  /** Whether the texts are compared as numbers. */
  numeric?: true
  /** Whether the case of letters counts: for identifiers, and where the value is one of the canonical ones. */
  exact: boolean
}

/** What the value of a custom attribute must look like to be compared with a number; a regular expression. */
export const numberForm = '^-?[0-9]{1,18}([.][0-9]{1,18})?$'

export type Condition =
  | { kind: 'and' | 'or'; terms: Condition[] }
  | { kind: 'not'; term: Condition }
  | { kind: 'compare'; attribute: Attribute; test: Test }
  | { kind: 'present'; attribute: Attribute }
  /** One entry of the collection meets the condition; without one, there is an entry. */
  | { kind: 'some'; collection: Collection; condition: Condition | undefined }
  /** One value of the custom attribute (without a name: of any) meets the test; without one, there is a value. */
  | { kind: 'custom'; custom: CustomAttributes; name: string | undefined; test: Test | undefined }

/** What paths are looked up in: a record, or one entry of a collection. */
interface Owner {
  name: string
  attributes: readonly Attribute[]
  collections: readonly Collection[]
  custom?: CustomAttributes
}

type Ask = { operator: 'pr' } | { operator: Exclude<Comparison, 'ne'>; value: Literal }

/** The condition a filter stands for. Errors: `invalid_filter`, naming the attribute and what it takes. */
export function conditionOf(filter: Filter, resource: FilterTarget): Condition {
  return resolve(filter, resource)
}

function refuse(message: string): GatehouseError {
  return new GatehouseError('invalid_filter', `filter: ${message}.`)
}

function resolve(filter: Filter, owner: Owner): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, terms: filter.terms.map((term) => resolve(term, owner)) }
    case 'not':
      return { kind: 'not', term: resolve(filter.term, owner) }
    case 'entry':
      return entry(filter.path, filter.filter, owner)
    case 'present':
      return ask(filter.path, { operator: 'pr' }, owner)
    case 'compare': {
      const { path, operator, value } = filter
      if (operator === 'ne') return { kind: 'not', term: ask(path, { operator: 'eq', value }, owner) }
      return ask(path, { operator, value }, owner)
    }
  }
}

function entry(path: string, inner: Filter, owner: Owner): Condition {
  const plain = withoutSchema(path, owner)
  const found = collectionAt(plain, owner)
  if (!found || found.rest !== '') throw refuse(`${path} has no entries that [ ] could choose among`)
  return { kind: 'some', collection: found.collection, condition: resolve(inner, entryOwner(found.collection)) }
}

function entryOwner({ path, attributes, custom }: Collection): Owner {
  return { name: path, attributes, collections: [], custom }
}

function ask(path: string, question: Ask, owner: Owner): Condition {
  const attribute = attributeAt(path, owner)
  if (attribute) return attributeCondition(attribute, path, question, owner)
  const plain = withoutSchema(path, owner)
  const lower = plain.toLowerCase()
  if (owner.custom && (lower === owner.custom.path || lower.startsWith(`${owner.custom.path}.`))) {
    return customCondition(owner.custom, plain.slice(owner.custom.path.length + 1), question)
  }
  const found = collectionAt(plain, owner)
  if (found) return collectionCondition(found.collection, found.rest, question)
  return complexCondition(plain, question, owner)
}

function attributeAt(path: string, owner: Owner): Attribute | undefined {
  const known = byPath(owner.attributes)
  return known.get(path.toLowerCase()) ?? known.get(withoutSchema(path, owner).toLowerCase())
}

const pathMaps = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>()

/** Attributes by their paths in lower case, ours and SCIM's. */
function byPath(attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> {
  let paths = pathMaps.get(attributes)
  if (!paths) {
    const scim = attributes.flatMap((one) => (one.scim === undefined ? [] : [[one.scim.toLowerCase(), one] as const]))
    paths = new Map([...scim, ...attributes.map((one) => [one.path.toLowerCase(), one] as const)])
    pathMaps.set(attributes, paths)
  }
  return paths
}

/** RFC 7644 §3.10: an attribute may be written after the URN of its schema, whose last part is the resource's name. */
function withoutSchema(path: string, owner: Owner): string {
  if (!/^urn:/i.test(path)) return path
  const end = path.lastIndexOf(':')
  const schema = path.slice(0, end)
  if (schema.slice(schema.lastIndexOf(':') + 1).toLowerCase() !== owner.name.toLowerCase()) {
    throw refuse(`${path} is not an attribute of ${owner.name}`)
  }
  return path.slice(end + 1)
}

function collectionAt(path: string, owner: Owner): { collection: Collection; rest: string } | undefined {
  const [head = ''] = path.split('.', 1)
  const lower = head.toLowerCase()
  const isMeant = (name: string) => name.toLowerCase() === lower
  const collection = owner.collections.find(({ path, segment }) => isMeant(path) || isMeant(segment))
  return collection && { collection, rest: path.slice(head.length + 1) }
}

function collectionCondition(collection: Collection, rest: string, question: Ask): Condition {
  if (question.operator !== 'pr' && question.value === null) {
    if (question.operator !== 'eq') throw refuse(`${collection.path}: null goes with eq and ne alone`)
    return { kind: 'not', term: collectionCondition(collection, rest, { operator: 'pr' }) }
  }
  if (rest === '' && question.operator === 'pr') return { kind: 'some', collection, condition: undefined }
  const path = rest === '' ? principal(collection) : rest
  return { kind: 'some', collection, condition: ask(path, question, entryOwner(collection)) }
}

/** Where a collection is compared as such, what its entries are about is meant: `emails co "@example"`. */
function principal({ path, attributes }: Collection): string {
  const attribute = attributes.find((one) => one.path === 'value') ?? attributes.find((one) => one.required)
  if (!attribute) throw refuse(`${path} cannot be compared as a whole; name one of its attributes`)
  return attribute.path
}

/** `name pr`: some part of it is there. */
function complexCondition(path: string, question: Ask, owner: Owner): Condition {
  const prefix = `${path.toLowerCase()}.`
  const parts = owner.attributes.filter((one) => one.path.toLowerCase().startsWith(prefix) && one.filterable)
  if (parts.length === 0) throw refuse(`${path} is not an attribute of ${owner.name}; choose among ${choices(owner)}`)
  if (question.operator !== 'pr') {
    throw refuse(`${path} cannot be compared as a whole; name one of ${parts.map((one) => one.path).join(', ')}`)
  }
  return { kind: 'or', terms: parts.map((attribute) => ({ kind: 'present', attribute })) }
}

const isAllowed = (attribute: Attribute) => attribute.filterable && attribute.returned !== 'never'

/** What a filter may name instead. */
function choices({ attributes, collections, custom }: Owner): string {
  return [...attributes.filter(isAllowed), ...collections].map(({ path }) => path).concat(custom ? [`${custom.path}.NAME`] : []).join(', ')
}

function attributeCondition(attribute: Attribute, path: string, question: Ask, owner: Owner): Condition {
  if (!isAllowed(attribute)) throw refuse(`${path} cannot be filtered by; choose among ${choices(owner)}`)
  if (question.operator === 'pr') return { kind: 'present', attribute }
  const { operator, value } = question
  if (value === null) {
    if (operator !== 'eq') throw refuse(`${path}: null goes with eq and ne alone`)
    return { kind: 'not', term: { kind: 'present', attribute } }
  }
  const compare = (one: Value): Condition => ({ kind: 'compare', attribute, test: attributeTest(attribute, path, operator, one) })
  const forms = attribute.form === 'login' && typeof value === 'string' ? formsOf(value, operator) : [value]
  return forms.length === 1 ? compare(forms[0]!) : { kind: 'or', terms: forms.map(compare) }
}

/** Names to sign in with are kept with each accent in its letter; those from before may have it behind. In an order one place is meant. */
const formsOf = (name: string, operator: Order | Part): string[] => (operator in oneIsMeant ? [name.normalize('NFC')] : writtenForms(name))
const oneIsMeant: Partial<Record<Order | Part, true>> = { gt: true, ge: true, lt: true, le: true }

const orders: readonly string[] = ['eq', 'gt', 'ge', 'lt', 'le']

type Value = Exclude<Literal, null>

function attributeTest(attribute: Attribute, path: string, operator: Order | Part, value: Value): Test {
  switch (attribute.type) {
    case 'boolean':
      if (typeof value === 'boolean' && operator === 'eq') return { operator, value, exact: true }
      throw refuse(`${path}: takes true or false, with eq or ne`)
    case 'integer':
    case 'decimal':
      if (typeof value === 'number' && orders.includes(operator)) return { operator, value, exact: true }
      throw refuse(`${path}: takes a number, with eq, ne, gt, ge, lt or le`)
    case 'date':
    case 'dateTime':
      return { operator, value: timeValue(attribute, path, operator, value), exact: true }
    case 'binary':
      throw refuse(`${path}: is binary; it takes pr alone`)
    default:
      if (typeof value !== 'string') throw refuse(`${path}: takes a text in double quotes`)
      return textTest(attribute, operator, value)
  }
}

function textTest({ caseExact, canonical }: Attribute, operator: Order | Part, value: string): Test {
  const spelling = operator === 'eq' ? canonical?.find((one) => one.toLowerCase() === value.toLowerCase()) : undefined
  return { operator, value: spelling ?? value, exact: caseExact || spelling !== undefined }
}

/** An attribute that holds instants also takes a date: its first instant in UTC. */
function timeValue(attribute: Attribute, path: string, operator: Order | Part, value: Literal): string {
  if (!orders.includes(operator)) throw refuse(`${path}: is a time; it takes eq, ne, gt, ge, lt or le`)
  const asDate = checkDate(value)
  if (attribute.type === 'dateTime' && 'value' in asDate) return `${asDate.value as string}T00:00:00.000Z`
  const checked = attribute.type === 'date' ? asDate : checkInstant(value)
  if ('message' in checked) throw refuse(`${path}: ${checked.message}`)
  return checked.value as string
}

/** Values of custom attributes are kept as texts; what they are compared as, their declaration says. */
function customCondition(custom: CustomAttributes, given: string, question: Ask): Condition {
  const name = given === '' ? undefined : given
  const path = `${custom.path}.${given}`
  const type = name === undefined ? undefined : custom.declared?.get(name.toLowerCase())
  if (name !== undefined && custom.declared && type === undefined) throw refuse(`${path} is no attribute that anybody declared; see /metadata/elements`)
  if (question.operator === 'pr') return { kind: 'custom', custom, name, test: undefined }
  if (name === undefined) throw refuse(`${custom.path}: name one, as in ${custom.path}.department eq "Sales"`)
  const { operator, value } = question
  if (value === null) {
    if (operator !== 'eq') throw refuse(`${path}: null goes with eq and ne alone`)
    return { kind: 'not', term: { kind: 'custom', custom, name, test: undefined } }
  }
  if (!orders.includes(operator) && typeof value !== 'string') throw refuse(`${path}: ${operator} takes a text in double quotes`)
  const compared = orders.includes(operator) ? typedLiteral(path, type ?? 'STRING', operator as Order, value) : { value: value as string }
  return { kind: 'custom', custom, name, test: { operator, exact: false, ...compared } }
}

/**
 * What values of a declared type are compared with. Equality is of texts, in the one form that such values are kept in
 * (`canonicalValue`), as is the order of dates and instants; numbers have the order of numbers.
 */
function typedLiteral(path: string, type: DataType, operator: Order, value: string | number | boolean): Pick<Test, 'value' | 'also' | 'numeric'> {
  const text = typeof value === 'number' ? plainNumber(value) : String(value)
  const ordered = operator !== 'eq'
  const asKept = (kept: string) => ({ value: kept, ...(ordered || kept === text || typeof value !== 'string' ? {} : { also: text }) })
  if (typeof value === 'boolean' && (ordered || (type !== 'BOOLEAN' && type !== 'STRING'))) throw refuse(`${path}: true and false go with eq and ne alone`)
  switch (type) {
    case 'STRING':
      return ordered && typeof value === 'number' ? numeric(path, text) : { value: text }
    case 'BOOLEAN':
      if (ordered || !/^(true|false)$/i.test(text)) throw refuse(`${path}: takes true or false, with eq or ne`)
      return { value: text }
    case 'INTEGER':
    case 'DECIMAL':
      return ordered ? numeric(path, text) : asKept(canonicalNumber(numeric(path, text).value))
    default: {
      const asDate = checkDate(text)
      if (type === 'DATETIME' && 'value' in asDate) return asKept(`${asDate.value as string}T00:00:00.000Z`)
      const checked = type === 'DATE' ? asDate : checkInstant(text)
      if ('message' in checked) throw refuse(`${path}: ${checked.message}`)
      return asKept(checked.value as string)
    }
  }
}

const number = new RegExp(numberForm)

function numeric(path: string, text: string): { value: string; numeric: true } {
  if (!number.test(text)) throw refuse(`${path}: takes a number of at most 18 digits on either side of the point; no value has more`)
  return { value: text, numeric: true }
}
