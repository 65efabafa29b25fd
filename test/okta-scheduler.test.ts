/** The rate scheduler and the retry table against the double, with its limits and its bad days, on a clock of their own. */
import { afterAll, describe, expect, test } from 'vitest'
import { createOktaClient, type OktaClientOptions } from '../src/connectors/okta/client.ts'
import type { OktaError } from '../src/connectors/okta/errors.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { seededRandom } from '../twin/random.ts'
import { publishedLimits } from '../twin/rate-limit.ts'
import { createTwin, type TwinOptions } from '../twin/server.ts'
import { virtualTime } from './virtual-time.ts'

const token = 'scheduler-token'
const start = Date.UTC(2026, 0, 1)
const seed = { users: [{ id: '00uSeedAda00000gH5d7', profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } }], groups: [{ id: '00gSeedReaders0gH5d7', name: 'Readers' }] }
const ada = '/api/v1/users/00uSeedAda00000gH5d7'
const membership = '/api/v1/groups/00gSeedReaders0gH5d7/users/00uSeedAda00000gH5d7'

async function world(options: TwinOptions & { latency?: () => number } = {}, more: Partial<OktaClientOptions> = {}) {
  const time = virtualTime(start, options.latency)
  const twin = createTwin({ token, seed, random: seededRandom(3), recordedCalls: 100_000, clock: () => new Date(time.now()), ...options })
  const orgUrl = await twin.listen(0)
  afterAll(() => twin.close())
  const errors: OktaError[] = []
  const client = createOktaClient({
    orgUrl, authorization: () => `SSWS ${token}`, budget: createRateBudget(50), now: time.now, sleep: time.sleep, fetch: time.fetch, random: seededRandom(5), onError: (error) => errors.push(error), ...more,
  })
  /** Instants of the calls, in seconds from the start. */
  const sent = () => twin.calls.list().map(({ at }) => (Date.parse(at) - start) / 1000)
  /** Several workers that go on until so many seconds have passed. */
  const work = (seconds: number, workers: number, request: () => Promise<unknown>) => Promise.all(Array.from({ length: workers }, async () => {
    while (time.now() < start + seconds * 1000) await request()
  }))
  return { time, twin, client, errors, sent, work }
}

const create = { body: { profile: { login: 'bob@example.com', email: 'bob@example.com', firstName: 'Bob', lastName: 'Byron' } }, repeatable: false }

describe('under Okta\'s published limits', () => {
  test.each([
    ['memberships', 'enterprise', 'PUT', membership, 300],
    ['app assignments, of which few are allowed', 'enterprise', 'GET', '/api/v1/apps', 50],
  ] as const)('%s: nearly all of the share is used, and nothing is refused', async (_name, plan, method, path, perMinute) => {
    const random = seededRandom(9)
    // Requests overtake each other on their way.
    const { twin, client, sent, work, errors } = await world({ rateLimits: { ...publishedLimits(plan), headersShow: 'org' }, latency: () => 20 + random() * 400 })
    await work(180, 12, () => client.request(method, path))
    expect(errors).toEqual([])
    expect(twin.calls.list().some(({ status }) => status === 429)).toBe(false)
    const steady = sent().filter((at) => at >= 60 && at < 180).length / 2
    expect(steady).toBeGreaterThanOrEqual(0.95 * perMinute)
    expect(steady).toBeLessThanOrEqual(perMinute)
  }, 60_000)

  test('a limit that is not known yet is found out by one request', async () => {
    let underWay = 0
    let most = 0
    const { time, client } = await world({ rateLimits: publishedLimits('free') })
    const counting = createOktaClient({
      orgUrl: 'https://org.example', authorization: () => 'x', budget: createRateBudget(50), now: time.now, sleep: time.sleep, random: () => 0,
      async fetch() {
        most = Math.max(most, ++underWay)
        await time.sleep(200)
        underWay--
        return Response.json([])
      },
    })
    await Promise.all(Array.from({ length: 20 }, () => counting.request('GET', '/api/v1/apps')))
    expect(most).toBe(1)
    await client.request('GET', ada)
  })
})

