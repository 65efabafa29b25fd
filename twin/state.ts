/**
 * The org: everything the double remembers, in memory, and the few ways of changing it that keep its indexes true.
 * Records are never changed in place; a write puts a new version, so whoever holds an old one (the lagging search
 * index, an answer being sent) keeps seeing what it saw.
 */
import { currentCaller } from './caller.ts'
import type { VirtualClock } from './clock.ts'
import { createCollection } from './collection.ts'
import type { Collection } from './collection.ts'
import type { Credentials } from './credentials.ts'
import { createHookStore } from './events/hook-store.ts'
import type { HookStore } from './events/hook-store.ts'
import { createLogStore } from './events/log-store.ts'
import type { LogStore } from './events/log-store.ts'
import type { Fault } from './faults.ts'
import type { UserStatus } from './lifecycle.ts'
import { createOAuthStore } from './oauth/store.ts'
import type { OAuthStore } from './oauth/store.ts'
import type { OrgOptions } from './options.ts'
import { defaultSchema, uniqueAttributes, uniqueKey } from './profile.ts'
import type { Profile, UserSchema } from './profile.ts'
import { oktaId } from './random.ts'
import type { Random } from './random.ts'
import { createSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { createSearchIndex } from './search-index.ts'
import type { SearchIndex } from './search-index.ts'

export interface OktaUser {
  readonly id: string
  readonly status: UserStatus
  readonly transitioningTo: 'ACTIVE' | 'DEPROVISIONED' | null
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

/** A rule that puts people into groups; its expression is kept in both forms. */
export interface GroupRule {
  readonly id: string
  readonly name: string
  readonly status: 'ACTIVE' | 'INACTIVE' | 'INVALID'
  readonly created: string
  readonly lastUpdated: string
  readonly expression: string
  readonly groupIds: readonly string[]
  readonly excluded: readonly string[]
}

export interface Org {
  options: OrgOptions
  random: Random
  clock: VirtualClock
  schedule: Schedule
  /** The instant of the clock, milliseconds since 1970. */
  now(): number
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
  /** Joins and leaves that the member lists do not show yet, by group, by user. */
  unlisted: Map<string, Map<string, UnlistedChange>>
  rules: Collection<GroupRule>
  log: LogStore
  hooks: HookStore
  oauth: OAuthStore
  /** Where the double is reached, as hooks and issuers name it outside of a request. */
  address: string
  /** Whether a plan's rate limits are in force. */
  isLimited(): boolean
  /** Faults of the plan that strike the delivery of an event. */
  hookFaults(eventType: string): Fault[]
}

/** Reads an attribute of a user by the paths of `search` and `filter`. */
export function userValue(user: OktaUser, path: string): unknown {
  if (path.startsWith('profile.')) {
    const name = path.slice('profile.'.length)
    return Object.hasOwn(user.profile, name) ? user.profile[name] : undefined
  }
  return path === 'type.id' ? undefined : user[path as keyof OktaUser]
}

/** What a member list still shows otherwise: the place of one who has left, or null for one who has just joined. */
export interface UnlistedChange {
  position: number | null
}

export interface OrgSettings {
  clock: VirtualClock
  random: Random
  options: OrgOptions
  /** How many entries the System Log holds. */
  loggedEvents: number
}

/** A new org: the default schema, the group Everyone, nobody in it. */
export function createOrg({ clock, random, options, loggedEvents }: OrgSettings): Org {
  const timestamp = () => new Date(clock.now()).toISOString()
  const newId = (prefix: string) => oktaId(random, prefix)
  const typeId = newId('oty')
  const org: Org = {
    options, random, clock, timestamp, newId, typeId,
    schedule: createSchedule(clock),
    now: () => clock.now(),
    schema: defaultSchema(newId('osc'), timestamp()),
    users: createCollection(),
    search: createSearchIndex((user, path) => (path === 'type.id' ? typeId : userValue(user, path))),
    groups: createCollection(),
    apps: createCollection(),
    everyone: newId('00g'),
    members: new Map(),
    memberships: new Map(),
    uniques: new Map([['login', new Map()]]),
    shortnames: new Map(),
    unlisted: new Map(),
    rules: createCollection(),
    log: createLogStore(loggedEvents),
    hooks: createHookStore(),
    oauth: createOAuthStore(newId('non')),
    address: 'http://127.0.0.1',
    isLimited: () => false,
    hookFaults: () => [],
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
  const lag = Math.max(org.options.indexLagSeconds * 1000, currentCaller()?.indexLagMs ?? 0)
  org.search.publish(id, user, now + lag, now)
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
  unlist(org, groupId, userId, null)
  org.memberships.set(userId, (org.memberships.get(userId) ?? new Set<string>()).add(groupId))
  touchMembership(org, groupId)
  return true
}

/** Takes a user out of a group; false when not in. */
export function removeMember(org: Org, groupId: string, userId: string): boolean {
  const members = org.members.get(groupId)
  const position = members?.position(userId) ?? 0
  if (!members?.delete(userId)) return false
  unlist(org, groupId, userId, position)
  org.memberships.get(userId)?.delete(groupId)
  touchMembership(org, groupId)
  return true
}

/** Keeps a change out of the member lists for a while, where the org or a fault makes them lag. */
function unlist(org: Org, groupId: string, userId: string, position: number | null): void {
  const lag = Math.max(org.options.membershipLagSeconds * 1000, currentCaller()?.indexLagMs ?? 0)
  if (lag === 0) return
  const change = { position }
  const changes = org.unlisted.get(groupId) ?? new Map<string, UnlistedChange>()
  org.unlisted.set(groupId, changes.set(userId, change))
  org.schedule.at(org.now() + lag, () => {
    if (changes.get(userId) === change) changes.delete(userId)
    if (changes.size === 0) org.unlisted.delete(groupId)
  })
}

/** The members that lists show behind `position`, each with its place. */
export function* listedMembers(org: Org, groupId: string, position: number): Generator<[number, { id: string }]> {
  const changes = org.unlisted.get(groupId)
  const members = org.members.get(groupId)?.after(position) ?? []
  const left = [...(changes ?? [])]
    .flatMap(([id, change]): [number, { id: string }][] => (change.position === null || !org.users.has(id) ? [] : [[change.position, { id }]]))
    .filter(([place]) => place > position)
    .toSorted(([one], [other]) => one - other)
  for (const member of members) {
    while (left.length > 0 && left[0]![0] < member[0]) yield left.shift()!
    if (!changes?.has(member[1].id)) yield member
  }
  yield* left
}

function touchMembership(org: Org, groupId: string): void {
  const group = org.groups.get(groupId)
  if (group) org.groups.put({ ...group, lastMembershipUpdated: org.timestamp() })
}

/** Removes a user's direct app assignments, as deactivation does; gives the apps. */
export function unassignApps(org: Org, userId: string): OktaApp[] {
  return [...org.apps.values()].filter((app) => app.users.delete(userId))
}

/** Lets time do its work: what was scheduled happens, the search index catches up. Called before every request. */
export function advance(org: Org): void {
  org.schedule.runDue()
  org.search.advance(org.now())
}

/** A federated or social user signs in elsewhere, so activation never waits for a password. */
export function needsPassword(user: OktaUser): boolean {
  const { type } = user.credentials.provider
  return type !== 'FEDERATION' && type !== 'SOCIAL'
}
