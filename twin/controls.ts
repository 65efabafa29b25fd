/**
 * The controls under `/_twin`, which no real Okta has: reset, state, seeds, recorded calls, faults, limits, the clock,
 * and what only a user or an administrator's browser could do (lock somebody out, let a password expire). They ask for
 * no token: whoever can reach the double may steer it, so it listens on the local address unless told otherwise.
 */
import type { FastifyInstance } from 'fastify'
import { appJson } from './apps.ts'
import type { CallLog } from './calls.ts'
import { checkPassword, isRecord } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'
import type { FaultPlan } from './faults.ts'
import { groupJson } from './groups.ts'
import { userStatuses } from './lifecycle.ts'
import type { UserStatus } from './lifecycle.ts'
import { baseUrl } from './paging.ts'
import { seededRandom } from './random.ts'
import { bucketNames, plans } from './rate-limit.ts'
import type { RateLimiter, RateLimitOptions } from './rate-limit.ts'
import { loadSeed } from './seed.ts'
import { advance, defaultOptions, saveUser } from './state.ts'
import type { Org, OrgOptions } from './state.ts'
import { userJson } from './user-view.ts'
import { requireUser } from './user-writes.ts'

export interface Controlled {
  org: Org
  calls: CallLog
  faults: FaultPlan
  limits: RateLimiter
  /** Back to how the double was started, its seed and faults included. */
  reset(): void
}

const largeBody = 512 * 1024 * 1024

/** Registers the controls on `app`. */
export function controlRoutes(app: FastifyInstance, twin: Controlled): void {
  app.post('/_twin/reset', (_, reply) => {
    twin.reset()
    return reply.code(204).send()
  })

  app.get<{ Querystring: { summary?: string } }>('/_twin/state', (request, reply) => {
    return reply.send(request.query.summary === 'true' ? summary(twin) : dump(twin.org, baseUrl(request)))
  })

  app.post('/_twin/seed', { bodyLimit: largeBody }, (request, reply) => reply.send(loadSeed(twin.org, request.body)))

  app.get('/_twin/calls', (_, reply) => reply.send({ total: twin.calls.total(), calls: twin.calls.list() }))

  app.delete('/_twin/calls', (_, reply) => {
    twin.calls.clear()
    return reply.code(204).send()
  })

  faultRoutes(app, twin)
  settingRoutes(app, twin)
  userControls(app, twin)
}

function faultRoutes(app: FastifyInstance, twin: Controlled): void {
  app.get('/_twin/faults', (_, reply) => reply.send(twin.faults.list()))

  app.post('/_twin/faults', (request, reply) => reply.send(loadFaults(twin.faults, request.body)))

  app.delete('/_twin/faults', (_, reply) => {
    twin.faults.clear()
    return reply.code(204).send()
  })

  app.delete<{ Params: { id: string } }>('/_twin/faults/:id', (request, reply) => {
    if (!twin.faults.remove(request.params.id)) throw new OktaError('E0000007', `fault ${request.params.id}`)
    return reply.code(204).send()
  })
}

/** Adds one fault, a list of them, or `{seed, faults}`; what a fault file holds. */
export function loadFaults(plan: FaultPlan, input: unknown): unknown {
  if (Array.isArray(input)) return input.map((fault) => plan.add(fault))
  if (!isRecord(input) || !('faults' in input)) return plan.add(input)
  if (typeof input['seed'] === 'number') plan.seed(seededRandom(input['seed']))
  if (!Array.isArray(input['faults'])) throw validationError(['faults: Must be an array'])
  return input['faults'].map((fault) => plan.add(fault))
}

function settingRoutes(app: FastifyInstance, twin: Controlled): void {
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

  app.get('/_twin/clock', (_, reply) => reply.send({ now: twin.org.timestamp() }))

  app.post('/_twin/clock', (request, reply) => {
    const seconds = isRecord(request.body) ? request.body['advanceSeconds'] : undefined
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= 1e9)) {
      throw validationError(['advanceSeconds: Has to be a number of seconds, 0 or more'])
    }
    twin.org.shiftClock(seconds * 1000)
    advance(twin.org)
    return reply.send({ now: twin.org.timestamp() })
  })
}

function readLimits(body: unknown, before: RateLimitOptions): RateLimitOptions {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const problems: string[] = []
  const result = { ...before, ...body } as RateLimitOptions
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
  if (problems.length > 0) throw validationError(problems)
  return result
}

function readOptions(body: unknown, before: OrgOptions): OrgOptions {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const unknown = Object.entries(body).filter(([name, value]) => typeof value !== typeof optionOf(name))
  if (unknown.length > 0) throw validationError(unknown.map(([name]) => `${name}: Is not an option or not of its type`))
  return { ...before, ...body }
}

function optionOf(name: string): unknown {
  return Object.hasOwn(defaultOptions, name) ? defaultOptions[name as keyof OrgOptions] : undefined
}

function userControls(app: FastifyInstance, twin: Controlled): void {
  app.put<{ Params: { id: string } }>('/_twin/users/:id/status', (request, reply) => {
    const user = requireUser(twin.org, request.params.id)
    const status = isRecord(request.body) ? request.body['status'] : undefined
    if (!(userStatuses as readonly unknown[]).includes(status)) throw validationError(['status: Is not a status'])
    const now = twin.org.timestamp()
    const version = user.version + 1
    const changed = { ...user, status: status as UserStatus, statusChanged: now, lastUpdated: now, version }
    return reply.send(userJson(twin.org, saveUser(twin.org, changed), baseUrl(request)))
  })

  app.post<{ Params: { id: string } }>('/_twin/users/:id/check-password', (request, reply) => {
    const { password } = requireUser(twin.org, request.params.id).credentials
    const value = isRecord(request.body) ? String(request.body['password'] ?? '') : ''
    return reply.send({ matches: password ? (checkPassword(password, value) ?? null) : false })
  })
}

function summary(twin: Controlled): Record<string, unknown> {
  const byStatus: Record<string, number> = {}
  for (const user of twin.org.users.values()) byStatus[user.status] = (byStatus[user.status] ?? 0) + 1
  const groups = [...twin.org.groups.values()].map((group) => ({
    id: group.id,
    name: group.profile.name,
    members: group.id === twin.org.everyone ? twin.org.users.size : (twin.org.members.get(group.id)?.size ?? 0),
  }))
  return { users: twin.org.users.size, byStatus, groups, apps: twin.org.apps.size, calls: twin.calls.total() }
}

function dump(org: Org, base: string): Record<string, unknown> {
  const memberships = [...org.members].flatMap(([groupId, members]) =>
    [...members.values()].map((member) => ({ groupId, userId: member.id })),
  )
  return {
    schema: Object.fromEntries(org.schema.custom),
    users: [...org.users.values()].map((user) => userJson(org, user, base)),
    groups: [...org.groups.values()].map((group) => groupJson(group, base)),
    memberships,
    apps: [...org.apps.values()].map((app) => ({
      ...appJson(app, base), clientId: app.clientId, groupIds: [...app.groups.keys()], userIds: [...app.users.keys()],
    })),
  }
}
