/**
 * The database going away beneath the queue's worker, a delta run and a reconcile: all connections cut at some write to
 * Okta, or PostgreSQL killed and started again, time after time. Nothing is lost, no run is left at work, and it goes on.
 */
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../src/config.ts'
import { patchUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { applyMassDelete } from '../src/portals/apply-mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { Database } from '../src/store/database.ts'
import { findPostmaster } from '../src/store/embedded-cluster.ts'
import { migrate } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { closeDeadRuns } from '../src/store/sync-runs.ts'
import { alone } from '../src/sync/alone.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { syncPortal, type SyncRun } from '../src/sync/run.ts'
import { seededRandom } from '../twin/random.ts'
import { whereIs } from './database.ts'
import { memoryFolder } from './memory-folder.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 180_000 })
const seed = Number(process.env['SYNC_FAULTS_SEED'] ?? 20261126)
const people = Array.from({ length: 20 }, (_, n) => `Person N${n}`)
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Takes the database away. */
type Cut = () => Promise<void>

/** A run whose n-th write to Okta, answered, is followed by a cut. */
function cutAt(world: SyncWorld, cut: Cut, at: number): SyncRun {
  const run = world.run()
  let writes = 0
  for (const name of ['create', 'update', 'addToGroup', 'removeFromGroup', 'deactivate'] as const) {
    const real = run.connector[name] as (...given: unknown[]) => Promise<unknown>
    run.connector[name] = (async (...given: unknown[]) => {
      const answer = await real(...given)
      writes += 1
      if (writes === at) await cut()
      return answer
    }) as never
  }
  return run
}

/** A child that outlives its postmaster for a moment would answer once more, and break off whoever takes that for the new one's. */
function killWithChildren(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((one) => one.trim() !== '')
  for (const one of [pid, ...children.map(Number)]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It was gone already.
    }
  }
}

/** The database is asked until it is there again, and whoever died is taken for dead. */
async function recover({ ctx }: SyncWorld): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const done = await ctx.db.execute(`update gatehouse.sync_run set lease_until = clock_timestamp() where status = 'running'`).then(() => true, () => false)
    if (done) break
    expect(waited, 'the database comes back').toBeLessThan(30_000)
    await sleep(50)
  }
  await closeDeadRuns(ctx.db)
}

/** Works until a round ends well, each cut somewhat later; how many were cut off. */
async function through(world: SyncWorld, cut: Cut, work: (run: SyncRun) => Promise<{ failed: number; stopped: string | null }>): Promise<number> {
  const dice = seededRandom(seed)
  let cuts = 0
  for (let round = 0; round < 40; round++) {
    const counted: Cut = async () => {
      cuts += 1
      await cut()
    }
    const report = await work(cutAt(world, round < 5 ? counted : async () => {}, 1 + Math.floor(dice() * 6))).catch((error: unknown) => error as { failed?: undefined })
    await recover(world)
    if (report.failed === 0 && 'stopped' in report && report.stopped === null && round >= 5) return cuts
  }
  throw new Error('it does not come to an end')
}

async function agree(world: SyncWorld, gone: ReadonlySet<string>): Promise<void> {
  const rows = (sql: string) => world.ctx.db.query(sql)
  const logins = people.map((name) => `${name.toLowerCase().replace(' ', '.')}@example.com`)
  expect(world.inGroup()).toEqual(logins.filter((login) => !gone.has(login)).sort())
  const ids = world.accounts().map(({ profile }) => profile['gatehouseId'])
  expect([ids.length, new Set(ids).size]).toEqual([people.length, people.length])
  for (const { status, profile } of world.accounts()) expect([profile['login'], status === 'DEPROVISIONED']).toEqual([profile['login'], gone.has(profile['login']!)])
  expect(await rows('select from efs.iam_portal_user_group_unassignment_queue')).toEqual([])
  expect((await world.references()).filter((link) => link.has_data_changes === 1)).toEqual([])
  expect(await rows(`select from gatehouse.sync_run where status = 'running' union all select from gatehouse.plan where status in ('planning', 'applying')`)).toEqual([])
  // Every write over there that is not told of as done may have been done.
  const events = new Set((await world.ctx.db.query<{ what: string }>(`select replace(action, 'account.', '') || ' ' || target_id as what from gatehouse.audit_event where action like 'account.%'`)).map(({ what }) => what))
  for (const { status, profile } of world.accounts()) for (const action of ['create', 'groupAdd', ...(status === 'DEPROVISIONED' ? ['groupRemove', 'deactivate'] : [])]) expect(events).toContain(`${action} ${profile['gatehouseId']}`)
  world.twin.calls.clear()
  expect(await world.sync()).toMatchObject({ steps: 0, failed: 0 })
  expect(await drainQueue(world.run())).toMatchObject({ drained: 0, failed: 0 })
  expect(await reconcileOrg(world.run())).toMatchObject({ done: {}, failed: 0 })
  expect(world.writes()).toEqual([])
}

