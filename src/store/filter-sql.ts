/**
 * From a filter to SQL over the alias `t`, every value a parameter. Three-valued logic stays inside: a comparison with
 * an absent value is null, null counts as false, and `not` turns it with `is not true`, so that each filter and its
 * negation part the records cleanly. Expressions are those of the indexes in `migrations/`; where the folded search
 * text covers an attribute, its trigram index narrows `co`, `sw`, `ew` and unindexed `eq` first.
 */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, CustomAttributes, FilterTarget } from '../model/attribute.ts'
import { conditionOf, numberForm, type Condition, type Test } from '../model/filter-condition.ts'
import type { Filter } from '../model/filter.ts'
import { fold, searchWords } from '../model/fold.ts'
import { hasTrigram, searchTextLike } from './search-text.ts'
import { ordered, textOrder, uncounted } from './text-order.ts'

export interface SqlCondition {
  sql: string
  params: unknown[]
}

/**
 * What a filter asks of the folded search text, when it asks for nothing else but yes or no: those who meet the filter
 * are among those who meet this. Undefined when a part of it could be looked up in another way, or has nothing to look up.
 */
export function searchOfFilter(filter: Filter, resource: FilterTarget, first: number): SqlCondition | undefined {
  const params: unknown[] = []
  const parameter = (value: unknown) => `$${first + params.push(value) - 1}`
  const terms = searched(conditionOf(filter, resource), { alias: 't', table: resource.table, idColumn: resource.idColumn, parameter })
  return terms && { sql: terms.join(' and ') || 'true', params }
}

function searched(condition: Condition, scope: Scope): string[] | undefined {
  if (condition.kind === 'and') {
    const terms = condition.terms.map((term) => searched(term, scope))
    return terms.includes(undefined) ? undefined : (terms as string[][]).flat()
  }
  if (condition.kind === 'compare' && condition.attribute.type === 'boolean') return []
  const terms = condition.kind === 'compare' ? prefilters(condition, scope) : condition.kind === 'some' && condition.condition ? prefilters(condition.condition, scope) : []
  return terms.length > 0 ? terms : undefined
}

/** The row that a condition speaks of: of the record (t) or of an entry of one of its collections (c). */
interface Scope {
  alias: 't' | 'c'
  table: string
  idColumn: string
  /** Adds a parameter and gives its place, `$7`. */
  parameter: (value: unknown) => string
}

/** The condition of a filter; its parameters are numbered from `first`. Errors: `invalid_filter`. */
export function compileFilter(filter: Filter, resource: FilterTarget, first: number): SqlCondition {
  const params: unknown[] = []
  const parameter = (value: unknown) => `$${first + params.push(value) - 1}`
  const sql = compile(conditionOf(filter, resource), { alias: 't', table: resource.table, idColumn: resource.idColumn, parameter })
  return { sql, params }
}

const longestSearch = 200

/**
 * The condition of a type-ahead: every word begins some word of the record. A text without any letter or digit finds
 * nobody. Errors: `invalid_parameter` when it is longer than 200 characters.
 */
export function compileSearch(q: string, first: number): SqlCondition {
  if (q.length > longestSearch) {
    throw new GatehouseError('invalid_parameter', `q: has ${q.length} characters; at most ${longestSearch} may be.`)
  }
  const params: string[] = []
  const words = wordsOfSearch(q).map(({ patterns }) => {
    const places = patterns.map((pattern) => searchTextLike(pattern, (value) => `$${first + params.push(value) - 1}`))
    return places.length === 1 ? places[0]! : `(${places.join(' or ')})`
  })
  return { sql: words.join(' and ') || (q.trim() === '' ? 'true' : 'false'), params }
}

/** A word that was typed: what is like one of its patterns has it. */
export interface SearchedWord {
  patterns: readonly string[]
  /** The same as a text of PostgreSQL's type tsquery. */
  query: string
}

/** The words of a type-ahead. Folded ones are letters and digits of ASCII: in a pattern and a tsquery they mean themselves. */
export const wordsOfSearch = (q: string): SearchedWord[] =>
  searchWords(q).map((spellings) => ({ patterns: spellings.map((word) => `% ${word}%`), query: `(${spellings.map((word) => `${word}:*`).join(' | ')})` }))

function compile(condition: Condition, scope: Scope): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const terms = condition.terms.map((term) => compile(term, scope))
      return condition.kind === 'or' && inUnion(condition.terms, scope) ? union(terms, scope) : `(${terms.join(` ${condition.kind} `)})`
    }
    case 'not':
      return `(${compile(condition.term, scope)} is not true)`
    case 'present':
      return present(condition.attribute, scope)
    case 'compare':
      return comparison(condition.attribute, condition.test, scope)
    case 'some':
      return someEntry(condition.collection, condition.condition, scope)
    case 'custom':
      return customValue(condition.custom, condition.name, condition.test, scope)
  }
}

