/** Signing in by OpenID Connect: openid-client as the application, with all its checks, against a server on a port. */
import * as client from 'openid-client'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'

const { ctx, url } = await oidcServer()
const ada = await person(ctx, 'ada', { phoneNumbers: [{ value: '123', countryCd: '44' }], addresses: [{ locality: 'London', address1: 'St James 1' }], title: 'Countess' })

async function browserOf(userId: string, options: Parameters<typeof signIn>[2] = {}): Promise<Browser> {
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, userId, options)).token)
  return browser
}

describe('authorization code with PKCE', () => {
  test('asks for consent once, gives claims of the directory, and remembers', async () => {
    const app = await application(ctx, 'Notebook')
    const config = await relyingParty(url, app)
    expect(config.serverMetadata()).toMatchObject({ issuer: `${url}/oidc`, code_challenge_methods_supported: ['S256'], acr_values_supported: ['PASSWORD_AUTH', 'TWO_FACTOR_AUTH', 'PASSKEY_AUTH'] })
    const browser = await browserOf(ada)
    const { address, checks } = await request(config, { scope: 'openid profile email phone address' })
    const { at } = await browser.follow(address)
    expect(at.pathname).toBe('/consent')
    const uid = at.searchParams.get('interaction')!
    const asked = (await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()) as { scopes: { name: string }[] }
    expect(asked).toMatchObject({ prompt: 'consent', client: { id: app.id, name: 'Notebook', firstParty: false } })
    expect(asked.scopes.map(({ name }) => name)).toEqual(['openid', 'profile', 'email', 'phone', 'address'])
    const { status, body } = await browser.answer(uid, 'consent')
    expect(status).toBe(200)
    const landed = (await browser.follow(body.redirectTo)).at
    const tokens = await client.authorizationCodeGrant(config, landed, checks)
    expect(tokens.claims()).toMatchObject({ sub: ada, aud: app.id, iss: `${url}/oidc` })
    expect(await client.fetchUserInfo(config, tokens.access_token, ada)).toMatchObject({
      sub: ada, name: 'ada Lovelace', given_name: 'ada', preferred_username: 'ada', email: 'ada@example.com', phone_number: '+44 123', title: 'Countess',
      address: { locality: 'London', street_address: 'St James 1' },
    })
    const again = await request(config, { scope: 'openid email' })
    expect((await browser.follow(again.address)).at.origin).toBe('https://app.example.com')
    const elsewhere = await browserOf(ada)
    expect((await elsewhere.follow((await request(config)).address)).at.origin).toBe('https://app.example.com')
  })
})

