/** The questions of access over REST: what is answered, what is refused, pages and streams. */
import { beforeAll, expect, test } from 'vitest'
import type { Held } from '../src/access/effective.ts'
import { testServer } from './rest-server.ts'

const { ask, server, ctx: { db } } = await testServer()

//  ann ─▶ Staff ─▶ Clerk ─[READ]▶ Ledger ─▶ Archive      everyone ─▶ Wiki      Cy ─▶ Clerk, and is terminated
beforeAll(async () => {
  await db.execute(`
    insert into users (user_id, last_name, display_name, status) values ('ann', 'A', 'Ann A', 'ACTIVE'), ('bob', 'B', 'Bob B', 'ACTIVE'), ('cy', 'C', 'Cy C', 'TERMINATED');
    insert into grp (grp_id, grp_name) values ('staff', 'Staff');
    insert into role (role_id, role_name) values ('clerk', 'Clerk');
    insert into res (resource_id, resource_type_id, name, is_public) values ('ledger', 'WEBSERVICE', 'Ledger', 'N'), ('archive', 'WEBSERVICE', 'Archive', 'N'), ('wiki', 'WEBSERVICE', 'Wiki', 'Y');
    insert into access_rights (access_right_id, name) values ('SIGN', 'Sign');
    insert into user_grp (user_id, grp_id, membership_id, granted_by, description) values ('ann', 'staff', 'm1', 'boss', 'REQ-1');
    insert into user_role (user_id, role_id, membership_id) values ('cy', 'clerk', 'm2');
    insert into grp_role (membership_id, role_id, grp_id) values ('e1', 'clerk', 'staff');
    insert into resource_role (membership_id, resource_id, role_id) values ('e2', 'ledger', 'clerk');
    insert into res_role_membership_rights (membership_id, access_right_id) values ('e2', 'READ');
    insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('e3', 'archive', 'ledger')`)
})

const check = async (user: string, query: string) => {
  const { status, body } = await ask('GET', `/users/${user}/access/check?${query}`)
  return status === 200 ? body.allowed : body.code
}

test('a check says yes or no, and refuses what it does not know', async () => {
  expect(await check('ann', 'resource=ledger')).toBe(true)
  expect(await check('ann', 'resource=Ledger&right=READ')).toBe(true)
  expect(await check('ann', 'resource=ledger&right=SIGN')).toBe(false)
  expect(await check('bob', 'resource=ledger')).toBe(false)
  expect(await check('bob', 'resource=wiki')).toBe(true)
  expect(await check('cy', 'resource=wiki')).toBe(false)
  expect(await check('nobody', 'resource=ledger')).toBe('not_found')
  expect(await check('ann', 'resource=nothing')).toBe('not_found')
  expect(await check('ann', 'resource=ledger&right=FLY')).toBe('invalid_parameter')
  expect(await check('ann', 'resource=ledger&at=yesterday')).toBe('invalid_parameter')
  expect(await check('ann', 'resource=ledger&at=0000-01-01T00:00:00Z')).toBe('invalid_parameter')
  expect(await check('ann', 'right=READ')).toBe('invalid_parameter')
  expect(await check('ann', 'resource=ledger&at=2020-01-01')).toBe('not_found')
})

test('a batch answers in order and marks what is unknown', async () => {
  const checks = [{ user: 'ann', resource: 'Archive' }, { user: 'x', resource: 'ledger' }, { user: 'bob', resource: 'y', right: 'z' }, { user: 'ann', resource: 'ledger', right: 'SIGN' }]
  const { status, body } = await ask('POST', '/access/check', { checks })
  expect([status, body]).toEqual([200, { results: [{ allowed: true }, { allowed: false, unknown: ['user'] }, { allowed: false, unknown: ['resource', 'right'] }, { allowed: false }] }])
  const thousand = await ask('POST', '/access/check', { checks: Array.from({ length: 1000 }, (_, place) => ({ user: place % 2 ? 'ann' : 'bob', resource: 'ledger' })) })
  expect(thousand.body.results.map(({ allowed }: { allowed: boolean }) => allowed)).toEqual(Array.from({ length: 1000 }, (_, place) => place % 2 === 1))
  for (const wrong of [{}, { checks: 1 }, { checks: [{ user: 'ann' }] }, { checks: [], when: 1 }, { checks: Array.from({ length: 1001 }, () => ({ user: 'a', resource: 'b' })) }]) {
    const refused = await ask('POST', '/access/check', wrong)
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_body'])
  }
  expect(await ask('POST', '/access/check', { checks: [{ user: 'ann', resource: 'a\u0000' }] })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'checks[0].resource' }] } })
})

