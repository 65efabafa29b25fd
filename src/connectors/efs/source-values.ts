/** Values of an EFS table as we keep them, and what of a value cannot be kept. */
import { cutText } from '../../model/text.ts'
import { instantOf } from '../../model/zoned-time.ts'

/** What could not be taken over as it stood. */
export interface ValueNote {
  column: string
  /** Shortened. */
  value?: string
  message: string
}

export interface SourceColumn {
  name: string
  /** As information_schema calls it, in lower case: `datetime`, `varbinary`. */
  type: string
}

export type SourceValue = string | number | null

export interface SourceRow {
  values: Record<string, SourceValue>
  notes: ValueNote[]
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const shown = 100

/** A row as the driver gave it, in our forms: texts without U+0000, instants in UTC, bytes as the text that they are. */
export function readRow(columns: readonly SourceColumn[], raw: readonly unknown[], zone: string): SourceRow {
  const row: SourceRow = { values: {}, notes: [] }
  columns.forEach((column, at) => {
    row.values[column.name] = readValue(column, raw[at], zone, (note) => row.notes.push({ column: column.name, ...note }))
  })
  return row
}

type Report = (note: Omit<ValueNote, 'column'>) => void

function readValue({ type }: SourceColumn, value: unknown, zone: string, report: Report): SourceValue {
  if (value === null || value === undefined) return null
  if (type === 'datetime' || type === 'timestamp') return readInstant(String(value), type === 'timestamp' ? 'UTC' : zone, report)
  if (type === 'date') return readDay(String(value), report)
  if (type === 'bit' && Buffer.isBuffer(value)) return value.length > 4 ? value.toString('hex') : value.readUIntBE(0, value.length)
  if (Buffer.isBuffer(value)) return readBytes(value, type, report)
  if (typeof value === 'number') return value
  if (typeof value === 'object') return readText(JSON.stringify(value), report)
  return readText(String(value), report)
}

function readInstant(text: string, zone: string, report: Report): string | null {
  const instant = instantOf(text, zone)
  if (instant === null) report({ value: text, message: 'is no date that exists' })
  return instant
}

function readDay(text: string, report: Report): string | null {
  if (instantOf(`${text} 12:00:00`, 'UTC') !== null) return text
  report({ value: text, message: 'is no date that exists' })
  return null
}

/** BINARY(20) is filled up with zeros behind a shorter id. */
function readBytes(bytes: Buffer, type: string, report: Report): string | null {
  let end = bytes.length
  if (type === 'binary') while (end > 0 && bytes[end - 1] === 0) end--
  try {
    return readText(strict.decode(bytes.subarray(0, end)), report)
  } catch {
    report({ value: bytes.subarray(0, 20).toString('hex'), message: 'holds bytes that are no UTF-8' })
    return null
  }
}

function readText(text: string, report: Report): string {
  if (text.includes('\ufffd')) report({ value: cutText(text, shown), message: 'holds U+FFFD, which stands for bytes that could not be read' })
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) report({ value: cutText(text, shown), message: 'holds characters of four bytes, which Okta does not take' })
  if (!/[\u0000\ud800-\udfff]/u.test(text)) return text
  report({ value: cutText(text, shown).replaceAll('\u0000', '␀'), message: 'holds U+0000, which cannot be kept: it was taken over without' })
  return text.replaceAll(/[\u0000\ud800-\udfff]/gu, '')
}
