/** The session cookie: from where it is believed, how long it holds, and everything that ends it. */
import { describe, expect, test } from 'vitest'
import { buildServer } from '../src/main.ts'
import { sessionIdOf } from '../src/model/session.ts'
import { sweep } from '../src/signin/sessions-open.ts'
import { sweepSessions } from '../src/store/sessions.ts'
import { browser, password, personWithPassword } from './browser.ts'
import { giveRole } from './administrators.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

let ahead = 0
const minutes = (n: number) => n * 60_000
const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000', SESSION_IDLE_MINUTES: '30', SESSION_HOURS: '2' }, () => new Date(Date.now() + ahead))
const { ctx, ask, server } = shared

async function signedIn(name: string, options?: Parameters<typeof browser>[1]) {
  const id = await personWithPassword(shared, name)
  const one = browser(server, options)
  expect((await one.signIn(name)).status).toBe(200)
  return Object.assign(one, { id })
}

describe('a request that changes something', () => {
  const cases: [string, Record<string, string>, number][] = [
    ['from our own page', {}, 200],
    ['from a program that says where it comes from', { 'sec-fetch-site': '' }, 200],
    ['from a browser that says only how', { origin: '' }, 200],
    ['from another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['from another site, by an old browser', { origin: 'https://evil.example', 'sec-fetch-site': '' }, 403],
    ['from a neighbour on the same site', { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' }, 403],
    ['from a page without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
    ['from an address typed by hand', { origin: '', 'sec-fetch-site': 'none' }, 403],
    ['from who knows where', { origin: '', 'sec-fetch-site': '' }, 403],
    ['from our page, under another name of the server', { origin: 'http://127.0.0.1:8080' }, 403],
  ]
  test.each(cases)('is judged by Sec-Fetch-Site and Origin: %s', async (name, headers, status) => {
    const one = await signedIn(`csrf-${cases.findIndex(([other]) => other === name)}`)
    const reply = await one.ask('PATCH', '/me', { nickName: 'x' }, headers)
    expect([reply.status, reply.body.code]).toEqual([status, status === 200 ? undefined : 'cross_site'])
    expect((await one.ask('GET', '/me')).body.nickName).toBe(status === 200 ? 'x' : undefined)
  })

  test('has to be JSON: no form of another site can send it', async () => {
    const one = await signedIn('form')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await one.ask('PATCH', '/me', '{"nickName":"x"}', { 'content-type': type })).status).toBe(415)
      expect((await one.ask('POST', '/sign-in', JSON.stringify({ userName: 'form', password }), { 'content-type': type })).status).toBe(415)
    }
  })

  test('to sign in from another site is refused too; a program need not say where it is', async () => {
    await personWithPassword(shared, 'login-csrf')
    const body = { userName: 'login-csrf', password }
    expect(await browser(server).ask('POST', '/sign-in', body, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403, body: { code: 'cross_site' } })
    expect((await browser(server).ask('POST', '/sign-in', body, { origin: '', 'sec-fetch-site': '' })).status).toBe(200)
  })

  test('with a key needs no such proof, and the cookie beside it counts for nothing', async () => {
    const one = await signedIn('both')
    expect((await one.ask('PATCH', `/users/${one.id}`, { title: 'x' }, { authorization: 'Bearer a-key-for-the-tests-only', origin: 'https://evil.example' })).status).toBe(200)
    expect((await one.ask('GET', '/me', undefined, { authorization: 'Bearer a-key-for-the-tests-only' }))).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await one.ask('GET', '/me', undefined, { authorization: 'Bearer wrong' })).status).toBe(401)
  })
})

