/** The Okta double's rate limits: buckets, headers, the window of 60 seconds, shares, concurrency. */
import { describe, expect, it } from 'vitest'
import { harness } from './twin-harness.ts'
import type { Answer } from './twin-harness.ts'

const rate = (answer: Answer) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(answer.headers[`x-rate-limit-${name}`]))
const start = Date.parse('2026-01-01T00:00:00.000Z') / 1000

describe('rate limits', () => {
  it('are off by default, and the headers report plenty', async () => {
    const { call } = harness()
    expect(rate(await call('GET', '/api/v1/users'))).toEqual([1_000_000, 999_999, start + 60])
  })

  it('count down, refuse with 429 E0000047, and begin anew 60 seconds after the first request', async () => {
    const h = harness({ rateLimits: { buckets: { users: 2 } } })
    await h.wait(7)
    expect(rate(await h.call('GET', '/api/v1/users'))).toEqual([2, 1, start + 67])
    await h.wait(50)
    expect(rate(await h.call('GET', '/api/v1/users'))).toEqual([2, 0, start + 67])
    const refused = await h.call('GET', '/api/v1/users')
    expect([refused.status, refused.body.errorCode]).toEqual([429, 'E0000047'])
    expect(rate(refused)).toEqual([2, 0, start + 67])
    await h.wait(10)
    expect(rate(await h.call('GET', '/api/v1/users'))).toEqual([2, 1, start + 127])
  })

  it.each<[string, string, number]>([
    ['GET', '/api/v1/users', 600],
    ['POST', '/api/v1/users', 600],
    ['GET', '/api/v1/users/00u1', 2000],
    ['PUT', '/api/v1/users/00u1', 600],
    ['DELETE', '/api/v1/users/00u1', 600],
    ['POST', '/api/v1/users/00u1/lifecycle/activate', 1200],
    ['GET', '/api/v1/users/00u1/groups', 1200],
    ['GET', '/api/v1/groups', 500],
    ['GET', '/api/v1/groups/00g1', 1000],
    ['PUT', '/api/v1/groups/00g1/users/00u1', 1200],
    ['GET', '/api/v1/apps', 100],
    ['GET', '/api/v1/apps/0oa1', 500],
    ['POST', '/api/v1/apps/0oa1/users', 100],
    ['GET', '/api/v1/logs', 120],
    ['GET', '/oauth2/v1/clients/0oa1', 100],
    ['GET', '/api/v1/meta/schemas/user/default', 1200],
  ])('%s %s has %d a minute in a workforce org', async (method, url, limit) => {
    const { call } = harness({ rateLimits: { plan: 'workforce' } })
    expect(rate(await call(method, url)).slice(0, 2)).toEqual([limit, limit - 1])
  })

  it('a token may use its share only, and the others the rest', async () => {
    const { call } = harness({ tokens: ['other'], rateLimits: { buckets: { users: 4 }, tokenShare: 0.5 } })
    const statuses = []
    for (const name of ['test-token', 'test-token', 'test-token', 'other', 'other', 'other']) {
      statuses.push((await call('GET', '/api/v1/users', undefined, { authorization: `SSWS ${name}` })).status)
    }
    expect(statuses).toEqual([200, 200, 429, 200, 200, 429])
  })

  it('too many at once are refused with Limit 0 and Remaining 0, and the room comes back', async () => {
    const { call } = harness({ rateLimits: { concurrency: 2 }, faults: [{ kind: 'slow', delayMs: 50, count: 2 }] })
    const answers = await Promise.all([1, 2, 3].map(() => call('GET', '/api/v1/users')))
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 200, 429])
    const refused = answers.find((answer) => answer.status === 429)!
    expect(rate(refused).slice(0, 2)).toEqual([0, 0])
    expect(refused.body.errorCode).toBe('E0000047')
    for (let index = 0; index < 3; index += 1) expect((await call('GET', '/api/v1/users')).status).toBe(200)
  })

  it('Date runs on the same clock as Reset', async () => {
    const h = harness()
    await h.wait(3600)
    expect((await h.call('GET', '/api/v1/users')).headers['date']).toBe('Thu, 01 Jan 2026 01:00:00 GMT')
  })

  it('can be changed while it runs', async () => {
    const { call } = harness()
    await call('PUT', '/_twin/limits', { plan: 'free', tokenShare: 0.5, concurrency: 35 })
    expect(rate(await call('GET', '/api/v1/apps')).slice(0, 2)).toEqual([10, 9])
    const wrongs = [{ plan: 'gold' }, { buckets: { nothing: 1 } }, { buckets: { users: -1 } }, { tokenShare: 0 }]
    for (const wrong of wrongs) {
      expect((await call('PUT', '/_twin/limits', wrong)).status).toBe(400)
    }
  })
})
