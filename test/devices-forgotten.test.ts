/** Who has ended sessions because somebody else may have them is safe from what that browser kept as well. */
import { expect, test } from 'vitest'
import { endEverySession } from '../src/signin/sessions.ts'
import type { Browser } from './browser.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, withTotp, codeOf, later } = await factorServer()

type Person = Awaited<ReturnType<typeof withApp>>

async function withApp(name: string) {
  const one = await signedIn(name)
  return { name, user: one.id, ...await withTotp(one) }
}

/** Signs in on a new browser that is not to be asked again. */
async function remembered({ name, id, secret }: Person): Promise<Browser> {
  later(2)
  const one = fresh()
  await one.signIn(name)
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret), remember: true })).body.next).toBe('done')
  expect((await one.signIn(name)).body.next).toBe('done')
  return one
}

const nextOf = async (one: Browser, name: string) => (await one.signIn(name)).body.next
const forgotten = async (user: string) => (await ctx.db.query<{ changes: { path: string }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.device.forget' order by event_id`, [user])).map(({ changes }) => changes.length)

test('all other sessions of one\'s own take every remembered device along but the one that asks', async () => {
  const person = await withApp('dan')
  const [one, two, three] = [await remembered(person), await remembered(person), await remembered(person)]
  expect((await one.ask('DELETE', '/me/sessions')).status).toBe(204)
  expect([await nextOf(one, 'dan'), await nextOf(two, 'dan'), await nextOf(three, 'dan')]).toEqual(['done', 'factor', 'factor'])
  expect(await forgotten(person.user)).toEqual([2])
})

test('one session alone takes none along, all of somebody\'s take all', async () => {
  const person = await withApp('eve')
  const one = await remembered(person)
  const [{ id }] = (await one.ask('GET', '/me/sessions')).body.items
  expect((await ask('DELETE', `/users/${person.user}/sessions/${id}`)).status).toBe(204)
  expect(await nextOf(one, 'eve')).toBe('done')
  expect((await ask('DELETE', `/users/${person.user}/sessions`)).status).toBe(204)
  expect(await nextOf(one, 'eve')).toBe('factor')
  expect(await forgotten(person.user)).toEqual([1])
  // Where nothing is left there is nothing to tell.
  await ask('DELETE', `/users/${person.user}/sessions`)
  expect(await forgotten(person.user)).toEqual([1])
})

test('of everybody take all along, of more people than one batch has', async () => {
  const [fay, gil] = [await withApp('fay'), await withApp('gil')]
  const [one, two] = [await remembered(fay), await remembered(gil)]
  await ctx.db.execute(`insert into users (user_id) select 'crowd' || n from generate_series(1, 450) n`)
  await ctx.db.execute(`insert into gatehouse.remembered_device (device_id, user_id, mark, created_at, expires_at) select 'd' || user_id, user_id, sha256(user_id::bytea), now(), now() + interval '1 day' from users where user_id like 'crowd%'`)
  await endEverySession(ctx)
  expect([await nextOf(one, 'fay'), await nextOf(two, 'gil')]).toEqual(['factor', 'factor'])
  expect(await ctx.db.first('select from gatehouse.remembered_device')).toBeUndefined()
  expect(await ctx.db.first(`select count(*)::int as n from gatehouse.audit_event where action = 'user.device.forget' and target_id like 'crowd%'`)).toEqual({ n: 450 })
})

const closings: [what: string, close: object, open: object][] = [
  ['isActive', { isActive: false }, { isActive: true }],
  ['status', { status: 'INACTIVE' }, { status: 'ACTIVE' }],
  ['authType', { authType: 'LDAP' }, { authType: 'PASSWORD' }],
]

test.each(closings)('a login that %s closes and opens again asks for the factor, and links that were out are dead', async (what, close, open) => {
  const name = `ivy-${what.toLowerCase()}`
  const person = await withApp(name)
  const one = await remembered(person)
  await ctx.db.execute(`update login set pswd_reset_token = $1, pswd_reset_token_made = now(), pswd_reset_token_exp = now() + interval '1 hour', sms_reset_token = 'some', sms_reset_token_made = now(), sms_reset_token_exp = now() + interval '1 hour' where user_id = $1`, [person.user])
  const [login] = (await ask('GET', `/users/${person.user}/logins`)).body.items
  for (const change of [close, open]) expect(await ask('PATCH', `/users/${person.user}/logins/${login.id}`, change)).toMatchObject({ status: 200 })
  expect(await nextOf(one, name)).toBe('factor')
  expect(await ctx.db.query('select pswd_reset_token, pswd_reset_token_made, pswd_reset_token_exp, sms_reset_token, sms_reset_token_made, sms_reset_token_exp from login where user_id = $1', [person.user]))
    .toEqual([{ pswd_reset_token: null, pswd_reset_token_made: null, pswd_reset_token_exp: null, sms_reset_token: null, sms_reset_token_made: null, sms_reset_token_exp: null }])
})

test.each([['locked by an administrator', `update login set lock_marker = 'LOCKED_ADMIN' where user_id = $1`], ['removed', 'delete from login where user_id = $1']])('a login that is %s takes remembered devices along, whoever writes it', async (what, sql) => {
  const person = await withApp(`joy-${what.slice(0, 3)}`)
  await remembered(person)
  await ctx.db.execute(sql, [person.user])
  expect(await ctx.db.query('select from gatehouse.remembered_device where user_id = $1', [person.user])).toEqual([])
})

test('a browser that is remembered anew keeps its id, which the audit names too', async () => {
  const person = await withApp('kim')
  const one = await remembered(person)
  const ids = async () => (await one.ask('GET', '/me/devices')).body.items.map(({ id }: { id: string }) => id) as string[]
  const [id] = await ids()
  later(366 * 24 * 60)
  expect(await nextOf(one, 'kim')).toBe('factor')
  expect((await one.ask('POST', '/sign-in/factor', { factor: person.id, code: codeOf(person.secret), remember: true })).body.next).toBe('done')
  expect(await ids()).toEqual([id])
  const told = await ctx.db.query<{ changes: { path: string }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.device.remember'`, [person.user])
  expect(told.map(({ changes }) => changes[0]!.path)).toEqual([`devices[${id}]`, `devices[${id}]`])
})

test('an account that is closed and opened again asks for the factor in every browser', async () => {
  const person = await withApp('hal')
  const one = await remembered(person)
  for (const verb of ['disable', 'enable']) expect((await ask('POST', `/users/${person.user}/${verb}`)).status).toBe(200)
  expect(await nextOf(one, 'hal')).toBe('factor')
})
