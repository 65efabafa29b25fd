/** What stands around a node of the access graph, level by level, bounded, in pages fit for drawing. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readNode, showNode, type GraphEdge, type GraphNode } from '../model/access-graph.ts'
import { countPeople, peopleOf, readEdges, readNodes, stepsFrom, stepsOfPerson, type Direction, type Step } from '../store/access-steps.ts'

export const graphLimits = { depth: 5, nodes: 2000, edgesOfNode: 1000, people: 200, countedPeople: 10_000 } as const

export interface NeighbourhoodQuery {
  node: string
  depth?: number
  direction?: Direction
  /** People who have the node directly, shown as nodes. */
  people?: number
  /** Edges that have ended or not begun too. */
  all?: boolean
  count?: number
  cursor?: string
}

export interface Neighbourhood {
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** Why something that is there is not shown: a limit was met. */
  cut?: string[]
  next?: string
}

interface Walk {
  /** Nodes met, with the number of edges to them. */
  depths: Map<string, number>
  steps: Step[]
  cut: Set<string>
}

/** Errors: `not_found`, `invalid_parameter`, `invalid_cursor`. */
export async function neighbourhood(ctx: Context, query: NeighbourhoodQuery): Promise<Neighbourhood> {
  const start = readNode('node', query.node)
  const at = ctx.now().toISOString()
  if (!(await readNodes(ctx.db, [start], at)).has(start)) throw new GatehouseError('not_found', `There is no ${showNode(start).replace(':', ' with the id ')}.`)
  const walk = await walkFrom(ctx, start, at, query)
  const position = (key: string) => `${walk.depths.get(key)}.${key}`
  const after = readCursor(query.cursor)
  const count = query.count ?? 100
  const behind = [...walk.depths.keys()].map((key) => ({ key, at: position(key) })).toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const rest = behind.filter((one) => after === undefined || one.at > after)
  const page = rest.slice(0, count)
  const last = page.at(-1)?.at ?? ''
  // An edge comes with the later of its ends, so that all pages together hold each edge once and none before its ends.
  const steps = walk.steps.filter(({ source, target }) => {
    const later = position(source) > position(target) ? position(source) : position(target)
    return later <= last && (after === undefined || later > after)
  })
  return {
    nodes: await describe(ctx, page.map(({ key }) => key), walk, start, at),
    edges: await readEdges(ctx.db, steps, at),
    ...(walk.cut.size > 0 ? { cut: [...walk.cut].toSorted() } : {}),
    ...(rest.length > page.length ? { next: last } : {}),
  }
}

function readCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !/^\d\.[ugrso].{1,40}$/.test(cursor)) throw new GatehouseError('invalid_cursor')
  return cursor
}

async function walkFrom(ctx: Context, start: string, at: string, query: NeighbourhoodQuery): Promise<Walk> {
  const { depth = 1, direction = 'both', all, people = 0 } = query
  const walk: Walk = { depths: new Map([[start, 0]]), steps: [], cut: new Set() }
  const options = { at, all, most: graphLimits.edgesOfNode + 1 }
  const seen = new Set<string>()
  let frontier = [start]
  for (let level = 1; level <= depth && frontier.length > 0; level++) {
    const things = frontier.filter((key) => key[0] !== 'u')
    const found = await stepsFrom(ctx.db, things, { ...options, direction })
    if (level === 1 && start[0] === 'u' && direction !== 'in') found.push(...await stepsOfPerson(ctx.db, start.slice(1), options))
    if (level === 1 && direction !== 'out') found.push(...await somePeople(ctx, start, { at, all }, people, walk))
    frontier = take(walk, found, level, seen)
  }
  if (frontier.some((key) => key[0] !== 'u') && (await beyond(ctx, frontier, walk, { ...options, direction, most: 2 }))) walk.cut.add('depth')
  return walk
}

async function somePeople(ctx: Context, start: string, options: { at: string; all?: boolean }, people: number, walk: Walk): Promise<Step[]> {
  if (people === 0) return []
  const found = await peopleOf(ctx.db, start, options, people + 1)
  if (found.length > people) walk.cut.add('people')
  return found.slice(0, people)
}

/** Notes the steps of a level, as far as the limits go; the nodes met for the first time. */
function take(walk: Walk, found: readonly Step[], level: number, seen: Set<string>): string[] {
  const fresh: string[] = []
  for (const [, list] of Map.groupBy(found, ({ near, source }) => `${near} ${near === source}`)) {
    if (list.length > graphLimits.edgesOfNode) walk.cut.add('edges')
    for (const step of list.slice(0, graphLimits.edgesOfNode)) {
      if (!walk.depths.has(step.next)) {
        if (walk.depths.size >= graphLimits.nodes) {
          walk.cut.add('nodes')
          continue
        }
        walk.depths.set(step.next, level)
        fresh.push(step.next)
      }
      const edge = step.kind + step.membershipId
      if (!seen.has(edge)) walk.steps.push(step)
      seen.add(edge)
    }
  }
  return fresh
}

/** Whether the last nodes lead on to others. */
async function beyond(ctx: Context, frontier: readonly string[], walk: Walk, options: Parameters<typeof stepsFrom>[2]): Promise<boolean> {
  const found = await stepsFrom(ctx.db, frontier.filter((key) => key[0] !== 'u'), { ...options, most: graphLimits.edgesOfNode })
  return found.some(({ next }) => !walk.depths.has(next))
}

async function describe(ctx: Context, keys: readonly string[], walk: Walk, start: string, at: string): Promise<GraphNode[]> {
  const known = await readNodes(ctx.db, keys, at)
  const most = graphLimits.countedPeople
  const counts = new Map([...await countPeople(ctx.db, keys.filter((key) => key !== start), at, most + 1), ...(keys.includes(start) ? await countPeople(ctx.db, [start], at, 1e9) : [])])
  return keys.flatMap((key) => {
    const node = known.get(key)
    if (!node) return []
    const count = counts.get(key)
    const more = key !== start && count !== undefined && count > most
    return [{ ...node, depth: walk.depths.get(key)!, ...(count === undefined ? {} : { people: { count: more ? most : count, more } }) }]
  })
}
