/**
 * Compares all accounts with all links, page by page. Memory stays flat: of each link two bits are kept, whether its
 * account was shown and whether it is in its portal's group. Whoever seems to differ is looked at again, account by
 * account, before anything is concluded; so what a page shows may be old, and a page that came back short removes nobody.
 *
 *     members of the groups ─▶ bits        accounts ─▶ bits, who differs ─┐
 *     links without a bit (vanished?) ───────────────────────────────────┴─▶ read by id ─▶ planPerson ─▶ steps
 */
import { GatehouseError } from '../errors.ts'
import { allRules, mappingOf, type Mappings } from '../model/account-mapping.ts'
import { add, emptySet, has, type BitSet } from '../model/bit-set.ts'
import { linkStatus } from '../model/link-statuses.ts'
import { accessGroupOf, type PortalSettings } from '../model/portal-settings.ts'
import type { Database } from '../store/database.ts'
import { linkBounds, linkPage, linksOf, type AccountLink, type LinkBounds } from '../store/sync-reconcile.ts'
import { readSyncPeople } from '../store/sync-people.ts'
import { conflictsOf, localStep, pushedDifferences } from './conflicts.ts'
import type { Connector, RemoteAccount } from './connector.ts'
import { planPeople, preparations, refuseMapping, type Planning } from './make-plan.ts'
import { accountIdOf, accountIdsOf, planPerson, type Person, type PortalGroup } from './plan.ts'
import { portalGroups, refuseGroup } from './portal-groups.ts'
import { personOf } from './read-people.ts'
import { rulesOf } from './rules.ts'
import type { Action, SyncStep } from './steps.ts'

/** What a comparison has seen so far. */
export interface Compared {
  accounts: number
  links: number
  /** Links whose account no list has shown. */
  vanished: number
  /** Accounts in use that nobody here is linked to. */
  strangers: number
}

export interface Comparing {
  db: Database
  connector: Connector
  portals: ReadonlyMap<number, PortalSettings>
  mappings: Mappings
  compared: Compared
  progress: () => void
}

interface Comparison extends Comparing {
  bounds: LinkBounds
  seen: { panelist: BitSet; admin: BitSet }
  /** Of links of panelists: whether the account is in the portal's group. */
  inGroup: BitSet
  /** Accounts that are in groups of portals where nobody is linked to them. */
  misplaced: Map<string, PortalGroup[]>
  /** Groups of portals with accounts in them that nobody is linked to; of some of them. */
  strangersIn: Map<string, string[]>
  plannings: Map<number | null, Planning>
  /** Who is to be looked at again, by the portal that stands for them. */
  suspects: Map<number | null, Suspect[]>
}

interface Suspect {
  person: Person
  accountId: string
  inGroup: boolean | undefined
  extra: Action[]
}

const suspectsAtOnce = 200
const linksPerPage = 5_000
const mostStrangersListed = 1_000
/** More links than that without an account are not believed, unless they are few. */
const believableShare = 0.05
const believableFew = 100

/** The steps in pages. Errors: RemoteError when a list cannot be read; `remote_error` when it cannot be believed. */
export async function* compareAll(comparing: Comparing): AsyncGenerator<SyncStep[]> {
  const { db, connector, portals } = comparing
  const bounds = await linkBounds(db)
  const comparison: Comparison = {
    ...comparing, bounds,
    seen: { panelist: emptySet(bounds.panelist + 1), admin: emptySet(bounds.admin + 1) }, inGroup: emptySet(bounds.panelist + 1),
    misplaced: new Map(), strangersIn: new Map(), plannings: new Map(), suspects: new Map(),
  }
  comparing.compared.links = bounds.count
  yield* prepare(comparison)
  for (const group of (await portalGroups(connector, portals)).values()) await readMembers(comparison, group)
  for await (const page of connector.accounts()) {
    const strangers = await comparePage(comparison, page)
    if (strangers.length > 0) yield strangers
    yield* lookAgain(comparison, suspectsAtOnce)
    comparing.compared.accounts += page.length
    comparing.progress()
  }
  yield* lookAgain(comparison, 1)
  yield* vanished(comparison)
}