describe('the address', () => {
  test.each([['192.168.1.5:8080'], ['people.example.com'], ['localhost.example.com'], ['127.0.0.1.example.com'], ['[2001:db8::1]:8080']])('http://%s is refused with the reason', async (host) => {
    expect(await browser(server, { host }).ask('POST', '/sign-in', { userName: 'x', password: 'x' })).toMatchObject({ status: 403, body: { code: 'insecure_address', detail: expect.stringContaining('https') } })
    // What a header says counts only from a proxy that is trusted.
    expect((await browser(server, { host }).ask('POST', '/sign-in', { userName: 'x', password: 'x' }, { 'x-forwarded-proto': 'https' })).body.code).toBe('insecure_address')
  })

  test.each([['localhost:8080'], ['127.0.0.1:8080'], ['[::1]:8080'], ['people.localhost:8080']])('http://%s is this machine', async (host) => {
    expect((await browser(server, { host }).ask('POST', '/sign-in', { userName: 'x', password: 'x' })).status).toBe(401)
  })

  test('over https, behind a trusted proxy, the cookie is the host\'s own', async () => {
    const own = await testServer({ TRUST_PROXY: '10.0.0.1', PUBLIC_URL: 'https://people.example.com' })
    await personWithPassword(own, 'hosted')
    const one = browser(own.server, { address: '10.0.0.1', host: 'people.example.com' })
    const via = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1', origin: 'https://people.example.com' }
    const reply = await one.ask('POST', '/sign-in', { userName: 'hosted', password }, via)
    expect(reply.status).toBe(200)
    expect(String(reply.headers['set-cookie'])).toMatch(/__Host-gatehouse=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure,/)
    expect((await one.ask('GET', '/me', undefined, via)).status).toBe(200)
    // A cookie without the prefix may have been planted by a neighbour.
    const token = one.cookies.get('__Host-gatehouse')!
    const plain = browser(own.server, { address: '10.0.0.1', host: 'people.example.com' })
    plain.cookies.set('gatehouse', token)
    expect((await plain.ask('GET', '/me', undefined, via)).status).toBe(401)
  })
})

