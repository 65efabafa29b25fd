/**
 * Makes the plan of a run, page by page, so that memory stays flat however many people there are: reads a page of
 * people, asks the connected system about them, and lets the pure plan decide. Nothing is written anywhere.
 *
 * A delta run looks at people who are marked (has_data_changes), who have no reference yet, and at what of the queues is
 * the portal's; a full run at everybody and at the group's members.
 */
import { GatehouseError } from '../errors.ts'
import { allRules, mappingOf, noMappings, type Mapping, type Mappings } from '../model/account-mapping.ts'
import { accessGroupOf } from '../model/portal-settings.ts'
import { comparedText } from '../model/text.ts'
import type { Database } from '../store/database.ts'
import { hintedAccounts } from '../store/sync-hints.ts'
import {
  adminCandidates, ownersOf, panelistCandidates, readSyncPeople, type SyncMode,
} from '../store/sync-people.ts'
import { readQueue } from '../store/unassignment-queue.ts'
import { concurrently } from './concurrently.ts'
import { pushedDifferences, withConflicts } from './conflicts.ts'
import type { Connector, CorrelationKeys, RemoteAccount } from './connector.ts'
import { accountIdsOf, planPerson, planQueued, type Person, type PortalGroup } from './plan.ts'
import { portalGroups, refuseGroup } from './portal-groups.ts'
import { queuedAccounts } from './queued-accounts.ts'
import { personOf } from './read-people.ts'
import { rulesOf, type AllRules, type Portals } from './rules.ts'
import type { Action, SyncStep } from './steps.ts'

export interface SyncScope {
  portalId: number
  mode: SyncMode
  portals: Portals
  /** The mappings that were set; none: everybody has the default. */
  mappings?: Mappings
}

const peoplePerPage = 500
/** Of more accounts than that a delta run does not ask for their groups; the reconcile does. */
const mostHintsFollowed = 2_000
/** Requests under way at a time; the rate budget paces them. */
const readsAtOnce = 8

export interface Planning {
  db: Database
  connector: Connector
  scope: SyncScope
  mappings: Mappings
  rules: AllRules
  /** Accounts that this plan adopts, by person: two people with one e-mail address must not get the same. */
  adopted: Map<string, string>
  /** Whom this plan creates an account for, by the account's login in small letters: two people with one e-mail address cannot have one each. */
  created: Map<string, string>
}

/** Of so many it is known who has which login; beyond them the other side refuses the second. */
const mostLoginsKept = 100_000

/** The steps of a run in pages. Errors: RemoteError when the connected system cannot be read; `invalid_value`, `invalid_mapping` for settings that cannot be pushed. */
export async function* makePlan(db: Database, connector: Connector, given: SyncScope): AsyncGenerator<SyncStep[]> {
  const settings = given.portals.get(given.portalId) ?? {}
  const group = accessGroupOf(given.portalId, settings)
  const isGroupThere = (await connector.findGroup(group)) !== null
  if (isGroupThere) await refuseGroup(connector, given.portalId, settings)
  // With a group everybody who was in it has gone from it, and no mark of ours tells: all are looked at, as in a full run.
  const scope: SyncScope = isGroupThere ? given : { ...given, mode: 'full' }
  const mappings = scope.mappings ?? noMappings
  const sources = allRules(mappings)
  const preparation = await preparations(connector, sources, group, isGroupThere)
  await refuseMapping(connector, mappingOf(mappings, [scope.portalId], false), `portal ${scope.portalId}`)
  if (preparation.length > 0) yield preparation
  const inGroup = scope.mode === 'full' ? await membership(connector, group, isGroupThere) : await hintedMembership(db, connector, scope.portalId, group)
  const planning: Planning = { db, connector, scope, mappings, rules: { ...rulesOf(scope.portals, scope.portalId), inGroup }, adopted: new Map(), created: new Map() }
  const planned = new Set<string>()
  for (const population of ['admin', 'panelist'] as const) {
    const uids = population === 'admin'
      ? await adminCandidates(db, scope.mode)
      : await panelistCandidates(db, scope.portalId, scope.mode)
    if (population === 'admin' && uids.length > 0) await refuseMapping(connector, mappingOf(mappings, [], true), 'administrators')
    for (let start = 0; start < uids.length; start += peoplePerPage) {
      const page = uids.slice(start, start + peoplePerPage)
      const rows = await readSyncPeople(db, sources, scope.portalId, population, page)
      const people = rows.map((row) => personOf(row, scope.portalId, sources))
      const fresh = people.filter((person) => !planned.has(person.personId))
      // An administrator who is a panelist too has one account, and so one step.
      if (population === 'admin') for (const person of people) planned.add(person.personId)
      const steps = await planPeople(planning, fresh)
      if (steps.length > 0) yield steps
    }
  }
  for (const population of ['panelist', 'admin'] as const) yield* planQueue(planning, population)
}

