/** The sessions of a person: seen without anything secret, and ended. */
import { expect, test } from 'vitest'
import { endPeople } from '../src/directory/nightly.ts'
import { sessionIdOf } from '../src/model/session.ts'
import { endEverySession } from '../src/signin/sessions.ts'
import { findSession } from '../src/store/sessions.ts'
import { administrator, askAs } from './administrators.ts'
import { browser, personWithPassword } from './browser.ts'
import { testServer } from './rest-server.ts'

const server = await testServer()
const { ask, ctx } = server

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

test('of everybody end at once, with one event: also what another server\'s clock began ahead of ours', async () => {
  const last = await person('zoe', [])
  await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen)
    select user_id, md5(user_id || n), 1, now() - interval '1 minute', now() + interval '1 hour', now() from users cross join generate_series(1, 3) n`)
  // More people than one batch takes.
  await ctx.db.execute(`insert into users (user_id) select 'crowd' || n from generate_series(1, 450) n`)
  await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen)
    select user_id, 's' || user_id, 1, case when user_id = 'crowd7' then null else now() end, now() + interval '1 hour', now() from users where user_id like 'crowd%'`)
  await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen) select $1, name, 1, now() + began, now() + interval '2 hours', now()
    from (values ('ahead', interval '4 minutes'), ('later', interval '6 minutes')) v(name, began)`, [last])
  const before = (await ctx.db.first<{ n: number }>('select count(*)::int as n from auth_state'))!.n
  expect((await ask('DELETE', '/sessions')).status).toBe(204)
  expect(await ctx.db.query('select session_id as id from auth_state')).toEqual([{ id: 'later' }])
  const told = await ctx.db.query<{ changes: unknown }>(`select changes from gatehouse.audit_event where action = 'sessions.end'`)
  expect(told.map(({ changes }) => changes)).toEqual([[{ path: 'sessions', before: before - 1, after: 0 }]])
  expect(await endEverySession(ctx)).toBe(0)
})

test('of everybody are not ended by who may help people one by one, who may not about all, or with a lesser key', async () => {
  const [desk, boss] = [await administrator(server, 'desk', 'HELP_DESK'), await administrator(server, 'boss', 'SUPER_ADMIN')]
  // Somebody else has to be left who may administer everybody.
  await administrator(server, 'owner', 'SUPER_ADMIN')
  expect((await desk.ask('DELETE', '/sessions')).status).toBe(403)
  expect((await (await askAs(server, boss.id, 'write'))('DELETE', '/sessions')).status).toBe(403)
  expect((await boss.ask('DELETE', '/sessions')).status).toBe(204)
  expect((await ask('POST', `/users/${boss.id}/delegations`, { kind: 'REPORTS' })).status).toBe(201)
  expect((await boss.ask('DELETE', '/sessions')).status).toBe(403)
})

test('end for good with a last day that is over, whoever sets it, and not with one to come', async () => {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const id = await personWithPassword(server, 'gwen')
  const [one, two] = [browser(server.server), browser(server.server)]
  await one.signIn('gwen')
  await ask('PATCH', `/users/${id}`, { lastDate: day(400) })
  expect((await one.ask('GET', '/me')).status).toBe(200)
  // Without rights of its own too a session is judged at the moment that is asked about, not by the clock of the database.
  const judged = async (days: number) => (await findSession(ctx.db, sessionIdOf(one.cookies.get('gatehouse')!), `${day(days)}T12:00:00Z`))!.active
  expect([await judged(399), await judged(402)]).toEqual([true, false])
  await ask('PATCH', `/users/${id}`, { lastDate: day(-2) })
  expect((await one.ask('GET', '/me')).status).toBe(401)
  await ask('PATCH', `/users/${id}`, { lastDate: null })
  expect((await one.ask('GET', '/me')).status).toBe(401)
  await two.signIn('gwen')
  expect((await two.ask('GET', '/me')).status).toBe(200)
  // As the days go by.
  await ctx.db.execute('update users set last_date = $2 where user_id = $1', [id, day(-2)])
  expect(await endPeople(ctx)).toBe(1)
  expect((await ask('POST', `/users/${id}/rehire`, {})).status).toBe(200)
  expect((await ask('GET', `/users/${id}`)).body.active).toBe(true)
  expect((await two.ask('GET', '/me')).status).toBe(401)
})
