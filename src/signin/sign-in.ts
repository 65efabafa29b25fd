/**
 * Signing in with a password, as named steps:
 *
 *     find ─▶ policy ─▶ claim the guess ─▶ one argon2id ─▶ refusals in order ─▶ [hold the person, look again] ─▶ session
 *
 * Whatever the name is, the same is done until the password is known to be right or wrong. A session that still has a
 * step before it (`sign-in-steps.ts`) can go on to that, or sign out, and nothing else.
 */
import { recordEvents, type NewEvent } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { passwordLevel, type StepName } from '../model/session.ts'
import { signInResults, type SignInResult } from '../model/sign-in-results.ts'
import type { Transaction } from '../store/database.ts'
import { activatePerson, findLogin, forgetFailures, lockLogin, noteSignIn, type SignInLogin } from '../store/logins-sign-in.ts'
import { markDataChanges } from '../store/references.ts'
import { deleteSession, type SessionRow } from '../store/sessions.ts'
import { lock } from './locks.ts'
import { costOf, hashPassword, verifyPassword, withRoomToHash } from './password-hash.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'
import { openSession, renewSession, type OpenedSession, type Visit } from './sessions-open.ts'
import { closedBy, errorOf, refusalOf } from './sign-in-refusals.ts'
import { standingOf, standsAt, type Standing } from './sign-in-steps.ts'
import { claimAttempt, releaseAttempt, type Claim } from './throttle.ts'

export interface SignedIn {
  token: string
  /** Where the session stands afterwards. */
  session: SessionRow
  next: StepName | 'done'
  result: SignInResult
  /** When the password expires, once it is time to say so. */
  passwordExpires?: string
}

/** Who is not there has a policy too, so that asking for it takes as long. */
const nobody = 'nobody'

/**
 * Signs somebody in, or as far as the first step that is still before them. Errors: `sign_in_refused` for everything that
 * stands against it before the right password; `account_closed`, `account_disabled`, `account_locked` after it;
 * `too_many_requests` for an address; `busy`, before the attempt is counted, when too many wait already.
 */
export function signIn(ctx: Context, given: { userName: string; password: string }, visit: Visit): Promise<SignedIn & OpenedSession> {
  return withRoomToHash(() => attempt(ctx, given, visit))
}

async function attempt(ctx: Context, { userName, password }: { userName: string; password: string }, visit: Visit): Promise<SignedIn & OpenedSession> {
  const found = await findLogin(ctx.db, userName)
  const policy = await policyOf(ctx.db, found?.userId ?? nobody)
  const claim = await claimAttempt(ctx, userName, found, policy)
  const { login } = claim
  const { proved, rehashed } = await prove(ctx, claim.blocked ? null : (login?.password ?? null), password)
  const refused = refusalOf({ claim, proved })
  if (refused !== undefined || !login) return refuse(ctx, refused ?? 'INVALID_LOGIN', login, claim, proved)
  const admitted = await admit(ctx, { seen: login, policy, rehashed }, visit)
  if (typeof admitted === 'string') return refuse(ctx, admitted, login, claim, true)
  await releaseAttempt(ctx, claim)
  return admitted
}

/** Looks at a password: always one argon2id. A hash of a cheaper or foreign kind is made anew when it matches. */
async function prove(ctx: Context, stored: string | null, password: string): Promise<{ proved: boolean; rehashed?: string }> {
  const cost = costOf(ctx.config)
  const { ok, stale } = await verifyPassword(stored, password, cost)
  return ok && stale ? { proved: true, rehashed: await hashPassword(password, cost) } : { proved: ok }
}

async function refuse(ctx: Context, result: SignInResult, login: SignInLogin | undefined, claim: Claim, proved: boolean): Promise<never> {
  await ctx.db.transaction(async (tx) => {
    if (login && proved) await forgetFailures(tx, login.loginId)
    await recordEvents(tx, ctx, [eventOf(result, login?.userId)])
    if (login && result === 'LOGIN_LOCKED' && claim.blocked === undefined && !proved) await lock(tx, ctx, login.userId)
  })
  if (proved) await releaseAttempt(ctx, claim)
  throw errorOf(result, login)
}

/** What was typed as a name that nobody has may be a password: the audit does not keep it. */
const eventOf = (result: SignInResult, userId: string | undefined, changes: NewEvent['changes'] = []): NewEvent => ({
  action: 'user.sign-in',
  targetType: 'User',
  targetId: userId ?? nobody,
  result: signInResults[result].code < 100 ? 'SUCCESS' : result,
  changes: [{ path: 'signIn.code', after: signInResults[result].code }, ...changes],
})

interface Admission {
  seen: SignInLogin
  policy: PasswordPolicy
  rehashed?: string | undefined
}

