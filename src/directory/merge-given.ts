/**
 * What a merge has given its survivor, kept with the plan: by it, undoing tells what is still as the merge left it from what
 * others have changed since, and takes back the one and never the other.
 */
import { isDeepStrictEqual } from 'node:util'
import { setValueAt, valueAt, type Document } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import type { PlannedLinks } from '../store/merge.ts'
import type { PlannedPeriods } from '../store/merge-periods.ts'

/** Fields that a merge may fill. */
export const mergedPaths = () => user.attributes.filter((one) => one.mutability === 'readWrite' && one.expression === undefined && one.path !== 'userName').map((one) => one.path)

export const contacts = ['emails', 'phoneNumbers', 'addresses'] as const

/** Collections of a document whose entries come by a merge and count in its version; contacts are copies, the others move. */
const collections = [...contacts, 'affiliations', 'supervisors', 'relations'] as const

export const customOf = (document: Document) => (document.attributes ?? {}) as Document

const entriesOf = (document: Document, path: string) => (document[path] ?? []) as Document[]

export interface Given {
  fields: { path: string; before?: unknown; after?: unknown }[]
  /** Entries as the merge left them, by collection. */
  entries: { path: string; given: Document[] }[]
}

const custom = 'attributes.'
const fieldOf = (document: Document, path: string) => (path.startsWith(custom) ? customOf(document)[path.slice(custom.length)] : valueAt(document, path))

/** As it comes back from the database, where the order of members is another, and nothing is undefined. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
const same = (a: unknown, b: unknown) => isDeepStrictEqual(plain(a), plain(b))

/** What the survivor has after a merge and had not before. */
export function givenBy(before: Document, after: Document): Given {
  const names = [...new Set([before, after].flatMap((one) => Object.keys(customOf(one))))].map((name) => custom + name)
  const fields = [...mergedPaths(), 'conversionDate', ...names].map((path) => ({ path, before: fieldOf(before, path), after: fieldOf(after, path) }))
  const entries = collections.map((path) => ({ path, given: entriesOf(after, path).filter(({ id }) => !entriesOf(before, path).some((one) => one.id === id)) }))
  return { fields: fields.filter((one) => !same(one.before, one.after)), entries: entries.filter(({ given }) => given.length > 0) }
}

/** The paths of what a merge gave and others have changed since; what they have removed, or put back themselves, stands in nobody's way. */
export function changedSince(now: Document, { fields, entries }: Given): string[] {
  const changed = fields.filter(({ path, before, after }) => ![before, after].some((value) => same(fieldOf(now, path), value)))
  const others = entries.filter(({ path, given }) => given.some((entry) => entriesOf(now, path).some((one) => one.id === entry.id && !same(one, entry))))
  return [...changed, ...others].map(({ path }) => path)
}

/** The survivor as they are now, without what the merge gave them. Entries that moved have moved back by then. */
export function withoutGiven(now: Document, { fields, entries }: Given): Document {
  const after = structuredClone(now)
  const own = { ...customOf(now) }
  for (const { path, before } of fields) {
    if (!path.startsWith(custom)) setValueAt(after, path, before)
    else if (before === undefined) delete own[path.slice(custom.length)]
    else own[path.slice(custom.length)] = before
  }
  setValueAt(after, 'attributes', Object.keys(own).length === 0 ? undefined : own)
  for (const path of contacts) {
    const given = new Set(entries.find((one) => one.path === path)?.given.map(({ id }) => id))
    if (given.size > 0) after[path] = entriesOf(now, path).filter(({ id }) => !given.has(id))
  }
  return after
}

type Links = readonly (PlannedLinks | PlannedPeriods)[]

/** Why two people together have more of a collection than one person may have, and what to do; `links` are those that would move. */
export function overfull(survivor: Document, merged: Document, links: Links = []): string[] {
  return user.collections.flatMap(({ path, limit, table, parentColumn }) => {
    const coming = links.filter((link) => link.table === table && link.column === parentColumn).reduce((sum, link) => sum + piecesOf(link), 0)
    const [own, all] = [entriesOf(survivor, path).length, entriesOf(merged, path).length + coming]
    return all > limit && all > own ? [`Merged they would have ${all} entries in ${path}, and a person may have ${limit}. Remove what is not needed from one of them; then plan the merge again.`] : []
  })
}

/** A membership may move in several pieces, and divide those that the survivor has. */
function piecesOf(link: Links[number]): number {
  const divided = 'changing' in link ? ((link.changing ?? []) as { after: unknown[] }[]) : []
  return (link.moving?.length ?? link.moves) + divided.reduce((sum, { after }) => sum + after.length - 1, 0)
}
