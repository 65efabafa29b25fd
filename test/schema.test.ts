/**
 * The live database against what it must be: the published columns (nothing missing, nothing changed), the catalogue in
 * src/model/schema.ts (nothing there that is not described), and the rules of the data model.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { postgresType, type Column } from '../src/model/schema-column.ts'
import { findTable, qualifiedName, tables } from '../src/model/schema.ts'
import { dataDictionary } from '../tools/data-dictionary.ts'
import { testDatabase } from './database.ts'
import { efsTables } from './fixtures/efs-ddl.ts'

const db = await testDatabase()
const schemas = ['public', 'efs', 'gatehouse']

interface LiveColumn {
  table: string
  column: string
  type: string
  required: boolean
  key: boolean
  default: string | null
  collation: string | null
  comment: string | null
}

const live = await db.query<LiveColumn>(
  `select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
     a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as default, o.collname as collation,
     coalesce(a.attnum = any(k.conkey), false) as key, col_description(c.oid, a.attnum) as comment
   from pg_attribute a
   join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
   join pg_namespace n on n.oid = c.relnamespace
   left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
   left join pg_collation o on o.oid = a.attcollation and o.collname <> 'default'
   left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
   where n.nspname = any($1) and a.attnum > 0 and not a.attisdropped`,
  [schemas],
)
for (const column of live) column.type = shortType(column.type)
const liveByName = new Map(live.map((column) => [`${column.table}.${column.column}`, column]))

function shortType(type: string): string {
  return type
    .replace('character varying', 'varchar')
    .replace(/^character\(/, 'char(')
    .replace(/^timestamp(\(\d\))? with time zone$/, (_, size: string | undefined) => `timestamptz${size ?? ''}`)
}

/** The published list: table, column, type, in upper case. */
const published = readFileSync(new URL('fixtures/openiam-columns.tsv', import.meta.url), 'utf8')
  .trim().split('\n').slice(1).map((line) => {
    const [table = '', column = '', type = ''] = line.split('\t')
    return { table: `public.${table.toLowerCase()}`, column: column.toLowerCase(), type }
  })

/** Printed lengths that cannot hold what they must; decision 0021. */
const grown: Record<string, string> = {
  'public.users.prefix': 'varchar(20)',
  'public.login_attribute.metadata_id': 'varchar(32)',
  'public.user_note.created_by': 'varchar(32)',
  'public.auth_state.ip_address': 'varchar(60)',
  'public.user_auth_param.param_value': 'varchar(1400)',
}

