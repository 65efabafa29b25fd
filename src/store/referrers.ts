/**
 * What loses a value when something is deleted: records and entries whose foreign key lets go of the target (ON DELETE SET NULL), and
 * entries of other records that go with it (ON DELETE CASCADE). Which these are says the catalogue, how they are called the attribute lists.
 */
import type { Attribute, Collection } from '../model/attribute.ts'
import { plainRecords, resources, type PlainRecord } from '../model/records.ts'
import { user } from '../model/user.ts'
import { toIsoInstant, type Row, type Transaction } from './database.ts'

/** A kind of record that may refer to something, itself or by an entry. */
interface Owner extends PlainRecord {
  name: string
  collections: readonly Collection[]
}

const owners: readonly Owner[] = [...Object.values(resources), ...Object.entries<PlainRecord>(plainRecords).map(([name, one]) => ({ ...one, name, collections: [] }))]

/** Attributes that mean nothing without the one that lets go: instants, all of them. */
const alongside: Record<string, readonly string[]> = {
  alternateId: ['alternateStartDate', 'alternateEndDate'],
  certDelegateId: ['certDelegateStartDate', 'certDelegateEndDate'],
}

/** One attribute that lets go of what is deleted, or goes with it. */
export interface Referrer {
  owner: Owner
  collection?: Collection
  attribute: Attribute
  along: readonly Attribute[]
  /** The entry goes with the target; else the attribute is emptied. */
  cascades: boolean
}

interface ForeignKey {
  target: string
  table: string
  column: string
  cascades: boolean
}

interface Referrers {
  /** By the table of the target. */
  of: Map<string, Referrer[]>
  /** Entries of a record that others refer to: they go with it. */
  own: Map<string, Collection[]>
}

let known: Promise<Referrers> | undefined

/** Read once: the catalogue changes with migrations alone. */
function referrers(tx: Pick<Transaction, 'query'>): Promise<Referrers> {
  known ??= readReferrers(tx).catch((error: unknown) => {
    known = undefined
    throw error
  })
  return known
}

/** Every foreign key that lets go, by the names of tables as the model writes them. */
export function foreignKeys(tx: Pick<Transaction, 'query'>): Promise<ForeignKey[]> {
  const named = (side: string) => `case (select nspname from pg_namespace where oid = ${side}.relnamespace) when 'public' then '' else (select nspname || '.' from pg_namespace where oid = ${side}.relnamespace) end || ${side}.relname`
  return tx.query<ForeignKey & Row>(
    `select ${named('t')} as target, ${named('c')} as table, a.attname as column, k.confdeltype = 'c' as cascades
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
     where k.contype = 'f' and k.confdeltype in ('n', 'c') and array_length(k.conkey, 1) = 1 order by k.conname`)
}

async function readReferrers(tx: Pick<Transaction, 'query'>): Promise<Referrers> {
  const found: Referrers = { of: new Map(), own: new Map() }
  const add = <T>(map: Map<string, T[]>, key: string, one: T) => map.set(key, [...map.get(key) ?? [], one])
  for (const key of await foreignKeys(tx)) {
    const one = referrerOf(key)
    if (one) add(found.of, key.target, one)
    const own = ownEntries(key)
    if (own) add(found.own, key.target, own)
  }
  return found
}

/** The entries that a foreign key binds to the record whose they are; undefined for any other. */
export function ownEntries(key: ForeignKey): Collection | undefined {
  const owner = key.cascades ? owners.find(({ table }) => table === key.target) : undefined
  return owner?.collections.find(({ table, parentColumn }) => table === key.table && parentColumn === key.column)
}

/** What a foreign key is in the attribute lists; undefined where it is in none, or where a record's own entries refer to it. */
export function referrerOf({ table, column, cascades }: ForeignKey): Referrer | undefined {
  for (const owner of owners) {
    const attribute = owner.attributes.find((one) => one.column === column && !one.side)
    if (owner.table === table && attribute && !cascades) {
      const along = (alongside[attribute.path] ?? []).map((path) => owner.attributes.find((one) => one.path === path)!)
      return { owner, attribute, along, cascades }
    }
    const collection = owner.collections.find((one) => one.table === table && one.parentColumn !== column)
    const entry = collection?.attributes.find((one) => one.column === column && !one.side)
    if (collection && entry) return { owner, collection, attribute: entry, along: [], cascades }
  }
  return undefined
}

/** What one record lost. */
export interface Cleared {
  referrer: Referrer
  /** The record, and the entry of it. */
  id: string
  entry?: string
  /** What it referred to. */
  target: string
  /** What is deleted: that, or the record whose entry it is. */
  goes: string
  /** The record's version from now on; null for a kind without. */
  version: number | null
  /** What meant nothing without it, by path. */
  along: Record<string, unknown>
}

/** Of some tables those whose rows something may refer to that lets go of them. */
export async function referredTables(tx: Pick<Transaction, 'query'>, tables: readonly string[]): Promise<string[]> {
  const { of } = await referrers(tx)
  return tables.filter((table) => of.has(table))
}

/**
 * Clears every reference to rows of a table that are about to be deleted, a statement a reference and ten thousand records; their records have a new version and
 * were changed now. The rows are held, so that nobody refers to them anew. Records that are deleted along with them are passed over.
 */
