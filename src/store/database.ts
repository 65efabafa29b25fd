/**
 * The database as the rest of the house sees it: a pool of connections, and transactions with what single callers add to them.
 * Everything PostgreSQL-specific about the connection (value formats, statement names, limits) is settled here and in the files
 * that this one is made of, once: `connection.ts`, `transaction.ts`, `database-values.ts`.
 */
import pg from 'pg'
import { Connection, ignore, type Row } from './connection.ts'
import { types } from './database-values.ts'
import { Transaction } from './transaction.ts'

export { toIsoInstant } from './database-values.ts'
export { Transaction, type Row }

export interface DatabaseOptions {
  connectionString?: string
  /** Unix socket folder or host, user, password and database of the embedded server, instead of a connection string. */
  host?: string
  user?: string
  password?: string
  database?: string
  /** Connections at most; default 10. */
  poolSize?: number
  /** False behind a transaction pooler that cannot keep named statements; default true. */
  namedStatements?: boolean
  /** A statement longer than this is cancelled by the server, in milliseconds; default 60 000. 0 lifts the limit. */
  statementTimeoutMs?: number
  applicationName?: string
  /** The zone in which first and last days are reckoned; default UTC. */
  timeZone?: string
  /** Whether the disk of a database of our own has room; a database that is down for want of it says `disk_full`. */
  hasRoom?: () => boolean
}

/** The limits of connections that have another one than they began with. */
const limits = new WeakMap<pg.PoolClient, number>()

export class Database extends Connection {
  readonly pool: pg.Pool
  private readonly defaultLimitMs: number
  private limitMs: number
  private fenced = false
  private settings = ''

  constructor(options: DatabaseOptions) {
    super(options.namedStatements ?? true, options.hasRoom ?? (() => true))
    const { connectionString, host, user, password, database } = options
    this.defaultLimitMs = this.limitMs = options.statementTimeoutMs ?? 60_000
    this.pool = new pg.Pool({
      ...(connectionString === undefined ? { host, user, password, database } : { connectionString }),
      max: options.poolSize ?? 10,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 5_000,
      application_name: options.applicationName ?? 'gatehouse',
      // Statements are sent at once, whether or not the one before has been answered.
      pipeline: true,
      statement_timeout: this.defaultLimitMs,
      // Many short statements side by side: compiling one, or spreading it over several processes, costs more than it saves.
      options: `-c timezone=UTC -c datestyle=ISO -c jit=off -c max_parallel_workers_per_gather=0 -c gatehouse.zone=${options.timeZone ?? 'UTC'}`,
      types,
    })
    // An idle connection that breaks must not end the process: the pool drops it and opens another when asked.
    this.pool.on('error', () => {})
    // Nor one at work that breaks between two statements, or on its way out: the pool listens to idle ones alone.
    this.pool.on('connect', (client) => client.on('error', ignore))
  }

  protected async run(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    const client = await this.pool.connect()
    let failure: Error | undefined
    try {
      // A pooler gives the connection to somebody else after each transaction: there the limit must end with it.
      if (!this.namedStatements && this.limitMs !== this.defaultLimitMs) return await this.runAlone(client, config)
      await this.limit(client, this.limitMs)
      return await client.query<Row>(config)
    } catch (error) {
      failure = error as Error
      throw error
    } finally {
      client.release(failure)
    }
  }

  private async runAlone(client: pg.PoolClient, config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    await client.query('begin')
    await client.query(`set local statement_timeout = ${this.limitMs}`)
    const result = await client.query<Row>(config)
    await client.query('commit')
    return result
  }

  /** Sets a connection's limit where another one stands; connections mostly serve the same sort of statement twice. */
  private async limit(client: pg.PoolClient, ms: number): Promise<void> {
    if ((limits.get(client) ?? this.defaultLimitMs) === ms) return
    await client.query(`set statement_timeout = ${ms}`)
    limits.set(client, ms)
  }

