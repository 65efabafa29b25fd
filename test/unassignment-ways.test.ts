/** Every way in which a reference to an account can vanish leaves the account in the queue, in the same transaction. */
import { expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import { planMerge, runMerge } from '../src/directory/merge.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUser } from '../src/directory/users.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { removeLinksTo, replacesKnowingly, writeLink } from '../src/store/references.ts'
import { testContext } from './context.ts'

const ctx = await testContext()
const { db } = ctx
let made = 0

interface Linked {
  personId: string
  email: string
  uid: number
  adminUid: number
  portalId: number
  uuid: string
  adminUuid: string
}

/** A person who is a panelist of a portal and an administrator, with an account of each. */
async function linked(): Promise<Linked> {
  const n = ++made
  const email = `person${n}@example.com`
  const personId = (await createUser(ctx, { userName: `person${n}`, emails: [{ value: email, primary: true }] })).id as string
  const portal = await createPortal(ctx, { name: `Portal ${n}` })
  const [member] = await addPortalUsers(ctx, portal.id, [personId])
  const [admin] = await addAdminUsers(ctx, [personId])
  const one = { personId, email, uid: member!.uid, adminUid: admin!.uid, portalId: portal.id, uuid: `00uPanelist${n}`, adminUuid: `00uAdmin${n}` }
  await db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, $3, 1)', [one.portalId, one.uid, one.uuid])
  await db.execute('insert into efs.iam_user_reference (user_id, uuid, status) values ($1, $2, 1)', [one.adminUid, one.adminUuid])
  return one
}

const queued = (uuid: string) => db.query('select user_id, uuid, email, person_id, portals from efs.iam_portal_user_group_unassignment_queue where uuid = $1', [uuid])
const queuedAdmin = (uuid: string) => db.query('select user_id, uuid, email, person_id from efs.iam_user_unassignment_queue where uuid = $1', [uuid])
const panelistEntry = ({ uid, uuid, email, personId, portalId }: Linked) => ({ user_id: uid, uuid, email, person_id: personId, portals: [portalId] })
const adminEntry = ({ adminUid, adminUuid, email, personId }: Linked) => ({ user_id: adminUid, uuid: adminUuid, email, person_id: personId })

const raw = (sql: string, value: (one: Linked) => unknown) => (one: Linked) => db.execute(sql, [value(one)])

const panelistWays: [string, (one: Linked) => Promise<unknown>][] = [
  ['leaving the portal', (one) => removePortalUsers(ctx, one.portalId, [one.personId])],
  ['deleting the person', (one) => deleteUser(ctx, one.personId)],
  ['a hand at the person', raw('delete from public.users where user_id = $1', (one) => one.personId)],
  ['a hand at the panelist', raw('delete from efs.panelists where uid = $1', (one) => one.uid)],
  ['a hand at the membership', raw('delete from efs.portal_panelist where user_id = $1', (one) => one.uid)],
  ['a hand at the reference', raw('delete from efs.iam_portal_user_reference where user_id = $1', (one) => one.uid)],
  ['a hand at the portal', raw('delete from efs.portal where portal_id = $1', (one) => one.portalId)],
  ['a reference handed to nobody', raw('update efs.iam_portal_user_reference set user_id = null where user_id = $1', (one) => one.uid)],
  ['a hand at the account', raw(`update efs.iam_portal_user_reference set uuid = '00uByHand' where user_id = $1`, (one) => one.uid)],
  ['a hand that takes the account away', raw('update efs.iam_portal_user_reference set uuid = null where user_id = $1', (one) => one.uid)],
]

test.for(panelistWays)('a panelist: %s', async ([, vanish]) => {
  const one = await linked()
  await vanish(one)
  expect(await queued(one.uuid)).toEqual([panelistEntry(one)])
})

const adminWays: [string, (one: Linked) => Promise<unknown>][] = [
  ['ending it', (one) => removeAdminUsers(ctx, [one.personId])],
  ['deleting the person', (one) => deleteUser(ctx, one.personId)],
  ['a hand at the person', raw('delete from public.users where user_id = $1', (one) => one.personId)],
  ['a hand at the administrator', raw('delete from efs.users where uid = $1', (one) => one.adminUid)],
  ['a hand at the reference', raw('delete from efs.iam_user_reference where user_id = $1', (one) => one.adminUid)],
  ['a reference handed to nobody', raw('update efs.iam_user_reference set user_id = null where user_id = $1', (one) => one.adminUid)],
  ['a hand at the account', raw(`update efs.iam_user_reference set uuid = '00uByHand' where user_id = $1`, (one) => one.adminUid)],
  ['a hand that takes the account away', raw('update efs.iam_user_reference set uuid = null where user_id = $1', (one) => one.adminUid)],
]

test.for(adminWays)('an administrator: %s', async ([, vanish]) => {
  const one = await linked()
  await vanish(one)
  expect(await queuedAdmin(one.adminUuid)).toEqual([adminEntry(one)])
})

test('erasing a person queues the accounts, and leaves no address behind', async () => {
  const one = await linked()
  await eraseUser(ctx, one.personId)
  expect(await queued(one.uuid)).toEqual([{ ...panelistEntry(one), email: null }])
  expect(await queuedAdmin(one.adminUuid)).toEqual([{ ...adminEntry(one), email: null }])
})

test('a merge takes references along; what the survivor has already is queued', async () => {
  const [survivor, duplicate] = [await linked(), await linked()]
  const plan = await planMerge(ctx, { survivor: survivor.personId, duplicate: duplicate.personId, take: [] })
  await applyPlan(ctx, plan.id, runMerge)
  expect(await queued(survivor.uuid)).toEqual([])
  expect(await queued(duplicate.uuid)).toEqual([panelistEntry(duplicate)])
  expect(await queuedAdmin(duplicate.adminUuid)).toEqual([adminEntry(duplicate)])
})