export async function clearReferrers(tx: Transaction, target: { table: string; idColumn: string }, ids: readonly string[], by: { userId: string | null; now: string }): Promise<Cleared[]> {
  const { of, own } = await referrers(tx)
  const [places, entries] = [of.get(target.table) ?? [], (own.get(target.table) ?? []).filter(({ table }) => of.has(table))]
  if (ids.length === 0 || places.length + entries.length === 0) return []
  await tx.execute(`select from ${target.table} where ${target.idColumn} = any($1) order by ${target.idColumn} for update`, [ids])
  const cleared: Cleared[] = []
  for (const place of places) for (const one of await clearOne(tx, place, place.owner.table === target.table, ids, by)) cleared.push(one)
  for (const collection of entries) {
    const rows = await tx.query<{ id: string; parent: string }>(`select ${collection.idColumn} as id, ${collection.parentColumn} as parent from ${collection.table} where ${collection.parentColumn} = any($1)`, [ids])
    const parents = new Map(rows.map(({ id, parent }) => [id, parent]))
    for (const one of await clearReferrers(tx, collection, [...parents.keys()], by)) cleared.push({ ...one, goes: parents.get(one.goes)! })
  }
  return cleared
}

/** Records a statement: a person has twenty indexes, and a hundred thousand at once would come near the limit of a statement. */
const most = 10_000

async function clearOne(tx: Transaction, referrer: Referrer, sameKind: boolean, ids: readonly string[], by: { userId: string | null; now: string }): Promise<Cleared[]> {
  const sql = referrer.collection ? entrySql(referrer, referrer.collection, sameKind) : recordSql(referrer, sameKind)
  const cleared: Cleared[] = []
  for (;;) {
    const rows = await tx.query<ClearedRow>(sql, [ids, by.now, by.userId])
    for (const row of rows) cleared.push(clearedOf(referrer, row))
    if (rows.length < most) return cleared
  }
}

type ClearedRow = Row & { id: string; entry: string | null; target: string; version: number | null; along: Record<string, unknown> }

function clearedOf(referrer: Referrer, { id, entry, target, version, along }: ClearedRow): Cleared {
  return {
    referrer, id, ...(entry === null ? {} : { entry }), target, goes: target, version,
    along: Object.fromEntries(Object.entries(along).map(([path, value]) => [path, toIsoInstant(String(value))])),
  }
}

/** New version, and when and by whom, as a verb stamps what it writes. */
function stamps({ attributes, unversioned }: Owner, alias: string): string[] {
  const [at, by] = ['meta.lastModified', 'lastUpdatedBy'].map((path) => attributes.find((one) => one.path === path)?.column)
  return [...(unversioned ? [] : [`version = ${alias}.version + 1`]), ...(at ? [`${at} = $2::timestamptz`] : []), ...(by ? [`${by} = $3::varchar`] : [])]
}

/** Gives people a new version, as somebody who changes them does; who of them is there. */
export async function raisePeople(tx: Transaction, ids: readonly string[], by: { userId: string | null; now: string }): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with held as (select o.user_id from users o where o.user_id = any($1) and ${typed} order by 1 for no key update)
     update users o set ${stamps(user, 'o').join(', ')} from held h where o.user_id = h.user_id returning o.user_id as id`, [ids, by.now, by.userId])
  return rows.map(({ id }) => id)
}

/** Parameters that a kind has no column for are named all the same: PostgreSQL wants to know their types. */
const typed = '$2::timestamptz is not null and ($3::varchar is null or true)'

function recordSql({ owner, attribute, along }: Referrer, sameKind: boolean): string {
  const { table, idColumn } = owner
  const kept = along.map(({ path, column }) => `'${path}', to_char(t.${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`).join(', ')
  return `with held as (
      select t.${idColumn} as id, t.${attribute.column} as target, jsonb_strip_nulls(jsonb_build_object(${kept})) as along from ${table} t
      where t.${attribute.column} = any($1) ${sameKind ? `and t.${idColumn} <> all($1)` : ''} and ${typed} order by 1 limit ${most} for no key update)
    update ${table} o set ${[attribute, ...along].map(({ column }) => `${column} = null`).concat(stamps(owner, 'o')).join(', ')} from held h where o.${idColumn} = h.id
    returning h.id, null as entry, h.target, ${owner.unversioned ? 'null::int' : 'o.version'} as version, h.along`
}

/**
 * The records are held before their entries are written, as every verb does; and what they become is told from there: a join with what
 * was raised would compare each with each, for the planner expects a handful.
 */
function entrySql({ owner, attribute, cascades }: Referrer, { table, idColumn, parentColumn, attributes }: Collection, sameKind: boolean): string {
  const at = attributes.find(({ path }) => path === 'lastModified')?.column
  const change = cascades ? `delete from ${table} c using held h` : `update ${table} c set ${attribute.column} = null${at ? `, ${at} = $2::timestamptz` : ''} from held h, ${table} f`
  const [source, condition] = cascades ? ['c', ''] : ['f', ` and f.${idColumn} = c.${idColumn}`]
  return `with held as (
      select o.${owner.idColumn} as id, o.version + 1 as version from ${owner.table} o
      where o.${owner.idColumn} in (select c.${parentColumn} from ${table} c where c.${attribute.column} = any($1)) ${sameKind ? `and o.${owner.idColumn} <> all($1)` : ''} and ${typed} order by 1 limit ${most} for no key update),
    cleared as (${change} where c.${parentColumn} = h.id and c.${attribute.column} = any($1)${condition} returning h.id, c.${idColumn} as entry, ${source}.${attribute.column} as target, h.version),
    raised as (update ${owner.table} o set ${stamps(owner, 'o').join(', ')} where o.${owner.idColumn} in (select id from cleared))
    select id, entry, target, version, '{}'::jsonb as along from cleared order by id, entry`
}
