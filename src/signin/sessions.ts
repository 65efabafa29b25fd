/** The verbs on sessions: what an administrator does with those of somebody else, and people with their own. */
import { recordEvents } from '../audit/record.ts'
import { guardPeople } from '../records/guard.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { clockSkewMs } from '../model/session.ts'
import type { Database, Transaction } from '../store/database.ts'
import { deleteOffline, nextWithGrants } from '../store/oidc-artifacts.ts'
import { forgetDevices, forgetDevicesOfNext } from '../store/remembered-devices.ts'
import { countSessions, deleteSessions, deleteSessionsOfNext, hasUser } from '../store/sessions.ts'

/** Errors: `not_found` when there is no such person. */
export async function checkUser(db: Pick<Database, 'first'>, userId: string): Promise<void> {
  if (!(await hasUser(db, userId))) throw new GatehouseError('not_found', `There is no user with the id ${userId}.`)
}

/** The browser that asks: its session, and the mark that it is remembered by. */
interface Asking {
  session: string
  device?: Buffer | undefined
}

/**
 * Ends one session of a person at once, or all of them but the one of the browser `but`; how many. With all of them goes what applications
 * hold for offline access, which may be in the hands of whoever had one of them, while the consents stay; and every browser but that one is asked for a
 * factor again: whoever had a session may have what its browser kept. Errors: `not_found` for the person, or for that session.
 */
export async function endSessions(ctx: Context, userId: string, sessionId?: string, but?: Asking): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const ended = await deleteSessions(tx, userId, sessionId, but?.session)
    if (sessionId !== undefined && ended.length === 0) throw new GatehouseError('not_found', `This person has no session ${sessionId}.`)
    const offline = sessionId === undefined ? await deleteOffline(tx, [userId], but?.session) : []
    if (sessionId === undefined) await recordEvents(tx, ctx, devicesForgotten(userId, await forgetDevices(tx, userId, { but: but?.device })))
    if (ended.length === 0 && offline.length === 0) return 0
    const changes = [...ended.map((id) => ({ path: `sessions[${id}]`, before: id })), ...offlineEnded(offline)]
    await recordEvents(tx, ctx, [{ action: 'user.sessions.end', targetType: 'User', targetId: userId, result: 'SUCCESS', changes }])
    return ended.length
  })
}

/** What the audit says of clients whose offline access has ended. */
export const offlineEnded = (clients: readonly string[]) => clients.map((id) => ({ path: `offlineAccess[${id}]`, before: id }))

/** The event of browsers of somebody that are asked again; none where there were none. */
export const devicesForgotten = (userId: string, gone: readonly string[]) =>
  gone.length === 0 ? [] : [{ action: 'user.device.forget', targetType: 'User', targetId: userId, changes: gone.map((one) => ({ path: `devices[${one}]`, before: one })) }]

const peopleAtOnce = 200

/**
 * Ends every session there is, the actor's own with them, and every offline access, and has every remembered browser be asked again, for when somebody may have got hold of any. What began by
 * a clock ahead of ours ends with them, and so may what begins in the minutes after: better one sign-in too many than a session that stays.
 * The audit is told first and once, with how many there were; then they go by batches, each a transaction of its own, so that
 * nobody waits for long. What breaks off has ended a part, and is done by asking again. How many ended.
 */
export async function endEverySession(ctx: Context): Promise<number> {
  const until = new Date(ctx.now().getTime() + clockSkewMs).toISOString()
  await ctx.db.transaction(async (tx) => {
    const changes = [{ path: 'sessions', before: await countSessions(tx, until), after: 0 }]
    await recordEvents(tx, ctx, [{ action: 'sessions.end', targetType: 'System', targetId: 'sessions', changes }])
  })
  let ended = 0
  for (let [pass, gone] = [0, 1]; gone > 0 && pass < mostPasses; pass++, ended += gone) gone = await endInBatches(ctx, until)
  return ended
}

/** More than one: a sign-in that was under way may have come to its end behind us. No more than this: new ones keep coming. */
const mostPasses = 3

/** The last of those people whose browsers were forgotten. */
async function forgetNext(tx: Transaction, ctx: Context, after: string): Promise<string | undefined> {
  const gone = await forgetDevicesOfNext(tx, after, peopleAtOnce)
  const events = [...Map.groupBy(gone, ({ userId }) => userId)].flatMap(([userId, own]) => devicesForgotten(userId, own.map(({ id }) => id)))
  if (events.length > 0) await recordEvents(tx, ctx, events)
  return gone.at(-1)?.userId
}

async function endInBatches(ctx: Context, until: string): Promise<number> {
  let ended = 0
  for (let after: string | null = ''; after !== null;) {
    const batch: Awaited<ReturnType<typeof deleteSessionsOfNext>> = await deleteSessionsOfNext(ctx.db, after, until, peopleAtOnce)
    after = batch.last
    ended += batch.ended
  }
  for (let after: string | undefined = ''; after !== undefined;) {
    const people: string[] = await nextWithGrants(ctx.db, after, peopleAtOnce)
    if (people.length > 0) await deleteOffline(ctx.db, people)
    after = people.at(-1)
  }
  for (let after: string | undefined = ''; after !== undefined;) {
    const behind: string = after
    after = await ctx.db.transaction((tx) => forgetNext(tx, ctx, behind))
  }
  return ended
}
