/**
 * Migrations: numbered SQL files, forward only, each in a transaction of its own together with its row in
 * `gatehouse.migration`. Two servers that start at once take turns by an advisory lock; the second finds nothing to do.
 * A file that has been applied never changes again: its checksum is kept, and a difference stops the start.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GatehouseError } from '../errors.ts'
import type { Database, Transaction } from './database.ts'

/** First half of every advisory lock key of ours; the second half says what is locked. */
export const lockSpace = 0x67617465
const migrationLock = 3

export interface Migration {
  /** The file's name: `0001_people.sql`. */
  name: string
  sql: string
  checksum: string
}

export interface MigrateOptions {
  folder?: string
  /** Applies these alone; for restoring a backup made by an older release. */
  names?: string[]
}

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** The migrations of a folder in the order they apply. */
export function readMigrations(folder = migrationsFolder): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql')).sort()
  return names.map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

/**
 * Brings the database up to what the code expects and returns the names of the migrations it applied.
 * Errors: `configuration` when the database is newer than the code or an applied file has been altered.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<string[]> {
  return migrateAll(options, (next) => db.transaction(next))
}

/** The same within a transaction, which then holds all of them or none. */
export async function migrateWithin(tx: Transaction, options: MigrateOptions = {}): Promise<string[]> {
  return migrateAll(options, (next) => next(tx))
}

type Next = (tx: Transaction) => Promise<string | undefined>

async function migrateAll({ folder, names }: MigrateOptions, run: (next: Next) => ReturnType<Next>): Promise<string[]> {
  const all = readMigrations(folder)
  const wanted = names === undefined ? all : all.filter(({ name }) => names.includes(name))
  const done: string[] = []
  for (;;) {
    const name = await run((tx) => applyNext(tx, all, wanted))
    if (name === undefined) return done
    done.push(name)
  }
}

/** Applies the first migration that is missing and returns its name; undefined when none is. */
async function applyNext(tx: Transaction, all: Migration[], wanted: Migration[]): Promise<string | undefined> {
  await tx.execute('set local statement_timeout = 0')
  await tx.execute('select pg_advisory_xact_lock($1, $2)', [lockSpace, migrationLock])
  const applied = await appliedMigrations(tx)
  assertKnown(applied, all)
  const next = wanted.find(({ name }) => !applied.has(name))
  if (!next) return undefined
  if (applied.size === 0) await createTable(tx)
  await applyOne(tx, next)
  return next.name
}

async function createTable(tx: Transaction): Promise<void> {
  await tx.execute(`
    create schema if not exists gatehouse;
    create table if not exists gatehouse.migration (
      name text primary key,
      applied_at timestamptz not null default now(),
      checksum text not null
    );
    comment on table gatehouse.migration is 'The migrations applied to this database, oldest first.';
    comment on column gatehouse.migration.checksum is 'SHA-256 of the file, in hex.'`)
}

/** Name → checksum of what has been applied; empty for a database that is not ours yet. */
export async function appliedMigrations(db: Database | Transaction): Promise<Map<string, string>> {
  const table = await db.first<{ there: boolean }>(`select to_regclass('gatehouse.migration') is not null as there`)
  if (!table?.there) return new Map()
  const rows = await db.query<{ name: string; checksum: string }>('select name, checksum from gatehouse.migration')
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}

function assertKnown(applied: Map<string, string>, all: Migration[]): void {
  const known = new Map(all.map(({ name, checksum }) => [name, checksum]))
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort()
  if (unknown.length > 0) {
    throw new GatehouseError(
      'configuration',
      `A newer Gatehouse has migrated the database (${unknown.join(', ')}). Start that release, or a later one.`,
    )
  }
  const altered = [...applied].filter(([name, checksum]) => known.get(name) !== checksum).map(([name]) => name).sort()
  if (altered.length > 0) {
    throw new GatehouseError(
      'configuration',
      `Migrations that this database has been through have been changed since: ${altered.join(', ')}. ` +
        'Bring back the files as they were released; further changes go into a new migration.',
    )
  }
}

async function applyOne(tx: Transaction, migration: Migration): Promise<void> {
  try {
    await tx.execute(migration.sql)
  } catch (error) {
    const cause = ((error as Error).cause ?? error) as Error & { position?: string }
    const before = cause.position === undefined ? '' : migration.sql.slice(0, Number(cause.position))
    const line = before && ` line ${before.split('\n').length}`
    throw new GatehouseError('configuration', `Migration ${migration.name}${line} failed: ${cause.message}`, { cause })
  }
  const { name, checksum } = migration
  await tx.execute('insert into gatehouse.migration (name, checksum) values ($1, $2)', [name, checksum])
}
