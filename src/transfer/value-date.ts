/** Dates in files: ISO 8601, or a pattern of a mapping (`MM/DD/YYYY`). Days that don't exist are refused. */

const tokens: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
}

/**
 * A reader for a pattern made of YYYY MM DD HH mm ss and separators. It gives `YYYY-MM-DD`, with hours in the pattern an
 * instant in UTC, or undefined when the text doesn't fit or the day does not exist. Undefined for a pattern without a
 * day, a month and a year.
 */
export function dateReader(pattern: string): ((text: string) => string | undefined) | undefined {
  const packed = /YYYYMMDD/.test(pattern)
  const used: string[] = []
  const source = pattern.replace(/YYYY|MM|DD|HH|mm|ss|[\s\S]/g, (piece) => {
    const token = tokens[piece]
    if (!token) return piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    used.push(piece)
    return packed ? token.replace('{1,2}', '{2}') : token
  })
  if (!['YYYY', 'MM', 'DD'].every((token) => used.filter((one) => one === token).length === 1)) return undefined
  if (new Set(used).size !== used.length) return undefined
  const matcher = new RegExp(`^${source}$`)
  return (text) => {
    const found = matcher.exec(text.trim())?.groups
    if (!found) return undefined
    const day = `${found.year}-${found.month!.padStart(2, '0')}-${found.day!.padStart(2, '0')}`
    if (!isRealDay(day)) return undefined
    if (found.hour === undefined) return day
    return readInstant(`${day}T${found.hour.padStart(2, '0')}:${found.minute ?? '00'}:${found.second ?? '00'}Z`)
  }
}

/** True for `YYYY-MM-DD` of a day that exists (proleptic Gregorian, years 0001 to 9999). */
export function isRealDay(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!found) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day <= days[month - 1]!
}

const instant = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i

/** An ISO 8601 instant, or a plain day (its midnight in UTC), as `YYYY-MM-DDTHH:mm:ss.sssZ`; undefined when it is none. */
export function readInstant(text: string): string | undefined {
  if (isRealDay(text)) return `${text}T00:00:00.000Z`
  const found = instant.exec(text)
  if (!found || !isRealDay(found[1]!)) return undefined
  const millis = (found[5] ?? '.0').slice(0, 4)
  const made = new Date(`${found[1]}T${found[2]}:${found[3]}:${found[4] ?? '00'}${millis}${found[6]!.toUpperCase()}`)
  return Number.isNaN(made.getTime()) ? undefined : made.toISOString()
}
