/** By what somebody proved who they are, as applications are told it (amr, RFC 8176): one sign-in for each way. */
import { expect, test } from 'vitest'
import { signedInBy } from '../src/main.ts'
import { amrOf, type Way } from '../src/model/amr.ts'
import { Authenticator } from './authenticator.ts'
import type { Browser } from './browser.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = await factorServer()
const methods = async (one: Pick<Browser, 'cookies'>) => (await signedInBy(ctx)({ cookie: `gatehouse=${one.cookies.get('gatehouse')}` }))?.methods

async function withPasskey(one: Browser): Promise<{ device: Authenticator; id: string }> {
  const device = new Authenticator()
  const options = (await one.ask('POST', '/me/factors/passkey-options')).body
  const { status, body } = await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'key', credential: device.create(options) })
  expect(status).toBe(201)
  return { device, id: body.id }
}

test('a password is pwd, and stays it when the person steps up by it or names a factor that proves nothing', async () => {
  const one = await signedIn('ann', { emails: [{ value: 'ann@example.com', primary: true }] })
  expect(await methods(one)).toEqual(['pwd'])
  expect((await one.ask('POST', '/me/step-up', { password: 'a horse and a battery, stapled' })).status).toBe(200)
  const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'EMAIL', value: 'ann@example.com' })
  expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: (await sentTo('ann@example.com')).find(({ code }) => code)!.code })).status).toBe(200)
  expect(await methods(one)).toEqual(['pwd'])
})

test('an authenticator app is otp, when it is enrolled and when it is proved; a recovery code is too', async () => {
  const one = await signedIn('bob')
  const { id, secret } = await withTotp(one)
  expect(await methods(one)).toEqual(['pwd', 'otp', 'mfa'])
  const { body: { id: set, codes } } = await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
  const two = fresh()
  await two.signIn('bob')
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, 1) })).body.next).toBe('done')
  expect(await methods(two)).toEqual(['pwd', 'otp', 'mfa'])
  const three = fresh()
  await three.signIn('bob')
  expect((await three.ask('POST', '/sign-in/factor', { factor: set, code: codes[0] })).body.next).toBe('done')
  expect(await methods(three)).toEqual(['pwd', 'otp', 'mfa'])
  // The device is not asked again: nothing of the factor was proved this time.
  const four = fresh()
  await four.signIn('bob')
  later(1)
  await four.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret), remember: true })
  expect((await four.signIn('bob')).body.next).toBe('done')
  expect(await methods(four)).toEqual(['pwd'])
})

test('a code by SMS is sms', async () => {
  const number = '+491700000500'
  const one = await signedIn('cat')
  const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: number })
  const code = async () => (await sentTo(number)).at(0)!.code
  expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: await code() })).status).toBe(200)
  expect(await methods(one)).toEqual(['pwd', 'sms', 'mfa'])
  const two = fresh()
  await two.signIn('cat')
  later(1)
  expect((await two.ask('POST', '/sign-in/factor/code', { factor: id })).status).toBe(202)
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: await code() })).body.next).toBe('done')
  expect(await methods(two)).toEqual(['pwd', 'sms', 'mfa'])
})

test('a passkey alone is no password; beside one it is both; and user only where it knew its owner', async () => {
  const one = await signedIn('dot')
  const { device, id } = await withPasskey(one)
  expect(await methods(one)).toEqual(['pwd', 'pop', 'user', 'mfa'])
  const alone = fresh()
  const asked = (await alone.ask('POST', '/sign-in/passkey-options')).body
  expect((await alone.ask('POST', '/sign-in/passkey', { assertion: device.get(asked) })).body.next).toBe('done')
  expect(await methods(alone)).toEqual(['pop', 'user', 'mfa'])
  const two = fresh()
  await two.signIn('dot')
  const { body } = await two.ask('POST', '/sign-in/factor/passkey-options')
  expect((await two.ask('POST', '/sign-in/factor', { factor: id, assertion: device.get(body, { verified: false }) })).body).toMatchObject({ next: 'done', level: 2 })
  expect(await methods(two)).toEqual(['pwd', 'pop', 'mfa'])
})

test.each<[Way[], number, string[]]>([[['PORTAL'], 1, []], [['PORTAL', 'TOTP'], 2, ['otp', 'mfa']], [[], 1, []]])('%j at level %d is %j', (ways, level, said) => {
  expect(amrOf(ways, level)).toEqual(said)
})

test('a policy says how many sessions somebody may have; sign-ins under way push none out', async () => {
  const one = await signedIn('eve')
  const { body: role } = await ask('POST', '/roles', { name: 'Two places' })
  await ask('PUT', `/roles/${role.id}/members/${one.id}`, {})
  expect(await ask('POST', '/sign-in-policies', { name: 'Two places', priority: 9, rules: { sessions: 2 }, appliesTo: [{ level: 'ROLE', id: role.id }] })).toMatchObject({ status: 201 })
  const { id, secret } = await withTotp(one)
  const enter = async (name: string, steps: number) => {
    const two = fresh()
    await two.signIn(name)
    later(1)
    expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, steps) })).body.next).toBe('done')
    return two
  }
  const second = await enter('eve', 0)
  const statuses = async (...all: Browser[]) => Promise.all(all.map(async (each) => (await each.ask('GET', '/me')).status))
  for (let n = 0; n < 10; n++) expect((await fresh().signIn('eve')).body.next).toBe('factor')
  expect(await statuses(one, second)).toEqual([200, 200])
  expect(await ctx.db.query('select from auth_state where user_id = $1 and next_step is not null', [one.id])).toHaveLength(2)
  const third = await enter('eve', 0)
  expect(await statuses(one, second, third)).toEqual([401, 200, 200])
})