describe('the published OpenIAM tables', () => {
  test('are 28', () => {
    expect(new Set(published.map(({ table }) => table)).size).toBe(28)
  })

  test('have every column, with its type or a length that a decision lets grow', () => {
    const names = published.map(({ table, column }) => `${table}.${column}`)
    const found = names.map((name) => [name, liveByName.get(name)?.type])
    const expected = published.map(({ table, column, type }) => {
      const name = `${table}.${column}`
      return [name, grown[name] ?? postgresType(type)]
    })
    expect(found).toEqual(expected)
  })

  test('no length has shrunk', () => {
    for (const { table, column, type } of published) {
      const printed = Number(/\((\d+)/.exec(postgresType(type))?.[1] ?? 0)
      const now = Number(/\((\d+)/.exec(liveByName.get(`${table}.${column}`)!.type)?.[1] ?? 0)
      expect(now, `${table}.${column}`).toBeGreaterThanOrEqual(printed)
    }
  })

  test('have no further columns but those the catalogue says we added', () => {
    const printed = new Set(published.map(({ table, column }) => `${table}.${column}`))
    const seedTables = new Set(published.map(({ table }) => table))
    const further = live.filter(({ table, column }) => seedTables.has(table) && !printed.has(`${table}.${column}`))
    expect(further.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(
      tables.filter((table) => seedTables.has(qualifiedName(table)))
        .flatMap((table) => table.columns.filter(({ origin }) => origin === 'added')
          .map(({ name }) => `${qualifiedName(table)}.${name}`))
        .sort(),
    )
  })
})

describe('the published EFS tables', () => {
  const columns = Object.entries(efsTables).flatMap(([table, printed]) =>
    Object.entries(printed.columns).map(([column, rest]) => ({ table, column, ...rest })))

  test.each(columns)('$table.$column', ({ table, column, type, nullable, ...rest }) => {
    const found = liveByName.get(`efs.${table}.${column}`)!
    expect(found.type).toBe(postgresType(type))
    expect(found.required).toBe(!nullable)
    // Ids of Okta and of sessions differ by case; MySQL's BINARY compares bytes.
    expect(found.collation).toBe(type.includes('BINARY') ? 'C' : null)
    const defaults = { CURRENT_TIMESTAMP: 'now()', '0': '0', '': `''::character varying` }
    expect(found.default).toBe(rest.default === undefined ? null : defaults[rest.default])
  })

  test('have keys, unique columns and an index for each printed index', async () => {
    const indexes = await db.query<{ table: string; columns: string[]; is_unique: boolean; is_primary: boolean }>(
      `select c.relname as table, i.indisunique and i.indpred is null as is_unique, i.indisprimary as is_primary,
         array(select a.attname::text from unnest(i.indkey) with ordinality k (n, place)
               join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by place) as columns
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'efs'`)
    const has = (table: string, column: string, kind?: 'is_primary' | 'is_unique') => indexes.some((index) =>
      index.table === table && index.columns.includes(column) && (kind === undefined || index[kind]))
    for (const [table, printed] of Object.entries(efsTables)) {
      if (printed.primaryKey) expect(has(table, printed.primaryKey, 'is_primary'), table).toBe(true)
      for (const column of printed.unique ?? []) expect(has(table, column, 'is_unique'), table).toBe(true)
      // The mark has a partial index: WHERE names it, the columns do not.
      for (const column of printed.indexes.filter((one) => one !== 'has_data_changes')) {
        expect(has(table, column), `${table}.${column}`).toBe(true)
      }
    }
  })

  test('have the printed foreign keys and no others, all cascading', async () => {
    const found = await db.query(
      `select k.conname as name, c.relname as table, a.attname as column, r.relname as parent, p.attname as target,
         k.confupdtype::text as on_update, k.confdeltype::text as on_delete
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
       join pg_attribute p on p.attrelid = r.oid and p.attnum = k.confkey[1]
       where n.nspname = 'efs' and k.contype = 'f' and c.relname like 'iam%' order by 1`)
    const expected = Object.entries(efsTables).flatMap(([table, { foreignKeys = {} }]) =>
      Object.entries(foreignKeys).map(([name, { column, table: parent, target }]) =>
        ({ name, table, column, parent, target, on_update: 'c', on_delete: 'c' })))
    expect(found).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)))
  })
})

describe('the catalogue', () => {
  test('lists every table, and only those that are there', () => {
    expect(tables.map(qualifiedName).sort()).toEqual([...new Set(live.map(({ table }) => table))].sort())
  })

  const described = tables.map((table) => [qualifiedName(table), table.columns] as const)

  test.each(described)('%s is as described', (name, columns) => {
    const expected = columns.map((column) => [column.name, column.type, column.key, column.required])
    const found = live.filter(({ table }) => table === name)
      .map(({ column, type, key, required }) => [column, type, key, required])
    expect(expected.sort()).toEqual(found.sort())
  })

  test('marks as seed exactly what is printed', () => {
    const printed = [
      ...published.map(({ table, column, type }) => `${table}.${column} ${type}`),
      ...Object.entries(efsTables).flatMap(([table, { columns }]) =>
        Object.entries(columns).map(([column, { type }]) => `efs.${table}.${column} ${type}`)),
    ]
    const marked = tables.flatMap((table) => table.columns.filter(({ origin }) => origin === 'seed')
      .map((column: Column) => `${qualifiedName(table)}.${column.name} ${column.seedType}`))
    expect(marked.sort()).toEqual(printed.sort())
  })

  test('knows every foreign key', async () => {
    const found = await db.query<{ name: string }>(
      `select distinct n.nspname || '.' || c.relname || '.' || a.attname 
         || ' → ' || rn.nspname || '.' || r.relname as name
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
       where k.contype = 'f' and n.nspname = any($1)`, [schemas])
    // A session is named by person and session: both columns point to it, and the person's also to the person.
    const compound = ['public.auth_state_auth_param_xref', 'gatehouse.oidc_artifact'].map((table) => `${table}.user_id → public.auth_state`)
    const described = tables.flatMap((table) => table.columns.filter(({ references }) => references !== undefined)
      .map(({ name, references }) => `${qualifiedName(table)}.${name} → ${references}`))
    expect([...new Set([...described, ...compound])].sort()).toEqual(found.map(({ name }) => name).sort())
  })

  test('explains each table and column, in the database too', async () => {
    const comments = await db.query<{ name: string; comment: string | null }>(
      `select n.nspname || '.' || c.relname as name, obj_description(c.oid, 'pg_class') as comment
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname = any($1)`, [schemas])
    expect(Object.fromEntries(comments.map(({ name, comment }) => [name, comment]))).toEqual(
      Object.fromEntries(tables.map((table) => [qualifiedName(table), table.purpose])))
    const docs = tables.flatMap((table) =>
      table.columns.map(({ name, doc }) => [`${qualifiedName(table)}.${name}`, doc]))
    expect(Object.fromEntries(docs)).toEqual(
      Object.fromEntries(live.map(({ table, column, comment }) => [`${table}.${column}`, comment])))
  })

  test('is what docs/data-model.md shows', () => {
    const shown = readFileSync(new URL('../docs/data-model.md', import.meta.url), 'utf8')
    expect(shown, 'run npm run docs').toBe(dataDictionary())
  })
})

