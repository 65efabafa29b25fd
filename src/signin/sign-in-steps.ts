/**
 * What somebody has still to do after the right password, in the order they are asked: the one list that later proofs and
 * policies add to. A step is due or not by what stands in the database at that moment; a session waits at the first that is.
 */
import type { Context } from '../context.ts'
import { passwordState, type PasswordState } from '../model/password-state.ts'
import type { StepName } from '../model/session.ts'
import type { SignInResult } from '../model/sign-in-results.ts'
import type { Transaction } from '../store/database.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import type { PasswordPolicy } from './password-policy.ts'

/** What a step is judged by. */
export interface Standing {
  login: SignInLogin
  policy: PasswordPolicy
  password: PasswordState
  /** The level reached so far. */
  level: number
}

interface Step {
  name: StepName
  /** The result of a sign-in that waits here, or undefined when there is nothing to do. */
  due: (standing: Standing, tx: Transaction, ctx: Context) => SignInResult | undefined | Promise<SignInResult | undefined>
}

export const signInSteps: readonly Step[] = [
  {
    name: 'change_password',
    due: ({ password }) => (password === 'must_change' ? 'CHANGE_AFTER_RESET' : password === 'expired' ? 'PASSWORD_EXPIRED' : undefined),
  },
]

export const standingOf = (login: SignInLogin, policy: PasswordPolicy, level: number, now: Date): Standing =>
  ({ login, policy, level, password: passwordState(login, policy, now) })

/** Where a sign-in stands: at a step, or done, and the code of that. */
export async function standsAt(tx: Transaction, ctx: Context, standing: Standing): Promise<{ next: StepName | 'done'; result: SignInResult }> {
  for (const { name, due } of signInSteps) {
    const result = await due(standing, tx, ctx)
    if (result !== undefined) return { next: name, result }
  }
  return { next: 'done', result: successOf(standing) }
}

function successOf({ login, password }: Standing): SignInResult {
  if (login.firstTime === 'Y') return 'SUCCESS_FIRST_TIME'
  return password === 'warn' || password === 'grace' ? 'SUCCESS_PASSWORD_EXPIRING' : 'SUCCESS'
}
