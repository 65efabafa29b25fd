/** Taking back an applied plan, against the double: what comes back, what cannot, and that the directory has the last word. */
import { expect, test } from 'vitest'
import { searchEvents } from '../src/audit/search.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { patchUser, readUser } from '../src/directory/users.ts'
import { defaultMapping } from '../src/model/account-mapping.ts'
import { releasePlan } from '../src/plans/release.ts'
import { mappingDocument } from '../src/portals/check-mapping.ts'
import { setMapping } from '../src/portals/mapping.ts'
import { listSteps, readPlan } from '../src/store/plans.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { applySync, planSync, planUndo, undoSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const activate = async (world: SyncWorld, ...ids: string[]) => {
  for (const id of ids) await world.twin.inject({ method: 'PUT', url: `/_twin/users/${id}/status`, payload: { status: 'ACTIVE' } })
}
const profile = (world: SyncWorld, login: string) => world.account(login)!.profile
/** Changes a profile on the other side. */
const changeThere = (world: SyncWorld, id: string, change: Record<string, string>) =>
  world.twin.inject({ method: 'POST', url: `/api/v1/users/${id}`, headers: { authorization: 'SSWS sync-test-token' }, payload: { profile: change } })

test('updates go back to the values before, and the person is marked again', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { name: { familyName: 'Lovelace' }, title: 'Countess' })
  const { planId } = await world.sync()
  expect(profile(world, 'ada.byron@example.com')).toMatchObject({ lastName: 'Lovelace', title: 'Countess' })
  const undo = await planUndo(world.run(), planId)
  expect(undo).toMatchObject({ kind: 'sync', status: 'planned', counts: { update: 1 }, options: { undoes: planId, mode: 'undo' } })
  expect(profile(world, 'ada.byron@example.com').title).toBe('Countess')
  expect(await applySync(world.run(), undo.id)).toMatchObject({ failed: 0, blocked: 0, done: { update: 1 } })
  expect(profile(world, 'ada.byron@example.com')).toMatchObject({ lastName: 'Byron', displayName: 'Ada Byron' })
  expect(profile(world, 'ada.byron@example.com').title ?? null).toBeNull()
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'undone' })
  expect((await listSteps(world.ctx.db, planId, { count: 10 })).map((step) => step.status)).toEqual(['undone'])
  expect((await world.references()).map((link) => link.has_data_changes)).toEqual([1, 0])
  await expect(undoSync(world.run(), planId)).rejects.toMatchObject({ code: 'plan_state' })
  await expect(undoSync(world.run(), undo.id)).rejects.toMatchObject({ code: 'plan_state' })
  // What the directory says is still so: the next run does it again.
  expect(await world.sync()).toMatchObject({ done: { update: 1 } })
  expect(profile(world, 'ada.byron@example.com').lastName).toBe('Lovelace')
})

test('a field changed since is not touched', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { name: { familyName: 'Lovelace' }, title: 'Countess' })
  const { planId } = await world.sync()
  await changeThere(world, world.accounts()[0]!.id, { title: 'Dr.' })
  const report = await undoSync(world.run(), planId)
  expect(report).toMatchObject({ failed: 0, blocked: 1, done: { update: 1 }, failures: [{ message: 'cannot be taken back: title changed since' }] })
  expect(profile(world, 'ada.byron@example.com')).toMatchObject({ lastName: 'Byron', title: 'Dr.' })
})

