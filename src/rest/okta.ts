/** Routes about the sync with Okta: how it stands, its runs, and the errors received. */
import { GatehouseError } from '../errors.ts'
import { countErrors, remoteErrorListing, remoteErrorOfRow } from '../store/remote-errors.ts'
import { closeDeadRuns, findRun, runListing, runOfRow } from '../store/sync-runs.ts'
import { syncStatus } from '../sync/status.ts'
import { listed } from './listing.ts'
import { guarded, type QueryParameter, type Route } from './route.ts'

const base = { tag: 'Portals' } as const
const errorParameters: readonly QueryParameter[] = [
  { name: 'status', type: 'integer', max: 999, doc: 'Only errors with this HTTP status; 0 where no answer came.' },
  { name: 'errorCode', type: 'string', doc: 'Only errors with this code.' },
  { name: 'since', type: 'dateTime', doc: 'Only errors at or after this instant.' },
]
const runList = listed(runListing, {
  query: [{ name: 'kind', type: 'string', doc: 'Only runs of this kind.' }, { name: 'status', type: 'string', doc: 'Only runs that stand or ended like this.' }, { name: 'portalId', type: 'integer', doc: 'Only runs over this portal.' }],
  where: ({ query: { kind, status, portalId } }) => ({ kind, status, portal_id: portalId }),
  show: (rows) => rows.map(runOfRow),
})

// They speak of people of every portal, so whoever may administer some people only does not see them.
export const oktaRoutes: readonly Route[] = guarded('portals', [
  { ...base, method: 'GET', path: '/okta/status', scope: 'read', operation: 'readOktaStatus', summary: 'Tells how the sync stands: what is at work, how far and how fast, what waits, what a guard holds up, and what failed and when it is tried again.', answer: { component: 'OktaStatus' },
    handle: async ({ ctx }) => ({ body: await syncStatus(ctx) }) },
  { ...base, method: 'GET', path: '/okta/runs', scope: 'read', operation: 'listOktaRuns', summary: 'Lists runs of the sync, the newest first.', answer: { component: 'OktaRun', list: true }, ...runList,
    handle: async (call) => {
      await closeDeadRuns(call.ctx.db)
      return runList.handle(call)
    } },
  { ...base, method: 'GET', path: '/okta/runs/:id', scope: 'read', operation: 'readOktaRun', summary: 'Reads a run of the sync.', answer: { component: 'OktaRun' },
    handle: async ({ ctx, params }) => {
      await closeDeadRuns(ctx.db)
      const run = await findRun(ctx.db, params.id!)
      if (!run) throw new GatehouseError('not_found', `There is no run with the id ${params.id}.`)
      return { body: runOfRow(run) }
    } },
  { ...base, method: 'GET', path: '/okta/errors', scope: 'read', operation: 'listOktaErrors', summary: 'Lists errors received from Okta, the newest first.', answer: { component: 'OktaError', list: true },
    ...listed(remoteErrorListing, {
      query: errorParameters,
      where: ({ query: { status, errorCode } }) => ({ status_code: status, error_code: errorCode }),
      narrow: ({ query: { since } }) => (since === undefined ? undefined : (first) => ({ sql: `t.created_at >= $${first}`, params: [since] })),
      show: (rows) => rows.map(remoteErrorOfRow),
    }) },
  { ...base, method: 'GET', path: '/okta/error-counts', scope: 'read', operation: 'countOktaErrors', summary: 'Counts errors received from Okta by status and code, the most frequent first.', query: errorParameters, answer: { component: 'OktaErrorCounts' },
    handle: async ({ ctx, query }) => ({ body: { items: await countErrors(ctx.db, query) } }) },
])
