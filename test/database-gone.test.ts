/** The database goes away, in the middle of a request too, and comes back: 503 in between, and well again without a restart. */
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { buildServer } from '../src/main.ts'
import { newId } from '../src/model/id.ts'
import type { Database } from '../src/store/database.ts'
import { asDomainError } from '../src/store/database-errors.ts'
import { inDatabase, migratedDatabase, open } from './database.ts'
import { testMasterKey } from './master-key.ts'
import { testKey } from './rest-server.ts'

const options = await migratedDatabase()
const db = open({ ...options, poolSize: 5 })
const admin = open({ ...inDatabase(options, 'postgres'), poolSize: 2 })
const [{ name }] = await db.query<{ name: string }>('select current_database() as name') as [{ name: string }]

const config = readConfig({ LOG_LEVEL: 'silent', GATEHOUSE_API_KEY: testKey, AUTH_FAILURES_PER_MINUTE: '100000' })
const server = buildServer({ db, config, now: () => new Date(), newId }, testMasterKey())
afterAll(() => server.close())

async function ask(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object, headers: Record<string, string> = {}) {
  const reply = await server.inject({ method, url: `/api/v1${url}`, payload, headers: { authorization: `Bearer ${testKey}`, ...headers } })
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers }
}

const close = () => admin.execute(`alter database ${name} allow_connections false`)
const reopen = () => admin.execute(`alter database ${name} allow_connections true`)
const disconnect = () => admin.execute('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])

const unavailable = { status: 503, body: { status: 503, code: 'unavailable', requestId: expect.any(String) }, headers: { 'retry-after': '1' } }

/** Another session that holds a person's row, so that a request on it waits. */
async function held<T>(id: string, work: (holder: Database) => Promise<T>): Promise<T> {
  const holder = open({ ...options, poolSize: 1 })
  const client = await holder.pool.connect()
  client.on('error', () => {})
  try {
    await client.query('begin')
    await client.query('select 1 from users where user_id = $1 for update', [id])
    return await work(holder)
  } finally {
    await client.query('rollback').catch(() => {})
    client.release(true)
  }
}

/** Resolves once a session of the server waits for a lock. */
async function waiting(): Promise<void> {
  for (;;) {
    const [row] = await admin.query(`select 1 from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`, [name])
    if (row) return
  }
}

const disconnectWaiting = () => admin.execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`, [name])

describe('without a database', () => {
  test('every request is told to come back, and the next one after its return is answered', async () => {
    const { body } = await ask('POST', '/users', { userName: 'before' })
    await close()
    await disconnect()
    for (const [method, url, payload] of [['GET', '/users'], ['GET', `/users/${body.id}`], ['POST', '/users', { userName: 'meanwhile' }], ['PATCH', `/users/${body.id}`, { title: 'T' }], ['GET', '/plans']] as const) {
      const reply = await ask(method, url, payload)
      expect(reply, `${method} ${url}`).toMatchObject(unavailable)
      expect(JSON.stringify(reply.body)).not.toMatch(/postgres|connection|gatehouse_test/i)
    }
    expect((await server.inject('/health/ready')).statusCode).toBe(503)
    expect((await server.inject('/health/live')).statusCode).toBe(200)
    await reopen()
    expect((await ask('GET', `/users/${body.id}`)).body).toMatchObject({ userName: 'before' })
    expect((await ask('POST', '/users', { userName: 'meanwhile' })).status).toBe(201)
    expect((await server.inject('/health/ready')).statusCode).toBe(200)
  })

  test('the people of a burst are all told, and none of the connections is lost for good', async () => {
    await close()
    await disconnect()
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/users')))
    expect(replies.map((one) => one.status)).toEqual(replies.map(() => 503))
    await reopen()
    const after = await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/users')))
    expect(after.map((one) => one.status)).toEqual(after.map(() => 200))
  })
})

describe('a connection that breaks', () => {
  test('in the middle of a change leaves nothing half done', async () => {
    const { body } = await ask('POST', '/users', { userName: 'midway' })
    await held(body.id, async () => {
      const reply = ask('PATCH', `/users/${body.id}`, { title: 'T', emails: [{ value: 'a@example.org' }] })
      await waiting()
      await disconnectWaiting()
      expect(await reply).toMatchObject(unavailable)
    })
    expect((await ask('GET', `/users/${body.id}`)).body).toMatchObject({ meta: { version: 1 } })
    expect(await ask('PATCH', `/users/${body.id}`, { title: 'T' })).toMatchObject({ status: 200, body: { title: 'T', meta: { version: 2 } } })
  })

  test('leaves an idempotency key free, so that the same request can be sent again', async () => {
    const { body } = await ask('POST', '/users', { userName: 'again' })
    const send = () => ask('PATCH', `/users/${body.id}`, { title: 'Once' }, { 'idempotency-key': 'the-key' })
    await held(body.id, async () => {
      const reply = send()
      await waiting()
      await disconnectWaiting()
      expect(await reply).toMatchObject(unavailable)
    })
    expect(await send()).toMatchObject({ status: 200, body: { title: 'Once' } })
    expect((await send()).headers).toMatchObject({ 'idempotency-replayed': 'true' })
  })

  test('while it is idle is not noticed at all', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ask('GET', '/users')))
    await disconnect()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await ask('GET', '/users')).status).toBe(200)
  })
})

test.each([
  [{ code: '53100', message: 'could not extend file: No space left on device' }, 'disk_full', 507],
  [{ code: '57P01', message: 'terminating connection due to administrator command' }, 'unavailable', 503],
  [{ code: '57P03', message: 'the database system is starting up' }, 'unavailable', 503],
  [{ code: '53300', message: 'sorry, too many clients already' }, 'unavailable', 503],
  [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }, 'unavailable', 503],
  [{ message: 'Connection terminated unexpectedly' }, 'unavailable', 503],
  [{ message: 'timeout exceeded when trying to connect' }, 'unavailable', 503],
])('%j is %s', (error, code, status) => {
  expect(asDomainError(Object.assign(new Error(error.message), error))).toMatchObject({ code, status })
})
