/**
 * What happens when memberships end: nothing to them, since every question goes by their dates; but people are reminded
 * before (STATUS of USER_ROLE and USER_GRP, one event each), and one event tells of each end, once, whenever the server
 * was down. Safe on several servers, and to be killed at any point.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { memberships, type EdgeKind } from '../model/access-edges.ts'
import { termsOf, type Edge } from '../model/edge-terms.ts'
import { dueToRemind, endedMemberships, forgetReminders, lockTold, markReminded, movedAway, saveTold, settledInstant } from '../store/membership-ends.ts'

const batch = 500
const dayMs = 86_400_000
const reminded = memberships.filter(({ kind }) => kind === 'ug' || kind === 'ur')

export interface Ends {
  reminded: number
  ended: number
}

/** Reminds of what ends within MEMBERSHIP_REMINDER_DAYS, and tells of what has ended since it was last asked. */
export async function tellOfEnds(ctx: Context): Promise<Ends> {
  let count = 0
  for (const kind of reminded) count += await remind(ctx, kind)
  return { reminded: count, ended: await tellEnded(ctx) }
}

async function remind(ctx: Context, kind: EdgeKind): Promise<number> {
  const now = ctx.now().toISOString()
  const until = new Date(ctx.now().getTime() + ctx.config.MEMBERSHIP_REMINDER_DAYS * dayMs).toISOString()
  for (;;) {
    const moved = await movedAway(ctx.db, kind, until, batch)
    const changed = moved.length === 0 ? 0 : await ctx.db.transaction((tx) => forgetReminders(tx, kind, moved, until))
    if (changed === 0) break
  }
  let count = 0
  for (;;) {
    const due = await dueToRemind(ctx.db, kind, now, until, batch)
    if (due.length === 0) return count
    const marked = await ctx.db.transaction(async (tx) => {
      const edges = await markReminded(tx, kind, due, now, until)
      await recordEvents(tx, ctx, edges.map((edge) => eventOf('membership.reminder', edge, { path: pathOf(kind, edge), after: { ...termsOf(edge), status: 'REMINDED' } })))
      return edges.length
    })
    // Another server was quicker with all of them, or they have changed: the next minute sees.
    if (marked === 0) return count
    count += marked
  }
}

/** The first call only notes where telling begins: what ended before Gatehouse told of ends is no news. */
async function tellEnded(ctx: Context): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    const told = await lockTold(tx)
    const through = { ends: ctx.now().toISOString(), recorded: await settledInstant(tx) }
    let count = 0
    if (told && told.ends > through.ends) return count
    for (const kind of told ? memberships : []) {
      for await (const edges of endedMemberships(tx, kind, told!, through)) {
        count += edges.length
        await recordEvents(tx, ctx, edges.map((edge) => eventOf('membership.ended', edge, { path: pathOf(kind, edge), before: termsOf(edge) })))
      }
    }
    await saveTold(tx, through, ctx.actor.principal)
    return count
  })
}

const pathOf = ({ segment }: EdgeKind, { target }: Edge) => `${segment}[${target}]`

const eventOf = (action: string, { source }: Edge, change: { path: string; before?: unknown; after?: unknown }) =>
  ({ action, targetType: 'User', targetId: source, changes: [change] })