describe('a session', () => {
  test('ends sooner where the policy of its person says so, and never later than the installation lets it', async () => {
    const policy = (tokenLifeMinutes: number | null) => ask('PATCH', '/sign-in-policies/4001', { rules: { tokenLifeMinutes } })
    expect((await policy(10)).status).toBe(200)
    ahead = 0
    const one = await signedIn('short')
    expect((await policy(500)).status).toBe(200)
    const other = await signedIn('long')
    await policy(30)
    ahead = minutes(9)
    expect((await one.ask('GET', '/me')).status).toBe(200)
    expect((await ask('GET', `/users/${one.id}/sessions`)).body.items).toHaveLength(1)
    ahead = minutes(20)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    expect((await ask('GET', `/users/${one.id}/sessions`)).body.items).toEqual([])
    expect((await other.ask('GET', '/me')).status).toBe(200)
    ahead = minutes(51)
    expect((await other.ask('GET', '/me')).status).toBe(401)
    ahead = 0
  })

  test('ends when it is left alone, and when its time is over however much it is used', async () => {
    ahead = 0
    const one = await signedIn('idle')
    const seen = async () => (await ctx.db.first<{ at: string }>('select last_seen as at from auth_state where user_id = $1', [one.id]))!.at
    const first = await seen()
    ahead = 30_000
    expect((await one.ask('GET', '/me')).status).toBe(200)
    expect(await seen()).toBe(first)
    for (let at = 20; at < 120; at += 20) {
      ahead = minutes(at)
      expect((await one.ask('GET', '/me')).status).toBe(200)
    }
    expect(Date.parse(await seen()) - Date.parse(first)).toBeGreaterThan(minutes(99))
    ahead = minutes(121)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    ahead = 0
    const other = await signedIn('left-alone')
    ahead = minutes(31)
    expect((await other.ask('GET', '/me')).status).toBe(401)
    expect((await ask('GET', `/users/${other.id}/sessions`)).body.items).toEqual([])
    ahead = 0
  })

  test('gets no more time by a step in its middle', async () => {
    ahead = 0
    const one = await signedIn('stretched')
    const { body: { id: policyId } } = await ask('POST', '/it-policies', { active: true, approveType: 'ONCE' })
    const { status, body: { id: policy } } = await ask('POST', '/it-policy-versions', { policyId, name: 'House rules', content: 'Be kind.', active: true })
    expect(status).toBe(201)
    for (ahead = minutes(20); ahead < minutes(100); ahead += minutes(20)) expect((await one.ask('GET', '/me')).status).toBe(200)
    const waiting = (await one.ask('POST', '/me/step-up', { password })).body
    expect(waiting.next).toBe('accept_policy')
    ahead = minutes(110)
    const { body: { next, started, expires } } = await one.ask('POST', '/sign-in/policy', { policy, accepted: true })
    expect([next, Date.parse(expires) - Date.parse(started)]).toEqual(['done', minutes(120)])
    ahead = minutes(121)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    ahead = 0
    expect((await ask('PATCH', `/it-policies/${policyId}`, { active: false })).status).toBe(200)
  })

  test('is swept when its time is over, around those that somebody holds', async () => {
    const [held, gone, here] = [await signedIn('held'), await signedIn('gone'), await signedIn('here')]
    await ctx.db.execute(`update auth_state set expires_at = now() - interval '1 minute' where user_id = any($1)`, [[held.id, gone.id]])
    await ctx.db.transaction(async (tx) => {
      await tx.query('select from auth_state where user_id = $1 for update', [held.id])
      await sweep(ctx)
      const left = await ctx.db.query<{ id: string }>('select user_id as id from auth_state where user_id = any($1)', [[held.id, gone.id, here.id]])
      expect(left.map(({ id }) => id).toSorted()).toEqual([held.id, here.id].toSorted())
    })
    await sweep(ctx)
    expect(await ctx.db.query('select from auth_state where user_id = $1', [held.id])).toEqual([])
  })

  test('is swept by two servers at once, which wait neither for each other nor for who holds one, and keep nobody waiting', async () => {
    const one = await signedIn('swept')
    await ctx.db.execute(
      `insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen)
       select $1, md5('swept' || n), 1, '1999-12-31', '2000-01-01', '1999-12-31' from generate_series(1, 2500) n`, [one.id])
    const left = async () => (await ctx.db.first<{ n: number }>(`select count(*)::int as n from auth_state where expires_at = '2000-01-01'`))!.n
    await ctx.db.transaction(async (holder) => {
      await holder.query(`select from auth_state where session_id = md5('swept7') for update`)
      await ctx.db.transaction(async (first) => {
        // In the middle of its batch.
        expect(await sweepSessions(first, ctx.now(), 1000)).toBe(1000)
        await sweep(ctx)
        expect(await left()).toBe(1001)
        expect((await one.ask('PATCH', '/me', { nickName: 'Not kept waiting' })).status).toBe(200)
      })
      expect(await left()).toBe(1)
      await holder.execute(`update auth_state set expires_at = now() + interval '1 hour' where session_id = md5('swept7')`)
    })
    await Promise.all([sweep(ctx), sweep(ctx)])
    expect(await left()).toBe(0)
    // Whoever held one had it live on.
    expect(await ctx.db.query(`select user_id as id from auth_state where session_id = md5('swept7')`)).toEqual([{ id: one.id }])
  })

  test('holds on every server of the database, and has the rights of its person at each request', async () => {
    const one = await signedIn('admin-by-session')
    const second = buildServer(ctx, testMasterKey())
    const there = browser(second)
    there.cookies.set('gatehouse', one.cookies.get('gatehouse')!)
    expect((await there.ask('GET', '/users')).status).toBe(403)
    // There has to be another one afterwards.
    await giveRole(ctx, (await signedIn('admin-who-stays')).id, 'SUPER_ADMIN')
    await giveRole(ctx, one.id, 'SUPER_ADMIN')
    expect((await there.ask('GET', '/users')).status).toBe(200)
    await ctx.db.execute('delete from user_role where user_id = $1', [one.id])
    expect((await there.ask('GET', '/users')).status).toBe(403)
    expect((await one.ask('POST', '/sign-out')).status).toBe(204)
    expect((await there.ask('GET', '/me')).status).toBe(401)
    expect(one.cookies.has('gatehouse')).toBe(false)
    await second.close()
  })

  test.each([['', 401], ['x', 401], ['A'.repeat(43), 401], ['A'.repeat(5000), 401]])('is nothing one can make up: %s', async (token, status) => {
    const one = browser(server)
    one.cookies.set('gatehouse', token)
    expect((await one.ask('GET', '/me')).status).toBe(status)
  })
})

