/** What is asked of tokens once they are out: introspection, revocation, userinfo. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { appTarget, clientActor, emit } from '../events/emit.ts'
import { baseUrl } from '../paging.ts'
import type { OktaApp, Org } from '../state.ts'
import { authenticateClient } from './client-auth.ts'
import { profileClaims } from './claims.ts'
import { verifyProof } from './dpop.ts'
import { readForm } from './form.ts'
import { OAuthError } from './oauth-error.ts'
import { pathsOf, serverOf } from './servers.ts'
import { revokeTokens } from './sessions.ts'
import type { AccessToken, AuthorizationServer, RefreshToken } from './store.ts'

/** Registers them for every server on `app`. */
export function tokenUseRoutes(app: FastifyInstance, org: Org): void {
  for (const path of pathsOf('introspect')) {
    app.post(path, async (request, reply) => {
      const server = serverOf(org, request)
      const form = readForm(request)
      const client = await authenticateClient(org, server, request, form)
      return reply.send(introspect(org, server, client, requireToken(form['token'])))
    })
  }
  for (const path of pathsOf('revoke')) {
    app.post(path, async (request, reply) => {
      const server = serverOf(org, request)
      const form = readForm(request)
      const client = await authenticateClient(org, server, request, form)
      revoke(org, server, client, requireToken(form['token']))
      return reply.send()
    })
  }
  for (const path of pathsOf('userinfo')) {
    app.route({ method: ['GET', 'POST'], url: path, handler: (request, reply) => userinfo(org, request, reply) })
  }
}

function requireToken(token: string | undefined): string {
  if (token === undefined || token === '') throw new OAuthError('invalid_request', 'The \'token\' parameter is required.')
  return token
}

function isLive(org: Org, server: AuthorizationServer, token: AccessToken | RefreshToken): boolean {
  const user = token.userId === null ? null : org.users.get(token.userId)
  const userIsGood = user === null || user?.status === 'ACTIVE'
  const dated = 'expires' in token ? org.now() < token.expires : token.replaced === null
  return token.serverId === server.id && dated && userIsGood
}

function introspect(org: Org, server: AuthorizationServer, client: OktaApp, value: string): Record<string, unknown> {
  const token = org.oauth.accessTokens.get(value) ?? org.oauth.refreshTokens.get(value)
  // A refresh token is nobody's business but its client's.
  if (!token || !isLive(org, server, token) || (!('expires' in token) && token.clientId !== client.clientId)) return { active: false }
  const user = token.userId === null ? undefined : org.users.get(token.userId)
  const common = { active: true, scope: token.scopes.join(' '), client_id: token.clientId, ...(user ? { username: user.profile['login'], uid: user.id } : {}) }
  if (!('expires' in token)) return common
  const { issuer, audience, jti, issued, expires, jkt } = token
  return {
    ...common, sub: user ? user.profile['login'] : token.clientId, iss: issuer, aud: audience, jti,
    iat: Math.floor(issued / 1000), exp: Math.floor(expires / 1000), token_type: jkt === null ? 'Bearer' : 'DPoP', ...(jkt === null ? {} : { cnf: { jkt } }),
  }
}

/** With a refresh token go the access tokens that came of it. Tokens that are unknown or another's are passed over. */
function revoke(org: Org, server: AuthorizationServer, client: OktaApp, value: string): void {
  const [access, refresh] = [org.oauth.accessTokens.get(value), org.oauth.refreshTokens.get(value)]
  const token = access ?? refresh
  if (!token || token.clientId !== client.clientId || token.serverId !== server.id) return
  if (access) org.oauth.accessTokens.delete(value)
  else revokeTokens(org, ({ family }) => family === refresh!.family)
  emit(org, 'app.oauth2.token.revoke', { actor: clientActor(client), targets: [appTarget(client)] })
}

async function userinfo(org: Org, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const server = serverOf(org, request)
  const [, scheme = '', value = ''] = /^(Bearer|DPoP)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '') ?? []
  const token = org.oauth.accessTokens.get(value)
  const user = token?.userId ? org.users.get(token.userId) : undefined
  if (!token || !user || !isLive(org, server, token)) throw refusal(401, 'invalid_token', 'The access token is invalid.')
  if (token.jkt !== null) {
    if (scheme.toUpperCase() !== 'DPOP') throw refusal(401, 'invalid_token', 'The access token is bound to a key.')
    const jkt = await verifyProof(org, request.headers['dpop'], { method: request.method, url: `${baseUrl(request)}${request.url.split('?', 1)[0]}`, accessToken: value, needsNonce: false })
    if (jkt !== token.jkt) throw refusal(401, 'invalid_token', 'The access token is bound to another key.')
  }
  if (!token.scopes.includes('openid')) throw refusal(403, 'insufficient_scope', 'The access token must provide access to at least one of these scopes - profile, email, address or phone')
  return reply.header('cache-control', 'no-store').send({ sub: user.id, ...profileClaims(org, user, token.scopes, true) })
}

function refusal(status: number, error: string, description: string): OAuthError {
  return new OAuthError(error, description, status, { 'www-authenticate': `Bearer error="${error}", error_description="${description}"` })
}
