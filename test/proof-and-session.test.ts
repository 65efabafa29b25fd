/** What is used up as proof and the session that goes on by it, under a new token, are written together: when the second fails, or the server dies before it, neither is. */
import { expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'
import { password } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo } = shared

await ctx.db.execute(`create function gatehouse.cut_short() returns trigger language plpgsql as 'begin raise exception ''the server has died''; end'`)

/** Does something while no session can go on; what is answered. */
async function cutShort<T>(work: () => Promise<T>): Promise<T> {
  await ctx.db.execute('create trigger cut_short before insert or update of session_id on auth_state for each row execute function gatehouse.cut_short()')
  return work().finally(() => ctx.db.execute('drop trigger cut_short on auth_state'))
}

type One = Awaited<ReturnType<typeof signedIn>>
const passkeyOf = async (one: One, at = '/me/factors') => {
  const device = new Authenticator()
  const credential = device.create((await one.ask('POST', `${at}/passkey-options`)).body)
  return { device, enrol: () => one.ask('POST', at, { type: 'WEBAUTHN', name: 'key', credential }) }
}
const statuses = async (work: () => Promise<{ status: number }>) => [(await cutShort(work)).status, (await work()).status]

test('every proof gives the session a new token, and the one before opens nothing any more', async () => {
  const one = await signedIn('ned')
  // What somebody else may know of the session before the proof.
  const after = async (work: () => Promise<{ status: number }>) => {
    const thief = fresh()
    thief.cookies.set('gatehouse', one.cookies.get('gatehouse')!)
    expect([(await work()).status, (await one.ask('GET', '/me')).status], String(work)).toEqual([200, 200])
    return [(await thief.ask('GET', '/me')).status, (await thief.ask('GET', '/sign-in')).status]
  }
  expect(await after(() => one.ask('POST', '/me/step-up', { password }))).toEqual([401, 401])
  const { id, secret } = await withTotp(one)
  const { codes, id: recovery } = (await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).body
  expect(await after(() => one.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret, 1) }))).toEqual([401, 401])
  expect((await one.signIn('ned')).body.next).toBe('factor')
  expect(await after(() => one.ask('POST', '/sign-in/factor', { factor: recovery, code: codes[0] }))).toEqual([401, 401])
})

test('a code of an app, which is taken once all the same, and the device that is remembered with it', async () => {
  const one = await signedIn('ada')
  const { id, secret } = await withTotp(one)
  const [two, three] = [fresh(), fresh()]
  for (const browser of [two, three]) await browser.signIn('ada')
  const answer = { factor: id, code: codeOf(secret, 1), remember: true }
  expect((await cutShort(() => two.ask('POST', '/sign-in/factor', answer))).status).toBe(500)
  expect((await one.ask('GET', '/me/devices')).body.items).toEqual([])
  expect((await two.ask('GET', '/sign-in')).body.next).toBe('factor')
  expect(await two.ask('POST', '/sign-in/factor', answer)).toMatchObject({ status: 200, body: { next: 'done', level: 2 } })
  expect((await one.ask('GET', '/me/devices')).body.items).toHaveLength(1)
  expect((await three.ask('POST', '/sign-in/factor', answer)).body.code).toBe('factor_refused')
  expect((await two.ask('POST', '/me/step-up', answer)).body.code).toBe('factor_refused')
})

test('a recovery code, and a code by SMS', async () => {
  const one = await signedIn('bea')
  await withTotp(one)
  const { body: { id, codes } } = await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
  const left = async () => (await one.ask('GET', '/me/factors')).body.items.find((item: { id: string }) => item.id === id).left
  const two = fresh()
  await two.signIn('bea')
  expect((await cutShort(() => two.ask('POST', '/sign-in/factor', { factor: id, code: codes[0] }))).status).toBe(500)
  expect(await left()).toBe(10)
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codes[0] })).body.next).toBe('done')
  expect([await left(), (await two.ask('POST', '/me/step-up', { factor: id, code: codes[0] })).body.code]).toEqual([9, 'factor_refused'])

  const { body: { id: sms } } = await two.ask('POST', '/me/factors', { type: 'SMS', value: '+41791234567' })
  const code = async () => (await sentTo('+41791234567'))[0]!.code
  const first = await code()
  expect(await statuses(() => two.ask('POST', `/me/factors/${sms}/confirm`, { code: first }))).toEqual([500, 200])
  expect((await two.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(202)
  const second = await code()
  expect(await statuses(() => two.ask('POST', '/me/step-up', { factor: sms, code: second }))).toEqual([500, 200])
  expect((await two.ask('POST', '/me/step-up', { factor: sms, code: second })).body.code).toBe('factor_refused')
})

test('a factor that is confirmed, or a passkey that is made', async () => {
  const one = await signedIn('cal')
  const { body: { id, uri } } = await one.ask('POST', '/me/factors', { type: 'TOTP', name: 'phone' })
  const code = codeOf(new URL(uri as string).searchParams.get('secret')!)
  expect((await cutShort(() => one.ask('POST', `/me/factors/${id}/confirm`, { code }))).status).toBe(500)
  expect((await one.ask('GET', '/me/factors')).body.items).toMatchObject([{ confirmed: false }])
  expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code })).status).toBe(200)
  expect(await statuses((await passkeyOf(one)).enrol)).toEqual([500, 201])
  expect((await one.ask('GET', '/me/factors')).body.items).toHaveLength(2)
})

test('a passkey that signs in alone: neither its count nor the question', async () => {
  const one = await signedIn('dot')
  const { device, enrol } = await passkeyOf(one)
  expect((await enrol()).status).toBe(201)
  const two = fresh()
  const assertion = device.get((await two.ask('POST', '/sign-in/passkey-options')).body)
  expect(await statuses(() => two.ask('POST', '/sign-in/passkey', { assertion }))).toEqual([500, 200])
  expect((await two.ask('POST', '/sign-in/passkey', { assertion })).body.code).toBe('sign_in_refused')
})

test('a password that is changed, and a usage policy that is accepted', async () => {
  const one = await signedIn('eve')
  const next = 'another horse, another battery'
  expect(await statuses(() => one.ask('POST', '/me/password', { current: password, next }))).toEqual([500, 200])
  const { body: { id: policyId } } = await ask('POST', '/it-policies', { active: true })
  const { body: { id: policy } } = await ask('POST', '/it-policy-versions', { policyId, name: 'Rules', content: 'Be kind.', active: true })
  const two = fresh()
  expect((await two.signIn('eve', next)).body.next).toBe('accept_policy')
  expect((await cutShort(() => two.ask('POST', '/sign-in/policy', { policy, accepted: true }))).status).toBe(500)
  expect((await two.ask('GET', '/sign-in')).body).toMatchObject({ next: 'accept_policy', policies: [{ id: policy }] })
  expect((await two.ask('POST', '/sign-in/policy', { policy, accepted: true })).body.next).toBe('done')
})
