/**
 * Filters judged in memory, over a whole document: what the SQL of `store/filter-sql.ts` must agree with, held so by a
 * property test. Case is ignored letter by letter, as PostgreSQL's `lower` does in the locale C.UTF-8; names are
 * ordered by their letters, other texts by code point.
 */
import { isObject, valueAt, type Attribute, type CustomAttributes, type Document, type Resource } from './attribute.ts'
import { conditionOf, numberForm, type Condition, type Order, type Test } from './filter-condition.ts'
import type { Filter } from './filter.ts'
import { lowerPoint, nameOrder } from './name-order.ts'

/** Whether a document, with all its collections and custom attributes, meets a filter. Errors: `invalid_filter`. */
export function matchFilter(filter: Filter, document: Document, resource: Resource): boolean {
  return meets(document, conditionOf(filter, resource))
}

function meets(document: Document, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.terms.every((term) => meets(document, term))
    case 'or':
      return condition.terms.some((term) => meets(document, term))
    case 'not':
      return !meets(document, condition.term)
    case 'present':
      return valuesOf(document, condition.attribute).length > 0
    case 'compare':
      return valuesOf(document, condition.attribute).some((value) => passes(value, condition.test, condition.attribute.byLetters))
    case 'some': {
      const { collection, condition: inner } = condition
      const entries = (document[collection.path] ?? []) as Document[]
      return entries.some((entry) => inner === undefined || meets(entry, inner))
    }
    case 'custom': {
      const { custom, name, test } = condition
      return customValues(document, custom, name).some((value) => test === undefined || passesCustom(value, test))
    }
  }
}

function valuesOf(document: Document, attribute: Attribute): unknown[] {
  const value = valueAt(document, attribute.path)
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

function customValues(document: Document, custom: CustomAttributes, name: string | undefined): string[] {
  const attributes = document[custom.path]
  if (!isObject(attributes)) return []
  return Object.entries(attributes)
    .filter(([own]) => name === undefined || lower(own) === lower(name))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]) as string[])
}

const number = new RegExp(numberForm)

function passesCustom(value: string, test: Test): boolean {
  if (test.numeric) return number.test(value) && passes(Number(value), { ...test, value: Number(test.value) })
  return passes(value, test) || (test.also !== undefined && passes(value, { ...test, value: test.also }))
}

function passes(value: unknown, { operator, value: wanted, exact }: Test, byLetters?: true): boolean {
  if (typeof wanted !== 'string') return inOrder(operator as Order, Number(value) - Number(wanted))
  const [own, other] = exact ? [String(value), wanted] : [lower(String(value)), lower(wanted)]
  switch (operator) {
    case 'co':
      return own.includes(other)
    case 'sw':
      return own.startsWith(other)
    case 'ew':
      return own.endsWith(other)
    case 'eq':
      return own === other
    default:
      return inOrder(operator, byLetters ? compare(nameOrder(String(value)), nameOrder(wanted)) : compare(own, other))
  }
}

const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

function inOrder(operator: Order, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0
    case 'gt':
      return difference > 0
    case 'ge':
      return difference >= 0
    case 'lt':
      return difference < 0
    case 'le':
      return difference <= 0
  }
}

/** Letter by letter: JavaScript makes a final sigma of the last Σ. */
function lower(text: string): string {
  let result = ''
  for (const point of text) result += lowerPoint(point)
  return result
}
