/**
 * What stands against an attempt to sign in, in the order it is looked at. Before the right password all of it is one
 * answer; after it, the person is told the truth.
 */
import { GatehouseError } from '../errors.ts'
import { isByPassword } from '../model/auth-type.ts'
import { signInResults, type SignInResult } from '../model/sign-in-results.ts'
import { openStatuses, type Status } from '../model/user-statuses.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import type { Claim } from './throttle.ts'

export interface Attempt {
  claim: Claim
  /** Whether the password is the one that is kept. */
  proved: boolean
}

type Refusal = (attempt: Attempt) => SignInResult | undefined

/** A login that authenticates otherwise has no password here. */
export const hasPasswordHere = ({ authType }: Pick<SignInLogin, 'authType'>): boolean => isByPassword(authType)

/** Whether there is a password to guess: where none is, none is locked. */
export const keepsPassword = (login: Pick<SignInLogin, 'authType' | 'password'>): boolean => login.password !== null && hasPasswordHere(login)

const beforePassword: readonly Refusal[] = [
  ({ claim: { blocked, login } }) => (blocked === 'LOGIN_LOCKED' && login && !keepsPassword(login) ? undefined : blocked),
  ({ claim }) => (claim.login ? undefined : 'INVALID_LOGIN'),
  ({ claim }) => (claim.login && !hasPasswordHere(claim.login) ? 'NOT_BY_PASSWORD' : undefined),
  ({ proved, claim }) => (proved ? undefined : claim.login && keepsPassword(claim.login) && claim.failures >= claim.lockout.failures ? 'LOGIN_LOCKED' : 'INVALID_PASSWORD'),
]

/** Whether somebody waits for a day that has come: the job that starts people may be late. */
export const mayStart = ({ personStatus, startDate }: Pick<SignInLogin, 'personStatus' | 'startDate'>, today: string): boolean =>
  personStatus === 'PENDING_START_DATE' && startDate !== null && startDate <= today

const ofPerson: readonly ((login: SignInLogin, today: string) => SignInResult | undefined)[] = [
  (login, today) => (openStatuses.includes(login.personStatus as Status) || mayStart(login, today) ? undefined : 'INVALID_USER_STATUS'),
  // So may the one that ends them.
  ({ lastDate }, today) => (lastDate !== null && lastDate < today ? 'INVALID_USER_STATUS' : undefined),
  ({ secondaryStatus }) => (secondaryStatus === 'DISABLED' ? 'LOGIN_DISABLED' : undefined),
  ({ status, isActive }) => (status !== 'ACTIVE' || isActive !== 'Y' ? 'LOGIN_DISABLED' : undefined),
  ({ secondaryStatus, lockMarker }) => (secondaryStatus === 'LOCKED_ADMIN' || lockMarker === 'LOCKED_ADMIN' ? 'LOGIN_LOCKED_ADMIN' : undefined),
]

/** Whether wrong passwords or codes have locked it: nobody signs in by password then. What else proves somebody goes on, for any stranger can lock. */
export const isLocked = ({ secondaryStatus, lockMarker }: Pick<SignInLogin, 'secondaryStatus' | 'lockMarker'>): boolean => secondaryStatus === 'LOCKED' || lockMarker === 'LOCKED'

/** Why a person may not be in on a day, whatever they prove. */
export function closedBy(login: SignInLogin, today: string): SignInResult | undefined {
  for (const refusal of ofPerson) {
    const result = refusal(login, today)
    if (result !== undefined) return result
  }
  return undefined
}

/** Why nobody signs in with a person's password on a day. */
export const closedToPassword = (login: SignInLogin, today: string): SignInResult | undefined => closedBy(login, today) ?? (isLocked(login) ? 'LOGIN_LOCKED' : undefined)

/** Not whom an administrator has locked or disabled, or who is not here, or has no password here: no link and no code lifts that. */
export function isRecoverable(login: SignInLogin, today: string): boolean {
  if (!hasPasswordHere(login)) return false
  return closedBy(login, today) === undefined
}

/** The first that stands against the attempt. */
export function refusalOf(attempt: Attempt, today: string): SignInResult | undefined {
  for (const refusal of beforePassword) {
    const result = refusal(attempt)
    if (result !== undefined) return result
  }
  return attempt.claim.login && closedToPassword(attempt.claim.login, today)
}

const truths: Partial<Record<SignInResult, string>> = {
  LOGIN_DISABLED: 'the account is disabled. Ask your administrator.',
  LOGIN_LOCKED_ADMIN: 'an administrator has locked the account. Ask them.',
}

/** What the one who asks is told, who has shown the right password, or a passkey of theirs. */
export function errorOf(result: SignInResult, login: SignInLogin | undefined, proof: 'password' | 'passkey' = 'password'): GatehouseError {
  const { error } = signInResults[result] as { error?: 'sign_in_refused' | 'account_closed' | 'account_disabled' | 'account_locked' }
  if (error === undefined || error === 'sign_in_refused') return new GatehouseError('sign_in_refused')
  const told = (truth: string | undefined) => new GatehouseError(error, truth && `The ${proof} is right, but ${truth}`)
  if (result !== 'INVALID_USER_STATUS') return told(truths[result])
  const open = login && openStatuses.includes(login.personStatus as Status)
  return told(`${open ? 'the last day here is over' : `the status of the account is ${login?.personStatus ?? 'unknown'}`}. Ask your administrator.`)
}
