/** When runs start by themselves (pure): the settings as cron says them, and the next moment. */
import type { Config } from '../config.ts'

type Settings = Pick<Config, 'OKTA_ORG_URL' | 'SYNC_DELTA_MINUTES' | 'SYNC_RECONCILE_AT' | 'SYNC_LOG_MINUTES'>

/** Every so many minutes of each hour; null for never. */
export function everyMinutes(minutes: number): string | null {
  if (minutes === 0) return null
  return minutes === 60 ? '0 * * * *' : `*/${minutes} * * * *`
}

export function nightly(at: string | undefined): string | null {
  if (at === undefined) return null
  const [hour, minute] = at.split(':').map(Number)
  return `${minute} ${hour} * * *`
}

/** When the next delta run starts by itself; null when none does. */
export function nextDelta({ OKTA_ORG_URL, SYNC_DELTA_MINUTES: minutes }: Settings, now: Date): Date | null {
  if (OKTA_ORG_URL === undefined || minutes === 0) return null
  const next = new Date(now)
  next.setUTCSeconds(0, 0)
  const current = next.getUTCMinutes()
  // Cron begins anew with every hour.
  next.setUTCMinutes(Math.min((Math.floor(current / minutes) + 1) * minutes, 60))
  return next
}

export function nextReconcile({ OKTA_ORG_URL, SYNC_RECONCILE_AT: at }: Settings, now: Date): Date | null {
  if (OKTA_ORG_URL === undefined || at === undefined) return null
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  const next = new Date(now)
  next.setUTCHours(hour, minute, 0, 0)
  if (next <= now) next.setUTCDate(next.getUTCDate() + 1)
  return next
}
