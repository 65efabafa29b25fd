/** Audit events as a resource: what of them can be filtered, and how they look to callers. */
import { dateTime, identifier, text, readOnly, type Attribute, type Collection, type FilterTarget } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import type { StoredEvent } from '../store/audit-events.ts'

const exact = { ...readOnly, caseExact: true }

/** A member of `origin`, as far as the index of it goes (migration 0064). */
const originPart = (name: string, length: number) => ({ ...readOnly, expression: `left(t.origin ->> '${name}', ${length})` })

/** The attributes that a filter may name. */
export const eventAttributes: readonly Attribute[] = [
  identifier('id', 'event_id', 'Id', 'Names the event; ascending in time.', readOnly),
  dateTime('at', 'at', 'When', 'When it happened.', readOnly),
  identifier('actorId', 'actor_id', 'Actor', "The person who acted; absent for keys and jobs that are nobody's.", {
    ...readOnly,
    scim: 'actor.id',
  }),
  text('principal', 'origin', 255, 'Shown as', 'What the actor showed: a login, `key` and its name, GATEHOUSE_API_KEY, the name of a job. Absent once erased.', originPart('principal', 255)),
  text('ip', 'origin', 64, 'Address', 'The address the request came from; absent for jobs and commands, and once erased.', originPart('ip', 64)),
  text('source', 'source', 20, 'Source', 'The door it came in by: REST, CLI, JOB, SYNC, IMPORT or SYSTEM.', exact),
  text('action', 'action', 100, 'Action', 'What was done, as in user.create.', exact),
  text('targetType', 'target_type', 40, 'Kind of target', 'The kind of record it was done to, as in User.', {
    ...exact,
    scim: 'target.type',
  }),
  text('targetId', 'target_id', 255, 'Target', 'The id of that record.', { ...exact, scim: 'target.id' }),
  text('result', 'result', 60, 'Result', 'SUCCESS, or the code of the error it was refused with.', exact),
  text(
    'correlationId',
    'correlation_id',
    255,
    'Correlation',
    'Ties together all events of one request, run or job.',
    exact,
  ),
  dateTime('erasedAt', 'erased_at', 'Erased', 'When its personal data was erased for good.', readOnly),
]

/**
 * The fields that changed, by their paths alone: what stood there is nobody's to search who may not read it, whereas that it was changed may
 * be known. They have no index: a filter by them goes through the events from the newest on, or through those of a target, an actor, an
 * address or a time that it names as well (migration 0064 says what an index would cost).
 */
const changedFields: Collection = {
  path: 'changes', segment: 'changes', label: 'change', idColumn: 'event_id', parentColumn: 'event_id', returned: 'default', onePrimary: false, limit: 10_000,
  table: `(select t.event_id, f ->> 'path' as path from json_array_elements(t.changes) f)`,
  attributes: [text('path', 'path', 255, 'Path', 'The path of the attribute that changed, as in title, emails[ID].value or attributes.NAME; empty where the whole record was made or removed.', { ...readOnly, required: true })],
  doc: 'The fields that changed.',
}

/** What the filter compiler needs to know of a resource; events have no custom attributes. */
export const eventResource: FilterTarget = {
  name: 'AuditEvent',
  table: 'gatehouse.audit_event',
  idColumn: 'event_id',
  attributes: eventAttributes,
  collections: [changedFields],
}

/** An event as callers see it. `principal` and `ip` are absent once erased, `changes` too. */
export interface AuditEvent {
  id: string
  at: string
  actorId?: string
  principal?: string
  ip?: string
  source: string
  action: string
  targetType: string
  targetId: string
  result: string
  correlationId?: string
  changes?: FieldChange[]
  erasedAt?: string
}

/** The event of a row. */
export function auditEventOf(row: StoredEvent): AuditEvent {
  const { principal, ip } = (row.origin === null ? {} : JSON.parse(row.origin)) as {
    principal?: string
    ip?: string | null
  }
  return {
    id: row.event_id,
    at: row.at,
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    ...(principal ? { principal } : {}),
    ...(ip ? { ip } : {}),
    source: row.source,
    action: row.action,
    targetType: row.target_type,
    targetId: row.target_id,
    result: row.result,
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    ...(row.changes === null ? {} : { changes: JSON.parse(row.changes) as FieldChange[] }),
    ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
  }
}
