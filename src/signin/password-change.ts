/**
 * The verbs that set a password. A person changes their own and proves the one they have; the server sets one for a person
 * who has proved otherwise who they are (recovery), or makes a temporary one. Nobody chooses the password of somebody
 * else: no door leads an administrator here (decisions/0030).
 *
 * Hashes are made and verified outside of the transaction, which then looks whether all still stands as it was.
 */
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { hoursForPlace } from '../model/password-policy.ts'
import { datesOf, isTemporary, passwordState } from '../model/password-state.ts'
import { clockSkewMs } from '../model/session.ts'
import { guardPeople } from '../records/guard.ts'
import type { Transaction } from '../store/database.ts'
import { lockLogin } from '../store/logins-sign-in.ts'
import { deleteOffline } from '../store/oidc-artifacts.ts'
import { forgetGuesses } from '../store/sign-in-throttle.ts'
import { deleteSessions } from '../store/sessions.ts'
import { demandChange, passwordLogin, writePassword, type Day, type PasswordLogin } from '../store/passwords.ts'
import { costOf, hashPassword, withRoomToHash } from './password-hash.ts'
import { judgePassword, passwordContext, policyOf, type PasswordPolicy, type Violation } from './password-policy.ts'
import { provePassword } from './prove-password.ts'
import { checkUser, offlineEnded } from './sessions.ts'
import { hasPasswordHere } from './sign-in-refusals.ts'

const dayOf = ({ config, now }: Pick<Context, 'config' | 'now'>): Day => ({ zone: config.TIME_ZONE, now: now() })

const noLogin = (userId: string) => new GatehouseError('not_found', `The person ${userId} has no login here.`)

/**
 * Changes one's own password; of one's sessions only `keep` stays. Errors: those of `provePassword` for `current`,
 * `password_lapsed` for a temporary one that is too old, `password_refused` with every rule that `next` breaks; those of `then`, with which
 * nothing was changed.
 * @param then what comes of it, in the same transaction
 */
export function changeOwnPassword<T>(ctx: Context, userId: string, given: { current: string; next: string; keep?: string }, then?: Then<T>): Promise<T | undefined> {
  return withRoomToHash(() => change(ctx, userId, given, then))
}

type Then<T> = (tx: Transaction, policy: PasswordPolicy) => Promise<T>

async function change<T>(ctx: Context, userId: string, { current, next, keep }: { current: string; next: string; keep?: string }, then?: Then<T>): Promise<T | undefined> {
  const day = dayOf(ctx)
  const policy = await policyOf(ctx.db, userId, day.now)
  const known = await passwordLogin(ctx.db, userId, day)
  if (!known) throw noLogin(userId)
  const login = { ...known, password: await provePassword(ctx, userId, current) }
  try {
    return await exchange(ctx, login, { policy, day, next, keep }, then)
  } catch (error) {
    // The password was right, whatever came of it.
    if (error instanceof GatehouseError) await ctx.db.transaction((tx) => recordEvents(tx, ctx, [{ action: 'user.password.change', targetType: 'User', targetId: userId, result: error.code }]))
    throw error
  }
}

async function exchange<T>(ctx: Context, login: PasswordLogin, { policy, day, next, keep }: { policy: PasswordPolicy; day: Day; next: string; keep: string | undefined }, then?: Then<T>): Promise<T | undefined> {
  if (isTemporary(login) && passwordState(login, policy, day.now) === 'expired') throw new GatehouseError('password_lapsed', 'The temporary password has lapsed; recover the account, or ask for a new one.')
  const demanded = ['must_change', 'grace', 'expired'].includes(passwordState(login, policy, day.now))
  const limits = demanded ? [] : judgeLimits(login, policy, day.now)
  await judge(ctx, login, policy, next, limits)
  const hash = await hashPassword(next, costOf(ctx.config))
  // The name of no session ends them all, and says all the same that it is one's own password: offline access goes on.
  const db = ctx.db.withSession(keep ?? '0')
  return db.transaction(async (tx) => {
    // The person first, as everywhere: what comes of it holds them too.
    await lockLogin(tx, login.user_id)
    await stillThere(tx, login, day)
    await write(tx, ctx, login, hash, { policy, action: 'user.password.change', reset: null, changesToday: demanded ? login.changes_today : login.changes_today + 1 })
    return then?.(tx, policy)
  })
}

/**
 * Sets the password of a person who has proved otherwise who they are. With `forceChange` it is a temporary one that the
 * server has made by chance: it is not judged, and must be changed at the next sign-in. The limits of changes refuse none, or whoever has
 * forgotten theirs would be locked out; what is not temporary counts as a change of the day. Somebody else may have known the one before:
 * applications lose their offline access with the sessions. What was guessed at the name before counts for nothing. `first` is done before, in the same transaction. Errors: `password_refused`, `not_found`.
 */
