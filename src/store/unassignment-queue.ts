/**
 * The two queues of accounts whose panelist or administrator is gone (triggers fill them, migration 0007), and what
 * still speaks for such an account.
 */
import { queuedAccountAttributes } from '../model/listings.ts'
import { closingSecondaryStatuses, linkStatus } from '../model/link-statuses.ts'
import { openStatuses } from '../model/user-statuses.ts'
import type { Database, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query'>

const queueOf = {
  panelist: 'efs.iam_portal_user_group_unassignment_queue',
  admin: 'efs.iam_user_unassignment_queue',
} as const

export interface QueueRow {
  population: 'panelist' | 'admin'
  id: number
  user_id: number
  uuid: string | null
  email: string | null
  /** The person, as long as the panelist or administrator is there (one portal of two may have been left). */
  person_id: string | null
}

/** A page of a queue, oldest first. */
export async function readQueue(
  db: Reader, population: 'panelist' | 'admin', after: number, limit: number,
): Promise<QueueRow[]> {
  const people = population === 'panelist' ? 'efs.panelists' : 'efs.users'
  return db.query<QueueRow>(
    `select '${population}' as population, q.id, q.user_id, q.uuid, q.email, p.person_id
     from ${queueOf[population]} q left join ${people} p on p.uid = q.user_id
     where q.id > $1 order by q.id limit $2`,
    [after, limit],
  )
}

/** Removes entries once their accounts are dealt with; one queued anew since (another uuid) stays. */
export async function closeQueueEntry(
  tx: Pick<Transaction, 'execute'>, population: 'panelist' | 'admin', id: number, uuid: string | null,
): Promise<void> {
  await tx.execute(`delete from ${queueOf[population]} where id = $1 and uuid is not distinct from $2`, [id, uuid])
}

/** Queues an account directly: for a person who vanished while their account was being made. */
export async function queueAccount(
  tx: Pick<Transaction, 'execute'>, population: 'panelist' | 'admin', uid: number, uuid: string, email: string | null,
): Promise<void> {
  await tx.execute(
    `insert into ${queueOf[population]} (user_id, uuid, email) values ($1, $2, left($3, 255))
     on conflict (user_id) do update set uuid = excluded.uuid, updated_at = now()`,
    [uid, uuid, email],
  )
}

export interface Standing {
  uuid: string
  /** Portals in which the account is referred to, or whose members include the person while they are active. */
  portals: number[]
  /** Whether a live reference, a wanted membership or an administrator's role is left. */
  wanted: boolean
}

/** What still speaks for some accounts. `person_id` may be null where nobody knows whose account it was. */
export async function standingOf(
  db: Reader, accounts: readonly { uuid: string; person_id: string | null }[],
): Promise<Map<string, Standing>> {
  const rows = await db.query<Standing>(
    `with q as (select * from jsonb_to_recordset($1) as q(uuid text, person_id text)), speaks as (
       select q.uuid, r.portal_id, coalesce(r.status, $2) = $2 as live
       from q join efs.iam_portal_user_reference r on r.uuid = q.uuid
       union all
       select q.uuid, null, coalesce(a.status, $2) = $2 from q join efs.iam_user_reference a on a.uuid = q.uuid
       union all
       select q.uuid, m.portal_id, true
       from q join public.users u on u.user_id = q.person_id
         join efs.panelists p on p.person_id = u.user_id join efs.portal_panelist m on m.user_id = p.uid
       where ${wantedSql}
       union all
       select q.uuid, null, true
       from q join public.users u on u.user_id = q.person_id join efs.users e on e.person_id = u.user_id
       where ${wantedSql}
     )
     select uuid, coalesce(array_agg(distinct portal_id) filter (where portal_id is not null and live), '{}') as portals,
       bool_or(live) as wanted
     from speaks group by uuid`,
    [JSON.stringify(accounts), linkStatus.ASSIGNED],
  )
  return new Map(rows.map((row) => [row.uuid, row]))
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ')

/** `mayHaveAccount` over a row of USERS with the alias `u`. */
const wantedSql = `u.status in (${quoted(openStatuses)})
         and coalesce(u.secondary_status, '') not in (${quoted(closingSecondaryStatuses)})`

/** The queue of panelists' accounts as it stands, in order. */
export const queueListing: Listing = { name: 'QueuedAccount', table: queueOf.panelist, idColumn: 'id', attributes: queuedAccountAttributes, collections: [], order: ['id'] }
