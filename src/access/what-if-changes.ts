/** Proposed changes as they come in, and what they make of the graph that is in memory. */
import { GatehouseError } from '../errors.ts'
import { edgeKinds, nodeTypes, type Letter } from '../model/access-edges.ts'
import type { AccessEdge, AccessNode } from '../model/access-paths.ts'
import { group, role } from '../model/access-records.ts'
import { isObject, type Document, type Resource } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { counts, secondaryStatuses, statuses as personStatuses } from '../model/user-statuses.ts'
import { checkInstant } from '../model/values.ts'

export interface EdgeTerms {
  start?: string | null
  end?: string | null
  rights?: string[]
}

export type Change =
  | ({ op: 'add'; source: string; target: string; kind: string } & EdgeTerms)
  | { op: 'remove'; membershipId: string }
  | ({ op: 'change'; membershipId: string } & EdgeTerms)
  | { op: 'status'; node: string; status: string; secondaryStatus: string | null }
  | { op: 'delete'; node: string }
  | { op: 'public'; node: string; public: boolean }

const mostChanges = 1000
const mostRights = 100

const members: Record<Change['op'], readonly string[]> = {
  add: ['source', 'target', 'start', 'end', 'rights'],
  remove: ['membershipId'],
  change: ['membershipId', 'start', 'end', 'rights'],
  status: ['type', 'id', 'status', 'secondaryStatus'],
  delete: ['type', 'id'],
  public: ['type', 'id', 'public'],
}

const refuse = (path: string, message: string) => new GatehouseError('invalid_body', `${path}: ${message}.`, { problems: [{ path, message }] })

/** The changes of a body, and the moment that it asks about. Errors: `invalid_body`, naming the place. */
export function readChanges(body: unknown): { changes: Change[]; at?: string } {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be an object with `changes`.')
  for (const name of Object.keys(body)) if (name !== 'changes' && name !== 'at') throw refuse(name, 'is not known here; known are changes and at')
  if (body.at !== undefined && typeof body.at !== 'string') throw refuse('at', 'must be an instant')
  const list = body.changes
  if (!Array.isArray(list) || list.length === 0 || list.length > mostChanges) throw refuse('changes', `must be a list of 1 to ${mostChanges}`)
  return { changes: list.map((one: unknown, place) => readChange(one, `changes[${place}]`)), ...(body.at === undefined ? {} : { at: body.at }) }
}

function readChange(one: unknown, path: string): Change {
  if (!isObject(one)) throw refuse(path, 'must be an object')
  const { op, ...terms } = one
  const known = typeof op === 'string' && Object.hasOwn(members, op) ? members[op as Change['op']] : undefined
  if (!known) throw refuse(`${path}.op`, `must be one of ${Object.keys(members).join(', ')}`)
  for (const name of Object.keys(terms)) if (!known.includes(name)) throw refuse(`${path}.${name}`, `is not known here; known are ${known.join(', ')}`)
  switch (op as Change['op']) {
    case 'add': return { op: 'add', ...endsOf(terms, path), ...termsOf(terms, path) }
    case 'remove': return { op: 'remove', membershipId: textAt(terms, 'membershipId', path) }
    case 'change': return { op: 'change', membershipId: textAt(terms, 'membershipId', path), ...termsOf(terms, path) }
    case 'status': return { op: 'status', ...statusAt(terms, path) }
    case 'delete': return { op: 'delete', node: nodeAt(terms, path, 'ugrso') }
    case 'public': return { op: 'public', node: nodeAt(terms, path, 'gs'), public: flagAt(terms, 'public', path) }
  }
}

function textAt(terms: Document, name: string, path: string): string {
  const value = terms[name]
  if (typeof value !== 'string' || value === '' || value.length > 255 || value.includes('\u0000') || !value.isWellFormed()) throw refuse(`${path}.${name}`, 'must be a text of 1 to 255 characters')
  return value
}

const statuses: Partial<Record<Letter, readonly string[]>> = { u: personStatuses, g: statusesOf(group), r: statusesOf(role), o: statusesOf(organization) }

function statusesOf({ attributes }: Pick<Resource, 'attributes'>): readonly string[] {
  return attributes.find(({ path }) => path === 'status')!.canonical!
}

