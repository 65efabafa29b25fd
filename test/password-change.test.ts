/** Setting passwords: one's own, for somebody who has proved who they are, and what stands in the database afterwards. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { operate } from '../src/directory/lifecycle.ts'
import type { GatehouseError } from '../src/errors.ts'
import { passwordState } from '../src/model/password-state.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { changeOwnPassword, setPassword } from '../src/signin/password-change.ts'
import { tellOfExpiry } from '../src/signin/password-expiry.ts'
import { hashPassword, verifyPassword } from '../src/signin/password-hash.ts'
import { policyOf } from '../src/signin/password-policy.ts'
import { writeRehash } from '../src/store/logins-sign-in.ts'
import { makePerson } from './administrators.ts'
import { settle } from './audit-context.ts'
import { browser, resultsOf } from './browser.ts'
import { testServer, type TestServer } from './rest-server.ts'

const cost = { memoryKiB: 19_456, passes: 2, lanes: 1 }
let clock = new Date('2026-11-26T10:00:00Z')
const later = (hours: number) => {
  clock = new Date(clock.getTime() + hours * 3_600_000)
}
let server: TestServer
let ctx: Context
beforeAll(async () => {
  server = await testServer({ TIME_ZONE: 'Europe/Berlin' }, () => clock)
  ctx = server.ctx
  // Three wrong ones, so that the end of them is near.
  await server.ask('PATCH', '/sign-in-policies/4001', { rules: { failures: 3, unlockMinutes: 30, tokenLifeMinutes: 30 } })
})

type LoginRow = Record<'password' | 'pwd_changed' | 'pwd_exp' | 'grace_period' | 'reset_pwd' | 'login_id' | 'lock_marker', string> & { auth_fail_count: number }

let count = 0
/** A person with a password, under a policy of their own. */
async function person(rules: object = {}, password = 'the first of my passwords'): Promise<string> {
  const id = await makePerson(server, `changer${++count}`, { status: 'ACTIVE' })
  const { body: role } = await server.ask('POST', '/roles', { name: `Changers ${count}` })
  await server.ask('PUT', `/roles/${role.id}/members/${id}`, {})
  const made = await server.ask('POST', '/password-policies', { name: `Policy ${count}`, rules, appliesTo: [{ level: 'ROLE', id: role.id }] })
  expect(made.status).toBe(201)
  await setPassword(ctx, id, { next: password, forceChange: false })
  return id
}

const login = async (id: string) => (await ctx.db.first<LoginRow>(`select * from login where user_id = $1 and managed_sys_id = '0'`, [id]))!
const events = async (id: string) => (await ctx.db.query<{ action: string; result: string; changes: unknown }>(`select action, result, changes from gatehouse.audit_event where target_id = $1 and action like 'user.password%' order by event_id`, [id]))
const refusal = (work: Promise<unknown>) => work.then(() => undefined, (error: GatehouseError) => ({ code: error.code, rules: error.problems.map(({ path }) => path) }))
const has = async (id: string, clear: string) => (await verifyPassword((await login(id)).password, clear, cost)).ok

