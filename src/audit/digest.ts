/**
 * What is hashed of an audit event, and how. Pure; the stand-alone verifier and any other implementation need no more
 * than this file (decision 0010).
 *
 * A digest is SHA-256 over a heading and netstrings (`length in bytes:text,`; `~` for an absent value), so that no two
 * different events have the same bytes. The personal parts, `origin` and `changes`, enter only through commitments:
 * SHA-256 over a random salt and the text. Once text and salt are gone, nothing about them can be found out or guessed,
 * and the digest still holds.
 */
import { hash } from 'node:crypto'

/** The part of an event that never changes. Times are ISO 8601 in UTC with milliseconds. */
export interface EventHeader {
  eventId: string
  at: string
  actorId: string | null
  source: string
  action: string
  targetType: string
  targetId: string
  result: string
  correlationId: string | null
}

/** The fields in the order they are hashed; `originDigest` and `changesDigest` (hex) come after them. */
export const headerFields = [
  'eventId',
  'at',
  'actorId',
  'source',
  'action',
  'targetType',
  'targetId',
  'result',
  'correlationId',
] as const satisfies readonly (keyof EventHeader)[]

const heading = 'gatehouse audit event 1\n'

/** The bytes that are hashed, as text. Two different events never have the same. */
export function canonicalText(event: EventHeader, originDigest: string | null, changesDigest: string | null): string {
  let text = heading
  for (const field of headerFields) text += netstring(event[field])
  return text + netstring(originDigest) + netstring(changesDigest)
}

/** An event's digest, in hex. */
export function eventDigest(event: EventHeader, originDigest: string | null, changesDigest: string | null): string {
  return hash('sha256', canonicalText(event, originDigest, changesDigest), 'hex')
}

/** The salted commitment (hex) to a personal part, given as the exact text that is stored; `salt` is 32 hex digits. */
export function commitment(part: 'origin' | 'changes', salt: string, text: string): string {
  return hash('sha256', `gatehouse audit ${part} 1\n${salt}${text}`, 'hex')
}

/** One value, framed by its length: also used by the header of a block. */
export function netstring(value: string | number | null): string {
  if (value === null) return '~'
  const text = String(value)
  return `${Buffer.byteLength(text)}:${text},`
}
