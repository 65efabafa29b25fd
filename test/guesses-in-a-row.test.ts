/** A hundred wrong passwords in a row, however patiently they are tried: no time opens the login after them (NIST SP 800-63B-4 §3.2.2). */
import { expect, test } from 'vitest'
import { unlockPeople } from '../src/signin/locks.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { password, personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '1000' })
const { ctx, ask, masterKey, fresh, sentTo, later } = shared
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

const ways: [string, (id: string, name: string) => Promise<{ status: number }>, number, string][] = [
  ['the help desk', (id) => ask('POST', `/users/${id}/unlock`), 200, password],
  ['a link that unlocks', async (_id, name) => fresh().ask('POST', '/recovery/unlock/complete', { token: await linkTo(name, 'unlock', 'account-unlock') }), 204, password],
  ['a link that sets the password', async (_id, name) => fresh().ask('POST', '/recovery/password/complete', { token: await linkTo(name, 'password', 'password-reset'), next }), 204, next],
]

test.each(ways)('a hundred, over however many locks, open by no time, but by %s', async (way, open, status, known) => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const name = `r${ways.findIndex(([one]) => one === way)}`
  const id = await personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  for (let n = 1; n <= 100; n++) {
    await fresh().signIn(name, 'wrong')
    // Half of the locks are opened by the job.
    if (n % 25 === 0) later(31)
    if (n % 50 === 0) await unlockPeople(ctx)
  }
  later(7 * 24 * 60)
  await unlockPeople(ctx)
  expect(await locked(id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  expect(await fresh().signIn(name)).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } })
  expect((await resultsOf(ctx, id)).at(-1)).toEqual(['LOGIN_LOCKED', 103])
  expect((await resultsOf(ctx, id)).filter(([result]) => result === 'INVALID_PASSWORD')).toHaveLength(96)
  expect((await open(id, name)).status).toBe(status)
  expect((await fresh().signIn(name, known)).status).toBe(200)
  expect((await fresh().signIn(name, 'wrong')).status).toBe(401)
  expect((await fresh().signIn(name, known)).status).toBe(200)
})

test('come at once: no more than a hundred are looked at', async () => {
  await policy({ failures: 100, unlockMinutes: 30 })
  const id = await personWithPassword(shared, 'crowd')
  await ctx.db.execute('update login set wrong_in_a_row = 93 where user_id = $1', [id])
  await Promise.all(Array.from({ length: 20 }, () => fresh().signIn('crowd', 'wrong')))
  const results = (await resultsOf(ctx, id)).map(([result]) => result)
  expect(results.filter((one) => one === 'INVALID_PASSWORD')).toHaveLength(6)
  expect(results.filter((one) => one === 'LOGIN_LOCKED')).toHaveLength(14)
})

test('are counted anew after a right one, and lock nobody where the policy never locks', async () => {
  await policy({ failures: 25, unlockMinutes: 30 })
  const id = await personWithPassword(shared, 'calm')
  await ctx.db.execute('update login set wrong_in_a_row = 99 where user_id = $1', [id])
  expect((await fresh().signIn('calm')).status).toBe(200)
  expect(await ctx.db.first('select wrong_in_a_row as n from login where user_id = $1', [id])).toEqual({ n: 0 })
  await policy({ failures: 0 })
  await ctx.db.execute('update login set wrong_in_a_row = 500 where user_id = $1', [id])
  expect((await fresh().signIn('calm', 'wrong')).status).toBe(401)
  expect((await fresh().signIn('calm')).status).toBe(200)
})
