/**
 * Looking at a password, the one way for every door: claim the guess, one argon2id, refusals in order. What came of it is in
 * the audit whatever the asker is told.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { mostGuessesInARow } from '../model/guesses.ts'
import { datesOf } from '../model/password-state.ts'
import type { Transaction } from '../store/database.ts'
import { today } from '../model/today.ts'
import { signInResults, type SignInResult } from '../model/sign-in-results.ts'
import { forgetFailures, lockLogin, writeExpiry, type SignInLogin } from '../store/logins-sign-in.ts'
import { closePassword, lock, openPassword } from './locks.ts'
import { costOf, hashPassword, verifyPassword, withRoomToHash } from './password-hash.ts'
import { isCut } from './password-foreign.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { errorOf, hasPasswordHere, keepsPassword, refusalOf } from './sign-in-refusals.ts'
import { claimAttempt, releaseAttempt, type Claim } from './throttle.ts'

/** Who is not there has a policy too, so that asking for it takes as long. */
export const nobody = 'nobody'

export interface Proof {
  login: SignInLogin
  claim: Claim
  /** The same password hashed as today, when the hash was of a cheaper or foreign kind. */
  rehashed?: string
  /** The kind of hash has looked at its beginning only: it is proved, and no hash of it may take the place of the other. */
  cut?: true
}

/** The login of whoever knows its password. `found` is what stands under the name. Errors: those of signing in; `busy`, before the attempt is counted. */
export function lookAtPassword(ctx: Context, userName: string, found: SignInLogin | undefined, policy: PasswordPolicy, password: string): Promise<Proof> {
  return withRoomToHash(() => claimAndLook(ctx, userName, found, policy, password))
}

async function claimAndLook(ctx: Context, userName: string, found: SignInLogin | undefined, policy: PasswordPolicy, password: string): Promise<Proof> {
  const claim = await claimAttempt(ctx, userName, found, policy)
  const { login } = claim
  const stored = claim.blocked || !login || !hasPasswordHere(login) ? null : login.password
  const { proved, ...how } = await look(ctx, stored, password)
  // The claim has taken it for a wrong one, after which no sign-in would begin the count anew.
  if (login && proved && claim.inARow >= mostGuessesInARow) await openPassword(ctx, login)
  const refused = refusalOf({ claim, proved }, today(ctx))
  if (refused !== undefined || !login) return refuse(ctx, refused ?? 'INVALID_LOGIN', login, claim, proved)
  return { login, claim, ...how }
}

/**
 * A password that was brought along has no dates: its days begin when it is first used here, by the policy of then. When it was set
 * nobody knows, so that stays open, and nothing keeps its person from changing it.
 */
export async function beginExpiry(tx: Transaction, login: SignInLogin, policy: PasswordPolicy, now: Date): Promise<void> {
  if (login.passwordChanged !== null || login.pwd_exp !== null) return
  const { expires, graceEnds } = datesOf(policy, now, false)
  if (expires !== null) await writeExpiry(tx, login.loginId, { expires, graceEnds })
}

/** Always one argon2id. A hash of a cheaper or foreign kind is made anew when it matches the whole of the text. */
async function look(ctx: Context, stored: string | null, password: string): Promise<{ proved: boolean } & Pick<Proof, 'rehashed' | 'cut'>> {
  const cost = costOf(ctx.config)
  const { ok, stale } = await verifyPassword(stored, password, cost)
  if (ok && isCut(stored!, password)) return { proved: true, cut: true }
  return ok && stale ? { proved: true, rehashed: await hashPassword(password, cost) } : { proved: ok }
}

async function refuse(ctx: Context, result: SignInResult, login: SignInLogin | undefined, claim: Claim, proved: boolean): Promise<never> {
  if (proved) await releaseAttempt(ctx, claim)
  return noteRefusal(ctx, result, login, claim, proved)
}

/** Records why nobody is let in, locks what has been guessed at too often, and throws what the asker is told. */
export async function noteRefusal(ctx: Context, result: SignInResult, login: SignInLogin | undefined, claim: Claim, proved: boolean): Promise<never> {
  await ctx.db.transaction(async (tx) => {
    if (login && proved) await forgetFailures(tx, login.loginId)
    await recordEvents(tx, ctx, [eventOf(result, login?.userId)])
    if (login && result === 'LOGIN_LOCKED' && claim.blocked === undefined && !proved) await lock(tx, ctx, login.userId)
    if (login && !proved && closes(claim, login)) await closePassword(tx, ctx, login, claim.lockout)
  })
  throw errorOf(result, login)
}

/**
 * Whether the password is closed and that has not been noted, by this attempt or by one before it, which may have died before it said so. Once
 * it is, an attempt costs what it does with anybody.
 */
const closes = ({ inARow, lockout: { mostGuessesInARow: most } }: Claim, login: SignInLogin): boolean =>
  login.passwordClosed === null && keepsPassword(login) && Math.max(inARow, login.wrongInARow) >= most

/** What was typed as a name that nobody has may be a password: the audit does not keep it. */
export const eventOf = (result: SignInResult, userId: string | undefined, changes: NewEvent['changes'] = []): NewEvent => ({
  action: 'user.sign-in',
  targetType: 'User',
  targetId: userId ?? nobody,
  result: signInResults[result].code < 100 ? 'SUCCESS' : result,
  changes: [{ path: 'signIn.code', after: signInResults[result].code }, ...changes],
})

/**
 * Proves a password of somebody who is signed in, under the same limits as signing in: no other door to guess at. The hash
 * that it matches. Errors: `sign_in_refused`, `too_many_requests`. A lock that comes of it closes this as well, and leaves the session.
 */
export async function provePassword(ctx: Context, userId: string, password: string): Promise<string> {
  const found = await ctx.db.transaction((tx) => lockLogin(tx, userId))
  const policy = await policyOf(ctx.db, userId, ctx.now())
  const { login, claim } = await lookAtPassword(ctx, found?.login ?? '', found, policy, password)
  await forgetFailures(ctx.db, login.loginId)
  await releaseAttempt(ctx, claim)
  return login.password!
}
