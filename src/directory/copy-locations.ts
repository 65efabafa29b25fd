/**
 * COPY_FROM_LOCATION_ID: an address that names a location of an organisation becomes a copy of it. It stays the person's
 * own: lines that the caller gives are kept, and a later change of the location does not reach it.
 */
import type { Document } from '../model/attribute.ts'
import { postal } from '../model/contacts.ts'
import type { Database } from '../store/database.ts'
import { readLocations } from '../store/locations.ts'
import type { Pending } from '../records/record-kind.ts'

interface Copy {
  entry: Document
  old: Document | undefined
}

/** Fills the addresses that name a new location, or another one than before. One that does not exist is left to its foreign key. */
export async function copyLocations(db: Pick<Database, 'query'>, pending: readonly Pending[]): Promise<void> {
  const copies = pending.flatMap(({ before, after }) => newCopies(before?.document, after))
  if (copies.length === 0) return
  const locations = await readLocations(db, [...new Set(copies.map(({ entry }) => entry.copyFromLocationId as string))])
  for (const { entry, old } of copies) {
    const location = locations.get(entry.copyFromLocationId as string)
    if (location) copy(entry, old, location)
  }
}

function newCopies(before: Document | undefined, after: Document): Copy[] {
  const known = new Map(((before?.addresses ?? []) as Document[]).map((entry) => [entry.id, entry]))
  return ((after.addresses ?? []) as Document[])
    .map((entry) => ({ entry, old: entry.id === undefined ? undefined : known.get(entry.id) }))
    .filter(({ entry, old }) => entry.copyFromLocationId !== undefined && entry.copyFromLocationId !== old?.copyFromLocationId)
}

/** A new address with lines of its own keeps them all; of an older one the lines that this very change did not touch go. */
function copy(entry: Document, old: Document | undefined, location: Document): void {
  const given = postal.filter(({ path }) => entry[path] !== old?.[path])
  if (!old && given.length > 0) return
  for (const { path } of postal) {
    if (given.some((one) => one.path === path)) continue
    if (location[path] === undefined) delete entry[path]
    else entry[path] = location[path]
  }
}