/** A field that nobody's value fits is found before anything is planned. Errors: `invalid_mapping`. */
export async function refuseMapping(connector: Connector, mapping: Mapping, whose: string): Promise<void> {
  const problems = await connector.schemaProblems(mapping)
  if (problems.length === 0) return
  const list = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
  throw new GatehouseError('invalid_mapping', `The mapping of ${whose} does not fit the user schema: ${list}. Change one of the two.`, { problems })
}

export async function preparations(connector: Connector, mapping: Mapping, group: string, isGroupThere: boolean): Promise<SyncStep[]> {
  const actions: Action[] = []
  const fields = await connector.undeclaredFields(mapping)
  if (fields.length > 0) {
    const reason = 'the user schema does not know these fields, which the mapping fills'
    actions.push({ kind: 'declareFields', fields, reason })
  }
  if (!isGroupThere) actions.push({ kind: 'createGroup', group, reason: 'the portal\'s group does not exist' })
  return actions.map((action) => ({
    personId: null, version: null, label: action.kind === 'createGroup' ? group : 'user schema', login: null,
    accountId: null, links: [], outcome: 'gone' as const, queued: null, actions: [action],
  }))
}

/** Of accounts that the other side says have changed, whether they are in the group; nothing of the others. */
async function hintedMembership(
  db: Database, connector: Connector, portalId: number, group: string,
): Promise<(accountId: string) => boolean | undefined> {
  const ids = await hintedAccounts(db, portalId, mostHintsFollowed)
  const id = ids.length > 0 ? await connector.findGroup(group) : null
  const groups = await concurrently(ids, readsAtOnce, async (accountId) => (id === null ? null : connector.groupsOf(accountId)))
  const found = new Map(ids.map((accountId, index) => [accountId, id === null ? undefined : groups[index]!.includes(id)]))
  return (accountId) => found.get(accountId)
}

async function membership(
  connector: Connector, group: string, isGroupThere: boolean,
): Promise<(accountId: string) => boolean> {
  const members = new Set<string>()
  if (isGroupThere) for await (const page of connector.groupMembers(group)) for (const id of page) members.add(id)
  return (accountId) => members.has(accountId)
}

export async function planPeople(planning: Planning, people: readonly Person[]): Promise<SyncStep[]> {
  const { connector } = planning
  // Who is not wanted and was never linked needs nothing, and no questions asked.
  const concerned = people.filter((person) => person.wanted || person.links.some((link) => link.changes !== null))
  const linked = await concurrently(concerned, readsAtOnce, (person) => linkedNow(connector, person))
  const views = concerned.map((person, index) => {
    const mapping = mappingOf(planning.mappings, person.portals, person.links.some((link) => link.population === 'admin'))
    return { person, mapping, ...linked[index]!, ...connector.profileOf(person.values, mapping) }
  })
  const searched = views.filter((view) => view.account === null && view.person.wanted && view.problems.length === 0)
  const keys = searched.map(({ person, profile }): CorrelationKeys => (
    { externalId: person.personId, login: profile['login']!, email: profile['email'] ?? null }
  ))
  const found = await findNow(connector, keys)
  const candidates = new Map(searched.map((view, index) => [view.person.personId, found[index]!]))
  const owners = await ownersOf(planning.db, [...candidates.values()].flat().map((account) => account.id))
  return views.flatMap(({ person, mapping, account, rivals, profile, problems }) => {
    const own = candidates.get(person.personId) ?? []
    const view = {
      account, candidates: own, rivals, profile, problems, taken: takenFrom(planning, person.personId, own, owners),
      differences: (one: RemoteAccount) => pushedDifferences(connector, mapping, profile, one),
    }
    const step = withOwnLogin(planning, person, withConflicts(planPerson(person, view, planning.rules), person, view, connector, mapping))
    for (const action of step?.actions ?? []) {
      if (action.kind === 'adopt') planning.adopted.set(action.accountId, person.personId)
    }
    return step ? [step] : []
  })
}

