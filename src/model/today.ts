/** "Today" follows one setting, TIME_ZONE: the day that start and last dates are held against. */

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day after a date, both as YYYY-MM-DD. */
export const dayAfter = (date: string): string => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)

/** The current date in the configured zone, as YYYY-MM-DD. */
export function today(ctx: { now: () => Date; config: { TIME_ZONE: string } }): string {
  const zone = ctx.config.TIME_ZONE
  let format = formats.get(zone)
  if (!format) formats.set(zone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })))
  return format.format(ctx.now())
}
