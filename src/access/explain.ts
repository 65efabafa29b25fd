/** Why a person has a resource: every path that gives it. Why not: the nearest paths, and what is missing on each. */
import type { Context } from '../context.ts'
import { edgeKind, nodeOf, type NodeType } from '../model/access-edges.ts'
import { cheapestPaths, heldSince, missingMemberships, stepsOf, type AccessEdge, type AccessNode, type Lack, type Question, type Step } from '../model/access-paths.ts'
import { counts } from '../model/user-statuses.ts'
import { accessNodes, deletedNodes, earlierEdges, givingEdges, namesOfPeople, nearEdges } from '../store/access-graph.ts'
import { checkAccess, type Check, type Person } from '../store/access-of-person.ts'
import type { Moment } from '../store/access-walk.ts'
import { personOf, whatIsAsked } from './effective.ts'

type Asker = Pick<Context, 'db' | 'now'>

export interface Thing {
  type: NodeType
  id: string
  name?: string
}

export interface Missing {
  what: 'membership' | 'date' | 'status' | 'right'
  message: string
}

/** One edge of a path. */
export interface ShownStep {
  source: Thing
  target: Thing
  /** True when everybody has the target without an edge. */
  everyone?: true
  membershipId?: string
  start?: string
  end?: string
  rights?: string[]
  description?: string
  created?: string
  createdBy?: { id: string; name?: string }
  grantedBy?: string
  /** Since when it has been in force without a gap, by whatever was given before it. */
  since?: string
  /** What stood between the same two before, the last first. */
  earlier?: EarlierEdge[]
  removed?: string
  /** What stands against it; absent when nothing does. */
  missing?: Missing[]
}

/** How an edge stood before it was changed, or one that stood in its place. */
export interface EarlierEdge {
  start?: string
  end?: string
  rights: string[]
  description?: string
  created?: string
  createdBy?: { id: string; name?: string }
  grantedBy?: string
  /** When it was changed, taken away, or over. */
  until: string
}

export interface Explanation {
  allowed: boolean
  at: string
  person: { id: string; displayName?: string; active: boolean; status: string; secondaryStatus?: string }
  resource: Thing
  right?: string
  /** What is missing of the person's own status. */
  missing?: Missing[]
  paths: ShownStep[][]
  /** True when there are more paths than are shown, or more lies near than was looked at. */
  more: boolean
}

const mostPaths = 100
const mostNearPaths = 10
const mostEarlier = 10

interface Graph {
  person: Person
  question: Question
  edges: AccessEdge[]
  nodes: Map<string, AccessNode>
  /** True when what lies near is more than is loaded at once. */
  cut: boolean
}

/** Every path that gives a person a resource, the shortest first, 100 at most. Errors: those of a check. */
export async function why(ctx: Asker, check: Check, moment: Moment): Promise<Explanation> {
  const graph = await load(ctx, check, moment, givingEdges)
  const steps = stepsOf(graph.edges, graph.nodes, graph.question).filter(({ lacks }) => lacks.length === 0)
  const { from, to } = graph.question
  const { paths, more } = graph.person.active ? take(cheapestPaths(steps, from, to), mostPaths) : { paths: [], more: false }
  const shown = [...new Map(paths.flat().flatMap(({ edge }) => (edge ? [[`${edge.kind} ${edge.id}`, edge] as const] : []))).values()]
  return show(ctx, graph, paths.length > 0, paths, more, await earlierEdges(ctx.db, shown, moment))
}

/**
 * The paths on which least is missing, ten at most; none when access is given anyway, which the check itself decides: what
 * lies near may be more than is loaded. Errors: those of a check.
 */
