/**
 * Signing in to a portal through Okta: OpenID Connect's authorization code flow with PKCE.
 *
 *     begin ─▶ (browser: Okta) ─▶ take what was begun here ─▶ code for tokens ─▶ check them ─▶ whom the account stands for
 *           ─▶ keep the tokens ─▶ [hold the person, look again] ─▶ session
 *
 * What ties the two halves together is the state in the address and a cookie of this browser; of both, hashes are kept, once and
 * for ten minutes. Whom an account stands for, the portal's own references say.
 */
import { randomBytes } from 'node:crypto'
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'
import { decodeProtectedHeader } from 'jose'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isLive, isToken, newToken, sessionIdOf } from '../model/session.ts'
import { atHash, awayMinutes, checkReturnTo, hashOf } from '../model/portal-sign-in.ts'
import { signInResults, type SignInResult } from '../model/sign-in-results.ts'
import { openDataKey } from '../store/data-keys.ts'
import type { MasterKey } from '../store/master-key.ts'
import { findMember, insertBegun, insertPortalSession, takeBegun } from '../store/portal-sign-in.ts'
import { findSession } from '../store/sessions.ts'
import { letTokensGo } from '../store/token-revocations.ts'
import { openTokenStore, type TokenStore } from '../store/token-store.ts'
import { logProviderError } from './portal-errors.ts'
import { configurationOf, openIdClient, readPortalClient } from './portal-provider.ts'
import { eventOf, nobody } from './prove-password.ts'
import type { OpenedSession, Visit } from './sessions-open.ts'
import { admitFromElsewhere, type SignedIn } from './sign-in.ts'
import { claimAsking, releaseAttempt } from './throttle.ts'

interface Begun {
  nonce: string
  verifier: string
  returnTo: string
  /** Whether one of our own pages began it, and not a link from elsewhere. */
  own: boolean
}

const purpose = 'portal-sign-in'
const dataKey = 'tokens'

/** What is kept of Okta's answers, under a key of ours. */
export async function tokenStoreOf(ctx: Context, masterKey: MasterKey): Promise<TokenStore> {
  return openTokenStore(ctx.config, ctx.db, await openDataKey(ctx.db, masterKey, dataKey, ctx.now()), ctx.now)
}

/**
 * Where to send the browser, and what it has to keep until it comes back. Errors: `invalid_parameter` for a way back that leads
 * elsewhere, those of `readPortalClient`, `remote_error`.
 */
export async function beginPortalSignIn(ctx: Context, masterKey: MasterKey, { portalId, returnTo, visit }: { portalId: number; returnTo: string | undefined; visit: Visit }): Promise<{ address: string; binding: string }> {
  const path = checkReturnTo(returnTo)
  const client = await readPortalClient(ctx, masterKey, portalId)
  const [oidc, configuration] = [await openIdClient(), await configurationOf(ctx, client)]
  // One for all tabs of a browser; each tab has a state of its own.
  const { binding, own = false } = visit
  const browser = binding !== undefined && isToken(binding) ? binding : newToken()
  const [state, begun] = [newToken(), { nonce: newToken(), verifier: oidc.randomPKCECodeVerifier(), returnTo: path, own } satisfies Begun]
  const key = await openDataKey(ctx.db, masterKey, dataKey, ctx.now())
  const stateHash = hashOf(state)
  const expires = new Date(ctx.now().getTime() + awayMinutes * 60_000)
  await insertBegun(ctx.db, { stateHash, browserHash: hashOf(browser), portalId, sealed: key.encrypt(JSON.stringify(begun), purpose, stateHash.toString('hex')), expires }, ctx.now())
  const address = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: client.redirectUri, scope: client.scopes, state, nonce: begun.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier), code_challenge_method: 'S256',
  })
  return { address: address.href, binding: browser }
}

export interface CameBack {
  portalId: number
  /** The query of the address that Okta sent the browser to. */
  query: Readonly<Record<string, string>>
}

/**
 * Takes somebody in who comes back from Okta. Errors: `portal_sign_in_refused` for what was not begun here and for whatever is not right about
 * Okta's answer; `not_in_portal`; `signed_in_as_other`; `account_closed`, `account_disabled`, `account_locked`; `remote_error`; `tokens_unavailable`.
 */
export async function completePortalSignIn(ctx: Context, masterKey: MasterKey, { portalId, query }: CameBack, visit: Visit): Promise<SignedIn & OpenedSession & { returnTo: string }> {
  const client = await readPortalClient(ctx, masterKey, portalId)
  const begun = await takeBack(ctx, masterKey, { portalId, query }, visit.binding)
  // An address may not have Okta asked about made-up codes for ever.
  const claim = await claimAsking(ctx)
  const tokens = await redeem(ctx, client, query, begun)
  await releaseAttempt(ctx, claim)
  const subject = tokens.claims()!.sub
  const member = await findMember(ctx.db, portalId, subject)
  if (!member?.assigned) return refuse(ctx, 'NOT_IN_PORTAL', member?.personId)
  const store = await tokenStoreOf(ctx, masterKey)
  const tokenKey = randomBytes(16).toString('hex')
  const end = new Date(ctx.now().getTime() + ctx.config.SESSION_HOURS * 3_600_000)
  await store.keep(tokenKey, tokens, end)
  // Whatever keeps them out, what Okta gave is taken back.
  const release = () => letTokensGo(ctx.db, tokenKey, portalId)
  if (!begun.own && (await isSomebodyElse(ctx, visit, member.personId))) {
    await release()
    throw new GatehouseError('signed_in_as_other')
  }
  const authTime = tokens.claims()!.auth_time
  const admitted = await admitFromElsewhere(ctx, member.personId, {
    proved: typeof authTime === 'number' && authTime > 0 ? new Date(Math.min(authTime * 1000, ctx.now().getTime())).toISOString() : null,
    async holds(tx) {
      const now = await findMember(tx, portalId, subject)
      return now?.assigned === true && now.personId === member.personId
    },
    opened: (tx, { userId, sessionId }) => insertPortalSession(tx, {
      tokenKey, userId, sessionId, portalId, uid: member.uid, uuid: subject, created: ctx.now().toISOString(), tokensExpire: tokensEnd(ctx, tokens).toISOString(),
    }),
  }, visit).catch((error: unknown) => release().then(() => Promise.reject(error)))
  if (typeof admitted !== 'string') return { ...admitted, returnTo: begun.returnTo }
  await release()
  return refuse(ctx, admitted, member.personId)
}

