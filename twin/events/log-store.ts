/**
 * The System Log's entries in the order they were persisted, which need not be the order they were published in. The
 * oldest fall out; positions only grow, so a cursor stays good.
 */

export interface Actor {
  id: string
  type: 'User' | 'SystemPrincipal' | 'PublicClientApp'
  alternateId: string
  displayName: string
}

export interface Target {
  id: string
  type: string
  alternateId: string
  displayName: string
}

export interface LogEvent {
  uuid: string
  published: string
  eventType: string
  version: '0'
  severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  displayMessage: string
  legacyEventType: null
  actor: Actor & { detailEntry: null }
  client: Record<string, unknown>
  outcome: { result: 'SUCCESS' | 'FAILURE' | 'DENY'; reason: string | null }
  target: (Target & { detailEntry: null })[] | null
  transaction: { type: 'WEB' | 'JOB'; id: string; detail: object }
  debugContext: { debugData: Record<string, unknown> }
  authenticationContext: Record<string, unknown>
  securityContext: Record<string, unknown>
  request: { ipChain: unknown[] }
}

export interface LogStore {
  /** Gives the event's position, 1 for the first. */
  add(event: LogEvent): number
  /** Entries behind `position`, in the order they were persisted. */
  after(position: number): Generator<[number, LogEvent]>
  /** The position of the newest entry. */
  readonly last: number
}

export function createLogStore(capacity: number): LogStore {
  let events: LogEvent[] = []
  let dropped = 0
  return {
    add(event) {
      events.push(event)
      // Trimmed in halves, so that writing stays constant time.
      if (events.length > 2 * capacity) {
        dropped += events.length - capacity
        events = events.slice(-capacity)
      }
      return dropped + events.length
    },
    *after(position) {
      const [list, offset] = [events, dropped]
      for (let index = Math.max(0, position - offset); index < list.length; index += 1) {
        yield [offset + index + 1, list[index]!]
      }
    },
    get last() {
      return dropped + events.length
    },
  }
}
