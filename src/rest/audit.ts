/** Routes of the audit: search, one event, and the proof that nothing was altered. */
import { sealEvents } from '../audit/seal.ts'
import { readEvent, searchEvents } from '../audit/search.ts'
import { verifyAudit } from '../audit/verify.ts'
import { eraseUser } from '../directory/erase.ts'
import type { MasterKey } from '../store/master-key.ts'
import { listParameters, type QueryParameter, type Route } from './route.ts'

const tag = 'Audit'
const event = { component: 'AuditEvent' }
const only = (name: string, doc: string): QueryParameter => ({ name, type: 'string', doc })

const searchParameters: readonly QueryParameter[] = [
  ...listParameters.filter(({ name }) => ['filter', 'sortBy', 'sortOrder', 'count', 'cursor', 'total'].includes(name)),
  { name: 'from', type: 'dateTime', doc: 'Only events at or after this instant.' },
  { name: 'to', type: 'dateTime', doc: 'Only events before this instant.' },
  only('actorId', 'Only events of this person.'),
  only('targetType', 'Only events about this kind of record.'),
  only('targetId', 'Only events about this record.'),
  only('action', 'Only events of this action.'),
  only('correlationId', 'Only events of this request, run or job.'),
]

/** The routes, given the key that the chain is signed under. */
export function auditRoutes(masterKey: MasterKey): readonly Route[] {
  return [
    { method: 'GET', path: '/audit', scope: 'admin', tag, operation: 'searchAudit', summary: 'Searches audit events, the newest first.', query: searchParameters, answer: { ...event, list: true }, sortable: ['at'],
      handle: async ({ ctx, query }) => ({ body: await searchEvents(ctx.db, { ...query, count: (query.count as number | undefined) ?? 100 }) }) },
    { method: 'GET', path: '/audit/verify', scope: 'admin', tag, operation: 'verifyAudit', summary: 'Seals what is pending and proves the chain; names the first broken event.', answer: { component: 'AuditReport' },
      handle: async ({ ctx }) => {
        await sealEvents(ctx.db, masterKey, ctx.now)
        return { body: await verifyAudit(ctx.db, masterKey) }
      } },
    { method: 'GET', path: '/audit/:id', scope: 'admin', tag, operation: 'readAuditEvent', summary: 'Reads one audit event.', answer: event,
      handle: async ({ ctx, params }) => ({ body: await readEvent(ctx.db, params.id!) }) },
    { method: 'POST', path: '/users/:id/erase', scope: 'admin', tag, operation: 'eraseUser', summary: 'Deletes a person and erases their data from the audit for good; the chain still verifies.', status: 204,
      handle: async ({ ctx, params, versions }) => {
        await eraseUser(ctx, params.id!, versions)
        return {}
      } },
  ]
}
