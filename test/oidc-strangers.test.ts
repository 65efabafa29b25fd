/** What strangers may do at the OpenID door, how often, and from where: nobody else is kept out by it. */
import { randomBytes } from 'node:crypto'
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

  test('with tokens that are none keeps nobody out elsewhere, and waits there', async () => {
    const own = await oidcServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const worker = await person(own.ctx, 'worker')
    const [posts, shows] = [await programOf(own, 'Posts', 'client_secret_post', worker), await programOf(own, 'Shows', 'client_secret_basic', worker)]
    const config = await relyingParty(own.url, await application(own.ctx, 'Web', { firstParty: true }))
    const browser = new Browser(own.url)
    browser.setSession((await signIn(own.ctx, worker)).token)
    const flow = await request(config)
    const { access_token: known } = await client.authorizationCodeGrant(config, await authorize(browser, flow.address), flow.checks)
    const me = async (token: string) => (await fetch(`${own.url}/oidc/me`, { headers: { authorization: `Bearer ${token}` } })).status
    expect(await me(known)).toBe(200)
    expect([await me('a'), await me('b'), await me('c'), await me('d'), await me(known)]).toEqual([401, 401, 401, 429, 200])
    expect([await posts.ask(), await shows.ask()]).toEqual([200, 200])
    for (const path of open) expect([path, (await fetch(`${own.url}${path}`)).status]).toEqual([path, 200])
    expect((await browser.follow((await request(config)).address)).at.searchParams.get('code')).toBeTruthy()
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
