/** Steps of a sign-in that are no proof of a factor: what is done and where the session goes by it are written together, or neither is. */
import type { Context } from '../context.ts'
import { levels } from '../model/factor-kinds.ts'
import type { SessionRow } from '../store/sessions.ts'
import { decideWith } from './it-policies.ts'
import { changeOwnPassword } from './password-change.ts'
import { policyOf } from './password-policy.ts'
import type { Visit } from './sessions-open.ts'
import { goOnWith, type SignedIn } from './sign-in.ts'

/**
 * Changes the password of the person of a session, the step `change_password` or not; their other sessions end. The password proves
 * a session that has reached no more than a password does: for more, whoever stole it must not pass as proved anew.
 * Errors: those of `changeOwnPassword`; `unauthenticated` for a session that has ended, with which the password is the one before.
 */
export async function changePasswordIn(ctx: Context, session: SessionRow, given: { current: string; next: string }, visit: Visit | undefined): Promise<SignedIn> {
  const { userId, sessionId, level } = session
  const proof = level <= levels.password ? { proved: true, way: 'PASSWORD' as const } : {}
  const went = await changeOwnPassword(ctx, userId, { ...given, keep: sessionId }, (tx, policy) => goOnWith(tx, ctx, session, policy, { ...proof, visit }))
  return went!
}

/** Accepts a usage policy that a sign-in waits for. Errors: those of `decidePolicy`; `unauthenticated` for a session that has ended. */
export async function acceptPolicyStep(ctx: Context, session: SessionRow, versionId: string, visit: Visit | undefined): Promise<SignedIn> {
  const policy = await policyOf(ctx.db, session.userId, ctx.now())
  return ctx.db.transaction(async (tx) => {
    await decideWith(tx, ctx, session.userId, versionId, true, session.siteId)
    return goOnWith(tx, ctx, session, policy, { visit })
  })
}
