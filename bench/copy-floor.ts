/**
 * The floor of the import: the very rows it left behind, dumped table by table, and brought into an empty database with
 * the same tables, indexes, foreign keys and triggers by one COPY a table.
 */
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../src/store/database.ts'
import { time } from './measure.ts'

export interface Dumped {
  table: string
  columns: string
  file: string
  rows: number
  bytes: number
}

/** The transaction id to dump from: rows written from here on are new. */
export async function mark(db: Database): Promise<number> {
  return Number((await db.first<{ xid: string }>('select pg_current_xact_id()::text as xid'))!.xid)
}

/**
 * Dumps every row of ours written since the mark, with tables in an order in which they can be loaded. Left out is what
 * an installation notes about itself: its migrations and settings, and the keys that it makes once, when they are first needed.
 */
export async function dumpSince(db: Database, since: number, folder: string): Promise<Dumped[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const dumped: Dumped[] = []
  for (const table of await loadOrder(db)) {
    const file = join(folder, `${table}.copy`)
    // The databases of the benches are young: no transaction id has come around yet.
    const isNew = `t.xmin::text::bigint >= ${since}`
    const columns = await columnsOf(db, table)
    const sql = `copy (select ${columns} from ${table} t where ${isNew}) to stdout`
    let rows = 0
    const lines = (chunks: AsyncIterable<Buffer>) => counted(chunks, () => rows++)
    await db.transaction((tx) => pipeline(tx.copyOut(sql), lines, createWriteStream(file)))
    if (rows > 0) dumped.push({ table, columns, file, rows, bytes: statSync(file).size })
  }
  return dumped
}

/** COPY writes a row a line; line breaks within values are escaped. */
async function* counted(chunks: AsyncIterable<Buffer>, count: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count()
    yield chunk
  }
}

/** Loads dumped tables; the milliseconds it took. */
export function load(db: Database, dumped: readonly Dumped[]): Promise<number> {
  return time(async () => {
    for (const { table, columns, file } of dumped) {
      const text = createReadStream(file, { highWaterMark: 1 << 18 })
      await db.transaction((tx) => tx.copyIn(`copy ${table} (${columns}) from stdin`, text))
    }
  })
}

/** All but those that the database works out itself. */
async function columnsOf(db: Database, table: string): Promise<string> {
  const rows = await db.query<{ name: string }>(
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`, [table])
  return rows.map((row) => row.name).join(', ')
}

/** Our tables, each behind those that it refers to. A table that refers to itself is no obstacle within one COPY. */
async function loadOrder(db: Database): Promise<string[]> {
  const tables = await db.query<{ name: string; needs: string[] }>(
    `select c.oid::regclass::text as name,
       array(select distinct k.confrelid::regclass::text from pg_constraint k
             where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'efs', 'gatehouse') and c.relkind = 'r' and c.relname not in ('migration', 'setting', 'data_key') order by 1`)
  const placed: string[] = []
  const visit = (name: string, trail: readonly string[]): void => {
    if (placed.includes(name) || trail.includes(name)) return
    for (const need of tables.find((one) => one.name === name)?.needs ?? []) visit(need, [...trail, name])
    placed.push(name)
  }
  for (const { name } of tables) visit(name, [])
  return placed
}
