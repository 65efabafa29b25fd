/**
 * crypt(3) as directories and /etc/shadow have it: `$1$` (MD5, by Poul-Henning Kamp) and `$5$`, `$6$` (SHA-crypt, by Ulrich
 * Drepper). Only to verify what people bring along, never to make one. The thousands of rounds are done in turns, so
 * that the event loop goes on; held to the published vectors.
 */
import { hash } from 'node:crypto'
import { takingTurns } from '../records/pause.ts'

/** libxcrypt's own limit; each round of SHA-crypt reads the whole password. */
const mostBytes = 512
/** passlib's default for `$6$` is 656,000; a million take a second or two. */
const mostRounds = 1_000_000

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Three bytes as four letters, the low bits first; fewer letters where fewer bytes are left. */
function letters(high: number, middle: number, low: number, count = 4): string {
  let value = (high << 16) | (middle << 8) | low
  let text = ''
  for (let i = 0; i < count; i++, value >>= 6) text += digits[value & 63]
  return text
}

const digest = (algorithm: string, ...parts: Uint8Array[]): Buffer => hash(algorithm, Buffer.concat(parts), 'buffer')

/** `source` over and over, to a length. */
function filled(source: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, source)
}

interface Crypted {
  setting: string
  salt: Buffer
  rounds: number
}

/**
 * The whole crypt(3) text of a password under the setting of `stored`, to be compared with it. Undefined where that is none
 * of the three kinds, or asks for more work than is allowed.
 */
export async function cryptLike(stored: string, password: Buffer): Promise<string | undefined> {
  if (password.length > mostBytes) return undefined
  const md5 = /^\$1\$([^$]{0,8})\$/.exec(stored)
  if (md5) return md5Crypt(password, Buffer.from(md5[1]!))
  const sha = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$/.exec(stored)
  if (!sha) return undefined
  const rounds = Math.max(1000, Number(sha[2] ?? 5000))
  if (rounds > mostRounds) return undefined
  const setting = `$${sha[1]}$${sha[2] === undefined ? '' : `rounds=${sha[2]}$`}${sha[3]}$`
  return shaCrypt(sha[1] === '5' ? 'sha256' : 'sha512', password, { setting, salt: Buffer.from(sha[3]!), rounds })
}

async function md5Crypt(password: Buffer, salt: Buffer): Promise<string> {
  const parts = [password, Buffer.from('$1$'), salt, filled(digest('md5', password, salt, password), password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Buffer.alloc(1) : password.subarray(0, 1))
  let last = digest('md5', ...parts)
  for (let round = 0; round < 1000; round++) {
    const odd = round % 2 === 1
    last = digest('md5', odd ? password : last, ...(round % 3 ? [salt] : []), ...(round % 7 ? [password] : []), odd ? last : password)
  }
  const b = (index: number) => last[index]!
  const groups = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]].map(([x, y, z]) => letters(b(x!), b(y!), b(z!)))
  return `$1$${salt.toString()}$${groups.join('')}${letters(0, 0, b(11), 2)}`
}

async function shaCrypt(algorithm: 'sha256' | 'sha512', password: Buffer, { setting, salt, rounds }: Crypted): Promise<string> {
  const parts = [password, salt, filled(digest(algorithm, password, salt, password), password.length)]
  const mixed = digest(algorithm, password, salt, password)
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? mixed : password)
  const last = digest(algorithm, ...parts)
  const p = filled(digest(algorithm, ...Array.from({ length: password.length }, () => password)), password.length)
  const s = filled(digest(algorithm, ...Array.from({ length: 16 + last[0]! }, () => salt)), salt.length)
  const pause = takingTurns()
  const scratch = Buffer.alloc(2 * p.length + s.length + last.length)
  // Text made of bytes comes back from the hash in a third of the time that a buffer takes.
  let result = last.toString('latin1')
  for (let round = 0; round < rounds; round++) {
    let at = 0
    const add = (part: Buffer) => {
      scratch.set(part, at)
      at += part.length
    }
    const addResult = () => {
      at += scratch.write(result, at, 'latin1')
    }
    if (round % 2) add(p)
    else addResult()
    if (round % 3) add(s)
    if (round % 7) add(p)
    if (round % 2) addResult()
    else add(p)
    result = hash(algorithm, scratch.subarray(0, at), 'binary')
    if (round % 64 === 0) await pause()
  }
  const bytes = Buffer.from(result, 'latin1')
  return setting + (algorithm === 'sha256' ? encoded256(bytes) : encoded512(bytes))
}

/** The order in which the bytes are written: groups of three that turn with each group. */
function encoded256(bytes: Buffer): string {
  let text = ''
  for (let group = 0, at = [0, 10, 20]; group < 10; group++, at = [at[2]! + 1, at[0]! + 1, at[1]! + 1]) text += letters(bytes[at[0]!]!, bytes[at[1]!]!, bytes[at[2]!]!)
  return text + letters(0, bytes[31]!, bytes[30]!, 3)
}

function encoded512(bytes: Buffer): string {
  let text = ''
  for (let group = 0, at = [0, 21, 42]; group < 21; group++, at = [at[1]! + 1, at[2]! + 1, at[0]! + 1]) text += letters(bytes[at[0]!]!, bytes[at[1]!]!, bytes[at[2]!]!)
  return text + letters(0, 0, bytes[63]!, 2)
}
