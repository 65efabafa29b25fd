/** Okta's System Log and event hooks as hints: they say whom to look at, once, and never what is there. */
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { buildServer } from '../src/main.ts'
import { readConfig } from '../src/config.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { isAnythingWaiting } from '../src/store/sync-status.ts'
import { syncPortal } from '../src/sync/run.ts'
import { pollLog } from '../src/sync/poll-log.ts'
import { eventOf } from '../src/connectors/okta/events.ts'
import { testMasterKey } from './master-key.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const okta = async (world: SyncWorld, method: string, url: string, payload?: object) => {
  const reply = await world.twin.inject({ method: method as 'GET', url, headers: { authorization: 'SSWS sync-test-token' }, ...(payload ? { payload } : {}) })
  expect(reply.statusCode, `${method} ${url} ${reply.body}`).toBeLessThan(300)
  return reply.body === '' ? undefined : reply.json()
}
const idOf = (world: SyncWorld, name: string) => world.account(`${name}@example.com`)!.id
const hints = async (world: SyncWorld) => (await world.ctx.db.query<{ uuid: string }>('select uuid from gatehouse.sync_hint order by uuid')).map(({ uuid }) => uuid)
const groupId = (world: SyncWorld, name: string) => [...world.twin.org.groups.values()].find((one) => one.profile.name === name)!.id

async function settled(...names: string[]): Promise<SyncWorld> {
  const world = await syncWorld()
  await world.members(...names)
  await world.sync()
  return world
}

