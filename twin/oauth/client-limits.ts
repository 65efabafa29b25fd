/**
 * Limits beside the buckets, in force where a plan's figures are: four sign-ins a second for one login, and sixty
 * authorize requests a minute for one client from one address.
 */
import { BoundedMap } from '../bounded-map.ts'
import { OktaError } from '../errors.ts'
import type { Org } from '../state.ts'

interface Window {
  ends: number
  used: number
}

const windows = new WeakMap<object, BoundedMap<string, Window>>()
const mostWindows = 10_000

export function perUser(org: Org, login: string): void {
  count(org, `user ${login.toLowerCase()}`, 4, 1000)
}

export function perClient(org: Org, clientId: string, ipAddress: string): void {
  count(org, `client ${clientId} ${ipAddress}`, 60, 60_000)
}

function count(org: Org, key: string, most: number, windowMs: number): void {
  if (!org.isLimited()) return
  // By the store, which a reset replaces: limits begin anew with it.
  const kept = windows.get(org.oauth) ?? new BoundedMap<string, Window>(mostWindows)
  windows.set(org.oauth, kept)
  const now = org.now()
  const open = kept.get(key)
  const window = open && now < open.ends ? open : { ends: now + windowMs, used: 0 }
  window.used += 1
  kept.set(key, window)
  if (window.used > most) throw new OktaError('E0000047')
}
