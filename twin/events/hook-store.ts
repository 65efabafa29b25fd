/** Event hooks and inline hooks as they are registered, and the last deliveries, for tests that ask what was sent. */
import { createCollection } from '../collection.ts'
import type { Collection } from '../collection.ts'
import type { LogEvent } from './log-store.ts'

export interface Channel {
  uri: string
  headers: Record<string, string>
  authScheme: { key: string; value: string } | null
}

export interface EventHook {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly verificationStatus: 'VERIFIED' | 'UNVERIFIED'
  readonly created: string
  readonly lastUpdated: string
  readonly events: readonly string[]
  readonly channel: Channel
}

export interface InlineHook {
  readonly id: string
  readonly name: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly type: string
  readonly version: string
  readonly created: string
  readonly lastUpdated: string
  readonly channel: Channel
}

export interface Delivery {
  at: string
  hookId: string
  eventId: string
  eventTypes: string[]
  attempt: number
  /** HTTP status; null when none came (refused, cut, over three seconds) or the double sent nothing. */
  status: number | null
  /** Kinds of the faults that struck. */
  faults: string[]
}

export interface HookStore {
  event: Collection<EventHook>
  inline: Collection<InlineHook>
  deliveries: Delivery[]
  /** Events waiting to be sent together, by hook. */
  waiting: Map<string, LogEvent[]>
  /** The day (of 24 hours) that is counted, and the events sent in it. */
  day: { number: number; sent: number }
}

export function createHookStore(): HookStore {
  return { event: createCollection(), inline: createCollection(), deliveries: [], waiting: new Map(), day: { number: 0, sent: 0 } }
}

const keptDeliveries = 1000

export function noteDelivery(store: HookStore, delivery: Delivery): void {
  store.deliveries.push(delivery)
  if (store.deliveries.length > 2 * keptDeliveries) store.deliveries = store.deliveries.slice(-keptDeliveries)
}
