/** A text of a file as the value of an attribute: the type comes from the model. What the value may be, the verbs judge. */
import type { Place } from './attribute-place.ts'
import { isRealDay, readInstant } from './value-date.ts'

const truths: Record<string, boolean> = {
  true: true, false: false, yes: true, no: false, y: true, n: false, '1': true, '0': false,
}

/** The value, or a reason why the text is none. */
export function coerceValue(place: Place, text: string): { value: unknown } | { reason: string } {
  switch (place.attribute?.type) {
    case 'boolean': {
      const key = text.trim().toLowerCase()
      return Object.hasOwn(truths, key) ? { value: truths[key] } : { reason: 'It is neither true nor false.' }
    }
    case 'integer':
      return /^-?\d{1,15}$/.test(text.trim()) ? { value: Number(text) } : { reason: 'It is no whole number.' }
    case 'decimal':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text.trim()) ? { value: Number(text) } : { reason: 'It is no number.' }
    case 'date':
      return isRealDay(text.trim()) ? { value: text.trim() } : { reason: 'It is no date that exists, written as YYYY-MM-DD.' }
    case 'dateTime': {
      const value = readInstant(text.trim())
      return value ? { value } : { reason: 'It is no instant that exists, written as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.' }
    }
    default:
      return { value: text }
  }
}
