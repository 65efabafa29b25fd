/**
 * When a request to Okta is tried again: a table, read at the edge (pure). What a create or another request that must
 * not happen twice left behind nobody knows after a lost answer, so those are never repeated here; who sent them looks
 * first what became of them.
 */

/** What became of one attempt. */
export type Failure =
  /** 429: the bucket is empty until its reset. */
  | { kind: 'rateLimit'; resetInMs: number | null }
  /** 429 with a limit of 0: too many at once; its reset is a guess. */
  | { kind: 'concurrency' }
  /** 409 E0000112. */
  | { kind: 'stillActivating' }
  /** A delete has only deactivated the account, since its deactivation was still under way. */
  | { kind: 'stillDeactivating' }
  /** 5xx with an error object of Okta's. */
  | { kind: 'serverError'; status: number }
  /** A page, or nothing, instead of the JSON asked for, whatever its status: somebody in between answered, or cut the answer short. */
  | { kind: 'notJson' }
  /** The connection was refused or the name not found: nothing was sent. */
  | { kind: 'unreachable' }
  /** The connection broke off: the request may have been carried out. */
  | { kind: 'reset' }
  /** Nothing came in time: the request may have been carried out. */
  | { kind: 'timeout' }
  | { kind: 'refused' }

interface Rule {
  attempts: number
  /** The first pause; it doubles with each attempt. */
  pauseMs: number
  /** True when the request was certainly not carried out, so that even a create may be sent again. */
  notDone: boolean
}

const rules: Record<Exclude<Failure['kind'], 'refused'>, Rule> = {
  rateLimit: { attempts: 10, pauseMs: 2_000, notDone: true },
  concurrency: { attempts: 8, pauseMs: 500, notDone: true },
  stillActivating: { attempts: 6, pauseMs: 1_000, notDone: true },
  stillDeactivating: { attempts: 7, pauseMs: 1_000, notDone: true },
  serverError: { attempts: 5, pauseMs: 500, notDone: false },
  notJson: { attempts: 5, pauseMs: 1_000, notDone: false },
  unreachable: { attempts: 5, pauseMs: 500, notDone: true },
  reset: { attempts: 4, pauseMs: 500, notDone: false },
  // Each has cost half a minute already.
  timeout: { attempts: 3, pauseMs: 1_000, notDone: false },
}

const longestPauseMs = 60_000

/**
 * How long to wait before the next attempt in milliseconds, or null to give up.
 * @param attempt how often it has been tried, from 1
 * @param repeatable whether carrying it out twice is the same as once
 * @param random 0 ≤ random < 1; up to a quarter more, so that many clients do not come back together
 */
export function pauseBefore(failure: Failure, attempt: number, repeatable: boolean, random: number): number | null {
  if (failure.kind === 'refused') return null
  const rule = rules[failure.kind]
  if (attempt >= rule.attempts || (!repeatable && !rule.notDone)) return null
  const doubled = Math.min(rule.pauseMs * 2 ** (attempt - 1), longestPauseMs)
  const jittered = Math.ceil(doubled * (1 + random / 4))
  if (failure.kind !== 'rateLimit' || failure.resetInMs === null) return jittered
  // One second more than the reset says: it counts in whole seconds.
  return Math.min(Math.max(failure.resetInMs, 0), 2 * longestPauseMs) + 1_000 + Math.ceil(random * 250)
}
