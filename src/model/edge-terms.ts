/** What an edge of access says besides its two ends: from when to when, with which rights, why. */
import { dateTime, identifier, isObject, readOnly, reference, text, type Collection, type Document } from './attribute.ts'
import { nodeTypes, type EdgeKind } from './access-edges.ts'
import type { FieldChange } from './document-diff.ts'
import { GatehouseError } from '../errors.ts'
import { validateEntry } from './validate.ts'

/** How an edge is described to the outside; its ends stand beside these. */
export const edgeEntry: Collection = {
  path: 'edges',
  segment: 'edges',
  label: 'edge of access',
  table: '',
  idColumn: 'membership_id',
  parentColumn: '',
  returned: 'request',
  onePrimary: false,
  limit: 1,
  doc: 'That somebody or something (source) has something else (target), from when to when.',
  attributes: [
    identifier('id', 'membership_id', 'Id', 'The id of this edge, made by the server.', { ...readOnly, returned: 'always' }),
    dateTime('start', 'start_date', 'From', 'When it begins; absent means always.'),
    dateTime('end', 'end_date', 'Until', 'When it ends (that instant excluded); absent means open or, for people, after the duration that the group or role sets; null means open whatever that is.'),
    reference('rights', 'access_right_id', 'Right', 'Rights', 'The rights it carries.', { side: { table: '', parentColumn: 'membership_id', column: 'access_right_id' } }),
    text('description', 'description', 255, 'Description', 'A note, or the request that granted it.'),
    dateTime('created', 'create_date', 'Granted', 'When it was granted as far as it reaches.', readOnly),
    reference('createdBy', 'created_by', 'User', 'Granted by', 'Who granted it, when that was a person.', readOnly),
    text('grantedBy', 'granted_by', 255, 'Granted with', 'What whoever granted it showed: a login, the name of a key, a job.', readOnly),
  ],
}

export interface EdgeTerms {
  /** Instants in UTC to the millisecond. */
  start?: string
  end?: string
  /** Ids, in order. */
  rights: string[]
  description?: string
}

/** An edge as it stands. */
export interface Edge extends EdgeTerms {
  id: string
  source: string
  target: string
  created?: string
  createdBy?: string
  grantedBy?: string
}

const ours = ['id', 'source', 'target', 'created', 'createdBy', 'grantedBy']

/** The terms that a caller gives, checked; what only we write may be sent along and is passed over. Errors: `invalid_…` with paths. */
export function readTerms(input: unknown): EdgeTerms {
  const given = isObject(input) ? Object.fromEntries(Object.entries(input).filter(([key]) => !ours.includes(key))) : input
  const { start, end, rights, description } = validateEntry(edgeEntry, given)
  return {
    ...(start === undefined ? {} : { start: start as string }),
    ...(end === undefined ? {} : { end: end as string }),
    rights: ((rights ?? []) as string[]).toSorted(),
    ...(description === undefined ? {} : { description: description as string }),
  }
}

/** Whether a caller says, by a null, that there is no end: not even the one that a duration gives. */
export const saysOpen = (input: unknown): boolean => isObject(input) && input.end === null

/** The terms of an edge alone, as the audit shows them. */
export function termsOf({ start, end, rights, description }: EdgeTerms): Document {
  return {
    ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }),
    ...(rights.length === 0 ? {} : { rights }), ...(description === undefined ? {} : { description }),
  }
}

/** One edge that comes, changes or goes. */
export interface EdgeChange {
  before?: Edge
  after?: Edge
}

/** The same as a field of the event that tells of it. */
export function edgeField({ segment }: EdgeKind, { before, after }: EdgeChange): FieldChange {
  return { path: `${segment}[${(after ?? before)!.target}]`, ...(before ? { before: termsOf(before) } : {}), ...(after ? { after: termsOf(after) } : {}) }
}

/** What becomes of edges that end at an instant: those that were to begin later never do, and what is over stays as it is. */
export function endedAt(edges: readonly Edge[], at: Date): EdgeChange[] {
  return edges.flatMap((before): EdgeChange[] => {
    if (before.start !== undefined && Date.parse(before.start) >= at.getTime()) return [{ before }]
    const isOpen = before.end === undefined || Date.parse(before.end) > at.getTime()
    return isOpen ? [{ before, after: { ...before, end: at.toISOString() } }] : []
  })
}

export const sameTerms = (a: EdgeTerms, b: EdgeTerms): boolean => JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b))

/** Whether somebody has more by it, now or later, than `before`: what lies in the past, or is only cut back, gives nothing. */
export function grantsMore(before: EdgeTerms | undefined, after: EdgeTerms, now: Date): boolean {
  const until = ({ end }: EdgeTerms) => (end === undefined ? Infinity : Date.parse(end))
  if (until(after) <= now.getTime()) return false
  if (!before) return true
  return until(after) > until(before) || after.rights.some((right) => !before.rights.includes(right))
}

/** A period in words, for messages. */
export function periodOf({ start, end }: EdgeTerms): string {
  return `${start === undefined ? 'always' : `from ${start}`}${end === undefined ? '' : ` until ${end}`}`
}

/** The periods of a pair that an address may mean: the one with that start, or the only one. Errors: `conflict` when there are several. */
export function meantPeriod(kind: EdgeKind, periods: readonly Edge[], start: string | undefined): Edge | undefined {
  if (start !== undefined) return periods.find((one) => one.start === start)
  if (periods.length <= 1) return periods[0]
  const named = periods.map(periodOf).join('; ')
  throw new GatehouseError('conflict', `start: there are ${periods.length} periods of this ${kind.label} (${named}); say which one by its start.`)
}

/** The kind of thing at each end, in words. */
export const endsOf = ({ source, target }: EdgeKind) => ({ source: nodeTypes[source], target: nodeTypes[target] })
