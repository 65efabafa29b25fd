/** Finding records by an attribute's value, many at once: how an import correlates. One statement an attribute. */
import type { Resource } from '../model/attribute.ts'
import { comparedText, writtenForms } from '../model/text.ts'
import type { Database } from './database.ts'
import { isOneOf } from './text-order.ts'

type Reader = Pick<Database, 'query'>

/**
 * The ids of the records that have these values at a path, by value as it is compared (`comparedText`). Case is ignored unless the attribute
 * says otherwise. The path is one that `canFindBy` allows.
 */
export async function findByKey(db: Reader, resource: Resource, path: string, values: readonly string[]): Promise<Map<string, string[]>> {
  if (values.length === 0) return new Map()
  const forms = [...new Set(values.flatMap(writtenForms))]
  const wanted = [...new Set(forms.map((value) => value.toLowerCase()))]
  const rows = await db.query<{ value: string; id: string }>(lookup(resource, path), parameters(resource, path, wanted, forms))
  const found = new Map<string, string[]>()
  for (const { value, id } of rows) {
    const ids = found.get(comparedText(value)) ?? []
    // Somebody may have one value in both forms.
    if (!ids.includes(id)) found.set(comparedText(value), [...ids, id])
  }
  return found
}

function parameters(resource: Resource, path: string, wanted: string[], values: readonly string[]): unknown[] {
  if (path.startsWith('attributes.')) return [wanted, path.slice('attributes.'.length)]
  const attribute = resource.attributes.find((one) => one.path === path)
  return [attribute?.caseExact ? [...new Set(values)] : wanted]
}

/** The statement for a path: its conditions are those of the indexes. */
function lookup(resource: Resource, path: string): string {
  const { table, idColumn, custom } = resource
  if (custom && path.startsWith('attributes.')) {
    return `select distinct lower(v.attr_value) as value, a.${custom.parentColumn} as id from ${custom.table} a join ${custom.valueTable} v on v.${custom.valueParent} = a.${custom.idColumn}
      where lower(left(v.attr_value, 256)) collate "C" = any($1::text[]) and lower(v.attr_value) = any($1::text[]) and a.name = $2`
  }
  const attribute = resource.attributes.find((one) => one.path === path)
  if (attribute) {
    const column = `t.${attribute.column}`
    if (attribute.caseExact) return `select ${column} as value, t.${idColumn} as id from ${table} t where ${column} = any($1::text[])`
    const found = attribute.sortable ? isOneOf(attribute, column, '$1::text[]') : `lower(${column}) collate "C" = any($1::text[])`
    return `select lower(${column}) as value, t.${idColumn} as id from ${table} t where ${found}`
  }
  const collection = resource.collections.find((one) => path.startsWith(`${one.path}.`))!
  const entry = collection.attributes.find((one) => one.path === path.slice(collection.path.length + 1))!
  return `select distinct lower(c.${entry.column}) as value, c.${collection.parentColumn} as id from ${collection.table} c where lower(c.${entry.column}) collate "C" = any($1::text[])`
}
