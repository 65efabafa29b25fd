/** Routes of the access graph as a graph, of role mining and of findings: questions that change nothing. */
import { findings, type FindingQuery } from '../access/findings.ts'
import { graphLimits, neighbourhood, type NeighbourhoodQuery } from '../access/graph-neighbourhood.ts'
import { shortestPath, type PathQuery } from '../access/graph-path.ts'
import { miningRequest } from '../access/mining-request.ts'
import { proposeRoles } from '../access/mining.ts'
import { findingKinds, findingNames } from '../model/access-findings.ts'
import { guarded, pageParameters, type QueryParameter, type Route } from './route.ts'

const base = { method: 'GET', scope: 'read', tag: 'Access' } as const
const node = (name: string, doc: string): QueryParameter => ({ name, type: 'string', required: true, doc: `${doc}: its kind and id, such as Role:3000 (User, Group, Role, Resource, Organization).` })

export const accessGraphRoutes: readonly Route[] = guarded('access', [
  { ...base, path: '/access/graph/neighbourhood', refuses: [404], operation: 'readNeighbourhood', summary: 'What stands around a node of the access graph, fit for drawing.', answer: { component: 'GraphPage' },
    query: [
      node('node', 'The node in the middle'),
      { name: 'depth', type: 'integer', min: 0, max: graphLimits.depth, doc: 'How many edges away; default 1.' },
      { name: 'direction', type: 'string', values: ['out', 'in', 'both'], doc: 'out: what it gives; in: what gives it; both (default).' },
      { name: 'people', type: 'integer', min: 0, max: graphLimits.people, doc: 'How many of the people who have the node directly are shown as nodes; default none: their number is always told.' },
      { name: 'all', type: 'boolean', doc: 'Whether edges that have ended or not begun are walked too.' },
      ...pageParameters.map((one) => (one.name === 'count' ? { ...one, doc: 'Nodes a page; default 100. Edges come with the later of their ends.' } : one)),
    ],
    handle: async ({ ctx, query }) => ({ body: await neighbourhood(ctx, query as unknown as NeighbourhoodQuery) }) },
  { ...base, path: '/access/graph/path', heavy: 1, refuses: [404], operation: 'readPath', summary: 'The shortest path between two nodes of the access graph.', answer: { component: 'GraphPath' },
    query: [node('from', 'Where the path begins'), node('to', 'Where it ends'), { name: 'undirected', type: 'boolean', doc: 'true: along edges whichever way they point; default: as access flows.' }],
    handle: async ({ ctx, query }) => ({ body: await shortestPath(ctx, query as unknown as PathQuery) }) },
  { ...base, method: 'POST', path: '/access/mining', needs: [{ resource: 'access', right: 'READ' }], heavy: 2, operation: 'mineRoles', summary: 'Proposes roles that give exactly what people were given one by one; nothing is changed.', body: { component: 'MiningRequest' }, answer: { component: 'MinedRoles' },
    handle: async ({ ctx, body }) => ({ body: await proposeRoles(ctx, miningRequest(body)) }) },
  { ...base, path: '/access/findings', heavy: 1, operation: 'listFindings', summary: 'Lists what is needless, empty, unreachable, left behind or out of the ordinary.', answer: { component: 'Finding', list: true },
    query: [{ name: 'kind', type: 'string', required: true, values: findingNames, doc: findingNames.map((name) => `${name}: ${findingKinds[name]}`).join(' ') }, ...pageParameters],
    handle: async ({ ctx, query }) => ({ body: await findings(ctx, query as unknown as FindingQuery) }) },
])
