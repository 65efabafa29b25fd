/**
 * Where Okta's event hooks arrive: `/hooks/okta`, there only when OKTA_HOOK_SECRET is set. Verification is a GET with a
 * challenge; a delivery is taken as hints and answered well within Okta's three seconds. Twice or in another order it is
 * the same, and what it says is not believed: the accounts are looked at.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { eventsOfDelivery } from '../connectors/okta/events.ts'
import { GatehouseError } from '../errors.ts'
import { parseJson } from '../model/json.ts'
import { noteEvents } from '../sync/hints.ts'
import { failureLimiter } from './limits.ts'
import type { BaseContext } from './server.ts'

const path = '/hooks/okta'
/** Okta gives up after three; what is late it sends once more, and the nightly comparison finds the rest. */
const patienceMs = 2_500
const largestDelivery = 1024 * 1024
const largestChallenge = 512

export function addOktaHook(server: FastifyInstance, base: BaseContext): void {
  const { config, db } = base
  const { OKTA_HOOK_SECRET: secret } = config
  if (secret === undefined) return
  const limiter = failureLimiter(config)
  const onRequest = async (request: FastifyRequest) => {
    const given = request.headers.authorization ?? ''
    limiter.check(request.ip, given)
    if (isSame(given, secret)) return limiter.accept(given)
    limiter.count(request.ip, given)
    throw new GatehouseError('unauthenticated')
  }

  server.get(path, { onRequest }, async (request, reply) => {
    const challenge = request.headers['x-okta-verification-challenge']
    if (typeof challenge !== 'string' || challenge === '' || challenge.length > largestChallenge) throw new GatehouseError('invalid_parameter', 'x-okta-verification-challenge: is needed, once.')
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ verification: challenge }))
  })

  server.post(path, { onRequest, bodyLimit: largestDelivery }, async (request, reply) => {
    const raw = request.body as Buffer | undefined
    const events = raw === undefined || raw.length === 0 ? null : eventsOfDelivery(parseJson(raw))
    if (!events) throw new GatehouseError('invalid_body', 'A delivery of an event hook is needed, with at most 1000 events in data.events.')
    await inTime(db.transaction((tx) => noteEvents(tx, events)))
    return reply.code(204).send()
  })
}

/** The same time however much of it is right. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => hash('sha256', text, 'buffer')) as [Buffer, Buffer]
  return timingSafeEqual(one, other)
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new GatehouseError('too_slow')), patienceMs)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
