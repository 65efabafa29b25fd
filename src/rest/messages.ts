/** Routes of mail and SMS: what waits, what was sent, what could not be; never what stands in it. */
import { readMessage, retryMessage } from '../notify/dead-letters.ts'
import { checkUser } from '../signin/sessions.ts'
import { documentOfRow, type Listing } from '../store/list-rows.ts'
import { messageListing } from '../store/messages.ts'
import { listed } from './listing.ts'
import { guarded, type Route } from './route.ts'

const base = { tag: 'Messages', scope: 'admin', answer: { component: 'Message' } } as const
const reads = [{ resource: 'system', right: 'READ' }, { resource: 'people', right: 'READ' }] as const
const writes = [{ resource: 'system', right: 'UPDATE' }] as const

/** As the help desk lists them: what a mail server said may quote the mail, so that nobody searches in it. */
const ofPerson: Listing = { ...messageListing, attributes: messageListing.attributes.map((one) => (one.path === 'lastError' ? { ...one, filterable: false } : one)) }

/** A server's words without what may be a link, a token of one, or a code: a filter of mails names what it dislikes. */
const withoutSecrets = (text: string) => text.replaceAll(/\bhttps?:\S*/giu, '…').replaceAll(/[\w-]{32,}|\d[\d -]{4,}\d/gu, '…')

/** A person's messages for who helps them: reads and resets people, and sees their addresses and numbers anyhow. */
const personMessageRoutes: readonly Route[] = guarded('people', [
  { method: 'GET', path: '/users/:id/messages', tag: 'People', scope: 'read', needs: [{ resource: 'people', right: 'READ' }, { resource: 'people', right: 'RESET' }], operation: 'listUserMessages',
    summary: 'Lists mail and SMS to a person, the newest first: whether each waits, was handed over or given up, and why; never what stands in it.', answer: { component: 'Message', list: true },
    ...listed(ofPerson, {
      where: async ({ ctx, params }) => {
        await checkUser(ctx.db, params.id!)
        return { user_id: params.id }
      },
      show: (rows) => rows.map((row) => {
        const { lastError, ...message } = documentOfRow(ofPerson, row)
        return { ...message, ...(typeof lastError === 'string' ? { lastError: withoutSecrets(lastError) } : {}) }
      }),
    }) },
])

export const messageRoutes: readonly Route[] = [...personMessageRoutes, ...guarded('system', [
  { ...base, method: 'GET', path: '/messages', needs: reads, operation: 'listMessages', summary: 'Lists mail and SMS, the newest first; `filter=status eq "DEAD"` for those that could not be sent.', ...listed(messageListing), answer: { component: 'Message', list: true } },
  { ...base, method: 'GET', path: '/messages/:id', needs: reads, operation: 'readMessage', summary: 'Reads what became of a message.',
    handle: async ({ ctx, params }) => ({ body: await readMessage(ctx.db, params.id!) }) },
  { ...base, method: 'POST', path: '/messages/:id/retry', needs: writes, unversioned: true, operation: 'retryMessage', summary: 'Queues a message again that was given up, unless it held a link or code.',
    handle: async ({ ctx, params }) => ({ body: await retryMessage(ctx, params.id!) }) },
])]
