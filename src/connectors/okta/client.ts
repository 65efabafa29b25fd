/**
 * HTTP to Okta: authorization, JSON in and out, paging, timeouts, the rate budget before each request and the retry
 * table after it. Knows nothing of users or groups, nor how tokens are come by. Everything that varies (clock, pauses,
 * chance, network) is given.
 */
import { isObject } from '../../model/attribute.ts'
import { OktaError, readErrorBody } from './errors.ts'
import { bucketOf, type RateBudget, type WindowFacts } from './rate-budget.ts'
import { pauseBefore, type Failure } from './retry.ts'

export type Shown = string | Record<string, string>

/** An answer as far as it concerns what we showed. */
export interface HttpAnswer {
  status: number
  /** Okta's error code; empty for what is no error. */
  code: string
  headers: Headers
  shown: Shown
  /** How often the request had been sent once more before this. */
  again: number
}

export interface OktaClientOptions {
  /** The org's address, `https://example.okta.com`. */
  orgUrl: string
  /** What shows who we are, for one request: the value of the Authorization header (`SSWS …`), or several headers. */
  authorization: (method: string, url: URL) => Shown | Promise<Shown>
  /** Told of each answer; true sends the request once more at once, with what is shown then. */
  onAnswer?: (answer: HttpAnswer) => boolean
  budget: RateBudget
  /** Milliseconds since 1970. */
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** 0 ≤ n < 1. */
  random: () => number
  /** A request is given up after so long; default 30 s. */
  timeoutMs?: number
  /** Told of every error received, also of those that a retry mends. */
  onError?: (error: OktaError, attempt: number) => void
  /** Awaited before each request is sent; what it throws goes to the caller. */
  beforeRequest?: (bucket: string) => Promise<void>
  /** Told of the limit that an answer names. */
  onLimit?: (bucket: string, limit: number) => void
  fetch?: typeof fetch
}

export interface OktaRequest {
  query?: Record<string, string>
  body?: unknown
  /** A form instead of JSON, made anew for each attempt. */
  form?: () => Promise<Record<string, string>>
  /** False when carrying it out twice is not the same as once: after a lost answer it is not repeated. Default true. */
  repeatable?: boolean
  /** What the body of a good answer has to be, or it is no answer. Default: something of a GET, anything or nothing of the rest. */
  expects?: 'something' | 'list'
}

export interface OktaAnswer<T> {
  body: T
  /** Path and query of the next page. */
  next: string | null
}

export interface OktaClient {
  /** Errors: OktaError, after the retries that the table allows. */
  request<T>(method: string, path: string, request?: OktaRequest): Promise<OktaAnswer<T>>
  /** Tells whoever is told of errors of one that came by another way than `request`. */
  note(error: OktaError): void
  /** All pages of a list, following Okta's own next links. */
  pages<T>(path: string, query?: Record<string, string>): AsyncGenerator<T[]>
  /**
   * The pause before a request is sent again by whoever found that it did not happen, or (`stillDeactivating`) not
   * altogether. False: it has been tried often enough.
   */
  backOff(attempt: number, why?: 'reset' | 'stillDeactivating'): Promise<boolean>
}

/** How Okta's log names us: what we have done ourselves is no news when it comes back from there. */
export const ownUserAgent = 'gatehouse-sync'
/** What Okta may ask of us one after the other: a proof, a nonce in it, another key. */
const mostAgain = 4

const largestBodyBytes = 32 * 1024 * 1024