function statusAt(terms: Document, path: string): { node: string; status: string; secondaryStatus: string | null } {
  const node = nodeAt(terms, path, 'ugro')
  const among = (name: string, known: readonly string[]) => {
    const value = textAt(terms, name, path)
    if (!known.includes(value)) throw refuse(`${path}.${name}`, `must be one of ${known.join(', ')}`)
    return value
  }
  const { secondaryStatus = null } = terms
  if (secondaryStatus !== null && node[0] !== 'u') throw refuse(`${path}.secondaryStatus`, 'is of people alone')
  return { node, status: among('status', statuses[node[0] as Letter]!), secondaryStatus: secondaryStatus === null ? null : among('secondaryStatus', secondaryStatuses) }
}

function flagAt(terms: Document, name: string, path: string): boolean {
  if (typeof terms[name] !== 'boolean') throw refuse(`${path}.${name}`, 'must be true or false')
  return terms[name]
}

function nodeAt(terms: Document, path: string, letters: string): string {
  const type = textAt(terms, 'type', path)
  const letter = (Object.keys(nodeTypes) as Letter[]).find((one) => nodeTypes[one] === type)
  if (letter === undefined || !letters.includes(letter)) throw refuse(`${path}.type`, `must be one of ${[...letters].map((one) => nodeTypes[one as Letter]).join(', ')}`)
  return letter + textAt(terms, 'id', path)
}

function endsOf(terms: Document, path: string): { source: string; target: string; kind: string } {
  const [source, target] = (['source', 'target'] as const).map((name) => {
    if (!isObject(terms[name])) throw refuse(`${path}.${name}`, 'must be an object with type and id')
    return nodeAt(terms[name], `${path}.${name}`, 'ugrso')
  }) as [string, string]
  const kind = source[0]! + target[0]!
  if (!edgeKinds.some((one) => one.kind === kind) || source === target) throw refuse(path, `a ${nodeTypes[source[0] as Letter]} cannot have this ${nodeTypes[target[0] as Letter]}`)
  return { source, target, kind }
}

function termsOf(terms: Document, path: string): EdgeTerms {
  const found: EdgeTerms = {}
  for (const name of ['start', 'end'] as const) {
    if (terms[name] === undefined) continue
    const checked = terms[name] === null ? { value: null } : checkInstant(terms[name])
    if ('message' in checked) throw refuse(`${path}.${name}`, checked.message)
    found[name] = checked.value as string | null
  }
  if (terms.rights !== undefined) {
    if (!Array.isArray(terms.rights) || terms.rights.length > mostRights || !terms.rights.every((one) => typeof one === 'string' && !one.includes('\u0000') && one.isWellFormed())) throw refuse(`${path}.rights`, `must be a list of at most ${mostRights} ids of rights`)
    found.rights = [...new Set(terms.rights as string[])]
  }
  return found
}

/** How a person stands. */
export interface Standing {
  active: boolean
}

/** An edge between two things of one kind. */
export type Rank = Pick<AccessEdge, 'id' | 'source' | 'target'>

/** The kind of an edge and its id, which is one of a kind among those alone. */
export const keyOf = ({ id, source, target }: Rank): string => `${source[0]}${target[0]} ${id}`

/** Everything that changes can touch, by key; applying them makes a new one. */
export interface Picture {
  /** What leads to the sources of new edges between things of one kind, whatever its dates. */
  ranks: readonly Rank[]
  edges: Map<string, AccessEdge>
  nodes: Map<string, AccessNode>
  people: Map<string, Standing>
}

/** The picture as it would be. Errors: `invalid_reference` for what is not there, `invalid_body` for what no verb would do. */
export function applyChanges(before: Picture, changes: readonly Change[]): Picture {
  const after: Picture = { ...before, edges: new Map(before.edges), nodes: new Map(before.nodes), people: new Map(before.people) }
  const circles = new Circles(before.ranks)
  changes.forEach((change, place) => applyChange(after, change, place, circles))
  return after
}

/** Edges looked through in all: a tenth of a second or two. */
const mostSteps = 500_000

/** Edges between things of one kind, whatever their dates, as circles are looked for in them. */
class Circles {
  private readonly into: Map<string, Rank[]>
  private readonly removed = new Set<string>()
  /** What leads to a node, itself included, for those that were asked about. */
  private readonly behind = new Map<string, Set<string>>()
  private steps = 0

