/** How the sync stands, by REST, by Prometheus and on a terminal; the error log; and runs that start by themselves. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { namePeople } from '../src/cli/name-people.ts'
import { stepLines } from '../src/cli/plans.ts'
import { statusLines } from '../src/cli/sync-status.ts'
import { readConfig } from '../src/config.ts'
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import type { Context } from '../src/context.ts'
import { harmless } from '../src/model/harmless.ts'
import { createUser, patchUser } from '../src/directory/users.ts'
import { pushWaiting, syncJobs } from '../src/jobs/sync-jobs.ts'
import { addAdminUsers, addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { cancelPlan } from '../src/plans/apply.ts'
import { listSteps, type PlanStep } from '../src/store/plans.ts'
import { logRemoteErrors } from '../src/store/remote-errors.ts'
import { alone, beforeRequest, endTurns, noteLimit } from '../src/sync/alone.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { applySync, planSync } from '../src/sync/run.ts'
import { nextDelta, nextReconcile } from '../src/sync/schedule.ts'
import { syncStatus } from '../src/sync/status.ts'
import { testServer } from './rest-server.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const asJob = (world: SyncWorld): [Context, (ctx: Context) => ReturnType<SyncWorld['run']>] => [{ ...world.ctx, actor: { ...world.ctx.actor, principal: 'sync-delta', source: 'JOB' } }, (ctx) => ({ ...world.run(), ctx })]

describe('the status', () => {
  test('tells by REST, metrics and terminal what is at work, how far, and how fast against what is allowed', async () => {
    const { ctx, server, ask } = await testServer()
    const none = { queued: 0, waiting: 0, dead: 0, due: 0 }
    expect((await ask('GET', '/okta/status')).body).toEqual({ portals: [], waiting: { administrators: 0, queued: 0, queuedAdministrators: 0, hints: 0 }, queues: { panelist: none, admin: none }, failed: [], last: [] })
    await alone(ctx, { kind: 'delta', portalId: 7 }, async (turn) => {
      turn.progress('applying', 30, 120)
      for (let count = 0; count < 12; count++) await beforeRequest('users')
      noteLimit('users', 600, 300)
      // What the heartbeat writes every two seconds.
      await new Promise((resolve) => setTimeout(resolve, 2_300))
      const { body } = await ask('GET', '/okta/status')
      expect(body.running).toMatchObject({ kind: 'delta', portalId: 7, status: 'running', step: 'applying', done: 30, total: 120, requests: 12, rates: { users: { lastMinute: 12, limit: 600, allowance: 300 } } })
      expect((await ask('GET', `/okta/runs/${body.running.id}`)).body).toMatchObject({ id: body.running.id, status: 'running' })
      const metrics = (await server.inject('/metrics')).body
      expect(metrics).toContain('gatehouse_sync_running{kind="delta",step="applying"} 1')
      expect(metrics).toContain('gatehouse_sync_done 30')
      expect(metrics).toContain('gatehouse_sync_total 120')
      expect(metrics).toContain('gatehouse_okta_requests_last_minute{bucket="users"} 12')
      expect(metrics).toContain('gatehouse_okta_allowance{bucket="users"} 300')
      const lines = statusLines(await syncStatus(ctx), ctx.config).join('\n')
      expect(lines).toContain('[██████··················]  25 % 30 of 120, 12 requests')
      expect(lines).toContain('users: 12 requests in the last minute, 300 allowed (4 %)')
    })
    const after = (await ask('GET', '/okta/status')).body
    expect(after.running).toBeUndefined()
    expect(after.last).toMatchObject([{ kind: 'delta', status: 'done' }])
    expect((await ask('GET', '/okta/runs?kind=delta&total=true')).body).toMatchObject({ total: 1, items: [{ portalId: 7, source: 'SYSTEM' }] })
    expect((await ask('GET', '/okta/runs/none')).status).toBe(404)
  })

  test('tells what waits and what failed, and when it is tried again', async () => {
    const world = await syncWorld()
    const [ada] = await world.members('Ada Byron', 'Grace Hopper')
    world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: '/api/v1/users', count: 1 })
    await world.sync()
    const config = readConfig({ OKTA_ORG_URL: 'https://example.okta.com', SYNC_DELTA_MINUTES: '15', SYNC_RECONCILE_AT: '01:30' })
    const now = () => new Date('2026-03-01T10:07:30Z')
    const status = await syncStatus({ ...world.ctx, config, now })
    expect(status).toMatchObject({
      portals: [{ id: world.portalId, name: 'Panel', changed: 0, newcomers: 1 }], nextRun: '2026-03-01T10:15:00.000Z', nextReconcile: '2026-03-02T01:30:00.000Z',
      failed: [{ result: { action: 'create', status: 403, code: 'E0000006' } }],
    })
    expect(statusLines(status, config).join('\n')).toContain('Failed last, and tried again 2026-03-01T10:15:00.000Z:')
    await world.sync()
    await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
    expect(await syncStatus(world.ctx)).toMatchObject({ portals: [{ changed: 1, newcomers: 0 }], failed: [] })
  })
})

test('tells who is still blocked by name, after a plan that a guard has stopped and after a reconcile too, and each reason once', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  const nameless = await createUser(world.ctx, { userName: 'nora', name: { givenName: 'Nora', familyName: 'Nameless' } })
  await addPortalUsers(world.ctx, world.portalId, [nameless.id])
  const { planId, blocked } = await world.sync()
  expect(blocked).toBe(1)
  const told = async () => statusLines({ ...await syncStatus(world.ctx), failed: await namePeople(world.ctx, (await syncStatus(world.ctx)).failed) }, world.ctx.config).join('\n')
  expect(await told()).toContain(`Nora Nameless (${nameless.id}): blocked: `)
  const [step] = await namePeople(world.ctx, (await listSteps(world.ctx.db, planId, { count: 10, failed: true })).map((one) => ({ ...one, personId: one.targetId })))
  expect(stepLines(step!)).toEqual([expect.stringContaining('Nora Nameless'), expect.stringMatching(/^ {13}blocked: /)])
  await reconcileOrg(world.run())
  expect(await told()).toContain('Nora Nameless')
  await world.ctx.db.execute(`insert into efs.iam_portal_settings (portal_id, key, value) values ($1, 'limit_deactivate', '0')`, [world.portalId])
  await world.leave(ada!)
  expect((await planSync(world.run(), world.portalId)).status).toBe('stopped')
  expect(await told()).toContain('Nora Nameless')
})

test('tells what runs by itself, and that nobody works the queue off; long reasons end between words', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await world.leave(ada!)
  const status = await syncStatus(world.ctx)
  const bare = statusLines(status, readConfig({})).join('\n')
  expect(bare).toContain('1 account waits to be unassigned in Okta')
  expect(bare).toContain('Nobody has worked the queue off yet.')
  expect(bare).toContain('No org is set here (OKTA_ORG_URL)')
  expect(bare).toContain('By itself, by the settings here: nothing')
  const set = statusLines(status, readConfig({ OKTA_ORG_URL: 'https://example.okta.com', SYNC_DELTA_MINUTES: '5', SYNC_RECONCILE_AT: '01:30', SYNC_LOG_MINUTES: '1' })).join('\n')
  expect(set).not.toContain('No org is set')
  expect(set).toMatch(/changes every 5 minutes \(SYNC_DELTA_MINUTES\)[\s\S]*a reconcile at 01:30 UTC[\s\S]*System Log every 1 minute \(/)
  const long = statusLines({ ...status, last: [{ kind: 'delta', status: 'stopped', started: '2026-03-01T10:00:00.000Z', reason: `${'word '.repeat(23)}meaningful end` }] }, world.ctx.config).join('\n')
  expect(long).toMatch(/word word …$/m)
})

test('tells of the queues: what failed and when it is tried again, what was given up, and why the worker leaves accounts alone', async () => {
  const world = await syncWorld()
  const people = await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra')
  await world.sync()
  for (const one of people.slice(0, 3)) await world.leave(one)
  const queue = 'efs.iam_portal_user_group_unassignment_queue'
  await world.ctx.db.execute(`update ${queue} set attempts = 2, next_attempt_at = '2100-01-01T00:00:00Z' where id = (select min(id) from ${queue})`)
  await world.ctx.db.execute(`update ${queue} set attempts = 12, dead_at = now() where id = (select max(id) from ${queue})`)
  const calm = await syncStatus(world.ctx)
  expect(calm).toMatchObject({ queues: { panelist: { queued: 1, waiting: 1, dead: 1 }, admin: { queued: 0, waiting: 0, dead: 0 } } })
  expect(calm.heldQueue).toBeUndefined()
  expect(statusLines(calm, world.ctx.config).join('\n')).toContain(`Accounts of panelists to unassign: 1 failed and tried again from 2100-01-01T00:00:00.000Z, 1 given up: npx gatehouse portal queue list --filter 'state eq "dead"'`)
  const strict = { ...world.ctx, config: { ...world.ctx.config, PLAN_LIMITS: 'limit_deactivate=0' } }
  const held = await syncStatus(strict)
  expect(held.heldQueue).toMatch(/somebody has to release that plan/)
  expect(statusLines(held, world.ctx.config).join('\n')).toContain('Held: the worker of the queues')
})

test('shows of a stored plan each thing it does, to what, and why; found by any of them', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess\u202e\u001b[2J', nickName: 'Ada' })
  const plan = await planSync(world.run(), world.portalId)
  const lines = (await listSteps(world.ctx.db, plan.id, { count: 10 })).flatMap(stepLines).join('\n')
  expect(lines).toMatch(/update nickName null → "Ada".*title .*Countess.*: .*differ/)
  expect(lines).not.toMatch(/[\u202e\u001b]/)
  await applySync(world.run(), plan.id)
  await world.leave(ada!)
  const leaving = await planSync(world.run(), world.portalId)
  const steps = await listSteps(world.ctx.db, leaving.id, { count: 10, action: 'groupRemove' })
  expect(await listSteps(world.ctx.db, leaving.id, { count: 10, action: 'deactivate' })).toEqual(steps)
  expect(steps.flatMap(stepLines).join('\n')).toMatch(/groupRemove panel.*: .*\n +deactivate: /)
  const failed = stepLines({ step: 1, action: 'create', resource: 'User', label: 'ada', status: 'failed', result: { action: 'create', message: 'Api validation failed: login' } } as PlanStep)
  expect(failed).toEqual(['       1  create    User ada', '             failed: create: Api validation failed: login'])
})

describe('runs that start by themselves', () => {
  test('push what waits, portal by portal, and ask Okta nothing when nothing does', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    await pushWaiting(...asJob(world))
    expect(world.inGroup()).toEqual(['ada.byron@example.com'])
    world.twin.calls.clear()
    await pushWaiting(...asJob(world))
    expect(world.twin.calls.list()).toEqual([])
    expect((await syncStatus(world.ctx)).last).toMatchObject([{ kind: 'delta', startedBy: 'sync-delta', source: 'JOB' }])
  })

  test('leave alone what no run would take up: the worker\'s entries, and who is not wanted and was never linked', async () => {
    const world = await syncWorld()
    const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
    await world.sync()
    const idle = async () => {
      world.twin.calls.clear()
      await pushWaiting(...asJob(world))
      return world.twin.calls.list().length === 0
    }
    const [edsger] = await world.members('Edsger Dijkstra')
    const root = await world.person('Root Admin')
    await addAdminUsers(world.ctx, [root.id])
    for (const { id } of [edsger!, root]) await patchUser(world.ctx, id as string, { active: false })
    expect(await idle()).toBe(true)
    await world.leave(ada!)
    await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set plan_id = 'of a mass delete'`)
    expect(await idle()).toBe(true)
    await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set plan_id = null, attempts = 12, dead_at = now()`)
    expect(await idle()).toBe(true)
    await world.leave(grace!)
    expect(await idle()).toBe(false)
    expect(await idle()).toBe(true)
    for (const { id } of [edsger!, root]) {
      await patchUser(world.ctx, id as string, { active: true })
      expect(await idle()).toBe(false)
      expect(await idle()).toBe(true)
    }
  })

  test('are skipped, and say so, while another run is at work', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    await alone(world.ctx, { kind: 'full' }, () => pushWaiting(...asJob(world), { waitMs: 0 }))
    expect(await world.ctx.db.query(`select kind, status, reason from gatehouse.sync_run where status = 'skipped'`)).toMatchObject([{ kind: 'delta', reason: expect.stringContaining('full') }])
    expect(world.accounts()).toEqual([])
  })

  test('end when the process stops: no other portal follows, and who waits for a turn waits no more', async () => {
    const world = await syncWorld()
    const [ada] = await world.members('Ada Byron')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    const told = new AbortController()
    const run = world.run()
    const { create } = run.connector
    run.connector.create = (...given) => {
      told.abort()
      endTurns()
      return create(...given)
    }
    const config = readConfig({ OKTA_ORG_URL: 'https://x.okta.com', SYNC_DELTA_MINUTES: '5', SYNC_RECONCILE_AT: '01:30' })
    const [delta, reconcile] = syncJobs({ config, context: () => world.ctx, run: () => run })
    await delta!.work(told.signal)
    expect(await world.ctx.db.query('select kind, portal_id, status from gatehouse.sync_run')).toEqual([{ kind: 'delta', portal_id: world.portalId, status: 'interrupted' }])
    expect(world.accounts()).toEqual([])
    const later = new AbortController()
    await alone(world.ctx, { kind: 'full' }, async () => {
      const waiting = reconcile!.work(later.signal).catch((error: { code: string; message: string }) => error)
      await new Promise((resolve) => setTimeout(resolve, 200))
      later.abort()
      expect(await waiting).toMatchObject({ code: 'conflict', message: expect.stringContaining('stopped') })
    })
  })

  test('stop where a guard has stopped a plan, until somebody releases or cancels it', async () => {
    const world = await syncWorld({ limit_create: '1' })
    await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
    await pushWaiting(...asJob(world))
    const held = (await syncStatus(world.ctx)).portals[0]!.held!
    expect(held).toMatchObject({ portalId: world.portalId, reason: expect.stringContaining('limit_create') })
    expect(statusLines(await syncStatus(world.ctx), world.ctx.config).join('\n')).toContain(`Held: a guard has stopped plan ${held.planId} (portal ${world.portalId})`)
    await pushWaiting(...asJob(world))
    await pushWaiting(...asJob(world))
    expect(await world.ctx.db.query('select kind, status from gatehouse.sync_run')).toEqual([{ kind: 'delta', status: 'stopped' }])
    await cancelPlan(world.ctx, held.planId)
    await world.ctx.db.execute(`delete from efs.iam_portal_settings where key = 'limit_create'`)
    await pushWaiting(...asJob(world))
    expect(world.accounts()).toHaveLength(3)
    expect((await syncStatus(world.ctx)).portals[0]!.held).toBeUndefined()
  })

  test('are those that the settings name, and none without an org', async () => {
    const { ctx } = await syncWorld()
    const names = (env: Record<string, string>) => syncJobs({ config: readConfig(env), context: () => ctx, run: () => { throw new Error('not asked') } }).map(({ name, schedule }) => `${name} ${schedule}`)
    expect(names({ SYNC_DELTA_MINUTES: '5', SYNC_RECONCILE_AT: '01:30' })).toEqual(['sweep-okta 35 2 * * *'])
    expect(names({ OKTA_ORG_URL: 'https://x.okta.com' })).toEqual(['sweep-okta 35 2 * * *'])
    expect(names({ OKTA_ORG_URL: 'https://x.okta.com', SYNC_DELTA_MINUTES: '5', SYNC_RECONCILE_AT: '01:30', SYNC_LOG_MINUTES: '60' })).toEqual([
      'sync-delta */5 * * * *', 'sync-reconcile 30 1 * * *', 'sync-log 0 * * * *', 'sweep-okta 35 2 * * *'])
    expect(() => readConfig({ SYNC_RECONCILE_AT: '25:00' })).toThrow('SYNC_RECONCILE_AT')
  })

  test.each([
    ['2026-03-01T10:00:00Z', 7, '2026-03-01T10:07:00.000Z'], ['2026-03-01T10:57:00Z', 7, '2026-03-01T11:00:00.000Z'],
    ['2026-03-01T23:59:59Z', 60, '2026-03-02T00:00:00.000Z'], ['2026-03-01T10:05:00Z', 5, '2026-03-01T10:10:00.000Z'],
  ])('after %s, every %i minutes, comes %s', (now, minutes, next) => {
    const config = readConfig({ OKTA_ORG_URL: 'https://x.okta.com', SYNC_DELTA_MINUTES: String(minutes) })
    expect(nextDelta(config, new Date(now))!.toISOString()).toBe(next)
    expect(nextReconcile(config, new Date(now))).toBeNull()
  })
})

