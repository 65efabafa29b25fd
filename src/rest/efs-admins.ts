/** Routes of the administrators of EFS: the second population that is kept in step with Okta. They belong to no portal. */
import { GatehouseError } from '../errors.ts'
import { addAdminUsers, removeAdminUsers } from '../portals/portal-users.ts'
import { efsAdminListing } from '../store/portals.ts'
import { reachScope } from '../store/reach.ts'
import { listed } from './listing.ts'
import { settled } from './portals.ts'
import { guarded, type Route } from './route.ts'

const base = { tag: 'Portals' } as const
const path = '/portals/admins/users'
const admins = { component: 'EfsAdmin', list: true }
/** Who administers the suite reaches every portal of it: that is not for whoever looks after one. */
const appoints = settled('GRANT')

export const efsAdminRoutes: readonly Route[] = guarded('portals', [
  { ...base, method: 'GET', path, scope: 'read', operation: 'listEfsAdmins', summary: 'Lists the administrators of EFS and their links to Okta.', answer: admins, reach: 'query',
    ...listed(efsAdminListing, { scope: ({ authority }) => reachScope(authority?.reach, 't.person_id') }) },
  { ...base, method: 'POST', path, scope: 'admin', operation: 'addEfsAdmins', summary: 'Makes people administrators of EFS: a list of ids of people. The next run of any portal gives them their accounts.', body: { component: 'PersonIds' }, answer: admins, needs: appoints, reach: 'query',
    handle: async ({ ctx, body }) => ({ body: { items: await addAdminUsers(ctx, body) } }) },
  { ...base, method: 'DELETE', path: `${path}/:userId`, scope: 'admin', operation: 'removeEfsAdmin', summary: 'Ends a person\'s being an administrator of EFS; the account is queued for unassignment.', status: 204, needs: appoints,
    handle: async ({ ctx, params }) => {
      const gone = await removeAdminUsers(ctx, [params.userId])
      if (gone.length === 0) throw new GatehouseError('not_found', 'This person is no administrator of EFS.')
      return {}
    } },
])
