/**
 * The HTTP server: one list of routes, and around each the same steps: who asks, may they, what do they ask (query,
 * body, versions), do it once, answer with its ETag; every failure as problem details.
 */
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { authorityNow } from '../access/api-keys.ts'
import { actingContext, authorize, keepWithinReach } from '../access/authorize.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Context } from '../context.ts'
import { GatehouseError, type ErrorCode } from '../errors.ts'
import { parseJson } from '../model/json.ts'
import { faultIn, mayHoldFault, shownText, textFault } from '../model/text.ts'
import { isSecure, setCookies, visitOf } from './cookies.ts'
import { identifier, stranger, type Caller } from './identify.ts'
import { heavyLimiter } from './limits.ts'
import { once } from './idempotency.ts'
import { refuseConnection } from './refuse-connection.ts'
import { problemPage, problemPageHeaders, type ProblemPage } from './problem-page.ts'
import { problemWords } from './problem-words.ts'
import { problemOf } from './problem.ts'
import { terminalLog } from './readable-log.ts'
import { personParameter, readQuery, takesVersions, type Answer, type Call, type Route } from './route.ts'

export type BaseContext = Omit<Context, 'actor' | 'authority'>

export const apiPrefix = '/api/v1'

/** A server with the shared parts and no routes yet: body parsing, limits, headers, errors. */
export function createServer(base: BaseContext): FastifyInstance {
  const { config } = base
  const trusted = config.TRUST_PROXY?.split(',').map((one) => one.trim()).filter((one) => one !== '')
  const stream = terminalLog(process.stdout)
  const server = fastify({
    logger: config.LOG_LEVEL === 'silent' ? false : { level: config.LOG_LEVEL, ...(stream ? { stream } : {}), serializers: { err: loggedError }, redact: ['req.headers.authorization', 'req.headers.cookie'] },
    bodyLimit: config.BODY_LIMIT_BYTES,
    trustProxy: trusted && trusted.length > 0 ? trusted : false,
    genReqId: () => randomUUID(),
    requestTimeout: 30_000,
    // A filter too long for us is refused by us, with a reason, and not by Node's default of 16 KiB. Whoever sends slowly
    // is noticed within two seconds of the limit, rather than Node's thirty.
    http: { maxHeaderSize: 131_072, headersTimeout: 15_000, connectionsCheckingInterval: 2_000 },
    clientErrorHandler: refuseConnection,
    // What the router refuses before any route is found, such as an id of a thousand characters, and before a proxy has been asked how the
    // caller came: the public address tells.
    frameworkErrors: (error, request, reply) => sendProblem(request, withSecurityHeaders(request, reply as FastifyReply, config.PUBLIC_URL?.startsWith('https:')), error),
    routerOptions: { maxParamLength: 200 },
    logController: new LogController({ disableRequestLogging: true }),
  })
  server.removeAllContentTypeParsers()
  const kept = (_request: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void) => done(null, body)
  server.addContentTypeParser(['application/json', 'application/merge-patch+json'], { parseAs: 'buffer' }, kept)
  server.addHook('onSend', async (request, reply) => void withSecurityHeaders(request, reply))
  server.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  server.setNotFoundHandler(sendNotFound)
  return server
}

/** An error as the log shows it. Drivers hang whole connections, and values of people's records, onto theirs. */
function loggedError(error: Error & { code?: unknown }): { type: string; message: string; stack: string; code?: unknown } {
  const { name, message, stack, code } = error
  return { type: name, message, stack: stack ?? '', ...(code === undefined ? {} : { code }) }
}

const retryAfterSeconds: Record<number, string> = { 429: '60', 503: '1', 507: '30' }
/** Places for heavy questions come free sooner than a minute is over. */
const retryAfterCode: Partial<Record<ErrorCode, string>> = { too_many_at_once: '5', busy: '5' }

function withSecurityHeaders(request: Pick<FastifyRequest, 'id' | 'protocol'>, reply: FastifyReply, secure = isSecure(request)): FastifyReply {
  reply.header('x-request-id', request.id)
  reply.header('x-content-type-options', 'nosniff')
  reply.header('referrer-policy', 'no-referrer')
  // Nobody embeds or reads what is answered here from another site; over https a browser asks only so from then on (RFC 6797).
  reply.header('cross-origin-resource-policy', 'same-origin')
  if (secure) reply.header('strict-transport-security', 'max-age=31536000')
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  return reply
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const problem = problemOf(error, request.id)
  // Being busy is no fault, and whoever presses in must not fill the log by it.
  if (problem.code === 'busy') request.log.debug({ requestId: request.id }, problem.title)
  else if (problem.status >= 500) request.log.error({ err: (error as Error).cause ?? error, requestId: request.id }, problem.title)
  // What was too slow will be too slow again.
  const retryAfter = problem.code === 'too_slow' ? undefined : (retryAfterCode[problem.code] ?? retryAfterSeconds[problem.status])
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  if (!isBrowser(request)) return void reply.code(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem))
  const words = problemWords(request.headers['accept-language'])
  const { title, detail, detailIn } = words.explain(problem, pathOf(request))
  sendPage(reply, problem.status, { words, title, detail, detailIn, link: { path: '/', text: words.start }, requestId: request.id })
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0]!

