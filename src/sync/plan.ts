/**
 * What has to happen for one person, or one queued account, so that the connected system agrees with the directory.
 * Pure: everything known about both sides comes in, a step with reasons comes out. How the account's state decides:
 *
 *     wanted    staged ─activate→  pending, active: nothing  suspended ─unsuspend→ *  deactivated ─activate→ *
 *     unwanted  out of the group; when the last reference goes, the mildest policy of all portals concerned
 *
 * `*` only when this side suspended or deactivated the account; what the other side did is reported, not undone.
 * A locked or waiting account (`pending`) is neither activated nor unlocked, and a deactivated profile isn't touched.
 */
import type { Problem } from '../errors.ts'
import { linkStatus, type LinkStatus } from '../model/link-statuses.ts'
import { mildest, type DeprovisioningPolicy } from '../model/portal-settings.ts'
import type { QueuedTwin } from '../store/queued-twins.ts'
import type { Activation, FieldChange, Profile, RemoteAccount } from './connector.ts'
import { correlate } from './correlate.ts'
import type { Action, Population, QueueEntry, StepLink, SyncStep } from './steps.ts'

export interface PersonLink {
  population: Population
  uid: number
  portalId: number | null
  uuid: string | null
  /** Null without a reference; older rows without a status count as assigned. */
  status: number | null
  /** Null: there is no reference row yet. */
  changes: number | null
  /** has_data_changes. */
  marked: boolean
}

/** A person as the directory and the reference tables have them now. */
export interface Person {
  personId: string
  version: number
  /** Whether the person may have an account at all. */
  wanted: boolean
  /** The values of the mapping's sources. */
  values: Record<string, string | null>
  /** Of the portal in question, and of the administrators. */
  links: PersonLink[]
  /** The LOGIN row in the connected system. */
  provStatus: string | null
  /** The portals whose member the person is, by number. */
  portals: number[]
  /** References to other portals. */
  elsewhere: { uuid: string | null; portals: number[]; live: number }
}

/** What the connected system has of a person: the linked account, or whatever their keys found. */
export interface RemoteView {
  account: RemoteAccount | null
  candidates: readonly RemoteAccount[]
  /** Other accounts that the person's links name, and that are open as well. */
  rivals: readonly string[]
  /** Accounts that belong to other people here. */
  taken: ReadonlySet<string>
  profile: Profile
  problems: readonly Problem[]
  /** The fields in which the account found differs from the profile. */
  differences(account: RemoteAccount): FieldChange[]
}

export interface Rules {
  group: string
  activation: Activation
  policyOf(portalId: number): DeprovisioningPolicy
  adminPolicy: DeprovisioningPolicy
  /** Whether an account is in the portal's group now; undefined where nobody has looked. */
  inGroup?: (accountId: string) => boolean | undefined
}

/**
 * The accounts that a person is linked to, here or (with no link here) through another portal. There should be one; where the
 * links name several, somebody has to decide.
 */
export function accountIdsOf(person: Person): string[] {
  const own = person.links.flatMap(({ uuid }) => uuid ?? [])
  return [...new Set(own.length > 0 || person.elsewhere.uuid === null ? own : [person.elsewhere.uuid])]
}

/** The first of them; null for none. */
export function accountIdOf(person: Person): string | null {
  return accountIdsOf(person)[0] ?? null
}

/** The step for a person, or null when both sides agree and nothing is marked. A link to a second open account is left alone. */
export function planPerson(whole: Person, remote: RemoteView, rules: Rules): SyncStep | null {
  const person = { ...whole, links: whole.wanted ? whole.links.filter(({ uuid }) => uuid === null || !remote.rivals.includes(uuid)) : whole.links }
  if (person.links.length === 0) return null
  const step = person.wanted ? planWanted(person, remote, rules) : planUnwanted(person, remote.account, rules)
  if (!step) return null
  if (step.actions.length > 0) return step
  if (!person.links.some((link) => link.marked || (link.status ?? linkStatus.ASSIGNED) !== step.outcome)) return null
  return { ...step, actions: [{ kind: 'settle', reason: 'nothing differs' }] }
}

