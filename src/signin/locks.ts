/** Locks that too many wrong passwords bring, and time lifts. What an administrator has locked, an administrator opens. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { mostGuessesInARow } from '../model/guesses.ts'
import { clockSkewMs } from '../model/session.ts'
import { isActive } from '../model/user-statuses.ts'
import type { FieldChange } from '../model/document-diff.ts'
import type { Transaction } from '../store/database.ts'
import { beginCountAnew, lockByFailures, lockedLogins, lockLogin, notePasswordClosed, unlockByTime, type SignInLogin } from '../store/logins-sign-in.ts'
import type { Lockout } from '../store/sign-in-throttle.ts'
import { markDataChanges } from '../store/references.ts'
import { policyOf, type PasswordPolicy } from './password-policy.ts'

const never = 2_147_483_647

/** What a policy says of locking; one that never locks has limits that nobody reaches. */
export const lockoutOf = ({ lockout }: PasswordPolicy): Lockout => ({ ...lockout, failures: lockout.failures || never, mostGuessesInARow: lockout.failures === 0 ? never : mostGuessesInARow })

/** Whether somebody is locked by failures and the time of that is over. */
export function lockTimeIsOver(login: Pick<SignInLogin, 'lockMarker' | 'secondaryStatus' | 'lastAttempt'>, { unlockMinutes }: Pick<Lockout, 'unlockMinutes'>, now: Date): boolean {
  if ((login.lockMarker !== 'LOCKED' && login.secondaryStatus !== 'LOCKED') || unlockMinutes === 0 || login.lastAttempt === null) return false
  const since = now.getTime() - Date.parse(login.lastAttempt)
  return since >= unlockMinutes * 60_000 || since < -clockSkewMs
}

const markerChange = (before: string, after: string): FieldChange => ({ path: 'logins.lockMarker', before, after })

/** Locks a person's login after too many failures: nothing more is guessed for a while, and who is in stays in. */
export async function lock(tx: Transaction, ctx: Context, userId: string): Promise<void> {
  const locked = await lockByFailures(tx, userId, ctx.now())
  if (!locked.login && !locked.person) return
  const changes: FieldChange[] = [
    ...(locked.person ? [{ path: 'secondaryStatus', after: 'LOCKED' }, { path: 'active', before: true, after: false }] : []),
    ...(locked.login ? [markerChange('NOT_LOCKED', 'LOCKED')] : []),
  ]
  await recordEvents(tx, ctx, [{ action: 'user.lock', targetType: 'User', targetId: userId, changes }])
  if (locked.person) await markDataChanges(tx, [userId])
}

/** Says that a person's password is closed by the count over all locks, when nobody has said so yet. After `lock`: people are held before their logins. */
export async function closePassword(tx: Transaction, ctx: Context, { userId, loginId }: Pick<SignInLogin, 'userId' | 'loginId'>, { mostGuessesInARow: most }: Lockout): Promise<void> {
  const now = ctx.now()
  if (!(await notePasswordClosed(tx, loginId, most, now))) return
  await recordEvents(tx, ctx, [{ action: 'user.password.close', targetType: 'User', targetId: userId, changes: [{ path: 'logins.pwdClosed', after: now.toISOString() }] }])
}

/** The last password that was looked at, was right. A wrong one that came while it was may have closed the password: that it is open again is told then. */
export async function openPassword(ctx: Context, { userId, loginId }: Pick<SignInLogin, 'userId' | 'loginId'>): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const held = await lockLogin(tx, userId)
    if (held?.loginId !== loginId) return
    await beginCountAnew(tx, loginId)
    if (held.passwordClosed === null) return
    await recordEvents(tx, ctx, [{ action: 'user.password.open', targetType: 'User', targetId: userId, changes: [{ path: 'logins.pwdClosed', before: held.passwordClosed }] }])
  })
}

/** Lifts a lock by failures again. The person is held by the caller's lock. */
export async function unlock(tx: Transaction, ctx: Context, userId: string): Promise<void> {
  const lifted = await unlockByTime(tx, userId, ctx.now())
  if (!lifted.login && !lifted.person) return
  const person = lifted.person ? await lockLogin(tx, userId) : undefined
  const changes: FieldChange[] = [
    ...(lifted.person ? [{ path: 'secondaryStatus', before: 'LOCKED' }] : []),
    ...(person && isActive(person.personStatus, person.secondaryStatus) ? [{ path: 'active', before: false, after: true }] : []),
    ...(lifted.login ? [markerChange('LOCKED', 'NOT_LOCKED')] : []),
  ]
  await recordEvents(tx, ctx, [{ action: 'user.unlock', targetType: 'User', targetId: userId, changes }])
  if (lifted.person) await markDataChanges(tx, [userId])
}

const page = 200

/** Opens every login whose lock by failures has lasted as long as its policy says. How many. */
export async function unlockPeople(ctx: Context): Promise<number> {
  let opened = 0
  for (let last = ''; ;) {
    const logins = await lockedLogins(ctx.db, last, page)
    for (const { userId, lastAttempt } of logins) {
      const lockout = lockoutOf(await policyOf(ctx.db, userId, ctx.now()))
      if (lockTimeIsOver({ lockMarker: 'LOCKED', secondaryStatus: null, lastAttempt }, lockout, ctx.now()) && await unlockInTime(ctx, userId, lockout)) opened++
    }
    if (logins.length < page) return opened
    last = logins.at(-1)!.loginId
  }
}

async function unlockInTime(ctx: Context, userId: string, lockout: Lockout): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, userId)
    if (!login || !lockTimeIsOver(login, lockout, ctx.now())) return false
    await unlock(tx, ctx, userId)
    return true
  })
}
