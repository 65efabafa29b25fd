/**
 * Envelope encryption of what must be read back: private keys, secrets of other systems. One master key of 32 bytes,
 * from the environment, a file, or made once; from it one key a purpose (HKDF, RFC 5869); AES-256-GCM (SP 800-38D).
 *
 * Envelope: version 1 (1 byte), id of the master key (8), nonce (12), tag (16), ciphertext. Purpose and row are
 * authenticated with it, so that a value copied into another row or column cannot be read there.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { GatehouseError } from '../errors.ts'

export interface MasterKey {
  /** 16 hex digits, derived from the key; tells keys apart without telling anything about them. */
  id: string
  /** The envelope of a value for one purpose, bound to the row it belongs to (the row's key). */
  encrypt(plaintext: Buffer | string, purpose: string, row?: string): Buffer
  /** Errors: `configuration` when the envelope is of another key, purpose or row, or was altered. */
  decrypt(envelope: Buffer, purpose: string, row?: string): Buffer
  /** 32 bytes for one purpose, always the same: a key for whoever encrypts or signs on their own. */
  derive(purpose: string): Buffer
}

const version = 1
const headLength = 1 + 8 + 12 + 16

/** A master key from the Base64 of its 32 bytes; `source` names where it came from. Errors: `configuration`. */
export function parseMasterKey(base64: string, source: string): MasterKey {
  const text = base64.trim()
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 32 || !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    throw new GatehouseError(
      'configuration',
      `${source} must be the Base64 of 32 random bytes; "openssl rand -base64 32" makes one.`,
    )
  }
  return masterKey(bytes)
}

/** The Base64 of a new master key. */
export function newMasterKey(): string {
  return randomBytes(32).toString('base64')
}

function masterKey(secret: Buffer): MasterKey {
  const keys = new Map<string, Buffer>()
  const keyFor = (purpose: string): Buffer => {
    let key = keys.get(purpose)
    if (!key) keys.set(purpose, (key = derive(secret, `purpose ${purpose}`, 32)))
    return key
  }
  const idBytes = derive(secret, 'key id', 8)
  const id = idBytes.toString('hex')
  return {
    id,
    encrypt(plaintext, purpose, row = '') {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), nonce)
      const head = Buffer.concat([Buffer.of(version), idBytes])
      cipher.setAAD(Buffer.concat([head, Buffer.from(row)]))
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return Buffer.concat([head, nonce, cipher.getAuthTag(), ciphertext])
    },
    decrypt(envelope, purpose, row = '') {
      const head = envelope.subarray(0, 9)
      if (envelope.length < headLength || head[0] !== version) throw unreadable(purpose)
      if (!head.subarray(1).equals(idBytes)) throw otherKey(head.toString('hex', 1), id, purpose)
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), envelope.subarray(9, 21), {
          authTagLength: 16,
        })
        decipher.setAAD(Buffer.concat([head, Buffer.from(row)]))
        decipher.setAuthTag(envelope.subarray(21, headLength))
        return Buffer.concat([decipher.update(envelope.subarray(headLength)), decipher.final()])
      } catch {
        throw unreadable(purpose)
      }
    },
    derive: (purpose) => derive(secret, `derived ${purpose}`, 32),
  }
}

function derive(secret: Buffer, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `gatehouse ${info}`, length))
}

function unreadable(purpose: string): GatehouseError {
  return new GatehouseError(
    'configuration',
    `An encrypted value (${purpose}) cannot be read: it was altered or belongs elsewhere.`,
  )
}

function otherKey(found: string, ours: string, purpose: string): GatehouseError {
  return new GatehouseError(
    'configuration',
    `An encrypted value (${purpose}) belongs to the master key ${found}, and this server runs with ${ours}. ` +
      'If the key was rotated, restart the server with the new one.',
  )
}
