/** The access graph as it is shown: nodes and edges by names that outsiders know, and drawings of them as text. */
import { GatehouseError } from '../errors.ts'
import { edgeKind, nodeKey, nodeOf, nodeTypes, type Letter } from './access-edges.ts'
import { counted } from './counted.ts'

export interface GraphNode {
  /** Type and id, such as `Role:3000`: what edges refer to. */
  node: string
  type: string
  id: string
  name: string
  /** GRAPH_ID where there is one, else the letter of the type and the id. */
  graphId: string
  /** Whether it passes anything on; for a person, whether they may use anything at all. */
  active: boolean
  /** Whether everybody has it without being given it. */
  everyone?: boolean
  /** Edges between it and the node that was asked about. */
  depth?: number
  /** How many people have it directly at the moment. */
  people?: { count: number; more: boolean }
}

export interface GraphEdge {
  /** EDGE_ID where there is one, else the id of the membership. */
  edgeId: string
  /** The types of its ends: `GroupRole`. */
  kind: string
  source: string
  target: string
  start?: string
  end?: string
  inForce: boolean
  rights: string[]
  description?: string
  grantedBy?: string
  created?: string
}

const letters = new Map(Object.entries(nodeTypes).map(([letter, type]) => [type as string, letter as Letter]))
export const graphTypes: readonly string[] = Object.values(nodeTypes)

/** `Role:3000` as the graph's tables name it. Errors: `invalid_parameter`, naming the parameter. */
export function readNode(parameter: string, text: string): string {
  const colon = text.indexOf(':')
  const letter = letters.get(text.slice(0, Math.max(0, colon)))
  if (!letter || colon === text.length - 1 || text.length > 60) {
    throw new GatehouseError('invalid_parameter', `${parameter}: must be a kind of thing and its id, such as Role:3000; kinds are ${graphTypes.join(', ')}.`)
  }
  return nodeKey(letter, text.slice(colon + 1))
}

/** The other way round. */
export function showNode(key: string): string {
  const { type, id } = nodeOf(key)
  return `${type}:${id}`
}

/** The types of an edge's ends; `everyone` is none that is stored: public resources and groups of everyone. */
export const everyoneKind = 'everyone'

export function showKind(kind: string): string {
  if (kind === everyoneKind) return 'Everyone'
  const { source, target } = edgeKind(kind)
  return nodeTypes[source] + nodeTypes[target]
}

export interface Drawing {
  nodes: readonly GraphNode[]
  edges: readonly GraphEdge[]
}

const shapes: Record<string, string> = { User: 'ellipse', Group: 'folder', Role: 'hexagon', Resource: 'box', Organization: 'house' }

/** A drawing in the language of Graphviz. */
export function dotOf({ nodes, edges }: Drawing): string {
  const quoted = (text: string) => `"${text.replaceAll(/[\\"]/g, '\\$&').replaceAll(/\s+/g, ' ')}"`
  const nodeLines = nodes.map((one) =>
    `  ${quoted(one.node)} [label=${quoted(labelOf(one))}, shape=${shapes[one.type]}${one.active ? '' : ', style=dashed'}];`)
  const edgeLines = edges.map((one) =>
    `  ${quoted(one.source)} -> ${quoted(one.target)} [label=${quoted(one.rights.join(', '))}${one.inForce ? '' : ', style=dashed'}];`)
  return ['digraph access {', '  rankdir=LR;', ...nodeLines, ...edgeLines, '}'].join('\n')
}

const brackets: Record<string, [string, string]> = { User: ['([', '])'], Group: ['[[', ']]'], Role: ['{{', '}}'], Resource: ['[', ']'], Organization: ['[/', '\\]'] }

/** The same as Mermaid draws it. */
export function mermaidOf({ nodes, edges }: Drawing): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/\s+/g, ' ')
  const place = new Map(nodes.map(({ node }, index) => [node, `n${index}`]))
  const nodeLines = nodes.map((one) => `  ${place.get(one.node)}${brackets[one.type]![0]}"${escaped(labelOf(one))}"${brackets[one.type]![1]}`)
  const edgeLines = edges.filter(({ source, target }) => place.has(source) && place.has(target)).map((one) => {
    const line = one.inForce ? '-->' : '-.->'
    return `  ${place.get(one.source)} ${line}${one.rights.length === 0 ? '' : `|"${escaped(one.rights.join(', '))}"|`} ${place.get(one.target)}`
  })
  return ['flowchart LR', ...nodeLines, ...edgeLines].join('\n')
}

function labelOf({ type, name, people }: GraphNode): string {
  const count = people === undefined || people.count === 0 ? '' : people.more ? `, ${people.count.toLocaleString('en')}+ people` : `, ${counted(people.count, 'person', 'people')}`
  return `${type} ${name}${count}`
}
