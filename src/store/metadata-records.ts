/** SQL on METADATA_TYPE and METADATA_ELEMENT with its valid values, one at a time, for administering them. */
import { GatehouseError } from '../errors.ts'
import { setValueAt, type Attribute, type Collection, type Document } from '../model/attribute.ts'
import { metadataElement, metadataType } from '../model/metadata-records.ts'
import { columnsOf, fromColumn, toColumn } from '../model/rows.ts'
import type { Database, Row, Transaction } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

const columns = (kind: Collection): readonly Attribute[] => columnsOf(kind.attributes)
const quoted = (attribute: Attribute) => `"${attribute.column}"`

function toDocument(kind: Collection, row: Row): Document {
  const document: Document = {}
  for (const attribute of columns(kind)) {
    const value = fromColumn(attribute, row[attribute.column])
    if (value !== undefined) setValueAt(document, attribute.path, value)
  }
  if (Array.isArray(row.valid_values)) document.validValues = row.valid_values
  return document
}

const validValues = `(select json_agg(v.ui_value order by v.display_order) from md_element_valid_values v where v.metadata_element_id = metadata_id) as valid_values`

function select(kind: Collection): string {
  const extra = kind === metadataElement ? `, ${validValues}` : ''
  return `select ${columns(kind).map(quoted).join(', ')}${extra} from ${kind.table}`
}

async function readOne(db: Reader, kind: Collection, id: string): Promise<Document> {
  const row = await db.first(`${select(kind)} where ${kind.idColumn} = $1`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no ${kind.label} with the id ${id}.`)
  return toDocument(kind, row)
}

export const readType = (db: Reader, id: string) => readOne(db, metadataType, id)
export const readElement = (db: Reader, id: string) => readOne(db, metadataElement, id)

/** Types, of one grouping when asked, in the order forms show them. */
export async function listTypes(db: Reader, grouping: string | undefined): Promise<Document[]> {
  const rows = await db.query(`${select(metadataType)} where $1::text is null or "grouping" = $1 order by "grouping", display_order, type_id limit 10000`, [grouping ?? null])
  return rows.map((row) => toDocument(metadataType, row))
}

/** Declared attributes, of one type when asked. */
export async function listElements(db: Reader, typeId: string | undefined): Promise<Document[]> {
  const rows = await db.query(`${select(metadataElement)} where $1::text is null or type_id = $1 order by type_id, display_order, attribute_name, metadata_id limit 10000`, [typeId ?? null])
  return rows.map((row) => toDocument(metadataElement, row))
}

async function insert(tx: Transaction, kind: Collection, document: Document): Promise<void> {
  const list = columns(kind)
  const marks = list.map((_, index) => `$${index + 1}`)
  await tx.execute(`insert into ${kind.table} (${list.map(quoted).join(', ')}) values (${marks.join(', ')})`, list.map((attribute) => cell(attribute, document)))
}

async function update(tx: Transaction, kind: Collection, id: string, document: Document): Promise<void> {
  const list = columns(kind).filter((attribute) => attribute.column !== kind.idColumn)
  const sets = list.map((attribute, index) => `${quoted(attribute)} = $${index + 2}`)
  await tx.execute(`update ${kind.table} set ${sets.join(', ')} where ${kind.idColumn} = $1`, [id, ...list.map((attribute) => cell(attribute, document))])
}

/** Flags that are not given are off. */
function cell(attribute: Attribute, document: Document): unknown {
  const value = document[attribute.path]
  if (value === undefined && attribute.type === 'boolean') return toColumn(attribute, attribute.default ?? false)
  if (value === undefined && attribute.path === 'displayOrder') return 0
  return toColumn(attribute, value)
}

export const insertType = (tx: Transaction, type: Document) => insert(tx, metadataType, type)
export const updateType = (tx: Transaction, id: string, type: Document) => update(tx, metadataType, id, type)

export async function deleteType(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from metadata_type where type_id = $1', [id])
}

/** Also what an import declares: pattern and valid values are judged here, by the database that will apply them. */
export async function insertElement(tx: Transaction, element: Document): Promise<void> {
  await checkPattern(tx, element)
  await insert(tx, metadataElement, element)
  await replaceValidValues(tx, element)
}

export async function updateElement(tx: Transaction, id: string, element: Document): Promise<void> {
  await checkPattern(tx, element)
  await update(tx, metadataElement, id, element)
  await tx.execute('update metadata_element set version = version + 1 where metadata_id = $1', [id])
  await replaceValidValues(tx, element)
}

export async function deleteElement(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from metadata_element where metadata_id = $1', [id])
}

async function checkPattern(tx: Transaction, element: Document): Promise<void> {
  if (element.validator === undefined) return
  // Alone too: what closes our bracket and opens another would escape from it.
  await tx.savepoint(() => tx.query(`select '' ~ $1::text, '' ~ ('^(?:' || $1::text || ')$')`, [element.validator])).catch((error: unknown) => {
    if ((error as { code?: string }).code !== '2201B') throw error
    throw new GatehouseError('invalid_value', 'validator: is not a regular expression that PostgreSQL understands.')
  })
}

async function replaceValidValues(tx: Transaction, element: Document): Promise<void> {
  await tx.execute('delete from md_element_valid_values where metadata_element_id = $1', [element.id])
  const values = (element.validValues ?? []) as string[]
  await tx.execute(
    `insert into md_element_valid_values (id, metadata_element_id, ui_value, display_order)
     select md5($1 || ':' || value), $1, value, place from unnest($2::text[]) with ordinality v(value, place)`, [element.id, values])
}

/** How many records have values of a declared attribute. */
export async function usesOfElement(db: Reader, id: string): Promise<number> {
  const row = await db.first<{ uses: number }>(
    `select (select count(*) from user_attributes where metadata_id = $1) + (select count(*) from login_attribute where metadata_id = $1)
      + (select count(*) from company_attribute where metadata_id = $1) as uses`, [id])
  return Number(row!.uses)
}
