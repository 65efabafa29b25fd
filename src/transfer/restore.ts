/**
 * `gatehouse restore`: a backup into an empty database of the same or a newer PostgreSQL and the same or a newer
 * release, in one transaction: schema as it was, rows, references and sequences, then the migrations that came since.
 * Foreign keys are dropped for the load and made again after it, so the order of the tables does not matter, every
 * reference is checked all the same, and no superuser is needed.
 */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { GatehouseError } from '../errors.ts'
import { expectedSchema, ourSchemas } from '../store/catalogue.ts'
import type { Database, Transaction } from '../store/database.ts'
import { appliedMigrations, migrateWithin, readMigrations } from '../store/migrate.ts'
import { jobsName } from '../store/open.ts'
import { checkMasterKey, type KeyConfig } from '../store/open-master-key.ts'
import { quoted } from './backup.ts'
import {
  backupReader, formatName, formatVersion, settingTable, tally, unreadable, type BackupEnd, type BackupHeader, type BackupReader,
  type TableEnd, type TableHead,
} from './backup-format.ts'

export interface RestoreOptions {
  /** Replaces what the database holds; without it only an empty or unused one is taken. */
  replace?: boolean
  /** Called after each table, for progress. */
  onTable?: (table: string, rows: number) => void
}

export interface RestoreReport extends BackupEnd {
  /** When the copy was taken. */
  createdAt: string
  /** The migrations that came after it and have been applied to its rows. */
  migrated: string[]
}

/**
 * Restores `file`, wholly or not at all; not without the master key that its rows belong to, which `keys` says where to
 * find. Errors: `conflict` (the database is in use), `configuration` (a newer release made the backup or migrated the
 * database; the master key is missing or wrong), `invalid_value` (the file is damaged or no backup).
 */
export async function restore(db: Database, file: string, keys: KeyConfig, options: RestoreOptions = {}): Promise<RestoreReport> {
  const report = await db.transaction((tx) => restoreWithin(tx, file, keys, options))
  await db.transaction(async (tx) => {
    await tx.execute('set local statement_timeout = 0')
    await tx.execute('analyze')
  })
  return report
}

async function restoreWithin(tx: Transaction, file: string, keys: KeyConfig, options: RestoreOptions): Promise<RestoreReport> {
  const source = createReadStream(file)
  // The reader meets the error when it comes to it; nobody else has to.
  const unzipped = createGunzip().on('error', () => {})
  source.on('error', (error) => unzipped.destroy(error)).pipe(unzipped)
  try {
    await tx.execute('set local statement_timeout = 0')
    const reader = backupReader(unzipped)
    const header = await readHeader(reader)
    await refuseUnderServers(tx)
    await clearTarget(tx, options.replace ?? false)
    await migrateWithin(tx, { names: header.migrations.map(({ name }) => name) })
    const end = await load(tx, reader, keys, options)
    await reader.finish()
    for (const { name, value } of header.sequences) await tx.execute('select setval($1, $2)', [name, value])
    return { ...end, createdAt: header.createdAt, migrated: await migrateWithin(tx) }
  } finally {
    source.destroy()
    unzipped.destroy()
  }
}

async function readHeader(reader: BackupReader): Promise<BackupHeader> {
  const header = await reader.line<BackupHeader>()
  if (header.format !== formatName) throw unreadable('it does not begin like one')
  const known = new Set(readMigrations().map(({ name, checksum }) => `${name} ${checksum}`))
  const foreign = header.migrations.filter(({ name, checksum }) => !known.has(`${name} ${checksum}`))
  if (header.formatVersion > formatVersion || foreign.length > 0) {
    const signs = foreign.map(({ name }) => name).join(', ') || `format ${header.formatVersion}`
    throw new GatehouseError(
      'configuration',
      `The backup of ${header.createdAt} was made by another, probably newer release of Gatehouse (${signs}). ` +
        'Restore it with that release, or a later one.',
    )
  }
  return header
}

/** A server would go on with what it remembers of the rows that go, and begin its jobs on those that come. */
async function refuseUnderServers(tx: Transaction): Promise<void> {
  const server = await tx.first<{ since: string; at: string }>(
    `select to_char(backend_start at time zone 'utc', 'YYYY-MM-DD HH24:MI') as since, coalesce(client_addr::text, 'this machine') as at
       from pg_stat_activity where datname = current_database() and application_name = $1 order by backend_start limit 1`, [jobsName])
  if (!server) return
  throw new GatehouseError('conflict', `A Gatehouse server on ${server.at} is connected to the database, since ${server.since} UTC. Stop all servers that use it first.`)
}

