/** The sync with several servers, with a database that is restarted beneath it, and as commands show it. */
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { newId } from '../src/model/id.ts'
import { startJobs } from '../src/jobs/runner.ts'
import { syncJobs } from '../src/jobs/sync-jobs.ts'
import { findPostmaster } from '../src/store/embedded-cluster.ts'
import { migrate } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { logRemoteErrors } from '../src/store/remote-errors.ts'
import { alone } from '../src/sync/alone.ts'
import { connectionOf, whereIs } from './database.ts'
import { memoryFolder } from './memory-folder.ts'
import { command, pinnedNode } from './server-process.ts'
import { syncWorld } from './sync-harness.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await what()); waited += 50) {
    if (waited > 30_000) throw new Error('it did not come about in half a minute')
    await sleep(50)
  }
}

test('two servers with the same schedule: the work is done once, by graphile-worker, and there are no two runs at a time', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
  const config = readConfig({ OKTA_ORG_URL: 'http://localhost', SYNC_DELTA_MINUTES: '1', SYNC_LOG_MINUTES: '1' })
  const context = (principal: string) => ({ ...world.ctx, actor: { ...world.ctx.actor, principal, source: 'JOB' as const } })
  const jobs = () => syncJobs({ config, context, run: (ctx) => ({ ...world.run(), ctx }) })
  const options = whereIs(world.ctx.db)
  const failures: unknown[] = []
  const servers = [await startJobs(options, jobs(), { log: (_message, error) => failures.push(error), now: world.ctx.now }), await startJobs(options, jobs(), { log: (_message, error) => failures.push(error), now: world.ctx.now })]
  // As cron does it when the minute is full; twice, as after a pause.
  for (let times = 0; times < 3; times++) await world.ctx.db.execute(`select graphile_worker.add_job('sync-delta', job_key := 'sync-delta', job_key_mode := 'preserve_run_at')`)
  await until(async () => world.inGroup().length === 3)
  await world.ctx.db.execute(`select graphile_worker.add_job('sync-log')`)
  await until(async () => (await world.ctx.db.query(`select from gatehouse.setting where name = 'okta.log'`)).length === 1)
  await until(async () => (await world.ctx.db.query(`select from gatehouse.sync_run where status = 'running'`)).length === 0)
  for (const server of servers) await server.stop()
  expect(failures).toEqual([])
  expect(world.accounts()).toHaveLength(3)
  const runs = await world.ctx.db.query<{ status: string; started_by: string }>('select status, started_by from gatehouse.sync_run')
  expect(runs.filter(({ status }) => status === 'done').length).toBeGreaterThan(0)
  for (const run of runs) expect(run).toMatchObject({ started_by: 'sync-delta', status: expect.stringMatching(/^(done|skipped)$/) })
  const crontabs = await world.ctx.db.query<{ identifier: string }>('select identifier from graphile_worker._private_known_crontabs order by 1')
  expect(crontabs.map(({ identifier }) => identifier)).toEqual(['sweep-okta', 'sync-delta', 'sync-log'])
})

test('a database that is killed and comes back beneath a run: the run ends or goes on, none is left running, and the next one works', async () => {
  const folder = memoryFolder('gatehouse-sync-')
  folders.push(folder)
  const config = readConfig({ GATEHOUSE_DATA: folder, LOG_LEVEL: 'silent' })
  const opened = await openDatabase(config, { role: 'client' })
  try {
    await migrate(opened.db)
    const ctx = { db: opened.db, config, now: () => new Date(), newId, actor: { userId: null, principal: 'test', source: 'SYSTEM' as const, ip: null, correlationId: newId() } }
    const postmaster = (await findPostmaster(`${folder}/postgres-${opened.version.split('.')[0]}`))!.pid
    let written = 0
    const work = alone(ctx, { kind: 'delta', leaseMs: 3_000 }, async (turn) => {
      for (let at = 0; at < 400; at++) {
        await turn.ctx.db.execute(`insert into gatehouse.setting (name, value, updated_at) values ($1, '1', now())`, [`s${at}`])
        written += 1
        if (at === 3) process.kill(postmaster, 'SIGKILL')
        await sleep(5)
      }
    })
    const end = await work.then(() => 'done', (error: { code?: string }) => error.code ?? String(error))
    expect(['done', 'unavailable', 'conflict']).toContain(end)
    let next = ''
    await until(async () => {
      next = await alone(ctx, { kind: 'full' }, async () => 'worked').catch(() => '')
      return next === 'worked'
    })
    const runs = await ctx.db.query<{ kind: string; status: string }>('select kind, status from gatehouse.sync_run order by token')
    expect(runs.at(-1)).toEqual({ kind: 'full', status: 'done' })
    expect(runs.filter(({ status }) => status === 'running')).toEqual([])
    const [{ count }] = await ctx.db.query<{ count: number }>(`select count(*)::int as count from gatehouse.setting where name like 's%'`) as [{ count: number }]
    expect(count).toBeGreaterThanOrEqual(written)
  } finally {
    await opened.close()
  }
})

