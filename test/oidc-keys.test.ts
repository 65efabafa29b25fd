/** The keys that sign ID tokens: rotated with overlap, the same for all servers, safe at rest, and through the master key's own rotation. */
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { forgetOldKeys, leadMs, overlapMs, providerKeys, rotateOldKeys, rotateProviderKeys, withdrawProviderKeys } from '../src/signin/oidc-keys.ts'
import { rotateSigningKey as rotateAuditKey } from '../src/audit/signing-key.ts'
import { sealEvents } from '../src/audit/seal.ts'
import { buildServer, signedInBy, themesOf } from '../src/main.ts'
import { createOpenIdProvider } from '../src/oidc/provider.ts'
import { openDataKey } from '../src/store/data-keys.ts'
import { rotateMasterKey } from '../src/store/open-master-key.ts'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import { testContext } from './context.ts'
import { testMasterKey } from './master-key.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'

test('new keys are published before they sign, and old ones go on being published', async () => {
  const start = Date.UTC(2026, 0, 1)
  let clock = start
  const ctx = await testContext({}, () => new Date(clock))
  const key = testMasterKey()
  const signers = async () => (await providerKeys(ctx.db, key, ctx.now())).keys.map(({ kid }) => kid)
  const [rsa, ec] = await signers()
  expect(await signers()).toEqual([rsa, ec])
  clock += leadMs
  await rotateProviderKeys(ctx, key)
  const [first, next] = await signers()
  expect(first).toBe(rsa)
  expect(await signers()).toHaveLength(4)
  clock += leadMs
  expect((await signers())[0]).toBe(next)
  expect(await signers()).toContain(rsa)
  clock = start + leadMs + overlapMs
  expect(await signers()).toHaveLength(2)
  expect(await signers()).not.toContain(rsa)
  expect(await rotateOldKeys(ctx, key)).toBe(0)
  clock += 100 * 86_400_000
  expect(await rotateOldKeys(ctx, key)).toBe(2)
  expect(await rotateOldKeys(ctx, key)).toBe(0)
  const stored = await ctx.db.query(`select * from gatehouse.signing_key where purpose like 'oidc-%'`)
  expect(JSON.stringify(stored)).not.toMatch(/"d":/)
  expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'signing-key.rotate'`)).toHaveLength(4)
})

test('keys are taken away, both halves, once they are published no more; those of the audit stay', async () => {
  const start = Date.UTC(2026, 0, 1)
  let clock = start
  const ctx = await testContext({}, () => new Date(clock))
  const key = testMasterKey()
  await sealEvents(ctx.db, key, ctx.now)
  const before = (await providerKeys(ctx.db, key, ctx.now())).keys.map(({ kid }) => kid)
  await rotateProviderKeys(ctx, key)
  await rotateAuditKey(ctx, key)
  const stored = async () => (await ctx.db.query<{ id: string }>('select key_id as id from gatehouse.signing_key')).map(({ id }) => id)
  const all = await stored()
  // Published to the end, and known for a day more to a server whose clock is behind.
  clock = start + overlapMs
  expect(await forgetOldKeys(ctx)).toBe(0)
  clock = start + overlapMs + 86_400_001
  // One that somebody holds is passed over, not waited for.
  await ctx.db.transaction(async (tx) => {
    await tx.query('select from gatehouse.signing_key where key_id = $1 for update', [before[0]])
    expect(await forgetOldKeys(ctx)).toBe(1)
  })
  expect(await forgetOldKeys(ctx)).toBe(1)
  expect(await forgetOldKeys(ctx)).toBe(0)
  expect((await stored()).toSorted()).toEqual(all.filter((id) => !before.includes(id)).toSorted())
  const told = await ctx.db.query<{ id: string }>(`select target_id as id from gatehouse.audit_event where action = 'signing-key.forget' and target_type = 'SigningKey'`)
  expect(told.map(({ id }) => id).toSorted()).toEqual(before.toSorted())
})

test('a rotation that meets another one publishes nothing and says so; the daily job leaves it at that', async () => {
  let late = 0
  const ctx = await testContext({}, () => new Date(Date.now() + late))
  const key = testMasterKey()
  await providerKeys(ctx.db, key, ctx.now())
  const purposes = ['oidc-RS256', 'oidc-ES256']
  const events = async () => (await ctx.db.query(`select from gatehouse.audit_event where action = 'signing-key.rotate'`)).length
  const waits = async () => (await ctx.db.first<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))!.n
  const met = async <T>(rotate: () => Promise<T>) => {
    let rotated: Promise<unknown> | undefined
    const at = ctx.now().toISOString()
    await ctx.db.transaction(async (tx) => {
      for (const purpose of purposes) await tx.execute('update gatehouse.signing_key set retired_at = $2 where purpose = $1 and retired_at is null', [purpose, at])
      await tx.execute(`insert into gatehouse.signing_key select 'other' || key_id, purpose, algorithm, public_key, private_key_encrypted, $1, null from gatehouse.signing_key where retired_at = $1`, [at])
      rotated = rotate().catch(({ code }: { code?: string }) => code)
      await expect.poll(waits, { timeout: 10_000 }).toBe(1)
    })
    return rotated
  }
  expect(await met(() => rotateProviderKeys(ctx, key))).toBe('conflict')
  late = 100 * 86_400_000
  expect(await met(() => rotateOldKeys(ctx, key))).toBe(0)
  expect(await events()).toBe(0)
})

test('have 128 bits of strength', async () => {
  const ctx = await testContext()
  const { keys } = await providerKeys(ctx.db, testMasterKey(), ctx.now())
  const strengths = keys.map((key) => (key.kty === 'RSA' ? Buffer.from(String(key.n), 'base64url').length * 8 : key.crv))
  expect(strengths).toEqual([3072, 'P-256'])
})

test('servers that begin at once on one database make one set of keys', async () => {
  const ctx = await testContext()
  const key = testMasterKey()
  const sets = await Promise.all([1, 2, 3].map(() => providerKeys(ctx.db, key, ctx.now())))
  expect(new Set(sets.map(({ mark }) => mark)).size).toBe(1)
  const data = await Promise.all([1, 2, 3].map(() => openDataKey(ctx.db, key, 'oidc', ctx.now())))
  expect(new Set(data.map(({ id }) => id)).size).toBe(1)
})

test('applications verify tokens of two servers on one database while keys are rotated', async () => {
  const first = await oidcServer()
  const { ctx, url, masterKey } = first
  let late = 0
  const now = () => new Date(Date.now() + late)
  const base = { ...ctx, now }
  const servers = [1, 2].map(() => {
    const openId = createOpenIdProvider({ base, masterKey, sessionOf: signedInBy(ctx), themeAt: themesOf(ctx), log: () => {} })
    return { openId, server: buildServer(base, masterKey, openId) }
  })
  const kidOf = async ({ openId }: (typeof servers)[number]) => {
    const { provider } = await openId.current()
    const token = await new provider.IdToken({ sub: 'x' }, { client: (await provider.Client.find(app.id))!, ctx: undefined as never }).issue({ use: 'logout' } as never)
    return { token, kid: decodeProtectedHeader(token).kid! }
  }
  const app = await application(ctx, 'Verifying', { firstParty: true, backchannelLogoutUri: 'https://app.example.com/logout' })
  const jwks = async ({ server }: (typeof servers)[number]) => ((await server.inject({ url: '/oidc/jwks' })).json() as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  const before = await Promise.all(servers.map(kidOf))
  expect(before[0]!.kid).toBe(before[1]!.kid)
  await rotateProviderKeys({ ...ctx, now }, masterKey)
  // One server has noticed, the other has not: whoever signs, both publish what it signs with.
  await servers[0]!.openId.current()
  const mixed = await Promise.all(servers.map(kidOf))
  for (const { kid } of mixed) for (const one of servers) expect(await jwks(one)).toContain(kid)
  late = 30_000
  for (const one of servers) expect(await jwks(one)).toHaveLength(4)
  late = leadMs + 30_000
  const after = await Promise.all(servers.map(kidOf))
  expect(after[0]!.kid).toBe(after[1]!.kid)
  expect(after[0]!.kid).not.toBe(before[0]!.kid)
  for (const one of servers) for (const { kid } of [...before, ...after]) expect(await jwks(one)).toContain(kid)
  await jwtVerify(before[0]!.token, createRemoteJWKSet(new URL(`${url}/oidc/jwks`)), { issuer: `${url}/oidc`, audience: app.id })
  for (const { server } of servers) await server.close()
})

test('withdrawn keys are published by no server and sign nothing, and what they signed is worth nothing; people stay signed in', async () => {
  const { ctx, url, masterKey } = await oidcServer()
  let late = 0
  const base = { ...ctx, now: () => new Date(Date.now() + late) }
  const app = await application(ctx, 'Robbed', { firstParty: true })
  const config = await relyingParty(url, app)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, await person(ctx, 'eve'))).token)
  const { address, checks } = await request(config, { scope: 'openid offline_access', prompt: 'consent' })
  const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
  const servers = [1, 2].map(() => buildServer(base, masterKey, createOpenIdProvider({ base, masterKey, sessionOf: signedInBy(base), themeAt: themesOf(base), log: () => {} })))
  const published = (server: (typeof servers)[number]) => server.inject({ url: '/oidc/jwks' }).then((answer) => (answer.json() as { keys: { kid: string }[] }).keys.map(({ kid }) => kid))
  await rotateProviderKeys(base, masterKey)
  const before = await Promise.all(servers.map(published))
  expect(before.map(({ length }) => length)).toEqual([4, 4])
  expect(await withdrawProviderKeys(base, masterKey)).toEqual({ keys: 2, withdrawn: 4 })
  late = 10_000
  const signing = (await providerKeys(ctx.db, masterKey, base.now())).keys.map(({ kid }) => String(kid))
  expect(signing.filter((kid) => before[0]!.includes(kid))).toEqual([])
  for (const server of servers) expect((await published(server)).toSorted()).toEqual(signing.toSorted())
  const leave = await servers[0]!.inject({ url: `/oidc/session/end?id_token_hint=${tokens.id_token!}` })
  expect([leave.statusCode, leave.body]).toEqual([400, expect.stringContaining('invalid_request')])
  const basic = `Basic ${Buffer.from(`${app.id}:${app.secret!}`).toString('base64')}`
  const refreshed = await servers[1]!.inject({ method: 'POST', url: '/oidc/token', headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic }, payload: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token! }).toString() })
  expect(signing).toContain(decodeProtectedHeader((refreshed.json() as { id_token: string }).id_token).kid)
  expect(await ctx.db.query(`select target_id as id from gatehouse.audit_event where action = 'signing-key.withdraw' order by 1`)).toEqual(before[0]!.toSorted().map((id) => ({ id })))
  for (const server of servers) await server.close()
})

test('an application goes on through a rotation, and a hint of before is known', async () => {
  const { ctx, url, masterKey } = await oidcServer()
  const ada = await person(ctx, 'ada')
  const app = await application(ctx, 'Going on', { firstParty: true })
  const config = await relyingParty(url, app)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, ada)).token)
  const flow = async (more: Record<string, string> = {}) => {
    const { address, checks } = await request(config, more)
    return client.authorizationCodeGrant(config, await authorize(browser, address), checks)
  }
  const old = await flow()
  await rotateProviderKeys(ctx, masterKey)
  await ctx.db.execute(`update gatehouse.signing_key set created_at = created_at - interval '10 minutes' where retired_at is null and purpose like 'oidc-%'`)
  // A server that starts now.
  const late = await oidcServer({}, { shared: { ...(await oidcServer()), ctx, masterKey } })
  const fresh = await relyingParty(url, app)
  const tokens = await flow({ id_token_hint: old.id_token! })
  expect(tokens.claims()!.sub).toBe(ada)
  const keys = (await (await fetch(`${late.url}/oidc/jwks`)).json()) as { keys: unknown[] }
  expect(keys.keys).toHaveLength(4)
  expect(fresh.serverMetadata().issuer).toBe(`${url}/oidc`)
})

test('rotating the master key leaves tokens and keys as they are', async () => {
  const { ctx, url, masterKey } = await oidcServer()
  const app = await application(ctx, 'Through', { grantTypes: ['client_credentials'], userId: await person(ctx, 'svc'), scopes: ['read'] })
  const { access_token: token } = await client.clientCredentialsGrant(await relyingParty(url, app), { scope: 'read' })
  const [before] = (await providerKeys(ctx.db, masterKey, ctx.now())).keys
  const next = parseMasterKey(newMasterKey(), 'the test')
  await rotateMasterKey(ctx.db, masterKey, next)
  const [after] = (await providerKeys(ctx.db, next, ctx.now())).keys
  expect(after).toEqual(before)
  const openId = createOpenIdProvider({ base: ctx, masterKey: next, sessionOf: signedInBy(ctx), themeAt: themesOf(ctx), log: () => {} })
  const { provider } = await openId.current()
  expect(await provider.ClientCredentials.find(token)).toMatchObject({ clientId: app.id, scope: 'read' })
  await expect(createOpenIdProvider({ base: ctx, masterKey: testMasterKey(), sessionOf: signedInBy(ctx), themeAt: themesOf(ctx), log: () => {} }).current()).rejects.toMatchObject({ code: 'configuration' })
})
