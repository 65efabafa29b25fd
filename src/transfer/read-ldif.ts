/**
 * LDIF content (RFC 2849): folded lines, comments, base64 values, attribute options. Entries, and change records that
 * add one, are read; other changes, controls and values by URL are refused entry by entry. Raw UTF-8 in values, which
 * the RFC wants in base64, is accepted: every real file has it.
 */
import { isUtf8 } from 'node:buffer'
import { GatehouseError } from '../errors.ts'
import { maxRecordLength, parseRows, type RowParser, type SourceRow } from './source-row.ts'
import { hasBadBytes, notUtf8, openText, showBadBytes, type Encoding, type Source } from './text-source.ts'
import { lineSplitter, type Line } from './text-lines.ts'

/** The entries of an LDIF file in flat memory. Throws `invalid_file` for a version other than 1. */
export async function* readLdif(
  source: Source,
  options: { encoding?: Encoding; limit?: number } = {},
): AsyncGenerator<SourceRow> {
  const text = openText(source, options.encoding)
  yield* parseRows(text.chunks, ldifRows(options.limit ?? maxRecordLength, text.damaged))
}

interface Logical {
  line: number
  text: string
}

interface Entry {
  lines: Logical[]
  size: number
  /** The lines as they stand, for the reject file. */
  raw: string[]
  tooLong: boolean
  firstLine: number
}

const newEntry = (): Entry => ({ lines: [], size: 0, raw: [], tooLong: false, firstLine: 0 })

function ldifRows(limit: number, damaged: () => boolean): RowParser {
  const splitter = lineSplitter(limit)
  let entry = newEntry()
  let comment = false
  let first = true

  function flush(rows: SourceRow[]): void {
    const done = entry
    entry = newEntry()
    if (done.tooLong) rows.push({ line: done.firstLine, reason: `The entry is longer than ${limit} characters.` })
    else if (done.lines.length > 0) {
      if (first) dropVersion(done)
      first = false
      if (done.lines.length > 0) rows.push(readEntry(done, damaged()))
    }
  }

  function addLine({ line, text }: Line): void {
    const folded = text?.startsWith(' ') ?? false
    if (!folded) comment = text?.startsWith('#') ?? false
    if (comment) return
    entry.firstLine ||= line
    entry.size += text?.length ?? limit + 1
    if (text === undefined || entry.size > limit) {
      entry = { ...newEntry(), size: limit + 1, tooLong: true, firstLine: entry.firstLine }
      return
    }
    entry.raw.push(text)
    const last = entry.lines.at(-1)
    if (folded && last) last.text += text.slice(1)
    else entry.lines.push({ line, text })
  }

  const take = (lines: Line[]): SourceRow[] => {
    const rows: SourceRow[] = []
    for (const line of lines) {
      if (line.text === '') {
        flush(rows)
        comment = false
      } else addLine(line)
    }
    return rows
  }
  return {
    push: (text) => take(splitter.push(text)),
    end() {
      const rows = take(splitter.end())
      flush(rows)
      return rows
    },
  }
}

function dropVersion(entry: Entry): void {
  const version = /^version:\s*(.*)$/i.exec(entry.lines[0]!.text)
  if (!version) return
  if (version[1]!.trim() !== '1') {
    throw new GatehouseError('invalid_file', `Line ${entry.lines[0]!.line}: LDIF version ${version[1]} is not known; only 1 is.`)
  }
  entry.lines.shift()
  entry.raw.shift()
}

type Values = Record<string, (string | Buffer)[]>

function readEntry(entry: Entry, damaged: boolean): SourceRow {
  const { line } = entry.lines[0]!
  const fail = (reason: string, at = line, column?: string): SourceRow => ({ line: at, reason, column, raw: entry.raw.join('\n') })
  const values: Values = {}
  let dn: string | undefined
  for (const logical of entry.lines) {
    const parsed = readLine(logical.text)
    if (typeof parsed === 'string') return fail(parsed, logical.line)
    const { name, value } = parsed
    const key = name.toLowerCase()
    if (dn === undefined) {
      if (key !== 'dn' || typeof value !== 'string') return fail('The entry does not begin with a readable "dn:" line.', logical.line)
      dn = value
    } else if (key === 'changetype') {
      if (String(value).trim().toLowerCase() !== 'add') {
        return fail('Only entries and "changetype: add" are read; this change is not supported.', logical.line, 'changetype')
      }
    } else if (key === 'control') return fail('Controls are not supported.', logical.line, 'control')
    else if (key === 'dn' || key === '__proto__') return fail('An empty line is missing before this "dn:" line, or its name is not allowed.', logical.line, name)
    else if (Object.hasOwn(values, key)) values[key]!.push(value)
    else values[key] = [value]
    if (damaged && typeof value === 'string' && hasBadBytes(value)) {
      return { ...fail(notUtf8, logical.line, name), value: showBadBytes(value) }
    }
  }
  return { line, dn, values }
}

/** An attribute description: a name or an OID, then options (RFC 4512 §2.5). */
const description = /^[A-Za-z0-9][A-Za-z0-9.-]*(?:;[A-Za-z0-9-]+)*$/

function readLine(text: string): { name: string; value: string | Buffer } | string {
  const colon = text.indexOf(':')
  if (colon < 0) return 'The line is no "name: value". If it continues the line before, it must begin with a space.'
  const name = text.slice(0, colon)
  if (!description.test(name)) return 'What stands before the first colon is no attribute name.'
  const marker = text[colon + 1]
  if (marker === '<') return `The value of ${name} is given by a URL (:<); values by URL are not read.`
  if (marker !== ':') return { name, value: text.slice(colon + 1).replace(/^ +/, '') }
  const base64 = text.slice(colon + 2).replace(/^ +| +$/g, '')
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return `The value of ${name} is not valid base64.`
  const bytes = Buffer.from(base64, 'base64')
  return { name, value: isUtf8(bytes) ? bytes.toString('utf8') : bytes }
}
