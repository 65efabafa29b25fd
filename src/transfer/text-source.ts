/**
 * Bytes of a file to text, chunk by chunk: UTF-8 with or without a byte order mark, or Windows-1252 (what files called
 * "latin1" hold; the WHATWG encoding standard says the same). A byte that is no UTF-8 becomes a lone low surrogate
 * U+DC80…U+DCFF (as Python's surrogateescape does), which valid UTF-8 can never decode to: so one bad name costs its
 * row and not the file, and the row's problem can show the byte.
 */
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, createReadStream, open, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { GatehouseError } from '../errors.ts'

export type Encoding = 'utf-8' | 'latin1'

/** A path, or the bytes themselves (a request body, stdin). */
export type Source = string | AsyncIterable<Uint8Array>

export interface TextSource {
  chunks: AsyncGenerator<string>
  /** True once a byte was not UTF-8: only then need rows be searched for it. */
  damaged: () => boolean
}

/** 256 KiB: large enough that per-chunk costs vanish, small enough to be nothing. */
const chunkBytes = 256 * 1024

/** Opens a source as text. Throws `invalid_file` for UTF-16, compressed files and workbooks, and files not found. */
export function openText(source: Source, encoding: Encoding = 'utf-8'): TextSource {
  const state = { damaged: false }
  const chunks = encoding === 'latin1' ? latin1Chunks(bytesOf(source)) : utf8Chunks(bytesOf(source), state)
  return { chunks, damaged: () => state.damaged }
}

/**
 * For a file that is read more than once, such as one whose rejected rows are taken from it. Opening a pipe would also wait for
 * whoever writes into it, and that in a way that no signal ends. Throws `invalid_file` for what is no regular file, or not there.
 */
export async function refuseUnlessFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error)) throw notRead(path, error)
    throw error
  })
  if (found.isFile()) return
  const what = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device'
  const instead = found.isDirectory() ? 'Name the files in it.' : 'It is read more than once: write what comes out of it to a file first, and name that.'
  throw new GatehouseError('invalid_file', `${path} is ${what}, and no file. ${instead}`)
}

const notRead = (path: string, error: NodeJS.ErrnoException) => new GatehouseError('invalid_file', `${path} cannot be read (${error.code}).`, { cause: error })

/** The bytes of a source. Throws `invalid_file` as `openText` does. */
export async function* bytesOf(source: Source): AsyncGenerator<Buffer> {
  let first = true
  try {
    const stream = typeof source === 'string' ? await streamOf(source) : source
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      if (first && bytes.length > 0) refuseOtherFiles(bytes)
      first &&= bytes.length === 0
      yield bytes
    }
  } catch (error) {
    if (typeof source === 'string' && isSystemError(error)) throw notRead(source, error)
    throw error
  }
}

/**
 * A file, or a pipe. Who writes into a pipe may be late, or silent, and a thread that waits for them would keep the process from
 * ending at a signal: what comes out of it is read by events.
 */
async function streamOf(path: string): Promise<AsyncIterable<Uint8Array>> {
  const isPipe = await stat(path).then((found) => found.isFIFO(), () => false)
  return isPipe ? new Socket({ fd: await openPipe(path), readable: true, writable: false }) : createReadStream(path, { highWaterMark: chunkBytes })
}

/** Waits for whoever writes. Opened at once, without waiting, a pipe that nobody writes into yet reads as empty on some systems. */
async function openPipe(path: string): Promise<number> {
  // A process that ends while it waits opens the other end itself, which is what the thread is waiting for.
  const wake = () => {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    } catch {
      // Then nobody waits for it.
    }
  }
  process.once('exit', wake)
  try {
    return await promisify(open)(path, 'r')
  } finally {
    process.off('exit', wake)
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}

