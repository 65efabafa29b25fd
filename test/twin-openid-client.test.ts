/** openid-client, as an application would use it, against the Okta double on a port. */
import { generateKeyPairSync } from 'node:crypto'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTwin } from '../twin/server.ts'
import type { Twin } from '../twin/server.ts'
import { password } from './twin-harness.ts'
import { oauthSeed, privateKey, redirectUri } from './twin-oauth-harness.ts'

let twin: Twin
let url: URL

beforeAll(async () => {
  twin = createTwin({ token: 't', seed: oauthSeed })
  url = new URL(await twin.listen(0))
})

afterAll(() => twin.close())

const options = { execute: [oidc.allowInsecureRequests] }

const portal = (server = '') => oidc.discovery(new URL(server, url), 'portal-1', undefined, oidc.ClientSecretBasic('portal-secret'), options)
const control = (path: string, body: object) => fetch(new URL(path, url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

async function signedIn(login: string): Promise<string> {
  return ((await (await control('/_twin/sign-in', { login })).json()) as { cookie: string }).cookie
}

interface Flow {
  config: oidc.Configuration
  cookie?: string
  more?: Record<string, string>
}

/** Where the browser lands, and what the application kept to check it by. */
async function visit({ config, cookie, more = {} }: Flow) {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri, scope: 'openid profile email offline_access', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...more,
  })
  const response = await fetch(address, { redirect: 'manual', headers: cookie === undefined ? {} : { cookie } })
  return { checks, landed: new URL(response.headers.get('location')!, url), address }
}

describe.each(['', '/oauth2/default'])('openid-client at %j', (server) => {
  it('signs in, reads userinfo, refreshes, introspects, revokes and logs out', async () => {
    const config = await portal(server)
    expect(config.serverMetadata().issuer).toBe(`${url.origin}${server}`)
    const cookie = await signedIn('ada@example.com')
    const { checks, landed } = await visit({ config, cookie })
    const tokens = await oidc.authorizationCodeGrant(config, landed, checks)
    const ada = twin.org.uniques.get('login')!.get('ada@example.com')!
    expect(tokens.claims()).toMatchObject({ sub: ada, aud: 'portal-1', email: 'ada@example.com' })
    expect((await oidc.fetchUserInfo(config, tokens.access_token, ada)).preferred_username).toBe('ada@example.com')
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    expect((await oidc.tokenIntrospection(config, refreshed.access_token)).active).toBe(true)
    await oidc.tokenRevocation(config, refreshed.refresh_token!)
    expect((await oidc.tokenIntrospection(config, refreshed.access_token)).active).toBe(false)
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
    const out = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token!, post_logout_redirect_uri: 'https://portal.example/bye' })
    expect((await fetch(out, { redirect: 'manual', headers: { cookie } })).headers.get('location')).toBe('https://portal.example/bye')
    const { landed: after } = await visit({ config, cookie, more: { prompt: 'none' } })
    expect(after.searchParams.get('error')).toBe('login_required')
  })
})

describe('openid-client', () => {
  it('takes a person through the sign-in page', async () => {
    const config = await portal()
    const { checks, landed } = await visit({ config })
    expect(landed.pathname).toBe('/login/login.htm')
    const form = new URLSearchParams({ username: 'ada@example.com', password, fromURI: landed.searchParams.get('fromURI')! })
    const answer = await fetch(landed, { method: 'POST', body: form, redirect: 'manual' })
    const back = await fetch(new URL(answer.headers.get('location')!, url), { redirect: 'manual', headers: { cookie: answer.headers.get('set-cookie')!.split(';', 1)[0]! } })
    const tokens = await oidc.authorizationCodeGrant(config, new URL(back.headers.get('location')!), checks)
    expect(tokens.claims()?.['preferred_username']).toBe('ada@example.com')
  })

  it('learns that a person has not the app, and that nobody is signed in', async () => {
    const config = await portal()
    const bob = await visit({ config, cookie: await signedIn('bob@example.com') })
    await expect(oidc.authorizationCodeGrant(config, bob.landed, bob.checks)).rejects.toMatchObject({ error: 'access_denied', error_description: 'User is not assigned to the client application.' })
    const nobody = await visit({ config, more: { prompt: 'none' } })
    await expect(oidc.authorizationCodeGrant(config, nobody.landed, nobody.checks)).rejects.toMatchObject({ error: 'login_required' })
  })

  it('is refused with a wrong secret and a wrong verifier', async () => {
    const config = await portal()
    const cookie = await signedIn('ada@example.com')
    const wrong = await oidc.discovery(url, 'portal-1', undefined, oidc.ClientSecretPost('wrong'), options)
    const first = await visit({ config, cookie })
    await expect(oidc.authorizationCodeGrant(wrong, first.landed, first.checks)).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
    const second = await visit({ config, cookie })
    await expect(oidc.authorizationCodeGrant(config, second.landed, { ...second.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() })).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('verifies ID tokens against the JWKS, also after the keys have rotated', async () => {
    const config = await portal()
    oidc.enableNonRepudiationChecks(config)
    const cookie = await signedIn('ada@example.com')
    for (let round = 0; round < 2; round += 1) {
      const { checks, landed } = await visit({ config, cookie })
      expect((await oidc.authorizationCodeGrant(config, landed, checks)).claims()?.aud).toBe('portal-1')
      await control('/_twin/keys/rotate', {})
    }
  })

  it('gets a service app\'s token by private_key_jwt, with proof of possession where the org demands it', async () => {
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })), { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
    const config = await oidc.discovery(url, 'service-1', undefined, oidc.PrivateKeyJwt({ key, kid: 'one' }), options)
    const plain = await oidc.clientCredentialsGrant(config, { scope: 'okta.users.manage' })
    expect(plain.token_type).toBe('bearer')
    twin.org.options = { ...twin.org.options, requireDpop: true }
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
    const bound = await oidc.clientCredentialsGrant(config, { scope: 'okta.users.manage' }, { DPoP })
    expect(bound.token_type).toBe('dpop')
    const read = (more?: oidc.DPoPOptions) => oidc.fetchProtectedResource(config, bound.access_token, new URL('/api/v1/users?limit=1', url), 'GET', null, undefined, more)
    const users = (await (await read({ DPoP })).json()) as unknown[]
    expect(users).toHaveLength(1)
    await expect(read()).rejects.toThrow(/WWW-Authenticate/i)
    twin.org.options = { ...twin.org.options, requireDpop: false }
  })

  it('is refused with a key that the app does not list', async () => {
    const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(other.export({ format: 'der', type: 'pkcs8' })), { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
    const config = await oidc.discovery(url, 'service-1', undefined, oidc.PrivateKeyJwt({ key, kid: 'one' }), options)
    await expect(oidc.clientCredentialsGrant(config, { scope: 'okta.users.manage' })).rejects.toMatchObject({ error: 'invalid_client' })
  })
})
