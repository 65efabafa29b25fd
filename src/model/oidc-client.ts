/**
 * An application that signs people in here (RFC 7591's client, in our words), as a record: its attributes, what each
 * may hold, and what does not go together. Redirect addresses are compared letter by letter, so they are kept as given.
 */
import { GatehouseError, type Problem } from '../errors.ts'
import type { Expression } from './account-expression.ts'
import type { Mapping } from './account-mapping.ts'
import { dateTime, flag, identifier, integer, isObject, readOnly, reference, text, type Attribute, type Document } from './attribute.ts'
import { checkExpressions } from './check-expression.ts'
import { levels } from './factor-kinds.ts'
import { allScopes, standardClaims } from './oidc-scopes.ts'
import { nameFault } from './shown-name.ts'
import { checkValue } from './values.ts'

export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const
export const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export const signingAlgorithms = ['RS256', 'ES256'] as const

const exact = { caseExact: true }

/** What lists of clients show, filter and sort by; single values. */
export const clientAttributes: readonly Attribute[] = [
  identifier('id', 'client_id', 'Id', 'The id of the client: its client_id.', { ...readOnly, sortable: true }),
  text('name', 'name', 100, 'Name', 'What people see when it asks for something; one of a kind.', { required: true, sortable: true, byLetters: true, form: 'name' }),
  text('description', 'description', 255, 'Description', 'What it is for.'),
  flag('active', 'is_active', 'Active', 'False stops it, and every token it has, at once.', { default: true }),
  text('applicationType', 'application_type', 20, 'Kind', 'web, or native for programs on a device.', { ...exact, canonical: ['web', 'native'], default: 'web' }),
  text('authentication', 'authentication', 30, 'Authentication', 'How it proves who it is.', { ...exact, canonical: authenticationMethods, default: 'client_secret_basic' }),
  text('subjectType', 'subject_type', 20, 'Subjects', 'public: it learns the ids of people; pairwise: an id of its own for each.', { ...exact, canonical: ['public', 'pairwise'], default: 'public' }),
  flag('firstParty', 'first_party', 'Our own', 'True for our own applications, which people are not asked to consent to. Needs every right.', { default: false }),
  { ...integer('leastLevel', 'least_level', 'Least level', 'How strongly people must have signed in, at least: 1 a password, 1.5 a code by SMS besides, 2 a second factor, 3 a passkey, which is the most.', { default: 0 }), type: 'decimal' },
  reference('siteId', 'site_id', 'ContentProvider', 'Site', 'The site it belongs to: people must have signed in as strongly as that wants, and have accepted its usage policies.'),
  reference('userId', 'user_id', 'User', 'Service account', 'The person it acts as by client credentials.'),
  text('idTokenAlgorithm', 'id_token_algorithm', 20, 'ID token', 'How ID tokens for it are signed.', { ...exact, canonical: signingAlgorithms, default: 'RS256' }),
  flag('requirePushed', 'require_pushed', 'Pushed requests only', 'True takes its requests only pushed (PAR, RFC 9126).', { default: false }),
  flag('requireDpop', 'require_dpop', 'Bound tokens only', 'True binds every token to a key of its own (DPoP, RFC 9449).', { default: false }),
  text('backchannelLogoutUri', 'backchannel_logout_uri', 2000, 'Back-channel logout', 'Where it is told that a session has ended.', exact),
  flag('introspects', 'introspects', 'Server of resources', 'True for servers that may ask about tokens of other clients.', { default: false }),
  dateTime('meta.created', 'create_date', 'Made', 'When it was made.', { ...readOnly, sortable: true }),
  dateTime('meta.lastModified', 'last_update', 'Changed', 'When it was last changed.', { ...readOnly, sortable: true }),
  integer('meta.version', 'version', 'Version', 'Counts the changes; the ETag.', readOnly),
  identifier('createdBy', 'created_by', 'Made by', 'Who made it.', readOnly),
]

interface ListAttribute {
  path: string
  column: string
  most: number
  doc: string
  default: readonly string[]
  /** What is wrong with one value, or undefined. */
  fault: (value: string, client: Document) => string | undefined
}

const among = (known: readonly string[]) => (value: string) => (known.includes(value) ? undefined : `must be among ${known.join(', ')}`)

