/** What is demanded of people more, while they are in: what ends at once, and what holds from the next sign-in on (decision 31). */
import { expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, later } = shared
const status = async (one: { ask: typeof ask }) => (await one.ask('GET', '/me')).status

test('a login that authenticates otherwise from now on: sessions that a password let in are over, those of a passkey go on', async () => {
  const one = await signedIn('ada')
  const device = new Authenticator()
  const options = (await one.ask('POST', '/me/factors/passkey-options')).body
  expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'key', credential: device.create(options) })).status).toBe(201)
  const [byPassword, byPasskey] = [fresh(), fresh()]
  await byPassword.signIn('ada')
  expect((await byPasskey.ask('POST', '/sign-in/passkey', { assertion: device.get((await byPasskey.ask('POST', '/sign-in/passkey-options')).body) })).body.next).toBe('done')
  const { id: login } = (await ask('GET', `/users/${one.id}/logins`)).body.items[0] as { id: string }
  const listed = async () => (await ask('GET', `/users/${one.id}/sessions`)).body.items.length
  expect(await listed()).toBe(3)
  expect((await ask('PATCH', `/users/${one.id}/logins/${login}`, { authType: 'SAML' })).status).toBe(200)
  expect([await status(one), (await byPassword.ask('GET', '/sign-in')).status, await status(byPasskey)]).toEqual([401, 401, 200])
  expect((await one.ask('GET', '/users')).status).toBe(401)
  expect(await listed()).toBe(1)
  const bea = await signedIn('bea')
  for (const authType of ['password', ' PASSWORD ', '', null]) {
    await ctx.db.execute('update login set auth_type = $2 where user_id = $1', [bea.id, authType])
    expect(await status(bea)).toBe(200)
  }
})

test('a higher level: who is in stays in, the next sign-in is asked for it, and whoever cannot wait ends all sessions', async () => {
  const one = await signedIn('cal')
  const { id: factor, secret } = await withTotp(one)
  const two = fresh()
  await two.signIn('cal')
  later(1)
  expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('done')
  expect((await ask('POST', '/sign-in-policies', { name: 'Strict', priority: 99, rules: { leastLevel: 3 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })).status).toBe(201)
  expect(await status(two)).toBe(200)
  const three = fresh()
  await three.signIn('cal')
  later(1)
  expect((await three.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('enrol_factor')
  expect((await ask('DELETE', '/sessions')).status).toBeLessThan(300)
  expect(await status(two)).toBe(401)
})