export function createOktaClient(options: OktaClientOptions): OktaClient {
  const origin = new URL(options.orgUrl).origin

  async function request<T>(method: string, path: string, given: OktaRequest = {}): Promise<OktaAnswer<T>> {
    const url = new URL(path, origin)
    for (const [name, value] of Object.entries(given.query ?? {})) url.searchParams.set(name, value)
    const bucket = bucketOf(method, url.pathname)
    let again = 0
    let mayBeDone = false
    for (let attempt = 1; ; attempt++) {
      const { answer, error, failure, isWorthAnother } = await inTurn<T>(options, { method, url, bucket, given, again })
      if (answer) return answer
      // An earlier attempt may have been carried out, whatever the last one says.
      mayBeDone ||= error.isOutcomeUnknown
      error.isOutcomeUnknown = mayBeDone
      options.onError?.(error, attempt)
      if (isWorthAnother && again < mostAgain) {
        again++
        continue
      }
      const pause = pauseBefore(failure, attempt, given.repeatable ?? true, options.random())
      if (pause === null) throw error
      const isPause = failure.kind === 'rateLimit' || failure.kind === 'concurrency'
      if (isPause) options.budget.pause(bucket, options.now() + pause, options.now())
      await options.sleep(pause)
    }
  }

  async function* pages<T>(path: string, query: Record<string, string> = {}): AsyncGenerator<T[]> {
    let answer = await request<T[]>('GET', path, { query, expects: 'list' })
    for (;;) {
      yield answer.body
      if (answer.next === null) return
      answer = await request<T[]>('GET', answer.next, { expects: 'list' })
    }
  }

  async function backOff(attempt: number, kind: 'reset' | 'stillDeactivating' = 'reset'): Promise<boolean> {
    const pause = pauseBefore({ kind }, attempt, true, options.random())
    if (pause !== null) await options.sleep(pause)
    return pause !== null
  }

  return { request, pages, backOff, note: (error) => options.onError?.(error, 1) }
}

interface Asked {
  method: string
  url: URL
  bucket: string
  given: OktaRequest
  again: number
}

/** One attempt, when the budget lets it go. */
async function inTurn<T>(options: OktaClientOptions, asked: Asked): Promise<Outcome<T>> {
  const { budget, now, sleep } = options
  for (let wait = budget.take(asked.bucket, now()); wait !== 0; wait = budget.take(asked.bucket, now())) await sleep(wait)
  let outcome: Outcome<T> | undefined
  try {
    // Not before: what is shown may be good for a short while only.
    const shown = await options.authorization(asked.method, asked.url)
    await options.beforeRequest?.(asked.bucket)
    outcome = await attemptOnce<T>(options, asked, shown, await asked.given.form?.())
    return outcome
  } finally {
    budget.leave(outcome?.failure?.kind === 'concurrency')
  }
}

type Outcome<T> =
  | { answer: OktaAnswer<T>; error?: undefined; failure?: undefined; isWorthAnother?: undefined }
  | { answer?: undefined; error: OktaError; failure: Failure; isWorthAnother?: boolean }

