/** Putting a person into an organisation and taking them out by the two ends and the start: an entry of their record. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { grantsMore, meantPeriod, readTerms, type Edge, type EdgeTerms } from '../model/edge-terms.ts'
import { user } from '../model/user.ts'
import { hasLeft } from '../model/user-statuses.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'
import { readThings } from '../store/access-edges.ts'
import type { Transaction } from '../store/database.ts'
import { userKind } from './user-record.ts'

const kind = edgeKind('uo')

export interface PutAffiliation {
  entry: Document
  created: boolean
}

/** Makes the affiliation with that start what `input` says: `{start, end, rights, description}`. Errors: those of a person's record, `conflict` for who has left. */
export async function putAffiliation(ctx: Context, personId: string, organizationId: string, input: unknown): Promise<PutAffiliation> {
  const terms = readTerms(input)
  return ctx.db.transaction(async (tx) => {
    const [put] = await putAffiliations(tx, ctx, organizationId, [{ person: personId, terms }])
    return { entry: entriesOf(put!.document).find((one) => one.id === put!.result.id)!, created: put!.result.created }
  })
}

/** The same for many people in the caller's transaction, all or none; their documents. */
export function putAffiliations(tx: Transaction, ctx: Context, organizationId: string, wanted: readonly { person: string; terms: EdgeTerms }[]): Promise<Changed<{ id: string; created: boolean }>[]> {
  const terms = new Map(wanted.map((one) => [one.person, one.terms]))
  return changeAffiliations(tx, ctx, [...terms.keys()], organizationId, (document, entries) => put(ctx, document, entries, organizationId, terms.get(document.id as string)!))
}

function put(ctx: Context, document: Document, entries: Document[], organization: string, terms: EdgeTerms): Change<{ id: string; created: boolean }> {
  const before = entries.find((one) => one.organization === organization && one.start === terms.start)
  const { rights, ...dates } = terms
  const kept = before ? Object.fromEntries(Object.entries(before).filter(([key]) => !['end', 'rights', 'description'].includes(key))) : { id: ctx.newId(), organization }
  const entry: Document = { ...kept, ...dates, ...(rights.length > 0 ? { rights } : {}) }
  if (hasLeft(document.status) && grantsMore(before && asEdge(document.id as string, before), terms, ctx.now())) {
    throw new GatehouseError('conflict', `The person is ${String(document.status)}; who has left can be given nothing.`)
  }
  const result = { id: entry.id as string, created: !before }
  return { operation: before ? 'replace' : 'add', entries: before ? entries.map((one) => (one === before ? entry : one)) : [...entries, entry], result }
}

/** Removes the affiliation with that start, or the only one. False when there is none. */
export async function removeAffiliation(ctx: Context, personId: string, organizationId: string, start?: string): Promise<boolean> {
  const [removed] = await ctx.db.transaction((tx) => removeAffiliations(tx, ctx, organizationId, [personId], start))
  return removed!.result
}

/** The same for many people in the caller's transaction. */
export function removeAffiliations(tx: Transaction, ctx: Context, organizationId: string, people: readonly string[], start?: string): Promise<Changed<boolean>[]> {
  return changeAffiliations(tx, ctx, people, organizationId, (document, entries) => {
    const periods = entries.filter((one) => one.organization === organizationId).map((one) => asEdge(document.id as string, one))
    const meant = meantPeriod(kind, periods, start)
    return { operation: 'remove', entries: entries.filter((one) => one.id !== meant?.id), result: meant !== undefined }
  })
}

/** An affiliation as an edge. */
export function asEdge(personId: string, { id, organization, start, end, rights, description, created, createdBy, grantedBy }: Document): Edge {
  const given = Object.fromEntries(Object.entries({ start, end, description, created, createdBy, grantedBy }).filter(([, value]) => value !== undefined))
  return { id: id as string, source: personId, target: organization as string, rights: (rights ?? []) as string[], ...given }
}

const entriesOf = (document: Document) => (document.affiliations ?? []) as Document[]

interface Change<T> {
  operation: string
  entries: Document[]
  result: T
}

interface Changed<T> {
  document: Document
  result: T
}

async function changeAffiliations<T>(
  tx: Transaction, ctx: Context, people: readonly string[], organizationId: string, change: (document: Document, entries: Document[]) => Change<T>,
): Promise<Changed<T>[]> {
  const found = await lockRecords(tx, user, people)
  await requireOrganization(tx, organizationId)
  const changes = people.map((id) => ({ before: found.get(id)!, ...change(found.get(id)!.document, entriesOf(found.get(id)!.document).map((entry) => ({ ...entry }))) }))
  const documents = await writeRecords(tx, ctx, userKind, changes.map(({ before, operation, entries }) => ({ action: `user.affiliations.${operation}`, before, after: { ...before.document, affiliations: entries } })))
  return changes.map(({ result }, place) => ({ document: documents[place]!, result }))
}

async function requireOrganization(tx: Transaction, id: string): Promise<void> {
  if (!(await readThings(tx, 'o', [id])).has(id)) throw new GatehouseError('not_found', `There is no Organization with the id ${id}.`)
}