describe('claims', () => {
  test('say whether the address was shown to be theirs, by what went to it', async () => {
    const config = await relyingParty(url, await application(ctx, 'Verifies', { firstParty: true }))
    const eve = await person(ctx, 'eve')
    const claimsNow = async () => {
      const { address, checks } = await request(config)
      const tokens = await client.authorizationCodeGrant(config, await authorize(await browserOf(eve), address), checks)
      return client.fetchUserInfo(config, tokens.access_token, eve)
    }
    expect(await claimsNow()).toMatchObject({ email: 'eve@example.com', email_verified: false })
    await ctx.db.execute(`insert into user_auth_param (param_id, user_id, type, param_value, confirmed, confirmed_type) values ('p1', $1, 'EMAIL', 'Eve@example.com', 'Y', 'LINK')`, [eve])
    expect(await claimsNow()).toMatchObject({ email: 'eve@example.com', email_verified: true })
    await ctx.db.execute(`update email_address set email_address = 'new@example.com' where parent_id = $1`, [eve])
    expect(await claimsNow()).toMatchObject({ email: 'new@example.com', email_verified: false })
  })

  test('say whether the number was proved, and in which language people are written to', async () => {
    const config = await relyingParty(url, await application(ctx, 'Calls', { firstParty: true }))
    expect(config.serverMetadata().claims_supported).toEqual(expect.arrayContaining(['locale', 'phone_number_verified']))
    const fay = await person(ctx, 'fay', { preferredLanguage: 'de_at', phoneNumbers: [{ value: '170 1234567', countryCd: '49' }] })
    const claimsNow = async (scope = 'openid profile phone') => {
      const { address, checks } = await request(config, { scope })
      const tokens = await client.authorizationCodeGrant(config, await authorize(await browserOf(fay), address), checks)
      return client.fetchUserInfo(config, tokens.access_token, fay)
    }
    expect(await claimsNow()).toMatchObject({ phone_number: '+49 170 1234567', phone_number_verified: false, locale: 'de-AT' })
    await ctx.db.execute(`insert into user_auth_param (param_id, user_id, type, param_value, confirmed) values ('n1', $1, 'SMS', '+491701234567', 'N'), ('n2', $1, 'SMS', '+491700000000', 'Y')`, [fay])
    expect(await claimsNow()).toMatchObject({ phone_number_verified: false })
    await ctx.db.execute(`update user_auth_param set confirmed = 'Y' where user_id = $1`, [fay])
    expect(await claimsNow()).toMatchObject({ phone_number_verified: true })
    await expect(patchUser(ctx, fay, { preferredLanguage: 'a language' })).rejects.toMatchObject({ code: 'invalid_value' })
    await patchUser(ctx, fay, { phoneNumbers: [] })
    await ctx.db.execute(`update users set preferred_language = 'a language' where user_id = $1`, [fay])
    const bare = await claimsNow()
    for (const name of ['locale', 'phone_number', 'phone_number_verified']) expect(bare).not.toHaveProperty(name)
    expect(await claimsNow('openid email')).not.toHaveProperty('locale')
  })

  test('are asked for one by one, consented to as what gives them, and only where the client has that', async () => {
    const app = await application(ctx, 'Picky', { scopes: ['openid', 'profile', 'email'] })
    const config = await relyingParty(url, app)
    const browser = await browserOf(ada)
    const claims = JSON.stringify({ id_token: { email: { essential: true }, auth_time: null }, userinfo: { given_name: null } })
    const { address, checks } = await request(config, { scope: 'openid', claims })
    const { at } = await browser.follow(address)
    expect(at.pathname).toBe('/consent')
    const asked = (await (await browser.fetch(`/api/v1/interactions/${at.searchParams.get('interaction')}`)).json()) as { scopes: { name: string }[] }
    expect(asked.scopes.map(({ name }) => name).toSorted()).toEqual(['email', 'openid', 'profile'])
    const { body } = await browser.answer(at.searchParams.get('interaction')!, 'consent')
    const tokens = await client.authorizationCodeGrant(config, (await browser.follow(body.redirectTo)).at, checks)
    expect(tokens.claims()).toMatchObject({ email: 'ada@example.com', auth_time: expect.any(Number) })
    expect(tokens.claims()).not.toHaveProperty('given_name')
    const info = await client.fetchUserInfo(config, tokens.access_token, ada)
    expect(info).toMatchObject({ sub: ada, given_name: 'ada' })
    expect(info).not.toHaveProperty('family_name')
    // Remembered: neither the same nor the scopes themselves are asked for again.
    const again: Record<string, string>[] = [{ scope: 'openid', claims }, { scope: 'openid email profile' }]
    for (const more of again) expect((await browser.follow((await request(config, more)).address)).at.origin).toBe('https://app.example.com')
    const errorOf = async (wanted: unknown) => (await browser.follow((await request(config, { scope: 'openid', claims: JSON.stringify(wanted) })).address)).at.searchParams.get('error')
    expect([await errorOf({ userinfo: { groups: null } }), await errorOf({ id_token: { acr: { essential: true, values: ['PASSKEY_AUTH'] } } }), await errorOf({ id_token: { email: 'x' } })]).toEqual(['invalid_scope', 'invalid_request', 'invalid_request'])
  })
})

