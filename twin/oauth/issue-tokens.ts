/** Making tokens: access tokens and ID tokens signed by the server's active key, refresh tokens that are only text. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { SignJWT } from 'jose'
import { clientSettings } from '../apps.ts'
import { randomText } from '../random.ts'
import type { OktaApp, OktaUser, Org } from '../state.ts'
import { profileClaims } from './claims.ts'
import { activeKey } from './keys.ts'
import { issuerOf } from './servers.ts'
import type { AccessToken, AuthorizationServer } from './store.ts'

export const tokenSeconds = 3600

export interface Issuing {
  org: Org
  server: AuthorizationServer
  request: FastifyRequest
  app: OktaApp
  /** Null for a service app. */
  user: OktaUser | null
  scopes: string[]
  /** Seconds since 1970. */
  authTime: number
  nonce: string | null
  family: string
  jkt: string | null
}

export interface TokenAnswer {
  token_type: 'Bearer' | 'DPoP'
  expires_in: number
  access_token: string
  scope: string
  id_token?: string
  refresh_token?: string
}

/** An access token, and an ID token where `openid` was asked for. */
export async function issueTokens(issuing: Issuing): Promise<TokenAnswer> {
  const access = await issueAccessToken(issuing)
  const { scopes, user, jkt } = issuing
  const answer: TokenAnswer = { token_type: jkt === null ? 'Bearer' : 'DPoP', expires_in: tokenSeconds, access_token: access, scope: scopes.join(' ') }
  if (user && scopes.includes('openid')) answer.id_token = await issueIdToken(issuing, user, access)
  return answer
}

async function issueAccessToken({ org, server, request, app, user, scopes, authTime, family, jkt }: Issuing): Promise<string> {
  const issuer = issuerOf(server, request)
  const token: AccessToken = {
    jti: `AT.${randomText(org.random, 43)}`, clientId: app.clientId, userId: user?.id ?? null, serverId: server.id, issuer,
    audience: server.audiences[0] ?? issuer, scopes, issued: org.now(), expires: org.now() + tokenSeconds * 1000, jkt, family,
  }
  const claims = {
    ver: 1, jti: token.jti, iss: issuer, aud: token.audience, sub: user ? user.profile['login'] : app.clientId,
    iat: seconds(token.issued), exp: seconds(token.expires), cid: app.clientId, scp: scopes,
    ...(user ? { uid: user.id, auth_time: authTime } : {}), ...(jkt === null ? {} : { cnf: { jkt } }),
  }
  const value = await sign(org, server, claims)
  org.oauth.accessTokens.set(value, token)
  return value
}

async function issueIdToken({ org, server, request, app, scopes, authTime, nonce }: Issuing, user: OktaUser, access: string): Promise<string> {
  const now = seconds(org.now())
  const claims = {
    ver: 1, jti: `ID.${randomText(org.random, 43)}`, iss: issuerOf(server, request), aud: app.clientId, sub: user.id, iat: now, exp: now + tokenSeconds,
    amr: ['pwd'], idp: '00oTwinIdentityGH5d7', auth_time: authTime, ...profileClaims(org, user, scopes, false), ...(nonce === null ? {} : { nonce }),
    at_hash: createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url'),
  }
  return sign(org, server, claims)
}

function sign(org: Org, server: AuthorizationServer, claims: Record<string, unknown>): Promise<string> {
  const { kid, privateKey } = activeKey(org, server)
  return new SignJWT(claims).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey)
}

function seconds(instant: number): number {
  return Math.floor(instant / 1000)
}

/** A refresh token; of the family that its code began, so that all can be revoked together. */
export function issueRefreshToken({ org, server, app, user, scopes, authTime, family }: Issuing): string {
  const value = randomText(org.random, 43)
  org.oauth.refreshTokens.set(value, { clientId: app.clientId, userId: user!.id, serverId: server.id, scopes, authTime, family, lastUsed: org.now(), replaced: null })
  return value
}

/** Whether an app's refresh tokens change with each use, and for how many milliseconds the one before is still taken. */
export function rotationOf(app: OktaApp): { rotates: boolean; leewayMs: number } {
  const settings = clientSettings(app)
  const { rotation_type: type, leeway } = (settings['refresh_token'] ?? {}) as { rotation_type?: unknown; leeway?: unknown }
  // Okta rotates by default where the client cannot keep a secret.
  const rotates = type === undefined ? settings['application_type'] === 'browser' : type === 'ROTATE'
  return { rotates, leewayMs: typeof leeway === 'number' ? Math.min(60, Math.max(0, leeway)) * 1000 : 0 }
}
