/** How oidc-provider is set: what is switched on, how long things live, and where it asks us. */
import { createHmac } from 'node:crypto'
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { apiScopes, identityScopes, scopeOfClaim } from '../model/oidc-scopes.ts'
import type { ProviderKeys } from '../signin/oidc-keys.ts'
import { readClientRow } from '../store/oidc-clients.ts'
import { findAccount, mayAct } from './account.ts'
import { createAdapter } from './adapter.ts'
import { ownMetadata } from './client-metadata.ts'
import { isOriginOf } from './other-origins.ts'
import { pageLanguages } from './pages.ts'
import { createPolicy, loadGrant, ownOf } from './policy.ts'
import type { DoorState } from './provider-context.ts'

const minute = 60
const day = 86_400

// Signatures by key pairs only: what a client could sign with its secret, or not at all, is never taken for anything.
const asymmetric = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const
const ours = ['RS256', 'ES256'] as const

/** The address of our own REST door: the one resource that tokens are for. */
export const apiResource = (publicUrl: string): string => `${publicUrl}/api/v1`

export function configuration(door: DoorState, keys: ProviderKeys): Configuration {
  const { dataKey, publicUrl } = door
  const secure = publicUrl.startsWith('https:')
  const prefix = secure ? '__Secure-' : ''
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: true } as const
  return {
    adapter: (kind: string) => createAdapter(door, kind),
    jwks: { keys: keys.keys as never },
    scopes: Object.keys(identityScopes),
    // How and when somebody signed in stands in every ID token.
    claims: { ...Object.fromEntries(Object.entries(identityScopes).map(([scope, { claims }]) => [scope, scope === 'profile' ? [...claims, ...door.ownClaims] : [...claims]])), openid: ['sub', 'acr', 'amr', 'auth_time'], sid: null, iss: null },
    acrValues: door.levels.filter(({ level }) => level > 0).map(({ id }) => id),
    discovery: { prompt_values_supported: ['none', 'login', 'consent', 'select_account'], ui_locales_supported: pageLanguages },
    subjectTypes: ['public', 'pairwise'],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: [...asymmetric], idTokenSigningAlgValues: [...ours], dPoPSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'] },
    pkce: { required: () => true },
    clockTolerance: 5,
    allowOmittingSingleRegisteredRedirectUri: false,
    features: features(door),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 10 * minute, ClientCredentials: 10 * minute, AuthorizationCode: minute, IdToken: 60 * minute, Interaction: 30 * minute, Session: 14 * day,
      // A refresh token lives on while it is used; all of its line end with the grant.
      RefreshToken: 14 * day, Grant: 90 * day,
    },
    extraClientMetadata: { properties: [...ownMetadata] },
    interactions: { policy: createPolicy(door), url: async (_ctx, { uid }) => `/oidc/interaction/${uid}` },
    findAccount: async (ctx, userId) => findAccount(door, userId, ctx.oidc?.client),
    loadExistingGrant: async (ctx) => loadGrant(door, ctx),
    pairwiseIdentifier: async (_ctx, userId, client) =>
      createHmac('sha256', dataKey.derive('oidc pairwise')).update(`${String((client as unknown as { sectorIdentifier: unknown }).sectorIdentifier)}\n${userId}`).digest('base64url'),
    // The only addresses called are those of logouts, which administrators name: applications of the same network, which
    // is where most are, are to be told as well. Nothing of the answer is shown to anybody, and no redirect is followed.
    fetch: async (address, options) => {
      const { dispatcher: _, ...plain } = (options ?? {}) as RequestInit & { dispatcher?: unknown }
      return fetch(address, plain)
    },
    renderError: door.pages.error,
    clientBasedCORS: (_ctx, origin, client) => isOriginOf(client.redirectUris, origin),
    cookies: {
      keys: [dataKey.derive('oidc cookies').toString('base64url')],
      names: { session: secure ? '__Host-gatehouse-oidc' : 'gatehouse-oidc', interaction: `${prefix}gatehouse-oidc-interaction`, resume: `${prefix}gatehouse-oidc-resume` },
      long: cookie, short: cookie,
    },
  }
}

