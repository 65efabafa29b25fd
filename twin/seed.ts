/**
 * Seeds: an org written down as JSON, `{schema, users, groups, memberships, apps}`, every part optional. What
 * `GET /_twin/state` answers is a seed too, so a state can be kept and brought back. Ids are kept where given; a group
 * names its members by id or login.
 */
import { createApp } from './apps.ts'
import { hashPassword, isRecord, noCredentials, readCredentials } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'
import { createGroup, readProfile, requireGroup } from './groups.ts'
import { userStatuses } from './lifecycle.ts'
import type { UserStatus } from './lifecycle.ts'
import { profileProblems } from './profile.ts'
import type { Profile } from './profile.ts'
import { changeSchema } from './schemas.ts'
import { giveRole, grantScope } from './service-apps.ts'
import { addMember, saveUser, takenAttributes } from './state.ts'
import type { OktaUser, Org } from './state.ts'
import { requireUser } from './user-writes.ts'

export interface Seed {
  /** Custom properties by name. */
  schema?: Record<string, unknown>
  users?: unknown[]
  groups?: unknown[]
  memberships?: unknown[]
  apps?: unknown[]
}

type Row = Record<string, unknown>

/** Adds a seed to the org; E0000001 names the row that is wrong (rows before it stay). Gives counts. */
export function loadSeed(org: Org, seed: unknown): { users: number; groups: number; apps: number } {
  if (!isRecord(seed)) throw new OktaError('E0000003')
  if (isRecord(seed['schema'])) changeSchema(org, { definitions: { custom: { properties: seed['schema'] } } })
  // Groups first, so that users can name them; their members last, so that they can name users.
  const made = new Map<Row, string>()
  const groups = eachRow(seed, 'groups', (row) => seedGroup(org, row, made))
  const users = eachRow(seed, 'users', (row) => seedUser(org, row))
  eachRow(seed, 'groups', (row) => seedMembers(org, row, made))
  eachRow(seed, 'memberships', (row) => join(org, String(row['groupId']), String(row['userId'])))
  const apps = eachRow(seed, 'apps', (row) => seedApp(org, row))
  return { users, groups, apps }
}

function eachRow(seed: Row, part: string, load: (row: Row) => void): number {
  const rows = seed[part] ?? []
  if (!Array.isArray(rows)) throw validationError([`${part}: Must be an array`])
  for (const [index, row] of rows.entries()) {
    if (!isRecord(row)) throw validationError([`${part}[${index}]: Must be an object`])
    try {
      load(row)
    } catch (error) {
      if (!(error instanceof OktaError)) throw error
      const causes = error.causes.length > 0 ? error.causes : [error.message]
      throw validationError(causes.map((cause) => `${part}[${index}]: ${cause}`))
    }
  }
  return rows.length
}

function seedUser(org: Org, row: Row): void {
  const problems: string[] = []
  const input = isRecord(row['profile']) ? row['profile'] : {}
  const profile: Profile = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
  const given = readCredentials(row['credentials'], String(profile['login'] ?? ''), noCredentials, problems)
  const status = row['status'] ?? 'ACTIVE'
  if (!(userStatuses as readonly unknown[]).includes(status)) problems.push('status: Is not a status of Okta')
  problems.push(...profileProblems(org.schema, profile))
  const id = typeof row['id'] === 'string' ? row['id'] : org.newId('00u')
  problems.push(...takenAttributes(org, profile, id).map((name) => `${name}: Is already taken`))
  if (problems.length > 0) throw validationError(problems)
  const user = saveUser(org, seededUser(org, row, id, status as UserStatus, profile, given.credentials))
  for (const groupId of Array.isArray(row['groupIds']) ? row['groupIds'] : []) join(org, String(groupId), user.id)
}

function seededUser(
  org: Org, row: Row, id: string, status: UserStatus, profile: Profile, credentials: OktaUser['credentials'],
): OktaUser {
  const now = org.timestamp()
  const text = (name: string, standard: string | null) => (typeof row[name] === 'string' ? row[name] : standard)
  const begun = status === 'STAGED' ? null : now
  // A dump shows that there was a password, not which; its bearer gets one nobody knows.
  const had = isRecord(row['credentials']) && isRecord(row['credentials']['password']) && status !== 'DEPROVISIONED'
  const password = credentials.password ?? (had ? hashPassword(org.newId('pwd')) : undefined)
  return {
    id, status, transitioningTo: null,
    created: text('created', now)!,
    activated: text('activated', begun),
    statusChanged: text('statusChanged', begun),
    lastLogin: text('lastLogin', null),
    lastUpdated: text('lastUpdated', now)!,
    passwordChanged: text('passwordChanged', password ? now : null),
    profile,
    credentials: password ? { ...credentials, password } : credentials,
    version: 1,
  }
}

function seedGroup(org: Org, row: Row, made: Map<Row, string>): void {
  if (row['type'] === 'BUILT_IN') return
  const profile = isRecord(row['profile']) ? row['profile'] : { name: row['name'], description: row['description'] }
  const id = typeof row['id'] === 'string' ? row['id'] : org.newId('00g')
  made.set(row, createGroup(org, id, readProfile(org, { profile }, id), row['type'] === 'APP_GROUP' ? 'APP_GROUP' : 'OKTA_GROUP').id)
}

function seedMembers(org: Org, row: Row, made: Map<Row, string>): void {
  const groupId = made.get(row)
  if (groupId === undefined || !Array.isArray(row['members'])) return
  for (const member of row['members']) join(org, groupId, String(member))
}

function join(org: Org, groupId: string, idOrLogin: string): void {
  const user = requireUser(org, idOrLogin)
  if (requireGroup(org, groupId).type !== 'BUILT_IN') addMember(org, groupId, user.id)
}

function seedApp(org: Org, row: Row): void {
  const { clientId } = row
  const credentials = isRecord(row['credentials']) ? row['credentials'] : {}
  const oauthClient = { ...(isRecord(credentials['oauthClient']) ? credentials['oauthClient'] : {}), ...(typeof clientId === 'string' ? { client_id: clientId } : {}) }
  const id = typeof row['id'] === 'string' ? row['id'] : org.newId('0oa')
  const app = createApp(org, { ...row, credentials: { ...credentials, oauthClient } }, row['status'] !== 'INACTIVE', id)
  for (const scope of listOf(row['grants'])) grantScope(org, app, scope)
  for (const role of listOf(row['roles'])) giveRole(org, app, role)
  for (const idOrLogin of listOf(row['userIds'])) {
    const user = requireUser(org, idOrLogin)
    app.users.set(user.id, { created: app.created, lastUpdated: app.lastUpdated, userName: String(user.profile['login']), profile: {} })
  }
  for (const groupId of Array.isArray(row['groupIds']) ? row['groupIds'] : []) {
    const group = requireGroup(org, String(groupId))
    app.groups.set(group.id, { lastUpdated: app.lastUpdated, priority: app.groups.size, profile: {} })
  }
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
