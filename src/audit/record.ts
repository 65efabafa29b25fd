/**
 * Writing audit events: one for each verb call and target, in the same transaction as the change. The writer computes
 * the digest and depends on nobody; order and signatures come later (`seal.ts`), so writers never wait on each other.
 */
import { randomFillSync } from 'node:crypto'
import type { Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { insertEvents, type EventRow } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { commitment, eventDigest } from './digest.ts'
import { refuseSecrets } from './secrets.ts'

export interface NewEvent {
  /** What was done, noun first: `user.create`. */
  action: string
  /** The kind of the record it was done to: `User`. */
  targetType: string
  targetId: string
  /** The fields that changed; secrets appear with their path only. */
  changes?: readonly FieldChange[]
  /** `SUCCESS` unless the verb records that it was refused: then the error's code. */
  result?: string
}

/** Writes the events of a verb call in its transaction, for one target or thousands. */
export async function recordEvents(tx: Transaction, ctx: Context, events: readonly NewEvent[]): Promise<void> {
  await insertEvents(tx, eventRows(ctx, events))
}

/** The same events as rows, for whoever writes them along with others (`insertEvents` in the store takes them). */
export function eventRows(ctx: Maker, events: readonly NewEvent[]): EventRow[] {
  return events.map(eventMaker(ctx))
}

type Maker = Pick<Context, 'actor' | 'now' | 'newId'>

/** Makes the row of one event after the other, for the events of one verb call. */
export function eventMaker(ctx: Maker): (event: NewEvent) => EventRow {
  const { actor } = ctx
  const at = ctx.now().toISOString()
  // From where is the same for all events of one call: one commitment serves them.
  const origin = committed('origin', JSON.stringify({ ip: actor.ip, principal: actor.principal }))
  return ({ action, targetType, targetId, changes, result = 'SUCCESS' }) => {
    const eventId = ctx.newId()
    const { userId: actorId, source, correlationId } = actor
    const own = changes === undefined || changes.length === 0 ? nothing : committedChanges(changes)
    const header = { eventId, at, actorId, source, action, targetType, targetId, result, correlationId }
    return {
      event_id: eventId,
      at,
      actor_id: actorId,
      source,
      action,
      target_type: targetType,
      target_id: targetId,
      result,
      correlation_id: correlationId,
      origin: origin.text,
      origin_salt: bytes(origin.salt),
      origin_digest: bytes(origin.digest),
      changes: own.text,
      changes_salt: bytes(own.salt),
      changes_digest: bytes(own.digest),
      digest: bytes(eventDigest(header, origin.digest, own.digest))!,
    }
  }
}

interface Committed {
  text: string | null
  /** Hex. */
  salt: string | null
  digest: string | null
}

const nothing: Committed = { text: null, salt: null, digest: null }

function committedChanges(changes: readonly FieldChange[]): Committed {
  const text = JSON.stringify(changes)
  refuseSecrets(changes, text)
  return committed('changes', text)
}

function committed(part: 'origin' | 'changes', text: string): Committed {
  const salt = newSalt()
  return { text, salt, digest: commitment(part, salt, text) }
}

function bytes(hex: string | null): string | null {
  return hex === null ? null : `\\x${hex}`
}

const salts = Buffer.alloc(16 * 256)
let nextSalt = salts.length

/** 16 random bytes in hex, drawn 256 at a time: a system call for each would cost more than the hash. */
function newSalt(): string {
  if (nextSalt === salts.length) {
    randomFillSync(salts)
    nextSalt = 0
  }
  return salts.toString('hex', nextSalt, (nextSalt += 16))
}
