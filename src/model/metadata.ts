/**
 * Attributes that administrators declare (METADATA_ELEMENT): which names a record may carry, and which values. Elements
 * of a kind's general type apply to every record; those of a record's own types are added.
 */
import type { Problem, ErrorCode } from '../errors.ts'
import { isObject, type CustomAttributes, type Document } from './attribute.ts'
import type { DataType } from './data-type.ts'
import type { FieldChange } from './document-diff.ts'
import { checkDate, checkInstant } from './values.ts'

export interface Element {
  id: string
  /** Rises with each change of the declaration; absent where it is not written yet. */
  version?: number
  /** The metadata type it belongs to. */
  typeId: string
  name: string
  dataType: DataType
  required: boolean
  multiValued: boolean
  selfEditable: boolean
  /** Its values stay out of the audit, which tells only that they changed. */
  sensitive: boolean
  /** False hides its values from all but those who have the resource, or may read sensitive data. */
  isPublic?: boolean
  resourceId?: string | null
  /** False leaves its changes out of the audit altogether. */
  audited?: boolean
  /** A regular expression the whole value must match, judged by PostgreSQL. */
  validator: string | null
  validValues: readonly string[]
  defaultValue: string | null
  maxLength: number | null
}

export interface Metadata {
  /** Grouping and whether it is in use, by TYPE_ID. */
  types: ReadonlyMap<string, { grouping: string; active: boolean }>
  elements: readonly Element[]
}

/** The elements that apply to a record of these types, by name. A type's own element wins over the general one. */
export function elementsFor(metadata: Metadata, custom: CustomAttributes, ...types: unknown[]): Map<string, Element> {
  const general = metadata.elements.filter(({ typeId }) => typeId === custom.everyType)
  const own = metadata.elements.filter(({ typeId }) => typeId !== custom.everyType && types.includes(typeId))
  return new Map([...general, ...own].map((element) => [element.name, element]))
}

/** Nothing, or a list of nothing. */
const isBlank = (value: unknown): boolean => (Array.isArray(value) ? value.every((one) => isBlank(one)) : value === undefined || value === null || (typeof value === 'string' && value.trim() === ''))

export interface Finding extends Problem {
  code: ErrorCode
}

/** A value that a validator must still judge. */
export interface PatternCheck {
  path: string
  value: string
  pattern: string
}

/**
 * Checks a record's custom attributes against their elements, fills in defaults at creation, and brings single values
 * of multi-valued attributes into a list. Only what is new is judged, so that a stricter rule does not block other changes of old
 * records: of a record that takes another type, also what that type requires, while it keeps what it had. `known` is what applied to it before, if it was there.
 */
export function checkCustomAttributes(
  given: unknown, before: unknown, elements: ReadonlyMap<string, Element>, path: string, known: ReadonlyMap<string, Element> | undefined,
): { attributes: Document | undefined; findings: Finding[]; patterns: PatternCheck[] } {
  const attributes: Document = isObject(given) ? { ...given } : {}
  const old: Document = isObject(before) ? before : {}
  const findings: Finding[] = []
  const patterns: PatternCheck[] = []
  for (const element of elements.values()) {
    const current = attributes[element.name]
    const creating = known?.get(element.name)?.id !== element.id
    if (current === undefined && creating && element.defaultValue !== null && !(element.multiValued && element.defaultValue === '')) {
      attributes[element.name] = element.multiValued ? [element.defaultValue] : element.defaultValue
    }
    if (element.required && isBlank(attributes[element.name]) && (creating || !isBlank(old[element.name]))) {
      findings.push({ code: 'required_attribute', path: `${path}.${element.name}`, message: 'is required' })
    }
  }
  for (const [name, given] of Object.entries(attributes)) {
    const element = elements.get(name)
    const value = element ? textsOf(element, given, `${path}.${name}`, findings) : given
    if (value === undefined) continue
    attributes[name] = value
    if (JSON.stringify(old[name]) === JSON.stringify(value)) continue
    if (!element) {
      const spelled = [...elements.keys()].find((one) => one.toLowerCase() === name.toLowerCase())
      findings.push({ code: 'unknown_attribute', path: `${path}.${name}`, message: spelled !== undefined ? `is declared as ${spelled}: write it so` : 'is not declared for this type of record; declare it under /metadata/elements' })
      continue
    }
    const listed = element.multiValued && !Array.isArray(value) ? [value] : value
    const refused = checkElementValue(element, listed, `${path}.${name}`, patterns)
    findings.push(...refused)
    attributes[name] = refused.length > 0 ? listed : Array.isArray(listed) ? listed.map((one) => canonicalValue(element, one as string)) : canonicalValue(element, listed as string)
  }
  return { attributes: Object.keys(attributes).length > 0 ? attributes : undefined, findings, patterns }
}

/** What is given, as the texts that are kept: JSON's own numbers and truth values stand for those of their type. Undefined when some are refused. */
function textsOf(element: Element, given: unknown, path: string, findings: Finding[]): unknown {
  if (typeof given === 'string') return given
  const texts = [given].flat().map((one, index) => {
    const text = jsonText(element.dataType, one)
    if ('text' in text) return text.text
    findings.push({ code: 'invalid_value', path: Array.isArray(given) ? `${path}[${index}]` : path, message: text.message })
    return undefined
  })
  if (texts.includes(undefined)) return undefined
  return Array.isArray(given) ? texts : texts[0]
}

const surely = 'than a JSON number surely keeps; write it as a text'

