/**
 * `GET /api/v1/users`: everyone who is not deactivated, or what `search`, `filter` or `q` finds. Each of the three has
 * its own attributes, operators and rules about case and deactivated users, as Okta documents them.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OktaError } from './errors.ts'
import { decodeCursor, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import { propertyOf } from './profile.ts'
import { matches, parseExpression } from './query.ts'
import type { Expression, Grammar } from './query.ts'
import { userValue } from './state.ts'
import type { OktaUser, Org } from './state.ts'

export interface ListQuery {
  q?: string
  search?: string
  filter?: string
  limit?: string
  after?: string
  sortBy?: string
  sortOrder?: string
  fields?: string
}

const dates = ['created', 'activated', 'statusChanged', 'lastUpdated']
const searchable = ['id', 'status', 'type.id']
const filterable = ['status', 'id', 'profile.login', 'profile.email', 'profile.firstName', 'profile.lastName']
const limits = { normal: 200, most: 200 }
/** Above this many candidates an ordered scan is cheaper than sorting them. */
const fewCandidates = 1000

/** `search`: any attribute of the schema and the top-level ones; text ignores case. */
export function searchGrammar(org: Org): Grammar {
  return {
    typeOf(path) {
      if (dates.includes(path)) return 'date'
      if (searchable.includes(path)) return 'text'
      return path.startsWith('profile.') && propertyOf(org.schema, path.slice(8)) ? 'text' : undefined
    },
    allows: () => true,
    caseSensitive: false,
    error: 'E0000031',
  }
}

/** `filter`: seven attributes, `eq` only, except ranges of lastUpdated; text minds case. */
export const filterGrammar: Grammar = {
  typeOf: (path) => (path === 'lastUpdated' ? 'date' : filterable.includes(path) ? 'text' : undefined),
  allows: (path, operator) =>
    operator === 'eq' || (path === 'lastUpdated' && ['gt', 'ge', 'lt', 'le'].includes(operator)),
  caseSensitive: true,
  error: 'E0000031',
}

/** The page of users asked for; sets the Link lines. */
export function listUsers(org: Org, query: ListQuery, request: FastifyRequest, reply: FastifyReply): OktaUser[] {
  const given = [query.q, query.search, query.filter].filter((text) => text !== undefined && text !== '')
  if (given.length > 1) throw new OktaError('E0000033')
  if (query.q) return findByPrefix(org, query.q, readLimit(query.limit, { normal: 10, most: 200 }), request, reply)
  const limit = readLimit(query.limit, limits)
  const grammar = query.search ? searchGrammar(org) : filterGrammar
  const text = query.search || query.filter
  const expression = text ? parseExpression(text, grammar) : null
  if (query.search && query.sortBy) return sortedPage(org, expression!, query, limit, request, reply)
  const keep = expression ? judge(org, expression, grammar.caseSensitive) : isLive
  const page = takePage(source(org, expression, readPosition(query.after)), limit, keep)
  setLinks(request, reply, limit, page.next)
  return page.items
}

function isLive(user: OktaUser): boolean {
  return user.status !== 'DEPROVISIONED'
}

function judge(org: Org, expression: Expression, caseSensitive: boolean): (user: OktaUser) => boolean {
  return (user) => matches(expression, (path) => valueOf(org, user, path), caseSensitive)
}

function valueOf(org: Org, user: OktaUser, path: string): unknown {
  return path === 'type.id' ? org.typeId : userValue(user, path)
}

function source(org: Org, expression: Expression | null, after: number): Iterable<[number, OktaUser]> {
  if (!expression) return org.users.after(after)
  const candidates = org.search.candidates(expression)
  if (candidates === null || candidates.size > fewCandidates) return org.search.items.after(after)
  const items = org.search.items
  return [...candidates]
    .map((id): [number, OktaUser] => [items.position(id), items.get(id)!])
    .filter(([position]) => position > after)
    .toSorted(([left], [right]) => left - right)
}

function findByPrefix(
  org: Org, q: string, limit: number, request: FastifyRequest, reply: FastifyReply,
): OktaUser[] {
  const prefix = q.toLowerCase()
  const starts = (user: OktaUser) =>
    isLive(user) &&
    ['firstName', 'lastName', 'email'].some((name) => String(user.profile[name] ?? '').toLowerCase().startsWith(prefix))
  // Okta does not page `q`, so there is never a next link.
  setLinks(request, reply, limit, null)
  return takePage(org.search.items.after(0), limit, starts).items
}

type SortKey = [string, string]

function sortedPage(
  org: Org, expression: Expression, query: ListQuery, limit: number, request: FastifyRequest, reply: FastifyReply,
): OktaUser[] {
  const path = query.sortBy ?? ''
  if (!searchGrammar(org).typeOf(path)) throw new OktaError('E0000031')
  const direction = query.sortOrder?.toLowerCase() === 'desc' ? -1 : 1
  const after = query.after ? readSortKey(query.after) : null
  const keep = judge(org, expression, false)
  const rows: { key: SortKey; user: OktaUser }[] = []
  for (const [, user] of source(org, expression, 0)) {
    const key: SortKey = [String(valueOf(org, user, path) ?? '').toLowerCase(), user.id]
    if ((after === null || compare(key, after, direction) > 0) && keep(user)) rows.push({ key, user })
  }
  rows.sort((left, right) => compare(left.key, right.key, direction))
  const page = rows.slice(0, limit)
  setLinks(request, reply, limit, rows.length > limit ? page[page.length - 1]!.key : null)
  return page.map((row) => row.user)
}

/** By the value in the asked direction; equal values by id, always ascending. */
function compare(left: SortKey, right: SortKey, direction: number): number {
  if (left[0] !== right[0]) return left[0] < right[0] ? -direction : direction
  return left[1] < right[1] ? -1 : left[1] > right[1] ? 1 : 0
}

function readSortKey(cursor: string): SortKey {
  const key = decodeCursor(cursor)
  const good = Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === 'string')
  if (!good) throw new OktaError('E0000029')
  return key as SortKey
}