  constructor(ranks: readonly Rank[]) {
    this.into = Map.groupBy(ranks, ({ target }) => target)
  }

  remove(edge: Rank): void {
    this.removed.add(keyOf(edge))
    this.behind.clear()
  }

  /** Whether an edge that is not there yet would lead back to where it begins; if not, it is there from now on. */
  closes(edge: Rank): boolean {
    const { source, target } = edge
    if (source[0] !== target[0]) return false
    const nodes = this.behind.get(source) ?? this.nodesBehind(source)
    if (nodes.has(target)) return true
    this.behind.set(source, nodes)
    const beside = this.into.get(target)
    if (beside) beside.push(edge)
    else this.into.set(target, [edge])
    // Whoever has the target behind them has the source there too from now on.
    for (const [node, others] of this.behind) if (node !== source && others.has(target)) this.behind.delete(node)
    return false
  }

  private nodesBehind(source: string): Set<string> {
    const seen = new Set<string>()
    const queue = [source]
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      this.steps += this.into.get(node)?.length ?? 0
      if (this.steps > mostSteps) throw new GatehouseError('question_too_large', 'The changes put things below others in more ways than can be looked through for circles at once. Ask about fewer of them.')
      for (const edge of this.into.get(node) ?? []) if (this.removed.size === 0 || !this.removed.has(keyOf(edge))) queue.push(edge.source)
    }
    return seen
  }
}

/** What a change names and is not there. */
export const noSuch = (place: number, what: string) =>
  new GatehouseError('invalid_reference', `changes[${place}]: there is no ${what}.`, { problems: [{ path: `changes[${place}]`, message: `there is no ${what}` }] })

function applyChange(after: Picture, change: Change, place: number, circles: Circles): void {
  const path = `changes[${place}]`
  const put = (edge: AccessEdge) => {
    if (edge.start !== null && edge.end !== null && edge.end <= edge.start) throw refuse(`${path}.end`, 'must be after start')
    after.edges.set(keyOf(edge), edge)
  }
  const missing = (what: string) => noSuch(place, what)
  const there = (node: string) => {
    if (!(node[0] === 'u' ? after.people.has(node) : after.nodes.has(node))) throw missing(`${nodeTypes[node[0] as Letter]} with the id ${node.slice(1)}`)
  }
  if (change.op === 'add') {
    there(change.source)
    there(change.target)
    const { source, target, kind, start = null, end = null, rights = [] } = change
    const id = `added ${place}`
    const edge = { kind, id, source, target, start, end, rights, description: null, created: null, createdBy: null, grantedBy: null, recorded: null, removed: null }
    if (circles.closes(edge)) throw refuse(path, `${source.slice(1)} would stand below itself`)
    put(edge)
  } else if (change.op === 'remove' || change.op === 'change') {
    const [edge, another] = edgeKinds.flatMap(({ kind }) => after.edges.get(`${kind} ${change.membershipId}`) ?? [])
    if (!edge) throw missing(`edge with the id ${change.membershipId}`)
    if (another) throw refuse(`${path}.membershipId`, `is the id of an edge from ${edge.source.slice(1)} to ${edge.target.slice(1)} and of one from ${another.source.slice(1)} to ${another.target.slice(1)}, and names neither`)
    if (change.op === 'remove') {
      after.edges.delete(keyOf(edge))
      circles.remove(edge)
    } else {
      const { start = edge.start, end = edge.end, rights = edge.rights } = change
      put({ ...edge, start, end, rights })
    }
  } else applyToNode(after, change, there)
}

function applyToNode(after: Picture, change: Extract<Change, { node: string }>, there: (node: string) => void): void {
  const { node } = change
  there(node)
  if (node[0] === 'u') {
    const active = change.op === 'status' && counts(change.status, change.secondaryStatus)
    after.people.set(node, { active })
    return
  }
  const known = after.nodes.get(node)!
  if (change.op === 'delete') after.nodes.set(node, { ...known, active: false, everyone: false })
  if (change.op === 'status') after.nodes.set(node, { ...known, active: change.status === 'ACTIVE' })
  if (change.op === 'public') after.nodes.set(node, { ...known, everyone: change.public })
}
