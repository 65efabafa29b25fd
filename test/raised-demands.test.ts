/** What is demanded of people more, while they are in: what ends at once, and what holds from the next sign-in on (decision 31). */
import { expect, test } from 'vitest'
import { passwordAuthType } from '../src/model/auth-type.ts'
import { Authenticator } from './authenticator.ts'
import { factorServer } from './factor-people.ts'
import { application, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'
import { testKey } from './rest-server.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, later } = shared
const status = async (one: { ask: typeof ask }) => (await one.ask('GET', '/me')).status

test('a login that authenticates otherwise from now on: sessions that a password let in are over, those of a passkey go on', async () => {
  const one = await signedIn('ada')
  const device = new Authenticator()
  const options = (await one.ask('POST', '/me/factors/passkey-options')).body
  expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'key', credential: device.create(options) })).status).toBe(201)
  const [byPassword, byPasskey] = [fresh(), fresh()]
  await byPassword.signIn('ada')
  expect((await byPasskey.ask('POST', '/sign-in/passkey', { assertion: device.get((await byPasskey.ask('POST', '/sign-in/passkey-options')).body) })).body.next).toBe('done')
  const { id: login } = (await ask('GET', `/users/${one.id}/logins`)).body.items[0] as { id: string }
  const listed = async () => (await ask('GET', `/users/${one.id}/sessions`)).body.items.length
  expect(await listed()).toBe(3)
  expect((await ask('PATCH', `/users/${one.id}/logins/${login}`, { authType: 'SAML' })).status).toBe(200)
  expect([await status(one), (await byPassword.ask('GET', '/sign-in')).status, await status(byPasskey)]).toEqual([401, 401, 200])
  expect((await one.ask('GET', '/users')).status).toBe(401)
  expect(await listed()).toBe(1)
  const bea = await signedIn('bea')
  for (const authType of ['password', ' PASSWORD ', '', null]) {
    await ctx.db.execute('update login set auth_type = $2 where user_id = $1', [bea.id, authType])
    expect(await status(bea)).toBe(200)
  }
})

test('what says that a login is one by a password is the same in the database', async () => {
  const triggers = await ctx.db.query<{ text: string }>(`select pg_get_triggerdef(oid) as text from pg_trigger where not tgisinternal and pg_get_triggerdef(oid) ~ 'auth_type\\S* ~'`)
  expect(triggers.length).toBeGreaterThan(0)
  for (const { text } of triggers) expect([...text.matchAll(/auth_type\)?(?:::text)?\)? ~\*? '([^']*)'/g)].map(([, pattern]) => pattern)).toEqual([passwordAuthType, passwordAuthType])
})

test('a higher level: who is in stays in, the next sign-in is asked for it, and whoever cannot wait ends all sessions', async () => {
  const one = await signedIn('cal')
  const { id: factor, secret } = await withTotp(one)
  const two = fresh()
  await two.signIn('cal')
  later(1)
  expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('done')
  expect((await ask('POST', '/sign-in-policies', { name: 'Strict', priority: 99, rules: { leastLevel: 3 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })).status).toBe(201)
  expect(await status(two)).toBe(200)
  const three = fresh()
  await three.signIn('cal')
  later(1)
  expect((await three.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('enrol_factor')
  expect((await ask('DELETE', '/sessions')).status).toBeLessThan(300)
  expect(await status(two)).toBe(401)
})

test('a higher level of a policy, of our own site or of an application\'s: who is in proves more when they next go to an application', async () => {
  const { ctx: own, url } = await oidcServer()
  const rest = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) })
    expect(response.ok, `${method} ${path}`).toBe(true)
    return response.status === 204 ? {} : ((await response.json()) as { id?: string })
  }
  const { id: site } = await rest('POST', '/content-providers', { name: 'Payroll', domainPattern: 'payroll.example.com' })
  const { id: here } = await rest('POST', '/content-providers', { name: 'Own', domainPattern: 'localhost' })
  const { id: policy } = await rest('POST', '/sign-in-policies', { name: 'Strict', priority: 99, rules: {}, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })
  const config = await relyingParty(url, await application(own, 'Pay slips', { firstParty: true, siteId: site }))
  const ada = await person(own, 'ada', { status: 'ACTIVE' })
  const browser = new Browser(url)
  const { token } = await signIn(own, ada)
  browser.setSession(token)
  const silently = async () => (await browser.follow((await request(config, { prompt: 'none' })).address)).at.searchParams.get('error')
  const level = async () => {
    const { at } = await browser.follow((await request(config)).address)
    return ((await (await browser.fetch(`/api/v1/interactions/${at.searchParams.get('interaction')}`)).json()) as { leastLevel: number; satisfied: boolean; reasons: string[] })
  }
  expect(await silently()).toBeNull()
  const raised: [string, object, object][] = [
    [`/content-providers/${site}`, { minAuthLevel: 'TWO_FACTOR_AUTH' }, { minAuthLevel: null }],
    [`/content-providers/${here}`, { minAuthLevel: 'TWO_FACTOR_AUTH' }, { minAuthLevel: null }],
    [`/sign-in-policies/${policy}`, { rules: { leastLevel: 2 } }, { rules: { leastLevel: 0 } }],
  ]
  for (const [path, up, down] of raised) {
    await rest('PATCH', path, up)
    expect([path, await silently()]).toEqual([path, 'unmet_authentication_requirements'])
    expect(await level()).toMatchObject({ leastLevel: 2, satisfied: false, reasons: ['level'] })
    // Proved in the session that was open.
    await own.db.execute('update auth_state set auth_state = 2, proved_level = 2 where user_id = $1', [ada])
    expect([path, await silently()]).toEqual([path, null])
    await own.db.execute('update auth_state set auth_state = 1, proved_level = 1 where user_id = $1', [ada])
    await rest('PATCH', path, down)
    expect([path, await silently()]).toEqual([path, null])
  }
})
