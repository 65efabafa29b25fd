/** Clocks two hours off: one server's against the other's, ours against Okta's, and one that is set in the middle of the work. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import type { Context } from '../src/context.ts'
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { connectOkta } from '../src/connectors/okta/create-connector.ts'
import { createOktaConnector } from '../src/connectors/okta/connector.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { createServiceCredentials } from '../src/connectors/okta/service-token.ts'
import { patchUser } from '../src/directory/users.ts'
import { applyMassDelete } from '../src/portals/apply-mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { alone, beforeRequest } from '../src/sync/alone.ts'
import type { RemoteError } from '../src/sync/connector.ts'
import { drainInSlices, drainQueue } from '../src/sync/drain.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { syncPortal, type SyncRun } from '../src/sync/run.ts'
import { createTwin } from '../twin/server.ts'
import { testContext } from './context.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 60_000 })
const hours = (n: number) => n * 3_600_000
const offsets = [hours(2), hours(-2)]

/** The world as a server sees it whose clock is so far off: its own, and that of its requests. */
const seenBy = (world: SyncWorld, offset: number): SyncRun => {
  const run = world.run()
  return { ...run, ctx: { ...run.ctx, now: () => new Date(world.ctx.now().getTime() + offset) } }
}

async function massDelete({ ctx, portalId }: SyncWorld): Promise<void> {
  await applyMassDelete(ctx, (await planMassDelete(ctx, portalId, massDeleteRequest({ filter: 'userName pr' }))).id)
}

const waiting = async ({ ctx }: { ctx: Context }) => ctx.db.query<{ attempts: number }>('select attempts from efs.iam_portal_user_group_unassignment_queue')
const running = async ({ ctx }: { ctx: Context }) => ctx.db.query(`select from gatehouse.sync_run where status = 'running'`)

