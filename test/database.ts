/**
 * Databases for tests: each call gives a fresh one with all migrations applied, cloned from a template that the first
 * caller makes, and takes it away after the test file.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { Database, type DatabaseOptions } from '../src/store/database.ts'
import { migrate, readMigrations } from '../src/store/migrate.ts'

// Copying files is the quicker way on a server without fsync, as ours is.
const strategy = process.env['TEST_DATABASE_URL'] ? '' : 'strategy file_copy'

const opened: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/** A migrated database of the caller's own; `options` adjust the connections. Closed and dropped after the file. */
export async function testDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  return open({ ...(await migratedDatabase()), poolSize: 5, ...options })
}

/** Where a fresh migrated database is to be found; dropped after the file. */
export async function migratedDatabase(): Promise<DatabaseOptions> {
  return createDatabase(await template())
}

/** Where a fresh empty database is to be found; dropped after the file. */
export async function emptyDatabase(): Promise<DatabaseOptions> {
  return createDatabase('template0')
}

/** A database that is closed after the file. */
export function open(options: DatabaseOptions): Database {
  const db = new Database(options)
  opened.push(() => db.close())
  return db
}

async function createDatabase(from: string): Promise<DatabaseOptions> {
  const name = `gatehouse_test_${randomBytes(8).toString('hex')}`
  await asAdministrator((admin) => admin.execute(`create database ${name} template ${from} ${strategy}`))
  opened.push(() => asAdministrator((admin) => admin.execute(`drop database if exists ${name} with (force)`)))
  return inDatabase(await server(), name)
}

/** The name of the template for today's migrations. An advisory lock lets one worker make it while the others wait. */
async function template(): Promise<string> {
  const checksums = readMigrations().map(({ checksum }) => checksum).join()
  const name = `gatehouse_template_${createHash('sha256').update(checksums).digest('hex').slice(0, 16)}`
  await asAdministrator(async (admin) => {
    await admin.transaction(async (tx) => {
      await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse test template'))`)
      const there = await admin.first(`select from pg_database where datname = $1 and not datallowconn`, [name])
      if (!there) await makeTemplate(admin, name)
    })
  })
  return name
}

async function makeTemplate(admin: Database, name: string): Promise<void> {
  await admin.execute(`drop database if exists ${name}`)
  await admin.execute(`create database ${name} template template0`)
  const db = new Database({ ...inDatabase(await server(), name), poolSize: 1 })
  try {
    await migrate(db)
  } finally {
    await db.close()
  }
  // Closed to connections: the sign that it is finished, and nobody can be in the way of a clone.
  await admin.execute(`alter database ${name} allow_connections false`)
}

async function asAdministrator(work: (admin: Database) => Promise<unknown>): Promise<void> {
  const admin = new Database({ ...(await server()), poolSize: 2 })
  try {
    await work(admin)
  } finally {
    await admin.close()
  }
}

/** The test server, as administrator; waits until the run's own one has started. */
async function server(): Promise<DatabaseOptions> {
  const url = process.env['TEST_DATABASE_URL']
  if (url) return { connectionString: url }
  const file = join(process.env['GATEHOUSE_TEST_FOLDER'] ?? '', 'server.json')
  for (let waited = 0; !existsSync(file); waited += 10) {
    if (waited > 60_000) throw new Error('the test server has not started within a minute')
    await sleep(10)
  }
  const { failure, ...options } = JSON.parse(readFileSync(file, 'utf8')) as DatabaseOptions & { failure?: string }
  if (failure) throw new Error(`the test server does not start: ${failure}`)
  return options
}

/** The same server, another database. */
export function inDatabase(options: DatabaseOptions, name: string): DatabaseOptions {
  if (options.connectionString === undefined) return { ...options, database: name }
  const url = new URL(options.connectionString)
  url.pathname = `/${name}`
  return { ...options, connectionString: url.href }
}

/** Where a database that is open is to be found, for another connection to it. */
export function whereIs({ pool }: Database): DatabaseOptions {
  const { connectionString, host, user, password, database } = pool.options
  return connectionString === undefined ? { host, user, password: password as string, database } as DatabaseOptions : { connectionString }
}

/** The address of a database, for a process of its own. */
export function connectionOf({ connectionString, host, user, password, database }: DatabaseOptions): string {
  if (connectionString !== undefined) return connectionString
  return `postgresql://${user}:${encodeURIComponent(password ?? '')}@localhost/${database}?host=${encodeURIComponent(host!)}`
}
