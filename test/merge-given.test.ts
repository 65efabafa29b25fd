/** What a merge gives is taken back by an undo whatever else has changed; and two people who are too much for one stay two. */
import { expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { readUser } from '../src/directory/users.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const { db } = ctx

let counter = 0
const person = (more: object = {}) => makePerson(shared, `given-${++counter}`, more)
const whole = async (id: string) => {
  const { meta: _, ...document } = (await ask('GET', `/users/${id}?attributes=title,costCenter,nickName,emails,phoneNumbers,attributes,affiliations,supervisors,relations,notes,typeId,conversionDate`)).body as Document
  return document
}
const change = (id: string, patch: object) => ask('PATCH', `/users/${id}`, patch)

async function merged(survivor: string, duplicate: string, take: string[] = []) {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate, take })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  return { id: body.id as string, undo: () => ask('POST', `/plans/${body.id}/undo`) }
}

test('two merges into one person are undone one after the other, the last one first, and everything is as it was', async () => {
  await ask('POST', '/metadata/elements', { name: 'badge' })
  await ask('POST', '/metadata/elements', { name: 'locker' })
  const [organization, other] = [(await ask('POST', '/organizations', { name: 'Given' })).body.id, (await ask('POST', '/organizations', { name: 'Given too' })).body.id]
  const chief = await person()
  const survivor = await person({ emails: [{ value: 'a@example.org' }], affiliations: [{ organization, start: '2026-01-01T00:00:00Z', end: '2026-03-01T00:00:00Z' }] })
  const first = await person({ title: 'Head', emails: [{ value: 'b@example.org' }], attributes: { badge: 'b' }, affiliations: [{ organization, start: '2026-02-01T00:00:00Z' }, { organization: other }], supervisors: [{ supervisor: chief }], typeId: 'INTERNAL_USER' })
  const second = await person({ title: 'Boss', costCenter: 'C', emails: [{ value: 'c@example.org' }], attributes: { locker: 'c', badge: 'c' }, affiliations: [{ organization, start: '2025-01-01T00:00:00Z' }, { organization: other, start: '2026-01-01T00:00:00Z' }], notes: [{ description: 'n' }] })
  const before = await Promise.all([survivor, first, second].map(whole))
  const one = await merged(survivor, first, ['typeId'])
  const between = await whole(survivor)
  const two = await merged(survivor, second, ['title', 'attributes.badge'])
  expect(await one.undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(`the plan ${two.id}`) } })
  expect(await two.undo()).toMatchObject({ status: 200, body: { status: 'undone' } })
  expect(await whole(survivor)).toEqual(between)
  expect(await one.undo()).toMatchObject({ status: 200, body: { status: 'undone' } })
  expect(await Promise.all([survivor, first, second].map(whole))).toEqual(before)
})

test('what others have changed besides stays, and does not stand in the way', async () => {
  const [survivor, duplicate] = [await person({ emails: [{ value: 'own@example.org' }] }), await person({ title: 'Head', emails: [{ value: 'given@example.org' }] })]
  const { undo } = await merged(survivor, duplicate)
  expect((await ask('POST', `/users/${survivor}/notes`, { description: 'Called' })).status).toBe(201)
  expect((await ask('POST', `/users/${survivor}/emails`, { value: 'new@example.org' })).status).toBe(201)
  await change(survivor, { nickName: 'N', costCenter: 'C1' })
  expect(await undo()).toMatchObject({ status: 200 })
  const after = await whole(survivor)
  expect(after).toMatchObject({ nickName: 'N', costCenter: 'C1', notes: [{ description: 'Called' }], emails: [{ value: 'own@example.org' }, { value: 'new@example.org' }] })
  expect(after.title).toBeUndefined()
  expect(await whole(duplicate)).toMatchObject({ title: 'Head', emails: [{ value: 'given@example.org' }] })
})

