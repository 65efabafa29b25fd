/** A place where tokens are kept, and the one that is there without any setting: efs.iam_token_data. */
import type { Database } from './database.ts'

/** Keeps bytes under a name for a while. Errors: `tokens_unavailable`. */
export interface TokenPlace {
  put(name: string, value: Buffer, expires: Date): Promise<void>
  get(name: string): Promise<Buffer | undefined>
  remove(name: string): Promise<void>
}

export function databasePlace(db: Pick<Database, 'first' | 'execute'>, now: () => Date): TokenPlace {
  return {
    async put(name, value, expires) {
      await db.execute(
        `insert into efs.iam_token_data (session_id, idp_response, expires_at) values ($1, $2, $3)
         on conflict (session_id) do update set idp_response = excluded.idp_response, expires_at = excluded.expires_at`, [name, value.toString('base64'), expires])
    },
    async get(name) {
      const row = await db.first<{ value: string | null }>('select idp_response as value from efs.iam_token_data where session_id = $1 and expires_at > $2', [name, now()])
      return row?.value == null ? undefined : Buffer.from(row.value, 'base64')
    },
    async remove(name) {
      await db.execute('delete from efs.iam_token_data where session_id = $1', [name])
    },
  }
}
