/** The right to be forgotten reaches what is kept of former access. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

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
