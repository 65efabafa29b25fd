/** Routes of sessions: where a person is signed in, and ending that; and ending it for everybody. */
import { checkUser, endEverySession, endSessions } from '../signin/sessions.ts'
import { liveSessions, sessionListing } from '../store/sessions.ts'
import { listed } from './listing.ts'
import { guarded, type Route } from './route.ts'

const base = { tag: 'People' } as const

export const sessionRoutes: readonly Route[] = guarded('people', [
  // Closed to who may administer some people only. Nobody gains anything by it, so that it asks for no more rights than everybody has.
  { ...base, method: 'DELETE', path: '/sessions', scope: 'admin', needs: [{ resource: 'people', right: 'RESET' }, { resource: 'system', right: 'UPDATE' }], operation: 'endEverySession', summary: 'Ends all sessions of everybody at once, one\'s own too, and offline access of applications; remembered devices are asked again.', status: 204, unversioned: true,
    handle: async ({ ctx }) => {
      await endEverySession(ctx)
      return {}
    } },
  { ...base, method: 'GET', path: '/users/:id/sessions', scope: 'read', operation: 'listUserSessions', summary: 'Lists the sessions of a person, the newest first.', answer: { component: 'Session', list: true },
    ...listed(sessionListing, {
      where: async ({ ctx, params }) => {
        await checkUser(ctx.db, params.id!)
        return { user_id: params.id }
      },
      scope: (ctx) => liveSessions(ctx.now(), ctx.config.SESSION_IDLE_MINUTES),
    }) },
  { ...base, method: 'DELETE', path: '/users/:id/sessions', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], operation: 'endUserSessions', summary: 'Ends all sessions of a person at once, and offline access of applications; their remembered devices are asked again.', status: 204,
    handle: async ({ ctx, params }) => {
      await endSessions(ctx, params.id!)
      return {}
    } },
  { ...base, method: 'DELETE', path: '/users/:id/sessions/:sessionId', scope: 'write', needs: [{ resource: 'people', right: 'RESET' }], operation: 'endUserSession', summary: 'Ends one session of a person at once.', status: 204,
    handle: async ({ ctx, params }) => {
      await endSessions(ctx, params.id!, params.sessionId)
      return {}
    } },
])