/** Whoever follows a link, or is sent here, sees a page; whoever calls the API, and every program, gets the problem. */
const isBrowser = (request: FastifyRequest): boolean =>
  request.method === 'GET' && /^text\/html\b/.test(request.headers.accept ?? '') && !request.url.startsWith('/api/')

function sendPage(reply: FastifyReply, status: number, page: ProblemPage): void {
  void reply.code(status).headers(problemPageHeaders).header('content-type', 'text/html; charset=utf-8').send(problemPage(page))
}

function sendNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request)
  if (!isBrowser(request)) return sendProblem(request, reply, new GatehouseError('not_found', `There is nothing at ${request.method} ${path}.`))
  const words = problemWords(request.headers['accept-language'])
  sendPage(reply, 404, { words, title: words.nothingHere, detail: words.noPage(path), detailIn: words.language, link: { path: '/', text: words.start }, requestId: request.id })
}

/** Puts the routes on a server, below /api/v1. */
export function addRoutes(server: FastifyInstance, base: BaseContext, routes: readonly Route[], refusals: Refusals): void {
  const reading: BaseContext = { ...base, db: base.db.withLimit(base.config.READ_TIMEOUT_SECONDS * 1000) }
  // Who asks is looked up under the limit of what is asked, or the connection's limit would be set twice for each request.
  const identify = identifier(base, base.config.DATABASE_NAMED_STATEMENTS ? reading : base)
  const heavily = heavyLimiter(base.config)
  const identities = new WeakMap<FastifyRequest, Caller>()
  for (const route of routes) {
    server.route({
      method: route.method,
      url: apiPrefix + route.path,
      // Before the body is read: a stranger's is not taken into memory.
      onRequest: async (request) => {
        const identity = await identify(request, route)
        identities.set(request, identity)
        if (identity !== stranger) authorize(identity, route)
      },
      onError: async (request, _reply, error) => noteRefusal(refusals, request, route, identities.get(request), error),
      handler: async (request, reply) => {
        const identity = identities.get(request)!
        const call = readCall(route.method === 'GET' || route.reading ? reading : base, route, request, identity)
        await keepWithinReach(call.ctx, route, call.params[personParameter(route) ?? ''])
        const places = typeof route.heavy === 'function' ? route.heavy(call) : (route.heavy ?? 0)
        const work = () => carryOut(route, call, identity, request, reply)
        const answer = await (places > 0 ? heavily(identity.userId ?? identity.keyId, places, work) : work())
        if (answer.refused) refusals.note({ userId: null, operation: route.operation, correlationId: request.id, ...answer.refused })
        return sendAnswer(request, reply, route, answer)
      },
    })
  }
}

/** Errors: `version_mismatch` where there is no version to hold the header against: it must not seem to have been. */
function versionsOf(route: Route, ifMatch: string | undefined): Call['versions'] {
  const versions = readVersions(ifMatch)
  if (versions && route.method !== 'GET' && !takesVersions(route)) throw new GatehouseError('version_mismatch', 'There is no version here to hold If-Match against; leave the header out.')
  return versions
}

/** What is told of in the audit though nothing came of it. Who has no session yet is no attacker, nor who has to sign in again. */
function noteRefusal(refusals: Refusals, request: FastifyRequest, route: Route, caller: Caller | undefined, error: unknown): void {
  const code = error instanceof GatehouseError ? error.code : undefined
  const told = code === 'forbidden' || code === 'cross_site' || code === 'too_many_requests' || (code === 'unauthenticated' && request.headers.authorization !== undefined)
  if (code === undefined || !told) return
  refusals.note({ code, userId: caller?.userId ?? null, principal: caller?.principal ?? 'nobody', ip: request.ip, operation: route.operation, correlationId: request.id })
}

