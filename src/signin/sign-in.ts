/**
 * Signing in with a password, as named steps:
 *
 *     find ─▶ policy ─▶ claim the guess ─▶ one argon2id ─▶ refusals in order ─▶ [hold the person, look again] ─▶ session
 *
 * Whatever the name is, the same is done until the password is known to be right or wrong. A session that still has a
 * step before it (`sign-in-steps.ts`) can go on to that, or sign out, and nothing else.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import type { Way } from '../model/amr.ts'
import { levels, reachOf } from '../model/factor-kinds.ts'
import { passwordState, reasonToChange, type ChangeReason } from '../model/password-state.ts'
import { mayEnrol, type StepName } from '../model/session.ts'
import type { SignInResult } from '../model/sign-in-results.ts'
import type { Transaction } from '../store/database.ts'
import { noteFactorOfSession } from '../store/factors.ts'
import { activatePerson, forgetFailures, lockLogin, lockPerson, noteSignIn, writeRehash, type SignInLogin } from '../store/logins-sign-in.ts'
import { readPortalSession } from '../store/portal-sign-in.ts'
import { markDataChanges } from '../store/references.ts'
import { demandChange, passwordLogin } from '../store/passwords.ts'
import { deleteSession, isThere, type SessionRow } from '../store/sessions.ts'
import { loginAndPolicy, policyOf, type PasswordPolicy } from './password-policy.ts'
import { beginExpiry, eventOf, lookAtPassword, noteRefusal } from './prove-password.ts'
import { deviceOf, openSession, renewSession, whenceOf, type OpenedSession, type Visit, type Whence } from './sessions-open.ts'
import { comeFrom, comeOnFrom } from './sign-in-places.ts'
import { closedBy, closedToPassword, mayStart } from './sign-in-refusals.ts'
import { standingOf, standsAt, surroundingsOf, type Standing, type Surroundings } from './sign-in-steps.ts'
import { refuseUnknownSite } from './sites.ts'
import { releaseAttempt } from './throttle.ts'

export interface SignedIn {
  token: string
  /** Where the session stands afterwards. */
  session: SessionRow
  next: StepName | 'done'
  result: SignInResult
  /** When the password expires, once it is time to say so. */
  passwordExpires?: string
}

/**
 * Signs somebody in, or as far as the first step that is still before them. Errors: `sign_in_refused` for everything that
 * stands against it before the right password; `account_closed`, `account_disabled`, `account_locked` after it;
 * `too_many_requests` for an address; `busy`, before the attempt is counted, when too many wait already.
 */
export async function signIn(ctx: Context, { userName, password, site }: { userName: string; password: string; site?: string }, visit: Visit): Promise<SignedIn & OpenedSession> {
  if (site !== undefined) await refuseUnknownSite(ctx.db, site)
  const { login: found, policy } = await loginAndPolicy(ctx.db, userName, ctx.now())
  const { login, claim, ...how } = await lookAtPassword(ctx, userName, found, policy, password)
  // The password was right, whatever comes of it: the attempt is released meanwhile.
  const [admitted] = await Promise.all([admit(ctx, { seen: login, policy, ...how, level: levels.password, siteId: site ?? null }, visit), releaseAttempt(ctx, claim)])
  return typeof admitted === 'string' ? noteRefusal(ctx, admitted, login, claim, true) : admitted
}

interface Admission {
  seen: SignInLogin
  policy: PasswordPolicy
  rehashed?: string | undefined
  /** The password is to be changed: its hash knows no more than its beginning. */
  cut?: true
  /** What was proved. */
  level: number
  siteId: string | null
  /** The factor that was proved instead of a password. */
  factorId?: string
}

/** What vouches for somebody who was signed in elsewhere. */
export interface Voucher {
  /** When they proved who they are there, ISO; null where it does not say: a session there may be days old. */
  proved: string | null
  /** Whether it still does, asked with the person held. */
  holds: (tx: Transaction) => Promise<boolean>
  /** Told of the session that was opened. */
  opened: (tx: Transaction, session: SessionRow) => Promise<void>
}

/** Opens the session, with the person held and looked at again: what was taken from them meanwhile counts. */
export async function admit(ctx: Context, admission: Admission, visit: Visit): Promise<(SignedIn & OpenedSession) | SignInResult> {
  return ctx.db.transaction((tx) => admitWith(tx, ctx, admission, visit))
}

