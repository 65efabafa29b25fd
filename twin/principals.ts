/**
 * Whose request it is: an SSWS token of an administrator, or an access token of a service app (Bearer, or DPoP where it
 * is bound to a key) with the scopes that its administrator granted. No token is 403 E0000005, a wrong one 401 E0000011,
 * one that may not do this 403 E0000006.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findClient } from './apps.ts'
import { OktaError } from './errors.ts'
import { clientActor, systemActor, userActor } from './events/emit.ts'
import type { Actor } from './events/log-store.ts'
import { verifyProof } from './oauth/dpop.ts'
import { OAuthError } from './oauth/oauth-error.ts'
import type { AccessToken } from './oauth/store.ts'
import { baseUrl } from './paging.ts'
import { scopesFor } from './scopes.ts'
import type { Org } from './state.ts'

export interface Principal {
  scheme: 'SSWS' | 'Bearer' | 'DPoP' | 'none'
  /** What rate limits count by: the token, or the service app whatever its token. */
  key: string
  client: string | null
  actor: Actor
  /** Null unless the token is a known access token. */
  token: AccessToken | null
  value: string
  /** Whether the SSWS token is one that is let in. */
  known: boolean
}

const administrator: Actor = { id: '00uTwinAdministrator', type: 'User', alternateId: 'administrator@example.com', displayName: 'API token' }

/** Reads the Authorization header; judges nothing yet. */
export function readPrincipal(org: Org, header: string | undefined, tokens: ReadonlySet<string>): Principal {
  const [, scheme = '', value = ''] = /^(SSWS|Bearer|DPoP)\s+(\S+)\s*$/i.exec(header ?? '') ?? []
  const nobody: Principal = { scheme: 'none', key: header ?? '', client: null, actor: systemActor, token: null, value, known: false }
  if (scheme === '') return nobody
  if (scheme.toUpperCase() === 'SSWS') return { ...nobody, scheme: 'SSWS', known: tokens.has(value), actor: administrator }
  const token = org.oauth.accessTokens.get(value)
  const bearer: Principal = { ...nobody, scheme: scheme.toUpperCase() === 'DPOP' ? 'DPoP' : 'Bearer' }
  if (!token || org.now() >= token.expires) return bearer
  const app = findClient(org, token.clientId)
  const user = token.userId === null ? undefined : org.users.get(token.userId)
  return { ...bearer, token, key: token.clientId, client: token.clientId, actor: user ? userActor(user) : app ? clientActor(app) : systemActor }
}

/** Paths that need no token of the management API; they see to it themselves who may use them. */
function isOpen(method: string, path: string): boolean {
  if (path.startsWith('/oauth2/v1/clients')) return false
  return /^\/(oauth2|\.well-known|login)\//.test(path) || (method === 'POST' && (path === '/api/v1/authn' || path === '/api/v1/sessions'))
}

/** Lets a request to the management API pass, or throws what Okta answers. */
export async function authorize(org: Org, request: FastifyRequest, reply: FastifyReply, path: string, principal: Principal): Promise<void> {
  if (isOpen(request.method, path)) return
  if (request.headers.authorization === undefined) throw new OktaError('E0000005')
  if (principal.scheme === 'SSWS') {
    if (!principal.known) throw new OktaError('E0000011')
    return
  }
  const { token } = principal
  if (token?.serverId !== 'org' || !findClient(org, token.clientId)) {
    reply.header('www-authenticate', 'Bearer error="invalid_token"')
    throw new OktaError('E0000011')
  }
  if (token.jkt !== null) await proveKey(org, request, reply, path, principal)
  checkScopes(org, request.method, path, token, reply)
}

async function proveKey(org: Org, request: FastifyRequest, reply: FastifyReply, path: string, { scheme, value, token }: Principal): Promise<void> {
  const refuse = (): never => {
    reply.header('www-authenticate', 'DPoP error="invalid_dpop_proof"')
    throw new OktaError('E0000011')
  }
  if (scheme !== 'DPoP') refuse()
  try {
    const jkt = await verifyProof(org, request.headers['dpop'], { method: request.method, url: `${baseUrl(request)}${path}`, accessToken: value, needsNonce: false })
    if (jkt !== token!.jkt) refuse()
  } catch (error) {
    if (error instanceof OAuthError) refuse()
    throw error
  }
}

function checkScopes(org: Org, method: string, path: string, token: AccessToken, reply: FastifyReply): void {
  const enough = scopesFor(method, path)
  const app = findClient(org, token.clientId)!
  const hasRole = !org.options.requireAdminRole || token.userId !== null || (org.oauth.roles.get(app.id)?.length ?? 0) > 0
  if (hasRole && enough.some((scope) => token.scopes.includes(scope))) return
  reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${enough.join(' ')}"`)
  throw new OktaError('E0000006')
}
