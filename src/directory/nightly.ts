/**
 * What changes as days go by: people start on their start date, are terminated after their last date, and fall inactive; the parent of
 * organisations follows the dates of their edges.
 */
import type { Context } from '../context.ts'
import { errorTable, GatehouseError } from '../errors.ts'
import type { Resource } from '../model/attribute.ts'
import { counted } from '../model/counted.ts'
import { organization } from '../model/organization.ts'
import { user } from '../model/user.ts'
import type { Transaction } from '../store/database.ts'
import { lockHierarchy, parentsFollowed, parentsToFollow, saveParentsFollowed } from '../store/organizations.ts'
import { dueToFallInactive, dueToLeave, dueToStart, goByDates, type IdPage } from '../store/user-rows.ts'
import { operateLocked } from './lifecycle.ts'
import { organizationKind } from './organization-record.ts'
import { today } from '../model/today.ts'
import { writeUsers } from './users.ts'
import type { Pending } from '../records/record-kind.ts'
import { lockExisting, writeRecords } from '../records/write-records.ts'

const batch = 200
const dayMs = 86_400_000

type Locked = Pending['before'] & object

/** Activates everyone who waited for a start date that has come; whoever is locked or disabled stays so. The number activated. Safe to run twice, or on two servers. */
export function startPeople(ctx: Context): Promise<number> {
  return inBatches(ctx, (page) => dueToStart(ctx.db, today(ctx), page), ({ document }) => document.status === 'PENDING_START_DATE',
    (tx, people) => operateLocked(tx, ctx, people, 'activate', { keeps: true }))
}

/**
 * Terminates everyone whose last date has passed, and disables the account. The number terminated. Of the related accounts those end that
 * anybody could end: who set the date, or related them, may have had fewer rights than somebody who administers.
 */
export function endPeople(ctx: Context): Promise<number> {
  const done = ['TERMINATED', 'DELETED', 'DECEASED', 'RETIRED']
  return inBatches(ctx, (page) => dueToLeave(ctx.db, today(ctx), page), ({ document }) => !done.includes(document.status as string),
    (tx, people) => operateLocked(tx, ctx, people, 'terminate', { disables: true, follows: { rights: new Set() } }))
}

/**
 * Makes people INACTIVE whose password has expired and who have not signed in for INACTIVE_AFTER_DAYS; 0 turns it off.
 * The number changed. `activate` brings them back.
 */
export async function inactivatePeople(ctx: Context): Promise<number> {
  const days = ctx.config.INACTIVE_AFTER_DAYS
  if (days === 0) return 0
  const [now, since] = [ctx.now().toISOString(), new Date(ctx.now().getTime() - days * dayMs).toISOString()]
  return inBatches(ctx, (page) => dueToFallInactive(ctx.db, now, since, page), ({ document }) => document.status === 'ACTIVE',
    (tx, people) => writeUsers(tx, ctx, people.map((before) => ({ action: 'user.inactivate', before, after: { ...before.document, status: 'INACTIVE' } }))))
}

/** What was prepared before an edge turned, as by an import, may be written after it. */
const overlapMs = dayMs

/** Brings `parentId` up to date where an edge has begun or ended since this was last asked. The number changed. */
export async function followParents(ctx: Context): Promise<number> {
  const now = ctx.now().toISOString()
  const followed = await parentsFollowed(ctx.db)
  const since = followed === undefined ? undefined : new Date(Date.parse(followed) - overlapMs).toISOString()
  const count = await inBatches(ctx, (page) => parentsToFollow(ctx.db, since, now, page), () => true,
    (tx, found) => writeRecords(tx, ctx, organizationKind, found.map((before) => ({ action: 'organization.update', before, after: before.document }))),
    { resource: organization, called: ['organisation', 'organisations'], lockFirst: lockHierarchy })
  await saveParentsFollowed(ctx.db, now, ctx.actor.principal)
  return count
}

interface Swept {
  resource: Resource
  /** One of them, and several. */
  called: readonly [one: string, many: string]
  lockFirst: (tx: Transaction) => Promise<void>
}

const people: Swept = { resource: user, called: ['person', 'people'], lockFirst: goByDates }

/**
 * Page by page in the order of ids; whoever cannot be changed is passed over, so that nobody waits behind them, and told of at the end.
 * Another server may have been quicker between finding and locking, and someone may have been deleted: `still` decides.
 * Errors: that of the first who could not be changed, after everybody else was.
 */
async function inBatches(
  ctx: Context, find: (page: IdPage) => Promise<string[]>, still: (person: Locked) => boolean, change: (tx: Transaction, found: Locked[]) => Promise<unknown>,
  { resource, called, lockFirst }: Swept = people,
): Promise<number> {
  const refused: { id: string; error: GatehouseError }[] = []
  const changed = (ids: readonly string[]): Promise<number> => ctx.db.transaction(async (tx) => {
    await lockFirst(tx)
    const found = [...(await lockExisting(tx, resource, ids)).values()].filter(still)
    await change(tx, found)
    return found.length
  }).catch(async (error: unknown) => {
    if (!(error instanceof GatehouseError) || errorTable[error.code].status >= 500) throw error
    if (ids.length === 1) {
      refused.push({ id: ids[0]!, error })
      return 0
    }
    let count = 0
    for (const id of ids) count += await changed([id])
    return count
  })
  let count = 0
  for (let after = ''; ;) {
    const ids = await find({ after, limit: batch })
    if (ids.length === 0) break
    count += await changed(ids)
    after = ids.at(-1)!
  }
  const [first] = refused
  if (!first) return count
  const list = refused.slice(0, 5).map(({ id }) => id).join(', ')
  throw new GatehouseError(first.error.code, `${counted(refused.length, ...called)} could not be changed, ${counted(count, 'was', 'were')} (${list}): ${first.error.message}`, { cause: first.error })
}
