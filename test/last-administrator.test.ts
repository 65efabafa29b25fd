/** The last super administrator keeps the role, whoever writes and by whatever door; only time may take it. */
import { describe, expect, test } from 'vitest'
import { endPeople } from '../src/directory/nightly.ts'
import { administrator, giveRole, makePerson } from './administrators.ts'
import { personWithPassword } from './browser.ts'
import { apply, jsonl, plan } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const role = 'GATEHOUSE_SUPER_ADMIN'
const refusal = { status: 409, body: { code: 'conflict', detail: expect.stringContaining('nobody who may administer everything') } }

const start = async () => {
  const shared = await testServer()
  const { id, ask } = await administrator(shared, 'root', 'SUPER_ADMIN')
  return { ...shared, id, root: ask }
}

describe('the last one', () => {
  test.each([
    ['a membership that is removed', (id: string) => ['DELETE', `/roles/${role}/members/${id}`]],
    ['a membership that ends now', (id: string) => ['PUT', `/roles/${role}/members/${id}`, { end: new Date(Date.now() - 1000).toISOString() }]],
    ['a membership that ends ahead', (id: string) => ['PUT', `/roles/${role}/members/${id}`, { end: new Date(Date.now() + 86_400_000).toISOString() }]],
    ['the role without a resource', () => ['DELETE', `/roles/${role}/resources/GATEHOUSE_SYSTEM`]],
    ['the role with less of one', () => ['PUT', `/roles/${role}/resources/GATEHOUSE_ACCESS`, { rights: ['READ'] }]],
    ['the role with a resource that ends', () => ['PUT', `/roles/${role}/resources/GATEHOUSE_ACCESS`, { rights: ['READ', 'CREATE', 'UPDATE', 'DELETE', 'GRANT'], end: new Date(Date.now() + 86_400_000).toISOString() }]],
    ['a restriction to some people', (id: string) => ['POST', `/users/${id}/delegations`, { kind: 'REPORTS' }]],
    ['disabling', (id: string) => ['POST', `/users/${id}/disable`]],
    ['a lock', (id: string) => ['POST', `/users/${id}/lock`]],
    ['terminating', (id: string) => ['POST', `/users/${id}/terminate`]],
    ['being made inactive', (id: string) => ['PATCH', `/users/${id}`, { active: false }]],
    ['a last date that is over', (id: string) => ['PATCH', `/users/${id}`, { lastDate: '2020-01-01' }]],
    ['a last date ahead', (id: string) => ['PATCH', `/users/${id}`, { lastDate: '2999-01-01' }]],
    ['a last date in the whole record', (id: string) => ['PUT', `/users/${id}`, { userName: 'root', lastDate: '2020-01-01' }]],
    ['terminating with a last date', (id: string) => ['POST', `/users/${id}/terminate`, { lastDate: '2020-01-01' }]],
    ['deleting', (id: string) => ['DELETE', `/users/${id}`]],
    ['erasing the role', () => ['DELETE', `/roles/${role}`]],
    ['retiring the role', () => ['PATCH', `/roles/${role}`, { status: 'DELETED' }]],
  ] as [string, (id: string) => [string, string, unknown?]][])('is not lost by %s', async (_name, request) => {
    const { id, ask } = await start()
    const [method, path, body] = request(id)
    const reply = await ask(method, path, body)
    if (path === `/roles/${role}`) expect([400, 409]).toContain(reply.status)
    else expect(reply).toMatchObject(refusal)
    expect((await ask('GET', `/users/${id}`)).body.active).toBe(true)
    expect((await ask('GET', `/roles/${role}/members`)).body.items).toHaveLength(1)
  })

  test.each([
    ['has the role until tomorrow', (id: string) => ['PUT', `/roles/${role}/members/${id}`, { end: new Date(Date.now() + 86_400_000).toISOString() }]],
    ['has a last day', (id: string) => ['PATCH', `/users/${id}`, { lastDate: '2999-01-01' }]],
    ['may administer some people only', (id: string) => ['POST', `/users/${id}/delegations`, { kind: 'REPORTS' }]],
  ] as [string, (id: string) => [string, string, unknown]][])('is the last one beside another who %s', async (_name, narrow) => {
    const { id, ask, ctx } = await start()
    const second = await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'second', 'SUPER_ADMIN')
    const [method, path, body] = narrow(second.id)
    expect([200, 201]).toContain((await ask(method, path, body)).status)
    const [login] = (await ask('GET', `/users/${id}/logins`)).body.items
    for (const way of ['disable', 'lock', 'terminate']) expect(await ask('POST', `/users/${id}/${way}`), way).toMatchObject(refusal)
    expect(await ask('DELETE', `/users/${id}`)).toMatchObject(refusal)
    expect(await ask('PATCH', `/users/${id}/logins/${login.id}`, { isActive: false })).toMatchObject(refusal)
    await expect(ctx.db.execute('delete from user_role where user_id = $1', [id])).rejects.toThrow(/nobody who may administer/)
    // The other one may go: nothing lasts by them.
    expect((await ask('POST', `/users/${second.id}/terminate`)).status).toBe(200)
    await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'third', 'SUPER_ADMIN')
    expect((await ask('POST', `/users/${id}/terminate`)).status).toBe(200)
  })

  test('is not lost by a plan over everybody, nor by SQL', async () => {
    const { id, ask, ctx } = await start()
    await personWithPassword({ ctx, ask }, 'other')
    const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'userName pr' })).body.id as string
    expect((await ask('POST', `/plans/${plan}/apply`)).body).toMatchObject({ failed: 1 })
    expect((await ask('GET', `/users/${id}`)).body.active).toBe(true)
    await expect(ctx.db.execute('delete from user_role where user_id = $1', [id])).rejects.toThrow(/nobody who may administer/)
    await expect(ctx.db.execute(`update users set status = 'INACTIVE' where user_id = $1`, [id])).rejects.toThrow(/nobody who may administer/)
  })

  test('is not lost with the login', async () => {
    const { id, ask, ctx } = await start()
    const [login] = (await ask('GET', `/users/${id}/logins`)).body.items
    for (const change of [{ isActive: false }, { status: 'INACTIVE' }]) expect(await ask('PATCH', `/users/${id}/logins/${login.id}`, change), JSON.stringify(change)).toMatchObject(refusal)
    await expect(ctx.db.execute('delete from login where login_id = $1', [login.id])).rejects.toThrow(/nobody who may administer/)
    await ctx.db.execute('update login set auth_fail_count = 1, last_login = now() where login_id = $1', [login.id])
    const second = await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'second', 'SUPER_ADMIN')
    expect((await ask('PATCH', `/users/${id}/logins/${login.id}`, { isActive: false })).status).toBe(200)
    // Nor with the other one, who alone can sign in from here on, nor by a restriction of theirs.
    expect(await ask('POST', `/users/${second.id}/delegations`, { kind: 'REPORTS' })).toMatchObject(refusal)
    expect(await ask('DELETE', `/roles/${role}/members/${second.id}`)).toMatchObject(refusal)
    expect(await ask('POST', `/users/${second.id}/disable`)).toMatchObject(refusal)
  })

  test('is not lost by a last date in a file', async () => {
    const { id, ask, ctx } = await start()
    const planned = await plan(ctx, jsonl({ id, userName: 'root', lastDate: '2020-01-01' }))
    expect([planned.counts, (await apply(ctx, planned.id)).failed]).toMatchObject([{ update: 1 }, 1])
    await expect(ctx.db.execute(`update users set last_date = '2020-01-01' where user_id = $1`, [id])).rejects.toThrow(/nobody who may administer/)
    expect((await ask('GET', `/users/${id}`)).body.lastDate).toBeUndefined()
  })

  test('may be locked by wrong passwords, and ended by a date that was there before the role', async () => {
    const server = await testServer()
    const { ask, ctx } = server
    const id = await makePerson(server, 'root', { lastDate: '2020-01-01' })
    await giveRole(ctx, id, 'SUPER_ADMIN')
    await ctx.db.execute(`update users set secondary_status = 'LOCKED' where user_id = $1`, [id])
    await ctx.db.execute(`update users set secondary_status = null where user_id = $1`, [id])
    expect(await endPeople(ctx)).toBe(1)
    expect((await ask('GET', `/users/${id}`)).body.status).toBe('TERMINATED')
  })
})