async function attemptOnce<T>(options: OktaClientOptions, { method, url, bucket, given, again }: Asked, shown: Shown, form: Record<string, string> | undefined): Promise<Outcome<T>> {
  const asked = `${method} ${url.pathname}`
  let response: Response
  let text: string
  try {
    response = await (options.fetch ?? fetch)(url, {
      method,
      // Nobody is to be led elsewhere with our token.
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      headers: { accept: 'application/json', 'user-agent': ownUserAgent, ...(typeof shown === 'string' ? { authorization: shown } : shown), ...(given.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(form ? { body: new URLSearchParams(form) } : given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    })
    text = await readText(response)
  } catch (cause) {
    options.budget.note(bucket, null, options.now())
    return unanswered(asked, cause, method !== 'GET')
  }
  const facts = windowFacts(response.headers, options.now())
  options.budget.note(bucket, facts && facts.limit > 0 ? facts : null, options.now())
  if (facts && facts.limit > 0) options.onLimit?.(bucket, facts.limit)
  const { status, headers } = response
  const about = { status, requestId: headers.get('x-okta-request-id'), request: asked }
  if (response.ok) {
    options.onAnswer?.({ status, code: '', headers, shown, again })
    const body = parse(text)
    const misfit = misfitOf(body, given.expects ?? (method === 'GET' ? 'something' : undefined))
    if (misfit === null) return { answer: { body: body as T, next: nextLink(headers.get('link'), url.origin) } }
    return { error: new OktaError(misfit, { ...about, code: 'not_json', isOutcomeUnknown: method !== 'GET' }), failure: { kind: 'notJson' } }
  }
  const { code, summary, causes } = readErrorBody(status, text)
  const failure = failureOf(status, code, facts, options.now())
  const isWorthAnother = options.onAnswer?.({ status, code, headers, shown, again }) ?? false
  const isOutcomeUnknown = method !== 'GET' && (failure.kind === 'serverError' || failure.kind === 'notJson')
  return { error: new OktaError(summary, { ...about, code, causes, isOutcomeUnknown }), failure, isWorthAnother }
}

async function readText(response: Response): Promise<string> {
  let size = 0
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > largestBodyBytes) throw new Error(`the answer is longer than ${largestBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** undefined for what is not JSON; an empty body (204) is null. */
function parse(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Why a body is not what was asked for, or null: an empty page must not pass for the last one, nor for a list without anybody. */
function misfitOf(body: unknown, expects: OktaRequest['expects']): string | null {
  if (body === undefined) return 'the answer is not JSON'
  if (expects === 'list') return Array.isArray(body) && body.every(isObject) ? null : 'the answer is no list of objects'
  return expects === 'something' && body === null ? 'the answer is empty' : null
}

const neverSent = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT',
])

/** What fetch throws: the reason proper is its cause. */
interface FetchFailure {
  name?: string
  message?: string
  cause?: { code?: string; message?: string }
}

function unanswered(asked: string, cause: unknown, isWrite: boolean): { error: OktaError; failure: Failure } {
  const { name, message, cause: inner } = cause as FetchFailure
  const code = name === 'TimeoutError' ? 'timeout' : (inner?.code ?? 'network')
  const isUnreachable = neverSent.has(code)
  const why = inner?.message || message || 'network error'
  const what = name === 'TimeoutError' ? 'no answer in time' : `no answer: ${why}`
  const facts = { status: 0, code, requestId: null, request: asked, cause, isOutcomeUnknown: isWrite && !isUnreachable }
  return { error: new OktaError(what, facts), failure: { kind: isUnreachable ? 'unreachable' : code === 'timeout' ? 'timeout' : 'reset' } }
}

function failureOf(status: number, code: string, facts: WindowFacts | null, now: number): Failure {
  if (status === 429) {
    // Too many at once, rather than too many a minute: limit and rest are both zero, and the reset is only a guess.
    if (facts && facts.limit === 0) return { kind: 'concurrency' }
    return { kind: 'rateLimit', resetInMs: facts ? facts.resetAt - now : null }
  }
  if (status === 409 && code === 'E0000112') return { kind: 'stillActivating' }
  if (status < 500 || status === 501) return { kind: 'refused' }
  return code === 'not_json' ? { kind: 'notJson' } : { kind: 'serverError', status }
}

/** The three rate headers; the reset counts on Okta's clock, which the Date header shows, and is moved to ours. */
function windowFacts(headers: Headers, now: number): WindowFacts | null {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers.get(`x-rate-limit-${name}`)
    return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : null
  })
  if (limit == null || remaining == null || reset == null) return null
  const serverNow = Date.parse(headers.get('date') ?? '')
  const ahead = Number.isNaN(serverNow) ? 0 : serverNow - now
  return { limit, remaining, resetAt: reset * 1000 - ahead }
}

/** Path and query of `rel="next"`. Only those are used, so that the token never goes to another host. */
export function nextLink(header: string | null, origin: string): string | null {
  for (const part of (header ?? '').split(/,(?=\s*<)/)) {
    const match = /^\s*<([^>]+)>\s*;.*\brel="?next"?/.exec(part)
    if (!match) continue
    const url = new URL(match[1]!, origin)
    // Two slashes in front would name a host.
    return url.pathname.replace(/^\/+/, '/') + url.search
  }
  return null
}
