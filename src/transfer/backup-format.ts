/**
 * The backup file: gzip around lines of UTF-8. First a header; then for every table a line that names it, its rows as
 * PostgreSQL's COPY writes them, a line `\.`, and a line with their number and checksum; last a closing line, without
 * which the file is not whole. The table that says which master key the rest belongs to comes first (in older backups
 * somewhere).
 *
 *     {"format":"gatehouse backup","formatVersion":1,"migrations":[…],"sequences":[…],…}
 *     {"table":"public.users","columns":["user_id",…]}
 *     0190…<tab>Ada<tab>\N…
 *     \.
 *     {"rows":1,"sha256":"…"}
 *     {"tables":98,"rows":123456}
 */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'

export const formatName = 'gatehouse backup'
export const formatVersion = 1

/** Holds which master key the other rows belong to. */
export const settingTable = 'gatehouse.setting'

export interface BackupHeader {
  format: string
  formatVersion: number
  /** When the copy was taken, ISO 8601. */
  createdAt: string
  /** The version of PostgreSQL it was taken from. */
  server: string
  /** What the schema had been through. */
  migrations: { name: string; checksum: string }[]
  /** Quoted names, and the last value given out. */
  sequences: { name: string; value: number }[]
}

export interface TableHead {
  /** Quoted, with its schema. */
  table: string
  /** Not quoted. */
  columns: string[]
}

export interface TableEnd {
  rows: number
  sha256: string
}

export interface BackupEnd {
  tables: number
  rows: number
}

const newline = 10
const endOfData = Buffer.from('\\.\n')
const longestLine = 16 * 1024 * 1024

/** Hands the chunks of a table's rows through while counting and hashing them. */
export function tally(): { of(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer>; end(): TableEnd } {
  const hash = createHash('sha256')
  let rows = 0
  return {
    async *of(chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) rows++
        yield chunk
      }
    },
    end: () => ({ rows, sha256: hash.digest('hex') }),
  }
}

export interface BackupReader {
  /** The next line, as JSON. */
  line<T>(): Promise<T>
  /** The rows up to the line `\.`, in chunks of whole rows. */
  rows(): AsyncGenerator<Buffer>
  /** Reads to the end, so that gzip can verify itself. Nothing may follow. */
  finish(): Promise<void>
}

/** Reads the unzipped text of a backup. Errors: `invalid_value` when it ends early or is none. */
export function backupReader(source: AsyncIterable<Buffer>): BackupReader {
  const chunks = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)

  /** Appends the next chunk; false at the end. */
  async function more(): Promise<boolean> {
    const { done, value } = await chunks.next().catch((error: unknown) => {
      throw unreadable((error as Error).message, error)
    })
    if (done) return false
    rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return true
  }

  async function text(): Promise<string> {
    for (;;) {
      const end = rest.indexOf(newline)
      if (end < 0 && rest.length > longestLine) throw unreadable('it has a line that is too long')
      if (end < 0) {
        if (!(await more())) throw unreadable('it ends early')
        continue
      }
      const line = rest.toString('utf8', 0, end)
      rest = rest.subarray(end + 1)
      return line
    }
  }

  return {
    async line<T>() {
      const line = await text()
      try {
        return JSON.parse(line) as T
      } catch (error) {
        throw unreadable('it does not have the form of one', error)
      }
    },
    async *rows() {
      // `rest` begins with a row, or with the line that ends them: only whole rows are handed out.
      for (;;) {
        if (rest.subarray(0, endOfData.length).equals(endOfData)) break
        const end = rest.indexOf('\n\\.\n')
        const whole = end >= 0 ? end + 1 : rest.lastIndexOf(newline) + 1
        if (whole > 0) yield rest.subarray(0, whole)
        rest = rest.subarray(whole)
        if (end < 0 && !(await more())) throw unreadable('it ends early')
      }
      rest = rest.subarray(endOfData.length)
    },
    async finish() {
      while (rest.length === 0 && (await more()));
      if (rest.length > 0) throw unreadable('something follows its end')
    },
  }
}

/** The error for a file that cannot be used. */
export function unreadable(why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('invalid_value', `The file is no whole backup: ${why}.`, { cause })
}
