/**
 * What a proposed change would do to everybody, without doing it: nothing is written and nothing is locked. The part of
 * the graph that matters is loaded, changed in memory, and what each node gives before and after is worked out there;
 * the database then only counts who has which of these nodes.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { changes as differs, difference, givenOf, reachesOf, type Given, type Reaches, type State } from '../model/access-effect.ts'
import { nodeOf } from '../model/access-edges.ts'
import type { AccessEdge } from '../model/access-paths.ts'
import { edgesBehind, edgesById, everyonesNodes, membershipsOf, nodesAhead, peopleByPattern, peopleWithout, ranksBehind, standingOf, type PatternNode } from '../store/access-effect.ts'
import { takingTurns } from '../records/pause.ts'
import { knownRights } from '../store/access-edges.ts'
import { accessNodes, namesOfPeople } from '../store/access-graph.ts'
import { applyChanges, keyOf, noSuch, readChanges, type Change, type Picture } from './what-if-changes.ts'
import { askedMoment } from './effective.ts'
import type { Thing } from './explain.ts'

type Asker = Pick<Context, 'db' | 'now'>

export interface Effect {
  /** The moment that is asked about, as far as it is known now. */
  at: string
  /** People who would gain, or lose, something. */
  people: { gaining: number; losing: number }
  /** Pairs of a person and a group, role or organisation. */
  memberships: { gained: number; lost: number }
  /** Pairs of a person and a resource. */
  pairs: { gained: number; lost: number }
  /** Rights of a person on a resource. */
  rights: { gained: number; lost: number }
  groups: { group: Thing; gained: number; lost: number }[]
  roles: { role: Thing; gained: number; lost: number }[]
  organizations: { organization: Thing; gained: number; lost: number }[]
  resources: { resource: Thing; right?: string; gained: number; lost: number }[]
  /** The first of them, by person; each names one of the four. */
  examples: { user: { id: string; displayName?: string }; group?: Thing; role?: Thing; organization?: Thing; resource?: Thing; right?: string; change: 'gained' | 'lost' }[]
  /** True when there are more than the examples, or more of a kind than are listed. */
  more: boolean
}

const most = { ahead: 20_000, edges: 400_000, given: 5000, work: 200_000_000, pairs: 5_000_000, listed: 1000, examples: 100 }

const tooLarge = (what: string) => new GatehouseError('question_too_large', `The changes touch more than can be worked out at once: ${what}. Ask about fewer of them, or about things lower down.`)

/**
 * The effect of changes on everybody, now or at a moment ahead, by the dates that stand. Errors: `invalid_body`,
 * `invalid_parameter` for a moment, `invalid_reference`, `question_too_large`.
 */
export async function whatIf(ctx: Asker, body: unknown): Promise<Effect> {
  const { changes, at: asked } = readChanges(body)
  const { at, past } = askedMoment(ctx, asked)
  if (past) throw new GatehouseError('invalid_parameter', 'at: must not lie in the past, which nothing changes any more.')
  await checkRights(ctx, changes)
  const { before, things } = await loadPicture(ctx, changes, at)
  const after = applyChanges(before, changes)
  const reaches = await reachesIn(before, after, things, at)
  const tally = new Tally(reaches)
  for (const user of before.people.keys()) tally.count([user.slice(1)], 1, placesOf(before, reaches, user, 'before', at), placesOf(after, reaches, user, 'after', at))
  await countEverybodyElse(ctx, reaches, [...before.people.keys()].map((user) => user.slice(1)), tally, at)
  return show(ctx, tally, reaches.given, before, at)
}

