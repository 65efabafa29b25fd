/** Schemas of the access graph, of findings and of mined roles. */
import { miningNumbers, miningSources, minimiseWords } from '../access/mining-request.ts'
import { findingNames } from '../model/access-findings.ts'
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

const rights = readOnly(list('The rights it carries.', text('The id of a right.')))
const share = (description: string): Schema => ({ type: 'number', description, readOnly: true })

const miningProperties: Record<string, Schema> = {
  sources: list('Which single grants are read: resources, roles, or both; default resources.', { type: 'string', enum: miningSources }),
  filter: text('A SCIM filter: whose grants; absent means everybody\'s.'),
  minimise: { ...text('roles: as few roles as can be (default); complexity: roles, assignments and contents together as few as can be.'), enum: minimiseWords },
  ...Object.fromEntries(Object.entries(miningNumbers).map(([name, { default: usual, min, max, doc }]) => [name, { ...integer(`${doc}; default ${usual}.`), minimum: min, maximum: max }])),
}

const minedRole = object('Mined role', 'A role as it is proposed.', {
  name: readOnly(text('A name to begin with.')),
  people: readOnly(list('Who would have it.', { ...text('The id of a person.'), 'x-references': 'User' })),
  holds: readOnly(list('What it would give.', object('Content', 'A resource, or a role above.', {
    node: text('Its kind and id, such as Resource:3000.'), name: text('What people call it.'), rights,
  }, ['node', 'rights']))),
  saves: readOnly(integer('Single grants that it replaces, less its people and what it holds.')),
}, ['name', 'people', 'holds', 'saves'])

const minedRoles = object('Mined roles', 'Roles that together give exactly what was given one by one, nothing more and nothing less.', {
  grants: readOnly(integer('Single grants that were read.')),
  people: readOnly(integer('People who have them.')),
  things: readOnly(integer('Things that were given; the same with other rights is another.')),
  dated: readOnly(integer('Further grants that end one day: no role is proposed for them.')),
  roles: readOnly(list('The roles, those that replace the most first.', minedRole)),
  assignments: readOnly(integer('People\'s assignments to the roles.')),
  contents: readOnly(integer('What the roles hold, counted role by role.')),
  left: readOnly(list('Grants that stay single.', object('Grant', 'A single grant.', { userId: text('The person.'), node: text('What they have.'), rights }, ['userId', 'node', 'rights']))),
  coverage: share('The share of grants that the roles replace, from 0 to 1.'),
  saved: readOnly(integer('Grants, less assignments, contents and what is left.')),
  atLeast: readOnly(integer('No exact set of roles has fewer; the proposal is proved to be the least when it has as many.')),
  complete: readOnly(flag('False when the time ran out: with more of it the answer may be better.')),
}, ['grants', 'people', 'things', 'dated', 'roles', 'assignments', 'contents', 'left', 'coverage', 'saved', 'atLeast', 'complete'])

const finding = object('Finding', 'Something about access that somebody should look at.', {
  kind: readOnly({ ...text('The kind of finding.'), enum: findingNames }),
  node: readOnly(text('What it is about, such as Role:3000.')),
  name: readOnly(text('What people call it.')),
  reason: readOnly(text('Why it is found.')),
  related: readOnly(list('What else it is about.', text('A kind and an id.'))),
  membershipId: readOnly(text('The membership or edge in question.')),
}, ['kind', 'node', 'reason', 'related'])

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
  MiningRequest: object('Role mining', 'What to mine; {} reads all resources that people were given one by one.', miningProperties),
  MiningPlanRequest: object('Plan of mined roles', 'Mined roles instead of single grants, as a plan.', {
    kind: { type: 'string', const: 'mining', description: 'Which kind of plan this asks for.' }, ...miningProperties,
  }, ['kind']),
  MinedRoles: minedRoles,
  Finding: finding,
}
