/** The seam between a file and the plan: every row of the file, mapped, or why it is not. */
import { extname } from 'node:path'
import { GatehouseError } from '../errors.ts'
import { cutText, faultIn, textFault } from '../model/text.ts'
import { csvMapping, ldifMapping, type OwnRule } from './default-mapping.ts'
import { compileRecord, type CellProblem, type CompiledRecord, type MappedProblem, type MappedRecord } from './map-record.ts'
import { columnsOf, mappedColumns, type Format, type Mapping, type RecordRule } from './mapping.ts'
import { carriesDocument, makeRecord, mapDocument, mapEntry } from './own-documents.ts'
import { readCsv } from './read-csv.ts'
import { readGroup, type GroupRow } from './read-group.ts'
import { readJsonl } from './read-jsonl.ts'
import { readLdif } from './read-ldif.ts'
import { makeTest } from './row-condition.ts'
import { isSecretName, mayBeSecretName } from './secret-names.ts'
import { isProblem, type RowProblem, type SourceRecord, type SourceRow } from './source-row.ts'
import type { Encoding, Source } from './text-source.ts'
import { columnReader, isUnread } from './value-rule.ts'

/** A row that is no record and no tie: left out, or of a kind that cannot be taken yet. */
export interface PassedRow {
  kind: 'waiting' | 'skipped'
  line: number
  reason: string
  /** What it waits to become: `Group`. */
  as?: string
  name?: string
  /** A group whose members are named: it need not wait. */
  group?: GroupRow
  source: SourceRecord
}

export type MappedRow = (MappedRecord | MappedProblem | PassedRow) & {
  /** About how many characters of the file it stands for: on one of the rows that a row of the file yields. */
  size?: number
}

/** What is known of a file once its header is read: what a reject file in the same format needs. */
export interface FileLayout {
  format: Format
  encoding: Encoding
  /** CSV only. */
  columns?: string[]
  delimiter?: string
  /** Columns, in lower case, whose values must not be written anywhere. */
  secrets: ReadonlySet<string>
  /** Columns, in lower case, that the mapping takes for something that is no secret, whatever they are called. */
  plain: ReadonlySet<string>
}

export interface ReadOptions {
  /** Called once before the first row. */
  onLayout?: (layout: FileLayout) => void
  /** Records that the mappings of earlier files put first, as texts: those that are the same are not told again. */
  first?: Set<string>
}

const extensions: Record<string, Format> = {
  '.csv': 'csv', '.tsv': 'csv', '.txt': 'csv', '.ldif': 'ldif', '.ldf': 'ldif', '.jsonl': 'jsonl', '.ndjson': 'jsonl', '.json': 'jsonl',
}
/** A guess that serves for a file that is there: it may hold anything. */
const guessed = ['.txt']
const formatNames: Record<Format, string> = { csv: 'CSV', ldif: 'LDIF', jsonl: 'JSON Lines' }

/** The format of a file by its name, when no mapping says it. Throws `invalid_file`. */
export function formatOf(path: string): Format {
  const format = extensions[extname(path).toLowerCase()]
  if (!format) throw new GatehouseError('invalid_file', `The name of ${path} does not say what it holds. Use .csv, .ldif or .jsonl, or give a mapping (--map; see examples/mappings/README.md).`)
  return format
}

/** The format of a file that is to be made, by its name. Throws `invalid_file`. */
export function formatToWrite(path: string): Format {
  const extension = extname(path).toLowerCase()
  // What is written is parted by commas.
  if (guessed.includes(extension) || extension === '.tsv' || !extensions[extension]) throw new GatehouseError('invalid_file', `The name of ${path} does not say what to write. Use .csv, .ldif or .jsonl.`)
  return formatOf(path)
}

/** Throws `invalid_file` for a file whose name says another format than its mapping; a mapping is believed where the name says none. */
export function refuseOtherFormat(path: string, { format }: Mapping, map: string): void {
  const extension = extname(path).toLowerCase()
  const named = guessed.includes(extension) ? undefined : extensions[extension]
  if (named === undefined || named === format) return
  throw new GatehouseError('invalid_file', `${path} is ${formatNames[named]} by its name, and ${map} says that it is ${formatNames[format]} ("format": "${format}"). Mend the one that is wrong.`)
}

/**
 * Reads a file by a mapping, or by the default of a format. Records that the mapping puts first come first, with line 0;
 * then every row of the file yields at least one row here, in order: all its records (with what of them cannot be read), or
 * why there are none, or that it waits or was left out. The file streams; nothing is held back. Throws `invalid_file` when it cannot be read at all.
 */
