/**
 * Identifiers: UUID version 7 (RFC 9562 §5.7) as 32 hexadecimal characters without dashes, so that they fit the seed's
 * VARCHAR(32) and rows made one after the other lie next to each other in an index.
 */
import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16 * 256)
let next = pool.length
let lastMillis = 0
let counter = 0

/**
 * A new time-ordered identifier. Ids made by one process in the same millisecond still ascend: the 12 bits after the
 * timestamp count (RFC 9562 §6.2, method 1) and a full counter borrows from the next millisecond.
 */
export function newId(now: number = Date.now()): string {
  if (next === pool.length) {
    randomFillSync(pool)
    next = 0
  }
  const bytes = pool.subarray(next, next + 16)
  next += 16
  if (now > lastMillis) {
    lastMillis = now
    counter = bytes.readUInt16BE(6) & 0x3ff
  } else if (++counter > 0xfff) {
    lastMillis++
    counter = 0
  }
  const time = lastMillis.toString(16).padStart(12, '0')
  const count = (0x7000 | counter).toString(16)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return time + count + bytes.toString('hex', 8, 16)
}
