/** CSV files with a header line (RFC 4180): one record a row, columns by their names. */
import { GatehouseError } from '../errors.ts'
import { csvParser, type CsvParser, type CsvRow } from './csv-parser.ts'
import { parseRows, type RowParser, type SourceRow } from './source-row.ts'
import { hasBadBytes, notUtf8, openText, showBadBytes, type Encoding, type Source } from './text-source.ts'

export const delimiters = [',', ';', '\t', '|'] as const

export interface CsvOptions {
  encoding?: Encoding
  /** One character; absent: found out from the header. */
  delimiter?: string
  /** Columns the header must have. */
  required?: readonly string[]
  /** Called once with the header, before the first row; may throw. */
  onHeader?: (columns: string[], delimiter: string) => void
  limit?: number
}

/** The most columns a file may have. */
const maxColumns = 2000

/**
 * The rows of a CSV file in flat memory. Empty lines are left out. Throws `invalid_file` when the header cannot be used:
 * wrong delimiter, a column twice, a required column missing.
 */
export async function* readCsv(source: Source, options: CsvOptions = {}): AsyncGenerator<SourceRow> {
  const text = openText(source, options.encoding)
  const parser = csvRows(options, text.damaged)
  yield* parseRows(text.chunks, parser)
}

function csvRows(options: CsvOptions, damaged: () => boolean): RowParser {
  let waiting = ''
  let parser: CsvParser | undefined
  let columns: string[] | undefined
  let firstLine = 0
  let delimiter = options.delimiter ?? ','

  function start(final: boolean): boolean {
    if (parser) return true
    if (!final && !/[\r\n]./s.test(waiting) && waiting.length < 1024 * 1024) return false
    const sep = /^sep=(.)(\r\n|\n|\r)/.exec(waiting)
    if (sep) {
      waiting = waiting.slice(sep[0].length)
      firstLine = 1
    }
    delimiter = options.delimiter ?? sep?.[1] ?? findDelimiter(waiting, options.required ?? [])
    parser = csvParser(delimiter, options.limit)
    return true
  }

  function take(rows: CsvRow[]): SourceRow[] {
    const out: SourceRow[] = []
    for (const row of rows) {
      row.line += firstLine
      if (columns) {
        const made = toRecord(row, columns, damaged())
        if (made) out.push(made)
      } else if (row.fields?.length !== 1 || row.fields[0] !== '') {
        columns = readHeader(row, options)
        options.onHeader?.(columns, delimiter)
        parser!.expect(columns.length)
      }
    }
    return out
  }

  /** The header is parsed by itself first, so that the parser knows how wide a record is before it meets one. */
  function feed(final: boolean): SourceRow[] {
    if (!start(final)) return []
    const text = waiting
    waiting = ''
    if (columns) return take(final ? [...parser!.push(text), ...parser!.end()] : parser!.push(text))
    const rows: SourceRow[] = []
    for (const line of text.split(/(?<=\r\n|\n|\r(?!\n))/)) rows.push(...take(parser!.push(line)))
    return final ? [...rows, ...take(parser!.end())] : rows
  }

  return {
    push(text) {
      waiting += text
      return feed(false)
    },
    end() {
      const rows = feed(true)
      if (!columns) throw new GatehouseError('invalid_file', 'The file is empty: it needs a header line with the names of the columns.')
      return rows
    },
  }
}

function readHeader(row: CsvRow, options: CsvOptions): string[] {
  if (!row.fields) throw new GatehouseError('invalid_file', `The header in line ${row.line} cannot be read. ${row.reason}`)
  const columns = row.fields.map((name) => name.trim())
  const required = options.required ?? []
  checkNames(columns, row.line)
  const missing = required.filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    throw new GatehouseError('invalid_file', `The header in line ${row.line} lacks ${list(missing)}; it has ${list(columns)}.${hint(columns)}`)
  }
  if (columns.length === 1 && hint(columns) !== '') {
    throw new GatehouseError('invalid_file', `The header in line ${row.line} has one column only: ${list(columns)}.${hint(columns)}`)
  }
  return columns
}

function checkNames(columns: string[], line: number): void {
  const fail = (why: string) => {
    throw new GatehouseError('invalid_file', `The header in line ${line} ${why}`)
  }
  if (columns.length > maxColumns) fail(`has ${columns.length} columns; ${maxColumns} is the most.`)
  if (columns.some(hasBadBytes)) fail(`names the column ${showBadBytes(columns.find(hasBadBytes)!)}. ${notUtf8}`)
  const empty = columns.indexOf('')
  if (empty >= 0) fail(`has no name for column ${empty + 1}. Name it or take it out.`)
  const twice = [...new Set(columns.filter((name, at) => columns.indexOf(name) !== at))]
  if (twice.length > 0) fail(`names ${list(twice)} more than once. Each column needs a name of its own.`)
  if (columns.includes('__proto__')) fail('names a column __proto__, which is not possible.')
}

const list = (names: readonly string[]) => names.slice(0, 20).map((name) => `"${name}"`).join(', ') + (names.length > 20 ? ', …' : '')

/** What a header with one column was perhaps meant to be. */
function hint(columns: string[]): string {
  const other = columns.length === 1 ? delimiters.find((sign) => columns[0]!.includes(sign)) : undefined
  if (!other) return ''
  const name = other === '\t' ? 'a tab ("\\t")' : `"${other}"`
  return ` The delimiter seems to be ${name}: say so in the mapping ("delimiter").`
}

/** The delimiter by which the header has the most required columns, then the most columns. */
function findDelimiter(text: string, required: readonly string[]): string {
  const header = /^\s*([^\r\n]*)/.exec(text)![1]!
  let best = { sign: ',', score: -1 }
  for (const sign of delimiters) {
    const columns = header.replace(/"((?:[^"]|"")*)"/g, (quoted) => quoted.replaceAll(sign, ' ')).split(sign)
    const names = columns.map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    const score = required.filter((name) => names.includes(name)).length * maxColumns + columns.length
    if (score > best.score) best = { sign, score }
  }
  return best.sign
}

function toRecord(row: CsvRow, columns: string[], damaged: boolean): SourceRow | undefined {
  const { line, fields } = row
  if (!fields) return { line, reason: row.reason!, raw: row.raw }
  if (fields.length === 1 && fields[0] === '') return undefined
  if (fields.length !== columns.length) {
    const reason = `The row has ${fields.length} fields and the header ${columns.length}.${fields.length > columns.length ? ' Quote a field that holds the delimiter.' : ''}`
    return { line, reason, raw: row.raw.replace(/[\r\n]+$/, '') }
  }
  const values: Record<string, string> = {}
  for (let at = 0; at < columns.length; at++) values[columns[at]!] = fields[at]!
  if (damaged) {
    const column = columns.find((name) => hasBadBytes(values[name]!))
    if (column !== undefined) {
      return { line, column, value: showBadBytes(values[column]!), reason: notUtf8, record: { line, values } }
    }
  }
  return { line, values }
}

