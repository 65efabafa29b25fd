/**
 * Names that people are shown and decide by: of applications, factors, keys, sites. What cannot be seen, or turns the reading of what
 * stands around it, would let one pass for another, or write lines of its own into a list or a mail.
 */
import { GatehouseError } from '../errors.ts'

// Controls, line and paragraph ends; embeddings, overrides and isolates of direction (UAX #9); what takes no room; tags. The joiners and
// marks that Persian, Hindi or Hebrew are written with may stand.
const deceiving = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u

/** What is wrong with such a name, or undefined. */
export function nameFault(name: string): string | undefined {
  if (deceiving.test(name)) return 'must hold no line breaks, control characters, or characters that turn the direction of writing or are not seen'
  return /^[\s\p{Cf}]*$/u.test(name) ? 'must not be empty' : undefined
}

/** Errors: `invalid_value`. */
export function refuseName(name: string): void {
  const message = nameFault(name)
  if (message !== undefined) throw new GatehouseError('invalid_value', `name: ${message}.`, { problems: [{ path: 'name', message }] })
}
