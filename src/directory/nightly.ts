/** The nightly changes of status: people start on their start date and are terminated after their last date. */
import type { Context } from '../context.ts'
import { user } from '../model/user.ts'
import { dueToLeave, dueToStart } from '../store/user-rows.ts'
import { operateLocked } from './lifecycle.ts'
import { today } from './today.ts'
import { writeUsers } from './users.ts'
import { lockRecords } from './write-records.ts'

const batch = 200

/** Activates everyone who waited for a start date that has come. The number activated. Safe to run twice, or on two servers. */
export async function startPeople(ctx: Context): Promise<number> {
  return inBatches((limit) => dueToStart(ctx.db, today(ctx), limit), async (ids) => {
    await ctx.db.transaction(async (tx) => {
      const people = [...(await lockRecords(tx, user, ids)).values()]
      // Another server may have been quicker between finding and locking.
      await operateLocked(tx, ctx, people.filter(({ document }) => document.status === 'PENDING_START_DATE'), 'activate')
    })
  })
}

/** Terminates everyone whose last date has passed, and disables the account. The number terminated. */
export async function endPeople(ctx: Context): Promise<number> {
  return inBatches((limit) => dueToLeave(ctx.db, today(ctx), limit), async (ids) => {
    await ctx.db.transaction(async (tx) => {
      const people = [...(await lockRecords(tx, user, ids)).values()].filter(({ document }) => document.status !== 'TERMINATED')
      await operateLocked(tx, ctx, people, 'terminate')
      const ended = await lockRecords(tx, user, people.map(({ document }) => document.id as string))
      await writeUsers(tx, ctx, [...ended.values()].map((before) => ({ action: 'user.disable', before, after: { ...before.document, secondaryStatus: 'DISABLED' } })))
    })
  })
}

async function inBatches(find: (limit: number) => Promise<string[]>, change: (ids: string[]) => Promise<void>): Promise<number> {
  let count = 0
  let previous = ''
  for (;;) {
    const ids = await find(batch)
    // The same people again would mean that the change does not take; stopping beats turning in circles.
    if (ids.length === 0 || ids.join() === previous) return count
    previous = ids.join()
    await change(ids)
    count += ids.length
  }
}
