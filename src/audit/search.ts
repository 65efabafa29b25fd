/** Searching the audit: pages of events, newest first, by keyset over (at, id), as the indexes hold them. */
import { GatehouseError } from '../errors.ts'
import { parseFilter } from '../model/filter.ts'
import { checkInstant } from '../model/values.ts'
import { countEvents, eventsByTime, findEvent, type Reader } from '../store/audit-events.ts'
import { foreignCursor, markOf, readCursor, writeCursor } from '../store/cursor.ts'
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
  /** `at` alone: events are kept in the order of time. */
  sortBy?: string
  /** By default descending: the newest first. */
  sortOrder?: 'ascending' | 'descending'
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
  if (query.sortBy !== undefined && query.sortBy.trim().toLowerCase() !== 'at') {
    throw new GatehouseError('invalid_sort', `sortBy: ${query.sortBy} cannot be sorted by; choose at.`)
  }
  const mark = markOf(fingerprint(query))
  const { where, params } = conditionsOf(query, scope)
  const before = query.cursor === undefined ? undefined : positionIn(query.cursor, mark)
  const rows = await eventsByTime(db, where, params, { after: before, ascending: query.sortOrder === 'ascending', limit: query.count + 1 })
  const last = rows.length > query.count ? rows[query.count - 1] : undefined
  return {
    items: rows.slice(0, query.count).map(auditEventOf),
    ...(last ? { next: writeCursor(mark, [last.at, last.event_id]) } : {}),
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

/** What a cursor belongs to. */
function fingerprint({ count: _, cursor: __, total: ___, sortBy: ____, ...query }: EventQuery): [string, unknown][] {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function positionIn(cursor: string, mark: string): { at: string; eventId: string } {
  const [at, eventId] = readCursor(cursor, mark, 2) as [string, string]
  if ('message' in checkInstant(at)) throw foreignCursor()
  return { at, eventId }
}
