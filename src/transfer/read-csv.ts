/** CSV files with a header line (RFC 4180), or with columns that the mapping names: one record a row. */
import { GatehouseError } from '../errors.ts'
import { counted } from '../model/counted.ts'
import { csvParser, type CsvParser, type CsvRow } from './csv-parser.ts'
import { rejectColumns } from './reject-columns.ts'
import { maxRecordLength, parseRows, type RowParser, type SourceRow } from './source-row.ts'
import { hasBadBytes, notUtf8, openText, showBadBytes, type Encoding, type Source } from './text-source.ts'

export const delimiters = [',', ';', '\t', '|'] as const

export interface CsvOptions {
  encoding?: Encoding
  /** One character, or `blanks` for any run of spaces and tabs; absent: found out from the header. */
  delimiter?: string
  /** The columns of a file without a header line. */
  columns?: readonly string[]
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
  const given = options.delimiter === 'blanks' ? '\t' : options.delimiter
  const opening = openingOf(options, given)
  let delimiter = given ?? ','

  function start(final: boolean): boolean {
    if (parser) return true
    if (!final && !/[\r\n]./s.test(waiting) && waiting.length < 1024 * 1024) return false
    const sep = /^sep=(.)(\r\n|\n|\r)/.exec(waiting)
    if (sep) {
      waiting = waiting.slice(sep[0].length)
      firstLine = 1
    }
    delimiter = given ?? sep?.[1] ?? findDelimiter(waiting, options.required ?? [])
    parser = csvParser(delimiter, options.limit)
    if (options.columns && !opening.hasHeader()) begin(givenColumns(options.columns, options.required))
    return true
  }

  function begin(names: string[]): void {
    columns = names
    options.onHeader?.(columns, delimiter)
    parser!.expect(columns.length)
  }

  function take(rows: CsvRow[]): SourceRow[] {
    const out: SourceRow[] = []
    for (const row of rows) {
      row.line += firstLine
      if (columns) {
        const made = toRecord(row, columns, damaged())
        if (made) out.push(made)
      } else if (row.fields?.length !== 1 || row.fields[0] !== '') {
        begin(readHeader(row, options))
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
      waiting += opening.read(text, false)
      return feed(false)
    },
    end() {
      waiting += opening.read('', true)
      const rows = feed(true)
      if (!columns) throw new GatehouseError('invalid_file', 'The file is empty: it needs a header line with the names of the columns.')
      return rows
    },
  }
}

/**
 * A file without a header may be what we refused of it before: then it has one, and is written with tabs. Known by its
 * first line, which is waited for.
 */
function openingOf({ columns, delimiter }: CsvOptions, given: string | undefined): { read: (text: string, final: boolean) => string; hasHeader: () => boolean } {
  const squeeze = delimiter === 'blanks' ? blanksToTabs() : undefined
  if (!columns) return { read: (text, final) => squeeze?.(text, final) ?? text, hasHeader: () => true }
  const heads = [given ?? delimiters].flat().map((sign) => [...columns, ...rejectColumns].join(sign))
  let first: string | undefined = ''
  let header = false
  return {
    read(text, final) {
      const whole = (first ?? '') + text
      if (first !== undefined && !final && !/[\r\n]/.test(whole) && whole.length < maxRecordLength) {
        first = whole
        return ''
      }
      if (first !== undefined) header = heads.some((head) => whole.replace(/^\ufeff/, '').startsWith(head))
      first = undefined
      return squeeze && !header ? squeeze(whole, final) : whole
    },
    hasHeader: () => header,
  }
}

/** Fields set apart by any run of blanks become ones set apart by tabs, line by line. */
function blanksToTabs(): (text: string, final: boolean) => string {
  let rest = ''
  return (text, final) => {
    rest += text
    // A line that long is refused as it is; until then it may go on with the next piece.
    const end = final || rest.length > maxRecordLength ? rest.length : Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r')) + 1
    const whole = rest.slice(0, end)
    rest = rest.slice(end)
    return whole.replace(/[ \t]+/g, '\t').replace(/^\t|\t(?=[\r\n]|$(?![\s\S]))/gm, '')
  }
}

function readHeader(row: CsvRow, options: CsvOptions): string[] {
  if (!row.fields) throw new GatehouseError('invalid_file', `The header in line ${row.line} cannot be read. ${row.reason}`)
  const columns = row.fields.map((name) => name.trim())
  checkNames(columns, `The header in line ${row.line}`)
  requireColumns(columns, options.required, `The header in line ${row.line}`)
  if (columns.length === 1 && hint(columns) !== '') {
    throw new GatehouseError('invalid_file', `The header in line ${row.line} has one column only: ${list(columns)}.${hint(columns)}`)
  }
  return columns
}

function givenColumns(given: readonly string[], required: readonly string[] | undefined): string[] {
  const where = 'The list of columns in the mapping'
  const columns = [...given]
  checkNames(columns, where)
  requireColumns(columns, required, where)
  return columns
}

function requireColumns(columns: readonly string[], required: readonly string[] = [], where: string): void {
  const missing = required.filter((name) => !columns.includes(name))
  if (missing.length > 0) throw new GatehouseError('invalid_file', `${where} lacks ${list(missing)}; it has ${list(columns)}.${hint(columns)}`)
}

function checkNames(columns: string[], where: string): void {
  const fail = (why: string) => {
    throw new GatehouseError('invalid_file', `${where} ${why}`)
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
function hint(columns: readonly string[]): string {
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
    const reason = `The row has ${counted(fields.length, 'field')} and the header ${columns.length}.${fields.length > columns.length ? ' Quote a field that holds the delimiter.' : ''}`
    return { line, reason, raw: row.raw.replace(/[\r\n]+$/, '') }
  }
  const values: Record<string, string> = {}
  for (let at = 0; at < columns.length; at++) values[columns[at]!] = fields[at]!
  if (damaged) {
    const cells = columns.filter((name) => hasBadBytes(values[name]!)).map((column) => ({ column, value: showBadBytes(values[column]!), reason: notUtf8 }))
    if (cells.length > 0) return { line, values, damaged: cells }
  }
  return { line, values }
}

