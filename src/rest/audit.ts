/** Routes of the audit: search, one event, and the proof that nothing was altered. */
import { sealEvents } from '../audit/seal.ts'
import { readEvent, searchEvents } from '../audit/search.ts'
import { verifyAudit } from '../audit/verify.ts'
import type { Context } from '../context.ts'
import { eraseUser } from '../directory/erase.ts'
import { seenBy } from '../records/veil.ts'
import type { SqlCondition } from '../store/filter-sql.ts'
import type { MasterKey } from '../store/master-key.ts'
import { reachScope } from '../store/reach.ts'
import { checkUser } from '../signin/sessions.ts'
import { guarded, listParameters, pageParameters, type Answer, type Call, type QueryParameter, type Route } from './route.ts'

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
  only('correlationId', 'Only events of this request, run, job or plan.'),
]

/** Who may administer some people only sees what was done to those. */
function eventScope({ authority }: Context): ((first: number) => SqlCondition) | undefined {
  const scope = reachScope(authority?.reach, 't.target_id')
  return scope && ((first) => {
    const { sql, params } = scope(first)
    return { sql: `t.target_type = 'User' and ${sql}`, params }
  })
}

/** What tells why somebody does not get in, and no more: not what else was done to their record, nor by whom. */
const signInActions = ['user.sign-in', 'user.okta-password', 'user.lock', 'user.unlock', 'user.password.close', 'user.password.open', 'user.recovery.send', 'user.recovery.complete']
const signInFilter = signInActions.map((action) => `action eq "${action}"`).join(' or ')

/** Errors: `not_found`. */
async function signInEvents({ ctx, params, query }: Call): Promise<Answer> {
  await checkUser(ctx.db, params.id!)
  const { items, ...page } = await searchEvents(ctx.db, { filter: signInFilter, targetType: 'User', targetId: params.id!, count: (query.count as number | undefined) ?? 100, ...(query.cursor === undefined ? {} : { cursor: query.cursor as string }) })
  const shown = items.map(({ at, action, result, ip, changes = [] }) => {
    const valueOf = (path: string) => changes.find((change) => change.path === path)?.after
    const [code, recovery] = [valueOf('signIn.code'), valueOf('recovery')]
    return { at, action, result, ...(typeof code === 'number' ? { code } : {}), ...(typeof recovery === 'string' ? { recovery } : {}), ...(ip === undefined ? {} : { ip }) }
  })
  return { body: { items: shown, ...page } }
}

/** The routes, given the key that the chain is signed under. */
export function auditRoutes(masterKey: MasterKey): readonly Route[] {
  return [...guarded('people', [
    { method: 'GET', path: '/users/:id/sign-in-events', scope: 'read', needs: [{ resource: 'people', right: 'RESET' }], tag: 'People', operation: 'listSignInEvents', summary: 'Lists what the last attempts of a person to sign in or to recover came to, with the true code of each, and their locks, the newest first: for the help desk, which has no right to the audit.',
      query: pageParameters, answer: { component: 'SignInEvent', list: true }, handle: signInEvents },
  ]), ...guarded('audit', [
    { method: 'GET', path: '/audit', scope: 'admin', tag, operation: 'searchAudit', summary: 'Searches audit events, the newest first.', query: searchParameters, answer: { ...event, list: true }, sortable: ['at'], reach: 'query',
      handle: async ({ ctx, query }) => ({ body: await seenBy(ctx, await searchEvents(ctx.db, { ...query, count: (query.count as number | undefined) ?? 100 }, eventScope(ctx))) }) },
    { method: 'GET', path: '/audit/verify', scope: 'admin', tag, heavy: 2, operation: 'verifyAudit', summary: 'Seals what is pending and proves the chain; names the first broken event.', answer: { component: 'AuditReport' },
      handle: async ({ ctx }) => {
        await sealEvents(ctx.db, masterKey, ctx.now)
        return { body: await verifyAudit(ctx.db, masterKey) }
      } },
    { method: 'GET', path: '/audit/:id', scope: 'admin', tag, operation: 'readAuditEvent', summary: 'Reads one audit event.', answer: event, reach: 'query',
      handle: async ({ ctx, params }) => ({ body: await seenBy(ctx, await readEvent(ctx.db, params.id!, eventScope(ctx))) }) },
    { method: 'POST', path: '/users/:id/erase', scope: 'admin', tag, operation: 'eraseUser', summary: 'Deletes a person and erases their data from the audit for good; the chain still verifies.', status: 204, needs: [{ resource: 'audit', right: 'DELETE' }, { resource: 'people', right: 'DELETE' }],
      handle: async ({ ctx, params, versions }) => {
        await eraseUser(ctx, params.id!, versions)
        return {}
      } },
  ])]
}
