/**
 * Okta's System Log and event hooks as hints: which accounts an event is about. What it says has changed is not read;
 * events may be late, doubled, out of order or forged, and the account itself is looked at instead.
 */
import { isObject } from '../../model/attribute.ts'
import type { RemoteEvent } from '../../sync/connector.ts'
import { ownUserAgent, type OktaClient } from './client.ts'

/** Kinds of events after which an account may be another: lifecycle, profile, membership of groups. */
const telling = ['user.lifecycle.', 'user.account.', 'group.user_membership.']

const filter = telling.map((prefix) => `eventType sw "${prefix}"`).join(' or ')
const perPage = 1000
/** A log that gets longer faster than it is read is read on at the next poll. */
const mostPages = 1000

/** Polls the log up to now: ascending and without an end, so that events come in the order they were persisted, each once. */
export async function* readEvents(
  client: OktaClient, from: { cursor: string } | { since: string },
): AsyncGenerator<{ events: RemoteEvent[]; cursor: string | null }> {
  const query = { filter, limit: String(perPage), sortOrder: 'ASCENDING' }
  let answer = 'cursor' in from
    ? await client.request<unknown[]>('GET', logPath(from.cursor), { expects: 'list' })
    : await client.request<unknown[]>('GET', '/api/v1/logs', { query: { ...query, since: from.since }, expects: 'list' })
  for (let page = 1; ; page++) {
    yield { events: answer.body.flatMap((entry) => eventOf(entry) ?? []), cursor: answer.next }
    // There is always a next page of a log; one that is not full is the last for now.
    if (answer.next === null || answer.body.length < perPage || page === mostPages) return
    answer = await client.request<unknown[]>('GET', answer.next, { expects: 'list' })
  }
}

/** A cursor is kept in the database: it leads nowhere but to the log. */
function logPath(cursor: string): string {
  const { pathname, search } = new URL(cursor, 'http://okta.invalid')
  return pathname === '/api/v1/logs' ? pathname + search : '/api/v1/logs'
}

/** An entry of the log as far as it concerns accounts; null when it does not. */
export function eventOf(entry: unknown): RemoteEvent | null {
  if (!isObject(entry)) return null
  const { uuid, published, eventType, target, client } = entry
  if (typeof uuid !== 'string' || !/^[\w-]{1,64}$/.test(uuid) || typeof eventType !== 'string' || !telling.some((prefix) => eventType.startsWith(prefix))) return null
  const accountIds = (Array.isArray(target) ? target.slice(0, mostTargets) : []).flatMap((one: unknown) => (
    isObject(one) && one.type === 'User' && typeof one.id === 'string' && /^[!-~]{1,20}$/.test(one.id) ? [one.id] : []))
  const agent = isObject(client) && isObject(client.userAgent) ? client.userAgent.rawUserAgent : null
  const at = typeof published === 'string' && !Number.isNaN(Date.parse(published)) ? new Date(published).toISOString() : ''
  return { id: uuid, at, accountIds, isOurs: agent === ownUserAgent }
}

const mostTargets = 100
const mostEvents = 1000

/** The events of a delivery by an event hook; null when it is none. */
export function eventsOfDelivery(body: unknown): RemoteEvent[] | null {
  const events = isObject(body) && isObject(body.data) ? body.data.events : undefined
  return Array.isArray(events) && events.length <= mostEvents ? events.flatMap((entry) => eventOf(entry) ?? []) : null
}