function planWanted(person: Person, remote: RemoteView, rules: Rules): SyncStep {
  const label = remote.profile.login ?? person.personId
  const begin = { ...beginStep(person, label), login: remote.profile.login ?? null, outcome: linkStatus.ASSIGNED }
  const problems = [...remote.problems]
  if (problems.length > 0) {
    const fields = problems.map((problem) => `${problem.path} ${problem.message}`).join('; ')
    return { ...begin, actions: [{ kind: 'blocked', reason: `cannot be sent: ${fields}`, problems }] }
  }
  const login = remote.profile.login!
  const keys = { externalId: person.personId, login, email: remote.profile.email ?? null }
  const correlation = remote.account
    ? { kind: 'found' as const, account: remote.account, reason: 'linked already through another reference' }
    : correlate(keys, remote.candidates, remote.taken)
  if (correlation.kind === 'conflict') return { ...begin, actions: [{ kind: 'blocked', reason: correlation.reason }] }
  if (correlation.kind === 'none') return { ...begin, accountId: null, actions: creation(person, remote, rules) }
  const { account } = correlation
  const adopted = person.links.every((link) => link.uuid === account.id)
    ? [] : [{ kind: 'adopt' as const, accountId: account.id, reason: correlation.reason }]
  const revival = reviving(person, account, remote.account === null, rules)
  if (revival.some(({ kind }) => kind === 'blocked')) return { ...begin, accountId: account.id, actions: revival }
  const fields = remote.differences(account)
  const actions: Action[] = [
    ...adopted,
    ...revival,
    ...(fields.length > 0 ? [{ kind: 'update' as const, fields, reason: changed(fields) }] : []),
    ...joining(person, account.id, rules),
  ]
  return { ...begin, accountId: account.id, actions }
}

function beginStep(person: Person, label: string): Omit<SyncStep, 'outcome' | 'actions'> {
  const links = person.links.map(({ population, uid, portalId, changes, status }): StepLink => (
    { population, uid, portalId, changes, before: status }
  ))
  const { personId, version } = person
  return { personId, version, label, login: null, accountId: accountIdOf(person), links, queued: null }
}

function creation(person: Person, remote: RemoteView, rules: Rules): Action[] {
  const lost = accountIdOf(person)
  const reason = lost ? `the linked account ${lost} is gone` : 'no account yet'
  const create: Action = { kind: 'create', profile: remote.profile, activation: rules.activation, reason, ...(lost ? { replaces: lost } : {}) }
  // Without the activation mail an account is made staged, and activated by a request of its own.
  const silent: Action[] = rules.activation === 'silent' ? [{ kind: 'activate', activation: 'silent', reason: 'made without a mail', from: 'staged' }] : []
  const isMember = person.links.some((link) => link.population === 'panelist')
  return [create, ...silent, ...(isMember ? [{ kind: 'groupAdd' as const, group: rules.group, reason: 'member of the portal' }] : [])]
}

/** How a wanted account comes (back) to life: not at all when it lives, blocked when that is not ours to decide. */
function reviving(person: Person, account: RemoteAccount, found: boolean, rules: Rules): Action[] {
  const ours = closedByUs(person)
  const { activation } = rules
  if (account.state === 'staged') {
    if (activation === 'staged') return []
    const hook: Action[] = activation === 'hook' ? [{ kind: 'hookPassword', reason: 'the account is staged', from: 'staged' }] : []
    return [...hook, { kind: 'activate', activation, reason: 'the account is staged', from: 'staged' }]
  }
  if (account.state === 'deactivated') {
    // A person found again by login or e-mail could otherwise never get an account: its login stays taken.
    if (ours || found) return [{ kind: 'activate', activation: reactivation(activation), reason: `wanted again${activation === 'hook' ? '; its password is gone, so its owner gets a mail' : ''}`, from: 'deactivated' }]
    const reason = 'the account was deactivated in the connected system: activate it there or remove it'
    return [{ kind: 'blocked', reason }]
  }
  if (account.state !== 'suspended') return []
  if (ours) return [{ kind: 'unsuspend', reason: 'wanted again', from: 'suspended' }]
  return [{ kind: 'blocked', reason: 'the account was suspended in the connected system: unsuspend it there' }]
}

/** Deactivating took the password along, and only an account that was never activated can be told to ask for the one here. */
export function reactivation(activation: Activation): Activation {
  return activation === 'hook' ? 'mail' : activation
}

/**
 * PROV_STATUS after which an account that is closed was, or may have been, closed by us. PENDING_DISABLE is written
 * before the request goes out: after a crash nobody knows more.
 */