/** The same in the transaction of what lets them in. */
export async function admitWith(tx: Transaction, ctx: Context, { seen, ...admission }: Admission, visit: Visit): Promise<(SignedIn & OpenedSession) | SignInResult> {
  // What is read travels behind the lock, and so is of the person held.
  const [login, found] = await Promise.all([lockLogin(tx, seen.userId), lookAround(tx, ctx, seen.userId, admission.siteId, visit)])
  return !login || login.password !== seen.password ? 'INVALID_PASSWORD' : enter(tx, ctx, login, { ...admission, ...found }, visit)
}

/** The same for somebody whom an identity provider has signed in: a password here is neither needed nor looked at. */
export async function admitFromElsewhere(ctx: Context, userId: string, voucher: Voucher, visit: Visit): Promise<(SignedIn & OpenedSession) | SignInResult> {
  const policy = await policyOf(ctx.db, userId, ctx.now())
  return ctx.db.transaction(async (tx) => {
    const login = await lockPerson(tx, userId)
    if (!login || !(await voucher.holds(tx))) return 'NOT_IN_PORTAL'
    return enter(tx, ctx, login, { policy, level: levels.password, siteId: null, voucher, ...(await lookAround(tx, ctx, userId, null, visit)) }, visit)
  })
}

/** What else a sign-in hangs on, in one journey. */
async function lookAround(tx: Transaction, ctx: Context, userId: string, siteId: string | null, visit: Visit): Promise<{ around: Surroundings; whence: Whence }> {
  const [around, whence] = await Promise.all([surroundingsOf(tx, ctx, userId, siteId), whenceOf(tx, ctx, userId, visit)])
  return { around, whence }
}

type Entry = Omit<Admission, 'seen'> & { voucher?: Voucher; around: Surroundings; whence: Whence }

async function enter(tx: Transaction, ctx: Context, login: SignInLogin, { policy, rehashed, cut, level, siteId: named, factorId, voucher, around, whence }: Entry, visit: Visit): Promise<(SignedIn & OpenedSession) | SignInResult> {
  const day = today(ctx)
  const closed = (voucher === undefined && factorId === undefined ? closedToPassword : closedBy)(login, day)
  if (closed !== undefined) return closed
  // The job that starts people would do the same.
  if (mayStart(login, day)) await activate(tx, actingAs(ctx, login), login)
  if (cut) login.reset_pwd = await demandWholePassword(tx, actingAs(ctx, login), login)
  const siteId = named ?? around.sites.ids[0] ?? null
  const way = voucher ? 'PORTAL' : factorId === undefined ? 'PASSWORD' : 'WEBAUTHN'
  const standing = standingOf(login, policy, { level, proved: [way], ...around, device: deviceOf(login.userId, visit.device), elsewhere: voucher !== undefined }, ctx.now())
  const { next, result } = await standsAt(tx, ctx, standing)
  const opened = openSession(tx, ctx, login.userId, { level, next: next === 'done' ? null : next, siteId, way, most: policy.session.most, idleMinutes: policy.session.idleMinutes, ...(voucher ? { proved: voucher.proved } : {}) }, whence, visit.userAgent)
  if (factorId !== undefined) await noteFactorOfSession(tx, { id: ctx.newId(), userId: login.userId, sessionId: opened.session.sessionId, factorId })
  await voucher?.opened(tx, opened.session)
  const session = { path: `sessions[${opened.session.sessionId}]`, after: { level, next, ...(factorId === undefined ? {} : { factor: factorId }), newDevice: opened.newDevice, newNetwork: opened.newNetwork } }
  const acting = actingAs(ctx, login)
  await recordEvents(tx, acting, [eventOf(result, login.userId, [session])])
  if (rehashed !== undefined) await writeRehash(tx, login, rehashed)
  if (way === 'PASSWORD') await beginExpiry(tx, login, policy, ctx.now())
  if (next === 'done') await arrive(tx, acting, login)
  else await forgetFailures(tx, login.loginId)
  await comeFrom(tx, ctx, { login, next, byPassword: way === 'PASSWORD', session: opened.session }, whence, visit)
  return { ...opened, ...told(opened, next, result, standing) }
}

/**
 * Has a password changed of which only the beginning was looked at; what then stands in RESET_PWD. An action of its own, of which nobody
 * is written to: nobody else is feared to know it, and whoever it is, is asked in a moment.
 */
