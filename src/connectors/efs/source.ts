/**
 * A running EFS, read and never written: one transaction of MySQL or MariaDB that sees everything as it stood when it
 * began, and chunks of rows by their key, so that tables of any length pass through flat memory.
 */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { GatehouseError } from '../../errors.ts'
import { isZone } from '../../model/zoned-time.ts'
import type { SourceAddress } from './source-address.ts'
import { readRow, type SourceColumn, type SourceRow } from './source-values.ts'

export interface SourceTable {
  name: string
  columns: readonly SourceColumn[]
  /** Whether the table sees the snapshot: MyISAM knows none. */
  transactional: boolean
}

export interface Query {
  table: SourceTable
  /** Rows are read in its order; it must be a whole number. */
  key: string
  /** SQL, on the table as `t`; made of our own names alone. */
  where?: string
  /** Joined before the condition. */
  join?: string
  params?: readonly unknown[]
}

export interface EfsSource {
  /** `10.11.6-MariaDB`. */
  version: string
  /** The zone in which DATETIME columns are read. */
  zone: string
  /** The columns of a table; undefined where there is none of that name. */
  table: (name: string) => Promise<SourceTable | undefined>
  /** Rows in chunks of at most `size`. */
  chunks: (query: Query, size: number) => AsyncGenerator<SourceRow[]>
  /** All rows that a condition finds, for lists that a chunk bounds. */
  rows: (query: Query) => Promise<SourceRow[]>
  /** A query of figures: the first column of each row, as text. */
  figures: (sql: string, params?: readonly unknown[]) => Promise<(string | null)[][]>
  close: () => Promise<void>
}

/** A name as MySQL quotes it. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** The longest text that is read of a column: an error's trace may have any length. */
export const mostRead = 65_536

/**
 * Connects and begins the reading transaction. `zone` is that of DATETIME columns where the server cannot say it.
 * Errors: `remote_error`, `invalid_parameter` for the zone.
 */
export async function openSource(address: SourceAddress, zone?: string): Promise<EfsSource> {
  if (zone !== undefined && !isZone(zone)) throw new GatehouseError('invalid_parameter', `"${zone}" is no time zone known here; say one such as Europe/Berlin or +01:00.`)
  const { createConnection } = await import('mysql2/promise')
  const { shown, ...connection } = address
  const open = await createConnection({
    ...connection, charset: 'utf8mb4', dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, connectTimeout: 15_000, enableKeepAlive: true,
    // Numbers of DECIMAL stay texts, and nothing is run that comes along in one.
    decimalNumbers: false, multipleStatements: false, flags: ['-LOCAL_FILES'],
  }).catch((error: Error & { code?: string }) => {
    throw unreachable(error, shown)
  })
  // A connection that breaks between two queries must not end the process: the next query says so.
  open.on('error', () => {})
  try {
    return await begin(open, shown, zone)
  } catch (error) {
    open.destroy()
    throw error instanceof GatehouseError ? error : unreachable(error as Error, shown)
  }
}

async function begin(open: Connection, shown: string, zone: string | undefined): Promise<EfsSource> {
  const ask = async (sql: string, values: readonly unknown[]): Promise<unknown[][]> => {
    const [rows] = await open.query<RowDataPacket[][]>({ sql, values: [...values], rowsAsArray: true }).catch((error: Error) => {
      throw unreachable(error, shown)
    })
    return rows as unknown as unknown[][]
  }
  const figures: EfsSource['figures'] = async (sql, params = []) => {
    const rows = await ask(sql, params)
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))))
  }
  // With another sql_mode the server would read quotes otherwise than the driver writes them.
  await open.query(`set session time_zone = '+00:00', sql_mode = '', wait_timeout = 28800, net_write_timeout = 600`)
  await open.query('set session transaction isolation level repeatable read')
  await open.query('start transaction with consistent snapshot, read only')
  const [[version = '', global = '', system = ''] = []] = await figures('select version(), @@global.time_zone, @@system_time_zone')
  const settled = zone ?? zoneOf(global ?? '', system ?? '')
  const rows = async (query: Query, after?: string, size?: number) => {
    const { table, key, where = 'true', join = '', params = [] } = query
    const column = `t.${quoted(key)}`
    const paged = after === undefined ? '' : ` and ${column} > ?`
    const sql = `select ${table.columns.map(selected).join(', ')} from ${quoted(table.name)} t ${join}
      where (${where})${paged} order by ${column}${size === undefined ? '' : ` limit ${size}`}`
    const found = await ask(sql, [...params, ...(after === undefined ? [] : [after])])
    return found.map((row) => readRow(table.columns, row, settled))
  }
  return {
    version: version ?? '', zone: settled, figures,
    table: (name) => describe(figures, name),
    rows: (query) => rows(query),
    async *chunks(query, size) {
      for (let after = '-9223372036854775808'; ;) {
        const some = await rows(query, after, size)
        if (some.length > 0) yield some
        if (some.length < size) return
        after = String(some.at(-1)!.values[query.key])
      }
    },
    async close() {
      await open.query('rollback').catch(() => {})
      await open.end().catch(() => open.destroy())
    },
  }
}

const long = /^(medium|long)?(text|blob)$/

function selected({ name, type }: SourceColumn): string {
  const column = `t.${quoted(name)}`
  return long.test(type) ? `left(${column}, ${mostRead + 1})` : column
}

async function describe(figures: EfsSource['figures'], name: string): Promise<SourceTable | undefined> {
  const found = await figures(`select column_name, lower(data_type) from information_schema.columns
    where table_schema = database() and table_name = ? order by ordinal_position`, [name])
  if (found.length === 0) return undefined
  const engine = await figures('select engine from information_schema.tables where table_schema = database() and table_name = ?', [name])
  return { name, columns: found.map(([column, type]) => ({ name: column!, type: type! })), transactional: engine[0]?.[0]?.toLowerCase() === 'innodb' }
}

/** Abbreviations such as CEST say nothing of when the clock was put forward. */
function zoneOf(global: string, system: string): string {
  const zone = global.toUpperCase() === 'SYSTEM' ? system : global
  if (/^(UTC|GMT|Etc\/UTC)$/i.test(zone)) return 'UTC'
  if (/^[+-]\d\d:\d\d$/.test(zone) || (zone.includes('/') && isZone(zone))) return zone
  throw new GatehouseError('invalid_parameter', `The server's time zone is "${zone}", which does not tell when DATETIME columns were written. Say it: --time-zone Europe/Berlin.`)
}

/** What the driver says names user and host, never the password. */
function unreachable(error: Error & { code?: string }, shown: string): GatehouseError {
  return new GatehouseError('remote_error', `The EFS database at ${shown} refused or did not answer: ${error.message || error.code}`)
}
