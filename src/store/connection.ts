/** What can be asked of a connection, be it any of a pool or that of a transaction: rows as plain objects, errors of our own. */
import type pg from 'pg'
import { GatehouseError } from '../errors.ts'
import { asDomainError, isConnectionLoss } from './database-errors.ts'

export type Row = Record<string, unknown>

/** What both a pool and a transaction can do. `name` turns a query into a named (prepared) statement. */
export abstract class Connection {
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

export const ignore = () => {}