async function demandWholePassword(tx: Transaction, ctx: Context, { loginId, userId, reset_pwd: before }: SignInLogin): Promise<string | null> {
  const mark = await demandChange(tx, loginId)
  if (mark !== undefined) await recordEvents(tx, ctx, [{ action: 'user.password.demand-whole', targetType: 'User', targetId: userId, changes: [{ path: 'logins.resetPwd', after: mark }] }])
  return mark ?? before
}

const actingAs = (ctx: Context, { userId, login }: SignInLogin): Context => ({ ...ctx, actor: { ...ctx.actor, userId, principal: login } })

function told({ token, session }: Pick<SignedIn, 'token' | 'session'>, next: StepName | 'done', result: SignInResult, { password, login }: Standing): SignedIn {
  const expires = password === 'warn' || password === 'grace' ? login.pwd_exp : null
  return { token, session, next, result, ...(expires === null ? {} : { passwordExpires: new Date(expires).toISOString() }) }
}

/** When the password of somebody expires, or did, once it is time to say so. */
export async function passwordExpiry(ctx: Context, userId: string): Promise<string | undefined> {
  const login = await passwordLogin(ctx.db, userId, { zone: ctx.config.TIME_ZONE, now: ctx.now() })
  if (!login || login.pwd_exp === null) return undefined
  const state = passwordState(login, await policyOf(ctx.db, userId, ctx.now()), ctx.now())
  return state === 'warn' || state === 'grace' ? new Date(login.pwd_exp).toISOString() : undefined
}

/** Why the step `change_password` of somebody is due. */
export async function reasonOfChange(ctx: Context, userId: string): Promise<ChangeReason> {
  const login = await passwordLogin(ctx.db, userId, { zone: ctx.config.TIME_ZONE, now: ctx.now() })
  return login ? reasonToChange(login) : 'expired'
}

/** Somebody is in: when, from where, and who was only waiting for that is active now. */
async function arrive(tx: Transaction, ctx: Context, login: SignInLogin): Promise<void> {
  noteSignIn(tx, login.loginId, { now: ctx.now(), ip: ctx.actor.ip })
  if (login.personStatus === 'PENDING_INITIAL_LOGIN') await activate(tx, ctx, login)
}

/** Active from now on, whatever they waited for. */
async function activate(tx: Transaction, ctx: Context, login: SignInLogin): Promise<void> {
  if (!(await activatePerson(tx, login.userId, ctx.now()))) return
  const changes = [{ path: 'status', before: login.personStatus, after: 'ACTIVE' }]
  await recordEvents(tx, ctx, [{ action: 'user.activate', targetType: 'User', targetId: login.userId, changes }])
  await markDataChanges(tx, [login.userId])
}

export interface Going {
  /** What was reached by it; a password where something was proved and this is absent. */
  level?: number
  /** Whether something was proved just now, and what. */
  proved?: boolean
  /** Whether a factor was added just now: it raises what the last proof reached, and not when that was. Whoever adds one shows nothing they had before. */
  added?: boolean
  way?: Way | undefined
  /** The site it goes on to. */
  siteId?: string | undefined
  /** What the browser brings along. */
  visit?: Visit | undefined
  /** Looks once more at what was proved, with the person held, and notes it together with what the session reaches by it. */
  note?: (tx: Transaction, login: SignInLogin) => Promise<void>
}

const gone = () => new GatehouseError('unauthenticated', 'The session has ended; sign in again.')

/**
 * Goes on with a session after a step of it was done, to the next one or to the end, under a new token; also the way to
 * renew a session after its person has proved something again. Errors: `unauthenticated` when it has ended meanwhile.
 */
export async function goOn(ctx: Context, before: SessionRow, going: Going = {}): Promise<SignedIn> {
  const policy = await policyOf(ctx.db, before.userId, ctx.now())
  return ctx.db.transaction((tx) => goOnWith(tx, ctx, before, policy, going))
}

/**
 * The same in the transaction that uses up what was proved, so that both are there or neither: a code would be spent otherwise, and its session
 * stand where it stood, when the server dies between the two. Errors: `unauthenticated`, with which the code was not shown either.
 * @param policy the one of the person of this session
 */
