/**
 * A cover of a graph with few cliques: large cliques taken one by one, then first-fit over many orders (Culberson's
 * iterated greedy: cliques placed one behind the other never need more of them the next time), again from other large
 * cliques now and then; and a set of vertices no two of which are neighbours, which proves how many are needed at least.
 */
import { countShared, emptySet, add, has, keepShared, members, remove, removeAll, type BitSet } from './bit-set.ts'
import type { Dice } from './dice.ts'

/** What a search may use up. */
export interface Effort {
  dice: Dice
  /** Rounds without a better result after which it gives up. */
  patience: number
  expired: () => boolean
}

export interface Cover {
  cliques: number[][]
  /** No cover has fewer. */
  atLeast: number
}

export function cliqueCover(near: readonly BitSet[], vertices: BitSet, effort: Effort): Cover {
  const all = members(vertices)
  if (all.length === 0) return { cliques: [], atLeast: 0 }
  const degree = new Map(all.map((vertex) => [vertex, countShared(near[vertex]!, vertices)]))
  let best = firstFit(near, all.toSorted((a, b) => degree.get(a)! - degree.get(b)! || a - b))
  let cliques = best
  // Shuffled first: among those with equally many neighbours, another order every time.
  const fewestFirst = () => effort.dice.shuffled(all).sort((a, b) => degree.get(a)! - degree.get(b)!)
  let atLeast = independent(near, vertices, fewestFirst())
  for (let idle = 0; idle < effort.patience && best.length > atLeast && !effort.expired(); idle++) {
    const restart = idle % 20 === 0
    cliques = restart ? largeCliques(near, vertices, effort) : firstFit(near, rearranged(cliques, effort, idle).flat())
    if (restart) atLeast = Math.max(atLeast, independent(near, vertices, fewestFirst()))
    if (cliques.length < best.length) [best, idle] = [cliques, 0]
  }
  return { cliques: best, atLeast }
}

const tries = 8

/** Takes the largest of a few grown cliques, counting what is not covered yet, until all is. */
function largeCliques(near: readonly BitSet[], vertices: BitSet, effort: Effort): number[][] {
  const open = Uint32Array.from(vertices)
  const cliques: number[][] = []
  for (let left = members(open); left.length > 0; left = members(open)) {
    const grown = Array.from({ length: effort.expired() ? 1 : tries }, () => grow(near, open, left[effort.dice.below(left.length)]!, effort))
    const best = grown.reduce((most, next) => (next.length > most.length ? next : most))
    cliques.push(best)
    for (const vertex of best) remove(open, vertex)
  }
  return cliques
}

/** A clique around a vertex: of a few that fit, whatever leaves the most that still fit, until nothing does. */
function grow(near: readonly BitSet[], open: BitSet, start: number, { dice }: Effort): number[] {
  const clique = [start]
  const common = Uint32Array.from(near[start]!)
  keepShared(common, open)
  for (;;) {
    remove(common, clique.at(-1)!)
    const fitting = members(common)
    if (fitting.length === 0) return clique
    const some = fitting.length <= tries ? fitting : Array.from({ length: tries }, () => fitting[dice.below(fitting.length)]!)
    const next = some.map((vertex) => ({ vertex, leaves: countShared(near[vertex]!, common) })).reduce((most, one) => (one.leaves > most.leaves ? one : most)).vertex
    clique.push(next)
    keepShared(common, near[next]!)
  }
}

function firstFit(near: readonly BitSet[], order: readonly number[]): number[][] {
  const cliques: { list: number[]; common: BitSet }[] = []
  for (const vertex of order) {
    const place = cliques.find(({ common }) => has(common, vertex))
    if (place) {
      place.list.push(vertex)
      keepShared(place.common, near[vertex]!)
    } else cliques.push({ list: [vertex], common: Uint32Array.from(near[vertex]!) })
  }
  return cliques.map(({ list }) => list)
}

/** The cliques in another order: the large ones first, the last ones first, or as the dice fall. */
function rearranged(cliques: readonly number[][], { dice }: Effort, round: number): number[][] {
  if (round % 5 === 0) return cliques.toSorted((a, b) => b.length - a.length)
  if (round % 5 === 2) return cliques.toReversed()
  return dice.shuffled(cliques)
}

/** How many vertices, no two of them neighbours, one finds who takes those with few neighbours first. */
function independent(near: readonly BitSet[], vertices: BitSet, order: readonly number[]): number {
  const open = Uint32Array.from(vertices)
  let count = 0
  for (const vertex of order) {
    if (!has(open, vertex)) continue
    count++
    removeAll(open, near[vertex]!)
  }
  return count
}

/** The vertices that can be reached from one another, each component on its own. */
export function components(near: readonly BitSet[], vertices: BitSet): BitSet[] {
  const open = Uint32Array.from(vertices)
  const found: BitSet[] = []
  for (const start of members(vertices)) {
    if (!has(open, start)) continue
    const component = emptySet(near.length)
    const waiting = [start]
    removeAll(open, setOfOne(near.length, start))
    while (waiting.length > 0) {
      const vertex = waiting.pop()!
      add(component, vertex)
      const reached = Uint32Array.from(near[vertex]!)
      keepShared(reached, open)
      removeAll(open, reached)
      waiting.push(...members(reached))
    }
    found.push(component)
  }
  return found
}

function setOfOne(length: number, member: number): BitSet {
  const made = emptySet(length)
  add(made, member)
  return made
}
