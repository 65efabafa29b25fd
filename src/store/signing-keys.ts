/** The rows of `gatehouse.signing_key`. The private half is encrypted with the master key before it comes here. */
import type { Reader } from './audit-events.ts'
import type { Database } from './database.ts'

export interface SigningKeyRow {
  key_id: string
  purpose: string
  algorithm: string
  /** A JWK, as JSON text. */
  public_key: string
  private_key_encrypted: Buffer
  created_at: string
  retired_at: string | null
}

/** All keys of a purpose, retired ones too, oldest first. */
export async function signingKeys(db: Reader, purpose: string): Promise<SigningKeyRow[]> {
  return db.query<SigningKeyRow>('select * from gatehouse.signing_key where purpose = $1 order by created_at, key_id', [
    purpose,
  ])
}

/** Adds the current key of a purpose; false when another server was first (one key a purpose signs at a time). */
export async function insertSigningKey(
  db: Pick<Database, 'execute'>,
  row: Omit<SigningKeyRow, 'retired_at'>,
): Promise<boolean> {
  const rows = await db.execute(
    `insert into gatehouse.signing_key (key_id, purpose, algorithm, public_key, private_key_encrypted, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [row.key_id, row.purpose, row.algorithm, row.public_key, row.private_key_encrypted, row.created_at],
  )
  return rows === 1
}

/** Retires the current key of a purpose; the next use makes another. */
export async function retireSigningKey(db: Pick<Database, 'execute'>, purpose: string, now: Date): Promise<number> {
  return db.execute('update gatehouse.signing_key set retired_at = $2 where purpose = $1 and retired_at is null', [
    purpose,
    now,
  ])
}

/** Takes away every key of a purpose, both halves: nothing that they signed can be verified any more. Their names, oldest first. */
export async function deleteSigningKeys(db: Pick<Database, 'query'>, purpose: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    'with gone as (delete from gatehouse.signing_key where purpose = $1 returning key_id as id, created_at) select id from gone order by created_at, id', [purpose])
  return rows.map(({ id }) => id)
}

/** Takes away some of the keys of a purpose that were retired before an instant, both halves, passing over what others hold. Their names, oldest first. */
export async function deleteRetiredKeys(db: Pick<Database, 'query'>, purpose: string, before: Date, batch: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `with gone as (delete from gatehouse.signing_key where key_id in (
         select key_id from gatehouse.signing_key where purpose = $1 and retired_at < $2 order by created_at, key_id limit $3 for update skip locked)
       returning key_id as id, created_at)
     select id from gone order by created_at, id`, [purpose, before, batch])
  return rows.map(({ id }) => id)
}

/**
 * Makes a key that waits under a purpose of its own the current one of another; the one before is retired, and its private half
 * is `wiped`. False when it waits no longer.
 */
export async function promoteSigningKey(tx: Pick<Database, 'execute' | 'first'>, { keyId, from, to, wiped }: { keyId: string; from: string; to: string; wiped: (retired: string) => Buffer }, now: Date): Promise<boolean> {
  const waiting = await tx.first('select from gatehouse.signing_key where key_id = $1 and purpose = $2 and retired_at is null for update', [keyId, from])
  if (!waiting) return false
  const retired = await tx.first<{ id: string }>('update gatehouse.signing_key set retired_at = $2 where purpose = $1 and retired_at is null returning key_id as id', [to, now])
  if (retired) await tx.execute('update gatehouse.signing_key set private_key_encrypted = $2 where key_id = $1', [retired.id, wiped(retired.id)])
  await tx.execute('update gatehouse.signing_key set purpose = $2 where key_id = $1', [keyId, to])
  return true
}
