/** The declaration of a sensitive attribute tells the audit no value: its default is many people's value, its valid values are all that theirs can be. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

interface Change {
  path: string
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}
const events = async (id: string): Promise<Change[][]> =>
  (await ctx.db.query<{ changes: string }>(`select changes::text as changes from gatehouse.audit_event where target_id = $1 order by event_id`, [id])).map(({ changes }) => JSON.parse(changes) as Change[])

test('from its making to its removal, also where it becomes sensitive or no longer is', async () => {
  const secrets = { defaultValue: 'DEFSECRET', validValues: ['DEFSECRET', 'OTHERSECRET'] }
  const made = await ask('POST', '/metadata/elements', { name: 'code', sensitive: true, ...secrets })
  expect(made).toMatchObject({ status: 201, body: secrets })
  const { id } = made.body as { id: string }
  const at = `/metadata/elements/${id}`
  expect((await ask('PATCH', at, { validValues: ['DEFSECRET', 'THIRDSECRET'], displayName: 'Code' })).status).toBe(200)
  expect((await ask('PATCH', at, { sensitive: false, defaultValue: 'THIRDSECRET' })).status).toBe(200)
  // What is open to all is told.
  expect((await ask('PATCH', at, { validValues: ['OPEN'], defaultValue: 'OPEN' })).status).toBe(200)
  expect((await ask('PATCH', at, { sensitive: true, validValues: null, defaultValue: 'LASTSECRET' })).status).toBe(200)
  expect((await ask('DELETE', at)).status).toBe(204)
  const [create, words, opened, open, closed, removed] = await events(id)
  for (const one of [create, words, closed, removed]) expect(JSON.stringify(one)).not.toMatch(/SECRET/)
  expect(JSON.stringify(opened)).not.toMatch(/SECRET/)
  const paths = (one: Change[] | undefined) => one!.map(({ path }) => path)
  expect([create, words, opened, closed, removed].map(paths)).toEqual([['', 'defaultValue', 'validValues'], ['', 'validValues'], ['', 'defaultValue'], ['', 'defaultValue', 'validValues'], ['', 'defaultValue']])
  for (const change of [create, words, opened, closed, removed].flatMap((one) => one!.slice(1))) expect(Object.keys(change)).toEqual(['path'])
  expect(words![0]).toMatchObject({ before: { name: 'code' }, after: { name: 'code', displayName: 'Code' } })
  expect(open![0]).toMatchObject({ after: { defaultValue: 'OPEN', validValues: ['OPEN'] } })
})