test('a reference or a membership handed to another portal leaves the first one', async () => {
  const [one, other] = [await linked(), await linked()]
  await db.execute('update efs.iam_portal_user_reference set portal_id = $1 where user_id = $2', [other.portalId, one.uid])
  expect(await queued(one.uuid)).toEqual([panelistEntry(one)])
  const two = await linked()
  await db.execute('update efs.portal_panelist set portal_id = $1 where user_id = $2', [other.portalId, two.uid])
  expect(await queued(two.uuid)).toEqual([panelistEntry(two)])
})

test('a number that changes takes the reference along, and what waits is still known to be whose', async () => {
  const one = await linked()
  const next = one.uid + 100_000
  await db.execute('update efs.panelists set uid = $1 where uid = $2', [next, one.uid])
  await db.execute('update efs.users set uid = $1 where uid = $2', [next, one.adminUid])
  expect(await queued(one.uuid)).toEqual([])
  expect(await db.query('select user_id, uuid from efs.iam_portal_user_reference where uuid = $1', [one.uuid])).toEqual([{ user_id: next, uuid: one.uuid }])
  expect(await db.query('select user_id from efs.portal_panelist where user_id = $1', [next])).toHaveLength(1)
  expect(await db.query('select user_id from efs.iam_user_reference where uuid = $1', [one.adminUuid])).toEqual([{ user_id: next }])
  await removePortalUsers(ctx, one.portalId, [one.personId])
  expect(await queued(one.uuid)).toEqual([{ ...panelistEntry(one), user_id: next }])
})

test('emptying a table queues everybody in it', async () => {
  for (const table of ['efs.iam_portal_user_reference', 'efs.panelists cascade', 'efs.portal_panelist']) {
    const one = await linked()
    await db.execute(`truncate ${table}`)
    expect(await queued(one.uuid), table).toEqual([panelistEntry(one)])
  }
  const one = await linked()
  await db.execute('truncate efs.iam_user_reference')
  expect(await queuedAdmin(one.adminUuid)).toEqual([adminEntry(one)])
})

test('queueing is idempotent, and another account under the same number pushes none out', async () => {
  const one = await linked()
  const other = await createPortal(ctx, { name: 'Second' })
  await addPortalUsers(ctx, other.id, [one.personId])
  await db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, $3, 1)', [other.id, one.uid, one.uuid])
  await removePortalUsers(ctx, one.portalId, [one.personId])
  await removePortalUsers(ctx, other.id, [one.personId])
  const [entry] = await queued(one.uuid) as { portals: number[] }[]
  expect(entry!.portals.toSorted((a, b) => a - b)).toEqual([one.portalId, other.id])
  // The number is given again, by hand, with another account.
  await db.execute('insert into efs.panelists (uid, person_id) values ($1, $2)', [one.uid, one.personId])
  await db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, $3, 1)', [other.id, one.uid, '00uAnother'])
  await db.execute('delete from efs.panelists where uid = $1', [one.uid])
  expect(await queued('00uAnother')).toMatchObject([{ user_id: one.uid }])
  expect(await queued(one.uuid)).toMatchObject([{ user_id: null, person_id: one.personId, portals: entry!.portals }])
})

test('a reference that is written again with the same account, or that never had one, is not queued', async () => {
  const [one, other] = [await linked(), await linked()]
  await db.execute('update efs.iam_portal_user_reference set uuid = $2, status = 1 where user_id = $1', [one.uid, one.uuid])
  await db.execute('delete from efs.iam_portal_user_reference where user_id = $1', [other.uid])
  await db.execute('delete from efs.iam_portal_user_group_unassignment_queue where user_id = $1', [other.uid])
  await db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id) values ($1, $2)', [other.portalId, other.uid])
  await db.execute('update efs.iam_portal_user_reference set uuid = $2 where user_id = $1', [other.uid, '00uFirst'])
  await db.execute('update efs.iam_portal_user_reference set uuid = null where user_id = $1', [other.uid])
  expect(await queued('00uFirst')).toMatchObject([{ user_id: other.uid }])
  await removePortalUsers(ctx, other.portalId, [other.personId])
  expect([await queued(one.uuid), await db.query('select from efs.iam_portal_user_group_unassignment_queue where user_id = $1', [other.uid])]).toEqual([[], [{}]])
})

test('the sync replaces an account that it knows to be gone, and lets all references to one go, without queueing it', async () => {
  const one = await linked()
  const link = { population: 'panelist' as const, uid: one.uid, portalId: one.portalId, uuid: '00uNew', status: 1 as const, done: true, changes: 0, current: true }
  await db.transaction(async (tx) => {
    await replacesKnowingly(tx)
    await writeLink(tx, link, new Date().toISOString())
  })
  await db.transaction((tx) => removeLinksTo(tx, '00uNew'))
  expect([await queued(one.uuid), await queued('00uNew')]).toEqual([[], []])
  // It has said so for its own transaction, on whatever connection that was.
  const two = await linked()
  await db.execute('update efs.iam_portal_user_reference set uuid = null where user_id = $1', [two.uid])
  expect(await queued(two.uuid)).toHaveLength(1)
})

test('queueing that is rolled back has not happened', async () => {
  const one = await linked()
  await expect(db.transaction(async (tx) => {
    await tx.execute('delete from efs.panelists where uid = $1', [one.uid])
    throw new Error('rolled back')
  })).rejects.toThrow('rolled back')
  expect(await queued(one.uuid)).toEqual([])
})
