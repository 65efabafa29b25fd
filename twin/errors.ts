/**
 * Okta's error objects: `{errorCode, errorSummary, errorLink, errorId, errorCauses}`, no status in the body. Codes,
 * statuses and summaries are those of Okta's published error list; clients may branch on `errorCode` only.
 */

/** code → [HTTP status, summary; `{0}` is filled from the error's detail]. */
export const errorTable = {
  E0000001: [400, 'Api validation failed: {0}'],
  E0000003: [400, 'The request body was not well-formed.'],
  E0000004: [401, 'Authentication failed'],
  E0000005: [403, 'Invalid session'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: {0}'],
  E0000008: [404, 'The requested path was not found'],
  E0000009: [500, 'Internal Server Error'],
  E0000010: [503, 'Service is in read only mode'],
  E0000011: [401, 'Invalid token provided'],
  E0000016: [403, 'Activation failed because the user is already active'],
  E0000021: [400, 'Bad request. Accept and/or Content-Type headers likely do not match supported values.'],
  E0000022: [405, 'The endpoint does not support the provided HTTP method'],
  E0000029: [400, 'Invalid paging request.'],
  E0000030: [400, "Bad request. Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. {0}"],
  E0000031: [400, 'Invalid search criteria.'],
  E0000032: [403, 'Unlock is not allowed for this user.'],
  E0000033: [400, 'Bad request. Cannot specify a search query and filter in the same request.'],
  E0000038: [403, "This operation is not allowed in the user's current status."],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000055: [409, 'Duplicate group.'],
  E0000056: [403, 'Delete application forbidden.'],
  E0000060: [501, 'Unsupported operation.'],
  E0000062: [409, 'The specified user is already assigned to the application.'],
  E0000093: [400, 'Target count limit exceeded'],
  E0000112: [409, 'Cannot update this user because they are still being activated. Please try again in a few minutes.'],
  E0000117: [403, 'You cannot assign apps or update app profiles for an inactive user'],
  E0000124: [400, 'To create a user and expire their password immediately, a password must be specified'],
  E0000125: [400, 'To create a user and expire their password immediately, "activate" must be true'],
  E0000181: [503, 'Service temporarily unavailable'],
  E0000231: [412, "The ETag in the request doesn't match the current version of the resource"],
} as const satisfies Record<string, readonly [number, string]>

export type OktaErrorCode = keyof typeof errorTable

/** Thrown by any handler; the server turns it into an answer. `detail` fills `{0}`, `causes` become errorCauses. */
export class OktaError extends Error {
  readonly code: OktaErrorCode
  readonly causes: readonly string[]

  constructor(code: OktaErrorCode, detail = '', causes: readonly string[] = []) {
    super(errorTable[code][1].replace('{0}', () => detail))
    this.code = code
    this.causes = causes
  }

  get status(): number {
    return errorTable[this.code][0]
  }
}

/** E0000001 with one cause a problem; Okta names the first field in the summary. Each problem is `field: text`. */
export function validationError(problems: readonly string[]): OktaError {
  const field = problems[0]?.split(':', 1)[0] ?? ''
  return new OktaError('E0000001', field, problems)
}

/** E0000007 in Okta's words, `kind` being `User`, `UserGroup`, `AppInstance`, … */
export function notFound(id: string, kind: string): OktaError {
  return new OktaError('E0000007', `Resource not found: ${id} (${kind})`)
}

/** The body of an error answer. `errorLink` is the code again; `errorId` is what Okta's support would ask for. */
export function errorBody(code: string, summary: string, causes: readonly string[], errorId: string): object {
  return {
    errorCode: code,
    errorSummary: summary,
    errorLink: code,
    errorId,
    errorCauses: causes.map((errorSummary) => ({ errorSummary })),
  }
}
