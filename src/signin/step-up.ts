/** Second factors in a sign-in, proving again in a session, and signing in with a passkey alone. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { deviceLabel } from '../model/device-label.ts'
import { levels, secondFactors } from '../model/factor-kinds.ts'
import { isToken } from '../model/session.ts'
import { factorsOf, findPasskey, noteUse } from '../store/factors.ts'
import { lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import type { Transaction } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import { rememberDevice } from '../store/remembered-devices.ts'
import type { SessionRow } from '../store/sessions.ts'
import { verifyAssertion } from './passkeys.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { copiedEvent, proveFactor, type FactorAnswer } from './prove-factor.ts'
import { eventOf, provePassword } from './prove-password.ts'
import { markOf, type OpenedSession, type Visit } from './sessions-open.ts'
import { errorOf } from './sign-in-refusals.ts'
import { admitWith, goOn, goOnWith, type SignedIn } from './sign-in.ts'
import { claimAsking, releaseAttempt } from './throttle.ts'

/** Takes the step `factor`. With `remember` this browser is not asked again for a while, where only the person's own factors ask. */
export async function takeFactorStep(ctx: Context, masterKey: MasterKey, session: SessionRow, answer: FactorAnswer & { remember?: boolean }, visit: Visit): Promise<SignedIn> {
  if (session.nextStep !== 'factor') throw new GatehouseError('conflict', 'This sign-in does not wait for a factor; prove again who you are at /me/step-up.')
  return proveFactor(ctx, masterKey, session, answer, async (tx, reached, policy) => {
    if (answer.remember) await remember(tx, ctx, session.userId, policy, visit)
    return goOnWith(tx, ctx, session, policy, { ...reached, proved: true, visit })
  })
}

async function remember(tx: Transaction, ctx: Context, userId: string, { factors: { rememberDays: days } }: PasswordPolicy, { device, userAgent }: Visit): Promise<void> {
  if (days === 0 || device === undefined || !isToken(device)) return
  const id = await rememberDevice(tx, { id: ctx.newId(), userId, mark: markOf(userId, device), device: deviceLabel(userAgent), ip: ctx.actor.ip, now: ctx.now(), days })
  await recordEvents(tx, ctx, [{ action: 'user.device.remember', targetType: 'User', targetId: userId, changes: [{ path: `devices[${id}]`, after: { device: deviceLabel(userAgent), days } }] }])
}

/**
 * Proves again, or more, in a session that is in: by a factor where the person has one, since a stolen password must not do
 * for it, else by the password. Errors: `factor_refused`, `sign_in_refused`, `step_up_required` for a password beside factors.
 */
export async function stepUp(ctx: Context, masterKey: MasterKey, session: SessionRow, proof: FactorAnswer | { password: string }): Promise<SignedIn> {
  if (!('password' in proof)) return proveFactor(ctx, masterKey, session, proof, (tx, reached, policy) => goOnWith(tx, ctx, session, policy, { ...reached, proved: true }))
  await refuseBesideFactors(ctx.db, session.userId)
  // Counted and hashed before the person is held: a guess counts whatever becomes of it, and nobody is held for the time of an argon2id.
  const hash = await provePassword(ctx, session.userId, proof.password)
  return goOn(ctx, session, { proved: true, way: 'PASSWORD', note: async (tx, login) => {
    if (login.password !== hash) throw new GatehouseError('sign_in_refused')
    await refuseBesideFactors(tx, session.userId)
    await recordEvents(tx, ctx, [{ action: 'user.password.prove', targetType: 'User', targetId: session.userId, changes: [{ path: `sessions[${session.sessionId}].proved`, after: { type: 'PASSWORD', level: levels.password } }] }])
  } })
}

async function refuseBesideFactors(db: Parameters<typeof factorsOf>[0], userId: string): Promise<void> {
  if (secondFactors(await factorsOf(db, userId)).length > 0) throw new GatehouseError('step_up_required', 'You have factors: prove one of them. A password is not enough.')
}

/**
 * Signs somebody in by a passkey alone, whoever it belongs to. Errors: `sign_in_refused` before it is known to be theirs; after
 * it the truth, as with a password.
 */
export async function signInByPasskey(ctx: Context, assertion: Document, visit: Visit): Promise<SignedIn & OpenedSession> {
  const claim = await claimAsking(ctx)
  const { id } = assertion
  const passkey = typeof id === 'string' && id.length <= 1400 ? await findPasskey(ctx.db, id) : undefined
  const { response } = assertion as { response?: { userHandle?: unknown } }
  const theirs = passkey?.handle?.toString('base64url') === response?.userHandle
  const policy = passkey && (await policyOf(ctx.db, passkey.userId, ctx.now()))
  const outcome = await ctx.db.transaction(async (tx): Promise<{ admitted: Awaited<ReturnType<typeof admitWith>>; login: SignInLogin } | undefined> => {
    const login = passkey && theirs ? await lockLogin(tx, passkey.userId) : undefined
    const shown = passkey && login && (await verifyAssertion(tx, ctx, assertion, passkey, { holder: visit.device ?? '', userId: null, alone: true }))
    if (!shown || shown === 'copied') return void (await recordEvents(tx, ctx, [passkey && shown ? copiedEvent(passkey) : eventOf('FACTOR_WRONG', passkey?.userId)]))
    await noteUse(tx, passkey.id, ctx.now(), shown.counter)
    const admitted = await admitWith(tx, ctx, { seen: login, policy: policy!, level: shown.level, siteId: null, factorId: passkey.id }, visit)
    if (typeof admitted === 'string') await recordEvents(tx, ctx, [eventOf(admitted, passkey.userId)])
    return { admitted, login }
  })
  if (!outcome) throw new GatehouseError('sign_in_refused')
  const { admitted, login } = outcome
  if (typeof admitted === 'string') throw errorOf(admitted, login, 'passkey')
  // What succeeds counts for nothing: neither the question nor the answer.
  for (let n = 0; n < 2; n++) await releaseAttempt(ctx, claim)
  return admitted
}
