/** SQL on API keys, which stand in USER_KEY with a hash instead of a value. */
import { apiKeyAttributes } from '../model/listings.ts'
import type { Database, Row, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

export interface KeyRow {
  id: string
  userId: string
  name: string
  hash: Buffer
  scopes: string
  expires: string | null
  created: string | null
  createdBy: string | null
}

const shown = `k.user_key_id as id, k.user_id as "userId", k.name, k.scopes, k.expires_at as expires, k.create_date as created, k.created_by as "createdBy", k.last_used_at as "lastUsed"`

/** The key with this hash, and whether its person may sign in. */
export async function findKey(db: Pick<Database, 'first'>, hash: Buffer): Promise<(Omit<KeyRow, 'hash'> & { lastUsed: string | null; active: boolean }) | undefined> {
  return db.first(
    `select ${shown}, (u.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and u.secondary_status is null) as active
     from user_key k join users u on u.user_id = k.user_id where k.key_hash = $1`, [hash], 'find_api_key')
}

export async function insertKey(tx: Transaction, key: KeyRow): Promise<void> {
  await tx.execute(
    `insert into user_key (user_key_id, user_id, name, key_type, key_hash, scopes, expires_at, create_date, created_by) values ($1, $2, $3, 'API', $4, $5, $6, $7, $8)`,
    [key.id, key.userId, key.name, key.hash, key.scopes, key.expires, key.created, key.createdBy])
}

export async function deleteKey(tx: Transaction, id: string): Promise<{ userId: string; name: string; scopes: string } | undefined> {
  return tx.first(`delete from user_key where user_key_id = $1 and key_hash is not null returning user_id as "userId", name, scopes`, [id])
}

/** API keys, in the order they were made. */
export const keyListing: Listing = {
  name: 'ApiKey', idColumn: 'user_key_id', attributes: apiKeyAttributes, collections: [], order: ['id'],
  table: '(select user_key_id, user_id, name, scopes, expires_at, create_date, created_by, last_used_at from user_key where key_hash is not null)',
}

/** An API key, or undefined. */
export async function readKey(db: Pick<Database, 'first'>, id: string): Promise<Row | undefined> {
  return db.first(`select k.* from ${keyListing.table} k where k.user_key_id = $1`, [id])
}

/** When the key was last used, to the hour: not every request writes. */
export async function touchKey(db: Pick<Database, 'execute'>, id: string, at: string): Promise<void> {
  await db.execute('update user_key set last_used_at = $2 where user_key_id = $1', [id, at])
}
