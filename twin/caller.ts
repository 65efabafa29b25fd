/** Whose request is being carried out: what the System Log says of it, and the lag that a fault gave it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from './events/log-store.ts'

export interface Caller {
  actor: Actor
  requestId: string
  ipAddress: string
  userAgent: string
  indexLagMs: number
}

const callers = new AsyncLocalStorage<Caller>()

/** Null outside of requests. */
export function currentCaller(): Caller | null {
  return callers.getStore() ?? null
}

export function runAs<T>(caller: Caller, work: () => T): T {
  return callers.run(caller, work)
}

/** What is done later is done in nobody's name, even where a request set its timer. */
export function runAsNobody<T>(work: () => T): T {
  return callers.exit(work)
}
