/** `POST …/v1/token`: authorization code (with PKCE), refresh token, client credentials. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { scopeOf } from '../app-scope.ts'
import { clientCredentials, clientSettings } from '../apps.ts'
import { appTarget, clientActor, emit, userActor, userTarget } from '../events/emit.ts'
import { baseUrl } from '../paging.ts'
import { grantedScopes } from '../service-apps.ts'
import type { OktaApp, OktaUser, Org } from '../state.ts'
import { authenticateClient } from './client-auth.ts'
import { verifyProof } from './dpop.ts'
import { readForm } from './form.ts'
import type { Form } from './form.ts'
import { issueRefreshToken, issueTokens, rotationOf } from './issue-tokens.ts'
import type { Issuing, TokenAnswer } from './issue-tokens.ts'
import { invalidClient, OAuthError } from './oauth-error.ts'
import { hasScope, openIdScopes, pathsOf, serverOf } from './servers.ts'
import { revokeTokens } from './sessions.ts'
import type { AuthorizationServer, Code, RefreshToken } from './store.ts'

/** Okta's default: a refresh token ends when it has not been used for seven days. */
const idleMs = 7 * 86_400_000

type Base = Pick<Issuing, 'org' | 'server' | 'request' | 'app' | 'jkt'>

const grants: Record<string, (base: Base, form: Form) => Promise<TokenAnswer>> = {
  authorization_code: redeemCode,
  refresh_token: refresh,
  client_credentials: serviceToken,
}

/** Registers the token endpoint of every server on `app`. */
export function tokenRoutes(app: FastifyInstance, org: Org): void {
  for (const path of pathsOf('token')) {
    app.post(path, async (request, reply) => {
      const server = serverOf(org, request)
      const form = readForm(request)
      const grant = form['grant_type']
      if (grant === undefined || !Object.hasOwn(grants, grant)) throw new OAuthError('unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.')
      const client = await authenticateClient(org, server, request, form)
      const allowed = clientSettings(client)['grant_types'] ?? ['authorization_code']
      if (!Array.isArray(allowed) || !allowed.includes(grant)) throw new OAuthError('unauthorized_client', 'The client is not authorized to use the provided grant type.')
      const jkt = await boundKey(org, client, request)
      const answer = await grants[grant]!({ org, server, request, app: client, jkt }, form)
      return reply.header('cache-control', 'no-store').header('pragma', 'no-cache').send(answer)
    })
  }
}

/** The key that tokens are bound to, where the app or the org demands it; a proof that nobody asked for is passed over. */
async function boundKey(org: Org, client: OktaApp, request: FastifyRequest): Promise<string | null> {
  const isService = clientSettings(client)['application_type'] === 'service'
  if (clientSettings(client)['dpop_bound_access_tokens'] !== true && !(isService && org.options.requireDpop)) return null
  const url = `${baseUrl(request)}${request.url.split('?', 1)[0]}`
  return verifyProof(org, request.headers['dpop'], { method: 'POST', url, needsNonce: true })
}

async function redeemCode(base: Base, form: Form): Promise<TokenAnswer> {
  const { org, app, server } = base
  const code = org.oauth.codes.get(form['code'] ?? '')
  if (!code || code.clientId !== app.clientId || code.serverId !== server.id || org.now() >= code.expires) throw invalidGrant('The authorization code is invalid or has expired.')
  if (code.used) {
    // Used twice means that somebody else had it too (RFC 6749, 4.1.2).
    revokeTokens(org, ({ family }) => family === code.family)
    throw invalidGrant('The authorization code is invalid or has expired.')
  }
  if (form['redirect_uri'] !== code.redirectUri) throw invalidGrant('The \'redirect_uri\' does not match the redirection URI used in the authorization request.')
  checkVerifier(code, form['code_verifier'])
  code.used = true
  const user = usableUser(org, app, code.userId)
  const issuing: Issuing = { ...base, user, scopes: code.scopes, authTime: code.authTime, nonce: code.nonce, family: code.family }
  return withRefreshToken(issuing, await issueTokens(issuing))
}

