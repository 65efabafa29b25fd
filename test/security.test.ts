/** What an attacker would try over HTTP: other people's addresses, keys that ceased, endless requests, and the log. */
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate, createKey, revokeKey } from '../src/access/api-keys.ts'
import { createUser } from '../src/directory/users.ts'
import { ensureConsole } from '../tools/build-console.ts'
import { giveRole } from './administrators.ts'
import { testKey, testServer, type TestServer } from './rest-server.ts'
import { command, databaseOf, dataFolder, removeFolders, startServer } from './server-process.ts'

let shared: TestServer
let ann: string

beforeAll(async () => {
  ensureConsole()
  shared = await testServer()
  ann = await person('ann')
  await giveRole(shared.ctx, ann, 'SUPER_ADMIN')
})

async function person(userName: string): Promise<string> {
  const { status, body } = await shared.ask('POST', '/users', { userName, name: { familyName: userName } })
  expect(status).toBe(201)
  return body.id
}

async function keyOf(userId: string, ...scopes: ('read' | 'write' | 'admin')[]) {
  const key = await createKey(shared.ctx, { userId, name: `key ${Math.random()}`, scopes, expires: null })
  const ask: TestServer['ask'] = (method, path, body) => shared.ask(method, path, body, { authorization: `Bearer ${key.token}` })
  return { ...key, ask }
}

/** A key that the server has not been shown yet. */
async function unseenKey({ ctx }: TestServer): Promise<string> {
  const { id } = await createUser(ctx, { userName: 'newcomer', name: { familyName: 'Newcomer' } })
  await giveRole(ctx, id as string, 'API_READER')
  return (await createKey(ctx, { userId: id as string, name: 'new', scopes: ['read'], expires: null })).token
}