test.each([
  ['title', (id: string) => change(id, { title: 'Chief' }), (id: string) => change(id, { title: null })],
  ['attributes.shoe', (id: string) => change(id, { attributes: { shoe: '8' } }), (id: string) => change(id, { attributes: { shoe: null } })],
  ['emails', async (id: string) => {
    const [, given] = (await whole(id)).emails as Document[]
    return ask('PATCH', `/users/${id}/emails/${given!.id}`, { value: 'other@example.org' })
  }, async (id: string) => ask('DELETE', `/users/${id}/emails/${((await whole(id)).emails as Document[])[1]!.id}`)],
])('what others have changed of %s is named, and nothing undone until it is put right', async (path, meddle, mend) => {
  await ask('POST', '/metadata/elements', { name: 'shoe' })
  const [survivor, duplicate] = [await person({ emails: [{ value: 'own@example.org' }] }), await person({ title: 'Head', attributes: { shoe: '7' }, emails: [{ value: 'given@example.org' }] })]
  const { id, undo } = await merged(survivor, duplicate)
  expect((await meddle(survivor)).status).toBe(200)
  const changed = await whole(survivor)
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(path), problems: [{ path }] } })
  expect([await whole(survivor), (await ask('GET', `/plans/${id}`)).body.status]).toEqual([changed, 'applied'])
  expect((await mend(survivor)).status).toBeLessThan(300)
  expect(await undo()).toMatchObject({ status: 200 })
})

test('a merge that an older version carried out is undone as long as the survivor has not changed, else a conflict', async () => {
  for (const meddled of [false, true]) {
    const [survivor, duplicate] = [await person({ emails: [{ value: 'own@example.org' }] }), await person({ title: 'Head', emails: [{ value: 'given@example.org' }] })]
    const before = await readUser(db, survivor)
    const { id, undo } = await merged(survivor, duplicate)
    await db.execute(`update gatehouse.plan_step set result = result - 'given' || jsonb_build_object('survivor', $2::jsonb) where plan_id = $1`, [id, JSON.stringify(before)])
    if (meddled) await change(survivor, { nickName: 'N' })
    expect(await undo()).toMatchObject(meddled ? { status: 409, body: { code: 'conflict', detail: expect.stringContaining('older version') } } : { status: 200 })
    expect((await whole(survivor)).title).toBe(meddled ? 'Head' : undefined)
  }
})

const many = (count: number, entry: (index: number) => object) => Array.from({ length: count }, (_, index) => entry(index))

test.each([
  ['emails', 60, (whose: string) => many(30, (i) => ({ value: `${whose}-${i}@example.org` }))],
  // One of theirs is the first of several, as one of the survivor's is, and stays behind.
  ['supervisors', 59, (whose: string, people: string[]) => many(30, (i) => ({ supervisor: people[whose === 'a' ? i : i + 30]! }))],
])('two who together have more %s than one may have are a conflict in the plan', async (path, together, entries) => {
  const people = path === 'supervisors' ? await Promise.all(many(60, () => ({})).map(() => person())) : []
  const [survivor, duplicate] = [await person({ [path]: entries('a', people) }), await person({ [path]: entries('b', people) })]
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  expect(plan.counts).toEqual({ conflict: 1 })
  const [step] = (await ask('GET', `/plans/${plan.id}/steps`)).body.items
  expect(step).toMatchObject({ action: 'conflict', problems: [{ message: expect.stringContaining(`${together} entries in ${path}, and a person may have 50`) }] })
  const own = (await whole(duplicate))[path] as Document[]
  await change(duplicate, { [path]: own.slice(0, 20) })
  const { id } = await merged(survivor, duplicate)
  expect(((await whole(survivor))[path] as Document[]).length).toBe(together - 10)
  expect((await ask('GET', `/plans/${id}/steps`)).body.items[0].status).toBe('done')
  const { body: read } = await ask('GET', `/users/${survivor}`)
  expect((await ask('PUT', `/users/${survivor}`, read)).status).toBe(200)
})
