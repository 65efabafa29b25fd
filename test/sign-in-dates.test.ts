/** Signing in on the first day and after the last one, whether or not the jobs that start and end people have run. */
import { expect, test } from 'vitest'
import { startPeople } from '../src/directory/nightly.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { password, personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer({ TIME_ZONE: 'Pacific/Auckland' })
const { ctx, ask, fresh, now, later, masterKey, sentTo } = shared
/** The day in Auckland, so many days from now. */
const day = (ahead: number) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Auckland' }).format(now().getTime() + ahead * 86_400_000)
const waiting = async (name: string, startDate: string) => {
  const id = await personWithPassword(shared, name)
  await ctx.db.execute(`update users set status = 'PENDING_START_DATE', start_date = $2 where user_id = $1`, [id, startDate])
  return id
}
const actions = async (id: string) => (await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action = 'user.activate'`, [id])).length

test('who starts today is let in and active, once, with an event; who starts tomorrow is not', async () => {
  const [early, late] = [await waiting('early', day(0)), await waiting('late', day(1))]
  const one = fresh()
  expect((await one.signIn('early')).body).toMatchObject({ next: 'done' })
  expect((await one.ask('GET', '/me')).status).toBe(200)
  expect((await ask('GET', `/users/${early}`)).body).toMatchObject({ status: 'ACTIVE', active: true })
  expect(await actions(early)).toBe(1)
  expect(await startPeople(ctx)).toBe(0)
  expect((await fresh().signIn('late')).body.code).toBe('account_closed')
  expect((await ask('GET', `/users/${late}`)).body).toMatchObject({ status: 'PENDING_START_DATE' })
  // Before the right password there is one answer for all of them.
  expect((await fresh().ask('POST', '/sign-in', { userName: 'late', password: `${password}x` })).status).toBe(401)
})

test('who starts today recovers the password and the user name, by name and by address, or by the help desk; who starts later does not', async () => {
  const kinds: [string, object][] = [['password', { userName: 'NAME' }], ['password', { userName: 'NAME@example.com' }], ['user-name', { email: 'NAME@example.com' }]]
  const sent = async (name: string, startDate: string) => {
    const id = await waiting(name, startDate)
    expect((await ask('POST', `/users/${id}/emails`, { value: `${name}@example.com`, primary: true })).status).toBe(201)
    const found: string[] = []
    for (const [what, body] of kinds) {
      later(2)
      expect((await fresh().ask('POST', `/recovery/${what}`, JSON.parse(JSON.stringify(body).replace('NAME', name)) as object)).status).toBe(202)
      await recoverAccounts(ctx, masterKey)
      found.push((await sentTo(`${name}@example.com`)).map(({ template }) => template!).join())
      await ctx.db.execute('delete from gatehouse.message')
    }
    later(2)
    return [...found, (await ask('POST', `/users/${id}/recover`)).status]
  }
  expect(await sent('dawn', day(0))).toEqual(['password-reset', 'password-reset', 'user-name', 202])
  const { link } = (await sentTo('dawn@example.com'))[0]!
  const next = 'another horse, another battery'
  expect((await fresh().ask('POST', '/recovery/password/complete', { token: new URL(link!).hash.slice(1), next })).status).toBe(200)
  expect((await fresh().signIn('dawn', next)).body).toMatchObject({ next: 'done' })
  expect(await sent('dusk', day(2))).toEqual(['', '', '', 409])
})

test('whose last day is over is not let in, though nobody has ended them yet; on the last day they are', async () => {
  const id = await personWithPassword(shared, 'leaver')
  await ask('PATCH', `/users/${id}`, { lastDate: day(0) })
  expect((await fresh().signIn('leaver')).body.next).toBe('done')
  await ctx.db.execute('update users set last_date = $2 where user_id = $1', [id, day(-1)])
  expect((await fresh().signIn('leaver')).body.code).toBe('account_closed')
  // What the system keeps has no last day.
  await ctx.db.execute(`update users set system_flag = 'Y' where user_id = $1`, [id])
  expect((await fresh().signIn('leaver')).body.next).toBe('done')
})