describe('keys', () => {
  test('read cannot write, and write cannot administer', async () => {
    const [read, write, admin] = await Promise.all([keyOf(ann, 'read'), keyOf(ann, 'write'), keyOf(ann, 'admin')])
    const statuses = async ({ ask }: { ask: TestServer['ask'] }) => Promise.all([
      ask('GET', `/users/${ann}`), ask('PATCH', `/users/${ann}`, { title: 'x' }), ask('GET', '/keys'), ask('POST', '/keys', { userId: ann, name: 'more', scopes: ['admin'] }),
    ]).then((replies) => replies.map((reply) => reply.status))
    expect(await statuses(read)).toEqual([200, 403, 403, 403])
    expect(await statuses(write)).toEqual([200, 200, 403, 403])
    expect(await statuses(admin)).toEqual([200, 200, 200, 201])
    expect((await read.ask('PATCH', `/users/${ann}`, { title: 'x' })).body).toMatchObject({ code: 'forbidden', status: 403 })
  })

  test('a revoked one stops at once, here as elsewhere', async () => {
    const key = await keyOf(ann, 'read')
    expect((await key.ask('GET', `/users/${ann}`)).status).toBe(200)
    await revokeKey(shared.ctx, key.id)
    expect((await key.ask('GET', `/users/${ann}`)).status).toBe(401)
  })

  test('those of somebody disabled, terminated or deleted stop', async () => {
    const ends: [string, string, unknown?][] = [['POST', '/disable'], ['POST', '/terminate', {}], ['DELETE', '']]
    for (const [index, [method, path, body]] of ends.entries()) {
      const id = await person(`leaver-${index}`)
      await giveRole(shared.ctx, id, 'API_READER')
      const key = await keyOf(id, 'read')
      expect((await key.ask('GET', `/users/${ann}`)).status).toBe(200)
      const ended = await shared.ask(method, `/users/${id}${path}`, body)
      expect([200, 204]).toContain(ended.status)
      expect((await key.ask('GET', `/users/${ann}`)).status).toBe(401)
    }
  })

  test('those of somebody who is locked, or that are revoked, stop at the next request', async () => {
    const id = await person('lost')
    await giveRole(shared.ctx, id, 'API_READER')
    const [one, two, three] = [await keyOf(id, 'read'), await keyOf(id, 'read'), await keyOf(id, 'read')]
    const answers = async () => [(await one.ask('GET', `/users/${ann}`)).status, (await two.ask('GET', `/users/${ann}`)).status, (await three.ask('GET', `/users/${ann}`)).status]
    expect(await answers()).toEqual([200, 200, 200])
    expect((await shared.ask('DELETE', `/keys/${one.id}`)).status).toBe(204)
    expect(await answers()).toEqual([401, 200, 200])
    // Not as an entry of the record, which knows public keys.
    expect((await shared.ask('DELETE', `/users/${id}/keys/${two.id}`)).status).toBe(409)
    expect((await shared.ask('DELETE', `/keys/${two.id}`)).status).toBe(204)
    expect(await answers()).toEqual([401, 401, 200])
    expect((await shared.ask('POST', `/users/${id}/lock`)).status).toBe(200)
    expect(await answers()).toEqual([401, 401, 401])
    expect((await shared.ask('POST', `/users/${id}/unlock`)).status).toBe(200)
    expect(await answers()).toEqual([401, 401, 200])
  })

  test('one that has expired is refused', async () => {
    const expires = new Date(Date.now() + 86_400_000)
    const { token } = await createKey(shared.ctx, { userId: ann, name: 'short', scopes: ['read'], expires: expires.toISOString() })
    const clock = (now: Date) => authenticate({ ...shared.ctx, now: () => now }, token)
    expect(await clock(expires)).toBeUndefined()
    expect(await clock(new Date(expires.getTime() - 1))).toMatchObject({ userId: ann, scopes: ['read'] })
    expect(JSON.stringify(await shared.ctx.db.query('select * from user_key'))).not.toContain(token)
  })

  test.each(['', 'Bearer', 'Bearer ', `Basic ${Buffer.from(`x:${testKey}`).toString('base64')}`, `Bearer ${testKey}x`, `Bearer gh_${'A'.repeat(43)}`, `Bearer ${'x'.repeat(600)}`, testKey])('%j opens nothing', async (authorization) => {
    const { status, headers, body } = await shared.ask('GET', '/users', undefined, { authorization })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer')
    expect(JSON.stringify(body)).not.toContain(testKey)
  })

  test('too many wrong ones from an address, and it has to wait, right key or not; others need not', async () => {
    const { ask, server } = await testServer({ AUTH_FAILURES_PER_MINUTE: '5' })
    const wrong = { authorization: 'Bearer guess' }
    const statuses: number[] = []
    for (let n = 0; n < 7; n++) statuses.push((await ask('GET', '/users', undefined, wrong)).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    const reply = await ask('GET', '/users')
    expect(reply).toMatchObject({ status: 429, body: { code: 'too_many_requests' }, headers: { 'retry-after': '60' } })
    const elsewhere = await server.inject({ url: '/api/v1/users', headers: { authorization: `Bearer ${testKey}` }, remoteAddress: '192.0.2.7' })
    expect(elsewhere.statusCode).toBe(200)
    // Who has one address of IPv6 has a /64 of them.
    const six: number[] = []
    for (let n = 0; n < 7; n++) six.push((await server.inject({ url: '/api/v1/users', headers: wrong, remoteAddress: `2001:db8::${n}` })).statusCode)
    expect(six).toEqual([401, 401, 401, 401, 401, 429, 429])
  })

  test('wrong ones that look like ours, or beside a long key of the setting, keep nobody out whose key this server has not seen yet', async () => {
    const long = 'k'.repeat(32)
    for (const [env, wrong, operator] of [[{}, `Bearer gh_${'A'.repeat(43)}`, testKey], [{}, `DPoP ${'A'.repeat(43)}`, testKey], [{ GATEHOUSE_API_KEY: long }, 'Bearer guess', long]] as const) {
      const own = await testServer({ AUTH_FAILURES_PER_MINUTE: '3', ...env })
      const ask = async (authorization: string) => (await own.server.inject({ url: '/api/v1/users', headers: { authorization } })).statusCode
      const token = await unseenKey(own)
      const statuses: number[] = []
      for (let n = 0; n < 6; n++) statuses.push(await ask(wrong))
      expect(statuses).toEqual([401, 401, 401, 401, 401, 401])
      expect([await ask(`Bearer ${token}`), await ask(`Bearer ${operator}`)]).toEqual([200, 200])
    }
  })

  test('guesses at a short key of the setting shut the door for that key, and for no other', async () => {
    const own = await testServer({ AUTH_FAILURES_PER_MINUTE: '3' })
    const ask = async (authorization: string) => (await own.server.inject({ url: '/api/v1/users', headers: { authorization } })).statusCode
    const token = await unseenKey(own)
    for (let n = 0; n < 4; n++) await ask(`Bearer guess${n}`)
    expect([await ask('Bearer guess'), await ask(`Bearer ${testKey}`), await ask(`Bearer ${token}`)]).toEqual([429, 429, 200])
  })

  test('more requests a minute than one may send are refused', async () => {
    const { ask } = await testServer({ RATE_LIMIT_PER_MINUTE: '3' })
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await ask('GET', '/users?count=1')).status)
    expect(statuses).toEqual([200, 200, 200, 429])
  })
})

