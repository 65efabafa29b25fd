/** Routes of signing in to a portal through Okta: there, back again, new tokens, and out; and the client secret for it. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readSecretState, removePortalSecret, setPortalSecret } from '../portals/portal-secret.ts'
import { beginPortalSignIn, completePortalSignIn } from '../signin/portal-sign-in.ts'
import { readPortalState, refreshPortalTokens, signOutOfPortal } from '../signin/portal-session.ts'
import type { MasterKey } from '../store/master-key.ts'
import { questionLimiter, refreshLimiter } from './limits.ts'
import { problemPage, problemPageHeaders } from './problem-page.ts'
import { problemWords } from './problem-words.ts'
import { problemOf } from './problem.ts'
import { guarded, type Answer, type Call, type QueryParameter, type Route } from './route.ts'
import { portalId, settled } from './portals.ts'
import { textsOf } from './sign-in.ts'

const base = { tag: 'Portals', scope: 'read', needs: [], reach: 'free' } as const
const state = { component: 'PortalSessionState' }
const secretState = { component: 'PortalSecretState' }

/** What Okta adds to the address (RFC 6749 §4.1.2, RFC 9207). */
const cameBackWith: readonly QueryParameter[] = [
  { name: 'code', type: 'string', doc: 'The authorization code.' },
  { name: 'state', type: 'string', doc: 'What names the sign-in that was begun.' },
  { name: 'iss', type: 'string', doc: 'The issuer.' },
  { name: 'error', type: 'string', doc: 'Why there is no code.' },
  { name: 'error_description', type: 'string', doc: 'The same in words.' },
]

/** People come with a browser: what stands against them is a page, unless they ask for JSON. */
function navigable(handle: (call: Call) => Promise<Answer>): (call: Call) => Promise<Answer> {
  return async (call) => {
    try {
      return await handle(call)
    } catch (error) {
      if (call.accept !== 'text/html' || !(error instanceof GatehouseError)) throw error
      const { status, detail } = problemOf(error, call.ctx.actor.correlationId)
      const words = problemWords(call.languages)
      const link = { path: `/api/v1/portals/${encodeURIComponent(call.params['id'] ?? '')}/sign-in`, text: error.code === 'signed_in_as_other' ? words.other : words.again }
      return { status, headers: problemPageHeaders, html: problemPage({ words, title: words.titleOf(error.code), detail: detail ?? '', detailIn: 'en', link, requestId: call.ctx.actor.correlationId }) }
    }
  }
}

/** Sign-ins that begin at one address: anybody can begin one, and each is kept for a while. */
function beginningLimiter() {
  let limiter: ReturnType<typeof questionLimiter> | undefined
  return ({ config, actor: { ip } }: Context) => {
    limiter ??= questionLimiter(config)
    limiter.check(ip ?? '')
    limiter.count(ip ?? '')
  }
}

export function portalSignInRoutes(masterKey: MasterKey): Route[] {
  const countBeginning = beginningLimiter()
  const refreshes = refreshLimiter()

  async function begin(call: Call): Promise<Answer> {
    countBeginning(call.ctx)
    const { address, binding } = await beginPortalSignIn(call.ctx, masterKey, { portalId: portalId(call), returnTo: call.query['returnTo'] as string | undefined, visit: call.visit ?? {} })
    return { location: address, cookies: [{ name: 'binding', value: binding }] }
  }

  async function complete(call: Call): Promise<Answer> {
    const query = Object.fromEntries(Object.entries(call.query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
    const { token, device, returnTo } = await completePortalSignIn(call.ctx, masterKey, { portalId: portalId(call), query }, call.visit ?? {})
    return { location: returnTo, cookies: [{ name: 'session', value: token }, { name: 'device', value: device }] }
  }

  return [
    { ...base, method: 'GET', path: '/portals/:id/sign-in', caller: 'everyone', navigated: true, operation: 'beginPortalSignIn', status: 303, refuses: [409, 502], summary: 'Sends a browser to Okta to sign in to the portal.',
      query: [{ name: 'returnTo', type: 'string', doc: 'The path of this server to go to afterwards; the start page when absent.' }], handle: navigable(begin) },
    { ...base, method: 'GET', path: '/portals/:id/callback', caller: 'everyone', navigated: true, operation: 'completePortalSignIn', status: 303, refuses: [409, 502], summary: 'Takes a browser back from Okta: opens the session, or says in a page why not.', query: cameBackWith, handle: navigable(complete) },
    { ...base, method: 'GET', path: '/portals/:id/session', caller: 'signing-in', operation: 'readPortalSession', summary: 'Says where a session stands that was begun at the portal. Without its tokens it is over.', answer: state,
      handle: async (call) => ({ body: await readPortalState(call.ctx, masterKey, portalId(call), call.session!) }) },
    { ...base, method: 'POST', path: '/portals/:id/session/refresh', caller: 'signing-in', operation: 'refreshPortalSession', refuses: [502], summary: 'Exchanges the session\'s tokens at Okta for new ones, one request at a time. When Okta refuses, the session is over.', answer: state,
      handle: async (call) => {
        refreshes.count(call.session!.sessionId)
        return { body: await refreshPortalTokens(call.ctx, masterKey, portalId(call), call.session!) }
      } },
    { ...base, method: 'POST', path: '/portals/:id/sign-out', caller: 'signing-in', operation: 'signOutOfPortal', summary: 'Ends the session here, and says where the browser ends that at Okta.', answer: { component: 'PortalSignedOut' },
      handle: async (call) => {
        const { address } = await signOutOfPortal(call.ctx, masterKey, portalId(call), call.session!)
        return { body: address === undefined ? {} : { redirectTo: address }, cookies: [{ name: 'session', value: undefined }] }
      } },
    ...guarded('portals', [
      { tag: base.tag, method: 'GET', path: '/portals/:id/secret', scope: 'read', operation: 'readPortalSecret', reach: 'free', summary: 'Says whether the portal\'s client in Okta has a secret here; never which.', answer: secretState,
        handle: async (call) => ({ body: await readSecretState(call.ctx.db, portalId(call)) }) },
      { tag: base.tag, method: 'PUT', path: '/portals/:id/secret', scope: 'admin', operation: 'setPortalSecret', needs: settled('UPDATE'), summary: 'Sets the secret of the portal\'s client in Okta.', body: { component: 'PortalSecret' }, answer: secretState, secretBody: true, unversioned: true,
        handle: async (call) => ({ body: await setPortalSecret(call.ctx, masterKey, portalId(call), textsOf(call.body, { secret: 512 }).secret) }) },
      { tag: base.tag, method: 'DELETE', path: '/portals/:id/secret', scope: 'admin', operation: 'removePortalSecret', needs: settled('DELETE'), summary: 'Removes the secret: the client is a public one.', status: 204, unversioned: true,
        handle: async (call) => {
          await removePortalSecret(call.ctx, portalId(call))
          return {}
        } },
    ]),
  ]
}
