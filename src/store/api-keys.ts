/** SQL on API keys, which stand in USER_KEY with a hash instead of a value. */
import { apiKeyAttributes } from '../model/listings.ts'
import { personCounts } from './access-walk.ts'
import type { Database, Row, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'
import { ownRightsSql } from './own-access.ts'

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

export interface FoundKey extends Omit<KeyRow, 'hash'> {
  lastUsed: string | null
  /** Whether its person may sign in. */
  active: boolean
  /** What its person may do in Gatehouse: `PEOPLE READ`. */
  rights: string[]
  /** Whether more of them may come by resources below ours. */
  deep: boolean
  /** Whether delegations say whom its person may administer. */
  restricted: boolean
}

const { ctes, rights, deep } = ownRightsSql('(select user_id from k)', '$2::timestamptz')

// One statement a request, and nothing kept from it: whatever is taken from a person is gone at the next one.
export const findKeySql = `with recursive k as materialized (
   select k.*, ${personCounts('$2', false)} as active from user_key k join users u on u.user_id = k.user_id where k.key_hash = $1),
   ${ctes}
   select ${shown}, k.active, ${rights} as rights, ${deep} as deep, exists (select from gatehouse.delegation d where d.user_id = k.user_id) as restricted from k`

/** The key with this hash, with its person's rights at this moment. */
export async function findKey(db: Pick<Database, 'first'>, hash: Buffer, at: string): Promise<FoundKey | undefined> {
  return db.first(findKeySql, [hash, at], 'find_api_key')
}

export async function insertKey(tx: Transaction, key: KeyRow): Promise<void> {
  await tx.execute(
    `insert into user_key (user_key_id, user_id, name, key_type, key_hash, scopes, expires_at, create_date, created_by) values ($1, $2, $3, 'API', $4, $5, $6, $7, $8)`,
    [key.id, key.userId, key.name, key.hash, key.scopes, key.expires, key.created, key.createdBy])
}

/** How many keys of any kind a person has. */
export async function countKeys(tx: Transaction, userId: string): Promise<number> {
  return (await tx.first<{ count: number }>('select count(*)::int as count from user_key where user_id = $1', [userId]))!.count
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
