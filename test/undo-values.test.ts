/** Whom a mass delete took away is named again, once it is undone, by whatever named them: unless others have decided otherwise since. */
import { expect, test } from 'vitest'
import { stepLines } from '../src/cli/plans.ts'
import { listSteps } from '../src/store/plans.ts'
import { countNotRestored } from '../src/store/undo-mass-delete.ts'
import { foreignKeys, referrerOf } from '../src/store/referrers.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ MASS_DELETE_UNDO_HOURS: '48' })
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `values-${++counter}`, more)
const read = async (path: string) => (await ask('GET', path)).body
const values = 'alternateId,alternateStartDate,alternateEndDate,certDelegateId,certDelegateStartDate,certDelegateEndDate,meta'
const readPerson = (id: string) => read(`/users/${id}?attributes=${values}`)
const eventsOf = async (id: string) => (await read(`/audit?targetId=${id}&filter=${encodeURIComponent('action co ".reference.undo"')}`)).items as { action: string; targetType: string; changes: object[]; correlationId: string }[]
const notesOf = async (plan: string) => ((await read(`/plans/${plan}/steps`)).items as { targetId: string; result?: { notRestored?: unknown } }[]).map(({ targetId, result }) => [targetId, result?.notRestored])
const { id: portal } = await createPortal(ctx, { name: 'Values', settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })

/** Deletes them for good, by a plan that can be undone. */
async function gone(...ids: string[]): Promise<string> {
  await addPortalUsers(ctx, portal, ids)
  const { body } = await ask('POST', `/portals/${portal}/mass-delete`, { ids, deletePersons: true })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  return body.id
}
const undone = async (plan: string) => expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ status: 'undone', failed: 0 })

const days = { start: '2026-01-01T00:00:00.000Z', end: '2099-01-01T00:00:00.000Z' }
const window = (name: string, id: string) => ({ [`${name}Id`]: id, [`${name}StartDate`]: days.start, [`${name}EndDate`]: days.end })

test('a delegate with the window, a certification delegate, an owner, a certifier and a service account', async () => {
  const [away, other] = [await person(), await person()]
  const id = await person({ ...window('alternate', away), ...window('certDelegate', away) })
  await ctx.db.execute('update users set user_owner_id = $2 where user_id = $1', [id, away])
  const { id: organization } = (await ask('POST', '/organizations', { name: 'Certified', certifierId: away })).body
  const { id: client } = (await ask('POST', '/oidc/clients', { name: 'Robot', grantTypes: ['client_credentials'], scopes: ['read'], userId: away })).body
  const places = [`/users/${id}?attributes=${values},userOwnerId`, `/organizations/${organization}`, `/oidc/clients/${client}`]
  const before = await Promise.all(places.map(read))
  const plan = await gone(away, other)
  const without = await Promise.all(places.map(read))
  expect(without.map((one) => [one.alternateId, one.alternateEndDate, one.certDelegateId, one.userOwnerId, one.certifierId, one.userId])).toEqual(without.map(() => Array.from({ length: 6 })))
  await undone(plan)
  const after = await Promise.all(places.map(read))
  expect(after.map(({ meta: _, ...own }) => own)).toEqual(before.map(({ meta: _, ...own }) => own))
  for (const [at, one] of after.entries()) {
    expect(one.meta.version).toBeGreaterThan(without[at].meta.version)
    expect(one.meta.lastModified > without[at].meta.lastModified).toBe(true)
  }
  const own = await eventsOf(id)
  expect(own).toMatchObject([{ action: 'user.reference.undo', targetType: 'User' }])
  for (const [path, value] of Object.entries({ ...window('alternate', away), ...window('certDelegate', away), userOwnerId: away })) expect(own[0]!.changes).toContainEqual({ path, after: value })
  expect(await eventsOf(organization)).toMatchObject([{ action: 'organization.reference.undo', targetType: 'Organization', changes: [{ path: 'certifierId', after: away }] }])
  expect(await eventsOf(client)).toMatchObject([{ action: 'client.reference.undo', targetType: 'Client', changes: [{ path: 'userId', after: away }] }])
  expect(await notesOf(plan)).toEqual([[away, undefined], [other, undefined]])
})