  /** The same database for questions that may take so long at most, each; transactions keep the ordinary limit. */
  withLimit(ms: number): Database {
    const view = Object.create(this) as Database
    view.limitMs = Math.min(ms, this.defaultLimitMs || ms)
    return view
  }

  /**
   * Runs `work` in one transaction and commits it. Serialisation failures and deadlocks are tried again, three times at
   * most: `work` must be safe to repeat, which it is as long as it writes only through its transaction.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, begin = 'begin'): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transactionOnce(work, begin)
      } catch (error) {
        if (attempt === 3 || !isRetryable(error)) throw error
      }
    }
  }

  private async transactionOnce<T>(work: (tx: Transaction) => Promise<T>, begin: string): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw this.domainError(error)
    })
    let broken: Error | undefined
    try {
      const tx = new Transaction(client, this.namedStatements, this.hasRoom)
      await this.limit(client, this.defaultLimitMs)
      tx.later(begin + this.settings)
      await this.begun(tx)
      const result = await work(tx)
      await this.commit(tx)
      return result
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure))
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** What a transaction of this view begins with, beside its settings. */
  protected async begun(_tx: Transaction): Promise<void> {}

  /** How a transaction of this view ends. */
  protected async commit(tx: Transaction): Promise<void> {
    await tx.commit()
  }

  override async execute(sql: string, params: unknown[] = [], name?: string): Promise<number> {
    return this.fenced ? this.transaction((tx) => tx.execute(sql, params, name)) : super.execute(sql, params, name)
  }

  // Views add to what their transactions begin and end with, and replace no method that others build upon: so they may
  // stand upon each other in any order.

  /**
   * The same database, for one caller, the first of whose transactions to be committed does `work` too, just before that. Those that
   * come to their end meanwhile wait for what becomes of it; when it fails, the next one has its turn.
   */
  withFirstCommit(work: (tx: Transaction) => Promise<void>): Database {
    const view = Object.create(this) as Database
    let committed: Promise<boolean> | undefined
    view.commit = async (tx) => {
      while (committed !== undefined) if (await committed) return this.commit(tx)
      const { promise, resolve } = Promise.withResolvers<boolean>()
      committed = promise
      try {
        await work(tx)
        await this.commit(tx)
        resolve(true)
      } catch (error) {
        committed = undefined
        resolve(false)
        throw error
      }
    }
    return view
  }

  /** The same database, for one caller, whose transactions say which rights in Gatehouse their actor has: `PEOPLE READ`, … */
  withActorRights(rights: readonly string[]): Database {
    const view = Object.create(this) as Database
    // Never empty: that would mean that nobody has said so, and every right.
    view.settings = `${this.settings}; set local gatehouse.rights = '${rights.map((one) => one.replaceAll(/[^A-Z ]/g, '')).join(',') || 'NONE'}'`
    return view
  }

  /** The same database, for one caller, whose transactions say which session they are made in: it outlives what ends the others. */
  withSession(sessionId: string): Database {
    const view = Object.create(this) as Database
    view.settings = `${this.settings}; set local gatehouse.session = '${sessionId.replaceAll(/[^0-9a-f]/g, '')}'`
    return view
  }

  /** The same database, for one caller, whose every transaction, and every statement that writes, begins with `check`. */
  withFence(check: (tx: Transaction) => Promise<void>): Database {
    const view = Object.create(this) as Database
    view.fenced = true
    view.begun = async (tx) => {
      await this.begun(tx)
      await check(tx)
    }
    return view
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

/** The database behind what single callers have added to their transactions: for notes that stand beside the work. */
export function withoutViews(db: Database): Database {
  let one = db
  while (!Object.hasOwn(one, 'pool')) one = Object.getPrototypeOf(one) as Database
  return one
}

/** A serialisation failure or a deadlock, or what counts as one: it speaks of the moment, and the transaction is to be tried again as a whole. */
export function isRetryable(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code ?? (error as { code?: unknown }).code
  return code === '40001' || code === '40P01'
}
