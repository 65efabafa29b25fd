/**
 * SCIM's filter grammar (RFC 7644 §3.4.2.2, figure 1), whole: comparisons, presence, and/or/not with their precedence,
 * grouping, and value paths such as `emails[type eq "WORK_EMAIL" and value co "@example"]`. Text from outside: length,
 * depth and number of terms are limited, and every refusal says where and what was expected.
 *
 *     or     = and *("or" and)          and   = factor *("and" factor)
 *     factor = "not" "(" or ")" / "(" or ")" / path "[" or "]" / path "pr" / path operator literal
 */
import { GatehouseError } from '../errors.ts'

export const comparisons = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
export type Comparison = (typeof comparisons)[number]
export type Literal = string | number | boolean | null

export type Filter =
  | { kind: 'compare'; path: string; operator: Comparison; value: Literal }
  | { kind: 'present'; path: string }
  | { kind: 'and' | 'or'; terms: Filter[] }
  | { kind: 'not'; term: Filter }
  /** A value path: one entry of the collection meets the whole filter. */
  | { kind: 'entry'; path: string; filter: Filter }

export const limits = { characters: 8192, depth: 50, terms: 100 }

interface Token {
  kind: 'word' | 'string' | 'number' | '(' | ')' | '[' | ']' | 'end'
  text: string
  at: number
}

interface Cursor {
  tokens: Token[]
  place: number
  depth: number
  terms: number
  inEntry: boolean
}

// A path may be prefixed by a schema URN: digits, dots and colons belong to it.
const lexemes = [
  /(?<string>"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")/,
  /(?<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.:$-])/,
  /(?<word>[A-Za-z][\w$:.-]*)/,
  /(?<bracket>[()[\]])/,
]
const lexeme = new RegExp(lexemes.map(({ source }) => source).join('|'), 'y')
const blank = /[ \t\r\n]*/y

/** The tree of a filter. Errors: `invalid_filter`, with the place (from 1) and what was expected there. */
export function parseFilter(text: string): Filter {
  if (text.length > limits.characters) {
    throw refuse(`has ${text.length} characters; at most ${limits.characters} are allowed`)
  }
  const cursor: Cursor = { tokens: tokenize(text), place: 0, depth: 0, terms: 0, inEntry: false }
  const filter = disjunction(cursor)
  take(cursor, 'end', '"and", "or" or the end')
  return filter
}

function refuse(message: string): GatehouseError {
  return new GatehouseError('invalid_filter', `filter: ${message}.`)
}

