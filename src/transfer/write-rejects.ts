/**
 * Rejected rows in the format, encoding and columns of the file they come from, each with its line and the reason, so
 * that they can be mended and imported again by the same mapping. Clear passwords are left out and the reason says so;
 * hashes stay. A row that could not be taken apart is copied only where no column of the file holds a password.
 */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { isObject } from '../model/attribute.ts'
import { blankPassword } from './password-value.ts'
import { isSecretColumn, type FileLayout } from './read-records.ts'
import { lineColumn, reasonColumn, rejectColumns, rejectMember } from './reject-columns.ts'
import { isSecretName } from './secret-names.ts'
import type { SourceRecord } from './source-row.ts'
import { encodeText, guessBadBytes } from './text-source.ts'
import { csvLine } from './write-csv.ts'
import { ldifLine } from './write-ldif.ts'

export interface RejectedRow {
  line: number
  /** All that is wrong with the row. */
  reasons: string[]
  source?: SourceRecord
  raw?: string
}

export interface RejectWriter {
  /** Resolves when the stream takes more. */
  add: (row: RejectedRow) => Promise<void>
  /** Ends the stream; the number of rows written. */
  end: () => Promise<number>
}

type Render = (row: RejectedRow, layout: FileLayout) => string

const renderers: Record<FileLayout['format'], Render> = { csv: csvReject, ldif: ldifReject, jsonl: jsonReject }

/** A writer of rejected rows. `open` is called at the first one, so that a clean import leaves no file. */
export function rejectWriter(layout: FileLayout, open: () => Writable): RejectWriter {
  let out: Writable | undefined
  let failed: Promise<never> | undefined
  let count = 0
  return {
    async add(row) {
      const head = out ? '' : headOf(layout)
      if (!out) {
        out = open()
        // A disk that fills up while rows are being read must be noticed too.
        failed = once(out, 'error').then(([error]) => Promise.reject(error as Error))
        failed.catch(() => {})
      }
      count++
      if (!out.write(encodeText(guessBadBytes(head + renderers[layout.format](row, layout)), layout.encoding))) await Promise.race([once(out, 'drain'), failed!])
    },
    async end() {
      if (out) {
        const done = once(out, 'finish')
        done.catch(() => {})
        out.end()
        await Promise.race([done, failed!])
      }
      return count
    },
  }
}

const dataColumns = (layout: FileLayout) => (layout.columns ?? []).filter((column) => !rejectColumns.includes(column))

function headOf(layout: FileLayout): string {
  if (layout.format === 'csv') return csvLine([...dataColumns(layout), ...rejectColumns], layout.delimiter ?? ',')
  return layout.format === 'ldif' ? 'version: 1\n' : ''
}

/** Several reasons as one text: sentences, and what is none. */
const inOne = (reasons: readonly string[]): string => reasons.map((one, at) => (at < reasons.length - 1 ? one.replace(/\.$/, '') : one)).join('; ')

const leftOut = 'The password was left out of this file.'
const notCopied = 'The row could not be taken apart and may hold a password, so it is not copied here; see the line of the source.'

function csvReject(row: RejectedRow, layout: FileLayout): string {
  const columns = dataColumns(layout)
  const reasons = [...row.reasons]
  let cells: string[]
  if (row.source) {
    const { values } = row.source
    let blanked = false
    cells = columns.map((column) => {
      const value = String(values[column] ?? '')
      const shown = isSecretColumn(column, layout) ? blankPassword(value) : value
      blanked ||= shown !== value
      return shown
    })
    if (blanked) reasons.push(leftOut)
  } else {
    const secretive = layout.secrets.size > 0 || columns.some((column) => isSecretColumn(column, layout))
    const parts = secretive ? [] : (row.raw ?? '').split(layout.delimiter ?? ',')
    cells = columns.map((_, at) => parts[at] ?? '')
    if (secretive) reasons.push(notCopied)
    else if (parts.length > columns.length) reasons.push(`Further fields: ${parts.slice(columns.length).join(' | ')}`)
  }
  const extra: Record<string, string> = { [lineColumn]: String(row.line), [reasonColumn]: inOne(reasons) }
  return csvLine([...cells, ...rejectColumns.map((column) => extra[column]!)], layout.delimiter ?? ',')
}

const comment = (text: string) => text.split(/\r\n|\r|\n/).map((line) => `# ${line}\n`).join('')

function ldifReject(row: RejectedRow, layout: FileLayout): string {
  const reasons = [`Line ${row.line}: ${inOne(row.reasons)}`]
  if (row.source) {
    let body = ldifLine('dn', row.source.dn ?? '')
    for (const [name, values] of Object.entries(row.source.values)) {
      for (const value of values as (string | Buffer)[]) {
        if (!isSecretColumn(name, layout) || (typeof value === 'string' && blankPassword(value) === value)) body += ldifLine(name, value)
        else reasons.push(leftOut)
      }
    }
    return `\n${comment([...new Set(reasons)].join('\n'))}${body}`
  }
  const lines = (row.raw ?? '').split('\n')
  const kept = lines.filter((line) => !secretLine(line, layout))
  if (kept.length < lines.length) return `\n${comment([...reasons, notCopied].join('\n'))}`
  return `\n${comment(reasons.join('\n'))}${kept.join('\n')}\n`
}

/** A line that may hold a password, or the folded rest or the base64 of one. */
const secretLine = (line: string, layout: FileLayout) => isSecretName(line) || /:: *\S/.test(line) || isSecretColumn(line.replace(/:.*$/s, ''), layout)

function jsonReject(row: RejectedRow, layout: FileLayout): string {
  const reasons = [...row.reasons]
  let document: Record<string, unknown> = {}
  let text: string | undefined
  if (row.source) {
    let blanked = false
    document = withoutSecrets(row.source.values, layout, () => (blanked = true)) as Record<string, unknown>
    delete document[rejectMember]
    if (blanked) reasons.push(leftOut)
  } else if (row.raw !== undefined) {
    const secretive = isSecretName(row.raw) || [...layout.secrets].some((name) => row.raw!.toLowerCase().includes(name)) || row.raw.split('"').some((name) => isSecretColumn(name, layout))
    if (secretive) reasons.push(notCopied)
    else text = row.raw
  }
  return `${JSON.stringify({ ...document, [rejectMember]: { line: row.line, reason: inOne(reasons), text } })}\n`
}

function withoutSecrets(value: unknown, layout: FileLayout, onBlank: () => void): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, layout, onBlank))
  if (!isObject(value)) return value
  const kept: [string, unknown][] = []
  for (const [key, inner] of Object.entries(value)) {
    const secret = isSecretColumn(key, layout) && typeof inner !== 'boolean' && inner !== null
    if (!secret || (typeof inner === 'string' && blankPassword(inner) === inner)) kept.push([key, withoutSecrets(inner, layout, onBlank)])
    else onBlank()
  }
  return Object.fromEntries(kept)
}
