/**
 * The shortest path between two nodes of the access graph: breadth first from both ends, a level at a time from the end
 * whose edge of the known is smaller, one statement a level. Every level is finished before the two sides are compared,
 * so that the first node that both know lies on a shortest path.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readNode, showNode, type GraphEdge, type GraphNode } from '../model/access-graph.ts'
import { readEdges, readNodes, stepsFrom, stepsOfPerson, type Direction, type Step } from '../store/access-steps.ts'

export interface PathQuery {
  from: string
  to: string
  /** Along the edges as access flows (default), or along edges whichever way they point. */
  undirected?: boolean
}

export interface Path {
  found: boolean
  /** Edges on the path. */
  length?: number
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** Why a path may have been missed: a limit was met. */
  cut?: string[]
}

const most = { levels: 24, known: 200_000, edgesOfNode: 50_000 }

interface Side {
  /** Every node known, with the step by which it was met. */
  met: Map<string, Step | undefined>
  frontier: string[]
  direction: Direction
}

/** Errors: `not_found`, `invalid_parameter`. */
export async function shortestPath(ctx: Context, query: PathQuery): Promise<Path> {
  const [from, to] = [readNode('from', query.from), readNode('to', query.to)]
  const at = ctx.now().toISOString()
  const ends = await readNodes(ctx.db, [from, to], at)
  for (const end of [from, to]) if (!ends.has(end)) throw new GatehouseError('not_found', `There is no ${showNode(end).replace(':', ' with the id ')}.`)
  // What is not active passes nothing on and is passed on to nobody.
  const still = query.undirected === true ? undefined : [from, to].find((end) => end[0] !== 'u' && !ends.get(end)!.active)
  const { steps, cut } = from === to ? { steps: [], cut: [] } : still ? { cut: [] } : await search(ctx, from, to, at, query.undirected === true)
  if (!steps) return { found: false, nodes: [...ends.values()], edges: [], ...(cut.length > 0 ? { cut } : {}) }
  const keys = [from, ...steps.map((step) => step.next)]
  const nodes = await readNodes(ctx.db, keys, at)
  return { found: true, length: steps.length, nodes: keys.flatMap((key) => nodes.get(key) ?? []), edges: await readEdges(ctx.db, steps, at) }
}

async function search(ctx: Context, from: string, to: string, at: string, undirected: boolean): Promise<{ steps?: Step[]; cut: string[] }> {
  const ahead: Side = { met: new Map([[from, undefined]]), frontier: [from], direction: undirected ? 'both' : 'out' }
  const back: Side = { met: new Map([[to, undefined]]), frontier: [to], direction: undirected ? 'both' : 'in' }
  const cut = new Set<string>()
  for (let level = 0; ; level++) {
    if (ahead.frontier.length === 0 || back.frontier.length === 0) return { cut: [...cut] }
    if (level === most.levels) return { cut: [...cut, 'depth'] }
    const grown = ahead.frontier.length <= back.frontier.length ? ahead : back
    await grow(ctx, grown, at, undirected, cut)
    const other = grown === ahead ? back : ahead
    const meeting = grown.frontier.filter((node) => other.met.has(node)).toSorted()[0]
    if (meeting !== undefined) return { steps: joined(ahead, back, meeting), cut: [] }
    if (ahead.met.size + back.met.size > most.known) return { cut: [...cut, 'nodes'] }
  }
}

/** One level further. People are ends only: nothing leads to one, and what a walk comes from is what they have. */
async function grow(ctx: Context, side: Side, at: string, undirected: boolean, cut: Set<string>): Promise<void> {
  const options = { at, activeOnly: !undirected, most: most.edgesOfNode }
  const person = side.frontier.find((key) => key[0] === 'u')
  const steps = person === undefined
    ? await stepsFrom(ctx.db, side.frontier, { ...options, direction: side.direction })
    : side.direction === 'in' ? [] : await stepsOfPerson(ctx.db, person.slice(1), options, !undirected)
  for (const [, list] of Map.groupBy(steps, ({ near }) => near)) if (list.length >= most.edgesOfNode) cut.add('edges')
  side.frontier = []
  for (const step of steps) {
    if (side.met.has(step.next)) continue
    side.met.set(step.next, step)
    side.frontier.push(step.next)
  }
}

/** From one end to the meeting point and on to the other; every step points along the path. */
function joined(ahead: Side, back: Side, meeting: string): Step[] {
  const steps: Step[] = []
  for (let step = ahead.met.get(meeting); step; step = ahead.met.get(step.near)) steps.unshift(step)
  for (let step = back.met.get(meeting); step; step = back.met.get(step.near)) steps.push({ ...step, near: step.next, next: step.near })
  return steps
}
