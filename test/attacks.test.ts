/** What an attacker with a key of small rights, or with none, tries; and what a thief of the database would look for. */
import { createHash } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKey, type Scope } from '../src/access/api-keys.ts'
import { nextLink } from '../src/connectors/okta/client.ts'
import { mismatches } from '../src/store/metadata.ts'
import { ed25519Key } from './public-keys.ts'
import { giveRole } from './administrators.ts'
import { testKey, testServer, type Reply, type TestServer } from './rest-server.ts'

let shared: TestServer
let ann: string

beforeAll(async () => {
  shared = await testServer()
  ann = await person('ann')
  await giveRole(shared.ctx, ann, 'SUPER_ADMIN')
})

async function person(userName: string): Promise<string> {
  const { status, body } = await shared.ask('POST', '/users', { userName, name: { familyName: userName } })
  expect(status).toBe(201)
  return body.id
}

type Ask = TestServer['ask']

async function keyOf(userId: string, name: string, ...scopes: Scope[]): Promise<Ask> {
  const { token } = await createKey(shared.ctx, { userId, name, scopes, expires: null })
  return (method, path, body, headers = {}) => shared.ask(method, path, body, { authorization: `Bearer ${token}`, ...headers })
}

/** Everything the database holds in one table, as text. */
async function dump(table: string): Promise<string> {
  return (await shared.ctx.db.query<{ row: string }>(`select t::text as row from ${table} t`)).map(({ row }) => row).join('\n')
}

describe('Idempotency-Key', () => {
  test('keeps no API key in the clear, and does not show it again', async () => {
    const body = { userId: ann, name: 'once', scopes: ['admin'] }
    const made = await shared.ask('POST', '/keys', body, { 'idempotency-key': 'make-a-key' })
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^gh_/) } })
    expect(await dump('gatehouse.idempotency_key')).not.toContain(made.body.token)
    const again = await shared.ask('POST', '/keys', body, { 'idempotency-key': 'make-a-key' })
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(JSON.stringify(again.body)).not.toContain(made.body.token)
  })

  test('leaves no quick hash of what a body says, and none at all of a password or spoken word', async () => {
    const body = JSON.stringify({ secretWord: 'rosebud' })
    expect((await shared.ask('PATCH', `/users/${ann}`, body, { 'idempotency-key': 'word' })).status).toBe(200)
    const rows = await shared.ctx.db.query<{ body_hash: Buffer }>('select body_hash from gatehouse.idempotency_key')
    const quick = [body, Buffer.from(body).toString('base64')].map((text) => createHash('sha256').update(text).digest('hex'))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ body_hash: hash }) => quick.includes(hash.toString('hex')))).toEqual([])
    expect((await shared.ask('POST', `/users/${ann}/verify-secret-word`, body, { 'idempotency-key': 'spoken' })).body).toMatchObject({ verified: true })
    expect(await shared.ctx.db.query(`select 1 from gatehouse.idempotency_key where path like '%verify-secret-word'`)).toEqual([])
  })

  test('is no way to the answers of somebody else whose key has the same name', async () => {
    const bob = await person('bob')
    await giveRole(shared.ctx, bob, 'API_WRITER')
    const [one, other] = await Promise.all([keyOf(ann, 'ci', 'write'), keyOf(bob, 'ci', 'write')])
    const body = { userName: 'replayed', name: { familyName: 'Replayed' } }
    expect((await one('POST', '/users', body, { 'idempotency-key': '1' })).status).toBe(201)
    const second = await other('POST', '/users', body, { 'idempotency-key': '1' })
    expect(second).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect(second.headers['idempotency-replayed']).toBeUndefined()
  })
})

