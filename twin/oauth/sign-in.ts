/**
 * Signing in with a password: against what the double keeps, or, the first time of a user whose password lives
 * elsewhere, by the password import hook. Ten wrong ones in a row lock the user out.
 */
import { checkPassword, hashPassword } from '../credentials.ts'
import type { Credentials } from '../credentials.ts'
import { emit, userActor, userTarget } from '../events/emit.ts'
import { isVerifiedByHook } from '../events/inline-hooks.ts'
import { findUser, saveUser } from '../state.ts'
import type { OktaUser, Org } from '../state.ts'

export type SignIn = { user: OktaUser } | { refused: 'failed' | 'locked' | 'expired' }

const longestPassword = 256

/** Judges a login and a password. Nobody learns from a refusal whether the login exists. */
export async function signIn(org: Org, login: string, password: string): Promise<SignIn> {
  const found = findUser(org, login)
  if (!found || password.length > longestPassword) return { refused: 'failed' }
  if (found.status === 'LOCKED_OUT') return { refused: 'locked' }
  if (found.status !== 'ACTIVE' && found.status !== 'PASSWORD_EXPIRED') return { refused: 'failed' }
  const right = await isRight(org, found, password)
  const user = org.users.get(found.id)
  if (!user || user.status !== found.status) return { refused: 'failed' }
  if (!right) return { refused: noteFailure(org, user) ? 'locked' : 'failed' }
  org.oauth.failures.delete(user.id)
  if (user.status === 'PASSWORD_EXPIRED') return { refused: 'expired' }
  return { user: noteSuccess(org, user) }
}

async function isRight(org: Org, user: OktaUser, password: string): Promise<boolean> {
  const stored = user.credentials.password
  if (!stored) return false
  if (stored.kind !== 'hook') return checkPassword(stored, password) === true
  if (!(await isVerifiedByHook(org, String(user.profile['login']), password))) return false
  keepPassword(org, user.id, password)
  return true
}

/** From now on Okta knows the password itself and does not ask again. */
function keepPassword(org: Org, userId: string, password: string): void {
  const user = org.users.get(userId)
  if (user?.credentials.password?.kind !== 'hook') return
  const credentials: Credentials = { ...user.credentials, password: hashPassword(password), provider: { type: 'OKTA', name: 'OKTA' } }
  saveUser(org, { ...user, credentials, passwordChanged: org.timestamp(), version: user.version + 1 })
  emit(org, 'user.import.password', { targets: [userTarget(user)], actor: userActor(user) })
}

/** True when this one locked the user out. */
function noteFailure(org: Org, user: OktaUser): boolean {
  const failures = (org.oauth.failures.get(user.id) ?? 0) + 1
  const actor = userActor(user)
  org.oauth.failures.set(user.id, failures)
  emit(org, 'user.session.start', { actor, targets: [userTarget(user)], result: 'FAILURE', reason: 'INVALID_CREDENTIALS' })
  if (failures < org.options.mostFailedSignIns || user.status !== 'ACTIVE') return false
  const now = org.timestamp()
  org.oauth.failures.delete(user.id)
  saveUser(org, { ...user, status: 'LOCKED_OUT', statusChanged: now, lastUpdated: now, version: user.version + 1 })
  emit(org, 'user.account.lock', { actor, targets: [userTarget(user)] })
  return true
}

function noteSuccess(org: Org, user: OktaUser): OktaUser {
  emit(org, 'user.session.start', { actor: userActor(user), targets: [userTarget(user)] })
  return saveUser(org, { ...user, lastLogin: org.timestamp() })
}
