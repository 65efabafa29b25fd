/** How new accounts come to life: every request to the other side is an action of the plan, and has its audit event. */
import { expect, test, vi } from 'vitest'
import { planUndo } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 60_000 })

const events = (world: SyncWorld) => world.ctx.db.query<{ action: string; count: number }>(
  `select action, count(*)::int as count from gatehouse.audit_event where action like 'account.%' and target_type = 'User' group by 1 order by 1`)

test('without a mail an account is made and activated: two requests, two events', async () => {
  const world = await syncWorld({ activation: 'silent', limit_activate: '0' })
  await world.members('Ada Byron', 'Grace Hopper')
  // The limit on activations is about accounts that are there.
  expect(await world.sync()).toMatchObject({ failed: 0, stopped: null, done: { create: 2, activate: 2, groupAdd: 2 } })
  expect(await events(world)).toEqual([{ action: 'account.activate', count: 2 }, { action: 'account.create', count: 2 }, { action: 'account.groupAdd', count: 2 }])
  expect(world.accounts().map(({ status }) => status)).toEqual(['PROVISIONED', 'PROVISIONED'])
})

test('an activation that is refused loses neither the account nor its event, and the next run makes up for it', async () => {
  const world = await syncWorld({ activation: 'silent' })
  const [ada] = await world.members('Ada Byron')
  const fault = world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: '/api/v1/users/*/lifecycle/activate' })
  expect(await world.sync()).toMatchObject({ failed: 1, done: { create: 1 } })
  expect(await events(world)).toEqual([{ action: 'account.create', count: 1 }])
  const [account] = world.accounts()
  expect(await world.references()).toMatchObject([{ person_id: ada!.id, uuid: account!.id, has_data_changes: 1 }])
  world.twin.faults.remove(fault.id)
  expect(await world.sync()).toMatchObject({ failed: 0, done: { activate: 1, groupAdd: 1 } })
  expect([world.accounts().map(({ status }) => status), world.inGroup()]).toEqual([['PROVISIONED'], ['ada.byron@example.com']])
  world.twin.calls.clear()
  await world.sync()
  expect(world.writes()).toEqual([])
})

test('what was made silently is closed by an undo as a whole', async () => {
  const world = await syncWorld({ activation: 'silent' })
  await world.members('Ada Byron')
  const { planId } = await world.sync()
  const undo = await planUndo(world.run(), planId)
  expect(undo.counts).toEqual({ groupRemove: 1, deactivate: 1 })
})
