/**
 * Is this document one of ours? Every attribute known, of its type, within its limits, writable by a caller; every
 * problem is reported at once, each with its path. What a caller may repeat (read-only values as they stand, `meta`) is
 * accepted, so that a document that was read can be sent back.
 */
import { GatehouseError, type ErrorCode, type Problem } from '../errors.ts'
import { isObject, setValueAt, valueAt, type Attribute, type Collection, type Document, type Resource } from './attribute.ts'
import { languageFault } from './languages.ts'
import { addressFault, domainFault } from './mail-address.ts'
import { loginFault, nameFault } from './shown-name.ts'
import { userInfoFault, wordFault } from './text.ts'
import { checkValue } from './values.ts'

interface Found extends Problem {
  code: ErrorCode
}

/**
 * The document with its values checked and brought to the form they are kept in. `before` is the record as it stands
 * (absent at creation). With `trusted`, read-only attributes may be set: an import of ids and dates that exist.
 * Errors: one `GatehouseError` listing every problem, with the code of the first.
 */
export function validateDocument(resource: Resource, input: unknown, before?: Document, trusted = false): Document {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const { document, problems } = checkDocument(resource, input, before, trusted)
  raise(problems)
  return document
}

/** The same without errors: what of the document is as it should be, and all that is not. */
export function checkDocument(resource: Resource, input: Document, before?: Document, trusted = false): { document: Document; problems: (Problem & { code: ErrorCode })[] } {
  const found: Found[] = []
  const rules = { creating: before === undefined, trusted }
  const result = checkObject(resource.attributes, input, before, '', found, rules, [...(resource.custom ? ['attributes'] : []), ...resource.collections.map((one) => one.path)])
  for (const collection of resource.collections) {
    const entries = input[collection.path]
    if (entries === undefined) continue
    result[collection.path] = checkEntries(collection, entries, before?.[collection.path], collection.path, found, trusted)
  }
  const custom = resource.custom && checkCustom(input.attributes, 'attributes', found)
  if (custom) result.attributes = custom
  return { document: result, problems: found }
}

/** One entry of a collection, checked on its own: what the address below a record takes. */
export function validateEntry(collection: Collection, input: unknown, before?: Document, trusted = false): Document {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'The body must be a JSON object.')
  const found: Found[] = []
  const result = checkEntry(collection, input, before, '', found, trusted)
  raise(found)
  return result
}

/** Custom attributes on their own, as far as their shape goes. */
export function validateCustom(input: unknown): Document {
  const found: Found[] = []
  const result = checkCustom(input, 'attributes', found)
  raise(found)
  return result ?? {}
}

/** Errors: one with all that was found and the code of the first, if anything was. */
export function raise(found: readonly (Problem & { code: ErrorCode })[]): void {
  const first = found[0]
  if (!first) return
  const problems = found.map(({ path, message }) => ({ path, message }))
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : ''
  throw new GatehouseError(first.code, `${first.path}: ${first.message}${more}.`, { problems })
}

interface Rules {
  creating: boolean
  trusted: boolean
}

function checkObject(attributes: readonly Attribute[], input: Document, before: Document | undefined, prefix: string, found: Found[], rules: Rules, others: string[]): Document {
  const result: Document = {}
  rejectUnknown(attributes, input, prefix, found, others)
  for (const attribute of attributes) {
    const given = valueAt(input, attribute.path)
    const value = checkAttribute(attribute, given, before && valueAt(before, attribute.path), prefix + attribute.path, found, rules)
    if (value !== undefined) setValueAt(result, attribute.path, value)
  }
  return result
}

const knownNames = new WeakMap<readonly Attribute[], Map<string, Set<string> | null>>()

/** The names an object may have, and for sub-objects (`name`) the names below them. */
function namesOf(attributes: readonly Attribute[]): Map<string, Set<string> | null> {
  let known = knownNames.get(attributes)
  if (known) return known
  known = new Map()
  for (const { path } of attributes) {
    const dot = path.indexOf('.')
    if (dot < 0) known.set(path, null)
    else known.set(path.slice(0, dot), (known.get(path.slice(0, dot)) ?? new Set()).add(path.slice(dot + 1)))
  }
  knownNames.set(attributes, known)
  return known
}

