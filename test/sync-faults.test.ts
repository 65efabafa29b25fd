/** The sync on bad days: whatever the double throws, afterwards both sides agree and a further run writes nothing. */
import { describe, expect, test } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { cancelPlan } from '../src/plans/apply.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { applySync, planSync, syncPortal } from '../src/sync/run.ts'
import { seededRandom } from '../twin/random.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const names = ['Ada Byron', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Donald Knuth', 'Tony Hoare', 'Frances Allen']

/** Every member has exactly one live account in the group, linked to it, and nothing waits. */
async function agree(world: SyncWorld): Promise<void> {
  const people = await world.ctx.db.query<{ person_id: string; login: string; wanted: boolean }>(
    `select p.person_id, u.user_name as login, u.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and u.secondary_status is null as wanted
     from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id join public.users u on u.user_id = p.person_id`,
  )
  const wanted = people.filter((one) => one.wanted).map((one) => one.login).sort()
  expect(world.inGroup()).toEqual(wanted)
  const ids = world.accounts().map((account) => account.profile['gatehouseId'])
  expect(new Set(ids).size).toBe(ids.length)
  const links = await world.references()
  expect(links.filter((link) => link.has_data_changes === 1)).toEqual([])
  for (const link of links) {
    const account = world.accounts().find(({ id }) => id === link.uuid)
    expect(account?.profile['gatehouseId']).toBe(link.person_id)
  }
  for (const { login, wanted: isWanted } of people) {
    const status = world.account(login)?.status
    if (isWanted) expect(['PROVISIONED', 'ACTIVE']).toContain(status)
    else expect([undefined, 'DEPROVISIONED']).toContain(status)
  }
}

async function quiet(world: SyncWorld): Promise<void> {
  world.twin.calls.clear()
  const report = await world.sync()
  expect(report).toMatchObject({ steps: 0, failed: 0 })
  expect(world.writes()).toEqual([])
}

async function errorLog(world: SyncWorld): Promise<{ status_code: number; error_code: string; message: string; trace: string }[]> {
  return world.ctx.db.query('select status_code, error_code, message, trace from efs.iam_error_log order by id')
}

/** They go on to the answer, which comes late or shows late: nothing is received that could be logged. */
const lateness = [{ kind: 'slow', probability: 0.2, delayMs: 10 }, { kind: 'index-lag', probability: 0.2, delayMs: 1_500 }]

const faults: [string, object, object | null][] = [
  ['429 with a reset', { kind: 'status', status: 429, errorCode: 'E0000047', resetSeconds: 20, count: 6 }, { status_code: 429, error_code: 'E0000047' }],
  ['429 for concurrency', { kind: 'concurrency', count: 6 }, { status_code: 429, error_code: 'E0000047' }],
  ['500', { kind: 'status', status: 500, errorCode: 'E0000009', probability: 0.3 }, { status_code: 500, error_code: 'E0000009' }],
  ['HTML 503', { kind: 'html', probability: 0.3 }, { status_code: 503, error_code: 'not_json' }],
  ['connections reset', { kind: 'reset', probability: 0.3 }, { status_code: 0 }],
  ['answers lost after the commit', { kind: 'lost-answer', probability: 0.4 }, { status_code: 0 }],
  ['answers cut in half', { kind: 'cut-body', probability: 0.3 }, { status_code: 0 }],
  ['a fifth of the answers slow', lateness[0]!, null],
  ['a fifth of the changes late in searches and lists', lateness[1]!, null],
]
const seed = 11

describe('with', () => {
  test.for(faults)(`%s (seed ${seed})`, async ([, fault, logged]) => {
    const world = await syncWorld({}, { random: seededRandom(seed) })
    const people = await world.members(...names)
    world.twin.faults.add(fault)
    await world.sync().catch((error: Error) => error)
    for (const [index, person] of people.entries()) {
      if (index % 2 === 0) await patchUser(world.ctx, person.id as string, index % 4 === 0 ? { title: 'T' } : { active: false })
    }
    await world.sync().catch((error: Error) => error)
    if (logged) expect((await errorLog(world))[0]).toMatchObject(logged)
    else expect(await errorLog(world)).toEqual([])
    expect(world.twin.faults.list()[0]!.hits).toBeGreaterThan(2)
    world.twin.faults.clear()
    const report = await world.sync()
    expect(report).toMatchObject({ failed: 0, blocked: 0, stopped: null })
    await agree(world)
    await quiet(world)
  })
})

