/** Routes of the EFS world: portals, their settings and users, and the queue of accounts to unassign. */
import { GatehouseError } from '../errors.ts'
import { massDeleteNeeds, planMassDelete } from '../portals/mass-delete.ts'
import { massDeleteRequest } from '../portals/mass-delete-request.ts'
import { addPortalUsers, removePortalUsers } from '../portals/portal-users.ts'
import { createPortal, deletePortal, patchPortal, portalsOfRows, readPortalDocument, replacePortal, type Portal } from '../portals/portals.ts'
import type { Need } from '../model/own-access.ts'
import { refuseUnless } from '../records/guard.ts'
import { portalListing, portalUserListing } from '../store/portals.ts'
import { reachScope } from '../store/reach.ts'
import { listed } from './listing.ts'
import { guarded, urlOf, type Answer, type Call, type Route } from './route.ts'

const base = { tag: 'Portals' } as const
const portal = { component: 'Portal' }
const users = { component: 'PortalUser', list: true }
/** What a portal's settings say decides who is who over there, and whom the portal lets in here: they are the system's. */
export const settled = (right: 'CREATE' | 'UPDATE' | 'DELETE' | 'GRANT'): readonly Need[] => [{ resource: 'portals', right }, { resource: 'system', right: 'UPDATE' }]
const members: readonly Need[] = [{ resource: 'portals', right: 'GRANT' }]

/** The portal that a path names. Errors: `not_found`. */
export function portalId({ params }: Call): number {
  const id = Number(params.id)
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw new GatehouseError('not_found', `There is no portal ${params.id}.`)
  return id
}

const shown = (document: Portal): Answer => ({ body: document, version: document.meta.version })

// What a portal's settings say is done in Okta with a token that may do everything there (into which group people go,
// whether accounts are deleted): they need an administrator.
export const portalRoutes: readonly Route[] = guarded('portals', [
  { ...base, method: 'GET', path: '/portals', scope: 'read', operation: 'listPortals', reach: 'free', summary: 'Lists portals by number.', answer: { ...portal, list: true },
    ...listed(portalListing, { show: (rows, db) => portalsOfRows(db, rows) }) },
  { ...base, method: 'POST', path: '/portals', scope: 'admin', operation: 'createPortal', needs: settled('CREATE'), summary: 'Makes a portal.', body: portal, answer: portal, status: 201,
    handle: async ({ ctx, body }) => {
      const made = await createPortal(ctx, body)
      return { ...shown(made), location: urlOf(ctx, '/portals', made.id) }
    } },
  { ...base, method: 'GET', path: '/portals/:id', scope: 'read', operation: 'readPortal', reach: 'free', summary: 'Reads a portal.', answer: portal,
    handle: async (call) => shown(await readPortalDocument(call.ctx.db, portalId(call))) },
  { ...base, method: 'PUT', path: '/portals/:id', scope: 'admin', operation: 'replacePortal', needs: settled('UPDATE'), summary: 'Replaces a portal; settings left out are removed.', body: portal, answer: portal,
    handle: async (call) => shown(await replacePortal(call.ctx, portalId(call), call.body, call.versions)) },
  { ...base, method: 'DELETE', path: '/portals/:id', scope: 'admin', operation: 'deletePortal', summary: 'Removes a portal that nobody is in.', status: 204,
    handle: async (call) => {
      await deletePortal(call.ctx, portalId(call), call.versions)
      return {}
    } },
  { ...base, method: 'PATCH', path: '/portals/:id', scope: 'admin', operation: 'patchPortal', needs: settled('UPDATE'), summary: 'Changes a portal by JSON Merge Patch.', body: portal, answer: portal,
    handle: async (call) => shown(await patchPortal(call.ctx, portalId(call), call.body, call.versions)) },
  { ...base, method: 'GET', path: '/portals/:id/settings', scope: 'read', operation: 'readPortalSettings', reach: 'free', summary: 'Reads the settings of a portal.', answer: { component: 'PortalSettings' },
    handle: async (call) => {
      const document = await readPortalDocument(call.ctx.db, portalId(call))
      return { body: document.settings, version: document.meta.version }
    } },
  { ...base, method: 'PATCH', path: '/portals/:id/settings', scope: 'admin', operation: 'patchPortalSettings', needs: settled('UPDATE'), summary: 'Sets settings of a portal; null removes one.', body: { component: 'PortalSettings' }, answer: { component: 'PortalSettings' },
    handle: async (call) => {
      const document = await patchPortal(call.ctx, portalId(call), { settings: call.body }, call.versions)
      return { body: document.settings, version: document.meta.version }
    } },
  { ...base, method: 'GET', path: '/portals/:id/users', scope: 'read', operation: 'listPortalUsers', summary: 'Lists the people of a portal and their links to Okta.', answer: users, reach: 'query',
    ...listed(portalUserListing, {
      scope: ({ authority }) => reachScope(authority?.reach, 't.person_id'),
      where: async (call) => {
        const id = portalId(call)
        await readPortalDocument(call.ctx.db, id)
        return { portal_id: id }
      },
    }) },
  { ...base, method: 'POST', path: '/portals/:id/users', scope: 'write', operation: 'addPortalUsers', summary: 'Makes people members of a portal: a list of ids of people.', body: { component: 'PersonIds' }, answer: users, needs: members, reach: 'query',
    handle: async (call) => ({ body: { items: await addPortalUsers(call.ctx, portalId(call), call.body) } }) },
  { ...base, method: 'DELETE', path: '/portals/:id/users/:userId', scope: 'write', operation: 'removePortalUser', summary: 'Takes a person out of a portal; the account is queued for unassignment.', status: 204, needs: members,
    handle: async (call) => {
      const gone = await removePortalUsers(call.ctx, portalId(call), [call.params.userId])
      if (gone.length === 0) throw new GatehouseError('not_found', 'This person is not a member of this portal.')
      return {}
    } },
  { ...base, method: 'POST', path: '/portals/:id/mass-delete', scope: 'write', operation: 'planMassDelete', summary: 'Plans a mass delete: whom it takes out of the portal, row by row. Apply the plan to carry it out, at once or not at all.', body: { component: 'MassDelete' }, answer: { component: 'Plan' }, status: 201, needs: members, reach: 'query', judgesTexts: true,
    handle: async (call) => {
      const request = massDeleteRequest(call.body)
      refuseUnless(call.ctx.authority, massDeleteNeeds({ ...request }))
      const plan = await planMassDelete(call.ctx, portalId(call), request)
      return { body: plan, location: urlOf(call.ctx, '/plans', plan.id) }
    } },
])