/**
 * PostgreSQL combines indexes of one table for `or`, and reads the whole table when the other is a child's. So terms of
 * which each finds few are looked up one by one; for those that may find many, the page is full before the table ends.
 */
function inUnion(terms: readonly Condition[], scope: Scope): boolean {
  return scope.alias === 't' && terms.some((term) => term.kind !== 'compare') && terms.every(findsFew)
}

function findsFew(condition: Condition): boolean {
  if (condition.kind === 'and') return condition.terms.some(findsFew)
  if (condition.kind === 'or') return condition.terms.every(findsFew)
  if (condition.kind === 'some') return condition.condition !== undefined && findsFew(condition.condition)
  return condition.kind === 'compare' && condition.test.operator === 'eq' && (condition.attribute.searched || (condition.attribute.sortable && condition.attribute.type === 'string'))
}

/** The same conditions, each over rows of its own: the inner `t` hides the outer one. */
function union(terms: readonly string[], { table, idColumn }: Scope): string {
  return `(t.${idColumn} in (${terms.map((term) => `select t.${idColumn} from ${table} t where ${term}`).join(' union ')}))`
}

function someEntry(collection: Collection, condition: Condition | undefined, scope: Scope): string {
  const { table, parentColumn, idColumn } = collection
  const narrowed = condition ? prefilters(condition, scope) : []
  const inner = condition ? ` and ${compile(condition, { ...scope, alias: 'c', table, idColumn })}` : ''
  const found = `exists (select from ${table} c where c.${parentColumn} = ${scope.alias}.${scope.idColumn}${inner})`
  return narrowed.length > 0 ? `(${[...narrowed, found].join(' and ')})` : found
}

/** Outside of the subquery, where the planner can combine them with others on the record: also below `or`. */
function prefilters(condition: Condition, scope: Scope): string[] {
  if (condition.kind === 'and') return condition.terms.flatMap((term) => prefilters(term, scope))
  if (condition.kind !== 'compare' || !(condition.test.operator in patterns)) return []
  return prefilter(condition.attribute, condition.test, scope)
}

/** Folding keeps parts parts: what contains the text contains its fold. Less than three characters narrow nothing, the gap before a word included. */
function prefilter(attribute: Attribute, { operator, value }: Test, scope: Scope): string[] {
  const folded = attribute.searched && typeof value === 'string' ? fold(value) : ''
  // What an attribute begins with begins a word.
  const part = operator === 'sw' ? ` ${folded}` : folded
  return hasTrigram(part) ? [searchTextLike(`%${part}%`, scope.parameter)] : []
}

function present(attribute: Attribute, scope: Scope): string {
  if (attribute.expression) return attribute.type === 'boolean' ? 'true' : `(${attribute.expression} is not null)`
  return attribute.side ? sideValue(attribute.side, 'true', scope) : `(${scope.alias}.${attribute.column} is not null)`
}

function sideValue({ table, parentColumn }: NonNullable<Attribute['side']>, condition: string, scope: Scope): string {
  return `exists (select from ${table} s where s.${parentColumn} = ${scope.alias}.${scope.idColumn} and ${condition})`
}

function comparison(attribute: Attribute, test: Test, scope: Scope): string {
  const { side } = attribute
  if (side) return sideValue(side, textComparison(`s.${side.column}`, test, scope.parameter), scope)
  switch (attribute.type) {
    case 'boolean':
      return booleanComparison(attribute, test.value === true, scope)
    case 'integer':
    case 'decimal':
      return `(${scope.alias}.${attribute.column} ${signs[test.operator]} ${scope.parameter(test.value)}::numeric)`
    case 'date':
    case 'dateTime':
      return timeComparison(attribute, test, scope)
    default:
      return columnComparison(attribute, test, scope)
  }
}

const signs: Partial<Record<Test['operator'], string>> = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' }

function booleanComparison(attribute: Attribute, wanted: boolean, scope: Scope): string {
  if (attribute.expression) return wanted ? attribute.expression : `(${attribute.expression} is not true)`
  return `(${scope.alias}.${attribute.column} = '${wanted ? 'Y' : 'N'}')`
}

/** The index of a sortable attribute holds the empty as infinity; what lies after a time must not find them. */
function timeComparison(attribute: Attribute, { operator, value }: Test, scope: Scope): string {
  const column = `${scope.alias}.${attribute.column}`
  const type = attribute.type === 'date' ? 'date' : 'timestamptz'
  const sign = signs[operator]!
  const given = `${scope.parameter(value)}::${type}`
  if (isIndexed(attribute, scope)) return `(coalesce(${column}, 'infinity') ${sign} ${given} and ${column} is not null)`
  // Dates may stand in a column that holds instants, as BIRTHDATE's does.
  return `(${column}::${type} ${sign} ${given})`
}

