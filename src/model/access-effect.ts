/**
 * What a proposed change would do to everybody: a graph before, a graph after, and for each node what having it gives in
 * either. People are told apart only by which of those nodes they have, so that half a million of them are a few
 * patterns with counts.
 */
import type { AccessEdge, AccessNode } from './access-paths.ts'

/** A group, role, organisation or resource, or one right on a resource. */
export interface Given {
  node: string
  right?: string
}

export interface State {
  nodes: ReadonlyMap<string, AccessNode>
  /** Edges between things, in force. */
  edges: readonly AccessEdge[]
}

/** What having a node gives before and after, as places in the list of what is given; `changes` when they differ. */
export interface Reach {
  before: readonly number[]
  after: readonly number[]
}

export interface Reaches {
  given: readonly Given[]
  byNode: ReadonlyMap<string, Reach>
  /** What everybody has without being given it. */
  everyone: Reach
}

export const changes = ({ before, after }: Reach): boolean => before.join() !== after.join()

/** The things that may be affected, resources each with every right that an edge, or one of `others`, carries into it. */
export function givenOf(things: readonly string[], before: State, after: State, others: readonly AccessEdge[] = []): Given[] {
  const wanted = new Set(things.filter((node) => node[0] === 's'))
  const rights = new Map<string, Set<string>>()
  for (const { target, rights: had } of [...before.edges, ...after.edges, ...others]) {
    if (wanted.has(target)) had.forEach((right) => rights.set(target, (rights.get(target) ?? new Set()).add(right)))
  }
  return things.flatMap((node) => [{ node }, ...[...(rights.get(node) ?? [])].map((right) => ({ node, right }))])
}

/**
 * What each node gives of these. Long work: it stops after each of them, so that whoever carries it out can let others have
 * their turn, and tells how many pairs of a node and what it gives there are on this side so far, so that they can give up.
 */
export function* reachesOf(given: readonly Given[], before: State, after: State): Generator<number, Reaches> {
  const was = yield* reachOf(given, before)
  const will = yield* reachOf(given, after)
  const nodes = new Set([...was.byNode.keys(), ...will.byNode.keys()])
  return {
    given,
    byNode: new Map([...nodes].map((node) => [node, { before: was.byNode.get(node) ?? [], after: will.byNode.get(node) ?? [] }])),
    everyone: { before: was.everyone, after: will.everyone },
  }
}

interface SideReach {
  byNode: Map<string, number[]>
  everyone: number[]
}

function* reachOf(given: readonly Given[], { nodes, edges }: State): Generator<number, SideReach> {
  const into = Map.groupBy(edges, ({ target }) => target)
  const byNode = new Map<string, number[]>()
  const everyone: number[] = []
  const isActive = (node: string) => nodes.get(node)?.active === true
  let pairs = 0
  for (const [place, { node: thing, right }] of given.entries()) {
    yield pairs
    if (!isActive(thing)) continue
    const first = (into.get(thing) ?? []).filter(({ rights }) => right !== undefined && rights.includes(right)).map(({ source }) => source)
    const reached = new Set<string>()
    const queue = right === undefined ? [thing] : first
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (reached.has(node) || !isActive(node)) continue
      reached.add(node)
      for (const { source } of into.get(node) ?? []) queue.push(source)
    }
    pairs += reached.size
    for (const node of reached) listOf(byNode, node).push(place)
    if ([...reached].some((node) => nodes.get(node)!.everyone)) everyone.push(place)
  }
  yield pairs
  return { byNode, everyone }
}

function listOf(lists: Map<string, number[]>, node: string): number[] {
  const list = lists.get(node) ?? []
  lists.set(node, list)
  return list
}

/** What people of one pattern have before and after. */
export function difference(before: Iterable<readonly number[]>, after: Iterable<readonly number[]>): { gained: number[]; lost: number[] } {
  const [had, will] = [new Set([...before].flat()), new Set([...after].flat())]
  const order = (places: number[]) => places.toSorted((a, b) => a - b)
  return { gained: order([...will].filter((place) => !had.has(place))), lost: order([...had].filter((place) => !will.has(place))) }
}
