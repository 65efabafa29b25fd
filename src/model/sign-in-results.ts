/**
 * What an attempt to sign in came to: OpenIAM's result codes (domain: AuthenticationConstants), and codes of our own from
 * 200 on. The audit tells the true one; who has not shown the right password is told `sign_in_refused` and nothing else.
 */
import type { ErrorCode } from '../errors.ts'

interface ResultRow {
  code: number
  /** What the person is told; absent: that they are in, or have something left to do. */
  error?: ErrorCode
  doc: string
}

export const signInResults = {
  SUCCESS: { code: 1, doc: 'Signed in.' },
  SUCCESS_PASSWORD_EXPIRING: { code: 2, doc: 'Signed in; the password expires soon, or has expired and works for a while yet.' },
  SUCCESS_FIRST_TIME: { code: 3, doc: 'Signed in for the first time.' },
  INVALID_LOGIN: { code: 100, error: 'sign_in_refused', doc: 'Nobody signs in with this name.' },
  INVALID_PASSWORD: { code: 101, error: 'sign_in_refused', doc: 'The password is wrong, or there is none.' },
  PASSWORD_EXPIRED: { code: 102, doc: 'The password has expired: it must be changed first.' },
  LOGIN_LOCKED: { code: 103, error: 'sign_in_refused', doc: 'Too many wrong passwords; the password that came was not looked at.' },
  INVALID_USER_STATUS: { code: 104, error: 'account_closed', doc: 'The right password of somebody whose status does not let them in.' },
  LOGIN_DISABLED: { code: 110, error: 'account_disabled', doc: 'The right password of somebody who is disabled, or whose login is.' },
  CHANGE_AFTER_RESET: { code: 111, doc: 'The password was set by somebody else: it must be changed first.' },
  POLICY_NOT_ACCEPTED: { code: 205, doc: 'A usage policy has to be accepted first.' },
  FACTOR_NEEDED: { code: 206, doc: 'Another factor has to be proved first.' },
  FACTOR_WRONG: { code: 207, error: 'factor_refused', doc: 'The code, or the answer of the device, was not right or had been used.' },
  FACTOR_TO_ENROL: { code: 208, doc: 'A stronger factor than the person has is demanded: they have to enrol one first.' },
  POLICY_DECLINED: { code: 209, doc: 'A usage policy was declined: the person was signed out.' },
  ANSWERS_WRONG: { code: 210, error: 'recovery_refused', doc: 'The answers to the security questions beside a link or code were not right, or no longer looked at.' },
  NOT_BY_PASSWORD: { code: 211, error: 'sign_in_refused', doc: 'The login has no password here: its authType says that it authenticates otherwise. The password that came was not looked at.' },
  PASSKEY_COPIED: { code: 212, error: 'factor_refused', doc: 'A passkey answered rightly with a count that it had passed before: there may be a copy of it.' },
  LINK_WRONG: { code: 213, error: 'recovery_refused', doc: 'A link of recovery was none, too old, used before, or of somebody whose account no link opens.' },
  NOT_IN_PORTAL: { code: 220, error: 'not_in_portal', doc: 'Signed in at Okta with an account that this portal has no link to, or lets in no longer.' },
  LOGIN_LOCKED_ADMIN: { code: 203, error: 'account_locked', doc: 'The right password of somebody whom an administrator has locked.' },
  TOO_MANY_ATTEMPTS: { code: 204, error: 'sign_in_refused', doc: 'Too many attempts with this name in a short time; the password that came was not looked at.' },
} as const satisfies Record<string, ResultRow>

export type SignInResult = keyof typeof signInResults
