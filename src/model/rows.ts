/**
 * Between documents and rows. A record is loaded as rows, shown as a document, and written by turning the changed
 * document back into rows and comparing: what differs is what is written, for one record or for a thousand, by every
 * verb alike.
 *
 *     rows ── documentOf ──▶ document ── (a verb changes it) ──▶ document ── recordOf ──▶ rows ── diffRecords ──▶ changes
 */
import { setValueAt, valueAt, type Attribute, type Collection, type CustomAttributes, type Document, type Resource } from './attribute.ts'

export type Row = Record<string, unknown>

/** One custom attribute: its row, and its values in order. */
export interface CustomRow {
  row: Row
  values: string[]
}

export interface ChildRow {
  row: Row
  /** Values kept in side tables, by attribute path. */
  sides: Record<string, string[]>
  custom?: CustomRow[]
}

/** A record as rows: its own, those of each collection that was loaded, and its custom attributes. */
export interface LoadedRecord {
  base: Row
  children: Record<string, ChildRow[]>
  custom?: CustomRow[]
}

/** Rows of one table to insert, update (only the changed columns, and the key) or delete (only the key). */
export interface RowChange {
  table: string
  operation: 'insert' | 'update' | 'delete'
  key: readonly string[]
  row: Row
}

const columnLists = new WeakMap<readonly Attribute[], readonly Attribute[]>()

/** The columns of an attribute list that are real columns, each once. */
export function columnsOf(attributes: readonly Attribute[]): readonly Attribute[] {
  let columns = columnLists.get(attributes)
  if (!columns) {
    const seen = new Set<string>()
    columns = attributes.filter((attribute) => {
      if (attribute.expression || attribute.side || seen.has(attribute.column)) return false
      seen.add(attribute.column)
      return true
    })
    columnLists.set(attributes, columns)
  }
  return columns
}

/** A column's value as the API shows it. */
export function fromColumn(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  switch (attribute.type) {
    case 'boolean':
      return value === 'Y'
    case 'date':
      return String(value).slice(0, 10)
    case 'binary':
      return Buffer.from(String(value).slice(2), 'hex').toString('base64')
    default:
      return value
  }
}

/** An API value as its column holds it. */
export function toColumn(attribute: Attribute, value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (attribute.type === 'boolean') return value ? 'Y' : 'N'
  if (attribute.type === 'binary') return `\\x${Buffer.from(String(value), 'base64').toString('hex')}`
  return value
}

function fill(document: Document, attributes: readonly Attribute[], row: Row): void {
  for (const attribute of attributes) {
    if ((attribute.side && !attribute.side.single) || attribute.returned === 'never') continue
    const value = attribute.expression || attribute.side ? row[attribute.path] : fromColumn(attribute, row[attribute.column])
    if (value !== undefined && value !== null) setValueAt(document, attribute.path, value)
  }
}

function customDocument(rows: CustomRow[] | undefined, custom: CustomAttributes): Document | undefined {
  if (!rows || rows.length === 0) return undefined
  const result: Document = {}
  for (const { row, values } of rows) {
    const inline = custom.inlineColumn ? row[custom.inlineColumn] : undefined
    const all = inline === undefined || inline === null ? values : [inline as string]
    result[row.name as string] = row.multi_valued === true ? all : (all[0] ?? '')
  }
  return result
}

/** The document of a loaded record, every attribute that may ever be returned; the door chooses among them. */
export function documentOf(resource: Resource, record: LoadedRecord): Document {
  const document: Document = {}
  fill(document, resource.attributes, record.base)
  for (const collection of resource.collections) {
    const children = record.children[collection.path]
    if (children) document[collection.path] = children.map((child) => childDocument(collection, child))
  }
  const custom = resource.custom && customDocument(record.custom, resource.custom)
  if (custom) document[resource.custom!.path] = custom
  return document
}

