/**
 * SQL for the sources of an account mapping, made from the attribute lists: `name.givenName` is a column of USERS,
 * `phoneNumbers[type eq "CELL_PHONE"].value` the default (else the oldest) row in use of that kind, `attributes.x` the
 * first value of a custom attribute. A phone number's `formatted` is all its parts as one dials them.
 */
import { accountSource, type AccountSource } from '../model/account-sources.ts'
import type { Collection } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import type { Database } from './database.ts'

/** An expression over USERS (alias `u`) giving the source as text. Errors: a source that is no attribute. */
export function sourceSql(path: string): string {
  const source = accountSource(path)
  if (!source) throw new Error(`An account mapping names "${path}", which is no attribute of a person.`)
  if (source.kind === 'id') return `u.${user.idColumn}`
  if (source.kind === 'plain') return `u.${source.attribute.column}::text`
  return source.kind === 'custom' ? customSql(source.name) : entrySql(source)
}

/** The values of some sources of one person, by source. */
export async function personSources(db: Pick<Database, 'first'>, userId: string, sources: readonly string[]): Promise<Record<string, string | null>> {
  const row = await db.first<{ values: (string | null)[] }>(`select array[${sources.map(sourceSql).join(', ')}]::text[] as values from public.users u where u.user_id = $1`, [userId])
  return Object.fromEntries(sources.map((source, place) => [source, row?.values[place] ?? null]))
}

function customSql(name: string): string {
  const { table, idColumn, parentColumn, valueTable, valueParent } = user.custom!
  return `(select v.attr_value from ${table} a join ${valueTable} v on v.${valueParent} = a.${idColumn}
    where a.${parentColumn} = u.user_id and lower(a.name) = lower('${name.replaceAll("'", "''")}') order by a.${idColumn}, v.ordinal limit 1)`
}

function entrySql({ collection, filter, equals, value }: Extract<AccountSource, { kind: 'entry' }>): string {
  const primary = collection.attributes.find((one) => one.path === 'primary')
  const order = collection.onePrimary && primary ? `c.${primary.column} desc, ` : ''
  return `(select ${valueSql(collection, value)} from ${collection.table} c
    where c.${collection.parentColumn} = u.user_id and c.active = 'Y' and c.${filter.column} = ${literal(equals)}
    order by ${order}c.${collection.idColumn} limit 1)`
}

function valueSql(collection: Collection, path: string): string {
  const attribute = collection.attributes.find((one) => one.path === path)
  if (attribute) return `c.${attribute.column}::text`
  const country = `case when c.country_cd ~ '^[0-9]' then '+' || c.country_cd else c.country_cd end`
  return `concat_ws(' ', ${country}, c.area_cd, c.phone_nbr)`
}

function literal(value: string | boolean): string {
  return typeof value === 'boolean' ? (value ? `'Y'` : `'N'`) : `'${value.replaceAll("'", "''")}'`
}