const mayBeClosed = new Set(['PENDING_DISABLE', 'DISABLED', 'FAIL_DISABLE', 'FAIL_ENABLE', 'FAIL_DELETE'])

function closedByUs(person: Person): boolean {
  const closed: (number | null)[] = [linkStatus.SUSPENDED, linkStatus.DEACTIVATED]
  return mayBeClosed.has(person.provStatus ?? '') || person.links.some((link) => closed.includes(link.status))
}

function joining(person: Person, accountId: string, rules: Rules): Action[] {
  const link = person.links.find((one) => one.population === 'panelist')
  if (!link) return []
  const { group } = rules
  const isNew = link.changes === null || !isLive(link.status) || link.uuid !== accountId
  if (isNew) return [{ kind: 'groupAdd', group, reason: 'member of the portal' }]
  return rules.inGroup?.(accountId) === false ? [{ kind: 'groupAdd', group, reason: 'missing in the group' }] : []
}

function isLive(status: number | null): boolean {
  return status === null || status === linkStatus.ASSIGNED
}

function planUnwanted(person: Person, account: RemoteAccount | null, rules: Rules): SyncStep | null {
  const links = person.links.filter((link) => link.changes !== null)
  if (links.length === 0) return null
  const begin = beginStep({ ...person, links }, account?.login ?? person.personId)
  if (!account) {
    const reason = 'the account is gone, and the person is not active'
    return { ...begin, outcome: 'gone', actions: [{ kind: 'unlink', reason }] }
  }
  const member = links.find((link) => link.population === 'panelist')
  // Both are asked: a list of members that came back short must not leave anybody in the group.
  const inGroup = member !== undefined && (isLive(member.status) || rules.inGroup?.(account.id) === true || mayHaveJoined(person, member))
  const leaving: Action[] = inGroup
    ? [{ kind: 'groupRemove', group: rules.group, reason: 'the person is not active' }] : []
  if (person.elsewhere.live > 0) return { ...begin, outcome: linkStatus.UNASSIGNED, actions: leaving }
  const policies = person.elsewhere.portals.map(rules.policyOf)
  if (member) policies.push(rules.policyOf(member.portalId!))
  if (links.some((link) => link.population === 'admin')) policies.push(rules.adminPolicy)
  const reason = 'the person is not active, and this was the last reference'
  const { actions, outcome } = closing(account, mildest(policies), reason)
  return { ...begin, outcome, actions: [...leaving, ...actions] }
}

/** PROV_STATUS after which a place in the group may have been given though nobody could write it down: its answer was lost. */
const mayBeIn = new Set(['FAIL_UPDATE', 'FAIL_DISABLE', 'PENDING_DISABLE'])

function mayHaveJoined(person: Person, link: PersonLink): boolean {
  return link.marked && link.status === linkStatus.UNASSIGNED && mayBeIn.has(person.provStatus ?? '')
}

/** What deactivating takes that activating again does not bring back: somebody may want to know before. */
const lost = 'its password and the apps assigned to the account directly are lost with that'
const lostUnclaimed = 'it never had a password; the apps assigned to the account directly are lost with that'

/** What a policy does to an account that nobody refers to any more, and what its links become. */
export function closing(
  account: RemoteAccount, policy: DeprovisioningPolicy, reason: string,
): { actions: Action[]; outcome: LinkStatus | 'gone' } {
  const { state, status } = account
  const why = `${reason}; ${account.isUnclaimed ? lostUnclaimed : lost}`
  const deactivate: Action[] = state === 'deactivated' ? [] : [{ kind: 'deactivate', reason: why, from: state }]
  if (policy === 'delete') {
    return { actions: [...deactivate, { kind: 'delete', reason: deactivate[0]?.reason ?? reason, from: 'deactivated' }], outcome: 'gone' }
  }
  if (policy === 'nothing') return { actions: [], outcome: linkStatus.UNASSIGNED }
  if (state === 'deactivated') return { actions: [], outcome: linkStatus.DEACTIVATED }
  // Only what is active can be suspended. What nobody has claimed has no password to lose, and an old mail must not open it.
  if (policy === 'deactivate' || account.isUnclaimed) return { actions: deactivate, outcome: linkStatus.DEACTIVATED }
  if (state === 'active') return { actions: [{ kind: 'suspend', reason, from: state }], outcome: linkStatus.SUSPENDED }
  if (state === 'pending') {
    // The harsher deactivation was not asked for.
    const blocked = `an account in status ${status} cannot be suspended; it is tried again at the next run`
    return { actions: [{ kind: 'blocked', reason: blocked }], outcome: linkStatus.UNASSIGNED }
  }
  return { actions: [], outcome: state === 'suspended' ? linkStatus.SUSPENDED : linkStatus.UNASSIGNED }
}

