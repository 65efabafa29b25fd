/** Tokens after they were given: rotated, stolen, shown twice, revoked, asked about; by one server or two at once. */
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { patchClient } from '../src/signin/oidc-clients.ts'
import { revokeConsent } from '../src/signin/oidc-consents.ts'
import { findArtifact, saveArtifact, sweepArtifacts } from '../src/store/oidc-artifacts.ts'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn, type Application } from './oidc-harness.ts'

let aheadMs = 0
const first = await oidcServer({}, { now: () => new Date(Date.now() + aheadMs) })
const second = await oidcServer({}, { shared: first })
const { ctx, url } = first
const ada = await person(ctx, 'ada')

async function flow(app: Application, more: Record<string, string> = {}, userId = ada) {
  const config = await relyingParty(url, app)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, userId)).token)
  const { address, checks } = await request(config, { scope: 'openid offline_access', prompt: 'consent', ...more })
  return { config, checks, landed: await authorize(browser, address), browser }
}

async function tokensOf(app: Application, more: Record<string, string> = {}, userId = ada) {
  const { config, checks, landed } = await flow(app, more, userId)
  return { config, tokens: await client.authorizationCodeGrant(config, landed, checks) }
}

/** A request to the token endpoint of a server, as it is. */
async function post(server: string, app: Application, body: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> {
  const authorization = `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`
  const response = await fetch(`${server}/oidc/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', authorization }, body: new URLSearchParams(body).toString() })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

const reuses = async (app: Application) =>
  (await ctx.db.query(`select from gatehouse.audit_event where action = 'client.token.reuse' and target_id = $1`, [app.id])).length
const active = async (config: client.Configuration, token: string) => (await client.tokenIntrospection(config, token)).active

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (await check()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

describe('refresh tokens', () => {
  test('are exchanged at each use; an old one shown again ends all of its line, and is noted', async () => {
    const app = await application(ctx, 'Rotating')
    const { config, tokens } = await tokensOf(app)
    const next = await client.refreshTokenGrant(config, tokens.refresh_token!)
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(next.claims()!.sub).toBe(ada)
    const last = await client.refreshTokenGrant(config, next.refresh_token!)
    expect(await active(config, last.access_token)).toBe(true)
    // The thief, or the one who was robbed.
    expect(await post(url, app, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await post(url, app, { grant_type: 'refresh_token', refresh_token: last.refresh_token! })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    for (const one of [tokens, next, last]) expect(await active(config, one.access_token)).toBe(false)
    expect(await eventually(async () => (await reuses(app)) === 1)).toBe(true)
  })

  test('shown to two servers at the same moment: one at most is answered, and the line ends', async () => {
    const app = await application(ctx, 'Raced')
    for (let round = 0; round < 5; round++) {
      const { config, tokens } = await tokensOf(app)
      const use = (server: string) => post(server, app, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! })
      const answers = await Promise.all([use(url), use(second.url), use(url), use(second.url)])
      const good = answers.filter(({ status }) => status === 200)
      expect(good.length).toBeLessThanOrEqual(1)
      for (const { body } of good) {
        expect(await active(config, body.access_token!)).toBe(false)
        expect((await post(url, app, { grant_type: 'refresh_token', refresh_token: body.refresh_token! })).status).toBe(400)
      }
    }
  })

  test('of somebody else\'s client are none', async () => {
    const [app, thief] = [await application(ctx, 'Robbed'), await application(ctx, 'Thief')]
    const { config, tokens } = await tokensOf(app)
    expect((await post(url, thief, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! })).status).toBe(400)
    expect(await active(config, tokens.access_token)).toBe(true)
  })

  test('end with their grant, 90 days after it was given, however often they are used', async () => {
    const app = await application(ctx, 'Long')
    const { config, tokens } = await tokensOf(app)
    const grants = async () => (await ctx.db.query<{ at: string }>(`select expires_at as at from gatehouse.oidc_artifact where client_id = $1 and kind = 'Grant'`, [app.id])).map(({ at }) => Date.parse(at))
    const [end = 0, ...others] = await grants()
    expect(others).toEqual([])
    expect(Math.abs(end - Date.now() - 90 * 86_400_000)).toBeLessThan(60_000)
    const next = await client.refreshTokenGrant(config, tokens.refresh_token!)
    expect(await grants()).toEqual([end])
    await ctx.db.execute(`update gatehouse.oidc_artifact set expires_at = now() - interval '1 second' where client_id = $1 and kind = 'Grant'`, [app.id])
    expect(await post(url, app, { grant_type: 'refresh_token', refresh_token: next.refresh_token! })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await active(config, next.access_token)).toBe(false)
  })

  test('are not given without offline_access, or to who may not have them', async () => {
    const { tokens } = await tokensOf(await application(ctx, 'Short'), { scope: 'openid' })
    expect(tokens.refresh_token).toBeUndefined()
    const { tokens: others } = await tokensOf(await application(ctx, 'Never', { grantTypes: ['authorization_code'] }))
    expect(others.refresh_token).toBeUndefined()
  })
})

describe('codes', () => {
  test('work once; a second time ends what the first gave', async () => {
    const app = await application(ctx, 'Once')
    const { config, checks, landed } = await flow(app)
    const tokens = await client.authorizationCodeGrant(config, landed, checks)
    await expect(client.authorizationCodeGrant(config, landed, checks)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await active(config, tokens.access_token)).toBe(false)
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await eventually(async () => (await reuses(app)) === 1)).toBe(true)
  })

  test('are redeemed by one of two servers', async () => {
    const app = await application(ctx, 'Doubled')
    for (let round = 0; round < 5; round++) {
      const { landed, checks, config } = await flow(app)
      const body = { grant_type: 'authorization_code', code: landed.searchParams.get('code')!, redirect_uri: 'https://app.example.com/callback', code_verifier: checks.pkceCodeVerifier! }
      const answers = await Promise.all([post(url, app, body), post(second.url, app, body), post(second.url, app, body)])
      const good = answers.filter(({ status }) => status === 200)
      expect(good.length).toBeLessThanOrEqual(1)
      for (const one of good) expect(await active(config, one.body.access_token!)).toBe(false)
    }
  })

  test('need the verifier, the same redirect address, and the client they were made for', async () => {
    const [app, other] = [await application(ctx, 'Bound'), await application(ctx, 'Foreign')]
    const bad = async (change: Record<string, string>, by = app) => {
      const { landed, checks } = await flow(app)
      const body = { grant_type: 'authorization_code', code: landed.searchParams.get('code')!, redirect_uri: 'https://app.example.com/callback', code_verifier: checks.pkceCodeVerifier!, ...change }
      return (await post(url, by, body)).body.error
    }
    expect(await bad({ code_verifier: client.randomPKCECodeVerifier() })).toBe('invalid_grant')
    expect(await bad({ redirect_uri: 'https://app.example.com/callback/' })).toBe('invalid_grant')
    expect(await bad({}, other)).toBe('invalid_grant')
    const config = await relyingParty(url, app)
    const without = client.buildAuthorizationUrl(config, { redirect_uri: 'https://app.example.com/callback', scope: 'openid' })
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    expect((await browser.follow(without)).at.searchParams.get('error')).toBe('invalid_request')
    const plain = (await request(config, { code_challenge_method: 'plain' })).address
    expect((await browser.follow(plain)).at.searchParams.get('error')).toBe('invalid_request')
  })
})

describe('what ends tokens at once', () => {
  test('revocation by the client', async () => {
    const { config, tokens } = await tokensOf(await application(ctx, 'Revoking'))
    await client.tokenRevocation(config, tokens.refresh_token!)
    expect(await active(config, tokens.access_token)).toBe(false)
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('revocation is the client\'s own: others have no say', async () => {
    const { config, tokens } = await tokensOf(await application(ctx, 'Mine'))
    const other = await relyingParty(url, await application(ctx, 'Meddler'))
    await client.tokenRevocation(other, tokens.access_token).catch(() => {})
    expect(await active(config, tokens.access_token)).toBe(true)
    expect(await active(other, tokens.access_token)).toBe(false)
    expect(await active(await relyingParty(url, await application(ctx, 'Server of resources', { introspects: true })), tokens.access_token)).toBe(true)
  })

  test('disabling the person, though their sign-in still stands', async () => {
    const bob = await person(ctx, 'bob')
    const { config, tokens } = await tokensOf(await application(ctx, 'For Bob'), {}, bob)
    await patchUser(ctx, bob, { active: false })
    expect(await active(config, tokens.access_token)).toBe(false)
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(client.fetchUserInfo(config, tokens.access_token, bob)).rejects.toThrow()
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, bob)).token)
    expect((await browser.follow((await request(config)).address)).at.pathname).toBe('/sign-in')
  })

  test('deleting the person between code and token', async () => {
    const cleo = await person(ctx, 'cleo')
    const { config, checks, landed } = await flow(await application(ctx, 'For Cleo'), {}, cleo)
    await ctx.db.execute('delete from users where user_id = $1', [cleo])
    await expect(client.authorizationCodeGrant(config, landed, checks)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('switching the client off, or narrowing what it may', async () => {
    const app = await application(ctx, 'Switched off', { firstParty: true })
    const watcher = await relyingParty(url, await application(ctx, 'Watcher', { introspects: true }))
    const { tokens } = await tokensOf(app)
    await patchClient(ctx, app.id, { scopes: ['openid'] })
    expect(await active(watcher, tokens.access_token)).toBe(false)
    const { tokens: later } = await tokensOf(app, { scope: 'openid' })
    expect(await active(watcher, later.access_token)).toBe(true)
    await patchClient(ctx, app.id, { active: false })
    expect(await active(watcher, later.access_token)).toBe(false)
    expect(await post(url, app, { grant_type: 'refresh_token', refresh_token: 'x' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('taking consent back; the person is asked again', async () => {
    const app = await application(ctx, 'Consented')
    const { config, tokens } = await tokensOf(app)
    await revokeConsent(ctx, ada, app.id)
    expect(await active(config, tokens.access_token)).toBe(false)
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    expect((await browser.follow((await request(config)).address)).at.pathname).toBe('/consent')
  })
})

describe('at rest', () => {
  test('nothing in the database is, or holds, what a holder shows', async () => {
    const app = await application(ctx, 'Dumped')
    const { tokens, config } = await tokensOf(app)
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    const { address } = await request(await relyingParty(url, await application(ctx, 'Pending')))
    const { at } = await browser.follow(address)
    const secrets = [tokens.access_token, tokens.refresh_token!, at.searchParams.get('interaction')!, app.secret!]
    const dump = JSON.stringify(await ctx.db.query(`select t.*, encode(payload, 'escape') as text from gatehouse.oidc_artifact t`)) + JSON.stringify(await ctx.db.query('select * from gatehouse.oidc_client_secret'))
      + JSON.stringify(await ctx.db.query('select * from gatehouse.oidc_client')) + JSON.stringify(await ctx.db.query('select * from gatehouse.audit_event'))
    for (const secret of secrets) expect(dump.includes(secret)).toBe(false)
    expect(dump.includes('accountId')).toBe(false)
    expect(await active(config, tokens.access_token)).toBe(true)
  })

  test.each([[0, true], [57, true], [61, false], [299, false]])('a code is good for a minute: after %d seconds, %s', async (seconds, isGood) => {
    const app = await application(ctx, `In ${seconds} seconds`)
    const { landed, checks } = await flow(app)
    aheadMs = seconds * 1000
    const redeemed = await post(url, app, { grant_type: 'authorization_code', code: landed.searchParams.get('code')!, redirect_uri: callback, code_verifier: checks.pkceCodeVerifier! })
    aheadMs = 0
    expect([redeemed.status, redeemed.body.error]).toEqual(isGood ? [200, undefined] : [400, 'invalid_grant'])
  })

  test('what is past its time is none, and is swept, by several servers at once', async () => {
    const { config, tokens } = await tokensOf(await application(ctx, 'Expiring'))
    await ctx.db.execute(`update gatehouse.oidc_artifact set expires_at = now() - interval '1 second' where client_id = $1`, [config.clientMetadata().client_id])
    expect(await active(config, tokens.access_token)).toBe(false)
    const expired = (await ctx.db.query('select from gatehouse.oidc_artifact where expires_at <= now()')).length
    const swept = await Promise.all([sweepArtifacts(ctx.db, new Date().toISOString(), 2), sweepArtifacts(ctx.db, new Date().toISOString(), 3)])
    expect(swept[0]! + swept[1]!).toBe(expired)
    expect(expired).toBeGreaterThan(3)
    expect(await ctx.db.query('select from gatehouse.oidc_artifact where expires_at <= now()')).toHaveLength(0)
  })
})

describe('made by a clock that was ahead', () => {
  const made = (id: string, ahead: string) => ctx.db.execute('update gatehouse.oidc_artifact set create_date = now() + $2::interval where client_id = $1', [id, ahead])
  test.each([['4 minutes', true], ['6 minutes', false], ['1 day', false]])('by %s: counts %s', async (ahead, counts) => {
    const app = await application(ctx, `Ahead ${ahead}`)
    const api = { scope: 'openid offline_access read', resource: `${url}/api/v1` }
    const { config, checks, landed } = await flow(app, api)
    const tokens = await client.authorizationCodeGrant(config, landed, checks, { resource: api.resource })
    const code = await flow(app)
    await made(app.id, ahead)
    const opens = async (token: string) => (await fetch(`${url}/api/v1/users/${ada}`, { headers: { authorization: `Bearer ${token}` } })).status !== 401
    expect([await active(config, tokens.access_token), await opens(tokens.access_token)]).toEqual([counts, counts])
    const refreshed = await post(url, app, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! })
    const redeemed = await client.authorizationCodeGrant(code.config, code.landed, code.checks).then(() => true, () => false)
    expect([refreshed.status === 200, redeemed]).toEqual([counts, counts])
  })

  test('of any part of what a token rests on: itself, its grant, the session it ends with', async () => {
    const app = await application(ctx, 'Resting')
    const api = { scope: 'openid read', resource: `${url}/api/v1` }
    const tokenOf = async () => {
      const { config, checks, landed } = await flow(app, api)
      return (await client.authorizationCodeGrant(config, landed, checks, { resource: api.resource })).access_token
    }
    const status = async (token: string) => (await fetch(`${url}/api/v1/users/${ada}`, { headers: { authorization: `Bearer ${token}` } })).status
    for (const kind of ['AccessToken', 'Grant', 'Session']) {
      const token = await tokenOf()
      const before = await status(token)
      await ctx.db.execute(`update gatehouse.oidc_artifact set create_date = now() + interval '1 day' where kind = $1 and user_id = $2`, [kind, ada])
      expect([before === 401, await status(token)], kind).toEqual([false, 401])
    }
  })

  test('and written anew by one that is right, counts again', async () => {
    const row = { hash: Buffer.alloc(32, 7), kind: 'Interaction', grantHash: null, uidHash: null, userId: null, clientId: null, sessionId: null, scope: null, audience: null, thumbprint: null, payload: Buffer.from('x') }
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
    await saveArtifact(ctx.db, { ...row, expires: at(120) }, at(60))
    expect(await findArtifact(ctx.db, row.hash, at(0))).toBeUndefined()
    await saveArtifact(ctx.db, { ...row, expires: at(60) }, at(0))
    expect(await findArtifact(ctx.db, row.hash, at(0))).toBeDefined()
  })
})
