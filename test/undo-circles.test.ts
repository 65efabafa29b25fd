/** Ties that an undo brings back are held against those that others have made meanwhile: none leads in a circle, and an account is one person's. */
import { expect, test } from 'vitest'
import { writeUsers } from '../src/directory/users.ts'
import { user } from '../src/model/user.ts'
import { lockRecords } from '../src/records/write-records.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ MASS_DELETE_UNDO_HOURS: '48' })
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `circle-${++counter}`, more)
const under = (...ids: string[]) => ({ supervisors: ids.map((supervisor) => ({ supervisor })) })
const owns = (...ids: string[]) => ({ relations: ids.map((user) => ({ user, type: 'ADMIN_ACCOUNT' })) })
const read = async (id: string) => (await ask('GET', `/users/${id}?attributes=supervisors,relations,meta`)).body
const patch = async (id: string, body: object) => expect(await ask('PATCH', `/users/${id}`, body)).toMatchObject({ status: 200 })
const notesOf = async (plan: string) => ((await ask('GET', `/plans/${plan}/steps`)).body.items as { targetId: string; result?: { notRestored?: { path: string; message: string }[] } }[]).flatMap(({ targetId, result }) => (result?.notRestored ?? []).map((note) => ({ ...note, targetId })))
const { id: portal } = await createPortal(ctx, { name: 'Circles', settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })

async function gone(...ids: string[]): Promise<string> {
  await addPortalUsers(ctx, portal, ids)
  const { body } = await ask('POST', `/portals/${portal}/mass-delete`, { ids, deletePersons: true })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  return body.id
}
const undone = async (plan: string) => expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ status: 'undone', failed: 0 })

async function merged(survivor: string, duplicate: string): Promise<() => ReturnType<typeof ask>> {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  return () => ask('POST', `/plans/${body.id}/undo`)
}

test('a mass delete: who is supervised by somebody below them by now comes back without that supervision, and the step says so', async () => {
  const top = await person()
  const middle = await person(under(top))
  const [low, aside] = [await person(under(middle)), await person(under(middle))]
  const [tie] = (await read(middle)).supervisors
  const plan = await gone(middle)
  // Else top would stand below low, who stands below middle, who stands below top.
  await patch(top, under(low))
  await undone(plan)
  const supervisorsOf = async (id: string) => ((await read(id)).supervisors ?? []).map(({ supervisor }: { supervisor: string }) => supervisor)
  expect(await Promise.all([top, middle, low, aside].map(supervisorsOf))).toEqual([[low], [], [middle], [middle]])
  expect(await notesOf(plan)).toEqual([{ targetId: middle, path: `users[${middle}].supervisors[${tie.id}].supervisor`, message: `stays away: ${middle} supervises ${top} by now, by themselves or through others` }])
})

test('a mass delete: a supervision that somebody else is about to write is waited for', async () => {
  const top = await person()
  const middle = await person(under(top))
  const low = await person(under(middle))
  const plan = await gone(middle)
  let undoing: ReturnType<typeof ask> | undefined
  await ctx.db.transaction(async (tx) => {
    const before = (await lockRecords(tx, user, [top])).get(top)!
    await writeUsers(tx, ctx, [{ action: 'user.update', before, after: { ...before.document, ...under(low) } }])
    undoing = ask('POST', `/plans/${plan}/undo`)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await ctx.db.query(waits)).length, { timeout: 10_000 }).toBe(1)
  })
  expect((await undoing!).body).toMatchObject({ status: 'undone', failed: 0 })
  expect([(await read(middle)).supervisors, await notesOf(plan)]).toMatchObject([undefined, [{ message: expect.stringContaining(`${middle} supervises ${top} by now`) }]])
})

test('a mass delete of two who stood above each other through somebody who stays', async () => {
  const [first, second] = [await person(), await person()]
  const between = await person(under(first))
  await patch(second, under(between))
  const plan = await gone(first, second)
  await undone(plan)
  expect([(await read(between)).supervisors, (await read(second)).supervisors]).toMatchObject([[{ supervisor: first }], [{ supervisor: between }]])
  expect(await notesOf(plan)).toEqual([])
})

