/** Sessions of people at the identity provider, and the end of sessions and tokens. */
import { randomText } from '../random.ts'
import type { OktaUser, Org } from '../state.ts'
import type { AccessToken, RefreshToken, Session } from './store.ts'

/** Okta's defaults: two hours without use, a day at most. */
const idleMs = 2 * 3_600_000
const longestMs = 24 * 3_600_000

export function startSession(org: Org, user: OktaUser): Session {
  const session = { id: `102${randomText(org.random, 22)}`, userId: user.id, created: org.now(), lastUsed: org.now() }
  org.oauth.sessions.set(session.id, session)
  return session
}

/** The session and its user, as long as both are good; being found counts as use. */
export function findSession(org: Org, id: string | undefined): { session: Session; user: OktaUser } | null {
  const session = id === undefined ? undefined : org.oauth.sessions.get(id)
  const user = session && org.users.get(session.userId)
  if (!session || !user || user.status !== 'ACTIVE') return null
  const now = org.now()
  if (now >= expiryOf(session)) {
    org.oauth.sessions.delete(session.id)
    return null
  }
  session.lastUsed = now
  return { session, user }
}

/** The instant at which a session ends unless it is used. */
export function expiryOf(session: Session): number {
  return Math.min(session.lastUsed + idleMs, session.created + longestMs)
}

export function endSessions(org: Org, userId: string): void {
  for (const session of org.oauth.sessions.values()) if (session.userId === userId) org.oauth.sessions.delete(session.id)
}

/** Revokes the access and refresh tokens that `concerns` says. */
export function revokeTokens(org: Org, concerns: (token: AccessToken | RefreshToken) => boolean): void {
  for (const tokens of [org.oauth.accessTokens, org.oauth.refreshTokens]) {
    for (const [value, token] of tokens) if (concerns(token)) tokens.delete(value)
  }
}

/** `sid` of a Cookie header under the name that the double's cookie has. */
export function sessionCookie(header: string | undefined): string | undefined {
  return /(?:^|;\s*)idx=([A-Za-z0-9]+)/.exec(header ?? '')?.[1]
}

export function setSessionCookie(id: string): string {
  return `idx=${id}; Path=/; HttpOnly; SameSite=Lax`
}
