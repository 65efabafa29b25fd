/** Routes of mail and SMS: what waits, what was sent, what could not be; never what stands in it. */
import { readMessage, retryMessage } from '../notify/dead-letters.ts'
import { messageListing } from '../store/messages.ts'
import { listed } from './listing.ts'
import { guarded, type Route } from './route.ts'

const base = { tag: 'Messages', scope: 'admin', answer: { component: 'Message' } } as const
const reads = [{ resource: 'system', right: 'READ' }, { resource: 'people', right: 'READ' }] as const
const writes = [{ resource: 'system', right: 'UPDATE' }] as const

export const messageRoutes: readonly Route[] = guarded('system', [
  { ...base, method: 'GET', path: '/messages', needs: reads, operation: 'listMessages', summary: 'Lists mail and SMS, the newest first; `filter=status eq "DEAD"` for those that could not be sent.', ...listed(messageListing), answer: { component: 'Message', list: true } },
  { ...base, method: 'GET', path: '/messages/:id', needs: reads, operation: 'readMessage', summary: 'Reads what became of a message.',
    handle: async ({ ctx, params }) => ({ body: await readMessage(ctx.db, params.id!) }) },
  { ...base, method: 'POST', path: '/messages/:id/retry', needs: writes, unversioned: true, operation: 'retryMessage', summary: 'Queues a message again that was given up, unless it held a link or code.',
    handle: async ({ ctx, params }) => ({ body: await retryMessage(ctx, params.id!) }) },
])