test('a mass delete: an account that is somebody else\'s by now stays theirs', async () => {
  const [account, spouse, other] = [await person(), await person(), await person()]
  const owner = await person({ relations: [...owns(account).relations, { user: spouse, type: 'FAMILY' }] })
  const plan = await gone(owner)
  await patch(other, owns(account))
  await undone(plan)
  expect((await read(owner)).relations).toMatchObject([{ user: spouse }])
  expect((await read(other)).relations).toMatchObject([{ user: account }])
  expect(await notesOf(plan)).toEqual([{ targetId: owner, path: expect.stringContaining(`users[${owner}].relations[`), message: `stays away: ${account} is an account of somebody else by now` }])
})

test('a mass delete: an account that comes back and is somebody else\'s by the same undo is told as no change of who loses it', async () => {
  const account = await person()
  const [owner, other] = [await person(owns(account)), await person()]
  // As older versions let it be.
  await ctx.db.execute(`insert into user_to_user_membership (membership_id, primary_user_id, related_user_id, type_id) values ('second', $1, $2, 'ADMIN_ACCOUNT')`, [other, account])
  const plan = await gone(account)
  const before = await Promise.all([owner, other].map(read))
  await undone(plan)
  const after = await Promise.all([owner, other].map(read))
  const left = after.findIndex(({ relations }) => relations === undefined)
  expect([after[left].meta, after[1 - left].relations, after[1 - left].meta.version]).toMatchObject([before[left].meta, [{ user: account }], before[1 - left].meta.version + 1])
  const { body } = await ask('GET', `/audit?targetId=${account}&filter=${encodeURIComponent('action eq "user.delete.undo"')}`)
  const told = JSON.stringify(body.items[0].changes)
  expect([owner, other].map((id) => told.includes(`users[${id}].relations[`))).toEqual(left === 0 ? [false, true] : [true, false])
})

test('a mass delete: whose primary supervisor is another one by now has the one who comes back beside them', async () => {
  const [boss, next] = [await person(), await person()]
  const id = await person({ supervisors: [{ supervisor: boss, primary: true }] })
  const plan = await gone(boss)
  await patch(id, { supervisors: [{ supervisor: next, primary: true }] })
  await undone(plan)
  const supervisors = (await read(id)).supervisors as { supervisor: string; primary?: boolean }[]
  expect(supervisors.map(({ supervisor, primary }) => [supervisor, primary]).toSorted()).toEqual([[boss, false], [next, true]].toSorted())
  expect(await notesOf(plan)).toEqual([{ targetId: boss, path: expect.stringMatching(/\.primary$/), message: `is not primary any more: ${next} is the primary supervisor of ${id} by now` }])
})

test('a merge: a supervision that would close a circle by now is a conflict that says between whom', async () => {
  const above = await person()
  const duplicate = await person(under(above))
  const survivor = await person(under(duplicate, above))
  const undo = await merged(survivor, duplicate)
  await patch(survivor, { supervisors: null })
  await patch(above, under(survivor))
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringMatching(/supervisors: \w+ supervises \w+ by now.*Take away what ties them/) } })
  expect((await ask('GET', `/users/${duplicate}`)).status).toBe(404)
  await patch(above, { supervisors: null })
  expect(await undo()).toMatchObject({ status: 200 })
  expect([(await read(survivor)).supervisors, (await read(duplicate)).supervisors]).toMatchObject([[{ supervisor: duplicate }], [{ supervisor: above }]])
})

test('a merge: an account of both that is somebody else\'s by now is one too', async () => {
  const [account, other] = [await person(), await person()]
  const survivor = await person(owns(account))
  const duplicate = await person()
  // As older versions let it be: both have the account.
  await ctx.db.execute(`insert into user_to_user_membership (membership_id, primary_user_id, related_user_id, type_id) values ('both', $1, $2, 'ADMIN_ACCOUNT')`, [duplicate, account])
  const undo = await merged(survivor, duplicate)
  await patch(survivor, { relations: null })
  await patch(other, owns(account))
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(`relations: ${account} is an account of somebody else by now`) } })
  await patch(other, { relations: null })
  await patch(survivor, owns(account))
  expect(await undo()).toMatchObject({ status: 200 })
})
