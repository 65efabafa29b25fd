/**
 * Refusals in the audit: who was kept from what they may not, wrong keys, requests from other sites, and attempts too many. Whoever is refused
 * could go on for ever, so that what is written has a bound. In a quarter of an hour, and for each server:
 *
 *     the first refusal of a kind for a caller ─▶ an event at once       those after it ─▶ counted, one event at the end
 *     more callers than a hundred ─▶ counted together, one event at the end; strangers use up no place of those who are known
 */
import type { Context } from '../context.ts'
import type { ErrorCode } from '../errors.ts'
import { guesserOf } from '../model/network.ts'
import { recordEvents, type NewEvent } from './record.ts'

const windowMs = 15 * 60_000
/** Callers who have events of their own in a window: so many who are known, and so many strangers. */
const mostTold = 100
const mostOperations = 20
/** The most characters of what was asked for: as many as the id of a target may have. */
const longestOperation = 255

export interface Refusal {
  code: ErrorCode
  /** Who it was, where that is known. */
  userId: string | null
  principal: string
  ip: string
  /** What was asked for. */
  operation: string
  correlationId: string
}

export interface Refusals {
  note: (refusal: Refusal) => void
  /** Ends the window: writes what was counted and not yet told. */
  flush: () => Promise<void>
}

interface Counted {
  last: Refusal
  /** Those after the first one, which was told at once. */
  more: number
  operations: Set<string>
}

type Base = Pick<Context, 'db' | 'now' | 'newId'>

/** `failed` is told what stands against writing; whoever was refused is not. */
export function createRefusals(base: Base, failed: (error: unknown) => void = () => {}): Refusals {
  let counted = new Map<string, Counted>()
  let others = 0
  let told = { known: 0, strangers: 0 }
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<unknown> = Promise.resolve()
  const write = (refusal: Pick<Refusal, 'userId' | 'principal' | 'correlationId'> & { ip: string | null }, events: readonly NewEvent[]) => {
    const ctx = { ...base, actor: { userId: refusal.userId, principal: refusal.principal, source: 'REST', ip: refusal.ip, correlationId: refusal.correlationId } } as Context
    writing = writing.then(() => base.db.transaction((tx) => recordEvents(tx, ctx, events))).catch(failed)
  }
  const close = () => {
    clearTimeout(timer)
    const [ended, uncounted] = [counted, others]
    ;[counted, others, told, timer] = [new Map<string, Counted>(), 0, { known: 0, strangers: 0 }, undefined]
    for (const { last, more, operations } of ended.values()) if (more > 0) write(last, [eventOf(last.code, 'many', { count: more, operations: [...operations] })])
    if (uncounted > 0) write({ userId: null, principal: 'many callers', ip: null, correlationId: base.newId() }, [eventOf('forbidden', 'many', { count: uncounted })])
  }
  return {
    note(given) {
      const refusal = { ...given, operation: given.operation.slice(0, longestOperation) }
      timer ??= setTimeout(close, windowMs).unref()
      const key = `${refusal.code} ${refusal.userId ?? guesserOf(refusal.ip)}`
      const known = counted.get(key)
      if (known) {
        Object.assign(known, { last: refusal, more: known.more + 1 })
        if (known.operations.size < mostOperations) known.operations.add(refusal.operation)
      } else if (told[isKnown(refusal)] < mostTold) {
        told[isKnown(refusal)]++
        counted.set(key, { last: refusal, more: 0, operations: new Set([refusal.operation]) })
        write(refusal, [eventOf(refusal.code, refusal.operation)])
      } else others++
    },
    async flush() {
      close()
      await writing
    },
  }
}

const isKnown = ({ userId }: Refusal) => (userId === null ? 'strangers' : 'known')

const eventOf = (code: ErrorCode, operation: string, after?: { count: number; operations?: readonly string[] }): NewEvent => (
  { action: 'request.refuse', targetType: 'Operation', targetId: operation, result: code, ...(after ? { changes: [{ path: 'refused', after }] } : {}) })
