/**
 * What scopes give: claims of the directory for those of OpenID Connect (Core §5.4) and two of ours, and the outer
 * limit at the REST door for the three that keys have too. One list for the provider, its discovery, consent, and docs.
 */

/** How far a token goes at our own REST door; the rights of the person are the inner limit. */
export const apiScopes = ['read', 'write', 'admin'] as const

interface ScopeOfClaims {
  doc: string
  claims: readonly string[]
}

export const identityScopes = {
  openid: { doc: 'Who you are: an id.', claims: ['sub'] },
  profile: {
    doc: 'Your name, your language and how you are employed.',
    claims: ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'locale', 'updated_at', 'title', 'employee_number'],
  },
  email: { doc: 'Your e-mail address.', claims: ['email', 'email_verified'] },
  phone: { doc: 'Your phone number.', claims: ['phone_number', 'phone_number_verified'] },
  address: { doc: 'Your postal address.', claims: ['address'] },
  groups: { doc: 'The groups you are in.', claims: ['groups', 'groups_truncated'] },
  roles: { doc: 'The roles you have.', claims: ['roles', 'roles_truncated'] },
  offline_access: { doc: 'To act for you while you are not there.', claims: [] },
} as const satisfies Record<string, ScopeOfClaims>

export const apiScopeDocs: Record<(typeof apiScopes)[number], string> = {
  read: 'To read in Gatehouse what you may read.',
  write: 'To change in Gatehouse what you may change.',
  admin: 'To administer Gatehouse as far as you may.',
}

export const allScopes: readonly string[] = [...Object.keys(identityScopes), ...apiScopes]

/** Claims that are in every ID token, whoever asks, and say how somebody signed in. */
export const protocolClaims: readonly string[] = ['sub', 'sid', 'iss', 'acr', 'amr', 'auth_time']

/** Claims that scopes give, each once. */
export const scopeClaims: readonly string[] = [...new Set(Object.values(identityScopes).flatMap(({ claims }): readonly string[] => claims))]

/** Claims that have a meaning of their own: those of scopes, and of tokens (RFC 7519 §4.1, RFC 9068, Core §2). */
export const standardClaims: ReadonlySet<string> = new Set([
  ...scopeClaims, ...protocolClaims,
  'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'azp', 'at_hash', 'c_hash', 's_hash', 'cnf', 'act', 'may_act', 'events', 'scope', 'client_id', 'active', 'token_type',
])

/** The scope that gives a claim: who asks for one claim of it (Core §5.5) has to be allowed the scope. */
export function scopeOfClaim(claim: string): string | undefined {
  return Object.entries(identityScopes).find(([scope, { claims }]) => scope !== 'openid' && (claims as readonly string[]).includes(claim))?.[0]
}

/** The scopes that claims come from, each once. */
export const scopesOfClaims = (claims: Iterable<string>): string[] => [...new Set([...claims].flatMap((claim) => scopeOfClaim(claim) ?? []))]

/** What a scope is for, in the words of the page that asks for consent. */
export function scopeDoc(scope: string): string {
  return (identityScopes as Record<string, ScopeOfClaims>)[scope]?.doc ?? (apiScopeDocs as Record<string, string>)[scope] ?? scope
}

/** The most groups, or roles, that a claim names: tokens have to fit into headers. Beyond it stands `…_truncated`. */
export const mostNamed = 100

/** Which attribute of a person a claim shows, where one does. */
export const claimAttributes: Readonly<Record<string, string>> = {
  given_name: 'name.givenName',
  family_name: 'name.familyName',
  middle_name: 'name.middleName',
  nickname: 'nickName',
  preferred_username: 'userName',
  title: 'title',
  employee_number: 'employeeNumber',
}
