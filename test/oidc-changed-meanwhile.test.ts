/** What an application gets while somebody changes it, or while the question ends: what was trusted, or consented to, was the one before. */
import { expect, test } from 'vitest'
import { patchClient } from '../src/signin/oidc-clients.ts'
import { giveConsent, noteTrust, revokeConsent } from '../src/signin/oidc-consents.ts'
import { endSessions } from '../src/signin/sessions.ts'
import type { Document } from '../src/model/attribute.ts'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'

const { ctx, url } = await oidcServer()
const scope = 'openid profile offline_access'
const elsewhere = 'https://elsewhere.example.com/callback'

/** Somebody who has signed in, and an application. */
async function start(name: string, more: Document) {
  const id = await person(ctx, name)
  const app = await application(ctx, name, more)
  const config = await relyingParty(url, app)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, id)).token)
  const ask = async (more: Record<string, string> = {}) => (await request(config, { scope, prompt: 'consent', ...more })).address
  return {
    id, app, browser, ask,
    left: async () => [
      ...(await ctx.db.query<{ left: string }>('select kind as left from gatehouse.oidc_artifact where client_id = $1 and kind <> \'Interaction\' order by 1', [app.id])),
      ...(await ctx.db.query<{ left: string }>('select \'consent\' as left from gatehouse.oidc_consent where client_id = $1', [app.id])),
    ].map(({ left }) => left),
    silently: async (address = callback) => (await browser.follow(await ask({ scope: 'openid profile', prompt: 'none', redirect_uri: address }))).at.searchParams.get('error') ?? 'given',
  }
}

/** Has something wait for an application at its first write, with which something else happens meanwhile. */
async function whileHeld<T>(id: string, act: () => Promise<T>, meanwhile: () => Promise<unknown>): Promise<T> {
  const [free, isHeld] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holder = ctx.db.transaction(async (tx) => {
    await tx.execute('select from gatehouse.oidc_client where client_id = $1 for update', [id])
    isHeld.resolve()
    await free.promise
  })
  await isHeld.promise
  const acting = act()
  await waiting(1)
  await meanwhile()
  free.resolve()
  await holder
  return acting
}

/** Changes an application while something is done: the change is made first, and what is done waits for it at its first write. */
async function whileChanging<T>(id: string, patch: Document, act: () => Promise<T>): Promise<T> {
  let acting!: Promise<T>
  await whileHeld(id, () => patchClient(ctx, id, patch), async () => {
    acting = act()
    await waiting(2)
  })
  return acting
}

