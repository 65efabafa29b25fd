/**
 * Guesses are counted before they are looked at, in the database, where every server sees it: by address, by user name
 * (known or not), and on the login itself as the policy says. A thousand at once get no further than one after the other.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { guessWindowMinutes } from '../model/guesses.ts'
import { guesserOf } from '../model/network.ts'
import type { SignInResult } from '../model/sign-in-results.ts'
import { lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import { claimGuess, nameMark, sweepAttempts, throttleMark as mark, uncountAttempt, type Lockout, type Marks } from '../store/sign-in-throttle.ts'
import type { PasswordPolicy } from './password-policy.ts'
import { lockoutOf, lockTimeIsOver, unlock } from './locks.ts'

export interface Claim {
  marks: Marks
  /** The login as it stands now: the time of a lock may have been over. */
  login: SignInLogin | undefined
  /** Why the password is not looked at. */
  blocked?: SignInResult
  /** Wrong passwords in a row, this attempt taken for one. */
  failures: number
  /** The same over all locks. */
  inARow: number
  lockout: Lockout
}

/** Claims an attempt. Errors: `too_many_requests` when the address has had too many. The work is the same for a name that nobody has. */
export async function claimAttempt(ctx: Context, userName: string, seen: SignInLogin | undefined, policy: PasswordPolicy): Promise<Claim> {
  const { SIGN_IN_ATTEMPTS_PER_ADDRESS: mostByAddress, SIGN_IN_ATTEMPTS_PER_ACCOUNT: mostByAccount } = ctx.config
  const [now, lockout] = [ctx.now(), lockoutOf(policy)]
  // By the name as it is kept, however it was typed: the database has other rules for letters than we, and the count is forgotten by that name.
  const marks = { address: mark('address', guesserOf(ctx.actor.ip ?? '')), account: nameMark(seen?.login ?? userName) }
  const login = seen && lockTimeIsOver(seen, lockout, now) ? await unlocked(ctx, seen, lockout, now) : seen
  const { address, account, failures, inARow } = await claimGuess(ctx.db, { marks, loginId: login?.loginId, lockout, mostByAddress, mostByAccount }, now)
  // The door tells the audit whence it comes and how often, within a bound (audit/refusals.ts).
  if (address > mostByAddress) throw new GatehouseError('too_many_requests', `Too many attempts to sign in came from this address; wait ${guessWindowMinutes} minutes.`)
  const claim = { marks, lockout, login, failures: failures ?? 0, inARow: inARow ?? 0 }
  if (account > mostByAccount) return { ...claim, blocked: 'TOO_MANY_ATTEMPTS' }
  return login && failures === null ? { ...claim, blocked: 'LOGIN_LOCKED' } : claim
}

/** Opens a login whose lock by failures has lasted long enough. */
async function unlocked(ctx: Context, seen: SignInLogin, lockout: Lockout, now: Date): Promise<SignInLogin | undefined> {
  return ctx.db.transaction(async (tx) => {
    const held = await lockLogin(tx, seen.userId)
    if (!held || !lockTimeIsOver(held, lockout, now)) return held
    await unlock(tx, ctx, seen.userId)
    return lockLogin(tx, seen.userId)
  })
}

/**
 * The password was right: the attempt was no guess. By itself, since a row of an address is never held together with a
 * person: claiming takes them in the other order. What was done stays done where this fails: the attempt counts until its window is over.
 */
export async function releaseAttempt(ctx: Pick<Context, 'db'>, { marks }: Pick<Claim, 'marks'>): Promise<void> {
  await uncountAttempt(ctx.db, marks).catch(() => {})
}

const batch = 1000

/** Forgets counts past their window, in batches that wait for nobody. */
export async function sweepThrottle(ctx: Pick<Context, 'db' | 'now'>): Promise<void> {
  while ((await sweepAttempts(ctx.db, ctx.now(), batch)) === batch);
}

/**
 * Claims the look at an answer of somebody known, beside the count of wrong ones that locks them. Errors: `too_many_requests`.
 * What succeeds is released.
 */
export async function claimAnswer(ctx: Context, userId: string): Promise<Pick<Claim, 'marks'>> {
  const marks = { address: mark('address', guesserOf(ctx.actor.ip ?? '')), account: mark('answer', userId) }
  await within(ctx, marks, ctx.config.SIGN_IN_ATTEMPTS_PER_ACCOUNT)
  return { marks }
}

const sendingsInWindow = 5

/** Claims the sending of a message that somebody has asked for: five in a quarter of an hour. Errors: `too_many_requests`. */
export async function claimSending(ctx: Context, whom: string): Promise<void> {
  await within(ctx, { address: mark('address', guesserOf(ctx.actor.ip ?? '')), account: mark('sending', whom) }, sendingsInWindow)
}

/** Claims the look at an answer to what was sent to recover the password of a name, whether anybody has it or not. Errors: `too_many_requests`. */
export async function claimRecovery(ctx: Context, userName: string): Promise<Pick<Claim, 'marks'>> {
  const marks = { address: mark('address', guesserOf(ctx.actor.ip ?? '')), account: mark('recovery', userName.normalize('NFC').toLowerCase()) }
  await within(ctx, marks, ctx.config.SIGN_IN_ATTEMPTS_PER_ACCOUNT)
  return { marks }
}

/** Counts what anybody may ask for, by address alone. Errors: `too_many_requests`. */
export const claimAsking = (ctx: Context): Promise<Pick<Claim, 'marks'>> => claimByAddress(ctx, 'address')

/**
 * The same of looks at links, in a count of their own: nobody guesses a token, and people who open old links together (an office behind one
 * address) keep nobody from signing in. Errors: `too_many_requests`.
 */
export const claimLook = (ctx: Context): Promise<Pick<Claim, 'marks'>> => claimByAddress(ctx, 'look')

async function claimByAddress(ctx: Context, kind: 'address' | 'look'): Promise<Pick<Claim, 'marks'>> {
  const address = mark(kind, guesserOf(ctx.actor.ip ?? ''))
  const marks = { address, account: address }
  await within(ctx, marks, ctx.config.SIGN_IN_ATTEMPTS_PER_ADDRESS)
  return { marks }
}

async function within(ctx: Context, marks: Marks, most: number): Promise<void> {
  const mostByAddress = ctx.config.SIGN_IN_ATTEMPTS_PER_ADDRESS
  const { address, account } = await claimGuess(ctx.db, { marks, loginId: undefined, lockout: { failures: 0, unlockMinutes: 0, mostGuessesInARow: 0 }, mostByAddress, mostByAccount: most }, ctx.now())
  if (address > mostByAddress || account > most) throw new GatehouseError('too_many_requests', `There were too many attempts; wait ${guessWindowMinutes} minutes.`)
}
