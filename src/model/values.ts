/** One value of one attribute: is it of its type, within its limits, and how is it kept? */
import type { Attribute } from './attribute.ts'
import { textFault } from './text.ts'

export type Checked = { value: unknown } | { message: string }

const integerLimit = 2_147_483_647

/** The value as it is kept, or why it is refused. null and undefined are the caller's to treat. */
export function checkValue(attribute: Attribute, value: unknown): Checked {
  switch (attribute.type) {
    case 'string':
    case 'reference':
      return checkText(attribute, value)
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { message: `must be true or false, not ${kindOf(value)}` }
    case 'integer':
      return checkInteger(attribute, value)
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value) ? { value } : { message: `must be a number, not ${kindOf(value)}` }
    case 'date':
      return checkDate(value)
    case 'dateTime':
      return checkInstant(value)
    case 'binary':
      return typeof value === 'string' && isBase64(value) ? { value } : { message: 'must be base64 text' }
  }
}

function checkInteger({ least = -integerLimit }: Attribute, value: unknown): Checked {
  if (typeof value !== 'number') return { message: `must be a whole number, not ${kindOf(value)}` }
  return Number.isInteger(value) && value >= least && value <= integerLimit ? { value } : { message: `must be a whole number from ${least} to ${integerLimit}` }
}

function checkText(attribute: Attribute, value: unknown): Checked {
  if (typeof value !== 'string') return { message: `must be a text, not ${kindOf(value)}` }
  const fault = textFault(value)
  if (fault !== undefined) return { message: fault }
  const limit = attribute.length
  if (limit !== undefined && value.length > limit && [...value].length > limit) {
    return { message: `has ${[...value].length} characters; at most ${limit} are allowed` }
  }
  if (attribute.canonical && !attribute.canonical.includes(value)) {
    return { message: `must be one of ${attribute.canonical.join(', ')}` }
  }
  if (attribute.required && value.trim() === '') return { message: 'must not be empty' }
  return { value }
}

const dateForm = /^(\d{4})-(\d{2})-(\d{2})$/

/** A calendar date that exists, as YYYY-MM-DD, from year 1 on. */
export function checkDate(value: unknown): Checked {
  const parts = typeof value === 'string' ? dateForm.exec(value) : null
  if (!parts) return { message: 'must be a date of the form 2026-11-21' }
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  return existsOnCalendar(year, month, day) ? { value } : { message: `${value} is not a day of the calendar` }
}

function existsOnCalendar(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1]!
}

const instantForm = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/i

/** An instant with its offset (RFC 3339), kept in UTC to the millisecond. */
export function checkInstant(value: unknown): Checked {
  const parts = typeof value === 'string' ? instantForm.exec(value) : null
  if (!parts) return { message: 'must be an instant with its offset, of the form 2026-11-21T08:30:00Z' }
  const [year, month, day, hour, minute] = parts.slice(1, 6).map(Number) as [number, number, number, number, number]
  const second = Number(parts[6] ?? 0)
  if (!existsOnCalendar(year, month, day) || hour > 23 || minute > 59 || second > 59) {
    return { message: `${value} is not an instant of the calendar` }
  }
  const millis = Date.parse(String(value).toUpperCase())
  const kept = Number.isNaN(millis) ? '' : new Date(millis).toISOString()
  return kept.length === 24 && kept >= '0001' ? { value: kept } : { message: `${value} is out of range` }
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return { string: 'a text', number: 'a number', boolean: 'true or false', object: 'an object' }[typeof value as string] ?? typeof value
}
