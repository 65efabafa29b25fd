/**
 * SCIM's filter grammar (RFC 7644 §3.4.2.2, figure 1), whole: comparisons, presence, and/or/not with their precedence,
 * grouping, and value paths such as `emails[type eq "WORK_EMAIL" and value co "@example"]`. Text from outside: length,
 * depth and number of terms are limited, and every refusal says where and what was expected.
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
  | { kind: 'entry'; path: string; filter: Filter }

const longest = 8192
const deepest = 50
const mostTerms = 100

interface Token {
  kind: 'word' | 'string' | 'number' | '(' | ')' | '[' | ']' | 'end'
  text: string
  at: number
}

// A path may be prefixed by a schema URN: digits and dots belong to it.
const lexemes = /\s*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.:$-])|([A-Za-z][\w$:.-]*)|([()[\]]))/y

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (text.slice(at).trim() !== '') {
    lexemes.lastIndex = at
    const match = lexemes.exec(text)
    if (!match) throw refusal(at + text.slice(at).search(/\S/), 'an attribute, a value or a bracket; texts stand in double quotes')
    const [, string, number, word, bracket] = match
    const token = string ?? number ?? word ?? bracket!
    const kind = string ? 'string' : number ? 'number' : word ? 'word' : (bracket as Token['kind'])
    at = lexemes.lastIndex
    tokens.push({ kind, text: token, at: at - token.length })
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function refusal(at: number, expected: string): GatehouseError {
  return new GatehouseError('invalid_filter', `filter: at character ${at + 1}, expected ${expected}.`)
}

/** The tree of a filter. Errors: `invalid_filter`, with the place and what was expected there. */
export function parseFilter(text: string): Filter {
  if (text.length > longest) throw new GatehouseError('invalid_filter', `filter: has ${text.length} characters; at most ${longest} are allowed.`)
  const parser = new Parser(tokenize(text))
  return parser.whole()
}

class Parser {
  private readonly tokens: Token[]
  private place = 0
  private depth = 0
  private terms = 0

  constructor(tokens: Token[]) {
    this.tokens = tokens
  }

  whole(): Filter {
    const filter = this.or()
    if (this.peek().kind !== 'end') throw refusal(this.peek().at, '"and", "or" or the end')
    return filter
  }

  private peek(): Token {
    return this.tokens[this.place]!
  }

  private take(kind: Token['kind'], expected: string): Token {
    const token = this.peek()
    if (token.kind !== kind) throw refusal(token.at, expected)
    this.place++
    return token
  }

  private isWord(word: string): boolean {
    const token = this.peek()
    return token.kind === 'word' && token.text.toLowerCase() === word
  }

  private or(): Filter {
    return this.chain('or', () => this.chain('and', () => this.factor()))
  }

  private chain(kind: 'and' | 'or', inner: () => Filter): Filter {
    const terms = [inner()]
    while (this.isWord(kind)) {
      this.place++
      terms.push(inner())
    }
    return terms.length === 1 ? terms[0]! : { kind, terms }
  }

  private factor(): Filter {
    if (this.isWord('not') && this.tokens[this.place + 1]!.kind === '(') {
      this.place++
      return { kind: 'not', term: this.group() }
    }
    return this.peek().kind === '(' ? this.group() : this.expression()
  }

  private nested<T>(at: number, inner: () => T): T {
    if (++this.depth > deepest) throw new GatehouseError('invalid_filter', `filter: at character ${at + 1}, nested deeper than ${deepest} levels.`)
    const result = inner()
    this.depth--
    return result
  }

  private group(): Filter {
    const { at } = this.take('(', '"("')
    const filter = this.nested(at, () => this.or())
    this.take(')', '")"')
    return filter
  }

  private expression(): Filter {
    const path = this.take('word', 'an attribute or "("')
    if (++this.terms > mostTerms) throw new GatehouseError('invalid_filter', `filter: has more than ${mostTerms} terms.`)
    if (this.peek().kind === '[') {
      this.place++
      const filter = this.nested(path.at, () => this.or())
      this.take(']', '"]"')
      return { kind: 'entry', path: path.text, filter }
    }
    const operator = this.take('word', `one of ${comparisons.join(', ')}, pr`)
    const name = operator.text.toLowerCase()
    if (name === 'pr') return { kind: 'present', path: path.text }
    if (!(comparisons as readonly string[]).includes(name)) throw refusal(operator.at, `one of ${comparisons.join(', ')}, pr`)
    return { kind: 'compare', path: path.text, operator: name as Comparison, value: this.literal() }
  }

  private literal(): Literal {
    const token = this.peek()
    this.place++
    if (token.kind === 'string') return checkedText(JSON.parse(token.text) as string, token.at)
    if (token.kind === 'number') return Number(token.text)
    const word = token.kind === 'word' ? token.text : ''
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    throw refusal(token.at, 'a value: a text in double quotes, a number, true, false or null')
  }
}

function checkedText(text: string, at: number): string {
  if (text.includes('\u0000') || !text.isWellFormed()) throw refusal(at, 'a text without U+0000 and without half a surrogate pair')
  return text
}

/** The filter as text again: parsing it gives the same tree. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}`
    case 'present':
      return `${filter.path} pr`
    case 'entry':
      return `${filter.path}[${printFilter(filter.filter)}]`
    case 'not':
      return `not (${printFilter(filter.term)})`
    default:
      return filter.terms.map((term) => (needsParentheses(filter.kind, term) ? `(${printFilter(term)})` : printFilter(term))).join(` ${filter.kind} `)
  }
}

function needsParentheses(outer: 'and' | 'or', term: Filter): boolean {
  return term.kind === outer || (outer === 'and' && term.kind === 'or')
}

/** Whether a filter names an attribute, anywhere. */
export function mentions(filter: Filter, path: string): boolean {
  if ('terms' in filter) return filter.terms.some((term) => mentions(term, path))
  if (filter.kind === 'not') return mentions(filter.term, path)
  return plainPath(filter.path).toLowerCase() === path.toLowerCase()
}

/** A path without its schema URN: `urn:…:core:2.0:User:name.familyName` → `name.familyName`. */
export function plainPath(path: string): string {
  return /^urn:/i.test(path) ? path.slice(path.lastIndexOf(':') + 1) : path
}
