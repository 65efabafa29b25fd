/**
 * The controls under `/_twin`, which no real Okta has: reset, state, seeds, recorded calls, faults; those of limits, options
 * and the clock in `control-settings.ts`, those of people and keys in `control-people.ts`. They ask for no token: whoever
 * can reach the double may steer it, so it listens on the local address unless told otherwise.
 */
import type { FastifyInstance } from 'fastify'
import { appJson } from './apps.ts'
import { selectCalls } from './calls.ts'
import type { CallLog, CallQuery } from './calls.ts'
import { isRecord } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'
import type { FaultPlan } from './faults.ts'
import { groupJson } from './groups.ts'
import { baseUrl } from './paging.ts'
import { seededRandom } from './random.ts'
import type { RateLimiter } from './rate-limit.ts'
import { loadSeed } from './seed.ts'
import { grantedScopes } from './service-apps.ts'
import type { Org } from './state.ts'
import { userJson } from './user-view.ts'

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

  app.get<{ Querystring: CallQuery }>('/_twin/calls', (request, reply) =>
    reply.send({ total: twin.calls.total(), calls: selectCalls(twin.calls.list(), request.query) }))

  app.delete('/_twin/calls', (_, reply) => {
    twin.calls.clear()
    return reply.code(204).send()
  })

  faultRoutes(app, twin)
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

/** Adds one fault, a list of them, or `{seed, faults}`; what a fault file holds. All of it or nothing. */
export function loadFaults(plan: FaultPlan, input: unknown): unknown {
  if (Array.isArray(input)) return plan.addAll(input)
  if (!isRecord(input) || !('faults' in input)) return plan.addAll([input])[0]
  if (!Array.isArray(input['faults'])) throw validationError(['faults: Must be an array'])
  const added = plan.addAll(input['faults'])
  if (typeof input['seed'] === 'number') plan.seed(seededRandom(input['seed']))
  return added
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
      grants: grantedScopes(org, app), roles: (org.oauth.roles.get(app.id) ?? []).map(({ type }) => type),
    })),
  }
}
