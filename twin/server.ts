/**
 * The Okta double: a server that answers the parts of Okta's management API a sync needs, with Okta's rules, errors,
 * headers and bad days. It stands alone: nothing here knows who its clients are.
 *
 * A request's way: request id → time does its work → recorded → rate limit → token → body → faults → handler → answer.
 * To add a part of Okta, write its routes over `Org` and register them in `createTwin`.
 */
import Fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assignmentRoutes } from './app-assignments.ts'
import { appRoutes } from './apps.ts'
import { parseBody } from './body.ts'
import { createCallLog, withoutSecrets } from './calls.ts'
import type { Call, CallLog } from './calls.ts'
import { controlRoutes, loadFaults } from './controls.ts'
import { errorBody, OktaError } from './errors.ts'
import { cutAnswer, strike } from './fault-strikes.ts'
import type { Cut } from './fault-strikes.ts'
import { createFaultPlan } from './faults.ts'
import type { FaultPlan } from './faults.ts'
import { groupRoutes } from './groups.ts'
import { randomText } from './random.ts'
import type { Random } from './random.ts'
import { createRateLimiter, noLimits } from './rate-limit.ts'
import type { RateLimiter, RateLimitOptions, Verdict } from './rate-limit.ts'
import { schemaRoutes } from './schemas.ts'
import { loadSeed } from './seed.ts'
import type { Seed } from './seed.ts'
import { advance, createOrg, defaultOptions } from './state.ts'
import type { Org, OrgOptions } from './state.ts'
import { userRoutes } from './users.ts'

export interface TwinOptions {
  /** SSWS tokens that are let in; at least one. */
  token?: string
  tokens?: readonly string[]
  seed?: Seed
  /** A list of faults, or `{seed, faults}`, as a fault file holds them. */
  faults?: unknown
  rateLimits?: Partial<RateLimitOptions>
  options?: Partial<OrgOptions>
  clock?: () => Date
  random?: Random
  /** How many calls the recording keeps. */
  recordedCalls?: number
  /** Bytes. */
  bodyLimit?: number
}

export interface Twin {
  app: FastifyInstance
  org: Org
  calls: CallLog
  faults: FaultPlan
  limits: RateLimiter
  inject: FastifyInstance['inject']
  /** Back to how it was created, seed and faults included. */
  reset(): void
  /** Gives the address, such as `http://127.0.0.1:8090`; port 0 picks a free one. */
  listen(port: number, host?: string): Promise<string>
  close(): Promise<void>
}

interface Running extends Omit<Twin, 'app' | 'inject' | 'listen' | 'close'> {
  tokens: ReadonlySet<string>
  entries: WeakMap<FastifyRequest, Call>
  cuts: WeakMap<FastifyRequest, Cut>
}

/** Makes a double; nothing listens until `listen`. A bad seed or fault throws an error that names its row. */
export function createTwin(options: TwinOptions): Twin {
  const random = options.random ?? Math.random
  const clock = options.clock ?? (() => new Date())
  const fresh = () => createOrg(clock, random, { ...defaultOptions, ...options.options })
  const rateLimits = { ...noLimits, ...options.rateLimits }
  const running: Running = {
    org: fresh(),
    calls: createCallLog(options.recordedCalls ?? 10_000),
    faults: createFaultPlan(random),
    limits: createRateLimiter(rateLimits),
    tokens: new Set([...(options.tokens ?? []), ...(options.token === undefined ? [] : [options.token])]),
    entries: new WeakMap(),
    cuts: new WeakMap(),
    reset() {
      // The routes hold on to `org`, so it is filled anew rather than replaced.
      Object.assign(running.org, fresh())
      running.calls.clear()
      running.faults.clear()
      running.limits.options = rateLimits
      running.limits.reset()
      fill(running, options)
    },
  }
  fill(running, options)
  const app = buildServer(running, options.bodyLimit ?? 1024 * 1024)
  return {
    ...running,
    app,
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    listen: (port, host = '127.0.0.1') => app.listen({ port, host }),
    close: () => app.close(),
  }
}

function fill(running: Running, options: TwinOptions): void {
  if (options.seed) explained('seed', () => loadSeed(running.org, options.seed))
  if (options.faults) explained('faults', () => loadFaults(running.faults, options.faults))
}

/** What is refused here was given by an operator, who needs the causes rather than Okta's code. */
function explained(what: string, load: () => void): void {
  try {
    load()
  } catch (error) {
    if (!(error instanceof OktaError)) throw error
    throw new Error(`${what}: ${error.causes.length > 0 ? error.causes.join('; ') : error.message}`, { cause: error })
  }
}