function changed(fields: readonly FieldChange[]): string {
  return `${fields.map((change) => change.field).join(', ')} ${fields.length === 1 ? 'differs' : 'differ'}`
}

/** A group in the connected system, and the portals that it opens. */
export interface PortalGroup {
  group: string
  portalIds: number[]
}

/** An account whose panelist or administrator is gone, and what still speaks for it. */
export interface QueuedAccount {
  entry: QueueEntry
  uuid: string | null
  email: string | null
  account: RemoteAccount | null
  personId: string | null
  /** Groups of portals that the account is, or may be, in now. */
  groups: PortalGroup[]
  /** Portals whose references vanished, as far as that is known: out of their groups already after a crash, say. */
  left: readonly number[]
  /** Portals whose members still include the person, or that refer to the account. */
  portals: number[]
  /** Whether any reference or wanted membership is left. */
  wanted: boolean
  /** The same account in the other queue: gone as panelist and as administrator, it is dealt with once. */
  twin: QueuedTwin | null
}

/** The step for an entry of an unassignment queue: out of the groups, then the policy, unless it is wanted again. */
export function planQueued(queued: QueuedAccount, rules: Rules & { allPortals: readonly number[] }): SyncStep {
  const { account, entry, twin } = queued
  const begin = {
    personId: queued.personId, version: null,
    label: queued.email ?? account?.login ?? queued.uuid ?? `${entry.population} ${entry.uid}`, login: null,
    accountId: account?.id ?? null, links: [], queued: entry, ...(twin ? { queuedToo: entryOf(twin) } : {}),
  }
  const settled = (reason: string): SyncStep => (
    { ...begin, outcome: linkStatus.UNASSIGNED, actions: [{ kind: 'settle', reason }] }
  )
  // Where the panelist's entry is taken up as well, that step closes both.
  if (entry.population === 'admin' && twin?.isOfRuns) {
    const { queuedToo: _, ...rest } = settled('dealt with as that of a panelist')
    return { ...rest, accountId: null, queued: null }
  }
  if (!account) return settled('the account is gone')
  const leaving = queued.groups.filter(({ portalIds }) => !portalIds.some((id) => queued.portals.includes(id)))
  const actions: Action[] = leaving.map(({ group, portalIds }) => (
    { kind: 'groupRemove', group, reason: 'no longer a member of the portal', portalIds }
  ))
  if (queued.wanted) {
    if (actions.length === 0) return settled('wanted by another reference')
    return { ...begin, outcome: linkStatus.UNASSIGNED, actions }
  }
  const populations = [entry.population, ...(twin ? [twin.population] : [])]
  const left = [...queued.left, ...(twin?.portals ?? []), ...leaving.flatMap(({ portalIds }) => portalIds)]
  const { portals, policy } = policyOfQueued(populations, left, rules)
  const closed = closing(account, policy, 'no reference is left')
  const all = [...actions, ...closed.actions]
  if (all.length === 0) all.push({ kind: 'settle', reason: 'nothing is left to do' })
  return { ...begin, queued: { ...entry, portals }, outcome: closed.outcome, actions: all }
}

/**
 * Whose policies decide about an account that nothing refers to any more, and the mildest of them: of all portals that it belonged to
 * (where nobody knows which those were, of every portal), and of the administrators.
 */
export function policyOfQueued(
  populations: readonly Population[], left: readonly number[], rules: Pick<Rules, 'policyOf' | 'adminPolicy'> & { allPortals: readonly number[] },
): { portals: readonly number[]; policy: DeprovisioningPolicy } {
  const known = [...new Set(left)].filter((id) => rules.allPortals.includes(id))
  const portals = known.length === 0 && populations.includes('panelist') ? rules.allPortals : known
  const policies = portals.map(rules.policyOf)
  if (populations.includes('admin')) policies.push(rules.adminPolicy)
  return { portals, policy: mildest(policies) }
}

const entryOf = ({ population, id, uid, uuid, generation }: QueuedTwin): QueueEntry => ({ population, id, uid, uuid, generation })
