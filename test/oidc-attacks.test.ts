/** What an attacker would try at the OpenID door: other addresses, other keys, other people's browsers, a host of their own. */
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { inDatabase, migratedDatabase, open } from './database.ts'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'
import { testKey } from './rest-server.ts'

const { ctx, url, server } = await oidcServer()
const [ada, mallory] = [await person(ctx, 'ada'), await person(ctx, 'mallory')]

async function browserOf(userId: string): Promise<Browser> {
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, userId)).token)
  return browser
}

describe('redirect addresses', () => {
  const near = [
    `${callback}/`, `${callback}?`, `${callback}?x=1`, `${callback}#f`, `${callback}/../callback`, callback.replace('/callback', '/Callback'), callback.replace('app', 'APP'),
    callback.replace('https', 'http'), callback.replace('.com', '.com:443'), callback.replace('.com', '.com.evil.org'), callback.replace('app.', 'app@evil.'), callback.replace('/callback', '//callback'),
    callback.replace('/callback', '/%63allback'), `${callback}%00`, ` ${callback}`, `${callback} `, 'https://evil.example.com/callback', 'javascript:alert(1)', '/callback', '', `${callback}\\@evil.org`, 'https://app.example.com',
  ]

  test.each(near)('%j is not the one that is registered', async (redirect) => {
    const config = await relyingParty(url, await application(ctx, `Near ${near.indexOf(redirect)}`, { firstParty: true }))
    const { address } = await request(config)
    address.searchParams.set('redirect_uri', redirect)
    const response = await (await browserOf(ada)).fetch(address)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).not.toContain('code=')
  })

  test('a parameter given twice is refused', async () => {
    const config = await relyingParty(url, await application(ctx, 'Twice', { firstParty: true }))
    const { address } = await request(config)
    address.searchParams.append('redirect_uri', 'https://evil.example.com/')
    expect((await (await browserOf(ada)).fetch(address)).status).toBe(400)
  })

  test('only programs on a device may use another port, and only on this machine', async () => {
    const native = await application(ctx, 'Device', { firstParty: true, applicationType: 'native', authentication: 'none', redirectUris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] })
    const config = await relyingParty(url, native)
    const landed = async (redirect: string) => (await (await browserOf(ada)).fetch((await request(config, { redirect_uri: redirect })).address)).headers.get('location')
    expect(await landed('http://127.0.0.1:49152/cb')).toMatch(/^http:\/\/127\.0\.0\.1:49152\/cb\?code=/)
    expect(await landed('com.example.app:/cb')).toMatch(/^com\.example\.app:\/cb\?code=/)
    for (const bad of ['http://127.0.0.1:49152/other', 'http://localhost:49152/cb', 'http://127.0.0.1.evil.org:80/cb', 'com.example.app:/other']) expect(await landed(bad)).toBeNull()
  })
})

