/**
 * How a password stands in time, by the dates of its login (LOGIN.PWD_EXP, GRACE_PERIOD, RESET_PWD):
 *
 *     valid ──▶ warn ──▶ │PWD_EXP│ grace ──▶ │GRACE_PERIOD│ expired          must_change: RESET_PWD is set
 *
 * RESET_PWD of a password that is the person's own, and may have become known to others, is `demandedMark`: it does not lapse.
 *
 * The dates were written when the password was set. A policy that changes later holds for the next password.
 */
import type { PasswordPolicy } from './password-policy.ts'

export type PasswordState = 'valid' | 'warn' | 'grace' | 'expired' | 'must_change'

/** The columns that it goes by. */
export interface PasswordDates {
  reset_pwd: string | null
  pwd_exp: Date | string | null
  grace_period: Date | string | null
}

const dayMs = 86_400_000

/** RESET_PWD where an administrator or the help desk demands that one's own password be changed. */
export const demandedMark = 'DEMANDED'

/** The same over a temporary password: it is to be changed whatever the policy says of temporary ones, and lapses as they do. */
export const demandedTemporaryMark = 'DEMANDED_TEMPORARY'

/** Whether somebody demands that the password be changed. */
export const isDemanded = (mark: unknown): boolean => mark === demandedMark || mark === demandedTemporaryMark

/**
 * The state at a moment. A password that somebody else set is `must_change` until it lapses; then it is `expired`, and
 * can no longer be exchanged for one's own.
 */
export function passwordState(login: PasswordDates, policy: Pick<PasswordPolicy, 'expiry'>, now: Date): PasswordState {
  if (login.reset_pwd === demandedMark) return 'must_change'
  const temporary = isTemporary(login)
  const left = login.pwd_exp === null ? Infinity : new Date(login.pwd_exp).getTime() - now.getTime()
  if (left <= 0) return !temporary && login.grace_period !== null && now < new Date(login.grace_period) ? 'grace' : 'expired'
  if (temporary && (policy.expiry.changeOnReset || isDemanded(login.reset_pwd))) return 'must_change'
  return left <= policy.expiry.warnDays * dayMs ? 'warn' : 'valid'
}

/** Whether somebody else set it. OpenIAM wrote 0 where nobody had. */
export function isTemporary({ reset_pwd: mark }: Pick<PasswordDates, 'reset_pwd'>): boolean {
  return mark !== null && mark !== demandedMark && mark !== '' && mark !== '0' && mark.toUpperCase() !== 'N'
}

/** Why a password is to be changed: somebody else set it, it has expired, or others may know it, or only its beginning is kept (`demanded`). */
export const changeReasons = ['temporary', 'expired', 'demanded'] as const
export type ChangeReason = (typeof changeReasons)[number]

/** The reason, of a password that is to be changed. */
export const reasonToChange = (login: PasswordDates): ChangeReason => (login.reset_pwd === demandedMark ? 'demanded' : isTemporary(login) ? 'temporary' : 'expired')

/** PWD_EXP and GRACE_PERIOD of a password that is set now. A temporary one has its own, and no grace. */
export function datesOf({ expiry }: Pick<PasswordPolicy, 'expiry'>, now: Date, temporary: boolean): { expires: Date | null; graceEnds: Date | null } {
  const days = temporary && expiry.changeOnReset ? expiry.resetDays : expiry.days
  if (days === 0) return { expires: null, graceEnds: null }
  const expires = new Date(now.getTime() + days * dayMs)
  return { expires, graceEnds: temporary || expiry.graceDays === 0 ? null : new Date(expires.getTime() + expiry.graceDays * dayMs) }
}