function childDocument(collection: Collection, child: ChildRow): Document {
  const document: Document = {}
  fill(document, collection.attributes, child.row)
  for (const attribute of collection.attributes) {
    const values = attribute.side ? child.sides[attribute.path] : undefined
    if (values && values.length > 0) setValueAt(document, attribute.path, values)
  }
  const custom = collection.custom ? customDocument(child.custom, collection.custom) : undefined
  if (custom) document[collection.custom!.path] = custom
  return document
}

/** What recordOf needs to know of the world: new ids, and the declared element of each custom attribute. */
export interface RowMaker {
  newId: () => string
  /** The declared custom attributes by name, for this record or for entries of a collection: METADATA_ELEMENT's id. */
  elements: (custom: CustomAttributes) => ReadonlyMap<string, { id: string }>
}

/**
 * The rows of a document. Collections that the document does not name are left out and so left alone; `before` lends
 * the ids of custom attribute rows that already exist. Values of `returned: never` attributes appear only when given.
 */
export function recordOf(resource: Resource, document: Document, before: LoadedRecord | undefined, make: RowMaker): LoadedRecord {
  const id = document.id as string
  const base = rowOf(resource.attributes, document)
  base[resource.idColumn] = id
  const children: Record<string, ChildRow[]> = {}
  for (const collection of resource.collections) {
    const entries = document[collection.path] as Document[] | undefined
    if (!entries) continue
    const previous = new Map(before?.children[collection.path]?.map((child) => [child.row[collection.idColumn], child]))
    children[collection.path] = entries.map((entry) => childRow(collection, id, entry, previous.get(entry.id), make))
  }
  return { base, children, ...(resource.custom ? { custom: customRows(resource.custom, id, document[resource.custom.path], before?.custom, make) } : {}) }
}

function rowOf(attributes: readonly Attribute[], document: Document): Row {
  const row: Row = {}
  for (const attribute of columnsOf(attributes)) {
    const value = valueAt(document, attribute.path)
    if (value === undefined && attribute.returned === 'never') continue
    row[attribute.column] = toColumn(attribute, value)
  }
  return row
}

function childRow(collection: Collection, parent: string, entry: Document, before: ChildRow | undefined, make: RowMaker): ChildRow {
  const row = rowOf(collection.attributes, entry)
  const id = (entry.id as string | undefined) ?? make.newId()
  row[collection.idColumn] = id
  row[collection.parentColumn] = parent
  const sides: Record<string, string[]> = {}
  for (const attribute of collection.attributes) {
    if (attribute.side) sides[attribute.path] = (valueAt(entry, attribute.path) as string[] | undefined) ?? []
  }
  const custom = collection.custom && customRows(collection.custom, id, entry[collection.custom.path], before?.custom, make)
  return { row, sides, ...(custom ? { custom } : {}) }
}

const inlineLimit = 4000

function customRows(custom: CustomAttributes, parent: string, given: unknown, before: CustomRow[] | undefined, make: RowMaker): CustomRow[] {
  if (given === undefined) return []
  const previous = new Map(before?.map(({ row }) => [row.name as string, row]))
  const elements = make.elements(custom)
  return Object.entries(given as Document).map(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]) as string[]
    const known = previous.get(name)
    const element = elements.get(name)
    const row: Row = {
      [custom.idColumn]: known?.[custom.idColumn] ?? make.newId(),
      [custom.parentColumn]: parent,
      name,
      metadata_id: element?.id ?? known?.metadata_id ?? null,
    }
    if (!custom.inlineColumn) return { row, values }
    const inline = values.length === 1 && values[0]!.length <= inlineLimit
    row[custom.inlineColumn] = inline ? values[0] : null
    return { row, values: inline ? [] : values }
  })
}

interface FlatRow {
  table: string
  key: readonly string[]
  row: Row
}

