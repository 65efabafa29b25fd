/** Joining and leaving groups, with what the System Log says of it: the membership, and the apps won or lost by it. */
import { scopeOf } from './app-scope.ts'
import { appTarget, appUserTarget, emit, groupTarget, userTarget } from './events/emit.ts'
import { addMember, removeMember } from './state.ts'
import type { OktaUser, Org } from './state.ts'

/** False when the user was in already; nothing is said then. */
export function joinGroup(org: Org, groupId: string, user: OktaUser): boolean {
  return change(org, groupId, user, 'add')
}

/** False when the user was not in. */
export function leaveGroup(org: Org, groupId: string, user: OktaUser): boolean {
  return change(org, groupId, user, 'remove')
}

function change(org: Org, groupId: string, user: OktaUser, kind: 'add' | 'remove'): boolean {
  const apps = [...org.apps.values()].filter((app) => app.groups.has(groupId))
  const before = apps.map((app) => scopeOf(org, app, user))
  if (!(kind === 'add' ? addMember : removeMember)(org, groupId, user.id)) return false
  emit(org, `group.user_membership.${kind}`, { targets: [userTarget(user), groupTarget(org.groups.get(groupId)!)] })
  for (const [index, app] of apps.entries()) {
    if ((scopeOf(org, app, user) === null) === (before[index] === null)) continue
    emit(org, `application.user_membership.${kind}`, { targets: [appUserTarget(user), appTarget(app), userTarget(user)] })
  }
  return true
}
