/** What applications hold for offline access, when somebody is to be put out of everything: recovery, and the ends of all sessions. */
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { operate } from '../src/directory/lifecycle.ts'
import { endPeople, inactivatePeople } from '../src/directory/nightly.ts'
import { bulkRequest, planBulk, runBulk } from '../src/directory/bulk.ts'
import type { Operation } from '../src/model/lifecycle.ts'
import { resetCodeHash } from '../src/model/factor.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { changeOwnPassword } from '../src/signin/password-change.ts'
import { askForRecovery, completeRecovery, recoverAccounts } from '../src/signin/recovery.ts'
import { completeBySms } from '../src/signin/recovery-by-sms.ts'
import { patchClient } from '../src/signin/oidc-clients.ts'
import { endEverySession, endSessions } from '../src/signin/sessions.ts'
import { listConsents } from '../src/store/oidc-consents.ts'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { writeResetCode } from '../src/store/recovery.ts'
import { givePassword, password } from './browser.ts'
import { csv, imported } from './import-harness.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn, type Application } from './oidc-harness.ts'
import { testKey } from './rest-server.ts'

const { ctx, url, masterKey } = await oidcServer()
const app = await application(ctx, 'Thief\'s')
const next = 'another horse, another battery'

/** Tokens of an application, from a browser of this sign-in. */
async function tokensIn(token: string, by: Application = app, scope = 'openid offline_access') {
  const config = await relyingParty(url, by)
  const browser = new Browser(url)
  browser.setSession(token)
  const { address, checks } = await request(config, { scope, prompt: 'consent' })
  const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
  return {
    isActive: async () => (await client.tokenIntrospection(config, tokens.access_token)).active,
    refresh: () => client.refreshTokenGrant(config, tokens.refresh_token!).then(() => 'given', ({ error }: { error?: string }) => error),
  }
}

async function somebody(name: string): Promise<string> {
  const id = await person(ctx, name, { status: 'ACTIVE' })
  await givePassword(ctx, id)
  return id
}

async function byLink(name: string): Promise<void> {
  await askForRecovery(ctx, 'PASSWORD', name)
  await recoverAccounts(ctx, masterKey)
  const mail = (await waitingMessages(ctx.db, ctx.now().toISOString(), 200)).find(({ recipient }) => recipient === `${name}@example.com`)!
  await completeRecovery(ctx, { token: new URL(secretsOf(mail, masterKey).link!).hash.slice(1), next })
}

async function bySms(name: string, id: string): Promise<void> {
  const { login } = (await ctx.db.first<{ login: string }>('select login_id as login from login where user_id = $1', [id]))!
  await ctx.db.transaction((tx) => writeResetCode(tx, login, { hash: resetCodeHash(login, '12345678'), made: ctx.now(), expires: new Date(ctx.now().getTime() + 60_000), most: 10 }))
  await completeBySms(ctx, { userName: name, code: '12345678', next })
}