function buildServer(running: Running, bodyLimit: number): FastifyInstance {
  const app = Fastify({
    bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A login of 100 characters may be 900 when every one is percent-encoded.
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).send(errorBody('E0000003', 'The request was not well-formed.', [], newErrorId(running)))
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseBody)
  addHooks(app, running)
  const paths: RegExp[] = []
  app.addHook('onRoute', (route) => {
    paths.push(new RegExp(`^${route.url.replace(/:[^/]+/g, '[^/]+')}$`))
  })
  userRoutes(app, running.org)
  groupRoutes(app, running.org)
  appRoutes(app, running.org)
  assignmentRoutes(app, running.org)
  schemaRoutes(app, running.org)
  controlRoutes(app, running)
  app.setNotFoundHandler((request) => {
    throw new OktaError(paths.some((path) => path.test(pathOf(request))) ? 'E0000022' : 'E0000008')
  })
  app.setErrorHandler((error: Error & { code?: string }, request, reply) => sendError(running, error, request, reply))
  return app
}

function addHooks(app: FastifyInstance, running: Running): void {
  const { org, limits, entries, cuts } = running

  app.addHook('onRequest', async (request, reply) => {
    const requestId = randomText(org.random, 27)
    reply.header('x-okta-request-id', requestId)
    advance(org)
    // Clients reckon their pause from Reset and Date, so both have to come from the same clock.
    reply.header('date', new Date(org.now()).toUTCString())
    if (isControl(request)) return
    const call = record(running, request, requestId)
    const verdict = limits.enter(request.method, call.path, request.headers.authorization ?? '', org.now())
    onceClosed(reply, () => limits.leave())
    if (verdict) setRateHeaders(reply, verdict)
    if (verdict?.refused) throw new OktaError('E0000047')
    authenticate(request, running.tokens)
  })

  app.addHook('preHandler', async (request, reply) => {
    const call = entries.get(request)
    if (!call) return
    call.body = withoutSecrets(request.body)
    for (const fault of running.faults.strike(call.method, call.path)) {
      call.faults.push(fault.kind)
      const cut = await strike(fault, request, reply, org.now(), newErrorId(running))
      if (cut) cuts.set(request, cut)
      advance(org)
    }
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const call = entries.get(request)
    if (call) call.status = reply.statusCode
    const cut = cuts.get(request)
    if (cut) cutAnswer(cut, request, reply, payload)
    else done(null, payload)
  })
}

function record(running: Running, request: FastifyRequest, requestId: string): Call {
  const [path = '', query = ''] = request.url.split('?', 2)
  const call = running.calls.add({
    at: running.org.timestamp(), method: request.method, path, query, body: undefined, requestId,
    status: null, errorCode: null, faults: [],
  })
  running.entries.set(request, call)
  return call
}

function isControl(request: FastifyRequest): boolean {
  return request.url.startsWith('/_twin')
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

/** `close` comes after every answer, sent or cut; `finish` alone where requests are injected. */
function onceClosed(reply: FastifyReply, then: () => void): void {
  let done = false
  const once = () => {
    if (!done) then()
    done = true
  }
  reply.raw.once('finish', once).once('close', once)
}

function setRateHeaders(reply: FastifyReply, verdict: Verdict): void {
  reply.header('x-rate-limit-limit', String(verdict.limit))
  reply.header('x-rate-limit-remaining', String(verdict.remaining))
  reply.header('x-rate-limit-reset', String(verdict.reset))
}

function authenticate(request: FastifyRequest, tokens: ReadonlySet<string>): void {
  const { authorization } = request.headers
  if (authorization === undefined) throw new OktaError('E0000005')
  const token = /^SSWS\s+(\S+)\s*$/i.exec(authorization)?.[1]
  if (token === undefined || !tokens.has(token)) throw new OktaError('E0000011')
}

function newErrorId(running: Running): string {
  return `oae${randomText(running.org.random, 22)}`
}

function sendError(running: Running, error: Error & { code?: string }, request: FastifyRequest, reply: FastifyReply) {
  const known = translate(error)
  const call = running.entries.get(request)
  if (call) call.errorCode = known.code
  if (known.code === 'E0000009') process.emitWarning(error)
  return reply.code(known.status).send(errorBody(known.code, known.message, known.causes, newErrorId(running)))
}

function translate(error: Error & { code?: string }): OktaError {
  if (error instanceof OktaError) return error
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new OktaError('E0000021')
  if (error.code?.startsWith('FST_ERR_CTP_')) return new OktaError('E0000003')
  return new OktaError('E0000009')
}
