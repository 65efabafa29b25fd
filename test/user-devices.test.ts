/** The help desk sees which browsers of a person are not asked for a second factor, and has one be asked again. */
import { expect, test } from 'vitest'
import { administrator, askAs, giveRole, makePerson } from './administrators.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ask, ctx, fresh, signedIn, withTotp, codeOf, later } = shared
await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)

/** Somebody with an app, and their browser that is remembered. */
async function remembered(name: string, organization: string) {
  const one = await signedIn(name, { affiliations: [{ organization }] })
  const { id: factor, secret } = await withTotp(one)
  later(2)
  const laptop = fresh()
  await laptop.signIn(name)
  expect((await laptop.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret), remember: true })).body.next).toBe('done')
  return { id: one.id, laptop }
}

const [nora, sven] = [await remembered('nora', 'north'), await remembered('sven', 'south')]
const devicesOf = async (id: string, asked = ask) => (await asked('GET', `/users/${id}/devices`)).body.items

test('one is listed as to its person, and asked again, which the audit tells', async () => {
  const { id: deskId, ask: desk } = await administrator(shared, 'desk', 'HELP_DESK')
  const devices = await devicesOf(nora.id, desk)
  expect(devices).toEqual((await nora.laptop.ask('GET', '/me/devices')).body.items)
  expect(devices).toMatchObject([{ device: 'Firefox on Linux' }])
  expect(Object.keys(devices[0]).toSorted()).toEqual(['created', 'device', 'expires', 'id', 'ip'])
  const path = `/users/${nora.id}/devices/${devices[0].id}`
  expect((await desk('DELETE', `/users/${sven.id}/devices/${devices[0].id}`)).status).toBe(404)
  expect((await (await askAs(shared, deskId, 'read'))('DELETE', path)).status).toBe(403)
  expect((await desk('DELETE', path)).status).toBe(204)
  expect((await desk('DELETE', path)).status).toBe(404)
  expect(await devicesOf(nora.id)).toEqual([])
  expect((await nora.laptop.ask('GET', '/me')).status).toBe(200)
  expect((await nora.laptop.signIn('nora')).body.next).toBe('factor')
  const events = await ctx.db.query(`select actor_id, changes from gatehouse.audit_event where target_id = $1 and action = 'user.device.forget'`, [nora.id])
  expect(events).toEqual([{ actor_id: deskId, changes: [{ path: `devices[${devices[0].id}]`, before: devices[0].id }] }])
})

test('not of people out of reach, who may more, or without the right; one\'s own stay one\'s own', async () => {
  const [device] = await devicesOf(sven.id)
  const path = `/users/${sven.id}/devices/${device.id}`
  const { id, ask: northern } = await administrator(shared, 'north-desk', 'HELP_DESK')
  expect((await ask('POST', `/users/${id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
  for (const [method, at] of [['GET', `/users/${sven.id}/devices`], ['DELETE', path]] as const) expect((await northern(method, at)).status, method).toBe(404)
  expect((await northern('GET', `/users/${nora.id}/devices`)).status).toBe(200)
  expect((await ask('GET', '/users/nobody/devices')).status).toBe(404)
  const reader = await makePerson(shared, 'reader')
  await giveRole(ctx, reader, 'API_READER')
  for (const [method, at] of [['GET', `/users/${sven.id}/devices`], ['DELETE', path]] as const) expect((await (await askAs(shared, reader))(method, at)).status, method).toBe(403)
  await giveRole(ctx, sven.id, 'SUPER_ADMIN')
  const { ask: desk } = await administrator(shared, 'other-desk', 'HELP_DESK')
  expect((await desk('DELETE', path)).status).toBe(403)
  expect((await sven.laptop.ask('DELETE', `/me/devices/${device.id}`)).status).toBe(204)
})

test('somebody restricted who is out of their own reach forgets their own', async () => {
  const one = await remembered('rita', 'south')
  await giveRole(ctx, one.id, 'HELP_DESK')
  expect((await ask('POST', `/users/${one.id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
  const [device] = (await one.laptop.ask('GET', '/me/devices')).body.items
  expect((await one.laptop.ask('DELETE', `/me/devices/${device.id}`)).status).toBe(204)
})
