/**
 * Tokens of sessions that have ended, by whatever door: the database takes them out of the store with the session, and here they
 * are revoked at the issuer that gave them. Nobody waits for that, it is tried for a day, and what cannot be told to anybody
 * any more is forgotten.
 */
import { decodeJwt } from 'jose'
import type { TokenEndpointResponse } from 'openid-client'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { leasedUntil, nextAttempt } from '../model/retries.ts'
import type { MasterKey } from '../store/master-key.ts'
import { endRevocation, keepForRevocation, putOffRevocation, takeRevocations, type DueRevocation } from '../store/token-revocations.ts'
import type { TokenStore } from '../store/token-store.ts'
import { logProviderError } from './portal-errors.ts'
import { configurationOf, openIdClient, readPortalClient, type PortalClient } from './portal-provider.ts'
import { tokenStoreOf } from './portal-sign-in.ts'

const atOnce = 10

/** Revokes what is due, or the tokens under one name; how many are done with. Never fails because of the issuer. */
export async function revokeTokens(ctx: Context, masterKey: MasterKey, only: string | null = null): Promise<number> {
  let store: TokenStore | undefined
  for (let done = 0; ;) {
    const due = await takeRevocations(ctx.db, ctx.now(), leasedUntil(ctx.now()), atOnce, only)
    if (due.length === 0) return done
    const from = (store ??= await tokenStoreOf(ctx, masterKey))
    const ended = await Promise.all(due.map((one) => revokeOne(ctx, masterKey, from, one)))
    done += ended.filter(Boolean).length
    if (only !== null || due.length < atOnce) return done
  }
}

/** Whether that was the end of it. */
async function revokeOne(ctx: Context, masterKey: MasterKey, store: TokenStore, one: DueRevocation): Promise<boolean> {
  try {
    const tokens = await takeTokens(ctx, store, one)
    const client = tokens && (await clientOf(ctx, masterKey, one.portalId, tokens))
    if (client) await tell(ctx, client, tokens)
  } catch (error) {
    const due = nextAttempt(one.attempts, ctx.now())
    if (due) {
      await putOffRevocation(ctx.db, one, due)
      return false
    }
    const result = error instanceof GatehouseError ? error.code : 'remote_error'
    await ctx.db.transaction(async (tx) => {
      await recordEvents(tx, ctx, [{ action: 'portal.tokens.revoke', targetType: 'Portal', targetId: String(one.portalId), result, changes: [{ path: 'attempts', after: one.attempts }] }])
      await endRevocation(tx, one)
    })
    return true
  }
  await endRevocation(ctx.db, one)
  return true
}

/** The tokens; from memcached they are taken over first, so that they are gone there however long the issuer cannot be told. */
async function takeTokens(ctx: Context, store: TokenStore, one: DueRevocation): Promise<TokenEndpointResponse | undefined> {
  if (one.sealed !== null) return store.open<TokenEndpointResponse>(one.tokenKey, Buffer.from(one.sealed, 'base64'))
  const sealed = await store.sealed(one.tokenKey)
  if (!sealed) return undefined
  await keepForRevocation(ctx.db, one, sealed.toString('base64'))
  await store.forget(one.tokenKey)
  return store.open<TokenEndpointResponse>(one.tokenKey, sealed)
}

/**
 * The portal's client, when it is the one that got the tokens: a portal that was turned to another issuer since must not have
 * them sent there. Undefined when there is nobody to tell.
 */
async function clientOf(ctx: Context, masterKey: MasterKey, portalId: number, { id_token: idToken }: TokenEndpointResponse): Promise<PortalClient | undefined> {
  const client = await readPortalClient(ctx, masterKey, portalId).catch((error: unknown) => {
    if (error instanceof GatehouseError && (error.code === 'not_found' || error.code === 'conflict')) return undefined
    throw error
  })
  if (!client || idToken === undefined) return undefined
  const { iss, aud } = decodeJwt(idToken)
  return iss === client.issuer && [aud].flat().includes(client.clientId) ? client : undefined
}

async function tell(ctx: Context, client: PortalClient, tokens: TokenEndpointResponse): Promise<void> {
  const [oidc, configuration] = [await openIdClient(), await configurationOf(ctx, client)]
  if (configuration.serverMetadata().revocation_endpoint === undefined) return
  await oidc.tokenRevocation(configuration, tokens.refresh_token ?? tokens.access_token).catch(async (error: unknown) => {
    throw await logProviderError(ctx, client, error)
  })
}
