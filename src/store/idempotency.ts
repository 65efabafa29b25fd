/** SQL on gatehouse.idempotency_key. */
import type { Database, Transaction } from './database.ts'

export interface IdempotencyRow {
  principal: string
  keyHash: Buffer
  method: string
  path: string
  bodyHash: Buffer
}

interface Known {
  method: string
  path: string
  bodyHash: Buffer
  status: number | null
  headers: unknown
  body: unknown
}

/** What is known of a key that came after `oldest`. */
export async function readKey(db: Pick<Database, 'first'>, principal: string, keyHash: Buffer, oldest: Date): Promise<Known | undefined> {
  const row = await db.first<Omit<Known, 'body'> & { response: string | null }>(
    `select method, path, body_hash as "bodyHash", status, response_headers as headers, response from gatehouse.idempotency_key
     where principal = $1 and key_hash = $2 and created_at > $3`, [principal, keyHash, oldest], 'read_idempotency_key')
  return row && { ...row, body: row.response === null ? null : (JSON.parse(row.response) as unknown) }
}

/** Notes a key; false when another request holds it. */
export async function insertKey(tx: Transaction, row: IdempotencyRow, now: Date): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into gatehouse.idempotency_key (principal, key_hash, method, path, body_hash, created_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [row.principal, row.keyHash, row.method, row.path, row.bodyHash, now], 'insert_idempotency_key')
  return inserted > 0
}

/** Keeps the answer for the next time. */
export async function saveAnswer(db: Pick<Database, 'execute'>, row: IdempotencyRow, answer: { status: number; headers: unknown; body: unknown }): Promise<void> {
  await db.execute(
    `update gatehouse.idempotency_key set status = $3, response_headers = $4, response = $5 where principal = $1 and key_hash = $2`,
    [row.principal, row.keyHash, answer.status, JSON.stringify(answer.headers), answer.body === undefined ? null : JSON.stringify(answer.body)], 'save_idempotency_answer')
}

/** Forgets this key when it is past its time, so that it can be used anew. */
export async function forgetKeysBefore(tx: Transaction, principal: string, keyHash: Buffer, oldest: Date): Promise<void> {
  await tx.execute('delete from gatehouse.idempotency_key where principal = $1 and key_hash = $2 and created_at <= $3', [principal, keyHash, oldest])
}

/** Blanks the answers that tell of a person. Their keys stay, so that no request is carried out twice. */
export async function blankAnswers(tx: Transaction, userId: string): Promise<void> {
  await tx.execute(
    `update gatehouse.idempotency_key set status = null, response = null, response_headers = null
     where position($1 in path) > 0 or position($1 in response) > 0`, [userId])
}

/** Forgets some of the keys past their time; how many. */
export async function sweepKeys(db: Pick<Database, 'execute'>, oldest: Date, batch: number): Promise<number> {
  return db.execute(
    `delete from gatehouse.idempotency_key where (principal, key_hash) in (
       select principal, key_hash from gatehouse.idempotency_key where created_at <= $1 limit $2 for update skip locked)`, [oldest, batch])
}
