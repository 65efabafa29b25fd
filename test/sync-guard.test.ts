/** The guard of a sync: a plan that takes too much is stopped before its first write, and one person may let it go once. */
import { expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import { patchUser } from '../src/directory/users.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal, updatePortalSettings } from '../src/portals/portals.ts'
import { releasePlan } from '../src/plans/release.ts'
import { listSteps, readPlan } from '../src/store/plans.ts'
import { planReconcile } from '../src/sync/reconcile.ts'
import { applySync, planSync, planUndo, syncPortal, type SyncRun } from '../src/sync/run.ts'
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
  expect(report.stopped).toContain('12 accounts to deactivate, and the limit is 20 % of 12 people, but at least 10 (limit_deactivate)')
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

/** A run whose process dies when it has done something so often. */
function dying(world: SyncWorld, what: 'deactivate' | 'removeFromGroup' = 'deactivate', times = 3): SyncRun {
  const run = world.run()
  const { connector } = run
  let calls = 0
  const upTo = <A extends unknown[]>(work: (...given: A) => Promise<void>) => async (...given: A) => {
    if (++calls > times) throw new Error('killed')
    return work(...given)
  }
  return { ...run, connector: { ...connector, [what]: upTo(connector[what] as (...given: unknown[]) => Promise<void>) } }
}

test('a plan of another form, as an older version made them, is stale', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  const plan = await planSync(world.run(), world.portalId)
  await world.ctx.db.execute(`update gatehouse.plan set options = options - 'form' where plan_id = $1`, [plan.id])
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('What plans are made of') })
  // Before there were mappings, and so before there were forms.
  await world.ctx.db.execute(`update gatehouse.plan set options = options - 'form' - 'mapping' - 'settings' where plan_id = $1`, [plan.id])
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('What plans are made of') })
  expect(world.accounts()).toEqual([])
})

test('so is an undo that an older version made, whatever mapping counts by now', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  const { planId } = await world.sync()
  const [older, newer] = [await planUndo(world.run(), planId), await planUndo(world.run(), planId)]
  await world.ctx.db.execute(`update gatehouse.plan set options = options - 'form' where plan_id = $1`, [older.id])
  await updatePortalSettings(world.ctx, world.portalId, { limit_create: '1' })
  await expect(applySync(world.run(), older.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('What plans are made of') })
  expect(await applySync(world.run(), newer.id)).toMatchObject({ failed: 0, stopped: null })
})

test('a released plan that is killed goes on without being released again', async () => {
  const world = await emptied()
  const { planId } = await world.sync()
  await releasePlan(world.ctx, planId, released)
  await expect(applySync(dying(world), planId)).rejects.toThrow('killed')
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applying' })
  expect(await applySync(world.run(), planId)).toMatchObject({ failed: 0, stopped: null })
  expect(world.accounts().map((one) => one.status)).toEqual(Array.from({ length: 12 }, () => 'DEPROVISIONED'))
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applied', failed: 0 })
})

test('a plan that is killed goes on for the others when somebody is erased meanwhile', async () => {
  const world = await emptied()
  const { planId } = await world.sync()
  await releasePlan(world.ctx, planId, released)
  await expect(applySync(dying(world), planId)).rejects.toThrow('killed')
  const open = (await listSteps(world.ctx.db, planId, { count: 20 })).findLast(({ status }) => status === 'planned')!
  await eraseUser(world.ctx, open.targetId!)
  expect(await applySync(world.run(), planId)).toMatchObject({ failed: 0, stopped: null })
  expect(world.accounts().filter((one) => one.status !== 'DEPROVISIONED')).toHaveLength(1)
  // The account of whoever is gone is the queue's.
  await world.sync()
  expect(world.accounts().map((one) => one.status)).toEqual(Array.from({ length: 12 }, () => 'DEPROVISIONED'))
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

test('who has left the portal since the plan was made gets no account by it, and no place in the group', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  const plan = await planSync(world.run(), world.portalId)
  await world.leave(ada!)
  world.twin.calls.clear()
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining(`ada.byron@example.com: the person has left portal ${world.portalId}`) })
  expect(world.writes()).toEqual([])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { create: 1, groupAdd: 1 } })
  expect(world.inGroup()).toEqual(['grace.hopper@example.com'])
  const admin = await world.person('Mary Kom')
  await addAdminUsers(world.ctx, [admin.id])
  const other = await planSync(world.run(), world.portalId)
  await removeAdminUsers(world.ctx, [admin.id])
  await expect(applySync(world.run(), other.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('no administrator any more') })
})

