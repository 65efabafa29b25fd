/** Local dates and times, as a database without zones keeps them, as the instants that they were. */

/** `YYYY-MM-DD HH:MM:SS`, with a fraction where there is one. */
const local = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/
const offset = /^([+-])(\d\d):(\d\d)$/
const dayMs = 86_400_000

/** Whether a zone can be reckoned with: `+01:00`, `UTC`, or a name such as `Europe/Berlin`. */
export function isZone(zone: string): boolean {
  if (offset.test(zone)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/**
 * The instant of a local time, or null when there is no such date (`0000-00-00 00:00:00`). Of the hour that a clock put
 * back shows twice the first is meant; the hour that a clock put forward leaves out is read on the clock before it.
 */
export function instantOf(text: string, zone: string): string | null {
  const [, year, month, day, hour, minute, second, fraction = ''] = local.exec(text) ?? []
  if (year === undefined) return null
  const numbers = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number]
  const [y, m, d, h, i, s] = numbers
  const naive = new Date(0)
  naive.setUTCFullYear(y, m - 1, d)
  naive.setUTCHours(h, i, s, Number(fraction.padEnd(3, '0').slice(0, 3)))
  // A day that does not exist would have become another one.
  if (y < 1 || naive.getUTCMonth() !== m - 1 || naive.getUTCDate() !== d || h > 23 || i > 59 || s > 59) return null
  const wall = naive.getTime()
  const before = wall - offsetAt(zone, wall - dayMs)
  const after = wall - offsetAt(zone, wall + dayMs)
  const stands = (instant: number) => wall - offsetAt(zone, instant) === instant
  const earlier = Math.min(before, after)
  const instant = new Date(stands(earlier) ? earlier : stands(before) ? before : stands(after) ? after : before).toISOString()
  // In UTC it may fall out of the years that are written with four digits.
  return /^\d/.test(instant) ? instant : null
}

const known = new Map<string, number>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** How far a zone's clock is ahead of UTC at an instant, in milliseconds; zones change on the quarter of an hour at most. */
function offsetAt(zone: string, instant: number): number {
  const [, sign, hours, minutes] = offset.exec(zone) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  if (zone === 'UTC') return 0
  const quarter = Math.floor(instant / 900_000)
  const key = `${zone} ${quarter}`
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= 50_000) known.clear()
  const ahead = readOffset(zone, quarter * 900_000)
  known.set(key, ahead)
  return ahead
}

function readOffset(zone: string, instant: number): number {
  let format = formats.get(zone)
  if (!format) {
    formats.set(zone, (format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })))
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const shown = new Date(0)
  shown.setUTCFullYear(parts['year']!, parts['month']! - 1, parts['day'])
  shown.setUTCHours(parts['hour']!, parts['minute'], parts['second'])
  return shown.getTime() - instant
}