/** What holds several values. */
export const clientLists: readonly ListAttribute[] = [
  { path: 'grantTypes', column: 'grant_types', most: 3, doc: 'How it may come to tokens.', default: ['authorization_code'], fault: among(grantTypes) },
  { path: 'redirectUris', column: 'redirect_uris', most: 50, doc: 'Where people may be sent with a code; compared letter by letter.', default: [], fault: redirectFault },
  { path: 'postLogoutRedirectUris', column: 'post_logout_redirect_uris', most: 50, doc: 'Where people may be sent after signing out.', default: [], fault: redirectFault },
  { path: 'scopes', column: 'scopes', most: allScopes.length, doc: 'The scopes it may ask for.', default: ['openid'], fault: among(allScopes) },
]

const isLoopback = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host)

/** https, http to this very machine, or a scheme of its own for native programs (RFC 8252 §7.1: a reversed domain). */
function redirectFault(value: string, client: Document): string | undefined {
  const url = URL.parse(value)
  if (!url || value.length > 2000 || !/^[\x21-\x7e]+$/.test(value)) return 'must be an absolute address of at most 2000 ASCII characters'
  if (value.includes('#') || value.includes('*')) return 'must have no fragment and no asterisk'
  if (url.username !== '' || url.password !== '') return 'must hold no user name and no password'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return undefined
  if (client.applicationType === 'native' && url.protocol.includes('.')) return undefined
  return 'must begin with https://, or with http:// on localhost, or for native programs with a scheme such as com.example.app:'
}

/**
 * A client as given, checked whole: every value, and what does not go together. A name and a level that it had `before` may stay. Errors: one `GatehouseError` with every
 * problem.
 */
export function checkClient(input: unknown, before?: Document): Document {
  if (!isObject(input)) throw new GatehouseError('invalid_body', 'A client must be a JSON object.')
  const known = new Set([...clientAttributes.map(({ path }) => path.split('.')[0]!), ...clientLists.map(({ path }) => path), 'keys', 'claims', 'secrets', 'secret'])
  const unknown = Object.keys(input).filter((name) => !known.has(name)).map((path) => ({ path, message: 'is not an attribute of a client' }))
  if (unknown.length > 0) throw new GatehouseError('unknown_attribute', `${unknown[0]!.path}: is not an attribute of a client.`, { problems: unknown })
  const problems: Problem[] = []
  const client: Document = {}
  for (const attribute of clientAttributes) {
    if (attribute.mutability === 'readOnly') continue
    const value = valueOf(attribute, input[attribute.path], problems, before?.[attribute.path])
    if (value !== undefined) client[attribute.path] = value
  }
  for (const list of clientLists) client[list.path] = listOf(list, input[list.path], client, problems)
  if (input.keys !== undefined && input.keys !== null) client.keys = keysOf(input.keys, problems)
  if (input.claims !== undefined && input.claims !== null) client.claims = claimsOf(input.claims, problems)
  if (problems.length === 0) problems.push(...contradictions(client, before))
  if (problems.length === 0) return client
  const [first] = problems
  throw new GatehouseError(first!.message === 'is required' ? 'required_attribute' : 'invalid_value', `${first!.path}: ${first!.message}.`, { problems })
}

function valueOf(attribute: Attribute, given: unknown, problems: Problem[], before: unknown): unknown {
  if (given === undefined || given === null) {
    if (attribute.required) problems.push({ path: attribute.path, message: 'is required' })
    return attribute.default
  }
  const checked = checkValue(attribute, given)
  const fault = 'message' in checked ? checked.message : attribute.form === 'name' && given !== before ? nameFault(checked.value as string) : undefined
  if ('value' in checked && fault === undefined) return checked.value
  problems.push({ path: attribute.path, message: fault! })
  return undefined
}

function listOf(list: ListAttribute, given: unknown, client: Document, problems: Problem[]): string[] {
  if (given === undefined || given === null) return [...list.default]
  if (!Array.isArray(given) || given.length > list.most || given.some((one) => typeof one !== 'string')) {
    problems.push({ path: list.path, message: `must be a list of at most ${list.most} texts` })
    return []
  }
  const values = [...new Set(given as string[])]
  values.forEach((value, place) => {
    const message = list.fault(value, client)
    if (message !== undefined) problems.push({ path: `${list.path}[${place}]`, message })
  })
  return values
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** A JWK set of public keys: at most ten, RSA or EC or Ed25519, none with a private part. */
function keysOf(given: unknown, problems: Problem[]): unknown {
  const refuse = (message: string) => void problems.push({ path: 'keys', message })
  const keys = isObject(given) ? given.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > 10 || !keys.every(isObject)) return refuse('must be a JWK set with one to ten keys')
  const jwks = keys as Document[]
  if (JSON.stringify(jwks).length > 20_000) return refuse('is too long')
  if (jwks.some((key) => !['RSA', 'EC', 'OKP'].includes(String(key.kty)))) return refuse('may hold RSA, EC and OKP keys only')
  if (jwks.some((key) => privateMembers.some((member) => key[member] !== undefined))) return refuse('must hold public keys only, and one of these is private')
  return { keys: jwks }
}