describe('of two servers, one', () => {
  test.for(offsets)('%i ms off: runs do not meet, the lease is not taken for over, and both sides agree', async (offset) => {
    const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' })
    const [ada] = await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
    await syncPortal(seenBy(world, offset), world.portalId)
    await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
    await alone(world.ctx, { kind: 'full' }, async () => {
      await expect(syncPortal(seenBy(world, offset), world.portalId)).rejects.toMatchObject({ code: 'conflict' })
    })
    await alone(seenBy(world, offset).ctx, { kind: 'full' }, async () => {
      await expect(world.sync()).rejects.toMatchObject({ code: 'conflict' })
      await beforeRequest('users')
    })
    expect(await world.sync()).toMatchObject({ failed: 0, done: { update: 1 } })
    expect(await reconcileOrg(seenBy(world, offset))).toMatchObject({ steps: 0, failed: 0 })
    await massDelete(world)
    expect(await drainQueue(seenBy(world, offset))).toMatchObject({ drained: 3, failed: 0 })
    expect([await waiting(world), await running(world), world.inGroup()]).toEqual([[], [], []])
  })

  test.for(offsets)('%i ms off: the pauses of the queue hold for both, and nothing is given up by them', async (offset) => {
    const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' })
    await world.members('Ada Byron')
    await world.sync()
    await massDelete(world)
    world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', path: '/api/v1/users/*/lifecycle/*' })
    for (const [first, second] of [[0, offset], [offset, 0]] as const) {
      expect(await drainQueue(seenBy(world, first))).toMatchObject({ failed: 1 })
      expect(await drainQueue(seenBy(world, second))).toMatchObject({ failed: 0, drained: 0 })
      expect(await drainQueue(seenBy(world, first))).toMatchObject({ failed: 0, drained: 0 })
      await world.later(180_000)
    }
    expect(await waiting(world)).toEqual([{ attempts: 2 }])
    world.twin.faults.clear()
    expect(await drainQueue(seenBy(world, offset))).toMatchObject({ drained: 1 })
  })
})

test('a clock set forward and back in the middle of a run: the run asks the database and goes on', async () => {
  const ctx = await testContext()
  let offset = 0
  const jumping = { ...ctx, now: () => new Date(Date.now() + offset) }
  await alone(jumping, { kind: 'delta' }, async (turn) => {
    for (const jump of [hours(2), 0, hours(-2)]) {
      offset = jump
      await beforeRequest('users')
      await turn.ctx.db.execute(`insert into gatehouse.setting (name, value, updated_at) values ($1, '1', now())`, [`jump.${jump}`])
    }
    // One who has lost the turn meanwhile hears of it at once.
    await ctx.db.execute(`update gatehouse.sync_run set status = 'interrupted' where status = 'running'`)
    offset = hours(1)
    await expect(beforeRequest('users')).rejects.toMatchObject({ code: 'conflict' })
  })
})

test('a clock set back two hours does not keep the queue\'s worker at the turn for as long', async () => {
  const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' })
  await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
  await world.sync()
  await massDelete(world)
  let steady = 0
  let slices = 0
  const run = seenBy(world, hours(-2))
  const { deactivate } = run.connector
  run.connector.deactivate = async (...given) => {
    await deactivate(...given)
    steady += 20_000
  }
  const report = await drainInSlices({ ...run, atOnce: 1 }, { sliceMs: 15_000, pauseMs: 1_000, forMs: 57_000, now: () => steady, sleep: async () => {}, onSlice: () => void (slices += 1) })
  expect([report.drained, slices]).toEqual([3, 3])
})

describe('Okta\'s clock', () => {
  test.for(offsets)('%i ms off ours: its limits are kept without a 429, and a pause lasts as long as it says', async (offset) => {
    let now = 1_790_000_000_000
    const twin = createTwin({ token: 't', rateLimits: { plan: 'free', tokenShare: 0.5 }, clock: () => new Date(now + offset), seed: { users: [{ id: '00uAda00000000000000', status: 'ACTIVE', profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } }] } })
    const orgUrl = await twin.listen(0)
    try {
      const client = createOktaClient({ orgUrl, authorization: () => 'SSWS t', budget: createRateBudget(50), now: () => now, sleep: async (ms) => void (now += Math.max(1, ms)), random: () => 0 })
      for (let n = 0; n < 150; n++) await client.request('GET', '/api/v1/users', { query: { limit: '1' } })
      expect(twin.calls.list().filter(({ status }) => status === 429)).toEqual([])
      twin.faults.add({ kind: 'status', status: 429, errorCode: 'E0000047', resetSeconds: 40, count: 1 })
      const before = now
      await client.request('GET', '/api/v1/users', { query: { limit: '1' } })
      expect(now - before).toBeGreaterThanOrEqual(39_000)
      expect(now - before).toBeLessThan(70_000)
    } finally {
      await twin.close()
    }
  })

  const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.schemas.manage']
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test.for(offsets)('%i ms off ours: a whole sync as a service app that proves possession, and our clock set to rights in the middle', async (offset) => {
    const app = {
      label: 'Sync', clientId: 'service-1', grants: scopes, roles: ['SUPER_ADMIN'], credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
      settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'], response_types: ['token'], jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] } } },
    }
    const world = await syncWorld({}, { tokens: [], seed: { apps: [app] }, options: { requireDpop: true } })
    await world.members('Ada Byron', 'Grace Hopper')
    let ours = offset
    const errorLog = createErrorLog(world.ctx.db, world.ctx.now)
    const options = {
      orgUrl: world.url, now: () => world.ctx.now().getTime() + ours, random: () => 0, beforeRequest, 
      sleep: async (ms: number) => world.pass(ms), onError: (error: RemoteError, attempt: number) => errorLog.note(error, attempt),
    }
    const keys = { read: async () => [{ keyId: 'one', algorithm: 'ES256', privateKey }], taken: async () => {} }
    const credentials = createServiceCredentials({ clientId: 'service-1', scopes, keys }, { ...options, budget: createRateBudget(50) })
    const connector = createOktaConnector(createOktaClient({ ...options, budget: createRateBudget(50), ...credentials }))
    expect(await syncPortal({ ctx: world.ctx, connector, errorLog }, world.portalId)).toMatchObject({ failed: 0, done: { create: 2, groupAdd: 2 } })
    ours = 0
    expect(await syncPortal({ ctx: world.ctx, connector, errorLog }, world.portalId, 'full')).toMatchObject({ failed: 0, steps: 0 })
    ours = -offset
    expect(await syncPortal({ ctx: world.ctx, connector, errorLog }, world.portalId, 'full')).toMatchObject({ failed: 0, steps: 0 })
  })
})

describe('the connection of this process', () => {
  test('keeps what it has used of the limits from one run to the next: no burst at the beginning of each', async () => {
    const twin = createTwin({ token: 't', rateLimits: { plan: 'free', tokenShare: 1 } })
    const ctx = await testContext({ OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: 't', OKTA_RATE_SHARE_PERCENT: '90' })
    try {
      const began = performance.now()
      let asked = 0
      // Each is a run's: a fresh one would begin with its burst, or with a question that finds the limit out.
      for (; asked < 14; asked++) await connectOkta(ctx.config, () => {}).read('nobody')
      const limit = Number((await twin.inject({ method: 'GET', url: '/api/v1/users/nobody', headers: { authorization: 'SSWS t' } })).headers['x-rate-limit-limit'])
      const aMinute = limit * 0.9
      const spent = performance.now() - began
      expect(asked, `${asked} in ${spent} ms, of ${aMinute} a minute`).toBeLessThanOrEqual(Math.ceil(aMinute * (0.03 + spent / 60_000)) + 2)
    } finally {
      await twin.close()
    }
  })

  test.for(offsets)('does not care for a clock that is set by %i ms', async (offset) => {
    const twin = createTwin({ token: 't', rateLimits: { plan: 'free', tokenShare: 1 } })
    const ctx = await testContext({ OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: 't', OKTA_RATE_SHARE_PERCENT: '100' })
    const connector = connectOkta(ctx.config, () => {})
    const real = Date.now
    try {
      for (let n = 0; n < 4; n++) await connector.read('nobody')
      Date.now = () => real() + offset
      const began = performance.now()
      for (let n = 0; n < 8; n++) await connector.read('nobody')
      // By a clock set back nothing would be earned for two hours.
      expect(performance.now() - began).toBeLessThan(20_000)
    } finally {
      Date.now = real
      await twin.close()
    }
  })
})
