/**
 * The queue's worker and the reconcile with each fault of the double a fifth of the time, time after time until nothing is
 * left: the end is that of a world where nothing went wrong, and every write over there has its event. The seed is in the
 * tests' names; another one by SYNC_FAULTS_SEED.
 */
import { describe, expect, test, vi } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { applyMassDelete } from '../src/portals/apply-mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { seededRandom } from '../twin/random.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 180_000 })
const seed = Number(process.env['SYNC_FAULTS_SEED'] ?? 20261126)
const size = 24
const people = Array.from({ length: size }, (_, n) => `Person N${n}`)
const login = (n: number) => `person.n${n}@example.com`

const fifth = { probability: 0.2 }
const faults: [string, object[]][] = [
  ['429 with a reset', [{ kind: 'status', status: 429, errorCode: 'E0000047', resetSeconds: 20, ...fifth }]],
  ['429 for concurrency', [{ kind: 'concurrency', ...fifth }]],
  ['500', [{ kind: 'status', status: 500, errorCode: 'E0000009', ...fifth }]],
  ['HTML 503', [{ kind: 'html', ...fifth }]],
  ['HTML 502 on what writes, half of the time', [{ kind: 'html', status: 502, method: 'POST', probability: 0.5 }, { kind: 'html', status: 502, method: 'DELETE', probability: 0.5 }]],
  ['connections reset', [{ kind: 'reset', ...fifth }]],
  ['answers lost after the commit', [{ kind: 'lost-answer', ...fifth }]],
  ['answers cut in half', [{ kind: 'cut-body', ...fifth }]],
  ['answers later than anybody waits', [{ kind: 'slow', delayMs: 700, ...fifth }]],
  ['an index that lags', [{ kind: 'index-lag', delayMs: 120_000, ...fifth }]],
  ['everything at once', [...['reset', 'lost-answer', 'cut-body', 'html', 'concurrency', 'status', 'index-lag'].map((kind) => ({ kind, probability: 0.2 / 8 })), { kind: 'slow', delayMs: 700, probability: 0.2 / 8 }]],
  // What nobody lives to hear of: the write is done, and no look afterwards says so.
  ['writes whose answers are all lost, and looks that fail', [{ kind: 'lost-answer', method: 'POST', path: '/api/v1/users/*/lifecycle/*' }, { kind: 'lost-answer', method: 'POST', path: '/api/v1/users' }, { kind: 'html', method: 'GET', path: '/api/v1/users/*', probability: 0.85 }]],
]

async function worldOf(which: number, disturbing: readonly object[] = []): Promise<{ world: SyncWorld; members: Document[] }> {
  const timeoutMs = disturbing.some((fault) => 'delayMs' in fault && fault.delayMs === 700) ? 400 : 5_000
  const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none', deprovisioning_policy: 'deactivate' }, { random: seededRandom(seed + which) }, { timeoutMs })
  const members = await world.members(...people)
  await world.sync()
  return { world, members }
}

/** How both sides stand, ids of accounts aside. */
async function standing(world: SyncWorld): Promise<unknown> {
  const rows = (sql: string) => world.ctx.db.query(sql)
  return {
    accounts: world.accounts().map(({ status, profile }) => [profile['login'], status, profile['lastName'], profile['title'] ?? null]).sort(),
    group: world.inGroup(),
    references: await rows(`select p.person_id is not null as known, r.status, r.has_data_changes, count(*)::int from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id group by 1, 2, 3 order by 1, 2, 3`),
    logins: await rows(`select u.user_name, case when l.prov_status in ('CREATED', 'UPDATED', 'ENABLED') then 'open' else l.prov_status end from public.login l join public.users u on u.user_id = l.user_id where l.managed_sys_id = 'OKTA' order by 1`),
    queue: await rows('select user_id from efs.iam_portal_user_group_unassignment_queue'),
    running: await rows(`select 1 from gatehouse.plan where status in ('planning', 'applying') union all select 1 from gatehouse.sync_run where status = 'running'`),
  }
}

/** The writes that the double has carried out, as the events name them, and how often. */
function carriedOut(world: SyncWorld): Map<string, number> {
  const owner = (id: string) => String(world.twin.org.users.get(id)?.profile['gatehouseId'] ?? id)
  const all = world.twin.calls.list().flatMap(({ method, path, status, body }) => {
    if (method === 'GET' || status === null || status >= 300) return []
    const [, kind, id = '', word, other] = /^\/api\/v1\/(users|groups)\/?([^/]*)\/?([^/]*)\/?([^/]*)/.exec(path) ?? []
    if (kind === 'groups') return [`${method === 'PUT' ? 'groupAdd' : 'groupRemove'} ${owner(other!)}`]
    if (kind !== 'users') return []
    if (word === 'lifecycle') return [`${other} ${owner(id)}`]
    return id === '' ? [`create ${String((body as { profile: Document }).profile['gatehouseId'])}`] : [`update ${owner(id)}`]
  })
  return new Map([...Map.groupBy(all, (what) => what)].map(([what, { length }]) => [what, length]))
}

/** Every write has its event: one that says it was done, or, where nobody heard of that, one that it may have been. */
async function accounted(world: SyncWorld, since: string): Promise<void> {
  const events = await world.ctx.db.query<{ what: string; done: number; unanswered: number }>(
    `select replace(action, 'account.', '') || ' ' || target_id as what, (count(*) filter (where result is distinct from 'unanswered'))::int as done,
       (count(*) filter (where result = 'unanswered'))::int as unanswered
     from gatehouse.audit_event where action like 'account.%' and action <> 'account.adopt' and event_id > $1 group by 1`, [since])
  const known = new Map(events.map((one) => [one.what, one]))
  for (const [what, often] of carriedOut(world)) {
    const own = known.get(what)
    expect(own, `${what} has an event`).toBeDefined()
    expect(own!.done, `${what} is not told of more often than it was done`).toBeLessThanOrEqual(often)
    expect(own!.done + own!.unanswered, what).toBeGreaterThanOrEqual(1)
  }
}

