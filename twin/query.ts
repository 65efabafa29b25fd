/**
 * Okta's expression language for `search` and `filter`: `attribute operator "value"` with `and`, `or` and parentheses.
 * Operators are written in any case, attribute names are not; `and` binds tighter than `or`; there is no `not` and no
 * `ne`. What may be asked of which attribute is given by the caller, because search and filter differ in it.
 */
import { OktaError } from './errors.ts'
import type { OktaErrorCode } from './errors.ts'

export type Operator = 'eq' | 'gt' | 'ge' | 'lt' | 'le' | 'sw' | 'pr'

export type Value = string | number | boolean | null

export interface Comparison {
  kind: 'compare'
  path: string
  operator: Operator
  value: Value
  date: boolean
}

export type Expression = { kind: 'and'; terms: Expression[] } | { kind: 'or'; terms: Expression[] } | Comparison

export interface Grammar {
  /** The type of an attribute that may be asked for, or undefined. */
  typeOf(path: string): 'text' | 'date' | undefined
  allows(path: string, operator: Operator): boolean
  /** Whether text is compared with case (filter) or without (search). */
  caseSensitive: boolean
  /** The error of an expression that cannot be read. */
  error: OktaErrorCode
}

const longestExpression = 8192
const deepestNesting = 50
const operators: readonly string[] = ['eq', 'gt', 'ge', 'lt', 'le', 'sw', 'pr']

interface Token {
  kind: 'word' | 'value' | 'open' | 'close'
  text: string
  value: Value
}

const tokenPattern = /\s*(?:(\()|(\))|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y

function tokenize(text: string, fail: () => never): Token[] {
  const tokens: Token[] = []
  tokenPattern.lastIndex = 0
  const end = text.trimEnd().length
  while (tokenPattern.lastIndex < end) {
    const match = tokenPattern.exec(text)
    if (!match) fail()
    if (match[1]) tokens.push({ kind: 'open', text: '(', value: null })
    else if (match[2]) tokens.push({ kind: 'close', text: ')', value: null })
    else if (match[3]) tokens.push({ kind: 'value', text: match[3], value: unquote(match[3]) })
    else tokens.push(word(match[4] ?? ''))
  }
  return tokens
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1')
}

function word(text: string): Token {
  if (text === 'true' || text === 'false') return { kind: 'value', text, value: text === 'true' }
  if (text === 'null') return { kind: 'value', text, value: null }
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: 'value', text, value: Number(text) }
  return { kind: 'word', text, value: null }
}

/** Reads an expression, or throws the grammar's error; E0000030 for a date that is none. */
export function parseExpression(text: string, grammar: Grammar): Expression {
  const fail = (): never => {
    throw new OktaError(grammar.error)
  }
  if (text.length > longestExpression) fail()
  const tokens = tokenize(text, fail)
  let next = 0

  function either(depth: number): Expression {
    return chain('or', () => chain('and', () => term(depth)))
  }

  function chain(kind: 'and' | 'or', part: () => Expression): Expression {
    const terms = [part()]
    while (tokens[next]?.kind === 'word' && tokens[next]?.text.toLowerCase() === kind) {
      next += 1
      terms.push(part())
    }
    return terms.length === 1 ? terms[0]! : { kind, terms }
  }

  function term(depth: number): Expression {
    const token = tokens[next++]
    if (!token || depth > deepestNesting) return fail()
    if (token.kind === 'open') {
      const inner = either(depth + 1)
      if (tokens[next++]?.kind !== 'close') fail()
      return inner
    }
    return token.kind === 'word' ? comparison(token.text) : fail()
  }

  function comparison(path: string): Expression {
    const operator = tokens[next++]?.text.toLowerCase() as Operator
    const type = grammar.typeOf(path)
    if (!type || !operators.includes(operator) || !grammar.allows(path, operator)) return fail()
    if (operator === 'pr') return { kind: 'compare', path, operator, value: null, date: false }
    const token = tokens[next++]
    if (token?.kind !== 'value') return fail()
    if (type === 'date' && operator !== 'sw') checkDate(token.value)
    return { kind: 'compare', path, operator, value: token.value, date: type === 'date' }
  }

  const expression = either(0)
  if (next !== tokens.length) fail()
  return expression
}

function checkDate(value: Value): void {
  const good = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value))
  if (!good) throw new OktaError('E0000030', '2013-01-01T12:00:00.000-07:00')
}

/** Whether an expression holds; `valueAt` reads an attribute of the thing judged. Any element of an array may match. */
export function matches(expression: Expression, valueAt: (path: string) => unknown, caseSensitive: boolean): boolean {
  if (expression.kind === 'and') return expression.terms.every((term) => matches(term, valueAt, caseSensitive))
  if (expression.kind === 'or') return expression.terms.some((term) => matches(term, valueAt, caseSensitive))
  const value = valueAt(expression.path)
  const present = value !== undefined && value !== null && value !== ''
  if (expression.operator === 'pr') return present && !(Array.isArray(value) && value.length === 0)
  if (!present) return expression.operator === 'eq' && expression.value === null
  const holds = (element: unknown) => compares(element, expression, caseSensitive)
  return Array.isArray(value) ? value.some(holds) : holds(value)
}

function compares(value: unknown, expression: Comparison, caseSensitive: boolean): boolean {
  const { operator, value: wanted, date } = expression
  if (wanted === null) return false
  if (operator === 'sw') return fold(value, caseSensitive).startsWith(fold(wanted, caseSensitive))
  const order = date
    ? Date.parse(String(value)) - Date.parse(String(wanted))
    : typeof value === 'number' && typeof wanted === 'number'
      ? value - wanted
      : textOrder(fold(value, caseSensitive), fold(wanted, caseSensitive))
  if (operator === 'eq') return order === 0
  if (operator === 'gt') return order > 0
  if (operator === 'ge') return order >= 0
  return operator === 'lt' ? order < 0 : order <= 0
}

function fold(value: unknown, caseSensitive: boolean): string {
  return caseSensitive ? String(value) : String(value).toLowerCase()
}

function textOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
