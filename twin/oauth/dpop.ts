/**
 * Proof of possession (RFC 9449): a client signs each request with a key of its own, and its token is bound to the
 * key's thumbprint. At the token endpoint Okta asks for a nonce of its own besides, which changes once a day and is
 * taken for three days more.
 */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyResult } from 'jose'
import type { Org } from '../state.ts'
import { takeOnce } from './once.ts'
import { OAuthError } from './oauth-error.ts'

export interface Proved {
  method: string
  /** Without query and fragment. */
  url: string
  accessToken?: string
  needsNonce: boolean
}

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'EdDSA']
const dayMs = 86_400_000
const nonceDays = 4
const skewSeconds = 300

/** The thumbprint of the key that a proof shows; throws `invalid_dpop_proof` or `use_dpop_nonce`. */
export async function verifyProof(org: Org, header: string | string[] | undefined, proved: Proved): Promise<string> {
  const { payload, protectedHeader } = await readProof(org, header)
  check(payload['htm'] === proved.method, 'The DPoP proof JWT htm claim does not match the request.')
  check(sameAddress(payload['htu'], proved.url), 'The DPoP proof JWT htu claim does not match the request.')
  check(typeof payload.iat === 'number' && Math.abs(payload.iat - org.now() / 1000) <= skewSeconds, 'The DPoP proof JWT was not issued just now.')
  if (proved.accessToken !== undefined) {
    const ath = createHash('sha256').update(proved.accessToken).digest('base64url')
    check(payload['ath'] === ath, 'The DPoP proof JWT ath claim does not match the access token.')
  }
  if (proved.needsNonce && !isNonce(org, payload['nonce'])) {
    throw new OAuthError('use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.', 400, { 'dpop-nonce': nonceOf(org, 0) })
  }
  check(typeof payload.jti === 'string' && takeOnce(org, `proof ${payload.jti}`, org.now() + 2 * skewSeconds * 1000), 'The DPoP proof JWT has been used before.')
  return calculateJwkThumbprint(protectedHeader.jwk!)
}

async function readProof(org: Org, header: string | string[] | undefined): Promise<JWTVerifyResult<JWTPayload>> {
  if (typeof header !== 'string') throw new OAuthError('invalid_dpop_proof', 'The DPoP proof JWT header is missing.')
  try {
    return await jwtVerify(header, EmbeddedJWK, { typ: 'dpop+jwt', algorithms, currentDate: new Date(org.now()), clockTolerance: skewSeconds })
  } catch {
    throw new OAuthError('invalid_dpop_proof', 'The DPoP proof JWT is not valid.')
  }
}

function check(good: boolean, description: string): void {
  if (!good) throw new OAuthError('invalid_dpop_proof', description)
}

function sameAddress(claimed: unknown, url: string): boolean {
  if (typeof claimed !== 'string' || !URL.canParse(claimed)) return false
  const address = new URL(claimed)
  return `${address.origin}${address.pathname}` === new URL(url).href
}

function nonceOf(org: Org, daysAgo: number): string {
  const day = Math.floor(org.now() / dayMs) - daysAgo
  return createHash('sha256').update(`${org.oauth.nonceSecret} ${day}`).digest('base64url')
}

function isNonce(org: Org, nonce: unknown): boolean {
  return Array.from({ length: nonceDays }, (_, day) => nonceOf(org, day)).includes(String(nonce))
}
