/**
 * Ties the provider's session to the sign-in of the browser (AUTH_STATE). The provider has a session of its own, in which
 * it notes the clients that were signed in to; who it is that has signed in, how and when, is taken from the sign-in at
 * every request. When that ends, by whatever door, the provider's session is none any more (`store/oidc-artifacts.ts`),
 * and tokens that were to end with it have ended.
 */
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC, Session } from 'oidc-provider'
import { acrOf, methodsOf, seconds, type DoorState, type SignedIn } from './provider-context.ts'

/** The provider's session with the sign-in that it rests on. */
export type TiedSession = Session & { gatehouseSession?: string; touched?: boolean }

interface SessionClass {
  get: (ctx: KoaContextWithOIDC) => Promise<TiedSession>
  instantiate: (payload: object) => TiedSession
}

export function tieSessions(provider: Provider, door: DoorState): void {
  const sessions = provider.Session as unknown as SessionClass
  const kept = sessions as unknown as { IN_PAYLOAD: string[] }
  const names = [...kept.IN_PAYLOAD, 'gatehouseSession']
  Object.defineProperty(sessions, 'IN_PAYLOAD', { get: () => names })
  const get = sessions.get.bind(sessions)
  sessions.get = async (ctx) => {
    const found = await get(ctx)
    const signedIn = await door.signedIn(ctx.req)
    // A session of somebody who has signed out, or of somebody else: nothing of it is taken over.
    const stranger = found.accountId !== undefined && found.accountId !== signedIn?.userId
    const session = stranger ? sessions.instantiate({}) : found
    if (signedIn) tie(session, signedIn, door)
    if (stranger) (ctx.oidc as unknown as { entity: (name: string, value: unknown) => void } | undefined)?.entity('Session', session)
    return session
  }
}

function tie(session: TiedSession, signedIn: SignedIn, { levels }: DoorState): void {
  const now = { accountId: signedIn.userId, loginTs: seconds(signedIn.authTime), acr: acrOf(levels, signedIn.level), amr: methodsOf(signedIn.methods) }
  const { accountId, loginTs, acr, amr } = session
  if (session.gatehouseSession === signedIn.sessionId && JSON.stringify(now) === JSON.stringify({ accountId, loginTs, acr, amr })) return
  session.loginAccount(now as Parameters<Session['loginAccount']>[0])
  session.gatehouseSession = signedIn.sessionId
  session.touched = true
}