/** Opens the session, with the person held and looked at again: what was taken from them meanwhile counts. */
async function admit(ctx: Context, { seen, policy, rehashed }: Admission, visit: Visit): Promise<(SignedIn & OpenedSession) | SignInResult> {
  return ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, seen.userId)
    if (!login || login.password !== seen.password) return 'INVALID_PASSWORD'
    const closed = closedBy(login)
    if (closed !== undefined) return closed
    const standing = standingOf(login, policy, passwordLevel, ctx.now())
    const { next, result } = await standsAt(tx, ctx, standing)
    const opened = await openSession(tx, ctx, login.userId, { level: passwordLevel, next: next === 'done' ? null : next }, visit)
    const session = { path: `sessions[${opened.session.sessionId}]`, after: { level: passwordLevel, next, newDevice: opened.newDevice, newNetwork: opened.newNetwork } }
    const acting = actingAs(ctx, login)
    await recordEvents(tx, acting, [eventOf(result, login.userId, [session])])
    if (next === 'done') await arrive(tx, acting, login, rehashed)
    else await forgetFailures(tx, login.loginId)
    return { ...opened, ...told(opened, next, result, standing) }
  })
}

const actingAs = (ctx: Context, { userId, login }: SignInLogin): Context => ({ ...ctx, actor: { ...ctx.actor, userId, principal: login } })

function told({ token, session }: Pick<SignedIn, 'token' | 'session'>, next: StepName | 'done', result: SignInResult, { password, login }: Standing): SignedIn {
  const expires = password === 'warn' || password === 'grace' ? login.pwd_exp : null
  return { token, session, next, result, ...(expires === null ? {} : { passwordExpires: new Date(expires).toISOString() }) }
}

/** Somebody is in: when, from where, and who was only waiting for that is active now. */
async function arrive(tx: Transaction, ctx: Context, login: SignInLogin, rehashed?: string): Promise<void> {
  await noteSignIn(tx, login.loginId, { now: ctx.now(), ip: ctx.actor.ip, rehashed })
  if (login.personStatus !== 'PENDING_INITIAL_LOGIN' || !(await activatePerson(tx, login.userId, ctx.now()))) return
  const changes = [{ path: 'status', before: 'PENDING_INITIAL_LOGIN', after: 'ACTIVE' }]
  await recordEvents(tx, ctx, [{ action: 'user.activate', targetType: 'User', targetId: login.userId, changes }])
  await markDataChanges(tx, [login.userId])
}

/**
 * Goes on with a session after a step of it was done, to the next one or to the end, under a new token; also the way to
 * renew a session after its person has proved something again. Errors: `unauthenticated` when it has ended meanwhile.
 */
export async function goOn(ctx: Context, before: SessionRow, level = before.level): Promise<SignedIn> {
  const policy = await policyOf(ctx.db, before.userId)
  return ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, before.userId)
    const standing = login && closedBy(login) === undefined ? standingOf(login, policy, level, ctx.now()) : undefined
    const at = standing && (await standsAt(tx, ctx, standing))
    const renewed = at && (await renewSession(tx, ctx, before, { level, next: at.next === 'done' ? null : at.next }))
    if (!standing || !renewed) throw new GatehouseError('unauthenticated', 'The session has ended; sign in again.')
    if (before.nextStep !== null) {
      const change = { path: `sessions[${renewed.session.sessionId}]`, before: { next: before.nextStep }, after: { level, next: at.next } }
      await recordEvents(tx, ctx, [eventOf(at.result, before.userId, [change])])
      if (at.next === 'done') await arrive(tx, ctx, standing.login)
    }
    return told(renewed, at.next, at.result, standing)
  })
}

/** Ends a session by its own wish. */
export async function signOut(ctx: Context, sessionId: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const userId = await deleteSession(tx, sessionId)
    if (userId === undefined) return
    await recordEvents(tx, ctx, [{ action: 'user.sign-out', targetType: 'User', targetId: userId, changes: [{ path: `sessions[${sessionId}]`, before: sessionId }] }])
  })
}

/**
 * Proves a password of somebody who is signed in, under the same limits as signing in: no other door to guess at.
 * Errors: `sign_in_refused`, `too_many_requests`, `busy`. A lock that comes of it ends the session too.
 */
export function provePassword(ctx: Context, userId: string, password: string): Promise<void> {
  return withRoomToHash(() => proveAgain(ctx, userId, password))
}

async function proveAgain(ctx: Context, userId: string, password: string): Promise<void> {
  const found = await ctx.db.transaction((tx) => lockLogin(tx, userId))
  const policy = await policyOf(ctx.db, userId)
  const claim = await claimAttempt(ctx, found?.login ?? '', found, policy)
  const { login: seen } = claim
  const { proved } = await prove(ctx, claim.blocked ? null : (seen?.password ?? null), password)
  const refused = refusalOf({ claim, proved })
  if (refused !== undefined || !seen) return refuse(ctx, refused ?? 'INVALID_LOGIN', seen, claim, proved)
  await forgetFailures(ctx.db, seen.loginId)
  await releaseAttempt(ctx, claim)
}
