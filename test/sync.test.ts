/** The sync from end to end: a real database, the Okta double over HTTP, and what both hold afterwards. */
import { expect, test } from 'vitest'
import { deleteUser } from '../src/directory/delete-users.ts'
import { patchUser } from '../src/directory/users.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { applySync, planSync, syncPortal } from '../src/sync/run.ts'
import { syncWorld } from './sync-harness.ts'

test('the first run makes accounts, the group and links; the second writes nothing', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron', 'Grace Hopper')
  const report = await world.sync()
  expect(report).toMatchObject({
    failed: 0, blocked: 0, stopped: null, done: { declareFields: 1, createGroup: 1, create: 2, groupAdd: 2 },
  })
  expect(world.inGroup()).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
  const links = await world.references()
  expect(links.map((link) => [link.status, link.has_data_changes])).toEqual([[1, 0], [1, 0]])
  for (const link of links) expect(world.accounts().find(({ id }) => id === link.uuid)?.profile['gatehouseId']).toBe(link.person_id)
  const logins = await world.ctx.db.query(`select login, prov_status, status from public.login where managed_sys_id = 'OKTA' order by login`)
  expect(logins).toEqual([
    { login: 'ada.byron@example.com', prov_status: 'CREATED', status: 'ACTIVE' },
    { login: 'grace.hopper@example.com', prov_status: 'CREATED', status: 'ACTIVE' },
  ])
  world.twin.calls.clear()
  expect(await world.sync()).toMatchObject({ steps: 0, done: {}, failed: 0 })
  expect(await world.sync('full')).toMatchObject({ steps: 0, done: {}, failed: 0 })
  expect(world.writes()).toEqual([])
})

test('a plan alone writes nothing over there', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  const plan = await planSync(world.run(), world.portalId)
  expect(plan).toMatchObject({ kind: 'sync', status: 'planned', counts: { declareFields: 1, createGroup: 1, create: 1, groupAdd: 1 } })
  expect(world.writes()).toEqual([])
  expect(await world.references()).toEqual([])
})

test('a changed person is pushed field by field, and the mark is cleared', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  await patchUser(world.ctx, ada!.id as string, { name: { familyName: 'Lovelace' }, title: 'Countess' })
  world.twin.calls.clear()
  expect(await world.sync()).toMatchObject({ steps: 1, done: { update: 1 } })
  const call = world.twin.calls.list().find((one) => one.method === 'POST')
  expect(call?.body).toEqual({ profile: { lastName: 'Lovelace', displayName: 'Ada Lovelace', title: 'Countess' } })
  expect((await world.references()).map((link) => link.has_data_changes)).toEqual([0, 0])
})

test('a person who is disabled leaves the group and loses the account by policy; enabled again, they get it back', async () => {
  for (const [policy, status] of [['deactivate', 'DEPROVISIONED'], ['suspend', 'SUSPENDED'], ['nothing', 'ACTIVE']] as const) {
    const world = await syncWorld({ deprovisioning_policy: policy })
    const [ada] = await world.members('Ada Byron')
    await world.sync()
    const account = world.accounts()[0]!
    await world.twin.inject({ method: 'PUT', url: `/_twin/users/${account.id}/status`, payload: { status: 'ACTIVE' } })
    await patchUser(world.ctx, ada!.id as string, { active: false })
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0 })
    expect(world.accounts()[0]!.status).toBe(status)
    expect(world.inGroup()).toEqual([])
    expect(await world.references()).toMatchObject([{ has_data_changes: 0 }])
    await patchUser(world.ctx, ada!.id as string, { active: true })
    expect(await world.sync()).toMatchObject({ failed: 0, blocked: 0 })
    expect(world.accounts()[0]!.status).not.toBe('SUSPENDED')
    expect(world.accounts()[0]!.status).not.toBe('DEPROVISIONED')
    expect(world.inGroup()).toEqual(['ada.byron@example.com'])
    expect(world.accounts()).toHaveLength(1)
  }
})

test('who leaves the portal is queued with uuid and e-mail, leaves the group, and the queue empties', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  const uuid = world.account('ada.byron@example.com')!.id
  await world.leave(ada!)
  const queue = 'select uuid, email from efs.iam_portal_user_group_unassignment_queue'
  expect(await world.ctx.db.query(queue)).toEqual([{ uuid, email: 'ada.byron@example.com' }])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { groupRemove: 1, deactivate: 1 } })
  expect(world.inGroup()).toEqual(['grace.hopper@example.com'])
  expect(world.account('ada.byron@example.com')!.status).toBe('DEPROVISIONED')
  expect(await world.ctx.db.query(queue)).toEqual([])
  world.twin.calls.clear()
  await world.sync()
  expect(world.writes()).toEqual([])
})

