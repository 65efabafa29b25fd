/** What recovery lets pass: guesses at codes, messages to one person, links and codes of a clock that was wrong, what success leaves behind. */
import { describe, expect, test } from 'vitest'
import { isRemembered, rememberDevice } from '../src/store/remembered-devices.ts'
import { findChallenge, insertChallenge } from '../src/store/factors.ts'
import { claimResetCode, findResetToken, takeResetToken, writeResetCode, writeResetToken } from '../src/store/recovery.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, masterKey, fresh, signedIn, withTotp, codeOf, sentTo, later } = shared
const next = 'another horse, another battery'
const work = () => recoverAccounts(ctx, masterKey)
let numbers = 0

/** Somebody whose password an SMS can recover; their number. */
async function withNumber(name: string) {
  const one = await signedIn(name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  const number = `+4917000001${String(++numbers).padStart(2, '0')}`
  const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: number })
  expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: (await sentTo(number))[0]!.code })).status).toBe(200)
  return { ...one, number, totp: await withTotp(one) }
}

async function ask(userName: string, channel: 'SMS' | 'EMAIL', minutes = 2, address?: string): Promise<void> {
  later(minutes)
  expect((await fresh(address === undefined ? {} : { address }).ask('POST', '/recovery/password', { userName, channel })).status).toBe(202)
  await work()
}

async function askUnlock(userName: string): Promise<void> {
  later(2)
  expect((await fresh().ask('POST', '/recovery/unlock', { userName })).status).toBe(202)
  await work()
}

const lock = (id: string) => ctx.db.execute(`update login set lock_marker = 'LOCKED' where user_id = $1 and managed_sys_id = '0'`, [id])
const sent = async (id: string, template = 'password-reset') => (await ctx.db.query('select from gatehouse.message where user_id = $1 and template = $2', [id, template])).length
const tokenOf = async (name: string, template: string) => new URL((await sentTo(`${name}@example.com`)).find((one) => one.template === template)!.link!).hash.slice(1)
const finish = async (name: string, to = next) => (await fresh().ask('POST', '/recovery/password/complete', { token: await tokenOf(name, 'password-reset'), next: to })).status

const codes = async (number: string) => (await sentTo(number)).filter(({ template }) => template === 'reset-code').map(({ code }) => code!)
const answer = async (userName: string, code: string) => (await fresh().ask('POST', '/recovery/password/complete', { userName, code, next })).status
const wrong = (right: string) => String((Number(right) + 1) % 100_000_000).padStart(8, '0')

describe('guesses at codes by SMS', () => {
  test('are counted over all the codes of a person, and no code helps after too many', async () => {
    const { number, id, totp } = await withNumber('amy')
    // The policy locks at three.
    for (let n = 0; n < 3; n++) {
      await ask('amy', 'SMS')
      const [code] = await codes(number)
      expect(await answer('amy', wrong(code!))).toBe(403)
    }
    const sent = await codes(number)
    expect(await answer('amy', sent[0]!)).toBe(403)
    await ask('amy', 'SMS')
    expect(await codes(number)).toEqual(sent)
    expect((await resultsOf(ctx, id)).filter(([result]) => result === 'FACTOR_WRONG')).toHaveLength(4)
    // Whoever knows the password is who they say: they begin anew.
    const back = fresh()
    expect((await back.signIn('amy')).body.next).toBe('factor')
    expect((await back.ask('POST', '/sign-in/factor', { factor: totp.id, code: codeOf(totp.secret) })).body.next).toBe('done')
    later(61)
    await ask('amy', 'SMS')
    const [again] = await codes(number)
    expect(sent).not.toContain(again)
    expect(await answer('amy', again!)).toBe(200)
  })

  test('get no further at once than one after the other', async () => {
    const { number } = await withNumber('ann')
    await ask('ann', 'SMS')
    const [code] = await codes(number)
    await Promise.all(Array.from({ length: 8 }, () => answer('ann', wrong(code!))))
    expect(await answer('ann', code!)).toBe(403)
  })

  test('a right one counts for nothing, though the password is refused; and a password that is set begins anew', async () => {
    const { number, id } = await withNumber('bob')
    const count = async () => (await ctx.db.first<{ n: number }>('select sms_reset_fail_count as n from login where user_id = $1', [id]))!.n
    await ask('bob', 'SMS')
    const [code] = await codes(number)
    expect(await answer('bob', wrong(code!))).toBe(403)
    for (let n = 0; n < 4; n++) expect((await fresh().ask('POST', '/recovery/password/complete', { userName: 'bob', code, next: 'short' })).body.code).toBe('password_refused')
    expect(await count()).toBe(1)
    expect(await answer('bob', code!)).toBe(200)
    expect(await count()).toBe(0)
  })

  test('at a name that nobody has are counted and noted as those at one that somebody has', async () => {
    const own = await factorServer({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '3' })
    const id = (await own.signedIn('cat')).id
    const statuses = async (userName: string) => {
      const seen = []
      for (let n = 0; n < 5; n++) seen.push((await own.fresh().ask('POST', '/recovery/password/complete', { userName, code: '00000000', next })).status)
      return seen
    }
    expect(await statuses('cat')).toEqual([403, 403, 403, 429, 429])
    expect(await statuses('nobody-at-all')).toEqual([403, 403, 403, 429, 429])
    const noted = async (who: string) => (await resultsOf(own.ctx, who)).filter(([result]) => result === 'FACTOR_WRONG').length
    expect([await noted(id), await noted('nobody')]).toEqual([3, 3])
  })
})

