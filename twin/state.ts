/**
 * The org: everything the double remembers, in memory, and the few ways of changing it that keep its indexes true.
 * Records are never changed in place; a write puts a new version, so whoever holds an old one (the lagging search
 * index, an answer being sent) keeps seeing what it saw.
 */
import { createCollection } from './collection.ts'
import type { Collection } from './collection.ts'
import type { Credentials } from './credentials.ts'
import type { UserStatus } from './lifecycle.ts'
import { defaultSchema, uniqueAttributes, uniqueKey } from './profile.ts'
import type { Profile, UserSchema } from './profile.ts'
import { oktaId } from './random.ts'
import type { Random } from './random.ts'
import { createSearchIndex } from './search-index.ts'
import type { SearchIndex } from './search-index.ts'

export interface OktaUser {
  readonly id: string
  readonly status: UserStatus
  readonly transitioningTo: 'ACTIVE' | null
  readonly created: string
  readonly activated: string | null
  readonly statusChanged: string | null
  readonly lastLogin: string | null
  readonly lastUpdated: string
  readonly passwordChanged: string | null
  readonly profile: Profile
  readonly credentials: Credentials
  readonly version: number
}

export interface OktaGroup {
  readonly id: string
  readonly type: 'OKTA_GROUP' | 'BUILT_IN' | 'APP_GROUP'
  readonly created: string
  readonly lastUpdated: string
  readonly lastMembershipUpdated: string
  readonly profile: { name: string; description: string | null }
}

export interface OktaApp {
  readonly id: string
  readonly clientId: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly created: string
  readonly lastUpdated: string
  /** name, label, signOnMode, credentials, settings, … as they were sent, with defaults filled in. */
  readonly document: Readonly<Record<string, unknown>>
  /** Assigned groups and (direct assignments) users; changed in place, since 100,000 of them are not worth copying. */
  readonly groups: Map<string, GroupAssignment>
  readonly users: Map<string, UserAssignment>
}

export interface GroupAssignment {
  lastUpdated: string
  priority: number
  profile: unknown
}

export interface UserAssignment {
  created: string
  lastUpdated: string
  userName: string
  profile: unknown
}

/** Where public documents leave open what Okta does, or an org can be set either way. */
export interface OrgOptions {
  /** Seconds until a write is seen by search, filter and q (Okta: typically under one second). */
  indexLagSeconds: number
  /** Seconds that an activation takes; meanwhile `transitioningToStatus` is ACTIVE and writes get E0000112. */
  activationSeconds: number
  /** A second deactivate of the same user: refused, or answered as if done. */
  repeatedDeactivate: 'refuse' | 'accept'
  /** A second direct assignment to an app: 409 E0000062, or 200. */
  repeatedAssignment: 'refuse' | 'accept'
  /** The code for a group name that is taken: the general validation error, or 409 "Duplicate group." */
  duplicateGroup: 'E0000001' | 'E0000055'
  /** The org setting "Edit Deactivated User Profile Updates". */
  editDeprovisioned: boolean
}

export const defaultOptions: OrgOptions = {
  indexLagSeconds: 0,
  activationSeconds: 0,
  repeatedDeactivate: 'refuse',
  repeatedAssignment: 'refuse',
  duplicateGroup: 'E0000001',
  editDeprovisioned: false,
}

export interface Org {
  options: OrgOptions
  random: Random
  /** The instant, milliseconds since 1970; moved by `shiftClock`. */
  now(): number
  shiftClock(milliseconds: number): void
  timestamp(): string
  newId(prefix: string): string
  schema: UserSchema
  typeId: string
  users: Collection<OktaUser>
  search: SearchIndex<OktaUser>
  groups: Collection<OktaGroup>
  apps: Collection<OktaApp>
  everyone: string
  /** By group, its members in the order they joined; Everyone is not kept, it is all users. */
  members: Map<string, Collection<{ id: string }>>
  memberships: Map<string, Set<string>>
  /** By unique attribute, by folded value, the user's id. */
  uniques: Map<string, Map<string, string>>
  /** The part of a login before the `@`, to the users who have it. */
  shortnames: Map<string, Set<string>>
  /** Activations under way, in the order they end. */
  activating: { id: string; due: number }[]
}

/** Reads an attribute of a user by the paths of `search` and `filter`. */
export function userValue(user: OktaUser, path: string): unknown {
  if (path.startsWith('profile.')) {
    const name = path.slice('profile.'.length)
    return Object.hasOwn(user.profile, name) ? user.profile[name] : undefined
  }
  return path === 'type.id' ? undefined : user[path as keyof OktaUser]
}

/** A new org: the default schema, the group Everyone, nobody in it. */
export function createOrg(clock: () => Date, random: Random, options: OrgOptions): Org {
  let shift = 0
  const now = () => clock().getTime() + shift
  const timestamp = () => new Date(now()).toISOString()
  const newId = (prefix: string) => oktaId(random, prefix)
  const typeId = newId('oty')
  const org: Org = {
    options,
    random,
    now,
    shiftClock(milliseconds) {
      shift += milliseconds
    },
    timestamp,
    newId,
    schema: defaultSchema(newId('osc'), timestamp()),
    typeId,
    users: createCollection(),
    search: createSearchIndex((user, path) => (path === 'type.id' ? typeId : userValue(user, path))),
    groups: createCollection(),
    apps: createCollection(),
    everyone: newId('00g'),
    members: new Map(),
    memberships: new Map(),
    uniques: new Map([['login', new Map()]]),
    shortnames: new Map(),
    activating: [],
  }
  addEveryone(org)
  return org
}

