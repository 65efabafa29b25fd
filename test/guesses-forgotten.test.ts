/** The count of guesses at a name: one, however the name is typed, and forgotten by every way back in. */
import { expect, test } from 'vitest'
import { setPassword } from '../src/signin/password-change.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { signIn } from '../src/signin/sign-in.ts'
import { resetCodeHash } from '../src/model/factor.ts'
import { writeResetCode } from '../src/store/recovery.ts'
import { password, personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, masterKey, fresh, sentTo, later } = shared
const next = 'another horse, another battery'

/** The token of a link that is asked for, or that the help desk sends. */
async function linkTo(name: string, template: string, send: () => Promise<{ status: number }>): Promise<string> {
  later(2)
  expect((await send()).status).toBe(202)
  await recoverAccounts(ctx, masterKey)
  return new URL((await sentTo(`${name}@example.com`)).find((one) => one.template === template)!.link!).hash.slice(1)
}

const completed = async (path: string, body: object) => expect((await fresh().ask('POST', `/recovery/${path}/complete`, body)).status).toBe(path === 'unlock' ? 204 : 200)

const ways: [string, (id: string, name: string) => Promise<unknown>, string][] = [
  ['the help desk unlocks', (id) => ask('POST', `/users/${id}/unlock`), password],
  ['somebody disabled is enabled', async (id) => [await ask('POST', `/users/${id}/disable`), await ask('POST', `/users/${id}/enable`)], password],
  ['a link unlocks', async (_id, name) => completed('unlock', { token: await linkTo(name, 'account-unlock', () => fresh().ask('POST', '/recovery/unlock', { userName: name })) }), password],
  ['a link sets the password', async (_id, name) => completed('password', { token: await linkTo(name, 'password-reset', () => fresh().ask('POST', '/recovery/password', { userName: name })), next }), next],
  ['a code by SMS sets the password', async (id, name) => {
    const { login } = (await ctx.db.first<{ login: string }>('select login_id as login from login where user_id = $1', [id]))!
    await ctx.db.transaction((tx) => writeResetCode(tx, login, { hash: resetCodeHash(login, '12345678'), made: ctx.now(), expires: new Date(ctx.now().getTime() + 60_000), most: 10 }))
    await completed('password', { userName: name, code: '12345678', next })
  }, next],
  ['the help desk resets and invites', async (id, name) => {
    expect((await ask('POST', `/users/${id}/reset`)).status).toBe(200)
    await completed('password', { token: await linkTo(name, 'invitation', () => ask('POST', `/users/${id}/invite`)), next })
  }, next],
  ['a temporary password is set', async (id) => {
    // Which opens no lock.
    await ctx.db.execute(`update users set secondary_status = null where user_id = $1`, [id])
    await ctx.db.execute(`update login set lock_marker = 'NOT_LOCKED', auth_fail_count = 0 where user_id = $1`, [id])
    await setPassword(ctx, id, { next, forceChange: true })
  }, next],
]

test.each(ways)('is forgotten when %s', async (way, comeBack, known) => {
  const name = `w${ways.findIndex(([one]) => one === way)}`
  const id = await personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  for (let n = 0; n < 35; n++) await fresh().signIn(n % 2 ? name : name.toUpperCase(), 'wrong')
  expect((await resultsOf(ctx, id)).at(-1)).toEqual(['TOO_MANY_ATTEMPTS', 204])
  await comeBack(id, name)
  expect((await fresh().signIn(name, known)).status).toBe(200)
})

test('is one, also where the database and JavaScript fold letters otherwise', async () => {
  const id = await personWithPassword(shared, 'ΟΔΟΣ')
  expect('ΟΔΟΣ'.toLowerCase()).not.toBe('οδοσ')
  for (let n = 0; n < 31; n++) await fresh().signIn(n % 2 ? 'ΟΔΟΣ' : 'οδοσ', 'wrong')
  expect((await resultsOf(ctx, id)).at(-1)).toEqual(['TOO_MANY_ATTEMPTS', 204])
  await ask('POST', `/users/${id}/unlock`)
  expect((await fresh().signIn('οδοσ')).status).toBe(200)
})

test('that a guess holds at that instant makes nobody wait', async () => {
  const id = await personWithPassword(shared, 'held')
  await fresh().signIn('held', 'wrong')
  await ctx.db.transaction(async (tx) => {
    await tx.query(`select from gatehouse.sign_in_throttle where kind = 'ACCOUNT' for update`)
    expect((await ask('POST', `/users/${id}/unlock`)).status).toBe(200)
  })
})

test('that could not be forgotten keeps nobody out', async () => {
  await personWithPassword(shared, 'released')
  const db = Object.create(ctx.db) as typeof ctx.db
  db.execute = async (sql, params, name) => {
    if (name === 'uncount_attempt') throw new Error('the connection is gone')
    return ctx.db.execute(sql, params, name)
  }
  expect(await signIn({ ...ctx, db }, { userName: 'released', password }, {})).toMatchObject({ next: 'done' })
})