/** Until so many statements wait for a lock. */
const waiting = async (many: number) =>
  expect.poll(async () => (await ctx.db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length, { timeout: 10_000 }).toBe(many)

const sold = { firstParty: false }

test('one that is our own no more is not trusted by a request that began before', async () => {
  const { app, browser, ask, left, silently } = await start('ann', { firstParty: true })
  const address = await ask()
  const { at } = await whileChanging(app.id, sold, () => browser.follow(address))
  expect([at.pathname, await left(), await silently()]).toEqual(['/consent', [], 'consent_required'])
})

test('nor by a question that needs no answer of anybody', async () => {
  const { app, browser, ask, left, silently } = await start('ben', { firstParty: true })
  const question = (await browser.fetch(await ask())).headers.get('location')!
  const { response } = await whileChanging(app.id, sold, () => browser.follow(question))
  expect([response.status, await left(), await silently()]).toEqual([404, [], 'consent_required'])
})

test('nor does a session that had signed in to it have more of it', async () => {
  const { app, browser, ask, left, silently } = await start('cat', { firstParty: true })
  await authorize(browser, await ask({ scope: 'openid' }))
  const address = await ask({ scope: 'openid profile', prompt: 'none' })
  const { at } = await whileChanging(app.id, sold, () => browser.follow(address))
  expect([at.searchParams.get('error'), await left(), await silently()]).toEqual(['consent_required', [], 'consent_required'])
})

test.each<[string, Document, Document]>([
  ['trusted', { firstParty: true }, sold],
  ['allowed', {}, { redirectUris: [callback, elsewhere] }],
])('what it was %s is not noted behind the change', async (name, more, patch) => {
  const { id, app, left } = await start(name, more)
  const asRead = { id: app.id, version: (app.meta as { version: number }).version }
  await whileChanging(app.id, patch, () => (name === 'trusted' ? ctx.db.transaction((tx) => noteTrust(tx, ctx, id, asRead, [scope])) : giveConsent(ctx, id, asRead, [scope])))
  expect(await left()).toEqual([])
})

test.each<[string, Document]>([
  ['codes go to a new place', { redirectUris: [callback, elsewhere] }],
  ['it may have less', { scopes: ['openid', 'profile'] }],
  ['it is stopped', { active: false }],
])('the answer of a person is none to the application that it is once %s', async (name, patch) => {
  const { app, browser, ask, left, silently } = await start(`answers when ${name}`.replaceAll(' ', ''), {})
  const uid = (await browser.follow(await ask())).at.searchParams.get('interaction')!
  expect(await whileChanging(app.id, patch, () => browser.answer(uid, 'consent'))).toMatchObject({ status: 404, body: { code: 'not_found' } })
  await patchClient(ctx, app.id, { active: true })
  expect([await left(), await silently(name.startsWith('codes') ? elsewhere : callback)]).toEqual([[], 'consent_required'])
})

test('the answer counts where nothing but the name is changed', async () => {
  const { app, browser, ask, left } = await start('dan', {})
  const uid = (await browser.follow(await ask())).at.searchParams.get('interaction')!
  const { body } = await whileChanging(app.id, { name: 'Dan by another name' }, () => browser.answer(uid, 'consent'))
  expect((await browser.follow(body.redirectTo)).at.searchParams.get('code')).toBeTruthy()
  expect(await left()).toEqual(['AuthorizationCode', 'Grant', 'consent'])
})

test.each([
  ['its session', async (person: string) => endSessions(ctx, person)],
  ['the question', async () => ctx.db.execute(`delete from gatehouse.oidc_artifact where kind = 'Interaction'`)],
])('an answer finds nothing where %s has ended meanwhile, and leaves nothing', async (name, end) => {
  const { id, app, browser, ask, left } = await start(`ends ${name}`.replaceAll(' ', ''), {})
  const uid = (await browser.follow(await ask())).at.searchParams.get('interaction')!
  expect(await whileHeld(app.id, () => browser.answer(uid, 'consent'), () => end(id))).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await left()).toEqual([])
})

test('a consent that is taken back gives nothing to a request that has found it', async () => {
  const { id, app, browser, ask, left, silently } = await start('eve', {})
  await authorize(browser, await ask())
  const second = new Browser(url)
  second.setSession((await signIn(ctx, id)).token)
  const address = await ask({ scope: 'openid profile', prompt: 'none' })
  const { at } = await whileHeld(app.id, () => second.follow(address), () => revokeConsent(ctx, id, app.id))
  expect([at.searchParams.get('error'), await left(), await silently()]).toEqual(['consent_required', [], 'consent_required'])
})

test('nor is anything left of what such a request writes first', async () => {
  const { id, app, browser, ask, left } = await start('fox', {})
  await authorize(browser, await ask())
  const [free, isWritten] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const writer = ctx.db.transaction(async (tx) => {
    await tx.execute('select from gatehouse.oidc_consent where user_id = $1 for key share', [id])
    await tx.execute(`insert into gatehouse.oidc_artifact (artifact_hash, kind, user_id, client_id, payload, create_date, expires_at) values ('\\x00', 'Grant', $1, $2, '', now(), now() + interval '1 day')`, [id, app.id])
    isWritten.resolve()
    await free.promise
  })
  await isWritten.promise
  const revoking = revokeConsent(ctx, id, app.id)
  await waiting(1)
  free.resolve()
  await Promise.all([writer, revoking])
  expect(await left()).toEqual([])
})