describe('the rules of the data model', () => {
  test('every flag is held to Y or N', async () => {
    const checked = await db.query<{ name: string; definition: string }>(
      `select n.nspname || '.' || c.relname || '.' || a.attname as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
       where k.contype = 'c' and n.nspname = any($1)`, [schemas])
    const flags = live.filter(({ type, column }) => /^(var)?char\(1\)$/.test(type) && column !== 'sex')
    expect(flags.length).toBeGreaterThan(40)
    for (const { table, column } of flags) {
      const check = checked.find(({ name, definition }) => name === `${table}.${column}` && /'Y'.*'N'/.test(definition))
      expect(check, `${table}.${column} has no check`).toBeDefined()
    }
  })

  /** Deleting a row of these reads every row that may point to it: they are few, and go seldom and by hand. */
  const seldomDeleted = new Set([
    'metadata_type', 'metadata_element', 'access_rights', 'managed_sys', 'resource_type', 'auth_level', 'policy',
    'policy_def', 'policy_def_param', 'organization_type', 'content_provider', 'identity_question', 'it_policy_version',
  ].map((name) => `public.${name}`).concat('gatehouse.signing_key'))
  /** Foreign keys in tables so small that reading them whole costs nothing. */
  const smallTables = new Set([
    'grp', 'role', 'res', 'managed_sys', 'metadata_element', 'content_provider', 'identity_quest_grp',
  ].map((name) => `public.${name}`))

  test('every foreign key has an index, or a reason not to', async () => {
    const bare = await db.query<{ table: string; columns: string; parent: string }>(
      `select n.nspname || '.' || c.relname as table, rn.nspname || '.' || r.relname as parent, names.columns
       from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
       cross join lateral (select string_agg(attname, ', ') as columns from pg_attribute
                           where attrelid = c.oid and attnum = any (k.conkey)) names
       where k.contype = 'f' and n.nspname = any($1) and not exists (
         select from pg_index i where i.indrelid = c.oid
           and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
           and (i.indpred is null or pg_get_expr(i.indpred, c.oid) = format('(%s IS NOT NULL)', names.columns)))`,
      [schemas])
    const unexplained = bare.filter(({ table, parent }) => !seldomDeleted.has(parent) && !smallTables.has(table))
    expect(unexplained).toEqual([])
  })

  test('no index repeats the beginning of another', async () => {
    const doubled = await db.query(
      `select a.indexrelid::regclass::text as index, b.indexrelid::regclass::text as covered_by
       from pg_index a join pg_index b on a.indrelid = b.indrelid and a.indexrelid <> b.indexrelid
       join pg_class c on c.oid = a.indrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any($1) and not a.indisunique and a.indpred is null and b.indpred is null
         and a.indexprs is null and b.indexprs is null
         and array_to_string(b.indkey::int2[], ' ') || ' ' like array_to_string(a.indkey::int2[], ' ') || ' %'`,
      [schemas])
    expect(doubled).toEqual([])
  })

  test('what the catalogue calls a table of ours is found by its name', () => {
    expect(findTable('efs.portal')?.origin).toBe('added')
    expect(findTable('public.portal')).toBeUndefined()
  })
})
