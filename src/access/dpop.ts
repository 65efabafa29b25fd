/**
 * Proofs of possession (DPoP, RFC 9449 §4.3, §7.1) at our own REST door: a token that is bound to a key is taken only
 * along with a fresh proof, made with that key for this very request, and each proof once.
 */
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { hash } from 'node:crypto'
import type { Context } from '../context.ts'
import { artifactHash, insertArtifact } from '../store/oidc-artifacts.ts'

export interface ProvedRequest {
  method: string
  /** The address without query, as the client knows it. */
  address: string
  /** The header DPoP. */
  proof: string
}

const windowSeconds = 60

/** Whether a proof of this instant, in seconds, is taken: made a minute ago at most, by a clock that is a minute ahead at most. */
export const isRecent = (iat: unknown, now: Date): iat is number => typeof iat === 'number' && Math.abs(now.getTime() / 1000 - iat) <= windowSeconds

const algorithms = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

/** Whether the proof is good for this token and request, and has not been shown before. */
export async function isProved(ctx: Pick<Context, 'db' | 'now'>, { method, address, proof }: ProvedRequest, token: string, thumbprint: string): Promise<boolean> {
  if (proof.length > 4096) return false
  const now = ctx.now()
  const verified = await jwtVerify(proof, EmbeddedJWK, { algorithms, typ: 'dpop+jwt', currentDate: now }).catch(() => undefined)
  if (!verified) return false
  const { payload: { htm, htu, ath, iat, jti }, protectedHeader: { jwk } } = verified
  const about = htm === method && typeof htu === 'string' && withoutQuery(htu) === address && ath === hash('sha256', token, 'base64url')
  if (!isRecent(iat, now) || !about || typeof jti !== 'string' || jti === '' || jti.length > 256) return false
  if ((await calculateJwkThumbprint(jwk!)) !== thumbprint) return false
  return insertArtifact(ctx.db, {
    hash: artifactHash('ApiProof', `${thumbprint}${jti}`), kind: 'ApiProof', grantHash: null, uidHash: null, userId: null, clientId: null, sessionId: null,
    scope: null, audience: null, thumbprint, payload: Buffer.alloc(0), expires: new Date(now.getTime() + (2 * windowSeconds + 1) * 1000).toISOString(),
  }, now.toISOString())
}

function withoutQuery(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.origin}${url.pathname}` : undefined
}
