/**
 * A recording of every API call, for tests that ask what a client did: a ring of the last ones, with passwords and
 * tokens left out. A call stands in it from its first byte; `status` stays null while nothing has been answered.
 */
import { isRecord } from './credentials.ts'

export interface Call {
  number: number
  at: string
  method: string
  path: string
  query: string
  body: unknown
  requestId: string
  /** What the double answered, or would have when a fault ate the answer. */
  status: number | null
  errorCode: string | null
  /** Kinds of the faults that struck. */
  faults: string[]
}

export interface CallLog {
  add(call: Omit<Call, 'number'>): Call
  /** The last calls, oldest first. */
  list(): Call[]
  /** How many there have been since the last clear, those fallen out of the ring too. */
  total(): number
  clear(): void
}

export function createCallLog(capacity: number): CallLog {
  let calls: Call[] = []
  let number = 0
  return {
    add(call) {
      number += 1
      const kept = { number, ...call }
      calls.push(kept)
      // Trimmed in halves, so that recording stays constant time.
      if (calls.length > 2 * capacity) calls = calls.slice(-capacity)
      return kept
    },
    list: () => calls.slice(-capacity),
    total: () => number,
    clear() {
      calls = []
      number = 0
    },
  }
}

const secretNames = new Set(['password', 'newPassword', 'oldPassword', 'answer', 'client_secret'])

/** A copy of a body with every secret replaced by `***`; deep only as far as secrets stand in Okta's bodies. */
export function withoutSecrets(body: unknown, depth = 0): unknown {
  if (!isRecord(body) || depth > 4) return body
  const shown = (name: string, value: unknown) => (secretNames.has(name) ? '***' : withoutSecrets(value, depth + 1))
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shown(name, value)]))
}