function readCall(base: BaseContext, route: Route, request: FastifyRequest, identity: Caller): Call {
  const actor = { userId: identity.userId, principal: identity.principal, source: 'REST' as const, ip: request.ip, correlationId: request.id }
  const raw = request.body as Buffer | undefined
  const hasBody = raw !== undefined && raw.length > 0
  if (!hasBody && route.body && route.bodyRequired !== false) throw new GatehouseError('invalid_json', 'A JSON body is needed here.')
  const params = request.params as Record<string, string>
  for (const [name, value] of Object.entries(params)) {
    if (textFault(value) !== undefined) throw new GatehouseError('not_found', `${name}: is not an id.`)
  }
  return {
    ctx: actingContext({ ...base, actor }, identity.authority),
    params,
    query: readQuery(route.navigated ? knownOf(request.query as Record<string, unknown>, route) : (request.query as Record<string, unknown>), route.query ?? []),
    body: hasBody && route.body ? readBody(route, raw) : undefined,
    versions: versionsOf(route, request.headers['if-match']),
    scopes: identity.scopes,
    authorityNow: () => authorityNow(base, identity),
    ...(identity.session ? { session: identity.session } : {}),
    ...(route.caller === undefined ? {} : { visit: visitOf(request) }),
    ...(request.headers.authorization === undefined || route.caller !== 'everyone' ? {} : { shown: request.headers.authorization }),
    ...(request.headers.accept === undefined ? {} : { accept: request.headers.accept.split(/[,;]/)[0]!.trim().toLowerCase() }),
    ...(request.headers['accept-language'] === undefined ? {} : { languages: request.headers['accept-language'] }),
  }
}

/**
 * The value of a body, whose every text can be stored, so that no door behind this one need ask; but for routes with secrets and those
 * that tell row by row, which judge it themselves. Errors: `invalid_json`, `invalid_value` with the path.
 */
function readBody(route: Route, raw: Buffer): unknown {
  const body = parseJson(raw)
  const bad = !route.secretBody && !route.judgesTexts && mayHoldFault(raw.toString('latin1')) ? faultIn(body) : undefined
  if (!bad) return body
  const path = shownText(bad.steps.reduce<string>((at, step) => (typeof step === 'number' ? `${at}[${step}]` : at === '' ? step : `${at}.${step}`), ''))
  throw new GatehouseError('invalid_value', `${path}: ${bad.fault}.`, { problems: [{ path, message: bad.fault }] })
}

const knownOf = (query: Record<string, unknown>, { query: parameters = [] }: Route) => Object.fromEntries(parameters.flatMap(({ name }) => (query[name] === undefined ? [] : [[name, query[name]]])))

/** `If-Match: W/"3", "4"` or `*`. Anything that is no version of ours matches nothing. */
function readVersions(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  return header.split(',').map((tag) => Number(/^\s*(?:W\/)?"(\d+)"\s*$/.exec(tag)?.[1] ?? -1))
}

async function carryOut(route: Route, call: Call, { keyId }: Caller, request: FastifyRequest, reply: FastifyReply): Promise<Answer> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || route.method === 'GET' || !takesIdempotencyKey(route)) return route.handle(call)
  const body = (request.body as Buffer | undefined)?.toString('base64') ?? ''
  const keyed = { principal: keyId, key, method: route.method, path: request.url, body }
  const { answer, replayed } = await once(call.ctx, keyed, async (ctx) => ({ status: route.status, ...(await route.handle({ ...call, ctx })) }))
  if (replayed) reply.header('idempotency-replayed', 'true')
  return answer
}

/** Whether a route heeds an Idempotency-Key: signing in, going on and signing out do not, nor what has a password in its body. */
export const takesIdempotencyKey = ({ method, caller, secretBody }: Pick<Route, 'method' | 'caller' | 'secretBody'>): boolean =>
  method !== 'GET' && !secretBody && (caller === undefined || caller === 'signed-in')

function sendAnswer(request: FastifyRequest, reply: FastifyReply, route: Route, answer: Answer): FastifyReply {
  reply.code(answer.status ?? route.status ?? 200)
  if (answer.location !== undefined) reply.header('location', answer.location)
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  if (answer.cookies) setCookies(request, reply, answer.cookies)
  if (answer.html !== undefined) return reply.header('content-type', 'text/html; charset=utf-8').send(answer.html)
  if (answer.stream) return reply.header('content-type', answer.headers?.['content-type'] ?? 'application/x-ndjson').send(Readable.from(answer.stream))
  if (answer.body === undefined) return reply.code(answer.status ?? route.status ?? 204).send()
  const text = JSON.stringify(answer.body)
  const tag = answer.version === undefined ? `W/"${createHash('sha1').update(text).digest('base64url')}"` : `W/"${answer.version}"`
  reply.header('etag', tag)
  if (route.method === 'GET' && request.headers['if-none-match']?.split(',').some((one) => one.trim() === tag)) return reply.code(304).send()
  return reply.header('content-type', 'application/json; charset=utf-8').send(text)
}