function checkVerifier({ challenge }: Code, verifier: string | undefined): void {
  if (challenge === null && verifier === undefined) return
  const good = verifier !== undefined && /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) && createHash('sha256').update(verifier).digest('base64url') === challenge
  if (!good) throw invalidGrant('PKCE verification failed.')
}

function withRefreshToken(issuing: Issuing, answer: TokenAnswer): TokenAnswer {
  const { org, app, user, scopes } = issuing
  emit(org, 'app.oauth2.token.grant', { actor: user ? userActor(user) : clientActor(app), targets: [appTarget(app), ...(user ? [userTarget(user)] : [])], debug: { grantedScopes: scopes.join(' ') } })
  const types = clientSettings(app)['grant_types']
  const wanted = scopes.includes('offline_access') && Array.isArray(types) && types.includes('refresh_token')
  return wanted ? { ...answer, refresh_token: issueRefreshToken(issuing) } : answer
}

/** The person of a grant, as long as they may still sign in to the app. */
function usableUser(org: Org, app: OktaApp, userId: string): OktaUser {
  const user = org.users.get(userId)
  if (user?.status !== 'ACTIVE') throw invalidGrant('The user is not active.')
  if (scopeOf(org, app, user) === null) throw new OAuthError('access_denied', 'User is not assigned to the client application.')
  return user
}

async function refresh(base: Base, form: Form): Promise<TokenAnswer> {
  const { org, app, server } = base
  const value = form['refresh_token'] ?? ''
  const token = org.oauth.refreshTokens.get(value)
  if (!token || token.clientId !== app.clientId || token.serverId !== server.id || org.now() - token.lastUsed > idleMs) throw invalidRefresh()
  const { rotates, leewayMs } = rotationOf(app)
  if (token.replaced !== null && org.now() - token.replaced >= leewayMs) {
    revokeTokens(org, ({ family }) => family === token.family)
    throw invalidRefresh()
  }
  const scopes = narrowed(token, form['scope'])
  const user = usableUser(org, app, token.userId)
  const issuing: Issuing = { ...base, user, scopes, authTime: token.authTime, nonce: null, family: token.family }
  const answer = await issueTokens(issuing)
  token.lastUsed = org.now()
  if (!rotates) return { ...answer, refresh_token: value }
  token.replaced ??= org.now()
  return { ...answer, refresh_token: issueRefreshToken({ ...issuing, scopes: token.scopes }) }
}

function narrowed(token: RefreshToken, asked: string | undefined): string[] {
  if (asked === undefined || asked === '') return token.scopes
  const scopes = asked.split(' ').filter((scope) => scope !== '')
  if (scopes.some((scope) => !token.scopes.includes(scope))) throw invalidScope()
  return scopes
}

async function serviceToken(base: Base, form: Form): Promise<TokenAnswer> {
  const { org, app, server } = base
  const scopes = [...new Set((form['scope'] ?? '').split(' ').filter((scope) => scope !== ''))]
  if (scopes.length === 0) throw invalidScope()
  if (server.id === 'org' && clientCredentials(app)['token_endpoint_auth_method'] !== 'private_key_jwt') {
    throw invalidClient('The client_credentials grant of the org authorization server needs private_key_jwt.')
  }
  const allowed = (scope: string) => (server.id === 'org' ? grantedScopes(org, app).includes(scope) : mayServiceHave(server, scope))
  if (!scopes.every(allowed)) throw invalidScope()
  const issuing: Issuing = { ...base, user: null, scopes, authTime: 0, nonce: null, family: '' }
  const answer = await issueTokens(issuing)
  emit(org, 'app.oauth2.token.grant', { actor: clientActor(app), targets: [appTarget(app)], debug: { grantedScopes: scopes.join(' ') } })
  return answer
}

function mayServiceHave(server: AuthorizationServer, scope: string): boolean {
  return hasScope(server, scope) && !openIdScopes.includes(scope)
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError('invalid_grant', description)
}

function invalidRefresh(): OAuthError {
  return invalidGrant('The refresh token is invalid or expired.')
}

function invalidScope(): OAuthError {
  return new OAuthError('invalid_scope', 'One or more scopes are not configured for the authorization server resource.')
}
