/**
 * Access tokens of the OpenID provider at our own REST door. They are looked up, never believed: a token acts with the
 * rights that its person has at this moment, within its scopes; it ends with the person, the client, the grant, the
 * sign-in, whichever is first.
 */
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { apiScopes } from '../model/oidc-scopes.ts'
import { artifactHash } from '../store/oidc-artifacts.ts'
import { findToken } from '../store/oidc-tokens.ts'
import { authorityOf, impliedScopes, type Identity } from './api-keys.ts'
import { isProved, type ProvedRequest } from './dpop.ts'

/** The longest token that is looked up. */
const longest = 128

/** What came in the header Authorization, with the request that a proof is about. */
export interface ShownToken {
  /** In lower case: bearer or dpop. */
  scheme: string
  token: string
  request: ProvedRequest
}

/** Who a token acts for and what it may, or undefined. A token that is bound to a key is none without its proof. */
export async function authenticateToken(ctx: Pick<Context, 'db' | 'config' | 'now'>, { scheme, token, request }: ShownToken): Promise<Identity | undefined> {
  if (token.length > longest) return undefined
  const now = ctx.now().toISOString()
  const found = await findToken(ctx.db, [artifactHash('AccessToken', token), artifactHash('ClientCredentials', token)], now)
  if (!found?.active || found.audience !== `${publicUrl(ctx.config)}/api/v1`) return undefined
  if ((scheme === 'dpop') !== (found.thumbprint !== null)) return undefined
  if (found.thumbprint !== null && !(await isProved(ctx, request, token, found.thumbprint))) return undefined
  const scopes = (found.scope ?? '').split(' ').filter((scope) => (apiScopes as readonly string[]).includes(scope))
  return {
    userId: found.userId, principal: `client ${found.clientName}`, keyId: `client ${found.clientId} ${found.userId}`,
    scopes: scopes.length === 0 ? [] : impliedScopes(scopes), authority: await authorityOf(ctx.db, found, now),
  }
}
