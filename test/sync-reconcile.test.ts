/** The reconcile: what has changed, vanished or been moved on Okta's side, on a real database and the double. */
import { describe, expect, test } from 'vitest'
import { searchEvents } from '../src/audit/search.ts'
import { patchUser, readUser } from '../src/directory/users.ts'
import { defaultMapping } from '../src/model/account-mapping.ts'
import { checkMapping, mappingDocument } from '../src/portals/check-mapping.ts'
import { setMapping } from '../src/portals/mapping.ts'
import { addAdminUsers, addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { listSteps } from '../src/store/plans.ts'
import { planReconcile, reconcileOrg } from '../src/sync/reconcile.ts'
import { applySync, syncPortal } from '../src/sync/run.ts'
import type { SyncStep } from '../src/sync/steps.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const okta = async (world: SyncWorld, method: string, url: string, payload?: object) => {
  const reply = await world.twin.inject({ method: method as 'GET', url, headers: { authorization: 'SSWS sync-test-token' }, ...(payload ? { payload } : {}) })
  expect(reply.statusCode, `${method} ${url}`).toBeLessThan(300)
  return reply.body === '' ? undefined : reply.json()
}
const idOf = (world: SyncWorld, name: string) => world.account(`${name}@example.com`)!.id
const groupId = (world: SyncWorld, name: string) => [...world.twin.org.groups.values()].find((one) => one.profile.name === name)!.id
const steps = async (world: SyncWorld, planId: string) => (await listSteps(world.ctx.db, planId, { count: 1000 })).map((row) => row.changes as SyncStep)
const quiet = async (world: SyncWorld) => {
  world.twin.calls.clear()
  const report = await reconcileOrg(world.run())
  expect(report).toMatchObject({ done: {}, failed: 0, stopped: null })
  expect(world.writes()).toEqual([])
}

async function settled(...names: string[]): Promise<SyncWorld> {
  const world = await syncWorld()
  await world.members(...names)
  await world.sync()
  return world
}

