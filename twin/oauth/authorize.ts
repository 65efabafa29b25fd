/**
 * `…/v1/authorize`: client and redirect address first, since without them nothing may be sent anywhere; then the request;
 * then the person (session, session token, or the sign-in page); then whether the app is theirs.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { scopeOf } from '../app-scope.ts'
import { clientCredentials, clientSettings, findClient } from '../apps.ts'
import { appTarget, emit, userActor, userTarget } from '../events/emit.ts'
import { randomText } from '../random.ts'
import type { OktaApp, OktaUser, Org } from '../state.ts'
import { takeSessionToken } from './authn.ts'
import { perClient } from './client-limits.ts'
import { readForm, readQuery } from './form.ts'
import type { Form } from './form.ts'
import { escapeHtml, sendPage, sendProblemPage } from './html.ts'
import { OAuthError } from './oauth-error.ts'
import { hasScope, openIdScopes, pathsOf, serverOf } from './servers.ts'
import { findSession, sessionCookie, setSessionCookie, startSession } from './sessions.ts'
import { signInPath } from './sign-in-page.ts'
import type { AuthorizationServer, Session } from './store.ts'

/** Okta's: a code is good for one minute. */
const codeMs = 60_000

interface Asked {
  org: Org
  server: AuthorizationServer
  app: OktaApp
  form: Form
  redirectUri: string
  scopes: string[]
}

/** Registers the authorize endpoint of every server on `app`. */
export function authorizeRoutes(app: FastifyInstance, org: Org): void {
  for (const path of pathsOf('authorize')) {
    app.get(path, (request, reply) => authorize(org, request, reply, readQuery(request)))
    app.post(path, (request, reply) => authorize(org, request, reply, readForm(request)))
  }
}

function authorize(org: Org, request: FastifyRequest, reply: FastifyReply, form: Form): FastifyReply {
  const server = serverOf(org, request)
  const client = findClient(org, form['client_id'] ?? '')
  if (client?.status !== 'ACTIVE') return sendProblemPage(reply, 'Invalid value for \'client_id\' parameter.')
  perClient(org, client.clientId, request.ip)
  const redirectUri = form['redirect_uri'] ?? ''
  const known = clientSettings(client)['redirect_uris']
  if (!Array.isArray(known) || !known.includes(redirectUri)) return sendProblemPage(reply, 'The \'redirect_uri\' parameter must be a Login redirect URI in the client app settings.')
  const asked: Asked = { org, server, app: client, form, redirectUri, scopes: [...new Set((form['scope'] ?? '').split(' ').filter(Boolean))] }
  try {
    checkRequest(asked)
    const signedIn = whoIsIt(asked, request, reply)
    if (!signedIn) return toSignIn(request, reply, form)
    return answer(asked, reply, { code: grantCode(asked, signedIn.user, signedIn.session) })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return answer(asked, reply, { error: error.error, error_description: error.message })
  }
}

function checkRequest({ server, app, form, scopes }: Asked): void {
  const settings = clientSettings(app)
  const refuse = (error: string, description: string): never => {
    throw new OAuthError(error, description)
  }
  if (form['request'] !== undefined || form['request_uri'] !== undefined) refuse('request_not_supported', 'Request objects are not supported.')
  if (!form['state']) refuse('invalid_request', 'The authentication request has an invalid \'state\' parameter.')
  if (form['response_type'] !== 'code') refuse('unsupported_response_type', 'The response type is not supported by the authorization server.')
  if (!['query', 'fragment', 'form_post', undefined].includes(form['response_mode'])) refuse('invalid_request', 'The \'response_mode\' parameter is invalid.')
  const given = settings['grant_types'] ?? ['authorization_code']
  const types: unknown[] = Array.isArray(given) ? given : []
  if (!types.includes('authorization_code')) refuse('unauthorized_client', 'The client is not authorized to use the provided grant type.')
  if (scopes.length === 0) refuse('invalid_scope', 'The authentication request has an invalid \'scope\' parameter.')
  // A person's token never carries scopes of the management API here: those are for service apps.
  if (scopes.some((scope) => !hasScope(server, scope) || scope.startsWith('okta.'))) refuse('invalid_scope', 'One or more scopes are not configured for the authorization server resource.')
  if (scopes.includes('offline_access') && !types.includes('refresh_token')) refuse('invalid_scope', 'The client is not authorized to use the scope \'offline_access\'.')
  if (server.id === 'org' && scopes.every((scope) => !openIdScopes.includes(scope))) refuse('invalid_scope', 'The scope \'openid\' is missing.')
  checkChallenge(app, form, refuse)
}

