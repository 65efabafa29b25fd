/**
 * Proving a factor of somebody whose password, or session, is known already. Everything is judged while their login is held,
 * so that however many answers come at once, each is counted before the next is looked at:
 *
 *     hold the login ─▶ find the factor ─▶ look ─▶ right: used up, count at 0, noted for the session, which goes on
 *                                             └─▶ wrong: counted, audited, locked at the limit
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import type { Way } from '../model/amr.ts'
import type { Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { codeHash, mostWrongCodes, recoveryHash, type FactorRow } from '../model/factor.ts'
import { factorKinds, secondFactors } from '../model/factor-kinds.ts'
import type { Transaction } from '../store/database.ts'
import { countWrongCode, factorsOf, findChallenge, forgetWrongCodes, noteFactorOfSession, noteUse, recoveryCodesLeft, restoreNumbers, takeChallenge, useRecoveryCode } from '../store/factors.ts'
import { lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { deleteGuessing, type SessionRow } from '../store/sessions.ts'
import { codeMark } from './factor-codes.ts'
import { lock, lockoutOf } from './locks.ts'
import { verifyAssertion } from './passkeys.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { eventOf } from './prove-password.ts'
import { closedBy, isLocked } from './sign-in-refusals.ts'
import { claimAnswer, releaseAttempt } from './throttle.ts'
import { totpStep } from './totp.ts'

export interface FactorAnswer {
  factor: string
  code?: string
  assertion?: Document
}

/** What was reached, and by what. */
export interface Reached {
  level: number
  way: Way
}

interface Seen {
  level: number
  counter: number | null
}

/** What an answer to a factor shows; undefined when it is wrong, `copied` when a passkey's count went back. */
export async function lookAtFactor(tx: Transaction, ctx: Context, masterKey: MasterKey, factor: FactorRow, session: Pick<SessionRow, 'sessionId' | 'userId'>, { code, assertion }: Omit<FactorAnswer, 'factor'>): Promise<Seen | 'copied' | undefined> {
  const { least: level } = factorKinds[factor.type]
  if (factor.type === 'WEBAUTHN') return assertion && verifyAssertion(tx, ctx, assertion, factor, { holder: session.sessionId, userId: session.userId, alone: false })
  if (code === undefined) return undefined
  if (factor.type === 'TOTP') {
    const step = totpStep(masterKey.decrypt(factor.secret!, 'factor', factor.id), code, ctx.now(), factor.counter)
    return step === undefined ? undefined : { level, counter: step }
  }
  if (factor.type === 'RECOVERY_CODES') return (await useRecoveryCode(tx, factor.id, recoveryHash(factor.id, code), ctx.now())) ? { level, counter: null } : undefined
  const mark = codeMark(factor.id, session.sessionId)
  const sent = await findChallenge(tx, mark, 'CODE', ctx.now())
  if (!sent?.codeHash?.equals(codeHash(factor.id, code))) return undefined
  await takeChallenge(tx, mark, 'CODE', ctx.now())
  return { level, counter: null }
}

/** What comes of what was proved, in the same transaction. */
export type Then<R, T> = (tx: Transaction, reached: R, policy: PasswordPolicy) => Promise<T>

/**
 * Proves a second factor for a session; what came of it. Errors: `factor_refused`, also when there is no such factor;
 * `too_many_requests`, also while wrong codes have locked the login; those of `then`, with which nothing was proved. A lock that comes of
 * it ends the session.
 */
