/** Periods of the same pair must not overlap: [start, end), an absent bound is open, and one may begin as another ends. */
import { GatehouseError } from '../errors.ts'
import type { Document, Resource } from '../model/attribute.ts'

/** Errors: `period_overlap`, naming the entry. The database holds the same rule against concurrent writers. */
export function checkPeriods(resource: Resource, document: Document): void {
  for (const { path, period } of resource.collections) {
    const entries = period ? ((document[path] ?? []) as Document[]) : []
    if (entries.length < 2) continue
    const sorted = entries.map((entry, index) => ({ entry, index, target: String(entry[period!.target]), start: (entry.start as string | undefined) ?? '' }))
    sorted.sort((a, b) => (a.target === b.target ? (a.start < b.start ? -1 : 1) : a.target < b.target ? -1 : 1))
    for (let i = 1; i < sorted.length; i++) {
      const [previous, current] = [sorted[i - 1]!, sorted[i]!]
      if (previous.target !== current.target) continue
      const end = previous.entry.end as string | undefined
      if (end === undefined || end > current.start) {
        const at = `${path}[${current.index}]`
        const message = `overlaps another period with ${current.target}; end that one first, or change the dates`
        throw new GatehouseError('period_overlap', `${at} ${message}.`, { problems: [{ path: at, message }] })
      }
    }
  }
}
