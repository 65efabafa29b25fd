/**
 * What a userPassword value is: a hash with its scheme in braces (RFC 2307 §5.3 and what directory servers add to it),
 * or clear text. A hash is taken over as it is; nothing here verifies one. No answer and no reason ever holds a piece of
 * a clear password, not even what stands in its braces.
 */

/** A clear password is reached by a call, so that no plan, log or comparison of records prints it by accident. */
export type Password = { hash: string; scheme: string } | { clear: () => string }

interface Scheme {
  pattern: RegExp
  /** For base64 digests with a salt behind: the digest's bytes, and whether a salt is there. */
  digest?: number
  salted?: boolean
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/
const crypt = /^(?:\$(?:1|5|6|y|7|gy|2[abxy])\$[^:\s]{8,}|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19})$/
/** Rounds, salt and key, with `$` (passlib) or `:` (OpenDJ, salt and key in one) between them. */
const pbkdf2 = /^\d{1,9}(?:\$[A-Za-z0-9+/.=]+\$[A-Za-z0-9+/.=]+|:[A-Za-z0-9+/]+={0,2}(?::[A-Za-z0-9+/]+={0,2})?)$/
const bcrypt = /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/
const phc = /^\$(?:argon2(?:id|i|d)|scrypt)\$[^\s]{16,}$/

const digest = (bytes: number, salted: boolean): Scheme => ({ pattern: base64, digest: bytes, salted })

const schemes: Record<string, Scheme> = {
  SHA: digest(20, false),
  SSHA: digest(20, true),
  SHA256: digest(32, false),
  SSHA256: digest(32, true),
  SHA384: digest(48, false),
  SSHA384: digest(48, true),
  SHA512: digest(64, false),
  SSHA512: digest(64, true),
  MD5: digest(16, false),
  SMD5: digest(16, true),
  CRYPT: { pattern: crypt },
  BCRYPT: { pattern: bcrypt },
  PBKDF2: { pattern: pbkdf2 },
  'PBKDF2-SHA1': { pattern: pbkdf2 },
  'PBKDF2-SHA256': { pattern: pbkdf2 },
  'PBKDF2-SHA512': { pattern: pbkdf2 },
  'PBKDF2-HMAC-SHA1': { pattern: pbkdf2 },
  'PBKDF2-HMAC-SHA256': { pattern: pbkdf2 },
  'PBKDF2-HMAC-SHA512': { pattern: pbkdf2 },
  ARGON2: { pattern: phc },
}

/** The most characters a hash may have (LOGIN.PASSWORD) and a clear password may have. */
const maxLength = 255

/** What the value is, or a reason (free of it) why it cannot be taken. */
export function readPassword(value: string): Password | { reason: string } {
  if (value.length > maxLength) return { reason: `The password value is longer than ${maxLength} characters.` }
  if (bcrypt.test(value)) return { hash: value, scheme: 'BCRYPT' }
  if (phc.test(value)) return { hash: value, scheme: 'ARGON2' }
  const braced = /^\{([A-Za-z0-9./_-]{1,40})\}(.*)$/s.exec(value)
  if (!braced) return { clear: () => value }
  const name = braced[1]!.toUpperCase()
  const body = braced[2]!
  if (name === 'CLEAR' || name === 'CLEARTEXT') return { clear: () => body }
  const scheme = Object.hasOwn(schemes, name) ? schemes[name]! : undefined
  if (!scheme) {
    return { reason: 'The password begins with a scheme in braces that is not known. Write {CLEAR} before a clear password that begins so.' }
  }
  if (!isWellFormed(scheme, body)) return { reason: `The password says that it is a {${name}} hash, and is not well formed as one.` }
  return { hash: value, scheme: name }
}

function isWellFormed(scheme: Scheme, body: string): boolean {
  if (!scheme.pattern.test(body)) return false
  if (scheme.digest === undefined) return true
  const { length } = Buffer.from(body, 'base64')
  return scheme.salted ? length > scheme.digest : length === scheme.digest
}

/** The value as a reject file may hold it: a hash stays, anything else goes. */
export function blankPassword(value: string): string {
  const read = readPassword(value)
  return 'hash' in read ? value : ''
}