/** A login is one account's. Of those who would get the same in this plan the first is created, the others wait for somebody to decide. */
function withOwnLogin({ created }: Planning, { personId }: Person, step: SyncStep | null): SyncStep | null {
  const creation = step?.actions.find((action) => action.kind === 'create')
  const login = creation?.profile['login']
  if (!step || !login) return step
  const first = created.get(comparedText(login))
  if (first === undefined || first === personId) {
    if (created.size < mostLoginsKept) created.set(comparedText(login), personId)
    return step
  }
  const reason = `person ${first} gets an account with the login ${login} in this plan: change the user name or the e-mail address of one of them`
  return { ...step, actions: [{ kind: 'blocked', reason }] }
}

/** The account that a person is linked to, as it is now: of several the first that is open, beside those that are open too. */
async function linkedNow(connector: Connector, person: Person): Promise<{ account: RemoteAccount | null; rivals: string[] }> {
  const accounts = (await Promise.all(accountIdsOf(person).map((id) => connector.read(id)))).flatMap((account) => account ?? [])
  const open = accounts.filter(({ state }) => state !== 'deactivated')
  return { account: open[0] ?? accounts[0] ?? null, rivals: open.slice(1).map(({ id }) => id) }
}

/** What a search finds may be a second old; the accounts found are read again, as they are now. */
async function findNow(connector: Connector, keys: readonly CorrelationKeys[]): Promise<RemoteAccount[][]> {
  const found = keys.length > 0 ? await connector.find(keys) : []
  const ids = [...new Set(found.flat().map((account) => account.id))]
  const read = await concurrently(ids, readsAtOnce, (id) => connector.read(id))
  const now = new Map(read.flatMap((account) => (account ? [[account.id, account]] : [])))
  return found.map((accounts) => accounts.flatMap(({ id }) => now.get(id) ?? []))
}

function takenFrom(
  planning: Planning, personId: string, accounts: readonly RemoteAccount[], owners: ReadonlyMap<string, string[]>,
): Set<string> {
  const taken = accounts.filter(({ id }) => {
    const adopter = planning.adopted.get(id)
    return (adopter !== undefined && adopter !== personId) || owners.get(id)?.some((owner) => owner !== personId)
  })
  return new Set(taken.map((account) => account.id))
}

async function* planQueue(planning: Planning, population: 'panelist' | 'admin'): AsyncGenerator<SyncStep[]> {
  let groups: ReadonlyMap<string, PortalGroup> | null = null
  for (let after = 0; ;) {
    const rows = await readQueue(planning.db, population, planning.scope.portalId, after, peoplePerPage)
    if (rows.length === 0) return
    groups ??= await portalGroups(planning.connector, planning.scope.portals)
    const known = groups
    const queued = await queuedAccounts(planning.db, await concurrently(rows, readsAtOnce, async (row) => {
      const account = row.uuid === null ? null : await planning.connector.read(row.uuid)
      const ids = account ? await planning.connector.groupsOf(account.id) : []
      return { row, account, groups: ids.flatMap((id) => known.get(id) ?? []) }
    }))
    yield queued.map((one) => planQueued(one, planning.rules))
    after = rows.at(-1)!.id
  }
}
