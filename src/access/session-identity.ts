/** Whom a session cookie belongs to: the same identity that a key gives, as far as its sign-in has come. */
import type { Context } from '../context.ts'
import { isLive, isToken, needsTouch, sessionIdOf } from '../model/session.ts'
import { findSession, findSessionWithRights, touchSession, type FoundSession, type SessionRow } from '../store/sessions.ts'
import { authorityOf, scopes, type Identity } from './api-keys.ts'

export interface SessionIdentity extends Identity {
  userId: string
  session: SessionRow
}

type Asking = Pick<Context, 'db' | 'config' | 'now'>

/**
 * The person of a token, or undefined when it opens nothing (any more). With `rights` they may do what they could with a
 * key of every scope; without, nothing but what everybody may about themselves. A sign-in that is under way gives nothing.
 */
export async function authenticateSession(ctx: Asking, token: string, rights: boolean): Promise<SessionIdentity | undefined> {
  if (!isToken(token)) return undefined
  const [now, id] = [ctx.now(), sessionIdOf(token)]
  const at = now.toISOString()
  const withRights = rights ? await findSessionWithRights(ctx.db, id, at) : undefined
  const found: FoundSession | undefined = rights ? withRights : await findSession(ctx.db, id, at)
  if (!found || !found.active || found.level < 1 || !isLive(found, now.getTime(), ctx.config.SESSION_IDLE_MINUTES)) return undefined
  if (needsTouch(found.lastSeen, now.getTime())) await touchSession(ctx.db, id, at)
  const { sessionId, userId, level, started, expires, lastSeen, nextStep, proved, provedLevel, provedBy, siteId, idleMinutes, passwordExpires = null } = found
  const session = { sessionId, userId, level, started, expires, lastSeen, nextStep, proved, provedLevel, provedBy, siteId, idleMinutes, passwordExpires }
  const authority = nextStep === null && withRights ? await authorityOf(ctx.db, withRights, at) : { rights: new Set<string>() }
  return { userId, principal: found.userName ?? userId, keyId: sessionId, scopes: nextStep === null ? scopes : [], authority, session }
}