function addEveryone(org: Org): void {
  const now = org.timestamp()
  org.groups.put({
    id: org.everyone,
    type: 'BUILT_IN',
    created: now,
    lastUpdated: now,
    lastMembershipUpdated: now,
    profile: { name: 'Everyone', description: 'All users in your organization' },
  })
}

/** Attributes in which another user (not `exceptId`) already has the value of `profile`. */
export function takenAttributes(org: Org, profile: Profile, exceptId: string | null): string[] {
  return uniqueAttributes(org.schema).filter((attribute) => {
    const key = uniqueKey(attribute, profile[attribute])
    const owner = key === undefined ? undefined : org.uniques.get(attribute)?.get(key)
    return owner !== undefined && owner !== exceptId
  })
}

/** Puts a user's new version and keeps every index in step. The caller has validated it. */
export function saveUser(org: Org, user: OktaUser): OktaUser {
  const before = org.users.get(user.id)
  if (before) forgetKeys(org, before)
  else touchMembership(org, org.everyone)
  rememberKeys(org, user)
  org.users.put(user)
  publish(org, user.id, user)
  return user
}

/** Removes a user for good: memberships, assignments and the login become free. */
export function removeUser(org: Org, user: OktaUser): void {
  forgetKeys(org, user)
  for (const groupId of org.memberships.get(user.id) ?? []) {
    org.members.get(groupId)?.delete(user.id)
    touchMembership(org, groupId)
  }
  org.memberships.delete(user.id)
  unassignApps(org, user.id)
  org.users.delete(user.id)
  touchMembership(org, org.everyone)
  publish(org, user.id, undefined)
}

function publish(org: Org, id: string, user: OktaUser | undefined): void {
  const now = org.now()
  org.search.publish(id, user, now + org.options.indexLagSeconds * 1000, now)
}

function rememberKeys(org: Org, user: OktaUser): void {
  for (const attribute of uniqueAttributes(org.schema)) {
    const key = uniqueKey(attribute, user.profile[attribute])
    if (key === undefined) continue
    const values = org.uniques.get(attribute) ?? new Map<string, string>()
    org.uniques.set(attribute, values.set(key, user.id))
  }
  const short = shortname(user)
  org.shortnames.set(short, (org.shortnames.get(short) ?? new Set()).add(user.id))
}

function forgetKeys(org: Org, user: OktaUser): void {
  for (const [attribute, values] of org.uniques) {
    const key = uniqueKey(attribute, user.profile[attribute])
    if (key !== undefined && values.get(key) === user.id) values.delete(key)
  }
  const short = shortname(user)
  const users = org.shortnames.get(short)
  if (users?.delete(user.id) && users.size === 0) org.shortnames.delete(short)
}

function shortname(user: OktaUser): string {
  return (uniqueKey('login', user.profile['login']) ?? '').split('@', 1)[0] ?? ''
}

/** Finds a user by id, by login, or by the part of the login before the `@` when only one user has it. */
export function findUser(org: Org, idOrLogin: string): OktaUser | undefined {
  const byId = org.users.get(idOrLogin)
  if (byId) return byId
  const key = uniqueKey('login', idOrLogin) ?? ''
  const byLogin = org.uniques.get('login')?.get(key)
  if (byLogin !== undefined) return org.users.get(byLogin)
  const users = org.shortnames.get(key)
  const [only] = users?.size === 1 ? users : []
  return only === undefined ? undefined : org.users.get(only)
}

/** Joins a user to a group; false when already in. */
export function addMember(org: Org, groupId: string, userId: string): boolean {
  const members = org.members.get(groupId) ?? createCollection<{ id: string }>()
  if (members.has(userId)) return false
  members.put({ id: userId })
  org.members.set(groupId, members)
  org.memberships.set(userId, (org.memberships.get(userId) ?? new Set<string>()).add(groupId))
  touchMembership(org, groupId)
  return true
}

/** Takes a user out of a group; false when not in. */
export function removeMember(org: Org, groupId: string, userId: string): boolean {
  if (!org.members.get(groupId)?.delete(userId)) return false
  org.memberships.get(userId)?.delete(groupId)
  touchMembership(org, groupId)
  return true
}

function touchMembership(org: Org, groupId: string): void {
  const group = org.groups.get(groupId)
  if (group) org.groups.put({ ...group, lastMembershipUpdated: org.timestamp() })
}

/** Removes a user's direct app assignments, as deactivation does. */
export function unassignApps(org: Org, userId: string): void {
  for (const app of org.apps.values()) app.users.delete(userId)
}

/** Lets time do its work: activations end, the search index catches up. Called before every request. */
export function advance(org: Org): void {
  const now = org.now()
  while (org.activating.length > 0 && org.activating[0]!.due <= now) {
    const user = org.users.get(org.activating.shift()!.id)
    if (user?.transitioningTo) finishActivation(org, user)
  }
  org.search.advance(now)
}

function finishActivation(org: Org, user: OktaUser): void {
  const now = org.timestamp()
  const status = user.credentials.password || !needsPassword(user) ? 'ACTIVE' : 'PROVISIONED'
  saveUser(org, {
    ...user, status, transitioningTo: null, activated: now, statusChanged: now, lastUpdated: now,
    version: user.version + 1,
  })
}

/** A federated or social user signs in elsewhere, so activation never waits for a password. */
export function needsPassword(user: OktaUser): boolean {
  const { type } = user.credentials.provider
  return type !== 'FEDERATION' && type !== 'SOCIAL'
}