describe('the error log', () => {
  const hostile = 'Api \u001b[2Jvalidation\u009b31m failed\r\nroot: \u202efake\u0000 <script>'

  async function filled() {
    const world = await testServer()
    const row = (at: string, status: number, code: string) => ({ at, message: hostile, status, code, trace: { request: 'GET /api/v1/users' } })
    await logRemoteErrors(world.ctx.db, [row('2026-01-01T00:00:00Z', 429, 'E0000047'), row('2026-02-01T00:00:00Z', 429, 'E0000047'), row('2026-02-02T00:00:00Z', 0, 'timeout')])
    return world
  }

  test('is listed and counted, by status, code and time', async () => {
    const { ask } = await filled()
    expect((await ask('GET', '/okta/errors?since=2026-01-15T00:00:00Z&total=true')).body).toMatchObject({ total: 2, items: [{ statusCode: 0 }, { statusCode: 429 }] })
    expect((await ask('GET', '/okta/errors?since=2026-01-15T00:00:00Z&status=429&errorCode=E0000047&count=1')).body.items).toHaveLength(1)
    expect((await ask('GET', '/okta/error-counts')).body.items).toEqual([
      { statusCode: 429, errorCode: 'E0000047', count: 2, first: '2026-01-01T00:00:00.000Z', last: '2026-02-01T00:00:00.000Z' },
      { statusCode: 0, errorCode: 'timeout', count: 1, first: '2026-02-02T00:00:00.000Z', last: '2026-02-02T00:00:00.000Z' },
    ])
    expect((await ask('GET', '/okta/error-counts?status=0&since=2026-02-01T00:00:00Z')).body.items).toMatchObject([{ count: 1 }])
    expect((await ask('GET', '/okta/error-counts?since=yesterday')).status).toBe(400)
  })

  test('has lost, on a terminal, whatever moves its cursor or hides, also what others have written into the table', () => {
    expect(harmless(hostile)).toBe('Api ·[2Jvalidation·31m failed·root: ·fake· <script>')
    expect(harmless('\u{e0041}\u200b\u2028x')).toBe('·x')
  })

  test('goes with old plans that held nothing; the last of each portal stays', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    const plans = [await world.sync(), await world.sync(), await reconcileOrg(world.run()), await world.sync()].map(({ planId }) => planId)
    const jobs = (days: number) => syncJobs({ config: readConfig({ OKTA_ERROR_RETENTION_DAYS: '30' }), context: () => ({ ...world.ctx, now: () => new Date(Date.now() + days * 86_400_000) }), run: () => { throw new Error('not asked') } })
    const left = async () => (await world.ctx.db.query<{ plan_id: string }>('select plan_id from gatehouse.plan order by plan_id')).map((row) => row.plan_id)
    const sweep = (days: number) => jobs(days).find(({ name }) => name === 'sweep-okta')!.work(new AbortController().signal)
    await sweep(29)
    expect(await left()).toEqual(plans)
    await sweep(31)
    expect(await left()).toEqual([plans[0], plans[2], plans[3]])
  })

  test('keeps no token that a proxy echoes, in message or trace', async () => {
    const { ctx } = await testServer()
    const proxy = createServer((request, response) => {
      const { authorization } = request.headers
      const [summary, cause] = [`Blocked: Authorization: ${authorization}`, `headers {"authorization":"${authorization}","cookie":"sid=crumbs"}`]
      response.writeHead(400, { 'content-type': 'application/json' }).end(request.url === '/html' ? `<pre>${summary}</pre>` : JSON.stringify({ errorCode: 'E0000001', errorSummary: summary, errorCauses: [{ errorSummary: cause }] }))
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const orgUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const log = createErrorLog(ctx.db, ctx.now)
    const client = createOktaClient({ orgUrl, authorization: () => 'SSWS 00aTokenTokenToken', budget: createRateBudget(50), now: Date.now, sleep: () => Promise.resolve(), random: () => 0.5, onError: (error, attempt) => log.note(error, attempt) })
    for (const path of ['/json', '/html']) await expect(client.request('POST', path, { repeatable: false })).rejects.toMatchObject({ status: 400 })
    await log.flush()
    proxy.close()
    const rows = await ctx.db.query<{ message: string; trace: string }>('select message, trace from efs.iam_error_log order by id')
    expect(JSON.stringify(rows)).not.toMatch(/00aToken|crumbs/)
    expect(rows.map(({ message }) => message)).toEqual([expect.stringContaining('Blocked: Authorization: SSWS ***'), expect.stringContaining('SSWS ***')])
    expect(JSON.parse(rows[0]!.trace)).toMatchObject({ request: 'POST /json', causes: [expect.stringContaining('SSWS ***')] })
  })

  test('keeps errors for as long as the setting says', async () => {
    const { ctx } = await filled()
    const now = () => new Date('2026-04-15T00:00:00Z')
    const jobs = syncJobs({ config: readConfig({ OKTA_ERROR_RETENTION_DAYS: '80' }), context: () => ({ ...ctx, now }), run: () => { throw new Error('not asked') } })
    await jobs.find(({ name }) => name === 'sweep-okta')!.work(new AbortController().signal)
    expect(await ctx.db.query('select created_at from efs.iam_error_log order by 1')).toEqual([{ created_at: '2026-02-01T00:00:00.000Z' }, { created_at: '2026-02-02T00:00:00.000Z' }])
  })
})
