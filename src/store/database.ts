/**
 * The database as the rest of the house sees it: a pool of connections, transactions, and rows as plain objects.
 * Everything PostgreSQL-specific about the connection (value formats, statement names, limits) is settled here, once.
 *
 * Values: timestamptz arrives as an ISO 8601 string in UTC with milliseconds, date as YYYY-MM-DD, int8 and numeric as
 * numbers (nothing we store leaves the safe range), bytea as Buffer.
 */
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { pipeline } from 'node:stream/promises'
import { Readable, type Writable } from 'node:stream'
import { GatehouseError } from '../errors.ts'
import { asDomainError, isConnectionLoss } from './database-errors.ts'

export type Row = Record<string, unknown>

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

const types = new pg.TypeOverrides()
types.setTypeParser(1184, (text) => toIsoInstant(text))
types.setTypeParser(1082, (text) => text)
types.setTypeParser(20, Number)
types.setTypeParser(1700, Number)

/** `2026-11-21 06:57:03.123456+00` → `2026-11-21T06:57:03.123Z`; infinities stay words. */
export function toIsoInstant(text: string): string {
  if (text.endsWith('infinity') || text.endsWith('BC')) return text
  const fraction = /\.(\d{1,6})/.exec(text)
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${(fraction?.[1] ?? '').padEnd(3, '0').slice(0, 3)}Z`
}

/** What both a pool and a transaction can do. `name` turns a query into a named (prepared) statement. */
abstract class Connection {
  readonly namedStatements: boolean
  protected readonly hasRoom: () => boolean

  constructor(namedStatements: boolean, hasRoom: () => boolean) {
    this.namedStatements = namedStatements
    this.hasRoom = hasRoom
  }

  /** The domain error for what the driver threw. PostgreSQL goes down when its log finds no room: that is the news then. */
  protected domainError(error: unknown): unknown {
    if (isConnectionLoss(error) && !this.hasRoom()) return new GatehouseError('disk_full', undefined, { cause: error })
    return asDomainError(error)
  }

  protected abstract run(config: pg.QueryConfig): Promise<pg.QueryResult<Row>>

  /** The rows of a query. Errors: `unavailable`, `disk_full`, or the domain error of the violated constraint. */
  async query<R = Row>(sql: string, params: unknown[] = [], name?: string): Promise<R[]> {
    return (await this.result(sql, params, name)).rows as R[]
  }

  /** The first row, or undefined. */
  async first<R = Row>(sql: string, params: unknown[] = [], name?: string): Promise<R | undefined> {
    return (await this.query<R>(sql, params, name))[0]
  }

  /** How many rows a statement changed. */
  async execute(sql: string, params: unknown[] = [], name?: string): Promise<number> {
    return (await this.result(sql, params, name)).rowCount ?? 0
  }

  protected configOf(text: string, values: unknown[], name?: string): pg.QueryConfig {
    return name && this.namedStatements ? { name, text, values } : { text, values }
  }

  private async result(text: string, values: unknown[], name?: string): Promise<pg.QueryResult<Row>> {
    try {
      return await this.run(this.configOf(text, values, name))
    } catch (error) {
      throw this.domainError(error)
    }
  }
}

export class Transaction extends Connection {
  private readonly client: pg.PoolClient
  /** What was sent along and is not known yet to have gone well. */
  private sent: Promise<unknown>[] = []
  /** The error of the statement that has spoiled the transaction, or what of it lies behind a savepoint: the reason why all that follow fail. */
  private spoiled: { by: unknown } | undefined

  constructor(client: pg.PoolClient, namedStatements: boolean, hasRoom: () => boolean) {
    super(namedStatements, hasRoom)
    this.client = client
  }

  /** Answers come in the order of statements, and so do their errors here: the first of them is the reason for the others. */
  protected run(config: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    this.gather()
    return this.client.query<Row>(config).catch((error: unknown) => this.spoil(error))
  }

  /** What is sent before this process waits for anything leaves in one write: each costs a system call, and wakes the database. */
  private gather(): void {
    const { stream } = (this.client as unknown as { connection: { stream: Writable } }).connection
    if (stream.writableCorked > 0) return
    stream.cork()
    process.nextTick(() => stream.uncork())
  }

  private spoil(error: unknown): never {
    this.spoiled ??= { by: this.domainError(error) }
    throw this.spoiled.by
  }

  /**
   * Sends a statement whose result nobody waits for: it travels with the next one, or with the commit, in one go. When it fails,
   * so do all that follow it, with its error.
   */
  later(sql: string, params: unknown[] = [], name?: string): void {
    const done = this.run(this.configOf(sql, params, name))
    done.catch(ignore)
    this.sent.push(done)
  }

  /** Waits for what was sent along. Errors: that of the first that failed. */
  async arrived(): Promise<void> {
    const sent = this.sent
    this.sent = []
    await Promise.all(sent)
  }

  /**
   * Commits, which PostgreSQL takes for a rollback when a statement has failed. Errors: that of the statement, even where the work
   * has passed over it: nothing of it was kept.
   */
  async commit(): Promise<void> {
    await Promise.all([this.arrived(), this.execute('commit')])
    if (this.spoiled) throw this.spoiled.by
  }

  /** Runs work that may fail without spoiling the transaction around it. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    await this.execute('savepoint attempt')
    try {
      const result = await work()
      await Promise.all([this.arrived(), this.execute('release savepoint attempt')])
      return result
    } catch (error) {
      await this.arrived().catch(ignore)
      if (!isConnectionLoss(error)) {
        await this.execute('rollback to savepoint attempt; release savepoint attempt')
        this.spoiled = undefined
      }
      throw error
    }
  }

  /** COPY … FROM STDIN: `sql` is the COPY statement, `chunks` its text. */
  async copyIn(sql: string, chunks: Iterable<string | Buffer> | AsyncIterable<string | Buffer>): Promise<number> {
    await this.travelAlone(true)
    try {
      const target = this.client.query(copyFrom(sql))
      await pipeline(Readable.from(chunks, { objectMode: false }), target)
      return target.rowCount ?? 0
    } catch (error) {
      this.spoil(error)
    } finally {
      await this.travelAlone(false)
    }
  }

  /** COPY … TO STDOUT: the text in the chunks it arrives in. Who stops before its end loses the connection, and the transaction with it. */
  async *copyOut(sql: string): AsyncGenerator<Buffer> {
    await this.travelAlone(true)
    let isOver = false
    try {
      yield* this.client.query(copyTo(sql)) as AsyncIterable<Buffer>
      isOver = true
    } catch (error) {
      isOver = true
      this.spoil(error)
    } finally {
      // What nobody reads on would stand before the rollback for ever.
      if (!isOver) void (this.client as unknown as Pick<pg.Client, 'end'>).end()
      await this.travelAlone(false)
    }
  }

  /** COPY has a protocol of its own: nothing may be on its way before it, nor be sent behind it. */
  private async travelAlone(alone: boolean): Promise<void> {
    if (alone) await this.arrived()
    ;(this.client as { pipeline: boolean }).pipeline = !alone
  }

  /** The rows of a query in pages of `pageSize`, through a cursor: flat memory however many there are. */
  async *stream<R = Row>(sql: string, params: unknown[] = [], pageSize = 1000): AsyncGenerator<R[]> {
    const name = `cursor_${++cursors}`
    await this.execute(`declare ${name} no scroll cursor for ${sql}`, params)
    for (;;) {
      const rows = await this.query<R>(`fetch ${pageSize} from ${name}`)
      if (rows.length > 0) yield rows
      if (rows.length < pageSize) break
    }
    await this.execute(`close ${name}`)
  }
}

let cursors = 0

const ignore = () => {}

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
