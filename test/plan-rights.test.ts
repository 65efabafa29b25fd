/** A large plan that goes on behind its request does so with what whoever applied it may do at each batch, not at its beginning. */
import { beforeAll, expect, test } from 'vitest'
import { createUsers, newUser } from '../src/directory/users.ts'
import { administrator, giveRole, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const many = 1200

/** A thousand in South, then two hundred in North: in the order of their ids, in which plans go. */
let ids: string[]
beforeAll(async () => {
  await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)
  const people = await Promise.all(Array.from({ length: many }, (_, index) => newUser(ctx, { userName: `many-${index}`, costCenter: 'MANY', affiliations: [{ organization: index < 1000 ? 'south' : 'north' }] })))
  ids = (await createUsers(ctx, people)).map(({ id }) => id as string)
}, 60_000)

/** Applies a plan over all of them with a key of `asked`; `change` comes about while its second batch is held up. */
async function changedOnTheWay(asked: Ask, operation: string, change: () => Promise<void>) {
  const { body: plan } = await asked('POST', '/plans', { kind: 'bulk', operation, filter: 'costCenter eq "MANY"' })
  expect(plan.steps).toBe(many)
  const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = ctx.db.transaction(async (tx) => {
    // Somebody of the second batch.
    await tx.query('select from users where user_id = $1 for update', [(await ask('GET', `/plans/${plan.id}/steps?count=1&filter=${encodeURIComponent('step eq 700')}`)).body.items[0].targetId])
    held.resolve()
    await go.promise
  })
  await held.promise
  const reply = await asked('POST', `/plans/${plan.id}/apply`)
  expect(reply.status, JSON.stringify(reply.body)).toBe(202)
  await change()
  go.resolve()
  await holding
  const read = async () => (await ask('GET', `/plans/${plan.id}`)).body
  await expect.poll(async () => { const { stopReason, status } = await read(); return stopReason !== undefined || status === 'applied' }, { timeout: 30_000, interval: 100 }).toBe(true)
  return { plan: await read(), read }
}

let counter = 0
const hr = () => administrator(shared, `plan-hr-${++counter}`, 'HUMAN_RESOURCES')

test('it stops with a note when the role was taken away, and goes on once it is given back', async () => {
  const { id, ask: asked } = await hr()
  const { plan, read } = await changedOnTheWay(asked, 'disable', async () => {
    expect((await ask('DELETE', `/roles/GATEHOUSE_HUMAN_RESOURCES/members/${id}`)).status).toBe(204)
  })
  expect(plan).toMatchObject({ status: 'applying', stopReason: expect.stringMatching(/may no longer do so.*needs the right UPDATE/) })
  expect(plan.appliedThrough).toBeLessThanOrEqual(1000)
  expect((await ask('GET', '/users?filter=' + encodeURIComponent('costCenter eq "MANY" and active eq true') + '&total=true&count=1')).body.total).toBe(many - plan.appliedThrough)
  expect((await asked('POST', `/plans/${plan.id}/apply`)).status).toBe(403)
  await giveRole(ctx, id, 'HUMAN_RESOURCES')
  expect((await asked('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  expect(await read()).not.toHaveProperty('stopReason')
}, 60_000)

test.each<[string, (one: { id: string }) => Promise<void>]>([
  ['their key was revoked', async ({ id }) => {
    const [key] = (await ask('GET', `/users/${id}/keys`)).body.items
    expect((await ask('DELETE', `/keys/${key.id}`)).status).toBe(204)
  }],
  ['they were disabled', async ({ id }) => { expect((await ask('POST', `/users/${id}/disable`)).status).toBe(200) }],
])('it stops with a note when %s', async (_what, change) => {
  const one = await hr()
  const { plan } = await changedOnTheWay(one.ask, 'enable', () => change(one))
  expect(plan).toMatchObject({ status: 'applying', stopReason: expect.stringContaining('works no more, or they may not sign in') })
  expect(plan.appliedThrough).toBeLessThanOrEqual(1000)
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied' })
  expect((await ask('GET', `/users/${ids[0]}`)).body.active).toBe(true)
  await ctx.db.execute(`update users set secondary_status = 'DISABLED' where cost_center = 'MANY'`)
}, 60_000)

test('it does nothing more to people who are no longer within reach', async () => {
  const { id, ask: asked } = await hr()
  await ctx.db.execute(`update users set secondary_status = null where cost_center = 'MANY'`)
  const { plan } = await changedOnTheWay(asked, 'disable', async () => {
    expect((await ask('POST', `/users/${id}/delegations`, { kind: 'ORGANIZATION', target: 'south' })).status).toBe(201)
  })
  expect(plan).toMatchObject({ status: 'applied', failed: 200 })
  expect(await Promise.all([ids[0], ids[999], ids[1000], ids[1199]].map(async (one) => (await ask('GET', `/users/${one}`)).body.active))).toEqual([false, false, true, true])
}, 60_000)

test('one by which whoever applies it loses their own rights comes to its end all the same', async () => {
  await administrator(shared, 'plan-of-another', 'SUPER_ADMIN')
  const one = await administrator(shared, 'plan-of-oneself', 'SUPER_ADMIN')
  await ask('PATCH', `/users/${one.id}`, { costCenter: 'SELF' })
  const { body: plan } = await one.ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'costCenter eq "SELF"' })
  expect((await one.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', appliedThrough: 1, failed: 0 })
  expect((await ask('GET', `/users/${one.id}`)).body.active).toBe(false)
})
