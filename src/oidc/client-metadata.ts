/** A client of ours as oidc-provider knows one (RFC 7591), with what it does not know under names of our own. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import type { Mapping } from '../model/account-mapping.ts'
import type { Document } from '../model/attribute.ts'
import { claimRules, hasSecrets } from '../model/oidc-client.ts'
import { apiScopes, identityScopes } from '../model/oidc-scopes.ts'

/** Metadata of ours. */
export const ownMetadata = ['first_party', 'least_level', 'api_scopes', 'service_account', 'service_acts', 'introspects', 'secret_hashes', 'site_id', 'own_claims', 'version'] as const

/** The client with our metadata, as the provider hands it out. */
export interface OwnMetadata {
  first_party: boolean
  /** The client's, or its site's where that is higher. */
  least_level: number
  site_id?: string
  api_scopes: readonly string[]
  service_account?: string
  /** Whether the service account may act at this moment. */
  service_acts: boolean
  introspects: boolean
  /** Of the secrets that work, in hex. */
  secret_hashes: readonly string[]
  /** What it learns of people with the scope profile beside the claims of that. */
  own_claims: Mapping
  /** Counts the changes: says whether a client is still as it was read. */
  version: number
}

export function providerClient(client: Document, { secretHashes, siteLevel, acts }: { secretHashes: string[]; siteLevel: number; acts: boolean }): AdapterPayload {
  const scopes = client.scopes as string[]
  const signsIn = (client.grantTypes as string[]).includes('authorization_code')
  // Without any the provider would hold it to none.
  const identity = scopes.filter((scope) => scope in identityScopes)
  const given = {
    jwks: client.keys, backchannel_logout_uri: client.backchannelLogoutUri, service_account: client.userId, site_id: client.siteId,
    // The provider wants one; that it is no secret does not matter, since it is never compared (`isSecretOf`) and no
    // algorithm that would use it is enabled.
    client_secret: hasSecrets(client) ? 'is kept as a hash and compared by us' : undefined,
  }
  return {
    client_id: client.id as string,
    client_name: client.name as string,
    application_type: client.applicationType as 'web',
    token_endpoint_auth_method: client.authentication as 'none',
    grant_types: client.grantTypes as string[],
    response_types: signsIn ? ['code'] : [],
    redirect_uris: client.redirectUris as string[],
    post_logout_redirect_uris: client.postLogoutRedirectUris as string[],
    scope: identity.length === 0 ? 'openid' : identity.join(' '),
    subject_type: client.subjectType as 'public',
    id_token_signed_response_alg: client.idTokenAlgorithm as 'RS256',
    require_pushed_authorization_requests: client.requirePushed as boolean,
    dpop_bound_access_tokens: client.requireDpop as boolean,
    backchannel_logout_session_required: client.backchannelLogoutUri !== undefined,
    first_party: client.firstParty,
    least_level: Math.max(client.leastLevel as number, siteLevel),
    api_scopes: scopes.filter((scope) => (apiScopes as readonly string[]).includes(scope)),
    service_acts: acts,
    introspects: client.introspects,
    secret_hashes: secretHashes,
    own_claims: claimRules(client),
    version: (client.meta as Document).version as number,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  } as AdapterPayload
}

/** Whether a secret is one of a client's, in the same time whatever it is. */
export function isSecretOf({ secret_hashes: known }: Pick<OwnMetadata, 'secret_hashes'>, secret: string): boolean {
  const shown = createHash('sha256').update(secret).digest()
  return known.map((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), shown)).includes(true)
}
