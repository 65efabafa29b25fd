/**
 * From a filter's tree to SQL over the alias `t`, every value a parameter. Three-valued logic stays inside: a condition
 * on an absent value is null, null counts as false, and `not` and `ne` turn it with `is not true`, so that each filter
 * and its negation part the records cleanly. Expressions are those of the indexes; where the folded search text covers
 * an attribute, its trigram index narrows `co`, `sw` and `ew` first.
 */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, Resource } from '../model/attribute.ts'
import { entryAttribute, principalAttribute, resolvePath } from '../model/filter-paths.ts'
import type { Comparison, Filter, Literal } from '../model/filter.ts'
import { fold, searchWords } from '../model/fold.ts'
import { checkDate, checkInstant } from '../model/values.ts'

export interface SqlCondition {
  sql: string
  params: unknown[]
}

interface Scope {
  resource: Resource
  params: unknown[]
  first: number
  /** Set inside `collection[…]`: paths are those of its entries, over the alias c. */
  collection?: Collection
}

/** The condition of a filter; its parameters are numbered from `first`. Errors: `invalid_filter`. */
export function compileFilter(filter: Filter, resource: Resource, first: number): SqlCondition {
  const scope: Scope = { resource, params: [], first }
  return { sql: compile(filter, scope), params: scope.params }
}

/** The condition of a type-ahead: every word begins some word of the record. A text without any word finds nobody. */
export function compileSearch(q: string, first: number): SqlCondition {
  const words = searchWords(q)
  if (words.length === 0) return { sql: q.trim() === '' ? 'true' : 'false', params: [] }
  const some = words.slice(0, 10)
  return { sql: some.map((_, index) => `t.search_text like $${first + index}`).join(' and '), params: some.map((word) => `% ${word}%`) }
}

function parameter(scope: Scope, value: unknown): string {
  scope.params.push(value)
  return `$${scope.first + scope.params.length - 1}`
}

const refuse = (message: string) => new GatehouseError('invalid_filter', `filter: ${message}.`)