test('who comes back before the queue is worked off keeps the account', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  const { id, status } = world.accounts()[0]!
  await world.leave(ada!)
  await addPortalUsers(world.ctx, world.portalId, [ada!.id])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { adopt: 1, settle: 1 } })
  expect(world.accounts()).toMatchObject([{ id, status }])
  expect(world.inGroup()).toEqual(['ada.byron@example.com'])
  expect(await world.references()).toMatchObject([{ uuid: id, status: 1, has_data_changes: 0 }])
})

test('who comes back while a plan is already stored stays in the group, where another portal keeps the account', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other' } })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await world.sync()
  await syncPortal(world.run(), other.id)
  await world.leave(ada!)
  const plan = await planSync(world.run(), world.portalId)
  expect(plan.counts).toEqual({ groupRemove: 1 })
  await addPortalUsers(world.ctx, world.portalId, [ada!.id])
  expect(await applySync(world.run(), plan.id)).toMatchObject({ stale: 1, done: {} })
  expect(world.inGroup()).toEqual(['ada.byron@example.com'])
  expect(await world.sync()).toMatchObject({ failed: 0, stale: 0, done: { adopt: 1, settle: 1 } })
  expect(world.inGroup()).toEqual(['ada.byron@example.com'])
})

test('a person deleted for good is queued as well, and who was deleted twice over is no error', async () => {
  const world = await syncWorld({ deprovisioning_policy: 'delete' })
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await deleteUser(world.ctx, ada!.id as string)
  const queue = await world.ctx.db.query('select email from efs.iam_portal_user_group_unassignment_queue')
  expect(queue).toEqual([{ email: 'ada.byron@example.com' }])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { groupRemove: 1, deactivate: 1, delete: 1 } })
  expect(world.accounts()).toEqual([])
})

test('the account lives until the last of several portals lets it go; the mildest policy decides', async () => {
  const world = await syncWorld({ deprovisioning_policy: 'deactivate' })
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other', settings: { access_group: 'other', deprovisioning_policy: 'suspend' } })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await world.sync()
  await syncPortal(world.run(), other.id)
  expect([world.inGroup('panel'), world.inGroup('other')]).toEqual([['ada.byron@example.com'], ['ada.byron@example.com']])
  expect(world.accounts()).toHaveLength(1)
  await world.twin.inject({ method: 'PUT', url: `/_twin/users/${world.accounts()[0]!.id}/status`, payload: { status: 'ACTIVE' } })
  await patchUser(world.ctx, ada!.id as string, { active: false })
  await world.sync()
  expect(world.accounts()[0]!.status).toBe('ACTIVE')
  expect([world.inGroup('panel'), world.inGroup('other')]).toEqual([[], ['ada.byron@example.com']])
  await syncPortal(world.run(), other.id)
  expect(world.accounts()[0]!.status).toBe('SUSPENDED')
  expect(world.inGroup('other')).toEqual([])
})

test('accounts that exist are adopted by id, login or e-mail; ambiguous and foreign ones are reported', async () => {
  const seeded = (login: string, more: object = {}) => (
    { status: 'ACTIVE', profile: { login, email: login, firstName: 'X', lastName: 'Y', ...more } }
  )
  const world = await syncWorld({}, { seed: {
    schema: { gatehouseId: { title: 'id', type: 'string' } },
    users: [
      seeded('ada.byron@example.com'),
      seeded('g.hopper@old.example', { email: 'grace.hopper@example.com' }),
      seeded('two1@old.example', { email: 'edsger.dijkstra@example.com' }),
      seeded('two2@old.example', { email: 'edsger.dijkstra@example.com' }),
      seeded('alan.turing@example.com', { gatehouseId: 'somebody-else' }),
    ],
  } })
  const people = await world.members('Ada Byron', 'Grace Hopper', 'Edsger Dijkstra', 'Alan Turing')
  const report = await world.sync()
  expect(report).toMatchObject({ done: { adopt: 2, update: 2, groupAdd: 2 }, failed: 0, blocked: 2 })
  expect(report.failures.map(({ label, message }) => [label, message])).toEqual([
    ['edsger.dijkstra@example.com', expect.stringContaining('2 accounts have the e-mail address')],
    ['alan.turing@example.com', expect.stringContaining('taken by another person')],
  ])
  expect(world.accounts()).toHaveLength(5)
  expect(world.account('grace.hopper@example.com')!.profile).toMatchObject({ firstName: 'Grace', lastName: 'Hopper' })
  expect(await world.references()).toHaveLength(2)
  // Somebody decides over there, as the messages say; the next run goes by it.
  for (const [index, login] of [[2, 'two2@old.example'], [3, 'alan.turing@example.com']] as const) {
    const { id } = people[index]!
    expect(report.failures[index - 2]!.message).toContain(`set gatehouseId there to ${id}`)
    const url = `/api/v1/users/${world.account(login)!.id}`
    await world.twin.inject({ method: 'POST', url, headers: { authorization: 'SSWS sync-test-token' }, payload: { profile: { gatehouseId: id } } })
  }
  const [chosen, other] = ['two2@old.example', 'two1@old.example'].map((login) => world.account(login)!.id)
  const decided = await world.sync()
  expect(decided).toMatchObject({ done: { adopt: 2, groupAdd: 2 }, failed: 0, blocked: 0 })
  expect((await world.references()).slice(2).map(({ uuid }) => uuid)).toEqual([chosen, world.account('alan.turing@example.com')!.id])
  expect(world.account('edsger.dijkstra@example.com')!.id).toBe(chosen)
  expect(world.accounts().find(({ id }) => id === other)!.profile).toMatchObject({ login: 'two1@old.example', firstName: 'X' })
  expect(world.accounts()).toHaveLength(5)
})

