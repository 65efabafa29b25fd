/** Access a second time, as plainly as it can be said: sets in memory, recomputed until nothing is added. For tests. */

export interface WorldEdge {
  kind: string
  id: string
  source: string
  target: string
  start: number | null
  end: number | null
  rights: string[]
}

export interface World {
  /** Status and account status by the id of the person. */
  people: Map<string, { status: string; secondary: string | null }>
  /** By letter and id. */
  nodes: Map<string, { active: boolean; everyone: boolean }>
  edges: WorldEdge[]
}

export interface Having {
  rights: Set<string>
  direct: boolean
  inherited: boolean
  everyone: boolean
}

/** Everything that a person has at a moment (milliseconds), by node. */
export function reference({ people, nodes, edges }: World, person: string, at: number): Map<string, Having> {
  const { status, secondary } = people.get(person)!
  const having = new Map<string, Having>()
  if (!['ACTIVE', 'PENDING_INITIAL_LOGIN'].includes(status) || ![null, 'LOCKED'].includes(secondary)) return having
  const inForce = edges.filter(({ start, end }) => (start === null || start <= at) && (end === null || at < end))
  const give = (node: string, how: 'direct' | 'inherited' | 'everyone', rights: readonly string[]): boolean => {
    if (!nodes.get(node)!.active) return false
    const had = having.get(node) ?? { rights: new Set<string>(), direct: false, inherited: false, everyone: false }
    const before = [had.rights.size, had[how], having.has(node)].join()
    had[how] = true
    rights.forEach((right) => had.rights.add(right))
    having.set(node, had)
    return [had.rights.size, had[how], true].join() !== before
  }
  for (const [node, { everyone }] of nodes) if (everyone) give(node, 'everyone', [])
  for (const { source, target, rights } of inForce) if (source === `u${person}`) give(target, 'direct', rights)
  for (let changed = true; changed;) {
    changed = false
    for (const { source, target, rights } of inForce) if (having.has(source) && give(target, 'inherited', rights)) changed = true
  }
  return having
}

/** Every path without circles by which a person has a node, as nodes in a row, sorted. */
export function referencePaths(world: World, person: string, node: string, right: string | null, at: number): string[] {
  const { nodes, edges } = world
  if (reference(world, person, at).size === 0) return []
  const inForce = edges.filter(({ start, end, target, rights }) => (start === null || start <= at) && (end === null || at < end) && (target !== node || right === null || rights.includes(right)))
  const found: string[] = []
  const walk = (path: string[]): void => {
    const last = path.at(-1)!
    if (last === node) return void found.push(path.join(' '))
    const given = last === `u${person}` ? [...nodes].filter(([one, { everyone }]) => everyone && (one !== node || right === null)).map(([one]) => one) : []
    const next = new Set([...given, ...inForce.filter(({ source }) => source === last).map(({ target }) => target)])
    for (const one of next) if (nodes.get(one)!.active && !path.includes(one)) walk([...path, one])
  }
  walk([`u${person}`])
  return found.toSorted()
}

/** Whether a person has a node, by its last edge with the right when one is asked for. */
export function referenceAllows(world: World, person: string, node: string, right: string | null, at: number): boolean {
  const had = reference(world, person, at).get(node)
  return had !== undefined && (right === null || had.rights.has(right))
}
