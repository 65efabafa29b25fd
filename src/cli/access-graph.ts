/** gatehouse access graph and path: the access graph as a graph, as text that Graphviz or Mermaid draws. */
import { counted } from '../model/counted.ts'
import type { Command } from 'commander'
import { graphLimits, neighbourhood } from '../access/graph-neighbourhood.ts'
import { shortestPath } from '../access/graph-path.ts'
import { dotOf, mermaidOf, type Drawing, type GraphEdge, type GraphNode } from '../model/access-graph.ts'
import type { Direction } from '../store/access-steps.ts'
import { namedNode } from './find-by-name.ts'
import { answeredBy, exitCodeOption, print, readWhole, table, withDatabase, type AnswerOptions } from './run.ts'

interface DrawOptions {
  json?: boolean
  dot?: boolean
  mermaid?: boolean
}

/** Below `gatehouse access`. */
export function addAccessGraphCommands(access: Command): void {
  drawn(access.command('graph').description('Shows what stands around a node of the access graph.').argument('<node>', 'its kind, and its name or id, such as Role:Clerk'))
    .option('--depth <n>', 'how many edges away', readWhole(0, graphLimits.depth), 1).option('--direction <direction>', 'out: what it gives; in: what gives it; both', 'both')
    .option('--people <n>', 'how many of its people are shown', readWhole(0, graphLimits.people), 0).option('--all', 'edges that have ended or not begun too')
    .action((node: string, options: DrawOptions & { depth: number; direction: Direction; people: number; all?: boolean }) => withDatabase(async (_opened, ctx) => {
      const { depth, direction, people, all } = options
      const found = await neighbourhood(ctx, { node: await namedNode(ctx, node), depth, direction, people, all, count: graphLimits.nodes })
      show(options, found, () => [...cutLine(found.cut)])
    }))
  drawn(access.command('path').description('Shows the shortest path between two nodes of the access graph.').argument('<from>', 'where it begins, such as User:ann or Role:3000').argument('<to>', 'where it ends'))
    .option('--undirected', 'along edges whichever way they point').option(...exitCodeOption)
    .action((from: string, to: string, options: DrawOptions & AnswerOptions & { undirected?: boolean }) => withDatabase(async (_opened, ctx) => {
      const found = await shortestPath(ctx, { from: await namedNode(ctx, from), to: await namedNode(ctx, to), undirected: options.undirected })
      show(options, found, () => [found.found ? `${counted(found.length!, 'edge')}.` : 'There is no path.', ...cutLine(found.cut)])
      answeredBy(options, found.found)
    }))
}

const drawn = (command: Command) => command.option('--json', 'answer for machines').option('--dot', 'a drawing for Graphviz').option('--mermaid', 'a drawing for Mermaid')

const cutLine = (cut: readonly string[] | undefined) => (cut === undefined ? [] : [`Not everything is shown; limits met: ${cut.join(', ')}.`])

function show(options: DrawOptions, found: Drawing, more: () => string[]): void {
  if (options.dot || options.mermaid) return print(false, undefined, () => [options.dot ? dotOf(found) : mermaidOf(found)])
  print(options.json, found, () => [...nodeTable(found.nodes), '', ...edgeTable(found.edges), ...more()])
}

const nodeTable = (nodes: readonly GraphNode[]) => table(['depth', 'node', 'name', 'active', 'people'], nodes.map((one) =>
  [one.depth, one.node, one.name, one.active, one.people && `${one.people.count}${one.people.more ? '+' : ''}`]))

const edgeTable = (edges: readonly GraphEdge[]) => table(['source', 'target', 'rights', 'from', 'to', 'edge'], edges.map((one) =>
  [one.source, one.target, one.rights.join(' '), one.start, one.end, one.edgeId]))