/** What SCIM clients send along. */
const ofScim = ['resourceType', 'location']

/** `meta` and `schemas` are ours to write: whatever well-formed values they have are passed over, for they are older than the record mostly. */
function rejectUnknown(attributes: readonly Attribute[], input: Document, prefix: string, found: Found[], others: string[]): void {
  const known = namesOf(attributes)
  for (const [key, value] of Object.entries(input)) {
    if (key === 'schemas' && prefix === '' && Array.isArray(value) && value.every((one) => typeof one === 'string')) continue
    if (key === 'meta' && isObject(value)) checkMeta(attributes, value, prefix, found)
    const inner = known.get(key)
    if (inner === undefined && !others.includes(key)) found.push({ code: 'unknown_attribute', path: prefix + key, message: 'is not an attribute of this record' })
    else if (inner && value !== null && !isObject(value)) found.push({ code: 'invalid_value', path: prefix + key, message: 'must be an object' })
    else if (inner && isObject(value)) {
      for (const sub of Object.keys(value)) {
        if (!inner.has(sub) && !(key === 'meta' && ofScim.includes(sub))) found.push({ code: 'unknown_attribute', path: `${prefix}${key}.${sub}`, message: 'is not an attribute of this record' })
      }
    }
  }
}

function checkMeta(attributes: readonly Attribute[], meta: Document, prefix: string, found: Found[]): void {
  for (const attribute of attributes) {
    const given = attribute.path.startsWith('meta.') ? valueAt({ meta }, attribute.path) : undefined
    const checked = given === undefined || given === null ? undefined : checkValue(attribute, given)
    if (checked && 'message' in checked) found.push({ code: 'invalid_value', path: prefix + attribute.path, message: checked.message })
  }
}

function checkAttribute(attribute: Attribute, given: unknown, current: unknown, path: string, found: Found[], rules: Rules): unknown {
  const readOnly = attribute.mutability === 'readOnly' || (attribute.mutability === 'immutable' && !rules.creating)
  if (attribute.path.startsWith('meta.') && !rules.trusted) return current
  // What other records say is theirs to say, whatever a file brings.
  if (attribute.side?.single && rules.trusted) return current
  // What is true by other rows is not yet so of what is not there yet.
  if (readOnly && !rules.trusted) return keepCurrent(attribute, given, current ?? (attribute.expression && attribute.type === 'boolean' ? false : undefined), path, found)
  if (given === undefined || given === null) {
    if (attribute.default !== undefined) return attribute.default
    // Records from elsewhere may lack what we ask for; that must not keep the rest of them from changing.
    const lost = rules.creating || current !== undefined || given === null
    if (attribute.required && lost) found.push({ code: 'required_attribute', path, message: given === null ? 'must not be null' : 'is required' })
    return undefined
  }
  if (attribute.side) return checkList(attribute, given, path, found)
  // The same letters, written in two ways, are one name. What stands there from before stays as it is.
  const meant = attribute.form === 'login' && typeof given === 'string' && given !== current ? given.normalize('NFC') : given
  const checked = checkValue(attribute, meant)
  const fault = 'message' in checked ? checked.message : meant === current ? undefined : formFault(attribute, checked.value)
  if ('value' in checked && fault === undefined) return checked.value
  found.push({ code: 'invalid_value', path, message: fault! })
  return undefined
}

/** Records from before a rule must not be kept from changing by it, so it is asked of what is new only. */
const formFault = ({ form }: Attribute, value: unknown): string | undefined => (form === undefined ? undefined : forms[form](value as string))
const forms: Readonly<Record<NonNullable<Attribute['form']>, (value: string) => string | undefined>> = { address: userInfoFault, domain: domainFault, email: addressFault, language: languageFault, login: loginFault, name: nameFault, word: wordFault }

