/** A clock that was ahead and is set back: what was proved or set meanwhile keeps nobody out, and nothing counts twice. */
import { expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { password, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ask, ctx, fresh, masterKey, signedIn, withTotp, codeOf, sentTo, later } = shared
const day = 24 * 60

test('an authenticator app that was enrolled by it is of use at once; codes still count once', async () => {
  later(day)
  const one = await signedIn('ada')
  const { id, secret } = await withTotp(one)
  later(-day)
  const answer = async (code: string) => {
    const two = fresh()
    await two.signIn('ada')
    return (await two.ask('POST', '/sign-in/factor', { factor: id, code })).status
  }
  // Both made at once: half a minute may be over before the last answer.
  const [code, after] = [codeOf(secret), codeOf(secret, 1)]
  expect([await answer(code), await answer(code), await answer(after), await answer(after)]).toEqual([200, 403, 200, 403])
  expect((await resultsOf(ctx, one.id)).filter(([result]) => result === 'FACTOR_WRONG')).toHaveLength(2)
})

test('a code that was taken by a server some minutes ahead is not taken again', async () => {
  later(2)
  const one = await signedIn('bea')
  const { id, taken } = await withTotp(one)
  // Of the three steps that are looked at, the last one is that of the code which was taken.
  later(-0.5)
  const two = fresh()
  await two.signIn('bea')
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: taken })).status).toBe(403)
  later(-1.5)
})

test('takes no code of a device that is right, so that what it forgets no such device has shown', async () => {
  const one = await signedIn('gil')
  const { id, secret } = await withTotp(one)
  later(6)
  const two = fresh()
  await two.signIn('gil')
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, -11) })).status).toBe(403)
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, -12) })).status).toBe(403)
  // What this rests on: the time of the last use lies as far ahead as the step.
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).status).toBe(200)
  later(-6)
  const row = await ctx.db.first<{ counter: number; used: string }>('select counter::float8 as counter, last_used_at as used from user_auth_param where param_id = $1', [id])
  expect(Math.abs(row!.counter - Date.parse(row!.used) / 30_000)).toBeLessThan(2)
})

