/** SQL on efs.token_revocation: tokens of sessions that have ended, until the issuer has been told. */
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query'>
type Writer = Pick<Database, 'execute'>

export interface DueRevocation {
  tokenKey: string
  portalId: number
  /** The envelope of the tokens; null while memcached has it. */
  sealed: string | null
  attempts: number
  /** Of this letting go: another one has another. */
  generation: string
}

/** Has tokens of a session that never was, or is no more, revoked; a trigger does so with every session that ends. */
export async function letTokensGo(db: Writer, tokenKey: string, portalId: number): Promise<void> {
  await db.execute('select efs.let_tokens_go($1, $2)', [tokenKey, portalId])
}

/** Takes some that are due, or a certain one, away from other servers until a moment; each counts as tried. Our clock counts no less than milliseconds. */
export async function takeRevocations(db: Reader, now: Date, until: Date, most: number, only: string | null): Promise<DueRevocation[]> {
  return db.query(
    `update efs.token_revocation set due_at = $2, attempts = attempts + 1 where token_key in (
       select token_key from efs.token_revocation where case when $4::varchar is null then due_at < $1::timestamptz + interval '1 millisecond' else token_key = $4 end order by due_at limit $3 for update skip locked)
     returning token_key as "tokenKey", portal_id as "portalId", idp_response as sealed, attempts, generation`, [now, until, most, only])
}

/** Keeps what memcached had; whether that is still what is to be revoked. */
export async function keepForRevocation(db: Writer, { tokenKey, generation }: DueRevocation, sealed: string): Promise<boolean> {
  return (await db.execute('update efs.token_revocation set idp_response = $3 where token_key = $1 and generation = $2', [tokenKey, generation, sealed])) > 0
}

/** Done, or given up. What has been let go anew meanwhile stays. */
export async function endRevocation(db: Writer, { tokenKey, generation }: DueRevocation): Promise<void> {
  await db.execute('delete from efs.token_revocation where token_key = $1 and generation = $2', [tokenKey, generation])
}

export async function putOffRevocation(db: Writer, { tokenKey, attempts, generation }: DueRevocation, due: Date): Promise<void> {
  await db.execute('update efs.token_revocation set due_at = $4 where token_key = $1 and generation = $2 and attempts = $3', [tokenKey, generation, attempts, due])
}

/** Of one that was taken and nobody was asked about: that was no attempt. */
export async function giveBackRevocation(db: Writer, { tokenKey, attempts, generation }: DueRevocation, due: Date): Promise<void> {
  await db.execute('update efs.token_revocation set due_at = $4, attempts = attempts - 1 where token_key = $1 and generation = $2 and attempts = $3', [tokenKey, generation, attempts, due])
}

/**
 * Puts off whatever of a portal is due, as if each had been tried; those that had their last attempt are given up. How many were.
 * @param dues when what has failed once, twice and so on is tried next
 */
export async function putOffPortal(db: Pick<Database, 'first'>, portalId: number, now: Date, dues: readonly Date[]): Promise<number> {
  return (await db.first<{ n: number }>(
    `with due as materialized (select token_key, attempts from efs.token_revocation where portal_id = $1 and due_at <= $2 for update skip locked),
       later as (
         update efs.token_revocation r set attempts = r.attempts + 1, due_at = ($3::timestamptz[])[r.attempts + 1] from due
         where r.token_key = due.token_key and due.attempts < cardinality($3::timestamptz[])),
       gone as (delete from efs.token_revocation r using due where r.token_key = due.token_key and due.attempts >= cardinality($3::timestamptz[]) returning 1)
     select count(*)::int as n from gone`, [portalId, now, dues]))!.n
}

/** The same where the issuer has asked for time: that is no attempt. */
export async function delayPortal(db: Writer, portalId: number, now: Date, until: Date): Promise<void> {
  await db.execute(
    `update efs.token_revocation set due_at = $3 where token_key in (
       select token_key from efs.token_revocation where portal_id = $1 and due_at <= $2 for update skip locked)`, [portalId, now, until])
}