export async function whyNot(ctx: Asker, check: Check, moment: Moment): Promise<Explanation> {
  const { allowed } = await checkAccess(ctx.db, check, moment)
  const graph = await load(ctx, check, moment, allowed ? noEdges : nearEdges)
  if (allowed) return show(ctx, graph, true, [], false)
  const { question, nodes, edges, cut } = graph
  const known = stepsOf(edges, nodes, question)
  const met = known.filter(({ lacks }) => lacks.length === 0)
  const given = take(cheapestPaths(met, question.from, question.to), 1).paths.length > 0
  // All that is missing is the person's own status.
  if (given) return show(ctx, graph, false, [], cut)
  const had = new Set(known.filter(({ source }) => source === question.from).map(({ target }) => target))
  const absent = missingMemberships(nodes.values(), question).filter(({ target }) => !had.has(target))
  const { paths, more } = take(different(cheapestPaths([...known, ...absent], question.from, question.to)), mostNearPaths)
  return show(ctx, graph, false, paths, more || cut)
}

const noEdges: typeof nearEdges = () => Promise.resolve({ edges: [], cut: false })

async function load(ctx: Asker, check: Check, moment: Moment, loadEdges: typeof givingEdges): Promise<Graph> {
  const [person, to] = await Promise.all([personOf(ctx, check.user, moment), whatIsAsked(ctx, check, moment)])
  const { edges, cut } = await loadEdges(ctx.db, check.user, to, moment)
  const nodes = await accessNodes(ctx.db, [...new Set([to, ...edges.flatMap(({ source, target }) => [source, target])])], moment)
  // What is gone leads nowhere, but tells why not.
  if (loadEdges === nearEdges) for (const gone of await deletedNodes(ctx.db, edges.map(({ target }) => target).filter((node) => !nodes.has(node)), moment)) nodes.set(gone.node, gone)
  const question = { from: `u${check.user}`, to, at: moment.at, ...(check.right === undefined ? {} : { right: check.right }) }
  return { person, question, nodes, cut, edges: edges.filter(({ target }) => nodes.has(target)) }
}

function take(paths: Generator<Step[], boolean>, most: number): { paths: Step[][]; more: boolean } {
  const taken: Step[][] = []
  for (;;) {
    const next = paths.next()
    if (next.done) return { paths: taken, more: next.value }
    if (taken.length === most) return { paths: taken, more: true }
    taken.push(next.value)
  }
}

/** One path for each thing that would have to be done: the cheapest. */
function* different(paths: Generator<Step[], boolean>): Generator<Step[], boolean> {
  const seen = new Set<string>()
  for (;;) {
    const next = paths.next()
    if (next.done) return next.value
    const lacks = next.value.filter((step) => step.lacks.length > 0).map((step) => `${step.source} ${step.target} ${step.lacks.join()}`).join('\n')
    if (!seen.has(lacks)) yield next.value
    seen.add(lacks)
  }
}

async function show(ctx: Asker, { person, question, nodes }: Graph, allowed: boolean, paths: Step[][], more: boolean, earlier: readonly AccessEdge[] = []): Promise<Explanation> {
  const names = await namesOfPeople(ctx.db, [...new Set([...paths.flat().flatMap(({ edge }) => edge ?? []), ...earlier].flatMap(({ createdBy }) => createdBy ?? []))])
  const before = Map.groupBy(earlier, ({ source, target }) => `${source} ${target}`)
  const { id, displayName, active, status, secondaryStatus } = person
  const thing = (node: string): Thing => {
    const name = node === question.from ? displayName : nodes.get(node)?.name
    return { ...nodeOf(node), ...(name ? { name } : {}) }
  }
  return {
    allowed, at: question.at,
    person: { id, ...optional({ displayName }), active, status, ...optional({ secondaryStatus }) },
    resource: thing(question.to),
    ...optional({ right: question.right }),
    ...(active ? {} : { missing: [standing(person, question.at)] }),
    paths: paths.map((path) => path.map((step) => shownStep(step, { thing, names, nodes }, question, before.get(`${step.source} ${step.target}`)))),
    more,
  }
}

