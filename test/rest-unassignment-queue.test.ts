/** The queues over REST: how they stand, filtered and counted, and what was given up tried again. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

test.for([
  ['/portals/unassignment-queue', 'efs.iam_portal_user_group_unassignment_queue'],
  ['/portals/admin-unassignment-queue', 'efs.iam_user_unassignment_queue'],
])('%s', async ([path, table]) => {
  await ctx.db.execute(`insert into ${table} (user_id, uuid, email, attempts, next_attempt_at, last_error, dead_at, started_at) values
    (1, 'u1', 'a@example.com', 0, null, null, null, null), (2, 'u2', null, 2, now() + interval '1 hour', 'refused', null, now()),
    (3, 'u3', null, 12, null, 'refused', now(), now()), (4, 'u4', null, 0, null, null, null, now())`)
  const listed = (await ask('GET', path!)).body.items as { userId: number; state: string; attempts: number }[]
  expect(listed.map(({ userId, state, attempts }) => [userId, state, attempts])).toEqual([[1, 'queued', 0], [2, 'waiting', 2], [3, 'dead', 12], [4, 'begun', 0]])
  expect((await ask('GET', `${path}?filter=state+eq+"dead"&total=true`)).body).toMatchObject({ total: 1, items: [{ uuid: 'u3', lastError: 'refused' }] })
  expect((await ask('GET', `${path}?sortBy=nextAttempt`)).body.items[0]).toMatchObject({ uuid: 'u2', nextAttempt: expect.any(String) })
  expect((await ask('GET', `${path}/counts`)).body).toEqual({ queued: 2, waiting: 1, dead: 1, due: 2, next: expect.any(String), oldest: expect.any(String) })
  const { rows: [dead] } = { rows: await ctx.db.query<{ id: number }>(`select id from ${table} where user_id = 3`) }
  expect((await ask('POST', `${path}/${dead!.id}/retry`)).body).toEqual({ retried: 1 })
  expect((await ask('GET', `${path}/counts`)).body).toMatchObject({ queued: 3, waiting: 1, dead: 0, due: 3 })
  expect((await ask('POST', `${path}/retry`)).body).toEqual({ retried: 1 })
  expect((await ask('GET', `${path}/counts`)).body).toEqual({ queued: 4, waiting: 0, dead: 0, due: 4, oldest: expect.any(String) })
  for (const id of ['999999', 'x', '0']) expect((await ask('POST', `${path}/${id}/retry`)).status).toBe(404)
  const events = await ctx.db.query<{ target_id: string }>(`select target_id from gatehouse.audit_event where action = 'unassignment.retry' order by event_id desc limit 2`)
  expect(events.map(({ target_id }) => target_id).sort()).toEqual(['u2', 'u3'])
})
