/** SQL on METADATA_TYPE and METADATA_ELEMENT with its valid values, one at a time, for administering them. */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection, Document } from '../model/attribute.ts'
import type { DataType } from '../model/data-type.ts'
import { metadataElement, metadataType } from '../model/metadata-records.ts'
import { organization } from '../model/organization.ts'
import { columnsOf, toColumn } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { logins } from '../model/user-links.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query' | 'first'>

const columns = (kind: Collection): readonly Attribute[] => columnsOf(kind.attributes)
const quoted = (attribute: Attribute) => `"${attribute.column}"`

const target = ({ table, idColumn, attributes }: Collection) => ({ table, idColumn, attributes, collections: [] })

/** Types in the order forms show them. */
export const typeListing: Listing = { name: 'MetadataType', ...target(metadataType), order: ['grouping', 'displayOrder'] }

/** Declared attributes in the order forms show them, with their valid values. */
export const elementListing: Listing = {
  name: 'MetadataElement', ...target(metadataElement), order: ['typeId', 'displayOrder', 'name'],
  table: `(select e.*, (select json_agg(v.ui_value order by v.display_order) from md_element_valid_values v where v.metadata_element_id = e.metadata_id) as valid_values
    from metadata_element e)`,
}

export const typeOfRow = (row: Row): Document => documentOfRow(typeListing, row)

export function elementOfRow(row: Row): Document {
  const document = documentOfRow(elementListing, row)
  return Array.isArray(row.valid_values) ? { ...document, validValues: row.valid_values } : document
}

async function readOne(db: Reader, listing: Listing, label: string, id: string): Promise<Row> {
  const row = await db.first(`select t.* from ${listing.table} t where t.${listing.idColumn} = $1`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no ${label} with the id ${id}.`)
  return row
}

/** A document, and the version of its record: the ETag. */
export interface Versioned {
  document: Document
  version: number
}

export async function readType(db: Reader, id: string): Promise<Versioned> {
  const row = await readOne(db, typeListing, metadataType.label, id)
  return { document: typeOfRow(row), version: row.version as number }
}

export async function readElement(db: Reader, id: string): Promise<Versioned> {
  const row = await readOne(db, elementListing, metadataElement.label, id)
  return { document: elementOfRow(row), version: row.version as number }
}

/** Keeps a record as it is until the transaction ends, so that the version that is judged is the one that is changed. */
const lock = (tx: Transaction, { table, idColumn }: Collection, id: string) => tx.execute(`select from ${table} where ${idColumn} = $1 for update`, [id])

export const lockType = (tx: Transaction, id: string) => lock(tx, metadataType, id)
export const lockElement = (tx: Transaction, id: string) => lock(tx, metadataElement, id)

async function insert(tx: Transaction, kind: Collection, document: Document): Promise<void> {
  const list = columns(kind)
  const marks = list.map((_, index) => `$${index + 1}`)
  await tx.execute(`insert into ${kind.table} (${list.map(quoted).join(', ')}) values (${marks.join(', ')})`, list.map((attribute) => cell(attribute, document)))
}

async function update(tx: Transaction, kind: Collection, id: string, document: Document): Promise<void> {
  const list = columns(kind).filter((attribute) => attribute.column !== kind.idColumn)
  const sets = list.map((attribute, index) => `${quoted(attribute)} = $${index + 2}`)
  await tx.execute(`update ${kind.table} set ${sets.join(', ')}, version = version + 1 where ${kind.idColumn} = $1`, [id, ...list.map((attribute) => cell(attribute, document))])
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
    const message = 'is not a regular expression that PostgreSQL understands'
    throw new GatehouseError('invalid_value', `validator: ${message}.`, { problems: [{ path: 'validator', message }] })
  })
}

async function replaceValidValues(tx: Transaction, element: Document): Promise<void> {
  await tx.execute('delete from md_element_valid_values where metadata_element_id = $1', [element.id])
  const values = (element.validValues ?? []) as string[]
  await tx.execute(
    `insert into md_element_valid_values (id, metadata_element_id, ui_value, display_order)
     select md5($1 || ':' || value), $1, value, place from unnest($2::text[]) with ordinality v(value, place)`, [element.id, values])
}

/**
 * How an attribute of this name is declared for records of the same sort, in letters of another case; undefined when it is not.
 * Nobody else declares one until the transaction ends.
 */
export async function spelledOtherwise(tx: Transaction, { id, name, typeId }: Document): Promise<string | undefined> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse.attribute-names'))`)
  const row = await tx.first<{ attribute_name: string }>(
    `select e.attribute_name from metadata_element e join metadata_type t using (type_id)
      where lower(e.attribute_name) = lower($1) and e.attribute_name <> $1 and e.metadata_id <> $2
        and t."grouping" = (select "grouping" from metadata_type where type_id = $3) limit 1`, [name, id, typeId])
  return row?.attribute_name
}

