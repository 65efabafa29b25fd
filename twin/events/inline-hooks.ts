/**
 * `/api/v1/inlineHooks`, of the one type that a sign-in needs: the password import hook. A user who was created with
 * `password.hook` signs in for the first time; the receiver is asked whether the password is right, and from then on
 * Okta knows it.
 */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { currentCaller } from '../caller.ts'
import { isRecord } from '../credentials.ts'
import { notFound, validationError } from '../errors.ts'
import { baseUrl } from '../paging.ts'
import type { Org } from '../state.ts'
import { emit } from './emit.ts'
import { channelJson, readHook } from './hook-body.ts'
import { callReceiver, isGood, mayRetry } from './hook-send.ts'
import type { InlineHook } from './hook-store.ts'

interface ById {
  Params: { id: string }
}

export const passwordImport = 'com.okta.user.credential.password.import'

const mostHooks = 50

/** Registers the inline hook endpoints on `app`. */
export function inlineHookRoutes(app: FastifyInstance, org: Org): void {
  const hooks = () => org.hooks.inline

  app.get<{ Querystring: { type?: string } }>('/api/v1/inlineHooks', (request, reply) => {
    const { type } = request.query
    return reply.send([...hooks().values()].filter((hook) => !type || hook.type === type).map((hook) => hookJson(hook, baseUrl(request))))
  })

  app.post('/api/v1/inlineHooks', (request, reply) => {
    if (hooks().size >= mostHooks) throw validationError([`inlineHooks: An org has at most ${mostHooks} inline hooks`])
    const now = org.timestamp()
    const hook: InlineHook = { ...readInlineHook(request.body, null), id: org.newId('cal'), status: 'ACTIVE', created: now, lastUpdated: now }
    hooks().put(hook)
    return reply.send(hookJson(hook, baseUrl(request)))
  })

  app.get<ById>('/api/v1/inlineHooks/:id', (request, reply) => reply.send(hookJson(requireHook(org, request.params.id), baseUrl(request))))

  app.put<ById>('/api/v1/inlineHooks/:id', (request, reply) => {
    const before = requireHook(org, request.params.id)
    const hook = { ...before, ...readInlineHook(request.body, before), lastUpdated: org.timestamp() }
    hooks().put(hook)
    return reply.send(hookJson(hook, baseUrl(request)))
  })

  app.delete<ById>('/api/v1/inlineHooks/:id', (request, reply) => {
    const hook = requireHook(org, request.params.id)
    if (hook.status === 'ACTIVE') throw validationError(['inlineHookId: An inline hook has to be deactivated before it is deleted'])
    hooks().delete(hook.id)
    return reply.code(204).send()
  })

  for (const [operation, status] of [['activate', 'ACTIVE'], ['deactivate', 'INACTIVE']] as const) {
    app.post<ById>(`/api/v1/inlineHooks/:id/lifecycle/${operation}`, (request, reply) => {
      const hook = { ...requireHook(org, request.params.id), status, lastUpdated: org.timestamp() }
      hooks().put(hook)
      return reply.send(hookJson(hook, baseUrl(request)))
    })
  }
}

function requireHook(org: Org, id: string): InlineHook {
  const hook = org.hooks.inline.get(id)
  if (!hook) throw notFound(id, 'InlineHook')
  return hook
}

function readInlineHook(input: unknown, before: InlineHook | null): Pick<InlineHook, 'name' | 'type' | 'version' | 'channel'> {
  const { body, name, channel } = readHook(input, before?.channel ?? null, (given) =>
    (given['type'] ?? before?.type) === passwordImport ? [] : [`type: This double knows ${passwordImport}`])
  return { name, type: passwordImport, version: String(body['version'] ?? '1.0.0'), channel }
}

function hookJson({ channel, ...hook }: InlineHook, base: string): Record<string, unknown> {
  return { ...hook, channel: channelJson(channel), _links: { self: { href: `${base}/api/v1/inlineHooks/${hook.id}` } } }
}

/** Asks the password import hook; false too when there is none, it does not answer in time, or says nothing usable. */
export async function isVerifiedByHook(org: Org, username: string, password: string): Promise<boolean> {
  const hook = [...org.hooks.inline.values()].find(({ status, type }) => status === 'ACTIVE' && type === passwordImport)
  if (!hook) return false
  const body = question(org, hook, username, password)
  let answer = await callReceiver(org, hook.channel, { method: 'POST', body })
  if (mayRetry(answer)) answer = await callReceiver(org, hook.channel, { method: 'POST', body })
  const verified = isGood(answer) && isVerification(answer.text)
  const target = { id: hook.id, type: 'InlineHook', alternateId: 'unknown', displayName: hook.name }
  emit(org, 'inline_hook.executed', { targets: [target], result: isGood(answer) ? 'SUCCESS' : 'FAILURE', reason: answer.status === null ? 'no answer' : `HTTP ${answer.status}` })
  return verified
}

function question(org: Org, hook: InlineHook, username: string, password: string): object {
  const request = { id: randomUUID(), method: 'POST', url: { value: '/api/v1/authn' }, ipAddress: currentCaller()?.ipAddress ?? '127.0.0.1' }
  return {
    eventId: randomUUID(),
    eventTime: org.timestamp(),
    eventType: passwordImport,
    eventTypeVersion: '1.0',
    contentType: 'application/json',
    cloudEventVersion: '0.1',
    source: `${org.address}/api/v1/inlineHooks/${hook.id}`,
    data: { context: { request }, credential: { username, password }, action: { credential: 'UNVERIFIED' } },
  }
}

/** `{"commands": [{"type": "com.okta.action.update", "value": {"credential": "VERIFIED"}}]}` */
function isVerification(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text)
    const commands = isRecord(answer) && Array.isArray(answer['commands']) ? answer['commands'] : []
    return commands.some((command) => isRecord(command) && command['type'] === 'com.okta.action.update' &&
      isRecord(command['value']) && command['value']['credential'] === 'VERIFIED')
  } catch {
    return false
  }
}