async function wholeStory(world: SyncWorld, cut: Cut): Promise<void> {
  const members = await world.members(...people)
  const sync = (run: SyncRun) => syncPortal(run, world.portalId)
  let cuts = await through(world, cut, sync)
  await world.sync()
  await agree(world, new Set())
  for (const one of members) await patchUser(world.ctx, one.id as string, { title: 'T' })
  cuts += await through(world, cut, reconcileOrg)
  await world.sync()
  const leaving = members.filter((_one: Document, n) => n % 2 === 0)
  const plan = await planMassDelete(world.ctx, world.portalId, massDeleteRequest({ ids: leaving.map(({ id }) => id) }))
  await applyMassDelete(world.ctx, plan.id)
  cuts += await through(world, cut, async (run) => {
    const report = await drainQueue(run)
    await world.later(6 * 3_600_000)
    return report
  })
  expect(cuts, 'it was cut').toBeGreaterThan(5)
  await agree(world, new Set(leaving.map(({ userName }) => String(userName))))
}

describe(`at some write (seed ${seed}), time after time,`, () => {
  test('all connections are cut', async () => {
    const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' })
    const admin = new Database({ ...whereIs(world.ctx.db), poolSize: 1, applicationName: 'cutter' })
    afterAll(() => admin.close())
    const cut: Cut = async () => {
      await admin.execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> 'cutter'`)
    }
    await wholeStory(world, cut)
  })

  test('PostgreSQL is killed and starts again', async () => {
    const folder = memoryFolder('gatehouse-cut-')
    folders.push(folder)
    const opened = await openDatabase(readConfig({ GATEHOUSE_DATA: folder, LOG_LEVEL: 'silent' }), { role: 'client' })
    try {
      await migrate(opened.db)
      const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' }, {}, { db: opened.db })
      const postmaster = () => findPostmaster(`${folder}/postgres-${opened.version.split('.')[0]}`)
      await wholeStory(world, async () => {
        const found = await postmaster()
        if (found) killWithChildren(found.pid)
      })
    } finally {
      await opened.close()
    }
  })
})

test('a worker that has lost its turn begins with no entry', async () => {
  const world = await syncWorld({ limit_mass_delete: 'none', limit_deactivate: 'none' })
  await world.members('Ada Byron')
  await world.sync()
  await applyMassDelete(world.ctx, (await planMassDelete(world.ctx, world.portalId, massDeleteRequest({ filter: 'userName pr' }))).id)
  const run = world.run()
  const { read } = run.connector
  run.connector.read = async (id) => {
    const account = await read(id)
    // It slept past its lease, and another run has had its turn.
    await world.ctx.db.execute(`update gatehouse.sync_run set lease_until = clock_timestamp() where status = 'running'`)
    await alone(world.ctx, { kind: 'full' }, async () => {})
    return account
  }
  world.twin.calls.clear()
  await expect(drainQueue(run)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('its turn is over') })
  expect(await world.ctx.db.query('select started_at, sent from efs.iam_portal_user_group_unassignment_queue')).toEqual([{ started_at: null, sent: null }])
  expect(world.writes()).toEqual([])
})