describe('the System Log', () => {
  test('of our own doings hints at nobody', async () => {
    const world = await settled('Ada Byron')
    expect((await pollLog(world.run())).events).toBeGreaterThan(0)
    expect(await hints(world)).toEqual([])
  })

  test('hints at whom others have changed; the next delta looks at the account, puts it right, and that ends it', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper', 'Alan Turing')
    await pollLog(world.run())
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'X' } })
    await okta(world, 'DELETE', `/api/v1/groups/${groupId(world, 'panel')}/users/${idOf(world, 'grace.hopper')}`)
    await okta(world, 'POST', '/api/v1/users?activate=false', { profile: { login: 'eve@example.com', email: 'eve@example.com', firstName: 'E', lastName: 'X' } })
    expect(await pollLog(world.run())).toMatchObject({ hinted: 2 })
    expect(await hints(world)).toEqual([idOf(world, 'ada.byron'), idOf(world, 'grace.hopper')].sort())
    expect(await world.references()).toMatchObject([{ has_data_changes: 0 }, { has_data_changes: 0 }, { has_data_changes: 0 }])
    world.twin.calls.clear()
    expect(await world.sync()).toMatchObject({ steps: 2, done: { update: 1, groupAdd: 1 }, failed: 0 })
    expect(world.twin.calls.list().some((call) => call.path.includes(idOf(world, 'alan.turing')))).toBe(false)
    expect(await hints(world)).toEqual([])
    for (let round = 0; round < 3; round++) {
      expect(await pollLog(world.run())).toMatchObject({ hinted: 0 })
      world.twin.calls.clear()
      expect(await world.sync()).toMatchObject({ steps: 0 })
      expect(world.writes()).toEqual([])
    }
  })

  test('is about every portal that the account is linked to: each looks at its own group, once', async () => {
    const world = await syncWorld()
    const [ada] = await world.members('Ada Byron', 'Grace Hopper')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    await world.sync()
    await syncPortal(world.run(), other.id)
    await pollLog(world.run())
    const waiting = async () => [await isAnythingWaiting(world.ctx.db, world.portalId), await isAnythingWaiting(world.ctx.db, other.id)]
    expect(await waiting()).toEqual([false, false])
    await okta(world, 'DELETE', `/api/v1/groups/${groupId(world, 'other')}/users/${idOf(world, 'ada.byron')}`)
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'grace.hopper')}`, { profile: { title: 'X' } })
    await pollLog(world.run())
    expect(await waiting()).toEqual([true, true])
    expect(await world.sync()).toMatchObject({ done: { update: 1 } })
    expect(await hints(world)).toEqual([idOf(world, 'ada.byron')])
    expect(await waiting()).toEqual([false, true])
    world.twin.calls.clear()
    expect(await world.sync()).toMatchObject({ steps: 0 })
    expect(world.twin.calls.list().some((call) => call.path.includes(idOf(world, 'ada.byron')))).toBe(false)
    expect(await syncPortal(world.run(), other.id)).toMatchObject({ done: { groupAdd: 1 } })
    expect(world.inGroup('other')).toEqual(['ada.byron@example.com'])
    expect(await hints(world)).toEqual([])
    expect(await waiting()).toEqual([false, false])
  })

  test('goes on where it was, page after page, and after losing its place takes nothing twice', async () => {
    const world = await settled('Ada Byron')
    await pollLog(world.run())
    for (let count = 0; count < 5; count++) await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: `T${count}` } })
    const events = (await pollLog(world.run())).events
    expect(events).toBe(5)
    expect(await pollLog(world.run())).toEqual({ events: 0, hinted: 0 })
    await world.sync()
    await world.ctx.db.execute(`update gatehouse.setting set value = jsonb_set(value, '{cursor}', '"/api/v1/logs?after=broken"') where name = 'okta.log'`)
    expect(await pollLog(world.run())).toMatchObject({ hinted: 0 })
    expect(await hints(world)).toEqual([])
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'Again' } })
    expect(await pollLog(world.run())).toMatchObject({ hinted: 1 })
  })

  test('hints survive a run that fails, and two pollers at once move the place once', async () => {
    const world = await settled('Ada Byron')
    await pollLog(world.run())
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'X' } })
    const polled = await Promise.all([pollLog(world.run()), pollLog(world.run())])
    expect(polled.reduce((sum, one) => sum + one.hinted, 0)).toBe(1)
    world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'GET', path: '/api/v1/users/*' })
    await expect(world.sync()).rejects.toMatchObject({ code: 'remote_error' })
    expect(await hints(world)).toHaveLength(1)
    world.twin.faults.clear()
    expect(await world.sync()).toMatchObject({ done: { update: 1 } })
  })

  test('is waited for as the limits ask, and a key that may not read it says so', async () => {
    const world = await settled('Ada Byron')
    world.twin.faults.add({ kind: 'status', status: 429, errorCode: 'E0000047', resetSeconds: 20, path: '/api/v1/logs', count: 2 })
    expect((await pollLog(world.run())).events).toBeGreaterThan(0)
    world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', path: '/api/v1/logs' })
    await expect(pollLog(world.run())).rejects.toMatchObject({ status: 403 })
  })
})

describe('event hooks', () => {
  const secret = 'a-secret-for-the-hook-of-the-tests'

  async function hooked(env: Record<string, string> = { OKTA_HOOK_SECRET: secret }) {
    const world = await settled('Ada Byron', 'Grace Hopper')
    const config = readConfig({ LOG_LEVEL: 'silent', ...env })
    const server = buildServer({ ...world.ctx, config }, testMasterKey())
    await server.listen({ host: '127.0.0.1', port: 0 })
    afterAll(() => server.close())
    const uri = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/hooks/okta`
    const deliver = (body: unknown, headers: Record<string, string> = { authorization: secret }) => server.inject({ method: 'POST', url: '/hooks/okta', headers: { 'content-type': 'application/json', ...headers }, payload: typeof body === 'string' ? body : JSON.stringify(body) })
    return { world, server, uri, deliver }
  }

  test('are verified, and doubled, reordered and late deliveries hint once; what they say is not believed', async () => {
    const { world, uri } = await hooked()
    const hook = await okta(world, 'POST', '/api/v1/eventHooks', {
      name: 'gatehouse', events: { type: 'EVENT_TYPE', items: ['user.account.update_profile', 'group.user_membership.remove', 'user.lifecycle.suspend'] },
      channel: { type: 'HTTP', version: '1.0.0', config: { uri, authScheme: { type: 'HEADER', key: 'authorization', value: secret } } },
    })
    expect(await okta(world, 'POST', `/api/v1/eventHooks/${hook.id}/lifecycle/verify`)).toMatchObject({ verificationStatus: 'VERIFIED' })
    world.twin.faults.add({ kind: 'hook-duplicate', delayMs: 10 })
    world.twin.faults.add({ kind: 'hook-reorder', delayMs: 20, probability: 0.5 })
    for (let count = 0; count < 4; count++) await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: `T${count}` } })
    for (let round = 0; round < 5; round++) {
      world.pass(1_000)
      await world.twin.inject({ method: 'POST', url: '/_twin/settle' })
    }
    const deliveries = (await world.twin.inject('/_twin/hook-deliveries')).json() as { status: number }[] | { deliveries: { status: number }[] }
    const list = Array.isArray(deliveries) ? deliveries : deliveries.deliveries
    expect(list.length).toBeGreaterThan(1)
    expect(new Set(list.map(({ status }) => status))).toEqual(new Set([204]))
    expect(await hints(world)).toEqual([idOf(world, 'ada.byron')])
    expect(await world.sync()).toMatchObject({ steps: 1, done: { update: 1 } })
    // The log tells the same events, which have been taken.
    expect(await pollLog(world.run())).toMatchObject({ hinted: 0 })
    expect(await world.sync()).toMatchObject({ steps: 0 })
  })

  test('without the secret are refused, and slowed down; without the setting nobody is there', async () => {
    const { world, deliver, server } = await hooked({ OKTA_HOOK_SECRET: secret, AUTH_FAILURES_PER_MINUTE: '3' })
    const event = { data: { events: [{ uuid: 'x', eventType: 'user.account.lock', published: '2026-01-01T00:00:00Z', target: [{ type: 'User', id: idOf(world, 'ada.byron') }] }] } }
    for (const authorization of ['', `${secret}x`, secret.slice(1)]) expect((await deliver(event, { authorization })).statusCode).toBe(401)
    expect((await deliver(event, { authorization: 'guess' })).statusCode).toBe(429)
    expect(await hints(world)).toEqual([])
    expect((await server.inject({ method: 'GET', url: '/hooks/okta', headers: { authorization: 'guess', 'x-okta-verification-challenge': 'abc' } })).statusCode).toBe(429)
    const absent = buildServer({ ...world.ctx, config: readConfig({ LOG_LEVEL: 'silent' }) }, testMasterKey())
    expect((await absent.inject({ method: 'POST', url: '/hooks/okta', headers: { authorization: secret } })).statusCode).toBe(404)
    await absent.close()
  })

  test('that make no sense, or too much of it, are refused and change nothing', async () => {
    const { world, deliver, server } = await hooked()
    const user = (id: unknown) => ({ uuid: `e-${String(id)}`, eventType: 'user.account.lock', target: [{ type: 'User', id }] })
    for (const body of ['{', '[]', '{}', '{"data": {"events": {}}}', { data: { events: Array.from({ length: 1001 }, () => user('x')) } }]) {
      expect((await deliver(body as object)).statusCode, JSON.stringify(body).slice(0, 40)).toBe(400)
    }
    expect((await deliver(`{"data": {"events": []}, "pad": "${'x'.repeat(1024 * 1024)}"}`)).statusCode).toBe(413)
    expect((await deliver({ data: { events: [user('somebody-unknown'), user(7), user('x'.repeat(30)), user('a b'), null, { eventType: 'app.x' }] } })).statusCode).toBe(204)
    expect(await hints(world)).toEqual([])
    const challenge = await server.inject({ method: 'GET', url: '/hooks/okta', headers: { authorization: secret, 'x-okta-verification-challenge': 'a"b' } })
    expect(challenge.json()).toEqual({ verification: 'a"b' })
    expect((await server.inject({ method: 'GET', url: '/hooks/okta', headers: { authorization: secret } })).statusCode).toBe(400)
  })

  test('events that name no account, or are of another kind, are none for us', () => {
    expect(eventOf({ uuid: 'a b', eventType: 'user.account.lock', target: [] })).toBeNull()
    expect(eventOf({ uuid: 'a', eventType: 'application.lifecycle.create', target: [] })).toBeNull()
    expect(eventOf({ uuid: 'a', published: 'never', eventType: 'user.account.lock', target: null })).toEqual({ id: 'a', at: '', accountIds: [], isOurs: false })
  })
})
