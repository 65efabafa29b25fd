/** The guard of what waits in the queues: by what the policies really do, for each portal, and each portal's run its own. */
import { describe, expect, test, vi } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { pushWaiting } from '../src/jobs/sync-jobs.ts'
import { releasePlan } from '../src/plans/release.ts'
import { applyMassDelete } from '../src/portals/apply-mass-delete.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal, deletePortal, updatePortalSettings } from '../src/portals/portals.ts'
import { heldPlans, isAnythingWaiting } from '../src/store/sync-status.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { planSync, syncPortal } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 120_000 })
const three = ['Ada Byron', 'Grace Hopper', 'Alan Turing']
const ids = (people: readonly { id?: unknown }[]) => people.map(({ id }) => id as string)
const drain = (world: SyncWorld) => drainQueue(world.run())
const setLimits = (world: SyncWorld, list: string) => Object.assign(world.ctx.config, { PLAN_LIMITS: list })
const queue = (world: SyncWorld) => world.ctx.db.query<{ email: string }>('select email from efs.iam_portal_user_group_unassignment_queue order by email').then((rows) => rows.map(({ email }) => email.split('.')[0]))

/** A second portal, beside the world's, with people of its own and some who are in both. */
async function second(world: SyncWorld, settings: Record<string, string>, own: readonly string[] = [], both: readonly { id?: unknown }[] = []) {
  const { id } = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other', ...settings } })
  const people = []
  for (const name of own) people.push(await world.person(name))
  const all = [...ids(people), ...ids(both)]
  if (all.length > 0) await addPortalUsers(world.ctx, id, all)
  return { id, people, sync: () => syncPortal(world.run(), id) }
}