/** Why access of a person does not count at all. */
function standing({ id, displayName, status, secondaryStatus, startDate, lastDate }: Person, at: string): Missing {
  const name = displayName ?? id
  if (status === 'PENDING_START_DATE' && startDate !== null) return { what: 'date', message: `${name} is PENDING_START_DATE: the first day is ${startDate}.` }
  // Who would count by their status either left before the moment or came after it.
  if (counts(status, secondaryStatus)) return { what: 'date', message: lastDate !== null && lastDate <= at.slice(0, 10) ? `${name} was here until ${lastDate}.` : `${name} was not here yet.` }
  return { what: 'status', message: `${name} is ${[status, secondaryStatus].filter(Boolean).join(' and ')}, and only counts as ACTIVE or PENDING_INITIAL_LOGIN with no account status, or LOCKED.` }
}

/** Members that have a value. */
function optional<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
}

/** Who made an edge, when, and by which request. */
function originOf({ description, created, createdBy, grantedBy }: AccessEdge, names: Map<string, string | null>): Pick<ShownStep, 'description' | 'created' | 'createdBy' | 'grantedBy'> {
  return { ...optional({ description, created }), ...(createdBy === null ? {} : { createdBy: { id: createdBy, ...optional({ name: names.get(createdBy) }) } }), ...optional({ grantedBy }) }
}

interface Known {
  thing: (node: string) => Thing
  /** Of people, by id. */
  names: Map<string, string | null>
  nodes: ReadonlyMap<string, AccessNode>
}

function shownStep(step: Step, { thing, names, nodes }: Known, question: Question, earlier: readonly AccessEdge[] = []): ShownStep {
  const { source, target, edge, lacks } = step
  const shown: ShownStep = { source: thing(source), target: thing(target) }
  if (edge) {
    const { id, start, end, rights, created, removed } = edge
    Object.assign(shown, { membershipId: id, ...optional({ start, end }), rights, ...originOf(edge, names) })
    if (lacks.length === 0) {
      const { right, to } = question
      const since = heldSince(edge, right === undefined || step.target !== to ? earlier : earlier.filter((one) => one.rights.includes(right)))
      // From before the database kept it: when it was made is what is known.
      Object.assign(shown, optional({ since: since === '-infinity' ? created : since }))
      // A period that stands beside is told of when it was over before this one began.
      const before = earlier.filter((one) => one.removed !== null || (one.end !== null && start !== null && one.end <= start))
      if (before.length > 0) shown.earlier = before.slice(0, mostEarlier).map((one) => ({ ...optional({ start: one.start, end: one.end }), rights: one.rights, ...originOf(one, names), until: one.removed ?? one.end! }))
    }
    Object.assign(shown, optional({ removed }))
  } else if (!lacks.includes('none')) shown.everyone = true
  if (lacks.length > 0) shown.missing = lacks.map((lack) => missingOf(lack, step, shown, question, nodes))
  return shown
}

const called = ({ type, id, name }: Thing) => `the ${type} ${name ?? id}`
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)

function missingOf(lack: Lack, step: Step, { source, target, start, end, removed }: ShownStep, { right, to }: Question, nodes: ReadonlyMap<string, AccessNode>): Missing {
  const edge = edgeKind(step.source[0]! + step.target[0]!).label
  const holder = source.name ?? source.id
  const carrying = right !== undefined && step.target === to ? ` with the right ${right}` : ''
  switch (lack) {
    case 'none': return { what: 'membership', message: `${holder} does not have ${called(target)}${carrying}.` }
    case 'removed': return { what: 'membership', message: `${holder} no longer has ${called(target)}: the ${edge} was taken away on ${removed}.` }
    case 'ended': return { what: 'date', message: `The ${edge} ended on ${end}.` }
    case 'not-begun': return { what: 'date', message: `The ${edge} begins on ${start}.` }
    case 'right': return { what: 'right', message: `The ${edge} does not carry the right ${right}.` }
    case 'deleted': return { what: 'status', message: `${capital(called(target))} was deleted on ${nodes.get(step.target)!.removed}.` }
    case 'inactive': return { what: 'status', message: `${capital(called(target))} is not active.` }
  }
}