const lastEvent = async (world: SyncWorld) => (await world.ctx.db.first<{ last: string }>(`select coalesce(max(event_id), '') as last from gatehouse.audit_event`))!.last

/** What came too late for the client is still carried out over there. */
const settled = () => new Promise((wake) => setTimeout(wake, 1_000))

async function massDelete(world: SyncWorld): Promise<void> {
  const plan = await planMassDelete(world.ctx, world.portalId, massDeleteRequest({ filter: 'userName co "n1"' }))
  await applyMassDelete(world.ctx, plan.id)
}

const waiting = async ({ ctx }: SyncWorld) => (await ctx.db.query('select from efs.iam_portal_user_group_unassignment_queue')).length

async function untilDrained(world: SyncWorld): Promise<number> {
  for (let round = 1; ; round++) {
    await drainQueue(world.run()).catch((error: unknown) => error)
    if ((await waiting(world)) === 0) return round
    expect(round, 'it comes to an end').toBeLessThan(60)
    await world.later(6 * 3_600_000 + 1_000)
  }
}

describe(`the queue's worker (seed ${seed}), with`, () => {
  let undisturbed: unknown
  test.for(faults.map((one, index) => [...one, index] as const))('%s', async ([, disturbing, index]) => {
    if (undisturbed === undefined) {
      const { world } = await worldOf(100)
      await massDelete(world)
      expect(await untilDrained(world)).toBe(1)
      undisturbed = await standing(world)
    }
    const { world } = await worldOf(index, disturbing)
    await massDelete(world)
    world.twin.calls.clear()
    const since = await lastEvent(world)
    for (const fault of disturbing) world.twin.faults.add(fault)
    const isEndless = disturbing.some((fault) => !('probability' in fault))
    for (let round = 0; isEndless && round < 3; round++) {
      await drainQueue(world.run()).catch((error: unknown) => error)
      await world.later(6 * 3_600_000 + 1_000)
    }
    if (isEndless) world.twin.faults.clear()
    await untilDrained(world)
    world.twin.faults.clear()
    await settled()
    await accounted(world, since)
    expect(await standing(world)).toEqual(undisturbed)
    world.twin.calls.clear()
    expect(await drainQueue(world.run())).toMatchObject({ drained: 0, failed: 0, dead: 0 })
    expect(await world.sync()).toMatchObject({ steps: 0, failed: 0 })
    expect(world.writes()).toEqual([])
  })
})

/** What hands over there, and here, have done since the last run. */
async function disturb(world: SyncWorld, members: readonly Document[]): Promise<void> {
  const group = [...world.twin.org.groups.values()].find(({ profile }) => profile.name === 'panel')!
  const okta = async (method: 'POST' | 'DELETE', path: string, payload?: object) => {
    const reply = await world.twin.inject({ method, url: `/api/v1/${path}`, headers: { authorization: 'SSWS sync-test-token' }, ...(payload ? { payload } : {}) })
    expect(reply.statusCode).toBeLessThan(300)
  }
  for (let n = 0; n < size; n++) {
    const { id } = world.account(login(n))!
    if (n % 4 === 0) await okta('POST', `users/${id}`, { profile: { lastName: 'Changed' } })
    if (n % 4 === 1) await okta('DELETE', `groups/${group.id}/users/${id}`)
    // Deactivated first, then gone.
    if (n % 8 === 2) for (let twice = 0; twice < 2; twice++) await okta('DELETE', `users/${id}`)
    if (n % 8 === 6) await patchUser(world.ctx, members[n]!.id as string, { active: false })
  }
}

describe(`the reconcile (seed ${seed}), with`, () => {
  let undisturbed: unknown
  test.for(faults.map((one, index) => [...one, index] as const))('%s', async ([, disturbing, index]) => {
    if (undisturbed === undefined) {
      const { world, members } = await worldOf(200)
      await disturb(world, members)
      expect(await reconcileOrg(world.run())).toMatchObject({ failed: 0, blocked: 0, stopped: null })
      undisturbed = await standing(world)
    }
    const { world, members } = await worldOf(50 + index, disturbing)
    await disturb(world, members)
    world.twin.calls.clear()
    const since = await lastEvent(world)
    for (const fault of disturbing) world.twin.faults.add(fault)
    const isEndless = disturbing.some((fault) => !('probability' in fault))
    for (let round = 0; ; round++) {
      if (isEndless && round === 3) world.twin.faults.clear()
      const report = await reconcileOrg(world.run()).catch((error: unknown) => error as { stopped?: undefined })
      world.pass(180_000)
      if ('failed' in report && report.failed === 0 && report.stopped === null) break
      expect(round, 'it comes to an end').toBeLessThan(40)
    }
    world.twin.faults.clear()
    await settled()
    // A failed run may have left behind who was made without anybody hearing of it: those are the next delta's.
    await world.sync()
    expect(await reconcileOrg(world.run())).toMatchObject({ failed: 0, blocked: 0, stopped: null })
    await accounted(world, since)
    const ids = world.accounts().map(({ profile }) => profile['gatehouseId'])
    expect(new Set(ids).size, 'no account twice').toBe(ids.length)
    expect(await standing(world)).toEqual(undisturbed)
    world.twin.calls.clear()
    expect(await reconcileOrg(world.run())).toMatchObject({ done: {}, failed: 0, stopped: null })
    expect(world.writes()).toEqual([])
  })
})
