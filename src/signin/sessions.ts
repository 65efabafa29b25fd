/** The verbs on sessions: what an administrator does with those of somebody else, and people with their own. */
import { recordEvents } from '../audit/record.ts'
import { guardPeople } from '../records/guard.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { deleteSessions, hasUser } from '../store/sessions.ts'

/** Errors: `not_found` when there is no such person. */
export async function checkUser(db: Pick<Database, 'first'>, userId: string): Promise<void> {
  if (!(await hasUser(db, userId))) throw new GatehouseError('not_found', `There is no user with the id ${userId}.`)
}

/** Ends one session of a person at once, or all of them but `but`; how many. Errors: `not_found` for the person, or for that session. */
export async function endSessions(ctx: Context, userId: string, sessionId?: string, but?: string): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const ended = await deleteSessions(tx, userId, sessionId, but)
    if (sessionId !== undefined && ended.length === 0) throw new GatehouseError('not_found', `This person has no session ${sessionId}.`)
    if (ended.length === 0) return 0
    const changes = ended.map((id) => ({ path: `sessions[${id}]`, before: id }))
    await recordEvents(tx, ctx, [{ action: 'user.sessions.end', targetType: 'User', targetId: userId, result: 'SUCCESS', changes }])
    return ended.length
  })
}
