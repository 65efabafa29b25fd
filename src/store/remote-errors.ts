/** efs.iam_error_log: every error received from Okta. */
import type { Database } from './database.ts'

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

/** Adds errors to the log, on its own and at once: it must outlive whatever transaction fails with them. */
export async function logRemoteErrors(db: Pick<Database, 'execute'>, errors: readonly RemoteErrorRow[]): Promise<void> {
  if (errors.length === 0) return
  const rows = errors.map((error) => ({
    created_at: error.at,
    message: printable(error.message).slice(0, 4000),
    status_code: error.status,
    error_code: printable(error.code).slice(0, 36),
    trace: printable(JSON.stringify(error.trace)).slice(0, 20_000),
  }))
  await db.execute(
    `insert into efs.iam_error_log (created_at, message, status_code, error_code, trace)
     select created_at, message, status_code, error_code, trace
     from json_to_recordset($1)
       as e(created_at timestamptz, message text, status_code smallint, error_code text, trace text)`,
    [JSON.stringify(rows)],
  )
}

function printable(text: string): string {
  return text.replace(controls, ' ')
}

export interface RemoteError {
  id: number
  created: string
  message: string
  statusCode: number
  errorCode: string
  trace: unknown
}

/** Errors, the newest first; `before` is the last id of the page before. */
export async function listRemoteErrors(
  db: Pick<Database, 'query'>, query: { before?: number; count: number; status?: number; errorCode?: string },
): Promise<RemoteError[]> {
  const rows = await db.query<Omit<RemoteError, 'trace'> & { trace: string | null }>(
    `select id, created_at as created, message, status_code as "statusCode", error_code as "errorCode", trace from efs.iam_error_log
     where ($1::int is null or id < $1) and ($2::int is null or status_code = $2) and ($3::text is null or error_code = $3)
     order by id desc limit $4`,
    [query.before ?? null, query.status ?? null, query.errorCode ?? null, query.count],
  )
  return rows.map((row) => ({ ...row, trace: asJson(row.trace) }))
}

/** Traces are JSON, but for those that were cut to fit. */
function asJson(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}