export async function setPassword(ctx: Context, userId: string, { next, forceChange }: { next: string; forceChange: boolean }, first?: (tx: Transaction) => Promise<void>): Promise<void> {
  const day = dayOf(ctx)
  const policy = await policyOf(ctx.db, userId, day.now)
  const login = await passwordLogin(ctx.db, userId, day)
  if (!login) throw noLogin(userId)
  if (!forceChange) await judge(ctx, login, policy, next, [])
  const hash = await hashPassword(next, costOf(ctx.config))
  await ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, [userId])
    await first?.(tx)
    await stillThere(tx, login, day)
    await forgetGuesses(tx, [userId])
    const ended = await deleteOffline(tx, [userId])
    // The first one is no change.
    const changesToday = forceChange ? 0 : login.password === null ? login.changes_today : login.changes_today + 1
    await write(tx, ctx, login, hash, { policy, action: forceChange ? 'user.password.temporary' : 'user.password.set', reset: forceChange ? '1' : null, changesToday, ended })
  })
}

/**
 * Has somebody choose another password when they next sign in with theirs, which others may know (NIST SP 800-63B-4 §3.1.1.2), whatever
 * their policy says; all else of theirs stays. Their sessions and applications' offline access end, but the session `keep`: one's own.
 * Errors: `not_found`, `forbidden`, `conflict` for who has no password here.
 */
export async function demandPasswordChange(ctx: Context, userId: string, keep?: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const login = await lockLogin(tx, userId)
    if (!login || login.password === null || !hasPasswordHere(login)) throw new GatehouseError('conflict', 'The person has no password here that could be changed.')
    const demanded = await demandChange(tx, login.loginId)
    const ended = await deleteSessions(tx, userId, undefined, keep)
    const offline = await deleteOffline(tx, [userId], keep)
    const changes = [...(demanded === undefined ? [] : [{ path: 'logins.resetPwd', after: demanded }]), ...ended.map((id) => ({ path: `sessions[${id}]`, before: id })), ...offlineEnded(offline)]
    await recordEvents(tx, ctx, [{ action: 'user.password.demand-change', targetType: 'User', targetId: userId, changes }])
  })
}

/** How often people may change it. */
function judgeLimits(login: PasswordLogin, { changes, advisory }: PasswordPolicy, now: Date): Violation[] {
  const { perDay, minimumAgeHours } = changes
  const found: Violation[] = []
  if (perDay !== undefined && login.changes_today >= perDay) {
    found.push({ rule: 'changesPerDay', message: perDay === 0 ? 'Passwords cannot be changed here.' : `It may be changed ${perDay === 1 ? 'once' : `${perDay} times`} a day.` })
  }
  const age = login.pwd_changed === null ? Infinity : now.getTime() - new Date(login.pwd_changed).getTime()
  // Set in the future, by a clock that was wrong: how old it is nobody knows.
  if (age < minimumAgeHours * 3_600_000 && age >= -clockSkewMs) found.push({ rule: 'minimumAgeHours', message: `It may be changed again ${counted(minimumAgeHours, 'hour')} after it was set.` })
  return found.filter(({ rule }) => !advisory.has(rule))
}

async function judge(ctx: Context, login: PasswordLogin, policy: PasswordPolicy, next: string, before: Violation[]): Promise<void> {
  const context = await passwordContext(ctx, ctx.db, login.user_id, policy, login.password, ctx.now())
  if (!context) throw noLogin(login.user_id)
  refuse([...before, ...(await judgePassword(policy, next, context))])
}

/** Errors: `password_refused`, with every rule that is broken; its name is the path. */
function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return
  throw new GatehouseError('password_refused', violations.map(({ message }) => message).join(' '), { problems: violations.map(({ rule, ...why }) => ({ path: rule, ...why })) })
}

/** Errors: `conflict` when the password was set by somebody else since it was proved. */
async function stillThere(tx: Transaction, login: PasswordLogin, day: Day): Promise<void> {
  const now = await passwordLogin(tx, login.user_id, day, true)
  if (!now || now.login_id !== login.login_id) throw noLogin(login.user_id)
  if (now.password !== login.password) throw new GatehouseError('conflict', 'The password has been set in the meantime.')
}

interface Writing {
  policy: PasswordPolicy
  action: string
  reset: string | null
  changesToday: number
  /** Clients whose offline access ended with it. */
  ended?: readonly string[]
}

async function write(tx: Transaction, ctx: Context, login: PasswordLogin, hash: string, { policy, action, reset, changesToday, ended = [] }: Writing): Promise<void> {
  const now = ctx.now()
  const { expires, graceEnds } = datesOf(policy, now, reset !== null)
  await writePassword(tx, login, { hash, expires, graceEnds, reset, changesToday, hours: hoursForPlace(policy) }, ctx.newId, now)
  await recordEvents(tx, ctx, [{ action, targetType: 'User', targetId: login.user_id, changes: [{ path: 'password' }, ...offlineEnded(ended)] }])
}