describe('with everything at once, a fifth of the time,', () => {
  test.for([1, 2, 3, 4, 5])('seed %i: the end is that of an undisturbed run', async (seed) => {
    const world = await syncWorld({}, { random: seededRandom(seed), options: { indexLagSeconds: 1 } })
    const dice = seededRandom(seed + 1000)
    const people = await world.members(...names)
    const kinds = ['reset', 'lost-answer', 'cut-body', 'html', 'concurrency', 'status']
    for (const late of lateness) world.twin.faults.add(late)
    for (const kind of kinds) world.twin.faults.add({ kind, probability: 0.2 / kinds.length })
    for (let round = 0; round < 6; round++) {
      await world.sync(round % 3 === 2 ? 'full' : 'delta').catch((error: Error) => error)
      for (const person of people) {
        const id = person.id as string
        const roll = dice()
        if (roll < 0.15) await patchUser(world.ctx, id, { title: `Round ${round}` })
        else if (roll < 0.25) await patchUser(world.ctx, id, { active: roll < 0.2 })
        else if (roll < 0.35) await world.leave(person)
        else if (roll < 0.45) await addPortalUsers(world.ctx, world.portalId, [id])
      }
    }
    world.twin.faults.clear()
    world.pass(2_000)
    for (let settling = 0; settling < 2; settling++) await world.sync()
    await agree(world)
    await quiet(world)
    const full = await world.sync('full')
    expect(full).toMatchObject({ failed: 0, blocked: 0 })
    expect(world.writes()).toEqual([])
  })
})

test('a process that dies between Okta\'s answer and our commit leaves nothing behind that is not found again', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron', 'Grace Hopper')
  const run = world.run()
  const { create } = run.connector
  run.connector.create = async (...given) => {
    await create(...given)
    throw new Error('killed')
  }
  await expect(syncPortal(run, world.portalId)).rejects.toThrow('killed')
  expect(await world.references()).toEqual([])
  expect(world.accounts().length).toBeGreaterThan(0)
  const [plan] = await world.ctx.db.query<{ plan_id: string; status: string }>('select plan_id, status from gatehouse.plan')
  expect(plan!.status).toBe('applying')
  // The interrupted plan goes on where it was …
  expect(await applySync(world.run(), plan!.plan_id)).toMatchObject({ failed: 0, done: { create: 2, groupAdd: 2 } })
  expect(world.accounts()).toHaveLength(2)
  // What may have been made without being written down was queued as well: it is wanted, and so settled.
  expect(await world.sync()).toMatchObject({ done: { settle: 2 } })
  await agree(world)
  await quiet(world)
})

test('who leaves between the answer to their create and our commit is not forgotten over there', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  const run = world.run()
  const { create } = run.connector
  run.connector.create = async (...given) => {
    await create(...given)
    throw new Error('killed')
  }
  await expect(syncPortal(run, world.portalId)).rejects.toThrow('killed')
  await world.leave(ada!)
  await world.sync()
  expect(await world.ctx.db.query(`select target_id from gatehouse.audit_event where action = 'account.create' and result = 'unanswered'`)).toContainEqual({ target_id: ada!.id })
  await world.sync()
  await agree(world)
  expect(world.accounts().filter(({ status }) => status !== 'DEPROVISIONED').map(({ profile }) => profile['firstName'])).toEqual(['Grace'])
  await quiet(world)
})

test('an account that was made though nobody heard of it, nor could look, is found again even when its person has left', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  world.twin.faults.add({ kind: 'lost-answer', method: 'POST', path: '/api/v1/users' })
  world.twin.faults.add({ kind: 'html', method: 'GET', path: '/api/v1/users/*' })
  expect(await world.sync()).toMatchObject({ failed: 2, done: {} })
  expect([world.accounts().length, await world.references()]).toEqual([2, []])
  world.twin.faults.clear()
  await world.leave(ada!)
  await world.sync()
  const told = await world.ctx.db.query(`select target_id from gatehouse.audit_event where action = 'account.create' and result = 'unanswered'`)
  expect(told).toHaveLength(2)
  await world.sync()
  await agree(world)
  expect(world.accounts().filter(({ status }) => status !== 'DEPROVISIONED').map(({ profile }) => profile['firstName'])).toEqual(['Grace'])
  await quiet(world)
})

test('a plan that is cancelled while it is applied ends after its page', async () => {
  const world = await syncWorld()
  await world.members(...Array.from({ length: 220 }, (_, n) => `Person N${n}`))
  const run = world.run()
  const plan = await planSync(run, world.portalId)
  const { create } = run.connector
  let told = false
  run.connector.create = async (...given) => {
    const isFirst = !told
    told = true
    if (isFirst) await cancelPlan(world.ctx, plan.id)
    return create(...given)
  }
  expect((await applySync(run, plan.id)).stopped).toContain('cancelled')
  expect(world.accounts().length).toBeLessThan(220)
  expect(await world.ctx.db.query('select status from gatehouse.plan')).toEqual([{ status: 'cancelled' }])
})

test('a run that died is not left running: the next one closes its plan', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  const run = world.run()
  run.connector.create = () => Promise.reject(new Error('killed'))
  await expect(syncPortal(run, world.portalId)).rejects.toThrow('killed')
  await world.sync()
  const plans = await world.ctx.db.query('select status from gatehouse.plan order by plan_id')
  expect(plans).toEqual([{ status: 'stopped' }, { status: 'applied' }])
})

test('two runs at once: the second is refused', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  world.twin.faults.add({ kind: 'slow', delayMs: 300, method: 'POST', path: '/api/v1/users' })
  const [first, second] = await Promise.allSettled([world.sync(), world.sync()])
  expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
  const refused = first.status === 'rejected' ? first : second
  expect((refused as PromiseRejectedResult).reason).toMatchObject({ code: 'conflict' })
})

