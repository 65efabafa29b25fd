/** SQL on AUTH_STATE: the sessions of people. The id of one is a hash of what the browser holds, and so no secret. */
import { sessionAttributes } from '../model/listings.ts'
import type { Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

/** Sessions, the newest first; to be narrowed to one person, by `user_id`. */
export const sessionListing: Listing = {
  name: 'Session', idColumn: 'session_id', attributes: sessionAttributes, collections: [], order: ['started'], descending: true,
  table: `(select s.*, case when s.is_new_flags & 1 <> 0 then 'Y' else 'N' end as new_device, case when s.is_new_flags & 2 <> 0 then 'Y' else 'N' end as new_network
    from auth_state s)`,
}

/** Removes one session of a person, or all of them; the ids of those that were there. */
export async function deleteSessions(tx: Transaction, userId: string, sessionId?: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'delete from auth_state where user_id = $1 and ($2::text is null or session_id = $2) returning session_id as id', [userId, sessionId ?? null])
  return rows.map((row) => row.id).toSorted()
}

/** Whether there is such a person. */
export async function hasUser(db: Pick<Transaction, 'first'>, userId: string): Promise<boolean> {
  return (await db.first('select from users where user_id = $1', [userId])) !== undefined
}
