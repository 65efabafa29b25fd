/** How a user has an app. */
import type { OktaApp, OktaUser, Org } from './state.ts'

export type Scope = 'USER' | 'GROUP'

/** Directly, through a group, or not at all. Deactivated users have none. */
export function scopeOf(org: Org, app: OktaApp, user: OktaUser): Scope | null {
  if (app.users.has(user.id)) return 'USER'
  if (user.status === 'DEPROVISIONED') return null
  if (app.groups.has(org.everyone)) return 'GROUP'
  for (const groupId of org.memberships.get(user.id) ?? []) if (app.groups.has(groupId)) return 'GROUP'
  return null
}
