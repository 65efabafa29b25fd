/** Builds the provider of oidc-provider, with what is ours around it. */
import type { IncomingMessage } from 'node:http'
import { decodeJwt } from 'jose'
import { Provider, type KoaContextWithOIDC } from 'oidc-provider'
import { isRecent } from '../access/dpop.ts'
import { GatehouseError } from '../errors.ts'
import { recordEvents } from '../audit/record.ts'
import { protocolClaims, scopeClaims } from '../model/oidc-scopes.ts'
import { endSessions } from '../signin/sessions.ts'
import type { ProviderKeys } from '../signin/oidc-keys.ts'
import { openDataKey } from '../store/data-keys.ts'
import { authLevels } from '../store/oidc-clients.ts'
import { isSecretOf, type OwnMetadata } from './client-metadata.ts'
import { configuration } from './configuration.ts'
import { themeOfSite } from '../store/site-records.ts'
import { pagesWith, type Pages, type ThemeOf } from './pages.ts'
import { ownOf } from './policy.ts'
import { forOwnOrigins } from './other-origins.ts'
import { contextOf, pushes, secretGuesses, type Door, type DoorState, type SignedIn } from './provider-context.ts'
import { tieSessions, type TiedSession } from './session-tie.ts'
import { retryLogouts } from './tell-of-logout.ts'

export interface Built {
  provider: Provider
  state: DoorState
  handle: ReturnType<Provider['callback']>
}

export async function buildProvider(door: Door, publicUrl: string, keys: ProviderKeys, ownClaims: readonly string[]): Promise<Built> {
  const { base: { db, now }, masterKey } = door
  const asked = new WeakMap<IncomingMessage, Promise<SignedIn | undefined>>()
  const signedIn = (request: IncomingMessage) => {
    let answer = asked.get(request)
    if (!answer) asked.set(request, (answer = door.sessionOf(request.headers)))
    return answer
  }
  const noteReuse = (clientId: string) => void recordReuse(door, clientId).catch((error: unknown) => door.log(error, 'the reuse of a token could not be noted'))
  const state: DoorState = { ...door, dataKey: await openDataKey(db, masterKey, 'oidc', now()), levels: await authLevels(db), signedIn, publicUrl, pages: pagesWith(themeOfPages(door, publicUrl)), ownClaims, noteReuse }
  const provider = new (providerWith(state.pages))(`${publicUrl}/oidc`, configuration(state, keys))
  // Errors are ours to log and to answer; by itself it prints them. What a proxy would say is set by `mount.ts`.
  Object.assign(provider, { silent: true, proxy: true })
  tieSessions(provider, state)
  retryLogouts(provider, state)
  const client = provider.Client.prototype as unknown as OwnMetadata & { clientId: string; compareClientSecret: (secret: string) => boolean }
  client.compareClientSecret = function (secret) {
    const guess = secretGuesses.get(Provider.ctx!.req)
    if (guess?.isOpen(this.clientId, secret) === false) {
      guess.refused = true
      return false
    }
    const right = isSecretOf(this, secret)
    guess?.note(this.clientId, secret, right)
    return right
  }
  provider.use(around(state))
  watch(provider, state)
  return { provider, state, handle: provider.callback() }
}

/** The provider with a page of ours in the place of the one of its own that posts an answer: it names its modes while it is made. */
const providerWith = (pages: Pages) => class extends Provider {
  override registerResponseMode(...[name, handler]: Parameters<Provider['registerResponseMode']>): void {
    super.registerResponseMode(name, name === 'form_post' ? pages.post : handler)
  }
}

/** Of the site whose application asks, else of our own host. */
const themeOfPages = ({ base: { db }, themeAt }: Door, publicUrl: string): ThemeOf => ({ oidc }) =>
  themeAt(new URL(publicUrl).host, async () => {
    const site = oidc.client && ownOf(oidc.client).site_id
    return site === undefined ? undefined : themeOfSite(db, site)
  })

