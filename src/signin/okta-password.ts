/**
 * The password import hook of Okta: whoever has their password here signs in at Okta for the first time, Okta asks us whether it
 * is right, and knows it from then on. It is another door to guess at, and so it has the limits of signing in: by user name, by
 * the address that Okta says the person comes from, and the policy's own lock.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { recordEvents } from '../audit/record.ts'
import type { Refusal } from '../audit/refusals.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { oktaSystemId } from '../model/link-statuses.ts'
import { passwordState } from '../model/password-state.ts'
import { findLoginByAccount, forgetFailures, lockLogin, writeRehash } from '../store/logins-sign-in.ts'
import { policyOf } from './password-policy.ts'
import { beginExpiry, lookAtPassword, nobody } from './prove-password.ts'
import { releaseAttempt } from './throttle.ts'

export interface HookQuestion {
  username: string
  password: string
  /** Where the person is, as far as Okta says so. */
  address: string | undefined
}

export interface HookAnswer {
  good: boolean
  /** Guesses that are too many: no event says so yet. `ip` is where Okta says the person is. */
  refused?: Pick<Refusal, 'code' | 'principal' | 'ip'>
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Whether whoever asks has shown the secret that Okta was given; compared in constant time. */
export const isFromOkta = (secret: string, shown: string): boolean => timingSafeEqual(digest(secret), digest(shown))

/**
 * Whether a password is that of whom Okta calls by a name: the login of their account there, as a sync has confirmed it. The
 * name somebody has here is not asked: it may be the login of another one over there. A temporary password, or one that has
 * expired, is not: Okta would keep it. Nobody is told why; what the door is to tell the audit of, since it answers as ever, comes along.
 */
export async function judgeForOkta(given: Context, { username, password, address }: HookQuestion): Promise<HookAnswer> {
  const ctx = { ...given, actor: { ...given.actor, principal: 'okta password hook', ip: address !== undefined && isIP(address) > 0 ? address : given.actor.ip } }
  const found = await findLoginByAccount(ctx.db, oktaSystemId, username)
  const policy = await policyOf(ctx.db, found?.userId ?? nobody, ctx.now())
  try {
    const { login, claim, rehashed, cut } = await lookAtPassword(ctx, found?.login ?? username, found, policy, password)
    // Okta would keep what it has asked about, and that need not be the password.
    const state = passwordState(login, policy, ctx.now())
    const good = await ctx.db.transaction(async (tx) => {
      // Replaced while it was looked at, it is nobody's any more.
      const isStill = (await lockLogin(tx, login.userId))?.password === login.password
      const result = !isStill ? 'INVALID_PASSWORD' : cut ? 'CHANGE_AFTER_RESET' : ['valid', 'warn', 'grace'].includes(state) ? 'SUCCESS' : 'PASSWORD_EXPIRED'
      if (isStill) {
        await forgetFailures(tx, login.loginId)
        if (rehashed !== undefined) await writeRehash(tx, login, rehashed)
        await beginExpiry(tx, login, policy, ctx.now())
      }
      await recordEvents(tx, ctx, [{ action: 'user.okta-password', targetType: 'User', targetId: login.userId, result }])
      return result === 'SUCCESS'
    })
    await releaseAttempt(ctx, claim)
    return { good }
  } catch (error) {
    // What stands against it is in the audit, or the door notes it; that the server is busy counts as no, too: Okta would ask again, and be another guess.
    if (!(error instanceof GatehouseError) || (error.status >= 500 && error.code !== 'busy')) throw error
    const { principal, ip } = ctx.actor
    return { good: false, ...(error.code === 'too_many_requests' ? { refused: { code: error.code, principal, ip: ip ?? '' } } : {}) }
  }
}
