/**
 * In which form values arrive: timestamptz as an ISO 8601 string in UTC with milliseconds, date as YYYY-MM-DD, int8 and
 * numeric as numbers (nothing we store leaves the safe range), bytea as Buffer.
 */
import pg from 'pg'

export const types = new pg.TypeOverrides()
types.setTypeParser(1184, (text) => toIsoInstant(text))
types.setTypeParser(1082, (text) => text)
types.setTypeParser(20, Number)
types.setTypeParser(1700, Number)

/** `2026-11-21 06:57:03.123456+00` → `2026-11-21T06:57:03.123Z`; infinities stay words. */
export function toIsoInstant(text: string): string {
  if (text.endsWith('infinity') || text.endsWith('BC')) return text
  const fraction = /\.(\d{1,6})/.exec(text)
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${(fraction?.[1] ?? '').padEnd(3, '0').slice(0, 3)}Z`
}
