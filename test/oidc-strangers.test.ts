/** What strangers may do at the OpenID door, how often, and from where: nobody else is kept out by it. */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import * as client from 'openid-client'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn, type OidcServer } from './oidc-harness.ts'

const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
const form = (fields: Record<string, string>) => new URLSearchParams(fields)

/** A client that asks for tokens of its own, and what it is answered. */
async function programOf({ ctx, url }: OidcServer, name: string, authentication: 'client_secret_basic' | 'client_secret_post', userId: string) {
  const { id, secret } = await application(ctx, name, { grantTypes: ['client_credentials'], authentication, scopes: ['read'], userId })
  const ask = async (shown = secret!) => {
    const inForm: Record<string, string> = authentication === 'client_secret_post' ? { client_id: id, client_secret: shown } : {}
    const reply = await fetch(`${url}/oidc/token`, { method: 'POST', headers: authentication === 'client_secret_basic' ? basic(id, shown) : {}, body: form({ grant_type: 'client_credentials', scope: 'read', resource: `${url}/api/v1`, ...inForm }) })
    return reply.status
  }
  return { id, secret: secret!, ask }
}

const { ctx, url } = await oidcServer()
const counted = await oidcServer({ OIDC_QUESTIONS_PER_MINUTE: '2' })

describe('who is wrong too often', () => {
  const open = ['/oidc/.well-known/openid-configuration', '/oidc/jwks', '/oidc/session/end']

  test('at the secret of one client keeps nobody out but that client at that address', async () => {
    const own = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const worker = await person(own.ctx, 'worker')
    const guessed = await programOf(own, 'Guessed', 'client_secret_basic', worker)
    const [other, posts] = [await programOf(own, 'Other', 'client_secret_basic', worker), await programOf(own, 'Posts', 'client_secret_post', worker)]
    const statuses: number[] = []
    for (let n = 0; n < 5; n++) statuses.push(await guessed.ask(`wrong${n}`))
    // The right one is not looked at either: nobody learns which it is.
    expect([...statuses, await guessed.ask()]).toEqual([401, 401, 401, 429, 429, 429])
    // What names no client guesses at nothing.
    for (let n = 0; n < 5; n++) expect((await fetch(`${own.url}/oidc/token`, { method: 'POST', headers: basic('nobody', `${n}`), body: form({ grant_type: 'client_credentials' }) })).status).toBe(401)
    expect([await other.ask(), await posts.ask()]).toEqual([200, 200])
    for (const path of open) expect([path, (await fetch(`${own.url}${path}`)).status]).toEqual([path, 200])
    for (const door of ['token/introspection', 'token/revocation', 'request']) {
      const body = form({ token: randomBytes(32).toString('base64url') })
      expect([door, (await fetch(`${own.url}/oidc/${door}`, { method: 'POST', headers: basic(guessed.id, guessed.secret), body })).status]).toEqual([door, 429])
    }
    await expect.poll(async () => (await own.ctx.db.query<{ result: string }>(`select distinct result from gatehouse.audit_event where action = 'request.refuse' order by 1`)).map(({ result }) => result)).toEqual(['too_many_requests', 'unauthenticated'])
  })

  test('with tokens that are none keeps nobody out, there neither', async () => {
    const own = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const worker = await person(own.ctx, 'worker')
    const [posts, shows] = [await programOf(own, 'Posts', 'client_secret_post', worker), await programOf(own, 'Shows', 'client_secret_basic', worker)]
    const config = await relyingParty(own.url, await application(own.ctx, 'Web', { firstParty: true }))
    const browser = new Browser(own.url)
    browser.setSession((await signIn(own.ctx, worker)).token)
    const flow = await request(config)
    const me = async (token: string) => (await fetch(`${own.url}/oidc/me`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await me('a'), await me('b'), await me('c'), await me('d')]).toEqual([401, 401, 401, 401])
    const { access_token: since } = await client.authorizationCodeGrant(config, await authorize(browser, flow.address), flow.checks)
    expect(await me(since)).toBe(200)
    expect([await posts.ask(), await shows.ask()]).toEqual([200, 200])
    for (const path of open) expect([path, (await fetch(`${own.url}${path}`)).status]).toEqual([path, 200])
    expect((await browser.follow((await request(config)).address)).at.searchParams.get('code')).toBeTruthy()
  })
})