/** What a type is a kind of; undefined where there is no such type. */
export async function groupingOfType(db: Reader, typeId: string): Promise<string | undefined> {
  return (await db.first<{ grouping: string }>('select "grouping" from metadata_type where type_id = $1', [typeId]))?.grouping
}

/** How many records have values of a declared attribute. */
export async function usesOfElement(db: Reader, id: string): Promise<number> {
  const row = await db.first<{ uses: number }>(
    `select (select count(*) from user_attributes where metadata_id = $1) + (select count(*) from login_attribute where metadata_id = $1)
      + (select count(*) from company_attribute where metadata_id = $1) as uses`, [id])
  return Number(row!.uses)
}

const day = `case when v ~ '^(?!0000)\\d{4}-(0[1-9]|1[0-2])-\\d\\d' then substr(v, 9, 2) between '01' and to_char(make_date(substr(v, 1, 4)::int, substr(v, 6, 2)::int, 1) + interval '1 month - 1 day', 'DD') end`

/** Whether a value `v` has the form in which those of its type are kept (`canonicalValue` of the model): what filters and their order rely on. */
const keptForms: Record<Exclude<DataType, 'STRING'>, string> = {
  INTEGER: `v ~ '^(0|-?[1-9]\\d{0,17})$'`,
  DECIMAL: `v <> '-0' and v ~ '^-?(0|[1-9]\\d{0,17})(\\.\\d{0,17}[1-9])?$'`,
  BOOLEAN: `v in ('true', 'false')`,
  DATE: `length(v) = 10 and ${day}`,
  DATETIME: `v ~ '^.{10}T([01]\\d|2[0-3])(:[0-5]\\d){2}\\.\\d{3}Z$' and ${day}`,
}

/** The same where the administrator says what numbers look like. */
const ownForms: typeof keptForms = { ...keptForms, INTEGER: `v ~ '^-?\\d{1,18}$'`, DECIMAL: `v ~ '^-?\\d{1,18}(\\.\\d{1,18})?$'` }

/** A condition over `v`: whether it is such as values of a type are kept; `ownForm` where the administrator says what they look like. */
export const isKeptSql = (type: DataType, ownForm: boolean): string => (type === 'STRING' ? 'true' : (ownForm ? ownForms : keptForms)[type])

/** How many values that records have of a declared attribute are not such as its new type keeps them. */
export async function valuesUnlike(db: Reader, { id, dataType, validator, validValues }: Document): Promise<number> {
  const type = dataType as DataType
  if (type === 'STRING') return 0
  const isKept = isKeptSql(type, validator !== undefined || ((validValues as unknown[] | undefined)?.length ?? 0) > 0)
  const values = [user.custom, organization.custom, logins.custom!].flatMap(({ table, idColumn, valueTable, valueParent, inlineColumn }) => [
    `select v.attr_value as v from ${table} a join ${valueTable} v on v.${valueParent} = a.${idColumn} where a.metadata_id = $1`,
    ...(inlineColumn === undefined ? [] : [`select a.${inlineColumn} from ${table} a where a.metadata_id = $1 and a.${inlineColumn} is not null`]),
  ])
  const row = await db.first<{ unlike: string }>(`select count(*) as unlike from (${values.join(' union all ')}) s where (${isKept}) is not true`, [id])
  return Number(row!.unlike)
}
