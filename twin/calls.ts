/**
 * A recording of every API call, for tests that ask what a client did: a ring of the last ones, with passwords and
 * tokens left out. A call stands in it from its first byte; `status` stays null while nothing has been answered.
 */
import { isRecord } from './credentials.ts'
import { pathMatches } from './faults.ts'

export interface Call {
  number: number
  at: string
  method: string
  path: string
  query: string
  body: unknown
  requestId: string
  /** SSWS, Bearer, DPoP, or none; and whose it is. */
  scheme: string
  client: string | null
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

const secretNames = new Set([
  'password', 'newPassword', 'oldPassword', 'answer', 'client_secret', 'client_assertion', 'code', 'code_verifier', 'refresh_token',
  'token', 'sessionToken', 'id_token_hint',
])

/** A query with the values of secrets left out. */
export function queryWithoutSecrets(query: string): string {
  return query.split('&').map((part) => (secretNames.has(part.split('=', 1)[0]!) ? `${part.split('=', 1)[0]}=***` : part)).join('&')
}

export interface CallQuery {
  method?: string
  /** `*` stands for one segment, `**` for any rest. */
  path?: string
  status?: string
  /** Behind this number. */
  after?: string
  limit?: string
}

/** Those of the calls that are asked for, oldest first. */
export function selectCalls(calls: readonly Call[], query: CallQuery): Call[] {
  const limit = query.limit === undefined ? calls.length : Number(query.limit)
  return calls.filter((call) =>
    (query.method === undefined || call.method === query.method.toUpperCase()) &&
    (query.path === undefined || pathMatches(query.path, call.path)) &&
    (query.status === undefined || String(call.status) === query.status) &&
    (query.after === undefined || call.number > Number(query.after))).slice(0, limit)
}

/** A copy of a body with every secret replaced by `***`; deep only as far as secrets stand in Okta's bodies. */
export function withoutSecrets(body: unknown, depth = 0): unknown {
  if (!isRecord(body) || depth > 4) return body
  const shown = (name: string, value: unknown) => (secretNames.has(name) ? '***' : withoutSecrets(value, depth + 1))
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shown(name, value)]))
}