function keepCurrent(attribute: Attribute, given: unknown, current: unknown, path: string, found: Found[]): unknown {
  if (given !== undefined && given !== null && given !== current) {
    const checked = checkValue(attribute, given)
    if (!('value' in checked) || checked.value !== current) {
      const how = attribute.mutability === 'immutable' ? 'cannot be changed after creation' : 'is read-only'
      found.push({ code: 'read_only_attribute', path, message: `${how}; leave it out or repeat its current value` })
    }
  }
  return current
}

function checkList(attribute: Attribute, given: unknown, path: string, found: Found[]): unknown {
  if (!Array.isArray(given) || given.length > 100) {
    found.push({ code: 'invalid_value', path, message: 'must be a list of at most 100 values' })
    return undefined
  }
  given.forEach((value, index) => {
    const checked = checkValue({ ...attribute, required: true }, value)
    if ('message' in checked) found.push({ code: 'invalid_value', path: `${path}[${index}]`, message: checked.message })
  })
  return [...new Set(given)]
}

function checkEntries(collection: Collection, entries: unknown, before: unknown, path: string, found: Found[], trusted: boolean): Document[] {
  if (entries === null) return []
  if (!Array.isArray(entries)) {
    found.push({ code: 'invalid_value', path, message: 'must be a list' })
    return []
  }
  if (entries.length > collection.limit) {
    found.push({ code: 'invalid_value', path, message: `may have at most ${collection.limit} entries` })
    return []
  }
  const known = new Map((before as Document[] | undefined)?.map((entry) => [entry.id, entry]))
  const seen = new Set<unknown>()
  const result = entries.map((entry: unknown, index) => {
    const at = `${path}[${index}]`
    if (!isObject(entry)) {
      found.push({ code: 'invalid_value', path: at, message: 'must be an object' })
      return {}
    }
    const isForeign = entry.id !== undefined && !known.has(entry.id) && !trusted
    if (isForeign) found.push({ code: 'invalid_reference', path: `${at}.id`, message: 'is not the id of an entry of this record; leave it out to add one' })
    if (entry.id !== undefined && seen.has(entry.id)) found.push({ code: 'invalid_value', path: `${at}.id`, message: 'appears twice' })
    seen.add(entry.id)
    return checkEntry(collection, isForeign ? { ...entry, id: undefined } : entry, known.get(entry.id), `${at}.`, found, trusted)
  })
  if (collection.onePrimary && result.filter((entry) => entry.primary === true).length > 1) {
    found.push({ code: 'invalid_value', path, message: 'may have only one primary entry' })
  }
  return result
}

function checkEntry(collection: Collection, entry: Document, before: Document | undefined, prefix: string, found: Found[], trusted: boolean): Document {
  const others = collection.custom ? ['attributes'] : []
  const result = checkObject(collection.attributes, entry, before, prefix, found, { creating: before === undefined, trusted }, others)
  if (entry.id !== undefined && (before || trusted)) result.id = entry.id
  if (typeof result.start === 'string' && typeof result.end === 'string' && result.start >= result.end) {
    found.push({ code: 'invalid_value', path: `${prefix}end`, message: 'must lie after start' })
  }
  const custom = collection.custom ? checkCustom(entry.attributes, `${prefix}attributes`, found) : undefined
  if (custom) result.attributes = custom
  return result
}

const valueLimit = 64 * 1024

/** The shape of custom attributes: texts, numbers and truth values, or lists of those. What they mean is checked against their metadata. */
function checkCustom(given: unknown, path: string, found: Found[]): Document | undefined {
  if (given === undefined || given === null) return undefined
  if (!isObject(given)) {
    found.push({ code: 'invalid_value', path, message: 'must be an object of names and values' })
    return undefined
  }
  const result: Document = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue
    const values = Array.isArray(value) ? value : [value]
    const wrong = values.length > 100 || values.some((one) => !isPlain(one))
    if (wrong) found.push({ code: 'invalid_value', path: `${path}.${name}`, message: 'must be a text of at most 65,536 characters without U+0000, a number, true or false, or a list of at most 100 of those' })
    else if (values.length > 0) Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return result
}

const isPlain = (value: unknown): boolean => (typeof value === 'string' ? value.length <= valueLimit && !value.includes('\u0000') && value.isWellFormed() : typeof value === 'number' || typeof value === 'boolean')