describe('the address in the audit', () => {
  const audited = async (env: Record<string, string>, remoteAddress: string, forwarded: string) => {
    const { server } = await testServer(env)
    const made = await server.inject({
      method: 'POST', url: '/api/v1/users', remoteAddress, payload: { userName: 'x', name: { familyName: 'X' } },
      headers: { authorization: `Bearer ${testKey}`, 'x-forwarded-for': forwarded },
    })
    expect(made.statusCode).toBe(201)
    const found = await server.inject({ url: `/api/v1/audit?filter=${encodeURIComponent(`target.id eq "${made.json().id}"`)}`, headers: { authorization: `Bearer ${testKey}` } })
    return found.json().items.map((one: { ip: string }) => one.ip)
  }
  test('is not what a caller claims', async () => expect(await audited({}, '127.0.0.1', '203.0.113.9')).toEqual(['127.0.0.1']))
  test('is what a trusted proxy says', async () => expect(await audited({ TRUST_PROXY: '127.0.0.1' }, '127.0.0.1', '203.0.113.9')).toEqual(['203.0.113.9']))
  test('is that of the last hop before the proxy, whatever a caller put before it', async () => {
    expect(await audited({ TRUST_PROXY: '127.0.0.1' }, '127.0.0.1', '198.51.100.1, 203.0.113.9')).toEqual(['203.0.113.9'])
  })
  test('is not what others than the proxy say', async () => expect(await audited({ TRUST_PROXY: '10.0.0.0/8' }, '192.0.2.1', '203.0.113.9')).toEqual(['192.0.2.1']))
})