test('two people with one e-mail address never share an account', async () => {
  const world = await syncWorld({}, { seed: { users: [
    { status: 'ACTIVE', profile: { login: 'shared@old.example', email: 'shared@example.com', firstName: 'X', lastName: 'Y' } },
  ] } })
  const emails = [{ value: 'shared@example.com', primary: true }]
  const people = [await world.person('Ada One', { emails }), await world.person('Bea Two', { emails })]
  await addPortalUsers(world.ctx, world.portalId, people.map((one) => one.id))
  await world.sync()
  const uuids = (await world.references()).map((link) => link.uuid)
  expect(new Set(uuids).size).toBe(2)
})

test('an administrator who is a panelist has one account and both links', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const boss = await world.person('Big Boss')
  await addAdminUsers(world.ctx, [ada!.id, boss.id])
  expect(await world.sync()).toMatchObject({ done: { create: 2, groupAdd: 1 }, failed: 0 })
  const admins = await world.ctx.db.query('select uuid, status, has_data_changes from efs.iam_user_reference order by user_id')
  expect(admins).toEqual(['ada.byron@example.com', 'big.boss@example.com'].map((login) => (
    { uuid: world.account(login)!.id, status: 1, has_data_changes: 0 }
  )))
  expect(world.inGroup()).toEqual(['ada.byron@example.com'])
  await patchUser(world.ctx, boss.id as string, { title: 'Boss' })
  expect(await world.sync()).toMatchObject({ steps: 1, done: { update: 1 } })
  await removeAdminUsers(world.ctx, [ada!.id, boss.id])
  const status = (to: string) => world.twin.inject({ method: 'PUT', url: `/_twin/users/${world.account('big.boss@example.com')!.id}/status`, payload: { status: to } })
  await status('LOCKED_OUT')
  await world.sync()
  expect(world.account('ada.byron@example.com')!.status).not.toBe('DEPROVISIONED')
  expect(await world.ctx.db.query('select from efs.iam_user_unassignment_queue')).toHaveLength(1)
  await status('ACTIVE')
  await world.sync()
  expect(world.account('big.boss@example.com')!.status).toBe('SUSPENDED')
  expect(await world.ctx.db.query('select from efs.iam_user_unassignment_queue')).toHaveLength(0)
})

test('what Okta cannot take is reported per field before anything is sent', async () => {
  const world = await syncWorld()
  const people = [
    await world.person('Emoji Name', { title: 'chief 🦊' }),
    await world.person('Long Name', { name: { givenName: 'L'.repeat(51), familyName: 'Name' } }),
    await world.person('No Mail', { userName: 'nomail', emails: [] }),
  ]
  await addPortalUsers(world.ctx, world.portalId, people.map((one) => one.id))
  const report = await world.sync()
  expect(report).toMatchObject({ blocked: 3, failed: 0 })
  expect(report.failures.map((failure) => failure.message)).toEqual([
    expect.stringContaining('title holds the character U+1F98A'),
    expect.stringContaining('firstName must have at most 50 characters, has 51'),
    expect.stringContaining('email is required by Okta'),
  ])
  expect(world.accounts()).toEqual([])
  expect(await world.references()).toEqual([])
})

test.each([['Shared@example.com', 'shared@example.com'], ['Re\u0301ne@example.com', 'r\u00e9ne@example.com']])('of two people who would get the same login the plan creates one, and names them: %s', async (one, other) => {
  const world = await syncWorld()
  const emails = [{ value: one, type: 'PRIMARY_EMAIL' }]
  const people = [await world.person('Ada Byron', { userName: 'ada', emails }), await world.person('Bob Byron', { userName: 'bob', emails: [{ ...emails[0]!, value: other }] })]
  await addPortalUsers(world.ctx, world.portalId, people.map((one) => one.id))
  const report = await world.sync()
  expect(report).toMatchObject({ blocked: 1, failed: 0, done: { create: 1 } })
  expect(report.failures.map(({ message }) => message)).toEqual([expect.stringMatching(/person \w+ gets an account with the login \S+@example.com in this plan/)])
  expect(world.accounts()).toHaveLength(1)
})

