/** Real public keys in OpenSSH's form, made anew: what ssh-keygen would write, without needing it. */
import { generateKeyPairSync } from 'node:crypto'

/** A length-prefixed part (RFC 4251 §5). */
export function part(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A line from the parts of a key. */
export const keyLine = (type: string, ...parts: (Buffer | string)[]): string => `${type} ${Buffer.concat([type, ...parts].map(part)).toString('base64')}`

const bytesOf = (text: string | undefined) => Buffer.from(text!, 'base64url')
/** A number as an mpint: a zero before a first bit that is set. */
export const mpint = (bytes: Buffer): Buffer => (bytes[0]! > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)

export function ed25519Bytes(): Buffer {
  return bytesOf(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x)
}

export const ed25519Key = (comment = 'laptop'): string => `${keyLine('ssh-ed25519', ed25519Bytes())} ${comment}`

export function rsaKey(bits: number): string {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' })
  return keyLine('ssh-rsa', mpint(bytesOf(e)), mpint(bytesOf(n)))
}

export function curvePoint(curve: 'P-256' | 'P-384' | 'P-521'): Buffer {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' })
  return Buffer.concat([Buffer.of(4), bytesOf(x), bytesOf(y)])
}
