/** METADATA_TYPE and METADATA_ELEMENT as the verbs need them: whole, and kept for a moment, for they seldom change. */
import { GatehouseError } from '../errors.ts'
import type { CustomAttributes, FilterTarget } from '../model/attribute.ts'
import type { DataType } from '../model/data-type.ts'
import type { Element, Metadata } from '../model/metadata.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

const keepMs = 2000
let kept: { metadata: Metadata; until: number; owner: unknown } | undefined

/**
 * All types and elements. What another server declares is seen here within two seconds; in the meantime the foreign keys hold, and
 * `holdJudged` what was judged by a declaration that has changed. `given` is the database the answer belongs to; its views for single callers share the pool.
 */
export async function loadMetadata(db: Reader, given: Database): Promise<Metadata> {
  const owner = given.pool
  const now = performance.now()
  if (kept && kept.owner === owner && now < kept.until) return kept.metadata
  const metadata = await readMetadata(db)
  kept = { metadata, until: now + keepMs, owner }
  return metadata
}

/** The first of some sources of a mapping that is an attribute declared sensitive, as it stands in this transaction. */
export async function sensitiveAmong(tx: Pick<Transaction, 'first'>, sources: readonly string[]): Promise<string | undefined> {
  const names = sources.flatMap((source) => (source.startsWith('attributes.') ? [source.slice('attributes.'.length)] : []))
  const row = await tx.first<{ name: string }>(`select e.attribute_name as name from metadata_element e where e.is_sensitive = 'Y' and lower(e.attribute_name) in (select lower(n) from unnest($1::text[]) n) limit 1`, [names])
  return row && `attributes.${row.name}`
}

/** The same as it stands in this transaction. */
export function loadMetadataAnew(tx: Transaction, given: Database): Promise<Metadata> {
  forgetMetadata()
  return loadMetadata(tx, given)
}

/** After a declaration has changed on this server. */
export function forgetMetadata(): void {
  kept = undefined
}

/** Versions of declarations that records were judged by, by METADATA_ELEMENT's id. */
export interface Judged {
  /** Of which values are written. */
  written: Map<string, number>
  /** Of which a record that is made, or takes another type, has none: they do not ask for any. */
  without: Map<string, number>
}

/**
 * Holds declared attributes until the transaction ends, as a foreign key to them would: nobody changes their declarations meanwhile
 * (`lockElement`). Records were judged by what was known of them; where that is past, the transaction is tried again. Errors: `conflict`.
 */
export async function holdJudged(tx: Pick<Transaction, 'query'>, { written, without }: Judged): Promise<void> {
  // Who had to wait for a row is given it as it has become. What no value is written of is read and not held: to write into the rows of
  // all declarations with every person who is made would cost more than it is worth.
  const read = (of: ReadonlyMap<string, number>, hold: string, name: string) => (of.size === 0 ? [] : tx.query<{ id: string; version: number }>(
    `select metadata_id as id, version from metadata_element where metadata_id = any($1) order by metadata_id${hold}`, [[...of.keys()]], name))
  const [held, seen] = await Promise.all([read(written, ' for key share', 'hold_judged'), read(without, '', 'see_judged')])
  if (held.every(({ id, version }) => written.get(id) === version) && seen.every(({ id, version }) => without.get(id) === version)) return
  forgetMetadata()
  // To `Database.transaction` a failure of serialisation; to a plan, a reason to do each step by itself.
  throw new GatehouseError('conflict', 'The declaration of an attribute was changed at the same moment; try again.', { cause: { code: '40001' } })
}

interface ElementRow {
  metadata_id: string
  version: number
  type_id: string
  attribute_name: string
  data_type: DataType
  required: string
  multi_valued: string
  self_editable: string
  is_sensitive: string
  is_public: string | null
  resource_id: string | null
  auditable: string
  validator: string | null
  static_default_value: string | null
  max_length: number | null
  valid_values: string[] | null
}