function isIndexed(attribute: Attribute, scope: Scope): boolean {
  return attribute.sortable && scope.alias === 't'
}

function columnComparison(attribute: Attribute, test: Test, scope: Scope): string {
  const column = attribute.expression ?? `${scope.alias}.${attribute.column}`
  const compared = isIndexed(attribute, scope) && !test.exact ? indexedComparison(attribute, column, test, scope) : textComparison(column, test, scope.parameter)
  // What a sortable attribute begins with is a range of its own index, which finds nobody too many.
  const byTrigrams = test.operator === 'sw' ? test.exact || !isIndexed(attribute, scope) : test.operator in patterns || (test.operator === 'eq' && !attribute.sortable)
  const narrowed = byTrigrams && scope.alias === 't' ? prefilter(attribute, test, scope) : []
  return narrowed.length > 0 ? `(${narrowed.join('')} and ${compared})` : compared
}

/** The sort key's expression: its index serves `eq`, ranges and the beginnings of texts. Of a name the range is its place in the order; all else asks for its accents too. */
function indexedComparison(attribute: Attribute, column: string, test: Test, scope: Scope): string {
  const inOrder = `${textOrder(attribute, column)} ${operand(test, scope.parameter, (given) => ordered(attribute, given))}`
  const exactly = attribute.byLetters && !(test.operator in ranges) ? uncounted(textComparison(column, test, scope.parameter)) : `${column} is not null`
  return `(${inOrder} and ${exactly})`
}

const ranges: Partial<Record<Test['operator'], true>> = { gt: true, ge: true, lt: true, le: true }

function textComparison(column: string, test: Test, parameter: Scope['parameter']): string {
  const own = test.exact ? column : `lower(${column})`
  // An index on an identifier has the database's collation, and equality needs none.
  const collation = test.exact && test.operator === 'eq' ? '' : ' collate "C"'
  return `(${own}${collation} ${operand(test, parameter)})`
}

const patterns: Partial<Record<Test['operator'], (escaped: string) => string>> = {
  co: (escaped) => `%${escaped}%`,
  sw: (escaped) => `${escaped}%`,
  ew: (escaped) => `%${escaped}`,
}

function operand({ operator, value, exact }: Test, parameter: Scope['parameter'], folded = (given: string) => (exact ? given : `lower(${given})`)): string {
  const pattern = patterns[operator]
  const given = parameter(pattern ? pattern(String(value).replaceAll(/[\\%_]/g, String.raw`\$&`)) : value)
  return `${pattern ? 'like' : signs[operator]!} ${folded(given)}`
}

/** A value in its table of values or, when it is the only one, in the attribute's own row. */
function customValue(custom: CustomAttributes, name: string | undefined, test: Test | undefined, scope: Scope): string {
  const { table, idColumn, parentColumn, valueTable, valueParent, inlineColumn } = custom
  const named = name === undefined ? '' : ` and lower(a.name) = lower(${scope.parameter(name)})`
  const own = `a.${parentColumn} = ${scope.alias}.${scope.idColumn}${named}`
  const value = customTest('v.attr_value', test, scope)
  const listed = `exists (select from ${table} a join ${valueTable} v on v.${valueParent} = a.${idColumn}
    where ${own} and ${value})`
  if (inlineColumn === undefined) return listed
  const inline = customTest(`a.${inlineColumn}`, test, scope)
  return `(${listed} or exists (select from ${table} a where ${own} and ${inline}))`
}

function customTest(column: string, test: Test | undefined, scope: Scope): string {
  if (!test) return `${column} is not null`
  const sign = signs[test.operator]
  if (test.numeric) {
    const number = `case when ${column} ~ '${numberForm}' then ${column}::numeric end`
    return `(${number} ${sign} ${scope.parameter(test.value)}::numeric)`
  }
  const short = String(test.value).length < 100
  if (!sign || (test.operator !== 'eq' && !short)) return textComparison(column, test, scope.parameter)
  // The index holds the first 256 characters. What is sure to be shorter they decide alone: a second condition would
  // make the planner take the value for rarer than it is.
  const given = [test.value, ...(test.also === undefined ? [] : [test.also])].map((value) => `lower(left(${scope.parameter(value)}, 256))`)
  const first = `lower(left(${column}, 256)) collate "C" ${given.length === 1 ? `${sign} ${given[0]!}` : `in (${given.join(', ')})`}`
  return short ? `(${first})` : `(${first} and ${textComparison(column, test, scope.parameter)})`
}