describe('a key with the scope write', () => {
  let write: Ask
  beforeAll(async () => {
    write = await keyOf(ann, 'writer', 'write')
  })
  const refused = (reply: Reply) => expect([reply.status, reply.body.code]).toEqual([expect.toBeOneOf([400, 409]), expect.any(String)])

  test.each<[string, object]>([
    ['an API key', { keys: [{ name: 'planted', type: 'API', value: 'gh_x', scopes: 'admin' }] }],
    ['scopes on a public key', { keys: [{ name: 'planted', type: 'SSH', value: ed25519Key(), scopes: 'admin' }] }],
    ['the hash of a password', { logins: [{ login: 'x', managedSystem: '0', password: '$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA' }] }],
    ['a lock', { logins: [{ login: 'x', managedSystem: '0', lockMarker: 'LOCKED' }] }],
    ['systemFlag', { systemFlag: true }],
    ['an id', { id: 'f'.repeat(32) }],
    ['a display name', { displayName: 'Somebody Else' }],
    ['a hash column', { key_hash: 'x', keyHash: 'x' }],
    ['__proto__', JSON.parse('{"__proto__": {"systemFlag": true}}')],
    ['constructor', { constructor: { prototype: { polluted: true } } }],
    ['a custom attribute named __proto__', { attributes: JSON.parse('{"__proto__": "x"}') }],
    ['a custom attribute named constructor', { attributes: { constructor: 'x' } }],
  ])('plants %s neither in a new person nor in an old one', async (_what, members) => {
    const name = { familyName: 'X' }
    refused(await write('POST', '/users', { userName: `planted-${Math.random()}`, name, ...members }))
    refused(await write('PATCH', `/users/${ann}`, members))
    refused(await write('PUT', `/users/${ann}`, { userName: 'ann', name, ...members }))
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('cannot raise, rename, lengthen or remove an API key through the person', async () => {
    const { body } = await write('GET', `/users/${ann}/keys`)
    const own = body.items.find((one: { name: string }) => one.name === 'writer')
    expect(own).not.toHaveProperty('hash')
    for (const change of [{ scopes: 'admin' }, { name: 'other' }, { expires: '2100-01-01T00:00:00Z' }, { type: 'SSH' }, { value: 'x' }]) {
      refused(await write('PATCH', `/users/${ann}/keys/${own.id}`, change))
      refused(await write('PATCH', `/users/${ann}`, { keys: [{ ...own, ...change }] }))
    }
    refused(await write('DELETE', `/users/${ann}/keys/${own.id}`))
    refused(await write('PATCH', `/users/${ann}`, { keys: null }))
    refused(await write('POST', `/users/${ann}/keys`, { name: 'more', type: 'API', scopes: 'admin' }))
  })

  test('is let into no route of administrators', async () => {
    const routes: [string, string, unknown?][] = [
      ['GET', '/audit'], ['GET', '/audit/verify'], ['GET', `/audit/${ann}`], ['POST', `/users/${ann}/erase`], ['GET', '/keys'], ['POST', '/keys', {}],
      ['DELETE', `/keys/${ann}`], ['POST', '/metadata/types', {}], ['PATCH', '/metadata/elements/x', {}], ['DELETE', '/metadata/types/x'], ['POST', '/plans/x/release'],
      ['POST', '/portals', {}], ['PATCH', '/portals/1', {}], ['PATCH', '/portals/1/settings', { access_group: 'Super Administrators' }],
    ]
    for (const [method, path, body] of routes) expect([path, (await write(method, path, body)).status]).toEqual([path, 403])
    expect((await write('HEAD', '/audit')).status).toBe(403)
  })
})

test.each(['secretWord', 'logins.password', 'password', 'keys.hash', 'search_text', 'search_text) from users--', "id'; drop table users--"])('%j can be neither read, filtered nor sorted by', async (path) => {
  const asked = await shared.ask('GET', `/users?attributes=${encodeURIComponent(path)}`)
  expect(JSON.stringify(asked.body)).not.toMatch(/argon2/)
  for (const query of [`filter=${encodeURIComponent(`${path} sw "$"`)}`, `filter=${encodeURIComponent(`${path} pr`)}`, `sortBy=${encodeURIComponent(path)}`]) {
    expect([query, (await shared.ask('GET', `/users?${query}`)).status]).toEqual([query, 400])
  }
})

describe('answers stay small', () => {
  test('however many things are wrong', async () => {
    const body = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`x${index}`, 1]))
    const { status, body: problem } = await shared.ask('POST', '/users', body)
    expect([status, problem.code, problem.problems.length]).toEqual([400, 'unknown_attribute', 100])
  })

  test('however long the name of what is wrong', async () => {
    for (const body of [{ ['x'.repeat(900_000)]: 1 }, { attributes: { ['x'.repeat(900_000)]: 'y' } }, { name: { familyName: 'X' }, userName: 'x', alternateStartDate: '9'.repeat(900_000) }]) {
      const reply = await shared.ask('POST', '/users', body)
      expect(reply.status).toBe(400)
      expect(JSON.stringify(reply.body).length).toBeLessThan(5000)
    }
  })
})

describe('without a key', () => {
  test('a body is not even read', async () => {
    await shared.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = shared.server.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    // Half a body: whoever waits for the rest of it does not answer.
    socket.write('POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"a":')
    const answer = await new Promise<string>((resolve) => socket.once('data', (piece) => resolve(piece.toString())))
    socket.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  })

  test('strangers behind the same proxy do not lock out whose key has been accepted before', async () => {
    const { ask } = await testServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    expect((await ask('GET', '/users')).status).toBe(200)
    for (let n = 0; n < 5; n++) await ask('GET', '/users', undefined, { authorization: 'Bearer guess' })
    expect((await ask('GET', '/users', undefined, { authorization: 'Bearer guess' })).status).toBe(429)
    expect((await ask('GET', '/users')).status).toBe(200)
  })
})

