/**
 * RFC 4180 CSV, incrementally and strictly: a quote opens only at the start of a field and closes only before a
 * delimiter or the end of the line. Lines may end in LF, CRLF or CR.
 *
 * csv-parse is not used here because after an opening quote that is never closed it takes the rest of the file for one
 * field. This parser reports such a quote at its opening line and goes on with the next line. The tests hold it equal to
 * csv-parse on well-formed input.
 */
import { maxRecordLength } from './source-row.ts'

/** The fields of one record, or why there are none; `raw` is its text. */
export interface CsvRow {
  line: number
  fields?: string[]
  reason?: string
  raw: string
}

export interface CsvParser {
  push: (text: string) => CsvRow[]
  end: () => CsvRow[]
  /**
   * Says how many fields a record has, once the header is known: a record over several lines with another number of
   * fields is taken for a quote that was not closed, and costs its first line only.
   */
  expect: (fields: number) => void
}

interface Scan {
  buffer: string
  delimiter: string
  /** No more text will come. */
  final: boolean
  lineEnd: (from: number) => number
}

type Scanned = { fields: string[]; next: number } | { reason: string } | 'incomplete'

/** A parser for one delimiter (one character). `limit` is the most characters a record may have. */
export function csvParser(delimiter: string, limit = maxRecordLength): CsvParser {
  let buffer = ''
  let line = 1
  /** Inside a record that was too long: everything up to the next line end is dropped. */
  let dropping = false
  let expected: number | undefined

  function consume(final: boolean): CsvRow[] {
    const rows: CsvRow[] = []
    const scan: Scan = { buffer, delimiter, final, lineEnd: lineEnds(buffer) }
    let at = 0
    while (at < buffer.length) {
      if (dropping) {
        const after = afterLine(scan, at)
        if (after === undefined) {
          at = heldBack(buffer)
          break
        }
        at = after
        line++
        dropping = false
        continue
      }
      const scanned = scanRecord(scan, at)
      if (scanned === 'incomplete') {
        if (buffer.length - at <= limit) break
        rows.push({ line, reason: `The record is longer than ${limit} characters. Perhaps a quote is not closed.`, raw: '' })
        dropping = true
        continue
      }
      const lines = 'fields' in scanned ? countLines(buffer, at, scanned.next) : 1
      const swallowed = lines > 1 && expected !== undefined && 'fields' in scanned && scanned.fields.length !== expected
      const whole = 'fields' in scanned && !swallowed
      const next = whole ? scanned.next : (afterLine(scan, at) ?? buffer.length)
      const raw = buffer.slice(at, next)
      if (whole) rows.push({ line, fields: scanned.fields, raw })
      else rows.push({ line, reason: 'reason' in scanned ? scanned.reason : unclosed, raw: trimEnd(raw) })
      line += whole ? lines : 1
      at = next
    }
    buffer = buffer.slice(at)
    return rows
  }

  return {
    push(text) {
      buffer += text
      return consume(false)
    },
    end: () => consume(true),
    expect(fields) {
      expected = fields
    },
  }
}

const trimEnd = (text: string) => text.replace(/[\r\n]+$/, '')

/** A CR at the end of the buffer may be half of a CRLF. */
const heldBack = (buffer: string) => (buffer.endsWith('\r') ? buffer.length - 1 : buffer.length)

/**
 * Finds the end of the line that holds a position. Both searches remember what they found, so that a file with one kind
 * of line end is not searched to the end of the buffer for the other kind at every line.
 */
function lineEnds(buffer: string): (from: number) => number {
  let lf = -2
  let cr = -2
  return (from) => {
    if (lf !== -1 && lf < from) lf = buffer.indexOf('\n', from)
    if (cr !== -1 && cr < from) cr = buffer.indexOf('\r', from)
    if (lf === -1) return cr
    return cr === -1 ? lf : Math.min(lf, cr)
  }
}

/** Where the line after the one at `at` begins; undefined when its end has not arrived. */
function afterLine(scan: Scan, at: number): number | undefined {
  // Asked after a failed scan that may have looked further ahead, so it searches by itself.
  const match = /\r\n|\n|\r/g
  match.lastIndex = at
  const found = match.exec(scan.buffer)
  if (!found) return scan.final ? scan.buffer.length : undefined
  if (found[0] === '\r' && found.index === scan.buffer.length - 1 && !scan.final) return undefined
  return found.index + found[0].length
}

function scanRecord(scan: Scan, start: number): Scanned {
  const { buffer, delimiter, final } = scan
  const end = scan.lineEnd(start)
  if (end === -1 && !final) return 'incomplete'
  if (end === buffer.length - 1 && buffer[end] === '\r' && !final) return 'incomplete'
  const stop = end === -1 ? buffer.length : end
  const text = buffer.slice(start, stop)
  if (!text.includes('"')) return { fields: text.split(delimiter), next: end === -1 ? stop : stop + breakLength(buffer, stop) }
  return scanQuoted(scan, start)
}

const breakLength = (buffer: string, at: number) => (buffer[at] === '\r' && buffer[at + 1] === '\n' ? 2 : 1)

/** A record with a quote in its first line, field by field. */
function scanQuoted(scan: Scan, start: number): Scanned {
  const { buffer, delimiter, final } = scan
  const fields: string[] = []
  let at = start
  for (;;) {
    let value: string
    if (buffer[at] === '"') {
      const close = closingQuote(buffer, at + 1, final)
      if (close === -1) return final ? { reason: unclosed } : 'incomplete'
      value = buffer.slice(at + 1, close).replaceAll('""', '"')
      at = close + 1
    } else {
      const stop = plainEnd(buffer, at, delimiter)
      if (stop === -1 && !final) return 'incomplete'
      value = buffer.slice(at, stop === -1 ? buffer.length : stop)
      if (value.includes('"')) return { reason: 'A quote stands inside an unquoted field. Quote the field and double the quote.' }
      at = stop === -1 ? buffer.length : stop
    }
    fields.push(value)
    if (at === buffer.length) return final ? { fields, next: at } : 'incomplete'
    const following = buffer[at]
    if (following === delimiter) {
      at++
      if (at === buffer.length && !final) return 'incomplete'
      continue
    }
    if (following === '\r' && at === buffer.length - 1 && !final) return 'incomplete'
    if (following === '\n' || following === '\r') return { fields, next: at + breakLength(buffer, at) }
    return { reason: unclosed }
  }
}

const unclosed = 'A quote that opens in this line is not closed before a delimiter or the end of a line.'

/** The quote that closes a field, -1 when it has not arrived. A quote at the end of the buffer may be half of a pair. */
function closingQuote(buffer: string, from: number, final: boolean): number {
  let at = buffer.indexOf('"', from)
  while (at !== -1) {
    if (at === buffer.length - 1) return final ? at : -1
    if (buffer[at + 1] !== '"') return at
    at = buffer.indexOf('"', at + 2)
  }
  return -1
}

function plainEnd(buffer: string, from: number, delimiter: string): number {
  for (let at = from; at < buffer.length; at++) {
    const char = buffer[at]
    if (char === delimiter || char === '\n' || char === '\r') return at
  }
  return -1
}

/** How many physical lines a stretch of text that ends with its line break, or with the file, fills. */
function countLines(buffer: string, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; at++) {
    const char = buffer[at]
    if (char === '\n' || (char === '\r' && buffer[at + 1] !== '\n')) lines++
  }
  const last = buffer[to - 1]
  return last === '\n' || last === '\r' ? lines : lines + 1
}
