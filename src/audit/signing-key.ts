/**
 * The Ed25519 keys that sign blocks. A key's id is its JWK thumbprint (RFC 7638), so a public key cannot be passed off
 * under another's id; and the private half is kept encrypted with the master key, so whoever can only write to the
 * database cannot add a key that would be believed.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import type { Reader } from '../store/audit-events.ts'
import type { MasterKey } from '../store/master-key.ts'
import { insertSigningKey, retireSigningKey, signingKeys, type SigningKeyRow } from '../store/signing-keys.ts'
import { recordEvents } from './record.ts'

export interface SigningKey {
  keyId: string
  privateKey: KeyObject
}

export type VerificationKeys = ReadonlyMap<string, KeyObject>

const purpose = 'audit'
/** What the envelope of the private half is made for; the column stands in the list of encrypted columns. */
const envelopePurpose = 'signing-key'

/** The key that signs at present; made at first use. Errors: `configuration` when the master key cannot open it. */
export async function currentSigningKey(db: Database, masterKey: MasterKey, now: Date): Promise<SigningKey> {
  for (;;) {
    const current = (await signingKeys(db, purpose)).find((row) => row.retired_at === null)
    if (current) return { keyId: current.key_id, privateKey: privateKeyOf(current, masterKey) }
    await insertSigningKey(db, newSigningKey(masterKey, now))
  }
}

/** Retires the signing key; the next block is signed by a new one. What it signed stays verifiable. The id of the new one. */
export async function rotateSigningKey(ctx: Context, masterKey: MasterKey): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    const key = newSigningKey(masterKey, ctx.now())
    await retireSigningKey(tx, purpose, ctx.now())
    // Whoever seals at this moment may have made the first one: then that is new enough.
    if (!(await insertSigningKey(tx, key))) throw new GatehouseError('conflict', 'Another key was made at the same moment.')
    await recordEvents(tx, ctx, [{ action: 'signing-key.rotate', targetType: 'SigningKey', targetId: key.key_id, changes: [{ path: 'algorithm', after: key.algorithm }] }])
    return key.key_id
  })
}

/** The public keys, by id, whose private halves the master key vouches for. */
export async function verificationKeys(db: Reader, masterKey: MasterKey): Promise<VerificationKeys> {
  const keys = new Map<string, KeyObject>()
  for (const row of await signingKeys(db, purpose)) {
    const key = vouchedKey(row, masterKey)
    if (key) keys.set(row.key_id, key)
  }
  return keys
}

/** The public key of a JWK if it has the id it claims, else undefined. */
export function publicKeyOf(keyId: string, jwk: unknown): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return key.asymmetricKeyType === 'ed25519' && thumbprint(key) === keyId ? key : undefined
  } catch {
    return undefined
  }
}

/** The public half as a JWK: `{kty, crv, x}`. */
export function publicJwk(key: KeyObject): { kty: string; crv: string; x: string } {
  const { kty, crv, x } = key.export({ format: 'jwk' })
  return { kty: kty!, crv: crv!, x: x! }
}

function vouchedKey(row: SigningKeyRow, masterKey: MasterKey): KeyObject | undefined {
  try {
    const key = createPublicKey(privateKeyOf(row, masterKey))
    return thumbprint(key) === row.key_id ? key : undefined
  } catch {
    return undefined
  }
}

function newSigningKey(masterKey: MasterKey, now: Date): Omit<SigningKeyRow, 'retired_at'> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const keyId = thumbprint(publicKey)
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  return {
    key_id: keyId,
    purpose,
    algorithm: 'EdDSA',
    public_key: JSON.stringify(publicJwk(publicKey)),
    private_key_encrypted: masterKey.encrypt(secret, envelopePurpose, keyId),
    created_at: now.toISOString(),
  }
}

function privateKeyOf(row: SigningKeyRow, masterKey: MasterKey): KeyObject {
  const secret = masterKey.decrypt(row.private_key_encrypted, envelopePurpose, row.key_id)
  return createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' })
}

function thumbprint(key: KeyObject): string {
  const { kty, crv, x } = publicJwk(key)
  return hash('sha256', JSON.stringify({ crv, kty, x }), 'base64url')
}