describe('what is not letter by letter a path of ours', () => {
  const asked = async (at: OidcServer, more: Record<string, string> = {}) => {
    const { id } = await application(at.ctx, `Asked ${Math.random()}`, { firstParty: true })
    return new URLSearchParams({ client_id: id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', ...more })
  }
  /** As it is written: fetch would tidy it up. */
  const status = async (at: OidcServer, path: string, method = 'GET') => {
    const socket = connect(Number(new URL(at.url).port), '127.0.0.1', () => void socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`))
    return Number(/^HTTP\/1\.1 (\d+)/.exec(await text(socket))?.[1])
  }
  const near = ['/oidc/AUTH', '/oidc/Auth', '/oidc/auth/', '/oidc/auth//', '/oidc//auth', '//oidc/auth', '/oidc/%61uth', '/oidc/aut%68', '/%6fidc/auth', '/OIDC/auth', '/oidc/auth;x', '/oidc/./auth', '/oidc/x/../auth', '/oidc/auth%2f', '/oidc/auth%3f', '/oidc/%C4%B1auth', '/oidc/auth#', '/oidc\\auth', 'http://localhost/oidc/auth']
  const kept = async () => (await counted.ctx.db.first<{ n: number }>(`select count(*)::int as n from gatehouse.oidc_artifact where kind = 'Interaction'`))!.n

  test.each(near)('%s begins nothing, and none longer than it may be', async (path) => {
    const before = await kept()
    for (const query of [await asked(counted), await asked(counted, { state: 's'.repeat(12_000) })]) expect([400, 404]).toContain(await status(counted, `${path}?${query}`))
    expect(await kept()).toBe(before)
  })

  test.each(['POST /oidc/Token', 'POST /oidc/token/', 'POST /oidc/REQUEST', 'GET /oidc/ME', 'GET /oidc/jwks/', 'GET /oidc/Session/End', 'GET /oidc/.Well-Known/openid-configuration', 'GET /oidc/AUTH/x', 'GET /oidc/auth/x/', 'GET /oidc/auth/x/y', 'GET /oidc/', 'GET /oidc'])('%s is nowhere', async (route) => {
    const [method, path] = route.split(' ') as [string, string]
    expect(await status(counted, path, method)).toBe(404)
  })

  test('and what is, is counted and measured', async () => {
    const begin = async (more?: Record<string, string>) => status(counted, `/oidc/auth?${await asked(counted, more)}`)
    expect([await begin({ state: 's'.repeat(12_000) }), await begin(), await begin(), await begin()]).toEqual([431, 303, 303, 429])
    for (const path of ['/oidc/jwks?x', '/oidc/jwks', '/oidc/session/end/success', '/oidc/.well-known/oauth-authorization-server']) expect([path, await status(counted, path)]).toEqual([path, 200])
  })
})

describe('pushed requests', () => {
  const asked = (id: string, state = 's') => ({ client_id: id, response_type: 'code', scope: 'openid', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', state })
  const kept = async (at: OidcServer, kind: string) => (await at.ctx.db.first<{ n: number; most: number }>('select count(*)::int as n, max(length(payload))::int as most from gatehouse.oidc_artifact where kind = $1', [kind]))!

  test('of clients that prove nothing count with what begins at their address; of others they do not', async () => {
    const own = await oidcServer({ OIDC_QUESTIONS_PER_MINUTE: '3' })
    const [anybody, known] = [await application(own.ctx, 'Anybody', { authentication: 'none' }), await application(own.ctx, 'Known', { authentication: 'client_secret_post' })]
    const push = async (fields: Record<string, string>) => {
      const reply = await fetch(`${own.url}/oidc/request`, { method: 'POST', body: form(fields) })
      return { status: reply.status, wait: reply.headers.get('retry-after'), body: (await reply.json()) as { request_uri: string; error?: string } }
    }
    const uri = (await push(asked(anybody.id))).body.request_uri
    expect((await fetch(`${own.url}/oidc/auth?${form({ client_id: anybody.id, request_uri: uri })}`, { redirect: 'manual' })).status).toBe(303)
    // At once, too: what is refused is not kept.
    const many = await Promise.all(Array.from({ length: 20 }, () => push(asked(anybody.id))))
    expect(many.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 429)])
    const refused = many.find(({ status }) => status === 429)!
    expect([refused.wait, refused.body.error, (await kept(own, 'PushedAuthorizationRequest')).n]).toEqual(['60', 'temporarily_unavailable', 2])
    for (let n = 0; n < 5; n++) expect((await push({ ...asked(known.id), client_secret: known.secret! })).status).toBe(201)
    expect((await fetch(`${own.url}/oidc/auth?${form(asked(anybody.id))}`, { redirect: 'manual' })).status).toBe(429)
    await expect.poll(() => own.ctx.db.query(`select target_id as target from gatehouse.audit_event where action = 'request.refuse' and result = 'too_many_requests'`)).toEqual([{ target: 'POST /oidc/request' }])
  })

  test('are as long as others at most, whoever pushes them', async () => {
    const own = await oidcServer()
    const [anybody, known] = [await application(own.ctx, 'Anybody', { authentication: 'none' }), await application(own.ctx, 'Known', { authentication: 'client_secret_post' })]
    const push = async (fields: Record<string, string>) => {
      const reply = await fetch(`${own.url}/oidc/request`, { method: 'POST', body: form(fields) })
      return [reply.status, ((await reply.json()) as { error?: string }).error]
    }
    for (const shown of [{ client_id: anybody.id }, { client_id: known.id, client_secret: known.secret! }] as Record<string, string>[]) {
      for (const length of [8192, 50_000]) expect(await push({ ...asked('', 's'.repeat(length)), ...shown })).toEqual([413, 'invalid_request'])
      expect(await push({ ...asked('', 's'.repeat(7000)), ...shown })).toEqual([201, undefined])
    }
    const { n, most } = await kept(own, 'PushedAuthorizationRequest')
    expect([n, most < 11_500]).toEqual([2, true])
  })
})

describe('pages of other origins', () => {
  const preflight = (path: string, origin: string) => fetch(`${url}/oidc/${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
  const allowed = (reply: Response) => [...reply.headers.keys()].filter((name) => name.startsWith('access-control-allow'))
  const own = new URL(callback).origin

  test.each(['token', 'token/revocation', 'request', 'me'])('/oidc/%s is asked by origins that a client has, and by no others', async (path) => {
    const [mine, native] = [await application(ctx, `Browser ${path}`, { authentication: 'none' }), await application(ctx, `Device ${path}`, { authentication: 'none', applicationType: 'native', redirectUris: ['com.example.app:/cb'] })]
    const reply = await preflight(path, own)
    expect([reply.status, reply.headers.get('access-control-allow-origin'), reply.headers.get('access-control-allow-headers')]).toEqual([204, own, 'authorization'])
    for (const origin of ['https://evil.example', `${own}.evil.example`, `${own}:444`, own.replace('https', 'http'), 'https://app.example.co', 'null', 'x', '%', `${own}/`]) expect([origin, allowed(await preflight(path, origin))]).toEqual([origin, []])
    // Nor do they read what is answered, where no client is known.
    const read = async (origin: string, fields: Record<string, string> = {}) => {
      const sent = await fetch(`${url}/oidc/${path}`, { method: 'POST', headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...(path === 'me' ? { authorization: 'Bearer x' } : {}) }, body: form(fields).toString() })
      return sent.headers.get('access-control-allow-origin')
    }
    expect([await read('https://evil.example'), await read(own)]).toEqual([null, own])
    if (path !== 'me') expect([await read(own, { client_id: mine.id }), await read('null', { client_id: native.id })]).toEqual([own, null])
  })

  test('what everybody may know is open to all, and asking about tokens to none', async () => {
    for (const path of ['jwks', '.well-known/openid-configuration']) {
      expect((await preflight(path, 'https://evil.example')).headers.get('access-control-allow-origin')).toBe('https://evil.example')
      expect((await fetch(`${url}/oidc/${path}`, { headers: { origin: 'https://evil.example' } })).headers.get('access-control-allow-origin')).toBe('https://evil.example')
    }
    expect(allowed(await preflight('token/introspection', own))).toEqual([])
  })

  test('of a client that is stopped are strangers', async () => {
    const gone = await application(ctx, 'Gone', { redirectUris: ['https://GONE.example.com:443/cb'] })
    expect(allowed(await preflight('token', 'https://gone.example.com'))).not.toEqual([])
    await ctx.db.execute(`update gatehouse.oidc_client set is_active = 'N' where client_id = $1`, [gone.id])
    expect(allowed(await preflight('token', 'https://gone.example.com'))).toEqual([])
  })
})