function checkChallenge(app: OktaApp, form: Form, refuse: (error: string, description: string) => never): void {
  const credentials = clientCredentials(app)
  const method = form['code_challenge_method']
  if (form['code_challenge'] === undefined) {
    const needed = credentials['token_endpoint_auth_method'] === 'none' || credentials['pkce_required'] === true
    if (needed) refuse('invalid_request', 'PKCE code challenge is required by the application.')
    return
  }
  if (method !== 'S256') refuse('invalid_request', 'The \'code_challenge_method\' parameter has to be S256.')
  if (!/^[A-Za-z0-9_-]{43,128}$/.test(form['code_challenge'])) refuse('invalid_request', 'The \'code_challenge\' parameter is invalid.')
}

/** The person at the browser; null when they have to sign in first. */
function whoIsIt({ org, form }: Asked, request: FastifyRequest, reply: FastifyReply): { user: OktaUser; session: Session } | null {
  const prompt = form['prompt']?.split(' ') ?? []
  if (form['sessionToken'] !== undefined) {
    const user = takeSessionToken(org, form['sessionToken'])
    if (user) {
      const session = startSession(org, user)
      reply.header('set-cookie', setSessionCookie(session.id))
      return { user, session }
    }
  }
  const found = findSession(org, sessionCookie(request.headers.cookie))
  const maxAge = form['max_age'] === undefined ? Infinity : Number(form['max_age']) * 1000
  const fresh = found && org.now() - found.session.created <= maxAge && !prompt.includes('login')
  if (fresh) return found
  if (prompt.includes('none')) throw new OAuthError('login_required', 'The client specified not to prompt, but the user is not logged in.')
  return null
}

/** On to the sign-in page, and back here with the prompt for it taken out, since it will have been answered. */
function toSignIn(request: FastifyRequest, reply: FastifyReply, form: Form): FastifyReply {
  const back = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) if (value !== undefined && !['prompt', 'max_age', 'sessionToken'].includes(name)) back.set(name, value)
  const query = new URLSearchParams({ fromURI: `${request.url.split('?', 1)[0]}?${back}` })
  if (form['login_hint']) query.set('username', form['login_hint'])
  return reply.redirect(`${signInPath}?${query}`, 302)
}

function grantCode({ org, server, app, form, redirectUri, scopes }: Asked, user: OktaUser, session: Session): string {
  const about = { actor: userActor(user), targets: [appTarget(app), userTarget(user)] }
  if (scopeOf(org, app, user) === null) {
    emit(org, 'user.authentication.sso', { ...about, result: 'FAILURE', reason: 'User is not assigned to the client application.' })
    throw new OAuthError('access_denied', 'User is not assigned to the client application.')
  }
  emit(org, 'user.authentication.sso', about)
  const code = randomText(org.random, 43)
  org.oauth.codes.set(code, {
    clientId: app.clientId, userId: user.id, serverId: server.id, redirectUri, scopes, nonce: form['nonce'] ?? null,
    challenge: form['code_challenge'] ?? null, authTime: Math.floor(session.created / 1000), expires: org.now() + codeMs, family: randomText(org.random, 20), used: false,
  })
  return code
}

/** Back to the app, in the way it asked for. */
function answer({ form, redirectUri }: Asked, reply: FastifyReply, parameters: Record<string, string>): FastifyReply {
  const all = { ...parameters, ...(form['state'] ? { state: form['state'] } : {}) }
  if (form['response_mode'] === 'form_post') {
    const fields = Object.entries(all).map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`).join('')
    return sendPage(reply, 200, 'Signing in', `<form method="post" action="${escapeHtml(redirectUri)}">${fields}<button>Continue</button></form>`, 'default-src \'none\'; style-src \'unsafe-inline\'')
  }
  const address = new URL(redirectUri)
  if (form['response_mode'] === 'fragment') address.hash = new URLSearchParams(all).toString()
  else for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value)
  return reply.redirect(address.href, 302)
}
