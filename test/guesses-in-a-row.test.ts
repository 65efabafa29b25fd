/** A hundred wrong passwords in a row, however patiently they are tried: no password is looked at after them, and nothing else is closed (NIST SP 800-63B-4 §3.2.2). */
import { expect, test } from 'vitest'
import { unlockPeople } from '../src/signin/locks.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { resetCodeHash } from '../src/model/factor.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { writeResetCode } from '../src/store/recovery.ts'
import { askAs, giveRole } from './administrators.ts'
import { settle } from './audit-context.ts'
import { Authenticator } from './authenticator.ts'
import { password, personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '1000' })
const { ctx, ask, masterKey, fresh, signedIn, sentTo, later } = shared
const next = 'another horse, another battery'
const policy = (rules: object) => ask('PATCH', '/sign-in-policies/4001', { rules })
const locked = (id: string) => ctx.db.first('select l.lock_marker as login, u.secondary_status as person from login l join users u using (user_id) where user_id = $1', [id])

/** The token of a link that somebody asks for. */
async function linkTo(name: string, path: string, template: string): Promise<string> {
  later(2)
  expect((await fresh().ask('POST', `/recovery/${path}`, { userName: name })).status).toBe(202)
  await recoverAccounts(ctx, masterKey)
  return new URL((await sentTo(`${name}@example.com`)).find((one) => one.template === template)!.link!).hash.slice(1)
}

async function completed(path: string, body: object): Promise<unknown> {
  const { status } = await fresh().ask('POST', `/recovery/${path}/complete`, body)
  return expect(status).toBe(path === 'unlock' ? 204 : 200)
}

const linkSets = async (name: string, token: string) => completed('password', { token, next })

const ways: [string, (id: string, name: string) => Promise<unknown>, string][] = [
  ['the help desk unlocks', async (id) => expect((await ask('POST', `/users/${id}/unlock`)).status).toBe(200), password],
  ['somebody disabled is enabled', async (id) => [await ask('POST', `/users/${id}/disable`), await ask('POST', `/users/${id}/enable`)], password],
  ['a link unlocks', async (_id, name) => completed('unlock', { token: await linkTo(name, 'unlock', 'account-unlock') }), password],
  ['a link sets the password', async (_id, name) => linkSets(name, await linkTo(name, 'password', 'password-reset')), next],
  ['a code by SMS sets the password', async (id, name) => {
    const { login } = (await ctx.db.first<{ login: string }>('select login_id as login from login where user_id = $1', [id]))!
    await ctx.db.transaction((tx) => writeResetCode(tx, login, { hash: resetCodeHash(login, '12345678'), made: ctx.now(), expires: new Date(ctx.now().getTime() + 60_000), most: 10 }))
    await completed('password', { userName: name, code: '12345678', next })
  }, next],
  ['the help desk resets and invites', async (id, name) => {
    expect((await ask('POST', `/users/${id}/reset`)).status).toBe(200)
    expect((await ask('POST', `/users/${id}/invite`)).status).toBe(202)
    await recoverAccounts(ctx, masterKey)
    await linkSets(name, new URL((await sentTo(`${name}@example.com`)).find((one) => one.template === 'invitation')!.link!).hash.slice(1))
  }, next],
  ['a temporary password is set', (id) => setPassword(ctx, id, { next, forceChange: true }), next],
]

