/** The Okta double's System Log and event hooks: polling, bounds, verification, delivery, and their bad days. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { everyPage, harness, nextOf } from './twin-harness.ts'
import type { Harness, Wire } from './twin-harness.ts'

const types = (events: Wire[]) => events.map((event) => event.eventType)
const ada = { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' }

describe('the System Log', () => {
  it('says who did what to whom, with the id of the request', async () => {
    const h = harness()
    const { id } = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    const { headers } = await h.call('POST', `/api/v1/users/${id}`, { profile: { title: 'Countess' } })
    const { body } = await h.call('GET', '/api/v1/logs')
    expect(types(body)).toEqual(['user.lifecycle.create', 'user.lifecycle.activate', 'user.account.update_profile'])
    expect(body[2]).toMatchObject({
      published: '2026-01-01T00:00:00.000Z', version: '0', severity: 'INFO', displayMessage: 'Update user profile for Okta',
      actor: { type: 'User', displayName: 'API token' }, outcome: { result: 'SUCCESS' },
      target: [{ id, type: 'User', alternateId: 'ada@example.com', displayName: 'Ada Byron' }],
      transaction: { type: 'WEB', id: headers['x-okta-request-id'] }, debugContext: { debugData: { changedAttributes: 'title' } },
    })
    expect(new Set(body.map((event: Wire) => event.uuid)).size).toBe(3)
  })

  it.each<[string, (h: Harness, id: string) => Promise<unknown>, string[]]>([
    ['deactivate', (h, id) => h.call('POST', `/api/v1/users/${id}/lifecycle/deactivate`), ['user.lifecycle.deactivate']],
    ['suspend', (h, id) => h.call('POST', `/api/v1/users/${id}/lifecycle/suspend`), ['user.lifecycle.suspend']],
    ['a refused unlock', (h, id) => h.call('POST', `/api/v1/users/${id}/lifecycle/unlock`), []],
    ['an unchanged profile', (h, id) => h.call('POST', `/api/v1/users/${id}`, { profile: { firstName: 'Ada' } }), []],
    ['being locked out', (h, id) => h.force(id, 'LOCKED_OUT'), ['user.account.lock']],
    ['both deletes', async (h, id) => {
      await h.call('DELETE', `/api/v1/users/${id}`)
      await h.call('DELETE', `/api/v1/users/${id}`)
    }, ['user.lifecycle.deactivate', 'user.lifecycle.delete.initiated', 'user.lifecycle.delete.completed']],
  ])('%s', async (_, act, expected) => {
    const h = harness()
    const { id } = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    const before = nextOf(await h.call('GET', '/api/v1/logs'))!
    await act(h, id)
    expect(types((await h.call('GET', before)).body)).toEqual(expected)
  })

  it('tells of memberships, and of the apps that come and go with them', async () => {
    const h = harness()
    const { id } = await h.user('ada@example.com')
    const group = (await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })).body.id
    const app = (await h.call('POST', '/api/v1/apps', { label: 'Portal' })).body.id
    await h.call('PUT', `/api/v1/apps/${app}/groups/${group}`, {})
    const before = nextOf(await h.call('GET', '/api/v1/logs'))!
    for (const method of ['PUT', 'PUT', 'DELETE']) await h.call(method, `/api/v1/groups/${group}/users/${id}`)
    await h.call('POST', `/api/v1/apps/${app}/users`, { id })
    await h.call('POST', `/api/v1/users/${id}/lifecycle/deactivate`)
    const { body } = await h.call('GET', before)
    expect(types(body)).toEqual([
      'group.user_membership.add', 'application.user_membership.add', 'group.user_membership.remove', 'application.user_membership.remove',
      'application.user_membership.add', 'user.lifecycle.deactivate', 'application.user_membership.remove',
    ])
    expect(body[0].target.map((target: Wire) => target.id)).toEqual([id, group])
    expect(body[1].target.map((target: Wire) => target.type)).toEqual(['AppUser', 'AppInstance', 'User'])
  })

  it('polling gives every entry once, in the order they were persisted, and always a next link', async () => {
    const h = harness({ options: { logLagSeconds: 1, logJitterSeconds: 60 } })
    const next = nextOf(await h.call('GET', '/api/v1/logs?since=2025-12-31T00:00:00Z&limit=3'))!
    for (let index = 0; index < 8; index += 1) {
      await h.user(`user${index}@example.com`)
      await h.wait(1)
    }
    const seen: Wire[] = []
    let url = next
    for (let round = 0; round < 40; round += 1) {
      const answer = await h.call('GET', url)
      seen.push(...answer.body)
      expect(answer.body.length).toBeLessThanOrEqual(3)
      url = nextOf(answer)!
      expect(url).not.toBeNull()
      await h.wait(2)
    }
    expect(new Set(seen.map(({ uuid }) => uuid)).size).toBe(16)
    expect(seen).toHaveLength(16)
    const published = seen.map((event) => event.published)
    expect(published).not.toEqual(published.toSorted())
  })

  it('a bounded reading is ordered by published, ends, and misses what comes later', async () => {
    const h = harness({ options: { logLagSeconds: 1, logJitterSeconds: 60 } })
    for (let index = 0; index < 6; index += 1) {
      await h.user(`user${index}@example.com`)
      await h.wait(10)
    }
    const bounded = '/api/v1/logs?since=2025-12-31T00:00:00Z&until=2026-01-01T00:01:00Z&limit=2'
    const early = (await everyPage(h.call, bounded)).flat()
    await h.wait(100)
    const late = (await everyPage(h.call, bounded)).flat()
    expect(early.length).toBeLessThan(12)
    expect(late).toHaveLength(12)
    expect(late.map((event) => event.published)).toEqual(late.map((event) => event.published).toSorted())
    const down = (await everyPage(h.call, `${bounded}&sortOrder=DESCENDING`)).flat()
    expect(down.map((event) => event.uuid)).toEqual(late.map((event) => event.uuid).toReversed())
  })

  it.each([
    ['filter=eventType eq "user.lifecycle.create"', 2],
    ['filter=eventType sw "user." and target.alternateId eq "bob@example.com"', 1],
    ['filter=actor.type eq "User" or severity eq "WARN"', 2],
    ['q=BOB', 1],
    ['q=bob grace', 0],
    ['until=2026-01-01T00:00:00Z', 0],
    ['since=2026-01-01T00:00:01Z', 0],
  ])('%s finds %d', async (query, found) => {
    const h = harness()
    for (const name of ['ada', 'bob']) await h.user(`${name}@example.com`, { activate: false })
    const [name = '', value = ''] = query.split(/=(.*)/)
    expect((await h.call('GET', `/api/v1/logs?${name}=${encodeURIComponent(value)}`)).body).toHaveLength(found)
  })

  it.each([
    ['since=2025-06-01T00:00:00Z', 'E0000001'], ['since=yesterday', 'E0000030'], ['filter=published gt "2026-01-01"', 'E0000031'],
    ['limit=0', 'E0000029'], ['after=x', 'E0000029'],
  ])('%s is refused with %s', async (query, code) => {
    expect((await harness().call('GET', `/api/v1/logs?${encodeURI(query)}`)).body.errorCode).toBe(code)
  })

  it('shows nothing older than 90 days', async () => {
    const h = harness()
    await h.user('ada@example.com')
    await h.wait(89 * 86_400)
    expect((await h.call('GET', '/api/v1/logs?since=2025-12-31T00:00:00Z')).body).toHaveLength(2)
    await h.wait(2 * 86_400)
    expect((await h.call('GET', '/api/v1/logs?since=2025-12-31T00:00:00Z')).body).toEqual([])
  })

  it('tells once a window of limits that were reached', async () => {
    const h = harness({ rateLimits: { buckets: { users: 2 } } })
    for (let index = 0; index < 5; index += 1) await h.call('GET', '/api/v1/users')
    expect(types((await h.call('GET', '/api/v1/logs')).body)).toEqual(['system.org.rate_limit.warning', 'system.org.rate_limit.violation'])
  })
})

interface Received {
  method: string
  headers: Record<string, unknown>
  body: Wire
}

/** A receiver of hooks; `answer` says what it does with each. */
async function receiver(answer: (received: Received, number: number) => { status: number; body?: unknown } | null = () => ({ status: 204 })) {
  const got: Received[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString())).on('end', () => {
      const challenge = request.headers['x-okta-verification-challenge']
      const received = { method: request.method!, headers: request.headers, body: text === '' ? null : JSON.parse(text) }
      if (challenge === undefined) got.push(received)
      const said = answer(received, got.length) ?? { status: 0 }
      if (said.status === 0) return
      const body = challenge === undefined ? said.body : { verification: challenge }
      response.writeHead(challenge === undefined ? said.status : 200, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  closing.push(() => server.closeAllConnections(), () => server.close())
  return { got, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

const closing: (() => void)[] = []

afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const hookBody = (uri: string, items = ['user.lifecycle.create', 'group.lifecycle.create']) => ({
  name: 'Ours', events: { type: 'EVENT_TYPE', items },
  channel: { type: 'HTTP', version: '1.0.0', config: { uri, authScheme: { type: 'HEADER', key: 'authorization', value: 'hook-secret' } } },
})

async function hooked(h: Harness, uri: string): Promise<Wire> {
  const hook = (await h.call('POST', '/api/v1/eventHooks', hookBody(uri))).body
  return (await h.call('POST', `/api/v1/eventHooks/${hook.id}/lifecycle/verify`)).body
}

const settle = (h: Harness) => h.call('POST', '/_twin/settle')

describe('event hooks', () => {
  it('are verified, and then told, with their secret', async () => {
    const h = harness()
    const { got, uri } = await receiver()
    const made = (await h.call('POST', '/api/v1/eventHooks', hookBody(uri))).body
    expect(made).toMatchObject({ status: 'ACTIVE', verificationStatus: 'UNVERIFIED', channel: { config: { uri, authScheme: { key: 'authorization' } } } })
    expect(JSON.stringify(made)).not.toContain('hook-secret')
    await h.user('early@example.com')
    const verified = (await h.call('POST', `/api/v1/eventHooks/${made.id}/lifecycle/verify`)).body
    expect(verified.verificationStatus).toBe('VERIFIED')
    await h.user('ada@example.com')
    await settle(h)
    expect(got).toHaveLength(1)
    expect(got[0]!.headers['authorization']).toBe('hook-secret')
    expect(got[0]!.body).toMatchObject({
      eventType: 'com.okta.event_hook', contentType: 'application/json', cloudEventsVersion: '0.1',
      source: expect.stringMatching(new RegExp(`/api/v1/eventHooks/${made.id}$`)),
      data: { events: [{ eventType: 'user.lifecycle.create', target: [{ alternateId: 'ada@example.com' }] }] },
    })
    await h.call('POST', `/api/v1/eventHooks/${made.id}/lifecycle/deactivate`)
    await h.user('late@example.com')
    await settle(h)
    expect(got).toHaveLength(1)
  })

  it('a receiver that does not answer the challenge is not verified', async () => {
    const h = harness()
    const made = (await h.call('POST', '/api/v1/eventHooks', hookBody('http://127.0.0.1:9/none'))).body
    expect((await h.call('POST', `/api/v1/eventHooks/${made.id}/lifecycle/verify`)).status).toBe(400)
    expect((await h.call('GET', `/api/v1/eventHooks/${made.id}`)).body.verificationStatus).toBe('UNVERIFIED')
  })

  it.each<[string, number[], number]>([
    ['a 5xx is tried again, once', [500, 500, 500], 2],
    ['a 5xx and then a good answer', [503, 200], 2],
    ['a 4xx is not tried again', [404, 200], 1],
    ['an answer that does not come in time is tried again', [0, 204], 2],
  ])('%s', async (_, statuses, tries) => {
    const h = harness({ options: { hookTimeoutSeconds: 0.2, hookRetrySeconds: 5 } })
    const { got, uri } = await receiver((received, number) => ({ status: received.method === 'GET' ? 200 : statuses[number - 1]! }))
    await hooked(h, uri)
    await h.user('ada@example.com')
    await settle(h)
    expect(got).toHaveLength(1)
    for (let round = 0; round < 3; round += 1) {
      await h.wait(5)
      await settle(h)
    }
    expect(got).toHaveLength(tries)
    expect(new Set(got.map(({ body }) => body.eventId)).size).toBe(1)
    const deliveries = (await h.call('GET', '/_twin/hook-deliveries')).body
    expect(deliveries.map((delivery: Wire) => delivery.status)).toEqual(statuses.slice(0, tries).map((status) => status || null))
  })

  it('are sent twice, held back and lost as the fault plan says', async () => {
    const h = harness({ faults: [
      { kind: 'hook-duplicate', delayMs: 30_000, count: 1 }, { kind: 'hook-reorder', delayMs: 60_000, skip: 1, count: 1 },
      { kind: 'hook-lost', eventType: 'group.*' },
    ] })
    const { got, uri } = await receiver()
    await hooked(h, uri)
    for (const name of ['first', 'second', 'third']) {
      await h.user(`${name}@example.com`)
      await settle(h)
    }
    await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })
    await h.wait(30)
    await settle(h)
    await h.wait(30)
    await settle(h)
    const logins = got.map(({ body }) => body.data.events[0].target[0].alternateId.split('@')[0])
    expect(logins).toEqual(['first', 'third', 'first', 'second'])
    expect(got[2]!.body.eventId).toBe(got[0]!.body.eventId)
    expect((await h.call('GET', '/_twin/hook-deliveries')).body).toContainEqual(expect.objectContaining({ faults: ['hook-lost'], status: null }))
  })

  it.each<[string, (body: Wire) => void]>([
    ['events that are not eligible', (body) => { body.events.items = ['user.lifecycle.delete.completed'] }],
    ['no events', (body) => { body.events.items = [] }],
    ['300 and one', (body) => { body.events.items = Array.from({ length: 301 }, (_, index) => `some.event${index}`) }],
    ['plain http to elsewhere', (body) => { body.channel.config.uri = 'http://example.com/' }],
    ['no name', (body) => { body.name = '' }],
    ['a header of two lines', (body) => { body.channel.config.headers = [{ key: 'x', value: 'a\r\nb' }] }],
  ])('with %s are refused', async (_, spoil) => {
    const body: Wire = hookBody('https://example.com/')
    spoil(body)
    const answer = await harness().call('POST', '/api/v1/eventHooks', body)
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  })

  it('are 25 at most, changed by PUT, and deleted only when switched off', async () => {
    const { call } = harness()
    const made: Wire[] = []
    for (let index = 0; index < 25; index += 1) made.push((await call('POST', '/api/v1/eventHooks', hookBody('https://example.com/'))).body)
    expect((await call('POST', '/api/v1/eventHooks', hookBody('https://example.com/'))).status).toBe(400)
    const url = `/api/v1/eventHooks/${made[0].id}`
    expect((await call('PUT', url, { ...hookBody('https://example.com/other'), name: 'Theirs' })).body.name).toBe('Theirs')
    expect((await call('DELETE', url)).status).toBe(400)
    await call('POST', `${url}/lifecycle/deactivate`)
    expect((await call('DELETE', url)).status).toBe(204)
    expect((await call('GET', url)).status).toBe(404)
    expect((await call('GET', '/api/v1/eventHooks')).body).toHaveLength(24)
  })
})

describe('the virtual clock', () => {
  it('is moved, set, sped up and stopped', async () => {
    let real = Date.parse('2026-01-01T00:00:00Z')
    const { call } = harness({ clock: () => new Date(real) })
    const clock = async (body: object) => (await call('POST', '/_twin/clock', body)).body.now
    expect(await clock({ advanceSeconds: 7200 })).toBe('2026-01-01T02:00:00.000Z')
    expect(await clock({ now: '2026-06-01T00:00:00Z', speed: 60 })).toBe('2026-06-01T00:00:00.000Z')
    real += 1000
    expect(await clock({ speed: 0 })).toBe('2026-06-01T00:01:00.000Z')
    real += 1000
    expect((await call('GET', '/_twin/clock')).body).toEqual({ now: '2026-06-01T00:01:00.000Z', speed: 0 })
    for (const wrong of [{ speed: -1 }, { now: 'never' }, { forward: 1 }]) expect((await call('POST', '/_twin/clock', wrong)).status).toBe(400)
  })

  it('ends activations and deactivations when nobody asks', async () => {
    const h = harness({ clock: () => new Date(), options: { activationSeconds: 600, deactivationSeconds: 600 } })
    const { id } = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    await h.call('POST', '/_twin/clock', { speed: 20_000 })
    while (h.twin.org.users.get(id)!.status !== 'ACTIVE') await new Promise((resolve) => { setTimeout(resolve, 5) })
    await h.call('POST', '/_twin/clock', { speed: 0 })
    await h.call('POST', `/api/v1/users/${id}/lifecycle/deactivate`)
    expect((await h.call('GET', `/api/v1/users/${id}`)).body).toMatchObject({ status: 'ACTIVE', transitioningToStatus: 'DEPROVISIONED' })
    expect((await h.call('POST', `/api/v1/users/${id}`, { profile: ada })).body.errorCode).toBe('E0000038')
    await h.wait(600)
    expect((await h.call('GET', `/api/v1/users/${id}`)).body.status).toBe('DEPROVISIONED')
  })

  it('a slow answer of hours is there as soon as the clock has passed it', async () => {
    const h = harness({ faults: [{ kind: 'slow', delayMs: 7_200_000, count: 1 }] })
    const answer = h.call('GET', '/api/v1/users')
    await h.call('GET', '/_twin/clock')
    await h.wait(7200)
    expect((await answer).status).toBe(200)
  })
})

describe('lists that lag', () => {
  it('show members who joined or left only after a while, page by page, and others at once', async () => {
    const h = harness()
    const users = await Promise.all(['ada', 'bob', 'grace'].map((name) => h.user(`${name}@example.com`)))
    const url = `/api/v1/groups/${(await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })).body.id}/users`
    const listed = async () => (await everyPage(h.call, `${url}?limit=1`)).flat().map((user: Wire) => user.profile.login.split('@')[0])
    await h.call('PUT', `${url}/${users[0].id}`)
    await h.call('PUT', `${url}/${users[1].id}`)
    await h.call('POST', '/_twin/faults', { kind: 'index-lag', delayMs: 10_000, path: '/api/v1/groups/**' })
    await h.call('DELETE', `${url}/${users[0].id}`)
    await h.call('PUT', `${url}/${users[2].id}`)
    expect(await listed()).toEqual(['ada', 'bob'])
    await h.wait(10)
    expect(await listed()).toEqual(['bob', 'grace'])
  })

  it('a search sees a write that a fault held back only later, and never an older one after a newer', async () => {
    const h = harness({ faults: [{ kind: 'index-lag', delayMs: 10_000, method: 'POST', path: '/api/v1/users/*', count: 1 }] })
    const { id } = await h.user('ada@example.com')
    const title = async () => (await h.call('GET', `/api/v1/users?search=${encodeURIComponent('id pr')}`)).body[0].profile.title
    await h.call('POST', `/api/v1/users/${id}`, { profile: { title: 'old' } })
    expect(await title()).toBeUndefined()
    await h.call('POST', `/api/v1/users/${id}`, { profile: { title: 'new' } })
    expect(await title()).toBe('new')
    await h.wait(10)
    expect(await title()).toBe('new')
  })
})

it('the recording can be asked', async () => {
  const { call } = harness()
  for (const path of ['/api/v1/users', '/api/v1/groups', '/api/v1/users/none']) await call('GET', path)
  const asked = async (query: string) => (await call('GET', `/_twin/calls?${query}`)).body.calls.map((one: Wire) => one.path)
  expect(await asked('path=/api/v1/users/*')).toEqual(['/api/v1/users/none'])
  expect(await asked('status=200&after=1')).toEqual(['/api/v1/groups'])
  expect(await asked('method=get&limit=2')).toEqual(['/api/v1/users', '/api/v1/groups'])
  expect((await call('GET', '/_twin/calls')).body.calls[0]).toMatchObject({ scheme: 'SSWS', client: null })
})