export async function* readRecords(source: Source, mapping: Mapping | Format, options: ReadOptions = {}): AsyncGenerator<MappedRow> {
  let mapRows: RowMapper = () => []
  const format = typeof mapping === 'string' ? mapping : mapping.format
  const encoding = (typeof mapping === 'string' ? undefined : mapping.encoding) ?? 'utf-8'
  const start = (given: Mapping | undefined, columns?: string[], delimiter?: string) => {
    const secrets = secretColumns(given, columns)
    const plain = plainColumns(given)
    mapRows = rowMapper(format, given, { secrets, plain }, typeof mapping === 'string')
    options.onLayout?.({ format, encoding, columns, delimiter, secrets, plain })
  }
  if (typeof mapping !== 'string') yield* firstRecords(mapping, options.first)
  if (format !== 'csv') start(typeof mapping !== 'string' ? mapping : format === 'ldif' ? ldifMapping : undefined)
  const rows = openRows(source, mapping, format, encoding, start)
  for await (const row of rows) {
    const made = mapRows(row)
    if (made[0]) made[0].size = row.size
    yield* made
  }
}

type RowMapper = (row: SourceRow) => MappedRow[]

function openRows(
  source: Source, mapping: Mapping | Format, format: Format, encoding: Encoding,
  start: (mapping: Mapping, columns: string[], delimiter: string) => void,
): AsyncGenerator<SourceRow> {
  if (format === 'ldif') return readLdif(source, { encoding })
  if (format === 'jsonl') return readJsonl(source, { encoding })
  const given = typeof mapping === 'string' ? undefined : mapping
  return readCsv(source, {
    encoding,
    delimiter: given?.delimiter,
    columns: given?.columns,
    required: given ? mappedColumns(given) : [],
    onHeader: (columns, delimiter) => start(given ?? csvMapping(columns), columns, delimiter),
  })
}

function* firstRecords(mapping: Mapping, told = new Set<string>()): Generator<MappedRow> {
  for (const one of mapping.first ?? []) {
    const text = JSON.stringify(one)
    if (told.has(text)) continue
    told.add(text)
    const { resource, correlate, document } = one
    const made = makeRecord(undefined, resource, document, correlate)
    if ('reason' in made) throw new GatehouseError('invalid_mapping', `A record in "first" cannot be used: ${made.reason}`)
    yield made
  }
}

/** Columns that feed a password, and columns whose name says that they hold a secret. */
function secretColumns(mapping: Mapping | undefined, columns: string[] = []): Set<string> {
  const fed = (mapping?.records ?? []).flatMap((record) => (record.set?.password === undefined ? [] : columnsOf(record.set.password)))
  const named = [...columns, ...(mapping ? mappedColumns(mapping) : [])].filter(isSecretName)
  return new Set([...fed, ...named].map((column) => column.toLowerCase()))
}

/** Columns that attributes are filled from; by their last name, too, for members of a document are written one within the other. */
function plainColumns(mapping: Mapping | undefined): Set<string> {
  const read = (mapping?.records ?? []).flatMap(({ set, user, organization, source, target }) =>
    [...Object.entries(set ?? {}).flatMap(([path, rule]) => (path === 'password' ? [] : [rule])), ...[user, organization, source, target].flatMap((rule) => rule ?? [])].flatMap(columnsOf))
  return new Set(read.flatMap((column) => [column, ...(mapping!.format === 'jsonl' ? [column.split('.').at(-1)!] : [])]).map((column) => column.toLowerCase()))
}

type Names = Pick<FileLayout, 'secrets' | 'plain'>

/** Whether what stands under a name must not be written anywhere. */
export function isSecretColumn(name: string, { secrets, plain }: Names): boolean {
  return secrets.has(name.toLowerCase()) || isSecretName(name) || (!plain.has(name.toLowerCase()) && mayBeSecretName(name))
}

interface OwnRecord extends CompiledRecord {
  empty: string[]
}

