/** Searching the audit: pages of events, newest first, by keyset over (at, id), as the indexes hold them. */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import { parseFilter } from '../model/filter.ts'
import { checkInstant } from '../model/values.ts'
import { countEvents, findEvent, newestEvents, type Reader } from '../store/audit-events.ts'
import { compileFilter, type SqlCondition } from '../store/filter-sql.ts'
import { auditEventOf, eventResource, type AuditEvent } from './event-resource.ts'

export interface EventQuery {
  /** SCIM filter over the attributes of `event-resource.ts`. */
  filter?: string
  /** Instants (ISO 8601): from ≤ at < to. */
  from?: string
  to?: string
  actorId?: string
  targetType?: string
  targetId?: string
  action?: string
  correlationId?: string
  /** Events a page, 1 to 1000. */
  count: number
  cursor?: string
  /** Whether to count all matches as well. */
  total?: boolean
}

export interface EventPage {
  items: AuditEvent[]
  /** Where the next page begins; absent on the last. */
  next?: string
  total?: number
}

type EventScope = (first: number) => SqlCondition

/** One page of events; `scope` is a further condition, over the alias t. Errors: `invalid_filter`, `invalid_parameter`, `invalid_cursor`. */
export async function searchEvents(db: Reader, query: EventQuery, scope?: EventScope): Promise<EventPage> {
  if (!Number.isInteger(query.count) || query.count < 1 || query.count > 1000) {
    throw new GatehouseError('invalid_parameter', 'count: must be a whole number from 1 to 1000.')
  }
  const mark = fingerprint(query)
  const { where, params } = conditionsOf(query, scope)
  const before = query.cursor === undefined ? undefined : readCursor(query.cursor, mark)
  const rows = await newestEvents(db, where, params, before, query.count + 1)
  const last = rows.length > query.count ? rows[query.count - 1] : undefined
  return {
    items: rows.slice(0, query.count).map(auditEventOf),
    ...(last ? { next: writeCursor(mark, last.at, last.event_id) } : {}),
    ...(query.total ? { total: await countEvents(db, where, params) } : {}),
  }
}

/** One event. Errors: `not_found`. */
export async function readEvent(db: Reader, id: string, scope?: EventScope): Promise<AuditEvent> {
  const row = await findEvent(db, id, scope?.(2))
  if (!row) throw new GatehouseError('not_found', `There is no audit event with the id ${id}.`)
  return auditEventOf(row)
}

function conditionsOf(query: EventQuery, scope?: EventScope): { where: string[]; params: unknown[] } {
  const where: string[] = []
  const params: unknown[] = []
  const add = (condition: string, value: unknown) => {
    if (value === undefined) return
    params.push(value)
    where.push(condition.replace('?', `$${params.length}`))
  }
  add('t.at >= ?::timestamptz', instant('from', query.from))
  add('t.at < ?::timestamptz', instant('to', query.to))
  add('t.actor_id = ?', query.actorId)
  add('t.target_type = ?', query.targetType)
  add('t.target_id = ?', query.targetId)
  add('t.action = ?', query.action)
  add('t.correlation_id = ?', query.correlationId)
  if (query.filter !== undefined && query.filter.trim() !== '') {
    const compiled = compileFilter(parseFilter(query.filter), eventResource, params.length + 1)
    where.push(`(${compiled.sql})`)
    params.push(...compiled.params)
  }
  if (scope) {
    const { sql, params: more } = scope(params.length + 1)
    where.push(sql)
    params.push(...more)
  }
  return { where, params }
}

function instant(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const checked = checkInstant(value)
  if ('message' in checked) throw new GatehouseError('invalid_parameter', `${name}: ${checked.message}.`)
  return String(checked.value)
}

/** A cursor belongs to one search: with another it would skip or repeat. */
function fingerprint({ count: _, cursor: __, total: ___, ...query }: EventQuery): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 11)
}

function writeCursor(mark: string, at: string, eventId: string): string {
  return Buffer.from(JSON.stringify([mark, at, eventId])).toString('base64url')
}

function readCursor(cursor: string, mark: string): { at: string; eventId: string } {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    parts = undefined
  }
  const isOurs =
    Array.isArray(parts) &&
    parts.length === 3 &&
    parts.every((part) => typeof part === 'string') &&
    !('message' in checkInstant(parts[1]))
  if (!isOurs)
    throw new GatehouseError('invalid_cursor', 'cursor: is not one of ours; take it from `next` of the page before.')
  const [given, at, eventId] = parts as [string, string, string]
  if (given !== mark)
    throw new GatehouseError(
      'invalid_cursor',
      'cursor: belongs to another search; repeat the parameters of the page before.',
    )
  return { at, eventId }
}
