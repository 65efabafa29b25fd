/**
 * What happens to every request before and after its handler: request id → time does its work → recorded → rate limit →
 * token and scopes → body → faults → handler → answer, or what a fault leaves of it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { queryWithoutSecrets, withoutSecrets } from './calls.ts'
import type { Call, CallLog } from './calls.ts'
import { runAs } from './caller.ts'
import { errorBody, OktaError } from './errors.ts'
import { emit } from './events/emit.ts'
import { cutAnswer, strike } from './fault-strikes.ts'
import type { Cut } from './fault-strikes.ts'
import type { Fault, FaultPlan } from './faults.ts'
import { OAuthError } from './oauth/oauth-error.ts'
import { baseUrl } from './paging.ts'
import { authorize, readPrincipal } from './principals.ts'
import type { Principal } from './principals.ts'
import { randomText } from './random.ts'
import type { RateLimiter, Verdict } from './rate-limit.ts'
import { advance } from './state.ts'
import type { Org } from './state.ts'

export interface Served {
  org: Org
  calls: CallLog
  faults: FaultPlan
  limits: RateLimiter
  /** SSWS tokens that are let in. */
  tokens: Set<string>
}

/** What is known of a request under way; none for the controls. */
interface UnderWay {
  call: Call
  principal: Principal
  faults: Fault[]
  cut: Cut | null
}

/** Adds the hooks to `app`, and the answers to errors. */
export function addRequestHooks(app: FastifyInstance, served: Served): void {
  const { org, limits } = served
  const requests = new WeakMap<FastifyRequest, UnderWay>()

  app.addHook('onRequest', async (request, reply) => {
    const requestId = randomText(org.random, 27)
    reply.header('x-okta-request-id', requestId)
    advance(org)
    // Clients reckon their pause from Reset and Date, so both have to come from the same clock.
    reply.header('date', new Date(org.now()).toUTCString())
    if (request.url.startsWith('/_twin')) return
    org.address = baseUrl(request)
    const principal = readPrincipal(org, request.headers.authorization, served.tokens)
    const call = record(served, request, requestId, principal)
    requests.set(request, { call, principal, faults: [], cut: null })
    limit(org, limits, call, principal, reply)
    await authorize(org, request, reply, call.path, principal)
  })

  app.addHook('preHandler', async (request, reply) => {
    const own = requests.get(request)
    if (!own) return
    own.call.body = withoutSecrets(request.body)
    for (const fault of served.faults.strike(own.call.method, own.call.path)) {
      own.faults.push(fault)
      own.call.faults.push(fault.kind)
      own.cut = (await strike(fault, request, reply, org, newErrorId(org))) ?? own.cut
      advance(org)
    }
  })

  app.addHook('preHandler', (request, _, done) => {
    const own = requests.get(request)
    if (own) runAs(callerOf(request, own), done)
    else done()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const own = requests.get(request)
    if (own) own.call.status = reply.statusCode
    if (own?.cut) cutAnswer(own.cut, request, reply, payload)
    else done(null, payload)
  })

  app.setErrorHandler((error: Error & { code?: string }, request, reply) => {
    const known = translate(error)
    const call = requests.get(request)?.call
    if (call) call.errorCode = known instanceof OAuthError ? known.error : known.code
    if (known instanceof OAuthError) {
      return reply.code(known.status).headers(known.headers).send({ error: known.error, error_description: known.message })
    }
    if (known.code === 'E0000009') process.emitWarning(error)
    return reply.code(known.status).send(errorBody(known.code, known.message, known.causes, newErrorId(org)))
  })
}

function record({ org, calls }: Served, request: FastifyRequest, requestId: string, principal: Principal): Call {
  const [path = '', query = ''] = request.url.split('?', 2)
  const { scheme, client } = principal
  return calls.add({
    at: org.timestamp(), method: request.method, path, query: queryWithoutSecrets(query), body: undefined, requestId, scheme, client,
    status: null, errorCode: null, faults: [],
  })
}

function callerOf(request: FastifyRequest, { call, principal, faults }: UnderWay) {
  const indexLagMs = Math.max(0, ...faults.map((fault) => (fault.kind === 'index-lag' ? fault.delayMs : 0)))
  return { actor: principal.actor, requestId: call.requestId, ipAddress: request.ip, userAgent: request.headers['user-agent'] ?? '', indexLagMs }
}

const newsEvents = {
  warning: 'system.org.rate_limit.warning',
  violation: 'system.org.rate_limit.violation',
  concurrency: 'core.concurrency.org.limit.violation',
} as const

function limit(org: Org, limits: RateLimiter, call: Call, principal: Principal, reply: FastifyReply): void {
  const verdict = limits.enter(call.method, call.path, principal.key, org.now())
  onceClosed(reply, () => limits.leave())
  if (!verdict) return
  setRateHeaders(reply, verdict)
  if (verdict.news) emit(org, newsEvents[verdict.news], { severity: 'WARN', actor: principal.actor, debug: { bucket: verdict.bucket, url: call.path } })
  if (verdict.refused) throw new OktaError('E0000047')
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

/** An id for an error answer, as Okta's support would ask for. */
export function newErrorId(org: Org): string {
  return `oae${randomText(org.random, 22)}`
}

function translate(error: Error & { code?: string }): OktaError | OAuthError {
  if (error instanceof OktaError || error instanceof OAuthError) return error
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new OktaError('E0000021')
  if (error.code?.startsWith('FST_ERR_CTP_')) return new OktaError('E0000003')
  return new OktaError('E0000009')
}