test('a create whose answer was lost is found again, not repeated', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  world.twin.faults.add({ kind: 'lost-answer', method: 'POST', path: '/api/v1/users', count: 1 })
  expect(await world.sync()).toMatchObject({ failed: 0, done: { create: 1, groupAdd: 1 } })
  expect(world.writes().filter((call) => call === 'POST /api/v1/users')).toHaveLength(1)
  expect(world.accounts()).toHaveLength(1)
  await agree(world)
})

test('one person who cannot be pushed holds up nobody, is recorded nowhere as done, and is taken up again', async () => {
  const world = await syncWorld()
  await world.members(...names.slice(0, 3))
  await world.sync()
  const people = await world.members('Klaus Tschira', 'Radia Perlman')
  const radia = people[1]!
  // Okta refuses the first create only.
  world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: '/api/v1/users', count: 1 })
  const report = await world.sync()
  expect(report).toMatchObject({ failed: 1, stopped: null, done: { create: 1 } })
  expect(report.failures).toMatchObject([{ action: 'create', status: 403, code: 'E0000006' }])
  expect(await world.references()).toHaveLength(4)
  const [logged] = await errorLog(world)
  expect(JSON.parse(logged!.trace)).toMatchObject({
    request: 'POST /api/v1/users', requestId: expect.any(String), planId: report.planId, personId: report.failures[0]!.personId,
  })
  expect(JSON.stringify(logged)).not.toContain('sync-test-token')
  world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'PUT', path: '/api/v1/groups/*/users/*' })
  await world.sync()
  const half = (await world.references()).filter((link) => link.status === 2)
  expect(half).toMatchObject([{ has_data_changes: 1 }])
  world.twin.faults.clear()
  await world.sync()
  await agree(world)
  await quiet(world)
  expect(world.account(String(radia.userName))).toBeDefined()
})

test('a failed update leaves the mark and says so in PROV_STATUS', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  world.twin.faults.add({ kind: 'status', status: 400, errorCode: 'E0000001', method: 'POST', path: '/api/v1/users/*' })
  expect(await world.sync()).toMatchObject({ failed: 1 })
  expect(await world.references()).toMatchObject([{ status: 1, has_data_changes: 1 }])
  const login = `select prov_status from public.login where managed_sys_id = 'OKTA'`
  expect(await world.ctx.db.query(login)).toEqual([{ prov_status: 'FAIL_UPDATE' }])
  world.twin.faults.clear()
  expect(await world.sync()).toMatchObject({ failed: 0, done: { update: 1 } })
  expect(await world.ctx.db.query(login)).toEqual([{ prov_status: 'UPDATED' }])
})

test('a refused key plans nothing and removes nobody', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  await expect(planSync(world.run({ token: 'wrong' }), world.portalId)).rejects.toMatchObject({ code: 'remote_error' })
  expect(await errorLog(world)).toMatchObject([{ status_code: 401, error_code: 'E0000011' }])
  expect(await world.ctx.db.query('select status from gatehouse.plan')).toEqual([{ status: 'cancelled' }])
})

test('an Okta that is gone in the middle stops the run; nothing is taken for done', async () => {
  const world = await syncWorld()
  await world.members(...names, 'One More', 'Two More', 'Three More', 'Four More')
  world.twin.faults.add({ kind: 'status', status: 503, method: 'POST', path: '/api/v1/users' })
  const report = await world.sync()
  expect(report.stopped).toContain('no answer for 10 steps in a row')
  expect(await world.references()).toEqual([])
  world.twin.faults.clear()
  await world.sync()
  await agree(world)
  await quiet(world)
})

test('an activation that takes its time is waited for', async () => {
  const world = await syncWorld({}, { options: { activationSeconds: 3 } })
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  expect(await world.sync()).toMatchObject({ failed: 0, done: { update: 1 } })
  expect(world.accounts()[0]!.profile['title']).toBe('Countess')
})

test('an index that lags makes no second account', async () => {
  const world = await syncWorld({}, { options: { indexLagSeconds: 3600 } as never })
  await world.members('Ada Byron')
  await world.sync()
  await world.ctx.db.execute('update efs.iam_portal_user_reference set uuid = null')
  await world.ctx.db.execute('delete from efs.iam_portal_user_reference')
  expect(await world.sync()).toMatchObject({ failed: 0 })
  expect(world.accounts()).toHaveLength(1)
  await agree(world)
})

test('Okta\'s limits are kept without a single 429', async () => {
  const world = await syncWorld({}, { rateLimits: { plan: 'free', tokenShare: 0.5 } })
  await world.members(...names)
  const people = await world.members(...Array.from({ length: 60 }, (_, n) => `Person N${n}`))
  await syncPortal(world.run(), world.portalId)
  for (const person of people) await patchUser(world.ctx, person.id as string, { title: 'T' })
  expect(await world.sync()).toMatchObject({ failed: 0, done: { update: 60 } })
  expect(world.twin.calls.list().filter((call) => call.status === 429)).toEqual([])
  await agree(world)
})
