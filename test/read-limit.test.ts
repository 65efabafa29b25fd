/** A reading request may not hold the database for as long as a write may; what is stopped says so, and what to do. */
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import type { GatehouseError } from '../src/errors.ts'
import { Database } from '../src/store/database.ts'
import { giveRole } from './administrators.ts'
import { emptyDatabase } from './database.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer({ READ_TIMEOUT_SECONDS: '1' })

/** Holds USERS for as long as `work` takes, and at least `ms`. */
async function whileLocked<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const locked = Promise.withResolvers<void>()
  const holding = ctx.db.transaction(async (tx) => {
    await tx.execute('lock table users in access exclusive mode')
    locked.resolve()
    await tx.query('select pg_sleep($1)', [ms / 1000])
  })
  await locked.promise
  const result = await work()
  await holding
  return result
}

test('a list that takes too long ends in a problem that says what to do, and the next one is answered', async () => {
  const { body: made } = await ask('POST', '/users', { userName: 'ada' })
  const began = performance.now()
  const [listed, counted, one, changed] = await whileLocked(2500, () => Promise.all([
    ask('GET', '/users'), ask('GET', '/users?total=true&filter=title+co+"x"'), ask('GET', `/users/${made.id}`),
    // Writes wait: they hold the ordinary limit, on the same connections.
    ask('PATCH', `/users/${made.id}`, { title: 'Countess' }),
  ]))
  for (const reply of [listed, counted, one]) {
    expect(reply).toMatchObject({ status: 503, body: { code: 'too_slow', detail: expect.stringMatching(/narrow the filter.*total=true/) } })
    expect(reply.headers).not.toHaveProperty('retry-after')
  }
  expect(performance.now() - began).toBeLessThan(15_000)
  expect(changed).toMatchObject({ status: 200, body: { title: 'Countess' } })
  expect(await ask('GET', '/users')).toMatchObject({ status: 200, body: { items: [{ title: 'Countess' }] } })
})

test('one reading request after the other sets no limit: who asks is looked up under the same one', async () => {
  const { body: reader } = await ask('POST', '/users', { userName: 'reader' })
  await giveRole(ctx, reader.id, 'AUDITOR')
  const { body: key } = await ask('POST', '/keys', { userId: reader.id, name: 'r', scopes: ['read'] })
  const own = { authorization: `Bearer ${key.token}` }
  await ask('GET', '/users', undefined, own)
  const asked = vi.spyOn(pg.Client.prototype, 'query')
  for (let round = 0; round < 3; round++) expect((await ask('GET', '/users', undefined, own)).status).toBe(200)
  const texts = asked.mock.calls.map(([first]) => (typeof first === 'string' ? first : (first as { text?: string }).text ?? ''))
  asked.mockRestore()
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter((text) => text.startsWith('set statement_timeout'))).toEqual([])
})

const limitOf = async (db: Pick<Database, 'first'>) => (await db.first<{ statement_timeout: string }>('show statement_timeout'))!.statement_timeout

test.each([['kept statements', true], ['a pooler', false]])('the limit goes with the question and not with the connection: %s', async (_what, namedStatements) => {
  const db = new Database({ ...(await emptyDatabase()), poolSize: 1, namedStatements })
  try {
    const reading = db.withLimit(200)
    expect(await limitOf(db)).toBe('1min')
    for (let round = 0; round < 2; round++) {
      expect(await limitOf(reading)).toBe('200ms')
      expect(await db.transaction(limitOf)).toBe('1min')
      expect(await reading.transaction(limitOf)).toBe('1min')
      expect(await limitOf(reading)).toBe('200ms')
      expect(await limitOf(db)).toBe('1min')
    }
    await expect(reading.query('select pg_sleep(5)')).rejects.toMatchObject({ code: 'too_slow' } satisfies Partial<GatehouseError>)
    expect(await limitOf(reading.withLimit(500))).toBe('500ms')
  } finally {
    await db.close()
  }
})