/** As much of the graph as the changes may touch, and the things whose people they may change. */
async function loadPicture({ db }: Asker, changes: readonly Change[], at: string): Promise<{ before: Picture; things: string[] }> {
  const ids = changes.flatMap((change) => ('membershipId' in change ? [change.membershipId] : []))
  const named = ids.length > 0 ? await edgesById(db, ids, at) : []
  const ends = [...named, ...changes.filter((change) => change.op === 'add')]
  const nodes = changes.flatMap((change) => ('node' in change ? [change.node] : []))
  const isPerson = (node: string) => node[0] === 'u'
  const users = [...new Set([...ends.map(({ source }) => source), ...nodes].filter(isPerson).map((node) => node.slice(1)))]
  const [standing, memberships] = users.length > 0 ? await Promise.all([standingOf(db, users, at), membershipsOf(db, users, at)]) : [new Map<string, boolean>(), []]
  const whole = nodes.filter(isPerson)
  const touched = [
    ...ends.map(({ target }) => target), ...nodes.filter((node) => !isPerson(node)),
    ...(whole.length > 0 ? [...memberships.filter(({ source }) => whole.includes(source)).map(({ target }) => target), ...(await everyonesNodes(db, at))] : []),
  ]
  const ahead = await nodesAhead(db, [...new Set(touched)], at, most.ahead + 1)
  if (ahead.length > most.ahead) throw tooLarge(`what they give leads to more than ${most.ahead.toLocaleString('en')} things`)
  const things = ahead.filter((node) => !isPerson(node)).toSorted()
  const behind = await edgesBehind(db, [...new Set([...things, ...ends.map(({ source }) => source).filter((node) => !isPerson(node))])], at, most.edges + 1)
  if (behind.length > most.edges) throw tooLarge(`more than ${most.edges.toLocaleString('en')} edges lead to what they give`)
  const rising = changes.flatMap((change) => (change.op === 'add' && change.source[0] === change.target[0] ? [change.source] : []))
  const ranks = rising.length > 0 ? await ranksBehind(db, [...new Set(rising)], most.edges + 1) : []
  if (ranks.length > most.edges) throw tooLarge(`more than ${most.edges.toLocaleString('en')} edges lead to what is put below others`)
  const edges = new Map([...behind, ...memberships, ...named].map((edge) => [keyOf(edge), edge]))
  const all = new Set([...ahead, ...touched, ...ends.flatMap(({ source, target }) => [source, target]), ...behind.flatMap(({ source, target }) => [source, target])])
  const known = await accessNodes(db, [...all].filter((node) => !isPerson(node)), { at, past: false })
  return { before: { ranks, edges, nodes: known, people: new Map([...standing].map(([id, active]) => [`u${id}`, { active }])) }, things }
}

const inForceAt = (at: string) => ({ start, end }: AccessEdge): boolean => (start === null || start <= at) && (end === null || end > at)
const isMembership = ({ source }: AccessEdge): boolean => source[0] === 'u'

/** Each right is worked out on its own: made up ones would be work without end. Errors: `invalid_reference`. */
async function checkRights({ db }: Asker, changes: readonly Change[]): Promise<void> {
  const known = await knownRights(db, changes.flatMap((change) => ('rights' in change ? change.rights ?? [] : [])))
  changes.forEach((change, place) => {
    const missing = 'rights' in change ? change.rights?.find((right) => !known.has(right)) : undefined
    if (missing !== undefined) throw noSuch(place, `Right with the id ${missing}`)
  })
}

async function reachesIn(before: Picture, after: Picture, things: readonly string[], at: string): Promise<Reaches> {
  const state = ({ nodes, edges }: Picture): State => ({ nodes, edges: [...edges.values()].filter((edge) => !isMembership(edge) && inForceAt(at)(edge)) })
  const was = state(before)
  const memberships = [before, after].flatMap(({ edges }) => [...edges.values()].filter(isMembership))
  if (things.length > most.given || things.length * was.edges.length > most.work) throw tooLarge(`${things.length.toLocaleString('en')} groups, roles, organisations and resources, which ${was.edges.length.toLocaleString('en')} edges lead to`)
  const will = state(after)
  const pause = takingTurns()
  const work = reachesOf(givenOf(things, was, will, memberships), was, will)
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
    if (next.value > most.pairs) throw tooLarge(`more than ${most.pairs.toLocaleString('en')} pairs of a thing and what it gives`)
    await pause()
  }
}

/** What one person of the picture has on one side, as lists of places. */
function placesOf({ edges, people }: Picture, { given, byNode, everyone }: Reaches, user: string, side: 'before' | 'after', at: string): (readonly number[])[] {
  if (!people.get(user)!.active) return []
  const own = [...edges.values()].filter((edge) => edge.source === user && inForceAt(at)(edge))
  return [everyone[side], ...own.flatMap(({ target, rights }) => {
    const reach = byNode.get(target)?.[side]
    return reach === undefined ? [] : [[...reach], rightPlaces(given, reach, target, rights)]
  })]
}

/** Places of the rights that somebody has on a resource by being given it with them. */
function rightPlaces(given: readonly Given[], reach: readonly number[], resource: string, rights: readonly string[]): number[] {
  if (rights.length === 0 || !reach.some((place) => given[place]!.node === resource && given[place]!.right === undefined)) return []
  return given.flatMap((one, place) => (one.node === resource && one.right !== undefined && rights.includes(one.right) ? [place] : []))
}

async function countEverybodyElse({ db }: Asker, reaches: Reaches, except: readonly string[], tally: Tally, at: string): Promise<void> {
  const { given, byNode, everyone } = reaches
  const { nodes, sample } = patternsOf(reaches)
  const all = differs(everyone)
  if (!all && !nodes.some(({ changed }) => changed)) return
  for (const { patterns, count, first } of await peopleByPattern(db, nodes, except, all, most.examples, at)) {
    const parts = patterns.map((text) => {
      const [pattern, rights = ''] = text.split('+') as [string, string?]
      const node = sample[Number(pattern)]!
      const reach = byNode.get(node)!
      const places = (side: 'before' | 'after') => [...reach[side], ...rightPlaces(given, reach[side], node, rights === '' ? [] : rights.split(','))]
      return { before: places('before'), after: places('after') }
    })
    tally.count(first, count, [everyone.before, ...parts.map((one) => one.before)], [everyone.after, ...parts.map((one) => one.after)])
  }
  if (all) {
    const { count, first } = await peopleWithout(db, nodes.map(({ node }) => node), except, most.examples, at)
    tally.count(first, count, [everyone.before], [everyone.after])
  }
}

