/** Errors of the OAuth endpoints: `{error, error_description}`, unlike those of the management API. */
export class OAuthError extends Error {
  readonly error: string
  readonly status: number
  readonly headers: Record<string, string>

  constructor(error: string, description: string, status = 400, headers: Record<string, string> = {}) {
    super(description)
    this.error = error
    this.status = status
    this.headers = headers
  }
}

/** 401: the client did not show who it is. */
export function invalidClient(description: string): OAuthError {
  return new OAuthError('invalid_client', description, 401)
}
