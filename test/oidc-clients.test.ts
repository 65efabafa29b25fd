/** Clients and consents as records: what they may hold, who may make them, secrets shown once, and the audit of it all. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { claimAttributes } from '../src/model/oidc-scopes.ts'
import { user } from '../src/model/user.ts'
import { giveConsent } from '../src/signin/oidc-consents.ts'
import { sweepSecrets } from '../src/store/oidc-clients.ts'
import { administrator, giveRole, makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const redirectUris = ['https://app.example.com/cb']
let count = 0
const make = async (more: Document = {}) => ask('POST', '/oidc/clients', { name: `Client ${++count}`, redirectUris, ...more })

describe('a client', () => {
  test('is made with a secret that is shown once and kept as a hash', async () => {
    const { status, body, headers } = await make({ description: 'x', scopes: ['openid', 'read'] })
    expect(status).toBe(201)
    expect(headers.location).toMatch(new RegExp(`/api/v1/oidc/clients/${body.id}$`))
    expect(body).toMatchObject({ active: true, applicationType: 'web', authentication: 'client_secret_basic', grantTypes: ['authorization_code'], subjectType: 'public', firstParty: false, idTokenAlgorithm: 'RS256', meta: { version: 1 } })
    expect(body.secret).toMatch(/^[\w-]{43}$/)
    const read = await ask('GET', `/oidc/clients/${body.id}`)
    expect(read.body.secret).toBeUndefined()
    expect(read.body.secrets).toEqual([{ id: expect.any(String), created: expect.any(String) }])
    const [row] = await ctx.db.query<{ hash: Buffer }>('select secret_hash as hash from gatehouse.oidc_client_secret where client_id = $1', [body.id])
    expect(row!.hash).toEqual(createHash('sha256').update(body.secret).digest())
    const events = await ctx.db.query(`select * from gatehouse.audit_event where target_id = $1`, [body.id])
    expect(events).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain(body.secret)
    expect((await ask('GET', `/oidc/clients?filter=id eq "${body.id}"`)).body.items).toMatchObject([{ id: body.id, scopes: ['openid', 'read'] }])
  })

  test('is changed with versions, narrowed lists end its tokens, and may be read back and sent again', async () => {
    const { body: { id } } = await make()
    const read = await ask('GET', `/oidc/clients/${id}`)
    const same = await ask('PUT', `/oidc/clients/${id}`, read.body)
    expect([same.status, same.body.meta.version]).toEqual([200, 1])
    const patched = await ask('PATCH', `/oidc/clients/${id}`, { description: 'new', scopes: ['openid', 'email'] }, { 'if-match': read.headers.etag as string })
    expect(patched).toMatchObject({ status: 200, body: { description: 'new', scopes: ['openid', 'email'], meta: { version: 2 } } })
    expect((await ask('PATCH', `/oidc/clients/${id}`, { description: 'late' }, { 'if-match': read.headers.etag as string })).status).toBe(412)
    expect((await ask('PATCH', `/oidc/clients/${id}`, { description: null })).body.description).toBeUndefined()
    expect((await ask('DELETE', `/oidc/clients/${id}`)).status).toBe(204)
    expect((await ask('GET', `/oidc/clients/${id}`)).status).toBe(404)
    expect((await ask('DELETE', `/oidc/clients/${id}`)).status).toBe(404)
  })

  test('from before may keep a level that nobody reaches, and gets no other one', async () => {
    const { body: { id } } = await make()
    await ctx.db.execute('update gatehouse.oidc_client set least_level = 4 where client_id = $1', [id])
    const patch = async (body: Document) => (await ask('PATCH', `/oidc/clients/${id}`, body)).status
    expect(await patch({ description: 'still here' })).toBe(200)
    expect((await ask('PUT', `/oidc/clients/${id}`, (await ask('GET', `/oidc/clients/${id}`)).body)).status).toBe(200)
    expect([await patch({ leastLevel: 5 }), await patch({ leastLevel: 3 }), await patch({ leastLevel: 4 })]).toEqual([400, 200, 400])
  })

  test('has no lapsed secrets once they are swept; those that work on, or have just lapsed, stay', async () => {
    const { body: { id } } = await make()
    for (const overlapHours of [2, 24]) expect((await ask('POST', `/oidc/clients/${id}/secrets`, { overlapHours })).status).toBe(201)
    const kept = async () => (await ctx.db.query('select from gatehouse.oidc_client_secret where client_id = $1', [id])).length
    const hours = (n: number) => new Date(ctx.now().getTime() + n * 3_600_000)
    expect([await sweepSecrets(ctx.db, hours(1), 10), await kept()]).toEqual([0, 3])
    // A batch at a time, and past what somebody holds.
    expect([await sweepSecrets(ctx.db, hours(25), 1), await kept()]).toEqual([1, 2])
    await ctx.db.transaction(async (tx) => {
      await tx.query('select from gatehouse.oidc_client_secret where client_id = $1 for update', [id])
      expect(await sweepSecrets(ctx.db, hours(25), 10)).toBe(0)
    })
    expect([await sweepSecrets(ctx.db, hours(25), 10), await kept()]).toEqual([1, 1])
    expect((await ask('GET', `/oidc/clients/${id}`)).body.secrets).toHaveLength(1)
  })

  test('has secrets that are exchanged and ended, but none where it proves itself otherwise', async () => {
    const { body: { id, secret } } = await make()
    const rotated = await ask('POST', `/oidc/clients/${id}/secrets`, { overlapHours: 2 })
    expect(rotated.status).toBe(201)
    expect(rotated.body.secret).not.toBe(secret)
    const { secrets } = (await ask('GET', `/oidc/clients/${id}`)).body
    expect(secrets).toHaveLength(2)
    expect(Date.parse(secrets[0].expires) - Date.now()).toBeGreaterThan(7_000_000)
    expect((await ask('DELETE', `/oidc/clients/${id}/secrets/${secrets[0].id}`)).status).toBe(204)
    expect((await ask('DELETE', `/oidc/clients/${id}/secrets/${secrets[0].id}`)).status).toBe(404)
    for (const body of [{ overlapHours: -1 }, { overlapHours: 1.5 }, { overlapHours: 9999 }, { overlapHours: 'x' }]) expect((await ask('POST', `/oidc/clients/${id}/secrets`, body)).status).toBe(400)
    expect((await ask('POST', `/oidc/clients/${id}/secrets`)).status).toBe(201)
    await ask('PATCH', `/oidc/clients/${id}`, { authentication: 'none' })
    expect(await ctx.db.query('select from gatehouse.oidc_client_secret where client_id = $1', [id])).toHaveLength(0)
    expect((await ask('POST', `/oidc/clients/${id}/secrets`)).status).toBe(409)
    const keyed = await ask('POST', `/oidc/clients/${(await make()).body.id}/secrets`, {}, { 'idempotency-key': 'k1' })
    expect(keyed.status).toBe(201)
    expect(JSON.stringify(await ctx.db.query('select * from gatehouse.idempotency_key'))).not.toContain(keyed.body.secret)
  })

  test('has five secrets that work at most, and none gives way by itself', async () => {
    const { body: { id } } = await make()
    const rotate = async (overlapHours: number) => (await ask('POST', `/oidc/clients/${id}/secrets`, { overlapHours })).body
    const secrets = async () => (await ask('GET', `/oidc/clients/${id}`)).body.secrets as { id: string }[]
    for (let n = 0; n < 4; n++) expect((await rotate(2160)).secret).toBeTruthy()
    const before = await secrets()
    expect(before).toHaveLength(5)
    expect(await rotate(2160)).toMatchObject({ code: 'conflict', detail: expect.stringContaining('At most 5 secrets') })
    expect(await secrets()).toEqual(before)
    expect((await ask('DELETE', `/oidc/clients/${id}/secrets/${before[0]!.id}`)).status).toBe(204)
    expect((await rotate(1)).secret).toBeTruthy()
    expect((await rotate(1)).code).toBe('conflict')
    expect((await rotate(0)).secret).toBeTruthy()
    expect(await secrets()).toHaveLength(1)
  })

  const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
  test.each<[string, Document]>([
    ['name', { name: '' }], ['name', { name: 5 }], ['name', { name: 'x'.repeat(101) }], ['redirectUris', { redirectUris: [] }], ['redirectUris[0]', { redirectUris: ['http://app.example.com/'] }],
    ['redirectUris[0]', { redirectUris: ['https://app.example.com/#x'] }], ['redirectUris[0]', { redirectUris: ['https://*.example.com/'] }], ['redirectUris[0]', { redirectUris: ['https://a:b@example.com/'] }],
    ['redirectUris[0]', { redirectUris: ['javascript:alert(1)'] }], ['redirectUris[0]', { redirectUris: ['com.example.app:/cb'] }], ['redirectUris[0]', { redirectUris: ['data.x:/cb'], applicationType: 'web' }],
    ['redirectUris[0]', { redirectUris: ['app:/cb'], applicationType: 'native' }], ['redirectUris', { redirectUris: 'https://app.example.com/' }], ['redirectUris', { redirectUris: Array.from({ length: 51 }, (_, n) => `https://a${n}.example.com`) }],
    ['scopes[1]', { scopes: ['openid', 'root'] }], ['grantTypes[0]', { grantTypes: ['implicit'] }], ['grantTypes', { grantTypes: ['refresh_token'] }], ['userId', { grantTypes: ['client_credentials'] }],
    ['authentication', { grantTypes: ['authorization_code', 'client_credentials'], authentication: 'none', userId: 'x' }], ['authentication', { authentication: 'client_secret_jwt' }], ['keys', { authentication: 'private_key_jwt' }],
    ['keys', { keys: { keys: [{ ...key, d: 'secret' }] } }], ['keys', { keys: { keys: [{ kty: 'oct', k: 'x' }] } }], ['keys', { keys: 'x' }], ['keys', { keys: { keys: [] } }], ['leastLevel', { leastLevel: -1 }], ['leastLevel', { leastLevel: 3.1 }], ['leastLevel', { leastLevel: 9999 }],
    ['backchannelLogoutUri', { backchannelLogoutUri: 'http://internal/' }], ['introspects', { introspects: true, authentication: 'none' }],
    ['redirectUris', { subjectType: 'pairwise', redirectUris: ['https://a.example.com/', 'https://b.example.com/'] }], ['idTokenAlgorithm', { idTokenAlgorithm: 'none' }], ['idTokenAlgorithm', { idTokenAlgorithm: 'HS256' }],
  ])('is refused for a bad %s: %j', async (path, more) => {
    const { status, body } = await make(more)
    expect([status, body.problems?.[0].path]).toEqual([400, path])
    expect(body.detail).not.toContain('secret"')
  })

  test('is refused for unknown attributes, taken names, and persons that are not there', async () => {
    expect((await make({ client_secret: 'mine' })).body.code).toBe('unknown_attribute')
    const { body: { name } } = await make()
    expect((await make({ name })).body).toMatchObject({ code: 'already_exists' })
    expect((await make({ grantTypes: ['client_credentials'], userId: 'nobody' })).body.code).toBe('invalid_reference')
    expect((await ask('POST', '/oidc/clients', [])).status).toBe(400)
  })
})

describe('who may make clients', () => {
  test('an auditor reads, a security administrator writes, and neither gives more than they have', async () => {
    const auditor = await administrator(shared, 'auditor', 'AUDITOR')
    const security = await administrator(shared, 'security', 'SECURITY_ADMIN')
    const boss = await makePerson(shared, 'boss')
    await giveRole(ctx, boss, 'SUPER_ADMIN')
    const { body: { id } } = await make()
    expect((await auditor.ask('GET', `/oidc/clients/${id}`)).status).toBe(200)
    expect((await auditor.ask('PATCH', `/oidc/clients/${id}`, { description: 'x' })).status).toBe(403)
    expect((await auditor.ask('POST', `/oidc/clients/${id}/secrets`)).status).toBe(403)
    expect((await security.ask('PATCH', `/oidc/clients/${id}`, { description: 'x' })).status).toBe(200)
    const acting = { name: 'As the boss', grantTypes: ['client_credentials'], scopes: ['admin'], userId: boss }
    expect((await security.ask('POST', '/oidc/clients', acting)).body.code).toBe('forbidden')
    const { body: bossClient } = await ask('POST', '/oidc/clients', acting)
    expect((await security.ask('POST', `/oidc/clients/${bossClient.id}/secrets`)).status).toBe(403)
    expect((await security.ask('DELETE', `/oidc/clients/${bossClient.id}`)).status).toBe(403)
    expect((await security.ask('POST', '/oidc/clients', { name: 'Trusted', redirectUris, firstParty: true })).body.code).toBe('forbidden')
    const { body: own } = await make({ firstParty: true })
    expect((await security.ask('PATCH', `/oidc/clients/${own.id}`, { redirectUris: ['https://evil.example.com/'] })).status).toBe(403)
    expect((await security.ask('PATCH', `/oidc/clients/${id}`, { firstParty: true })).status).toBe(403)
  })
})

describe('consents', () => {
  const give = async (person: string, id: string, scopes: string[]) => giveConsent(ctx, person, { id, version: (await ask('GET', `/oidc/clients/${id}`)).body.meta.version }, scopes)

  test('are listed, and taken back, with events', async () => {
    const ada = await makePerson(shared, 'ada')
    const { body: { id, name } } = await make()
    await give(ada, id, ['openid', 'email'])
    await give(ada, id, ['openid'])
    await give(ada, id, ['profile'])
    expect((await ask('GET', `/users/${ada}/consents`)).body.items).toMatchObject([{ clientId: id, clientName: name, scopes: ['email', 'openid', 'profile'] }])
    expect((await ask('DELETE', `/users/${ada}/consents/${id}`)).status).toBe(204)
    expect((await ask('DELETE', `/users/${ada}/consents/${id}`)).status).toBe(404)
    expect((await ask('GET', `/users/${ada}/consents`)).body.items).toEqual([])
    expect((await ask('GET', '/users/nobody/consents')).status).toBe(404)
    const actions = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action like 'user.consents%' order by event_id`, [ada])
    expect(actions.map(({ action }) => action)).toEqual(['user.consents.add', 'user.consents.add', 'user.consents.remove'])
  })

  test('end when codes go to a new place: what people consented to was the application at the old one', async () => {
    const bob = await makePerson(shared, 'bob')
    const { body: { id, redirectUris } } = await make()
    await give(bob, id, ['openid'])
    const held = async () => (await ask('GET', `/users/${bob}/consents`)).body.items.length
    await ask('PATCH', `/oidc/clients/${id}`, { name: 'Other name' })
    expect(await held()).toBe(1)
    expect((await ask('PATCH', `/oidc/clients/${id}`, { redirectUris: [...redirectUris, 'https://elsewhere.example/cb'] })).status).toBe(200)
    expect(await held()).toBe(0)
    await give(bob, id, ['openid'])
    await ask('PATCH', `/oidc/clients/${id}`, { redirectUris })
    expect(await held()).toBe(1)
  })
})

test('claims name attributes that there are', () => {
  const known = new Set(user.attributes.map(({ path }) => path))
  expect(Object.values(claimAttributes).filter((path) => !known.has(path))).toEqual([])
})
