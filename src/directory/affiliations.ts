/** Putting a person into an organisation and taking them out by the two ends and the start: an entry of their record. */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKind } from '../model/access-edges.ts'
import type { Document } from '../model/attribute.ts'
import { grantsMore, meantPeriod, readTerms, type Edge } from '../model/edge-terms.ts'
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
  return changeAffiliations(ctx, personId, organizationId, (document, entries) => {
    const before = entries.find((one) => one.organization === organizationId && one.start === terms.start)
    const { rights, ...dates } = terms
    const kept = before ? Object.fromEntries(Object.entries(before).filter(([key]) => !['end', 'rights', 'description'].includes(key))) : { id: ctx.newId(), organization: organizationId }
    const entry: Document = { ...kept, ...dates, ...(rights.length > 0 ? { rights } : {}) }
    if (hasLeft(document.status) && grantsMore(before && asEdge(personId, before), terms, ctx.now())) {
      throw new GatehouseError('conflict', `The person is ${String(document.status)}; who has left can be given nothing.`)
    }
    return { operation: before ? 'replace' : 'add', entries: before ? entries.map((one) => (one === before ? entry : one)) : [...entries, entry], result: { id: entry.id, created: !before } }
  }).then(({ document, result }) => ({ entry: entriesOf(document).find((one) => one.id === result.id)!, created: result.created }))
}

/** Removes the affiliation with that start, or the only one. False when there is none. */
export async function removeAffiliation(ctx: Context, personId: string, organizationId: string, start?: string): Promise<boolean> {
  const { result } = await changeAffiliations(ctx, personId, organizationId, (_document, entries) => {
    const periods = entries.filter((one) => one.organization === organizationId).map((one) => asEdge(personId, one))
    const meant = meantPeriod(kind, periods, start)
    return { operation: 'remove', entries: entries.filter((one) => one.id !== meant?.id), result: meant !== undefined }
  })
  return result
}

/** An affiliation as an edge. */
export function asEdge(personId: string, { id, organization, start, end, rights, description, created, createdBy, grantedBy }: Document): Edge {
  const given = Object.fromEntries(Object.entries({ start, end, description, created, createdBy, grantedBy }).filter(([, value]) => value !== undefined))
  return { id: id as string, source: personId, target: organization as string, rights: (rights ?? []) as string[], ...given }
}

const entriesOf = (document: Document) => (document.affiliations ?? []) as Document[]

async function changeAffiliations<T>(
  ctx: Context, personId: string, organizationId: string, change: (document: Document, entries: Document[]) => { operation: string; entries: Document[]; result: T },
): Promise<{ document: Document; result: T }> {
  return ctx.db.transaction(async (tx) => {
    const before = (await lockRecords(tx, user, [personId])).get(personId)!
    await requireOrganization(tx, organizationId)
    const { operation, entries, result } = change(before.document, entriesOf(before.document).map((entry) => ({ ...entry })))
    const after = { ...before.document, affiliations: entries }
    const [document] = await writeRecords(tx, ctx, userKind, [{ action: `user.affiliations.${operation}`, before, after }])
    return { document: document!, result }
  })
}

async function requireOrganization(tx: Transaction, id: string): Promise<void> {
  if (!(await readThings(tx, 'o', [id])).has(id)) throw new GatehouseError('not_found', `There is no Organization with the id ${id}.`)
}
