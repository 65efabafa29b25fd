/**
 * A session that rests on a sign-in at Okta: where its tokens stand, new ones for old, and out again at both ends. Whoever has
 * lost the tokens (a memcached that was restarted) signs in again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenEndpointResponse } from 'openid-client'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { MasterKey } from '../store/master-key.ts'
import { claimRefresh, endRefresh, isRefreshing, readPortalSession, type PortalSession } from '../store/portal-sign-in.ts'
import type { SessionRow } from '../store/sessions.ts'
import { letTokensGo } from '../store/token-revocations.ts'
import { isSpent, logProviderError } from './portal-errors.ts'
import { configurationOf, openIdClient, readPortalClient } from './portal-provider.ts'
import { revokeTokens } from './portal-revocation.ts'
import { tokensEnd, tokenStoreOf } from './portal-sign-in.ts'
import { signOut } from './sign-in.ts'

/** Where somebody stands at a portal. */
export interface PortalState {
  portalId: number
  userId: string
  started: string
  /** When the session ends. */
  expires: string
  /** When Okta's access token ends. */
  tokensExpire: string
  /** Whether it can be exchanged for a new one then. */
  refreshable: boolean
}

async function sessionAt(ctx: Context, portalId: number, session: SessionRow): Promise<PortalSession> {
  const found = await readPortalSession(ctx.db, session.sessionId)
  if (found?.portalId !== portalId) throw new GatehouseError('not_found', `This session was not begun at the portal ${portalId}.`)
  return found
}

/** Nobody is left half signed in: without its tokens the session ends. */
async function endWithoutTokens(ctx: Context, session: SessionRow): Promise<never> {
  await signOut(ctx, session.sessionId)
  throw new GatehouseError('unauthenticated', 'What Okta gave us at sign-in is gone; sign in again.')
}

/** Errors: `not_found` when the session is of no portal, or another's; `unauthenticated`, and the session is over, when its tokens are gone. */
export async function readPortalState(ctx: Context, masterKey: MasterKey, portalId: number, session: SessionRow): Promise<PortalState> {
  const found = await sessionAt(ctx, portalId, session)
  const tokens = await (await tokenStoreOf(ctx, masterKey)).find<TokenEndpointResponse>(found.tokenKey)
  if (!tokens) return endWithoutTokens(ctx, session)
  return stateOf(found, session, tokens)
}

const stateOf = ({ portalId, userId, tokensExpire }: PortalSession, { started, expires }: SessionRow, tokens: TokenEndpointResponse): PortalState =>
  ({ portalId, userId, started, expires, tokensExpire, refreshable: tokens.refresh_token !== undefined })

const leaseMs = 20_000
const lookMs = 100

/**
 * Exchanges the tokens for new ones, one request at a time: the others wait for what comes of it. Errors: those of
 * `readPortalState`; `conflict` when there is no refresh token; `remote_error` when Okta does not answer, and all stays as it is;
 * `unauthenticated`, and the session is over, when Okta does not take the refresh token any more (also because it was used by somebody else).
 */
export async function refreshPortalTokens(ctx: Context, masterKey: MasterKey, portalId: number, session: SessionRow): Promise<PortalState> {
  const found = await sessionAt(ctx, portalId, session)
  const until = new Date(ctx.now().getTime() + leaseMs)
  if (!(await claimRefresh(ctx.db, found.tokenKey, ctx.now(), until))) {
    for (let waited = 0; waited < leaseMs && (await isRefreshing(ctx.db, found.tokenKey, ctx.now())); waited += lookMs) await sleep(lookMs)
    return readPortalState(ctx, masterKey, portalId, session)
  }
  let fresh: Date | null = null
  try {
    const { tokens, ends } = await exchange(ctx, masterKey, found, session)
    fresh = ends
    return { ...stateOf(found, session, tokens), tokensExpire: ends.toISOString() }
  } finally {
    const isThere = await endRefresh(ctx.db, found.tokenKey, fresh)
    // Somebody ended the session while Okta was asked: what it gave must not outlive it.
    if (!isThere && fresh) await letTokensGo(ctx.db, found.tokenKey, portalId)
  }
}

async function exchange(ctx: Context, masterKey: MasterKey, found: PortalSession, session: SessionRow): Promise<{ tokens: TokenEndpointResponse; ends: Date }> {
  const [store, client, oidc] = [await tokenStoreOf(ctx, masterKey), await readPortalClient(ctx, masterKey, found.portalId), await openIdClient()]
  const before = await store.find<TokenEndpointResponse>(found.tokenKey)
  if (!before) return endWithoutTokens(ctx, session)
  if (before.refresh_token === undefined) throw new GatehouseError('conflict', 'Okta gave no refresh token: the portal\'s setting scopes has no offline_access, or its client not that grant.')
  try {
    const fresh = await oidc.refreshTokenGrant(await configurationOf(ctx, client), before.refresh_token)
    const subject = fresh.claims()?.sub
    if (subject !== undefined && subject !== found.uuid) throw new Error('the new ID token is somebody else\'s')
    // What is not given anew stays.
    const tokens: TokenEndpointResponse = { ...before, ...fresh }
    await store.keep(found.tokenKey, tokens, new Date(session.expires))
    return { tokens, ends: tokensEnd(ctx, fresh) }
  } catch (error) {
    if (error instanceof GatehouseError && error.code !== 'tokens_unavailable') throw error
    // The new ones could not be kept, and the old ones are spent.
    if (error instanceof GatehouseError) return endWithoutTokens(ctx, session)
    const told = await logProviderError(ctx, client, error)
    if (isSpent(error, told)) return endWithoutTokens(ctx, session)
    throw told.code === 'remote_error' ? told : new GatehouseError('remote_error', told.message, { cause: error })
  }
}

/**
 * Ends the session here, its tokens at Okta (later, where Okta cannot be asked now), and says where the browser ends Okta's own session.
 * Never fails because of Okta.
 */
export async function signOutOfPortal(ctx: Context, masterKey: MasterKey, portalId: number, session: SessionRow): Promise<{ address?: string }> {
  const found = await sessionAt(ctx, portalId, session)
  const tokens = await (await tokenStoreOf(ctx, masterKey)).find<TokenEndpointResponse>(found.tokenKey)
  await signOut(ctx, session.sessionId)
  await revokeTokens(ctx, masterKey, { only: found.tokenKey })
  if (!tokens?.id_token) return {}
  try {
    const client = await readPortalClient(ctx, masterKey, portalId)
    const [oidc, configuration] = [await openIdClient(), await configurationOf(ctx, client)]
    const back = client.postLogoutRedirectUri
    return { address: oidc.buildEndSessionUrl(configuration, { id_token_hint: tokens.id_token, ...(back === undefined ? {} : { post_logout_redirect_uri: back }) }).href }
  } catch {
    return {}
  }
}
