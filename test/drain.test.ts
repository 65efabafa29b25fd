/** The worker of the unassignment queue against the double: cheapest calls, every policy, bad days, and nothing lost. */
import { describe, expect, test, vi } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { applyMassDelete, undoMassDelete } from '../src/portals/apply-mass-delete.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { addPortalUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { retryQueued } from '../src/portals/unassignment-queue.ts'
import { countQueue } from '../src/store/unassignment-queue.ts'
import { drainInSlices, drainQueue, type DrainReport } from '../src/sync/drain.ts'
import { syncPortal } from '../src/sync/run.ts'
import { seededRandom } from '../twin/random.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 120_000 })
const names = ['Ada Byron', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Donald Knuth']
const settings = { limit_mass_delete: 'none', limit_deactivate: 'none' }

async function massDelete(world: SyncWorld, body: object = { filter: 'userName pr' }, portalId = world.portalId): Promise<string> {
  const plan = await planMassDelete(world.ctx, portalId, massDeleteRequest(body))
  return (await applyMassDelete(world.ctx, plan.id)).id
}

const drain = (world: SyncWorld): Promise<DrainReport> => drainQueue(world.run())
const queue = (world: SyncWorld) => world.ctx.db.query<{ user_id: number; attempts: number; last_error: string | null; next_attempt_at: string | null; dead_at: string | null }>(
  'select user_id, attempts, last_error, next_attempt_at, dead_at from efs.iam_portal_user_group_unassignment_queue order by id')
const calls = (world: SyncWorld) => world.twin.calls.list().map((call) => `${call.method} ${call.path.replaceAll(/\/(00[gu])[A-Za-z0-9]+/g, '/$1')}`)

/** Both sides agree that nobody of the portal is left: nobody in the group, nobody open, nobody forgotten, and nothing more to do. */
async function allGone(world: SyncWorld): Promise<void> {
  expect(world.inGroup()).toEqual([])
  expect([...new Set(world.accounts().map((account) => account.status))]).toEqual(['DEPROVISIONED'])
  expect(await queue(world)).toEqual([])
  expect(await world.references()).toEqual([])
  world.twin.calls.clear()
  expect(await drain(world)).toMatchObject({ drained: 0, failed: 0, more: false })
  expect(await world.sync()).toMatchObject({ steps: 0 })
  expect(world.writes()).toEqual([])
}

describe('draining', () => {
  const policies: [string, string | undefined, string[]][] = [
    ['deactivate', 'DEPROVISIONED', ['GET /api/v1/users/00u', 'DELETE /api/v1/groups/00g/users/00u', 'POST /api/v1/users/00u/lifecycle/deactivate']],
    ['delete', undefined, ['GET /api/v1/users/00u', 'DELETE /api/v1/groups/00g/users/00u', 'POST /api/v1/users/00u/lifecycle/deactivate', 'DELETE /api/v1/users/00u', 'GET /api/v1/users/00u']],
    ['suspend', 'SUSPENDED', ['GET /api/v1/users/00u', 'GET /api/v1/users/00u/groups', 'DELETE /api/v1/groups/00g/users/00u', 'POST /api/v1/users/00u/lifecycle/suspend']],
    ['nothing', 'ACTIVE', ['GET /api/v1/users/00u', 'GET /api/v1/users/00u/groups', 'DELETE /api/v1/groups/00g/users/00u']],
  ]
  test.for(policies)('out of the group, then the policy %s, by as few calls as can be', async ([policy, status, expected]) => {
    const world = await syncWorld({ ...settings, deprovisioning_policy: policy, activation: 'silent' })
    const [ada] = await world.members('Ada Byron')
    await world.sync()
    const account = world.accounts()[0]!
    account.status = 'ACTIVE'
    await massDelete(world)
    world.twin.calls.clear()
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 0, more: false })
    expect(calls(world)).toEqual(['GET /api/v1/groups', ...expected])
    expect(world.inGroup()).toEqual([])
    expect(world.accounts()[0]?.status).toBe(status)
    expect(await queue(world)).toEqual([])
    const events = await world.ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where action like 'account.%' and target_id = $1 order by event_id`, [ada!.id])
    expect(events.map(({ action }) => action).slice(-expected.filter((call) => !call.startsWith('GET')).length)[0]).toBe('account.groupRemove')
  })

  test.each([['worker', drain], ['run', (world: SyncWorld) => world.sync()]] as const)('closed by a %s that died before it could say so, an account is opened again for who comes back', async (_by, goOn) => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron')
    await world.sync()
    await removePortalUsers(world.ctx, world.portalId, [ada!.id as string])
    // What stands after the deactivation, before its commit.
    world.accounts()[0]!.status = 'DEPROVISIONED'
    await world.ctx.db.execute(`update public.login set prov_status = 'PENDING_DISABLE' where user_id = $1 and managed_sys_id <> '0'`, [ada!.id])
    expect(await goOn(world)).toMatchObject({ failed: 0 })
    expect(await world.ctx.db.query(`select prov_status from public.login where user_id = $1 and managed_sys_id <> '0'`, [ada!.id])).toEqual([{ prov_status: 'DISABLED' }])
    await addPortalUsers(world.ctx, world.portalId, [ada!.id as string])
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0, done: { activate: 1, groupAdd: 1 } })
    expect(world.inGroup()).toEqual(['ada.byron@example.com'])
  })

  test('an account whose deactivation takes its time is deleted all the same, and is not said to be before', async () => {
    const world = await syncWorld({ ...settings, deprovisioning_policy: 'delete' }, { options: { deactivationSeconds: 3 } })
    await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    await massDelete(world)
    expect(await drain(world)).toMatchObject({ drained: 2, failed: 0, done: { deactivate: 2, delete: 2 } })
    expect(world.accounts()).toEqual([])
    expect(await queue(world)).toEqual([])
    // Longer than anybody waits: the entry stays and is tried again.
    world.twin.org.options.deactivationSeconds = 600
    await world.members('Alan Turing')
    await world.sync()
    await massDelete(world)
    expect(await drain(world)).toMatchObject({ drained: 0, failed: 1, done: { groupRemove: 1, deactivate: 1 } })
    expect(await queue(world)).toMatchObject([{ attempts: 1, last_error: expect.stringContaining('still there') }])
    await world.later(900_000)
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 0, done: { delete: 1 } })
    expect(world.accounts()).toEqual([])
  })

  test('what no plan has let go is left to a sync run and its guard, when it is more than anybody may take', async () => {
    const world = await syncWorld(settings)
    const people = await world.members(...Array.from({ length: 16 }, (_, n) => `Person N${n}`))
    await world.sync()
    await removePortalUsers(world.ctx, world.portalId, people.slice(0, 4).map((one) => one.id))
    expect(await drain(world)).toMatchObject({ drained: 4, held: null })
    // A hand at the database.
    await world.ctx.db.execute('delete from efs.portal_panelist')
    expect(await drain(world)).toMatchObject({ drained: 0, failed: 0, more: false, held: expect.stringContaining('12 accounts to deactivate, and the limit is 20 %') })
    expect(await queue(world)).toHaveLength(12)
    expect(await world.sync()).toMatchObject({ guarded: true, done: {} })
    expect(world.inGroup()).toHaveLength(12)
  })

  test('rows taken over from elsewhere, which know no portal, leave every portal\'s group', async () => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    await world.sync()
    await syncPortal(world.run(), other.id)
    const { id } = world.accounts()[0]!
    await world.ctx.db.execute('delete from efs.panelists')
    await world.ctx.db.execute('delete from efs.iam_portal_user_group_unassignment_queue')
    await world.ctx.db.execute(`insert into efs.iam_portal_user_group_unassignment_queue (user_id, uuid, email) values (77, $1, 'x@example.com')`, [id])
    expect(await drain(world)).toMatchObject({ drained: 1, done: { groupRemove: 2, deactivate: 1 } })
    expect([world.inGroup(), world.inGroup('other')]).toEqual([[], []])
  })

  test('an account that a hand at the reference has replaced is closed, though its owner stays; one that was taken away is found again', async () => {
    const world = await syncWorld(settings)
    await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    const [ada, grace] = world.accounts()
    await world.ctx.db.execute(`update efs.iam_portal_user_reference set uuid = '00uByHand', has_data_changes = 0 where uuid = $1`, [ada!.id])
    await world.ctx.db.execute('update efs.iam_portal_user_reference set uuid = null where uuid = $1', [grace!.id])
    expect(await drain(world)).toMatchObject({ drained: 2, failed: 0, done: { groupRemove: 1, deactivate: 1 } })
    expect(world.account('ada.byron@example.com')!.status).toBe('DEPROVISIONED')
    expect(world.inGroup()).toEqual(['grace.hopper@example.com'])
    await world.sync('full')
    expect((await world.references()).map(({ uuid }) => uuid)).toContain(grace!.id)
  })

  test('an account that another portal still needs leaves this group and lives on', async () => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other', ...settings } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    await world.sync()
    await syncPortal(world.run(), other.id)
    await massDelete(world)
    expect(await drain(world)).toMatchObject({ drained: 1, done: { groupRemove: 1 } })
    expect([world.inGroup(), world.inGroup('other')]).toEqual([[], ['ada.byron@example.com']])
    expect(world.accounts()[0]!.status).toBe('PROVISIONED')
    await massDelete(world, { filter: 'userName pr' }, other.id)
    await drain(world)
    expect(world.inGroup('other')).toEqual([])
    expect(world.accounts()[0]!.status).toBe('DEPROVISIONED')
  })

  test('who has come back before keeps the account', async () => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron')
    await world.sync()
    await massDelete(world)
    await addPortalUsers(world.ctx, world.portalId, [ada!.id])
    world.twin.calls.clear()
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 0 })
    expect(world.writes()).toEqual([])
    expect(await world.sync()).toMatchObject({ failed: 0, done: { adopt: 1 } })
    expect(world.inGroup()).toEqual(['ada.byron@example.com'])
  })

  test('a sync run leaves to the worker what a mass delete has queued, and takes up what one person left', async () => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    await world.leave(ada!)
    await massDelete(world)
    expect(await world.sync()).toMatchObject({ steps: 1, done: { groupRemove: 1, deactivate: 1 } })
    expect(await queue(world)).toHaveLength(1)
    await drain(world)
    await allGone(world)
  })

  test('an account that is gone already is done with', async () => {
    const world = await syncWorld(settings)
    await world.members('Ada Byron')
    await world.sync()
    await massDelete(world)
    world.twin.org.users.delete(world.accounts()[0]!.id)
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 0 })
    expect(await queue(world)).toEqual([])
  })
})

describe('what fails', () => {
  test('is tried again after growing pauses, and given up after so many attempts, until somebody has it retried', async () => {
    const world = await syncWorld(settings)
    Object.assign(world.ctx.config, { UNASSIGNMENT_ATTEMPTS: 3 })
    await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    await massDelete(world)
    const { id } = world.account('ada.byron@example.com')!
    const fault = { kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: `/api/v1/users/${id}/lifecycle/deactivate` }
    world.twin.faults.add(fault)
    const began = Date.now()
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 1, dead: 0 })
    const [first] = await queue(world)
    expect(first).toMatchObject({ attempts: 1, dead_at: null, last_error: expect.stringMatching(/permission/) })
    expect(Date.parse(first!.next_attempt_at!) - began).toBeGreaterThanOrEqual(60_000)
    world.twin.calls.clear()
    expect(await drain(world)).toMatchObject({ drained: 0, failed: 0 })
    expect(world.twin.calls.list()).toEqual([])
    await world.later(61_000)
    await drain(world)
    const [second] = await queue(world)
    expect(second!.attempts).toBe(2)
    expect(Date.parse(second!.next_attempt_at!) - Date.now()).toBeGreaterThan(100_000)
    await world.later(121_000)
    expect(await drain(world)).toMatchObject({ failed: 1, dead: 1 })
    expect((await queue(world))[0]).toMatchObject({ attempts: 3, next_attempt_at: null, dead_at: expect.any(String) })
    expect(await countQueue(world.ctx.db, 'panelist')).toMatchObject({ queued: 0, waiting: 0, dead: 1, due: 0 })
    await world.later(86_400_000)
    world.twin.faults.clear()
    expect(await drain(world)).toMatchObject({ drained: 0 })
    expect(await retryQueued(world.ctx, 'panelist', null)).toBe(1)
    expect(await drain(world)).toMatchObject({ drained: 1 })
    await allGone(world)
  })

  test('one that cannot be suspended yet waits, and is none of the others\' concern', async () => {
    const world = await syncWorld({ ...settings, deprovisioning_policy: 'suspend' })
    await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    world.account('grace.hopper@example.com')!.status = 'ACTIVE'
    world.account('ada.byron@example.com')!.status = 'LOCKED_OUT'
    await massDelete(world)
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 1 })
    expect(world.inGroup()).toEqual([])
    expect(await queue(world)).toMatchObject([{ attempts: 1, last_error: expect.stringContaining('LOCKED_OUT') }])
    world.account('ada.byron@example.com')!.status = 'ACTIVE'
    await world.later(61_000)
    expect(await drain(world)).toMatchObject({ drained: 1 })
    expect(world.accounts().map(({ status }) => status)).toEqual(['SUSPENDED', 'SUSPENDED'])
  })

  test('an Okta that is away stops it, and that is nobody\'s attempt', async () => {
    const world = await syncWorld(settings)
    await world.members(...Array.from({ length: 14 }, (_, n) => `Person Nr${n}`))
    await world.sync()
    await massDelete(world)
    world.twin.faults.add({ kind: 'status', status: 503, errorCode: 'E0000010', path: '/api/v1/users/*' })
    const report = await drain(world)
    expect(report).toMatchObject({ drained: 0, stopped: expect.stringContaining('no answer for 10 accounts') })
    expect((await queue(world)).map(({ attempts }) => attempts)).toEqual(Array.from({ length: 14 }, () => 0))
    world.twin.faults.clear()
    await world.later(61_000)
    expect(await drain(world)).toMatchObject({ drained: 14, failed: 0 })
    await allGone(world)
  })

  test('a refused key stops it at once', async () => {
    const world = await syncWorld(settings)
    await world.members('Ada Byron')
    await world.sync()
    await massDelete(world)
    await expect(drainQueue(world.run({ token: 'another' }))).rejects.toMatchObject({ status: 401 })
    expect((await queue(world))[0]).toMatchObject({ attempts: 0, next_attempt_at: null })
    await drain(world)
    await allGone(world)
  })
})

describe('cut off', () => {
  const points = ['removeFromGroup', 'deactivate'] as const
  test.for(points)('between Okta\'s answer to %s and our commit: the next worker ends where an undisturbed one does', async (point) => {
    const world = await syncWorld(settings)
    // Milder: after a crash nobody may take this portal's policy for the one that counts.
    await createPortal(world.ctx, { name: 'Mild', settings: { access_group: 'mild', deprovisioning_policy: 'nothing' } })
    await world.members(...names)
    await world.sync()
    await massDelete(world)
    const run = world.run()
    const { [point]: real } = run.connector
    run.connector[point] = async (...given: never[]) => {
      await (real as (...all: never[]) => Promise<void>)(...given)
      throw new Error('killed')
    }
    await expect(drainQueue(run)).rejects.toThrow('killed')
    expect((await queue(world)).length).toBe(names.length)
    const unanswered = () => world.ctx.db.query<{ target_id: string; actions: string[] }>(
      `select target_id, array_agg(action order by event_id) as actions from gatehouse.audit_event where result = 'unanswered' group by target_id`)
    expect(await unanswered()).toEqual([])
    expect(await drain(world)).toMatchObject({ failed: 0, more: false })
    // What may have been done over there, once a person that a worker was at.
    const told = await unanswered()
    expect(told.length).toBeGreaterThan(0)
    for (const one of told) expect(one.actions).toEqual(['account.groupRemove', 'account.deactivate'])
    await allGone(world)
    expect(await unanswered()).toEqual(told)
  })

  test('two workers at once: one is refused, nothing is done twice', async () => {
    const world = await syncWorld(settings)
    await world.members(...names)
    await world.sync()
    await massDelete(world)
    world.twin.calls.clear()
    const results = await Promise.allSettled([drain(world), drain(world)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(world.writes().filter((call) => call.endsWith('/deactivate'))).toHaveLength(names.length)
    await allGone(world)
  })

  test('an entry that is queued anew while it is worked off is not taken for done', async () => {
    const world = await syncWorld(settings)
    const [ada] = await world.members('Ada Byron')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other', ...settings } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    await world.sync()
    await syncPortal(world.run(), other.id)
    await massDelete(world)
    const run = world.run()
    const { removeFromGroup } = run.connector
    run.connector.removeFromGroup = async (...given) => {
      await removeFromGroup(...given)
      await removePortalUsers(world.ctx, other.id, [ada!.id])
    }
    // What was known when it was begun with would leave her in the other group.
    expect(await drainQueue(run)).toMatchObject({ drained: 2, failed: 0 })
    expect(world.inGroup('other')).toEqual([])
    await allGone(world)
  })

  test('in slices, with room for a sync run between them', async () => {
    const world = await syncWorld(settings)
    await world.members(...names)
    await world.sync()
    await massDelete(world)
    const synced: unknown[] = []
    let slices = 0
    const run = world.run()
    const { deactivate } = run.connector
    run.connector.deactivate = async (...given) => {
      await deactivate(...given)
      world.pass(20_000)
    }
    const report = await drainInSlices({ ...run, atOnce: 1 }, {
      sliceMs: 30_000, pauseMs: 1_000, forMs: 3_600_000, now: () => world.ctx.now().getTime(), onSlice: () => void (slices += 1), sleep: async (ms) => {
        world.pass(ms)
        if (synced.length === 0) synced.push(await world.sync())
      },
    })
    expect(report).toMatchObject({ drained: names.length, more: false })
    expect(slices).toBeGreaterThan(1)
    expect(synced).toMatchObject([{ stopped: null }])
    await allGone(world)
  })
})

describe('undoing', () => {
  const restored = async (world: SyncWorld, before: unknown) => {
    expect(await world.references()).toEqual(before)
    expect(world.inGroup()).toEqual(names.slice(0, 3).map((name) => `${name.toLowerCase().replace(' ', '.')}@example.com`).sort())
    expect(await queue(world)).toEqual([])
    world.twin.calls.clear()
    expect(await world.sync()).toMatchObject({ steps: 0 })
    expect(await drain(world)).toMatchObject({ drained: 0 })
    expect(world.writes()).toEqual([])
  }

  test('before anything was drained: not a call, and everything as it was', async () => {
    const world = await syncWorld(settings)
    await world.members(...names.slice(0, 3))
    await world.sync()
    const before = await world.references()
    await undoMassDelete(world.ctx, await massDelete(world, { filter: 'userName pr', deletePersons: true }))
    await restored(world, before)
  })

  test('leaves in the queue what was there before it, taken over from elsewhere', async () => {
    const world = await syncWorld(settings)
    await world.members(...names.slice(0, 3))
    await world.sync()
    const before = await world.references()
    // A row of another system's, about an account that our reference names too: which portals it left nobody knows.
    const [uid] = (await world.ctx.db.query<{ user_id: number }>('select user_id from efs.iam_portal_user_reference order by user_id')).map((row) => row.user_id)
    await world.ctx.db.execute(`insert into efs.iam_portal_user_group_unassignment_queue (user_id, uuid, email) values ($1, $2, 'taken@example.com')`, [uid, before[0]!.uuid])
    const planId = await massDelete(world)
    expect(await queue(world)).toHaveLength(3)
    await undoMassDelete(world.ctx, planId)
    expect(await world.references()).toEqual(before)
    const left = await world.ctx.db.query('select user_id, uuid, portals, plan_id from efs.iam_portal_user_group_unassignment_queue')
    expect(left).toEqual([{ user_id: uid, uuid: before[0]!.uuid, portals: [], plan_id: null }])
    // Its person is back, and so it changes nothing over there.
    expect(await drain(world)).toMatchObject({ drained: 1, failed: 0, done: { settle: 1 } })
    await restored(world, before)
  })

  test.for(['deactivate', 'suspend', 'nothing'])('after some were drained (%s): the next sync puts those right', async (policy) => {
    const world = await syncWorld({ ...settings, deprovisioning_policy: policy, activation: 'silent' })
    await world.members(...names.slice(0, 3))
    await world.sync()
    for (const account of world.accounts()) account.status = 'ACTIVE'
    const before = await world.references()
    const ids = world.accounts().map(({ id }) => id)
    const planId = await massDelete(world, { filter: 'userName pr', deletePersons: true })
    let done = 0
    await drainQueue({ ...world.run(), atOnce: 1, until: () => done++ > 2 })
    const left = (await queue(world)).length
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(3)
    await undoMassDelete(world.ctx, planId)
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0, stopped: null })
    expect(world.accounts().map(({ id }) => id)).toEqual(ids)
    expect(world.accounts().every(({ status }) => status === 'ACTIVE' || status === 'PROVISIONED')).toBe(true)
    await restored(world, before)
  })

  test('while an account is being closed: the sync that follows opens it again', async () => {
    const world = await syncWorld(settings)
    await world.members(...names.slice(0, 3))
    await world.sync()
    const before = await world.references()
    const planId = await massDelete(world)
    const run = world.run()
    const { deactivate } = run.connector
    let undone: Promise<unknown> | undefined
    run.connector.deactivate = async (...given) => {
      await (undone ??= undoMassDelete(world.ctx, planId))
      await deactivate(...given)
    }
    await drainQueue({ ...run, atOnce: 1 })
    expect(world.accounts().filter(({ status }) => status === 'DEPROVISIONED')).toHaveLength(1)
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0 })
    await restored(world, before)
  })
})

describe('with everything at once, a fifth of the time,', () => {
  test.for([11, 12, 13])('seed %i: the end is that of an undisturbed run, and nothing is lost', { timeout: 120_000 }, async (seed) => {
    const world = await syncWorld(settings, { random: seededRandom(seed), options: { indexLagSeconds: 1 } })
    const dice = seededRandom(seed + 1000)
    const people = await world.members(...names)
    await world.sync()
    const kinds = ['reset', 'lost-answer', 'cut-body', 'html', 'concurrency', 'status']
    for (const kind of kinds) world.twin.faults.add({ kind, probability: 0.2 / kinds.length })
    for (let round = 0; round < 5; round++) {
      const planId = await massDelete(world, { ids: people.filter(() => dice() < 0.6).map(({ id }) => id).concat('nobody') })
      await drain(world).catch((error: Error) => error)
      await world.later(61_000)
      if (dice() < 0.5) await undoMassDelete(world.ctx, planId).catch((error: Error) => error)
      else await addPortalUsers(world.ctx, world.portalId, people.filter(() => dice() < 0.5).map(({ id }) => id).concat(people[0]!.id))
      if (dice() < 0.5) await patchUser(world.ctx, people[1]!.id as string, { title: `Round ${round}` })
      await world.sync().catch((error: Error) => error)
    }
    await massDelete(world)
    await drain(world).catch((error: Error) => error)
    world.twin.faults.clear()
    for (let settling = 0; settling < 3; settling++) {
      await world.later(6 * 3_600_000)
      await drain(world)
      await world.sync()
    }
    await allGone(world)
    const ids = world.accounts().map((account) => account.profile['gatehouseId'])
    expect(new Set(ids).size).toBe(ids.length)
  })
})