test('an account locked, suspended or deactivated over there is not touched unasked', async () => {
  const world = await syncWorld()
  const people = await world.members('Ada Locked', 'Bea Suspended', 'Cleo Deprovisioned')
  await world.sync()
  for (const [index, status] of ['LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED'].entries()) {
    const payload = { status }
    await world.twin.inject({ method: 'PUT', url: `/_twin/users/${world.accounts()[index]!.id}/status`, payload })
    await patchUser(world.ctx, people[index]!.id as string, { title: 'New' })
  }
  expect(await world.sync()).toMatchObject({ failed: 0, blocked: 2, done: { update: 1 } })
  expect(world.accounts().map((account) => account.status)).toEqual(['LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED'])
  expect(world.accounts().map((account) => account.profile['title'])).toEqual(['New', undefined, undefined])
  expect((await world.references()).map((link) => link.has_data_changes)).toEqual([0, 1, 1])
})

test('an account that vanished over there is made again', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  await world.sync()
  const { id } = world.accounts()[0]!
  for (let twice = 0; twice < 2; twice++) {
    await world.twin.inject({ method: 'DELETE', url: `/api/v1/users/${id}`, headers: { authorization: 'SSWS sync-test-token' } })
  }
  expect(world.accounts()).toEqual([])
  expect(await world.sync('full')).toMatchObject({ done: { create: 1, groupAdd: 1 }, failed: 0 })
  expect(await world.references()).toMatchObject([{ uuid: world.accounts()[0]!.id, status: 1, has_data_changes: 0 }])
})

test('a full run puts back who was taken out of the group over there', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  await world.sync()
  const group = [...world.twin.org.groups.values()].find((one) => one.profile.name === 'panel')!
  const url = `/api/v1/groups/${group.id}/users/${world.accounts()[0]!.id}`
  await world.twin.inject({ method: 'DELETE', url, headers: { authorization: 'SSWS sync-test-token' } })
  expect(await world.sync('full')).toMatchObject({ steps: 1, done: { groupAdd: 1 } })
  expect(world.inGroup()).toEqual(['ada.byron@example.com'])
})

test('a plan whose people have changed since is refused whole', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron', 'Grace Hopper')
  const plan = await planSync(world.run(), world.portalId)
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  await expect(applySync(world.run(), plan.id)).rejects.toMatchObject({ code: 'plan_stale' })
  expect(world.writes()).toEqual([])
})

test('a change that comes while its person is being pushed stays marked', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const id = ada!.id as string
  // Changed twice: once while the account is created, when there is no reference yet, and once during an update.
  const run = world.run()
  const during = (method: 'create' | 'update', title: string) => {
    const original = run.connector[method] as (...args: unknown[]) => Promise<unknown>
    run.connector[method] = (async (...args: unknown[]) => {
      const result = await original(...args)
      await patchUser(world.ctx, id, { title })
      return result
    }) as never
  }
  during('create', 'First')
  expect(await syncPortal(run, world.portalId)).toMatchObject({ failed: 0, done: { create: 1 } })
  expect(await world.references()).toMatchObject([{ status: 1, has_data_changes: 1 }])
  during('update', 'Second')
  await syncPortal(run, world.portalId)
  expect(await world.references()).toMatchObject([{ has_data_changes: 1 }])
  await world.sync()
  expect(await world.references()).toMatchObject([{ has_data_changes: 0 }])
  expect(world.accounts()[0]!.profile['title']).toBe('Second')
})

test('every remote write has one audit event, from the sync', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  await world.sync()
  const events = await world.ctx.db.query(
    `select action, source from gatehouse.audit_event where action like 'account.%' order by event_id`,
  )
  expect(events).toEqual(['account.declareFields', 'account.createGroup', 'account.create', 'account.groupAdd']
    .map((action) => ({ action, source: 'SYNC' })))
})

test('a group that is gone over there is made anew, and everybody is put back into it, whatever has no mark', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron', 'Grace Hopper')
  await world.sync()
  const group = [...world.twin.org.groups.values()].find(({ profile }) => profile.name === 'panel')!
  const gone = await world.twin.inject({ method: 'DELETE', url: `/api/v1/groups/${group.id}`, headers: { authorization: 'SSWS sync-test-token' } })
  expect(gone.statusCode).toBe(204)
  expect(world.inGroup()).toEqual([])
  expect(await world.sync()).toMatchObject({ failed: 0, done: { createGroup: 1, groupAdd: 2 } })
  expect(world.inGroup()).toEqual(['ada.byron@example.com', 'grace.hopper@example.com'])
})