export async function goOnWith(tx: Transaction, ctx: Context, before: SessionRow, policy: PasswordPolicy, { proved = false, added = false, way, visit = {}, note, ...reached }: Going): Promise<SignedIn> {
  const level = Math.max(before.level, reached.level ?? 0)
  const siteId = reached.siteId ?? before.siteId
  const found = await standingAfter(tx, ctx, before, policy, { level, way, siteId, visit })
  if (!found) throw gone()
  const { standing, at } = found
  // A session in the middle goes there by what it wants of its own accord: it stays where it is.
  if (at.next === 'enrol_factor' && before.nextStep === null && !proved && !added && !mayEnrol(before, reachOf(standing.factors).strongest, ctx.now())) {
    throw (await isThere(tx, before.sessionId)) ? new GatehouseError('step_up_required', 'A factor has to be added there: prove again who you are at /me/step-up, and repeat this.') : gone()
  }
  const renewed = await renewSession(tx, ctx, before, { level, next: at.next === 'done' ? null : at.next, siteId, proved: proved || added ? (reached.level ?? levels.password) : undefined, ...(added ? { provedAt: before.proved } : {}), way, most: policy.session.most })
  if (!renewed) throw gone()
  await note?.(tx, standing.login)
  if (before.nextStep !== null) {
    const change = { path: `sessions[${renewed.session.sessionId}]`, before: { next: before.nextStep }, after: { level, next: at.next } }
    await recordEvents(tx, ctx, [eventOf(at.result, before.userId, [change])])
    await comeOnFrom(tx, ctx, { login: standing.login, next: at.next, byPassword: before.provedBy.includes('PASSWORD'), session: renewed.session }, { session: before.sessionId, flags: renewed.flags }, visit)
    if (at.next === 'done') await arrive(tx, ctx, standing.login)
  }
  return told(renewed, at.next, at.result, standing)
}

/** Where a session stands with what was reached, with its person held; nowhere when they are closed out. */
async function standingAfter(tx: Transaction, ctx: Context, before: SessionRow, policy: PasswordPolicy, { level, way, siteId, visit }: { level: number; way?: Way | undefined; siteId: string | null; visit: Visit }): Promise<{ standing: Standing; at: Awaited<ReturnType<typeof standsAt>> } | undefined> {
  const login = await lockPerson(tx, before.userId)
  const elsewhere = (await readPortalSession(tx, before.sessionId)) !== undefined
  const around = await surroundingsOf(tx, ctx, before.userId, siteId)
  if (!login || closedBy(login, today(ctx)) !== undefined) return undefined
  const standing = standingOf(login, policy, { level, proved: way === undefined ? before.provedBy : [...before.provedBy, way], ...around, device: deviceOf(before.userId, visit.device), elsewhere }, ctx.now())
  return { standing, at: await standsAt(tx, ctx, standing) }
}

/**
 * Goes on with a session to a site, or to something that is of none. Undefined when it is for that already and nothing is due: it stays as it is,
 * since a new token would put out what the same browser asks meanwhile. Errors: `unauthenticated` when it has ended, `step_up_required`.
 */
export async function goToSite(ctx: Context, before: SessionRow, { siteId = before.siteId ?? undefined, visit = {} }: Pick<Going, 'siteId' | 'visit'>): Promise<SignedIn | undefined> {
  const policy = await policyOf(ctx.db, before.userId, ctx.now())
  return ctx.db.transaction(async (tx) => {
    if (before.nextStep === null && (siteId ?? null) === before.siteId) {
      const found = await standingAfter(tx, ctx, before, policy, { level: before.level, siteId: before.siteId, visit })
      // With the person held: it may have ended since it was looked up.
      if (found?.at.next === 'done') {
        if (!(await isThere(tx, before.sessionId))) throw gone()
        return undefined
      }
    }
    return goOnWith(tx, ctx, before, policy, { siteId, visit })
  })
}

/** Ends a session by its own wish, or because of what its person refused. */
export async function signOut(ctx: Context, sessionId: string, result?: SignInResult): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const userId = await deleteSession(tx, sessionId)
    if (userId === undefined) return
    if (result !== undefined) await recordEvents(tx, ctx, [eventOf(result, userId)])
    await recordEvents(tx, ctx, [{ action: 'user.sign-out', targetType: 'User', targetId: userId, changes: [{ path: `sessions[${sessionId}]`, before: sessionId }] }])
  })
}