const deleted = async (path: string, token = testKey) => expect((await fetch(`${url}/api/v1${path}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })).status).toBe(204)

const ways: [string, (name: string, id: string) => Promise<unknown>][] = [
  ['recovery by a link', byLink],
  ['recovery by SMS', bySms],
  ['the help desk, that ends all sessions', (_name, id) => deleted(`/users/${id}/sessions`)],
  ['the person, who ends all others', (_name, id) => endSessions(ctx, id, undefined, { session: 'another' })],
  ['the end of everybody\'s sessions', () => endEverySession(ctx)],
]

/** Somebody who has granted offline access twice, of whose first sign-in nothing else is left; and what says that all of it is gone. */
async function granted(name: string): Promise<{ id: string; expectGone: () => Promise<void> }> {
  const id = await somebody(name)
  // The sign-in is over: nothing but the tokens is left of it.
  const { token, sessionId } = await signIn(ctx, id)
  const { refresh, isActive } = await tokensIn(token)
  await endSessions(ctx, id, sessionId)
  expect([await refresh(), await isActive()]).toEqual(['given', true])
  const again = await tokensIn((await signIn(ctx, id)).token)
  return { id, async expectGone() {
    expect([await again.refresh(), await again.isActive(), await isActive()]).toEqual(['invalid_grant', false, false])
    expect((await listConsents(ctx.db, id, ctx.now())).map(({ clientId }) => clientId)).toEqual([app.id])
  } }
}

test.each(ways)('is taken away by %s; what was consented to stays', async (way, end) => {
  const name = `p${ways.findIndex(([one]) => one === way)}`
  const { id, expectGone } = await granted(name)
  await end(name, id)
  await expectGone()
  expect(await ctx.db.query(`select from gatehouse.oidc_artifact where user_id = $1 and kind <> 'Session'`, [id])).toEqual([])
})

async function rest(method: string, path: string, body: object = {}): Promise<void> {
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  expect(answer.status, await answer.text()).toBe(200)
}

const operated: [string, Operation | undefined][] = [['lock', 'unlock'], ['disable', 'enable'], ['deactivate', 'activate'], ['leave', 'return'], ['terminate', 'rehire'], ['retire', 'rehire'], ['reset', undefined]]
/** Whom too many wrong passwords have locked has lost nothing: what comes then takes all of it. */
const lockedByFailures = (id: string) => ctx.db.execute(`update users set secondary_status = 'LOCKED' where user_id = $1`, [id])

const departures: [string, (id: string, name: string) => Promise<unknown>, Operation | undefined][] = [
  ...operated.map(([operation, back]): (typeof departures)[number] => [`POST …/${operation}`, (id) => rest('POST', `/users/${id}/${operation}`), back]),
  ['active false', (id) => rest('PATCH', `/users/${id}`, { active: false }), 'enable'],
  ['a bulk operation', async (_id, name) => applyPlan(ctx, (await planBulk(ctx, bulkRequest({ operation: 'disable', filter: `userName eq "${name}"` }))).id, runBulk), 'enable'],
  ['the night after the last date', async (id) => {
    await ctx.db.execute(`update users set last_date = current_date - 2 where user_id = $1`, [id])
    await endPeople(ctx)
  }, 'rehire'],
  ['falling inactive', fallInactive, 'activate'],
  ['falling inactive while locked by failures', async (id) => {
    await lockedByFailures(id)
    await fallInactive(id)
  }, 'activate'],
  ['terminating who is locked by failures', async (id) => {
    await lockedByFailures(id)
    await operate(ctx, id, 'terminate', undefined)
  }, 'rehire'],
  ['an import', (_id, name) => imported(ctx, csv('userName,secondaryStatus', `${name},DISABLED`)), 'enable'],
  ['an import of who has left', (_id, name) => imported(ctx, csv('userName,status', `${name},TERMINATED`)), 'rehire'],
  ['the login being switched off', (id) => ctx.db.execute(`update login set is_active = 'N' where user_id = $1 and managed_sys_id = '0'`, [id]), undefined],
  ['the login authenticating otherwise', (id) => ctx.db.execute(`update login set auth_type = 'SAML' where user_id = $1 and managed_sys_id = '0'`, [id]), undefined],
  ['the login going', (id) => ctx.db.execute(`delete from login where user_id = $1 and managed_sys_id = '0'`, [id]), undefined],
  ['a password that somebody else wrote', (id) => ctx.db.execute(`update login set password = '{SSHA}x' where user_id = $1 and managed_sys_id = '0'`, [id]), undefined],
  ['the end of whom they follow', async (id) => {
    const first = await somebody(`first-of-${id.slice(-8)}`)
    await rest('PATCH', `/users/${first}`, { relations: [{ user: id, type: 'ADMIN_ACCOUNT' }] })
    await operate(ctx, first, 'terminate', { includeRelated: true })
  }, 'rehire'],
]

async function fallInactive(id: string): Promise<void> {
  await ctx.db.execute(`update login set pwd_exp = now() - interval '1 day', last_login = now() - interval '100 days' where user_id = $1`, [id])
  await inactivatePeople({ ...ctx, config: { ...ctx.config, INACTIVE_AFTER_DAYS: 90 } })
}

test.each(departures)('does not come back after %s', async (way, leave, back) => {
  const name = `d${departures.findIndex(([one]) => one === way)}`
  const { id, expectGone } = await granted(name)
  await leave(id, name)
  if (back) await operate(ctx, id, back, undefined)
  await ctx.db.execute('update login set pwd_exp = null where user_id = $1', [id])
  expect((await ctx.db.first<{ active: boolean }>('select status in (\'ACTIVE\', \'PENDING_INITIAL_LOGIN\') and secondary_status is null as active from users where user_id = $1', [id]))!.active).toBe(true)
  await expectGone()
})

test('of our own applications, which ask nothing, is listed to whom it concerns and to administrators while it lasts, and is taken back like any other', async () => {
  const id = await somebody('gil')
  const own = await application(ctx, 'Calendar', { firstParty: true })
  const { token, sessionId } = await signIn(ctx, id)
  const mine = { headers: { cookie: `gatehouse=${token}`, origin: url, 'content-type': 'application/json' } }
  const items = async (path: string, init: RequestInit) => ((await (await fetch(`${url}/api/v1${path}`, init)).json()) as { items: object[] }).items
  const listed = () => items('/me/consents', mine)
  await tokensIn(token, own, 'openid')
  expect(await listed()).toEqual([])
  const { refresh } = await tokensIn(token, own, 'openid profile offline_access')
  const held = [{ clientId: own.id, clientName: 'Calendar', firstParty: true, scopes: ['openid', 'profile', 'offline_access'] }]
  expect(await listed()).toMatchObject(held)
  expect(await items(`/users/${id}/consents`, { headers: { authorization: `Bearer ${testKey}` } })).toMatchObject(held)
  expect(await ctx.db.query(`select actor_id as by, origin ->> 'principal' as principal from gatehouse.audit_event where target_id = $1 and action = 'user.consents.add'`, [id])).toEqual([{ by: null, principal: `client ${own.id}` }])
  expect((await fetch(`${url}/api/v1/me/consents/${own.id}`, { method: 'DELETE', ...mine })).status).toBe(204)
  expect([await listed(), await refresh()]).toEqual([[], 'invalid_grant'])
  // What has ended otherwise is held no more.
  const again = await tokensIn(token, own)
  await endSessions(ctx, id, sessionId)
  expect([await again.refresh(), (await listConsents(ctx.db, id, ctx.now())).length]).toEqual(['given', 1])
  await deleted(`/users/${id}/sessions`)
  expect(await listConsents(ctx.db, id, ctx.now())).toEqual([])
})

test('of our own from before anything was noted of it is listed by what it holds, and taken back', async () => {
  const id = await somebody('fin')
  const own = await application(ctx, 'Oldest', { firstParty: true })
  const { refresh } = await tokensIn((await signIn(ctx, id)).token, own)
  await ctx.db.execute('delete from gatehouse.oidc_consent where user_id = $1', [id])
  expect(await listConsents(ctx.db, id, ctx.now())).toMatchObject([{ clientId: own.id, clientName: 'Oldest', firstParty: true, scopes: ['offline_access'], created: expect.anything(), lastModified: expect.anything() }])
  await deleted(`/users/${id}/consents/${own.id}`)
  expect([await listConsents(ctx.db, id, ctx.now()), await refresh()]).toEqual([[], 'invalid_grant'])
})

test('of our own is noted by all that it may still use, and of no application what somebody else has put into a link', async () => {
  const id = await somebody('ida')
  const [own, other] = [await application(ctx, 'House', { firstParty: true }), await application(ctx, 'Guest')]
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, id)).token)
  const follow = async (by: Application, scope: string) => (await browser.follow((await request(await relyingParty(url, by), { scope, prompt: 'consent' })).address)).at
  const noted = async (by: Application) => (await ctx.db.first<{ scopes: string[] }>('select scopes from gatehouse.oidc_consent where user_id = $1 and client_id = $2', [id, by.id]))?.scopes
  expect((await follow(own, `openid profile offline_access openid ${'x'.repeat(3000)}`)).searchParams.get('code')).toBeTruthy()
  expect(await noted(own)).toEqual(['openid', 'profile', 'offline_access'])
  // Links with less, which anybody can make, take nothing away while there is a code for more, and write nothing.
  for (const scope of ['openid offline_access other', 'openid profile offline_access', 'openid offline_access']) await follow(own, scope)
  expect(await noted(own)).toEqual(['openid', 'profile', 'offline_access'])
  expect(await ctx.db.query(`select 1 from gatehouse.audit_event where target_id = $1 and action = 'user.consents.add'`, [id])).toHaveLength(1)
  await ctx.db.execute(`update gatehouse.oidc_artifact set expires_at = now() where client_id = $1 and kind = 'AuthorizationCode'`, [own.id])
  await follow(own, 'openid offline_access')
  expect(await noted(own)).toEqual(['openid', 'offline_access'])
  for (const scope of ['openid email', 'openid email once more']) {
    const uid = (await follow(other, scope)).searchParams.get('interaction')!
    expect(((await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()) as { scopes: { name: string }[] }).scopes.map(({ name }) => name)).toEqual(['openid', 'email'])
    const { body } = await browser.answer(uid, 'consent')
    await browser.follow(body.redirectTo)
    expect((await noted(other))?.toSorted()).toEqual(['email', 'openid'])
  }
})

test('of our own is listed with what any of its tokens gives, single claims as the scopes they are of', async () => {
  const [id, own] = [await somebody('jon'), await application(ctx, 'Ledger', { firstParty: true })]
  const config = await relyingParty(url, own)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, id)).token)
  const given = async (more: Record<string, string>) => {
    const { address, checks } = await request(config, { prompt: 'consent', ...more })
    return client.authorizationCodeGrant(config, await authorize(browser, address), checks)
  }
  const listed = async () => (await listConsents(ctx.db, id, ctx.now())).flatMap(({ scopes }) => scopes).toSorted()
  const first = await given({ scope: 'openid profile offline_access' })
  await given({ scope: 'openid offline_access' })
  expect([await listed(), (await client.refreshTokenGrant(config, first.refresh_token!)).scope]).toEqual([['offline_access', 'openid', 'profile'], 'openid profile offline_access'])
  const single = await given({ scope: 'openid offline_access', claims: JSON.stringify({ userinfo: { email: null }, id_token: { phone_number: { essential: true }, auth_time: null } }) })
  expect(await client.fetchUserInfo(config, single.access_token, client.skipSubjectCheck)).toMatchObject({ email: 'jon@example.com' })
  expect(await listed()).toEqual(['email', 'offline_access', 'openid', 'phone', 'profile'])
})

test('of our own is noted of two codes at once by both', async () => {
  const [id, own] = [await somebody('kim'), await application(ctx, 'Twice', { firstParty: true })]
  const config = await relyingParty(url, own)
  for (let round = 0; round < 5; round++) {
    await ctx.db.execute('delete from gatehouse.oidc_artifact where client_id = $1', [own.id])
    await Promise.all(['openid profile offline_access', 'openid email offline_access'].map(async (scope) => {
      const browser = new Browser(url)
      browser.setSession((await signIn(ctx, id)).token)
      await authorize(browser, (await request(config, { scope, prompt: 'consent' })).address)
    }))
    expect((await ctx.db.first<{ scopes: string[] }>('select scopes from gatehouse.oidc_consent where client_id = $1', [own.id]))!.scopes.toSorted()).toEqual(['email', 'offline_access', 'openid', 'profile'])
  }
})

test('of an application that is our own no more ends, and was no consent of anybody', async () => {
  const own = await application(ctx, 'Sold', { firstParty: true })
  const { token } = await signIn(ctx, await somebody('hew'))
  const { refresh } = await tokensIn(token, own)
  await patchClient(ctx, own.id, { firstParty: false })
  expect(await refresh()).toBe('invalid_grant')
  const browser = new Browser(url)
  browser.setSession(token)
  const { address } = await request(await relyingParty(url, own), { scope: 'openid offline_access', prompt: 'none' })
  expect((await browser.follow(address)).at.searchParams.get('error')).toBe('consent_required')
})

test('ends with an event that names the applications, also where there is no session any more', async () => {
  const id = await somebody('eva')
  const { token, sessionId } = await signIn(ctx, id)
  await tokensIn(token)
  await endSessions(ctx, id, sessionId)
  await deleted(`/users/${id}/sessions`)
  await deleted(`/users/${id}/sessions`)
  const told = await ctx.db.query<{ changes: unknown }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.sessions.end' order by event_id`, [id])
  expect(told.map(({ changes }) => changes)).toEqual([[{ path: `sessions[${sessionId}]`, before: sessionId }], [{ path: `offlineAccess[${app.id}]`, before: app.id }]])
})

