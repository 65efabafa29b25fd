/** Metadata types that are typed wrong: words of a grouping that there is, and which administrators may add to. */
import { expect, test } from 'vitest'
import { group, resource, right, role } from '../src/model/access-records.ts'
import { fixedGroupings, openGroupings } from '../src/model/metadata-records.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const refusedAt = (path: string, message: unknown) => ({ status: 400, body: { code: 'invalid_value', problems: [{ path, message }] } })

test.each(['NOPE', 'user_object_type', 'USER_OBJECT_TYPES', ' EMAIL', ''])('the grouping %j is none', async (grouping) => {
  expect(await ask('POST', '/metadata/types', { id: 'X1', grouping })).toMatchObject(refusedAt('grouping', expect.anything()))
  expect((await ask('GET', '/metadata/types/X1')).status).toBe(404)
})

test.each(fixedGroupings)('types of %s come with the server', async (grouping) => {
  expect(await ask('POST', '/metadata/types', { id: 'X2', grouping })).toMatchObject(refusedAt('grouping', `is ${grouping}, whose types come with the server; none are added`))
  const { items: [type] } = (await ask('GET', `/metadata/types?grouping=${grouping}`)).body
  expect((await ask('PATCH', `/metadata/types/${type.id}`, { displayName: 'Another name' })).body).toMatchObject({ grouping, displayName: 'Another name' })
})

test.each(openGroupings)('types of %s can be made', async (grouping) => {
  expect((await ask('POST', '/metadata/types', { id: `OF_${grouping}`, grouping })).status).toBe(201)
})

test('every grouping that an attribute knows, or that types came with, is one', async () => {
  const all = [...openGroupings, ...fixedGroupings]
  const known = [user, organization, group, role, resource, right].flatMap((one) => [...one.attributes, ...one.collections.flatMap(({ attributes }) => attributes)]).flatMap(({ grouping }) => grouping ?? [])
  const kept = await ctx.db.query<{ grouping: string }>('select distinct "grouping" from metadata_type')
  expect([...known, ...kept.map(({ grouping }) => grouping)].filter((one) => !all.includes(one))).toEqual([])
  expect(new Set(all).size).toBe(all.length)
})

test.each([
  ['/metadata/types', { grouping: 'EMAIL' }],
  ['/metadata/organization-types', { name: 'Guild' }],
  ['/metadata/resource-types', {}],
  ['/managed-systems', { name: 'System' }],
])('ids of %s are words', async (path, more) => {
  for (const id of ['a b', ' a', 'a\n', 'a/b', 'a..b', '.a', 'ä', '']) {
    expect(await ask('POST', path, { id, ...more }), id).toMatchObject(refusedAt('id', expect.anything()))
  }
  expect((await ask('POST', path, { id: 'A-b_c.1', ...more })).status).toBe(201)
})
