/**
 * What rows only name (a supervisor by their employee number, an organisation by its name) is a record that the plan has read like any
 * other: should it change, the name may mean somebody else, or nobody. Its version is noted once, however many rows name it.
 */
import { readRecordVersions } from '../store/plan-reads.ts'
import type { Kind } from './importable.ts'
import type { MappedRecord } from './map-record.ts'
import type { Planned, Planning } from './planning.ts'
import type { Lookup } from './resolve-rows.ts'

type Versions = NonNullable<Planned['referred']>

type Named = Pick<MappedRecord, 'references'>

/** What a tie is between is read and noted with the tie itself. */
const ends = ['user', 'source', 'target']

/** What some rows name, and which records of the directory that means, by resource. */
function meant(lookup: Lookup, rows: readonly Named[]): Map<Kind, Set<string>> {
  const named = rows.flatMap(({ references }) => references).filter(({ path }) => !ends.includes(path))
  const byKind = Map.groupBy(named, ({ resource }) => resource)
  return new Map([...byKind].map(([kind, own]) => [kind, new Set(own.flatMap(({ by, value }) => lookup.existing(kind, { path: by, value })))]))
}

/** The versions of all that some rows name, as they are at this moment; of those that are not noted yet. */
export async function referredVersions({ ctx, noted }: Planning, lookup: Lookup, rows: readonly Named[]): Promise<Versions> {
  const versions: Versions = new Map()
  for (const [kind, ids] of meant(lookup, rows)) {
    versions.set(kind, await readRecordVersions(ctx.db, kind, [...ids].filter((id) => !noted.get(kind)?.has(id))))
  }
  return versions
}

const mostKept = 10_000

/** Those that the rows which are taken name; to be stored with them, for they count as noted from here on. */
export function keepReferred({ noted }: Planning, lookup: Lookup, versions: Versions, taken: readonly Named[]): Versions {
  const named = meant(lookup, taken)
  const kept: Versions = new Map()
  for (const [kind, all] of versions) {
    const own = all.filter(({ id }) => named.get(kind as Kind)?.has(id))
    const before = noted.get(kind) ?? new Set()
    noted.set(kind, new Set([...(before.size + own.length > mostKept ? [] : before), ...own.map(({ id }) => id)]))
    kept.set(kind, own)
  }
  return kept
}