describe('ends at once, on every server, when its person', () => {
  const verbs = ['disable', 'deactivate', 'terminate', 'lock', 'reset', 'leave', 'retire', 'decease']
  test.each(verbs)('is told to %s', async (verb) => {
    const one = await signedIn(`ends-${verb}`)
    expect((await ask('POST', `/users/${one.id}/${verb}`)).status).toBe(200)
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })

  const doors: [string, (id: string) => Promise<unknown>][] = [
    ['is patched to inactive', (id) => ask('PATCH', `/users/${id}`, { active: false })],
    ['is deleted', (id) => ask('DELETE', `/users/${id}`)],
    ['is signed out by an administrator', (id) => ask('DELETE', `/users/${id}/sessions`)],
    ['is merged into another', async (id) => {
      const into = await personWithPassword(shared, 'merge-target')
      const plan = (await ask('POST', '/plans', { kind: 'merge', survivor: into, duplicate: id })).body
      return ask('POST', `/plans/${plan.id}/apply`)
    }],
    ['is disabled by a plan', async (id) => {
      const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: `id eq "${id}"` })).body
      return ask('POST', `/plans/${plan.id}/apply`)
    }],
    ['has a status that somebody wrote in SQL', (id) => ctx.db.execute(`update users set status = 'TERMINATED' where user_id = $1`, [id])],
    ['has a login that is suspended', (id) => ctx.db.execute(`update login set status = 'SUSPENDED' where user_id = $1`, [id])],
    ['has a login that is no longer usable', (id) => ctx.db.execute(`update login set is_active = 'N' where user_id = $1`, [id])],
    ['has a login that somebody deleted in SQL', (id) => ctx.db.execute('delete from login where user_id = $1', [id])],
    ['has a login that somebody gave to another system', (id) => ctx.db.execute(`update login set managed_sys_id = 'OKTA' where user_id = $1`, [id])],
    ['has another password', (id) => ctx.db.execute(`update login set password = '{SSHA}x' where user_id = $1`, [id])],
  ]
  test.each(doors)('%s', async (name, door) => {
    const one = await signedIn(`door-${doors.findIndex(([other]) => other === name)}`)
    const reply = (await door(one.id)) as { status?: number; body?: unknown }
    if (reply?.status !== undefined) expect([reply.status < 300, reply.body]).toEqual([true, reply.body])
    for (let n = 0; n < 100 && name.includes('plan') && (await one.ask('GET', '/me')).status === 200; n++) await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await one.ask('GET', '/me')).status).toBe(401)
    expect(await ctx.db.query('select from auth_state where session_id = $1', [sessionIdOf(one.cookies.get('gatehouse')!)])).toEqual([])
  })

  test('changes their password, but for the session that did it, which goes on under another token', async () => {
    const [one, other] = [await signedIn('changes'), browser(server)]
    await other.signIn('changes')
    const before = one.cookies.get('gatehouse')
    expect((await one.ask('POST', '/me/password', { current: password, next: 'a newer horse, a newer battery' })).body).toMatchObject({ next: 'done' })
    expect(one.cookies.get('gatehouse')).not.toBe(before)
    expect([(await one.ask('GET', '/me')).status, (await other.ask('GET', '/me')).status]).toEqual([200, 401])
    const old = browser(server)
    old.cookies.set('gatehouse', before!)
    expect((await old.ask('GET', '/me')).status).toBe(401)
  })

  test('guesses at the password from within, as often as signing in would allow', async () => {
    const one = await signedIn('guesses')
    for (let n = 0; n < 10; n++) expect((await one.ask('POST', '/me/password', { current: `wrong ${n}`, next: 'a newer horse, a newer battery' })).status).toBe(401)
    // The password is locked, and whoever is in stays in.
    expect((await one.ask('POST', '/me/password', { current: password, next: 'a newer horse, a newer battery' })).status).toBe(401)
    expect((await browser(server).signIn('guesses')).status).toBe(401)
    expect((await one.ask('GET', '/me')).status).toBe(200)
  })
})
