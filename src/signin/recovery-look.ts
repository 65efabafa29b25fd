/**
 * A look at what a link or a code would open, before a password is thought up for it: nothing is used up. Whoever shows a link has the
 * mail of its person, to which the user name is sent as well on demand, and whoever shows a code has typed the name.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { today } from '../model/today.ts'
import { findLogin, lockLogin } from '../store/logins-sign-in.ts'
import { lookAtCode } from './recovery-by-sms.ts'
import { ownerOfLink } from './recovery.ts'
import { leastLength } from './password-policy.ts'
import { isRecoverable } from './sign-in-refusals.ts'
import { claimLook, claimRecovery, releaseAttempt } from './throttle.ts'

export interface RecoveryLook {
  userName: string
  /** The least characters of the new password. */
  passwordLength: number
  /** Whether there is no password yet. */
  first: boolean
}

/** Errors: `recovery_refused` for any link that sets no password now, `too_many_requests`. */
export async function lookAtLink(ctx: Context, token: string): Promise<RecoveryLook> {
  const claim = await claimLook(ctx)
  const look = await lookOf(ctx, await ownerOfLink(ctx, token))
  await releaseAttempt(ctx, claim)
  return look
}

/** The same by a code, which counts as an answer where it is wrong. Errors: `recovery_refused`, `too_many_requests`. */
export async function lookByCode(ctx: Context, { userName, code }: { userName: string; code: string }): Promise<RecoveryLook> {
  const claim = await claimRecovery(ctx, userName)
  const userId = (await lookAtCode(ctx, await findLogin(ctx.db, userName), code))?.userId
  if (userId === undefined) throw new GatehouseError('recovery_refused')
  const look = await lookOf(ctx, userId)
  await releaseAttempt(ctx, claim)
  return look
}

async function lookOf(ctx: Context, userId: string): Promise<RecoveryLook> {
  const login = await ctx.db.transaction((tx) => lockLogin(tx, userId))
  if (!login || !isRecoverable(login, today(ctx))) throw new GatehouseError('recovery_refused')
  return { userName: login.login, passwordLength: await leastLength(ctx, userId), first: login.password === null }
}
