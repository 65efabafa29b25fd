import { expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { settle } from './audit-context.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later, masterKey } = await factorServer()
const next = 'another horse, another one'
const number = '+491700000021'

/** Somebody with a number, an app and recovery codes, who has just set a password by the number. */
async function recoveredByNumber(name: string) {
  const one = await signedIn(name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  const sms = (await one.ask('POST', '/me/factors', { type: 'SMS', value: number })).body.id as string
  await one.ask('POST', `/me/factors/${sms}/confirm`, { code: (await sentTo(number))[0]!.code })
  const totp = await withTotp(one)
  const { codes } = (await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).body
  later(2)
  await fresh().ask('POST', '/recovery/password', { userName: name, channel: 'SMS' })
  await recoverAccounts(ctx, masterKey)
  const { code } = (await sentTo(number)).find(({ template }) => template === 'reset-code')!
  expect((await fresh().ask('POST', '/recovery/password/complete', { userName: name, code, next })).status).toBe(200)
  return { id: one.id, sms, totp, codes: codes as string[] }
}

const asideOf = async (id: string) => (await ask('GET', `/users/${id}/factors`)).body.items.map(({ type, setAside }: { type: string; setAside?: boolean }) => [type, setAside])
const typesOf = (body: { factors?: { type: string }[] }) => body.factors?.map(({ type }) => type)

test('is asked for again when the other factor is gone: in sign-in, step-up and enrolment', async () => {
  const { id, sms, totp, codes } = await recoveredByNumber('zed')
  expect(typesOf((await fresh().signIn('zed', next)).body)).toEqual(['TOTP', 'RECOVERY_CODES'])
  expect(await asideOf(id)).toEqual([['SMS', true], ['TOTP', undefined], ['RECOVERY_CODES', undefined]])
  expect((await ask('DELETE', `/users/${id}/factors/${totp.id}`)).status).toBe(204)
  // What stands in for a factor stays with the number.
  expect(await asideOf(id)).toEqual([['SMS', undefined], ['RECOVERY_CODES', undefined]])
  const one = fresh()
  const { body } = await one.signIn('zed', next)
  expect([body.next, typesOf(body)]).toEqual(['factor', ['SMS', 'RECOVERY_CODES']])
  expect((await one.ask('POST', '/sign-in/factor', { factor: body.factors[1].id, code: codes[0] })).body.next).toBe('done')
  expect((await one.ask('POST', '/me/step-up', { password: next })).body.code).toBe('step_up_required')
  later(11)
  expect((await one.ask('POST', '/me/factors', { type: 'TOTP' })).body.code).toBe('step_up_required')
  expect((await one.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(202)
  const [sent] = await sentTo(number)
  expect((await one.ask('POST', '/me/step-up', { factor: sms, code: sent!.code })).status).toBe(200)
  expect((await one.ask('POST', '/me/factors', { type: 'TOTP' })).status).toBe(201)
})

test('is told of when it is set aside, once', async () => {
  await settle(ctx.db)
  await tellPeople(ctx)
  const { id, sms } = await recoveredByNumber('xia')
  await settle(ctx.db)
  await tellPeople(ctx)
  const told = (await sentTo('xia@example.com')).filter(({ template }) => template !== 'new-sign-in' && template !== 'factor-added')
  expect(told.map(({ template }) => template).toSorted()).toEqual(['number-set-aside', 'password-changed'])
  const event = await ctx.db.first<{ changes: { path: string }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.recovery.complete'`, [id])
  expect(event!.changes.map(({ path }) => path)).toEqual(['recovery', `factors[${sms}].setAside`])
})

test('is set aside no more once the other factor was proved', async () => {
  const { id, totp } = await recoveredByNumber('yan')
  later(1)
  const one = fresh()
  await one.signIn('yan', next)
  expect((await one.ask('POST', '/sign-in/factor', { factor: totp.id, code: codeOf(totp.secret) })).body.next).toBe('done')
  expect(await asideOf(id)).toEqual([['SMS', undefined], ['TOTP', undefined], ['RECOVERY_CODES', undefined]])
})
