/** The controls of rate limits, options and the clock. */
import type { FastifyInstance } from 'fastify'
import type { Controlled } from './controls.ts'
import { isRecord } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'
import { readOptions } from './options.ts'
import { bucketNames, plans, publishedLimits } from './rate-limit.ts'
import type { Plan, RateLimitOptions } from './rate-limit.ts'
import { advance } from './state.ts'
import type { Org } from './state.ts'

/** Registers them on `app`. */
export function settingControls(app: FastifyInstance, twin: Pick<Controlled, 'org' | 'limits'>): void {
  app.get('/_twin/limits', (_, reply) => reply.send({ ...twin.limits.options, bucketNames }))

  app.put('/_twin/limits', (request, reply) => {
    twin.limits.options = readLimits(request.body, twin.limits.options)
    twin.limits.reset()
    return reply.send(twin.limits.options)
  })

  app.get('/_twin/options', (_, reply) => reply.send(twin.org.options))

  app.put('/_twin/options', (request, reply) => {
    twin.org.options = readOptions(request.body, twin.org.options)
    return reply.send(twin.org.options)
  })

  clockControls(app, twin.org)
}

interface ClockBody {
  advanceSeconds: number
  now: string
  speed: number
}

function clockControls(app: FastifyInstance, org: Org): void {
  const show = () => ({ now: org.timestamp(), speed: org.clock.speed })

  app.get('/_twin/clock', (_, reply) => reply.send(show()))

  app.post('/_twin/clock', (request, reply) => {
    const { advanceSeconds, now, speed } = readClock(request.body)
    if (speed !== undefined) org.clock.setSpeed(speed)
    if (now !== undefined) org.clock.set(Date.parse(now))
    if (advanceSeconds !== undefined) org.clock.advance(advanceSeconds * 1000)
    advance(org)
    return reply.send(show())
  })

  // Until every hook that is being sent has been answered, or has not been in time.
  app.post('/_twin/settle', async (_, reply) => {
    advance(org)
    await org.schedule.settled()
    return reply.code(204).send()
  })
}

function readClock(body: unknown): Partial<ClockBody> {
  const input: Record<string, unknown> = isRecord(body) ? body : {}
  const problems = Object.entries(input).flatMap(([name, value]) => {
    if (name === 'now') return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? [] : ['now: Has to be an instant']
    const most = { advanceSeconds: 1e9, speed: 1e6 }[name]
    if (most === undefined) return [`${name}: Is not known`]
    return typeof value === 'number' && value >= 0 && value <= most ? [] : [`${name}: Has to be a number from 0 to ${most}`]
  })
  if (Object.keys(input).length === 0) problems.push('advanceSeconds: advanceSeconds, now or speed has to be given')
  if (problems.length > 0) throw validationError(problems)
  return input
}

function readLimits(body: unknown, before: RateLimitOptions): RateLimitOptions {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const { published, ...single } = body
  if (published !== undefined && !(plans as readonly unknown[]).includes(published)) throw validationError([`published: ${plans.join(', ')}`])
  const problems: string[] = []
  const result = { ...(published === undefined ? before : publishedLimits(published as Plan)), ...single } as RateLimitOptions
  if (result.plan !== 'off' && !plans.includes(result.plan)) problems.push(`plan: off, ${plans.join(', ')}`)
  if (!isRecord(result.buckets)) problems.push('buckets: Must be an object')
  else {
    for (const [name, figure] of Object.entries(result.buckets)) {
      if (!bucketNames.includes(name)) problems.push(`buckets.${name}: Has to be one of ${bucketNames.join(', ')}`)
      if (!Number.isInteger(figure) || figure < 0) problems.push(`buckets.${name}: Has to be a whole number`)
    }
  }
  if (!(result.tokenShare > 0 && result.tokenShare <= 1)) problems.push('tokenShare: Has to be above 0 and at most 1')
  if (result.concurrency !== null && !Number.isInteger(result.concurrency)) problems.push('concurrency: Number or null')
  if (result.headersShow !== 'share' && result.headersShow !== 'org') problems.push('headersShow: share or org')
  if (problems.length > 0) throw validationError(problems)
  return result
}