test('a password that was set by it may be changed; one that was set just now, or by a server a little ahead, may not', async () => {
  await ask('POST', '/password-policies', { name: 'A day', priority: 90, rules: { minimumAgeHours: 24 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })
  const change = async (name: string, setAt: number) => {
    const one = await signedIn(name)
    await ctx.db.execute('update login set pwd_changed = $2 where user_id = $1', [one.id, new Date(ctx.now().getTime() + setAt * 60_000)])
    return (await one.ask('POST', '/me/password', { current: password, next: 'another horse, another battery' })).status
  }
  expect([await change('cal', 2 * day), await change('dot', 0), await change('eve', 4), await change('fay', -day - 1)]).toEqual([200, 400, 400, 200])
})

test('a usage policy that was put into force by it, and a reset, are satisfied by one acceptance', async () => {
  const { id } = await signedIn('hal')
  const accept = async (policy: string) => {
    const two = fresh()
    expect((await two.signIn('hal')).body.next).toBe('accept_policy')
    expect((await ask('GET', `/it-policy-versions/${policy}/undecided?filter=${encodeURIComponent(`id eq "${id}"`)}`)).body.items).toHaveLength(1)
    expect((await two.ask('POST', '/sign-in/policy', { policy, accepted: true })).body.next).toBe('done')
    expect((await ask('GET', `/it-policy-versions/${policy}/undecided?filter=${encodeURIComponent(`id eq "${id}"`)}`)).body.items).toHaveLength(0)
    later(1)
    expect((await fresh().signIn('hal')).body.next).toBe('done')
  }
  later(30 * day)
  const { body: { id: policyId } } = await ask('POST', '/it-policies', { active: true })
  const { body: { id: version } } = await ask('POST', '/it-policy-versions', { policyId, name: 'Ahead', content: 'Text', active: true })
  // What was declined by it is not the last word either.
  const early = fresh()
  await early.signIn('hal')
  await early.ask('POST', '/sign-in/policy', { policy: version, accepted: false })
  later(-30 * day)
  await accept(version)
  later(30 * day)
  await ask('POST', `/users/${id}/reset`, {})
  later(-30 * day)
  await ctx.db.execute(`update login set password = (select password from login where login = 'dot' and managed_sys_id = '0'), reset_pwd = null, pwd_changed = now(), pwd_exp = null where user_id = $1`, [id])
  expect((await fresh().signIn('hal')).body.next).toBe('done')
  expect(await ctx.db.query(`select accepted from user_it_policy_history where user_id = $1 order by submit_date`, [id])).toEqual([{ accepted: 'Y' }, { accepted: 'N' }])
  await ask('PATCH', `/it-policies/${policyId}`, { active: false })
})

test('a usage policy that a server a few minutes ahead puts into force, and its reset, let through who accepts, once and for all', async () => {
  const { id } = await signedIn('lea')
  const accepts = async (policy: string) => {
    const two = fresh()
    expect((await two.signIn('lea')).body.next).toBe('accept_policy')
    expect((await two.ask('POST', '/sign-in/policy', { policy, accepted: true })).body.next).toBe('done')
    for (const minutes of [0, 1, 5]) {
      later(minutes)
      expect((await fresh().signIn('lea')).body.next).toBe('done')
      expect((await ask('GET', `/it-policy-versions/${policy}/undecided?filter=${encodeURIComponent(`id eq "${id}"`)}`)).body.items).toEqual([])
    }
    later(-6)
  }
  later(4)
  const { body: { id: policyId } } = await ask('POST', '/it-policies', { active: true })
  const { body: { id: version } } = await ask('POST', '/it-policy-versions', { policyId, name: 'A little ahead', content: 'Text', active: true })
  later(-4)
  await accepts(version)
  later(60)
  // What was accepted before it was put into force anew is asked for again.
  for (const active of [false, true]) expect((await ask('PATCH', `/it-policies/${policyId}`, { active })).status).toBe(200)
  later(-4)
  await accepts(version)
  later(60)
  await ctx.db.execute('update users set policies_asked_since = $2 where user_id = $1', [id, new Date(ctx.now().getTime() + 4 * 60_000)])
  await accepts(version)
  // What was declined in the meantime is declined.
  for (const active of [false, true]) await ask('PATCH', `/it-policies/${policyId}`, { active })
  later(-4)
  const two = fresh()
  await two.signIn('lea')
  await two.ask('POST', '/sign-in/policy', { policy: version, accepted: false })
  expect((await fresh().signIn('lea')).body.next).toBe('accept_policy')
  await ask('PATCH', `/it-policies/${policyId}`, { active: false })
  later(-112)
})

test('messages that it wrote stand in the way of none, and prove no other address than the link that came back', async () => {
  const one = await signedIn('ida', { emails: [{ value: 'ida@example.com', primary: true }] })
  const { body: { id: sms } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000301' })
  await one.ask('POST', `/me/factors/${sms}/confirm`, { code: (await sentTo('+491700000301'))[0]!.code })
  await withTotp(one)
  const kinds = ['account-unlock', 'password-reset', 'reset-code', 'user-name']
  const askAll = async () => {
    await ctx.db.execute(`update login set lock_marker = 'LOCKED' where user_id = $1 and managed_sys_id = '0'`, [one.id])
    await fresh().ask('POST', '/recovery/unlock', { userName: 'ida' })
    await recoverAccounts(ctx, masterKey)
    for (const channel of ['EMAIL', 'SMS']) await fresh().ask('POST', '/recovery/password', { userName: 'ida', channel })
    await fresh().ask('POST', '/recovery/user-name', { email: 'ida@example.com' })
    await recoverAccounts(ctx, masterKey)
  }
  const count = async () => (await ctx.db.query<{ template: string; n: number }>(`select template, count(*)::int as n from gatehouse.message where template = any($1) and lower(recipient) in ('ida@example.com', '+491700000301') group by 1 order by 1`, [kinds])).map(({ template, n }) => `${template} ${n}`)
  later(30 * day)
  await askAll()
  expect(await count()).toEqual(kinds.map((kind) => `${kind} 1`))
  later(-30 * day)
  await askAll()
  expect(await count()).toEqual(kinds.map((kind) => `${kind} 2`))
  later(2)
  expect((await ask('POST', `/users/${one.id}/recover`)).status).toBe(202)
  // As if the one ahead had gone to another address of theirs.
  await ask('POST', `/users/${one.id}/emails`, { value: 'ida2@example.com' })
  await ctx.db.execute(`update gatehouse.message set recipient = 'ida2@example.com' where user_id = $1 and created_at > $2`, [one.id, new Date(ctx.now().getTime() + day * 60_000)])
  const token = new URL((await sentTo('ida@example.com')).find(({ template }) => template === 'password-reset')!.link!).hash.slice(1)
  expect((await fresh().ask('POST', '/recovery/password/complete', { token, next: 'another horse, another battery' })).status).toBe(200)
  expect(await ctx.db.query(`select param_value as address from user_auth_param where user_id = $1 and type = 'EMAIL'`, [one.id])).toEqual([{ address: 'ida@example.com' }])
})

test('sessions that it began take no place of those that hold, and are not listed among them', async () => {
  const { id } = await signedIn('jan')
  later(30 * day)
  for (let n = 0; n < 10; n++) expect((await fresh().signIn('jan')).body.next).toBe('done')
  later(-30 * day)
  const browsers = [fresh(), fresh(), fresh()]
  for (const one of browsers) {
    await one.signIn('jan')
    later(1)
  }
  expect(await Promise.all(browsers.map(async (one) => (await one.ask('GET', '/me')).status))).toEqual([200, 200, 200])
  expect((await ask('GET', `/users/${id}/sessions`)).body.items).toHaveLength(3)
  // Nor does one that was left alone too long, though it began last.
  await ctx.db.execute(`update auth_state set last_seen = last_seen - interval '1 day', last_login = $2 where user_id = $1 and last_login < $2::timestamptz - interval '150 seconds'`, [id, ctx.now()])
  for (let n = 0; n < 8; n++) await fresh().signIn('jan')
  expect(await Promise.all(browsers.map(async (one) => (await one.ask('GET', '/me')).status))).toEqual([401, 200, 200])
})