test('stays when a person changes their password, ends one session, or is locked by failures', async () => {
  const id = await somebody('ada')
  const { token, sessionId } = await signIn(ctx, id)
  const { refresh } = await tokensIn(token)
  await endSessions(ctx, id, sessionId)
  await changeOwnPassword(ctx, id, { current: password, next })
  expect(await refresh()).toBe('given')
  // Nor does a lock by wrong passwords, which any stranger can bring about, keep anything back.
  const again = await tokensIn((await signIn(ctx, id)).token)
  await lockedByFailures(id)
  expect([await again.isActive(), await again.refresh()]).toEqual([true, 'given'])
})

test('what rests on the session that ends all others goes on; somebody else\'s too', async () => {
  const [id, other] = [await somebody('bea'), await somebody('cal')]
  const { token, sessionId } = await signIn(ctx, id)
  const second = await application(ctx, 'Mine alone')
  const here = await tokensIn(token, second, 'openid')
  const elsewhere = await tokensIn((await signIn(ctx, id)).token, second, 'openid')
  const offline = await tokensIn(token)
  const theirs = await tokensIn((await signIn(ctx, other)).token)
  await endSessions(ctx, id, undefined, { session: sessionId })
  expect([await here.isActive(), await elsewhere.isActive(), await offline.refresh(), await theirs.refresh()]).toEqual([true, false, 'invalid_grant', 'given'])
})

