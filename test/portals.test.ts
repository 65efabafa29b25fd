/** The verbs of the EFS world: portals, settings, panelists and administrators, each with its event. */
import { expect, test } from 'vitest'
import { createUser } from '../src/directory/users.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal, listPortalDocuments, patchPortal, readPortalDocument, updatePortalSettings } from '../src/portals/portals.ts'
import { markDataChanges } from '../src/store/references.ts'
import { testContext } from './context.ts'

const ctx = await testContext()

async function person(name: string): Promise<string> {
  const email = `${name}@example.com`
  return (await createUser(ctx, { userName: name, emails: [{ value: email, primary: true }] })).id as string
}

async function events(targetId: string): Promise<string[]> {
  const rows = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [targetId])
  return rows.map((row) => row.action)
}

/** As a sync leaves it. */
async function link(portalId: number, uid: number, uuid: string): Promise<void> {
  await ctx.db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, $3, 1)', [portalId, uid, uuid])
}

const queue = () => ctx.db.query('select user_id, uuid, email from efs.iam_portal_user_group_unassignment_queue order by user_id')

test('a portal is made, read, changed, with one event each', async () => {
  const portal = await createPortal(ctx, { name: 'One', settings: { client_id: '0oaClient1', deprovisioning_policy: 'suspend' } })
  expect(portal).toMatchObject({ name: 'One', settings: { client_id: '0oaClient1', deprovisioning_policy: 'suspend' }, meta: { version: 1 } })
  const changed = await patchPortal(ctx, portal.id, { description: 'The first', settings: { issuer: 'https://org.example', client_id: null } })
  expect(changed).toMatchObject({ description: 'The first', settings: { issuer: 'https://org.example' }, meta: { version: 2 } })
  expect(changed.settings).not.toHaveProperty('client_id')
  expect(await readPortalDocument(ctx.db, portal.id)).toEqual(changed)
  expect(await patchPortal(ctx, portal.id, { description: 'The first' })).toEqual(changed)
  await expect(patchPortal(ctx, portal.id, { name: 'x' }, [1])).rejects.toMatchObject({ code: 'version_mismatch' })
  expect(await listPortalDocuments(ctx.db, portal.id - 1, 1)).toEqual([changed])
  expect(await events(String(portal.id))).toEqual(['portal.create', 'portal.update'])
})

test('a portal taken over keeps its number, and the next one gets another', async () => {
  expect((await createPortal(ctx, { id: 4711, name: 'Old' })).id).toBe(4711)
  expect((await createPortal(ctx, { name: 'New' })).id).toBe(4712)
  await expect(createPortal(ctx, { id: 4711, name: 'Again' })).rejects.toMatchObject({ code: 'already_exists' })
  await expect(createPortal(ctx, { name: 'Old' })).rejects.toMatchObject({ code: 'already_exists' })
})

test('bad portals and settings are refused with every reason', async () => {
  const refused: [unknown, string][] = [
    [null, 'invalid_body'], [[], 'invalid_body'], [{}, 'required_attribute'], [{ name: '' }, 'invalid_value'], [{ name: 'x'.repeat(101) }, 'invalid_value'],
    [{ name: 'a\0b' }, 'invalid_value'], [{ name: 'x', colour: 1 }, 'unknown_attribute'], [{ name: 'x', id: 1.5 }, 'invalid_value'],
    [{ name: 'x', settings: { nonsense: '1' } }, 'invalid_value'], [{ name: 'x', settings: { deprovisioning_policy: 'explode' } }, 'invalid_value'],
    [{ name: 'x', settings: { client_id: 'short' } }, 'invalid_value'], [{ name: 'x', settings: { issuer: 'javascript:1' } }, 'invalid_value'],
    [{ name: 'x', settings: { access_group: 'g'.repeat(256) } }, 'invalid_value'], [{ name: 'x', settings: { issuer: 7 } }, 'invalid_value'],
  ]
  for (const [input, code] of refused) await expect(createPortal(ctx, input), JSON.stringify(input)).rejects.toMatchObject({ code })
  const both = createPortal(ctx, { name: 'x', settings: { client_id: '?', issuer: '?' } })
  await expect(both).rejects.toMatchObject({ problems: [{ path: 'settings.client_id' }, { path: 'settings.issuer' }] })
})

test('no two portals share a client', async () => {
  await createPortal(ctx, { name: 'Client A', settings: { client_id: 'shared-client' } })
  await expect(createPortal(ctx, { name: 'Client B', settings: { client_id: 'shared-client' } })).rejects.toMatchObject({ code: 'already_exists' })
})

