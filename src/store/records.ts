/**
 * Loading records as rows and writing their changes, for every resource alike: the SQL is made once per resource from
 * its attribute list. One statement loads a record with all its child tables; writes go out a statement a table and
 * kind of change, however many records they belong to.
 */
import type { Attribute, Collection, CustomAttributes, Resource } from '../model/attribute.ts'
import { columnsOf, type ChildRow, type CustomRow, type LoadedRecord, type Row, type RowChange } from '../model/rows.ts'
import { toIsoInstant, type Database, type Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

export interface LoadOptions {
  /** Paths of the collections to load; default all. */
  collections?: readonly string[]
  /** Whether to load custom attributes; default true. */
  custom?: boolean
  /** Lock the records until the transaction ends, in id order so that two writers cannot lock each other out. */
  lock?: boolean
}

interface Statement {
  name: string
  sql: string
  base: Attribute[]
  collections: Collection[]
  custom: boolean
}

const statements = new Map<string, Statement>()

/** The records with these ids, by id. Unknown ids are absent. */
export async function loadRecords(db: Reader, resource: Resource, ids: readonly string[], options: LoadOptions = {}): Promise<Map<string, LoadedRecord>> {
  // On its own: a statement that waits for a lock sees the new row, but child tables as they stood when it began.
  if (options.lock) await db.query(lockSql(resource), [ids], `lock_${resource.table}`)
  const statement = statementFor(resource, options)
  const rows = await db.query<Row>(statement.sql, [ids], statement.name)
  return new Map(rows.map((row) => [row[resource.idColumn] as string, toRecord(resource, statement, row)]))
}

/** Weaker than `for update`: new rows may refer to the record meanwhile. */
function lockSql({ table, idColumn }: Resource): string {
  return `select t.${idColumn} from ${table} t where t.${idColumn} = any($1) order by t.${idColumn} for no key update`
}

/** The statement that loads records of a resource, made once: also what the benches run on its own. */
export function statementFor(resource: Resource, options: Omit<LoadOptions, 'lock'>): Statement {
  const collections = resource.collections.filter((one) => options.collections?.includes(one.path) ?? true)
  const custom = resource.custom !== undefined && (options.custom ?? true)
  const name = `load_${resource.table}_${custom ? 'c' : ''}_${collections.map((one) => resource.collections.indexOf(one)).join('')}`
  const known = statements.get(name)
  if (known) return known
  const base = columnsOf(resource.attributes).filter((attribute) => attribute.returned !== 'never')
  const virtual = resource.attributes.filter((attribute) => attribute.expression)
  const parts = [
    ...base.map((attribute) => `t.${attribute.column}`),
    't.search_text',
    ...virtual.map((attribute) => `case when ${attribute.expression} then 'Y' else 'N' end as "${attribute.path}"`),
    ...resource.attributes.flatMap(({ path, side }) => (side?.single ? [`(select min(s.${side.column}) from ${side.table} s where s.${side.parentColumn} = t.${resource.idColumn}) as "${path}"`] : [])),
    ...collections.map((one) => `${childSql(resource, one)} as "${one.path}"`),
    ...(custom ? [`${customSql(resource.custom!, `t.${resource.idColumn}`)} as "${resource.custom!.path}"`] : []),
  ]
  // Of an array that is given the planner sees how long it is, and prefers to plan anew for each single id, which takes longer than to load one.
  const sql = `select ${parts.join(', ')} from ${resource.table} t where t.${resource.idColumn} = any(array(select unnest($1::text[])))`
  const made = { name, sql, base, collections, custom }
  statements.set(name, made)
  return made
}

const loadedColumns = new Map<Collection, Attribute[]>()

function childColumns(collection: Collection): Attribute[] {
  let columns = loadedColumns.get(collection)
  if (!columns) loadedColumns.set(collection, (columns = columnsOf(collection.attributes).filter((one) => one.returned !== 'never')))
  return columns
}

/** What is true or false of an entry by what stands elsewhere. */
const conditionsOf = ({ attributes }: Collection): readonly Attribute[] => attributes.filter(({ expression }) => expression !== undefined)

function childSql(resource: Resource, collection: Collection): string {
  const parts = [...childColumns(collection).map((attribute) => `c.${attribute.column}`), ...conditionsOf(collection).map(({ expression }) => `(${expression})`)]
  for (const { side } of collection.attributes) {
    if (side) parts.push(`(select json_agg(s.${side.column} order by s.${side.column}) from ${side.table} s where s.${side.parentColumn} = c.${collection.idColumn})`)
  }
  if (collection.custom) parts.push(customSql(collection.custom, `c.${collection.idColumn}`))
  return `(select json_agg(json_build_array(${parts.join(', ')}) order by c.${collection.idColumn}) from ${collection.table} c where c.${collection.parentColumn} = t.${resource.idColumn})`
}

function customSql(custom: CustomAttributes, parent: string): string {
  const values = `(select json_agg(v.attr_value order by v.ordinal) from ${custom.valueTable} v where v.${custom.valueParent} = a.${custom.idColumn})`
  const inline = custom.inlineColumn ? `a.${custom.inlineColumn}` : 'null'
  const multi = `(select e.multi_valued = 'Y' from metadata_element e where e.metadata_id = a.metadata_id)`
  return `(select json_agg(json_build_array(a.${custom.idColumn}, a.name, a.metadata_id, ${multi}, ${inline}, ${values}) order by a.name) from ${custom.table} a where a.${custom.parentColumn} = ${parent})`
}

/** Dates without a time of day, instants to the millisecond, bytes as the text that COPY and JSON take. */
function normalise(attribute: Attribute, value: unknown): unknown {
  if (value === null) return null
  if (attribute.type === 'date') return String(value).slice(0, 10)
  if (attribute.type === 'dateTime') return toIsoInstant(String(value))
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  return value
}

function toRecord(resource: Resource, statement: Statement, row: Row): LoadedRecord {
  const base: Row = { search_text: row.search_text }
  for (const attribute of statement.base) base[attribute.column] = normalise(attribute, row[attribute.column])
  for (const { path, expression, side } of resource.attributes) {
    if (expression) base[path] = row[path] === 'Y'
    else if (side?.single) base[path] = row[path]
  }
  const children: Record<string, ChildRow[]> = {}
  for (const collection of statement.collections) {
    const entries = (row[collection.path] ?? []) as unknown[][]
    children[collection.path] = entries.map((entry) => toChild(collection, base[resource.idColumn], entry))
  }
  if (!statement.custom) return { base, children }
  return { base, children, custom: toCustom(resource.custom!, base[resource.idColumn], row[resource.custom!.path]) }
}

function toChild(collection: Collection, parent: unknown, entry: unknown[]): ChildRow {
  const row: Row = { [collection.parentColumn]: parent }
  const columns = childColumns(collection)
  columns.forEach((attribute, index) => (row[attribute.column] = normalise(attribute, entry[index])))
  let next = columns.length
  for (const { path } of conditionsOf(collection)) row[path] = entry[next++] === true
  const sides: Record<string, string[]> = {}
  for (const attribute of collection.attributes) {
    if (attribute.side) sides[attribute.path] = (entry[next++] ?? []) as string[]
  }
  if (!collection.custom) return { row, sides }
  return { row, sides, custom: toCustom(collection.custom, row[collection.idColumn], entry[next]) }
}

function toCustom(custom: CustomAttributes, parent: unknown, entries: unknown): CustomRow[] {
  return ((entries ?? []) as [string, string, string | null, boolean | null, string | null, string[] | null][]).map(
    ([id, name, metadataId, multi, inline, values]) => {
      const row: Row = { [custom.idColumn]: id, [custom.parentColumn]: parent, name, metadata_id: metadataId }
      if (multi !== null) row.multi_valued = multi
      if (custom.inlineColumn) row[custom.inlineColumn] = inline
      return { row, values: values ?? [] }
    },
  )
}

/** From here on many rows go by COPY rather than as JSON: measured, the two meet near this number. */
const copyFrom = 50

/**
 * Writes changes of any number of records: deletes from the last table to the first, then updates, then inserts from
 * the first table to the last, so that foreign keys and "one primary" hold at every statement.
 */
export async function writeChanges(tx: Transaction, tables: readonly string[], changes: readonly RowChange[]): Promise<void> {
  const groups: Group[][] = []
  for (const change of changes) {
    const demotes = change.row.is_default === 'N' || change.row.is_primary_super === 'N' ? 0 : 1
    const place = tables.indexOf(change.table)
    const rank = change.operation === 'delete' ? 100 - place : change.operation === 'update' ? 200 + place * 2 + demotes : 400 + place
    const ranked = (groups[rank] ??= [])
    const group = ranked.find(({ columns }) => hasColumns(change.row, columns))
    if (group) group.changes.push(change)
    else ranked.push({ columns: Object.keys(change.row), changes: [change] })
  }
  // Ranks without changes are holes, which are passed over.
  for (const group of groups.flat()) await writeGroup(tx, group)
}

/** Changes that one statement can make. */
interface Group {
  columns: string[]
  changes: RowChange[]
}

function hasColumns(row: Row, columns: readonly string[]): boolean {
  let at = 0
  for (const column in row) if (columns[at++] !== column) return false
  return at === columns.length
}

async function writeGroup(tx: Transaction, { columns, changes }: Group): Promise<void> {
  const { table, operation, key } = changes[0]!
  const name = `${operation}_${table}_${columns.join('_')}`
  const statementName = name.length <= 60 ? name : undefined
  const on = key.map((column) => `t.${column} = v.${column}`).join(' and ')
  const source = `json_populate_recordset(null::${table}, $1) v`
  const rows = changes.map((change) => change.row)
  if (operation === 'insert' && rows.length >= copyFrom) {
    await tx.copyIn(`copy ${table} (${columns.join(', ')}) from stdin`, copyLines(columns, rows))
    return
  }
  const sql =
    operation === 'insert' ? `insert into ${table} (${columns.join(', ')}) select ${columns.map((one) => `v.${one}`).join(', ')} from ${source}`
    : operation === 'delete' ? `delete from ${table} t using ${source} where ${on}`
    : `update ${table} t set ${columns.filter((one) => !key.includes(one)).map((one) => `${one} = v.${one}`).join(', ')} from ${source} where ${on}`
  await tx.execute(sql, [JSON.stringify(rows)], statementName)
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Rows in COPY's text format, some 64 KiB at a time. */
export function* copyLines(columns: readonly string[], rows: readonly Row[]): Generator<string> {
  let chunk = ''
  for (const row of rows) {
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) chunk += '\t'
      chunk += copyValue(row[columns[index]!])
    }
    chunk += '\n'
    if (chunk.length > 65536) {
      yield chunk
      chunk = ''
    }
  }
  if (chunk.length > 0) yield chunk
}

function copyValue(value: unknown): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : JSON.stringify(value)
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (char) => escapes[char]!) : text
}

/** The tables of a resource in the order in which their rows can be inserted. */
export function tablesOf(resource: Resource): string[] {
  const tables = [resource.table]
  for (const collection of resource.collections) {
    tables.push(collection.table)
    for (const { side } of collection.attributes) if (side) tables.push(side.table)
    if (collection.custom) tables.push(collection.custom.table, collection.custom.valueTable)
  }
  if (resource.custom) tables.push(resource.custom.table, resource.custom.valueTable)
  return [...new Set(tables)]
}