test('ends with the password of a login; what rests on a passkey goes on, and so does all where there is still one', async () => {
  const id = await somebody('dee')
  const second = await application(ctx, 'Hers alone')
  const [byPassword, byPasskey] = [await signIn(ctx, id), await signIn(ctx, id)]
  await ctx.db.execute(`update auth_state set proved_by = array['WEBAUTHN'] where session_id = $1`, [byPasskey.sessionId])
  const [one, two] = [await tokensIn(byPassword.token, second, 'openid'), await tokensIn(byPasskey.token, second, 'openid')]
  const offline = await tokensIn(byPasskey.token)
  const set = (type: string) => ctx.db.execute(`update login set auth_type = $2 where user_id = $1 and managed_sys_id = '0'`, [id, type])
  await set(' password ')
  expect([await one.isActive(), await two.isActive(), await offline.isActive()]).toEqual([true, true, true])
  await set('PASSKEY')
  expect([await one.isActive(), await two.isActive(), await offline.isActive(), await offline.refresh()]).toEqual([false, true, false, 'invalid_grant'])
  // What a passkey has granted since stays, whatever the login is called then.
  const since = await tokensIn(byPasskey.token)
  await set('OKTA')
  expect(await since.refresh()).toBe('given')
})

test('of everybody ends by so many at once, and what is no grant of anybody stays', async () => {
  await ctx.db.execute(`insert into users (user_id, last_name, status) select 'many' || n, 'M', 'ACTIVE' from generate_series(1, 450) n`)
  await ctx.db.execute(`insert into gatehouse.oidc_artifact (artifact_hash, kind, grant_hash, user_id, payload, create_date, expires_at)
    select sha256((k || n)::bytea), k, case when k <> 'Session' then sha256(n::text::bytea) end, 'many' || n, '', now(), now() + interval '1 day' from generate_series(1, 450) n, unnest(array['RefreshToken', 'Grant', 'Session']) k`)
  await endEverySession(ctx)
  expect(await ctx.db.query(`select kind, count(*)::int as n from gatehouse.oidc_artifact where user_id like 'many%' or grant_hash is not null group by 1`)).toEqual([{ kind: 'Session', n: 450 }])
})