/** Groups that are missing, and fields that the schema does not know. */
async function* prepare({ connector, portals, mappings, bounds }: Comparison): AsyncGenerator<SyncStep[]> {
  const names = new Set([...portals].map(([id, settings]) => accessGroupOf(id, settings)))
  let isFirst = true
  for (const group of names) {
    const isThere = (await connector.findGroup(group)) !== null
    if (isThere) for (const [id, settings] of portals) if (accessGroupOf(id, settings) === group) await refuseGroup(connector, id, settings)
    const steps = await preparations(connector, allRules(mappings), group, isThere)
    // The schema is one for all groups.
    const wanted = steps.filter(({ actions }) => isFirst || actions[0]!.kind === 'createGroup')
    isFirst = false
    if (wanted.length > 0) yield wanted
  }
  for (const id of portals.keys()) await refuseMapping(connector, mappingOf(mappings, [id], false), `portal ${id}`)
  if (bounds.admin > 0) await refuseMapping(connector, mappingOf(mappings, [], true), 'administrators')
}

async function readMembers(comparison: Comparison, portalGroup: PortalGroup): Promise<void> {
  const { group, portalIds } = portalGroup
  const { db, connector, inGroup, misplaced, strangersIn, bounds } = comparison
  for await (const ids of connector.groupMembers(group)) {
    const links = Map.groupBy(await linksOf(db, ids), (link) => link.uuid)
    for (const uuid of ids) {
      const own = links.get(uuid) ?? []
      const here = own.filter((link) => link.portal_id !== null && portalIds.includes(link.portal_id))
      for (const { id } of here) if (id <= bounds.panelist) add(inGroup, id)
      if (own.length === 0 && strangersIn.size < mostStrangersListed) strangersIn.set(uuid, [...(strangersIn.get(uuid) ?? []), group])
      if (own.length > 0 && here.length === 0) misplaced.set(uuid, [...(misplaced.get(uuid) ?? []), portalGroup])
    }
  }
}

/** Marks what a page shows, finds who differs, and gives the accounts that are nobody's. */
async function comparePage(comparison: Comparison, page: readonly RemoteAccount[]): Promise<SyncStep[]> {
  const { db, connector, mappings, seen, bounds } = comparison
  const accounts = new Map(page.map((account) => [account.id, account]))
  const links = await linksOf(db, [...accounts.keys()])
  for (const { population, id } of links) if (id <= bounds[population]) add(seen[population], id)
  const byAccount = Map.groupBy(links, (link) => link.uuid)
  const homes = Map.groupBy([...byAccount.values()].map(homeOf), (link) => link.portal_id)
  for (const [portalId, home] of homes) {
    for (const person of await peopleAt(comparison, portalId, home)) {
      const accountId = accountIdOf(person)
      const account = accountId === null ? undefined : accounts.get(accountId)
      // Who is linked to a second account is looked at by the first alone.
      if (!account || !home.some(({ uuid }) => uuid === account.id)) continue
      const mapping = mappingOf(mappings, person.portals, person.links.some((link) => link.population === 'admin'))
      const { profile, problems } = connector.profileOf(person.values, mapping)
      const rivals = accountIdsOf(person).slice(1)
      const differences = (one: RemoteAccount) => pushedDifferences(connector, mapping, profile, one)
      const own = byAccount.get(account.id) ?? []
      const inGroup = membershipAt(comparison, own, portalId)
      const rules = { ...planningAt(comparison, portalId).rules, inGroup: () => inGroup }
      const step = planPerson(person, { account, candidates: [], rivals, taken: new Set(), profile, problems, differences }, rules)
      const extra = elsewhere(comparison, person, account.id, own, portalId)
      const isDifferent = step?.actions.some(({ kind }) => kind !== 'settle') || extra.length > 0
      const hasConflicts = rivals.length > 0 || person.wanted && account.state !== 'deactivated' && conflictsOf(connector, mapping, profile, account).length > 0
      if (isDifferent || hasConflicts) suspect(comparison, portalId, { person, accountId: account.id, inGroup, extra })
    }
  }
  return page.flatMap((account) => (byAccount.has(account.id) ? [] : stranger(comparison, account)))
}

