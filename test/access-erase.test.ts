/** The right to be forgotten reaches what is kept of former access. */
import { expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import { administrator } from './administrators.ts'
import { jsonl, plan } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const server = await testServer()
const { ctx, ask } = server

const kept = async (id: string) => {
  const row = await ctx.db.first<{ memberships: number; statuses: number }>(
    `select (select count(*)::int from gatehouse.membership_history where user_id = $1) as memberships,
       (select count(*)::int from gatehouse.user_status_history where user_id = $1) as statuses`, [id])
  return [row!.memberships, row!.statuses]
}

test('who is deleted is remembered by what they had, who is erased is not', async () => {
  const { id: group } = (await ask('POST', '/groups', { displayName: 'Choir' })).body
  const [one, other] = [(await ask('POST', '/users', { userName: 'one' })).body.id, (await ask('POST', '/users', { userName: 'other' })).body.id]
  for (const id of [one, other]) {
    expect((await ask('PUT', `/groups/${group}/members/${id}`, {})).status).toBe(201)
    expect((await ask('POST', `/users/${id}/disable`, {})).status).toBe(200)
  }
  expect((await ask('DELETE', `/users/${one}`)).status).toBe(204)
  expect(await kept(one)).toEqual([1, 2])
  expect((await ask('POST', `/users/${other}/erase`)).status).toBe(204)
  expect((await ask('POST', `/users/${one}/erase`)).status).toBe(204)
  expect([await kept(one), await kept(other)]).toEqual([[0, 0], [0, 0]])
})

test('the name of who is erased is gone from edges, plans and runs of theirs; what they gave stays, and their id with it', async () => {
  const boss = await administrator(server, 'boss', 'SUPER_ADMIN')
  await administrator(server, 'other-boss', 'SUPER_ADMIN')
  const { id: group } = (await ask('POST', '/groups', { displayName: 'Band' })).body
  const { id: role } = (await ask('POST', '/roles', { name: 'Drummers' })).body
  const [one, two] = [(await ask('POST', '/users', { userName: 'drummer' })).body.id, (await ask('POST', '/users', { userName: 'drummer2' })).body.id]
  expect((await boss.ask('PUT', `/groups/${group}/members/${one}`, {})).status).toBe(201)
  expect((await boss.ask('PUT', `/groups/${group}/roles/${role}`, {})).status).toBeLessThan(300)
  const plan = (await boss.ask('POST', '/plans', { kind: 'merge', survivor: one, duplicate: two })).body.id
  expect((await boss.ask('POST', `/plans/${plan}/apply`)).body.status).toBe('applied')
  await ctx.db.execute('update gatehouse.plan set released_by = created_by where plan_id = $1', [plan])
  expect((await boss.ask('PUT', `/roles/GATEHOUSE_SECURITY_ADMIN/members/${one}`, {})).status).toBeLessThan(300)
  await ctx.db.execute('delete from user_role where user_id = $1', [boss.id])
  const names = async () => (await ctx.db.query<{ name: string | null }>(
    `select granted_by as name from user_grp where created_by = $1 union all select granted_by from user_role where created_by = $1 union all select granted_by from grp_role where created_by = $1
     union all select granted_by from gatehouse.access_edge where created_by = $1`, [boss.id])).map(({ name }) => name)
  expect(await names()).toEqual(Array.from({ length: 4 }, () => expect.any(String)))
  // Who erases need not be somebody who could have given it.
  await eraseUser({ ...ctx, db: ctx.db.withActorRights(['PEOPLE DELETE']) }, boss.id)
  expect(await names()).toEqual([null, null, null, null])
  expect(await ctx.db.query('select created_by, applied_by, released_by, actor_id from gatehouse.plan where plan_id = $1', [plan])).toEqual([{ created_by: '', applied_by: '', released_by: '', actor_id: boss.id }])
  expect((await ask('GET', `/groups/${group}/members`)).body.items).toHaveLength(1)
})

test('what plans say of who is erased goes too: filters that name them, and rows that were refused', async () => {
  const { id } = (await ask('POST', '/users', { userName: 'anna.berg@example.com', name: { givenName: 'Anna', familyName: 'Berg' }, emails: [{ value: 'anna@berg.example', primary: true }] })).body
  const bulk = (await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName eq "Anna.Berg@example.com"' })).body.id as string
  const other = (await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName sw "z"' })).body.id as string
  const row = (userName: string, email: string) => ({ userName, name: { familyName: 'X' }, emails: [{ value: email, primary: true }], sex: 'nonsense' })
  const { id: rows } = await plan(ctx, jsonl(row('anna.berg@example.com', 'anna@berg.example'), row('zoe.stone@example.com', 'zoe@stone.example')))
  const told = async () => JSON.stringify(await ctx.db.query(
    `select p.title, p.options, s.label, s.problems, s.changes from gatehouse.plan p left join gatehouse.plan_step s on s.plan_id = p.plan_id where p.plan_id = any($1)`, [[bulk, other, rows]])).toLowerCase()
  expect(await told()).toContain('anna.berg@example.com')
  expect((await ask('POST', `/users/${id}/erase`)).status).toBe(204)
  const left = await told()
  expect(left).not.toContain('berg')
  expect(left).toContain('zoe.stone@example.com')
  expect(left).toContain('username sw')
})

test('nobody else loses by it, however somebody is called, and who was deleted before is found by what the audit tells', async () => {
  const rows = async () => (await ctx.db.query<{ count: number }>('select count(*)::int as count from gatehouse.plan_step where problems is not null'))[0]!.count
  const titles = async () => (await ctx.db.query<{ title: string }>(`select title from gatehouse.plan where kind = 'bulk' order by 1`)).map(({ title }) => title)
  const row = (userName: string) => ({ userName, name: { familyName: 'X' }, sex: 'nonsense' })
  await plan(ctx, jsonl(row('100023'), row('value-of-somebody'), row('messenger')))
  await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'employeeNumber eq "100023"' })
  const before = [await rows(), await titles()]
  const plain = async (userName: string, more: object = {}) => (await ask('POST', '/users', { userName, ...more })).body.id as string
  for (const id of [await plain('user'), await plain('path'), await plain('value'), await plain('mess'), await plain('message'), await plain('numbered', { employeeNumber: '1000' })]) {
    expect((await ask('POST', `/users/${id}/erase`)).status).toBe(204)
  }
  expect([await rows(), await titles()]).toEqual(before)

  const called = 'kim "the quill" o\\hara'
  const id = await plain(called, { emails: [{ value: 'kim@quill.example', primary: true }] })
  await ask('PATCH', `/users/${id}`, { userName: 'kim.quill' })
  await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: `userName eq ${JSON.stringify(called)}` })
  await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'emails.value eq "kim@quill.example" or userName eq "kim.quill"' })
  await plan(ctx, jsonl(row('kim.quill')))
  expect((await titles()).filter((title) => title.includes('quill'))).toHaveLength(2)
  expect((await ask('DELETE', `/users/${id}`)).status).toBe(204)
  expect((await ask('POST', `/users/${id}/erase`)).status).toBe(204)
  expect((await titles()).filter((title) => title.includes('quill'))).toEqual([])
  expect(await ctx.db.query(`select from gatehouse.plan_step where label = 'kim.quill'`)).toEqual([])
})
