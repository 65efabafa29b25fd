/** What the tests of the double's OAuth share: an org with an app, people inside and outside of it, and short requests. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import type { TwinOptions } from '../twin/server.ts'
import { harness, password } from './twin-harness.ts'
import type { Answer, Harness, Wire } from './twin-harness.ts'

export const redirectUri = 'https://portal.example/callback'
export const base = 'http://localhost:80'

const person = (name: string) => ({ login: `${name}@example.com`, email: `${name}@example.com`, firstName: name, lastName: 'Byron' })
const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const portal = {
  grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [redirectUri], post_logout_redirect_uris: ['https://portal.example/bye'],
  application_type: 'web', refresh_token: { rotation_type: 'ROTATE', leeway: 0 },
}

/** Ada and Eve have the portal by their group, Bob has not; `service-1` signs with the keys `one` (RSA) and `two` (EC). */
export const oauthSeed = {
  groups: [{ id: '00gSeedReaders0gH5d7', name: 'Readers', members: ['ada@example.com', 'eve@example.com'] }],
  users: [{ profile: person('ada'), credentials: { password: { value: password } } }, { profile: person('bob'), credentials: { password: { value: password } } }, { profile: person('eve'), credentials: { password: { hook: { type: 'default' } } } }],
  apps: [
    { label: 'Portal', clientId: 'portal-1', groupIds: ['00gSeedReaders0gH5d7'], credentials: { oauthClient: { client_secret: 'portal-secret', token_endpoint_auth_method: 'client_secret_basic' } }, settings: { oauthClient: portal } },
    { label: 'Public', clientId: 'public-1', groupIds: ['00gSeedReaders0gH5d7'], credentials: { oauthClient: { token_endpoint_auth_method: 'none' } }, settings: { oauthClient: { ...portal, application_type: 'browser' } } },
    {
      label: 'Sync', clientId: 'service-1', grants: ['okta.users.manage', 'okta.groups.read', 'okta.logs.read'], roles: ['SUPER_ADMIN'],
      credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
      settings: { oauthClient: {
        application_type: 'service', grant_types: ['client_credentials'], response_types: ['token'],
        jwks: { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'one', status: 'ACTIVE' }, { ...otherKey.publicKey.export({ format: 'jwk' }), kid: 'two', status: 'ACTIVE' }] },
      } },
    },
  ],
}

export const privateKey = key.privateKey

export interface OAuthHarness extends Harness {
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>
  /** Opens an address as a browser would, with a cookie. */
  open(url: string, cookie?: string): Promise<Answer & { location: URL | null }>
  cookie(login: string): Promise<string>
  /** An authorization code of the portal for a user with a session. */
  code(fields?: Record<string, string>, login?: string): Promise<string>
  /** Everything a code of the portal gives. */
  tokens(scope?: string): Promise<Wire>
}

export const basic = { authorization: `Basic ${Buffer.from('portal-1:portal-secret').toString('base64')}` }

export function authorizeUrl(fields: Record<string, string> = {}, root = '/oauth2/v1'): string {
  const standard = { client_id: 'portal-1', redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile email offline_access', state: 'st4te' }
  return `${root}/authorize?${new URLSearchParams({ ...standard, ...fields })}`
}

export function oauthHarness(options: TwinOptions = {}): OAuthHarness {
  const h = harness({ seed: oauthSeed, ...options })
  const form: OAuthHarness['form'] = (path, fields, headers = {}) =>
    h.call('POST', path, new URLSearchParams(fields).toString(), { authorization: '', 'content-type': 'application/x-www-form-urlencoded', ...headers })
  const open: OAuthHarness['open'] = async (url, cookie) => {
    const answer = await h.call('GET', url, undefined, { authorization: '', ...(cookie === undefined ? {} : { cookie }) })
    const { location } = answer.headers
    return { ...answer, location: location === undefined ? null : new URL(String(location), base) }
  }
  const cookie = async (login: string) => (await h.call('POST', '/_twin/sign-in', { login })).body.cookie as string
  const code: OAuthHarness['code'] = async (fields = {}, login = 'ada@example.com') =>
    (await open(authorizeUrl(fields), await cookie(login))).location!.searchParams.get('code')!
  return {
    ...h, form, open, cookie, code,
    async tokens(scope = 'openid profile email offline_access') {
      return (await form('/oauth2/v1/token', { grant_type: 'authorization_code', code: await code({ scope }), redirect_uri: redirectUri }, basic)).body
    },
  }
}

export interface AssertionOptions {
  kid?: string
  claims?: Record<string, unknown>
  signer?: KeyObject
  now?: number
}

/** A client assertion of the service app. */
export function assertion({ kid = 'one', claims = {}, signer = key.privateKey, now = Date.parse('2026-01-01T00:00:00Z') / 1000 }: AssertionOptions = {}): Promise<string> {
  const standard = { iss: 'service-1', sub: 'service-1', aud: `${base}/oauth2/v1/token`, iat: now, exp: now + 300, jti: randomUUID() }
  return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(signer)
}

export function assertionFields(client_assertion: string, scope = 'okta.users.manage'): Record<string, string> {
  return { grant_type: 'client_credentials', scope, client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
}

const proofKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const proofJwk = proofKey.publicKey.export({ format: 'jwk' })

export function proof(claims: Record<string, unknown>): Promise<string> {
  const now = Date.parse('2026-01-01T00:00:00Z') / 1000
  return new SignJWT({ jti: randomUUID(), iat: now, htm: 'POST', htu: `${base}/oauth2/v1/token`, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: proofJwk as never }).sign(proofKey.privateKey)
}

export const proofThumbprint = () => calculateJwkThumbprint(proofJwk as never)