describe('the worker', () => {
  test('counts what the policy will do: none is deleted, or suspended, beyond the limit for that', async () => {
    for (const [policy, limit, what] of [['delete', 'limit_delete=0', '3 accounts to delete, and the limit is 0'], ['suspend', 'limit_suspend=2', '3 accounts to suspend, and the limit is 2']] as const) {
      const world = await syncWorld({ deprovisioning_policy: policy, activation: 'silent' })
      const people = await world.members(...three)
      await world.sync()
      setLimits(world, limit)
      await removePortalUsers(world.ctx, world.portalId, ids(people))
      expect(await drain(world), policy).toMatchObject({ drained: 0, held: expect.stringContaining(what) })
      expect(world.inGroup()).toHaveLength(3)
      // Where the policy does something else, that limit is none of its business.
      await updatePortalSettings(world.ctx, world.portalId, { deprovisioning_policy: 'deactivate' })
      expect(await drain(world), policy).toMatchObject({ drained: 3, held: null, done: { deactivate: 3 } })
    }
  })

  test('counts nobody as closed whom another portal refers to, and the mildest policy of the portals left', async () => {
    const world = await syncWorld({ deprovisioning_policy: 'delete', limit_delete: '0' })
    const [ada, grace] = await world.members(...three)
    const other = await second(world, { deprovisioning_policy: 'suspend' }, [], [ada!, grace!])
    await world.sync()
    await other.sync()
    for (const account of world.accounts()) account.status = 'ACTIVE'
    await removePortalUsers(world.ctx, world.portalId, [ada!.id])
    expect(await drain(world)).toMatchObject({ drained: 1, held: null, done: { groupRemove: 1 } })
    await removePortalUsers(world.ctx, world.portalId, [grace!.id])
    await removePortalUsers(world.ctx, other.id, [grace!.id])
    expect(await drain(world)).toMatchObject({ drained: 1, held: null, done: { groupRemove: 2, suspend: 1 } })
  })

  test('holds what breaks a portal\'s own limit, and works off the others', async () => {
    const world = await syncWorld({ limit_deactivate: '0' })
    const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
    const other = await second(world, {}, ['Alan Turing'], [grace!])
    await world.sync()
    await other.sync()
    await removePortalUsers(world.ctx, world.portalId, [ada!.id])
    await removePortalUsers(world.ctx, other.id, [other.people[0]!.id, grace!.id])
    await removePortalUsers(world.ctx, world.portalId, [grace!.id])
    expect(await drain(world)).toMatchObject({ drained: 1, held: expect.stringContaining(`portal ${world.portalId}: 2 accounts to deactivate, and the limit is 0`) })
    expect(await queue(world)).toEqual(['ada', 'grace'])
    // The other portal's run cannot let go what this one's limit holds, either.
    expect(await other.sync()).toMatchObject({ guarded: true, stopped: expect.stringContaining(`portal ${world.portalId}: 1 account to deactivate`) })
    // What names no portal stands for all of them.
    await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set portals = '{}'`)
    expect(await drain(world)).toMatchObject({ drained: 0 })
  })

  test('holds a portal\'s share of its own people, however many the others have', async () => {
    const world = await syncWorld()
    const people = await world.members(...Array.from({ length: 12 }, (_, n) => `Person N${n}`))
    await world.sync()
    await second(world, {}, Array.from({ length: 60 }, (_, n) => `Many N${n}`))
    await removePortalUsers(world.ctx, world.portalId, ids(people).slice(0, 11))
    expect(await drain(world)).toMatchObject({ drained: 0, held: expect.stringContaining('11 accounts to deactivate, and the limit is 20 % of 12 people') })
    expect(world.inGroup()).toHaveLength(12)
  })
})

test('a reconcile is judged by each portal\'s own limits too', async () => {
  const world = await syncWorld({ limit_group_remove: '0' })
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  const other = await second(world, {}, ['Alan Turing'])
  await world.sync()
  await other.sync()
  await patchUser(world.ctx, other.people[0]!.id as string, { active: false })
  expect(await reconcileOrg(world.run())).toMatchObject({ stopped: null, done: { groupRemove: 1 } })
  await patchUser(world.ctx, ada!.id as string, { active: false })
  world.twin.calls.clear()
  expect(await reconcileOrg(world.run())).toMatchObject({ guarded: true, stopped: expect.stringContaining(`portal ${world.portalId}: 1 group membership to remove, and the limit is 0`) })
  expect(world.writes()).toEqual([])
})

describe('a mass delete', () => {
  const plan = (world: SyncWorld) => planMassDelete(world.ctx, world.portalId, massDeleteRequest({ filter: 'userName pr' }))

  test('is stopped by what the policy does to the accounts; one release covers both', async () => {
    const world = await syncWorld({ deprovisioning_policy: 'delete', limit_delete: '0' })
    const [ada] = await world.members(...three)
    // Ada's account stays: another portal has it.
    const other = await second(world, {}, [], [ada!])
    await world.sync()
    // Whether that has been synced by now or not.
    expect((await plan(world)).stopReason).toMatch(/^2 accounts to delete/)
    await other.sync()
    const stopped = await plan(world)
    expect(stopped).toMatchObject({ status: 'stopped', stopReason: expect.stringMatching(/^2 accounts to delete, and the limit is 0/) })
    await expect(applyMassDelete(world.ctx, stopped.id)).rejects.toMatchObject({ code: 'plan_state' })
    await releasePlan(world.ctx, stopped.id, { reason: 'the panel is closed' })
    await applyMassDelete(world.ctx, stopped.id)
    expect(await drain(world)).toMatchObject({ drained: 3, held: null, done: { delete: 2 } })
  })

  test('is not stopped for people without an account, and is stale once another policy counts', async () => {
    const world = await syncWorld({ deprovisioning_policy: 'suspend', limit_delete: '0', limit_suspend: '0' })
    await world.members(...three)
    const planned = await plan(world)
    expect(planned.status).toBe('planned')
    await updatePortalSettings(world.ctx, world.portalId, { deprovisioning_policy: 'delete' })
    await expect(applyMassDelete(world.ctx, planned.id)).rejects.toMatchObject({ code: 'plan_stale' })
    expect((await plan(world)).status).toBe('planned')
  })
})

test('a policy becomes no harsher while accounts of a mass delete wait, for which nobody was asked about that', async () => {
  const world = await syncWorld({ deprovisioning_policy: 'suspend', limit_delete: '0' })
  await world.members(...three)
  await world.sync()
  const { id } = await planMassDelete(world.ctx, world.portalId, massDeleteRequest({ filter: 'userName pr' }))
  await releasePlan(world.ctx, id, { reason: 'the panel is closed' }).catch(() => undefined)
  await applyMassDelete(world.ctx, id)
  const set = (policy: string | null) => updatePortalSettings(world.ctx, world.portalId, { deprovisioning_policy: policy })
  // Null is the default, which deactivates.
  for (const policy of ['delete', 'deactivate', null]) await expect(set(policy), String(policy)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('3 accounts of mass deletes') })
  await set('nothing')
  expect(await drain(world)).toMatchObject({ drained: 3, done: { groupRemove: 3 } })
  await set('delete')
})

describe('a portal\'s run', () => {
  test('plans what names the portal, so that one that is held stops no other', async () => {
    const world = await syncWorld({ limit_group_remove: '1' })
    const [ada, grace, alan] = await world.members(...three)
    const other = await second(world, {}, ['Edsger Dijkstra'], [alan!])
    await world.sync()
    await other.sync()
    await removePortalUsers(world.ctx, world.portalId, [ada!.id, grace!.id])
    expect(await world.sync()).toMatchObject({ guarded: true })
    await patchUser(world.ctx, other.people[0]!.id as string, { title: 'Professor' })
    expect(await isAnythingWaiting(world.ctx.db, other.id)).toBe(true)
    await pushWaiting(world.ctx, () => world.run())
    expect(world.account('edsger.dijkstra@example.com')!.profile['title']).toBe('Professor')
    expect(await isAnythingWaiting(world.ctx.db, other.id)).toBe(false)
    expect((await heldPlans(world.ctx.db)).map(({ portalId }) => portalId)).toEqual([world.portalId])
    expect(await queue(world)).toEqual(['ada', 'grace'])
  })

  test('takes up what names several portals once, whichever comes first; what names none, and administrators, the first portal\'s', async () => {
    const world = await syncWorld()
    const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
    const other = await second(world, {}, [], [ada!])
    const alan = await world.person('Alan Turing')
    await addAdminUsers(world.ctx, [alan.id])
    await world.sync()
    await other.sync()
    await removePortalUsers(world.ctx, world.portalId, [ada!.id, grace!.id])
    await removePortalUsers(world.ctx, other.id, [ada!.id])
    await removeAdminUsers(world.ctx, [alan.id])
    await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set portals = '{}' where email like 'grace%'`)
    expect(await other.sync()).toMatchObject({ steps: 1, done: { groupRemove: 2, deactivate: 1 } })
    expect(await isAnythingWaiting(world.ctx.db, other.id)).toBe(false)
    expect(await planSync(world.run(), other.id)).toMatchObject({ steps: 0 })
    // Of a portal that a hand at the database has removed.
    await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set portals = '{4711}'`)
    world.account('alan.turing@example.com')!.status = 'ACTIVE'
    expect(await world.sync()).toMatchObject({ steps: 2, done: { groupRemove: 1, deactivate: 1, suspend: 1 } })
    expect(await queue(world)).toEqual([])
  })
})

test('a portal keeps its place and its group until those who have left are out of it', async () => {
  const world = await syncWorld()
  const people = await world.members('Ada Byron', 'Grace Hopper')
  const other = await second(world, {})
  await world.sync()
  await removePortalUsers(world.ctx, world.portalId, ids(people))
  const wait = expect.stringMatching(/2 accounts that have left the portal wait .*`gatehouse portals queue drain`/)
  await expect(deletePortal(world.ctx, world.portalId)).rejects.toMatchObject({ code: 'still_referenced', message: wait })
  await expect(updatePortalSettings(world.ctx, world.portalId, { access_group: 'moved' })).rejects.toMatchObject({ code: 'conflict', message: wait })
  // Given up is still in it; nobody of the other portal's waits, but what names none may be anybody's.
  await world.ctx.db.execute('update efs.iam_portal_user_group_unassignment_queue set dead_at = now()')
  await expect(deletePortal(world.ctx, world.portalId)).rejects.toMatchObject({ code: 'still_referenced' })
  await updatePortalSettings(world.ctx, other.id, { access_group: 'another' })
  await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set dead_at = null, any_portal = email like 'ada%'`)
  await expect(updatePortalSettings(world.ctx, other.id, { access_group: 'other' })).rejects.toMatchObject({ message: expect.stringContaining('1 account that has left') })
  expect(await drain(world)).toMatchObject({ drained: 2 })
  expect(world.inGroup()).toEqual([])
  await updatePortalSettings(world.ctx, world.portalId, { access_group: 'moved' })
  await deletePortal(world.ctx, world.portalId)
})