/** Nodes that give the same before and after are one pattern; resources, which may be given with rights, are each their own. */
function patternsOf({ byNode }: Reaches): { nodes: PatternNode[]; sample: string[] } {
  const numbers = new Map<string, number>()
  const sample: string[] = []
  const nodes = [...byNode].map(([node, reach]) => {
    const key = `${node[0] === 's' ? node : ''} ${reach.before.join()}|${reach.after.join()}`
    if (!numbers.has(key)) numbers.set(key, sample.push(node) - 1)
    return { node, pattern: numbers.get(key)!, changed: differs(reach) }
  })
  return { nodes, sample }
}

interface Example {
  user: string
  place: number
  change: 'gained' | 'lost'
}

/** Counts what patterns of people gain and lose. */
class Tally {
  readonly people = { gaining: 0, losing: 0 }
  readonly gained: number[]
  readonly lost: number[]
  readonly examples: Example[] = []

  constructor({ given }: Reaches) {
    this.gained = given.map(() => 0)
    this.lost = given.map(() => 0)
  }

  /** `count` people, the first of whom are `first`, have these lists of places before and after. */
  count(first: readonly string[], count: number, before: Iterable<readonly number[]>, after: Iterable<readonly number[]>): void {
    const { gained, lost } = difference(before, after)
    if (gained.length > 0) this.people.gaining += count
    if (lost.length > 0) this.people.losing += count
    for (const place of gained) this.gained[place]! += count
    for (const place of lost) this.lost[place]! += count
    const few = (places: number[], change: Example['change']) => first.flatMap((user) => places.slice(0, most.examples).map((place): Example => ({ user, place, change })))
    this.examples.push(...few(gained, 'gained').slice(0, most.examples), ...few(lost, 'lost').slice(0, most.examples))
  }

  /** The sum of counts over what a test finds. */
  sum(counts: readonly number[], test: (place: number) => boolean): number {
    return counts.reduce((sum, count, place) => (test(place) ? sum + count : sum), 0)
  }
}

const kinds = { g: 'group', r: 'role', o: 'organization', s: 'resource' } as const

async function show({ db }: Asker, tally: Tally, given: readonly Given[], { nodes }: Picture, at: string): Promise<Effect> {
  const { people, gained, lost } = tally
  const thing = (node: string): Thing => {
    const name = nodes.get(node)?.name
    return { ...nodeOf(node), ...(name ? { name } : {}) }
  }
  const kindOf = ({ node }: Given) => kinds[node[0] as keyof typeof kinds]
  const shown = (one: Given) => ({ [kindOf(one)]: thing(one.node), ...(one.right === undefined ? {} : { right: one.right }) })
  const examples = tally.examples.toSorted((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.place - b.place)).slice(0, most.examples)
  const names = await namesOfPeople(db, [...new Set(examples.map(({ user }) => user))])
  const touched = given.map((one, place) => ({ one, gained: gained[place]!, lost: lost[place]! })).filter((each) => each.gained + each.lost > 0)
    .toSorted((a, b) => b.gained + b.lost - a.gained - a.lost)
  const listed = <T>(kind: string) => touched.filter(({ one }) => kindOf(one) === kind).slice(0, most.listed).map(({ one, ...counts }) => ({ ...shown(one), ...counts }) as T)
  const lists = { groups: listed<Effect['groups'][number]>('group'), roles: listed<Effect['roles'][number]>('role'), organizations: listed<Effect['organizations'][number]>('organization'), resources: listed<Effect['resources'][number]>('resource') }
  const sums = (test: (one: Given) => boolean) => ({ gained: tally.sum(gained, (place) => test(given[place]!)), lost: tally.sum(lost, (place) => test(given[place]!)) })
  const total = [...gained, ...lost].reduce((sum, count) => sum + count, 0)
  return {
    at,
    people,
    memberships: sums((one) => kindOf(one) !== 'resource'),
    pairs: sums((one) => kindOf(one) === 'resource' && one.right === undefined),
    rights: sums(({ right }) => right !== undefined),
    ...lists,
    examples: examples.map(({ user, place, change }) => ({ user: { id: user, ...(names.get(user) ? { displayName: names.get(user)! } : {}) }, ...shown(given[place]!), change })),
    more: total > examples.length || touched.length > Object.values(lists).reduce((sum, { length }) => sum + length, 0),
  }
}