test('what was taken into the directory goes back there, as far as nobody has changed it since', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron', 'Grace Hopper', 'Mary Kom')
  await world.sync()
  const fields = mappingDocument(defaultMapping)
  await setMapping(world.ctx, world.portalId, { ...fields, title: { value: 'title', conflict: 'theirs' }, nickName: { value: 'nickName', conflict: 'theirs' } })
  await world.sync()
  const [ada, grace, mary] = (await world.references()).map((link) => link.person_id)
  await patchUser(world.ctx, ada!, { title: 'Miss' })
  for (const { id } of world.accounts()) await changeThere(world, id, { title: 'Countess', nickName: 'Addie' })
  const { planId } = await reconcileOrg(world.run())
  expect(await readUser(world.ctx.db, ada!)).toMatchObject({ title: 'Countess', nickName: 'Addie' })
  await patchUser(world.ctx, grace!, { nickName: 'Amazing' })
  await deleteUser(world.ctx, mary!)
  world.twin.calls.clear()
  const report = await undoSync(world.run(), planId)
  expect(report).toMatchObject({ failed: 0, blocked: 2, done: { takeOver: 2 } })
  expect(report.failures.map(({ message }) => message).sort()).toEqual(['cannot be taken back: nickName changed since', 'cannot be taken back: the person is gone'])
  const now = await readUser(world.ctx.db, ada!)
  expect([now.title, now.nickName]).toEqual(['Miss', undefined])
  const other = await readUser(world.ctx.db, grace!)
  expect([other.title, other.nickName]).toEqual([undefined, 'Amazing'])
  expect(world.writes()).toEqual([])
  const { items } = await searchEvents(world.ctx.db, { action: 'user.update', targetId: ada!, count: 1 })
  expect(items[0]).toMatchObject({ source: 'SYNC', principal: 'test', changes: expect.arrayContaining([{ path: 'title', before: 'Countess', after: 'Miss' }]) })
  expect((await listSteps(world.ctx.db, planId, { count: 10 })).map((step) => step.status).sort()).toEqual(['done', 'done', 'undone'])
})

test.for([['deactivate', 'DEPROVISIONED', 'PROVISIONED'], ['suspend', 'SUSPENDED', 'ACTIVE']] as const)(
  'people closed by a plan (%s) come back into the group and to life', async ([policy, closed, open]) => {
    const world = await syncWorld({ deprovisioning_policy: policy, activation: 'silent' })
    const [ada] = await world.members('Ada Byron', 'Grace Hopper')
    await world.sync()
    await activate(world, ...world.accounts().map((one) => one.id))
    await patchUser(world.ctx, ada!.id as string, { active: false })
    const { planId } = await world.sync()
    expect(world.account('ada.byron@example.com')!.status).toBe(closed)
    expect(await undoSync(world.run(), planId)).toMatchObject({ failed: 0, blocked: 0 })
    expect(world.account('ada.byron@example.com')!.status).toBe(open)
    expect(world.inGroup()).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
    expect(await world.references()).toMatchObject([{ status: 1, has_data_changes: 1 }, { status: 1, has_data_changes: 0 }])
    await patchUser(world.ctx, ada!.id as string, { active: true })
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0 })
    expect(await world.references()).toMatchObject([{ status: 1, has_data_changes: 0 }, { status: 1, has_data_changes: 0 }])
  })

test('accounts that a plan made are closed, unless their owner has signed in; adopted ones are let go', async () => {
  const world = await syncWorld({}, { seed: {
    schema: { gatehouseId: { title: 'id', type: 'string' } },
    users: [{ status: 'ACTIVE', profile: { login: 'ada.byron@example.com', email: 'ada.byron@example.com', firstName: 'A', lastName: 'B' } }],
  } })
  await world.members('Ada Byron', 'Grace Hopper', 'Mary Kom')
  const { planId } = await world.sync()
  ;(world.account('mary.kom@example.com') as unknown as { lastLogin: string }).lastLogin = '2026-01-01T00:00:00.000Z'
  const report = await undoSync(world.run(), planId)
  expect(report).toMatchObject({ failed: 0, blocked: 1, failures: [{ label: 'mary.kom@example.com', message: expect.stringContaining('signed in with it since') }] })
  expect(world.account('grace.hopper@example.com')!.status).toBe('DEPROVISIONED')
  expect(world.account('ada.byron@example.com')).toMatchObject({ status: 'ACTIVE', profile: { firstName: 'A', lastName: 'B' } })
  expect(profile(world, 'ada.byron@example.com').gatehouseId ?? null).toBeNull()
  expect(world.inGroup()).toEqual([])
  const links = await world.references()
  expect(links).toHaveLength(2)
  expect(links.find((link) => link.uuid === world.account('grace.hopper@example.com')!.id)).toMatchObject({ status: 4, has_data_changes: 1 })
  const queue = await world.ctx.db.query('select from efs.iam_portal_user_group_unassignment_queue')
  expect(queue).toEqual([])
  // A new run brings all of them back, and makes nobody twice.
  expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0 })
  expect(world.accounts()).toHaveLength(3)
  expect(world.inGroup()).toHaveLength(3)
})