describe('a reconcile', () => {
  test('of two sides that agree plans nothing and writes nothing; its reads are pages', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper', 'Alan Turing')
    world.twin.calls.clear()
    const plan = await planReconcile(world.run())
    expect(plan).toMatchObject({ kind: 'sync', status: 'planned', steps: 0, options: { portalId: null, mode: 'reconcile' }, title: 'Reconcile with Okta' })
    const paths = world.twin.calls.list().map((call) => call.path)
    expect(paths.filter((path) => /\/users\/00u/.test(path))).toEqual([])
    expect(paths.filter((path) => path === '/api/v1/users')).toHaveLength(2)
    await quiet(world)
  })

  test('puts changed attributes back, and members where they belong', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper')
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { lastName: 'Lovelace', title: 'Countess' } })
    await okta(world, 'DELETE', `/api/v1/groups/${groupId(world, 'panel')}/users/${idOf(world, 'grace.hopper')}`)
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ steps: 2, done: { update: 1, groupAdd: 1 }, failed: 0 })
    expect(world.account('ada.byron@example.com')!.profile).toMatchObject({ lastName: 'Byron' })
    expect(world.account('ada.byron@example.com')!.profile.title ?? null).toBeNull()
    expect(world.inGroup()).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
    await quiet(world)
  })

  test('finds accounts that were deleted for good, makes those anew whose people are wanted, and lets the others go', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper', 'Alan Turing')
    const [, grace] = await world.references()
    const gone = [idOf(world, 'ada.byron'), idOf(world, 'grace.hopper')]
    for (const id of gone) for (let twice = 0; twice < 2; twice++) await okta(world, 'DELETE', `/api/v1/users/${id}`)
    await patchUser(world.ctx, grace!.person_id, { active: false })
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ done: { create: 1, groupAdd: 1, unlink: 1 }, failed: 0 })
    expect(gone).not.toContain(idOf(world, 'ada.byron'))
    expect(await world.references()).toHaveLength(2)
    await quiet(world)
  })

  test('reports what the other side closed, and closes again what it opened', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper')
    await world.twin.inject({ method: 'PUT', url: `/_twin/users/${idOf(world, 'ada.byron')}/status`, payload: { status: 'ACTIVE' } })
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}/lifecycle/suspend`)
    const [, grace] = await world.references()
    await patchUser(world.ctx, grace!.person_id, { active: false })
    await world.sync()
    expect(world.account('grace.hopper@example.com')!.status).toBe('DEPROVISIONED')
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'grace.hopper')}/lifecycle/activate?sendEmail=false`)
    await okta(world, 'PUT', `/api/v1/groups/${groupId(world, 'panel')}/users/${idOf(world, 'grace.hopper')}`)
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ blocked: 1, failed: 0, done: { groupRemove: 1, deactivate: 1 } })
    expect(report.failures).toMatchObject([{ label: 'ada.byron@example.com', message: expect.stringContaining('suspended in the connected system') }])
    expect(world.account('ada.byron@example.com')!.status).toBe('SUSPENDED')
    expect(world.account('grace.hopper@example.com')!.status).toBe('DEPROVISIONED')
  })

  test('shows accounts that are nobody\'s, in a group of ours too, and never touches them', async () => {
    const world = await settled('Ada Byron')
    const made = await okta(world, 'POST', '/api/v1/users?activate=true', { profile: { login: 'eve@example.com', email: 'eve@example.com', firstName: 'Eve', lastName: 'X' } })
    await okta(world, 'PUT', `/api/v1/groups/${groupId(world, 'panel')}/users/${made.id}`)
    world.twin.calls.clear()
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ steps: 1, done: { report: 1 }, failed: 0, blocked: 0 })
    expect(await steps(world, report.planId)).toMatchObject([{ personId: null, accountId: made.id, label: 'eve@example.com', actions: [{ kind: 'report', reason: expect.stringContaining('in the group panel') }] }])
    expect(world.writes()).toEqual([])
    expect(world.inGroup()).toContain('eve@example.com')
    expect(await listSteps(world.ctx.db, report.planId, { count: 10, action: 'report' })).toMatchObject([{ resource: 'Account', label: 'eve@example.com', problems: [{ message: expect.stringContaining('nobody here') }] }])
  })

  test('covers several portals and administrators in one go, one step a person', async () => {
    const world = await syncWorld()
    const [ada, grace] = await world.members('Ada Byron', 'Grace Hopper')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    const root = await world.person('Root Admin')
    await addAdminUsers(world.ctx, [root.id])
    await world.sync()
    await syncPortal(world.run(), other.id)
    expect(world.inGroup('other')).toEqual(['ada.byron@example.com'])
    await quiet(world)
    // Ada is out of the other portal's group and has another title; Grace is in it without being a member; the administrator has another name.
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'X' } })
    await okta(world, 'DELETE', `/api/v1/groups/${groupId(world, 'other')}/users/${idOf(world, 'ada.byron')}`)
    await okta(world, 'PUT', `/api/v1/groups/${groupId(world, 'other')}/users/${idOf(world, 'grace.hopper')}`)
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'root.admin')}`, { profile: { firstName: 'Toor' } })
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ steps: 3, failed: 0, done: { update: 2, groupAdd: 1, groupRemove: 1 } })
    const planned = await steps(world, report.planId)
    expect(planned.find((step) => step.personId === ada!.id)!.actions.map(({ kind }) => kind)).toEqual(['update', 'groupAdd'])
    expect(planned.find((step) => step.personId === grace!.id)!.actions).toMatchObject([{ kind: 'groupRemove', group: 'other' }])
    expect(world.inGroup('other')).toEqual(['ada.byron@example.com'])
    await quiet(world)
  })

  test('leaves members in their group who are not linked there yet, those who join before it is applied too', async () => {
    const world = await syncWorld()
    const [ada, grace, alan] = await world.members('Ada Byron', 'Grace Hopper', 'Alan Turing')
    const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
    await world.sync()
    await syncPortal(world.run(), other.id)
    for (const name of ['ada.byron', 'grace.hopper', 'alan.turing']) await okta(world, 'PUT', `/api/v1/groups/${groupId(world, 'other')}/users/${idOf(world, name)}`)
    await addPortalUsers(world.ctx, other.id, [ada!.id])
    const plan = await planReconcile(world.run())
    expect((await steps(world, plan.id)).map(({ personId }) => personId).sort()).toEqual([grace!.id, alan!.id].sort())
    await addPortalUsers(world.ctx, other.id, [grace!.id])
    expect(await applySync(world.run(), plan.id)).toMatchObject({ stale: 1, failed: 0, done: { groupRemove: 1 } })
    expect(world.inGroup('other')).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
    // Who may have no account is not kept in by a membership.
    await syncPortal(world.run(), other.id)
    await addPortalUsers(world.ctx, other.id, [alan!.id])
    await patchUser(world.ctx, alan!.id as string, { active: false })
    await okta(world, 'PUT', `/api/v1/groups/${groupId(world, 'other')}/users/${idOf(world, 'alan.turing')}`)
    expect(await reconcileOrg(world.run())).toMatchObject({ failed: 0, done: { groupRemove: 2, deactivate: 1 } })
    expect(world.inGroup('other')).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
    await quiet(world)
  })

  test('takes up a person changed on both sides: ours wins, once', async () => {
    const world = await settled('Ada Byron')
    const [ada] = await world.references()
    await patchUser(world.ctx, ada!.person_id, { title: 'Ours' })
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'Theirs', nickName: 'Addie' } })
    expect(await reconcileOrg(world.run())).toMatchObject({ done: { update: 1 }, failed: 0 })
    expect(world.account('ada.byron@example.com')!.profile).toMatchObject({ title: 'Ours' })
    expect(await world.references()).toMatchObject([{ has_data_changes: 0 }])
    await quiet(world)
  })
})

describe('a source that cannot be believed', () => {
  test('a page that fails leaves a cancelled plan and nothing done', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper')
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'X' } })
    world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'GET', path: '/api/v1/users', skip: 1 })
    world.twin.calls.clear()
    await expect(reconcileOrg(world.run())).rejects.toMatchObject({ code: 'remote_error' })
    expect(world.writes()).toEqual([])
    const [plan] = await world.ctx.db.query('select status from gatehouse.plan order by plan_id desc limit 1')
    expect(plan).toEqual({ status: 'cancelled' })
  })

  test('an empty list removes nobody: every account is looked at by its id', async () => {
    const world = await settled('Ada Byron', 'Grace Hopper')
    const run = world.run()
    run.connector.accounts = async function* () { yield [] }
    run.connector.groupMembers = async function* () { yield [] }
    const plan = await planReconcile(run)
    const kinds = (await steps(world, plan.id)).flatMap(({ actions }) => actions.map(({ kind }) => kind))
    expect(kinds.filter((kind) => !['groupAdd', 'settle'].includes(kind))).toEqual([])
    expect(world.accounts()).toHaveLength(2)
  })

  test('a list that lacks too many is refused as a whole', async () => {
    const world = await settled('Ada Byron')
    await world.ctx.db.execute(`insert into public.users (user_id, first_name, last_name, status) select 'u' || n, 'A', 'B', 'ACTIVE' from generate_series(1, 300) n`)
    await world.ctx.db.execute(`insert into efs.panelists (person_id) select 'u' || n from generate_series(1, 300) n`)
    await world.ctx.db.execute(`insert into efs.portal_panelist (portal_id, user_id) select ${world.portalId}, uid from efs.panelists where person_id like 'u%'`)
    await world.ctx.db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) select portal_id, user_id, '00u' || lpad(user_id::text, 17, '0'), 1 from efs.portal_panelist where not linked`)
    world.twin.calls.clear()
    await expect(planReconcile(world.run())).rejects.toMatchObject({ code: 'remote_error', message: expect.stringContaining('lacks 300 of 301') })
    expect(world.twin.calls.list().filter((call) => /\/users\/00u/.test(call.path))).toEqual([])
  })
})

