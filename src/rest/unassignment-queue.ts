/** Routes of the queues of accounts to unassign in Okta: how they stand, and having what failed tried again. */
import { GatehouseError } from '../errors.ts'
import type { QueuePopulation } from '../model/queue-states.ts'
import { retryQueued } from '../portals/unassignment-queue.ts'
import { countQueue, queueListings } from '../store/unassignment-queue.ts'
import { listed } from './listing.ts'
import { guarded, type Call, type UnguardedRoute } from './route.ts'

function entryId({ params }: Call): number {
  const id = Number(params.id)
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647) throw new GatehouseError('not_found', `There is no entry ${params.id} in this queue.`)
  return id
}

const list = { component: 'QueuedAccount', list: true }
const retried = { component: 'RetriedAccounts' }

/** Panelists and administrators are numbered apart, and wait in a queue each. */
function routesOf(population: QueuePopulation, path: string, name: string, whose: string): UnguardedRoute[] {
  const base = { tag: 'Portals' } as const
  const retry = { ...base, method: 'POST', scope: 'write', answer: retried, needs: [{ resource: 'portals', right: 'UPDATE' }] } as const
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${name}`, summary: `Lists the accounts${whose} that wait to be unassigned in Okta, with what failed and when it is tried again.`, answer: list, ...listed(queueListings[population]) },
    { ...base, method: 'GET', path: `${path}/counts`, scope: 'read', operation: `count${name}`, summary: `Says how many accounts${whose} wait, wait for another attempt, or were given up.`, answer: { component: 'QueueCounts' },
      handle: async ({ ctx }) => ({ body: await countQueue(ctx.db, population) }) },
    { ...retry, path: `${path}/retry`, operation: `retry${name}`, summary: `Has every account${whose} tried again that failed or was given up.`, handle: async ({ ctx }) => ({ body: { retried: await retryQueued(ctx, population, null) } }) },
    { ...retry, path: `${path}/:id/retry`, operation: `retryOneOf${name}`, summary: 'Has one account tried again at once.', handle: async (call) => ({ body: { retried: await retryQueued(call.ctx, population, entryId(call)) } }) },
  ]
}

export const queueRoutes = guarded('portals', [
  ...routesOf('panelist', '/portals/unassignment-queue', 'UnassignmentQueue', ''),
  ...routesOf('admin', '/portals/admin-unassignment-queue', 'AdminUnassignmentQueue', ' of administrators'),
])