test('who had left and was taken out comes back for as long as the directory says nothing: their account is queued again', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await world.leave(ada!)
  const { planId } = await world.sync()
  expect(world.inGroup()).toEqual(['grace.hopper@example.com'])
  expect(await undoSync(world.run(), planId)).toMatchObject({ failed: 0, blocked: 0, done: { groupAdd: 1, activate: 1 } })
  expect(world.inGroup()).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
  const { id } = world.account('ada.byron@example.com')!
  expect(await world.ctx.db.query('select uuid, email from efs.iam_portal_user_group_unassignment_queue')).toEqual([{ uuid: id, email: 'ada.byron@example.com' }])
})

test('deletions are listed as lost', async () => {
  const world = await syncWorld({ deprovisioning_policy: 'delete' })
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { active: false })
  const { planId } = await world.sync()
  const undo = await planUndo(world.run(), planId)
  expect(undo.counts).toEqual({ blocked: 3 })
  expect((await listSteps(world.ctx.db, undo.id, { count: 10 }))[0]!.problems).toMatchObject([{ message: 'cannot be taken back: the account was deleted for good' }, {}, {}])
})

test('an undo is judged by the limits like any plan, and goes when it is released', async () => {
  const world = await syncWorld()
  await world.members(...Array.from({ length: 12 }, (_, index) => `Person${String.fromCharCode(97 + index)} Doe`))
  const { planId } = await world.sync()
  const report = await undoSync(world.run(), planId)
  expect(report).toMatchObject({ guarded: true, stopped: expect.stringContaining('12 accounts to deactivate') })
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'applied' })
  await releasePlan(world.ctx, report.planId, { reason: 'the wrong portal' })
  expect(await applySync(world.run(), report.planId)).toMatchObject({ failed: 0, done: { deactivate: 12, groupRemove: 12 } })
  expect(await readPlan(world.ctx.db, planId)).toMatchObject({ status: 'undone' })
})

test('a plan is refused whole when what it builds on has changed over there, and only then', async () => {
  const world = await syncWorld()
  const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  await patchUser(world.ctx, grace!.id as string, { title: 'Admiral' })
  const plan = await planSync(world.run(), world.portalId)
  const id = world.account('ada.byron@example.com')!.id
  await changeThere(world, id, { title: 'Dr.' })
  world.twin.calls.clear()
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('ada.byron@example.com: title has been changed on the other side') })
  expect(world.writes()).toEqual([])
  expect(await readPlan(world.ctx.db, plan.id)).toMatchObject({ status: 'planned' })
  const second = await planSync(world.run(), world.portalId)
  await changeThere(world, id, { city: 'London' })
  expect(await applySync(world.run(), second.id)).toMatchObject({ failed: 0, stale: 0, done: { update: 2 } })
  await patchUser(world.ctx, ada!.id as string, { active: false })
  const third = await planSync(world.run(), world.portalId)
  for (let times = 0; times < 2; times++) await world.twin.inject({ method: 'DELETE', url: `/api/v1/users/${id}`, headers: { authorization: 'SSWS sync-test-token' } })
  await expect(applySync(world.run(), third.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('the account is gone') })
})

test('a plan that was interrupted looks again at each page, and skips who has changed over there', async () => {
  const world = await syncWorld()
  const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  await patchUser(world.ctx, grace!.id as string, { title: 'Admiral' })
  const plan = await planSync(world.run(), world.portalId)
  await world.ctx.db.execute(`update gatehouse.plan set status = 'applying' where plan_id = $1`, [plan.id])
  await changeThere(world, world.account('ada.byron@example.com')!.id, { title: 'Dr.' })
  await changeThere(world, world.account('grace.hopper@example.com')!.id, { title: 'Admiral' })
  expect(await applySync(world.run(), plan.id)).toMatchObject({ stale: 1, failed: 0, done: { update: 1 }, failures: [{ label: 'ada.byron@example.com', action: 'stale' }] })
  expect(profile(world, 'ada.byron@example.com').title).toBe('Dr.')
})
