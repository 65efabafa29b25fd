/** The nightly changes of status: people start on their start date, are terminated after their last date, and fall inactive. */
import type { Context } from '../context.ts'
import { user } from '../model/user.ts'
import type { Transaction } from '../store/database.ts'
import { dueToFallInactive, dueToLeave, dueToStart, goByDates } from '../store/user-rows.ts'
import { operateLocked } from './lifecycle.ts'
import { today } from './today.ts'
import { writeUsers } from './users.ts'
import type { Pending } from '../records/record-kind.ts'
import { lockExisting } from '../records/write-records.ts'

const batch = 200
const dayMs = 86_400_000

type Locked = Pending['before'] & object

/** Activates everyone who waited for a start date that has come. The number activated. Safe to run twice, or on two servers. */
export function startPeople(ctx: Context): Promise<number> {
  return inBatches(ctx, (limit) => dueToStart(ctx.db, today(ctx), limit), ({ document }) => document.status === 'PENDING_START_DATE',
    (tx, people) => operateLocked(tx, ctx, people, 'activate'))
}

/** Terminates everyone whose last date has passed, and disables the account. The number terminated. */
export function endPeople(ctx: Context): Promise<number> {
  const done = ['TERMINATED', 'DELETED', 'DECEASED', 'RETIRED']
  return inBatches(ctx, (limit) => dueToLeave(ctx.db, today(ctx), limit), ({ document }) => !done.includes(document.status as string),
    (tx, people) => operateLocked(tx, ctx, people, 'terminate', { disables: true }))
}

/**
 * Makes people INACTIVE whose password has expired and who have not signed in for INACTIVE_AFTER_DAYS; 0 turns it off.
 * The number changed. `activate` brings them back.
 */
export async function inactivatePeople(ctx: Context): Promise<number> {
  const days = ctx.config.INACTIVE_AFTER_DAYS
  if (days === 0) return 0
  const [now, since] = [ctx.now().toISOString(), new Date(ctx.now().getTime() - days * dayMs).toISOString()]
  return inBatches(ctx, (limit) => dueToFallInactive(ctx.db, now, since, limit), ({ document }) => document.status === 'ACTIVE',
    (tx, people) => writeUsers(tx, ctx, people.map((before) => ({ action: 'user.inactivate', before, after: { ...before.document, status: 'INACTIVE' } }))))
}

/** Another server may have been quicker between finding and locking, and someone may have been deleted: `still` decides. */
async function inBatches(
  ctx: Context, find: (limit: number) => Promise<string[]>, still: (person: Locked) => boolean, change: (tx: Transaction, people: Locked[]) => Promise<unknown>,
): Promise<number> {
  let count = 0
  let previous = ''
  for (;;) {
    const ids = await find(batch)
    // The same people again would mean that the change does not take; stopping beats turning in circles.
    if (ids.length === 0 || ids.join() === previous) return count
    previous = ids.join()
    count += await ctx.db.transaction(async (tx) => {
      await goByDates(tx)
      const people = [...(await lockExisting(tx, user, ids)).values()].filter(still)
      await change(tx, people)
      return people.length
    })
  }
}