/** The link that stands for an account: a live one of the first portal, else any, else the administrator's. */
function homeOf(links: readonly AccountLink[]): AccountLink {
  const ofPortals = links.filter((link) => link.portal_id !== null)
  return ofPortals.find(isLive) ?? ofPortals[0] ?? links[0]!
}

function isLive({ status }: Pick<AccountLink, 'status'>): boolean {
  return status === null || status === linkStatus.ASSIGNED
}

async function peopleAt({ db, mappings, portals }: Comparison, portalId: number | null, links: readonly AccountLink[]): Promise<Person[]> {
  const population = portalId === null ? 'admin' : 'panelist'
  const standIn = portalId ?? [...portals.keys()][0] ?? 0
  const rows = await readSyncPeople(db, allRules(mappings), standIn, population, links.map(({ uid }) => uid))
  return rows.map((row) => personOf(row, standIn, allRules(mappings)))
}

function planningAt(comparison: Comparison, portalId: number | null): Planning {
  const { db, connector, portals, mappings, plannings } = comparison
  let planning = plannings.get(portalId)
  if (!planning) {
    const scope = { portalId: portalId ?? [...portals.keys()][0] ?? 0, mode: 'full' as const, portals }
    plannings.set(portalId, (planning = { db, connector, scope, mappings, rules: rulesOf(portals, scope.portalId), adopted: new Map(), created: new Map() }))
  }
  return planning
}

/** Whether an account is in the group of a portal; undefined for links younger than the list of members. */
function membershipAt({ inGroup, bounds }: Comparison, links: readonly AccountLink[], portalId: number | null): boolean | undefined {
  const link = links.find((one) => one.portal_id !== null && one.portal_id === portalId)
  return link === undefined || link.id > bounds.panelist ? undefined : has(inGroup, link.id)
}

/** What is to be done about the groups of other portals than the one that stands for the person. */
function elsewhere(comparison: Comparison, person: Person, uuid: string, links: readonly AccountLink[], portalId: number | null): Action[] {
  const { portals, misplaced } = comparison
  const others = links.filter((link) => link.portal_id !== null && link.portal_id !== portalId)
  const actions = others.flatMap((link): Action[] => {
    const group = accessGroupOf(link.portal_id!, portals.get(link.portal_id!) ?? {})
    const isIn = membershipAt(comparison, links, link.portal_id)
    if (person.wanted && isLive(link) && isIn === false) return [{ kind: 'groupAdd', group, reason: 'missing in the group', portalIds: [link.portal_id!] }]
    if (!isLive(link) && !person.wanted && isIn === true) return [{ kind: 'groupRemove', group, reason: 'the person is not active' }]
    return []
  })
  // Members who are not linked yet may be in the group already, by somebody's hand: they belong there.
  const wrong = (misplaced.get(uuid) ?? []).filter(({ portalIds }) => !person.wanted || !portalIds.some((id) => person.portals.includes(id)))
  const out = wrong.map(({ group, portalIds }): Action => ({ kind: 'groupRemove', group, reason: 'the account does not belong to the portal', portalIds }))
  return [...actions, ...out]
}

/** An account that nobody here is linked to is shown and left alone; those that are deactivated do no harm. */
function stranger({ compared, strangersIn }: Comparison, account: RemoteAccount): SyncStep[] {
  if (account.state === 'deactivated') return []
  compared.strangers += 1
  if (compared.strangers > mostStrangersListed) return []
  const groups = strangersIn.get(account.id)
  const reason = [
    'nobody here is linked to this account',
    ...(account.externalId === null ? [] : [`it carries the id ${account.externalId.slice(0, 40)}`]),
    ...(groups === undefined ? [] : [`it is in the group ${groups.join(', ')}`]),
  ].join('; ')
  return [localStep({ personId: null, version: null }, account, [{ kind: 'report', reason }])]
}