test('who leaves while a run is at work is left out of it', async () => {
  const world = await syncWorld()
  const people = await world.members(...names(3))
  const run = world.run()
  const { connector } = run
  // The ground is prepared before anybody's step: somebody leaves at that moment.
  const report = await syncPortal({ ...run, connector: { ...connector, async createGroup(name: string) {
    await connector.createGroup(name)
    await world.leave(people[0]!)
  } } }, world.portalId)
  expect(report).toMatchObject({ stale: 1, failed: 0, done: { create: 2 } })
  expect(world.accounts()).toHaveLength(2)
})

test('a reconcile puts nobody into the group of a portal that they have left since', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await world.sync()
  await syncPortal(world.run(), other.id)
  const { connector } = world.run()
  await connector.removeFromGroup('other', world.accounts()[0]!.id)
  const plan = await planReconcile(world.run())
  expect(plan.counts).toMatchObject({ groupAdd: 1 })
  await removePortalUsers(world.ctx, other.id, [ada!.id])
  expect(await applySync(world.run(), plan.id)).toMatchObject({ stale: 1, done: {} })
  expect(world.inGroup('other')).toEqual([])
})

test('a plan made by other settings of the portals is stale', async () => {
  const world = await syncWorld({ deprovisioning_policy: 'delete' })
  const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { active: false })
  await world.leave(grace!)
  const other = await createPortal(world.ctx, { name: 'Other' })
  const changes: [number, Record<string, string>][] = [
    [world.portalId, { deprovisioning_policy: 'nothing' }], [world.portalId, { activation: 'silent' }], [other.id, { access_group: 'elsewhere' }],
    [world.portalId, { limit_deactivate: '0' }], [other.id, { deprovisioning_policy: 'suspend' }],
  ]
  for (const [portalId, settings] of changes) {
    const plans = [await planSync(world.run(), world.portalId), await planReconcile(world.run())]
    await updatePortalSettings(world.ctx, portalId, settings)
    world.twin.calls.clear()
    for (const { id } of plans) await expect(applySync(world.run(), id), JSON.stringify(settings)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('Settings of portals') })
    expect(world.writes()).toEqual([])
  }
  // What does not count in the plan does not stop it either.
  await updatePortalSettings(world.ctx, world.portalId, { limit_deactivate: 'none', deprovisioning_policy: 'deactivate' })
  await updatePortalSettings(world.ctx, other.id, { deprovisioning_policy: 'deactivate' })
  const plan = await planSync(world.run(), world.portalId)
  await updatePortalSettings(world.ctx, world.portalId, { scopes: 'openid email' })
  await updatePortalSettings(world.ctx, other.id, { limit_create: '3', activation: 'staged' })
  expect(await applySync(world.run(), plan.id)).toMatchObject({ failed: 0, stopped: null, done: { deactivate: 2 } })
})

test('a released plan that is killed goes on after other runs, looking at each account again', async () => {
  const world = await syncWorld()
  // Disabled and not gone: nobody's queue has them, so that no other run does what is left of the plan.
  await world.members(...names(20))
  await world.sync()
  for (const { person_id: id } of await world.ctx.db.query<{ person_id: string }>('select person_id from efs.panelists')) await patchUser(world.ctx, id, { active: false })
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  const { planId } = await world.sync()
  await releasePlan(world.ctx, planId, released)
  await expect(applySync(dying(world, 'removeFromGroup', 2), planId)).rejects.toThrow('killed')
  await addPortalUsers(world.ctx, other.id, [(await world.person('Mary Kom')).id])
  expect(await syncPortal(world.run(), other.id)).toMatchObject({ failed: 0, done: { create: 1 } })
  // A new plan of the portal would have to be released anew.
  expect(await world.sync('full')).toMatchObject({ guarded: true })
  const left = world.inGroup().length
  expect(left).toBeGreaterThan(10)
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'stopped', stopReason: expect.stringContaining('interrupted') })
  expect(await applySync(world.run(), planId)).toMatchObject({ failed: 0, stopped: null, done: { groupRemove: left } })
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applied' })
  expect(world.inGroup()).toEqual([])
  expect(await world.sync()).toMatchObject({ steps: 0 })
})

test('an interrupted plan is not taken up again by other settings', async () => {
  const world = await emptied()
  const { planId } = await world.sync()
  await releasePlan(world.ctx, planId, released)
  const run = world.run()
  await expect(applySync({ ...run, connector: { ...run.connector, deactivate: () => Promise.reject(new Error('killed')) } }, planId)).rejects.toThrow('killed')
  await updatePortalSettings(world.ctx, world.portalId, { deprovisioning_policy: 'nothing' })
  world.twin.calls.clear()
  await expect(applySync(world.run(), planId)).rejects.toMatchObject({ code: 'plan_stale' })
  expect(world.writes()).toEqual([])
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'stopped' })
})