test('people join and leave a portal; the reference goes, and the account is queued once, in the same transaction', async () => {
  const portal = await createPortal(ctx, { name: 'Joining' })
  const other = await createPortal(ctx, { name: 'Other' })
  const [ada, bea] = [await person('ada'), await person('bea')]
  const [a, b] = await addPortalUsers(ctx, portal.id, [ada, bea, ada])
  expect(await addPortalUsers(ctx, portal.id, [ada])).toEqual([])
  await addPortalUsers(ctx, other.id, [bea])
  await link(portal.id, a!.uid, '00uAda')
  await link(portal.id, b!.uid, '00uBea')
  await link(other.id, b!.uid, '00uBea')
  expect(await removePortalUsers(ctx, portal.id, [ada, bea])).toEqual([a, b])
  expect(await queue()).toEqual([
    { user_id: a!.uid, uuid: '00uAda', email: 'ada@example.com' }, { user_id: b!.uid, uuid: '00uBea', email: 'bea@example.com' },
  ])
  // Ada's last portal is gone and so is the panelist; Bea is still in the other one.
  const rest = await ctx.db.query('select uid from efs.panelists where uid = any($1)', [[a!.uid, b!.uid]])
  expect(rest).toEqual([{ uid: b!.uid }])
  expect(await ctx.db.query('select portal_id from efs.iam_portal_user_reference where user_id = any($1)', [[a!.uid, b!.uid]])).toEqual([{ portal_id: other.id }])
  expect(await removePortalUsers(ctx, other.id, [bea])).toHaveLength(1)
  expect(await queue()).toHaveLength(2)
  expect(await events(ada)).toEqual(['user.create', 'portal.addUser', 'portal.removeUser'])
})

test('a hand at the database cannot make an account forgotten', async () => {
  const portal = await createPortal(ctx, { name: 'Hands' })
  const cleo = await person('cleo')
  const [member] = await addPortalUsers(ctx, portal.id, [cleo])
  await link(portal.id, member!.uid, '00uCleo')
  await ctx.db.execute('delete from public.users where user_id = $1', [cleo])
  expect(await ctx.db.query('select uuid from efs.iam_portal_user_group_unassignment_queue where user_id = $1', [member!.uid])).toEqual([{ uuid: '00uCleo' }])
})

test('an unknown person stops the whole call', async () => {
  const portal = await createPortal(ctx, { name: 'Strict' })
  const dora = await person('dora')
  await expect(addPortalUsers(ctx, portal.id, [dora, 'nobody'])).rejects.toMatchObject({ code: 'invalid_reference' })
  expect(await ctx.db.query('select from efs.portal_panelist where portal_id = $1', [portal.id])).toEqual([])
  await expect(addPortalUsers(ctx, 999_999, [dora])).rejects.toMatchObject({ code: 'not_found' })
  for (const bad of [undefined, [], 'x', [1], ['x'.repeat(33)]]) {
    await expect(addPortalUsers(ctx, portal.id, bad)).rejects.toMatchObject({ code: 'invalid_value' })
  }
})

test('the access group stays while people are in it', async () => {
  const portal = await createPortal(ctx, { name: 'Group', settings: { access_group: 'first' } })
  const [eve] = await addPortalUsers(ctx, portal.id, [await person('eve')])
  await updatePortalSettings(ctx, portal.id, { access_group: 'second' })
  await link(portal.id, eve!.uid, '00uEve')
  await expect(updatePortalSettings(ctx, portal.id, { access_group: 'third' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(updatePortalSettings(ctx, portal.id, { access_group: 'second' })).resolves.toMatchObject({ settings: { access_group: 'second' } })
})

test('administrators come and go, with a queue of their own', async () => {
  const finn = await person('finn')
  const [admin] = await addAdminUsers(ctx, [finn])
  await ctx.db.execute('insert into efs.iam_user_reference (user_id, uuid, status) values ($1, $2, 1)', [admin!.uid, '00uFinn'])
  expect(await removeAdminUsers(ctx, [finn])).toEqual([admin])
  expect(await ctx.db.query('select user_id, uuid, email from efs.iam_user_unassignment_queue')).toEqual([
    { user_id: admin!.uid, uuid: '00uFinn', email: 'finn@example.com' },
  ])
  expect(await events(finn)).toEqual(['user.create', 'efsAdmin.add', 'efsAdmin.remove'])
})

test('marking reaches panelists and administrators alike, and counts', async () => {
  const portal = await createPortal(ctx, { name: 'Marks' })
  const gus = await person('gus')
  const [member] = await addPortalUsers(ctx, portal.id, [gus])
  const [admin] = await addAdminUsers(ctx, [gus])
  await link(portal.id, member!.uid, '00uGus')
  await ctx.db.execute('insert into efs.iam_user_reference (user_id, uuid, status) values ($1, $2, 1)', [admin!.uid, '00uGus'])
  for (let n = 0; n < 2; n++) expect(await ctx.db.transaction((tx) => markDataChanges(tx, [gus]))).toBe(2)
  const sql = (table: string) => `select has_data_changes, changes from efs.${table} where user_id = $1`
  expect(await ctx.db.query(sql('iam_portal_user_reference'), [member!.uid])).toEqual([{ has_data_changes: 1, changes: 2 }])
  expect(await ctx.db.query(sql('iam_user_reference'), [admin!.uid])).toEqual([{ has_data_changes: 1, changes: 2 }])
})
