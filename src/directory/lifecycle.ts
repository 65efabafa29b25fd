/**
 * The operations on a person's life: activate, disable, terminate, rehire, … The table of what is allowed from where
 * stands in model/lifecycle; here is what each does besides: sessions end, access ends, related accounts follow.
 */
import { recordEvents } from '../audit/record.ts'
import { GatehouseError } from '../errors.ts'
import type { Authority, Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { needOf, rules, transition, type Operation } from '../model/lifecycle.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { user } from '../model/user.ts'
import type { Status } from '../model/user-statuses.ts'
import { validateCustom } from '../model/validate.ts'
import { checkDate } from '../model/values.ts'
import { isLastOne } from '../store/constraint-errors.ts'
import type { Transaction } from '../store/database.ts'
import { superAdministrators } from '../store/own-access.ts'
import { credentialsOf, endSessions, resetLogins, setLocks, type Credentials } from '../store/user-rows.ts'
import { countRelated, followingOf, relatedThatFollow, type Following, type Related } from './related-accounts.ts'
import { takeAccess } from './taken-access.ts'
import { today } from '../model/today.ts'
import type { Pending } from '../records/record-kind.ts'
import { may, refuseSystem, refuseUnless } from '../records/guard.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import { lockExisting, lockRecords } from '../records/write-records.ts'
import { dateConversion, refuseOver, writeUsers } from './users.ts'

type Loaded = Pending['before'] & object

/** What an operation's body may say. Unknown members are refused. */
const bodies: Partial<Record<Operation, readonly string[]>> = {
  leave: ['paid'],
  convert: ['typeId', 'subTypeId', 'employeeType', 'attributes'],
  rehire: ['startDate', 'lastDate'],
  deactivate: ['includeRelated'],
  terminate: ['lastDate', 'removeAccess', 'includeRelated'],
  retire: ['lastDate', 'removeAccess', 'includeRelated'],
}

/** Options that only our own jobs set. */
interface Internal {
  /** The account is disabled along with it. */
  disables?: boolean
  /** A lock and a disabling stay as they are: only what a person asks for lifts them. */
  keeps?: boolean
  /** Of accounts that follow, by the server's own doing: the authority of whoever acted on the person. */
  follows?: Authority
}

/**
 * Carries out an operation on one person. Errors: `transition_not_allowed` (with the statuses it is allowed in),
 * `system_record`, `invalid_body`, `not_found`, `version_mismatch`. Repeating an operation that has nothing left to do changes nothing.
 */
export async function operate(ctx: Context, id: string, operation: Operation, body: unknown, versions?: Versions): Promise<Document> {
  const options = checkBody(operation, body)
  return ctx.db.transaction(async (tx) => {
    const before = (await lockRecords(tx, user, [id])).get(id)!
    checkVersion(before.document, versions)
    const [result] = await operateLocked(tx, ctx, [before], operation, options)
    return result!
  })
}

/** The same for many people already locked; all or none. Their documents, and after them those of accounts that followed. */
export async function operateLocked(tx: Transaction, ctx: Context, people: readonly Loaded[], operation: Operation, options: Document & Internal = {}): Promise<Document[]> {
  return writeOperated(tx, ctx, people.map((before): Operated => ({ action: `user.${operation}`, operation, before, after: afterOperation(ctx, before.document, operation, options) })), options)
}

/** A person as they will be, and the operation that made them so, if one did. */
export type Operated = Pending & { before: Loaded; operation?: Operation }

/** Writes people with all that the operations on them do besides; their documents, and after them those of accounts that followed. */
export async function writeOperated(tx: Transaction, ctx: Context, pending: readonly Operated[], options: Document & Internal = {}): Promise<Document[]> {
  const changed = pending.filter(({ operation, before, after }) => operation !== undefined && after !== before.document)
  const groups = [...Map.groupBy(changed, ({ operation }) => operation!)].map(([operation, own]) => ({ operation, ids: own.map(({ after }) => after.id as string) }))
  const taken = new Map<string, FieldChange[]>()
  // Read before, for the event; carried out after whoever acts has been found to be allowed to.
  const acts: (() => Promise<Document[]>)[] = []
  const given = new Set(changed.filter(({ before, after }) => isGiven(before.document, after)).map(({ after }) => after.id as string))
  for (const { operation, ids } of groups) acts.push(await consequences(tx, ctx, { ids, operation, given }, options, taken))
  const results = await writeUsers(tx, ctx, pending.map(({ operation: _, ...one }) => ({ ...one, besides: [...one.besides ?? [], ...taken.get(one.after.id as string) ?? []] })))
  for (const act of acts) results.push(...await act())
  return results
}

/** Also who is not locked may have a password that is not looked at after too many wrong ones: what opens it is told of like any lock. */
async function unlockLogins(tx: Transaction, ctx: Context, ids: readonly string[]): Promise<void> {
  const begun = await setLocks(tx, ids, 'NOT_LOCKED')
  await recordEvents(tx, ctx, begun.map((targetId) => ({ action: 'user.unlock', targetType: 'User', targetId, changes: [{ path: 'logins.wrongInARow', after: 0 }] })))
}

/** What an operation is told, checked. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
export function checkBody(operation: Operation, body: unknown): Document {
  if (body === undefined || body === null) return {}
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object, or absent.')
  const allowed = bodies[operation] ?? []
  const unknown = Object.keys(body).find((key) => !allowed.includes(key))
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: ${operation} takes ${allowed.length > 0 ? allowed.join(', ') : 'no body'}.`)
  for (const key of ['startDate', 'lastDate']) {
    const checked = body[key] === undefined || body[key] === null ? undefined : checkDate(body[key])
    if (checked && 'message' in checked) throw new GatehouseError('invalid_value', `${key}: ${checked.message}.`)
  }
  for (const key of ['paid', 'removeAccess', 'includeRelated']) {
    if (body[key] !== undefined && typeof body[key] !== 'boolean') throw new GatehouseError('invalid_value', `${key}: must be true or false.`)
  }
  for (const key of ['typeId', 'subTypeId', 'employeeType']) {
    if (body[key] !== undefined && typeof body[key] !== 'string') throw new GatehouseError('invalid_value', `${key}: must be a text.`)
  }
  if (body.attributes !== undefined && !isObject(body.attributes)) throw new GatehouseError('invalid_value', 'attributes: must be an object.')
  return body
}

/**
 * The document after an operation; the very same document when it has nothing left to do. Errors: `transition_not_allowed`, also where it would let
 * somebody in whose last day is over; `system_record`; `forbidden` where it lifts a lock or a disabling besides, for who may not do that by
 * itself; `invalid_value` for a rehiring into the past.
 */
export function afterOperation(ctx: Context, before: Document, operation: Operation, options: Document & Internal = {}): Document {
  refuseSystem(before)
  const moved = transition(before, operation)
  if (!moved) return before
  if (operation === 'leave' && options.paid === true) moved.status = 'USER_LEAVE_WITH_PAY'
  if (operation === 'reset') {
    delete moved.dateItPolicyApproved
    delete moved.claimDate
    delete moved.dateChallengeRespChanged
  }
  if (operation === 'rehire') {
    refusePast(ctx, options)
    if (typeof options.startDate === 'string') moved.startDate = options.startDate
    if (typeof options.lastDate === 'string') moved.lastDate = options.lastDate
    else delete moved.lastDate
  }
  // Who comes back, or is approved, before their first day waits for it like anyone who is new.
  const taken = operation === 'rehire' || (operation === 'activate' && approved.includes(before.status))
  if (taken && isAhead(ctx, options.startDate ?? moved.startDate)) moved.status = 'PENDING_START_DATE'
  if (options.disables === true) moved.secondaryStatus = 'DISABLED'
  // Whoever may lift no lock can end somebody all the same: they leave with it.
  const keeps = options.keeps === true || (endsMemberships.includes(operation) && !may(ctx.authority, needOf('enable')))
  if (keeps && before.secondaryStatus !== undefined && moved.secondaryStatus === undefined) moved.secondaryStatus = before.secondaryStatus
  if (before.secondaryStatus !== undefined && moved.secondaryStatus === undefined) refuseUnless(ctx.authority, [needOf('enable')])
  if (operation === 'terminate' || operation === 'retire') {
    refuseAhead(ctx, options)
    if (typeof options.lastDate === 'string') moved.lastDate = options.lastDate
  }
  // A row of a file may bring the last day along.
  refuseOver(ctx, before, options.lastDate === undefined ? moved : { ...moved, lastDate: options.lastDate })
  return operation === 'convert' ? converted(ctx, moved, options) : moved
}

/** Whoever comes back for days that are over would be gone with the next hour. Errors: `invalid_value`. */
export function refusePast(ctx: Context, { lastDate }: Document): void {
  if (typeof lastDate !== 'string' || lastDate >= today(ctx)) return
  const message = 'must not lie before today: who comes back is here at least that day'
  throw new GatehouseError('invalid_value', `lastDate: ${message}.`, { problems: [{ path: 'lastDate', message }] })
}

/** Somebody whose last day is to come is here until then, and an operation ends them now. Errors: `invalid_value`. */
export function refuseAhead(ctx: Context, { lastDate }: Document): void {
  if (!isAhead(ctx, lastDate)) return
  const message = 'lies ahead, and this would end the person now; set lastDate alone instead, by PATCH or a row without the status, and the nightly job terminates them the day after'
  throw new GatehouseError('invalid_value', `lastDate: ${message}.`, { problems: [{ path: 'lastDate', message }] })
}

function converted(ctx: Context, document: Document, options: Document): Document {
  if (options.typeId === undefined) throw new GatehouseError('required_attribute', 'typeId: convert needs the type to change to.')
  const after: Document = { ...document, typeId: options.typeId }
  if (options.subTypeId === undefined) delete after.subTypeId
  else after.subTypeId = options.subTypeId
  if (options.employeeType !== undefined) after.employeeType = options.employeeType
  // What the new type requires may be declared for no type before: it can only come along.
  if (options.attributes !== undefined) after.attributes = validateCustom(mergePatch(document.attributes, options.attributes))
  return dateConversion(ctx, document, after)
}

export const isAhead = (ctx: Context, date: unknown): boolean => typeof date === 'string' && date > today(ctx)

/** What waits for somebody's yes; that does not bring the first day forward. */
const approved: readonly unknown[] = ['PENDING_APPROVAL', 'PENDING_USER_VALIDATION']
const endsLiveSessions: readonly Operation[] = ['disable', 'deactivate', 'lock', 'reset', 'leave', 'terminate', 'retire', 'decease']
const endsMemberships: readonly Operation[] = ['terminate', 'retire', 'decease']

/** Whether a person gets a password with the same write, as from a row of an import: that is not the one an operation takes away. */
function isGiven(before: Document, after: Document): boolean {
  const [was, is] = [before, after].map(({ logins = [] }) => (logins as Document[]).find(({ managedSystem }) => managedSystem === '0')?.password)
  return is !== undefined && is !== was
}

/** Whether what somebody has is removed, or ended. */
const removes = ({ config }: Context, operation: Operation, options: Document): boolean => operation === 'decease' || (options.removeAccess ?? config.TERMINATE_REMOVES_ACCESS) === true

/** How related accounts follow; undefined when they don't. Who is deactivated keeps what they have. */
function following(ctx: Context, acted: Operation | 'delete', options: Document): Following | undefined {
  const operation = followingOf(acted)
  if (!operation || (options.includeRelated ?? ctx.config.TERMINATE_RELATED_USERS) !== true) return undefined
  return { operation, removes: operation === 'terminate' && removes(ctx, acted === 'delete' ? operation : acted, options) }
}

/** What a plan tells of accounts related to people, who would end with them. */
export async function relatedPlanned(ctx: Context, ids: readonly string[], operation: Operation | 'delete', options: Document): Promise<Map<string, FieldChange[]>> {
  const follow = following(ctx, operation, options)
  return follow ? countRelated(ctx, ids, follow) : new Map()
}

/**
 * The accounts related to people who are about to be deleted, noted in `taken` for their events: how many end, and how many stay open. What
 * is handed back ends them once the people are gone, and gives their documents.
 */
export async function relatedOfDeleted(tx: Transaction, ctx: Context, ids: readonly string[], taken: Map<string, FieldChange[]>): Promise<() => Promise<Document[]>> {
  const follow = following(ctx, 'delete', {})
  if (!follow) return async () => []
  const related = await relatedThatFollow(tx, ctx.authority, ids, follow, taken)
  for (const [id, own] of Map.groupBy(related, ({ primary }) => primary)) taken.set(id, [...taken.get(id) ?? [], { path: 'relatedEnded', after: own.length }])
  return () => endRelated(tx, ctx, follow, related, {})
}

interface Act {
  ids: string[]
  operation: Operation
  /** Who gets a password with it. */
  given: ReadonlySet<string>
}

/** What else an operation does to people it changes, noted in `taken`; what carries it out gives the documents of accounts that followed. */
async function consequences(tx: Transaction, ctx: Context, { ids, operation, given }: Act, options: Document & Internal, taken: Map<string, FieldChange[]>): Promise<() => Promise<Document[]>> {
  if (operation === 'reset') noteCredentials(taken, await credentialsOf(tx, ids))
  const access = endsMemberships.includes(operation) ? await takeAccess(tx, ids, removes(ctx, operation, options) ? undefined : ctx.now(), taken) : undefined
  const follow = following(ctx, operation, options)
  const related = follow ? await relatedThatFollow(tx, options.follows ?? ctx.authority, ids, follow, taken) : []
  return async () => {
    // A change of status ends them too (user-record); here also those of people who were locked while signed in.
    if (endsLiveSessions.includes(operation)) await endSessions(tx, ids)
    if (operation === 'unlock') await unlockLogins(tx, ctx, ids)
    if (operation === 'reset') await resetLogins(tx, ids, ids.filter((id) => given.has(id)), ctx.now())
    await access?.()
    return follow ? endRelated(tx, ctx, follow, related, options) : []
  }
}

/** What a reset wipes, by path alone: whoever had nothing loses nothing. */
function noteCredentials(taken: Map<string, FieldChange[]>, found: readonly Credentials[]): void {
  for (const { userId, password, factors, answers } of found) {
    const paths = [...(password ? ['password'] : []), ...(factors ? ['factors'] : []), ...(answers ? ['answers'] : [])]
    taken.set(userId, paths.map((path) => ({ path })))
  }
}

/** By default the accounts related to a person end, or are deactivated, with the person, by the server's doing. */
async function endRelated(tx: Transaction, ctx: Context, { operation }: Following, related: Related, options: Document & Internal): Promise<Document[]> {
  if (related.length === 0) return []
  const primaries = new Map(related.map(({ id, primary }) => [id, primary]))
  const { authority, ...server } = ctx
  const follows = options.follows ?? authority
  const own = { ...options, lastDate: undefined, follows, keeps: !may(follows, needOf('enable')) }
  // Read only now: others of the same write may have been ended, or have ended them, meanwhile.
  const open = [...await lockExisting(tx, user, [...primaries.keys()])].filter(([, { document }]) => rules[operation].from!.includes(document.status as Status))
  const pending = open.map(([id, before]): Operated => ({
    action: `user.${operation}`, operation, before, after: afterOperation(server, before.document, operation, own), besides: [{ path: 'followed', after: primaries.get(id) }],
  }))
  try {
    return await tx.savepoint(() => writeOperated(tx, server, pending, own))
  } catch (error) {
    throw isLastOne(error) ? await lastAmong(tx, error, open.map(([, { document }]) => document)) : error
  }
}

/** Whoever acts has not named the account, and learns which one it is: they could end it by itself. */
async function lastAmong(tx: Transaction, error: GatehouseError, accounts: readonly Document[]): Promise<GatehouseError> {
  const last = new Set(await superAdministrators(tx, accounts.map(({ id }) => id as string)))
  const names = accounts.flatMap(({ id, userName }) => (last.has(id as string) ? [String(userName ?? id)] : []))
  if (names.length === 0) return error
  const accountsOf = `${names.length === 1 ? 'account' : 'accounts'} ${names.join(', ')}`
  return new GatehouseError(error.code, `The related ${accountsOf} would end too, which would leave nobody who may administer everything: remove the relation first, or give the role GATEHOUSE_SUPER_ADMIN to somebody else.`)
}