const otherFiles: { starts: number[]; what: string; instead: string }[] = [
  { starts: [0xff, 0xfe], what: 'UTF-16 text', instead: 'Save it as UTF-8.' },
  { starts: [0xfe, 0xff], what: 'UTF-16 text', instead: 'Save it as UTF-8.' },
  { starts: [0x1f, 0x8b], what: 'a gzip archive', instead: 'Unpack it first.' },
  { starts: [0x50, 0x4b, 3, 4], what: 'a zip archive or an Excel workbook', instead: 'Save it as CSV (UTF-8).' },
]

function refuseOtherFiles(bytes: Buffer): void {
  for (const { starts, what, instead } of otherFiles) {
    if (starts.every((byte, at) => bytes[at] === byte)) {
      throw new GatehouseError('invalid_file', `The file is ${what}, not UTF-8 text. ${instead}`)
    }
  }
  const head = bytes.subarray(0, 200)
  if (head.includes(0) && head.filter((byte) => byte === 0).length >= head.length / 4) {
    throw new GatehouseError('invalid_file', 'The file looks like UTF-16 text without a mark. Save it as UTF-8.')
  }
}

async function* utf8Chunks(source: AsyncIterable<Buffer>, state: { damaged: boolean }): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  let first = true
  for await (const chunk of source) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const end = completeEnd(bytes)
    rest = bytes.subarray(end)
    const text = decode(bytes.subarray(0, end), state)
    if (text === '') continue
    yield first && text.startsWith('\ufeff') ? text.slice(1) : text
    first = false
  }
  if (rest.length > 0) yield decode(rest, state)
}

/** Where the last character that is whole ends: a chunk may break one of up to four bytes. */
function completeEnd(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

function decode(bytes: Buffer, state: { damaged: boolean }): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  state.damaged = true
  return decodeDamaged(bytes)
}

const encoded = /[\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g

/** The text of bytes some of which are no UTF-8. Overlong and surrogate forms fail isUtf8 and count as bad bytes. */
function decodeDamaged(bytes: Buffer): string {
  return bytes.toString('latin1').replace(encoded, (piece) => {
    if (piece.charCodeAt(0) < 0x80) return piece
    const part = Buffer.from(piece, 'latin1')
    if (isUtf8(part)) return part.toString('utf8')
    return Array.from(part, (byte) => String.fromCharCode(0xdc00 + byte)).join('')
  })
}

/** What Windows-1252 holds at 0x80…0x9F, where ISO 8859-1 has control characters that no file of people means. */
const windows = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

async function* latin1Chunks(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const bytes of source) {
    yield bytes.toString('latin1').replace(/[\x80-\x9f]/g, (byte) => windows[byte.charCodeAt(0) - 0x80]!)
  }
}

/** The bytes of a text, for a file that is written in the encoding of the one it comes from. */
export function encodeText(value: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(value, 'utf8')
  const bytes = Buffer.alloc(value.length)
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    const special = windows.indexOf(value[at]!)
    bytes[at] = special >= 0 ? special + 0x80 : code <= 0xff ? code : 0x3f
  }
  return bytes
}

const badByte = /[\udc80-\udcff]/
const badBytes = /(?<![\ud800-\udbff])[\udc80-\udcff]/g

/** True when a text holds bytes that are no UTF-8. Ask only of text that came from a damaged source. */
export function hasBadBytes(value: string): boolean {
  return badByte.test(value) && value.search(badBytes) >= 0
}

/** A text with its bad bytes shown as \xFC. */
export function showBadBytes(value: string): string {
  return value.replace(badBytes, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16).toUpperCase()}`)
}

/** A text with its bad bytes read as Windows-1252: the likeliest guess, for a file that a person will look over. */
export function guessBadBytes(value: string): string {
  return value.replace(badBytes, (byte) => {
    const code = byte.charCodeAt(0) - 0xdc00
    return code < 0xa0 ? windows[code - 0x80]! : String.fromCharCode(code)
  })
}

export const notUtf8 = 'It holds bytes that are not UTF-8. Save the file as UTF-8, or pass "encoding": "latin1" in the mapping.'