test('a hundred, over however many locks, close the password and nothing else: the lock opens by its time, sessions, passkeys and keys go on', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const one = await signedIn('ada')
  const device = new Authenticator()
  const made = device.create((await one.ask('POST', '/me/factors/passkey-options')).body)
  expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: made })).status).toBe(201)
  await giveRole(ctx, one.id, 'AUDITOR')
  const byKey = await askAs(shared, one.id)
  for (let n = 1; n <= 100; n++) {
    await fresh().signIn('ada', 'wrong')
    // Half of the locks are opened by the job.
    if (n % 25 === 0 && n < 100) later(31)
    if (n === 50) await unlockPeople(ctx)
  }
  expect(await locked(one.id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  later(31)
  expect(await unlockPeople(ctx)).toBe(1)
  expect(await locked(one.id)).toEqual({ login: 'NOT_LOCKED', person: null })
  // The right one is not looked at, and brings no lock about.
  const wrong = await fresh().signIn('ada', 'wrong')
  expect(await fresh().signIn('ada')).toMatchObject({ status: 401, body: { code: 'sign_in_refused', title: wrong.body.title } })
  expect((await resultsOf(ctx, one.id)).at(-1)).toEqual(['LOGIN_LOCKED', 103])
  expect((await resultsOf(ctx, one.id)).filter(([result]) => result === 'INVALID_PASSWORD')).toHaveLength(96)
  later(7 * 24 * 60)
  for (let n = 0; n < 2; n++) {
    const two = fresh()
    const assertion = device.get((await two.ask('POST', '/sign-in/passkey-options')).body)
    expect((await two.ask('POST', '/sign-in/passkey', { assertion })).body.next).toBe('done')
    expect((await two.ask('GET', '/me')).status).toBe(200)
    // Nor where one is proved again; a passkey does not open what guesses have closed.
    expect((await two.ask('POST', '/me/password', { current: password, next })).body.code).toBe('sign_in_refused')
    expect((await two.ask('GET', '/me')).status).toBe(200)
  }
  expect((await fresh().signIn('ada')).status).toBe(401)
  expect((await byKey('GET', '/users')).status).toBe(200)
  expect(await locked(one.id)).toEqual({ login: 'NOT_LOCKED', person: null })
})

test.each(ways)('are counted anew when %s', async (way, comeBack, known) => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const name = `w${ways.findIndex(([one]) => one === way)}`
  const id = await personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  await ctx.db.execute('update login set wrong_in_a_row = 100 where user_id = $1', [id])
  expect((await fresh().signIn(name)).status).toBe(401)
  await comeBack(id, name)
  expect((await fresh().signIn(name, known)).status).toBe(200)
  expect((await fresh().signIn(name, 'wrong')).status).toBe(401)
  expect((await fresh().signIn(name, known)).status).toBe(200)
})

test('are begun anew by unlocking who is not locked, once, and noted', async () => {
  const id = await personWithPassword(shared, 'open')
  await ctx.db.execute('update login set wrong_in_a_row = 100 where user_id = $1', [id])
  expect([(await ask('POST', `/users/${id}/unlock`)).status, (await ask('POST', `/users/${id}/unlock`)).status]).toEqual([200, 200])
  const events = await ctx.db.query(`select changes from gatehouse.audit_event where action = 'user.unlock' and target_id = $1`, [id])
  expect(events).toEqual([{ changes: [{ path: 'logins.wrongInARow', after: 0 }] }])
})

test('come at once: no more than a hundred are looked at', async () => {
  await policy({ failures: 100, unlockMinutes: 30 })
  const id = await personWithPassword(shared, 'crowd')
  await ctx.db.execute('update login set wrong_in_a_row = 93 where user_id = $1', [id])
  await Promise.all(Array.from({ length: 20 }, () => fresh().signIn('crowd', 'wrong')))
  const results = (await resultsOf(ctx, id)).map(([result]) => result)
  expect(results.filter((one) => one === 'INVALID_PASSWORD')).toHaveLength(7)
  expect(results.filter((one) => one === 'LOGIN_LOCKED')).toHaveLength(13)
})

test('are counted anew after a right one, and lock nobody where the policy never locks', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const id = await personWithPassword(shared, 'calm')
  await ctx.db.execute('update login set wrong_in_a_row = 99 where user_id = $1', [id])
  expect((await fresh().signIn('calm')).status).toBe(200)
  expect(await ctx.db.first('select wrong_in_a_row as n from login where user_id = $1', [id])).toEqual({ n: 0 })
  // The last that is looked at may be the right one, too.
  expect((await fresh().signIn('calm')).status).toBe(200)
  await policy({ failures: 0 })
  await ctx.db.execute('update login set wrong_in_a_row = 500 where user_id = $1', [id])
  expect((await fresh().signIn('calm', 'wrong')).status).toBe(401)
  expect((await fresh().signIn('calm')).status).toBe(200)
  expect(await ctx.db.first('select wrong_in_a_row as n from login where user_id = $1', [id])).toEqual({ n: 0 })
})

