/** Sites in a sign-in: the one of our own address counts whatever is named, that of an application by its client. */
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'
import { browser, givePassword, password, personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'
import { testKey } from './rest-server.ts'

const shared = await factorServer({ PUBLIC_URL: 'http://localhost:8080' })
const { ctx, ask, fresh, server, signedIn } = shared
const made = async (path: string, body: object) => {
  const reply = await ask('POST', path, body)
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 })
  return reply.body as { id: string }
}
const policyOn = async (name: string, contentProviderId?: string) => {
  const { id: policyId } = await made('/it-policies', { active: true })
  const { id } = await made('/it-policy-versions', { policyId, name, content: `Text of ${name}`, active: true, ...(contentProviderId === undefined ? {} : { contentProviderId }) })
  return { id, end: () => ask('PATCH', `/it-policies/${policyId}`, { active: false }) }
}

describe('our own site, by PUBLIC_URL', () => {
  test('asks for its policies and its level of who signs in by a password, names another site or leaves it out', async () => {
    const weak = await made('/content-providers', { name: 'Weak', domainPattern: 'weak.example.com' })
    const own = await made('/content-providers', { name: 'Own', domainPattern: 'localhost', minAuthLevel: 'TWO_FACTOR_AUTH' })
    const policy = await policyOn('Of our own', own.id)
    const id = await personWithPassword(shared, 'ann')
    for (const [body, host] of [[{}, undefined], [{ site: weak.id }, undefined], [{}, '127.0.0.1:8080'], [{}, 'weak.example.localhost']] as const) {
      const one = browser(server, host === undefined ? {} : { host })
      const first = await one.ask('POST', '/sign-in', { userName: 'ann', password, ...body })
      expect([host, first.body.next, first.body.policies?.map(({ name }: { name: string }) => name)]).toEqual([host, 'accept_policy', ['Of our own']])
    }
    const one = fresh()
    await one.signIn('ann')
    expect((await one.ask('POST', '/sign-in/policy', { policy: policy.id, accepted: true })).body.next).toBe('enrol_factor')
    expect(await ctx.db.query('select content_provider_id as site from auth_state where user_id = $1 order by last_login desc limit 1', [id])).toEqual([{ site: own.id }])
    await policy.end()
  })

  test('asks for them of who comes by a passkey alone', async () => {
    await ctx.db.execute(`update content_provider set min_auth_level = null where domain_pattern = 'localhost'`)
    const one = await signedIn('bea')
    const device = new Authenticator()
    const options = (await one.ask('POST', '/me/factors/passkey-options')).body
    expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'key', credential: device.create(options) })).status).toBe(201)
    const { id: own } = (await ctx.db.first<{ id: string }>(`select content_provider_id as id from content_provider where domain_pattern = 'localhost'`))!
    const policy = await policyOn('For passkeys too', own)
    const two = fresh()
    const asked = (await two.ask('POST', '/sign-in/passkey-options')).body
    expect((await two.ask('POST', '/sign-in/passkey', { assertion: device.get(asked) })).body).toMatchObject({ next: 'accept_policy', level: 3 })
    await policy.end()
  })

  test.each([['eli', 'has nothing left to ask', null], ['fay', 'wants a factor', 'TWO_FACTOR_AUTH']] as const)('a session, of %s, that ends on its way to what %s is none any more', async (name, _what, level) => {
    const one = await signedIn(name)
    await ctx.db.execute(`update content_provider set min_auth_level = $1 where domain_pattern = 'localhost'`, [level])
    await ctx.db.execute(`update auth_state set proved_at = now() - interval '1 day' where user_id = $1`, [one.id])
    const [free, isHeld] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const ending = ctx.db.transaction(async (tx) => {
      await tx.execute('select from users where user_id = $1 for update', [one.id])
      await tx.execute('delete from auth_state where user_id = $1', [one.id])
      isHeld.resolve()
      await free.promise
    })
    await isHeld.promise
    const going = one.ask('POST', '/sign-in/site', {})
    await expect.poll(async () => (await ctx.db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length).toBe(1)
    free.resolve()
    await ending
    expect(await going).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    await ctx.db.execute(`update content_provider set min_auth_level = null where domain_pattern = 'localhost'`)
  })

  test('somebody who is in goes on to another site and is asked what it asks; there has to be such a site', async () => {
    const other = await made('/content-providers', { name: 'Other', domainPattern: 'other.example.com' })
    const one = await signedIn('cat')
    const policy = await policyOn('Of the other', other.id)
    expect((await one.ask('POST', '/sign-in/site', { site: 'nowhere' })).body.code).toBe('invalid_reference')
    expect((await one.ask('POST', '/sign-in/site', { site: other.id })).body).toMatchObject({ next: 'accept_policy', policies: [{ id: policy.id }] })
    expect((await one.ask('GET', '/me')).body.code).toBe('sign_in_incomplete')
    expect((await one.ask('POST', '/sign-in/policy', { policy: policy.id, accepted: true })).body.next).toBe('done')
    expect((await one.ask('POST', '/sign-in/site', { site: other.id })).body.next).toBe('done')
    await policy.end()
  })

  test('requests from a host that some site names, and that is not ours, are from elsewhere all the same', async () => {
    const one = await signedIn('dan')
    expect((await one.ask('PATCH', '/me', { nickName: 'x' }, { origin: 'https://other.example.com' })).body.code).toBe('cross_site')
  })
})

