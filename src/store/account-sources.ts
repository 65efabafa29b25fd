/**
 * SQL for the sources of an account mapping, made from the attribute lists: `name.givenName` is a column of USERS,
 * `phoneNumbers[type eq "CELL_PHONE"].value` the default (else the oldest) row in use of that kind.
 * A phone number's `formatted` is all its parts as one dials them.
 */
import type { Attribute, Collection } from '../model/attribute.ts'
import { user } from '../model/user.ts'

const narrowed = /^(\w+)\[(\w+) eq (true|false|"[^"\\]*")\]\.(\w+)$/

/** An expression over USERS (alias `u`) giving the source as text. Errors: a source that is no attribute. */
export function sourceSql(source: string): string {
  const plain = user.attributes.find((attribute) => attribute.path === source && !attribute.expression)
  if (plain) return `u.${plain.column}::text`
  if (source === user.idColumn || source === 'id') return `u.${user.idColumn}`
  const parts = narrowed.exec(source)
  const collection = parts && user.collections.find((one) => one.path === parts[1])
  if (!parts || !collection) throw new Error(`An account mapping names "${source}", which is no attribute of a person.`)
  const filter = attributeOf(collection, parts[2]!)
  const order = collection.onePrimary ? `${attributeOf(collection, 'primary').column} desc, ` : ''
  return `(select ${valueSql(collection, parts[4]!)} from ${collection.table} c
    where c.${collection.parentColumn} = u.user_id and c.active = 'Y' and c.${filter.column} = ${literal(parts[3]!)}
    order by ${order}c.${collection.idColumn} limit 1)`
}

function attributeOf(collection: Collection, path: string): Attribute {
  const attribute = collection.attributes.find((one) => one.path === path)
  if (!attribute) throw new Error(`An account mapping names ${collection.path}.${path}, which is no attribute.`)
  return attribute
}

function valueSql(collection: Collection, path: string): string {
  if (collection.path !== 'phoneNumbers' || path !== 'formatted') return `c.${attributeOf(collection, path).column}`
  const country = `case when c.country_cd ~ '^[0-9]' then '+' || c.country_cd else c.country_cd end`
  return `concat_ws(' ', ${country}, c.area_cd, c.phone_nbr)`
}

function literal(text: string): string {
  if (text === 'true' || text === 'false') return text === 'true' ? `'Y'` : `'N'`
  return `'${text.slice(1, -1).replaceAll("'", "''")}'`
}