test('what a person has is told with rights, direct or inherited', async () => {
  const { body } = await ask('GET', '/users/ann/access')
  const short = body.items.map((one: Held) => [one.type, one.name, one.rights.join(), one.direct, one.inherited, one.everyone])
  expect([body.active, short]).toEqual([true, [
    ['Group', 'Staff', '', true, false, false], ['Role', 'Clerk', '', false, true, false],
    ['Resource', 'Archive', '', false, true, false], ['Resource', 'Ledger', 'READ', false, true, false], ['Resource', 'Wiki', '', false, false, true],
  ]])
  const roles = await ask('GET', '/users/ann/access?type=Role')
  expect(roles.body.items.map((one: Held) => one.id)).toEqual(['clerk'])
  const first = await ask('GET', '/users/ann/access?count=2')
  const second = await ask('GET', `/users/ann/access?count=3&cursor=${first.body.next}`)
  expect([...first.body.items, ...second.body.items]).toEqual(body.items)
  expect((await ask('GET', '/users/cy/access')).body).toEqual({ active: false, items: [] })
  expect((await ask('GET', '/users/x/access')).status).toBe(404)
  expect((await ask('GET', '/users/ann/access?cursor=%25')).body.code).toBe('invalid_cursor')
  expect((await ask('GET', '/users/ann/access?type=Cat')).body.code).toBe('invalid_parameter')
})

test('the people of a thing, by page and as lines', async () => {
  await db.execute(`insert into users (user_id, last_name, status) select 'p' || lpad(n::text, 5, '0'), 'P', case when n % 10 = 0 then 'TERMINATED' else 'ACTIVE' end from generate_series(1, 1000) n;
    insert into user_grp (user_id, grp_id, membership_id) select user_id, 'staff', user_id from users where user_id like 'p%' on conflict do nothing;
    insert into user_role (user_id, role_id, membership_id) select user_id, 'clerk', 'r' || user_id from users where user_id like 'p%' and user_id > 'p00500'`)
  const first = await ask('GET', '/resources/Ledger/people?count=3&total=true')
  expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(['ann', 'p00001', 'p00002'])
  expect(first.body.items[0]).toEqual({ id: 'ann', displayName: 'Ann A' })
  expect(first.body.total).toBe(901)
  const second = await ask('GET', `/resources/ledger/people?count=1000&cursor=${first.body.next}`)
  expect([second.body.items.length, second.body.next]).toEqual([898, undefined])
  expect((await ask('GET', '/resources/ledger/people?right=SIGN')).body.items).toEqual([])
  const lines = await server.inject({ method: 'GET', url: '/api/v1/resources/ledger/people?right=READ', headers: { authorization: 'Bearer a-key-for-the-tests-only', accept: 'application/x-ndjson' } })
  const ids = lines.body.trim().split('\n').map((line) => (JSON.parse(line) as { id: string }).id)
  expect([lines.headers['content-type'], ids.length, new Set(ids).size, ids.toSorted().join() === ids.join()]).toEqual(['application/x-ndjson', 901, 901, true])
  expect((await ask('GET', '/groups/staff/people?total=true&count=1')).body.total).toBe(901)
  expect((await ask('GET', '/roles/nothing/people')).status).toBe(404)
  expect((await ask('GET', '/resources/ledger/people?right=FLY')).status).toBe(400)
  expect((await ask('GET', '/resources/wiki/people?total=true&count=2')).body).toMatchObject({ total: 903, items: [{ id: '3000' }, { id: 'ann' }] })
})
