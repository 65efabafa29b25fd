/** A lock by wrong passwords, which any stranger can bring about, closes signing in by password and nothing else (decisions/0031). */
import { expect, test } from 'vitest'
import { sshKeysOf } from '../src/store/ssh-keys.ts'
import { readClientToAuthenticate } from '../src/store/oidc-clients.ts'
import { administrator, askAs, giveRole, makePerson } from './administrators.ts'
import { Authenticator } from './authenticator.ts'
import { password, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'
import { ed25519Key } from './public-keys.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, later } = shared

const guess = async (name: string, times = 4) => {
  for (let n = 0; n < times; n++) expect((await fresh().signIn(name, `wrong ${n}`)).status).toBe(401)
}
const lockOf = (id: string) => ctx.db.first('select l.lock_marker as login, u.secondary_status as person from login l join users u using (user_id) where user_id = $1', [id])
const sshKeys = (name: string) => sshKeysOf(ctx.db, name, '0', ctx.now().toISOString())

test('sessions, keys, service accounts and access of whom a stranger has locked go on, and a passkey lets them in', async () => {
  const one = await signedIn('ada')
  await giveRole(ctx, one.id, 'SUPER_ADMIN')
  const device = new Authenticator()
  const made = device.create((await one.ask('POST', '/me/factors/passkey-options')).body)
  expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: made })).status).toBe(201)
  expect((await one.ask('POST', '/me/keys', { type: 'SSH', name: 'laptop', value: ed25519Key() })).status).toBe(201)
  const byKey = await askAs(shared, one.id)
  const { body: app } = await ask('POST', '/oidc/clients', { name: 'Nightly', grantTypes: ['client_credentials'], userId: one.id })
  const acts = async () => (await readClientToAuthenticate(ctx.db, app.id, ctx.now().toISOString()))!.acts
  await guess('ada')
  expect(await lockOf(one.id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  expect((await fresh().signIn('ada')).status).toBe(401)
  expect((await one.ask('GET', '/me')).status).toBe(200)
  expect((await byKey('GET', '/users')).status).toBe(200)
  expect([await acts(), (await sshKeys('ada')).length]).toEqual([true, 1])
  const two = fresh()
  const assertion = device.get((await two.ask('POST', '/sign-in/passkey-options')).body)
  expect((await two.ask('POST', '/sign-in/passkey', { assertion })).body.next).toBe('done')
  expect((await two.ask('GET', '/me')).status).toBe(200)
  // A password is looked at nowhere, also where somebody is in.
  expect((await two.ask('POST', '/me/password', { current: password, next: 'another horse, another battery' })).body.code).toBe('sign_in_refused')
  // What an administrator locks is closed altogether.
  const boss = await administrator(shared, 'boss', 'SUPER_ADMIN')
  expect((await boss.ask('POST', `/users/${one.id}/lock`)).status).toBe(200)
  expect([(await one.ask('GET', '/me')).status, (await two.ask('GET', '/me')).status, (await byKey('GET', '/users')).status]).toEqual([401, 401, 401])
  expect([await acts(), await sshKeys('ada')]).toEqual([false, []])
})

