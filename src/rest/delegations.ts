/** Routes of administering Gatehouse itself: whom an administrator may administer, and what the caller may do. */
import { addDelegation, removeDelegation } from '../access/delegations.ts'
import { readUser } from '../directory/users.ts'
import { ownResources, type Need, type OwnResource, type OwnRight } from '../model/own-access.ts'
import { may } from '../records/guard.ts'
import { listDelegations } from '../store/delegations.ts'
import { addressOf } from './records.ts'
import { user } from '../model/user.ts'
import { guarded, type Answer, type Call, type Route } from './route.ts'

const tag = 'Access'
const delegation = { component: 'Delegation' }
const needs: readonly Need[] = [{ resource: 'access', right: 'GRANT' }]

export const delegationRoutes: readonly Route[] = guarded('access', [
  { method: 'GET', path: '/users/:id/delegations', scope: 'read', tag, operation: 'listDelegations', summary: 'Lists to which people somebody who administers is restricted; none means everybody.', answer: { ...delegation, list: true },
    handle: async ({ ctx, params }) => {
      await readUser(ctx.db, params.id!, [])
      return { body: { items: await listDelegations(ctx.db, params.id!) } }
    } },
  { method: 'POST', path: '/users/:id/delegations', scope: 'admin', tag, needs, unversioned: true, operation: 'addDelegation', summary: 'Restricts somebody who administers to the people of an organisation, of a group, or to their own reports.', body: delegation, answer: delegation, status: 201,
    handle: async ({ ctx, params, body }) => {
      const made = await addDelegation(ctx, params.id!, body)
      return { body: made, location: `${addressOf(ctx, user, params.id)}/delegations/${made.id}` }
    } },
  { method: 'DELETE', path: '/users/:id/delegations/:delegationId', scope: 'admin', tag, needs, unversioned: true, operation: 'removeDelegation', summary: 'Takes a restriction away; without the last one they administer everybody.', status: 204,
    handle: async ({ ctx, params }) => {
      await removeDelegation(ctx, params.id!, params.delegationId!)
      return {}
    } },
])

/** What the caller may do: for a console that shows no more than that. */
async function ownAccess({ ctx, scopes }: Call): Promise<Answer> {
  const { authority, actor } = ctx
  const rights = Object.entries(ownResources).map(([resource, all]) =>
    [resource, all.rights.filter((right: OwnRight) => may(authority, { resource: resource as OwnResource, right }))] as const)
  const delegations = authority?.reach && actor.userId !== null ? await listDelegations(ctx.db, actor.userId) : []
  return { body: { ...(actor.userId === null ? {} : { userId: actor.userId }), scopes, rights: Object.fromEntries(rights.filter(([, some]) => some.length > 0)), delegations } }
}

export const ownAccessRoutes: readonly Route[] = [
  { method: 'GET', path: '/access/me', scope: 'read', needs: [], reach: 'free', tag, operation: 'readOwnAccess', summary: 'Tells what the caller may do in Gatehouse, and about whom.', answer: { component: 'OwnAccess' }, handle: ownAccess },
]
