/** Signing out by OpenID Connect: at the application or elsewhere, and how the other applications are told. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import { mostAttempts } from '../src/model/retries.ts'
import { endEverySession } from '../src/signin/sessions.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'

const { ctx, url, openId } = await oidcServer()
const ada = await person(ctx, 'ada')

describe('signing out', () => {
  test('at the application ends the sign-in everywhere, and tells the others', async () => {
    const told: string[] = []
    const listener = createServer((incoming, outgoing) => {
      incoming.on('data', (piece) => told.push(String(piece)))
      incoming.on('end', () => outgoing.end())
    }).listen(0)
    const backchannelLogoutUri = `http://localhost:${(listener.address() as AddressInfo).port}/logout`
    const [app, other] = [await application(ctx, 'Leaving', { firstParty: true, backchannelLogoutUri }), await application(ctx, 'Left', { firstParty: true, backchannelLogoutUri, idTokenAlgorithm: 'ES256' })]
    const [config, second] = [await relyingParty(url, app), await relyingParty(url, other)]
    const { token, sessionId } = await signIn(ctx, ada)
    const browser = new Browser(url)
    browser.setSession(token)
    const flows = []
    for (const one of [config, second]) {
      const { address, checks } = await request(one)
      flows.push(await client.authorizationCodeGrant(one, await authorize(browser, address), checks))
    }
    const refused = await browser.fetch(client.buildEndSessionUrl(config, { id_token_hint: flows[0]!.id_token!, post_logout_redirect_uri: 'https://evil.example.com/' }))
    expect(refused.status).toBe(400)
    const page = await browser.fetch(client.buildEndSessionUrl(config, { id_token_hint: flows[0]!.id_token!, post_logout_redirect_uri: 'https://app.example.com/bye', state: 's1' }))
    const html = await page.text()
    expect(html).toContain('Do you want to sign out here and of all applications?')
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)![1]!
    const form = (body: Record<string, string>) => browser.fetch('/oidc/session/end/confirm', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(body).toString() })
    expect((await form({ xsrf: 'guessed', logout: 'yes' })).status).toBe(400)
    const done = await form({ xsrf, logout: 'yes' })
    expect(done.headers.get('location')).toBe('https://app.example.com/bye?state=s1')
    expect(await ctx.db.query('select from auth_state where session_id = $1', [sessionId])).toHaveLength(0)
    const jwks = createRemoteJWKSet(new URL(`${url}/oidc/jwks`))
    const seen = await Promise.all(told.map(async (body) => (await jwtVerify(new URLSearchParams(body).get('logout_token')!, jwks, { issuer: `${url}/oidc` })).payload))
    expect(seen.map(({ aud, sub }) => [aud, sub]).toSorted()).toEqual([[app.id, ada], [other.id, ada]].toSorted())
    expect(seen.map(({ sid }) => sid)).toEqual(expect.arrayContaining(flows.map((one) => one.claims()!.sid)))
    expect((await browser.follow((await request(config)).address)).at.pathname).toBe('/sign-in')
    expect((await client.tokenIntrospection(config, flows[0]!.access_token)).active).toBe(false)
    listener.close()
  })

  test('elsewhere ends what rested on the sign-in at once, and is told by the job, once', async () => {
    const told: string[] = []
    const listener = createServer((incoming, outgoing) => {
      incoming.on('data', (piece) => told.push(String(piece)))
      incoming.on('end', () => outgoing.end())
    }).listen(0)
    const app = await application(ctx, 'Watching', { firstParty: true, backchannelLogoutUri: `http://localhost:${(listener.address() as AddressInfo).port}/logout` })
    const config = await relyingParty(url, app)
    const { token, sessionId } = await signIn(ctx, ada)
    const browser = new Browser(url)
    browser.setSession(token)
    const { address, checks } = await request(config)
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(true)
    await ctx.db.execute('delete from auth_state where session_id = $1', [sessionId])
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(false)
    await expect(client.fetchUserInfo(config, tokens.access_token, ada)).rejects.toThrow()
    expect(await Promise.all([openId.tellOfEnded(), openId.tellOfEnded()]).then(([one, two]) => one + two)).toBeGreaterThan(0)
    expect(told).toHaveLength(1)
    expect(await openId.tellOfEnded()).toBe(0)
    listener.close()
  })

  test('of everybody at once ends what rested on it too', async () => {
    const app = await application(ctx, 'Ended', { firstParty: true })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada, { at: ctx.now() })).token)
    const { address, checks } = await request(config)
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(true)
    expect(await endEverySession(ctx)).toBeGreaterThan(0)
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(false)
    expect(await openId.tellOfEnded()).toBeGreaterThan(0)
  })

  test('is told again to a client that cannot be told, ever later, until it is given up; the audit says so', async () => {
    let isUp = false
    let tries = 0
    const listener = createServer((incoming, outgoing) => {
      tries++
      incoming.resume().on('end', () => outgoing.writeHead(isUp ? 200 : 503).end())
    }).listen(0)
    const app = await application(ctx, 'Deaf', { firstParty: true, backchannelLogoutUri: `http://localhost:${(listener.address() as AddressInfo).port}/logout` })
    const config = await relyingParty(url, app)
    const waiting = () => ctx.db.query<{ attempts: number }>('select attempts from gatehouse.oidc_logout where client_id = $1', [app.id])
    const due = () => ctx.db.execute(`update gatehouse.oidc_logout set due_at = now() - interval '1 second' where client_id = $1`, [app.id])
    const leave = async () => {
      const { token, sessionId } = await signIn(ctx, ada)
      const browser = new Browser(url)
      browser.setSession(token)
      const { address, checks } = await request(config)
      const { id_token: idToken } = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
      return { browser, idToken: idToken!, end: () => ctx.db.execute('delete from auth_state where session_id = $1', [sessionId]) }
    }
    await (await leave()).end()
    expect(await openId.tellOfEnded()).toBe(1)
    expect([tries, await waiting()]).toEqual([1, [{ attempts: 1 }]])
    // Its time has not come.
    await openId.tellOfEnded()
    expect(tries).toBe(1)
    isUp = true
    await due()
    await Promise.all([openId.tellOfEnded(), openId.tellOfEnded()])
    expect([tries, await waiting()]).toEqual([2, []])
    isUp = false
    // At the application, where the provider tells by itself.
    const { browser, idToken } = await leave()
    const html = await (await browser.fetch(client.buildEndSessionUrl(config, { id_token_hint: idToken }))).text()
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)![1]!
    await browser.fetch('/oidc/session/end/confirm', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ xsrf, logout: 'yes' }).toString() })
    await expect.poll(waiting).toEqual([{ attempts: 1 }])
    for (let attempt = 2; attempt <= mostAttempts; attempt++) {
      await due()
      await openId.tellOfEnded()
    }
    expect([tries, await waiting()]).toEqual([2 + mostAttempts, []])
    expect(await ctx.db.query(`select result, changes from gatehouse.audit_event where action = 'client.logout.given-up' and target_id = $1`, [app.id]))
      .toEqual([{ result: 'remote_error', changes: [{ path: 'attempts', after: mostAttempts }, { path: 'logouts', after: 1 }] }])
    listener.close()
  })

  test('is told to the others though one client hangs, which is left alone with all that waits for it', async () => {
    let asked = 0
    const told: number[] = []
    const hanging = createServer(() => void asked++).listen(0)
    const listener = createServer((incoming, outgoing) => {
      told.push(asked)
      incoming.resume().on('end', () => outgoing.end())
    }).listen(0)
    const addressOf = (one: typeof listener) => `http://localhost:${(one.address() as AddressInfo).port}/logout`
    const deaf = await application(ctx, 'Hanging', { backchannelLogoutUri: addressOf(hanging) })
    const other = await application(ctx, 'Listening', { backchannelLogoutUri: addressOf(listener) })
    const wait = (app: typeof deaf, many: number, attempts: number) => ctx.db.execute(
      `insert into gatehouse.oidc_logout (client_id, sid, user_id, attempts, due_at, created_at)
       select $1, 'sid' || n, $2, $4, now() - interval '1 minute', now() from generate_series(1, $3::int) n`, [app.id, ada, many, attempts])
    const waiting = () => ctx.db.query(
      'select client_id as id, attempts, count(*)::int as n, bool_and(due_at > now()) as later from gatehouse.oidc_logout where client_id = any($1) group by 1, 2', [[deaf.id, other.id]])
    await wait(deaf, 90, 0)
    await wait(other, 25, 0)
    await openId.tellOfEnded()
    expect(told).toHaveLength(25)
    expect(asked).toBeLessThanOrEqual(20)
    expect(await waiting()).toEqual([{ id: deaf.id, attempts: 1, n: 90, later: true }])
    // The last time: all of them are given up, whether tried just now or not.
    await ctx.db.execute(`update gatehouse.oidc_logout set due_at = now() - interval '1 second', attempts = $2 where client_id = $1`, [deaf.id, mostAttempts - 1])
    asked = 0
    await openId.tellOfEnded()
    expect(asked).toBeLessThanOrEqual(20)
    expect(await waiting()).toEqual([])
    const events = await ctx.db.query<{ changes: { path: string; after: number }[] }>(`select changes from gatehouse.audit_event where action = 'client.logout.given-up' and target_id = $1`, [deaf.id])
    expect(events.length).toBeLessThanOrEqual(21)
    expect(events.map(({ changes }) => changes.find(({ path }) => path === 'logouts')!.after).reduce((all, one) => all + one, 0)).toBe(90)
    hanging.closeAllConnections()
    for (const one of [hanging, listener]) one.close()
  })

  test('of somebody who is erased is forgotten', async () => {
    const app = await application(ctx, 'Forgetful', { backchannelLogoutUri: 'http://localhost:1/logout' })
    const gone = await person(ctx, 'erased')
    const names = async () => (await ctx.db.query<{ id: string }>('select user_id as id from gatehouse.oidc_logout where client_id = $1', [app.id])).map(({ id }) => id)
    await ctx.db.execute(`insert into gatehouse.oidc_logout (client_id, sid, user_id, due_at, created_at) select $1, 'sid' || u, u, now(), now() from unnest($2::text[]) u`, [app.id, [ada, gone]])
    await eraseUser(ctx, gone)
    expect(await names()).toEqual([ada])
    await ctx.db.execute('delete from gatehouse.oidc_logout where client_id = $1', [app.id])
  })
})