describe('each bad day has its own rule', () => {
  test('429: waits for the reset, and no burst comes after it', async () => {
    const { twin, client, sent, work } = await world({ rateLimits: { ...publishedLimits('enterprise'), headersShow: 'org' } })
    await work(30, 8, () => client.request('PUT', membership))
    twin.faults.add({ kind: 'status', status: 429, resetSeconds: 40, count: 1 })
    await work(150, 8, () => client.request('PUT', membership))
    const refused = (Date.parse(twin.calls.list().find(({ status }) => status === 429)!.at) - start) / 1000
    const after = sent().filter((at) => at > refused)
    expect(after[0]! - refused).toBeGreaterThanOrEqual(40)
    for (const [index, at] of after.entries()) {
      const inFive = after.filter((other) => other >= at && other < at + 5).length
      expect(inFive, `calls after ${index}`).toBeLessThanOrEqual(5 * 5 + 3)
    }
    expect(twin.calls.list().filter(({ status }) => status === 429)).toHaveLength(1)
  })

  test('429 of a create: it was certainly not carried out, and is sent again', async () => {
    const { twin, client } = await world({ faults: [{ kind: 'status', status: 429, resetSeconds: 5, method: 'POST', count: 1 }] })
    await client.request('POST', '/api/v1/users', create)
    expect(twin.calls.list().map(({ status }) => status)).toEqual([429, 200])
  })

  test('429 for too many at once: fewer are under way afterwards, at once and not at a reset', async () => {
    let underWay = 0
    const seen: number[] = []
    const { time, twin, client, work } = await world({ faults: [{ kind: 'concurrency', skip: 60, count: 2 }] })
    await client.request('GET', ada)
    const plain = time.fetch
    const crowded = createOktaClient({
      orgUrl: twin.org.address!, authorization: () => `SSWS ${token}`, budget: createRateBudget(50), now: time.now, sleep: time.sleep, random: () => 0,
      async fetch(input, init) {
        seen.push(++underWay)
        await time.sleep(300)
        try {
          return await plain(input, init)
        } finally {
          underWay--
        }
      },
    })
    await work(5, 24, () => crowded.request('GET', ada))
    const refused = twin.calls.list().findIndex(({ status }) => status === 429)
    expect(Math.max(...seen.slice(0, refused))).toBeGreaterThan(15)
    // Those that were under way come to their end first.
    expect(Math.max(...seen.slice(refused + 30, refused + 70))).toBeLessThanOrEqual(16)
    expect(twin.calls.list().filter(({ status }) => status === 429)).toHaveLength(2)
  }, 60_000)

  test.each([
    ['5xx with an error of Okta\'s', { kind: 'status', status: 500 }, 'E0000009'],
    ['an HTML page', { kind: 'html' }, 'not_json'],
    ['a connection reset', { kind: 'reset' }, /ECONNRESET|UND_ERR_SOCKET|network/],
    ['half an answer', { kind: 'cut-body' }, /not_json|ECONNRESET|UND_ERR|network/],
    ['a lost answer', { kind: 'lost-answer' }, /ECONNRESET|UND_ERR_SOCKET|network/],
    ['no answer in time', { kind: 'slow', delayMs: 8000 }, 'timeout'],
  ] as const)('%s: read again, but nothing is made twice', async (_name, fault, code) => {
    const { twin, client, errors } = await world({}, code === 'timeout' ? { timeoutMs: 1500 } : {})
    twin.faults.add({ ...fault, method: 'GET', path: ada, count: 2 })
    twin.faults.add({ ...fault, method: 'POST', path: '/api/v1/users', count: 1 })
    expect((await client.request<{ id: string }>('GET', ada)).body.id).toBe(seed.users[0]!.id)
    // On a machine that is busy with other things an answer may take too long by itself.
    expect(errors.length).toBeGreaterThanOrEqual(2)
    for (const error of errors) expect(error.code).toMatch(code)
    await expect(client.request('POST', '/api/v1/users', create)).rejects.toMatchObject({ isOutcomeUnknown: true })
    expect(twin.calls.list().filter(({ method }) => method === 'POST')).toHaveLength(1)
  }, 30_000)

  test('an account that is still being activated is asked again until it is done', async () => {
    const { client, time } = await world({ options: { activationSeconds: 3 } })
    const { body } = await client.request<{ id: string }>('POST', '/api/v1/users?activate=true', create)
    await client.request('POST', `/api/v1/users/${body.id}`, { body: { profile: { title: 'Poet' } } })
    expect(time.now() - start).toBeGreaterThanOrEqual(3000)
  })
})
