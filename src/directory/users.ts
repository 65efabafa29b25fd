/** The verbs on people: create, replace, patch (to delete: delete-users.ts); each in one transaction, each with its audit event. */
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { user } from '../model/user.ts'
import { validateDocument } from '../model/validate.ts'
import { initialStatus, needOf, withActive, withoutWaiting } from '../model/lifecycle.ts'
import { documentOf } from '../model/rows.ts'
import { hasLeft, isActive } from '../model/user-statuses.ts'
import type { Transaction } from '../store/database.ts'
import { loadRecords } from '../store/records.ts'
import type { Pending } from '../records/record-kind.ts'
import { hashSecretWord } from './secret-word.ts'
import { dayAfter, today } from '../model/today.ts'
import { userKind } from './user-record.ts'
import { refuseUnless } from '../records/guard.ts'
import { writing } from '../records/missing-references.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'

/**
 * Makes a person. The status is PENDING_INITIAL_LOGIN unless the document says otherwise, or PENDING_START_DATE when the start date
 * lies ahead. Errors: every `invalid_…` with its paths, `already_exists` for a taken user name.
 */
export async function createUser(ctx: Context, input: unknown): Promise<Document> {
  const [created] = await createUsers(ctx, [await newUser(ctx, input)])
  return created!
}

/** The document of a new person, checked; `trusted` input brings its own ids. */
export async function newUser(ctx: Context, input: unknown, trusted = false): Promise<Document> {
  const { active, rest } = splitActive(input)
  const document = await hashSecretWord(validateDocument(user, rest, undefined, trusted))
  refuseUnborn(ctx, document)
  document.id ??= ctx.newId()
  return initialStatus(document, active, today(ctx))
}

/** Makes many people in one transaction, all or none. */
export async function createUsers(ctx: Context, documents: readonly Document[]): Promise<Document[]> {
  return writing(ctx, (tx) => writeRecords(tx, ctx, userKind, documents.map((after) => ({ action: 'user.create', after: { ...after } }))))
}

/** To keep somebody out, or let them in again, takes the right of the operations that do. Errors: `forbidden`, `transition_not_allowed`. */
function activated(ctx: Context, before: Document, given: Document, active: boolean | undefined): Document {
  refuseUnborn(ctx, given, before)
  const document = endWaiting(ctx, before, given)
  const after = withActive(document, active, before)
  refuseOver(ctx, before, after)
  if (after !== document) refuseUnless(ctx.authority, [needOf(active ? 'enable' : 'disable')])
  return dateConversion(ctx, before, after)
}

/** The person as they are once a first day that they wait for is taken away. That lets them in, so it takes the right of the operation that does. Errors: `forbidden`. */
export function endWaiting(ctx: Context, before: Document, given: Document): Document {
  const document = withoutWaiting(before, given)
  if (document !== given) refuseUnless(ctx.authority, [needOf('activate')])
  return document
}

/**
 * Whoever knows nothing of first days leaves them out of a replacement, and would let somebody in before theirs: of who waits, the day is
 * taken away by null alone. Errors: `transition_not_allowed`, with the day and what to send.
 */
function refuseUnsaid(before: Document, after: Document, input: unknown): void {
  if (withoutWaiting(before, after) === after || (isObject(input) && input.startDate === null)) return
  const message = `the person waits for ${String(before.startDate)}, and without the date they would be let in before: send it, or null to take it away`
  throw new GatehouseError('transition_not_allowed', `startDate: ${message}.`, { problems: [{ path: 'startDate', message }] })
}

/** Nobody is born after tomorrow, wherever on earth it is that day already. Errors: `invalid_value`. */
export function refuseUnborn(ctx: Context, { birthdate }: Document, before?: Document): void {
  if (typeof birthdate !== 'string' || birthdate === before?.birthdate || birthdate <= dayAfter(today(ctx))) return
  const message = 'lies ahead: nobody is born yet on that day'
  throw new GatehouseError('invalid_value', `birthdate: ${message}.`, { problems: [{ path: 'birthdate', message }] })
}

/**
 * Nobody is let in again whose last day is over: the job that goes by it would end them, and what they have, within the hour.
 * Errors: `transition_not_allowed`, with the day and what to do.
 */