export async function proveFactor<T extends object>(ctx: Context, masterKey: MasterKey, session: SessionRow, answer: FactorAnswer, then: Then<Reached, T>): Promise<T> {
  const policy = await policyOf(ctx.db, session.userId, ctx.now())
  const claim = await claimAnswer(ctx, session.userId)
  const outcome = await ctx.db.transaction(async (tx): Promise<T | undefined> => {
    const login = await lockLogin(tx, session.userId)
    if (!login || closedBy(login, today(ctx)) !== undefined) throw new GatehouseError('unauthenticated', 'The session has ended; sign in again.')
    const factor = secondFactors(await factorsOf(tx, session.userId)).find(({ id }) => id === answer.factor)
    // Nobody guesses a passkey.
    if (factor?.type !== 'WEBAUTHN') refuseGuessedOut(login, policy)
    const seen = factor && (await lookAtFactor(tx, ctx, masterKey, factor, session, answer))
    if (!factor || !seen || seen === 'copied' || factor.type === 'EMAIL') return void (await countWrong(tx, ctx, session, login.loginId, policy, factor, seen === 'copied'))
    await noteUse(tx, factor.id, ctx.now(), seen.counter)
    if (factor.type !== 'SMS') await restoreNumbers(tx, session.userId)
    // A passkey shown meanwhile opens no codes to whoever guessed at them.
    if (!isGuessedOut(login, policy)) await forgetWrongCodes(tx, login.loginId, ctx.now())
    await noteFactorOfSession(tx, { id: ctx.newId(), userId: session.userId, sessionId: session.sessionId, factorId: factor.id })
    const left = factor.type === 'RECOVERY_CODES' ? { left: await recoveryCodesLeft(tx, factor.id) } : {}
    await recordEvents(tx, ctx, [{ action: 'user.factor.prove', targetType: 'User', targetId: session.userId, changes: [{ path: `factors[${factor.id}].proved`, after: { type: factor.type, level: seen.level, ...left } }] }])
    return then(tx, { level: seen.level, way: factor.type }, policy)
  })
  if (!outcome) throw new GatehouseError('factor_refused')
  await releaseAttempt(ctx, claim)
  return outcome
}

const mostCodes = ({ lockout }: PasswordPolicy) => Math.min(lockout.failures || mostWrongCodes, mostWrongCodes)

/**
 * The count of wrong codes outlasts locks, so that nobody guesses on at each one's end: by itself it does not say what brought this one about.
 * A lock by wrong passwords has their count at its limit.
 */
const isGuessedOut = (login: SignInLogin, policy: PasswordPolicy): boolean =>
  isLocked(login) && login.wrongCodes >= mostCodes(policy) && login.wrongPasswords < lockoutOf(policy).failures

/** A lock by wrong codes closes codes in every session; one by wrong passwords, which any stranger can bring about, does not. Errors: `too_many_requests`. */
export function refuseGuessedOut(login: SignInLogin, policy: PasswordPolicy): void {
  if (isGuessedOut(login, policy)) throw new GatehouseError('too_many_requests', 'There were too many wrong codes: wait until the lock of the account opens, or open it by a link.')
}

/**
 * Counts, audits, and locks at the limit: only a right code begins the count anew, the time of the lock does not. Whoever guessed was in, or
 * has the password: this session ends then, and so do sign-ins under way.
 */
export async function countWrong(tx: Transaction, ctx: Context, { userId, sessionId }: Pick<SessionRow, 'userId' | 'sessionId'>, loginId: string, policy: PasswordPolicy, factor: FactorRow | undefined, copied = false): Promise<void> {
  const isTooMany = (await countWrongCode(tx, loginId, mostCodes(policy), ctx.now())) >= mostCodes(policy)
  const ended = isTooMany ? await deleteGuessing(tx, userId, sessionId) : []
  const changes = ended.map((id) => ({ path: `sessions[${id}]`, before: id }))
  await recordEvents(tx, ctx, [copied ? copiedEvent(factor!, changes) : eventOf('FACTOR_WRONG', userId, [...(factor ? [{ path: `factors[${factor.id}].refused`, after: factor.type }] : []), ...changes])])
  if (isTooMany) await lock(tx, ctx, userId)
}

/** What the audit is told of a passkey that may have been copied; its person hears of it too (notify/tell-people.ts). */
export const copiedEvent = ({ id, userId, type, name }: FactorRow, besides: readonly FieldChange[] = []): ReturnType<typeof eventOf> =>
  eventOf('PASSKEY_COPIED', userId, [{ path: `factors[${id}].copied`, after: { type, name: name ?? factorKinds[type].label } }, ...besides])
