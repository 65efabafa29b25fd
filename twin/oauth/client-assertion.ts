/**
 * `private_key_jwt` (RFC 7523): a client signs who it is with a key that its app lists. Every claim is checked: kid,
 * signature, iss and sub, aud, exp (an hour ahead at most), and jti, which is good for one time.
 */
import { createPublicKey } from 'node:crypto'
import type { JsonWebKey as NodeJsonWebKey, KeyObject } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { clientCredentials } from '../apps.ts'
import { isRecord } from '../credentials.ts'
import { baseUrl } from '../paging.ts'
import { appKeys } from '../service-apps.ts'
import type { OktaApp, Org } from '../state.ts'
import { invalidClient } from './oauth-error.ts'
import { takeOnce } from './once.ts'
import { requireClient } from './require-client.ts'
import { endpointsOf, issuerOf } from './servers.ts'
import type { AuthorizationServer } from './store.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const longestSeconds = 3600
const longestText = 8192
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256']

/** The client that signed an assertion; throws `invalid_client`. */
export async function verifyAssertion(
  org: Org, server: AuthorizationServer, request: FastifyRequest, assertion: string, clientId: string | undefined,
): Promise<OktaApp> {
  const { kid, sub } = peek(assertion)
  const app = requireClient(org, sub)
  if (clientId !== undefined && clientId !== app.clientId) throw invalidClient('The client_id does not match the subject of the client_assertion.')
  if (clientCredentials(app)['token_endpoint_auth_method'] !== 'private_key_jwt') {
    throw invalidClient('The client does not authenticate by private_key_jwt.')
  }
  const payload = await verified(org, assertion, keyOf(app, kid))
  checkClaims(org, server, request, app, payload)
  return app
}

function peek(assertion: string): { kid: string | undefined; sub: string | undefined } {
  try {
    if (assertion.length > longestText) throw new Error('too long')
    return { kid: decodeProtectedHeader(assertion).kid, sub: decodeJwt(assertion).sub }
  } catch {
    throw invalidClient('The client_assertion token is not well-formed.')
  }
}

/** The key may go unnamed only where there is one. */
function keyOf(app: OktaApp, kid: string | undefined): KeyObject {
  const keys = appKeys(app).filter((key) => key['status'] !== 'INACTIVE')
  const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find((each) => each['kid'] === kid)
  if (!isRecord(key)) throw invalidClient('The client_assertion token has an invalid kid; no active key of the client has it.')
  try {
    return createPublicKey({ key: key as NodeJsonWebKey, format: 'jwk' })
  } catch {
    throw invalidClient('The key of the client cannot be read.')
  }
}

async function verified(org: Org, assertion: string, key: KeyObject): Promise<JWTPayload> {
  try {
    return (await jwtVerify(assertion, key, { algorithms, currentDate: new Date(org.now()) })).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalidClient('The client_assertion token is expired.')
    throw invalidClient('The client_assertion signature is invalid.')
  }
}

function checkClaims(org: Org, server: AuthorizationServer, request: FastifyRequest, app: OktaApp, payload: JWTPayload): void {
  const { iss, aud, exp, jti } = payload
  if (iss !== app.clientId) throw invalidClient('The issuer of the client_assertion token has to be the client_id.')
  const [endpoint, issuer] = [`${endpointsOf(server, request)}/token`, issuerOf(server, request)]
  const here = `${baseUrl(request)}${request.url.split('?', 1)[0]}`
  const accepted = { either: [endpoint, here, issuer], endpoint: [endpoint, here], issuer: [issuer] }[org.options.assertionAudience]
  if (![aud].flat().some((one) => accepted.includes(one!))) {
    throw invalidClient('The audience claim for client_assertion must be the endpoint invoked for the request.')
  }
  if (typeof exp !== 'number') throw invalidClient('The client_assertion token must contain an expiration.')
  if (exp > org.now() / 1000 + longestSeconds) throw invalidClient('The client_assertion token has an expiration too far into the future.')
  if (jti !== undefined && !takeOnce(org, `assertion ${app.clientId} ${jti}`, exp * 1000)) {
    throw invalidClient('The client_assertion token has already been used.')
  }
}
