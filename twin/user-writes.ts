/**
 * What changes users: create, partial update, replace, the lifecycle operations and the delete in two steps. Each reads
 * like the documented rules: check everything, then put one new version.
 */
import { hashPassword, isRecord, noCredentials, readCredentials } from './credentials.ts'
import type { CredentialsInput } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { statusAfterPassword, transition } from './lifecycle.ts'
import type { LifecycleOperation, UserStatus } from './lifecycle.ts'
import { profileProblems } from './profile.ts'
import type { Profile } from './profile.ts'
import { randomText } from './random.ts'
import { addMember, findUser, needsPassword, removeUser, saveUser, takenAttributes, unassignApps } from './state.ts'
import type { OktaUser, Org } from './state.ts'
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
  if (user.transitioningTo) org.activating.push({ id: user.id, due: org.now() + org.options.activationSeconds * 1000 })
  for (const groupId of groupIds) addMember(org, groupId, user.id)
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
 * set without asking for the old one; a hash is taken while the user is STAGED only.
 */
export function updateUser(org: Org, user: OktaUser, body: unknown, replace: boolean): OktaUser {
  const input = requireBody(body)
  if (user.transitioningTo) throw new OktaError('E0000112')
  if (user.status === 'DEPROVISIONED' && !org.options.editDeprovisioned) throw new OktaError('E0000038')
  const problems: string[] = []
  const hasProfile = input['profile'] !== undefined && input['profile'] !== null
  const profile = hasProfile ? readProfile(input['profile'], replace ? {} : user.profile, problems) : user.profile
  const login = String(profile['login'] ?? '')
  const given = readCredentials(input['credentials'], login, user.credentials, problems)
  if (given.imported && user.status !== 'STAGED') problems.push('password: A hash may be set on STAGED users only')
  problems.push(...profileProblems(org.schema, profile), ...typeProblems(org, input['type']))
  if (problems.length > 0) throw validationError(problems)
  refuseTaken(org, profile, user.id)
  const now = org.timestamp()
  const status = given.passwordSet ? statusAfterPassword(user.status) : user.status
  return saveUser(org, {
    ...withStatus(user, status, now),
    profile,
    credentials: given.credentials,
    passwordChanged: given.passwordSet ? now : user.passwordChanged,
    lastUpdated: now,
    version: user.version + 1,
  })
}

function withStatus(user: OktaUser, status: UserStatus, now: string): OktaUser {
  return status === user.status ? user : { ...user, status, statusChanged: now }
}

/** 412 E0000231 unless one of the tags of `If-Match` (compared weakly) is the user's; no header, no check. */
export function checkIfMatch(user: OktaUser, header: string | undefined): void {
  if (header === undefined || header.trim() === '*') return
  const bare = (tag: string) => tag.trim().replace(/^W\//, '').replaceAll('"', '')
  if (!header.split(',').some((tag) => bare(tag) === bare(userEtag(user)))) throw new OktaError('E0000231')
}

export interface LifecycleQuery {
  sendEmail?: string
  tempPassword?: string
}

/** Runs an operation of the table and gives what its answer shows besides the user (tokens, a temporary password). */
export function runLifecycle(
  org: Org, user: OktaUser, operation: Exclude<LifecycleOperation, 'delete'>, query: LifecycleQuery, base: string,
): { user: OktaUser; answer: Record<string, unknown> | null } {
  if (user.transitioningTo && operation !== 'deactivate') throw new OktaError('E0000112')
  if (operation === 'deactivate' && user.status === 'DEPROVISIONED' && org.options.repeatedDeactivate === 'accept') {
    return { user, answer: {} }
  }
  const outcome = transition(operation, user.status, !needsPassword(user) || user.credentials.password !== undefined)
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
  if (operation === 'deactivate') return deactivate(org, moved)
  if (operation === 'activate') return activate(org, user, moved, now)
  if (password === null) return saveUser(org, moved)
  const credentials = { ...user.credentials, password: hashPassword(password) }
  return saveUser(org, { ...moved, credentials, passwordChanged: now })
}

/** Deactivation takes the password and the app assignments and keeps the groups. */
function deactivate(org: Org, moved: OktaUser): OktaUser {
  const { password: _, ...credentials } = moved.credentials
  unassignApps(org, moved.id)
  return saveUser(org, { ...moved, transitioningTo: null, credentials })
}

function activate(org: Org, user: OktaUser, moved: OktaUser, now: string): OktaUser {
  if (org.options.activationSeconds === 0) return saveUser(org, { ...moved, activated: now })
  org.activating.push({ id: user.id, due: org.now() + org.options.activationSeconds * 1000 })
  return saveUser(org, { ...user, transitioningTo: 'ACTIVE', lastUpdated: now, version: user.version + 1 })
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
  if ('to' in outcome && outcome.to === 'GONE') removeUser(org, user)
  else move(org, user, 'deactivate', 'DEPROVISIONED', null)
}
