/** Schemas of the access graph, of findings and of mined roles. */
import { graphTypes } from '../model/access-graph.ts'
import type { Schema } from './openapi-attributes.ts'
import { flag, instant, integer, list, object, readOnly, text } from './openapi-words.ts'

const node = object('Graph node', 'A thing or a person in the access graph.', {
  node: readOnly(text('Its kind and id, such as Role:3000: what edges refer to.')),
  type: readOnly({ ...text('What it is.'), enum: graphTypes }),
  id: readOnly(text('The id of the record.')),
  name: readOnly(text('What people call it.')),
  graphId: readOnly(text('The id of its vertex (GRAPH_ID); a letter and the id where none is recorded.')),
  active: readOnly(flag('Whether it passes anything on; for a person, whether they may use anything at all.')),
  everyone: readOnly(flag('True when everybody has it without being given it.')),
  depth: readOnly(integer('Edges between it and the node that was asked about.')),
  people: readOnly(object('People', 'How many people have it directly at the moment.', {
    count: integer('So many.'), more: flag('True when there are more: beyond 10,000 only the node in the middle is counted exactly.'),
  }, ['count', 'more'])),
}, ['node', 'type', 'id', 'name', 'graphId', 'active'])

const edge = object('Graph edge', 'Whoever has the source has the target.', {
  edgeId: readOnly(text('The id of the edge (EDGE_ID); the id of the membership where none is recorded.')),
  kind: readOnly(text('The kinds of its ends, such as GroupRole; Everyone for what everybody has.')),
  source: readOnly(text('The node that gives.')),
  target: readOnly(text('The node that is given.')),
  start: readOnly(instant('When it begins; absent means always.')),
  end: readOnly(instant('When it ends (that instant excluded); absent means open.')),
  inForce: readOnly(flag('Whether it counts at the moment, by its dates.')),
  rights: readOnly(list('The rights it carries.', text('The id of a right.'))),
  description: readOnly(text('A note, or the request that granted it.')),
  grantedBy: readOnly(text('What whoever made it showed.')),
  created: readOnly(instant('When it was made.')),
}, ['edgeId', 'kind', 'source', 'target', 'inForce', 'rights'])

const cut = (which: string) => readOnly(list(`Limits that were met (${which}); absent when everything is shown.`, text('A limit.')))

export const graphComponents: Record<string, Schema> = {
  GraphPage: object('Neighbourhood', 'Nodes and edges around a node; all pages together hold each once, and no edge before its ends.', {
    nodes: readOnly(list('Nodes, the nearest first.', node)),
    edges: readOnly(list('Edges whose later end is on this page.', edge)),
    cut: cut('depth, nodes, edges, people'),
    next: readOnly(text('The cursor of the next page; absent on the last.')),
  }, ['nodes', 'edges']),
  GraphPath: object('Path', 'The shortest path, from its beginning to its end.', {
    found: readOnly(flag('Whether there is one.')),
    length: readOnly(integer('How many edges it has.')),
    nodes: readOnly(list('Its nodes in order; the two ends when there is none.', node)),
    edges: readOnly(list('Its edges in order.', edge)),
    cut: cut('depth, nodes, edges'),
  }, ['found', 'nodes', 'edges']),
}