function compile(filter: Filter, scope: Scope): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.terms.map((term) => compile(term, scope)).join(` ${filter.kind} `)})`
    case 'not':
      return `((${compile(filter.term, scope)}) is not true)`
    case 'entry':
      return entryCondition(filter.path, filter.filter, scope)
    case 'present':
      return scope.collection ? present(entryAttribute(scope.collection, filter.path), 'c') : presence(filter.path, scope)
    case 'compare':
      if (filter.operator === 'ne') return `((${compile({ ...filter, operator: 'eq' }, scope)}) is not true)`
      if (scope.collection) return comparison(entryAttribute(scope.collection, filter.path), 'c', filter.operator, filter.value, scope)
      return topComparison(filter.path, filter.operator, filter.value, scope)
  }
}

function entryCondition(path: string, inner: Filter, scope: Scope): string {
  const meaning = scope.collection ? undefined : resolvePath(scope.resource, path)
  if (meaning?.kind !== 'collection' || meaning.attribute) throw refuse(`${path} has no entries that [ ] could choose among`)
  const { collection } = meaning
  return exists(scope.resource, collection, compile(inner, Object.assign(Object.create(scope) as Scope, { collection })))
}

function exists(resource: Resource, collection: Collection, condition: string): string {
  return `exists (select from ${collection.table} c where c.${collection.parentColumn} = t.${resource.idColumn} and ${condition})`
}

function presence(path: string, scope: Scope): string {
  const { resource } = scope
  const meaning = resolvePath(resource, path)
  if (meaning.kind === 'attribute') return present(meaning.attribute, 't')
  if (meaning.kind === 'collection') return exists(resource, meaning.collection, meaning.attribute ? present(meaning.attribute, 'c') : 'true')
  const { custom } = resource
  const named = meaning.name === undefined ? 'true' : `lower(a.name) = lower(${parameter(scope, meaning.name)})`
  return `exists (select from ${custom.table} a where a.${custom.parentColumn} = t.${resource.idColumn} and ${named})`
}

function present(attribute: Attribute, alias: string): string {
  if (attribute.expression) return 'true'
  return attribute.side ? sideExists(attribute, 'true') : `${alias}.${attribute.column} is not null`
}

function topComparison(path: string, operator: Comparison, value: Literal, scope: Scope): string {
  const { resource } = scope
  const meaning = resolvePath(resource, path)
  if (meaning.kind === 'attribute') return comparison(meaning.attribute, 't', operator, value, scope)
  if (meaning.kind === 'custom') return customComparison(meaning.name, operator, value, scope)
  const attribute = meaning.attribute ?? principalAttribute(meaning.collection)
  if (value === null) return `((${presence(path, scope)}) is not true)`
  return exists(resource, meaning.collection, comparison(attribute, 'c', operator, value, scope))
}

function comparison(attribute: Attribute, alias: string, operator: Comparison, value: Literal, scope: Scope): string {
  if (value === null) {
    if (operator !== 'eq') throw refuse(`${attribute.path}: null goes with eq and ne alone`)
    return `((${present(attribute, alias)}) is not true)`
  }
  switch (attribute.type) {
    case 'boolean':
      return booleanComparison(attribute, alias, operator, value)
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number' || !(operator in ordering)) throw refuse(`${attribute.path}: takes a number and eq, ne, gt, ge, lt or le`)
      return `${alias}.${attribute.column} ${ordering[operator]} ${parameter(scope, value)}::numeric`
    case 'date':
    case 'dateTime':
      return timeComparison(attribute, alias, operator, value, scope)
    default:
      return textComparison(attribute, alias, operator, value, scope)
  }
}

const ordering: Partial<Record<Comparison, string>> = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' }

function booleanComparison(attribute: Attribute, alias: string, operator: Comparison, value: Literal): string {
  if (typeof value !== 'boolean' || operator !== 'eq') throw refuse(`${attribute.path}: takes true or false, with eq or ne`)
  if (attribute.expression) return value ? attribute.expression : `(${attribute.expression} is not true)`
  return `${alias}.${attribute.column} = '${value ? 'Y' : 'N'}'`
}

function timeComparison(attribute: Attribute, alias: string, operator: Comparison, value: Literal, scope: Scope): string {
  const sign = ordering[operator]
  if (!sign) throw refuse(`${attribute.path}: is a time; it takes eq, ne, gt, ge, lt or le`)
  const asDate = checkDate(value)
  const checked = attribute.type === 'date' || 'value' in asDate ? asDate : checkInstant(value)
  if ('message' in checked) throw refuse(`${attribute.path}: ${checked.message}`)
  const literal = `${parameter(scope, checked.value)}::${'value' in asDate ? 'date' : 'timestamptz'}`
  const column = `${alias}.${attribute.column}`
  // The index holds the empty as infinity; what lies after a time must not find them.
  const indexed = attribute.sortable && alias === 't' ? `coalesce(${column}, 'infinity')` : column
  return sign.startsWith('>') && indexed !== column ? `(${indexed} ${sign} ${literal} and ${column} is not null)` : `${indexed} ${sign} ${literal}`
}

function sideExists(attribute: Attribute, condition: string): string {
  const { table, parentColumn } = attribute.side!
  return `exists (select from ${table} s where s.${parentColumn} = c.membership_id and ${condition})`
}

function textComparison(attribute: Attribute, alias: string, operator: Comparison, value: Literal, scope: Scope): string {
  if (typeof value !== 'string') throw refuse(`${attribute.path}: takes a text in double quotes`)
  if (attribute.side) return sideExists(attribute, `s.${attribute.side.column} ${textCondition(attribute, operator, value, scope)}`)
  const column = `${alias}.${attribute.column}`
  const sorted = attribute.sortable && alias === 't' && !attribute.caseExact
  const operand = attribute.caseExact ? column : sorted ? `coalesce(lower(${column}), chr(1114111)) collate "C"` : `lower(${column}) collate "C"`
  const condition = `${operand} ${textCondition(attribute, operator, value, scope)}`
  const isOrder = operator !== 'eq' && operator in ordering
  const whole = sorted && isOrder ? `(${condition} and ${column} is not null)` : condition
  const narrowed = operator in like && attribute.searched ? prefilter(value, scope) : undefined
  return narrowed ? `(${narrowed} and ${whole})` : whole
}

const like: Partial<Record<Comparison, (escaped: string) => string>> = {
  co: (escaped) => `%${escaped}%`,
  sw: (escaped) => `${escaped}%`,
  ew: (escaped) => `%${escaped}`,
}

function textCondition(attribute: Attribute, operator: Comparison, value: string, scope: Scope): string {
  const pattern = like[operator]
  const given = parameter(scope, pattern ? pattern(value.replace(/[\\%_]/g, '\\$&')) : value)
  const operand = attribute.caseExact ? given : `lower(${given})`
  return pattern ? `like ${operand}` : `${ordering[operator]!} ${operand}`
}

/** Folding keeps parts parts: what contains the text contains its fold. Under three letters no trigram narrows anything. */
function prefilter(value: string, scope: Scope): string | undefined {
  const folded = fold(value)
  return /[^ ]{3}/.test(folded) ? `t.search_text like ${parameter(scope, `%${folded}%`)}` : undefined
}

function customComparison(name: string | undefined, operator: Comparison, value: Literal, scope: Scope): string {
  const { resource } = scope
  const { custom } = resource
  if (name === undefined) throw refuse('attributes: name one, as in attributes.department eq "Sales"')
  if (value === null) return `((${presence(`${custom.path}.${name}`, scope)}) is not true)`
  const text = typeof value === 'string' ? value : String(value)
  const named = `lower(a.name) = lower(${parameter(scope, name)})`
  const attribute = { path: `${custom.path}.${name}`, caseExact: false } as Attribute
  const whole = `lower(v.attr_value) collate "C" ${textCondition(attribute, operator, text, scope)}`
  // The index holds the first 256 characters; they decide first.
  const indexed = operator === 'eq' ? ` and lower(left(v.attr_value, 256)) collate "C" = lower(left(${parameter(scope, text)}, 256))` : ''
  return `exists (select from ${custom.table} a join ${custom.valueTable} v on v.${custom.valueParent} = a.${custom.idColumn}
    where a.${custom.parentColumn} = t.${resource.idColumn} and ${named} and ${whole}${indexed})`
}
