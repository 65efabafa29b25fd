/**
 * What changes users: create, partial update, replace. Each reads like the documented rules: check everything, then put
 * one new version. The lifecycle operations stand in `user-lifecycle.ts`.
 */
import { isRecord, noCredentials, readCredentials } from './credentials.ts'
import type { CredentialsInput } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { emit, userTarget } from './events/emit.ts'
import { applyRules } from './group-rules.ts'
import { statusAfterPassword } from './lifecycle.ts'
import { joinGroup } from './membership-writes.ts'
import { profileProblems } from './profile.ts'
import type { Profile } from './profile.ts'
import { findUser, needsPassword, saveUser, takenAttributes } from './state.ts'
import type { OktaUser, Org } from './state.ts'
import { scheduleActivation, withStatus } from './user-lifecycle.ts'
import { userEtag } from './user-view.ts'

const mostGroupIds = 20

export interface CreateOptions {
  activate: boolean
  expirePassword: boolean
}

/** The user of a path; E0000007 when there is none. */
export function requireUser(org: Org, idOrLogin: string): OktaUser {
  const user = findUser(org, idOrLogin)
  if (!user) throw notFound(idOrLogin, 'User')
  return user
}

/** `POST /users`: STAGED, PROVISIONED, ACTIVE or PASSWORD_EXPIRED, as the credentials and the parameters say. */
export function createUser(org: Org, body: unknown, options: CreateOptions): OktaUser {
  const input = requireBody(body)
  const problems: string[] = []
  const profile = readProfile(input['profile'], {}, problems)
  const login = String(profile['login'] ?? '')
  const given = readCredentials(input['credentials'], login, noCredentials, problems)
  problems.push(...profileProblems(org.schema, profile), ...typeProblems(org, input['type']))
  if (problems.length > 0) throw validationError(problems)
  if (options.expirePassword) checkExpiry(options.activate, given)
  const groupIds = readGroupIds(org, input['groupIds'])
  refuseTaken(org, profile, null)
  const user = saveUser(org, newUser(org, profile, given, options))
  emit(org, 'user.lifecycle.create', { targets: [userTarget(user)] })
  if (user.transitioningTo) scheduleActivation(org, user.id)
  else if (user.activated) emit(org, 'user.lifecycle.activate', { targets: [userTarget(user)] })
  for (const groupId of groupIds) joinGroup(org, groupId, user)
  applyRules(org, user)
  return user
}

function newUser(org: Org, profile: Profile, given: CredentialsInput, options: CreateOptions): OktaUser {
  const now = org.timestamp()
  const { credentials, passwordSet } = given
  const draft: OktaUser = {
    id: org.newId('00u'), status: 'STAGED', transitioningTo: null, created: now, activated: null, statusChanged: null,
    lastLogin: null, lastUpdated: now, passwordChanged: passwordSet ? now : null, profile, credentials, version: 1,
  }
  if (!options.activate) return draft
  if (org.options.activationSeconds > 0) return { ...draft, transitioningTo: 'ACTIVE' }
  const active = passwordSet || !needsPassword(draft)
  const status = options.expirePassword ? 'PASSWORD_EXPIRED' : active ? 'ACTIVE' : 'PROVISIONED'
  return { ...draft, status, activated: now, statusChanged: now }
}

function checkExpiry(activate: boolean, given: CredentialsInput): void {
  if (!activate) throw new OktaError('E0000125')
  if (!given.passwordSet) throw new OktaError('E0000124')
}

function requireBody(body: unknown): Record<string, unknown> {
  if (!isRecord(body)) throw new OktaError('E0000003')
  return body
}

function readProfile(input: unknown, before: Profile, problems: string[]): Profile {
  if (!isRecord(input)) {
    problems.push('profile: The field cannot be left blank')
    return before
  }
  // Null deletes, so a stored profile holds no nulls.
  return Object.fromEntries(Object.entries({ ...before, ...input }).filter(([, value]) => value !== null))
}

