/** The sessions of a person: seen without anything secret, and ended. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

async function person(name: string, sessions: string[]): Promise<string> {
  const { id } = (await ask('POST', '/users', { userName: name })).body as { id: string }
  for (const session of sessions) {
    await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, ip_address, is_new_flags, expires_at, last_seen) values ($1, $2, 1.5, now(), '10.0.0.1', 1, now() + interval '1 hour', now())`, [id, session])
  }
  return id
}

const events = (id: string) => ctx.db.query(`select action, changes from gatehouse.audit_event where target_id = $1 and action like 'user.sessions%'`, [id])
const sessionsOf = async (id: string) => (await ask('GET', `/users/${id}/sessions`)).body.items

test('are listed for the person alone, with what may be shown', async () => {
  const [ada] = [await person('ada', ['s1']), await person('bob', ['s2'])]
  expect(await sessionsOf(ada)).toEqual([{ id: 's1', level: 1.5, started: expect.stringMatching(/Z$/), lastSeen: expect.stringMatching(/Z$/), expires: expect.stringMatching(/Z$/), ip: '10.0.0.1', newDevice: true, newNetwork: false }])
  expect((await ask('GET', '/users/nobody/sessions')).status).toBe(404)
})

test('end one by one, or all at once, with one event', async () => {
  const [cleo, dora] = [await person('cleo', ['c1', 'c2', 'c3']), await person('dora', ['d1'])]
  expect((await ask('DELETE', `/users/${cleo}/sessions/c2`)).status).toBe(204)
  expect(await ask('DELETE', `/users/${cleo}/sessions/c2`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await ask('DELETE', `/users/${cleo}/sessions/d1`)).status).toBe(404)
  expect((await sessionsOf(cleo)).map((one: { id: string }) => one.id).toSorted()).toEqual(['c1', 'c3'])
  expect((await ask('DELETE', `/users/${cleo}/sessions`)).status).toBe(204)
  expect((await ask('DELETE', `/users/${cleo}/sessions`)).status).toBe(204)
  expect(await sessionsOf(cleo)).toEqual([])
  expect(await sessionsOf(dora)).toHaveLength(1)
  expect((await events(cleo)).map(({ changes }) => (changes as { path: string }[]).map(({ path }) => path))).toEqual([['sessions[c2]'], ['sessions[c1]', 'sessions[c3]']])
  expect((await ask('DELETE', '/users/nobody/sessions')).status).toBe(404)
})