const eventsOf = (id: string) => ctx.db.query(`select action, changes from gatehouse.audit_event where target_id = $1 and action = 'user.password.close'`, [id])
const loginOf = async (id: string) => ((await ask('GET', `/users/${id}/logins`)).body.items as { pwdClosed?: string }[])[0]!

async function writtenTo(name: string): Promise<string[]> {
  await settle(ctx.db)
  await tellPeople(ctx)
  return (await sentTo(`${name}@example.com`)).map(({ template }) => template!).filter((one) => one !== 'new-sign-in')
}

/** Somebody with a mail address at whose password so many wrong ones were tried. */
async function guessedAt(name: string, count: number): Promise<string> {
  await settle(ctx.db)
  await tellPeople(ctx)
  const id = await personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  await ctx.db.execute('update login set wrong_in_a_row = $2, auth_fail_count = 24 where user_id = $1', [id, count])
  return id
}

test('are told of when they close the password: to the audit, the person and the help desk, once', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const id = await guessedAt('told', 98)
  expect((await loginOf(id)).pwdClosed).toBeUndefined()
  await fresh().signIn('told', 'wrong')
  expect([await eventsOf(id), await writtenTo('told')]).toEqual([[], ['account-locked']])
  later(31)
  await unlockPeople(ctx)
  // The hundredth locks the account as well: of that, which opens by itself, nothing is written beside.
  await ctx.db.execute('update login set auth_fail_count = 24 where user_id = $1', [id])
  await fresh().signIn('told', 'wrong')
  expect(await locked(id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  const { pwdClosed } = await loginOf(id)
  expect(await eventsOf(id)).toEqual([{ action: 'user.password.close', changes: [{ path: 'logins.pwdClosed', after: pwdClosed }] }])
  // Who all are kept out so can be asked for.
  expect((await ask('GET', `/users?filter=${encodeURIComponent(`logins.pwdClosed pr and userName eq "told"`)}`)).body.items).toMatchObject([{ id }])
  later(31)
  for (const tried of ['wrong', 'wrong', password]) await fresh().signIn('told', tried)
  expect(await eventsOf(id)).toHaveLength(1)
  expect((await writtenTo('told')).toSorted()).toEqual(['account-locked', 'password-closed'])
  expect((await ask('POST', `/users/${id}/unlock`)).status).toBe(200)
  expect((await loginOf(id)).pwdClosed).toBeUndefined()
  expect((await fresh().signIn('told')).status).toBe(200)
})

test('are told of late where whoever closed it died before saying so, or the policy counted otherwise', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const id = await guessedAt('late', 100)
  await fresh().signIn('late', 'wrong')
  await fresh().signIn('late')
  expect([await eventsOf(id), await writtenTo('late')]).toMatchObject([[{ action: 'user.password.close' }], ['password-closed']])
})

test('that close a password while the right one is looked at: it is told that it is open again', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const id = await guessedAt('race', 99)
  // What a wrong one has written meanwhile: the count is full while the right one is taken for the hundredth.
  await ctx.db.execute('update login set pwd_closed = $2 where user_id = $1', [id, ctx.now()])
  const { pwdClosed } = await loginOf(id)
  for (let n = 0; n < 2; n++) expect((await fresh().signIn('race')).status).toBe(200)
  expect((await loginOf(id)).pwdClosed).toBeUndefined()
  expect(await ctx.db.query(`select action, changes from gatehouse.audit_event where target_id = $1 and action like 'user.password.%' and action <> 'user.password.set'`, [id])).toEqual([
    { action: 'user.password.open', changes: [{ path: 'logins.pwdClosed', before: pwdClosed }] }])
})

test('tell of nothing where the last one was right, the policy never locks, or there is no password', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const right = await guessedAt('right', 99)
  expect((await fresh().signIn('right')).status).toBe(200)
  const none = await guessedAt('none', 99)
  await ctx.db.execute('update login set password = null where user_id = $1', [none])
  for (let n = 0; n < 2; n++) await fresh().signIn('none', 'wrong')
  await policy({ failures: 0 })
  const open = await guessedAt('never', 99)
  for (let n = 0; n < 2; n++) await fresh().signIn('never', 'wrong')
  expect([await eventsOf(right), await eventsOf(none), await eventsOf(open)]).toEqual([[], [], []])
})
