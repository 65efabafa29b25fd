/**
 * From PostgreSQL's errors to ours, in one place: SQLSTATE class for what happened, constraint name for what it means.
 * We never check first and write later; the constraint decides, and its name says what to tell the caller.
 */
import { GatehouseError, type ErrorCode } from '../errors.ts'
import { meaningOf, whileReferenced } from './constraint-errors.ts'
import { references } from './reference-errors.ts'

interface PostgresError {
  code?: string
  constraint?: string
  column?: string
  table?: string
  detail?: string
  severity?: string
  message: string
}

const connectionLoss = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND',
  '57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006', '53300',
])

/** True when the database was not there, rather than when it refused. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message, severity } = (error ?? {}) as PostgresError
  // A database that is closed to connections for a while, for maintenance or a restore.
  if (code === '55000' && severity === 'FATAL') return true
  if (code === 'unavailable' || (code !== undefined && connectionLoss.has(code))) return true
  return /Connection terminated|timeout exceeded when trying to connect|not queryable|connection error/i.test(message ?? '')
}

/** The domain error for what the driver or the server reported; anything unforeseen is passed on as it is. */
export function asDomainError(error: unknown): unknown {
  if (error instanceof GatehouseError) return error
  const cause = error as PostgresError
  if (isConnectionLoss(error)) return new GatehouseError('unavailable', undefined, { cause: error })
  if (cause.code === '53100') return new GatehouseError('disk_full', undefined, { cause: error })
  if (cause.code === '57014') {
    const advice = 'Ask for less: narrow the filter, leave out total=true, or sort by another attribute.'
    return new GatehouseError('too_slow', `The database took too long to answer and was stopped. ${advice}`, { cause: error })
  }
  // Raised by the triggers of migration 0015, in words meant for the caller.
  if (cause.code === '42501' && cause.constraint === 'own_access') return new GatehouseError('forbidden', cause.message, { cause: error })
  const known = cause.constraint === undefined ? undefined : isStillReferenced(cause) ? whileReferenced.get(cause.constraint) : meaningOf(cause.constraint, cause.detail)
  if (known) {
    const problems = [{ path: known.path, message: known.message }]
    return new GatehouseError(known.code, known.message, { cause: error, problems })
  }
  const reference = cause.code === '23503' && !isStillReferenced(cause) ? references.get(cause.constraint ?? '') : undefined
  if (reference) {
    const { path, target, listed } = reference
    const message = `there is no ${target} with the id ${missingKey(cause)}${listed === undefined ? '' : `; ${listed}`}`
    return new GatehouseError('invalid_reference', `${path}: ${message}.`, { cause: error, problems: [{ path, message }] })
  }
  const byKind = kindOf(cause)
  return byKind ? new GatehouseError(byKind.code, byKind.message, { cause: error }) : error
}

/** A foreign key refused a deletion, rather than a reference to nothing. */
function isStillReferenced(error: PostgresError): boolean {
  return error.code === '23503' && /still referenced/.test(error.detail ?? '')
}

/** PostgreSQL says `Key (company_owner_id)=(x) is not present in table "company".` */
function missingKey({ detail }: PostgresError): string {
  return /^Key \(.*\)=\((.*)\) is not present in/s.exec(detail ?? '')?.[1] ?? 'given'
}

/** Outsiders never see tables and columns: what has no words of its own is told by its kind alone. */
function kindOf(error: PostgresError): { code: ErrorCode; message?: string } | undefined {
  switch (error.code) {
    case '23505':
      return { code: 'already_exists', message: 'The value is taken: another record has what only one may have.' }
    case '23503':
      return isStillReferenced(error) ? { code: 'still_referenced', message: stillReferenced(error) } : { code: 'invalid_reference' }
    case '23514':
      return { code: 'invalid_value', message: 'A value breaks a rule of the data model.' }
    case '23502':
      return { code: 'required_attribute', message: 'A required value is missing.' }
    case '23P01':
      return { code: 'period_overlap', message: 'The period overlaps another one of the same pair.' }
    case '22001':
      return { code: 'invalid_value', message: 'A value is longer than its attribute allows.' }
    case '22021':
    case '22P05':
      return { code: 'invalid_value', message: 'A text holds a character that cannot be stored (U+0000).' }
    default:
      return undefined
  }
}

/** By which attribute of what, as the API names them. */
function stillReferenced({ constraint }: PostgresError): string {
  const by = references.get(constraint ?? '')
  return by?.of === undefined ? 'Other records still refer to this one; change those first.' : `Records of the kind ${by.of} still refer to this one by ${by.path}; change those first.`
}
