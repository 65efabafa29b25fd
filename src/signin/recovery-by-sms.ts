/**
 * Recovery by a code to an enrolled number, for who cannot reach their mail. Only for people who have another factor as well:
 * a number that recovers the password is no second factor until that other one was proved (SP 800-63B-4 §4.2.2: a recovery
 * code and an authenticator).
 */
import { timingSafeEqual } from 'node:crypto'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { challengeMinutes, newCode, resetCodeHash } from '../model/factor.ts'
import type { Transaction } from '../store/database.ts'
import { factorsOf, spendNumbers } from '../store/factors.ts'
import { findLogin, lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { enqueueMessage, readersOf, sentSince } from '../store/messages.ts'
import { claimResetCode, dropResetCode, writeResetCode } from '../store/recovery.ts'
import { unlock } from './locks.ts'
import { setPassword } from './password-change.ts'
import { eventOf } from './prove-password.ts'
import { isRecoverable } from './sign-in-refusals.ts'
import { refuseWithoutAnswers, type GivenAnswer } from './security-questions.ts'
import { claimAsking } from './throttle.ts'

const pauseMs = 60_000
/** Answers to one code. */
const mostAnswers = 5

/** Sends a code to the number of a person who has one, and another factor. */
export async function sendResetCode(tx: Transaction, ctx: Context, masterKey: MasterKey, { userId, loginId }: SignInLogin): Promise<void> {
  const factors = (await factorsOf(tx, userId)).filter(({ confirmed }) => confirmed)
  const number = factors.find(({ type }) => type === 'SMS')
  if (!number || !factors.some(({ type }) => type === 'TOTP' || type === 'WEBAUTHN')) return
  if (await sentSince(tx, userId, 'reset-code', new Date(ctx.now().getTime() - pauseMs))) return
  const [code, expires] = [newCode(), new Date(ctx.now().getTime() + challengeMinutes * 60_000)]
  await writeResetCode(tx, loginId, resetCodeHash(loginId, code), expires)
  const reader = (await readersOf(tx, [userId])).get(userId)
  await enqueueMessage(tx, ctx, { template: 'reset-code', channel: 'SMS', to: number.value!, userId, locale: reader?.language ?? null, expires, values: { code, minutes: String(challengeMinutes) } }, masterKey)
  await recordEvents(tx, ctx, [{ action: 'user.recovery.send', targetType: 'User', targetId: userId, changes: [{ path: 'recovery', after: 'reset-code' }] }])
}

const refused = () => new GatehouseError('recovery_refused')

/** A new password by a code: what a link does, and the number serves as no factor for now. Errors: `recovery_refused`; `answers_required`, `password_refused` (the code stays good). */
export async function completeBySms(ctx: Context, { userName, code, next, answers }: { userName: string; code: string; next: string; answers?: readonly GivenAnswer[] | undefined }): Promise<void> {
  await claimAsking(ctx)
  const found = await findLogin(ctx.db, userName)
  const given = resetCodeHash(found?.loginId ?? '', code)
  const claimed = found && (await ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, found.userId)
    const hash = login && isRecoverable(login) ? await claimResetCode(tx, login.loginId, mostAnswers, ctx.now()) : undefined
    const right = hash !== undefined && hash.length === given.length && timingSafeEqual(Buffer.from(hash), Buffer.from(given))
    if (!right) await recordEvents(tx, ctx, [eventOf('FACTOR_WRONG', found.userId, [{ path: 'recovery', after: 'reset-code' }])])
    return right ? login : undefined
  }))
  if (!claimed) throw refused()
  await refuseWithoutAnswers(ctx, claimed.userId, answers)
  await setPassword({ ...ctx, authority: undefined }, claimed.userId, { next, forceChange: false }, async (tx) => {
    const login = await lockLogin(tx, claimed.userId)
    // Used up since, or another one is out.
    if (!login || !isRecoverable(login) || (await claimResetCode(tx, login.loginId, mostAnswers + 1, ctx.now())) !== given) throw refused()
    await dropResetCode(tx, login.loginId)
    await spendNumbers(tx, login.userId)
    await recordEvents(tx, ctx, [{ action: 'user.recovery.complete', targetType: 'User', targetId: login.userId, changes: [{ path: 'recovery', before: 'reset-code' }] }])
    await unlock(tx, ctx, login.userId)
  })
}