describe('one\'s own', () => {
  test('is changed by who knows it, and everything that hangs on it ends', async () => {
    const id = await person({ expirationDays: 90, graceDays: 2 })
    await ctx.db.execute(`update login set auth_fail_count = 2, reset_pwd = null, pswd_reset_token = 'x', pswd_reset_token_exp = now(), sms_reset_token = 'y' where user_id = $1`, [id])
    later(24)
    await changeOwnPassword(ctx, id, { current: 'the first of my passwords', next: 'the second of them' })
    expect([await has(id, 'the second of them'), await has(id, 'the first of my passwords')]).toEqual([true, false])
    const after = await login(id)
    expect(after).toMatchObject({ auth_fail_count: 0, reset_pwd: null, pswd_reset_token: null, pswd_reset_token_exp: null, sms_reset_token: null, pwd_change_count: 1 })
    const days = (date: string) => (new Date(date).getTime() - clock.getTime()) / 86_400_000
    expect([days(after.pwd_changed), days(after.pwd_exp), days(after.grace_period)]).toEqual([0, 90, 92])
    const [person_] = await ctx.db.query<{ at: string }>('select date_password_changed as at from users where user_id = $1', [id])
    expect(new Date(person_!.at)).toEqual(clock)
    expect((await events(id)).map(({ action, result }) => `${action} ${result}`)).toEqual(['user.password.set SUCCESS', 'user.password.change SUCCESS'])
    expect((await events(id)).map(({ changes }) => (typeof changes === 'string' ? JSON.parse(changes) : changes))).toEqual([[{ path: 'password' }], [{ path: 'password' }]])
  })

  test('is refused to who does not know it, counted, and closed after too many', async () => {
    const id = await person()
    const wrong = () => refusal(changeOwnPassword(ctx, id, { current: 'not that', next: 'whatever it may be' }))
    expect([await wrong(), await wrong(), await wrong()].map((one) => one?.code)).toEqual(['sign_in_refused', 'sign_in_refused', 'sign_in_refused'])
    expect(await login(id)).toMatchObject({ auth_fail_count: 3, lock_marker: 'LOCKED' })
    const right = () => refusal(changeOwnPassword(ctx, id, { current: 'the first of my passwords', next: 'the second of them' }))
    expect((await right())?.code).toBe('sign_in_refused')
    expect(await has(id, 'the first of my passwords')).toBe(true)
    later(0.6)
    expect(await right()).toBeUndefined()
    expect((await resultsOf(ctx, id)).map(([result]) => result)).toEqual(['INVALID_PASSWORD', 'INVALID_PASSWORD', 'LOGIN_LOCKED', 'LOGIN_LOCKED'])
  })

  test('cannot be guessed by asking many times at once', async () => {
    const id = await person()
    const all = await Promise.all(Array.from({ length: 12 }, (_, at) => refusal(changeOwnPassword(ctx, id, { current: `guess ${at}`, next: 'whatever it may be' }))))
    expect(new Set(all.map((one) => one?.code))).toEqual(new Set(['sign_in_refused']))
    // Two and the one that reached the limit were looked at.
    expect((await resultsOf(ctx, id)).filter(([result]) => result === 'INVALID_PASSWORD')).toHaveLength(2)
  })

  test('is guessed at under the same count as signing in', async () => {
    const id = await person()
    const name = (await ctx.db.first<{ name: string }>('select user_name as name from users where user_id = $1', [id]))!.name
    for (const current of ['a', 'b']) await refusal(changeOwnPassword(ctx, id, { current, next: 'whatever it may be' }))
    await browser(server.server).signIn(name, 'c')
    expect(await login(id)).toMatchObject({ auth_fail_count: 3, lock_marker: 'LOCKED' })
  })

  test('is changed once when it is changed twice at once', async () => {
    const id = await person()
    const all = await Promise.all(['the second of them', 'the third of them'].map((next) => refusal(changeOwnPassword(ctx, id, { current: 'the first of my passwords', next }))))
    // The second meets the other one's password when it proves its own, or when it writes.
    expect(all.map((one) => one?.code).toSorted()).toEqual([expect.stringMatching(/^(?:conflict|sign_in_refused)$/), undefined])
  })

  test('opens a lock by failures when the server sets it', async () => {
    const id = await person()
    await ctx.db.execute(`update login set auth_fail_count = 3, lock_marker = 'LOCKED' where user_id = $1`, [id])
    await setPassword(ctx, id, { next: 'the second of them', forceChange: false })
    expect(await login(id)).toMatchObject({ auth_fail_count: 0, lock_marker: 'NOT_LOCKED' })
  })

  test('stays under an administrator\'s lock', async () => {
    const id = await person()
    await ctx.db.execute(`update login set lock_marker = 'LOCKED_ADMIN' where user_id = $1`, [id])
    expect((await refusal(changeOwnPassword(ctx, id, { current: 'the first of my passwords', next: 'the second of them' })))?.code).toBe('account_locked')
    await setPassword(ctx, id, { next: 'the second of them', forceChange: false })
    expect((await login(id)).lock_marker).toBe('LOCKED_ADMIN')
  })

  test('is held against every rule at once, the limits too', async () => {
    const id = await person({ changesPerDay: 0, minimumAgeHours: 48, length: { min: 15 }, digits: { min: 1 }, blocklist: true })
      .catch(() => undefined)
    expect(id).toBeUndefined()
    const other = await person({ changesPerDay: 0, minimumAgeHours: 48, length: { min: 15 }, digits: { min: 1 }, blocklist: true }, 'the 1st of my passwords')
    expect(await refusal(changeOwnPassword(ctx, other, { current: 'the 1st of my passwords', next: 'password' }))).toEqual({ code: 'password_refused', rules: ['changesPerDay', 'minimumAgeHours', 'length', 'digits', 'blocklist'] })
    expect((await login(other)).auth_fail_count).toBe(0)
  })

  test('may be changed so often a day, and the day ends at midnight', async () => {
    clock = new Date('2026-12-01T20:00:00Z')
    const id = await person({ changesPerDay: 2 })
    const change = (from: number) => refusal(changeOwnPassword(ctx, id, { current: from === 0 ? 'the first of my passwords' : `password number ${from}`, next: `password number ${from + 1}` }))
    expect([await change(0), await change(1)]).toEqual([undefined, undefined])
    expect(await change(2)).toEqual({ code: 'password_refused', rules: ['changesPerDay'] })
    clock = new Date('2026-12-01T23:30:00Z')
    expect(await change(2)).toBeUndefined()
  })

  test('may not be one of the last ones', async () => {
    const id = await person({ history: 2 })
    const change = (current: string, next: string) => refusal(changeOwnPassword(ctx, id, { current, next }))
    expect(await change('the first of my passwords', 'the first of my passwords')).toEqual({ code: 'password_refused', rules: ['unchanged'] })
    expect(await change('the first of my passwords', 'the second of them')).toBeUndefined()
    expect(await change('the second of them', 'the first of my passwords')).toEqual({ code: 'password_refused', rules: ['history'] })
    expect(await change('the second of them', 'the third of them')).toBeUndefined()
    // Two earlier ones: the current one is none of them, also when its hash was made anew.
    const [{ login_id: loginId, password }, anew] = [await login(id), await hashPassword('the third of them', cost)]
    await ctx.db.transaction((tx) => writeRehash(tx, { loginId, password }, anew))
    expect(await change('the third of them', 'the first of my passwords')).toEqual({ code: 'password_refused', rules: ['history'] })
    expect(await change('the third of them', 'the fourth of them')).toBeUndefined()
    expect(await change('the fourth of them', 'the first of my passwords')).toBeUndefined()
  })

  test('may not be the one that was imported, either', async () => {
    const id = await person({ history: 1 })
    await ctx.db.execute('delete from pwd_history where login_id = $1', [(await login(id)).login_id])
    const digest = createHash('sha1').update('brought along by a filesalt').digest()
    await ctx.db.execute('update login set password = $2, pwd_changed = null where user_id = $1', [id, `{SSHA}${Buffer.concat([digest, Buffer.from('salt')]).toString('base64')}`])
    later(1)
    expect(await refusal(changeOwnPassword(ctx, id, { current: 'brought along by a file', next: 'the first of my own' }))).toBeUndefined()
    expect(await refusal(changeOwnPassword(ctx, id, { current: 'the first of my own', next: 'brought along by a file' }))).toEqual({ code: 'password_refused', rules: ['history'] })
  })

  test('may not be one from before a reset either, nor one that was imported after it', async () => {
    const id = await person({ history: 5 })
    const set = (next: string) => refusal(setPassword(ctx, id, { next, forceChange: false }))
    later(1)
    expect(await set('the second of them')).toBeUndefined()
    await operate(ctx, id, 'reset', undefined)
    const refused = { code: 'password_refused', rules: ['history'] }
    expect([await set('the second of them'), await set('the first of my passwords')]).toEqual([refused, refused])
    await ctx.db.execute('update login set password = $2 where user_id = $1', [id, await hashPassword('brought along by a file', cost)])
    later(1)
    expect([await set('the second of them'), await set('a third one of my own'), await set('brought along by a file')]).toEqual([refused, undefined, refused])
  })

  test('stand in the history once, also when a hash was made anew', async () => {
    const id = await person({ history: 5 })
    const { login_id: loginId, password } = await login(id)
    const anew = await hashPassword('the first of my passwords', cost)
    await ctx.db.transaction((tx) => writeRehash(tx, { loginId, password }, anew))
    later(1)
    await setPassword(ctx, id, { next: 'the second of them', forceChange: false })
    const kept = await ctx.db.query<{ password: string }>('select password from pwd_history where login_id = $1 order by date_created', [loginId])
    expect(kept.map(({ password }) => password)).toEqual([anew, (await login(id)).password])
  })

  test('that must be changed may be, whatever the limits', async () => {
    const id = await person({ changesPerDay: 0, minimumAgeHours: 48, resetExpirationDays: 2 })
    await setPassword(ctx, id, { next: 'by chance', forceChange: true })
    expect(passwordState(await login(id), await policyOf(ctx.db, id, clock), clock)).toBe('must_change')
    expect(await refusal(changeOwnPassword(ctx, id, { current: 'by chance', next: 'by chance' }))).toEqual({ code: 'password_refused', rules: ['unchanged'] })
    await changeOwnPassword(ctx, id, { current: 'by chance', next: 'one of my own' })
    expect(await login(id)).toMatchObject({ reset_pwd: null, pwd_exp: null })
  })

  test('that somebody else set lapses for good', async () => {
    const id = await person({ resetExpirationDays: 2 })
    await setPassword(ctx, id, { next: 'by chance', forceChange: true })
    later(49)
    expect(passwordState(await login(id), await policyOf(ctx.db, id, clock), clock)).toBe('expired')
    expect((await refusal(changeOwnPassword(ctx, id, { current: 'by chance', next: 'one of my own' })))?.code).toBe('password_lapsed')
    expect((await refusal(changeOwnPassword(ctx, id, { current: 'by guess', next: 'one of my own' })))?.code).toBe('sign_in_refused')
  })

  test('that has expired may be changed still', async () => {
    const id = await person({ expirationDays: 1, minimumAgeHours: 100 })
    later(30)
    expect(passwordState(await login(id), await policyOf(ctx.db, id, clock), clock)).toBe('expired')
    expect(await refusal(changeOwnPassword(ctx, id, { current: 'the first of my passwords', next: 'the second of them' }))).toBeUndefined()
  })

  test('nobody has whom there is not', async () => {
    for (const work of [() => changeOwnPassword(ctx, 'nobody', { current: 'x', next: 'y' }), () => setPassword(ctx, 'nobody', { next: 'y', forceChange: true })]) expect((await refusal(work()))?.code).toBe('not_found')
  })
})