describe('what a request may want of the sign-in', () => {
  test('nobody signed in goes to the sign-in page, and on from there', async () => {
    const app = await application(ctx, 'Fresh', { firstParty: true })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    // No user name is that long.
    for (const length of [220, 221]) {
      const hinted = (await browser.follow((await request(config, { login_hint: 'x'.repeat(length) })).address)).at.searchParams.get('interaction')!
      expect(((await (await browser.fetch(`/api/v1/interactions/${hinted}`)).json()) as { loginHint?: string }).loginHint?.length).toBe(length > 220 ? undefined : length)
    }
    const { address, checks } = await request(config)
    const { at } = await browser.follow(address)
    expect(at.pathname).toBe('/sign-in')
    const [uid, back] = [at.searchParams.get('interaction')!, at.searchParams.get('return')!]
    expect(back).toBe(`/oidc/interaction/${uid}`)
    expect(await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()).toMatchObject({ prompt: 'login', signedIn: false, satisfied: false, leastLevel: 0 })
    expect((await browser.answer(uid, 'login')).status).toBe(409)
    expect((await browser.follow(back)).at.pathname).toBe('/sign-in')
    browser.setSession((await signIn(ctx, ada)).token)
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, back), checks)
    expect(tokens.claims()!.sub).toBe(ada)
  })

  test('each sign-in to an application is in the audit, once, whether anything was asked or not; refreshing is none', async () => {
    const config = await relyingParty(url, await application(ctx, 'Told', { firstParty: true, scopes: ['openid', 'offline_access'], grantTypes: ['authorization_code', 'refresh_token'] }))
    const { client_id: clientId } = config.clientMetadata()
    const told = async () => (await ctx.db.query<{ actor: string; changes: string; origin: string }>(`select actor_id as actor, changes::text as changes, origin::text as origin from gatehouse.audit_event where action = 'user.application.sign-in' and target_id = $1 and changes::text like $2 order by event_id`, [ada, `%${clientId}%`]))
    const browser = await browserOf(ada)
    const { address, checks } = await request(config, { scope: 'openid offline_access', prompt: 'consent' })
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
    expect((await told()).map(({ actor, changes, origin }) => [actor, JSON.parse(changes), JSON.parse(origin).ip])).toEqual([[ada, [{ path: `applications[${clientId}]`, after: { name: 'Told', scopes: ['openid', 'offline_access'] } }], '127.0.0.1']])
    await client.refreshTokenGrant(config, tokens.refresh_token!)
    expect(await told()).toHaveLength(1)
    expect((await browser.follow((await request(config, { scope: 'openid', prompt: 'none' })).address)).at.searchParams.get('code')).toBeTruthy()
    expect(await told()).toHaveLength(2)
    expect((await new Browser(url).follow((await request(config, { scope: 'openid', prompt: 'none' })).address)).at.searchParams.get('error')).toBe('login_required')
    expect(await told()).toHaveLength(2)
  })

  test('prompt=none is answered without a page: a code, or login_required, or consent_required', async () => {
    const [own, foreign] = [await application(ctx, 'Silent', { firstParty: true }), await application(ctx, 'Silent too')]
    const silent = async (browser: Browser, app: typeof own) => (await browser.follow((await request(await relyingParty(url, app), { prompt: 'none' })).address)).at.searchParams
    expect((await silent(new Browser(url), own)).get('error')).toBe('login_required')
    expect((await silent(await browserOf(ada), own)).get('code')).toBeTruthy()
    expect((await silent(await browserOf(ada), foreign)).get('error')).toBe('consent_required')
  })

  test('prompt=login and max_age want a sign-in that is new enough', async () => {
    const config = await relyingParty(url, await application(ctx, 'Careful', { firstParty: true }))
    const browser = await browserOf(ada, { at: new Date(Date.now() - 3_600_000) })
    const asked: Record<string, string>[] = [{ prompt: 'login' }, { max_age: '60' }]
    for (const more of asked) {
      const { address, checks } = await request(config, more)
      const { at } = await browser.follow(address)
      expect(at.pathname).toBe('/sign-in')
      expect((await browser.answer(at.searchParams.get('interaction')!, 'login')).status).toBe(409)
      browser.setSession((await signIn(ctx, ada)).token)
      const { body } = await browser.answer(at.searchParams.get('interaction')!, 'login')
      const landed = (await browser.follow(body.redirectTo)).at
      expect((await client.authorizationCodeGrant(config, landed, { ...checks, ...('max_age' in more ? { maxAge: 60 } : {}) })).claims()!.sub).toBe(ada)
      browser.setSession((await signIn(ctx, ada, { at: new Date(Date.now() - 3_600_000) })).token)
    }
    expect((await browser.follow((await request(config, { max_age: '7200' })).address)).at.origin).toBe('https://app.example.com')
  })

  test('prompt=select_account asks as whom one goes on, also with prompt=login: as who is here, or as somebody else', async () => {
    const app = await application(ctx, 'For several')
    const config = await relyingParty(url, app)
    expect(config.serverMetadata().prompt_values_supported).toContain('select_account')
    const bea = await person(ctx, `bea-${app.id}`)
    const long = new Date(Date.now() - 3_600_000)
    const ask = async (browser: Browser, prompt: string) => {
      const { address, checks } = await request(config, { prompt })
      const uid = (await browser.follow(address)).at.searchParams.get('interaction')!
      const asked = (await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()) as { prompt: string; satisfied: boolean }
      return { uid, checks, asked }
    }
    const subjectOf = async (browser: Browser, address: string, checks: client.AuthorizationCodeGrantChecks) => (await client.authorizationCodeGrant(config, await authorize(browser, address), checks)).claims()!.sub
    const browser = await browserOf(ada, { at: long })
    const { uid, checks, asked } = await ask(browser, 'select_account')
    expect(asked).toMatchObject({ prompt: 'select_account', satisfied: false })
    // Not by itself, however often the page is opened.
    expect((await browser.follow(`/oidc/interaction/${uid}`)).at.pathname).toBe('/sign-in')
    expect(await subjectOf(browser, (await browser.answer(uid, 'login')).body.redirectTo, checks)).toBe(ada)
    // Somebody else signs in, and the session in which it was asked ends.
    const other = await ask(browser, 'select_account')
    await ctx.db.execute('delete from auth_state where user_id = $1', [ada])
    browser.setSession((await signIn(ctx, bea)).token)
    expect(await subjectOf(browser, `/oidc/interaction/${other.uid}`, other.checks)).toBe(bea)
    // With login, who chose who is here has to sign in anew all the same.
    browser.setSession((await signIn(ctx, ada, { at: long })).token)
    const both = await ask(browser, 'select_account login')
    const { at } = await browser.follow((await browser.answer(both.uid, 'login')).body.redirectTo)
    expect(at.pathname).toBe('/sign-in')
    const next = at.searchParams.get('interaction')!
    expect((await browser.answer(next, 'login')).status).toBe(409)
    browser.setSession((await signIn(ctx, ada)).token)
    expect(await subjectOf(browser, (await browser.answer(next, 'login')).body.redirectTo, both.checks)).toBe(ada)
    // Nobody is here: signing in is choosing.
    const fresh = new Browser(url)
    const first = await ask(fresh, 'select_account')
    expect((await fresh.answer(first.uid, 'login')).status).toBe(409)
    fresh.setSession((await signIn(ctx, bea)).token)
    expect(await subjectOf(fresh, `/oidc/interaction/${first.uid}`, first.checks)).toBe(bea)
    // Nor as who is not here any more: somebody else has signed in meanwhile.
    fresh.setSession((await signIn(ctx, bea, { at: long })).token)
    const shown = await ask(fresh, 'select_account')
    expect((await fresh.answer(shown.uid, 'login', {}, { user: ada })).status).toBe(409)
    expect((await fresh.answer(shown.uid, 'login', {}, { user: bea })).status).toBe(200)
    // Who signs in to be chosen is not asked to sign in once more, in whatever second that is asked.
    const later = new Browser(url)
    const chosen = await ask(later, 'select_account login')
    later.setSession((await signIn(ctx, bea)).token)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await subjectOf(later, `/oidc/interaction/${chosen.uid}`, chosen.checks)).toBe(bea)
    // Not from another browser.
    const stranger = await browserOf(bea)
    expect((await stranger.answer((await ask(browser, 'select_account')).uid, 'login')).status).toBe(404)
  })

  test('auth_time is when somebody last proved who they are, however old their session is', async () => {
    const config = await relyingParty(url, await application(ctx, 'Timely', { firstParty: true }))
    const { token, sessionId } = await signIn(ctx, ada, { at: new Date(Date.now() - 3_600_000) })
    const browser = new Browser(url)
    browser.setSession(token)
    const timeOf = async () => {
      const { address, checks } = await request(config, { max_age: '7200' })
      return (await client.authorizationCodeGrant(config, await authorize(browser, address), { ...checks, maxAge: 7200 })).claims()!.auth_time!
    }
    expect(await timeOf()).toBeLessThan(Date.now() / 1000 - 3500)
    await ctx.db.execute(`update auth_state set proved_at = now() - interval '1 minute' where session_id = $1`, [sessionId])
    expect(Math.abs(Date.now() / 1000 - 60 - (await timeOf()))).toBeLessThan(30)
    const silent = async (parameters: Record<string, string>) => (await browser.follow((await request(config, { ...parameters, prompt: 'none' })).address)).at.searchParams
    expect((await silent({ max_age: '600' })).get('code')).toBeTruthy()
    // Okta let them in and did not say when they proved it there: no session here, however new, says more.
    await ctx.db.execute(`update auth_state set proved_at = null, last_login = now() where session_id = $1`, [sessionId])
    expect((await silent({ max_age: '600' })).get('error')).toBe('login_required')
    expect((await silent({})).get('code')).toBeTruthy()
  })

  test('a level, of the client or of acr_values, is reached by stepping up, and told', async () => {
    const weak = await application(ctx, 'Weak', { firstParty: true })
    const strong = await application(ctx, 'Strong', { firstParty: true, leastLevel: 2 })
    const browser = await browserOf(ada)
    for (const [app, more] of [[weak, { acr_values: 'TWO_FACTOR_AUTH PASSKEY_AUTH' }], [strong, {}]] as const) {
      const config = await relyingParty(url, app)
      const none = (await browser.follow((await request(config, { ...more, prompt: 'none' })).address)).at
      expect(none.searchParams.get('error')).toBe('unmet_authentication_requirements')
      const { address, checks } = await request(config, more)
      const { at } = await browser.follow(address)
      expect(at.pathname).toBe('/sign-in')
      expect(await (await browser.fetch(`/api/v1/interactions/${at.searchParams.get('interaction')}`)).json()).toMatchObject({ leastLevel: 2, signedIn: true, satisfied: false })
      expect((await browser.follow(at.searchParams.get('return')!)).at.pathname).toBe('/sign-in')
      browser.setSession((await signIn(ctx, ada, { level: 2.5 })).token)
      const tokens = await client.authorizationCodeGrant(config, await authorize(browser, at.searchParams.get('return')!), checks)
      expect(tokens.claims()).toMatchObject({ acr: 'TWO_FACTOR_AUTH', amr: ['pwd', 'otp', 'mfa'] })
      browser.setSession((await signIn(ctx, ada)).token)
    }
  })

  test('a weaker proof, however new, is told with its own level, and meets no demand for a stronger one', async () => {
    const config = await relyingParty(url, await application(ctx, 'Exact', { firstParty: true }))
    const { token, sessionId } = await signIn(ctx, ada, { level: 2, at: new Date(Date.now() - 3_600_000) })
    const browser = new Browser(url)
    browser.setSession(token)
    const { address } = await request(config, { prompt: 'login', acr_values: 'TWO_FACTOR_AUTH' })
    const { at } = await browser.follow(address)
    await ctx.db.execute(`update auth_state set proved_at = now(), proved_level = 1.5, proved_by = '{PASSWORD,TOTP,SMS}' where session_id = $1`, [sessionId])
    expect((await browser.answer(at.searchParams.get('interaction')!, 'login')).status).toBe(409)
    const plain = await request(config)
    expect((await client.authorizationCodeGrant(config, await authorize(browser, plain.address), plain.checks)).claims()!.acr).not.toBe('TWO_FACTOR_AUTH')
    await ctx.db.execute('update auth_state set proved_level = 2 where session_id = $1', [sessionId])
    expect((await browser.answer(at.searchParams.get('interaction')!, 'login')).status).toBe(200)
  })

  test.each<Record<string, string>>([{ prompt: 'login' }, { max_age: '60' }])('a factor that is added meanwhile is no sign-in anew: %o', async (more) => {
    const name = `adds-${Object.keys(more)[0]}`
    const id = await person(ctx, name)
    const config = await relyingParty(url, await application(ctx, name, { firstParty: true }))
    const begun = new Date(Date.now() - 300_000)
    const browser = await browserOf(id, { at: begun })
    const { address, checks } = await request(config, { ...more, acr_values: 'TWO_FACTOR_AUTH' })
    const { at } = await browser.follow(address)
    const uid = at.searchParams.get('interaction')!
    const asked = async () => (await browser.fetch(`/api/v1/interactions/${uid}`)).json()
    expect(await asked()).toMatchObject({ anew: true, satisfied: false })
    const send = async (path: string, body: object) => (await browser.fetch(`/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify(body) })).json()
    const factor = (await send('/me/factors', { type: 'TOTP' })) as { id: string; uri: string }
    const secret = Secret.fromBase32(new URL(factor.uri).searchParams.get('secret')!)
    await send(`/me/factors/${factor.id}/confirm`, { code: new TOTP({ secret }).generate() })
    expect((await ctx.db.query('select auth_state::float as level, proved_level::float as proved, proved_at as at from auth_state where user_id = $1', [id]))).toMatchObject([{ level: 2, proved: 2, at: begun.toISOString() }])
    expect(await asked()).toMatchObject({ anew: true, satisfied: false })
    expect((await browser.answer(uid, 'login')).status).toBe(409)
    browser.setSession((await signIn(ctx, id, { level: 2.5 })).token)
    expect(await asked()).toMatchObject({ anew: false, satisfied: true })
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, at.searchParams.get('return')!), checks)
    expect(tokens.claims()!.acr).toBe('TWO_FACTOR_AUTH')
  })

  test('an abort goes back to the client without anything', async () => {
    const config = await relyingParty(url, await application(ctx, 'Refused'))
    const browser = await browserOf(ada)
    const { at } = await browser.follow((await request(config)).address)
    const { body } = await browser.answer(at.searchParams.get('interaction')!, 'abort')
    expect((await browser.follow(body.redirectTo)).at.searchParams.get('error')).toBe('access_denied')
  })

  test('a pairwise client learns an id of its own, the same each time', async () => {
    const subOf = async (name: string, subjectType: string) => {
      const config = await relyingParty(url, await application(ctx, name, { firstParty: true, subjectType, redirectUris: [`https://${name}.example.com/callback`] }))
      const subs: string[] = []
      for (let time = 0; time < 2; time++) {
        const { address, checks } = await request(config, { redirect_uri: `https://${name}.example.com/callback` })
        const tokens = await client.authorizationCodeGrant(config, (await (await browserOf(ada)).follow(address)).at, checks)
        subs.push(tokens.claims()!.sub)
        expect((await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)).sub).toBe(subs.at(-1))
      }
      expect(subs[0]).toBe(subs[1])
      return subs[0]!
    }
    const [one, other] = [await subOf('one', 'pairwise'), await subOf('two', 'pairwise')]
    expect(new Set([one, other, ada]).size).toBe(3)
    expect(await subOf('three', 'public')).toBe(ada)
  })
})

describe('groups and roles', () => {
  test('stand in claims when asked for, by any way, and are bounded in number', async () => {
    const bob = await person(ctx, 'bob')
    await ctx.db.execute(`insert into grp (grp_id, grp_name, create_date, status) select 'g' || n, 'Group ' || lpad(n::text, 3, '0'), now(), 'ACTIVE' from generate_series(1, 150) n`)
    await ctx.db.execute(`insert into user_grp (membership_id, user_id, grp_id, create_date) select 'm' || n, $1, 'g' || n, now() from generate_series(1, 150) n`, [bob])
    const config = await relyingParty(url, await application(ctx, 'Teams', { firstParty: true }))
    const { address, checks } = await request(config, { scope: 'openid groups roles' })
    const tokens = await client.authorizationCodeGrant(config, await authorize(await browserOf(bob), address), checks)
    const claims = await client.fetchUserInfo(config, tokens.access_token, bob)
    expect(claims.groups).toHaveLength(100)
    expect(claims).toMatchObject({ groups_truncated: true, roles: [] })
    expect((claims.groups as string[])[0]).toMatch(/^Group /)
  })
})
