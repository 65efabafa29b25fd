/**
 * Tokens of sessions that have ended, by whatever door: the database takes them out of the store with the session, and here they
 * are revoked at the issuer that gave them. Nobody waits for that, it is tried for a day, and what cannot be told to anybody
 * any more is forgotten.
 */
import { decodeJwt } from 'jose'
import type { TokenEndpointResponse } from 'openid-client'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError, type ErrorCode } from '../errors.ts'
import { leasedUntil, mostAttempts, mostInARow, nextAttempt, nextAttempts } from '../model/retries.ts'
import type { MasterKey } from '../store/master-key.ts'
import type { Transaction } from '../store/database.ts'
import { delayPortal, endRevocation, giveBackRevocation, keepForRevocation, putOffPortal, putOffRevocation, takeRevocations, type DueRevocation } from '../store/token-revocations.ts'
import type { TokenStore } from '../store/token-store.ts'
import { logProviderError, toldOf, waitsUntil } from './portal-errors.ts'
import { configurationOf, openIdClient, readPortalClient, type PortalClient } from './portal-provider.ts'
import { tokenStoreOf } from './portal-sign-in.ts'

const atOnce = 10

/** What one issuer did in a run; where the portal's client is not known, the portal stands for it. */
interface Issuer {
  portals: Set<number>
  inARow: number
  failures: number
  /** The first failure of its own, for the log. */
  first?: { client: PortalClient; error: unknown }
  /** Until when it asked to be left alone, in this round. */
  wish?: Date | undefined
  /** Until when it is left alone, and whether because it asked for that. */
  rest?: { until: Date; isWish: boolean }
}

interface Run {
  ctx: Context
  masterKey: MasterKey
  store: TokenStore
  clients: Map<number, Promise<PortalClient | undefined>>
  issuers: Map<string, Issuer>
}

/**
 * Revokes what is due, or the tokens under one name; how many are done with. Never fails because of the issuer: one that failed three
 * times in a row, or asks for time, is left alone for now with all that waits for it. Ends early, between two rounds, when told to stop.
 */
export async function revokeTokens(ctx: Context, masterKey: MasterKey, { only = null, stop }: { only?: string | null; stop?: AbortSignal } = {}): Promise<number> {
  let run: Run | undefined
  let done = 0
  while (!stop?.aborted) {
    const due = await takeRevocations(ctx.db, ctx.now(), leasedUntil(ctx.now()), atOnce, only)
    if (due.length === 0) break
    const here = (run ??= { ctx, masterKey, store: await tokenStoreOf(ctx, masterKey), clients: new Map(), issuers: new Map() })
    const ended = await Promise.all(due.map((one) => revokeOne(here, one)))
    done += ended.filter(Boolean).length
    if (only !== null) break
    for (const issuer of here.issuers.values()) done += await rest(here, issuer)
    if (due.length < atOnce) break
  }
  for (const { first, failures } of run?.issuers.values() ?? []) {
    if (first) await logProviderError(ctx, first.client, first.error, 'token revocation', { tokens: failures })
  }
  return done
}

/** Whether that was the end of it. */
async function revokeOne(run: Run, one: DueRevocation): Promise<boolean> {
  const { ctx } = run
  let issuer: Issuer | undefined
  try {
    const client = await clientOf(run, one.portalId)
    issuer = issuerOf(run, client?.issuer ?? `portal ${one.portalId}`, one.portalId)
    if (isResting(issuer, ctx.now())) {
      if (issuer.rest.isWish) return await giveBackRevocation(ctx.db, one, issuer.rest.until).then(() => false)
      throw new GatehouseError('remote_error', 'The issuer is not asked any more for now.')
    }
    const tokens = await takeTokens(run, one)
    if (tokens === 'unreadable') return await giveUp(run, one, 'tokens_unavailable')
    if (tokens && client && isFrom(client, tokens)) await tell(ctx, client, tokens, issuer)
  } catch (error) {
    issuer ??= issuerOf(run, `portal ${one.portalId}`, one.portalId)
    issuer.inARow++
    const due = nextAttempt(one.attempts, ctx.now())
    if (due) {
      await putOffRevocation(ctx.db, one, issuer.wish && issuer.wish > due ? issuer.wish : due)
      return false
    }
    return giveUp(run, one, error instanceof GatehouseError ? error.code : 'remote_error')
  }
  await endRevocation(ctx.db, one)
  return true
}

async function giveUp(run: Run, one: DueRevocation, why: ErrorCode): Promise<true> {
  await run.ctx.db.transaction(async (tx) => {
    await endRevocation(tx, one)
    await recordGivenUp(run, tx, one.portalId, { tokens: 1, attempts: one.attempts }, why)
  })
  return true
}

