/** The Okta double's service apps: private_key_jwt, scopes, roles, keys, DPoP. */
import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { assertion, assertionFields, base, basic, oauthHarness, privateKey, proof, proofThumbprint } from './twin-oauth-harness.ts'
import type { AssertionOptions, OAuthHarness } from './twin-oauth-harness.ts'

const now = Date.parse('2026-01-01T00:00:00Z') / 1000
const claims = (given: Record<string, unknown>): AssertionOptions => ({ claims: given })

async function serviceToken(h: OAuthHarness, scope?: string): Promise<string> {
  const answer = await h.form('/oauth2/v1/token', assertionFields(await assertion(), scope))
  expect(answer.status).toBe(200)
  return answer.body.access_token
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('a service app', () => {
  it('gets a token for an hour, signed by the org, and acts with it', async () => {
    const h = oauthHarness()
    const answer = await h.form('/oauth2/v1/token', assertionFields(await assertion(), 'okta.users.manage okta.logs.read'))
    expect(answer.body).toEqual({ token_type: 'Bearer', expires_in: 3600, access_token: expect.any(String), scope: 'okta.users.manage okta.logs.read' })
    expect(decodeJwt(answer.body.access_token)).toMatchObject({ iss: base, aud: base, sub: 'service-1', cid: 'service-1', scp: ['okta.users.manage', 'okta.logs.read'], exp: now + 3600 })
    const headers = bearer(answer.body.access_token)
    expect((await h.call('GET', '/api/v1/users', undefined, headers)).body).toHaveLength(3)
    const created = await h.call('POST', '/api/v1/users', { profile: { login: 'new@example.com', email: 'new@example.com', firstName: 'N', lastName: 'N' } }, headers)
    expect(created.status).toBe(200)
    const log = (await h.call('GET', '/api/v1/logs?filter=' + encodeURIComponent('eventType eq "user.lifecycle.create"'), undefined, headers)).body
    expect(log[0].actor).toMatchObject({ id: 'service-1', type: 'PublicClientApp', displayName: 'Sync' })
    expect(h.twin.calls.list().at(-1)).toMatchObject({ scheme: 'Bearer', client: 'service-1' })
    await h.wait(3600)
    expect((await h.call('GET', '/api/v1/users', undefined, headers)).body.errorCode).toBe('E0000011')
  })

  it.each<[string, AssertionOptions, RegExp]>([
    ['an unknown kid', { kid: 'three' }, /kid/],
    ['a kid of another key', { kid: 'two' }, /signature/],
    ['an unknown client', claims({ iss: 'nobody', sub: 'nobody' }), /client_id/],
    ['another issuer', claims({ iss: 'portal-1' }), /issuer/],
    ['another audience', claims({ aud: 'https://elsewhere.example/oauth2/v1/token' }), /audience/],
    ['no audience', claims({ aud: undefined }), /audience/],
    ['no expiry', claims({ exp: undefined }), /expiration/],
    ['an expiry that is past', claims({ exp: now - 1 }), /expired/],
    ['an expiry more than an hour ahead', claims({ exp: now + 3601 }), /too far/],
    ['a client that has a secret', claims({ iss: 'portal-1', sub: 'portal-1' }), /private_key_jwt/],
  ])('is refused with %s', async (_, options, description) => {
    const answer = await oauthHarness().form('/oauth2/v1/token', assertionFields(await assertion(options)))
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
    expect(answer.body.error_description).toMatch(description)
  })

  it('may use an assertion one time only', async () => {
    const h = oauthHarness()
    const once = assertionFields(await assertion())
    expect((await h.form('/oauth2/v1/token', once)).status).toBe(200)
    const again = await h.form('/oauth2/v1/token', once)
    expect([again.status, again.body.error_description]).toEqual([401, 'The client_assertion token has already been used.'])
  })

  it.each([['endpoint', `${base}/oauth2/v1/token`, base], ['issuer', base, `${base}/oauth2/v1/token`]] as const)('assertionAudience %s', async (option, good, bad) => {
    const h = oauthHarness({ options: { assertionAudience: option } })
    const status = async (aud: string) => (await h.form('/oauth2/v1/token', assertionFields(await assertion(claims({ aud }))))).status
    expect([await status(good), await status(bad)]).toEqual([200, 401])
  })

  it('gets no scope that was not granted, and may do no more than its scopes say', async () => {
    const h = oauthHarness()
    const refused = await h.form('/oauth2/v1/token', assertionFields(await assertion(), 'okta.apps.manage'))
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope'])
    const headers = bearer(await serviceToken(h, 'okta.groups.read'))
    expect((await h.call('GET', '/api/v1/groups', undefined, headers)).status).toBe(200)
    for (const [method, path] of [['POST', '/api/v1/groups'], ['GET', '/api/v1/users'], ['GET', '/api/v1/logs'], ['GET', '/oauth2/v1/clients/service-1']] as const) {
      const answer = await h.call(method, path, method === 'POST' ? {} : undefined, headers)
      expect([path, answer.status, answer.body.errorCode]).toEqual([path, 403, 'E0000006'])
      expect(answer.headers['www-authenticate']).toMatch(/insufficient_scope/)
    }
    await h.call('POST', '/api/v1/apps/' + [...h.twin.org.apps.values()][2]!.id + '/grants', { scopeId: 'okta.apps.manage' })
    expect((await h.form('/oauth2/v1/token', assertionFields(await assertion(), 'okta.apps.manage'))).status).toBe(200)
  })

  it('needs an administrator\'s role besides', async () => {
    const h = oauthHarness()
    const headers = bearer(await serviceToken(h))
    const [role] = (await h.call('GET', '/oauth2/v1/clients/service-1/roles')).body
    expect((await h.call('DELETE', `/oauth2/v1/clients/service-1/roles/${role.id}`)).status).toBe(204)
    expect((await h.call('GET', '/api/v1/users', undefined, headers)).body.errorCode).toBe('E0000006')
    await h.call('POST', '/oauth2/v1/clients/service-1/roles', { type: 'ORG_ADMIN' })
    expect((await h.call('GET', '/api/v1/users', undefined, headers)).status).toBe(200)
  })

  it('changes its keys: added, used, the old one switched off and deleted', async () => {
    const h = oauthHarness()
    const app = [...h.twin.org.apps.values()][2]!
    const url = `/api/v1/apps/${app.id}/credentials/jwks`
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'new' } as Record<string, unknown>
    expect((await h.call('POST', url, jwk)).body.errorCauses[0].errorSummary).toMatch(/^d: /)
    const { n, e, kty } = jwk
    expect((await h.call('POST', url, { n, e, kty, kid: 'one' })).status).toBe(400)
    expect((await h.call('POST', url, { n, e, kty, kid: 'new', alg: 'RS256', use: 'sig' })).body).toMatchObject({ kid: 'new', status: 'ACTIVE' })
    expect((await h.call('DELETE', `${url}/one`)).status).toBe(400)
    expect((await h.call('POST', `${url}/one/lifecycle/deactivate`)).body.status).toBe('INACTIVE')
    const status = async (kid: string) => (await h.form('/oauth2/v1/token', assertionFields(await assertion({ kid })))).status
    expect([await status('one'), await status('new')]).toEqual([401, 200])
    expect((await h.call('DELETE', `${url}/one`)).status).toBe(204)
    expect((await h.call('GET', url)).body.map((key: { kid: string }) => key.kid)).toEqual(['two', 'new'])
  })

  it('counts as one for the limits, whatever its token', async () => {
    const h = oauthHarness({ rateLimits: { buckets: { users: 4 }, tokenShare: 0.5 } })
    const statuses = []
    for (let index = 0; index < 3; index += 1) statuses.push((await h.call('GET', '/api/v1/users', undefined, bearer(await serviceToken(h)))).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  it('is let in nowhere with a token of somebody else\'s making', async () => {
    const h = oauthHarness()
    const token = await serviceToken(h)
    const [head, body, signature] = token.split('.')
    for (const wrong of [`${head}.${body}.${signature!.toLowerCase()}`, 'x', (await h.tokens()).access_token + 'x']) {
      const answer = await h.call('GET', '/api/v1/users', undefined, bearer(wrong))
      expect([answer.status, answer.body.errorCode]).toEqual([401, 'E0000011'])
    }
    const person = await h.call('GET', '/api/v1/users', undefined, bearer((await h.tokens()).access_token))
    expect([person.status, person.body.errorCode]).toEqual([403, 'E0000006'])
  })
})

describe('other clients', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a wrong secret', {}, { authorization: `Basic ${Buffer.from('portal-1:wrong').toString('base64')}` }, 'invalid_client'],
    ['no secret', { client_id: 'portal-1' }, {}, 'invalid_client'],
    ['two ways at once', { client_secret: 'portal-secret', client_id: 'portal-1' }, basic, 'invalid_request'],
    ['an unknown client', { client_id: 'nobody', client_secret: 'x' }, {}, 'invalid_client'],
    ['a grant that there is not', { grant_type: 'password' }, basic, 'unsupported_grant_type'],
    ['a grant that the app has not', { grant_type: 'client_credentials' }, basic, 'unauthorized_client'],
  ])('with %s are refused', async (_, fields, headers, error) => {
    const answer = await oauthHarness().form('/oauth2/v1/token', { grant_type: 'authorization_code', code: 'x', ...fields }, headers)
    expect(answer.body.error).toBe(error)
    expect(answer.status).toBe(error === 'invalid_client' ? 401 : 400)
  })

  it('may not send JSON, nor a parameter twice', async () => {
    const h = oauthHarness()
    const twice = await h.call('POST', '/oauth2/v1/token', 'grant_type=x&grant_type=y', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(twice.body.error).toBe('invalid_request')
    for (const path of ['token', 'introspect', 'revoke', 'authorize']) {
      expect((await h.call('POST', `/oauth2/v1/${path}`, { grant_type: { a: 1 }, scope: 7 })).body.error).toBe('invalid_request')
    }
    expect((await h.open('/oauth2/v1/authorize?state=a&state=b')).body.error).toBe('invalid_request')
    expect((await h.call('POST', '/api/v1/users', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).body.errorCode).toBe('E0000021')
  })
})

describe('proof of possession', () => {
  async function bound(h: OAuthHarness): Promise<string> {
    const first = await h.form('/oauth2/v1/token', assertionFields(await assertion()), { dpop: await proof({}) })
    expect([first.status, first.body.error]).toEqual([400, 'use_dpop_nonce'])
    const dpop = await proof({ nonce: String(first.headers['dpop-nonce']) })
    const { body } = await h.form('/oauth2/v1/token', assertionFields(await assertion()), { dpop })
    expect(body.token_type).toBe('DPoP')
    expect((decodeJwt(body.access_token)['cnf'] as { jkt: string }).jkt).toBe(await proofThumbprint())
    const again = await h.form('/oauth2/v1/token', assertionFields(await assertion()), { dpop })
    expect(again.body.error).toBe('invalid_dpop_proof')
    return body.access_token
  }

  const ath = (token: string) => createHash('sha256').update(token).digest('base64url')
  const options = { options: { requireDpop: true } }

  it('is demanded with a nonce, and then with every request', async () => {
    const h = oauthHarness(options)
    expect((await h.form('/oauth2/v1/token', assertionFields(await assertion()))).body.error).toBe('invalid_dpop_proof')
    const token = await bound(h)
    const dpop = await proof({ htm: 'GET', htu: `${base}/api/v1/users`, ath: ath(token) })
    const headers = { authorization: `DPoP ${token}`, dpop }
    expect((await h.call('GET', '/api/v1/users?limit=1', undefined, headers)).status).toBe(200)
    expect((await h.call('GET', '/api/v1/users', undefined, headers)).status).toBe(401)
    expect((await h.call('GET', '/api/v1/users', undefined, bearer(token))).body.errorCode).toBe('E0000011')
  })

  it.each<[string, Record<string, unknown>]>([
    ['another method', { htm: 'POST' }], ['another address', { htu: `${base}/api/v1/groups` }], ['another token', { ath: ath('x') }],
    ['no token', { ath: undefined }], ['an hour ago', { iat: now - 3600 }], ['no id', { jti: undefined }],
  ])('of %s is none', async (_, spoilt) => {
    const h = oauthHarness(options)
    const token = await bound(h)
    const dpop = await proof({ htm: 'GET', htu: `${base}/api/v1/users`, ath: ath(token), ...spoilt })
    const answer = await h.call('GET', '/api/v1/users', undefined, { authorization: `DPoP ${token}`, dpop })
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'DPoP error="invalid_dpop_proof"'])
  })

  it('is passed over where nobody asks for it', async () => {
    const h = oauthHarness()
    const { body } = await h.form('/oauth2/v1/token', assertionFields(await assertion()), { dpop: await proof({}) })
    expect(body.token_type).toBe('Bearer')
    expect(decodeProtectedHeader(body.access_token).alg).toBe('RS256')
  })
})

it('custom scopes are given by custom servers only', async () => {
  const h = oauthHarness()
  await h.call('POST', '/api/v1/authorizationServers/default/scopes', { name: 'reports.read' })
  const audience = claims({ aud: `${base}/oauth2/default/v1/token` })
  const custom = await h.form('/oauth2/default/v1/token', assertionFields(await assertion(audience), 'reports.read'))
  expect(decodeJwt(custom.body.access_token)).toMatchObject({ iss: `${base}/oauth2/default`, aud: 'api://default', scp: ['reports.read'] })
  expect((await h.form('/oauth2/v1/token', assertionFields(await assertion(), 'reports.read'))).body.error).toBe('invalid_scope')
  expect((await h.form('/oauth2/default/v1/token', assertionFields(await assertion(audience), 'okta.users.manage'))).body.error).toBe('invalid_scope')
  expect((await h.call('GET', '/api/v1/users', undefined, bearer(custom.body.access_token))).body.errorCode).toBe('E0000011')
  expect((await h.call('GET', '/oauth2/none/.well-known/openid-configuration')).status).toBe(404)
  expect((await h.call('GET', '/oauth2/org/v1/keys')).status).toBe(404)
})