test('who was on the way in with the right password goes on; who guesses at codes does not', async () => {
  const one = await signedIn('bea')
  const { id: factor, secret } = await withTotp(one)
  const two = fresh()
  expect((await two.signIn('bea')).body.next).toBe('factor')
  await guess('bea')
  expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret, 1) })).body.next).toBe('done')
  later(31)
  const three = fresh()
  await three.signIn('bea')
  expect((await three.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body.next).toBe('done')
  const [thief, other] = [fresh(), fresh()]
  for (const each of [thief, other]) expect((await each.signIn('bea')).body.next).toBe('factor')
  for (let n = 0; n < 3; n++) await thief.ask('POST', '/sign-in/factor', { factor, code: `00000${n}` })
  expect(await lockOf(one.id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  // The sign-ins under way end, since whoever guesses has the password; who is in stays, and proves no code there meanwhile.
  expect([(await thief.ask('GET', '/sign-in')).status, (await other.ask('GET', '/sign-in')).status]).toEqual([401, 401])
  expect((await three.ask('GET', '/me')).status).toBe(200)
  later(1)
  expect((await three.ask('POST', '/me/step-up', { factor, code: codeOf(secret) })).body.code).toBe('too_many_requests')
  later(28)
  expect((await three.ask('GET', '/me')).status).toBe(200)
  later(2)
  expect((await fresh().signIn('bea')).body.next).toBe('factor')
  expect((await three.ask('POST', '/me/step-up', { factor, code: codeOf(secret) })).body.next).toBe('done')
})

test('a lock by codes closes codes only, and a later one by wrong passwords closes none, whatever was guessed before', async () => {
  const one = await signedIn('eva')
  const { id: factor, secret } = await withTotp(one)
  const device = new Authenticator()
  const made = device.create((await one.ask('POST', '/me/factors/passkey-options')).body)
  const { body: { id: passkey } } = await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: made })
  const byPasskey = async () => (await one.ask('POST', '/me/step-up', { factor: passkey, assertion: device.get((await one.ask('POST', '/sign-in/factor/passkey-options')).body) })).body
  const byCode = async (code: string) => (await one.ask('POST', '/me/step-up', { factor, code })).body
  const guessCodes = async (times: number) => {
    const thief = fresh()
    expect((await thief.signIn('eva')).body.next).toBe('factor')
    for (let n = 0; n < times; n++) expect((await thief.ask('POST', '/sign-in/factor', { factor, code: `00000${n}` })).body.code).toBe('factor_refused')
    expect(await lockOf(one.id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
    expect((await thief.ask('GET', '/sign-in')).status).toBe(401)
  }
  await guessCodes(3)
  expect((await byPasskey()).next).toBe('done')
  // Which opens no codes to whoever guesses at them, nor does an unknown factor.
  later(1)
  expect([(await byCode(codeOf(secret))).code, (await one.ask('POST', '/me/step-up', { factor: 'none', code: '1' })).body.code]).toEqual(['too_many_requests', 'too_many_requests'])
  const lockEnds = async () => {
    for (let n = 0; n < 2; n++) {
      later(16)
      expect((await one.ask('GET', '/me')).status).toBe(200)
    }
  }
  // The end of a lock gives one guess, not as many as before.
  await lockEnds()
  await guessCodes(1)
  await lockEnds()
  await guess('eva', 3)
  expect(await lockOf(one.id)).toEqual({ login: 'LOCKED', person: 'LOCKED' })
  // Somebody who signs in meanwhile changes nothing of what the lock came by.
  const two = fresh()
  expect((await two.ask('POST', '/sign-in/passkey', { assertion: device.get((await two.ask('POST', '/sign-in/passkey-options')).body) })).body.next).toBe('done')
  expect((await byCode(codeOf(secret))).next).toBe('done')
})

test('a wrong code under a lock by wrong passwords makes it one by codes where there were too many', async () => {
  const one = await signedIn('flo')
  const { id: factor, secret } = await withTotp(one)
  const [two, thief] = [fresh(), fresh()]
  expect((await two.signIn('flo')).body.next).toBe('factor')
  expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret, 1) })).body.next).toBe('done')
  expect((await thief.signIn('flo')).body.next).toBe('factor')
  await guess('flo', 3)
  for (let n = 0; n < 3; n++) expect((await thief.ask('POST', '/sign-in/factor', { factor, code: `00000${n}` })).body.code).toBe('factor_refused')
  later(2)
  expect((await two.ask('POST', '/me/step-up', { factor, code: codeOf(secret) })).body.code).toBe('too_many_requests')
})

test('where no password is kept there is none to guess and none to lock, and the audit says so', async () => {
  const id = await makePerson(shared, 'robot', { active: true })
  await giveRole(ctx, id, 'AUDITOR')
  const byKey = await askAs(shared, id)
  const [unknown, known] = [await fresh().signIn('nobody-at-all', 'wrong'), await fresh().signIn('robot', 'wrong')]
  expect([known.status, known.body.title]).toEqual([unknown.status, unknown.body.title])
  await guess('robot', 11)
  expect(await lockOf(id)).toEqual({ login: 'NOT_LOCKED', person: null })
  expect((await byKey('GET', '/users')).status).toBe(200)
  expect(new Set((await resultsOf(ctx, id)).map(([result]) => result))).toEqual(new Set(['INVALID_PASSWORD']))
  expect(await ctx.db.query(`select from gatehouse.audit_event where target_id = $1 and action = 'user.lock'`, [id])).toEqual([])
})

test('the help desk reads why somebody does not get in, and nothing else of the audit; who may not help anybody does not', async () => {
  const one = await signedIn('cid', { emails: [{ value: 'cid@example.com', primary: true }] })
  await guess('cid', 3)
  const desk = await administrator(shared, 'desk', 'HELP_DESK')
  const { status, body } = await desk.ask('GET', `/users/${one.id}/sign-in-events?count=3`)
  expect(status).toBe(200)
  expect(body.items.map(({ action, result, code }: Record<string, unknown>) => [action, result, code])).toEqual([['user.lock', 'SUCCESS', undefined], ['user.sign-in', 'LOGIN_LOCKED', 103], ['user.sign-in', 'INVALID_PASSWORD', 101]])
  expect(new Set(body.items.flatMap(Object.keys))).toEqual(new Set(['at', 'action', 'result', 'code', 'ip']))
  const rest = (await desk.ask('GET', `/users/${one.id}/sign-in-events?count=3&cursor=${body.next}`)).body.items
  expect(rest.map(({ result }: Record<string, unknown>) => result)).toEqual(['INVALID_PASSWORD', 'SUCCESS'])
  const [auditor, nobody] = [await administrator(shared, 'auditor', 'AUDITOR'), await desk.ask('GET', '/users/nobody/sign-in-events')]
  expect([(await auditor.ask('GET', `/users/${one.id}/sign-in-events`)).status, nobody.status, (await desk.ask('GET', '/audit')).status]).toEqual([403, 404, 403])
  // Two reasons not to send a link are two.
  expect((await desk.ask('POST', `/users/${one.id}/recover`)).status).toBe(202)
  expect((await desk.ask('POST', `/users/${one.id}/recover`)).body.code).toBe('mail_sent_already')
  const mute = await signedIn('dan')
  expect((await desk.ask('POST', `/users/${mute.id}/recover`)).body.code).toBe('no_mail_address')
  expect((await mute.ask('GET', '/users')).body.detail).not.toContain('key')
})