async function readMetadata(db: Reader): Promise<Metadata> {
  const types = await db.query<{ type_id: string; grouping: string; active: string }>('select type_id, "grouping", active from metadata_type', [], 'metadata_types')
  const rows = await db.query<ElementRow>(
    `select e.*, (select json_agg(v.ui_value order by v.display_order) from md_element_valid_values v where v.metadata_element_id = e.metadata_id) as valid_values
     from metadata_element e order by e.metadata_id`, [], 'metadata_elements')
  return { types: new Map(types.map((row) => [row.type_id, { grouping: row.grouping, active: row.active === 'Y' }])), elements: rows.map(toElement) }
}

function toElement(row: ElementRow): Element {
  return {
    id: row.metadata_id,
    version: row.version,
    typeId: row.type_id,
    name: row.attribute_name,
    dataType: row.data_type,
    required: row.required === 'Y',
    multiValued: row.multi_valued === 'Y',
    selfEditable: row.self_editable === 'Y',
    sensitive: row.is_sensitive === 'Y',
    isPublic: row.is_public !== 'N',
    resourceId: row.resource_id,
    audited: row.auditable === 'Y',
    validator: row.validator,
    validValues: row.valid_values ?? [],
    defaultValue: row.static_default_value,
    maxLength: row.max_length,
  }
}

/**
 * The same resource, its custom attributes knowing what the names in a filter are declared as: of every type that such records
 * may have. Types that say different things of one name leave its values texts, as do values that nobody declared.
 */
export async function withDeclared<T extends FilterTarget>(db: Reader, resource: T, filter: string | undefined): Promise<T> {
  const names = [...new Set((filter ?? '').toLowerCase().match(/attributes\.[^\s()[\]"]+/g)?.map((path) => path.slice('attributes.'.length)))]
  if (names.length === 0) return resource
  const declared = async (custom: CustomAttributes): Promise<CustomAttributes> => ({ ...custom, declared: await declaredAs(db, custom, names) })
  return {
    ...resource,
    ...(resource.custom ? { custom: await declared(resource.custom) } : {}),
    collections: await Promise.all(resource.collections.map(async (one) => (one.custom ? { ...one, custom: await declared(one.custom) } : one))),
  }
}

async function declaredAs(db: Reader, { everyType, table }: CustomAttributes, names: readonly string[]): Promise<Map<string, DataType>> {
  const rows = await db.query<{ name: string; types: DataType[] }>(
    `select said.name, array_agg(distinct said.type) as types from (
       select lower(e.attribute_name) as name, e.data_type as type from metadata_element e
         where lower(e.attribute_name) = any($1) and e.type_id in (select t.type_id from metadata_type t join metadata_type g using ("grouping") where g.type_id = $2)
       union all select lower(a.name), 'STRING' from ${table} a where a.metadata_id is null and lower(a.name) = any($1)
     ) said group by said.name`, [names, everyType])
  return new Map(rows.map(({ name, types }) => [name, types.length === 1 ? types[0]! : 'STRING']))
}

const patternLimitMs = 2000

/**
 * The checks whose value does not match its pattern as a whole. PostgreSQL judges: its engine does not run away but on
 * back references, and those are cut short within a transaction. Errors: `invalid_value` when it takes longer than two
 * seconds.
 */
export async function mismatches<C extends { value: string; pattern: string }>(db: Reader | Database, checks: readonly C[]): Promise<C[]> {
  if (checks.length === 0) return []
  // Outside of a transaction the limit would hold for nobody.
  if ('transaction' in db) return db.transaction((tx) => mismatches(tx, checks))
  await db.query(`set local statement_timeout = ${patternLimitMs}`)
  const rows = await db.query<{ place: number }>(
    `select (place - 1)::int as place from unnest($1::text[], $2::text[]) with ordinality as v(value, pattern, place)
     where v.value !~ ('^(?:' || v.pattern || ')$')`,
    [checks.map((one) => one.value), checks.map((one) => one.pattern)], 'pattern_mismatches').catch((error: unknown) => {
    if ((error as { cause?: { code?: unknown } }).cause?.code !== '57014') throw error
    throw new GatehouseError('invalid_value', 'attributes: judging the value by its validator took too long; declare a simpler one.')
  })
  await db.query('set local statement_timeout to default')
  return rows.map((row) => checks[row.place]!)
}
