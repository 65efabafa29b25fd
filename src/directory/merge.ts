/**
 * Two records of one person become one. Planned first: what each field becomes, which entries and links move; applied
 * in one transaction; undone from what the plan kept (merge-undo.ts).
 */
import { isDeepStrictEqual } from 'node:util'
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { isObject, setValueAt, valueAt, type Document } from '../model/attribute.ts'
import { elementsFor, type Metadata } from '../model/metadata.ts'
import { documentOf } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { refuseStale, type StepRunner } from '../plans/apply.ts'
import { beginPlan } from '../plans/events.ts'
import { insertReads } from '../store/plan-reads.ts'
import { finishPlan, insertSteps, markSteps, readPlan, listSteps, type Plan } from '../store/plans.ts'
import { keepRows } from '../store/kept-rows.ts'
import { listDelegations } from '../store/delegations.ts'
import { moveLinks, plannedMoves, saveKept } from '../store/merge.ts'
import { mergedAccounts } from '../store/merge-portals.ts'
import type { Transaction } from '../store/database.ts'
import { loadMetadata } from '../store/metadata.ts'
import { loadRecords } from '../store/records.ts'
import { markDataChanges } from '../store/references.ts'
import { lockTies } from '../store/user-circles.ts'
import { deleteUserRows, holdWhole, isFollowing } from '../store/user-rows.ts'
import { mergeConflicts } from './merge-conflicts.ts'
import { contacts, customOf, givenBy, mergedPaths, overfull } from './merge-given.ts'
import { delegationFields } from './merge-reach.ts'
import { standingDates, standings } from './merge-standing.ts'
import { userKind } from './user-record.ts'
import { clearReferences } from '../records/clear-references.ts'
import { guardPeople, guardRelations } from '../records/guard.ts'
import { dateConversion, readUser } from './users.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'

export interface MergeRequest {
  survivor: string
  duplicate: string
  /** Paths whose value is taken from the duplicate even where the survivor has one. */
  take: readonly string[]
}

/** Reads a request to plan a merge. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
export function mergeRequest(body: unknown): MergeRequest {
  if (!isObject(body) || typeof body.survivor !== 'string' || typeof body.duplicate !== 'string') {
    throw new GatehouseError('invalid_body', 'The body must name `survivor` and `duplicate` by their ids.')
  }
  const unknown = Object.keys(body).find((key) => !['kind', 'survivor', 'duplicate', 'take'].includes(key))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not part of a merge.`)
  if (body.survivor === body.duplicate) throw new GatehouseError('invalid_value', 'duplicate: is the survivor itself.')
  const take = body.take ?? []
  const known = mergedPaths()
  const knows = (path: unknown) => typeof path === 'string' && (known.includes(path) || path.startsWith('attributes.'))
  if (!Array.isArray(take) || !take.every(knows)) {
    throw new GatehouseError('invalid_value', `take: must be a list among ${known.join(', ')} and attributes.NAME.`)
  }
  return { survivor: body.survivor, duplicate: body.duplicate, take: take as string[] }
}

const isGap = (survivor: Document, path: string) => valueAt(survivor, path) === undefined && !standingDates.includes(path)

/**
 * The survivor with what the duplicate adds: fields the survivor lacks (but for dates of their standing), fields to take, entries it does not have yet,
 * and those custom attributes that are declared for the survivor's types.
 */
export function mergedDocument(survivor: Document, duplicate: Document, take: readonly string[], metadata: Metadata): Document {
  const merged: Document = structuredClone(survivor)
  for (const path of mergedPaths()) {
    const other = valueAt(duplicate, path)
    // The two are one now: neither stands in for the other.
    if (valueAt(survivor, path) === duplicate.id) setValueAt(merged, path, undefined)
    else if (other !== undefined && other !== survivor.id && (take.includes(path) || isGap(survivor, path))) setValueAt(merged, path, other)
  }
  for (const path of contacts) {
    const own = (survivor[path] ?? []) as Document[]
    const added = ((duplicate[path] ?? []) as Document[]).filter((entry) => !own.some((one) => sameEntry(one, entry)))
    merged[path] = [...own, ...added.map(({ id: _id, ...entry }) => ({ ...entry, primary: own.length === 0 && entry.primary === true }))]
  }
  const declared = elementsFor(metadata, user.custom, merged.typeId, merged.subTypeId)
  const own = customOf(survivor)
  const added = Object.entries(customOf(duplicate)).filter(([name]) => declared.has(name) && (own[name] === undefined || take.includes(`attributes.${name}`)))
  if (added.length > 0) merged.attributes = { ...own, ...Object.fromEntries(added) }
  return merged
}

