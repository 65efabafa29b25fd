/** The Okta double's OpenID Connect: authorize, sessions, the sign-in page, tokens and what becomes of them, logout, keys. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { authorizeUrl, base, basic, oauthHarness, redirectUri } from './twin-oauth-harness.ts'
import type { OAuthHarness } from './twin-oauth-harness.ts'
import { password } from './twin-harness.ts'
import type { Wire } from './twin-harness.ts'

const parameters = (location: URL | null) => Object.fromEntries(location!.searchParams)
const refresh = (h: OAuthHarness, refresh_token: string) => h.form('/oauth2/v1/token', { grant_type: 'refresh_token', refresh_token }, basic)
const introspect = async (h: OAuthHarness, token: string) => (await h.form('/oauth2/v1/introspect', { token }, basic)).body

describe('authorize', () => {
  it('sends a person with a session and the app back with a code and the state', async () => {
    const h = oauthHarness()
    const { status, location } = await h.open(authorizeUrl({ redirect_uri: redirectUri }), await h.cookie('ada@example.com'))
    expect([status, location!.origin + location!.pathname]).toEqual([302, redirectUri])
    expect(parameters(location)).toEqual({ code: expect.any(String), state: 'st4te' })
  })

  it.each<[string, Record<string, string>, string]>([
    ['somebody who has not the app', {}, 'access_denied'],
    ['no session and no prompt', { prompt: 'none' }, 'login_required'],
    ['no state', { state: '' }, 'invalid_request'],
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'openid reports.read' }, 'invalid_scope'],
    ['a scope of the management API', { scope: 'openid okta.users.manage' }, 'invalid_scope'],
    ['no scope', { scope: '' }, 'invalid_scope'],
    ['a public client without PKCE', { client_id: 'public-1' }, 'invalid_request'],
    ['a plain challenge', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown response mode', { response_mode: 'pigeon' }, 'invalid_request'],
  ])('%s: back to the app with %s', async (what, fields, error) => {
    const h = oauthHarness()
    const cookie = fields['prompt'] ? undefined : await h.cookie('bob@example.com')
    const { status, location } = await h.open(authorizeUrl(fields), cookie)
    expect([what, status, location!.searchParams.get('error')]).toEqual([what, 302, error])
    if (error === 'access_denied') expect(location!.searchParams.get('error_description')).toBe('User is not assigned to the client application.')
    expect(location!.searchParams.get('state')).toBe(fields['state'] === '' ? null : 'st4te')
  })

  it.each([
    ['an unknown client', { client_id: 'nobody' }], ['another address', { redirect_uri: 'https://evil.example/' }],
    ['a longer address', { redirect_uri: `${redirectUri}/more` }], ['a service app', { client_id: 'service-1' }],
  ])('%s: a page, and no redirect', async (_, fields) => {
    const h = oauthHarness()
    const { status, location, body } = await h.open(authorizeUrl(fields), await h.cookie('ada@example.com'))
    expect([status, location]).toEqual([400, null])
    expect(body).toMatch(/^<!doctype html>.*400 Bad Request/)
  })

  it('refuses an app that is switched off, and a user who is suspended', async () => {
    const h = oauthHarness()
    const cookie = await h.cookie('ada@example.com')
    const ada = (await h.call('GET', '/api/v1/users/ada')).body.id
    await h.call('POST', `/api/v1/users/${ada}/lifecycle/suspend`)
    expect((await h.open(authorizeUrl({ prompt: 'none' }), cookie)).location!.searchParams.get('error')).toBe('login_required')
    const [app] = [...h.twin.org.apps.values()]
    await h.call('POST', `/api/v1/apps/${app!.id}/lifecycle/deactivate`)
    expect((await h.open(authorizeUrl(), cookie)).status).toBe(400)
  })

  it('answers in a fragment, or by a form that a page posts', async () => {
    const h = oauthHarness()
    const cookie = await h.cookie('ada@example.com')
    expect((await h.open(authorizeUrl({ response_mode: 'fragment' }), cookie)).location!.hash).toMatch(/^#code=\w+&state=st4te$/)
    const { body } = await h.open(authorizeUrl({ response_mode: 'form_post', state: '"><script>' }), cookie)
    expect(body).toContain(`<form method="post" action="${redirectUri}">`)
    expect(body).toContain('value="&quot;&gt;&lt;script&gt;"')
  })

  it('asks again for prompt=login and for a session that is older than max_age', async () => {
    const h = oauthHarness()
    const cookie = await h.cookie('ada@example.com')
    await h.wait(60)
    expect((await h.open(authorizeUrl({ max_age: '120' }), cookie)).location!.origin).toBe('https://portal.example')
    for (const fields of [{ prompt: 'login' }, { max_age: '30' }] as Record<string, string>[]) {
      const { location } = await h.open(authorizeUrl(fields), cookie)
      expect(location!.pathname).toBe('/login/login.htm')
      expect(location!.searchParams.get('fromURI')).not.toMatch(/prompt|max_age/)
    }
  })

  it('ends sessions after two hours without use, and when an administrator clears them', async () => {
    const h = oauthHarness()
    const cookie = await h.cookie('ada@example.com')
    const lives = async () => (await h.open(authorizeUrl({ prompt: 'none' }), cookie)).location!.searchParams.has('code')
    await h.wait(7199)
    expect(await lives()).toBe(true)
    await h.wait(7200)
    expect(await lives()).toBe(false)
    const fresh = await h.cookie('ada@example.com')
    const ada = (await h.call('GET', '/api/v1/users/ada')).body.id
    await h.call('DELETE', `/api/v1/users/${ada}/sessions`)
    expect((await h.open(authorizeUrl({ prompt: 'none' }), fresh)).location!.searchParams.get('error')).toBe('login_required')
  })
})

describe('signing in', () => {
  it('on the page leads back to the app', async () => {
    const h = oauthHarness()
    const { location } = await h.open(authorizeUrl({ login_hint: 'ada@example.com' }))
    const page = await h.open(location!.pathname + location!.search)
    expect(page.body).toContain('value="ada@example.com"')
    const fields = { username: 'ada@example.com', fromURI: location!.searchParams.get('fromURI')! }
    const wrong = await h.form('/login/login.htm', { ...fields, password: 'Wrong-Horse-7' })
    expect([wrong.status, /Unable to sign in/.test(wrong.body)]).toEqual([401, true])
    const right = await h.form('/login/login.htm', { ...fields, password })
    expect(right.status).toBe(303)
    const cookie = String(right.headers['set-cookie']).split(';', 1)[0]!
    expect(String(right.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/)
    const back = await h.open(String(right.headers['location']), cookie)
    expect(back.location!.searchParams.get('code')).not.toBeNull()
    expect((await h.call('GET', '/api/v1/users/ada')).body.lastLogin).toBe('2026-01-01T00:00:00.000Z')
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])('never leads to %j', async (fromURI) => {
    const answer = await oauthHarness().form('/login/login.htm', { username: 'ada@example.com', password, fromURI })
    expect(answer.headers['location']).toBe('/login/login.htm')
  })

  it('by script gives a session token for one use and five minutes', async () => {
    const h = oauthHarness()
    const authn = (given: string) => h.call('POST', '/api/v1/authn', { username: 'ada@example.com', password: given }, { authorization: '' })
    const wrong = await authn('Wrong-Horse-7')
    expect([wrong.status, wrong.body.errorCode]).toEqual([401, 'E0000004'])
    const { sessionToken } = (await authn(password)).body
    const first = await h.open(authorizeUrl({ sessionToken, prompt: 'none' }))
    expect(parameters(first.location)['code']).toBeDefined()
    expect(String(first.headers['set-cookie'])).toMatch(/^idx=/)
    expect(parameters((await h.open(authorizeUrl({ sessionToken, prompt: 'none' }))).location)['error']).toBe('login_required')
    const late = (await authn(password)).body.sessionToken
    await h.wait(300)
    expect((await h.call('POST', '/api/v1/sessions', { sessionToken: late })).status).toBe(401)
    const session = (await h.call('POST', '/api/v1/sessions', { sessionToken: (await authn(password)).body.sessionToken })).body
    expect(session).toMatchObject({ status: 'ACTIVE', login: 'ada@example.com', amr: ['pwd'] })
    expect((await h.call('DELETE', `/api/v1/sessions/${session.id}`)).status).toBe(204)
    expect((await h.call('GET', `/api/v1/sessions/${session.id}`)).status).toBe(404)
  })

  it('ten times with a wrong password locks a user out, whom only an administrator unlocks', async () => {
    const h = oauthHarness()
    const authn = (given: string) => h.call('POST', '/api/v1/authn', { username: 'ada@example.com', password: given })
    for (let index = 0; index < 10; index += 1) await authn('Wrong-Horse-7')
    const ada = (await h.call('GET', '/api/v1/users/ada')).body
    expect(ada.status).toBe('LOCKED_OUT')
    expect((await authn(password)).status).toBe(401)
    await h.call('POST', `/api/v1/users/${ada.id}/lifecycle/unlock`)
    expect((await authn(password)).body.status).toBe('SUCCESS')
    const log = (await h.call('GET', '/api/v1/logs')).body.map((event: Wire) => event.eventType)
    expect(log).toEqual([...Array.from({ length: 10 }, () => 'user.session.start'), 'user.account.lock', 'user.account.unlock_by_admin', 'user.session.start'])
  })

  it('is limited to four a second for one login, where a plan is in force', async () => {
    const h = oauthHarness({ rateLimits: { plan: 'workforce' } })
    const authn = async (username: string) => (await h.call('POST', '/api/v1/authn', { username, password })).status
    const statuses = []
    for (let index = 0; index < 5; index += 1) statuses.push(await authn('ada@example.com'))
    expect([...statuses, await authn('bob@example.com')]).toEqual([200, 200, 200, 200, 429, 200])
    await h.wait(1)
    expect(await authn('ada@example.com')).toBe(200)
  })

  it.each([['VERIFIED', 200], ['UNVERIFIED', 401], [null, 401]] as const)('the first time by a password import hook that says %s', async (credential, status) => {
    const h = oauthHarness({ options: { hookTimeoutSeconds: 0.3 } })
    const asked: Wire[] = []
    const receiver = createServer((request, response) => {
      let text = ''
      request.on('data', (part: Buffer) => (text += part.toString())).on('end', () => {
        asked.push({ body: JSON.parse(text), secret: request.headers['x-secret'] })
        if (credential === null) return
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ commands: [{ type: 'com.okta.action.update', value: { credential } }] }))
      })
    })
    await new Promise<void>((resolve) => { receiver.listen(0, '127.0.0.1', resolve) })
    const uri = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/import`
    const channel = { type: 'HTTP', version: '1.0.0', config: { uri, method: 'POST', authScheme: { type: 'HEADER', key: 'x-secret', value: 's3' } } }
    await h.call('POST', '/api/v1/inlineHooks', { name: 'Import', type: 'com.okta.user.credential.password.import', version: '1.0.0', channel })
    const authn = () => h.call('POST', '/api/v1/authn', { username: 'eve@example.com', password })
    expect((await authn()).status).toBe(status)
    expect(asked[0]).toMatchObject({ secret: 's3', body: { eventType: 'com.okta.user.credential.password.import', data: { credential: { username: 'eve@example.com', password }, action: { credential: 'UNVERIFIED' } } } })
    // Whoever answers is not asked again once the password is known; whoever does not is asked twice.
    await authn()
    expect(asked).toHaveLength(credential === 'VERIFIED' ? 1 : credential === null ? 4 : 2)
    expect((await h.call('GET', '/api/v1/users/eve')).body.credentials.provider.type).toBe(credential === 'VERIFIED' ? 'OKTA' : 'IMPORT')
    receiver.closeAllConnections()
    receiver.close()
  })
})

describe('tokens', () => {
  it('are signed by the published key and say who, for whom, and when', async () => {
    const h = oauthHarness()
    const code = await h.code({ nonce: 'n0nce', scope: 'openid profile email groups' })
    const { body } = await h.form('/oauth2/v1/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri }, basic)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid profile email groups' })
    expect(body.refresh_token).toBeUndefined()
    const keys = createLocalJWKSet((await h.open('/oauth2/v1/keys')).body)
    const { payload } = await jwtVerify(body.id_token, keys, { issuer: base, audience: 'portal-1', currentDate: new Date('2026-01-01') })
    const ada = (await h.call('GET', '/api/v1/users/ada')).body.id
    expect(payload).toMatchObject({ sub: ada, nonce: 'n0nce', amr: ['pwd'], email: 'ada@example.com', preferred_username: 'ada@example.com', groups: ['Everyone', 'Readers'], at_hash: createHash('sha256').update(body.access_token).digest().subarray(0, 16).toString('base64url') })
    const info = await h.call('GET', '/oauth2/v1/userinfo', undefined, { authorization: `Bearer ${body.access_token}` })
    expect(info.body).toMatchObject({ sub: ada, name: 'ada Byron', given_name: 'ada', email: 'ada@example.com' })
    const wrong = await h.call('GET', '/oauth2/v1/userinfo', undefined, { authorization: 'Bearer x' })
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/invalid_token/)])
  })

  it.each<[string, (h: OAuthHarness, fields: Record<string, string>) => unknown]>([
    ['a code used twice', (h, fields) => h.form('/oauth2/v1/token', fields, basic)],
    ['a code after its minute', (h) => h.wait(60)],
    ['another address', (_, fields) => { fields['redirect_uri'] = 'https://portal.example/other' }],
    ['a verifier where there was no challenge', (_, fields) => { fields['code_verifier'] = 'v'.repeat(43) }],
    ['a user suspended meanwhile', async (h) => h.force((await h.call('GET', '/api/v1/users/ada')).body.id, 'SUSPENDED')],
  ])('are refused for %s', async (_, spoil) => {
    const h = oauthHarness()
    const fields = { grant_type: 'authorization_code', code: await h.code(), redirect_uri: redirectUri }
    await spoil(h, fields)
    const answer = await h.form('/oauth2/v1/token', fields, basic)
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant'])
  })

  it('of a code used twice are all revoked', async () => {
    const h = oauthHarness()
    const fields = { grant_type: 'authorization_code', code: await h.code(), redirect_uri: redirectUri }
    const { access_token, refresh_token } = (await h.form('/oauth2/v1/token', fields, basic)).body
    await h.form('/oauth2/v1/token', fields, basic)
    expect(await introspect(h, access_token)).toEqual({ active: false })
    expect((await refresh(h, refresh_token)).body.error).toBe('invalid_grant')
  })

  it('of a public client need the verifier', async () => {
    const h = oauthHarness()
    const verifier = 'a'.repeat(64)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const redeem = async (more: object) => h.form('/oauth2/v1/token', {
      grant_type: 'authorization_code', client_id: 'public-1', redirect_uri: redirectUri,
      code: await h.code({ client_id: 'public-1', code_challenge: challenge, code_challenge_method: 'S256' }), ...more,
    })
    expect((await redeem({})).body.error).toBe('invalid_grant')
    expect((await redeem({ code_verifier: 'b'.repeat(64) })).body.error).toBe('invalid_grant')
    expect((await redeem({ code_verifier: verifier })).status).toBe(200)
  })

  it('are refreshed with rotation; an old one used again ends the family', async () => {
    const h = oauthHarness()
    const first = await h.tokens()
    const second = (await refresh(h, first.refresh_token)).body
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const third = (await refresh(h, second.refresh_token)).body
    expect((await introspect(h, third.access_token)).active).toBe(true)
    expect((await refresh(h, second.refresh_token)).body).toMatchObject({ error: 'invalid_grant', error_description: 'The refresh token is invalid or expired.' })
    expect((await refresh(h, third.refresh_token)).body.error).toBe('invalid_grant')
    expect(await introspect(h, third.access_token)).toEqual({ active: false })
  })

  it('are refreshed for fewer scopes, not for more, and not after seven days without use', async () => {
    const h = oauthHarness()
    const { refresh_token } = await h.tokens('openid offline_access')
    const ask = (scope: string) => h.form('/oauth2/v1/token', { grant_type: 'refresh_token', refresh_token, scope }, basic)
    expect((await ask('openid email')).body.error).toBe('invalid_scope')
    const { scope, refresh_token: next } = (await ask('openid')).body
    expect(scope).toBe('openid')
    await h.wait(7 * 86_400 + 1)
    expect((await refresh(h, next)).body.error).toBe('invalid_grant')
  })

  it('end with the person: unassigned, deactivated', async () => {
    const h = oauthHarness()
    const tokens = await h.tokens()
    const ada = (await h.call('GET', '/api/v1/users/ada')).body.id
    await h.call('DELETE', `/api/v1/groups/00gSeedReaders0gH5d7/users/${ada}`)
    expect((await refresh(h, tokens.refresh_token)).body).toEqual({ error: 'access_denied', error_description: 'User is not assigned to the client application.' })
    await h.call('PUT', `/api/v1/groups/00gSeedReaders0gH5d7/users/${ada}`)
    await h.call('POST', `/api/v1/users/${ada}/lifecycle/deactivate`)
    expect((await refresh(h, tokens.refresh_token)).body.error).toBe('invalid_grant')
    expect(await introspect(h, tokens.access_token)).toEqual({ active: false })
  })

  it('can be looked into and revoked by their client only', async () => {
    const h = oauthHarness()
    const { access_token, refresh_token } = await h.tokens()
    expect(await introspect(h, access_token)).toMatchObject({ active: true, client_id: 'portal-1', username: 'ada@example.com', token_type: 'Bearer', scope: 'openid profile email offline_access' })
    expect((await introspect(h, refresh_token)).active).toBe(true)
    expect((await h.form('/oauth2/v1/introspect', { token: access_token })).status).toBe(401)
    expect((await h.form('/oauth2/v1/introspect', { token: refresh_token, client_id: 'public-1' })).body).toEqual({ active: false })
    expect((await h.form('/oauth2/v1/revoke', { token: access_token, client_id: 'public-1' })).status).toBe(200)
    expect((await introspect(h, access_token)).active).toBe(true)
    expect((await h.form('/oauth2/v1/revoke', { token: refresh_token }, basic)).status).toBe(200)
    expect([await introspect(h, access_token), await introspect(h, refresh_token)]).toEqual([{ active: false }, { active: false }])
  })

  it('keep good while keys rotate; the JWKS show the next key before it signs', async () => {
    const h = oauthHarness()
    const kids = async () => (await h.open('/oauth2/v1/keys')).body.keys.map((key: Wire) => key.kid)
    const before = await h.tokens()
    const [active, next] = await kids()
    await h.call('POST', '/_twin/keys/rotate', {})
    const after = await kids()
    expect([after[0], after[2], after.length]).toEqual([next, active, 3])
    const keys = createLocalJWKSet((await h.open('/oauth2/v1/keys')).body)
    for (const { id_token } of [before, await h.tokens()]) await jwtVerify(id_token, keys, { currentDate: new Date('2026-01-01') })
    await h.call('POST', '/_twin/keys/rotate', {})
    expect(await kids()).not.toContain(active)
    const rotated = await h.call('POST', '/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate', { use: 'sig' })
    expect(rotated.body.map((key: Wire) => key.status)).toEqual(['ACTIVE', 'NEXT', 'EXPIRED'])
  })
})

describe('logout', () => {
  const url = (fields: Record<string, string>) => `/oauth2/v1/logout?${new URLSearchParams(fields)}`

  it('ends the session and goes back to the app, also with an ID token that has expired', async () => {
    const h = oauthHarness()
    const { id_token } = await h.tokens()
    const cookie = await h.cookie('ada@example.com')
    await h.wait(3601)
    const out = await h.open(url({ id_token_hint: id_token, post_logout_redirect_uri: 'https://portal.example/bye', state: 's' }), cookie)
    expect([out.status, out.location!.href]).toEqual([302, 'https://portal.example/bye?state=s'])
    expect((await h.open(authorizeUrl({ prompt: 'none' }), cookie)).location!.searchParams.get('error')).toBe('login_required')
  })

  it('is refused without a hint, with a token that is none, to other addresses; and ends nobody else\'s session', async () => {
    const h = oauthHarness()
    const { id_token, access_token } = await h.tokens()
    const bob = await h.cookie('bob@example.com')
    const forged = `${id_token.slice(0, -4)}AAAA`
    const wrong: Record<string, string>[] = [{}, { id_token_hint: forged }, { id_token_hint: access_token }, { id_token_hint: id_token, post_logout_redirect_uri: 'https://evil.example/' }]
    for (const fields of wrong) expect((await h.open(url(fields), bob)).status).toBe(400)
    expect((await h.open(url({ id_token_hint: id_token }), bob)).status).toBe(200)
    expect((await h.open(authorizeUrl({ prompt: 'none' }), bob)).location!.searchParams.get('error')).toBe('access_denied')
    expect(decodeJwt(id_token)['aud']).toBe('portal-1')
  })
})

it('nothing that is secret is recorded', async () => {
  const h = oauthHarness()
  const { sessionToken } = (await h.call('POST', '/api/v1/authn', { username: 'ada@example.com', password })).body
  await h.open(authorizeUrl({ sessionToken }))
  const tokens = await h.tokens()
  await refresh(h, tokens.refresh_token)
  await introspect(h, tokens.access_token)
  const recorded = JSON.stringify((await h.call('GET', '/_twin/calls')).body)
  for (const secret of [password, sessionToken, tokens.refresh_token, tokens.access_token, tokens.id_token]) expect(recorded).not.toContain(secret)
})
