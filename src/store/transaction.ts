/** One transaction: its statements, what travels along with them, savepoints, COPY and cursors. */
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { pipeline } from 'node:stream/promises'
import { Readable, type Writable } from 'node:stream'
import { Connection, ignore, type Row } from './connection.ts'
import { isConnectionLoss } from './database-errors.ts'

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
