/**
 * From the configuration to a database that is there: an external PostgreSQL when DATABASE_URL names one, else the
 * embedded one in the data folder. What comes behind is the same for both.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { Database, type DatabaseOptions } from './database.ts'
import { isConnectionLoss } from './database-errors.ts'
import { openEmbedded, type EmbeddedOptions } from './embedded.ts'

/** What PostgreSQL calls the connections of the jobs (`application_name`): every server has one for as long as it runs. */
export const jobsName = 'gatehouse-jobs'

export interface OpenOptions {
  /** See `openEmbedded`; makes no difference to an external database, which may serve several servers. */
  role: EmbeddedOptions['role']
  applicationName?: string
  onRestart?: EmbeddedOptions['onRestart']
  besideOlder?: EmbeddedOptions['besideOlder']
  /** How long to wait for an external server that does not answer, in milliseconds; default 10 000. */
  patienceMs?: number
}

export interface OpenDatabase {
  db: Database
  /** The options `db` was made with, for what wants connections of its own (the job queue). */
  options: DatabaseOptions
  /** `embedded` or `external`, and the version of the server: for the log and the doctor. */
  kind: 'embedded' | 'external'
  version: string
  close(): Promise<void>
  /** Gives an embedded database back without waiting for the work under way, which then fails. */
  release(): Promise<void>
}

export type DatabaseConfig = Pick<
  Config, 'DATABASE_URL' | 'DATABASE_POOL_SIZE' | 'DATABASE_NAMED_STATEMENTS' | 'GATEHOUSE_DATA' | 'TIME_ZONE'
>

/** Opens the database. Errors: `configuration` (unusable address, version, encoding), `unavailable` (no answer). */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions): Promise<OpenDatabase> {
  const common = {
    poolSize: config.DATABASE_POOL_SIZE,
    namedStatements: config.DATABASE_NAMED_STATEMENTS,
    applicationName: options.applicationName ?? 'gatehouse',
    timeZone: config.TIME_ZONE,
  }
  if (config.DATABASE_URL !== undefined) {
    return finish({ connectionString: config.DATABASE_URL, ...common }, 'external', options, async () => {})
  }
  const embedded = await openEmbedded({ ...options, dataDir: config.GATEHOUSE_DATA })
  return finish({ ...embedded.options, ...common }, 'embedded', options, () => embedded.close())
}

async function finish(
  databaseOptions: DatabaseOptions,
  kind: OpenDatabase['kind'],
  options: OpenOptions,
  release: () => Promise<void>,
): Promise<OpenDatabase> {
  const db = new Database(databaseOptions)
  const close = async () => {
    await db.close()
    await release()
  }
  try {
    const version = await checkServer(db, options.patienceMs ?? 10_000)
    return { db, options: databaseOptions, kind, version, close, release }
  } catch (error) {
    await close()
    throw error
  }
}

async function checkServer(db: Database, patienceMs: number): Promise<string> {
  const facts = await firstAnswer(db, patienceMs)
  assertUsable(facts)
  return facts.version
}

/** Errors: `configuration` when the server is too old or keeps its texts in another encoding. */
export function assertUsable({ number, version, encoding }: ServerFacts): void {
  if (number < 150_000) {
    throw new GatehouseError(
      'configuration', `PostgreSQL 15 or newer is needed; the server of DATABASE_URL is ${version}.`,
    )
  }
  if (encoding !== 'UTF8') {
    throw new GatehouseError(
      'configuration',
      `The database must be encoded in UTF8, not ${encoding}: create it with "encoding 'UTF8' template template0".`,
    )
  }
}

export interface ServerFacts {
  /** As `server_version_num`. */
  number: number
  version: string
  encoding: string
}

/** Containers start side by side: a server that is not there yet gets some time. */
async function firstAnswer(db: Database, patienceMs: number): Promise<ServerFacts> {
  for (let waited = 0; ; waited += 250) {
    try {
      return (await db.first<ServerFacts>(
        `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
                current_setting('server_encoding') as encoding`,
      ))!
    } catch (error) {
      const cause = ((error as Error).cause ?? error) as Error
      if (!isConnectionLoss(error)) throw refused(cause)
      if (waited >= patienceMs) {
        throw new GatehouseError('unavailable', `No answer from the database: ${cause.message}`, { cause })
      }
    }
    await sleep(250)
  }
}

function refused(cause: Error): GatehouseError {
  return new GatehouseError('configuration', `The database of DATABASE_URL cannot be used: ${cause.message}`, { cause })
}