function issuerOf({ issuers }: Run, name: string, portalId: number): Issuer {
  const issuer = issuers.get(name) ?? { portals: new Set(), inARow: 0, failures: 0 }
  issuers.set(name, issuer)
  issuer.portals.add(portalId)
  return issuer
}

const isResting = (issuer: Issuer, now: Date): issuer is Issuer & { rest: object } => issuer.rest !== undefined && now < issuer.rest.until

/** Leaves an issuer alone that failed again and again or asked for it, with whatever its portals have waiting; how many were given up. */
async function rest(run: Run, issuer: Issuer): Promise<number> {
  const { ctx } = run
  const now = ctx.now()
  if (!isResting(issuer, now)) {
    if (issuer.inARow < mostInARow && !issuer.wish) return 0
    issuer.rest = { until: issuer.wish ?? nextAttempt(1, now)!, isWish: issuer.wish !== undefined }
    issuer.inARow = 0
    issuer.wish = undefined
  }
  const { until, isWish } = issuer.rest!
  let givenUp = 0
  for (const portalId of issuer.portals) {
    if (isWish) await delayPortal(ctx.db, portalId, now, until)
    else givenUp += await putOffAll(run, portalId, now)
  }
  issuer.portals.clear()
  return givenUp
}

function putOffAll(run: Run, portalId: number, now: Date): Promise<number> {
  return run.ctx.db.transaction(async (tx) => {
    const gone = await putOffPortal(tx, portalId, now, nextAttempts(now))
    if (gone > 0) await recordGivenUp(run, tx, portalId, { tokens: gone, attempts: mostAttempts }, 'remote_error')
    return gone
  })
}

async function recordGivenUp({ ctx }: Run, tx: Transaction, portalId: number, given: { tokens: number; attempts: number }, result: ErrorCode): Promise<void> {
  const changes = Object.entries(given).map(([path, after]) => ({ path, after }))
  await recordEvents(tx, ctx, [{ action: 'portal.tokens.revoke', targetType: 'Portal', targetId: String(portalId), result, changes }])
}

/**
 * The tokens; `unreadable` where what is kept does not open: of a key that is no more, say. From memcached they are taken over first,
 * so that they are gone there however long the issuer cannot be told. What has been let go anew meanwhile may be other tokens, and
 * stays there until its turn.
 */
async function takeTokens({ ctx, store }: Run, one: DueRevocation): Promise<TokenEndpointResponse | 'unreadable' | undefined> {
  if (one.sealed !== null) return store.open<TokenEndpointResponse>(one.tokenKey, Buffer.from(one.sealed, 'base64')) ?? 'unreadable'
  const sealed = await store.sealed(one.tokenKey)
  if (!sealed) return undefined
  if (await keepForRevocation(ctx.db, one, sealed.toString('base64'))) await store.forget(one.tokenKey)
  return store.open<TokenEndpointResponse>(one.tokenKey, sealed) ?? 'unreadable'
}

/** The client of a portal, asked for once a run; undefined when there is none. */
function clientOf({ ctx, masterKey, clients }: Run, portalId: number): Promise<PortalClient | undefined> {
  const client = clients.get(portalId) ?? readPortalClient(ctx, masterKey, portalId).catch((error: unknown) => {
    if (error instanceof GatehouseError && (error.code === 'not_found' || error.code === 'conflict')) return undefined
    throw error
  })
  clients.set(portalId, client)
  return client
}

/** Whether it is this client that got the tokens: a portal that was turned to another issuer since must not have them sent there. */
function isFrom(client: PortalClient, { id_token: idToken }: TokenEndpointResponse): boolean {
  if (idToken === undefined) return false
  const { iss, aud } = decodeJwt(idToken)
  return iss === client.issuer && [aud].flat().includes(client.clientId)
}

async function tell(ctx: Context, client: PortalClient, tokens: TokenEndpointResponse, issuer: Issuer): Promise<void> {
  try {
    const [oidc, configuration] = [await openIdClient(), await configurationOf(ctx, client)]
    if (configuration.serverMetadata().revocation_endpoint === undefined) return
    await oidc.tokenRevocation(configuration, tokens.refresh_token ?? tokens.access_token)
    issuer.inARow = 0
  } catch (error) {
    // That an issuer cannot be asked who it is has its own line in the log.
    if (error instanceof GatehouseError) throw error
    issuer.failures++
    issuer.first ??= { client, error }
    issuer.wish ??= waitsUntil(error, ctx.now())
    throw toldOf(error)
  }
}