const contactKeys = ['value', 'countryCd', 'areaCd', 'address1', 'locality', 'postalCode', 'country']

function sameEntry(a: Document, b: Document): boolean {
  const text = (entry: Document, key: string) => String(entry[key] ?? '').toLowerCase()
  return contactKeys.every((key) => text(a, key) === text(b, key))
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Every field and custom attribute by its path. */
function fieldsOf(document: Document): Map<string, unknown> {
  const fields = ['userName', ...mergedPaths()].map((path) => [path, valueAt(document, path)] as const)
  const custom = Object.entries(customOf(document)).map(([name, value]) => [`attributes.${name}`, value] as const)
  return new Map([...fields, ...custom].filter(([, value]) => value !== undefined))
}

/** What the merge does to fields and contacts, and what of the duplicate is given up. */
function mergeChanges(survivor: Document, duplicate: Document, merged: Document): Document {
  const [before, after] = [fieldsOf(survivor), fieldsOf(merged)]
  const paths = [...new Set([...after.keys(), ...before.keys()])]
  const fields = paths.map((path) => ({ path, before: before.get(path), after: after.get(path) })).filter((one) => !same(one.before, one.after))
  const notTaken = [...fieldsOf(duplicate)].filter(([path, value]) => !same(value, after.get(path))).map(([path, value]) => ({ path, value }))
  const entries = contacts.map((path) => ({ path, added: ((merged[path] ?? []) as Document[]).filter((entry) => entry.id === undefined) }))
  return { fields, entries: entries.filter((one) => one.added.length > 0), notTaken }
}

/** Plans the merge: one step, with every field that changes and every link that moves. */
export async function planMerge(ctx: Context, request: MergeRequest): Promise<Plan> {
  await guardPeople(ctx.db, ctx, [request.survivor, request.duplicate])
  const [survivor, duplicate, metadata] = await Promise.all([readUser(ctx.db, request.survivor), readUser(ctx.db, request.duplicate), loadMetadata(ctx.db, ctx.db)])
  if (survivor.systemFlag === true || duplicate.systemFlag === true) throw new GatehouseError('system_record', 'A record of the system is merged with nobody.')
  const planId = ctx.newId()
  const title = `merge ${String(duplicate.displayName ?? duplicate.id)} into ${String(survivor.displayName ?? survivor.id)}`
  const merged = mergedDocument(survivor, duplicate, request.take, metadata)
  const changes = mergeChanges(survivor, duplicate, merged)
  const versions = [survivor, duplicate].map((one) => ({ id: one.id as string, version: (one.meta as Document).version as number }))
  await ctx.db.transaction(async (tx) => {
    await beginPlan(tx, ctx, { id: planId, kind: 'merge', title, options: { ...request } })
    const { moving, conflicts } = await mergeConflicts(tx, ctx, survivor, duplicate, request.take)
    const links = await plannedMoves(tx, request.survivor, request.duplicate, { now: ctx.now(), restricting: moving.length > 0 })
    const restrictions = moving.length === 0 ? {} : { delegations: delegationFields(moving) }
    const problems = [...conflicts, ...overfull(survivor, merged, links)].map((message) => ({ message }))
    const { linked, unassigned } = await mergedAccounts(tx, request.survivor, request.duplicate)
    const accounts = linked.length + unassigned.length === 0 ? {} : { accounts: { linked, unassigned } }
    const step = { step: 1, resource: 'User', targetId: request.survivor, label: title, changes: { statuses: standings(survivor, duplicate), ...changes, links, ...accounts, ...restrictions } }
    await insertSteps(tx, planId, [problems.length === 0 ? { ...step, action: 'update' } : { ...step, action: 'conflict', problems }])
    await insertReads(tx, planId, 'User', versions)
    await finishPlan(tx, planId, problems.length === 0 ? { update: 1, delete: 1 } : { conflict: 1 }, 1)
  })
  return readPlan(ctx.db, planId)
}

/** Carries the merge out: links move, the duplicate goes, the survivor gains; what is needed to undo is kept. */
export const runMerge: StepRunner = async (tx, ctx, plan, steps) => {
  const request = plan.options as unknown as MergeRequest
  await holdWhole(tx, [request.survivor, request.duplicate])
  const people = await lockRecords(tx, user, [request.survivor, request.duplicate])
  await refuseStale(tx, plan, ctx, runMerge.moved)
  const [survivor, duplicate] = [people.get(request.survivor)!, people.get(request.duplicate)!]
  await guardPeople(tx, ctx, [request.survivor, request.duplicate])
  // Both are held: also edges between others close no circle through the two meanwhile.
  await lockTies(tx)
  // Who administers what may have changed since the plan was made.
  const { moving, conflicts } = await mergeConflicts(tx, ctx, survivor.document, duplicate.document, request.take)
  if (conflicts.length > 0) throw new GatehouseError('conflict', conflicts.join(' '))
  const followed = await isFollowing(tx, request.duplicate)
  const links = await moveLinks(tx, ctx.newId, request.survivor, request.duplicate, { now: ctx.now(), restricting: moving.length > 0 })
  // What moves is not kept: a key that is revoked there, or a role that is taken away, must not come back by an undo.
  const kept = await keepRows(tx, request.duplicate)
  const { taken, raised } = await clearReferences(tx, ctx, user, [request.duplicate])
  await deleteUserRows(tx, [request.duplicate])
  // The links that moved are rows of the survivor now: read again, so that they are not taken for removed.
  const before = { record: (await loadRecords(tx, user, [request.survivor])).get(request.survivor)!, document: survivor.document }
  before.document = documentOf(user, before.record)
  const after = dateConversion(ctx, before.document, mergedDocument(before.document, duplicate.document, request.take, await loadMetadata(tx, ctx.db)))
  const [full] = overfull(survivor.document, after)
  if (full !== undefined) throw new GatehouseError('conflict', full)
  const [result] = await writeRecords(tx, ctx, userKind, [{ action: 'user.merge', before, after, besides: delegationFields(moving) }])
  // Held against the survivor as they were: accounts that are newly related to them end with them.
  await guardRelations(tx, ctx, [{ id: request.survivor, before: survivor.document, after: result! }])
  // Whoever the duplicate would have ended with, the survivor ends with now, and whoever ends with the survivor.
  if (followed) await guardRelations(tx, ctx, [{ id: request.duplicate, after: { relations: [{ user: request.survivor }] } }])
  await recordEvents(tx, ctx, [{ action: 'user.merged', targetType: 'User', targetId: request.duplicate, result: 'SUCCESS', changes: [{ path: '', after: { survivor: request.survivor } }, ...taken.get(request.duplicate) ?? []] }])
  // A panelist who has moved is another person in Okta from now on.
  await markDataChanges(tx, [request.survivor])
  const version = (result!.meta as Document).version as number
  await saveKept(tx, plan.id, kept)
  await markSteps(tx, plan.id, [{ step: steps[0]!.step, status: 'done', result: { ...links, given: givenBy(survivor.document, result!), version, restrictions: await restrictionsOf(tx, request.survivor) } }])
  return [...raised.filter(({ id }) => id !== request.survivor), { resource: 'User', id: request.survivor, version }]
}

/** Memberships and places in portals are no part of a person's version: nothing moves, or stays, that the plan does not say. */
runMerge.moved = async (tx, plan, ctx) => {
  const [step] = await listSteps(tx, plan.id, { count: 1 })
  if (plan.appliedThrough > 0 || step?.action !== 'update' || step.changes === undefined) return []
  const { survivor, duplicate } = plan.options as unknown as MergeRequest
  const { links, delegations } = step.changes as { links: unknown; delegations?: unknown }
  const now = await plannedMoves(tx, survivor, duplicate, { now: ctx.now(), restricting: delegations !== undefined })
  return isDeepStrictEqual(JSON.parse(JSON.stringify(now)), links) ? [] : [{ resource: 'User', id: duplicate }]
}

export const restrictionsOf = async (tx: Transaction, userId: string) => (await listDelegations(tx, userId)).map(({ id }) => id)
