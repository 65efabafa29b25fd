/** `/api/v1/eventHooks`: registering a receiver, verifying that it is one, switching it on and off. */
import type { FastifyInstance } from 'fastify'
import { isRecord } from '../credentials.ts'
import { notFound, OktaError, validationError } from '../errors.ts'
import { baseUrl } from '../paging.ts'
import { randomText } from '../random.ts'
import type { Org } from '../state.ts'
import { emit } from './emit.ts'
import type { EventType } from './event-types.ts'
import { mayBeHooked } from './event-types.ts'
import { channelJson, readHook } from './hook-body.ts'
import { callReceiver } from './hook-send.ts'
import type { EventHook } from './hook-store.ts'

interface ById {
  Params: { id: string }
}

const mostHooks = 25
const mostTypes = 300

/** Registers the event hook endpoints on `app`. */
export function eventHookRoutes(app: FastifyInstance, org: Org): void {
  const hooks = () => org.hooks.event

  app.get('/api/v1/eventHooks', (request, reply) => reply.send([...hooks().values()].map((hook) => hookJson(hook, baseUrl(request)))))

  app.post('/api/v1/eventHooks', (request, reply) => {
    if (hooks().size >= mostHooks) throw validationError([`eventHooks: An org has at most ${mostHooks} event hooks`])
    const now = org.timestamp()
    const hook: EventHook = { ...readEventHook(request.body, null), id: org.newId('who'), status: 'ACTIVE', verificationStatus: 'UNVERIFIED', created: now, lastUpdated: now }
    return reply.send(hookJson(put(org, hook, 'event_hook.created'), baseUrl(request)))
  })

  app.get<ById>('/api/v1/eventHooks/:id', (request, reply) => reply.send(hookJson(requireHook(org, request.params.id), baseUrl(request))))

  app.put<ById>('/api/v1/eventHooks/:id', (request, reply) => {
    const before = requireHook(org, request.params.id)
    const input = readEventHook(request.body, before)
    // Another receiver has to show anew that it is one.
    const verificationStatus = input.channel.uri === before.channel.uri ? before.verificationStatus : 'UNVERIFIED'
    const hook = { ...before, ...input, verificationStatus, lastUpdated: org.timestamp() }
    return reply.send(hookJson(put(org, hook, 'event_hook.updated'), baseUrl(request)))
  })

  app.delete<ById>('/api/v1/eventHooks/:id', (request, reply) => {
    const hook = requireHook(org, request.params.id)
    if (hook.status === 'ACTIVE') throw validationError(['eventHookId: An event hook has to be deactivated before it is deleted'])
    hooks().delete(hook.id)
    emit(org, 'event_hook.deleted', { targets: [target(hook)] })
    return reply.code(204).send()
  })

  lifecycleRoutes(app, org)
}

function lifecycleRoutes(app: FastifyInstance, org: Org): void {
  for (const [operation, status] of [['activate', 'ACTIVE'], ['deactivate', 'INACTIVE']] as const) {
    app.post<ById>(`/api/v1/eventHooks/:id/lifecycle/${operation}`, (request, reply) => {
      const hook = { ...requireHook(org, request.params.id), status, lastUpdated: org.timestamp() }
      return reply.send(hookJson(put(org, hook, `event_hook.${operation}d`), baseUrl(request)))
    })
  }

  app.post<ById>('/api/v1/eventHooks/:id/lifecycle/verify', async (request, reply) => {
    const hook = requireHook(org, request.params.id)
    if (!(await answersChallenge(org, hook))) throw validationError(['eventHook: The receiver did not answer the verification challenge'])
    const verified = { ...requireHook(org, hook.id), verificationStatus: 'VERIFIED' as const, lastUpdated: org.timestamp() }
    return reply.send(hookJson(put(org, verified, 'event_hook.verified'), baseUrl(request)))
  })
}

/** A GET with a challenge, which the receiver sends back as `{"verification": …}`. */
async function answersChallenge(org: Org, hook: EventHook): Promise<boolean> {
  const challenge = randomText(org.random, 40)
  const { status, text } = await callReceiver(org, hook.channel, { method: 'GET', headers: { 'x-okta-verification-challenge': challenge } })
  if (status !== 200) return false
  try {
    const answer: unknown = JSON.parse(text)
    return isRecord(answer) && answer['verification'] === challenge
  } catch {
    return false
  }
}

function put(org: Org, hook: EventHook, type: EventType): EventHook {
  org.hooks.event.put(hook)
  emit(org, type, { targets: [target(hook)] })
  return hook
}

function target(hook: EventHook) {
  return { id: hook.id, type: 'EventHook', alternateId: 'unknown', displayName: hook.name }
}

function requireHook(org: Org, id: string): EventHook {
  const hook = org.hooks.event.get(id)
  if (!hook) throw notFound(id, 'EventHook')
  return hook
}

function readEventHook(input: unknown, before: EventHook | null): Pick<EventHook, 'name' | 'description' | 'events' | 'channel'> {
  const { body, name, channel } = readHook(input, before?.channel ?? null, (given) => typeProblems(given['events']))
  const { items } = body['events'] as { items: string[] }
  const { description } = body
  if (description !== undefined && description !== null && typeof description !== 'string') throw new OktaError('E0000003')
  return { name, description: description ?? null, events: [...new Set(items)], channel }
}

function typeProblems(events: unknown): string[] {
  const items = isRecord(events) && events['type'] === 'EVENT_TYPE' ? events['items'] : undefined
  if (!Array.isArray(items) || items.length === 0) return ['events.items: The field cannot be left blank']
  if (items.length > mostTypes) return [`events.items: At most ${mostTypes} event types`]
  return items.filter((type) => typeof type !== 'string' || !mayBeHooked(type)).map((type) => `events.items: ${String(type)} is not eligible for event hooks`)
}

function hookJson(hook: EventHook, base: string): Record<string, unknown> {
  const { id, name, description, status, verificationStatus, created, lastUpdated } = hook
  const self = `${base}/api/v1/eventHooks/${id}`
  return {
    id, status, verificationStatus, name, description, created, createdBy: 'system', lastUpdated,
    events: { type: 'EVENT_TYPE', items: hook.events, filter: null },
    channel: channelJson(hook.channel),
    _links: { self: { href: self }, verify: { href: `${self}/lifecycle/verify`, hints: { allow: ['POST'] } } },
  }
}