describe('messages to one person', () => {
  test('are five in an hour of each kind, whoever asks from wherever: codes take no link away', async () => {
    const { id } = await withNumber('dan')
    for (let n = 0; n < 8; n++) await ask('dan', 'SMS')
    expect(await sent(id, 'reset-code')).toBe(5)
    for (let n = 0; n < 8; n++) await ask('dan', 'EMAIL')
    expect(await sent(id)).toBe(5)
    // The last one stays good until it lapses, whatever is asked for meanwhile.
    await ask('dan', 'SMS')
    await lock(id)
    for (let n = 0; n < 3; n++) await askUnlock('dan')
    expect(await finish('dan')).toBe(200)
    expect((await fresh().signIn('dan', next)).status).toBe(200)
  })

  test('are twenty in a day, then one every few hours; from where the person signs in, as many as in an hour before', async () => {
    const { id } = await withNumber('ned')
    const stranger = (minutes: number) => ask('ned', 'EMAIL', minutes, '203.0.113.99')
    for (let hour = 0; hour < 6; hour++) for (let n = 0; n < 6; n++) await stranger(n === 0 ? 61 : 2)
    expect(await sent(id)).toBe(20)
    let asked = 0
    for (; (await sent(id)) === 20 && asked < 9; asked++) await stranger(20)
    // Three hours after the last of the twenty.
    expect(asked).toBe(2)
    expect(await finish('ned')).toBe(200)
    for (let n = 0; n < 8; n++) await stranger(20)
    expect(await sent(id)).toBe(21)
    for (let n = 0; n < 7; n++) await ask('ned', 'EMAIL')
    expect(await sent(id)).toBe(26)
    expect(await finish('ned', 'yet another horse and battery')).toBe(200)
  })

  test('to unlock take no place from a link that sets the password, and work when none is out', async () => {
    const { id } = await withNumber('uma')
    await lock(id)
    await ask('uma', 'EMAIL')
    await askUnlock('uma')
    expect((await sentTo('uma@example.com')).some(({ template }) => template === 'account-unlock')).toBe(false)
    later(31)
    await askUnlock('uma')
    await askUnlock('uma')
    const token = await tokenOf('uma', 'account-unlock')
    expect((await fresh().ask('POST', '/recovery/unlock/complete', { token })).status).toBe(204)
    await lock(id)
    await askUnlock('uma')
    await ask('uma', 'EMAIL')
    expect(await finish('uma')).toBe(200)
  })

  test('are as many with user names to one address', async () => {
    await signedIn('eve', { emails: [{ value: 'eve@example.com', primary: true }] })
    for (let n = 0; n < 8; n++) {
      later(2)
      await fresh().ask('POST', '/recovery/user-name', { email: n % 2 === 0 ? 'eve@example.com' : 'EVE@example.com' })
      await work()
    }
    expect((await ctx.db.query(`select from gatehouse.message where template = 'user-name' and lower(recipient) = 'eve@example.com'`)).length).toBe(5)
  })
})