function flatten(resource: Resource, record: LoadedRecord): FlatRow[] {
  const flat: FlatRow[] = [{ table: resource.table, key: [resource.idColumn], row: record.base }]
  for (const collection of resource.collections) {
    for (const child of record.children[collection.path] ?? []) {
      flat.push({ table: collection.table, key: [collection.idColumn], row: child.row })
      for (const attribute of collection.attributes) {
        const side = attribute.side
        if (!side) continue
        for (const value of child.sides[attribute.path] ?? []) {
          const row = { [side.parentColumn]: child.row[collection.idColumn], [side.column]: value }
          flat.push({ table: side.table, key: [side.parentColumn, side.column], row })
        }
      }
      if (collection.custom) flattenCustom(collection.custom, child.custom ?? [], flat)
    }
  }
  if (resource.custom) flattenCustom(resource.custom, record.custom ?? [], flat)
  return flat
}

function flattenCustom(custom: CustomAttributes, rows: CustomRow[], flat: FlatRow[]): void {
  for (const { row, values } of rows) {
    const { multi_valued: _, ...stored } = row
    flat.push({ table: custom.table, key: [custom.idColumn], row: stored })
    values.forEach((value, ordinal) => {
      const valueRow = { [custom.valueParent]: row[custom.idColumn], ordinal, attr_value: value }
      flat.push({ table: custom.valueTable, key: [custom.valueParent, 'ordinal'], row: valueRow })
    })
  }
}

/** A collection that the new state does not name is not compared: its rows stay. */
function comparable(resource: Resource, before: LoadedRecord, after: LoadedRecord): LoadedRecord {
  const named = Object.entries(before.children).filter(([path]) => after.children[path] !== undefined)
  return { base: before.base, children: Object.fromEntries(named), custom: before.custom }
}

/** What must be inserted, updated and deleted to come from one state of a record to the other. */
export function diffRecords(resource: Resource, before: LoadedRecord | undefined, after: LoadedRecord): RowChange[] {
  const changes: RowChange[] = []
  const known = new Map<string, FlatRow>()
  const keyOf = ({ table, key, row }: FlatRow) => `${table}\u0000${key.map((column) => row[column]).join('\u0000')}`
  if (before) for (const flat of flatten(resource, comparable(resource, before, after))) known.set(keyOf(flat), flat)
  for (const flat of flatten(resource, after)) {
    const mark = keyOf(flat)
    const old = known.get(mark)
    known.delete(mark)
    if (!old) changes.push({ table: flat.table, operation: 'insert', key: flat.key, row: flat.row })
    else {
      const changed = changedColumns(old.row, flat.row)
      if (changed) changes.push({ table: flat.table, operation: 'update', key: flat.key, row: withKey(flat, changed) })
    }
  }
  for (const flat of known.values()) {
    changes.push({ table: flat.table, operation: 'delete', key: flat.key, row: withKey(flat, {}) })
  }
  return changes
}

function changedColumns(before: Row, after: Row): Row | undefined {
  let changed: Row | undefined
  for (const column in after) {
    if ((after[column] ?? null) !== (before[column] ?? null)) (changed ??= {})[column] = after[column]
  }
  return changed
}

function withKey(flat: FlatRow, row: Row): Row {
  return { ...Object.fromEntries(flat.key.map((column) => [column, flat.row[column]])), ...row }
}

/** The declared attributes (METADATA_ELEMENT's ids) of which the changes write values; `after` is the record that they lead to. */
export function attributesWritten(resource: Resource, after: LoadedRecord, changes: readonly RowChange[]): string[] {
  const collections = resource.collections.filter(({ custom }) => custom)
  const lists = collections.flatMap(({ path, custom }) => (after.children[path] ?? []).map((child) => ({ custom: custom!, rows: child.custom ?? [] })))
  if (resource.custom) lists.push({ custom: resource.custom, rows: after.custom ?? [] })
  const touched = new Set<unknown>()
  for (const custom of new Set(lists.map((one) => one.custom))) {
    for (const { table, operation, row } of changes) {
      if (operation === 'delete') continue
      if (table === custom.table) touched.add(row[custom.idColumn])
      else if (table === custom.valueTable) touched.add(row[custom.valueParent])
    }
  }
  if (touched.size === 0) return []
  return lists.flatMap(({ custom, rows }) => rows.flatMap(({ row }) => (touched.has(row[custom.idColumn]) && typeof row.metadata_id === 'string' ? [row.metadata_id] : [])))
}