function expected(at: number, what: string): GatehouseError {
  return refuse(`at character ${at + 1}, expected ${what}`)
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = skipBlank(text, 0)
  let end = -1
  while (at < text.length) {
    lexeme.lastIndex = at
    const { string, number, word, bracket } = lexeme.exec(text)?.groups ?? {}
    const found = string ?? number ?? word ?? bracket
    if (found === undefined) throw expected(at, unreadable(text, at))
    if (bracket === undefined && at === end) throw expected(at, 'a space')
    const kind = string ? 'string' : number ? 'number' : word ? 'word' : (bracket as Token['kind'])
    tokens.push({ kind, text: found, at })
    end = bracket === undefined ? at + found.length : -1
    at = skipBlank(text, at + found.length)
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function skipBlank(text: string, from: number): number {
  blank.lastIndex = from
  return from + blank.exec(text)![0].length
}

function unreadable(text: string, at: number): string {
  if (text[at] === '"') return 'a text that ends with a double quote, its escapes as in JSON'
  return 'an attribute, a value or a bracket; texts stand in double quotes'
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.place]!
}

function take(cursor: Cursor, kind: Token['kind'], what: string): Token {
  const token = peek(cursor)
  if (token.kind !== kind) throw expected(token.at, what)
  cursor.place++
  return token
}

/** Steps over the word, whatever its case, if it is next. */
function takeWord(cursor: Cursor, word: string): boolean {
  const token = peek(cursor)
  const next = token.kind === 'word' && token.text.toLowerCase() === word
  if (next) cursor.place++
  return next
}

function disjunction(cursor: Cursor): Filter {
  return chain(cursor, 'or', () => chain(cursor, 'and', () => factor(cursor)))
}

function chain(cursor: Cursor, kind: 'and' | 'or', inner: () => Filter): Filter {
  const terms = [inner()]
  while (takeWord(cursor, kind)) terms.push(inner())
  return terms.length === 1 ? terms[0]! : { kind, terms }
}

function factor(cursor: Cursor): Filter {
  if (takeWord(cursor, 'not')) return { kind: 'not', term: within(cursor, '(', ')') }
  return peek(cursor).kind === '(' ? within(cursor, '(', ')') : attributeExpression(cursor)
}

function within(cursor: Cursor, open: '(' | '[', close: ')' | ']'): Filter {
  const { at } = take(cursor, open, `"${open}"`)
  if (++cursor.depth > limits.depth) throw refuse(`at character ${at + 1}, nested deeper than ${limits.depth} levels`)
  const filter = disjunction(cursor)
  take(cursor, close, `"and", "or" or "${close}"`)
  cursor.depth--
  return filter
}

const reserved = /^(?:and|or|not)$/i
const operators = `one of ${comparisons.join(', ')}, pr`

function attributeExpression(cursor: Cursor): Filter {
  const path = take(cursor, 'word', 'an attribute, "not" or "("')
  if (reserved.test(path.text)) throw expected(path.at, 'an attribute, "not" or "("')
  if (peek(cursor).kind === '[') return entry(cursor, path)
  if (++cursor.terms > limits.terms) throw refuse(`at character ${path.at + 1}, more than ${limits.terms} terms`)
  const operator = take(cursor, 'word', cursor.inEntry ? operators : `${operators} or "["`)
  const name = operator.text.toLowerCase()
  if (name === 'pr') return { kind: 'present', path: path.text }
  const comparison = comparisons.find((one) => one === name)
  if (!comparison) throw expected(operator.at, operators)
  return { kind: 'compare', path: path.text, operator: comparison, value: literal(cursor) }
}

function entry(cursor: Cursor, path: Token): Filter {
  if (cursor.inEntry) throw expected(peek(cursor).at, `${operators}: brackets do not stand in brackets`)
  cursor.inEntry = true
  const filter = within(cursor, '[', ']')
  cursor.inEntry = false
  return { kind: 'entry', path: path.text, filter }
}

const words = new Map<string, Literal>([['true', true], ['false', false], ['null', null]])

function literal(cursor: Cursor): Literal {
  const token = peek(cursor)
  cursor.place++
  if (token.kind === 'string') return checkedText(JSON.parse(token.text) as string, token.at)
  if (token.kind === 'number') return checkedNumber(token)
  const word = token.kind === 'word' ? words.get(token.text.toLowerCase()) : undefined
  if (word === undefined) throw expected(token.at, 'a value: a text in double quotes, a number, true, false or null')
  return word
}

function checkedText(text: string, at: number): string {
  if (!text.includes('\u0000') && text.isWellFormed()) return text
  throw expected(at, 'a text without U+0000 and without half a surrogate pair')
}

const digitsOf = (text: string) => text.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '')

/** A double keeps some fifteen digits: one that lost others would be compared with a neighbour. */
function checkedNumber({ text, at }: Token): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw expected(at, 'a number of less than 309 digits')
  if (digitsOf(text) !== digitsOf(String(value))) throw expected(at, 'a number of at most 15 digits; a longer one of a custom attribute goes in double quotes')
  return value === 0 ? 0 : value
}

/** Whether a filter names an attribute, anywhere. */
export function mentions(filter: Filter, path: string): boolean {
  if ('terms' in filter) return filter.terms.some((term) => mentions(term, path))
  if ('term' in filter) return mentions(filter.term, path)
  return plainPath(filter.path).toLowerCase() === path.toLowerCase()
}

/** A path without its schema URN: `urn:…:core:2.0:User:name.familyName` → `name.familyName`. */
export function plainPath(path: string): string {
  return /^urn:/i.test(path) ? path.slice(path.lastIndexOf(':') + 1) : path
}
