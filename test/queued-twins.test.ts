/** Somebody who was panelist and administrator and is neither any more: one account, two entries in the queues, and the mildest policy of all. */
import { describe, expect, test } from 'vitest'
import { deleteUser } from '../src/directory/delete-users.ts'
import { patchUser } from '../src/directory/users.ts'
import { addAdminUsers } from '../src/portals/portal-users.ts'
import { listSteps } from '../src/store/plans.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { planSync, undoSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const queued = async (world: SyncWorld) => [
  ...await world.ctx.db.query('select uuid from efs.iam_portal_user_group_unassignment_queue'), ...await world.ctx.db.query('select uuid from efs.iam_user_unassignment_queue'),
]

/** Ada, linked as both, with an account that is ACTIVE. */
async function both(policy: string): Promise<{ world: SyncWorld; id: string }> {
  const world = await syncWorld({ deprovisioning_policy: policy, activation: 'silent' })
  const [ada] = await world.members('Ada Byron')
  await addAdminUsers(world.ctx, [ada!.id as string])
  await world.sync()
  world.accounts()[0]!.status = 'ACTIVE'
  world.twin.calls.clear()
  return { world, id: ada!.id as string }
}

const cases: [string, string][] = [['deactivate', 'SUSPENDED'], ['delete', 'SUSPENDED'], ['suspend', 'SUSPENDED'], ['nothing', 'ACTIVE']]

describe.for(cases)('a portal whose policy is %s: the account is %s', ([policy, status]) => {
  test('when the person is disabled', async () => {
    const { world, id } = await both(policy)
    await patchUser(world.ctx, id, { active: false })
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0, stale: 0 })
    expect(world.account('ada.byron@example.com')?.status).toBe(status)
  })

  test('when the person is deleted and a run takes it up', async () => {
    const { world, id } = await both(policy)
    await deleteUser(world.ctx, id)
    expect(await queued(world)).toHaveLength(2)
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0, stale: 0, done: status === 'ACTIVE' ? { groupRemove: 1 } : { groupRemove: 1, suspend: 1 } })
    expect(world.account('ada.byron@example.com')?.status).toBe(status)
    expect([world.inGroup(), await queued(world)]).toEqual([[], []])
    expect(await world.ctx.db.query('select message from efs.iam_error_log')).toEqual([])
    expect(await world.sync()).toMatchObject({ steps: 0 })
  })

  test('when the person is deleted and the worker takes it up', async () => {
    const { world, id } = await both(policy)
    await deleteUser(world.ctx, id)
    expect(await drainQueue(world.run())).toMatchObject({ drained: 1, failed: 0 })
    expect(world.account('ada.byron@example.com')?.status).toBe(status)
    expect([world.inGroup(), await queued(world)]).toEqual([[], []])
    expect(await drainQueue(world.run())).toMatchObject({ drained: 0, failed: 0 })
  })
})

test('the entry of the administrator does it when that of the panelist has to wait', async () => {
  const { world, id } = await both('nothing')
  await deleteUser(world.ctx, id)
  await world.ctx.db.execute(`update efs.iam_portal_user_group_unassignment_queue set attempts = 1, next_attempt_at = now() + interval '1 hour'`)
  expect(await world.sync()).toMatchObject({ failed: 0, done: { groupRemove: 1 } })
  expect(world.account('ada.byron@example.com')?.status).toBe('ACTIVE')
  expect([world.inGroup(), await queued(world)]).toEqual([[], []])
})

test('when it fails both entries stay, and undoing it brings both back', async () => {
  const { world, id } = await both('deactivate')
  await deleteUser(world.ctx, id)
  world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: '/api/v1/users/*/lifecycle/suspend' })
  expect(await world.sync()).toMatchObject({ failed: 1 })
  expect(await queued(world)).toHaveLength(2)
  world.twin.faults.clear()
  const plan = await planSync(world.run(), world.portalId)
  expect((await listSteps(world.ctx.db, plan.id, { count: 10 })).map((step) => (step.changes as { actions: { kind: string }[] }).actions.map(({ kind }) => kind))).toEqual([['suspend'], ['settle']])
  const { planId } = await world.sync()
  expect(await queued(world)).toEqual([])
  expect(await undoSync(world.run(), planId)).toMatchObject({ failed: 0, blocked: 0 })
  expect(world.account('ada.byron@example.com')?.status).toBe('ACTIVE')
  expect(await queued(world)).toHaveLength(2)
})
