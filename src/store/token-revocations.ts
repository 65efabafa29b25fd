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
}

/** Has tokens of a session that never was, or is no more, revoked; a trigger does so with every session that ends. */
export async function letTokensGo(db: Writer, tokenKey: string, portalId: number): Promise<void> {
  await db.execute('select efs.let_tokens_go($1, $2)', [tokenKey, portalId])
}

/** Takes some that are due, or a certain one, away from other servers until a moment; each counts as tried. */
export async function takeRevocations(db: Reader, now: Date, until: Date, most: number, only: string | null): Promise<DueRevocation[]> {
  return db.query(
    `update efs.token_revocation set due_at = $2, attempts = attempts + 1 where token_key in (
       select token_key from efs.token_revocation where case when $4::varchar is null then due_at <= $1 else token_key = $4 end order by due_at limit $3 for update skip locked)
     returning token_key as "tokenKey", portal_id as "portalId", idp_response as sealed, attempts`, [now, until, most, only])
}

/** Keeps what memcached had. */
export async function keepForRevocation(db: Writer, { tokenKey }: DueRevocation, sealed: string): Promise<void> {
  await db.execute('update efs.token_revocation set idp_response = $2 where token_key = $1', [tokenKey, sealed])
}

/** Done, or given up. What has been let go anew meanwhile stays. */
export async function endRevocation(db: Writer, { tokenKey, attempts }: DueRevocation): Promise<void> {
  await db.execute('delete from efs.token_revocation where token_key = $1 and attempts = $2', [tokenKey, attempts])
}

export async function putOffRevocation(db: Writer, { tokenKey, attempts }: DueRevocation, due: Date): Promise<void> {
  await db.execute('update efs.token_revocation set due_at = $3 where token_key = $1 and attempts = $2', [tokenKey, attempts, due])
}
