/**
 * A software authenticator (WebAuthn level 3 §6, CTAP 2): makes and signs with ES256 passkeys as a browser would hand them
 * on. Its CBOR (RFC 8949) is written by hand, so that nothing of the server's library vouches for itself.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

type Cbor = number | string | Buffer | Map<number | string, Cbor>

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length)
  if (length < 256) return Buffer.of((major << 5) | 24, length)
  return Buffer.of((major << 5) | 25, length >> 8, length & 255)
}

function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])])
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest()
const b64 = (data: Buffer) => data.toString('base64url')

export interface Settings {
  origin?: string
  rpId?: string
  /** Whether it has recognised its owner. */
  verified?: boolean
  /** Whether somebody has touched it. */
  present?: boolean
  /** Whether its key may be, and is, copied to other devices. */
  synced?: boolean
  counter?: number
  type?: string
}

interface Options {
  challenge: string
  user?: { id: string }
}

export class Authenticator {
  readonly id = randomBytes(32)
  private readonly privateKey: KeyObject
  private readonly publicKey: KeyObject
  private handle = ''
  counter = 1

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.privateKey = privateKey
    this.publicKey = publicKey
  }

  private clientData(type: string, challenge: string, origin = 'http://localhost:8080'): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }

  private data({ rpId = 'localhost', verified = true, present = true, synced = false, counter = this.counter }: Settings, attested: Buffer = Buffer.alloc(0)): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(rpId), Buffer.of((present ? 1 : 0) | (verified ? 4 : 0) | (synced ? 24 : 0) | (attested.length > 0 ? 64 : 0)), count, attested])
  }

  /** navigator.credentials.create() */
  create(options: Options, settings: Settings = {}): object {
    this.handle = options.user!.id
    const { x, y } = this.publicKey.export({ format: 'jwk' })
    const key = cbor(new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x!, 'base64url')], [-3, Buffer.from(y!, 'base64url')]]))
    const authData = this.data(settings, Buffer.concat([Buffer.alloc(16), Buffer.of(0, this.id.length), this.id, key]))
    const attestation = cbor(new Map<string, Cbor>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]))
    const client = this.clientData(settings.type ?? 'webauthn.create', options.challenge, settings.origin)
    return { id: b64(this.id), rawId: b64(this.id), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: b64(client), attestationObject: b64(attestation), transports: ['internal', 'hybrid', 'made-up'] } }
  }

  /** navigator.credentials.get() */
  get(options: Options, settings: Settings & { handle?: string } = {}): object {
    this.counter++
    const authData = this.data(settings)
    const client = this.clientData(settings.type ?? 'webauthn.get', options.challenge, settings.origin)
    const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), this.privateKey)
    return { id: b64(this.id), rawId: b64(this.id), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: b64(client), authenticatorData: b64(authData), signature: b64(signature), userHandle: settings.handle ?? this.handle } }
  }
}