describe('keys and algorithms', () => {
  test('none, a shared secret, and the public key as a secret sign nothing here', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const app = await application(ctx, 'Confused', { grantTypes: ['client_credentials'], userId: ada, authentication: 'private_key_jwt', scopes: ['read'], keys: { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: 'k' }] } })
    const claims = { jti: 'x', iss: app.id, sub: app.id, aud: `${url}/oidc` }
    const hs = (key: string) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const signed = `${part({ alg: 'HS256', kid: 'k' })}.${part({ ...claims, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60 })}`
      return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
    }
    const none = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('1m').encode()
    const send = async (assertion: string) => {
      const body = { grant_type: 'client_credentials', scope: 'read', client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
      return (await fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams(body) })).status
    }
    for (const assertion of [none, hs(JSON.stringify(jwk)), hs(jwk.n!), hs('is kept as a hash and compared by us')]) expect(await send(assertion)).toBe(401)
    expect(await send(await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).setIssuedAt().setExpirationTime('1m').sign(privateKey))).toBe(200)
  })

  test('a hint that we did not sign tells us nothing', async () => {
    const app = await application(ctx, 'Hinted', { firstParty: true })
    const config = await relyingParty(url, app)
    const { privateKey } = await generateKeyPair('RS256')
    const forged = await new SignJWT({ sub: ada, aud: app.id, iss: `${url}/oidc` }).setProtectedHeader({ alg: 'RS256', kid: 'x' }).setIssuedAt().setExpirationTime('1h').sign(privateKey)
    for (const hint of [forged, new UnsecuredJWT({ sub: ada, aud: app.id, iss: `${url}/oidc` }).setIssuedAt().setExpirationTime('1h').encode()]) {
      const at = (await (await browserOf(ada)).follow((await request(config, { id_token_hint: hint })).address)).at
      expect(at.searchParams.get('error')).toBe('invalid_request')
      expect((await fetch(client.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: 'https://app.example.com/bye' }), { redirect: 'manual' })).status).toBe(400)
    }
  })

  test('an ID token is a hint and no proof: it signs nobody in and opens nothing, though we signed it', async () => {
    const app = await application(ctx, 'Hinting', { firstParty: true })
    const config = await relyingParty(url, app)
    const { address, checks } = await request(config)
    const tokens = await client.authorizationCodeGrant(config, await authorize(await browserOf(ada), address), checks)
    const hint = tokens.id_token!
    for (const path of ['/oidc/me', '/api/v1/me', `/api/v1/users/${ada}`]) {
      for (const token of [hint, new URL(address).searchParams.get('state')!]) expect([path, (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status]).toEqual([path, 401])
    }
    expect((await fetch(`${url}/oidc/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status).toBe(200)
    const assertion = { grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: hint }
    expect((await fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams(assertion) })).status).toBeGreaterThanOrEqual(400)
    const stranger = await new Browser(url).follow((await request(config, { id_token_hint: hint, prompt: 'none' })).address)
    expect([stranger.at.searchParams.get('error'), stranger.at.searchParams.get('code')]).toEqual(['login_required', null])
    const other = await (await browserOf(await person(ctx, 'hinted-at'))).follow((await request(config, { id_token_hint: hint, prompt: 'none' })).address)
    expect([other.at.searchParams.get('error'), other.at.searchParams.get('code')]).toEqual(['login_required', null])
  })

  test('signing out where nobody is signed in shows a page of ours, which goes on by itself or by its button', async () => {
    for (const [language, title, go] of [['en', 'Sign out', 'Go on'], ['de', 'Abmelden', 'Weiter']] as const) {
      const browser = new Browser(url)
      const reply = await browser.fetch('/oidc/session/end', { headers: { 'accept-language': language } })
      const html = await reply.text()
      expect(html).toMatch(new RegExp(`^<!DOCTYPE html>\n<html lang="${language}">\n<head><meta charset="utf-8"><meta name="viewport"[^>]*><title>${title}</title>`))
      expect(html).toContain(`type="submit">${go}</button>`)
      const script = /<script>(.*?)<\/script>/s.exec(html)![1]!
      expect(reply.headers.get('content-security-policy')).toContain(createHash('sha256').update(script).digest('base64'))
      const [, action, xsrf] = /action="([^"]+)".*name="xsrf" value="([^"]+)"/s.exec(html)!
      const done = await browser.fetch(action!, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ xsrf: xsrf!, logout: 'yes' }).toString() })
      expect([done.status, new URL(done.headers.get('location')!, url).pathname]).toEqual([303, '/oidc/session/end/success'])
    }
  })

  test('such pages speak what the application wishes, where they can', async () => {
    const { ui_locales_supported: spoken } = (await (await fetch(`${url}/oidc/.well-known/openid-configuration`)).json()) as { ui_locales_supported: string[] }
    expect(spoken).toEqual(['en', 'de'])
    for (const [wished, language] of [['fr de-CH en', 'de'], ['fr', 'en'], ['toString __proto__', 'en']]) {
      const reply = await new Browser(url).fetch(`/oidc/session/end?${new URLSearchParams({ ui_locales: wished! })}`, { headers: { 'accept-language': 'en' } })
      expect(await reply.text()).toContain(`<html lang="${language}">`)
    }
  })

  test('the key set holds public keys only', async () => {
    const { keys } = (await (await fetch(`${url}/oidc/jwks`)).json()) as { keys: Record<string, unknown>[] }
    expect(keys.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'RS256'])
    for (const key of keys) for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key[member]).toBeUndefined()
  })
})

describe('interactions', () => {
  async function pending(userId = ada) {
    const config = await relyingParty(url, await application(ctx, `Asking ${Math.random()}`))
    const browser = await browserOf(userId)
    const flow = await request(config)
    const { at } = await browser.follow(flow.address)
    return { config, browser, uid: at.searchParams.get('interaction')!, ...flow }
  }

  test('belong to the browser in which they began', async () => {
    const { uid } = await pending()
    const other = await browserOf(mallory)
    expect((await other.fetch(`/api/v1/interactions/${uid}`)).status).toBe(404)
    expect((await other.answer(uid, 'consent')).status).toBe(404)
    expect((await other.fetch(`/oidc/interaction/${uid}`)).status).toBe(404)
    const theirs = await pending(mallory)
    expect((await theirs.browser.answer(uid, 'consent')).status).toBe(404)
  })

  test('are answered by our own pages only', async () => {
    const { browser, uid } = await pending()
    const foreign: Record<string, string>[] = [{ origin: 'https://evil.example.com' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'content-type': 'application/x-www-form-urlencoded' }, { 'content-type': 'text/plain' }]
    for (const headers of foreign) expect([403, 415]).toContain((await browser.answer(uid, 'consent', headers)).status)
    expect((await browser.fetch(`/api/v1/interactions/${uid}/consent`)).status).toBe(404)
    expect((await browser.answer(uid, 'consent')).status).toBe(200)
  })

  test('are not answered for somebody who signed in since', async () => {
    const { browser, uid } = await pending()
    browser.setSession((await signIn(ctx, mallory)).token)
    expect([401, 404]).toContain((await browser.answer(uid, 'consent')).status)
    browser.setSession(undefined)
    expect([401, 404]).toContain((await browser.answer(uid, 'consent')).status)
  })

  test('cannot be answered for another person: the provider takes who has signed in, at that moment', async () => {
    const config = await relyingParty(url, await application(ctx, 'Switch', { firstParty: true }))
    const browser = new Browser(url)
    const { at } = await browser.follow((await request(config)).address)
    browser.setSession((await signIn(ctx, ada)).token)
    const { body } = await browser.answer(at.searchParams.get('interaction')!, 'login')
    browser.setSession(undefined)
    const gone = await browser.follow(body.redirectTo)
    expect([gone.at.pathname.replace(/[^/]+$/, ''), gone.response.status]).toEqual(['/oidc/interaction/', 404])
    browser.setSession((await signIn(ctx, mallory)).token)
    const { address, checks } = await request(config)
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
    expect(tokens.claims()!.sub).toBe(mallory)
  })

  test('a session of the provider is nobody\'s without the sign-in it rests on', async () => {
    const config = await relyingParty(url, await application(ctx, 'Cookie', { firstParty: true }))
    const browser = await browserOf(ada)
    expect((await browser.follow((await request(config)).address)).at.searchParams.get('code')).toBeTruthy()
    expect(browser.names()).toContain('gatehouse-oidc')
    browser.setSession(undefined)
    expect((await browser.follow((await request(config)).address)).at.pathname).toBe('/sign-in')
    browser.setSession((await signIn(ctx, mallory)).token)
    const { address, checks } = await request(config)
    expect((await client.authorizationCodeGrant(config, (await browser.follow(address)).at, checks)).claims()!.sub).toBe(mallory)
  })
})

describe('the door itself', () => {
  test('a host or proxy of the caller\'s choice changes no address', async () => {
    const plain = JSON.stringify(await (await fetch(`${url}/oidc/.well-known/openid-configuration`)).json())
    const { port } = new URL(url)
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('GET /oidc/.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example.com\r\nX-Forwarded-Host: evil.example.com\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n'))
      let text = ''
      socket.on('data', (piece) => (text += piece)).on('close', () => resolve(text))
    })
    expect(raw).not.toContain('evil')
    expect(raw).toContain(plain)
    expect(((await (await fetch(`${url}/.well-known/oauth-authorization-server/oidc`)).json()) as { issuer: string }).issuer).toBe(`${url}/oidc`)
  })

  test('carries its headers, and errors are words without traces', async () => {
    const response = await fetch(`${url}/oidc/auth?client_id=<script>`, { headers: { accept: 'text/html' } })
    expect(response.status).toBe(400)
    const html = await response.text()
    expect(html).not.toMatch(/<script>|node_modules|\bat \//)
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    for (const [name, value] of [['x-content-type-options', 'nosniff'], ['referrer-policy', 'no-referrer'], ['cache-control', 'no-store']]) expect(response.headers.get(name!)).toBe(value)
    expect(response.headers.get('x-request-id')).toBeTruthy()
    expect((await fetch(`${url}/oidc/nowhere`)).status).toBe(404)
    for (const path of ['/oidc/reg', '/oidc/device/auth']) expect((await fetch(`${url}${path}`, { method: 'POST' })).status).toBe(404)
  })

  test.each(['token', 'id_token', 'code id_token', 'code token', 'code id_token token', 'none'])('answers a request for %s with no code, token or page', async (response_type) => {
    const app = await application(ctx, `Asks for ${response_type}`)
    const query = new URLSearchParams({ client_id: app.id, response_type, scope: 'openid', redirect_uri: callback, nonce: 'n', state: 's', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    const reply = await fetch(`${url}/oidc/auth?${query}`, { redirect: 'manual' })
    const back = new URL(reply.headers.get('location')!)
    const told = new URLSearchParams(back.search || back.hash.slice(1))
    expect([reply.status, `${back.origin}${back.pathname}`, told.get('error')]).toEqual([303, callback, 'unsupported_response_type'])
    for (const name of ['code', 'access_token', 'id_token']) expect(told.has(name)).toBe(false)
  })

  test('lets pages of a client read answers to that client, and those of nobody else', async () => {
    const app = await application(ctx, 'In the browser', { authentication: 'none' })
    const asked = async (origin: string) => (await fetch(`${url}/oidc/token`, { method: 'POST', headers: { origin, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ client_id: app.id, grant_type: 'authorization_code', code: 'x', redirect_uri: callback }).toString() })).headers.get('access-control-allow-origin')
    const own = new URL(callback).origin
    expect([await asked(own), await asked('https://evil.example'), await asked(`${own}.evil.example`), await asked('null')]).toEqual([own, null, null, null])
    const api = await fetch(`${url}/api/v1/me`, { method: 'OPTIONS', headers: { origin: own, 'access-control-request-method': 'GET' } })
    expect([...api.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('takes bodies of 56 KiB at most, and one type of them', async () => {
    const post = async (body: string, type = 'application/x-www-form-urlencoded') => (await fetch(`${url}/oidc/token`, { method: 'POST', headers: { 'content-type': type }, body })).status
    expect(await post(`grant_type=${'x'.repeat(60_000)}`)).toBe(400)
    expect(await post('{"grant_type":"client_credentials"}', 'application/json')).toBe(400)
    expect(await post('grant_type=client_credentials&client_id=%00')).toBeLessThan(500)
    expect(await post(`grant_type=client_credentials&client_id=${'a'.repeat(5000)}`)).toBe(401)
  })

  test('PUBLIC_URL in the clear, but for this machine, signs nobody in', async () => {
    const { url: other } = await oidcServer({ PUBLIC_URL: 'http://people.example.com' })
    const response = await fetch(`${other}/oidc/.well-known/openid-configuration`)
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([403, expect.stringContaining('https://')])
  })

  test('behind a proxy that ends TLS cookies are for https only, whatever the connection to us is', async () => {
    const { ctx: behind, url: inner } = await oidcServer({ PUBLIC_URL: 'https://people.example.com' })
    const app = await application(behind, 'Behind')
    const query = new URLSearchParams({ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    const began = await fetch(`${inner}/oidc/auth?${query}`, { redirect: 'manual' })
    const asked = await fetch(`${inner}${new URL(began.headers.get('location')!, inner).pathname}`, { redirect: 'manual', headers: { cookie: began.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') } })
    expect([began.status, asked.status, asked.headers.get('location')!.split('?')[0]]).toEqual([303, 303, '/sign-in'])
    const leaving = await fetch(`${inner}/oidc/session/end`)
    const cookies = [began, asked, leaving].flatMap(({ headers }) => headers.getSetCookie())
    expect(cookies.length).toBeGreaterThan(3)
    // What belongs to the paths of one question cannot be __Host-, which is for all paths; the rest is.
    const ofQuestion = /^__Secure-gatehouse-oidc-(?:interaction|resume)(?:\.sig)?=/
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; ?samesite=lax; ?secure; ?httponly/i)
      expect(cookie).not.toMatch(/; ?domain=/i)
      expect(cookie).toMatch(ofQuestion.test(cookie) ? /; ?path=\/[^;]/i : /^__Host-.*; ?path=\/;/i)
    }
    expect(new Set(cookies.map((cookie) => ofQuestion.test(cookie)))).toEqual(new Set([true, false]))
    expect(began.headers.get('strict-transport-security')).toBeTruthy()
  })

  test('too many wrong secrets from one address have to wait', async () => {
    const { url: other, ctx: own } = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '5' })
    const { id } = await application(own, 'Guessed')
    const guess = async (n: number) => (await fetch(`${other}/oidc/token`, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${id}:${n}`).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'client_credentials' }) })).status
    const statuses: number[] = []
    for (let n = 0; n < 8; n++) statuses.push(await guess(n))
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
  })

  test('wrong secrets in forms count for their client at their address, and for no other', async () => {
    const own = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const program = (name: string) => application(own.ctx, name, { grantTypes: ['client_credentials'], authentication: 'client_secret_post', scopes: ['read'], userId: worker })
    const worker = await person(own.ctx, 'worker')
    const [one, other, known] = [await program('One'), await program('Other'), await program('Known')]
    const ask = async (id: string, secret: string) => {
      const reply = await fetch(`${own.url}/oidc/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope: 'read', resource: `${own.url}/api/v1` }) })
      return [reply.status, reply.headers.get('retry-after')]
    }
    expect(await ask(known.id, known.secret!)).toEqual([200, null])
    for (let n = 0; n < 3; n++) expect(await ask(one.id, `wrong ${n}`)).toEqual([401, null])
    // Right or not, nobody learns: no more is looked at.
    expect([await ask(one.id, 'wrong'), await ask(one.id, one.secret!)]).toEqual([[429, '60'], [429, '60']])
    expect(await ask(other.id, other.secret!)).toEqual([200, null])
    for (let n = 0; n < 4; n++) await ask(known.id, `wrong ${n}`)
    expect(await ask(known.id, known.secret!)).toEqual([200, null])
    expect((await fetch(`${own.url}/api/v1/users`, { headers: { authorization: `Bearer ${testKey}` } })).status).toBe(200)
  })

  test('a wrong secret does not pass for a right one by being shown where nobody looks at it', async () => {
    const { url: other, ctx: own } = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const { id } = await application(own, 'Guessed')
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) {
      const headers = { authorization: `Basic ${Buffer.from(`${id}:${n}`).toString('base64')}` }
      await fetch(`${other}/oidc/jwks`, { headers })
      statuses.push((await fetch(`${other}/oidc/token`, { method: 'POST', headers, body: new URLSearchParams({ grant_type: 'client_credentials' }) })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429])
  })

  test('keeps no long request of a stranger', async () => {
    const app = await application(ctx, 'Long', {})
    const asked = (state: string) => new URLSearchParams({ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: callback, state, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    const by = async (state: string) => (await fetch(`${url}/oidc/auth?${asked(state)}`, { redirect: 'manual' })).status
    const kept = async () => (await ctx.db.first<{ n: number }>(`select count(*)::int as n from gatehouse.oidc_artifact where kind = 'Interaction'`))!.n
    const before = await kept()
    expect([await by('s'.repeat(9000)), await kept()]).toEqual([431, before])
    expect([await by('s'.repeat(1000)), await kept()]).toEqual([303, before + 1])
    // Forms are not taken there at all.
    expect((await fetch(`${url}/oidc/auth`, { method: 'POST', redirect: 'manual', body: asked('s') })).status).toBe(404)
  })

  test('strangers begin so many requests a minute and no more', async () => {
    const own = await oidcServer({ OIDC_QUESTIONS_PER_MINUTE: '3' })
    const app = await application(own.ctx, 'Own', { firstParty: true })
    const asked = new URLSearchParams({ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    const begin = async (more: Record<string, string> = {}) => (await fetch(`${own.url}/oidc/auth?${asked}&${new URLSearchParams(more)}`, { redirect: 'manual' })).status
    // What asks nobody counts for nothing.
    for (let n = 0; n < 5; n++) expect(await begin({ prompt: 'none' })).toBe(303)
    // All at once, too, and with some beside that ask nobody.
    const many = await Promise.all(Array.from({ length: 20 }, () => begin()))
    expect(many.toSorted()).toEqual([303, 303, 303, ...Array.from({ length: 17 }, () => 429)])
    await expect.poll(() => own.ctx.db.query(`select target_id as target, result from gatehouse.audit_event where action = 'request.refuse'`)).toEqual([{ target: 'GET /oidc/auth', result: 'too_many_requests' }])
  })

  test('what is refused is noted by its route, whatever stands in the address', async () => {
    const own = await oidcServer({ OIDC_QUESTIONS_PER_MINUTE: '1' })
    const app = await application(own.ctx, 'Own', { firstParty: true })
    const long = 'x'.repeat(300)
    const begun = new URLSearchParams({ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    const asked = async (path: string) => (await fetch(`${own.url}/oidc/${path}`, { redirect: 'manual', headers: { authorization: 'Bearer wrong' } })).status
    const events = () => own.ctx.db.query(`select target_id as target, result, changes::jsonb->0->'after'->'operations' as more from gatehouse.audit_event where action = 'request.refuse' order by event_id`)
    expect([await asked('me'), await asked('me'), await asked(`me?${long}`)]).toEqual([401, 401, 401])
    expect([await asked(`auth?${begun}`), await asked(`auth/${long}`), await asked(`auth?${long}`)]).toEqual([303, 429, 429])
    await own.stop()
    expect(await events()).toEqual([
      { target: 'GET /oidc/me', result: 'unauthenticated', more: null }, { target: 'GET /oidc/auth/:uid', result: 'too_many_requests', more: null },
      { target: 'many', result: 'unauthenticated', more: ['GET /oidc/me'] }, { target: 'many', result: 'too_many_requests', more: ['GET /oidc/auth/:uid', 'GET /oidc/auth'] },
    ])
  })

  test('without the database nothing is let through, and everybody is told to come again', async () => {
    const options = await migratedDatabase()
    const [db, admin] = [open({ ...options, poolSize: 5 }), open({ ...inDatabase(options, 'postgres'), poolSize: 1 })]
    const away = await oidcServer({}, { db })
    const app = await application(away.ctx, 'Away', { grantTypes: ['client_credentials'], userId: await person(away.ctx, 'svc'), scopes: ['read'] })
    const config = await relyingParty(away.url, app)
    const { access_token: token } = await client.clientCredentialsGrant(config, { scope: 'read' })
    const ask = () => Promise.all([
      fetch(`${away.url}/oidc/token`, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }) }),
      fetch(`${away.url}/oidc/auth?client_id=${app.id}&response_type=code&scope=openid`, { redirect: 'manual' }),
      fetch(`${away.url}/api/v1/access/me`, { headers: { authorization: `Bearer ${token}` } }),
    ])
    const [{ name }] = (await db.query<{ name: string }>('select current_database() as name')) as [{ name: string }]
    await admin.execute(`alter database ${name} allow_connections false`)
    await admin.execute('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    for (const answer of await ask()) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
      expect(await answer.text()).not.toMatch(/not currently accepting|node_modules|pg_/)
    }
    await admin.execute(`alter database ${name} allow_connections true`)
    expect((await ask()).map(({ status }) => status)).toEqual([200, 400, 200])
  })
})

test('the server of these tests stands to the end', () => {
  expect(server.server.listening).toBe(true)
})