test('an application has the level and the policies of its site, and a site with applications stays', async () => {
  const { ctx: own, url } = await oidcServer()
  const key = { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' }
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers: key, body: JSON.stringify(body) })
    expect(response.status).toBe(201)
    return (await response.json()) as { id: string }
  }
  const site = await post('/content-providers', { name: 'Payroll', domainPattern: 'payroll.example.com', minAuthLevel: 'TWO_FACTOR_AUTH' })
  const { id: policyId } = await post('/it-policies', { active: true })
  const { id: version } = await post('/it-policy-versions', { policyId, name: 'Payroll rules', content: 'Be discreet.', active: true, contentProviderId: site.id })
  const ada = await person(own, 'ada', { status: 'ACTIVE' })
  await givePassword(own, ada)
  await expect(application(own, 'Nowhere', { siteId: 'nowhere' })).rejects.toMatchObject({ code: 'invalid_reference' })
  const app = await application(own, 'Pay slips', { firstParty: true, siteId: site.id })
  expect(app.siteId).toBe(site.id)
  const config = await relyingParty(url, app)
  const here = new Browser(url)
  const interaction = async (at: URL) => (await (await here.fetch(`/api/v1/interactions/${at.searchParams.get('interaction')}`)).json()) as Record<string, unknown>

  here.setSession((await signIn(own, ada)).token)
  expect((await here.follow((await request(config, { prompt: 'none' })).address)).at.searchParams.get('error')).toBe('unmet_authentication_requirements')
  const strong = await signIn(own, ada, { level: 2 })
  here.setSession(strong.token)
  // As strong as is asked for, and without its policies.
  expect((await here.follow((await request(config, { prompt: 'none' })).address)).at.searchParams.get('error')).toBe('interaction_required')
  const { address, checks } = await request(config)
  const { at } = await here.follow(address)
  expect(at.pathname).toBe('/sign-in')
  expect(await interaction(at)).toMatchObject({ reasons: ['site_policies'], leastLevel: 2, site: site.id, policiesDue: true, satisfied: false })
  expect((await here.answer(at.searchParams.get('interaction')!, 'login')).status).toBe(409)

  const rest = async (path: string, body: object) => (await here.fetch(`/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify(body) })).json()
  expect(await rest('/sign-in/site', { site: site.id })).toMatchObject({ next: 'accept_policy', policies: [{ id: version }] })
  expect(await rest('/sign-in/policy', { policy: version, accepted: true })).toMatchObject({ next: 'done' })
  expect(await interaction(at)).toMatchObject({ policiesDue: false, satisfied: true })
  const { body } = await here.answer(at.searchParams.get('interaction')!, 'login')
  const tokens = await client.authorizationCodeGrant(config, await authorize(here, body.redirectTo), checks)
  expect(tokens.claims()).toMatchObject({ sub: ada, acr: 'TWO_FACTOR_AUTH' })

  // An application of no site asks for nothing of this.
  const plain = await relyingParty(url, await application(own, 'Plain', { firstParty: true }))
  expect((await here.follow((await request(plain, { prompt: 'none' })).address)).at.searchParams.get('code')).toBeTruthy()
  const removed = await fetch(`${url}/api/v1/content-providers/${site.id}`, { method: 'DELETE', headers: { authorization: key.authorization } })
  expect([removed.status, ((await removed.json()) as { code: string }).code]).toEqual([409, 'still_referenced'])
})

test('policies for all sites and of our own are asked of an open session by every application, whether it is of a site or not', async () => {
  const { ctx: own, url } = await oidcServer()
  const key = { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' }
  const rest = async (method: string, path: string, body: object) => (await (await fetch(`${url}/api/v1${path}`, { method, headers: key, body: JSON.stringify(body) })).json()) as { id: string }
  const here = await rest('POST', '/content-providers', { name: 'Own', domainPattern: 'localhost' })
  const elsewhere = await rest('POST', '/content-providers', { name: 'Elsewhere', domainPattern: 'elsewhere.example.com' })
  const [none, some] = [await application(own, 'Of none', { firstParty: true }), await application(own, 'Of one', { firstParty: true, siteId: elsewhere.id })]
  const configs = [await relyingParty(url, none), await relyingParty(url, some)]
  const ada = await person(own, 'ada', { status: 'ACTIVE' })
  const browser = new Browser(url)
  browser.setSession((await signIn(own, ada)).token)
  const silently = () => Promise.all(configs.map(async (config) => (await browser.follow((await request(config, { prompt: 'none' })).address)).at.searchParams.get('error')))
  const post = async (path: string, body: object) => (await browser.fetch(`/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify(body) })).json()
  expect(await silently()).toEqual([null, null])
  for (const contentProviderId of [undefined, here.id]) {
    const { id: policyId } = await rest('POST', '/it-policies', { active: true })
    const { id: version } = await rest('POST', '/it-policy-versions', { policyId, name: 'Rules', content: 'Be kind.', active: true, ...(contentProviderId === undefined ? {} : { contentProviderId }) })
    expect(await silently()).toEqual(['interaction_required', 'interaction_required'])
    const { at } = await browser.follow((await request(configs[0]!)).address)
    const asked = await (await browser.fetch(`/api/v1/interactions/${at.searchParams.get('interaction')}`)).json()
    expect(asked).toMatchObject({ reasons: ['site_policies'], policiesDue: true, satisfied: false })
    expect(asked).not.toHaveProperty('site')
    expect(await post('/sign-in/site', {})).toMatchObject({ next: 'accept_policy', policies: [{ id: version }] })
    expect(await post('/sign-in/policy', { policy: version, accepted: true })).toMatchObject({ next: 'done' })
    expect(await silently()).toEqual([null, null])
  }
  // Nothing is due any more: another request of the same moment is not put out by a new token.
  const again = await browser.fetch('/api/v1/sign-in/site', { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: '{}' })
  expect([again.status, again.headers.get('set-cookie'), await again.json()]).toEqual([200, null, expect.objectContaining({ next: 'done', userId: ada })])
  const onward = await browser.fetch('/api/v1/sign-in/site', { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify({ site: elsewhere.id }) })
  expect([onward.status, onward.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('gatehouse=')])
})
