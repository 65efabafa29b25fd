/** Circles in a graph: which edges lie on one. Every node and edge is looked at once (Tarjan 1972), without recursion. */

export interface GraphEdge {
  own: string
  target: string
}

/** The part of the graph that each node is in: of two in one part, each leads to the other. */
function partsOf(edges: readonly GraphEdge[]): Map<string, number> {
  const next = new Map<string, string[]>()
  for (const { own, target } of edges) {
    const beside = next.get(own)
    if (beside) beside.push(target)
    else next.set(own, [target])
  }
  const seen = new Map<string, number>()
  const low = new Map<string, number>()
  const parts = new Map<string, number>()
  const open: string[] = []
  const lower = (node: string, to: number) => void (to < low.get(node)! && low.set(node, to))
  for (const start of next.keys()) {
    if (seen.has(start)) continue
    const path: { node: string; place: number }[] = []
    const enter = (node: string) => {
      seen.set(node, seen.size)
      low.set(node, seen.get(node)!)
      open.push(node)
      path.push({ node, place: 0 })
    }
    enter(start)
    while (path.length > 0) {
      const step = path.at(-1)!
      const target = next.get(step.node)?.[step.place++]
      if (target !== undefined) {
        if (!seen.has(target)) enter(target)
        else if (!parts.has(target)) lower(step.node, seen.get(target)!)
        continue
      }
      path.pop()
      if (path.length > 0) lower(path.at(-1)!.node, low.get(step.node)!)
      if (low.get(step.node) !== seen.get(step.node)) continue
      for (let node: string | undefined; node !== step.node; parts.set(node, seen.get(step.node)!)) node = open.pop()!
    }
  }
  return parts
}

/** The first of some edges that lies on a circle with the others, or by itself. */
export function firstOnCircle<T extends GraphEdge>(some: readonly T[], others: readonly GraphEdge[]): T | undefined {
  const parts = partsOf([...some, ...others])
  return some.find(({ own, target }) => parts.get(own) === parts.get(target))
}
