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

interface Read {
  /** OAuth's error, and its description. */
  said: string | undefined
  why: string | undefined
  unanswered: boolean
  chain: unknown[]
  response: Response | undefined
}

function read(cause: unknown): Read {
  const { name, message, error, error_description: description, code } = cause as ProviderError
  const said = text(error, 100)
  const unanswered = said === undefined && (name === 'TypeError' && message === 'fetch failed' || name === 'TimeoutError' || name === 'AbortError' || code === 'OAUTH_TIMEOUT')
  const chain = chainOf(cause)
  return { said, why: text(description, 500), unanswered, chain, response: responseOf(chain) }
}

/** Okta says no by an error of OAuth's; anything else is an answer that cannot be believed, or none. */
export function toldOf(cause: unknown): GatehouseError {
  const { said, why, unanswered } = read(cause)
  if (unanswered) return new GatehouseError('remote_error', 'Okta does not answer. Try again in a moment.', { cause })
  if (said === undefined) return new GatehouseError('portal_sign_in_refused', 'Okta\'s answer cannot be believed. Try again; if it stays so, tell your administrator.', { cause })
  return new GatehouseError('portal_sign_in_refused', `Okta says: ${why ?? said}`, { cause })
}

/**
 * The same, once it stands in the log.
 * @param request what was asked, as the log says it
 * @param more what else the log tells of it
 */
export async function logProviderError(
  ctx: Pick<Context, 'db' | 'now'>, { portalId, issuer }: { portalId: number; issuer: string }, cause: unknown, request = 'portal sign-in', more: Record<string, number> = {},
): Promise<GatehouseError> {
  const { message, status, code } = cause as ProviderError
  const { said, why, unanswered, chain, response } = read(cause)
  const reason = chain.flatMap((one) => (one instanceof Error ? one.message.slice(0, 500) : [])).join(': ')
  await logRemoteErrors(ctx.db, [{
    at: ctx.now().toISOString(), message: why ?? said ?? message, status: typeof status === 'number' ? status : (response?.status ?? 0),
    code: said ?? text(code, 36) ?? (unanswered ? 'network' : 'unexpected_answer'),
    trace: { request, requestId: response?.headers.get('x-okta-request-id')?.slice(0, 100) ?? null, portal: portalId, issuer, ...more, ...(said === undefined ? { reason } : {}) },
  }])
  return toldOf(cause)
}

const [shortestWaitMs, longestWaitMs] = [60_000, 3_600_000]

/** Until when an answer asks not to be asked again, from a minute to an hour; undefined when it does not. RFC 9110, 10.2.3, and Okta's header for 429. */
export function waitsUntil(cause: unknown, now: Date): Date | undefined {
  const response = responseOf(chainOf(cause))
  if (response?.status !== 429 && response?.status !== 503) return undefined
  const [after, reset] = [response.headers.get('retry-after'), Number(response.headers.get('x-rate-limit-reset') ?? Number.NaN)]
  const seconds = after === null ? Number.NaN : Number(after)
  const at = [now.getTime() + seconds * 1000, Date.parse(after ?? ''), reset * 1000].find((one) => !Number.isNaN(one))
  if (at === undefined && response.status !== 429) return undefined
  return new Date(now.getTime() + Math.min(Math.max((at ?? 0) - now.getTime(), shortestWaitMs), longestWaitMs))
}

/** Whether a refresh token is good for nothing any more: Okta says so, or its answer cannot be believed and the token is spent. */
export function isSpent(cause: unknown, told: GatehouseError): boolean {
  const { error } = cause as ProviderError
  return error === 'invalid_grant' || error === 'access_denied' || (error === undefined && told.code !== 'remote_error')
}
