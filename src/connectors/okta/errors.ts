/** Errors received from Okta: its error objects, bodies that are none, and no answer at all. */
import { RemoteError } from '../../sync/connector.ts'

export class OktaError extends RemoteError {
  readonly errorSummary: string

  constructor(
    summary: string,
    facts: {
      status: number; code: string; requestId: string | null; request: string
      causes?: readonly string[]; cause?: unknown; isOutcomeUnknown?: boolean
    },
  ) {
    const causes = facts.causes ?? []
    super(causes.length > 0 ? `${summary} (${causes.join('; ')})` : summary, facts)
    this.name = 'OktaError'
    this.errorSummary = summary
  }

  get errorCode(): string {
    return this.code
  }
}

interface ErrorBody {
  errorCode?: unknown
  errorSummary?: unknown
  errorCauses?: unknown
  error?: unknown
  error_description?: unknown
}

/** What an error answer says. Bodies need not be JSON: a proxy's HTML page comes with the code `not_json`. */
export function readErrorBody(status: number, text: string): { code: string; summary: string; causes: string[] } {
  let body: ErrorBody | null = null
  try {
    body = JSON.parse(text) as ErrorBody | null
  } catch {
    // Not JSON.
  }
  if (typeof body !== 'object' || body === null) {
    const shown = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 200)
    const summary = `HTTP ${status} without an error object${shown ? `: ${shown}` : ''}`
    return { code: 'not_json', summary, causes: [] }
  }
  const code = textOf(body.errorCode) ?? textOf(body.error) ?? 'unknown'
  const summary = textOf(body.errorSummary) ?? textOf(body.error_description) ?? `HTTP ${status}`
  const causes = Array.isArray(body.errorCauses) ? body.errorCauses : []
  const texts = causes.slice(0, 20).flatMap((cause: { errorSummary?: unknown } | null) => (
    textOf(cause?.errorSummary)?.slice(0, 500) ?? []
  ))
  return { code: code.slice(0, 100), summary: summary.slice(0, 1000), causes: texts }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * True when a create was refused because the login (or another unique field) is taken. Okta gives this no code of its
 * own: the words of the cause are all there is.
 */
export function isDuplicate(error: unknown): boolean {
  return error instanceof OktaError && error.status === 400 && error.code === 'E0000001'
    && error.causes.some((cause) => /already exists/i.test(cause))
}

/** True when Okta itself says that the thing does not exist; a proxy's 404 page says nothing about that. */
export function isMissing(error: unknown): boolean {
  return error instanceof OktaError && error.status === 404 && error.code === 'E0000007'
}
