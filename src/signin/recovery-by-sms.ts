/**
 * Recovery by a code to an enrolled number, for who cannot reach their mail. Only for people who have another factor as well:
 * a number that recovers the password is no second factor until that other one was proved (SP 800-63B-4 §4.2.2: a recovery
 * code and an authenticator).
 */
import { timingSafeEqual } from 'node:crypto'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import { challengeMinutes, mostWrongCodes, newCode, resetCodeHash } from '../model/factor.ts'
import { factorKinds } from '../model/factor-kinds.ts'
import type { Transaction } from '../store/database.ts'
import { factorsOf, spendNumbers } from '../store/factors.ts'
import { findLogin, lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { enqueueMessage, readersOf, sentWithin } from '../store/messages.ts'
import { claimResetCode, takeResetCode, uncountResetCode, writeResetCode } from '../store/recovery.ts'
import { unlock } from './locks.ts'
import { setPassword } from './password-change.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { eventOf, nobody } from './prove-password.ts'
import { isRecoverable } from './sign-in-refusals.ts'
import { refuseWithoutAnswers, type GivenAnswer } from './security-questions.ts'
import { claimRecovery, releaseAttempt } from './throttle.ts'

const pauseMs = 60_000
/** Wrong answers in a row until no code helps any more, as with any other code; a link does still, and whoever signs in begins anew. */
const mostAnswers = ({ lockout }: PasswordPolicy) => Math.min(lockout.failures || mostWrongCodes, mostWrongCodes)

/** Sends a code to the number of a person who has one, and another factor. */
export async function sendResetCode(tx: Transaction, ctx: Context, masterKey: MasterKey, { userId, loginId }: SignInLogin): Promise<void> {
  const factors = (await factorsOf(tx, userId)).filter(({ confirmed }) => confirmed)
  const number = factors.find(({ type }) => type === 'SMS')
  if (!number || !factors.some(({ type }) => type === 'TOTP' || type === 'WEBAUTHN')) return
  if (await sentWithin(tx, userId, 'reset-code', { now: ctx.now(), ms: pauseMs })) return
  const [code, made] = [newCode(), ctx.now()]
  const expires = new Date(made.getTime() + challengeMinutes * 60_000)
  if (!(await writeResetCode(tx, loginId, { hash: resetCodeHash(loginId, code), made, expires, most: mostAnswers(await policyOf(tx, userId, ctx.now())) }))) return
  const reader = (await readersOf(tx, [userId], today(ctx))).get(userId)
  await enqueueMessage(tx, ctx, { template: 'reset-code', channel: 'SMS', to: number.value!, userId, locale: reader?.language ?? null, expires, values: { code, minutes: String(challengeMinutes) } }, masterKey)
  await recordEvents(tx, ctx, [{ action: 'user.recovery.send', targetType: 'User', targetId: userId, changes: [{ path: 'recovery', after: 'reset-code' }] }])
}

const refused = () => new GatehouseError('recovery_refused')

/**
 * A new password by a code: what a link does, and the number serves as no factor for now. Until the code is known to be right
 * the same is done for a name that nobody has. Errors: `recovery_refused`, `too_many_requests`; `answers_required`,
 * `password_refused` (the code stays good). The user name as it is written here.
 */
export async function completeBySms(ctx: Context, { userName, code, next, answers }: { userName: string; code: string; next: string; answers?: readonly GivenAnswer[] | undefined }): Promise<{ userName: string }> {
  const claim = await claimRecovery(ctx, userName)
  const found = await findLogin(ctx.db, userName)
  const seen = await lookAtCode(ctx, found, code)
  if (!seen) throw refused()
  const { userId, given } = seen
  await refuseWithoutAnswers(ctx, userId, answers)
  await setPassword({ ...ctx, authority: undefined }, userId, { next, forceChange: false }, async (tx) => {
    const login = await lockLogin(tx, userId)
    // Used up since, or another one is out.
    if (!login || !isRecoverable(login, today(ctx)) || !(await takeResetCode(tx, login.loginId, given, ctx.now()))) throw refused()
    const spent = await spendNumbers(tx, login.userId)
    const aside = spent.map(({ id, type, name }) => ({ path: `factors[${id}].setAside`, after: { type, name: name ?? factorKinds[type].label } }))
    await recordEvents(tx, ctx, [{ action: 'user.recovery.complete', targetType: 'User', targetId: login.userId, changes: [{ path: 'recovery', before: 'reset-code' }, ...aside] }])
    await unlock(tx, ctx, login.userId)
  })
  await releaseAttempt(ctx, claim)
  return { userName: found!.login }
}

/** Whose code it is, when it is right, and its hash. A name that nobody has costs the same statements. */
export async function lookAtCode(ctx: Context, found: SignInLogin | undefined, code: string): Promise<{ userId: string; given: string } | undefined> {
  const given = resetCodeHash(found?.loginId ?? '', code)
  const most = mostAnswers(await policyOf(ctx.db, found?.userId ?? nobody, ctx.now()))
  return ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, found?.userId ?? nobody)
    const loginId = login && isRecoverable(login, today(ctx)) ? login.loginId : ''
    const hash = await claimResetCode(tx, loginId, most, ctx.now())
    if (hash !== undefined && hash.length === given.length && timingSafeEqual(Buffer.from(hash), Buffer.from(given))) {
      await uncountResetCode(tx, loginId)
      return { userId: login!.userId, given }
    }
    return void (await recordEvents(tx, ctx, [eventOf('FACTOR_WRONG', found?.userId, [{ path: 'recovery', after: 'reset-code' }])]))
  })
}
