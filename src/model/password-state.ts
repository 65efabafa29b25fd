/** How a password stands at a moment: whether it still lets somebody in, and whether it must be changed first. */

export interface PasswordRow {
  pwd_exp: string | null
  grace_period: string | null
  reset_pwd: string | null
}

export interface ExpiryPolicy {
  /** Days before the end from which on people are told. */
  warnDays: number
}

export type PasswordState = 'valid' | 'warn' | 'grace' | 'expired' | 'must_change'

export function passwordState(login: PasswordRow, policy: ExpiryPolicy, now: Date): PasswordState {
  if (login.reset_pwd !== null && login.reset_pwd !== '' && login.reset_pwd !== '0') return 'must_change'
  if (login.pwd_exp === null) return 'valid'
  const left = Date.parse(login.pwd_exp) - now.getTime()
  if (left > 0) return left <= policy.warnDays * 86_400_000 ? 'warn' : 'valid'
  return login.grace_period !== null && Date.parse(login.grace_period) > now.getTime() ? 'grace' : 'expired'
}