const mostClaims = 30

/** What this client learns of people beside the claims of its scopes: the name of each claim, and what it is made of. */
function claimsOf(given: unknown, problems: Problem[]): unknown {
  if (!isObject(given) || Object.keys(given).length > mostClaims) return void problems.push({ path: 'claims', message: `must be an object of at most ${mostClaims} claims, such as {"department": "attributes.department"}` })
  const entries = Object.entries(given)
  for (const [claim] of entries) {
    if (!/^[A-Za-z][\w.:/-]{0,199}$/.test(claim)) problems.push({ path: 'claims', message: `has ${JSON.stringify(claim.slice(0, 60))}, which is no name of a claim: a letter, then letters, digits, and _ . : / -` })
    // What every object has is no name: libraries would take it for something else.
    else if (claim in Object.prototype) problems.push({ path: 'claims', message: `has ${claim}, which is reserved` })
    else if (standardClaims.has(claim)) problems.push({ path: `claims.${claim}`, message: 'is a claim of the protocol or of a scope, and has its own source' })
  }
  checkExpressions(entries.map(([claim, value]) => [`claims.${claim}`, value]), problems)
  return given
}

/** The claims of a client as rules of a mapping. */
export const claimRules = (client: Document): Mapping => Object.entries((client.claims ?? {}) as Record<string, Expression>).filter(([target]) => !(target in Object.prototype)).map(([target, value]) => ({ target, value }))

/** What does not go together. */
function contradictions(client: Document, before: Document | undefined): Problem[] {
  const problems: Problem[] = []
  const refuse = (path: string, message: string) => problems.push({ path, message })
  const lists = client as Record<string, string[]>
  const [grants, redirects] = [lists.grantTypes!, lists.redirectUris!]
  const signsIn = grants.includes('authorization_code')
  if (!signsIn && !grants.includes('client_credentials')) refuse('grantTypes', 'must hold authorization_code or client_credentials')
  if (grants.includes('refresh_token') && !signsIn) refuse('grantTypes', 'refresh_token needs authorization_code')
  if (signsIn && redirects.length === 0) refuse('redirectUris', 'must hold an address to send people to')
  if (grants.includes('client_credentials')) {
    if (client.authentication === 'none') refuse('authentication', 'client_credentials needs a client that proves who it is')
    if (client.userId === undefined) refuse('userId', 'client_credentials needs the service account to act as')
  }
  if (client.authentication === 'private_key_jwt' && client.keys === undefined) refuse('keys', 'private_key_jwt needs the public keys of the client')
  if (client.introspects === true && client.authentication === 'none') refuse('introspects', 'needs a client that proves who it is')
  if (client.subjectType === 'pairwise' && new Set(redirects.map((uri) => URL.parse(uri)?.host)).size > 1) refuse('redirectUris', 'of a pairwise client must all be on one host')
  if (claimRules(client).length > 0 && !(signsIn && lists.scopes!.includes('profile'))) refuse('claims', 'come with the scope profile, to a client that signs people in')
  const level = client.leastLevel as number
  // Nobody reaches more, and a client that asks for more lets nobody in. One that was made before this was looked at can be changed otherwise.
  if (level !== before?.leastLevel && (level < 0 || level > levels.passkey)) refuse('leastLevel', `must be from 0 to ${levels.passkey}`)
  const logout = client.backchannelLogoutUri as string | undefined
  if (logout !== undefined && (redirectFault(logout, {}) !== undefined)) refuse('backchannelLogoutUri', 'must begin with https://, or with http:// on localhost')
  return problems
}

/** Whether it proves who it is by a secret that we make. */
export const hasSecrets = (client: Document): boolean => client.authentication === 'client_secret_basic' || client.authentication === 'client_secret_post'
