/** What the server keeps for itself (the person 3000) stays as it came, whichever way a change comes. */
import { expect, test } from 'vitest'
import { startPeople } from '../src/directory/nightly.ts'
import { actionsOf, against, apply, csv, plan, stepsOf } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()
const { db } = ctx

const row = () => db.first<{ version: number }>(`select * from users where user_id = '3000'`)
const refused = { status: 409, body: { code: 'system_record' } }

test.each<[string, string, object?]>([
  ['PATCH', '', { userName: 'sysu', isVisible: true }],
  ['PATCH', '', { active: false }],
  ['PUT', '', { userName: 'sysu' }],
  ['DELETE', ''],
  ['POST', '/erase'],
  ...['terminate', 'disable', 'enable', 'lock', 'unlock', 'reset', 'deactivate', 'retire', 'decease', 'leave', 'activate'].map((one): [string, string] => ['POST', `/${one}`]),
  ['POST', '/convert', { typeId: 'EXTERNAL_USER' }],
  ['POST', '/emails', { value: 'system@x.example' }],
  ['POST', '/logins', { login: 'system', managedSystem: '0' }],
])('%s /users/3000%s %j is refused', async (method, path, body) => {
  const before = await row()
  expect(await ask(method, `/users/3000${path}`, body)).toMatchObject(refused)
  expect(await row()).toEqual(before)
})

test('POST /keys makes none for it', async () => {
  expect(await ask('POST', '/keys', { userId: '3000', name: 'system', scopes: ['read'] })).toMatchObject(refused)
  expect((await ask('GET', '/keys')).body.items).toEqual([])
})

test('a bulk operation, a merge and an import pass it over, and say so', async () => {
  const bulk = (await ask('POST', '/plans', { kind: 'bulk', operation: 'terminate', filter: 'id eq "3000" and isVisible eq false' })).body
  expect(bulk.counts).toEqual({ conflict: 1 })
  expect((await ask('GET', `/plans/${bulk.id}/steps`)).body.items[0].problems[0].message).toContain('record of the system')
  const other = (await ask('POST', '/users', { userName: 'other' })).body.id
  for (const [survivor, duplicate] of [['3000', other], [other, '3000']]) expect(await ask('POST', '/plans', { kind: 'merge', survivor, duplicate })).toMatchObject(refused)
  await db.execute(`update users set employee_id = 'SYS1' where user_id = '3000'`)
  const { id } = await plan(ctx, csv('employeeNumber,name.givenName', 'SYS1,Changed'))
  expect(await actionsOf(db, id)).toEqual(['error User'])
  expect(against((await stepsOf(db, id))[0])).toContain('record of the system')
  await apply(ctx, id)
  expect(await row()).toMatchObject({ status: 'ACTIVE', first_name: null, last_name: 'System', user_name: null })
})

test('no job waits at it', async () => {
  await db.execute(`update users set status = 'PENDING_START_DATE', start_date = '2020-01-01' where user_id = '3000'`)
  expect(await startPeople(ctx)).toBe(0)
})