describe('erasing a person', () => {
  const traces = async () => Promise.all(['gatehouse.audit_event', 'gatehouse.idempotency_key', 'gatehouse.plan', 'gatehouse.plan_step'].map(dump)).then((all) => all.join('\n'))

  test('leaves nothing in kept answers and in plans', async () => {
    const made = await shared.ask('POST', '/users', { userName: 'forget-me', name: { familyName: 'Vanishing' } }, { 'idempotency-key': 'vanish' })
    const twin = await shared.ask('POST', '/users', { userName: 'forget-me-too', name: { familyName: 'Vanishing' } })
    for (const plan of [{ kind: 'merge', survivor: made.body.id, duplicate: twin.body.id }, { kind: 'bulk', operation: 'disable', filter: `id eq "${made.body.id}"` }]) {
      expect((await shared.ask('POST', '/plans', plan)).status).toBe(201)
    }
    for (const { body } of [made, twin]) expect((await shared.ask('POST', `/users/${body.id}/erase`)).status).toBe(204)
    expect(await traces()).not.toMatch(/Vanishing|forget-me/)
    const again = await shared.ask('POST', '/users', { userName: 'forget-me', name: { familyName: 'Vanishing' } }, { 'idempotency-key': 'vanish' })
    expect(again.status).toBe(409)
  })

  test('works for somebody who has been deleted already, and for nobody else', async () => {
    const { body } = await shared.ask('POST', '/users', { userName: 'gone-before', name: { familyName: 'Departed' } })
    expect((await shared.ask('DELETE', `/users/${body.id}`)).status).toBe(204)
    expect(await traces()).toContain('Departed')
    expect((await shared.ask('POST', `/users/${body.id}/erase`)).status).toBe(204)
    expect(await traces()).not.toContain('Departed')
    expect((await shared.ask('GET', '/audit/verify')).body).toMatchObject({ ok: true })
    expect((await shared.ask('POST', `/users/${'0'.repeat(32)}/erase`)).status).toBe(404)
  })
})

test('a large plan is carried out once, however often that is asked for', async () => {
  const { ctx, ask } = await testServer()
  await ctx.db.execute(
    `insert into users (user_id, type_id, first_name, last_name, status, is_visible, user_name, sort_name, display_name, search_text)
     select 'many' || n, 'DEFAULT_USER', 'M', 'Many', 'ACTIVE', 'Y', 'many' || n, 'Many', 'Many', ' many' from generate_series(1, 1501) n`)
  const { body: plan } = await ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'name.familyName eq "Many"' })
  expect(plan.steps).toBe(1501)
  const begun = Array.from({ length: 12 }, () => ask('POST', `/plans/${plan.id}/apply`))
  await Promise.race(begun)
  // Whoever waited for the plan would hold a connection meanwhile, and there are but ten.
  expect(await ctx.db.first(
    `select count(*)::int as waiting from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
     where locktype = 'advisory' and not granted`)).toEqual({ waiting: 0 })
  expect(new Set((await Promise.all(begun)).map(({ status }) => status))).toEqual(new Set([202]))
  expect((await ask('GET', '/users?count=1')).status).toBe(200)
  await expect.poll(async () => (await ask('GET', `/plans/${plan.id}`)).body.status, { timeout: 20_000 }).toBe('applied')
  const [{ events } = { events: 0 }] = await ctx.db.query<{ events: number }>(`select count(*)::int as events from gatehouse.audit_event where action = 'user.disable'`)
  expect(events).toBe(1501)
})

test('a validator that runs away is stopped while an import is planned too, outside of any transaction', async () => {
  const checks = [{ value: `${'a'.repeat(301)}b`, pattern: String.raw`(a*)(a*)(a*)\1\1\2\2\3\3b` }]
  await expect(mismatches(shared.ctx.db, checks)).rejects.toMatchObject({ code: 'invalid_value', message: expect.stringContaining('took too long') })
})

test('a page link leads to no other host, whatever path it has', () => {
  const origin = 'https://example.okta.com'
  for (const link of [`${origin}//evil.example/api`, '//evil.example/api', `${origin}/\\evil.example`, 'https://evil.example/api']) {
    const next = nextLink(`<${link}>; rel="next"`, origin)
    expect(next === null ? origin : new URL(next, origin).origin).toBe(origin)
  }
})

test('the key of the tests is in no answer', async () => {
  const replies = await Promise.all(['/users', '/keys', '/audit', '/plans', '/nothing'].map((path) => shared.ask('GET', path)))
  expect(JSON.stringify(replies)).not.toContain(testKey)
})

test('what the router itself refuses is answered like everything else, and is not quoted back', async () => {
  const { status, body, headers } = await shared.ask('GET', `/users/${'x'.repeat(5000)}`, undefined, { authorization: 'Bearer nobody' })
  expect([status, body.code, headers['content-type'], headers['x-content-type-options']]).toEqual([404, 'not_found', 'application/problem+json; charset=utf-8', 'nosniff'])
  expect(JSON.stringify(body)).not.toContain('xxxx')
})
