/** SQL on gatehouse.oidc_logout: clients that have still to be told that a session has ended. */
import type { Database } from './database.ts'

export interface DueLogout {
  clientId: string
  sid: string
  userId: string
  attempts: number
}

/** Notes that clients are to be told. One that is no more is none. */
export async function insertLogouts(db: Pick<Database, 'execute'>, logouts: readonly DueLogout[], due: Date, now: Date): Promise<void> {
  await db.execute(
    `insert into gatehouse.oidc_logout (client_id, sid, user_id, attempts, due_at, created_at)
     select v.client_id, v.sid, v.user_id, v.attempts, $5, $6 from unnest($1::text[], $2::text[], $3::text[], $4::int[]) v(client_id, sid, user_id, attempts)
     join gatehouse.oidc_client c on c.client_id = v.client_id and c.backchannel_logout_uri is not null on conflict do nothing`,
    [logouts.map((one) => one.clientId), logouts.map((one) => one.sid), logouts.map((one) => one.userId), logouts.map((one) => one.attempts), due, now])
}

/** Whether anybody is to be told now. */
export async function hasDueLogouts(db: Pick<Database, 'first'>, now: Date): Promise<boolean> {
  return (await db.first('select from gatehouse.oidc_logout where due_at <= $1 limit 1', [now])) !== undefined
}

/**
 * Takes some that are due away from other servers until a moment, by turns of the clients that wait; each counts as tried. Those of
 * a client come oldest first.
 */
export async function takeLogouts(db: Pick<Database, 'query'>, now: Date, until: Date, most: number): Promise<DueLogout[]> {
  return db.query(
    `with due as materialized (
       select client_id, sid, turn, due_at from gatehouse.oidc_client c cross join lateral (
         select sid, due_at, row_number() over (order by due_at) as turn from (
           select sid, due_at from gatehouse.oidc_logout where client_id = c.client_id and due_at <= $1 order by due_at limit $3 for update skip locked) l) l
       order by turn, due_at limit $3),
     taken as (
       update gatehouse.oidc_logout l set due_at = $2, attempts = attempts + 1 from due
       where l.client_id = due.client_id and l.sid = due.sid returning l.client_id, l.sid, l.user_id, l.attempts, due.turn)
     select client_id as "clientId", sid, user_id as "userId", attempts from taken order by turn`, [now, until, most])
}

/** Done, or given up. */
export async function endLogout(db: Pick<Database, 'execute'>, { clientId, sid }: DueLogout): Promise<void> {
  await db.execute('delete from gatehouse.oidc_logout where client_id = $1 and sid = $2', [clientId, sid])
}

export async function putOffLogout(db: Pick<Database, 'execute'>, { clientId, sid, attempts }: DueLogout, due: Date): Promise<void> {
  await db.execute('update gatehouse.oidc_logout set due_at = $4 where client_id = $1 and sid = $2 and attempts = $3', [clientId, sid, attempts, due])
}

/**
 * Puts off whatever of a client is due, as if each had been tried; those that had their last attempt are given up. How many were.
 * @param dues when what has failed once, twice and so on is tried next
 */
export async function putOffClient(db: Pick<Database, 'first'>, clientId: string, now: Date, dues: readonly Date[]): Promise<number> {
  return (await db.first<{ n: number }>(
    `with due as materialized (select sid, attempts from gatehouse.oidc_logout where client_id = $1 and due_at <= $2 for update skip locked),
       later as (
         update gatehouse.oidc_logout l set attempts = l.attempts + 1, due_at = ($3::timestamptz[])[l.attempts + 1] from due
         where l.client_id = $1 and l.sid = due.sid and due.attempts < cardinality($3::timestamptz[])),
       gone as (delete from gatehouse.oidc_logout l using due where l.client_id = $1 and l.sid = due.sid and due.attempts >= cardinality($3::timestamptz[]) returning 1)
     select count(*)::int as n from gone`, [clientId, now, dues]))!.n
}

/** Nobody is told any more of somebody who is erased: that would take their id. */
export async function forgetLogouts(db: Pick<Database, 'execute'>, userId: string): Promise<void> {
  await db.execute('delete from gatehouse.oidc_logout where user_id = $1', [userId])
}
