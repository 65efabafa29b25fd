/** The guard of a sync: a plan that takes too much is stopped before its first write, and one person may let it go once. */
import { expect, test } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import { updatePortalSettings } from '../src/portals/portals.ts'
import { releasePlan } from '../src/plans/release.ts'
import { listSteps, readPlan } from '../src/store/plans.ts'
import { applySync, planSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `Person${String.fromCharCode(97 + index)} Doe`)

/** A portal of twelve in step, all of whom have been disabled since. */
async function emptied(settings: Record<string, string> = {}): Promise<SyncWorld> {
  const world = await syncWorld(settings)
  const people = await world.members(...names(12))
  await world.sync()
  for (const one of people) await patchUser(world.ctx, one.id as string, { active: false })
  world.twin.calls.clear()
  return world
}

const released = { reason: 'the panel is closed', by: 'Ada Byron' }

test('a plan that takes too many is stopped before its first write, says why, and is not applied', async () => {
  const world = await emptied()
  const report = await world.sync()
  expect(report).toMatchObject({ guarded: true, done: {}, steps: 12 })
  expect(report.stopped).toContain('12 accounts to deactivate, and the limit is 20 % of 12 people (limit_deactivate)')
  expect(report.stopped).toContain('Nothing has been written')
  expect(world.writes()).toEqual([])
  expect(world.inGroup()).toHaveLength(12)
  expect(await readPlan(world.ctx.db, report.planId)).toMatchObject({ status: 'stopped', appliedThrough: 0, stopReason: report.stopped })
  await expect(applySync(world.run(), report.planId)).rejects.toMatchObject({ code: 'plan_state', message: expect.stringContaining('limit_deactivate') })
  expect(await world.sync()).toMatchObject({ guarded: true })
  expect(world.writes()).toEqual([])
})

test('released for a reason, by somebody, it goes once; the next plan is judged anew', async () => {
  const world = await emptied()
  const { planId } = await world.sync()
  for (const [request, code] of [[{}, 'required_attribute'], [{ reason: '  ' }, 'required_attribute'], [{ reason: 'x'.repeat(1001) }, 'invalid_value'], [{ ...released, all: true }, 'unknown_attribute'], [null, 'invalid_body']] as const) {
    await expect(releasePlan(world.ctx, planId, request)).rejects.toMatchObject({ code })
  }
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'stopped' })
  const plan = await releasePlan(world.ctx, planId, released)
  expect(plan).toMatchObject({ status: 'planned', releaseReason: 'the panel is closed', releasedBy: 'Ada Byron (by test)' })
  await expect(releasePlan(world.ctx, planId, released)).rejects.toMatchObject({ code: 'plan_state' })
  expect(await applySync(world.run(), planId)).toMatchObject({ failed: 0, done: { groupRemove: 12, deactivate: 12 } })
  expect(world.inGroup()).toEqual([])
  const events = await world.ctx.db.query(`select changes from gatehouse.audit_event where action = 'plan.release' and target_id = $1`, [planId])
  expect(events).toHaveLength(1)
  expect(JSON.stringify(events)).toContain('the panel is closed')
  await expect(releasePlan(world.ctx, planId, released)).rejects.toMatchObject({ code: 'plan_state' })
  expect(await world.sync()).toMatchObject({ steps: 0 })
})

test('limits are settings of the portal', async () => {
  const world = await emptied({ limit_deactivate: 'none', limit_group_remove: '100%' })
  expect(await world.sync()).toMatchObject({ stopped: null, done: { deactivate: 12 } })
  await updatePortalSettings(world.ctx, world.portalId, { limit_create: '1' })
  await world.members('Ada Byron', 'Grace Hopper')
  expect(await world.sync()).toMatchObject({ guarded: true, stopped: expect.stringContaining('2 accounts to create, and the limit is 1') })
})

test('a released plan that is killed goes on without being released again', async () => {
  const world = await emptied()
  const { planId } = await world.sync()
  await releasePlan(world.ctx, planId, released)
  const run = world.run()
  const { connector } = run
  let calls = 0
  const dying = { ...run, connector: { ...connector, async deactivate(id: string) {
    if (++calls > 3) throw new Error('killed')
    return connector.deactivate(id)
  } } }
  await expect(applySync(dying, planId)).rejects.toThrow('killed')
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applying' })
  expect(await applySync(world.run(), planId)).toMatchObject({ failed: 0, stopped: null })
  expect(world.accounts().map((one) => one.status)).toEqual(Array.from({ length: 12 }, () => 'DEPROVISIONED'))
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applied', failed: 0 })
})

test('another org, where nobody is known, does not get everybody anew, nor lose the links', async () => {
  const world = await emptied()
  const people = await world.members(...names(12).map((name) => `${name}er`))
  await world.sync().then(({ planId }) => releasePlan(world.ctx, planId, released)).then(({ id }) => applySync(world.run(), id))
  for (const { id } of world.accounts()) world.twin.org.users.delete(id)
  for (const one of people) await patchUser(world.ctx, one.id as string, { title: 'Dr.' })
  world.twin.calls.clear()
  const report = await world.sync()
  expect(report).toMatchObject({ guarded: true, stopped: expect.stringContaining('12 accounts to create again because the linked ones have vanished') })
  expect(world.writes()).toEqual([])
  expect((await world.references()).filter((link) => link.uuid !== null)).toHaveLength(24)
})

test('an empty list of the group\'s members takes nobody out, and a page that fails leaves no plan to apply', async () => {
  const world = await syncWorld()
  const [ada] = await world.members(...names(3))
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { active: false })
  const run = world.run()
  const { connector } = run
  async function* noMembers(): AsyncGenerator<string[]> {
    yield []
  }
  const plan = await planSync({ ...run, connector: { ...connector, groupMembers: noMembers } }, world.portalId, 'full')
  expect(plan.counts).toEqual({ groupAdd: 2, groupRemove: 1, deactivate: 1 })
  world.twin.faults.add({ kind: 'status', status: 400, errorCode: 'E0000001', method: 'GET', path: '/api/v1/groups/*/users' })
  await expect(planSync(world.run(), world.portalId, 'full')).rejects.toMatchObject({ code: 'remote_error' })
  const plans = await world.ctx.db.query<{ status: string; plan_id: string }>(`select status, plan_id from gatehouse.plan order by plan_id desc limit 1`)
  expect(plans).toMatchObject([{ status: 'cancelled' }])
  await expect(applySync(world.run(), plans[0]!.plan_id)).rejects.toMatchObject({ code: 'plan_state' })
  expect(await listSteps(world.ctx.db, plans[0]!.plan_id, { count: 10, action: 'groupRemove' })).toEqual([])
})