function suspect({ suspects }: Comparison, portalId: number | null, one: Suspect): void {
  const known = suspects.get(portalId)
  if (known) known.push(one)
  else suspects.set(portalId, [one])
}

/** Reads the accounts of those who seem to differ, as they are now, and plans what really differs. */
async function* lookAgain(comparison: Comparison, atLeast: number): AsyncGenerator<SyncStep[]> {
  for (const [portalId, waiting] of comparison.suspects) {
    if (waiting.length < atLeast) continue
    comparison.suspects.delete(portalId)
    for (let start = 0; start < waiting.length; start += suspectsAtOnce) {
      const steps = await planSuspects(comparison, portalId, waiting.slice(start, start + suspectsAtOnce))
      if (steps.length > 0) yield steps
    }
  }
}

async function planSuspects(comparison: Comparison, portalId: number | null, page: readonly Suspect[]): Promise<SyncStep[]> {
  const planning = planningAt(comparison, portalId)
  const inGroup = new Map(page.map((one) => [one.accountId, one.inGroup]))
  const rules = { ...planning.rules, inGroup: (accountId: string) => inGroup.get(accountId) }
  const steps = await planPeople({ ...planning, rules }, page.map(({ person }) => person))
  const byPerson = new Map(steps.map((step) => [step.personId, step]))
  const added: SyncStep[] = []
  for (const { person, accountId, extra } of page) {
    if (extra.length === 0) continue
    const step = byPerson.get(person.personId)
    if (step) byPerson.set(person.personId, { ...step, actions: [...step.actions.filter(({ kind }) => kind !== 'settle'), ...extra] })
    else added.push(groupStep(person, accountId, extra))
  }
  return [...byPerson.values(), ...added]
}

/** Only memberships differ; the links stay as they are. */
function groupStep(person: Person, accountId: string, actions: Action[]): SyncStep {
  const status = person.links[0]?.status
  const outcome = person.wanted || status === null || status === undefined ? linkStatus.ASSIGNED : (status as SyncStep['outcome'])
  const { personId, version } = person
  return { personId, version, label: person.values['userName'] ?? personId, login: null, accountId, links: [], outcome, queued: null, actions }
}

/** Links whose account no list has shown. Each is looked at by its id: only who is not there is gone. */
async function* vanished(comparison: Comparison): AsyncGenerator<SyncStep[]> {
  const { compared, bounds } = comparison
  const missing: Record<AccountLink['population'], number> = { panelist: 0, admin: 0 }
  for await (const links of unseen(comparison)) for (const { population } of links) missing[population] += 1
  compared.vanished = missing.panelist + missing.admin
  if (compared.vanished > Math.max(believableFew, bounds.count * believableShare)) {
    const detail = `The list of accounts lacks ${compared.vanished} of ${bounds.count} linked ones. That is not believed: nothing was planned.`
    throw new GatehouseError('remote_error', detail)
  }
  const uids = new Set<number>()
  for await (const links of unseen(comparison)) {
    const fresh = links.filter(({ population, uid }) => population === 'admin' || (!uids.has(uid) && uids.add(uid)))
    for (const [portalId, home] of Map.groupBy(fresh, (link) => link.portal_id)) {
      const people = await peopleAt(comparison, portalId, home)
      for (const person of people) suspect(comparison, portalId, { person, accountId: accountIdOf(person) ?? '', inGroup: undefined, extra: [] })
    }
    yield* lookAgain(comparison, 1)
  }
}

async function* unseen({ db, bounds, seen }: Comparison): AsyncGenerator<AccountLink[]> {
  for (const population of ['panelist', 'admin'] as const) {
    for (let after = 0; ;) {
      const page = await linkPage(db, population, after, bounds[population], linksPerPage)
      if (page.length === 0) break
      after = page.at(-1)!.id
      const missing = page.filter(({ id }) => !has(seen[population], id))
      if (missing.length > 0) yield missing
    }
  }
}