test('of two, one may end ahead, and an end, a right or a restriction that changes nothing for the role is free', async () => {
  const { id, ask, ctx } = await start()
  const { id: second } = await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'second', 'SUPER_ADMIN')
  const end = new Date(Date.now() + 86_400_000).toISOString()
  expect((await ask('PUT', `/roles/${role}/members/${second}`, { end })).status).toBe(200)
  // Whoever stays for a day only does not stay.
  expect(await ask('DELETE', `/roles/${role}/members/${id}`)).toMatchObject(refusal)
  expect(await ask('PUT', `/roles/${role}/members/${id}`, { end })).toMatchObject(refusal)
  expect((await ask('PUT', `/roles/${role}/members/${second}`, { end: null })).status).toBe(200)
  expect((await ask('POST', `/users/${second}/delegations`, { kind: 'REPORTS' })).status).toBe(201)
  expect(await ask('DELETE', `/roles/${role}/members/${id}`)).toMatchObject(refusal)
  expect((await ask('PUT', `/roles/${role}/resources/GATEHOUSE_SYSTEM`, { rights: ['READ', 'UPDATE'], description: 'as ever' })).status).toBe(200)
  expect((await ask('PUT', '/roles/GATEHOUSE_AUDITOR/resources/GATEHOUSE_SYSTEM', { rights: [] })).status).toBe(200)
})

test('of two, one may go, and never both at once', async () => {
  const { id, ask, ctx } = await start()
  const { id: second } = await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'second', 'SUPER_ADMIN')
  const replies = await Promise.all([id, second].map((one) => ask('DELETE', `/roles/${role}/members/${one}`)))
  expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409])
  expect((await ask('GET', `/roles/${role}/members`)).body.items).toHaveLength(1)
})

test('of two, one may have a last date, and never both, at once or one after the other', async () => {
  const { id, ask, ctx } = await start()
  const { id: second } = await administrator({ ctx, ask } as Parameters<typeof administrator>[0], 'second', 'SUPER_ADMIN')
  const replies = await Promise.all([id, second].map((one) => ask('PATCH', `/users/${one}`, { lastDate: '2999-01-01' })))
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409])
  const [gone, stays] = replies[0]!.status === 200 ? [id, second] : [second, id]
  expect(await ask('PATCH', `/users/${stays}`, { lastDate: '2999-01-01' })).toMatchObject(refusal)
  await expect(ctx.db.execute(`update users set last_date = '2020-01-01'`)).rejects.toThrow(/nobody who may administer/)
  // Whoever does not stay may go sooner, and come to stay again.
  expect((await ask('PATCH', `/users/${gone}`, { lastDate: '2020-01-01' })).status).toBe(200)
  expect((await ask('PATCH', `/users/${gone}`, { lastDate: null })).status).toBe(200)
  expect((await ask('PATCH', `/users/${stays}`, { lastDate: '2999-01-01' })).status).toBe(200)
})