function features(door: DoorState): Configuration['features'] {
  const api = apiResource(door.publicUrl)
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter: async (_ctx, claims, client) => refuseClaims(claims as ClaimsRequest, client.scope ?? '') },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    // A client revokes its own tokens; of others it is not even told that they are there.
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => (token as IntrospectedToken).clientId === client.clientId },
    introspection: { enabled: true, allowedPolicy: async (ctx, client, token) => mayIntrospect(door, ctx, client, token as IntrospectedToken) },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true, logoutSource: door.pages.logout, postLogoutSuccessSource: door.pages.logoutDone },
    resourceIndicators: {
      enabled: true,
      // Who asks for one of our own scopes means our own door.
      defaultResource: async (ctx, client, oneOf) => {
        refuseScopes(ctx, client)
        return oneOf ?? (apiScopes.some((scope) => ctx.oidc.requestParamScopes.has(scope)) ? api : [])
      },
      getResourceServerInfo: async (ctx, address, client) => {
        if (address !== api) throw new errors.InvalidTarget()
        refuseScopes(ctx, client)
        return { scope: ownOf(client).api_scopes.join(' '), audience: api, accessTokenFormat: 'opaque' as const, accessTokenTTL: 10 * minute }
      },
    },
  }
}

/**
 * A client that acts for itself gets all that it asks for or nothing (RFC 6749 §5.1), where the provider would leave out what it
 * may not have and say nothing. Scopes of people are none of its own: nobody signs in.
 */
function refuseScopes({ oidc }: KoaContextWithOIDC, client: unknown): void {
  if (oidc.params?.grant_type !== 'client_credentials') return
  const wrong = [...oidc.requestParamScopes].find((scope) => !(ownOf(client).api_scopes as readonly string[]).includes(scope))
  if (wrong !== undefined) throw new errors.InvalidScope('this client may not have that scope for itself', wrong)
}

type ClaimsRequest = Partial<Record<'userinfo' | 'id_token', Record<string, unknown>>>

/**
 * What may be asked for by the parameter claims (Core §5.5): claims of scopes that the client has, and no level as essential,
 * which `acr_values` and the client's least level are for.
 */
function refuseClaims({ userinfo = {}, id_token: idToken = {} }: ClaimsRequest, scope: string): void {
  const known = scope.split(' ')
  for (const [claim, wish] of [...Object.entries(userinfo), ...Object.entries(idToken)]) {
    if (wish !== null && (typeof wish !== 'object' || Array.isArray(wish))) throw new errors.InvalidRequest(`claims: ${claim.slice(0, 60)} must be null or an object`)
    const giving = scopeOfClaim(claim)
    if (giving !== undefined && !known.includes(giving)) throw new errors.InvalidScope('claims: this client may not ask for that', giving)
    if (claim === 'acr' && (wish as { essential?: unknown } | null)?.essential === true) throw new errors.InvalidRequest('claims: ask for a level by acr_values')
  }
}

interface IntrospectedToken {
  clientId?: string
  accountId?: string
}

/** A client asks about its own tokens, a server of resources about all; what belongs to nobody who may act is not active. */
async function mayIntrospect(door: DoorState, _ctx: KoaContextWithOIDC, client: unknown, token: IntrospectedToken): Promise<boolean> {
  const { clientId } = client as { clientId: string }
  if (token.clientId !== clientId && !ownOf(client).introspects) return false
  const owner = token.clientId === undefined ? undefined : await readClientRow(door.base.db, token.clientId)
  const person = token.accountId ?? (owner?.userId as string | undefined)
  return owner?.active === true && person !== undefined && mayAct(door, person)
}