function rowMapper(format: Format, mapping: Mapping | undefined, names: Names, own: boolean): RowMapper {
  const records: OwnRecord[] = (mapping?.records ?? []).map((rule: RecordRule | OwnRule) => ({
    ...compileRecord(format, rule, names.secrets),
    empty: 'empty' in rule ? rule.empty : [],
  }))
  const passed = passedRows(format, mapping)
  return (row) => {
    if (isProblem(row)) return [readProblem(row, names)]
    const fault = row.dn === undefined ? undefined : textFault(row.dn)
    if (fault !== undefined) return [{ kind: 'problem', line: row.line, column: 'dn', reason: `It ${fault}.`, source: row }]
    if (own && format === 'jsonl') return [mapDocument(row)]
    if (own && format === 'ldif' && carriesDocument(row)) return [mapEntry(row)]
    const made = mapRow(row, records, names)
    if (made.length > 0) return made
    return row.damaged ? row.damaged.map((cell) => readProblem({ ...cell, line: row.line, record: row }, names)) : [passed(row)]
  }
}

function mapRow(row: SourceRecord, records: OwnRecord[], names: Names): MappedRecord[] {
  const made: MappedRecord[] = []
  let isWhole = true
  for (const record of records) {
    if (!record.applies(row)) continue
    const mapped = record.map(row)
    if (record.empty.some((column) => row.values[column] !== '')) mapped.unread = [...extraCells(row, record), ...(mapped.unread ?? [])]
    if (mapped.unread) isWhole = false
    made.push(mapped)
  }
  const [first] = made
  if (first && row.damaged) first.unread = [...(first.unread ?? []), ...untold(row, made, names)]
  if (!isWhole || row.damaged) markUnread(made)
  return made
}

/** Damaged cells that no rule has read. */
const untold = ({ line, damaged = [] }: SourceRecord, made: readonly MappedRecord[], names: Names): CellProblem[] =>
  damaged.filter(({ column }) => !made.some(({ unread = [] }) => unread.some((one) => one.column === column))).map((cell) => {
    const { column, value, reason } = readProblem({ ...cell, line }, names)
    return { column, value, message: reason }
  })

const extraCells = ({ values }: SourceRecord, { empty }: OwnRecord): CellProblem[] =>
  empty.filter((column) => values[column] !== '').map((column) => ({ column, message: 'This kind of record has no such attribute.' }))

/** A row falls whole. Whom a record means by a cell that another could not read is not known either. */
function markUnread(made: readonly MappedRecord[]): void {
  const cells = new Map(made.flatMap(({ unread = [] }) => unread.map((one) => [one.column, one] as const)))
  for (const one of made) {
    const own = (one.unread ??= [])
    for (const { column, path } of one.references) {
      const cell = column === undefined ? undefined : cells.get(column)
      if (cell && !own.some((known) => known.path === path)) own.push({ ...cell, path })
    }
  }
}

/** A row that could not be read, with its value only where it is sure to be no secret. */
function readProblem(row: RowProblem, names: Names): MappedProblem {
  const { line, column, value, reason, record, raw } = row
  const secret = column === undefined || isSecretColumn(column, names)
  return { kind: 'problem', line, column, value: secret || value === undefined ? undefined : cutText(value, 200), reason, source: record, raw }
}

/** What becomes of a row that no record rule of the mapping applies to. */
function passedRows(format: Format, mapping: Mapping | undefined): (row: SourceRecord) => PassedRow | MappedProblem {
  const waiting = (mapping?.waiting ?? []).map((rule) => ({ ...rule, test: makeTest(format, rule.when) }))
  const skip = (mapping?.skip ?? []).map((rule) => ({ ...rule, test: makeTest(format, rule.when) }))
  return (row) => {
    const waits = waiting.find(({ test }) => test(row))
    if (waits) {
      const names = waits.name === undefined ? [] : columnReader(format, waits.name)(row)
      const name = isUnread(names) ? undefined : names[0]
      const group = format === 'ldif' && waits.as === 'Group' && typeof name === 'string' ? readGroup(row, name) : undefined
      const bad = group && faultIn(group)
      if (bad) return { kind: 'problem', line: row.line, path: `${bad.steps[0]}`, reason: `It ${bad.fault}.`, source: row }
      return { kind: 'waiting', line: row.line, as: waits.as, name, ...(group ? { group } : {}), reason: `${waits.as}s are not imported yet.`, source: row }
    }
    const reason = skip.find(({ test }) => test(row))?.reason ?? `No record of the mapping takes it${kindOf(format, row)}.`
    return { kind: 'skipped', line: row.line, reason, source: row }
  }
}

function kindOf(format: Format, row: SourceRecord): string {
  if (format !== 'ldif') return ''
  const classes = Object.hasOwn(row.values, 'objectclass') ? (row.values.objectclass as unknown[]) : []
  return ` (object class ${classes.map((one) => String(one).trim()).filter((one) => one.toLowerCase() !== 'top').join(', ') || 'not given'})`
}