describe('answers', () => {
  test('carry headers that keep browsers from doing harm, refusals too', async () => {
    for (const path of ['/users', '/nothing', `/users/${ann}`]) {
      const { headers } = await shared.ask('GET', path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      expect(headers).not.toHaveProperty('x-powered-by')
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('over https tell browsers to come by https alone', async () => {
    const { server } = await testServer({ TRUST_PROXY: '127.0.0.1' })
    const by = async (proto: string, url: string, method: 'GET' | 'POST' = 'GET') => (await server.inject({ method, url, headers: { 'x-forwarded-proto': proto } })).headers['strict-transport-security']
    const script = /\/assets\/[^"]+\.js/.exec((await server.inject('/')).body)![0]
    // Data, pages and what they load, the documentation, health, what there is not, and what is refused.
    for (const url of ['/api/v1/me', '/api/v1/openapi.json', '/docs', '/', '/sign-in', script, '/health/live', '/nothing', '/api/v1/nothing']) expect([url, await by('https', url), await by('http', url)]).toEqual([url, 'max-age=31536000', undefined])
    expect([await by('https', '/api/v1/sign-in', 'POST'), await by('http', '/api/v1/sign-in', 'POST')]).toEqual(['max-age=31536000', undefined])
    // OpenID, and what no route is found for, are at PUBLIC_URL, whatever a request says.
    const secure = await testServer({ PUBLIC_URL: 'https://people.example.com', TRUST_PROXY: '127.0.0.1' })
    for (const url of ['/%', `/api/v1/users/${'x'.repeat(300)}`, '/oidc/.well-known/openid-configuration', '/oidc/auth', '/oidc/me', '/oidc/nothing', '/.well-known/oauth-authorization-server/oidc']) expect([url, (await secure.server.inject({ url, headers: { 'x-forwarded-proto': 'https' } })).headers['strict-transport-security']]).toEqual([url, 'max-age=31536000'])
  })

  test('never repeat a secret that was sent', async () => {
    const secret = 'Tr0ub4dor-and-3'
    const bodies = [{ password: secret }, { userName: 'x', name: { familyName: 'X' }, password: secret, nonsense: 1 }, `{"password": "${secret}"`, { logins: [{ password: secret, managedSysId: 'none' }] }]
    for (const body of bodies) {
      for (const [method, path] of [['POST', '/users'], ['PATCH', `/users/${ann}`], ['PUT', `/users/${ann}`]] as const) {
        const reply = await shared.ask(method, path, body)
        expect(JSON.stringify([reply.body, reply.headers])).not.toContain(secret)
      }
    }
  })

  test('a request id of a caller is not taken for ours', async () => {
    const { headers } = await shared.ask('GET', '/users', undefined, { 'x-request-id': 'forged', 'request-id': 'forged' })
    expect(headers['x-request-id']).not.toBe('forged')
  })
})

describe('connections', () => {
  let port = 0
  beforeAll(async () => {
    await shared.server.listen({ host: '127.0.0.1', port: 0 })
    port = (shared.server.server.address() as AddressInfo).port
  })

  /** Sends some text and gives all that comes back until the server closes. */
  const send = (...pieces: string[]): Promise<string> => new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (piece) => (answer += piece)).once('close', () => resolve(answer)).once('error', reject)
    for (const piece of pieces) socket.write(piece)
  })
  const problem = (answer: string) => {
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(/content-type: application\/problem\+json/i)
    return JSON.parse(body) as { status: number; code: string }
  }
  const request = (first: string, ...headers: string[]) => [first, 'Host: x', 'Connection: close', `Authorization: Bearer ${testKey}`, ...headers, '', ''].join('\r\n')

  test('a long address and long headers are refused', async () => {
    expect(problem(await send(request(`GET /api/v1/users?filter=${'x'.repeat(200 * 1024)} HTTP/1.1`)))).toMatchObject({ status: 431, code: 'headers_too_large' })
    expect(problem(await send(request('GET /api/v1/users HTTP/1.1', `X-Long: ${'x'.repeat(200_000)}`)))).toMatchObject({ status: 431 })
  })

  test('what is no HTTP is refused, and so are requests that two servers would read differently', async () => {
    expect(problem(await send('HELO example.com\r\n\r\n'))).toMatchObject({ status: 400, code: 'invalid_body' })
    const twoLengths = request('POST /api/v1/users HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2', 'Transfer-Encoding: chunked')
    expect(problem(await send(`${twoLengths}0\r\n\r\n`))).toMatchObject({ status: 400 })
  })

  test.each(['TRACE', 'CONNECT', 'PROPFIND'])('%s is answered with nothing of the request', async (method) => {
    for (const target of ['/', '/api/v1/users', '/oidc/auth', '/health/live']) {
      const answer = await send(request(`${method} ${target} HTTP/1.1`, 'X-Mark: told-back'))
      // Node closes the connection of a CONNECT that nobody takes.
      expect(answer).toMatch(method === 'CONNECT' ? /^$|^HTTP\/1\.1 4/ : /^HTTP\/1\.1 4/)
      expect(answer).not.toContain('told-back')
    }
  })

  test('a body larger than the limit is refused before it is read', async () => {
    const answer = await send(request('POST /api/v1/users HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2000000'))
    expect(problem(answer)).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  test('who sends too slowly is cut off', async () => {
    const http = shared.server.server
    expect([http.headersTimeout, http.requestTimeout]).toEqual([15_000, 30_000])
    // The same guard, with less patience than it has in earnest.
    Object.assign(http, { headersTimeout: 50, requestTimeout: 100 })
    try {
      const slowHead = send('GET /api/v1/users HTTP/1.1\r\nHost: x\r\n')
      const slowBody = send(request('POST /api/v1/users HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 10'), '{')
      expect(problem(await slowHead)).toMatchObject({ status: 408, code: 'request_timeout' })
      expect(await slowBody).toMatch(/^HTTP\/1\.1 408 |^$/)
    } finally {
      Object.assign(http, { headersTimeout: 15_000, requestTimeout: 30_000 })
    }
  })
})

describe('the log', () => {
  const data = dataFolder()
  afterAll(() => removeFolders(data))

  test('holds what went wrong under the id that was answered, and neither keys nor values of people, however much it is asked to say', async () => {
    const server = await startServer({ GATEHOUSE_DATA: data, LOG_LEVEL: 'trace' })
    const { stdout } = await command(['keys', 'create', '--user', 'admin', '--name', 'log', '--scopes', 'admin'], { GATEHOUSE_DATA: data })
    const token = stdout.trim()
    const person = { userName: 'private-name', name: { familyName: 'Very-Private' }, nonsense: 'secret-value' }
    const wrong = 'gh_wrong-key-that-nobody-may-see'
    const statuses = await Promise.all([
      server.ask('GET', '/users', undefined, token), server.ask('GET', '/users', undefined, wrong), server.ask('POST', '/users', person, token),
      server.ask('GET', `/users?filter=${encodeURIComponent('userName eq "private-name')}`, undefined, token), server.ask('GET', '/nothing', undefined, token),
    ])
    expect(statuses.map(({ status }) => status)).toEqual([200, 401, 400, 400, 404])
    const refused = await Promise.all(statuses.slice(1).map((reply) => reply.text()))
    // Nobody reckons with this one: the log has what it was, under the id that the answer shows and nothing else.
    const database = databaseOf(data)
    await database.execute('alter table public.res rename to res_that_was').finally(() => database.close())
    const broken = await server.ask('GET', '/resources?count=1', undefined, token)
    const { requestId, ...shown } = (await broken.json()) as Record<string, unknown>
    expect(broken.status).toBe(500)
    expect(JSON.stringify(shown)).not.toMatch(/res_that_was|relation|select/)
    // And a line break in an address begins no line of its own.
    await server.ask('GET', '/users/x%0a%7B%22level%22%3A50%7D?filter=a%0d%0ab', undefined, token)
    await server.stop('SIGTERM')
    const lines = server.said().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { requestId?: string; err?: { message: string } })
    expect(lines.filter((line) => line.requestId === requestId).map(({ err }) => err?.message)).toEqual([expect.stringMatching(/relation "(?:public\.)?res" does not exist/)])
    expect(server.said().split('\n').filter((line) => line.startsWith('{"level":50}'))).toEqual([])
    for (const secret of [token, wrong, 'private-name', 'Very-Private', 'secret-value', 'Bearer gh_']) expect(server.said()).not.toContain(secret)
    for (const secret of [token, wrong]) expect(refused.join()).not.toContain(secret)
  }, 90_000)
})
