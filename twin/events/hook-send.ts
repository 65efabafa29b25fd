/**
 * Sending a hook's request: JSON, the receiver's own secret in a header, three seconds for an answer, one retry after a
 * timeout or a 5xx and none after a 4xx. Redirects are not followed, and no more than a little of an answer is read.
 */
import type { Org } from '../state.ts'
import { noteDelivery } from './hook-store.ts'
import type { Channel } from './hook-store.ts'
import type { LogEvent } from './log-store.ts'

const longestAnswer = 256 * 1024

export interface HookAnswer {
  /** Null when none came. */
  status: number | null
  text: string
}

/** One request to a receiver. Never throws. */
export async function callReceiver(org: Org, channel: Channel, request: { method: 'GET' | 'POST'; body?: object; headers?: Record<string, string> }): Promise<HookAnswer> {
  const secret = channel.authScheme ? { [channel.authScheme.key]: channel.authScheme.value } : {}
  try {
    const response = await fetch(channel.uri, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(org.options.hookTimeoutSeconds * 1000),
      headers: { accept: 'application/json', ...(request.body ? { 'content-type': 'application/json' } : {}), ...channel.headers, ...secret, ...request.headers },
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    })
    return { status: response.status, text: await readSome(response) }
  } catch {
    return { status: null, text: '' }
  }
}

async function readSome(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > longestAnswer) break
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

export const isGood = ({ status }: HookAnswer) => status !== null && status >= 200 && status < 300
export const mayRetry = ({ status }: HookAnswer) => status === null || status >= 500

export interface Sending {
  hookId: string
  eventId: string
  events: LogEvent[]
  /** Kinds of the faults that struck. */
  faults: string[]
}

/** Sends events to a hook, with one retry. */
export function sendEvents(org: Org, { hookId, eventId, events, faults }: Sending): void {
  const attempt = async (number: 1 | 2): Promise<void> => {
    const hook = org.hooks.event.get(hookId)
    if (hook?.status !== 'ACTIVE') return
    const answer = await callReceiver(org, hook.channel, { method: 'POST', body: envelope(org, hookId, eventId, events) })
    noteDelivery(org.hooks, { at: org.timestamp(), hookId, eventId, eventTypes: events.map(({ eventType }) => eventType), attempt: number, status: answer.status, faults })
    if (number === 1 && mayRetry(answer)) org.schedule.at(org.now() + org.options.hookRetrySeconds * 1000, () => org.schedule.track(attempt(2)))
  }
  org.schedule.track(attempt(1))
}

function envelope(org: Org, hookId: string, eventId: string, events: LogEvent[]): object {
  return {
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    source: `${org.address}/api/v1/eventHooks/${hookId}`,
    eventId,
    data: { events },
    eventTime: org.timestamp(),
    contentType: 'application/json',
  }
}
