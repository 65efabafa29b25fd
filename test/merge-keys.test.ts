/** Two records of one person become one: no key and no client acts afterwards that did not, or with other rights than it had. */
import { expect, test } from 'vitest'
import { ownId } from '../src/model/own-access.ts'
import { askAs, giveRole, makePerson } from './administrators.ts'
import { ed25519Key } from './public-keys.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `keys-${++counter}`, more)

async function plan(survivor: string, duplicate: string) {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  const [step] = (await ask('GET', `/plans/${body.id}/steps`)).body.items
  const keys = step.changes.links.find((one: { table: string }) => one.table === 'user_key')
  return { counts: body.counts, step, keys, apply: async () => (await ask('POST', `/plans/${body.id}/apply`)).body, undo: () => ask('POST', `/plans/${body.id}/undo`) }
}

const ways: [string, (id: string) => Promise<unknown>][] = [
  ['may sign in', async () => {}],
  ['was terminated', (id) => ask('POST', `/users/${id}/terminate`, {})],
  ['was disabled', (id) => ask('POST', `/users/${id}/disable`)],
  ['was locked', (id) => ask('POST', `/users/${id}/lock`)],
  ['waits for the job of their first day', (id) => ctx.db.execute(`update users set status = 'PENDING_START_DATE', start_date = current_date - 1 where user_id = $1`, [id])],
  ['has had their last day', (id) => ctx.db.execute(`update users set last_date = '2020-03-31' where user_id = $1`, [id])],
]

test.each(ways)('API keys of a duplicate who %s end, the plan names them, and undone they are back as they were', async (_what, end) => {
  const [survivor, duplicate] = [await person(), await person()]
  await giveRole(ctx, survivor, 'SUPER_ADMIN')
  const { body: key } = await ask('POST', '/keys', { userId: duplicate, name: 'robot', scopes: ['admin'] })
  const works = async () => (await ask('GET', '/access/me', undefined, { authorization: `Bearer ${key.token}` })).status
  await end(duplicate)
  const before = await works()
  const { keys, apply, undo } = await plan(survivor, duplicate)
  expect(keys).toEqual({ table: 'user_key', column: 'user_id', moves: 0, stays: 1, staying: [{ name: 'robot', type: 'API' }] })
  expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
  expect(await works()).toBe(401)
  expect((await ask('GET', `/keys/${key.id}`)).status).toBe(404)
  expect((await undo()).status).toBe(200)
  expect(await works()).toBe(before)
})

test.each(ways)('public keys of a duplicate who %s go along only when they let somebody in', async (what, end) => {
  const [survivor, duplicate] = [await person(), await person({ keys: [{ name: 'laptop', value: ed25519Key('laptop') }] })]
  await end(duplicate)
  const { keys, apply } = await plan(survivor, duplicate)
  const moves = what === 'may sign in'
  expect(keys).toMatchObject(moves ? { moves: 1, stays: 0, moving: [{ name: 'laptop', type: 'SSH' }] } : { moves: 0, stays: 1, staying: [{ name: 'laptop', type: 'SSH' }] })
  expect(await apply()).toMatchObject({ failed: 0 })
  expect((await ask('GET', `/users/${survivor}?attributes=keys`)).body.keys?.map(({ name }: { name: string }) => name) ?? []).toEqual(moves ? ['laptop'] : [])
})

test('a duplicate whom a client acts as is a conflict, also when it came to that after the plan', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const { apply } = await plan(survivor, duplicate)
  const { body: client } = await ask('POST', '/oidc/clients', { name: 'Nightly report', grantTypes: ['client_credentials'], userId: duplicate })
  expect(client.id).toBeDefined()
  expect(await apply()).toMatchObject({ failed: 1 })
  const { counts, step } = await plan(survivor, duplicate)
  expect(counts).toEqual({ conflict: 1 })
  expect(step).toMatchObject({ action: 'conflict', problems: [{ message: expect.stringContaining('service account of Nightly report. Give each client another `userId`') }] })
  expect((await ask('GET', `/oidc/clients/${client.id}`)).body).toMatchObject({ userId: duplicate })
  expect((await ask('PATCH', `/oidc/clients/${client.id}`, { userId: survivor })).status).toBe(200)
  expect(await (await plan(survivor, duplicate)).apply()).toMatchObject({ failed: 0 })
})

test('the survivor\'s own keys have the rights that moved', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const asked = await askAs(shared, survivor)
  await giveRole(ctx, duplicate, 'AUDITOR')
  expect(await (await plan(survivor, duplicate)).apply()).toMatchObject({ failed: 0 })
  expect((await asked('GET', `/users/${survivor}/roles`)).body.items).toMatchObject([{ target: { id: ownId('AUDITOR') } }])
})
