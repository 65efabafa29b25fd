/**
 * Which record a row of an import means: one of the directory, a new one, or one that an earlier row has meant already; and which its
 * references mean.
 */
import type { Document } from '../model/attribute.ts'
import { comparedText } from '../model/text.ts'
import type { PlanKey } from '../store/plans.ts'
import { noSuch, refused, type Draft } from './draft.ts'
import { isKind, ownName, type Kind } from './importable.ts'
import { valuesAt, type Key, type MappedRecord, type Reference } from './map-record.ts'
import type { Late, Planning } from './planning.ts'
import { dnKey } from './read-group.ts'
import { correlate, keyText, resolveReferences, uniqueKeys, type Correlated, type Lookup } from './resolve-rows.ts'

/** A row as a draft: the record it means, with its references filled in, or the step that says why not. What it brings is noted in `own` and `keys`. */
export function draftOf(planning: Planning, row: MappedRecord, lookup: Lookup, own: Map<string, PlanKey>, keys: PlanKey[], probed: ReadonlySet<number>): Draft {
  const draft: Draft = { row, kind: row.resource, id: '', isNew: false, document: { ...row.document }, leans: [] }
  if (isKind(row.resource)) {
    const kind = row.resource
    const found = correlate(lookup, kind, row.correlate)
    if ('conflict' in found) return { ...draft, step: refused(row, 'conflict', { message: found.conflict }) }
    if (row.unsure && 'none' in found) draft.isUnknown = true
    const meant = draft.isUnknown ? undefined : alreadyMeant(planning, row, kind, found, lookup, own, probed)
    if (meant?.blockedBy !== undefined) draft.blockedBy = meant.blockedBy
    if (meant && row.once) return { ...draft, isRepeated: true, leans: [{ reference: { resource: kind, by: meant.key.path, value: meant.key.value, path: meant.key.path }, id: meant.targetId }] }
    const against = meant ? meant.message : draft.isUnknown ? undefined : takenByOthers(row, kind, found, lookup)
    if (against !== undefined) return { ...draft, step: refused(row, 'conflict', { message: against }) }
    draft.isNew = 'none' in found
    draft.id = 'id' in found ? found.id : ((row.document.id as string | undefined) ?? planning.ctx.newId())
    for (const key of [...uniqueKeys(row), { path: 'id', value: draft.id }, ...dnOf(row)]) {
      const mark = keyText(key)
      if (own.has(`${kind} ${mark}`)) continue
      const made = { resource: kind, key: mark, targetId: draft.id, line: row.line }
      own.set(`${kind} ${mark}`, made)
      keys.push(made)
    }
  }
  return resolved(draft, lookup, own)
}

/** Groups of the import name their members so. */
const dnOf = ({ resource, dn }: MappedRecord): Key[] => (resource === 'User' && dn !== undefined ? [{ path: 'dn', value: dnKey(dn) }] : [])

interface Meant {
  key: Key
  targetId: string
  message: string
  blockedBy?: number
}

/** The earlier row of the import that says what the record is. */
function alreadyMeant({ isSettled }: Planning, row: MappedRecord, kind: Kind, found: Correlated, lookup: Lookup, own: ReadonlyMap<string, PlanKey>, probed: ReadonlySet<number>): Meant | undefined {
  for (const key of [...decisive(kind, uniqueKeys(row)), ...('id' in found ? [{ path: 'id', value: found.id }] : []), ...(isSettled ? [] : tried(row, kind, lookup))]) {
    const there = own.get(`${kind} ${keyText(key)}`)
    // Rows of which something cannot be read are judged after all others of their batch.
    const inBatch = there && !(row.unread && there.line > row.line) ? there : undefined
    const earlier = inBatch ?? lookup.planned(kind, key)
    if (!earlier || (inBatch && probed.has(row.line) && probed.has(inBatch.line))) continue
    const says = `${earlier.line === 0 ? 'a record of "first" in a mapping' : `line ${earlier.line} of the import`} already means this record`
    return {
      key, targetId: earlier.targetId, ...(inBatch ? { blockedBy: inBatch.line } : {}),
      message: decisive(kind, uniqueKeys(row)).includes(key) || key.path === 'id' ? says : `${says}: it has the ${key.path} "${key.value}" too`,
    }
  }
  return undefined
}

