/**
 * The schema of a live database as a list of named items, each with the SQL that makes it; in this order they build the
 * schema anew. Committed as `schema.sql` (a test holds it to the migrations), and compared item by item with a live
 * database by the doctor. Only text that PostgreSQL 15 to 18 print alike goes in.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Database, Transaction } from './database.ts'
import { catalogueQueries, itemKinds, type ItemKind } from './catalogue-queries.ts'

export interface SchemaItem {
  kind: ItemKind
  /** With its schema, and for what belongs to a table the table's: `public.users.users_pkey`. */
  name: string
  /** One or more statements; those of a table hold one column or constraint a line. */
  sql: string
}

/** The schemas that are ours. What extensions brought along does not count. */
export const ourSchemas = ['public', 'efs', 'gatehouse']

/** Every item of our schemas, sorted by kind and name. */
export async function readSchema(db: Database): Promise<SchemaItem[]> {
  return db.transaction(readItems, 'begin isolation level repeatable read read only')
}

async function readItems(tx: Transaction): Promise<SchemaItem[]> {
  // With nothing on the search path every name is printed with its schema.
  await tx.execute(`set local search_path = ''`)
  const items: SchemaItem[] = []
  for (const kind of itemKinds) {
    const rows = await tx.query<Omit<SchemaItem, 'kind'>>(catalogueQueries[kind], [ourSchemas])
    const found = rows.map(({ name, sql }) => ({ kind, name, sql: stable(sql) }))
    items.push(...found.sort((a, b) => (a.name < b.name ? -1 : 1)))
  }
  return items
}

/**
 * `column in ('a', 'b')` on a varchar is printed with the cast around the list, and that, run again, with the cast
 * around each word. We print the latter, which stays as it is.
 */
function stable(sql: string): string {
  return sql.replace(/\(ARRAY\[([^\]]*)\]\)::text\[\]/g, (_, words: string) => {
    return `ARRAY[${words.replace(/'(?:[^']|'')*'::character varying/g, '($&)::text')}]`
  })
}

const head = `-- The schema that all migrations together make, read from the catalogue. Not to be edited:
-- "node tools/dump-schema.ts" writes it, a test compares it with the migrations, "gatehouse doctor" with databases.
set check_function_bodies = off;
`

/** The text of schema.sql. */
export function renderSchema(items: SchemaItem[]): string {
  return [head, ...items.map(({ kind, name, sql }) => `-- ${kind}: ${name}\n${sql}\n`)].join('\n')
}

/** The items of a text that `renderSchema` made. */
export function parseSchema(text: string): SchemaItem[] {
  const heading = new RegExp(`^-- (${itemKinds.join('|')}): (.+)$`, 'm')
  const [, ...parts] = text.split(heading)
  const items: SchemaItem[] = []
  for (let index = 0; index < parts.length; index += 3) {
    items.push({ kind: parts[index] as ItemKind, name: parts[index + 1]!, sql: parts[index + 2]!.trim() })
  }
  return items
}

const schemaFile = fileURLToPath(new URL('../../schema.sql', import.meta.url))

/** What this release expects a database to hold when all its migrations have been applied. */
export function expectedSchema(): SchemaItem[] {
  return parseSchema(readFileSync(schemaFile, 'utf8'))
}

/** `column x` or `constraint x` → its definition, from the lines of a `create table` as `readSchema` gives it. */
export function tableParts({ sql }: SchemaItem): Map<string, string> {
  const lines = sql.split('\n').filter((line) => line.startsWith('  ')).map((line) => line.trim().replace(/,$/, ''))
  return new Map(lines.map((line) => {
    const [, constraint, name = '', definition = ''] = /^(constraint )?("(?:[^"]|"")*"|\S+) (.*)$/.exec(line) ?? []
    return [`${constraint ? 'constraint' : 'column'} ${name}`, definition]
  }))
}
