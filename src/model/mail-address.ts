/** Addresses and numbers: what may be kept as one, and what messages may go to: one mailbox and nothing that a mail server could take for more. */

// A dot-atom (RFC 5322 §3.2.3) with letters of any script (RFC 6531), no quoted local part and no literal domain: what
// quoting hides has let mail go to somebody else before.
const local = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u

/** Whether mail may go to this text (RFC 5321 §4.5.3.1: 64 and 254 octets). */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (at < 1 || Buffer.byteLength(text) > 254 || Buffer.byteLength(text.slice(0, at)) > 64) return false
  const labels = text.slice(at + 1).split('.')
  return local.test(text.slice(0, at)) && labels.every((one) => label.test(one)) && (labels.length > 1 || labels[0] === 'localhost')
}

const spaces = /[\s\p{Z}\p{Cc}]/u

/**
 * Why a text cannot be an e-mail address at all; undefined where it may be one. Wider than what mail is sent to: whoever
 * keeps addresses of others has them as those write them (RFC 5321 §4.5.3.1: 64 and 255 octets).
 */
export function addressFault(text: string): string | undefined {
  const [local = '', domain = '', ...more] = text.split('@')
  if (local === '' || domain === '' || more.length > 0) return 'must be an e-mail address such as ada@example.com: one @, with something on either side'
  if (spaces.test(text)) return 'must be an e-mail address such as ada@example.com, without spaces or control characters'
  if (Buffer.byteLength(local) > 64 || Buffer.byteLength(domain) > 255) return 'is too long for an e-mail address: at most 64 bytes before the @ and 255 behind it'
  return undefined
}

// As wide as addresses of others are: with underscores, and marks as scripts of India have.
const kept = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}])?$/u

/** Why a text cannot be what stands behind the @ of addresses; undefined where it can. */
export const domainFault = (text: string): string | undefined => (text.split('.').every((one) => kept.test(one)) ? undefined : 'must be a domain such as example.com: what stands behind the @ of addresses')

/**
 * What two spellings of one mailbox have in common: A to Z in small letters, as mail servers take them, and nothing else. Other letters that fold
 * to the same ones (K of Kelvin, a dotless i) are another mailbox, maybe somebody else's.
 */
export const mailboxOf = (address: string): string => address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** The same in SQL. @param address an expression */
export const mailboxSql = (address: string): string => `lower(${address} collate "C")`

/** An address as it may be told to somebody else: enough to know one's own again. */
export function maskAddress(text: string): string {
  const at = text.lastIndexOf('@')
  return at < 1 ? '…' : `${[...text][0]}…${text.slice(at)}`
}

/** The same for a number. */
export function maskNumber(text: string): string {
  const digits = text.replaceAll(/\D/g, '')
  return digits.length < 6 ? '…' : `…${digits.slice(-3)}`
}