export function refuseOver(ctx: Context, before: Document, { status, secondaryStatus, lastDate }: Document): void {
  if (typeof lastDate !== 'string' || lastDate >= today(ctx)) return
  if (!isActive(status, secondaryStatus) || isActive(before.status, before.secondaryStatus)) return
  const message = `${lastDate} was the last day, and the nightly job would end the person again: set it to a day to come, or remove it, first${hasLeft(before.status) ? '; or use rehire, which does both' : ''}`
  throw new GatehouseError('transition_not_allowed', `lastDate: ${message}.`, { problems: [{ path: 'lastDate', message }] })
}

/** A person whose type changes, by whatever way, is converted at that moment. */
export function dateConversion(ctx: Context, before: Document, after: Document): Document {
  const same = before.typeId === after.typeId && before.subTypeId === after.subTypeId
  return same ? after : { ...after, conversionDate: ctx.now().toISOString() }
}

/**
 * Replaces a person's document: what it does not name is cleared, collections shown only on request are kept. Errors: those of making one;
 * `transition_not_allowed` where it does not say what becomes of a first day that is waited for.
 */
export async function replaceUser(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Document> {
  return changeUser(ctx, id, 'user.replace', async (before) => {
    const { active, rest } = splitActive(input)
    const cleared = Object.fromEntries(user.collections.filter((one) => one.returned === 'default').map((one) => [one.path, []]))
    const checked = validateDocument(user, isObject(rest) ? { ...cleared, ...rest } : rest, before)
    refuseUnsaid(before, checked, rest)
    // What was read and is sent back as it was changes nothing.
    return activated(ctx, before, await hashSecretWord({ ...collectionsOf(before), ...checked, id }), active === before.active ? undefined : active)
  }, versions)
}

/** Changes what a JSON Merge Patch (RFC 7396) names. */
export async function patchUser(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return changeUser(ctx, id, 'user.update', async (before) => {
    const { active, rest } = splitActive(patch)
    return activated(ctx, before, await hashSecretWord(patchedDocument(before, rest as Document)), active)
  }, versions)
}

/** The checked document that a merge patch makes of a person. Collections that it does not name are left alone. */
export function patchedDocument(before: Document, patch: Document): Document {
  const named = new Set(Object.keys(patch))
  const base = Object.fromEntries(Object.entries(before).filter(([key]) => named.has(key) || !user.collections.some((one) => one.path === key)))
  // Nulled, a list is empty; not named, it is as it was.
  const emptied = Object.fromEntries([...named].filter((key) => patch[key] === null).map((key) => [key, []]))
  return { ...collectionsOf(before), ...collectionsOf(emptied), ...validateDocument(user, mergePatch(base, patch), before), id: before.id }
}

/** The collections of a document alone: they stay as they are unless a change names them. */
function collectionsOf(document: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([key]) => user.collections.some((one) => one.path === key)))
}

/** One change of one person, under a lock. `change` gives the new document; nothing is written when nothing differs. */
export async function changeUser(
  ctx: Context, id: string, action: string, change: (before: Document, tx: Transaction) => Document | Promise<Document>, versions?: Versions,
): Promise<Document> {
  return writing(ctx, async (tx) => {
    const before = (await lockRecords(tx, user, [id])).get(id)!
    checkVersion(before.document, versions)
    const after = await change(before.document, tx)
    const [result] = await writeRecords(tx, ctx, userKind, [{ action, before, after }])
    return result!
  })
}

/** Writes changes of many people that were loaded under a lock. */
export function writeUsers(tx: Transaction, ctx: Context, pending: readonly Pending[]): Promise<Document[]> {
  return writeRecords(tx, ctx, userKind, pending)
}

/** A person's document, or `not_found`. */
export async function readUser(db: Pick<Context['db'], 'query'>, id: string, collections?: readonly string[]): Promise<Document> {
  const record = (await loadRecords(db, user, [id], { collections })).get(id)
  if (!record) throw new GatehouseError('not_found', `There is no User with the id ${id}.`)
  return documentOf(user, record)
}

/** `active` is a question about two other attributes; setting it means enabling or disabling. */
function splitActive(input: unknown): { active: boolean | undefined; rest: unknown } {
  if (!isObject(input) || !('active' in input)) return { active: undefined, rest: input }
  const { active, ...rest } = input
  if (active !== undefined && active !== null && typeof active !== 'boolean') {
    throw new GatehouseError('invalid_value', 'active: must be true or false.', { problems: [{ path: 'active', message: 'must be true or false' }] })
  }
  return { active: active ?? undefined, rest }
}