describe('by the mapping\'s word', () => {
  async function settledWith(...names: string[]): Promise<SyncWorld> {
    const world = await settled(...names)
    const fields = mappingDocument(defaultMapping)
    await setMapping(world.ctx, world.portalId, { ...fields, title: { value: 'title', conflict: 'theirs' }, nickName: { value: 'nickName', conflict: 'report' } })
    await world.sync()
    return world
  }

  test('theirs is taken over by the verb and audited, what is to be reported is written on neither side, ours is put back', async () => {
    const world = await settledWith('Ada Byron')
    const ada = (await world.references())[0]!.person_id
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'Countess', nickName: 'Addie', middleName: 'King' } })
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ steps: 1, failed: 0, done: { update: 1, takeOver: 1, report: 1 } })
    expect(await readUser(world.ctx.db, ada)).toMatchObject({ title: 'Countess' })
    expect((await readUser(world.ctx.db, ada)).nickName).toBeUndefined()
    expect(world.account('ada.byron@example.com')!.profile).toMatchObject({ title: 'Countess', nickName: 'Addie' })
    expect(world.account('ada.byron@example.com')!.profile.middleName ?? null).toBeNull()
    const { items } = await searchEvents(world.ctx.db, { action: 'user.update', targetId: ada, count: 10 })
    expect(items[0]).toMatchObject({ source: 'SYNC', principal: 'Okta, by test', changes: [{ path: 'title', after: 'Countess' }] })
    // What came from there does not go back there, and is not taken over again.
    world.twin.calls.clear()
    await syncPortal(world.run(), world.portalId)
    expect(await reconcileOrg(world.run())).toMatchObject({ steps: 1, done: { report: 1 } })
    expect(world.writes()).toEqual([])
    expect(await world.references()).toMatchObject([{ has_data_changes: 0 }])
  })

  test('what the directory refuses is a failed step that says why', async () => {
    const world = await settledWith('Ada Byron')
    await okta(world, 'POST', `/api/v1/users/${idOf(world, 'ada.byron')}`, { profile: { title: 'x'.repeat(120) } })
    const report = await reconcileOrg(world.run())
    expect(report).toMatchObject({ failed: 1, stopped: null })
    expect(report.failures).toMatchObject([{ action: 'takeOver', status: 400, code: 'invalid_value' }])
  })

  test('is said field by field, and not about who a person is', () => {
    const fields = { ...mappingDocument(defaultMapping), title: { value: 'title', conflict: 'theirs' } }
    expect(mappingDocument(checkMapping(fields))).toEqual(fields)
    for (const [title, path] of [[{ value: 'title', conflict: 'mine' }, 'title.conflict'], [{ value: 'titel', conflict: 'theirs' }, 'title'], [{ value: 'title', conflict: 'ours', x: 1 }, 'title.x']] as const) {
      expect(() => checkMapping({ ...fields, title })).toThrow(expect.objectContaining({ code: 'invalid_mapping', problems: expect.arrayContaining([expect.objectContaining({ path })]) }))
    }
    expect(() => checkMapping({ ...fields, login: { value: 'userName', conflict: 'theirs' } })).toThrow('cannot be theirs')
  })
})
