/**
 * Hashes that people bring along from other directories, to be verified once and then replaced: RFC 2307 schemes in braces,
 * PBKDF2 as passlib, OpenLDAP and OpenDJ write it, crypt(3), bcrypt, scrypt, and argon2 of any kind. What a stored value
 * may cost is limited: whoever can write one must not be able to keep the server busy for minutes. What is not well formed,
 * not known, or beyond the limits belongs to no password.
 */
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { hash, pbkdf2, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { cryptLike } from './password-crypt.ts'

const pbkdf2Async = promisify(pbkdf2)
const scryptAsync = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Each about two seconds of one core at most. */
const mostIterations = 3_000_000
const mostBcryptCost = 14
const mostArgon2 = { memoryKiB: 262_144, passes: 10, lanes: 16, work: 1_048_576 }
const mostScryptBytes = 134_217_728
/** A shorter derived key proves too little, and an empty one anything. */
const leastKeyBytes = 16

/** So many bytes of a password bcrypt has looked at. */
const bcryptBytes = 72

/**
 * Whether a stored value was made of no more than the beginning of a text as long as this one: other texts are behind it as well, and
 * nobody knows which of them is the password. A text that just fills it may be the beginning of a longer one.
 */
export const isCut = (stored: string, clear: string): boolean =>
  parts(stored).body.startsWith('$2') && Math.max(Buffer.byteLength(clear), Buffer.byteLength(clear.normalize('NFC'))) >= bcryptBytes

/** Whether `clear` is the password behind a stored value that is not one of ours. */
export async function verifyForeign(stored: string, clear: string): Promise<boolean> {
  // Where a text ends for bcrypt, and what HMAC fills it up with: with it in a password others would be the same.
  if (clear.includes('\0')) return false
  const { scheme, body } = parts(stored)
  const password = Buffer.from(clear)
  const known = Object.hasOwn(digests, scheme) ? digests[scheme] : undefined
  if (known) return verifyDigest(known, body, password)
  const pbkdf = Object.hasOwn(pbkdf2Digests, scheme) ? pbkdf2Digests[scheme] : undefined
  if (pbkdf) return verifyPbkdf2(pbkdf, body, password)
  if (scheme !== '' && scheme !== 'CRYPT' && scheme !== 'BCRYPT' && scheme !== 'ARGON2') return false
  if (body.startsWith('$2')) return verifyBlowfish(body, clear)
  if (body.startsWith('$argon2')) return verifyAnyArgon2(body, clear)
  if (body.startsWith('$scrypt$')) return verifyScrypt(body, password)
  const made = await cryptLike(body, password)
  return made !== undefined && same(Buffer.from(made), Buffer.from(body))
}

/** `{SSHA}…` in two; what has no braces is `$id$…`. */
function parts(stored: string): { scheme: string; body: string } {
  const braced = /^\{([A-Za-z0-9./_-]{1,40})\}(.*)$/s.exec(stored)
  return braced ? { scheme: braced[1]!.toUpperCase(), body: braced[2]! } : { scheme: '', body: stored }
}

function same(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

const digests: Record<string, { algorithm: string; bytes: number; salted: boolean }> = {
  MD5: { algorithm: 'md5', bytes: 16, salted: false },
  SMD5: { algorithm: 'md5', bytes: 16, salted: true },
  SHA: { algorithm: 'sha1', bytes: 20, salted: false },
  SSHA: { algorithm: 'sha1', bytes: 20, salted: true },
  ...Object.fromEntries([256, 384, 512].flatMap((bits) => [
    [`SHA${bits}`, { algorithm: `sha${bits}`, bytes: bits / 8, salted: false }],
    [`SSHA${bits}`, { algorithm: `sha${bits}`, bytes: bits / 8, salted: true }],
  ])),
}

/** Base64 of the digest of password and salt, and behind it the salt. */
function verifyDigest({ algorithm, bytes, salted }: (typeof digests)[string], body: string, password: Buffer): boolean {
  const stored = Buffer.from(body, 'base64')
  if (salted ? stored.length <= bytes : stored.length !== bytes) return false
  return same(hash(algorithm, Buffer.concat([password, stored.subarray(bytes)]), 'buffer'), stored.subarray(0, bytes))
}

const pbkdf2Digests: Record<string, { algorithm: string; bytes: number }> = {
  PBKDF2: { algorithm: 'sha1', bytes: 20 },
  ...Object.fromEntries([1, 256, 512].flatMap((bits) => ['PBKDF2-SHA', 'PBKDF2-HMAC-SHA'].map((name) =>
    [`${name}${bits}`, { algorithm: `sha${bits}`, bytes: bits === 1 ? 20 : bits / 8 }]))),
}

/** passlib writes `.` where base64 has `+`, and no padding. */
const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64')

async function verifyPbkdf2({ algorithm, bytes }: (typeof pbkdf2Digests)[string], body: string, password: Buffer): Promise<boolean> {
  const [, count, salt, key] = /^(\d{1,9})[$:](?:([A-Za-z0-9+/.=]+)[$:])?([A-Za-z0-9+/.=]+)$/.exec(body) ?? []
  const iterations = Number(count)
  if (key === undefined || iterations < 1 || iterations > mostIterations) return false
  // OpenDJ: the key, as long as the digest is, and behind it the salt, in one.
  const whole = bytesOf(key)
  const stored = salt === undefined ? { salt: whole.subarray(bytes), key: whole.subarray(0, bytes) } : { salt: bytesOf(salt), key: whole }
  if (stored.salt.length === 0 || stored.key.length < leastKeyBytes) return false
  // Every piece of the key that is as long as the digest takes all the rounds again (RFC 8018 §5.2).
  if (iterations * Math.ceil(stored.key.length / bytes) > mostIterations) return false
  return same(await pbkdf2Async(password, stored.salt, iterations, stored.key.length, algorithm), stored.key)
}

async function verifyBlowfish(body: string, clear: string): Promise<boolean> {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(body) ?? []
  if (cost === undefined || Number(cost) < 4 || Number(cost) > mostBcryptCost) return false
  return verifyBcrypt(clear, body).catch(() => false)
}

export interface Argon2Setting {
  kind: string
  memoryKiB: number
  passes: number
  lanes: number
}

/** What an argon2 PHC string says of itself; undefined when it is none, or beyond the limits. */
export function argon2Setting(phc: string): Argon2Setting | undefined {
  const [, kind, m, t, p] = /^\$(argon2(?:id|i|d))\$v=(?:16|19)\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$/.exec(phc) ?? []
  if (kind === undefined) return undefined
  const setting = { kind, memoryKiB: Number(m), passes: Number(t), lanes: Number(p) }
  const { memoryKiB, passes, lanes, work } = mostArgon2
  const bounded = setting.memoryKiB <= memoryKiB && setting.passes <= passes && setting.lanes <= lanes && setting.memoryKiB * setting.passes <= work
  return bounded ? setting : undefined
}

async function verifyAnyArgon2(body: string, clear: string): Promise<boolean> {
  return argon2Setting(body) !== undefined && verifyArgon2(body, clear).catch(() => false)
}

/** `$scrypt$ln=15,r=8,p=1$salt$key`, as passlib writes it. */
async function verifyScrypt(body: string, password: Buffer): Promise<boolean> {
  const [, ln, r, p, salt, key] = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(body) ?? []
  if (key === undefined) return false
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) }
  const memory = 128 * cost.N * cost.r
  const stored = Buffer.from(key, 'base64')
  if (memory * cost.p > mostScryptBytes || stored.length < leastKeyBytes) return false
  return scryptAsync(password, Buffer.from(salt!, 'base64'), stored.length, { ...cost, maxmem: memory + 1_048_576 }).then((made) => same(made, stored), () => false)
}