test('a database that does not answer when a job has ended ends no process, and jobs are done again once it does', async () => {
  const folder = memoryFolder('gatehouse-jobs-')
  folders.push(folder)
  const opened = await openDatabase(readConfig({ GATEHOUSE_DATA: folder, LOG_LEVEL: 'silent' }), { role: 'client' })
  const postmaster = (await findPostmaster(`${folder}/postgres-${opened.version.split('.')[0]}`))!.pid
  let done = 0
  const work = async () => {
    done += 1
    if (done > 1) return
    await opened.db.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gatehouse-jobs'`)
    process.kill(postmaster, 'SIGSTOP')
    // Longer than anybody waits for a connection.
    setTimeout(() => process.kill(postmaster, 'SIGCONT'), 7_000)
  }
  const queue = () => opened.db.execute(`select graphile_worker.add_job('work')`)
  const jobs = await startJobs(opened.options, [{ name: 'work', schedule: '0 0 1 1 *', work }], { log: () => {}, now: () => new Date() })
  try {
    await queue()
    await until(async () => done > 0)
    await sleep(8_000)
    await queue()
    await until(async () => done > 1)
  } finally {
    await jobs.stop()
    await opened.close()
  }
}, 90_000)

describe('commands', () => {
  test('show the status, the runs and the errors, hostile words made harmless', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    await world.sync()
    await logRemoteErrors(world.ctx.db, [{ at: '2026-02-01T00:00:00Z', message: 'x', status: 429, code: 'E0000047', trace: { request: 'GET /' } }])
    await world.ctx.db.execute(`update efs.iam_error_log set message = E'\\u001b[2J fake\\nroot \\u202e' where error_code = 'E0000047'`)
    const env = { DATABASE_URL: connectionOf(whereIs(world.ctx.db)), GATEHOUSE_DATA: memoryFolder('gatehouse-sync-cli-') }
    folders.push(env.GATEHOUSE_DATA)
    const gatehouse = (...args: string[]) => command(args, env, pinnedNode)
    const [status, statusJson, runs, errors, errorsJson, counts, misused] = await Promise.all([
      gatehouse('sync', 'status'), gatehouse('sync', 'status', '--json'), gatehouse('sync', 'runs', '--json'), gatehouse('okta', 'errors', '--status', '429', '--since', '2026-01-01'),
      gatehouse('okta', 'errors', '--json'), gatehouse('okta', 'errors', '--count'), gatehouse('okta', 'errors', '--status', 'x'),
    ])
    expect(status).toMatchObject({ code: 0, stderr: '' })
    expect(status.stdout).toMatch(/^Nothing is at work\./)
    expect(status.stdout).toMatch(/delta +1 +done .*1 create/)
    expect(JSON.parse(statusJson.stdout)).toMatchObject({ portals: [{ name: 'Panel' }], last: [{ kind: 'delta' }] })
    expect(JSON.parse(runs.stdout)).toMatchObject([{ kind: 'delta', status: 'done' }])
    expect(errors.stdout).toMatch(/429 +E0000047 +GET \/ +·\[2J fake·root ·\n$/)
    for (const { stdout } of [errors, errorsJson]) expect(stdout).not.toMatch(/[\u001b\u202e]/)
    expect(counts.stdout).toMatch(/1 +429 +E0000047/)
    expect(misused.code).toBe(2)
  }, 300_000)
})
