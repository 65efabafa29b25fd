/**
 * Paths of access through a graph that is in memory: those that give something, and those that nearly do. Each way from
 * one node to the next has a price: what is in force costs its length alone, what is missing costs a great deal more, so
 * that the cheapest paths are those on which least is missing, and among these the shortest.
 */

/** An edge with everything that explains it; times are ISO instants. */
export interface AccessEdge {
  kind: string
  id: string
  source: string
  target: string
  start: string | null
  end: string | null
  rights: string[]
  description: string | null
  created: string | null
  createdBy: string | null
  grantedBy: string | null
  /** Since when the database has known it so; `-infinity` from before it kept that; null for one that is only supposed. */
  recorded: string | null
  /** When it was taken away, for one that no longer stands. */
  removed: string | null
}

export interface AccessNode {
  node: string
  name: string | null
  active: boolean
  everyone: boolean
  /** When it was deleted, for one that is no longer there. */
  removed?: string
}

/** What stands against a step: no edge at all, one taken away, its dates, a right it lacks, or that its target is off or deleted. */
export type Lack = 'none' | 'removed' | 'ended' | 'not-begun' | 'right' | 'inactive' | 'deleted'

export interface Step {
  source: string
  target: string
  /** Absent for what everybody has, and where there is none. */
  edge?: AccessEdge
  lacks: Lack[]
  cost: number
}

const prices: Record<Lack, number> = { right: 1, ended: 2, 'not-begun': 2, inactive: 3, removed: 3, none: 4, deleted: 4 }
const lacking = 1000

export interface Question {
  /** The node of the person, and of what is asked for. */
  from: string
  to: string
  right?: string
  at: string
}

/** The steps that a graph allows: of several edges between the same two, the one on which least is missing. */
export function stepsOf(edges: Iterable<AccessEdge>, nodes: ReadonlyMap<string, AccessNode>, question: Question): Step[] {
  const best = new Map<string, Step>()
  const add = (source: string, target: string, edge: AccessEdge | undefined, lacks: Lack[]): void => {
    const { active = true, removed } = nodes.get(target) ?? {}
    // What goes takes its edges along.
    const all: Lack[] = removed !== undefined ? [...lacks.filter((lack) => lack !== 'removed'), 'deleted'] : active ? lacks : [...lacks, 'inactive']
    const cost = 1 + lacking * all.reduce((sum, lack) => sum + prices[lack], 0)
    const key = `${source} ${target}`
    if (cost < (best.get(key)?.cost ?? Infinity)) best.set(key, { source, target, ...(edge ? { edge } : {}), lacks: all, cost })
  }
  for (const edge of edges) add(edge.source, edge.target, edge, lacksOf(edge, question))
  for (const { node, everyone, removed } of nodes.values()) {
    if (everyone && removed === undefined && (node !== question.to || question.right === undefined)) add(question.from, node, undefined, [])
  }
  return [...best.values()]
}

/** The steps that a membership would add which the person does not have; one of the thing itself is the last resort. */
export function missingMemberships(nodes: Iterable<AccessNode>, { from, to }: Question): Step[] {
  return [...nodes].filter(({ removed }) => removed === undefined).map(({ node, active }): Step => {
    const lacks: Lack[] = active ? ['none'] : ['none', 'inactive']
    const price = lacks.reduce((sum, lack) => sum + prices[lack], 0) + (node === to ? 1 : 0)
    return { source: from, target: node, lacks, cost: 1 + lacking * price }
  })
}

function lacksOf({ start, end, rights, removed, target }: AccessEdge, { to, right, at }: Question): Lack[] {
  return [
    ...(removed === null ? [] : ['removed' as const]),
    ...(end !== null && end <= at ? ['ended' as const] : []),
    ...(start !== null && start > at ? ['not-begun' as const] : []),
    ...(target === to && right !== undefined && !rights.includes(right) ? ['right' as const] : []),
  ]
}

/**
 * Since when an edge has been in force without a gap, by what stood between the same two before: ISO, or `-infinity` where
 * that was before the database kept it. `earlier` may be in any order.
 */
