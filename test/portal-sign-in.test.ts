/** Signing in to a portal through Okta, against the double: the way there and back, whoever is let in, and what ends it. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sessionIdOf } from '../src/model/session.ts'
import { removePortalUsers } from '../src/portals/portal-users.ts'
import { revokeTokens } from '../src/signin/portal-revocation.ts'
import { sweep } from '../src/signin/sessions-open.ts'
import { sweepPortalSignIns } from '../src/store/portal-sign-in.ts'
import { origin, resultsOf, type Browser } from './browser.ts'
import { portalWorld } from './portal-world.ts'
import { testServer, type Reply } from './rest-server.ts'

let ahead = 0
const world = await portalWorld({}, { now: () => new Date(Date.now() + ahead) })
const { ctx, ask, twin, member, signIn, away, back, server } = world

const lastError = () => ctx.db.first('select message, status_code, error_code, trace::jsonb as trace from efs.iam_error_log order by id desc limit 1')
const tokenRows = () => ctx.db.query<{ session_id: string; idp_response: string }>('select session_id, idp_response from efs.iam_token_data')

describe('there and back', () => {
  test('opens a session of ours, and keeps Okta\'s answer where nobody can read it', async () => {
    const ada = await member('ada')
    const one = world.browser()
    const { there, back: address } = await away('ada', one)
    expect(Object.fromEntries(there.searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', client_id: 'portal-1', scope: 'openid profile email offline_access', redirect_uri: `${origin}/api/v1/portals/1/callback` })
    expect(there.searchParams.get('nonce')).toHaveLength(43)
    const reply = await back(one, address)
    expect([reply.status, reply.headers['location']]).toEqual([303, '/'])
    expect((await one.ask('GET', '/me')).body.id).toBe(ada.personId)
    expect((await one.ask('GET', '/sign-in')).body).toMatchObject({ next: 'done', level: 1 })
    const [row] = await tokenRows()
    expect(row!.session_id).toMatch(/^[0-9a-f]{32}$/)
    expect(Buffer.byteLength(row!.session_id)).toBeLessThanOrEqual(50)
    for (const text of [row!.idp_response, Buffer.from(row!.idp_response, 'base64').toString('latin1')]) expect(text).not.toMatch(/eyJ[\w-]+\.|access_token|refresh_token/)
    expect(await resultsOf(ctx, ada.personId)).toEqual([['SUCCESS', 3]])
    expect((await one.ask('GET', '/portals/1/session')).body).toMatchObject({ portalId: 1, userId: ada.personId, refreshable: true })
  })

  test('the cookie for the trip is of this host alone, out of reach of scripts, and short-lived', async () => {
    const reply = await server.inject({ url: '/api/v1/portals/1/sign-in', headers: { host: 'localhost:8080' } })
    expect(reply.headers['set-cookie']).toMatch(/^gatehouse-away=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
    const plain = await server.inject({ url: '/api/v1/portals/1/sign-in', headers: { host: 'people.example.com' } })
    expect([plain.statusCode, plain.json().code]).toEqual([403, 'insecure_address'])
  })

  test.each([['/account?x=1#top', '/account?x=1#top'], ['/portal%2F1', '/portal%2F1']])('goes on to a path of ours: %s', async (returnTo, where) => {
    const one = world.browser()
    const begun = await one.ask('GET', `/portals/1/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
    expect(begun.status).toBe(303)
    await member(`back-${returnTo.length}`)
    const { cookie } = await (await fetch(new URL('/_twin/sign-in', world.issuer), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login: `back-${returnTo.length}@example.com` }) })).json() as { cookie: string }
    const address = (await fetch(String(begun.headers['location']), { redirect: 'manual', headers: { cookie } })).headers.get('location')!
    expect((await back(one, new URL(address))).headers['location']).toBe(where)
  })

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', '/%09/evil.example\t', 'javascript:alert(1)', '', 'account', '/a\nb', '/a\\..\\b', `/${'x'.repeat(1000)}`])('never to %j', async (returnTo) => {
    const reply = await world.browser().ask('GET', `/portals/1/sign-in?returnTo=${encodeURIComponent(returnTo)}`)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_parameter'])
  })

  test('two tabs of a browser, each its own trip', async () => {
    await member('tabs')
    const one = world.browser()
    const [first, second] = [await away('tabs', one), await away('tabs', one)]
    expect((await back(one, second.back)).status).toBe(303)
    expect((await back(one, first.back)).status).toBe(303)
  })
})

describe('what was not begun here is refused', () => {
  test('another browser, a second time, too late, at another portal, without a state', async () => {
    await member('bound')
    const one = world.browser()
    const refused = async (reply: Promise<Reply>) => expect(await reply.then(({ status, body }) => [status, body.code])).toEqual([403, 'portal_sign_in_refused'])
    const stolen = (await away('bound', one)).back
    const thief = world.browser()
    await away('bound', thief)
    await refused(back(thief, stolen))
    await refused(back(world.browser(), stolen))
    // Nothing of that has spoiled it for whoever began it.
    expect((await back(one, stolen)).status).toBe(303)
    await refused(back(one, stolen))
    const late = (await away('bound', one)).back
    ahead += 11 * 60_000
    await refused(back(one, late))
    ahead -= 11 * 60_000
    const elsewhere = (await away('bound', one)).back
    elsewhere.pathname = elsewhere.pathname.replace('/1/', '/2/')
    await refused(back(one, elsewhere))
    const without = (await away('bound', one)).back
    without.searchParams.delete('state')
    await refused(back(one, without))
    const altered = (await away('bound', one)).back
    altered.searchParams.set('code', 'another')
    await refused(back(one, altered))
  })

  test('a code of one person in the trip of another signs in nobody: the nonce tells', async () => {
    await member('alice')
    await member('mallory')
    const [one, other] = [world.browser(), world.browser()]
    const [mine, theirs] = [(await away('alice', one)).back, (await away('mallory', other)).back]
    mine.searchParams.set('code', theirs.searchParams.get('code')!)
    expect((await back(one, mine)).body.code).toBe('portal_sign_in_refused')
    expect(one.cookies.has('gatehouse')).toBe(false)
  })

  test('Okta\'s own refusal is told, in a page for whoever comes with a browser, with nothing of it working as HTML', async () => {
    await member('outside')
    const one = world.browser()
    const address = (await away('outside', one)).back
    for (const [name, value] of [['error', 'access_denied'], ['error_description', '<script>alert(1)</script> is not assigned']]) address.searchParams.set(name!, value!)
    address.searchParams.delete('code')
    const reply = await server.inject({ url: address.pathname + address.search, headers: { host: 'localhost:8080', accept: 'text/html,*/*', cookie: [...one.cookies].map((pair) => pair.join('=')).join('; ') } })
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8'])
    const style = /<style>([\s\S]*)<\/style>/.exec(reply.body)![1]!
    expect(reply.headers['content-security-policy']).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(reply.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; is not assigned')
    expect(reply.body).not.toContain('<script')
    // Anybody can write such an answer: it fills neither the log of errors nor the audit.
    expect((await ask('GET', '/okta/errors?errorCode=access_denied')).body.items).toEqual([])
    expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'user.sign-in' and result = 'portal_sign_in_refused' and origin::text like '%not assigned%'`)).toEqual([])
  })
})

describe('whom an account stands for', () => {
  test('is what the references of this very portal say', async () => {
    await member('here-only')
    const one = world.browser()
    expect(await signIn('here-only', one, 2).then(({ status, body }) => [status, body.code])).toEqual([403, 'not_in_portal'])
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('an account that nobody here has is refused, with the truth', async () => {
    const nobody = await member('unlinked')
    await ctx.db.execute('delete from efs.iam_portal_user_reference where uuid = $1', [nobody.uuid])
    const reply = await signIn('unlinked')
    expect([reply.status, reply.body.code, reply.body.detail]).toEqual([403, 'not_in_portal', expect.stringMatching(/signed in at Okta/)])
  })

  test.each([
    ['disabled', (id: string) => ask('POST', `/users/${id}/disable`), 'account_disabled'],
    ['terminated', (id: string) => ask('POST', `/users/${id}/terminate`), 'account_closed'],
    ['locked by an administrator', (id: string) => ask('POST', `/users/${id}/lock`), 'account_locked'],
    ['out of the portal\'s group', (id: string) => ctx.db.execute('update efs.iam_portal_user_reference r set status = 2 from efs.panelists p where p.uid = r.user_id and p.person_id = $1', [id]), 'not_in_portal'],
  ])('who is %s stays outside, and what was open is closed', async (name, close, code) => {
    const slug = name.split(' ').join('-').replaceAll('\'', '')
    const { personId } = await member(slug)
    const one = world.browser()
    await signIn(slug, one)
    expect((await one.ask('GET', '/me')).status).toBe(200)
    const before = (await tokenRows()).length
    await close(personId)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    expect(await tokenRows()).toHaveLength(before - 1)
    expect(await signIn(slug).then(({ status, body }) => [status, body.code])).toEqual([403, code])
  })

  test('who leaves the portal is signed out, tokens and all', async () => {
    const { personId } = await member('leaver')
    const one = world.browser()
    await signIn('leaver', one)
    await removePortalUsers(ctx, 1, [personId])
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('no password of ours stands in the way: neither an expired one nor none at all', async () => {
    const { personId } = await member('expired')
    await ctx.db.execute(`update login set password = 'x', pwd_exp = now() - interval '1 year', reset_pwd = 'Y' where user_id = $1`, [personId])
    const one = world.browser()
    await signIn('expired', one)
    expect((await one.ask('GET', '/sign-in')).body.next).toBe('done')
    const alone = await member('without-login')
    await ctx.db.execute('delete from login where user_id = $1', [alone.personId])
    expect((await signIn('without-login')).status).toBe(303)
  })
})

test('a usage policy is asked for as after a password, and the old password is not, afterwards either', async ({ onTestFinished }) => {
  const { personId } = await member('reader', { emails: [{ value: 'reader@example.com', primary: true }] })
  await ctx.db.execute(`update login set password = 'x', pwd_exp = now() - interval '1 year', reset_pwd = 'Y', first_time_login = 'N' where user_id = $1`, [personId])
  const policy = (await ask('POST', '/it-policies', { active: true })).body.id as string
  // Others of this file sign in without being asked, whatever becomes of this one.
  onTestFinished(async () => void (await ask('PATCH', `/it-policies/${policy}`, { active: false })))
  await ask('POST', '/it-policy-versions', { policyId: policy, name: 'Rules', content: 'Be kind.', active: true })
  const told = async () => (await ctx.db.query<{ template: string }>('select template from gatehouse.message where user_id = $1', [personId])).map(({ template }) => template)
  const one = world.browser()
  expect((await signIn('reader', one)).status).toBe(303)
  const { body: state } = await one.ask('GET', '/sign-in')
  expect(state).toMatchObject({ next: 'accept_policy', policies: [{ name: 'Rules' }] })
  expect((await one.ask('GET', '/me')).body.code).toBe('sign_in_incomplete')
  expect(await told()).toEqual(['sign-in-unfinished'])
  expect((await one.ask('POST', '/sign-in/policy', { policy: state.policies[0].id, accepted: true })).body.next).toBe('done')
  expect(await told()).toEqual(['new-sign-in'])
  // The session has another name now, and its tokens are still its own.
  expect((await one.ask('GET', '/portals/1/session')).body.userId).toBe(personId)
})

test('over https the cookies are of this host alone, and beginnings are counted by address', async () => {
  const { server: secure } = await testServer({ PUBLIC_URL: 'https://people.example.com', TRUST_PROXY: '127.0.0.1', OKTA_ORG_URL: world.issuer, OIDC_QUESTIONS_PER_MINUTE: '2' }, undefined, undefined, world.masterKey).then(async (one) => {
    await one.ask('POST', '/portals', { id: 1, name: 'One', settings: { client_id: 'portal-1' } })
    return one
  })
  const begin = () => secure.inject({ url: '/api/v1/portals/1/sign-in', headers: { host: 'people.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' } })
  const reply = await begin()
  expect(reply.headers['set-cookie']).toMatch(/^__Host-gatehouse-away=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/)
  expect(new URL(String(reply.headers['location'])).searchParams.get('redirect_uri')).toBe('https://people.example.com/api/v1/portals/1/callback')
  expect([(await begin()).statusCode, (await begin()).statusCode]).toEqual([303, 429])
})

describe('tokens', () => {
  test('are refreshed by one request at a time, and rotate', async () => {
    await member('refresher')
    const one = world.browser()
    await signIn('refresher', one)
    const before = twin.calls.list().filter(({ path }) => path.endsWith('/token')).length
    twin.faults.add({ kind: 'slow', path: '/oauth2/v1/token', delayMs: 500, count: 1 })
    const replies = await Promise.all(Array.from({ length: 5 }, () => one.ask('POST', '/portals/1/session/refresh')))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const during = twin.calls.list().filter(({ path }) => path.endsWith('/token')).length - before
    expect(during).toBe(1)
    expect((await one.ask('POST', '/portals/1/session/refresh')).status).toBe(200)
    expect((await one.ask('GET', '/me')).status).toBe(200)
  })

  test('are not exchanged more often than makes sense', async () => {
    await member('eager')
    const one = world.browser()
    await signIn('eager', one)
    const codes: number[] = []
    for (let n = 0; n < 13; n++) codes.push((await one.ask('POST', '/portals/1/session/refresh')).status)
    expect(codes).toEqual([...new Array<number>(12).fill(200), 429])
    expect((await one.ask('GET', '/portals/1/session')).status).toBe(200)
  })

  test('that somebody else has used end the session', async () => {
    await member('reused')
    const one = world.browser()
    await signIn('reused', one)
    // As if the tokens had been stolen: the refresh token of the family is spent.
    for (const token of twin.org.oauth.refreshTokens.values()) token.replaced ??= 0
    const reply = await one.ask('POST', '/portals/1/session/refresh')
    expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('of a deactivated account end the session; while Okta does not answer, all stays', async () => {
    const { uuid } = await member('patient')
    const one = world.browser()
    await signIn('patient', one)
    twin.faults.add({ kind: 'reset', path: '/oauth2/v1/token', count: 1 })
    expect((await one.ask('POST', '/portals/1/session/refresh')).body.code).toBe('remote_error')
    expect((await one.ask('POST', '/portals/1/session/refresh')).status).toBe(200)
    await fetch(new URL(`/api/v1/users/${uuid}/lifecycle/deactivate`, world.issuer), { method: 'POST', headers: { authorization: 'SSWS t' } })
    expect((await one.ask('POST', '/portals/1/session/refresh')).status).toBe(401)
    expect(await lastError()).toMatchObject({ error_code: 'invalid_grant', status_code: 400, trace: { request: 'portal sign-in', requestId: expect.stringMatching(/^.{20,}$/) } })
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('of one session open as nobody\'s in another', async () => {
    await member('swap-a')
    await member('swap-b')
    const [one, other] = [world.browser(), world.browser()]
    await signIn('swap-a', one)
    await signIn('swap-b', other)
    const keys = await Promise.all([one, other].map(async ({ cookies }) => (await ctx.db.first<{ key: string }>('select token_key as key from efs.portal_session where session_id = $1', [sessionIdOf(cookies.get('gatehouse')!)]))!.key))
    await ctx.db.execute('update efs.iam_token_data t set idp_response = o.idp_response from efs.iam_token_data o where t.session_id = $1 and o.session_id = $2', keys)
    expect((await one.ask('GET', '/portals/1/session')).status).toBe(401)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    expect((await other.ask('GET', '/portals/1/session')).status).toBe(200)
  })

  test('stay with a session that is renewed under another name, and go when they have expired', async () => {
    await member('renewed')
    const one = world.browser()
    await signIn('renewed', one)
    const sessionId = sessionIdOf(one.cookies.get('gatehouse')!)
    // Okta vouches; nobody here knows how.
    expect(await ctx.db.query('select proved_by as by from auth_state where session_id = $1', [sessionId])).toEqual([{ by: ['PORTAL'] }])
    await ctx.db.execute(`update auth_state set session_id = 'another-name' where session_id = $1`, [sessionId])
    expect(await ctx.db.first(`select from efs.portal_session where session_id = 'another-name'`)).toBeDefined()
    await ctx.db.execute(`update auth_state set session_id = $1 where session_id = 'another-name'`, [sessionId])
    const end = new Date(Date.now() + 13 * 3_600_000)
    await sweep({ ...ctx, now: () => end })
    await sweepPortalSignIns(ctx.db, end)
    expect(await tokenRows()).toEqual([])
    expect((await one.ask('GET', '/portals/1/session')).status).toBe(401)
  })
})

describe('somebody who is signed in', () => {
  const current = async (one: Browser) => (await one.ask('GET', '/me')).body?.id as string | undefined
  const begun = (site: string): Record<string, string> => ({ origin: '', 'sec-fetch-site': site })

  test('stays who they are when a link from elsewhere would make them another, and is told', async () => {
    const [victim, lure] = [await member('victim'), await member('lure')]
    const one = world.browser()
    await signIn('victim', one)
    for (const site of ['cross-site', 'same-site', 'none', '']) {
      const reply = await signIn('lure', one, 1, begun(site))
      expect([reply.status, reply.body.code], site).toEqual([409, 'signed_in_as_other'])
      expect(await current(one)).toBe(victim.personId)
    }
    // Nothing that Okta gave on the way stays good.
    await revokeTokens(ctx, world.masterKey)
    expect(twin.calls.list().filter(({ path }) => path === '/oauth2/v1/revoke').slice(-4).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await ctx.db.query('select from efs.token_revocation')).toEqual([])
    expect(await ctx.db.query('select from efs.iam_token_data t where not exists (select from efs.portal_session p where p.token_key = t.session_id)')).toEqual([])
    // The page that says so leads on, and is one of ours.
    expect((await signIn('lure', one, 1, begun('same-origin'))).status).toBe(303)
    expect(await current(one)).toBe(lure.personId)
  })

  test('comes by any link as themselves, and so does whoever has no session any more', async () => {
    const { personId } = await member('again')
    await member('later')
    const one = world.browser()
    await signIn('later', one)
    await one.ask('POST', '/sign-out')
    expect((await signIn('again', one, 1, begun('cross-site'))).status).toBe(303)
    expect((await signIn('again', one, 1, begun('cross-site'))).status).toBe(303)
    expect(await current(one)).toBe(personId)
  })

  test('reads in the page where to go on', async () => {
    await member('page-reader')
    await member('page-other')
    const one = world.browser()
    await signIn('page-reader', one)
    const { back: address } = await away('page-other', one, 1, begun('cross-site'))
    const page = await server.inject({ url: `${address.pathname}${address.search}`, headers: { host: 'localhost:8080', accept: 'text/html', 'sec-fetch-site': 'cross-site', cookie: [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } })
    expect([page.statusCode, page.headers['content-type']]).toEqual([409, expect.stringContaining('text/html')])
    expect(page.body).toContain('<a href="/api/v1/portals/1/sign-in">Sign in as the other person</a>')
    expect(page.cookies).toEqual([])
    // In German what is known beforehand is; the detail stays English, and says so.
    const german = await server.inject({ url: '/api/v1/portals/1/callback?error=access_denied&state=unknown', headers: { host: 'localhost:8080', accept: 'text/html', 'accept-language': 'de' } })
    expect(german.body).toContain('<h1>Die Anmeldung beim Identitätsanbieter ist nicht gelungen.</h1><p role="alert" lang="en">')
    expect(german.body).toContain('>Noch einmal versuchen</a>')
  })
})

describe('out again', () => {
  test('at both ends', async () => {
    await member('goer')
    const one = world.browser()
    await signIn('goer', one)
    const session = one.cookies.get('gatehouse')!
    const reply = await one.ask('POST', '/portals/1/sign-out')
    const out = new URL(reply.body.redirectTo)
    expect(out.pathname).toBe('/oauth2/v1/logout')
    expect(out.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
    expect((await fetch(out, { redirect: 'manual' })).headers.get('location')).toBe(`${origin}/bye`)
    expect(one.cookies.has('gatehouse')).toBe(false)
    one.cookies.set('gatehouse', session)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    expect(twin.calls.list().at(-2)).toMatchObject({ path: '/oauth2/v1/revoke', status: 200 })
  })

  test('here in any case, also when Okta does not answer', async () => {
    await member('goer-2')
    const one = world.browser()
    await signIn('goer-2', one)
    twin.faults.add({ kind: 'reset', path: '/oauth2/v1/revoke', count: 1 })
    expect((await one.ask('POST', '/portals/1/sign-out')).status).toBe(200)
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  test('only by our own pages, and only of the portal that it was begun at', async () => {
    await member('stayer')
    const one = world.browser()
    await signIn('stayer', one)
    expect((await one.ask('POST', '/portals/1/sign-out', undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await one.ask('POST', '/portals/2/sign-out')).status).toBe(404)
    expect((await one.ask('GET', '/me')).status).toBe(200)
  })
})

describe('the portal\'s settings', () => {
  test('the secret is never shown, nor kept as it is', async () => {
    expect((await ask('GET', '/portals/1/secret')).body).toEqual({ set: true, created: expect.any(String) })
    const bad = await ask('PUT', '/portals/1/secret', { secret: 'short' })
    expect([bad.status, JSON.stringify(bad.body)]).toEqual([400, expect.not.stringContaining('short"')])
    const rows = await ctx.db.query<{ secret: Buffer }>('select secret_encrypted as secret from efs.portal_secret')
    expect(rows.every(({ secret }) => !secret.includes('portal-secret'))).toBe(true)
    expect(JSON.stringify((await ask('GET', '/audit?filter=action sw "portal.secret"')).body)).not.toContain('portal-secret')
    expect((await ask('DELETE', '/portals/2/secret')).status).toBe(204)
    expect((await ask('DELETE', '/portals/2/secret')).status).toBe(404)
    // Without its secret Okta does not believe the client: the person is not let in, and told why.
    await member('secretless')
    await ctx.db.execute('update efs.iam_portal_user_reference set portal_id = 2 where uuid = (select uuid from efs.iam_portal_user_reference order by id desc limit 1)')
    expect((await signIn('secretless', world.browser(), 2)).body.code).toBe('portal_sign_in_refused')
    expect((await ask('GET', '/okta/errors')).body.items[0].errorCode).toBe('invalid_client')
    await ask('PUT', '/portals/2/secret', { secret: 'portal-secret' })
  })

  test.each([
    [{ redirect_uri: 'https://people.example.com/cb' }, /must lie at/],
    [{ client_id: null }, /client_id is not set/],
  ])('%j lets nobody begin', async (settings, message) => {
    await ask('POST', '/portals', { id: 9, name: 'Nine', settings: { client_id: 'portal-9' } })
    await ask('PATCH', '/portals/9/settings', settings)
    const reply = await world.browser().ask('GET', '/portals/9/sign-in')
    expect([reply.status, reply.body.code, reply.body.detail]).toEqual([409, 'conflict', expect.stringMatching(message)])
    await ask('DELETE', '/portals/9')
  })

  test.each(['issuer', 'redirect_uri', 'post_logout_redirect_uri'])('%s is no address in the clear', async (key) => {
    expect((await ask('PATCH', '/portals/2/settings', { [key]: 'http://intranet.example.com/cb' })).body).toMatchObject({ status: 400, problems: [{ path: `settings.${key}`, message: expect.stringContaining('https') }] })
  })

  test('the secret and the sessions go with the server or the client that they were for', async () => {
    await ask('POST', '/portals', { id: 7, name: 'Seven', settings: { client_id: 'portal-7' } })
    for (const change of [{ issuer: 'https://other.example.com' }, { client_id: 'portal-7b' }]) {
      await ask('PUT', '/portals/7/secret', { secret: 'portal-secret' })
      expect((await ask('PATCH', '/portals/7/settings', { scopes: `openid ${Object.keys(change)[0]!}` })).status).toBe(200)
      expect((await ask('GET', '/portals/7/secret')).body.set).toBe(true)
      expect((await ask('PATCH', '/portals/7/settings', change)).status).toBe(200)
      expect((await ask('GET', '/portals/7/secret')).body).toEqual({ set: false })
    }
    expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'portal.secret.remove' and target_id = '7'`)).toHaveLength(2)
    await member('moved')
    const one = world.browser()
    await signIn('moved', one)
    expect((await one.ask('GET', '/me')).status).toBe(200)
    await ask('PATCH', '/portals/1/settings', { issuer: `${world.issuer}/oauth2/other` })
    expect((await one.ask('GET', '/me')).status).toBe(401)
    await ask('PATCH', '/portals/1/settings', { issuer: null })
    await ask('PUT', '/portals/1/secret', { secret: 'portal-secret' })
  })

  test('a portal that is not there, an issuer that does not answer', async () => {
    expect((await world.browser().ask('GET', '/portals/77/sign-in')).status).toBe(404)
    await ask('POST', '/portals', { id: 8, name: 'Eight', settings: { client_id: 'portal-8', issuer: 'http://localhost:9' } })
    expect((await world.browser().ask('GET', '/portals/8/sign-in')).body.code).toBe('remote_error')
    expect(await lastError()).toMatchObject({ status_code: 0, error_code: 'network', trace: { request: 'discovery', requestId: null, portal: 8, issuer: 'http://localhost:9', reason: expect.stringMatching(/^fetch failed: ./) } })
    await ask('PATCH', '/portals/8/settings', { issuer: `${world.issuer}/oauth2/none` })
    expect((await world.browser().ask('GET', '/portals/8/sign-in')).body.code).toBe('remote_error')
    expect(await lastError()).toMatchObject({ status_code: 404, trace: { request: 'discovery', requestId: expect.stringMatching(/^.{20,}$/) } })
  })
})
