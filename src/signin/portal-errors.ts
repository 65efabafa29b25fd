/** What went wrong between us and an authorization server: into the error log, without secrets, and in words for the person. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { logRemoteErrors } from '../store/remote-errors.ts'

interface ProviderError extends Error {
  code?: unknown
  error?: unknown
  error_description?: unknown
  status?: unknown
  cause?: unknown
}

const text = (value: unknown, most: number) => (typeof value === 'string' ? value.slice(0, most) : undefined)

const mostCauses = 4

/** An error and what caused it: openid-client wraps what it got, down to the response. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let one = error; one !== undefined && one !== null && chain.length < mostCauses; one = (one as ProviderError).cause) chain.push(one)
  return chain
}

/** The answer that an error is about, where there was one. */
function responseOf(chain: readonly unknown[]): Response | undefined {
  return chain.flatMap((one) => [one, (one as { response?: unknown }).response]).find((one) => one instanceof Response)
}

/**
 * Okta says no by an error of OAuth's; anything else is an answer that cannot be believed, or none.
 * @param request what was asked, as the log says it
 */
export async function logProviderError(
  ctx: Pick<Context, 'db' | 'now'>, { portalId, issuer }: { portalId: number; issuer: string }, cause: unknown, request = 'portal sign-in',
): Promise<GatehouseError> {
  const { name, message, error, error_description: description, status, code } = cause as ProviderError
  const said = text(error, 100)
  const why = text(description, 500)
  const unanswered = said === undefined && (name === 'TypeError' && message === 'fetch failed' || name === 'TimeoutError' || name === 'AbortError' || code === 'OAUTH_TIMEOUT')
  const chain = chainOf(cause)
  const response = responseOf(chain)
  const reason = chain.flatMap((one) => (one instanceof Error ? one.message.slice(0, 500) : [])).join(': ')
  await logRemoteErrors(ctx.db, [{
    at: ctx.now().toISOString(), message: why ?? said ?? message, status: typeof status === 'number' ? status : (response?.status ?? 0),
    code: said ?? text(code, 36) ?? (unanswered ? 'network' : 'unexpected_answer'),
    trace: { request, requestId: response?.headers.get('x-okta-request-id')?.slice(0, 100) ?? null, portal: portalId, issuer, ...(said === undefined ? { reason } : {}) },
  }])
  if (unanswered) return new GatehouseError('remote_error', 'Okta does not answer. Try again in a moment.', { cause })
  if (said === undefined) return new GatehouseError('portal_sign_in_refused', 'Okta\'s answer cannot be believed. Try again; if it stays so, tell your administrator.', { cause })
  return new GatehouseError('portal_sign_in_refused', `Okta says: ${why ?? said}`, { cause })
}

/** Whether a refresh token is good for nothing any more: Okta says so, or its answer cannot be believed and the token is spent. */
export function isSpent(cause: unknown, told: GatehouseError): boolean {
  const { error } = cause as ProviderError
  return error === 'invalid_grant' || error === 'access_denied' || (error === undefined && told.code !== 'remote_error')
}
