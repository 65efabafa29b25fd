/** How a password stands in time. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { typedPolicy } from '../src/model/password-policy.ts'
import { datesOf, passwordState, type PasswordState } from '../src/model/password-state.ts'

const day = 86_400_000
const now = new Date('2026-11-26T12:00:00Z')
const inDays = (days: number) => new Date(now.getTime() + days * day)
const policy = { expiry: { ...typedPolicy(undefined, undefined).expiry, days: 90, graceDays: 1, warnDays: 5, resetDays: 2 } }

test.each<[string, number | null, number | null, string | null, PasswordState]>([
  ['never expires', null, null, null, 'valid'],
  ['expires in a while', 6, 7, null, 'valid'],
  ['expires in five days', 5, 6, null, 'warn'],
  ['expires in a moment', 0.001, 1, null, 'warn'],
  ['has expired this moment', 0, 1, null, 'grace'],
  ['is within its grace', -0.9, 0.1, null, 'grace'],
  ['is at the end of its grace', -1, 0, null, 'expired'],
  ['has expired and has no grace', -0.001, null, null, 'expired'],
  ['was set by somebody else', 2, null, '1', 'must_change'],
  ['was set by somebody else and never lapses', null, null, 'a1b2', 'must_change'],
  ['was set by somebody else and has lapsed', -0.1, 5, '1', 'expired'],
  ['was not reset, as OpenIAM writes it', 30, null, '0', 'valid'],
])('a password that %s', (_name, expires, grace, reset, state) => {
  expect(passwordState({ reset_pwd: reset, pwd_exp: expires === null ? null : inDays(expires), grace_period: grace === null ? null : inDays(grace) }, policy, now)).toBe(state)
})

test('a reset asks for no change where the policy does not', () => {
  expect(passwordState({ reset_pwd: '1', pwd_exp: null, grace_period: null }, { expiry: { ...policy.expiry, changeOnReset: false } }, now)).toBe('valid')
})

test('the states come one after the other, whatever the policy', () => {
  const order: PasswordState[] = ['valid', 'warn', 'grace', 'expired']
  fc.assert(fc.property(fc.nat(400), fc.nat(30), fc.nat(30), fc.array(fc.integer({ min: 0, max: 500 * 24 }), { maxLength: 8 }), (days, graceDays, warnDays, hours) => {
    const own = { expiry: { ...policy.expiry, days, graceDays, warnDays } }
    const { expires, graceEnds } = datesOf(own, now, false)
    const states = hours.toSorted((a, b) => a - b).map((hour) => order.indexOf(passwordState({ reset_pwd: null, pwd_exp: expires, grace_period: graceEnds }, own, new Date(now.getTime() + hour * 3_600_000))))
    expect(states).toEqual(states.toSorted((a, b) => a - b))
    if (days === 0) expect(states.every((state) => state === 0)).toBe(true)
  }))
})

test('the dates of a new password', () => {
  expect(datesOf(policy, now, false)).toEqual({ expires: inDays(90), graceEnds: inDays(91) })
  expect(datesOf(policy, now, true)).toEqual({ expires: inDays(2), graceEnds: null })
  expect(datesOf(typedPolicy(undefined, undefined), now, false)).toEqual({ expires: null, graceEnds: null })
})