test('what has been changed meanwhile stays, and the step of whom it named says so', async () => {
  const [away, other] = [await person(), await person()]
  const names = () => person({ ...window('alternate', away), certDelegateId: away })
  const [changed, dated, deleted, kept] = [await names(), await names(), await names(), await names()]
  const plan = await gone(away)
  expect((await ask('PATCH', `/users/${changed}`, { alternateId: other })).status).toBe(200)
  expect((await ask('PATCH', `/users/${dated}`, { alternateStartDate: days.end })).status).toBe(200)
  expect((await ask('DELETE', `/users/${deleted}`)).status).toBe(204)
  await undone(plan)
  expect(await Promise.all([changed, dated, kept].map(async (id) => {
    const { alternateId, alternateStartDate, alternateEndDate, certDelegateId } = await readPerson(id)
    return [alternateId, alternateStartDate, alternateEndDate, certDelegateId]
  }))).toEqual([[other, undefined, undefined, away], [undefined, days.end, undefined, away], [away, days.start, days.end, away]])
  const message = 'has been changed since, and stays as it is'
  const [[, notes]] = await notesOf(plan) as [[string, object[]]]
  expect(notes).toHaveLength(2)
  for (const id of [changed, dated]) expect(notes).toContainEqual({ path: `users[${id}].alternateId`, message })
  // As people read it.
  const [step] = await listSteps(ctx.db, plan, { count: 1 })
  expect(stepLines(step!)).toHaveLength(3)
  expect(stepLines(step!)).toContain(`             users[${changed}].alternateId ${message}`)
  expect(await countNotRestored(ctx.db, plan)).toBe(1)
  expect((await eventsOf(changed)).map(({ changes }) => changes)).toEqual([[{ path: 'certDelegateId', after: away }]])
})

test('who comes back later is named later, by those who are back then', async () => {
  const first = await person()
  const second = await person({ ...window('alternate', first) })
  const before = await readPerson(second)
  const stays = await person({ alternateId: first })
  const plan = await gone(first, second)
  const name = (await ctx.db.first<{ label: string }>('select label from gatehouse.plan_step where plan_id = $1 and target_id = $2', [plan, first]))!.label
  const taken = (await ask('POST', '/users', { userName: name })).body.id
  expect((await ask('POST', `/plans/${plan}/undo`)).body).toMatchObject({ status: 'undone', failed: 1 })
  expect([await readPerson(second), await readPerson(stays)].map((one) => one.alternateId)).toEqual([undefined, undefined])
  await ask('DELETE', `/users/${taken}`)
  await ask('POST', `/plans/${plan}/undo`)
  expect((await readPerson(stays)).alternateId).toBe(first)
  const after = await readPerson(second)
  expect({ ...after, meta: before.meta }).toEqual(before)
  expect(after.meta.version).toBeGreaterThan(before.meta.version)
})

test('what names a person by a value is a record itself: no entry of one, which would have to be kept otherwise', async () => {
  const emptied = (await foreignKeys(ctx.db)).filter(({ target, cascades }) => target === 'users' && !cascades).map(referrerOf)
  expect(emptied.map((one) => `${one?.owner.name}.${one?.attribute.path}`).toSorted()).toEqual(['OidcClient.userId', 'Organization.certifierId', 'User.alternateId', 'User.certDelegateId', 'User.userOwnerId'])
  expect(emptied.filter((one) => one?.collection)).toEqual([])
})


test('who goes long after whom they named comes back as they were', async () => {
  await ctx.db.execute(`insert into users (user_id, last_name, status, alternate_id) select 'far-' || n, 'Far', 'ACTIVE', null from generate_series(1, 2001) n`)
  await ctx.db.execute(`update users set alternate_id = 'far-1' where user_id = 'far-2001'`)
  const before = await readPerson('far-2001')
  const plan = await gone(...Array.from({ length: 2001 }, (_, at) => `far-${at + 1}`))
  await undone(plan)
  expect(await readPerson('far-2001')).toEqual(before)
  expect(await eventsOf('far-2001')).toEqual([])
}, 120_000)
