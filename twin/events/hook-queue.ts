/**
 * From the System Log to the receivers of event hooks: who is told of an entry, and what the fault plan does on the way
 * (lost, sent twice, held back so that later ones overtake it). Sending itself is in `hook-send.ts`.
 */
import { randomUUID } from 'node:crypto'
import type { Fault } from '../faults.ts'
import type { Org } from '../state.ts'
import { sendEvents } from './hook-send.ts'
import { noteDelivery } from './hook-store.ts'
import type { EventHook } from './hook-store.ts'
import type { LogEvent } from './log-store.ts'

/** Okta's own limit for an org. */
const mostEventsADay = 400_000
const dayMs = 86_400_000
const mostEventsADelivery = 100

/** Puts an entry into the queue of each hook that asks for its type. */
export function queueForHooks(org: Org, event: LogEvent): void {
  for (const hook of org.hooks.event.values()) {
    const asked = hook.status === 'ACTIVE' && hook.verificationStatus === 'VERIFIED' && hook.events.includes(event.eventType)
    if (asked && withinDay(org)) queue(org, hook, event)
  }
}

function withinDay(org: Org): boolean {
  const { day } = org.hooks
  const number = Math.floor(org.now() / dayMs)
  if (day.number !== number) Object.assign(day, { number, sent: 0 })
  day.sent += 1
  return day.sent <= mostEventsADay
}

function queue(org: Org, hook: EventHook, event: LogEvent): void {
  const struck = org.hookFaults(event.eventType)
  const kinds = struck.map(({ kind }) => kind)
  const held = struck.find(({ kind }) => kind === 'hook-reorder' || kind === 'hook-delay')
  if (kinds.includes('hook-lost')) {
    noteDelivery(org.hooks, { at: org.timestamp(), hookId: hook.id, eventId: event.uuid, eventTypes: [event.eventType], attempt: 0, status: null, faults: kinds })
    return
  }
  if (struck.length === 0) return gather(org, hook, event)
  // A duplicate carries the same eventId: that is what receivers know it by.
  const [eventId, repeated] = [randomUUID(), struck.find(({ kind }) => kind === 'hook-duplicate')]
  const sendAfter = (fault: Fault | undefined) =>
    org.schedule.at(org.now() + (fault?.delayMs ?? 0), () => sendEvents(org, { hookId: hook.id, eventId, events: [event], faults: kinds }))
  sendAfter(held)
  if (repeated) sendAfter(repeated)
}

/** Entries that come in one go travel in one delivery. */
function gather(org: Org, hook: EventHook, event: LogEvent): void {
  const waiting = org.hooks.waiting.get(hook.id)
  if (waiting && waiting.length < mostEventsADelivery) {
    waiting.push(event)
    return
  }
  const events = [event]
  org.hooks.waiting.set(hook.id, events)
  org.schedule.at(org.now() + org.options.hookDelaySeconds * 1000, () => {
    if (org.hooks.waiting.get(hook.id) === events) org.hooks.waiting.delete(hook.id)
    sendEvents(org, { hookId: hook.id, eventId: randomUUID(), events, faults: [] })
  })
}
