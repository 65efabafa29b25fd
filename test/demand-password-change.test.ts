/** A password that others may know: the help desk has it changed, and nothing else is lost (NIST SP 800-63B-4 §3.1.1.2). */
import { hash as bcrypt } from '@node-rs/bcrypt'
import { expect, test } from 'vitest'
import { tellPeople } from '../src/notify/tell-people.ts'
import { administrator, giveRole, makePerson } from './administrators.ts'
import { Authenticator } from './authenticator.ts'
import { settle } from './audit-context.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { password, personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = shared
const next = 'another horse, another battery'
await tellPeople(ctx)

const demand = (id: string, by: { ask: typeof ask } = { ask }) => by.ask('POST', `/users/${id}/demand-password-change`)

test('is to be changed at the next sign-in, whatever the policy says, and lapses by no time; factors stay, sessions end, the person is told', async () => {
  const one = await signedIn('ada', { emails: [{ value: 'ada@example.com', primary: true }] })
  const { id: factor, secret } = await withTotp(one)
  await ask('POST', '/password-policies', { name: 'Lenient', priority: 90, rules: { changeOnReset: false, resetExpirationDays: 1, changesPerDay: 0 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })
  const desk = await administrator(shared, 'desk', 'HELP_DESK')
  expect((await demand(one.id, desk)).status).toBe(204)
  expect((await one.ask('GET', '/me')).status).toBe(401)
  await settle(ctx.db)
  await tellPeople(ctx)
  expect((await sentTo('ada@example.com')).map(({ template }) => template)).toContain('password-change-demanded')
  expect((await sentTo('ada@example.com')).map(({ template }) => template)).not.toContain('password-changed')
  later(72 * 60)
  const two = fresh()
  // Whoever knows the password and has not the app chooses nothing.
  expect((await two.signIn('ada')).body).toMatchObject({ next: 'factor', factors: [{ id: factor }] })
  expect((await resultsOf(ctx, one.id)).at(-1)).toEqual(['FACTOR_NEEDED', 206])
  expect((await two.ask('POST', '/sign-in/password', { current: password, next })).body.code).toBe('conflict')
  expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret) })).body).toMatchObject({ next: 'change_password', reason: 'demanded' })
  expect((await two.ask('GET', '/sign-in')).body.reason).toBe('demanded')
  expect((await resultsOf(ctx, one.id)).at(-1)).toEqual(['CHANGE_AFTER_RESET', 111])
  expect((await two.ask('POST', '/sign-in/password', { current: password, next: password })).body.code).toBe('password_refused')
  expect((await two.ask('POST', '/sign-in/password', { current: password, next })).body).toMatchObject({ next: 'done', level: 2 })
  expect((await fresh().ask('POST', '/sign-in', { userName: 'ada', password: next })).body.next).toBe('factor')
  const event = (await ctx.db.first<{ result: string; paths: string[] }>(
    `select result, array(select c ->> 'path' from jsonb_array_elements(changes::jsonb) c) as paths from gatehouse.audit_event where action = 'user.password.demand-change' and target_id = $1`, [one.id]))!
  expect(event).toEqual({ result: 'SUCCESS', paths: ['logins.resetPwd', expect.stringMatching(/^sessions\[/)] })
})

test('may be demanded again and of oneself, whose session goes on; not by who may not, nor of who has no password', async () => {
  const boss = await signedIn('boss')
  await giveRole(ctx, boss.id, 'SUPER_ADMIN')
  const other = fresh()
  await other.signIn('boss')
  expect((await demand(boss.id, boss)).status).toBe(204)
  expect((await demand(boss.id, boss)).status).toBe(204)
  expect([(await boss.ask('GET', '/me')).status, (await other.ask('GET', '/me')).status]).toEqual([200, 401])
  expect((await fresh().signIn('boss')).body.next).toBe('change_password')
  const [desk, auditor] = [await administrator(shared, 'desk2', 'HELP_DESK'), await administrator(shared, 'auditor', 'AUDITOR')]
  expect([(await demand(boss.id, desk)).status, (await demand(desk.id, auditor)).status, (await demand('nobody', desk)).status]).toEqual([403, 403, 404])
  expect((await demand(await makePerson(shared, 'mute'), desk)).body.code).toBe('conflict')
})

test('is demanded of a temporary password, too, which the policy lets stay: it is to be changed, is told of, and lapses as before', async () => {
  await ask('POST', '/password-policies', { name: 'Lasting', priority: 95, rules: { changeOnReset: false, passwordExpiration: 30 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })
  const id = await personWithPassword(shared, 'tim', { emails: [{ value: 'tim@example.com', primary: true }] })
  await setPassword(ctx, id, { next, forceChange: true })
  await ctx.db.execute(`update login set pwd_exp = $2 where user_id = $1`, [id, new Date(ctx.now().getTime() + 120_000)])
  expect((await fresh().signIn('tim', next)).body.next).toBe('done')
  expect([(await demand(id)).status, (await demand(id)).status]).toEqual([204, 204])
  expect((await fresh().signIn('tim', next)).body.next).toBe('change_password')
  await settle(ctx.db)
  await tellPeople(ctx)
  expect((await sentTo('tim@example.com')).map(({ template }) => template)).toContain('password-change-demanded')
  const one = fresh()
  expect((await one.signIn('tim', next)).body).toMatchObject({ next: 'change_password', reason: 'temporary' })
  later(3)
  expect((await one.ask('POST', '/sign-in/password', { current: next, next: 'a third horse, a third battery' })).body.code).toBe('password_lapsed')
})

const long = 'A'.repeat(72)

test.each<[string, string, (id: string) => Promise<unknown>]>([
  ['demanded', password, demand],
  ['expired', password, (id) => ctx.db.execute(`update login set pwd_exp = $2 where user_id = $1`, [id, new Date(ctx.now().getTime() - 400 * 86_400_000)])],
  ['temporary', next, async (id) => {
    await ask('POST', '/password-policies', { name: 'Strict', priority: 99, rules: { changeOnReset: true, changesPerDay: 0 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })
    await setPassword(ctx, id, { next, forceChange: true })
  }],
  ['incomplete', long, async (id) => ctx.db.execute(`update login set password = $2, pwd_changed = null where user_id = $1`, [id, `{BCRYPT}${await bcrypt(long, 4)}`])],
])('%s: is asked of whoever proves a passkey beside the password, and not of whoever came by the passkey', async (how, known, makeDue) => {
  const name = `key-${how}`
  const one = await signedIn(name)
  const device = new Authenticator()
  const made = device.create((await one.ask('POST', '/me/factors/passkey-options')).body)
  const { body: { id: factor } } = await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: made })
  await makeDue(one.id)
  const two = fresh()
  let { body } = await two.signIn(name, known)
  if (body.next === 'factor') body = (await two.ask('POST', '/sign-in/factor', { factor, assertion: device.get((await two.ask('POST', '/sign-in/factor/passkey-options')).body) })).body
  expect(body.next).toBe('change_password')
  const three = fresh()
  expect((await three.ask('POST', '/sign-in/passkey', { assertion: device.get((await three.ask('POST', '/sign-in/passkey-options')).body) })).body.next).toBe('done')
  const third = 'a third horse, a third battery'
  body = (await two.ask('POST', '/sign-in/password', { current: known, next: third })).body
  if (body.next === 'factor') body = (await two.ask('POST', '/sign-in/factor', { factor, assertion: device.get((await two.ask('POST', '/sign-in/factor/passkey-options')).body) })).body
  expect(body.next).toBe('done')
})
