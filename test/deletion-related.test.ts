/** Whoever is deleted or deactivated takes the accounts related to them along, as far as whoever acts could end them. */
import { expect, test } from 'vitest'
import { administrator, giveRole, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

const statusOf = async (id: string) => (await ask('GET', `/users/${id}`)).body.status
const eventsOf = async (id: string) => (await ask('GET', `/audit?targetId=${id}`)).body.items as { action: string; actorId?: string; changes: { path: string; after?: unknown }[] }[]

let counter = 0
/** A person with an account, an account of that, and somebody of the family. */
async function family() {
  const name = `kin-${++counter}`
  const nested = await makePerson(shared, `${name}-nested`)
  const account = await makePerson(shared, `${name}-admin`, { relations: [{ user: nested, type: 'TEST_ACCOUNT' }] })
  const spouse = await makePerson(shared, `${name}-spouse`)
  const id = await makePerson(shared, name, { relations: [{ user: account, type: 'ADMIN_ACCOUNT' }, { user: spouse, type: 'FAMILY' }] })
  return { id, account, nested, spouse }
}

const waiting = 'PENDING_INITIAL_LOGIN'

test.each([
  ['deactivated', (id: string) => ask('POST', `/users/${id}/deactivate`), 'DELETED', 'user.deactivate'],
  ['deactivated by a plan', (id: string) => byPlan(ask, 'deactivate', id), 'DELETED', 'user.deactivate'],
  ['deleted', (id: string) => ask('DELETE', `/users/${id}`), 'TERMINATED', 'user.terminate'],
  ['deleted by a plan', (id: string) => byPlan(ask, 'delete', id), 'TERMINATED', 'user.terminate'],
  ['erased', (id: string) => ask('POST', `/users/${id}/erase`), 'TERMINATED', 'user.terminate'],
] as const)('with a person who is %s their accounts end, and family stays', async (_how, act, status, action) => {
  const { id, account, nested, spouse } = await family()
  expect([200, 204]).toContain((await act(id)).status)
  expect(await Promise.all([account, nested, spouse].map(statusOf))).toEqual([status, status, waiting])
  for (const [one, primary] of [[account, id], [nested, account]] as const) {
    const event = (await eventsOf(one)).find((found) => found.action === action)!
    expect(event.changes).toContainEqual({ path: 'followed', after: primary })
  }
})

async function byPlan(asked: Ask, operation: string, id: string) {
  const plan = (await asked('POST', '/plans', { kind: 'bulk', operation, filter: `id eq "${id}"` })).body
  expect(plan.counts).toMatchObject({ relatedEnded: 2 })
  const applied = await asked('POST', `/plans/${plan.id}/apply`)
  expect(applied.body).toMatchObject({ status: 'applied', failed: 0 })
  return applied
}

test('the event of a deletion tells how many ended, and how many stay open that the actor could not end', async () => {
  const clerk = await administrator(shared, 'clerk', 'HUMAN_RESOURCES')
  for (const [path, status] of [['', waiting], ['/deactivate', waiting]] as const) {
    const { id, account, nested } = await family()
    await giveRole(ctx, account, 'AUDITOR')
    expect([200, 204]).toContain((await (path === '' ? ask : clerk.ask)(path === '' ? 'DELETE' : 'POST', `/users/${id}${path}`)).status)
    const event = (await eventsOf(id)).find(({ action }) => action === 'user.delete' || action === 'user.deactivate')
    if (path === '') expect(event!.changes).toContainEqual({ path: 'relatedEnded', after: 1 })
    else expect(event!.changes).toContainEqual({ path: 'relatedLeftOpen', after: 1 })
    expect([await statusOf(account), await statusOf(nested)]).toEqual(path === '' ? ['TERMINATED', 'TERMINATED'] : [status, status])
  }
})

test('who says so leaves the accounts as they are, and one that has gone its way already is passed over', async () => {
  const { id, account } = await family()
  expect((await ask('POST', `/users/${id}/deactivate`, { includeRelated: false })).status).toBe(200)
  expect(await statusOf(account)).toBe(waiting)
  const other = await family()
  await ctx.db.execute(`update users set status = 'APPROVAL_DECLINED' where user_id = $1`, [other.account])
  expect((await ask('POST', `/users/${other.id}/deactivate`)).status).toBe(200)
  expect(await Promise.all([other.account, other.nested].map(statusOf))).toEqual(['APPROVAL_DECLINED', waiting])
})

test('the account of the last super administrator is ended with nobody', async () => {
  const { id, account } = await family()
  await giveRole(ctx, account, 'SUPER_ADMIN')
  for (const [method, path] of [['DELETE', ''], ['POST', '/deactivate'], ['POST', '/erase']] as const) {
    const reply = await ask(method, `/users/${id}${path}`)
    expect([reply.status, reply.body.code], path).toEqual([409, 'conflict'])
    expect(reply.body.detail).toContain(`The related account kin-${counter}-admin would end too`)
    expect(reply.body.detail).toContain('remove the relation first, or give the role GATEHOUSE_SUPER_ADMIN to somebody else')
    expect(await Promise.all([id, account].map(statusOf))).toEqual([waiting, waiting])
  }
})
