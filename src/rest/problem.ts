/** Errors as this protocol shows them: RFC 9457 problem details with our stable code. A 5xx shows nothing but its id. */
import { GatehouseError, errorTable, type ErrorCode, type Problem } from '../errors.ts'
import { asDomainError } from '../store/database-errors.ts'

export interface ProblemDetails {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail?: string
  problems?: Problem[]
  requestId: string
}

/** Where each code is explained. */
export const errorDocs = '/api/v1/docs#error-'

const mostProblems = 100
const mostCharacters = 1000

/** What is wrong quotes what came; a body of a megabyte must not come back as ten. */
function shortened(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters).toWellFormed()}…`
}

function shownProblem({ path, message, reasons }: Problem): Problem {
  return { ...(path === undefined ? {} : { path: shortened(path) }), message: shortened(message), ...(reasons === undefined ? {} : { reasons }) }
}

/** The answer for whatever was thrown. */
export function problemOf(thrown: unknown, requestId: string): ProblemDetails {
  const error = toDomain(thrown)
  const { status, title } = errorTable[error.code]
  const hidden = status === 500
  return {
    type: errorDocs + error.code,
    title,
    status,
    code: error.code,
    ...(hidden || error.message === title ? {} : { detail: shortened(error.message) }),
    ...(hidden || error.problems.length === 0 ? {} : { problems: error.problems.slice(0, mostProblems).map(shownProblem) }),
    requestId,
  }
}

/** The framework's own refusals, in our words. */
const framework: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_body',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

function toDomain(thrown: unknown): GatehouseError {
  const error = asDomainError(thrown)
  if (error instanceof GatehouseError) return error
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number }
  const known = code === undefined ? undefined : framework[code]
  if (known) return new GatehouseError(known, undefined, { cause: thrown })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new GatehouseError('invalid_body', undefined, { cause: thrown })
  return new GatehouseError('internal_error', undefined, { cause: thrown })
}