describe('what is kept', () => {
  test('is twenty-five hashes at most, and no password', async () => {
    const id = await person()
    const { login_id: loginId } = await login(id)
    await ctx.db.execute(`insert into pwd_history (pwd_history_id, login_id, date_created, password) select 'old' || n, $1, '2020-01-01'::timestamptz + n * interval '1 day', 'x' from generate_series(1, 40) n`, [loginId])
    await setPassword(ctx, id, { next: 'unforgettable-zebra-42', forceChange: false })
    const kept = await ctx.db.query<{ password: string }>('select password from pwd_history where login_id = $1 order by date_created desc', [loginId])
    expect([kept.length, kept[0]!.password]).toEqual([25, (await login(id)).password])
    const texts = await Promise.all(['login', 'pwd_history', 'gatehouse.audit_event', 'users'].map((table) => ctx.db.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`)))
    expect(texts.flat().filter(({ row }) => row.includes('zebra'))).toEqual([])
  })
})

test('who is to be written to before a password expires is, once for each password, and as their own policy says', async () => {
  const told = async (id: string) => (await ctx.db.query<{ content: { expires: string } }>(`select content from gatehouse.message where user_id = $1 and template = 'password-expires'`, [id])).map(({ content }) => content.expires)
  const rules = { expirationDays: 10, warningDays: { min: 2, max: 5 } }
  const [one, quiet, other, reset, gone] = [await person(rules), await person({ expirationDays: 10 }), await person({ expirationDays: 12, warningDays: { min: 1 } }), await person({ ...rules, resetExpirationDays: 2 }), await person(rules)]
  for (const [place, id] of [one, quiet, other, reset, gone].entries()) await server.ask('PATCH', `/users/${id}`, { emails: [{ value: `expiring${place}@example.com`, primary: true }] })
  await settle(ctx.db)
  await tellPeople(ctx)
  await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [reset])
  await server.ask('POST', `/users/${gone}/disable`, {})
  expect(await tellOfExpiry(ctx)).toBe(0)
  later(8 * 24 + 1)
  expect(await tellOfExpiry(ctx)).toBe(1)
  expect(await tellOfExpiry(ctx)).toBe(0)
  later(3 * 24)
  expect((await Promise.all([tellOfExpiry(ctx), tellOfExpiry(ctx)])).reduce((sum, count) => sum + count)).toBe(1)
  await settle(ctx.db)
  await tellPeople(ctx)
  expect([await told(quiet), await told(reset), await told(gone)]).toEqual([[], [], []])
  expect([await told(one), await told(other)]).toEqual([[expect.stringMatching(/Z$/)], [expect.stringMatching(/Z$/)]])
  await setPassword(ctx, one, { next: 'the second of my passwords', forceChange: false })
  later(9 * 24)
  expect(await tellOfExpiry(ctx)).toBe(1)
})
