/** Recovering a password is refused by no limit of changes, counts as one, and washes no old password out of the history. */
import { beforeAll, describe, expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { password, type Browser } from './browser.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, sentTo, later, masterKey } = await factorServer()

beforeAll(async () => {
  const rules = { length: { min: 8 }, minimumAgeHours: 24, changesPerDay: 1, history: 3 }
  expect((await ask('POST', '/password-policies', { name: 'A day', priority: 90, rules, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })).status).toBe(201)
})

const person = (name: string) => signedIn(name, { emails: [{ value: `${name}@example.com`, primary: true }] })
const work = (name: string) => recoverAccounts(ctx, masterKey).then(() => sentTo(`${name}@example.com`))

async function byLink(name: string, next: string) {
  const mail = (await work(name)).find(({ template }) => template === 'password-reset')!
  return fresh().ask('POST', '/recovery/password/complete', { token: new URL(mail.link!).hash.slice(1), next })
}

async function recover(name: string, next: string) {
  later(15)
  await fresh().ask('POST', '/recovery/password', { userName: name })
  return byLink(name, next)
}

const rulesOf = ({ status, body }: { status: number; body: { problems?: { path: string }[] } }) => [status, ...(body.problems ?? []).map(({ path }) => path)]
const countOf = async (id: string) => (await ctx.db.first<{ n: number }>('select pwd_change_count as n from login where user_id = $1', [id]))!.n
const change = (one: Browser, current: string, next: string) => one.ask('POST', '/me/password', { current, next })

test('none is refused, and each counts: the next wanted change is judged by it', async () => {
  const { id } = await person('hal')
  for (const next of ['first other one', 'second other one']) expect((await recover('hal', next)).status).toBe(200)
  expect(await countOf(id)).toBe(2)
  const one = fresh()
  await one.signIn('hal', 'second other one')
  expect(rulesOf(await change(one, 'second other one', 'third other one'))).toEqual([400, 'changesPerDay', 'minimumAgeHours'])
})

test('what the help desk begins begins the count anew', async () => {
  const { id } = await person('ida')
  for (const next of ['first other one', 'second other one']) await recover('ida', next)
  later(15)
  expect((await ask('POST', `/users/${id}/recover`)).status).toBeLessThan(300)
  expect(await countOf(id)).toBe(0)
  expect((await byLink('ida', 'third other one')).status).toBe(200)
  expect(await countOf(id)).toBe(1)
})

test('the first password of somebody is no change', async () => {
  const { id } = (await ask('POST', '/users', { userName: 'new', status: 'ACTIVE', emails: [{ value: 'new@example.com', primary: true }] })).body
  await ask('POST', `/users/${id}/invite`)
  const { link } = (await work('new'))[0]!
  expect((await fresh().ask('POST', '/recovery/password/complete', { token: new URL(link!).hash.slice(1), next: 'the very first one' })).status).toBe(200)
  expect(await countOf(id)).toBe(0)
})

describe('an old password', () => {
  test('does not come back by recoveries one after the other', async () => {
    await person('jan')
    for (let n = 0; n < 5; n++) expect((await recover('jan', `other one number ${n}`)).status).toBe(200)
    expect(rulesOf(await recover('jan', password))).toEqual([400, 'history'])
    // Nor one of those between, which somebody else may know.
    expect(rulesOf(await byLink('jan', 'other one number 2'))).toEqual([400, 'history'])
    later(30 * 1440)
    expect(rulesOf(await recover('jan', password))).toEqual([400, 'history'])
  })

  test('comes back after as many that stood for the minimum age, as by changing', async () => {
    await person('kai')
    for (let n = 0; n < 4; n++) {
      later(25 * 60)
      expect(rulesOf(await recover('kai', password)), String(n)).toEqual([400, n === 0 ? 'unchanged' : 'history'])
      expect((await byLink('kai', `other one number ${n}`)).status).toBe(200)
    }
    later(25 * 60)
    expect((await recover('kai', password)).status).toBe(200)
  })

  test('does not come back where the help desk has removed one of minutes', async () => {
    const { id } = await person('max')
    for (let n = 0; n < 2; n++) {
      later(25 * 60)
      expect((await recover('max', `other one number ${n}`)).status).toBe(200)
    }
    later(25 * 60)
    expect((await recover('max', 'one of minutes')).status).toBe(200)
    later(15)
    expect((await ask('POST', `/users/${id}/reset`, {})).status).toBe(200)
    expect((await ask('POST', `/users/${id}/invite`)).status).toBeLessThan(300)
    const token = new URL((await work('max')).find(({ template }) => template === 'invitation')!.link!).hash.slice(1)
    const choose = async (next: string) => rulesOf(await fresh().ask('POST', '/recovery/password/complete', { token, next }))
    expect(await choose(password)).toEqual([400, 'history'])
    expect(await choose('one of minutes')).toEqual([400, 'history'])
    expect(await choose('some wholly other one')).toEqual([200])
  })

  test('is kept of more than 25 that stood for a moment', async () => {
    const { id } = await person('lea')
    later(2 * 1440)
    expect((await recover('lea', 'other one number 0')).status).toBe(200)
    await ctx.db.execute(`insert into pwd_history (pwd_history_id, login_id, date_created, password) select 'quick' || n, l.login_id, l.pwd_changed + n * interval '1 second', 'none' from login l, generate_series(1, 30) n where l.user_id = $1`, [id])
    expect((await recover('lea', 'other one number 1')).status).toBe(200)
    expect(await ctx.db.first('select count(*)::int as n from pwd_history join login using (login_id) where user_id = $1', [id])).toEqual({ n: 25 })
    expect(rulesOf(await recover('lea', password))).toEqual([400, 'history'])
  })
})