/** Makes room: nothing to do in an empty database; an unused one, or any with `replace`, loses our schemas. */
async function clearTarget(tx: Transaction, replace: boolean): Promise<void> {
  if ((await appliedMigrations(tx)).size === 0) {
    const foreign = await tx.first<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c
        where c.relnamespace::regnamespace::text = any($1) and c.relkind in ('r', 'p')
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') limit 1`,
      [ourSchemas],
    )
    if (!foreign) return
    throw new GatehouseError(
      'conflict', `The database holds tables of another program (${foreign.name}); use an empty one.`,
    )
  }
  if (!replace && (await isInUse(tx))) {
    throw new GatehouseError(
      'conflict', 'The database is in use already. Restore into an empty one, or say that it be replaced.',
    )
  }
  await dropOurs(tx)
}

/** True when anybody but the system has left something. */
async function isInUse(tx: Transaction): Promise<boolean> {
  await migrateWithin(tx)
  const row = await tx.first<{ used: boolean }>(
    `select exists (select from public.users where system_flag is distinct from 'Y')
         or exists (select from efs.users) or exists (select from gatehouse.audit_event) as used`,
  )
  return row!.used
}

/** Only what our migrations made goes: an external database may hold other tables in schema public. */
async function dropOurs(tx: Transaction): Promise<void> {
  const items = expectedSchema().filter(({ name }) => name.startsWith('public.'))
  const drops = (['table', 'function', 'sequence'] as const).flatMap((kind) =>
    items.filter((item) => item.kind === kind).map(({ name }) => `drop ${kind} if exists ${name} cascade`),
  )
  // The jobs waiting in the queue belong to what is being replaced; the queue's library makes its schema anew.
  await tx.execute(['drop schema if exists efs, gatehouse, graphile_worker cascade', ...drops].join(';'))
}

async function load(tx: Transaction, reader: BackupReader, keys: KeyConfig, { onTable }: RestoreOptions): Promise<BackupEnd> {
  const { prepare, complete } = await detours(tx)
  for (const statement of prepare) await tx.execute(statement)
  const end: BackupEnd = { tables: 0, rows: 0 }
  for (;;) {
    const next = await reader.line<TableHead | BackupEnd>()
    if (!('table' in next)) {
      if (next.tables !== end.tables || next.rows !== end.rows) throw unreadable('tables are missing')
      break
    }
    const rows = await loadTable(tx, reader, next)
    // It stands first in the file, so that nobody waits for the rest to be told.
    if (next.table === settingTable) await checkMasterKey(tx, keys, 'the backup')
    end.tables++
    end.rows += rows
    onTable?.(next.table, rows)
  }
  for (const statement of complete) await orUnreadable('the schema', tx.execute(statement))
  return end
}

async function loadTable(tx: Transaction, reader: BackupReader, { table, columns }: TableHead): Promise<number> {
  const counted = tally()
  const copy = `copy ${table} (${columns.map(quoted).join(', ')}) from stdin`
  const stored = await orUnreadable(table, tx.copyIn(copy, counted.of(reader.rows())))
  const found = counted.end()
  const expected = await reader.line<TableEnd>()
  if (found.rows !== expected.rows || found.sha256 !== expected.sha256 || stored !== found.rows) {
    throw unreadable(`the rows of ${table} are not those that were saved`)
  }
  return stored
}

/** What PostgreSQL refuses to store was not saved by us. */
async function orUnreadable<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const told = error instanceof GatehouseError ? error.code : undefined
    if (told === 'unavailable' || told === 'disk_full' || told === 'invalid_value') throw error
    throw unreadable(`${what} does not take its rows (${(error as Error).message})`, error)
  }
}

/**
 * What is done before the rows come and after: away with the migrations' own rows, foreign keys and triggers, and back
 * with the latter two.
 */
async function detours(tx: Transaction): Promise<{ prepare: string[]; complete: string[] }> {
  const tables = await tx.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
        and (n.nspname, c.relname) <> ('gatehouse', 'migration')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
    [ourSchemas],
  )
  const keys = await tx.query<{ table: string; name: string; definition: string }>(
    `select format('%I.%I', n.nspname, c.relname) as "table", format('%I', k.conname) as name,
            pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and k.contype = 'f' and k.conparentid = 0`,
    [ourSchemas],
  )
  const names = tables.map(({ name }) => name)
  return {
    prepare: [
      ...keys.map(({ table, name }) => `alter table ${table} drop constraint ${name}`),
      `truncate ${names.join(', ')}`,
      ...names.map((name) => `alter table ${name} disable trigger user`),
    ],
    complete: [
      ...names.map((name) => `alter table ${name} enable trigger user`),
      ...keys.map(({ table, name, definition }) => `alter table ${table} add constraint ${name} ${definition}`),
    ],
  }
}