/** One value as a text; what a JSON number may have lost on its way is refused, as in filters. */
function jsonText(type: DataType, value: unknown): { text: string } | { message: string } {
  if (typeof value === 'boolean') return type === 'BOOLEAN' ? { text: String(value) } : { message: `must be a text: it is declared as ${type}, which true and false are not` }
  if (typeof value !== 'number') return { text: value as string }
  if (type === 'INTEGER' && !Number.isInteger(value)) return { message: 'must be a whole number' }
  if (type === 'INTEGER') return Number.isSafeInteger(value) ? { text: plainNumber(value) } : { message: `has more digits ${surely}` }
  if (type !== 'DECIMAL') return { message: `must be a text: it is declared as ${type}, which a number is not` }
  const text = plainNumber(value)
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '')
  const isExact = !text.includes('e') && (digits.length <= 15 || Number.isSafeInteger(value))
  return isExact ? { text } : { message: `has more digits ${surely}` }
}

/** A number without an exponent, where that is exact: JavaScript writes 0.0000001 as 1e-7. */
export function plainNumber(value: number): string {
  const [text, plain] = [String(value), value.toFixed(18)]
  return text.includes('e-') && Number(plain) === value ? canonicalNumber(plain) : text
}

/** Directories keep no empty text among several values, and a file of a table cannot tell it from none. One kept from before stays until its list changes. */
const noValue = 'must not be empty: leave the value out'

function checkElementValue(element: Element, value: unknown, path: string, patterns: PatternCheck[]): Finding[] {
  if (Array.isArray(value) && !element.multiValued) return [{ code: 'invalid_value', path, message: 'holds one value, not a list' }]
  const findings: Finding[] = []
  const values = (Array.isArray(value) ? value : [value]) as string[]
  values.forEach((one, index) => {
    const at = Array.isArray(value) ? `${path}[${index}]` : path
    const message = element.multiValued && one === '' ? noValue : refusal(element, one)
    if (message) findings.push({ code: 'invalid_value', path: at, message })
    else if (element.validator !== null) patterns.push({ path: at, value: one, pattern: element.validator })
  })
  return findings
}

/** Why an element does not take a value, its pattern aside; undefined when it does. */
export function refusal(element: Pick<Element, 'dataType' | 'maxLength' | 'validValues'>, value: string): string | undefined {
  if (element.maxLength !== null && [...value].length > element.maxLength) return `has more than ${element.maxLength} characters`
  if (element.validValues.length > 0 && !element.validValues.includes(value)) return `must be one of ${element.validValues.slice(0, 20).join(', ')}`
  const form = forms[element.dataType](value)
  return form === true ? undefined : form
}

const forms: Record<DataType, (value: string) => true | string> = {
  STRING: () => true,
  INTEGER: (value) => /^-?\d{1,18}$/.test(value) || 'must be a whole number of at most 18 digits',
  DECIMAL: (value) => /^-?\d{1,18}(\.\d{1,18})?$/.test(value) || 'must be a number of at most 18 digits on either side of the point',
  BOOLEAN: (value) => value === 'true' || value === 'false' || 'must be true or false',
  DATE: (value) => messageOf(checkDate(value)),
  DATETIME: (value) => messageOf(checkInstant(value)),
}

/**
 * The one form a value of its type is kept in, so that equal values are equal texts and dates stand in order: numbers without
 * needless zeros, instants in UTC. Where the administrator says what values look like, that is their form.
 */
function canonicalValue({ dataType, validator, validValues }: Element, value: string): string {
  if (validator !== null || validValues.length > 0) return value
  if (dataType === 'INTEGER' || dataType === 'DECIMAL') return canonicalNumber(value)
  const checked = dataType === 'DATETIME' ? checkInstant(value) : undefined
  return checked && 'value' in checked ? (checked.value as string) : value
}

/** A decimal number without needless zeros: `7` for `007`, `1.5` for `1.50`, `0` for `-0.0`. */
export function canonicalNumber(text: string): string {
  const [, sign, whole, fraction] = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text)!
  const digits = fraction ? `${whole}.${fraction}` : whole!
  return digits === '0' ? '0' : `${sign}${digits}`
}

function messageOf(checked: { value: unknown } | { message: string }): true | string {
  return 'message' in checked ? checked.message : true
}

/** The changes as the audit may keep them: of sensitive attributes that they changed, of unaudited ones nothing. */
export function auditedChanges(changes: readonly FieldChange[], metadata: Metadata): FieldChange[] {
  const hidden = new Map(metadata.elements.filter((one) => one.sensitive || one.audited === false).map((one) => [one.name, one.audited === false]))
  if (hidden.size === 0) return [...changes]
  return changes.flatMap((change): FieldChange[] => {
    const name = /(?:^|\.)attributes\.(.+)$/.exec(change.path)?.[1]
    if (name === undefined) return [mapBoth(change, (value) => withoutHidden(value, hidden))]
    if (!hidden.has(name)) return [change]
    return hidden.get(name) ? [] : [{ path: change.path }]
  })
}

function mapBoth(change: FieldChange, map: (value: unknown) => unknown): FieldChange {
  return { ...change, ...('before' in change ? { before: map(change.before) } : {}), ...('after' in change ? { after: map(change.after) } : {}) }
}

/** A whole record or entry, with those below it, without the custom attributes that are hidden. */
function withoutHidden(value: unknown, hidden: ReadonlyMap<string, boolean>): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutHidden(one, hidden))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    if (key !== 'attributes' || !isObject(inner)) return [key, Array.isArray(inner) ? withoutHidden(inner, hidden) : inner]
    return [key, Object.fromEntries(Object.entries(inner).filter(([name]) => !hidden.has(name)))]
  }))
}
