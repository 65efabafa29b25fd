/** efs.iam_error_log: every error received from Okta. */
import type { Document } from '../model/attribute.ts'
import { oktaErrorAttributes } from '../model/listings.ts'
import { redact } from '../model/redact.ts'
import type { Database, Row } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

export interface RemoteErrorRow {
  at: string
  message: string
  /** The HTTP status; 0 when no answer came. */
  status: number
  code: string
  /** JSON: the request, Okta's id of it, causes, and the step of the run. No secrets. */
  trace: Record<string, unknown>
}

/** U+0000 cannot be stored, and other control characters only ever harm whoever reads the log. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/gu

const longestRead = 20_000

/** Adds errors to the log, on its own and at once: it must outlive whatever transaction fails with them. */
export async function logRemoteErrors(db: Pick<Database, 'execute'>, errors: readonly RemoteErrorRow[]): Promise<void> {
  if (errors.length === 0) return
  const rows = errors.map((error) => ({
    created_at: error.at,
    message: shown(error.message).slice(0, 4000),
    status_code: error.status,
    error_code: shown(error.code).slice(0, 36),
    trace: printable(JSON.stringify(error.trace, (_, value: unknown) => (typeof value === 'string' ? shown(value) : value))).slice(0, 20_000),
  }))
  await db.execute(
    `insert into efs.iam_error_log (created_at, message, status_code, error_code, trace)
     select created_at, message, status_code, error_code, trace
     from json_to_recordset($1)
       as e(created_at timestamptz, message text, status_code smallint, error_code text, trace text)`,
    [JSON.stringify(rows)],
  )
}

/** The texts are Okta's, or those of whatever stood in between: a proxy that echoes the request tells our token. */
function shown(text: string): string {
  return redact(printable(text.slice(0, longestRead)))
}

function printable(text: string): string {
  return text.replace(controls, ' ')
}

/** Errors, the newest first. */
export const remoteErrorListing: Listing = {
  name: 'OktaError', table: 'efs.iam_error_log', idColumn: 'id', attributes: oktaErrorAttributes, collections: [], order: ['id'], descending: true,
}

export function remoteErrorOfRow(row: Row): Document {
  return { ...documentOfRow(remoteErrorListing, row), trace: asJson(row.trace as string | null) }
}

/** Traces are JSON, but for those that were cut to fit. */
function asJson(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}

export interface ErrorCount {
  statusCode: number
  errorCode: string
  count: number
  first: string
  last: string
}

export interface ErrorFilter {
  status?: number
  errorCode?: string
  since?: string
}

/** How many errors there are of each kind, the most frequent first. */
export function countErrors(db: Pick<Database, 'query'>, { status, errorCode, since }: ErrorFilter): Promise<ErrorCount[]> {
  return db.query<ErrorCount>(
    `select status_code as "statusCode", error_code as "errorCode", count(*)::int as count, min(created_at) as first, max(created_at) as last
     from efs.iam_error_log
     where ($1::int is null or status_code = $1) and ($2::text is null or error_code = $2) and ($3::timestamptz is null or created_at >= $3)
     group by 1, 2 order by 3 desc, 1, 2 limit 1000`, [status ?? null, errorCode ?? null, since ?? null])
}

/** The same by status alone. */
export function errorsByStatus(db: Pick<Database, 'query'>, since: Date): Promise<{ statusCode: number; count: number }[]> {
  return db.query('select status_code as "statusCode", count(*)::int as count from efs.iam_error_log where created_at >= $1 group by 1 order by 1', [since])
}

const sweptAtOnce = 10_000

/** Removes errors that are past their time, some at a time so that nobody waits for long. How many. */
export async function sweepErrors(db: Pick<Database, 'execute'>, before: Date): Promise<number> {
  for (let swept = 0; ;) {
    const gone = await db.execute(
      'delete from efs.iam_error_log where id in (select id from efs.iam_error_log where created_at < $1 order by created_at, id limit $2)', [before, sweptAtOnce])
    swept += gone
    if (gone < sweptAtOnce) return swept
  }
}
