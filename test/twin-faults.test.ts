/** The Okta double's bad days, over real connections, so that what breaks is what breaks in life. */
import { afterEach, describe, expect, it } from 'vitest'
import { pathMatches } from '../twin/faults.ts'
import { seededRandom } from '../twin/random.ts'
import { createTwin } from '../twin/server.ts'
import type { Twin } from '../twin/server.ts'
import { harness } from './twin-harness.ts'

let twin: Twin | undefined

afterEach(async () => {
  await twin?.close()
  twin = undefined
})

type Send = (method: string, path: string, body?: unknown) => Promise<Response>

async function listening(faults: unknown): Promise<Send> {
  twin = createTwin({ token: 't', faults, random: seededRandom(3) })
  const url = await twin.listen(0)
  return (method, path, body) =>
    fetch(url + path, {
      method,
      headers: { authorization: 'SSWS t', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}

const ada = { profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } }

it.each([
  ['a list', (faults: unknown) => faults],
  ['a list with a seed', (faults: unknown) => ({ seed: 1, faults })],
])('%s of faults is armed whole or not at all', async (_, wrapped) => {
  const send = await listening([])
  const good = { kind: 'status', status: 500, path: '/api/v1/users' }
  expect((await send('POST', '/_twin/faults', wrapped([good, { ...good, kind: 'none of ours' }]))).status).toBe(400)
  expect(await (await send('GET', '/_twin/faults')).json()).toEqual([])
  expect((await send('POST', '/_twin/faults', wrapped([good, good]))).status).toBe(200)
  expect((await (await send('GET', '/_twin/faults')).json() as { id: string }[]).map(({ id }) => id)).toEqual(['fault-1', 'fault-2'])
})

describe('faults over the wire', () => {
  it('lost-answer: the user is there, the client does not know', async () => {
    const send = await listening([{ kind: 'lost-answer', method: 'POST', path: '/api/v1/users', count: 1 }])
    await expect(send('POST', '/api/v1/users', ada)).rejects.toThrow('fetch failed')
    expect((await send('GET', '/api/v1/users/ada')).status).toBe(200)
    expect((await send('POST', '/api/v1/users', ada)).status).toBe(400)
    const [first, , third] = twin!.calls.list()
    expect(first).toMatchObject({ status: 200, faults: ['lost-answer'] })
    expect(third).toMatchObject({ status: 400, errorCode: 'E0000001', faults: [] })
  })

  it('lost-answer of an answer without a body', async () => {
    const send = await listening({ kind: 'lost-answer', method: 'DELETE', count: 1 })
    await send('POST', '/api/v1/users', ada)
    await expect(send('DELETE', '/api/v1/users/ada')).rejects.toThrow('fetch failed')
    expect(await (await send('GET', '/api/v1/users/ada')).json()).toMatchObject({ status: 'DEPROVISIONED' })
  })

  it('reset: nothing has been done', async () => {
    const send = await listening([{ kind: 'reset', method: 'POST', count: 1 }])
    await expect(send('POST', '/api/v1/users', ada)).rejects.toThrow('fetch failed')
    expect(twin!.org.users.size).toBe(0)
    expect(twin!.calls.list()[0]).toMatchObject({ status: null, faults: ['reset'] })
  })

  it('cut-body: a good status and half of the JSON', async () => {
    const send = await listening([{ kind: 'cut-body', count: 1 }])
    const response = await send('GET', '/api/v1/users/none')
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('html: a 503 that is no JSON', async () => {
    const send = await listening([{ kind: 'html', count: 1 }])
    const response = await send('GET', '/api/v1/users')
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(await response.text()).toMatch(/^<html>/)
    expect((await send('GET', '/api/v1/users')).status).toBe(200)
  })

  it('slow: the request waits and then succeeds, also when the client has given up', async () => {
    const send = await listening([{ kind: 'slow', delayMs: 40, count: 1 }])
    const gone = new AbortController()
    const url = twin!.app.listeningOrigin
    const sent = fetch(`${url}/api/v1/users`, {
      method: 'POST', body: JSON.stringify(ada), signal: gone.signal,
      headers: { authorization: 'SSWS t', 'content-type': 'application/json' },
    })
    while (twin!.calls.list()[0]?.faults.length !== 1) await new Promise((resolve) => setTimeout(resolve, 2))
    gone.abort()
    await expect(sent).rejects.toThrow()
    while (twin!.org.users.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await send('GET', '/api/v1/users/ada')).status).toBe(200)
  })

  it('Link headers arrive as two lines', async () => {
    const send = await listening([])
    await send('POST', '/api/v1/users', ada)
    await send('POST', '/api/v1/users', { profile: { ...ada.profile, login: 'bob@example.com' } })
    const response = await send('GET', '/api/v1/users?limit=1')
    const lines = response.headers.get('link')!.split(', ')
    expect(lines.map((line) => line.replace(/^<.*>; /, ''))).toEqual(['rel="self"', 'rel="next"'])
    const next = /<([^>]+)>; rel="next"/.exec(lines[1]!)![1]!
    const page = await fetch(next, { headers: { authorization: 'SSWS t' } })
    expect(await page.json()).toHaveLength(1)
  })

  it('a connection that is kept by the client does not hold up closing', async () => {
    const send = await listening([])
    await (await send('GET', '/api/v1/users')).text()
    await twin!.close()
    twin = undefined
  })
})

describe('the fault plan', () => {
  it.each([
    [429, 'E0000047'], [500, 'E0000009'], [503, 'E0000181'], [409, 'E0000112'], [418, 'E0000009'],
  ])('status %d answers %s in the error shape', async (status, code) => {
    const { call } = harness({ faults: [{ kind: 'status', status }] })
    const answer = await call('GET', '/api/v1/users')
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ errorCode: code, errorLink: code, errorCauses: [] })
  })

  it('a 429 tells when to come back; concurrency shows Limit 0', async () => {
    const { call } = harness({
      faults: [{ kind: 'status', status: 429, resetSeconds: 9, count: 1 }, { kind: 'concurrency', count: 1 }],
    })
    const reset = String(Date.parse('2026-01-01T00:00:09.000Z') / 1000)
    expect((await call('GET', '/api/v1/users')).headers).toMatchObject({
      'x-rate-limit-limit': '1000000', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': reset,
    })
    const answer = await call('GET', '/api/v1/users')
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({ 'x-rate-limit-limit': '0', 'x-rate-limit-remaining': '0' })
  })

  it('meets only its method and path, after those it skips, as often as it says', async () => {
    const { call } = harness()
    const fault = { kind: 'status', status: 500, method: 'get', path: '/api/v1/users/*', skip: 1, count: 2 }
    const added = await call('POST', '/_twin/faults', fault)
    expect(added.body).toMatchObject({ id: 'fault-1', method: 'GET', hits: 0 })
    const statuses = []
    for (const path of ['/api/v1/users', '/api/v1/users/a/groups', ...Array<string>(4).fill('/api/v1/users/a')]) {
      statuses.push((await call('GET', path)).status)
    }
    expect(statuses).toEqual([200, 404, 404, 500, 500, 404])
    expect((await call('GET', '/_twin/faults')).body).toMatchObject([{ hits: 2 }])
  })

  it('strikes by chance, the same way again with the same seed', async () => {
    const run = async () => {
      const { call } = harness({ faults: { seed: 5, faults: [{ kind: 'status', status: 503, probability: 0.2 }] } })
      const statuses: number[] = []
      for (let index = 0; index < 100; index += 1) statuses.push((await call('GET', '/api/v1/groups')).status)
      return statuses
    }
    const first = await run()
    const struck = first.filter((status) => status === 503).length
    expect(struck).toBeGreaterThan(8)
    expect(struck).toBeLessThan(35)
    expect(await run()).toEqual(first)
  })

  it('is taken back one by one or whole, and never meets the controls', async () => {
    const { call } = harness({ faults: [{ kind: 'status', status: 500 }] })
    expect((await call('GET', '/api/v1/users')).status).toBe(500)
    expect((await call('GET', '/_twin/state')).status).toBe(200)
    expect((await call('DELETE', '/_twin/faults/fault-1')).status).toBe(204)
    expect((await call('DELETE', '/_twin/faults/fault-1')).status).toBe(404)
    await call('POST', '/_twin/faults', [{ kind: 'html' }, { kind: 'html' }])
    await call('DELETE', '/_twin/faults')
    expect((await call('GET', '/api/v1/users')).status).toBe(200)
  })

  it.each([
    [{}], [{ kind: 'rain' }], [{ kind: 'status', status: 600 }], [{ kind: 'slow', delayMs: -1 }],
    [{ kind: 'html', count: 'x' }], [{ kind: 'html', probability: 2 }], [{ kind: 'html', path: 7 }],
    [{ kind: 'html', chance: 0.2 }],
  ])('refuses %j', async (fault) => {
    const answer = await harness().call('POST', '/_twin/faults', fault)
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  })

  it.each([
    ['/api/v1/users/*', '/api/v1/users/00u1', true],
    ['/api/v1/users/*', '/api/v1/users', false],
    ['/api/v1/users/*', '/api/v1/users/00u1/groups', false],
    ['/api/v1/**', '/api/v1/users/00u1/groups', true],
    ['/api/v1/users/*/lifecycle/*', '/api/v1/users/00u1/lifecycle/activate', true],
    ['/api/v1/us.rs', '/api/v1/users', false],
  ])('%s meets %s: %s', (pattern, path, expected) => {
    expect(pathMatches(pattern, path)).toBe(expected)
  })
})