function typeProblems(org: Org, type: unknown): string[] {
  if (type === undefined || type === null) return []
  const known = isRecord(type) && (type['id'] === org.typeId || type['id'] === 'default')
  return known ? [] : ['type: The user type does not exist or cannot be changed']
}

function readGroupIds(org: Org, input: unknown): string[] {
  if (input === undefined || input === null) return []
  if (!Array.isArray(input)) throw validationError(['groupIds: Must be an array'])
  if (input.length > mostGroupIds) throw new OktaError('E0000093')
  return input.map((id) => {
    const group = typeof id === 'string' ? org.groups.get(id) : undefined
    if (!group) throw notFound(String(id), 'UserGroup')
    if (group.type !== 'OKTA_GROUP') throw new OktaError('E0000060')
    return group.id
  })
}

function refuseTaken(org: Org, profile: Profile, exceptId: string | null): void {
  const taken = takenAttributes(org, profile, exceptId)
  if (taken.length === 0) return
  throw validationError(
    taken.map((name) => `${name}: An object with this field already exists in the current organization`),
  )
}

/**
 * `POST /users/{id}` (partial: what is not named stays) and `PUT` (`replace`: what is not named goes). A password is
 * set without asking for the old one; a hash or a hook is taken while the user is STAGED only.
 */
export function updateUser(org: Org, user: OktaUser, body: unknown, replace: boolean): OktaUser {
  const input = requireBody(body)
  if (user.transitioningTo === 'ACTIVE') throw new OktaError('E0000112')
  if (isDeactivated(user) && !org.options.editDeprovisioned) throw new OktaError('E0000038')
  const problems: string[] = []
  const hasProfile = input['profile'] !== undefined && input['profile'] !== null
  const profile = hasProfile ? readProfile(input['profile'], replace ? {} : user.profile, problems) : user.profile
  const login = String(profile['login'] ?? '')
  const given = readCredentials(input['credentials'], login, user.credentials, problems)
  if (given.imported && user.status !== 'STAGED') problems.push('password: A hash or a hook may be set on STAGED users only')
  problems.push(...profileProblems(org.schema, profile), ...typeProblems(org, input['type']))
  if (problems.length > 0) throw validationError(problems)
  refuseTaken(org, profile, user.id)
  const now = org.timestamp()
  const status = given.passwordSet ? statusAfterPassword(user.status) : user.status
  const changed = saveUser(org, {
    ...withStatus(user, status, now),
    profile,
    credentials: given.credentials,
    passwordChanged: given.passwordSet ? now : user.passwordChanged,
    lastUpdated: now,
    version: user.version + 1,
  })
  tellOfUpdate(org, user, changed, given.passwordSet)
  applyRules(org, changed)
  return changed
}

function isDeactivated(user: OktaUser): boolean {
  return user.status === 'DEPROVISIONED' || user.transitioningTo === 'DEPROVISIONED'
}

function tellOfUpdate(org: Org, before: OktaUser, after: OktaUser, passwordSet: boolean): void {
  const targets = [userTarget(after)]
  const names = [...new Set([...Object.keys(before.profile), ...Object.keys(after.profile)])]
  const changed = names.filter((name) => JSON.stringify(before.profile[name]) !== JSON.stringify(after.profile[name]))
  if (changed.length > 0) emit(org, 'user.account.update_profile', { targets, debug: { changedAttributes: changed.join(',') } })
  if (changed.includes('email')) emit(org, 'user.account.update_primary_email', { targets })
  if (passwordSet) emit(org, 'user.account.update_password', { targets })
}

/** 412 E0000231 unless one of the tags of `If-Match` (compared weakly) is the user's; no header, no check. */
export function checkIfMatch(user: OktaUser, header: string | undefined): void {
  if (header === undefined || header.trim() === '*') return
  const bare = (tag: string) => tag.trim().replace(/^W\//, '').replaceAll('"', '')
  if (!header.split(',').some((tag) => bare(tag) === bare(userEtag(user)))) throw new OktaError('E0000231')
}