test('what succeeds leaves no count behind with the address', async () => {
  const own = await factorServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '3' })
  const names = ['fay', 'flo', 'fred', 'fritz']
  for (const name of names) {
    await own.signedIn(name, { emails: [{ value: `${name}@example.com`, primary: true }] })
    expect((await own.fresh({ address: `192.0.2.${1 + names.indexOf(name)}` }).ask('POST', '/recovery/password', { userName: name })).status).toBe(202)
  }
  await recoverAccounts(own.ctx, own.masterKey)
  const from = () => own.fresh({ address: '192.0.2.77' })
  for (const name of names) {
    const token = new URL((await own.sentTo(`${name}@example.com`)).find(({ template }) => template === 'password-reset')!.link!).hash.slice(1)
    expect((await from().ask('POST', '/recovery/password/complete', { token, next })).status).toBe(200)
  }
  const guess = async () => (await from().ask('POST', '/recovery/password/complete', { token: 'A'.repeat(43), next })).status
  expect([await guess(), await guess(), await guess(), await guess()]).toEqual([403, 403, 403, 429])
})

describe('made by a clock that was wrong', () => {
  const day = 86_400_000
  const now = new Date('2027-03-01T12:00:00Z')
  const at = (ms: number) => new Date(now.getTime() + ms)
  let n = 0
  type Kind = [name: string, make: (id: string, made: Date) => Promise<() => Promise<boolean>>]
  const mark = () => Buffer.alloc(32, ++n)
  const kinds: Kind[] = [
    ['a link', async (id, made) => {
      const hash = `hash-${++n}`
      await ctx.db.transaction((tx) => writeResetToken(tx, id, hash, made, at(10 * day)))
      return async () => (await findResetToken(ctx.db, hash, now)) !== undefined && (await ctx.db.transaction((tx) => takeResetToken(tx, hash, now)))
    }],
    ['a code for recovery', async (id, made) => {
      await ctx.db.transaction((tx) => writeResetCode(tx, id, { hash: 'x', made, expires: at(10 * day), most: 10 }))
      return async () => (await ctx.db.transaction((tx) => claimResetCode(tx, id, 10, now))) !== undefined
    }],
    ['a code for signing in', async (_id, made) => {
      const of = mark()
      await insertChallenge(ctx.db, { mark: of, kind: 'CODE' }, made, 2880)
      return async () => (await findChallenge(ctx.db, of, 'CODE', now)) !== undefined
    }],
    ['a remembered device', async (id, made) => {
      const [of, { user: userId }] = [mark(), (await ctx.db.first<{ user: string }>('select user_id as "user" from login where login_id = $1', [id]))!]
      await ctx.db.transaction((tx) => rememberDevice(tx, { id: `device-${++n}`, userId, mark: of, device: 'x', ip: null, now: made, days: 30 }))
      return () => isRemembered(ctx.db, userId, of, now)
    }],
  ]
  const cases = kinds.flatMap(([name, make]): [string, string, Kind[1], number, boolean][] => [
    [name, 'a minute ago', make, -60_000, true], [name, 'a day ahead', make, day, false], [name, 'an hour ahead', make, 3_600_000, false],
  ])
  const person = signedIn('gus')
  test.each(cases)('%s made %s', async (_name, _when, make, ms, good) => {
    const { id } = await person
    const { login } = (await ctx.db.first<{ login: string }>('select login_id as login from login where user_id = $1', [id]))!
    const holds = await make(login, at(ms))
    expect(await holds()).toBe(good)
  })
})

test('many links sent at once take each other no connection', async () => {
  const people = await Promise.all(Array.from({ length: 24 }, (_, n) => personWithPassword(shared, `crowd${n}`, { emails: [{ value: `crowd${n}@example.com`, primary: true }] })))
  const replies = await Promise.all(people.map((id) => shared.ask('POST', `/users/${id}/recover`)))
  expect(replies.map(({ status }) => status)).toEqual(people.map(() => 202))
  for (const n of people.keys()) expect(await sentTo(`crowd${n}@example.com`)).toMatchObject([{ template: 'password-reset' }])
})