/**
 * Whether the browser has a session of another person: a link from elsewhere must not leave somebody in an account that is not
 * theirs without their noticing (login CSRF).
 */
async function isSomebodyElse(ctx: Context, { session }: Visit, personId: string): Promise<boolean> {
  const found = session !== undefined && isToken(session) ? await findSession(ctx.db, sessionIdOf(session), ctx.now().toISOString()) : undefined
  return found !== undefined && found.active && found.userId !== personId && isLive(found, ctx.now().getTime(), ctx.config.SESSION_IDLE_MINUTES)
}

export const tokensEnd = (ctx: Pick<Context, 'now'>, { expires_in: seconds }: { expires_in?: number | undefined }): Date => new Date(ctx.now().getTime() + (seconds ?? 3600) * 1000)

async function takeBack(ctx: Context, masterKey: MasterKey, { portalId, query }: CameBack, binding: string | undefined): Promise<Begun> {
  const { state } = query
  const stateHash = hashOf(state ?? '')
  const sealed = state !== undefined && isToken(state) && binding !== undefined && isToken(binding)
    ? await takeBegun(ctx.db, { stateHash, browserHash: hashOf(binding), portalId }, ctx.now())
    : undefined
  if (!sealed) throw new GatehouseError('portal_sign_in_refused', `This sign-in was not begun in this browser, has come to its end before, or took longer than ${awayMinutes} minutes. Begin it anew.`)
  const key = await openDataKey(ctx.db, masterKey, dataKey, ctx.now())
  return JSON.parse(key.decrypt(sealed, purpose, stateHash.toString('hex')).toString()) as Begun
}

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

/** The code for tokens, and everything about them checked: by openid-client all but the last two. */
async function redeem(ctx: Context, client: Awaited<ReturnType<typeof readPortalClient>>, query: CameBack['query'], { nonce, verifier }: Begun): Promise<Tokens> {
  const [oidc, configuration] = [await openIdClient(), await configurationOf(ctx, client)]
  const address = new URL(client.redirectUri)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  const tokens = await oidc.authorizationCodeGrant(configuration, address, { pkceCodeVerifier: verifier, expectedState: query['state']!, expectedNonce: nonce, idTokenExpected: true })
    .catch(async (error: unknown) => {
      // What the browser brought along as Okta's words anybody can write: it fills neither log nor audit.
      if (query['error'] !== undefined) throw new GatehouseError('portal_sign_in_refused', `Okta says: ${(query['error_description'] ?? query['error']).slice(0, 500)}`, { cause: error })
      const told = await logProviderError(ctx, client, error)
      await ctx.db.transaction((tx) => recordEvents(tx, ctx, [{ action: 'user.sign-in', targetType: 'User', targetId: nobody, result: told.code, changes: [{ path: 'portal', after: client.portalId }] }]))
      throw told
    })
  const { azp, at_hash: hash, sub } = tokens.claims()!
  const algorithm = decodeProtectedHeader(tokens.id_token!).alg ?? ''
  const wrong = azp !== undefined && azp !== client.clientId ? 'azp' : hash !== undefined && hash !== atHash(tokens.access_token, algorithm) ? 'at_hash' : /^[!-~]{1,20}$/.test(sub) ? undefined : 'sub'
  if (wrong !== undefined) throw new GatehouseError('portal_sign_in_refused', `What Okta says of the person cannot be believed (${wrong}).`)
  return tokens
}

const truths: Partial<Record<SignInResult, string>> = {
  NOT_IN_PORTAL: 'You are signed in at Okta, but this portal does not let your account in. Ask your administrator.',
  INVALID_USER_STATUS: 'You are signed in at Okta, but your account here is closed. Ask your administrator.',
  LOGIN_DISABLED: 'You are signed in at Okta, but your account here is disabled. Ask your administrator.',
  LOGIN_LOCKED_ADMIN: 'You are signed in at Okta, but an administrator has locked your account here. Ask them.',
}

/** Okta has proved who it is: they are told the truth. */
async function refuse(ctx: Context, result: SignInResult, userId: string | undefined): Promise<never> {
  await ctx.db.transaction((tx) => recordEvents(tx, ctx, [eventOf(result, userId)]))
  const { error = 'portal_sign_in_refused' } = signInResults[result] as { error?: GatehouseError['code'] }
  throw new GatehouseError(error, truths[result])
}
