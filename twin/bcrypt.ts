/**
 * BCRYPT (Provos and Mazières 1999), so that people whose imported hash is one can sign in. Blowfish's tables are the
 * first 33,344 bits of pi behind the point; they are worked out once rather than written down.
 */
const boxWords = 4 * 256
const keyWords = 18
const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const magic = 'OrpheanBeholderScryDoubt'
/** More would hold up everybody else for minutes. */
const mostWork = 14

interface Cipher {
  p: Uint32Array
  s: Uint32Array
}

let tables: Cipher | undefined

/** 31 characters of radix-64; undefined where the work is more than a double should do. */
export function bcryptHash(password: string, salt: string, workFactor: number): string | undefined {
  if (workFactor > mostWork) return undefined
  const key = words(Buffer.concat([Buffer.from(password).subarray(0, 72), Buffer.from([0])]).subarray(0, 72), keyWords)
  const saltWords = words(decode(salt).subarray(0, 16), keyWords)
  tables ??= digitsOfPi()
  const cipher = { p: tables.p.slice(), s: tables.s.slice() }
  expand(cipher, key, words(decode(salt).subarray(0, 16), 4))
  const none = new Uint32Array(4)
  for (let round = 0; round < 2 ** workFactor; round += 1) {
    expand(cipher, key, none)
    expand(cipher, saltWords, none)
  }
  const block = words(Buffer.from(magic), 6)
  for (let index = 0; index < 6; index += 2) for (let round = 0; round < 64; round += 1) encipher(cipher, block, index)
  const bytes = Buffer.alloc(24)
  for (const [index, word] of block.entries()) bytes.writeUInt32BE(word, 4 * index)
  return encode(bytes.subarray(0, 23))
}

/** pi = 16 arctan(1/5) - 4 arctan(1/239), by whole numbers. */
function digitsOfPi(): Cipher {
  const bits = 32 * (keyWords + boxWords)
  const guard = 64n
  const one = 1n << (BigInt(bits) + guard)
  const arctan = (divisor: bigint) => {
    let sum = 0n
    let power = one / divisor
    for (let odd = 1n, sign = 1n; power !== 0n; odd += 2n, sign = -sign, power /= divisor * divisor) sum += (sign * power) / odd
    return sum
  }
  const hex = (((16n * arctan(5n) - 4n * arctan(239n)) >> guard) & ((1n << BigInt(bits)) - 1n)).toString(16).padStart(bits / 4, '0')
  const all = Uint32Array.from({ length: keyWords + boxWords }, (_, index) => Number.parseInt(hex.slice(8 * index, 8 * index + 8), 16))
  return { p: all.slice(0, keyWords), s: all.slice(keyWords) }
}

/** `count` words of the bytes, over and over. */
function words(bytes: Uint8Array, count: number): Uint32Array {
  let next = 0
  const byte = () => bytes[next++ % bytes.length]!
  return Uint32Array.from({ length: count }, () => ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) >>> 0)
}

function expand(cipher: Cipher, key: Uint32Array, salt: Uint32Array): void {
  const { p, s } = cipher
  for (let index = 0; index < keyWords; index += 1) p[index]! ^= key[index]!
  const block = new Uint32Array(2)
  let next = 0
  for (const table of [p, s]) {
    for (let index = 0; index < table.length; index += 2) {
      block[0]! ^= salt[next]!
      block[1]! ^= salt[next + 1]!
      next = (next + 2) % 4
      encipher(cipher, block, 0)
      table[index] = block[0]!
      table[index + 1] = block[1]!
    }
  }
}

function encipher({ p, s }: Cipher, block: Uint32Array, at: number): void {
  let left = block[at]! ^ p[0]!
  let right = block[at + 1]!
  for (let round = 1; round < 17; round += 2) {
    right ^= mix(s, left) ^ p[round]!
    left ^= mix(s, right) ^ p[round + 1]!
  }
  block[at] = right ^ p[17]!
  block[at + 1] = left
}

function mix(s: Uint32Array, word: number): number {
  return (((s[word >>> 24]! + s[256 + ((word >>> 16) & 255)]!) ^ s[512 + ((word >>> 8) & 255)]!) + s[768 + (word & 255)]!) | 0
}

function decode(text: string): Buffer {
  const bits = [...text].map((character) => alphabet.indexOf(character).toString(2).padStart(6, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function encode(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,6}/g) ?? []).map((part) => alphabet[Number.parseInt(part.padEnd(6, '0'), 2)]).join('')
}