export function heldSince(edge: AccessEdge, earlier: readonly AccessEdge[]): string {
  const begin = ({ recorded, start }: AccessEdge) => [recorded ?? '-infinity', start ?? '-infinity'].reduce((a, b) => (a > b ? a : b))
  const end = ({ removed, end: last }: AccessEdge) => [removed, last].reduce<string>((least, one) => (one !== null && one < least ? one : least), '~')
  let since = begin(edge)
  for (let before: AccessEdge | undefined; (before = earlier.find((one) => begin(one) < since && end(one) >= since)); ) since = begin(before)
  return since
}

interface Partial {
  node: string
  cost: number
  /** What the whole path costs at least. */
  least: number
  step?: Step
  before?: Partial
}

/** Partial paths looked at before a search gives up. */
export const mostLookedAt = 20_000

/**
 * Paths without circles, the cheapest first. A best-first search that knows from every node what the rest costs at least,
 * so that it looks at little but what it yields. Ends early, and returns true, after `limit` partial paths.
 */
export function* cheapestPaths(steps: readonly Step[], from: string, to: string, limit: number = mostLookedAt): Generator<Step[], boolean> {
  const rest = costsTo(steps, to)
  const onward = Map.groupBy(steps.filter(({ target }) => rest.has(target)), ({ source }) => source)
  const queue = new Heap<Partial>((partial) => partial.least)
  if (rest.has(from)) queue.push({ node: from, cost: 0, least: rest.get(from)! })
  for (let looked = 0; ; looked++) {
    const partial = queue.pop()
    if (!partial) return false
    if (looked === limit) return true
    if (partial.node === to) yield pathOf(partial)
    else for (const step of onward.get(partial.node) ?? []) {
      if (isOn(partial, step.target)) continue
      const cost = partial.cost + step.cost
      queue.push({ node: step.target, cost, least: cost + rest.get(step.target)!, step, before: partial })
    }
  }
}

function isOn(partial: Partial, node: string): boolean {
  for (let at: Partial | undefined = partial; at; at = at.before) if (at.node === node) return true
  return false
}

function pathOf(last: Partial): Step[] {
  const path: Step[] = []
  for (let at: Partial | undefined = last; at?.step; at = at.before) path.unshift(at.step)
  return path
}

/** What the cheapest way from each node to `to` costs; nodes from which there is none are absent. Dijkstra, backwards. */
function costsTo(steps: readonly Step[], to: string): Map<string, number> {
  const into = Map.groupBy(steps, ({ target }) => target)
  const costs = new Map<string, number>()
  const queue = new Heap<{ node: string; cost: number }>(({ cost }) => cost)
  queue.push({ node: to, cost: 0 })
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (costs.has(next.node)) continue
    costs.set(next.node, next.cost)
    for (const { source, cost } of into.get(next.node) ?? []) if (!costs.has(source)) queue.push({ node: source, cost: next.cost + cost })
  }
  return costs
}

/** A binary heap: the least comes first; of equals, whichever. */
class Heap<T> {
  private readonly items: T[] = []
  private readonly keyOf: (item: T) => number

  constructor(keyOf: (item: T) => number) {
    this.keyOf = keyOf
  }

  push(item: T): void {
    const { items, keyOf } = this
    let place = items.push(item) - 1
    for (let above = (place - 1) >> 1; place > 0 && keyOf(items[above]!) > keyOf(item); above = (place - 1) >> 1) {
      items[place] = items[above]!
      place = above
    }
    items[place] = item
  }

  pop(): T | undefined {
    const { items, keyOf } = this
    const [first] = items
    const last = items.pop()
    if (first === undefined || last === undefined || items.length === 0) return first
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= items.length) break
      if (below + 1 < items.length && keyOf(items[below + 1]!) < keyOf(items[below]!)) below++
      if (keyOf(items[below]!) >= keyOf(last)) break
      items[place] = items[below]!
      place = below
    }
    items[place] = last
    return first
  }
}