/**
 * The keys by which the mapping looks, up to the one that finds a record of the directory: what an earlier row of the
 * import has of them decides as if it were there already. Who brings an id of their own is nobody else for sharing an e-mail.
 */
function tried(row: MappedRecord, kind: Kind, lookup: Lookup): readonly Key[] {
  if (row.document.id !== undefined) return []
  const first = row.correlate.findIndex((key) => lookup.existing(kind, key).length > 0)
  return first < 0 ? row.correlate : row.correlate.slice(0, first)
}

/** What nobody else may have is somebody else's, by whichever key the row found its record. */
function takenByOthers(row: MappedRecord, kind: Kind, found: Correlated, lookup: Lookup): string | undefined {
  for (const key of uniqueKeys(row)) {
    if (key.path !== ownName[kind]) continue
    const other = lookup.existing(kind, key).find((id) => !('id' in found) || id !== found.id)
    if (other !== undefined) return `${key.path} "${key.value}" is that of ${other}`
  }
  return undefined
}

/** Two new rows mean one record when they share the id, the name that only one may have, or the first key that they have besides: not when merely an e-mail. */
function decisive(kind: Kind, keys: readonly Key[]): Key[] {
  const first = firstKey(keys)
  return keys.filter((key) => key.path === 'id' || key.path === ownName[kind] || key === first)
}

/** The first key besides the id. */
export const firstKey = (keys: readonly Key[]) => keys.find((key) => key.path !== 'id')

/**
 * A record found by a later key must not contradict an earlier one: the same e-mail with another employee number is
 * another person, or a mistake that a person has to judge.
 */
export function contradiction(keys: readonly Key[], before: Document): string | undefined {
  const found = keys.findIndex(({ path, value }) => path === 'id' ? before.id === value : valuesAt(before, path).some((one) => comparedText(one) === comparedText(value)))
  for (const { path, value } of keys.slice(0, Math.max(found, 0))) {
    const own = path === 'id' ? [] : valuesAt(before, path)
    if (own.length > 0) return `${keys[found]!.path} finds ${String(before.id)}, whose ${path} is "${own[0]}" and not "${value}"`
  }
  return undefined
}

/** Fills references in. What stands later in the import is set later; a tie cannot wait for its ends. */
function resolved(draft: Draft, lookup: Lookup, own: ReadonlyMap<string, PlanKey>): Draft {
  const { row, document, leans } = draft
  const { references } = row
  if (references.length === 0) return draft
  for (const { resource, by, value, column, path } of references) {
    if (lookup.existing(resource, { path: by, value }).length > 1) return { ...draft, step: refused(row, 'conflict', { column, path, value, message: `${by} "${value}" finds several records` }) }
  }
  const find = ({ resource, by, value }: Reference) => {
    const key = { path: by, value }
    return lookup.existing(resource, key)[0] ?? own.get(`${resource} ${keyText(key)}`)?.targetId ?? lookup.planned(resource, key)?.targetId
  }
  const open = references.filter((reference) => find(reference) === undefined)
  if (open[0] && !isKind(row.resource)) {
    const lost = open.map((one) => noSuch(one, 'neither in the directory nor earlier in the import'))
    // An end that could not be read is told already.
    return { ...draft, step: refused(row, 'error', ...lost.filter(({ path }) => !row.unread?.some((cell) => cell.path === path))), faults: lost }
  }
  const heads = new Set(open.map(headOf))
  const settled = references.filter((reference) => !heads.has(headOf(reference)))
  for (const reference of settled) {
    const planned = own.get(`${reference.resource} ${keyText({ path: reference.by, value: reference.value })}`)
    if (planned && planned.targetId !== draft.id) leans.push({ reference, id: planned.targetId })
  }
  const placed = settled.filter((reference) => !reference.stands)
  // The row itself stays as it is.
  for (const head of new Set(placed.map(headOf))) document[head] = structuredClone(document[head])
  resolveReferences(document, placed, find)
  if (open.length === 0) return draft
  for (const head of heads) delete document[head]
  const late: Late = { document: Object.fromEntries([...heads].map((head) => [head, row.document[head]])), references: references.filter((reference) => heads.has(headOf(reference))) }
  return { ...draft, late }
}

const headOf = ({ path }: Reference) => path.split(/[.[]/)[0]!
