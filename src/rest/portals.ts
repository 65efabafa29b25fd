/** Routes of the EFS world: portals, their settings and users, the queue of accounts to unassign, and Okta's errors. */
import { GatehouseError } from '../errors.ts'
import { addPortalUsers, removePortalUsers } from '../portals/portal-users.ts'
import { createPortal, listPortalDocuments, patchPortal, readPortalDocument, type Portal } from '../portals/portals.ts'
import { linkStatus } from '../model/link-statuses.ts'
import type { Need } from '../model/own-access.ts'
import { listPortalUsers, type PortalUserRow } from '../store/portals.ts'
import { reachScope } from '../store/reach.ts'
import { listRemoteErrors } from '../store/remote-errors.ts'
import { listQueue } from '../store/unassignment-queue.ts'
import { guarded, pageParameters, type Answer, type Call, type Route } from './route.ts'

const base = { tag: 'Portals' } as const
const portal = { component: 'Portal' }
const users = { component: 'PortalUser', list: true }
const members: readonly Need[] = [{ resource: 'portals', right: 'GRANT' }]

function portalId({ params }: Call): number {
  const id = Number(params.id)
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw new GatehouseError('not_found', `There is no portal ${params.id}.`)
  return id
}

/** A cursor over numbers: the last one of the page before. */
function after({ query }: Call): number {
  const cursor = query.cursor === undefined ? 0 : Number(query.cursor)
  if (!Number.isInteger(cursor) || cursor < 0 || cursor > 2_147_483_647) throw new GatehouseError('invalid_cursor')
  return cursor
}

async function page<T>(call: Call, read: (from: number, count: number) => Promise<T[]>, numberOf: (item: T) => number, show: (item: T) => unknown = (item) => item): Promise<Answer> {
  const count = (call.query.count as number | undefined) ?? 100
  const found = await read(after(call), count + 1)
  const items = found.slice(0, count)
  return { body: { items: items.map(show), ...(found.length > count ? { next: String(numberOf(items.at(-1)!)) } : {}) } }
}

const shown = (document: Portal): Answer => ({ body: document, version: document.meta.version })

const statusNames = new Map<number, string>(Object.entries(linkStatus).map(([name, code]) => [code, name]))

function portalUser(row: PortalUserRow): unknown {
  return {
    uid: row.uid,
    personId: row.person_id,
    ...(row.uuid === null ? {} : { uuid: row.uuid }),
    ...(row.status === null ? {} : { status: statusNames.get(row.status) ?? row.status }),
    hasDataChanges: row.has_data_changes === 1,
    created: row.created_at,
  }
}

// What a portal's settings say is done in Okta with a token that may do everything there (into which group people go,
// whether accounts are deleted): they need an administrator.
export const portalRoutes: readonly Route[] = guarded('portals', [
  { ...base, method: 'GET', path: '/portals', scope: 'read', operation: 'listPortals', reach: 'free', summary: 'Lists portals by number.', query: pageParameters, answer: { ...portal, list: true },
    handle: (call) => page(call, (from, count) => listPortalDocuments(call.ctx.db, from, count), (one) => one.id) },
  { ...base, method: 'POST', path: '/portals', scope: 'admin', operation: 'createPortal', summary: 'Makes a portal.', body: portal, answer: portal, status: 201,
    handle: async ({ ctx, body }) => shown(await createPortal(ctx, body)) },
  { ...base, method: 'GET', path: '/portals/unassignment-queue', scope: 'read', operation: 'listUnassignmentQueue', summary: 'Lists the accounts that wait to be unassigned in Okta.', query: pageParameters,
    answer: { component: 'QueuedAccount', list: true }, handle: (call) => page(call, (from, count) => listQueue(call.ctx.db, from, count), (one) => one.id) },
  { ...base, method: 'GET', path: '/portals/:id', scope: 'read', operation: 'readPortal', reach: 'free', summary: 'Reads a portal.', answer: portal,
    handle: async (call) => shown(await readPortalDocument(call.ctx.db, portalId(call))) },
  { ...base, method: 'PATCH', path: '/portals/:id', scope: 'admin', operation: 'patchPortal', summary: 'Changes a portal by JSON Merge Patch.', body: portal, answer: portal,
    handle: async (call) => shown(await patchPortal(call.ctx, portalId(call), call.body, call.versions)) },
  { ...base, method: 'GET', path: '/portals/:id/settings', scope: 'read', operation: 'readPortalSettings', reach: 'free', summary: 'Reads the settings of a portal.', answer: { component: 'PortalSettings' },
    handle: async (call) => {
      const document = await readPortalDocument(call.ctx.db, portalId(call))
      return { body: document.settings, version: document.meta.version }
    } },
  { ...base, method: 'PATCH', path: '/portals/:id/settings', scope: 'admin', operation: 'patchPortalSettings', summary: 'Sets settings of a portal; null removes one.', body: { component: 'PortalSettings' }, answer: { component: 'PortalSettings' },
    handle: async (call) => {
      const document = await patchPortal(call.ctx, portalId(call), { settings: call.body }, call.versions)
      return { body: document.settings, version: document.meta.version }
    } },
  { ...base, method: 'GET', path: '/portals/:id/users', scope: 'read', operation: 'listPortalUsers', summary: 'Lists the people of a portal and their links to Okta.', query: pageParameters, answer: users, reach: 'query',
    handle: async (call) => {
      const id = portalId(call)
      await readPortalDocument(call.ctx.db, id)
      return page(call, (from, count) => listPortalUsers(call.ctx.db, id, from, count, reachScope(call.ctx.authority?.reach, 'p.person_id')), (one) => one.uid, portalUser)
    } },
  { ...base, method: 'POST', path: '/portals/:id/users', scope: 'write', operation: 'addPortalUsers', summary: 'Makes people members of a portal: a list of ids of people.', body: { component: 'PersonIds' }, answer: users, needs: members, reach: 'query',
    handle: async (call) => ({ body: { items: await addPortalUsers(call.ctx, portalId(call), call.body) } }) },
  { ...base, method: 'DELETE', path: '/portals/:id/users/:userId', scope: 'write', operation: 'removePortalUser', summary: 'Takes a person out of a portal; the account is queued for unassignment.', status: 204, needs: members,
    handle: async (call) => {
      const gone = await removePortalUsers(call.ctx, portalId(call), [call.params.userId])
      if (gone.length === 0) throw new GatehouseError('not_found', 'This person is not a member of this portal.')
      return {}
    } },
  { ...base, method: 'GET', path: '/okta/errors', scope: 'read', operation: 'listOktaErrors', summary: 'Lists errors received from Okta, the newest first.', answer: { component: 'OktaError', list: true },
    query: [...pageParameters, { name: 'status', type: 'integer', max: 999, doc: 'Only errors with this HTTP status; 0 where no answer came.' }, { name: 'errorCode', type: 'string', doc: 'Only errors with this code.' }],
    handle: (call) => {
      const { status, errorCode } = call.query as { status?: number; errorCode?: string }
      return page(call, (from, count) => listRemoteErrors(call.ctx.db, { before: from === 0 ? undefined : from, count, status, errorCode }), (one) => one.id)
    } },
])
