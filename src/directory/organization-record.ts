/** What is particular to an organisation's record: its place in the hierarchy, and PARENT_ID kept in step with it. */
import { GatehouseError } from '../errors.ts'
import { valueAt, type Document } from '../model/attribute.ts'
import { searchText } from '../model/fold.ts'
import { organization } from '../model/organization.ts'
import type { Transaction } from '../store/database.ts'
import { closesCircle, edgesBelow, lockHierarchy, wrongNestings } from '../store/organizations.ts'
import { checkPeriods } from '../records/check-periods.ts'
import type { Pending, RecordKind } from '../records/record-kind.ts'

export const organizationKind: RecordKind = {
  resource: organization,
  prepare,
  derivedColumns: (document) => ({ search_text: searchText(searchedValues(document)) }),
  complete: async (_db, pending, now) => pending.forEach(({ after }) => settleParent(after, now)),
  check,
  lockFirst: lockHierarchy,
}

/** PARENT_ID stays as it is until it is settled: a plan is made without an instant. */
function prepare(given: Document, before: Document | undefined): Document {
  const document = { ...given }
  setParent(document, before?.parentId)
  return document
}

/** PARENT_ID is the parent of the first edge in force, in the order in which they were made; nothing while none is. */
function settleParent(document: Document, now: string): void {
  const edges = ((document.parents ?? []) as Document[]).filter(({ start, end }) => ((start ?? '') as string) <= now && (end === undefined || (end as string) > now))
  const [first] = edges.toSorted((a, b) => (a.id === undefined || b.id === undefined ? Number(a.id === undefined) - Number(b.id === undefined) : (a.id as string) < (b.id as string) ? -1 : 1))
  setParent(document, first?.organization)
}

function setParent(document: Document, parent: unknown): void {
  if (parent === undefined) delete document.parentId
  else document.parentId = parent
}

/** No organisation below itself, and only what may stand below what. Errors: `circular_dependency`, `conflict`. */
async function check(tx: Transaction, pending: readonly Pending[]): Promise<void> {
  pending.forEach(({ after }) => checkPeriods(organization, after))
  const retyped = new Set(pending.filter(({ before, after }) => before && before.document.organizationType !== after.organizationType).map(({ after }) => after.id as string))
  const moved = pending.filter(({ before, after }) => edgesOf(before?.document) !== edgesOf(after) || [after.id as string, ...parentsOf(after)].some((id) => retyped.has(id)))
  if (moved.length === 0) return
  await lockHierarchy(tx)
  const edges = moved.flatMap(({ after }) => parentsOf(after).map((parent) => ({ parent, child: after.id as string })))
  const self = edges.find(({ parent, child }) => parent === child)
  const circle = self ?? (await closesCircle(tx, edges))
  if (circle) {
    const why = circle === self ? `${circle.child} is named as its own parent` : `${circle.parent} stands below ${circle.child} already, directly or through others`
    const message = `${why}; an organisation cannot stand below itself`
    throw new GatehouseError('circular_dependency', `parents: ${message}.`, { problems: [{ path: 'parents', message }] })
  }
  const types = new Map(pending.map(({ after }) => [after.id as string, after.organizationType as string | undefined]))
  // Records that are written at the same time bring their own edges, as they will be.
  const below = (await edgesBelow(tx, [...retyped])).filter(({ child }) => !types.has(child))
  const [wrong] = await wrongNestings(tx, [...edges, ...below], types)
  if (wrong) throw new GatehouseError('conflict', `parents: ${wrong.memberType} cannot stand below ${wrong.parentType}; see the allowed nesting of organisation types.`)
}

const parentsOf = (document: Document) => ((document.parents ?? []) as Document[]).map((edge) => edge.organization as string)
const edgesOf = (document: Document | undefined) => (document ? parentsOf(document).sort().join() : '')

function searchedValues(document: Document): string[] {
  return organization.attributes.flatMap((attribute) => {
    const value = attribute.searched ? valueAt(document, attribute.path) : undefined
    return typeof value === 'string' ? [value] : []
  })
}
