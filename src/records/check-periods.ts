/** Periods of the same pair must not overlap: [start, end), an absent bound is open, and one may begin as another ends. */
import type { Problem } from '../errors.ts'
import type { Collection, Document, Resource } from '../model/attribute.ts'
import { raise } from '../model/validate.ts'

/** Errors: `period_overlap`, naming each entry that overlaps one before it. The database holds the same rule against concurrent writers. */
export function checkPeriods(resource: Resource, document: Document): void {
  for (const collection of resource.collections) raise(overlaps(collection, document[collection.path]).map((one) => ({ ...one, code: 'period_overlap' })))
}

/** The entries of a collection with periods that overlap one before them; of those that `isSound` takes, for the others say nothing to go by. */
export function overlaps({ path, period }: Collection, given: unknown, isSound: (index: number) => boolean = () => true): Problem[] {
  const entries = period ? ((given ?? []) as Document[]) : []
  if (entries.length < 2) return []
  const sorted = entries.map((entry, index) => ({ entry, index, target: String(entry[period!.target]), start: (entry.start as string | undefined) ?? '' })).filter(({ index }) => isSound(index))
  sorted.sort((a, b) => (a.target === b.target ? (a.start < b.start ? -1 : 1) : a.target < b.target ? -1 : 1))
  const found: Problem[] = []
  let last: { target: string; end: string | undefined } | undefined
  for (const { entry, index, target, start } of sorted) {
    const end = entry.end as string | undefined
    if (last?.target !== target) last = { target, end }
    else {
      if (last.end === undefined || last.end > start) found.push({ path: `${path}[${index}]`, message: `overlaps another period with ${target}; end that one first, or change the dates` })
      // What ends last is what the next may overlap.
      if (last.end !== undefined && (end === undefined || end > last.end)) last = { target, end }
    }
  }
  return found
}
