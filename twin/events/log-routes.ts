/**
 * `GET /api/v1/logs`. Without `until` and ascending it is polled: entries in the order they were persisted, each once,
 * and a `next` link always. With `until` (or descending) it is bounded: ordered by `published`, and it ends; an entry
 * that is persisted later may be missed. Nothing older than 90 days is shown; asking for more than 180 is refused.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../credentials.ts'
import { OktaError, validationError } from '../errors.ts'
import { decodeCursor, readLimit, setLinks } from '../paging.ts'
import { matches, parseExpression } from '../query.ts'
import type { Grammar } from '../query.ts'
import type { Org } from '../state.ts'
import type { LogEvent } from './log-store.ts'

interface LogQuery {
  since?: string
  until?: string
  after?: string
  filter?: string
  q?: string
  limit?: string
  sortOrder?: string
}

interface Bounds {
  since: number
  /** Null while polling. */
  until: number | null
  descending: boolean
}

const dayMs = 86_400_000
const limits = { normal: 100, most: 1000 }

/** Registers the System Log on `app`. */
export function logRoutes(app: FastifyInstance, org: Org): void {
  app.get<{ Querystring: LogQuery }>('/api/v1/logs', (request, reply) => {
    const { query } = request
    const limit = readLimit(query.limit, limits)
    const bounds = readBounds(org, query)
    const keep = logTest(org, query, bounds)
    return reply.send(bounds.until === null ? poll(org, query, limit, keep, request, reply) : window(org, query, limit, bounds, keep, request, reply))
  })
}

function readBounds(org: Org, query: LogQuery): Bounds {
  const descending = query.sortOrder?.toUpperCase() === 'DESCENDING'
  const until = readInstant(query.until) ?? (descending ? org.now() : null)
  const since = readInstant(query.since) ?? (until ?? org.now()) - 7 * dayMs
  if (since < org.now() - 180 * dayMs) throw validationError(['since: The since parameter cannot be more than 180 days ago'])
  return { since, until, descending }
}

function readInstant(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(instant)) throw new OktaError('E0000030', '2013-01-01T12:00:00.000-07:00')
  return instant
}

type Keep = (event: LogEvent) => boolean

function poll(org: Org, query: LogQuery, limit: number, keep: Keep, request: FastifyRequest, reply: FastifyReply): LogEvent[] {
  const page: LogEvent[] = []
  let position = query.after ? readNumbers(query.after, 1)[0]! : 0
  for (const [place, event] of org.log.after(position)) {
    if (page.length === limit) break
    if (keep(event)) page.push(event)
    position = place
  }
  setLinks(request, reply, limit, [position])
  return page
}

function window(org: Org, query: LogQuery, limit: number, { descending }: Bounds, keep: Keep, request: FastifyRequest, reply: FastifyReply): LogEvent[] {
  const direction = descending ? -1 : 1
  const after = query.after ? readNumbers(query.after, 2) : null
  const rows = [...org.log.after(0)].filter(([, event]) => keep(event)).map(([place, event]) => ({ key: [Date.parse(event.published), place], event }))
  const order = (left: number[], right: number[]) => direction * (left[0]! - right[0]! || left[1]! - right[1]!)
  rows.sort((left, right) => order(left.key, right.key))
  const rest = after ? rows.filter(({ key }) => order(key, after) > 0) : rows
  const page = rest.slice(0, limit)
  setLinks(request, reply, limit, rest.length > limit ? page[page.length - 1]!.key : null)
  return page.map(({ event }) => event)
}

function readNumbers(cursor: string, count: number): number[] {
  const value = decodeCursor(cursor)
  const good = Array.isArray(value) && value.length === count && value.every((part) => Number.isSafeInteger(part) && part >= 0)
  if (!good) throw new OktaError('E0000029')
  return value as number[]
}

/** Any path of an entry but `published`; text minds case. */
const grammar: Grammar = {
  typeOf: (path) => (path === 'published' || !/^[A-Za-z]\w*(\.\w+)*$/.test(path) ? undefined : 'text'),
  allows: () => true,
  caseSensitive: true,
  error: 'E0000031',
}

function logTest(org: Org, query: LogQuery, bounds: Bounds): Keep {
  const expression = query.filter ? parseExpression(query.filter, grammar) : null
  const words = readWords(query.q)
  const since = Math.max(bounds.since, org.now() - 90 * dayMs)
  const until = bounds.until ?? Infinity
  return (event) => {
    const at = Date.parse(event.published)
    if (at < since || at >= until) return false
    if (expression && !matches(expression, (path) => valueAt(event, path.split('.')), true)) return false
    if (words.length === 0) return true
    const text = JSON.stringify(event).toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

function readWords(q: string | undefined): string[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length > 10 || words.some((word) => word.length > 40)) throw validationError(['q: At most 10 words of 40 characters'])
  return words
}

function valueAt(value: unknown, path: string[]): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (Array.isArray(value)) return value.flatMap((element) => valueAt(element, path))
  return isRecord(value) && Object.hasOwn(value, name) ? valueAt(value[name], rest) : undefined
}
