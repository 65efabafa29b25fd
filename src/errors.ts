/**
 * Every error Gatehouse answers with: a stable code, its HTTP status, its SCIM type (RFC 7644 §3.12) and a title.
 * Thrown once from the domain; each door renders it in its own protocol (REST: RFC 9457). `docs/errors.md` is generated
 * from this table and a test holds the two equal.
 */

interface ErrorRow {
  status: number
  title: string
  scimType?: string
}

export const errorTable = {
  // What the caller sent
  invalid_json: { status: 400, title: 'The body is not valid JSON.', scimType: 'invalidSyntax' },
  invalid_body: { status: 400, title: 'The body does not have the expected shape.', scimType: 'invalidSyntax' },
  invalid_value: { status: 400, title: 'A value is not allowed.', scimType: 'invalidValue' },
  unknown_attribute: { status: 400, title: 'There is no such attribute.', scimType: 'invalidPath' },
  read_only_attribute: { status: 400, title: 'The attribute cannot be changed.', scimType: 'mutability' },
  required_attribute: { status: 400, title: 'A required attribute is missing.', scimType: 'invalidValue' },
  invalid_reference: { status: 400, title: 'A reference points to nothing.', scimType: 'invalidValue' },
  invalid_filter: { status: 400, title: 'The filter cannot be understood.', scimType: 'invalidFilter' },
  invalid_sort: { status: 400, title: 'The list cannot be sorted this way.', scimType: 'invalidPath' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of ours.', scimType: 'invalidCursor' },
  invalid_parameter: { status: 400, title: 'A query parameter is not allowed.', scimType: 'invalidValue' },
  invalid_file: { status: 400, title: 'The file cannot be read as given.', scimType: 'invalidSyntax' },
  invalid_mapping: { status: 400, title: 'The mapping is not valid.', scimType: 'invalidSyntax' },
  password_refused: { status: 400, title: 'The password breaks the rules of the policy.', scimType: 'invalidValue' },
  // Who the caller is
  unauthenticated: { status: 401, title: 'No valid key came with the request.' },
  sign_in_refused: { status: 401, title: 'The user name or the password is wrong, or signing in is not possible at the moment.' },
  forbidden: { status: 403, title: 'The key lacks the right for this.' },
  account_closed: { status: 403, title: 'The account is not open for signing in.' },
  account_disabled: { status: 403, title: 'The account is disabled.' },
  account_locked: { status: 403, title: 'An administrator has locked the account.' },
  sign_in_incomplete: { status: 403, title: 'The sign-in has not come to its end.' },
  insecure_address: { status: 403, title: 'Signing in needs https.' },
  cross_site: { status: 403, title: 'The request does not come from our own pages.' },
  factor_refused: { status: 403, title: 'The code or the answer of the device is not right, or was used before.' },
  step_up_required: { status: 403, title: 'This needs a fresh or a stronger proof of who you are.' },
  answers_required: { status: 403, title: 'The answers to the security questions are needed as well.' },
  recovery_refused: { status: 403, title: 'The link or code is wrong, too old, or was used before.' },
  password_lapsed: { status: 403, title: 'The temporary password has lapsed.' },
  not_in_portal: { status: 403, title: 'The account at the identity provider has no access to this portal.' },
  portal_sign_in_refused: { status: 403, title: 'The sign-in at the identity provider did not come to a good end.' },
  signed_in_as_other: { status: 409, title: 'You are signed in here as somebody else than at the identity provider, and stay so. To become the other person, begin the sign-in from a page of this server.' },
  another_signed_in: { status: 409, title: 'Somebody else has signed in in this browser meanwhile; nothing was done.' },
  // What is there
  not_found: { status: 404, title: 'There is nothing at this address.' },
  // What stands against it
  already_exists: { status: 409, title: 'The value is taken.', scimType: 'uniqueness' },
  conflict: { status: 409, title: 'The current state does not allow this.' },
  no_mail_address: { status: 409, title: 'The person has no primary e-mail address that is in use.' },
  mail_sent_already: { status: 409, title: 'Such a mail was sent a moment ago.' },
  transition_not_allowed: { status: 409, title: 'The status does not allow this change.' },
  circular_dependency: { status: 409, title: 'The change would close a circle.' },
  period_overlap: { status: 409, title: 'The period overlaps another one of the same pair.' },
  system_record: { status: 409, title: 'A record of the system cannot be deleted, nor a person of it changed.' },
  still_referenced: { status: 409, title: 'Other records still refer to this one.' },
  plan_stale: { status: 409, title: 'The directory has changed since the plan was made.' },
  plan_state: { status: 409, title: 'The plan is in a state that does not allow this.' },
  request_timeout: { status: 408, title: 'The request took too long to arrive.' },
  version_mismatch: { status: 412, title: 'The record has changed since it was read.' },
  body_too_large: { status: 413, title: 'The body is too large.' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported.' },
  question_too_large: { status: 422, title: 'The question touches more than can be worked out at once.' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key came before with another request.' },
  too_many_requests: { status: 429, title: 'Too many requests.' },
  too_many_at_once: { status: 429, title: 'Too many heavy questions of one caller at once.' },
  headers_too_large: { status: 431, title: 'The address and headers of the request are too long.' },
  // What we could not do
  internal_error: { status: 500, title: 'Something went wrong on our side.' },
  unavailable: { status: 503, title: 'The database cannot be reached at the moment.' },
  tokens_unavailable: { status: 503, title: 'The store of tokens cannot be reached at the moment.' },
  busy: { status: 503, title: 'The server has as much to work out at the moment as it takes on at once.' },
  too_slow: { status: 503, title: 'The answer takes the database too long.' },
  disk_full: { status: 507, title: 'The database has no room left.' },
  // Operating the server (shown by the command line)
  configuration: { status: 500, title: 'The configuration cannot be used.' },
  remote_error: { status: 502, title: 'The remote system refused or did not answer.' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

/** One thing wrong with the input: where (a path, a column, a line) and what is wrong and what to do. */
export interface Problem {
  path?: string
  message: string
  /** Why, in stable words, where one thing can be wrong for several reasons. */
  reasons?: readonly string[]
}

/** An error with a stable code. `detail` says what is wrong, where, and what to do; it never holds a secret. */
export class GatehouseError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly problems: Problem[]

  constructor(code: ErrorCode, detail?: string, options: { problems?: Problem[]; cause?: unknown } = {}) {
    super(detail ?? errorTable[code].title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatehouseError'
    this.code = code
    this.status = errorTable[code].status
    this.problems = options.problems ?? []
  }
}
