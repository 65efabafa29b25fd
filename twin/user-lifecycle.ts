/**
 * Lifecycle operations on users, and the delete in two steps: the table of `lifecycle.ts` carried out, with what it takes
 * along (passwords, assignments, sessions) and what takes its time.
 */
import { hashPassword } from './credentials.ts'
import { OktaError } from './errors.ts'
import { appTarget, appUserTarget, emit, userTarget } from './events/emit.ts'
import type { EventType } from './events/event-types.ts'
import { transition } from './lifecycle.ts'
import type { LifecycleOperation, UserStatus } from './lifecycle.ts'
import { endSessions, revokeTokens } from './oauth/sessions.ts'
import { randomText } from './random.ts'
import { needsPassword, removeUser, saveUser, unassignApps } from './state.ts'
import type { OktaUser, Org } from './state.ts'

/** A user in another status, with the time of the change. */
export function withStatus(user: OktaUser, status: UserStatus, now: string): OktaUser {
  return status === user.status ? user : { ...user, status, statusChanged: now }
}

const events: Record<LifecycleOperation, EventType | null> = {
  activate: 'user.lifecycle.activate',
  reactivate: 'user.lifecycle.reactivate',
  deactivate: 'user.lifecycle.deactivate',
  suspend: 'user.lifecycle.suspend',
  unsuspend: 'user.lifecycle.unsuspend',
  unlock: 'user.account.unlock_by_admin',
  reset_password: 'user.account.reset_password',
  expire_password: 'user.account.expire_password',
  expire_password_with_temp_password: 'user.account.expire_password',
  reset_factors: null,
  delete: null,
}

export interface LifecycleQuery {
  sendEmail?: string
  tempPassword?: string
}

/** Runs an operation of the table and gives what its answer shows besides the user (tokens, a temporary password). */
export function runLifecycle(
  org: Org, user: OktaUser, operation: Exclude<LifecycleOperation, 'delete'>, query: LifecycleQuery, base: string,
): { user: OktaUser; answer: Record<string, unknown> | null } {
  if (user.transitioningTo === 'ACTIVE' && operation !== 'deactivate') throw new OktaError('E0000112')
  if (operation === 'deactivate' && user.status === 'DEPROVISIONED' && org.options.repeatedDeactivate === 'accept') {
    return { user, answer: {} }
  }
  const status = user.transitioningTo === 'DEPROVISIONED' ? 'DEPROVISIONED' : user.status
  const outcome = transition(operation, status, !needsPassword(user) || user.credentials.password !== undefined)
  if ('refused' in outcome) {
    throw new OktaError(outcome.refused, 'The operation', outcome.cause === undefined ? [] : [outcome.cause])
  }
  const temporary = operation === 'expire_password_with_temp_password' || query.tempPassword === 'true'
  const password = operation.startsWith('expire_password') && temporary ? temporaryPassword(org) : null
  const moved = move(org, user, operation, outcome.to as UserStatus, password)
  return { user: moved, answer: lifecycleAnswer(org, operation, query, password, base) }
}

function move(
  org: Org, user: OktaUser, operation: LifecycleOperation, status: UserStatus, password: string | null,
): OktaUser {
  const now = org.timestamp()
  const moved = { ...withStatus(user, status, now), lastUpdated: now, version: user.version + 1 }
  if (operation === 'deactivate') return startDeactivation(org, user)
  if (operation === 'activate') return activate(org, user, moved, now)
  const event = events[operation]
  if (event) emit(org, event, { targets: [userTarget(user)] })
  if (operation === 'unlock') org.oauth.failures.delete(user.id)
  if (password === null) return saveUser(org, moved)
  const credentials = { ...user.credentials, password: hashPassword(password) }
  return saveUser(org, { ...moved, credentials, passwordChanged: now })
}

function startDeactivation(org: Org, user: OktaUser): OktaUser {
  const { deactivationSeconds } = org.options
  if (deactivationSeconds === 0) return deactivate(org, user)
  org.schedule.at(org.now() + deactivationSeconds * 1000, () => {
    const current = org.users.get(user.id)
    if (current?.transitioningTo === 'DEPROVISIONED') deactivate(org, current)
  })
  const now = org.timestamp()
  return saveUser(org, { ...user, transitioningTo: 'DEPROVISIONED', lastUpdated: now, version: user.version + 1 })
}

/** Deactivation takes the password, the app assignments, sessions and tokens, and keeps the groups. */
function deactivate(org: Org, user: OktaUser): OktaUser {
  const { password: _, ...credentials } = user.credentials
  const now = org.timestamp()
  const moved = { ...withStatus(user, 'DEPROVISIONED', now), lastUpdated: now, version: user.version + 1 }
  emit(org, 'user.lifecycle.deactivate', { targets: [userTarget(user)] })
  for (const app of unassignApps(org, user.id)) {
    emit(org, 'application.user_membership.remove', { targets: [appUserTarget(user), appTarget(app), userTarget(user)] })
  }
  endSessions(org, user.id)
  revokeTokens(org, ({ userId }) => userId === user.id)
  return saveUser(org, { ...moved, transitioningTo: null, credentials })
}

function activate(org: Org, user: OktaUser, moved: OktaUser, now: string): OktaUser {
  if (org.options.activationSeconds > 0) {
    scheduleActivation(org, user.id)
    return saveUser(org, { ...user, transitioningTo: 'ACTIVE', lastUpdated: now, version: user.version + 1 })
  }
  emit(org, 'user.lifecycle.activate', { targets: [userTarget(user)] })
  return saveUser(org, { ...moved, activated: now })
}

/** Lets an activation that takes its time come to its end. */
export function scheduleActivation(org: Org, userId: string): void {
  org.schedule.at(org.now() + org.options.activationSeconds * 1000, () => {
    const user = org.users.get(userId)
    if (user?.transitioningTo === 'ACTIVE') finishActivation(org, user)
  })
}

function finishActivation(org: Org, user: OktaUser): void {
  const now = org.timestamp()
  const status = user.credentials.password || !needsPassword(user) ? 'ACTIVE' : 'PROVISIONED'
  emit(org, 'user.lifecycle.activate', { targets: [userTarget(user)] })
  saveUser(org, { ...withStatus(user, status, now), transitioningTo: null, activated: now, lastUpdated: now, version: user.version + 1 })
}

function temporaryPassword(org: Org): string {
  return `${randomText(org.random, 8)}aB7`
}

/** Null stands for the user itself (expire_password answers with it). */
function lifecycleAnswer(
  org: Org, operation: LifecycleOperation, query: LifecycleQuery, password: string | null, base: string,
): Record<string, unknown> | null {
  if (password !== null) return { tempPassword: password }
  if (operation === 'expire_password') return null
  if (query.sendEmail !== 'false') return {}
  const token = randomText(org.random, 20)
  if (operation === 'activate' || operation === 'reactivate') {
    return { activationUrl: `${base}/welcome/${token}`, activationToken: token }
  }
  return operation === 'reset_password' ? { resetPasswordUrl: `${base}/reset_password/${token}` } : {}
}

/** `DELETE /users/{id}`: the first deactivates, the second, of a DEPROVISIONED user, removes for good. */
export function deleteUser(org: Org, user: OktaUser): void {
  const outcome = transition('delete', user.status, false)
  if (!('to' in outcome) || outcome.to !== 'GONE') {
    startDeactivation(org, user)
    return
  }
  const targets = [userTarget(user)]
  emit(org, 'user.lifecycle.delete.initiated', { targets })
  removeUser(org, user)
  emit(org, 'user.lifecycle.delete.completed', { targets })
}
