/**
 * Public keys of OpenSSH as one line of a file (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709; PROTOCOL.u2f for sk-): taken
 * apart down to the numbers, so that nothing but a key of a strength that will do gets as far as an sshd. A line that
 * begins with options is none.
 */
import { createHash, createPublicKey } from 'node:crypto'

export interface SshKey {
  /** `ssh-ed25519`, … */
  type: string
  /** The key itself in base64. */
  blob: string
  comment: string
  /** As `ssh-keygen -l` shows it: `SHA256:…`. */
  fingerprint: string
  bits: number
}

const curves: Record<string, { bits: number; crv: string }> = {
  nistp256: { bits: 256, crv: 'P-256' }, nistp384: { bits: 384, crv: 'P-384' }, nistp521: { bits: 521, crv: 'P-521' },
}
const leastRsaBits = 2048
const mostRsaBits = 8192

/** The key on a line, or why it is none that will do. */
export function parseSshKey(line: string): SshKey | { message: string } {
  const [, type, blob, comment = ''] = /^([a-z0-9@.-]{1,40}) ([A-Za-z0-9+/]{1,2000}={0,2})(?: ([^\p{Cc}\u2028\u2029]*))?$/u.exec(line.trim()) ?? []
  if (type === undefined || blob === undefined) return { message: 'must be one OpenSSH public key on one line, without options: a type, the key in base64, a comment' }
  const bytes = Buffer.from(blob, 'base64')
  if (bytes.toString('base64') !== blob) return { message: 'is not whole: its base64 cannot be read' }
  const reader = readerOf(bytes)
  const bits = reader.text() === type ? bitsOf(type, reader) : undefined
  if (typeof bits === 'string') return { message: bits }
  if (bits === undefined || !reader.atEnd()) return { message: `is no key of the type ${type}, or of none of the types that are taken: ssh-ed25519, ecdsa-sha2-nistp256, -384 and -521, ssh-rsa, and both sk- types` }
  return { type, blob, comment: comment.trim(), fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`, bits }
}

/** The strength of what stands in the key; a text says why it will not do, undefined that it is not such a key. */
function bitsOf(type: string, reader: Reader): number | string | undefined {
  const [, curve] = /^(?:sk-)?ecdsa-sha2-(nistp\d+)(?:@openssh\.com)?$/.exec(type) ?? []
  switch (type) {
    case 'ssh-ed25519':
      return reader.part()?.length === 32 ? 256 : undefined
    case 'sk-ssh-ed25519@openssh.com':
      return reader.part()?.length === 32 && reader.text()?.startsWith('ssh:') ? 256 : undefined
    case 'ssh-rsa':
      return rsaBits(reader)
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return curveBits(curve!, reader)
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const bits = curveBits(curve!, reader)
      return reader.text()?.startsWith('ssh:') ? bits : undefined
    }
    default:
      return undefined
  }
}

function rsaBits(reader: Reader): number | string | undefined {
  const [exponent, modulus] = [reader.number(), reader.number()]
  if (exponent === undefined || modulus === undefined) return undefined
  const bits = modulus.toString(2).length
  if (bits < leastRsaBits || bits > mostRsaBits) return `has ${bits} bits; an RSA key needs ${leastRsaBits} to ${mostRsaBits}`
  return modulus % 2n === 1n && exponent % 2n === 1n && exponent >= 65_537n && exponent < 2n ** 64n ? bits : undefined
}

function curveBits(curve: string, reader: Reader): number | undefined {
  const { bits, crv } = curves[curve]!
  const size = Math.ceil(bits / 8)
  const named = reader.text()
  const point = reader.part()
  if (named !== curve || point?.length !== 1 + 2 * size || point[0] !== 4) return undefined
  const coordinate = (from: number) => point.subarray(from, from + size).toString('base64url')
  try {
    // Refuses what is not on the curve.
    createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x: coordinate(1), y: coordinate(1 + size) } })
    return bits
  } catch {
    return undefined
  }
}

type Reader = ReturnType<typeof readerOf>

/** Reads the length-prefixed parts (RFC 4251 §5) one after the other; undefined where one is not there. */
function readerOf(bytes: Buffer) {
  let at = 0
  const part = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readUInt32BE(at)
    if (length > bytes.length - at - 4) return undefined
    at += 4 + length
    return bytes.subarray(at - length, at)
  }
  return {
    part,
    text: () => part()?.toString('latin1'),
    /** A positive mpint in its shortest form. */
    number: (): bigint | undefined => {
      const value = part()
      if (!value || value.length === 0 || value[0]! > 127 || (value[0] === 0 && (value[1] ?? 0) < 128)) return undefined
      return BigInt(`0x${value.toString('hex')}`)
    },
    atEnd: () => at === bytes.length,
  }
}
