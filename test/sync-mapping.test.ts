/** Mappings that administrators set: what they push, whom they mark, and that they are held against the user schema first. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createElement } from '../src/directory/metadata.ts'
import { patchUser } from '../src/directory/users.ts'
import { setMapping } from '../src/portals/mapping.ts'
import { applyMassDelete, undoMassDelete } from '../src/portals/apply-mass-delete.ts'
import { massDeleteRequest } from '../src/portals/mass-delete-request.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { planReconcile } from '../src/sync/reconcile.ts'
import { applySync, planSync, syncPortal } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const basis = { login: { first: [{ email: 'userName' }, { email: 'primaryEmail' }] }, email: 'primaryEmail', firstName: 'name.givenName', lastName: 'name.familyName' }

const marks = async (world: SyncWorld) => (await world.ctx.db.query<{ has_data_changes: number }>(
  `select has_data_changes from (select 0 as kind, user_id, portal_id, has_data_changes from efs.iam_portal_user_reference
     union all select 1, user_id, 0, has_data_changes from efs.iam_user_reference) r order by kind, user_id, portal_id`)).map((row) => row.has_data_changes)

async function departments(world: SyncWorld): Promise<void> {
  await createElement(world.ctx, { name: 'department', typeId: 'DEFAULT_USER' })
}

test('custom attributes, constants and expressions reach the account, and only what is mapped marks', async () => {
  const world = await syncWorld()
  await departments(world)
  const ada = await world.person('Ada Byron', { attributes: { department: 'Research' }, title: 'Countess' })
  await addPortalUsers(world.ctx, world.portalId, [ada.id])
  await addAdminUsers(world.ctx, [ada.id])
  const mapping = { ...basis, department: { upper: 'attributes.department' }, userType: { constant: 'Panelist' }, displayName: { join: ['name.familyName', 'name.givenName'], with: ', ' }, efsUnit: { map: 'attributes.department', values: { Research: 'R1' }, otherwise: { constant: 'R0' } } }
  await setMapping(world.ctx, world.portalId, mapping)
  await setMapping(world.ctx, 'admins', mapping)
  expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0, done: { declareFields: 1, create: 1 } })
  const profile = () => world.accounts()[0]!.profile
  expect(profile()).toMatchObject({ department: 'RESEARCH', userType: 'Panelist', displayName: 'Byron, Ada', efsUnit: 'R1', gatehouseId: ada.id })
  expect(profile().title).toBeUndefined()
  expect(await marks(world)).toEqual([0, 0])
  await patchUser(world.ctx, ada.id as string, { title: 'Dr.', costCenter: '7' })
  expect(await marks(world)).toEqual([0, 0])
  await patchUser(world.ctx, ada.id as string, { attributes: { department: 'Service' } })
  expect(await marks(world)).toEqual([1, 1])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { update: 1 } })
  expect(profile()).toMatchObject({ department: 'SERVICE', efsUnit: 'R0' })
  world.twin.calls.clear()
  expect(await world.sync('full')).toMatchObject({ steps: 0 })
  expect(world.writes()).toEqual([])
})

test('a new mapping marks everybody whom it concerns, and nobody else; the same one again marks nobody', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  const mary = await world.person('Mary Kom')
  await addPortalUsers(world.ctx, other.id, [mary.id])
  await addAdminUsers(world.ctx, [ada!.id, mary.id])
  await world.sync()
  await syncPortal(world.run(), other.id)
  expect(await marks(world)).toEqual([0, 0, 0, 0, 0])
  expect(await setMapping(world.ctx, world.portalId, { ...basis, city: { constant: 'Cologne' } })).toMatchObject({ own: true, marked: 3 })
  expect(await marks(world)).toEqual([1, 1, 0, 1, 0])
  expect(await setMapping(world.ctx, world.portalId, { city: { constant: 'Cologne' }, ...basis })).toMatchObject({ marked: 0 })
  await world.sync()
  expect(['ada.byron', 'grace.hopper', 'mary.kom'].map((name) => world.account(`${name}@example.com`)!.profile.city ?? null)).toEqual(['Cologne', 'Cologne', null])
  expect(await setMapping(world.ctx, 'admins', { ...basis, title: { constant: 'Admin' } })).toMatchObject({ marked: 4 })
  expect(await setMapping(world.ctx, 'admins', null)).toMatchObject({ own: false, marked: 4 })
  const events = await world.ctx.db.query(`select target_type from gatehouse.audit_event where action = 'portal.setMapping' order by event_id`)
  expect(events).toHaveLength(3)
})

test('a person in two portals has the mapping of the lower number, in every run; when they leave it, that of the other', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await setMapping(world.ctx, world.portalId, { ...basis, title: { constant: 'One' } })
  await setMapping(world.ctx, other.id, { ...basis, title: { constant: 'Two' }, city: 'costCenter' })
  await world.sync()
  await syncPortal(world.run(), other.id)
  await patchUser(world.ctx, ada!.id as string, { costCenter: 'C7' })
  expect(await marks(world)).toEqual([1, 1])
  await syncPortal(world.run(), other.id)
  await world.sync()
  expect(world.accounts()[0]!.profile).toMatchObject({ title: 'One', city: 'C7' })
  world.twin.calls.clear()
  await world.sync('full')
  await syncPortal(world.run(), other.id, 'full')
  expect(world.writes()).toEqual([])
  await removePortalUsers(world.ctx, world.portalId, [ada!.id])
  await syncPortal(world.run(), other.id)
  expect(world.accounts()[0]!.profile).toMatchObject({ title: 'Two', city: 'C7' })
})

test('who leaves a portal by a mass delete, comes back by its undo, or is no administrator any more, gets what the other mapping says', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await addAdminUsers(world.ctx, [ada!.id])
  await setMapping(world.ctx, world.portalId, { ...basis, title: { constant: 'One' } })
  await setMapping(world.ctx, other.id, { ...basis, title: { constant: 'Two' } })
  await setMapping(world.ctx, 'admins', { ...basis, city: { constant: 'Cologne' } })
  const both = async () => {
    await world.sync()
    await syncPortal(world.run(), other.id)
    return world.accounts()[0]!.profile
  }
  const before = await both()
  expect(before.city ?? before.title).toBeDefined()
  expect(await marks(world)).toEqual([0, 0, 0])
  const plan = await planMassDelete(world.ctx, world.portalId, massDeleteRequest({ ids: [ada!.id] }))
  await applyMassDelete(world.ctx, plan.id)
  expect(await marks(world)).toEqual([1, 1])
  await both()
  await undoMassDelete(world.ctx, plan.id)
  expect(await marks(world)).toEqual([1, 1, 1])
  await both()
  expect(await marks(world)).toEqual([0, 0, 0])
  await removeAdminUsers(world.ctx, [ada!.id])
  expect(await marks(world)).toEqual([1, 1])
  expect(await both()).toMatchObject({ title: 'One' })
})

test('a reconcile holds the mapping of administrators against the user schema before it plans', async () => {
  const world = await syncWorld({}, { seed: { schema: { vip: { title: 'VIP', type: 'boolean' } } } })
  await addAdminUsers(world.ctx, [(await world.person('Mary Kom')).id])
  await world.sync()
  await setMapping(world.ctx, 'admins', { ...basis, vip: 'title' })
  await expect(planReconcile(world.run())).rejects.toMatchObject({ code: 'invalid_mapping', message: expect.stringContaining('administrators'), problems: [{ path: 'vip' }] })
})

test('a mapping that the user schema does not allow is refused before anything is planned; a plan from another mapping is stale', async () => {
  const world = await syncWorld({}, { seed: { schema: { vip: { title: 'VIP', type: 'boolean' }, level: { title: 'Level', type: 'string', enum: ['A', 'B'] }, unit: { title: 'Unit', type: 'string', required: true } } } })
  await world.members('Ada Byron')
  await expect(world.sync()).rejects.toMatchObject({ code: 'invalid_mapping', problems: [{ path: 'unit' }] })
  await setMapping(world.ctx, world.portalId, { ...basis, unit: { constant: 'U' }, vip: 'title', level: { constant: 'C' } })
  await expect(world.sync()).rejects.toMatchObject({ code: 'invalid_mapping', problems: [{ path: 'vip' }, { path: 'level' }] })
  expect(world.writes()).toEqual([])
  expect(await world.ctx.db.query(`select status from gatehouse.plan where status <> 'cancelled'`)).toEqual([])
  await setMapping(world.ctx, world.portalId, { ...basis, unit: { constant: 'U' }, level: 'title' })
  const plan = await planSync(world.run(), world.portalId)
  await setMapping(world.ctx, world.portalId, { ...basis, unit: { constant: 'V' }, level: 'title' })
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale', message: expect.stringContaining('mapping') })
  expect(await world.sync()).toMatchObject({ failed: 0, done: { create: 1 } })
})

test('what an account cannot hold is reported field by field, and nothing of it is sent', async () => {
  const world = await syncWorld({}, { seed: { schema: { level: { title: 'Level', type: 'string', enum: ['A', 'B'] }, unit: { title: 'Unit', type: 'string', maxLength: 3 } } } })
  await setMapping(world.ctx, world.portalId, { ...basis, level: 'title', unit: 'costCenter', note: 'nickName' })
  const ada = await world.person('Ada Byron', { title: 'C', costCenter: 'long', nickName: 'a😀' })
  const bob = await world.person('Bob Ross', { title: 'A', costCenter: 'abc', nickName: '' })
  await addPortalUsers(world.ctx, world.portalId, [ada.id, bob.id])
  const report = await world.sync()
  expect(report).toMatchObject({ failed: 0, blocked: 1, done: { create: 1 } })
  expect(report.failures[0]!.message).toBe('cannot be sent: level has the value "C", and Okta\'s schema allows A, B; unit must have at most 3 characters, has 4; note holds the character U+1F600, and Okta takes none of four bytes')
  expect(world.accounts()).toHaveLength(1)
})

test('the example of the page can be set, and one that names a type that is not there cannot', async () => {
  const world = await syncWorld()
  await createElement(world.ctx, { name: 'department' })
  const page = readFileSync(new URL('../docs/how-to-okta.md', import.meta.url), 'utf8')
  const [example] = /^    \{ "login": \{ "first".*?\} \}?\n\n/ms.exec(page)!
  expect(await setMapping(world.ctx, world.portalId, JSON.parse(example))).toMatchObject({ own: true })
  for (const [type, grouping] of [['HOUSE', 'ADDRESS'], ['home_address', 'ADDRESS'], ['WORK_EMAIL', 'ADDRESS']]) {
    await expect(setMapping(world.ctx, world.portalId, { ...basis, city: { lower: `addresses[type eq "${type}"].locality` } }), type).rejects.toMatchObject({
      code: 'invalid_mapping', problems: [{ path: 'city', message: expect.stringMatching(`"${type}", which is no metadata type of the grouping ${grouping}: .*HOME_ADDRESS`) }],
    })
  }
  expect(await setMapping(world.ctx, 'admins', { ...basis, work: 'emails[type eq "WORK_EMAIL"].value', shown: 'emails[published eq true].value' })).toMatchObject({ own: true })
})
