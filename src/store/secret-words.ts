/** SQL on SECRET_WORD and SECRET_FAIL_COUNT. An attempt is counted before it is judged, so that none at once go free. */
import type { Transaction } from './database.ts'

export interface SecretWordState {
  hash: string | null
  /** Attempts counted, this one included. */
  attempts: number
}

/** Counts an attempt and holds the person; undefined when there is no such person. Over `most` it counts no further. */
export async function countSecretAttempt(tx: Transaction, userId: string, most: number): Promise<SecretWordState | undefined> {
  return tx.first(
    `update users set secret_fail_count = least(coalesce(secret_fail_count, 0) + 1, $2::integer + 1) where user_id = $1 returning secret_word as hash, secret_fail_count as attempts`, [userId, most])
}

/** The word was right, and still is the word. */
export async function clearSecretAttempts(tx: Transaction, userId: string, hash: string): Promise<void> {
  await tx.execute('update users set secret_fail_count = 0 where user_id = $1 and secret_word = $2', [userId, hash])
}