type KoaContext = Pick<KoaContextWithOIDC, 'req' | 'status' | 'body' | 'set'>

/** What went wrong on our side, by request. */
const failed = new WeakMap<IncomingMessage, unknown>()

const isUnavailable = (error: unknown) => error instanceof GatehouseError && error.status > 500

/** Without the database nothing is let through, and clients are told to come again. */
function answerUnavailable(ctx: KoaContext): void {
  ctx.status = 503
  ctx.set('retry-after', '1')
  ctx.body = { error: 'temporarily_unavailable' }
}

function answerTooMany(ctx: KoaContext, reason: string): void {
  ctx.status = 429
  ctx.set('retry-after', '60')
  ctx.body = { error: 'temporarily_unavailable', error_description: `${reason}; wait a minute.` }
}

/**
 * A proof of possession that is no good any more, or not yet, is made one that the provider refuses at any of its doors: it would take
 * five minutes either way itself, and remembers a proof for five, so that one from the future counted twice. Whether it was so.
 */
function spoilStale({ headers }: IncomingMessage, now: Date): boolean {
  const { dpop } = headers
  if (typeof dpop !== 'string') return false
  try {
    const { iat } = decodeJwt(dpop)
    if (iat === undefined || isRecent(iat, now)) return false
  } catch {
    return false
  }
  headers.dpop = 'stale'
  return true
}

/** What happens around every request: stale proofs, the database being away, and signing out for good or without having signed in. */
function around(state: DoorState) {
  return async (ctx: KoaContext, next: () => Promise<void>): Promise<void> => {
    const stale = spoilStale(ctx.req, state.base.now())
    await forOwnOrigins(state, ctx as unknown as KoaContextWithOIDC, next).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error
      answerUnavailable(ctx)
    })
    const { body } = ctx as { body?: { error?: string; error_description?: string } }
    if (stale && body?.error === 'invalid_dpop_proof') body.error_description = 'DPoP proof iat is more than a minute from now'
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>
    if (ctx.status === 500 && isUnavailable(failed.get(ctx.req))) answerUnavailable(ctx)
    if (secretGuesses.get(ctx.req)?.refused) answerTooMany(ctx, 'Too many wrong secrets of this client came from this address')
    if (pushes.get(ctx.req)?.refused) answerTooMany(ctx, 'Too many requests to sign in began at this address')
    // What single applications learn is nobody else's to know.
    if (oidc?.route === 'discovery') Object.assign(ctx.body as object, { claims_supported: [...new Set([...scopeClaims, ...protocolClaims])] })
    if (oidc?.route === 'end_session' && ctx.status === 200) await state.pages.goOn(ctx as unknown as KoaContextWithOIDC)
    if (oidc?.route !== 'end_session_confirm') return
    const session = oidc.session as unknown as (TiedSession & { destroyed?: boolean }) | undefined
    if (session?.destroyed !== true || session.accountId === undefined || session.gatehouseSession === undefined) return
    await endSessions(contextOf(state, session.accountId, 'OpenID logout'), session.accountId, session.gatehouseSession).catch((error: unknown) => {
      if (!(error instanceof GatehouseError && error.code === 'not_found')) throw error
    })
  }
}

/** Codes and refresh tokens shown a second time are noted in the audit: one of the two who had them is a thief. */
async function recordReuse(door: Door, clientId: string): Promise<void> {
  const noted = contextOf(door, null, `client ${clientId}`)
  await door.base.db.transaction((tx) => recordEvents(tx, noted, [{ action: 'client.token.reuse', targetType: 'Client', targetId: clientId, result: 'conflict' }]))
}

function watch(provider: Provider, state: DoorState): void {
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: unknown) => {
    failed.set(ctx.req, error)
    state.log(error, 'the OpenID provider failed')
  })
  provider.on('grant.revoked', (ctx: KoaContextWithOIDC) => {
    if (ctx.oidc.route === 'token') state.noteReuse(ctx.oidc.client!.clientId)
  })
}
