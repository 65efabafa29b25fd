/** Hidden people (isVisible false): a bulk plan says how many of them its filter finds as well, and takes them along when asked. */
import { expect, test } from 'vitest'
import { planLines } from '../src/cli/plans.ts'
import type { Document } from '../src/model/attribute.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask } = shared

let counter = 0
async function crew(visible: number, hidden: number) {
  const title = `Hidden ${++counter}`
  for (let i = 0; i < visible + hidden; i++) await makePerson(shared, `${counter}-${i}`, { title, name: { familyName: `Veiled${counter}x` }, ...(i < visible ? {} : { isVisible: false }) })
  return { title, filter: `title eq "${title}"`, q: `veiled${counter}x` }
}
const plan = async (body: object): Promise<Document> => (await ask('POST', '/plans', { kind: 'bulk', ...body })).body
const group = async () => (await ask('POST', '/groups', { displayName: `Hidden group ${++counter}` })).body.id as string

test.each([
  ['delete', async () => ({ operation: 'delete' }), 'delete'],
  ['disable', async () => ({ operation: 'disable' }), 'update'],
  ['assign', async () => ({ operation: 'assign', options: { group: await group() } }), 'create'],
])('a plan to %s counts whom it leaves out, and means them too when asked', async (_what, operationOf, action) => {
  const { filter, q, title } = await crew(2, 3)
  const operation = await operationOf()
  for (const by of [{ filter }, { q }]) {
    const left = await plan({ ...operation, ...by })
    expect(left).toMatchObject({ steps: 2, counts: { [action]: 2, hidden: 3 } })
    expect(planLines(left as never).join('\n')).toMatch(/3 {2}hidden people are found as well, and left out/)
    const all = await plan({ ...operation, ...by, includeHidden: true })
    expect(all).toMatchObject({ steps: 5, counts: { [action]: 5 }, options: { includeHidden: true } })
    expect(all.counts).not.toHaveProperty('hidden')
  }
  // A filter that asks about isVisible decides for itself.
  expect((await plan({ ...operation, filter: `${filter} and isVisible eq true` })).counts).toEqual({ [action]: 2 })
  const applied = await plan({ ...operation, filter, includeHidden: true })
  expect((await ask('POST', `/plans/${applied.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0, appliedThrough: 5 })
  if (action === 'delete') expect((await ask('GET', `/users?filter=${encodeURIComponent(`title eq "${title}" and (isVisible eq true or isVisible eq false)`)}`)).body.items).toEqual([])
})

test.each([['disable', {}], ['assign', { options: { group: 'x' } }]])('includeHidden of a plan to %s is true or false', async (operation, more) => {
  expect(await ask('POST', '/plans', { kind: 'bulk', operation, filter: 'title pr', includeHidden: 'yes', ...more })).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
  const { filter } = await crew(1, 1)
  if (operation === 'disable') expect((await plan({ operation, filter, includeHidden: false })).counts).toEqual({ update: 1, hidden: 1 })
})
