/** What a fresh proof is worth: no weaker kind opens the stronger one, no password what a factor guards, no old session a first factor. */
import { expect, test } from 'vitest'
import { password, personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = shared

const wrongCodes = async (id: string) => (await ctx.db.first<{ count: number | null }>('select otp_fail_count as count from login where user_id = $1', [id]))!.count

test('a code by SMS changes no factors of who has an app', async () => {
  const one = await signedIn('ada')
  const { body: sms } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000001' })
  await one.ask('POST', `/me/factors/${sms.id}/confirm`, { code: (await sentTo('+491700000001'))[0]!.code })
  // With nothing stronger it is enough.
  later(11)
  const bySms = async () => {
    await one.ask('POST', '/sign-in/factor/code', { factor: sms.id })
    return one.ask('POST', '/me/step-up', { factor: sms.id, code: (await sentTo('+491700000001'))[0]!.code })
  }
  expect((await bySms()).body).toMatchObject({ next: 'done', level: 1.5 })
  const { id, secret } = await withTotp(one)
  await one.ask('POST', '/sign-out')
  const thief = fresh()
  await thief.signIn('ada')
  await thief.ask('POST', '/sign-in/factor/code', { factor: sms.id })
  expect((await thief.ask('POST', '/sign-in/factor', { factor: sms.id, code: (await sentTo('+491700000001'))[0]!.code })).body).toMatchObject({ next: 'done', level: 1.5 })
  expect((await thief.ask('DELETE', `/me/factors/${id}`)).body.code).toBe('step_up_required')
  expect((await thief.ask('POST', '/me/factors', { type: 'TOTP' })).body.code).toBe('step_up_required')
  later(1)
  expect((await thief.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret) })).body).toMatchObject({ level: 2 })
  expect((await thief.ask('DELETE', `/me/factors/${id}`)).status).toBe(204)
})

test('a first factor for a site needs a fresh proof in a session that is older', async () => {
  const { body: site } = await ask('POST', '/content-providers', { name: 'Vault', domainPattern: 'vault.example.com', minAuthLevel: 'TWO_FACTOR_AUTH' })
  const one = await signedIn('bea')
  later(16)
  const token = one.cookies.get('gatehouse')
  expect(await one.ask('POST', '/sign-in/site', { site: site.id })).toMatchObject({ status: 403, body: { code: 'step_up_required' } })
  // The session is where it was.
  expect([one.cookies.get('gatehouse'), (await one.ask('GET', '/sign-in')).body.next, (await one.ask('POST', '/sign-in/factors', { type: 'TOTP' })).body.code]).toEqual([token, 'done', 'step_up_required'])
  expect((await one.ask('POST', '/me/step-up', { password })).body.next).toBe('done')
  expect((await one.ask('POST', '/sign-in/site', { site: site.id })).body.next).toBe('enrol_factor')
  await withTotp(one, '/sign-in/factors')
  expect((await one.ask('GET', '/sign-in')).body).toMatchObject({ next: 'done', level: 2 })
  // Right after signing in nothing more is asked.
  await personWithPassword(shared, 'bob')
  const two = fresh()
  expect((await two.ask('POST', '/sign-in', { userName: 'bob', password, site: site.id })).body.next).toBe('enrol_factor')
  await withTotp(two, '/sign-in/factors')
})

test('a changed password proves no more than a password', async () => {
  const one = await signedIn('cal')
  const { id } = await withTotp(one)
  later(11)
  const next = 'another battery, another staple'
  expect((await one.ask('POST', '/me/password', { current: password, next })).body).toMatchObject({ next: 'done', level: 2 })
  expect((await one.ask('DELETE', `/me/factors/${id}`)).body.code).toBe('step_up_required')
  // Of who has no factors it is the proof.
  const two = await signedIn('dan')
  later(11)
  expect((await two.ask('POST', '/me/factors', { type: 'TOTP' })).body.code).toBe('step_up_required')
  expect((await two.ask('POST', '/me/password', { current: password, next })).status).toBe(200)
  await withTotp(two)
})

test('wrong codes are forgotten with the factors they were to, with a lock that is taken away, and by a right one', async () => {
  const one = await signedIn('eve')
  const { id } = await withTotp(one)
  const guess = async () => {
    const two = fresh()
    await two.signIn('eve')
    await two.ask('POST', '/sign-in/factor', { factor: id, code: '000000' })
  }
  await guess()
  await guess()
  expect(await wrongCodes(one.id)).toBe(2)
  expect((await ask('DELETE', `/users/${one.id}/factors`)).status).toBe(204)
  expect(await wrongCodes(one.id)).toBe(0)
  await ctx.db.execute('update login set otp_fail_count = 2 where user_id = $1', [one.id])
  await ask('POST', `/users/${one.id}/lock`)
  expect(await wrongCodes(one.id)).toBe(2)
  await ask('POST', `/users/${one.id}/unlock`)
  expect(await wrongCodes(one.id)).toBe(0)
  await ctx.db.execute('update login set otp_fail_count = 2 where user_id = $1', [one.id])
  const again = fresh()
  await again.signIn('eve')
  await withTotp(again)
  expect(await wrongCodes(one.id)).toBe(0)
})
