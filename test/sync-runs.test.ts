/** Runs and their fence: one at a time, whoever dies or sleeps; and nobody writes whose turn is over. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectOktaClient, type OktaConfig } from '../src/connectors/okta/create-connector.ts'
import type { Context } from '../src/context.ts'
import { listRows } from '../src/store/list-rows.ts'
import { claimRun, closeDeadRuns, runListing, runOfRow } from '../src/store/sync-runs.ts'
import { alone, beforeRequest, endTurns } from '../src/sync/alone.ts'
import { createMeter } from '../src/sync/meter.ts'
import { syncPortal } from '../src/sync/run.ts'
import { createTwin } from '../twin/server.ts'
import { testContext } from './context.ts'
import { connectionOf, inDatabase, migratedDatabase, open, whereIs } from './database.ts'
import { cleanEnv, pinnedNode } from './server-process.ts'
import { syncWorld } from './sync-harness.ts'

async function runs(ctx: Pick<Context, 'db'>): Promise<Record<string, unknown>[]> {
  await closeDeadRuns(ctx.db)
  const { rows } = await listRows(ctx.db, runListing, { count: 100 })
  return rows.map(runOfRow)
}

const dead = (ctx: Pick<Context, 'db'>) => ctx.db.execute(`update gatehouse.sync_run set lease_until = clock_timestamp() where status = 'running'`)

describe('a run', () => {
  test('is written down with its plan, how far it came, how much it asked for, and its end', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron', 'Grace Hopper')
    const report = await world.sync()
    const [run] = await runs(world.ctx)
    expect(run).toMatchObject({
      kind: 'delta', portalId: world.portalId, planId: report.planId, status: 'done', step: 'applying', done: 4, total: 4, startedBy: 'test',
      result: { steps: 4, failed: 0, planned: { create: 2 }, done: { create: 2, groupAdd: 2 } },
    })
    expect(run!.requests).toBe(world.twin.calls.list().length)
    expect(run!.rates).toMatchObject({ users: { lastMinute: expect.any(Number) } })
    expect(await world.ctx.db.query('select token from gatehouse.sync_lease')).toEqual([{ token: 0 }])
  })

  test('that fails says why, and one that the other side ends is stopped', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    await expect(syncPortal(world.run(), 99)).rejects.toMatchObject({ code: 'not_found' })
    expect(await syncPortal(world.run({ token: 'wrong' }), world.portalId).catch((error: { code: string }) => error.code)).toBe('remote_error')
    const [refused, missing] = await runs(world.ctx)
    expect(missing).toMatchObject({ status: 'failed', reason: 'There is no portal 99.' })
    expect(refused).toMatchObject({ status: 'failed', reason: expect.stringContaining('E0000011') })
  })

  test('finds another one at work: it is refused, waits for its turn, or is noted as skipped', async () => {
    const ctx = await testContext()
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = alone(ctx, { kind: 'full', portalId: 3 }, (turn) => {
      turn.progress('applying', 5, 10)
      begun.resolve()
      return gate.promise
    })
    await begun.promise
    const refused = alone(ctx, { kind: 'delta' }, async () => 'never')
    await expect(refused).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('full of portal 3') })
    await expect(alone(ctx, { kind: 'delta', noteSkip: true }, async () => 'never')).rejects.toMatchObject({ code: 'conflict' })
    const waiting = alone(ctx, { kind: 'reconcile', waitMs: 60_000 }, async () => 'mine')
    gate.resolve()
    await first
    expect(await waiting).toBe('mine')
    const found = await runs(ctx)
    expect(found.map(({ kind, status }) => [kind, status])).toEqual([['reconcile', 'done'], ['delta', 'skipped'], ['full', 'done']])
    expect(found[1]!.reason).toContain('full of portal 3')
  })

  test('that has died is seen as interrupted by whoever asks, and by the next one', async () => {
    const ctx = await testContext()
    const claim = () => claimRun(ctx.db, { id: ctx.newId(), kind: 'delta', portalId: 1, planId: null, startedBy: 'x', source: 'JOB', correlationId: 'c' }, 60_000)
    await claim()
    await dead(ctx)
    expect(await runs(ctx)).toMatchObject([{ status: 'interrupted', reason: expect.stringContaining('not heard of') }])
    await claim()
    await dead(ctx)
    await alone(ctx, { kind: 'full' }, async () => {})
    expect((await runs(ctx)).map(({ status }) => status)).toEqual(['done', 'interrupted', 'interrupted'])
  })

  test('of which nothing is heard any more keeps its turn for a while, and whoever is refused is told for how long', async () => {
    const ctx = await testContext()
    await claimRun(ctx.db, { id: ctx.newId(), kind: 'delta', portalId: 1, planId: null, startedBy: 'x', source: 'JOB', correlationId: 'c' }, 60_000)
    const refused = () => alone(ctx, { kind: 'delta' }, async () => 'never').catch((error: Error) => error.message)
    expect(await refused()).toMatch(/Wait until it has ended\.$/)
    await ctx.db.execute(`update gatehouse.sync_run set lease_until = clock_timestamp() + interval '40 seconds' where status = 'running'`)
    expect(await refused()).toMatch(/its turn ends in (39|40) seconds/)
  })

  test('two servers that begin at the same moment: one of them', async () => {
    const options = await migratedDatabase()
    const [one, other] = [await testContext({}, undefined, options), await testContext({}, undefined, options)]
    for (let round = 0; round < 10; round++) {
      let atWork = 0
      const begin = (ctx: Context) => alone(ctx, { kind: 'delta' }, async () => {
        expect(++atWork).toBe(1)
        await sleep(5)
        atWork -= 1
      })
      const ends = await Promise.allSettled([begin(one), begin(other), begin(one), begin(other)])
      expect(ends.filter((end) => end.status === 'fulfilled').length).toBeGreaterThan(0)
      for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'conflict' })
    }
    expect((await runs(one)).every(({ status }) => status === 'done')).toBe(true)
  })
})

test('a process that stops tells its runs: they end with the request they are at, and say so', async () => {
  const ctx = await testContext()
  const stopped = alone(ctx, { kind: 'reconcile' }, async () => {
    await beforeRequest('users')
    endTurns()
    await beforeRequest('users')
  })
  await expect(stopped).rejects.toMatchObject({ code: 'conflict' })
  expect(await runs(ctx)).toMatchObject([{ status: 'interrupted', reason: expect.stringContaining('stopped'), requests: 1 }])
  await alone(ctx, { kind: 'delta' }, () => beforeRequest('users'))
})

test('a run that waits for a limit of the other side gives its turn back at once when the process stops', async () => {
  const ctx = await testContext()
  const asked = Promise.withResolvers<void>()
  const org = createServer((_request, response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 50) })
    response.end(JSON.stringify({ errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit due to too many requests.' }))
    asked.resolve()
  }).listen(0, '127.0.0.1')
  await once(org, 'listening')
  onTestFinished(() => void org.close())
  const { port } = org.address() as AddressInfo
  const waiting = alone(ctx, { kind: 'delta' }, () => {
    const client = connectOktaClient({ OKTA_ORG_URL: `http://127.0.0.1:${port}`, OKTA_API_TOKEN: 'a-token', OKTA_SCOPES: '', OKTA_RATE_SHARE_PERCENT: 50 } as OktaConfig, () => {})
    return client.request('GET', '/api/v1/users/me')
  })
  waiting.catch(() => {})
  await asked.promise
  await sleep(300)
  const began = performance.now()
  await endTurns()
  await expect(waiting).rejects.toMatchObject({ code: 'conflict' })
  // The limit would have been lifted after 50 seconds.
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(await runs(ctx)).toMatchObject([{ status: 'interrupted', reason: expect.stringContaining('stopped'), requests: 1 }])
}, 60_000)

describe('the fence', () => {
  test('whoever has been replaced commits nothing and asks nothing more', async () => {
    const ctx = await testContext()
    const woken = Promise.withResolvers<void>()
    const asleep = Promise.withResolvers<void>()
    const first = alone(ctx, { kind: 'delta' }, async ({ ctx: own }) => {
      await own.db.execute(`insert into gatehouse.setting (name, value, updated_at) values ('before', '1', now())`)
      asleep.resolve()
      await woken.promise
      const refused = { code: 'conflict', message: expect.stringContaining('its turn is over') }
      await expect(own.db.execute(`insert into gatehouse.setting (name, value, updated_at) values ('after', '1', now())`)).rejects.toMatchObject(refused)
      await expect(own.db.transaction((tx) => tx.execute('delete from gatehouse.setting'))).rejects.toMatchObject(refused)
      // The heartbeat has told it by now.
      await sleep(2_500)
      await expect(beforeRequest('users')).rejects.toMatchObject(refused)
    })
    await asleep.promise
    await dead(ctx)
    await alone(ctx, { kind: 'delta' }, async () => {
      woken.resolve()
      await first
    })
    expect(await ctx.db.query('select name from gatehouse.setting')).toEqual([{ name: 'before' }])
  })

  test('a successor waits for what its predecessor is just committing, and a transaction that sleeps does not keep it out for long', async () => {
    const ctx = await testContext()
    const second = open({ ...(await optionsOf(ctx)), poolSize: 2 })
    const steps: string[] = []
    let next: Promise<unknown> | undefined
    await alone(ctx, { kind: 'delta' }, ({ ctx: own }) => own.db.transaction(async (tx) => {
      const [limit] = await tx.query<{ idle: string }>(`select current_setting('idle_in_transaction_session_timeout') as idle`)
      expect(limit!.idle).toBe('30s')
      await dead(ctx)
      next = claimRun(second, { id: ctx.newId(), kind: 'full', portalId: null, planId: null, startedBy: 'x', source: 'JOB', correlationId: 'c' }, 60_000)
        .then(() => steps.push('taken over'))
      await sleep(100)
      steps.push('committed')
    }))
    await next
    expect(steps).toEqual(['committed', 'taken over'])
  })

  test('a process that sleeps past its lease writes on neither side when it wakes', async () => {
    const { db, twin, child } = await sleepyRun('1000')
    child.process.kill('SIGSTOP')
    const ctx = await testContext({}, undefined, db.options)
    const calls = await alone(ctx, { kind: 'delta', waitMs: 30_000 }, async () => {
      const before = twin.calls.list().length
      const rows = await ctx.db.query('select name from gatehouse.setting')
      child.process.kill('SIGCONT')
      const said = await child.ended
      expect(said).toMatchObject({ code: 'conflict', written: rows.length })
      return twin.calls.list().length - before
    })
    expect(calls).toBe(0)
    expect((await runs(ctx)).map(({ status }) => status)).toEqual(['done', 'interrupted'])
  })

  test('a run whose connections are cut goes on, and is still the only one', async () => {
    const { db, child } = await sleepyRun('60000')
    const admin = open({ ...inDatabase(db.options, 'postgres'), poolSize: 1 })
    const ctx = await testContext({}, undefined, db.options)
    const cut = () => admin.execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid() and application_name = 'gatehouse'`, [db.name])
    await cut()
    // Either nothing was under way, or that one write failed and ended the run: never is there a second one beside it.
    const busy = await alone(ctx, { kind: 'delta' }, async () => 'taken').catch((error: { code: string }) => error.code)
    expect(['conflict', 'taken', 'unavailable']).toContain(busy)
    child.process.kill('SIGKILL')
    await child.closed
    await dead(ctx)
    expect((await runs(ctx)).every(({ status }) => status !== 'running')).toBe(true)
    expect(await alone(ctx, { kind: 'delta' }, async () => 'well again')).toBe('well again')
  })

  test('a run that loses the database for longer than its lease ends, and asks Okta nothing in between', async () => {
    const { db, twin, child } = await sleepyRun('1500')
    const admin = open({ ...inDatabase(db.options, 'postgres'), poolSize: 1 })
    await admin.execute(`alter database ${db.name} allow_connections false`)
    await admin.execute('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [db.name])
    const said = await child.ended
    expect(said.code).toBe('unavailable')
    const after = twin.calls.list().length
    await admin.execute(`alter database ${db.name} allow_connections true`)
    const ctx = await testContext({}, undefined, db.options)
    await alone(ctx, { kind: 'delta', waitMs: 30_000 }, async () => {})
    expect(twin.calls.list()).toHaveLength(after)
    expect((await runs(ctx)).map(({ status }) => status)).toEqual(['done', 'interrupted'])
  })
})

test('the meter counts the last minute, bucket by bucket', () => {
  let now = 1_000_000
  const meter = createMeter(() => now)
  for (let second = 0; second < 90; second++) {
    meter.count('users')
    if (second < 10) meter.count('groups')
    now += 1000
  }
  meter.limit('users', 600, 300)
  expect(meter.requests()).toBe(100)
  expect(meter.rates()).toEqual({ users: { lastMinute: 59, limit: 600, allowance: 300 }, groups: { lastMinute: 0 } })
})

test('the meter loses no request while a second ends', () => {
  let now = 999_998
  const meter = createMeter(() => (now += 1))
  for (let count = 0; count < 3; count++) meter.count('users')
  expect(meter.rates()).toEqual({ users: { lastMinute: 3 } })
})

async function optionsOf(ctx: Context) {
  const [row] = await ctx.db.query<{ name: string }>('select current_database() as name')
  return inDatabase(whereIs(ctx.db), row!.name)
}

/** A process with its turn, at work on a double and a database of its own. */
async function sleepyRun(leaseMs: string) {
  const options = await migratedDatabase()
  const twin = createTwin({ token: 'sync-test-token' })
  const orgUrl = await twin.listen(0)
  const env = cleanEnv({ DATABASE_URL: connectionOf(options), ORG_URL: orgUrl, LEASE_MS: leaseMs })
  const process = spawn(pinnedNode, [fileURLToPath(new URL('sync-child.ts', import.meta.url))], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const working = Promise.withResolvers<void>()
  process.stdout.on('data', (piece) => {
    said += piece
    if (said.includes('working')) working.resolve()
  })
  const closed = once(process, 'close')
  await Promise.race([working.promise, closed])
  const ended = closed.then(() => JSON.parse(said.trim().split('\n').at(-1)!) as { code: string; asked: number; written: number })
  ended.catch(() => {})
  void closed.then(() => twin.close())
  const name = options.database ?? new URL(options.connectionString!).pathname.slice(1)
  return { db: { options, name }, twin, child: { process, ended, closed } }
}
