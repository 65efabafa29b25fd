/** Others lose entries by a merge or a mass delete, and get them back when it is undone: each time with a new version, told by an event. */
import { expect, test } from 'vitest'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ MASS_DELETE_UNDO_HOURS: '48' })
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `regains-${++counter}`, more)
const read = async (id: string) => (await ask('GET', `/users/${id}?attributes=supervisors,relations,meta`)).body
const changesOf = async (id: string, action: string) => (await ask('GET', `/audit?targetId=${id}&filter=${encodeURIComponent(`action eq "${action}"`)}`)).body.items[0].changes
const apply = async (plan: string) => expect((await ask('POST', `/plans/${plan}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
const undo = async (plan: string) => expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ status: 'undone', failed: 0 })

/** Somebody with entries that name a person, and how these are called in events. */
async function naming(target: string, ...others: string[]) {
  const id = await person({ supervisors: [target, ...others].map((supervisor) => ({ supervisor })), relations: [target, ...others].map((user) => ({ user, type: 'FAMILY' })) })
  const before = await read(id)
  const entryOf = (path: string, member: string) => before[path].find((one: Record<string, string>) => one[member] === target).id
  const paths = [['supervisors', 'supervisor'], ['relations', 'user']].map(([path, member]) => `users[${id}].${path}[${entryOf(path!, member!)}].${member}`)
  return { id, before, paths }
}

async function massDelete(ids: readonly string[]): Promise<string> {
  const { id } = await createPortal(ctx, { name: `Regained ${++counter}`, settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })
  await addPortalUsers(ctx, id, [...ids])
  return (await ask('POST', `/portals/${id}/mass-delete`, { ids, deletePersons: true })).body.id
}

test('by a mass delete', async () => {
  const gone = [await person(), await person()]
  const { id, before, paths } = await naming(gone[0]!)
  const plan = await massDelete(gone)
  await apply(plan)
  const without = await read(id)
  expect([without.supervisors, without.meta.version > before.meta.version]).toEqual([undefined, true])
  await undo(plan)
  const after = await read(id)
  expect(after).toEqual({ ...before, meta: { ...before.meta, version: after.meta.version, lastModified: after.meta.lastModified } })
  expect(after.meta.version).toBe(without.meta.version + 1)
  expect(after.meta.lastModified > without.meta.lastModified).toBe(true)
  const told = await changesOf(gone[0]!, 'user.delete.undo')
  for (const path of paths) expect(told).toContainEqual({ path, after: gone[0] })
})

test('by a mass delete of whom they name later too: what was refused first comes back with its entries', async () => {
  const gone = await person()
  const { id: early, before, paths } = await naming(gone)
  const plan = await massDelete([gone, early])
  await apply(plan)
  const name = (await ctx.db.first<{ label: string }>('select label from gatehouse.plan_step where plan_id = $1 and target_id = $2', [plan, gone]))!.label
  const taken = (await ask('POST', '/users', { userName: name })).body.id
  expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ status: 'undone', failed: 1 })
  expect((await read(early)).supervisors).toBeUndefined()
  await ask('DELETE', `/users/${taken}`)
  await ask('POST', `/plans/${plan}/undo`)
  const after = await read(early)
  expect([after.supervisors, after.meta.version]).toEqual([before.supervisors, before.meta.version + 1])
  const told = await changesOf(gone, 'user.delete.undo')
  for (const path of paths) expect(told).toContainEqual({ path, after: gone })
})

test('by a merge of two whom they both name', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const { id, before, paths } = await naming(duplicate, survivor)
  const stays = await naming(duplicate, survivor)
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  await apply(plan.id)
  const without = await read(id)
  expect([without.supervisors.length, without.relations.length]).toEqual([1, 1])
  expect(without.meta.version).toBeGreaterThan(before.meta.version)
  expect(without.meta.lastModified > before.meta.lastModified).toBe(true)
  for (const path of paths) expect(await changesOf(duplicate, 'user.merged')).toContainEqual({ path, before: duplicate })
  // Who is gone by then stands against nothing.
  await ask('DELETE', `/users/${stays.id}`)
  await undo(plan.id)
  const after = await read(id)
  expect(after.supervisors).toHaveLength(2)
  expect(after.meta.version).toBe(without.meta.version + 1)
  for (const path of paths) expect(await changesOf(duplicate, 'user.merged.undo')).toContainEqual({ path, after: duplicate })
})

const window = { alternateStartDate: '2026-01-01T00:00:00.000Z', alternateEndDate: '2027-01-01T00:00:00.000Z' }
const delegateOf = async (id: string) => {
  const { alternateId, alternateStartDate, alternateEndDate } = (await ask('GET', `/users/${id}`)).body
  return { alternateId, alternateStartDate, alternateEndDate }
}

test('who comes back without their delegate, who is gone by now, keeps nothing of the delegate\'s days; with one, all of it', async () => {
  const [delegate, other] = [await person(), await person()]
  const [without, along] = [await person({ alternateId: delegate, ...window }), await person({ alternateId: other, ...window })]
  const plan = await massDelete([without, along])
  await apply(plan)
  await ask('DELETE', `/users/${delegate}`)
  await undo(plan)
  expect(await delegateOf(without)).toEqual({})
  expect(await delegateOf(along)).toEqual({ alternateId: other, ...window })
})

test('a merge is undone although the delegate of the duplicate is gone by now', async () => {
  const [delegate, other] = [await person(), await person()]
  const [survivor, duplicate] = [await person({ alternateId: other }), await person({ alternateId: delegate, ...window })]
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  await apply(plan.id)
  await ask('DELETE', `/users/${delegate}`)
  await undo(plan.id)
  expect(await delegateOf(duplicate)).toEqual({})
  expect((await delegateOf(survivor)).alternateId).toBe(other)
})

test('whoever was made anew under the id of somebody deleted is not overwritten', async () => {
  const gone = await person({ title: 'Before' })
  const plan = await massDelete([gone])
  await apply(plan)
  // As an import does that keeps ids.
  await ctx.db.execute(`insert into users (user_id, last_name, title, status) values ($1, 'Anew', 'After', 'ACTIVE')`, [gone])
  expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ detail: expect.stringContaining(`a person with the id ${gone} again`) })
  expect((await ask('GET', `/users/${gone}`)).body).toMatchObject({ title: 'After' })
})
