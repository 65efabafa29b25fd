/**
 * API keys: bearer tokens for programs. A key is `gh_` and 256 random bits in base64url; the server keeps its SHA-256
 * in USER_KEY, so that the stored row is useless to a thief, and shows the key once, when it is made.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Authority, Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import type { Document } from '../model/attribute.ts'
import { everyRight, knownRights } from '../model/own-access.ts'
import { refuseName } from '../model/shown-name.ts'
import { keys } from '../model/user-links.ts'
import { guardPeople, refuseSystem } from '../records/guard.ts'
import { countKeys, deleteKey, findKey, insertKey, keyListing, readKey, touchKey, type FoundKey } from '../store/api-keys.ts'
import { isOfSystem, lockPerson } from '../store/user-rows.ts'
import type { Row } from '../store/database.ts'
import { documentOfRow, allRows } from '../store/list-rows.ts'
import { findDeepRights, findPersonNow } from '../store/own-access.ts'
import { findReach } from '../store/reach.ts'

export const scopes = ['read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

export interface Identity {
  userId: string | null
  /** What they showed, in words: the key's name, which keys of other people may have too. */
  principal: string
  /** Which key it was, one of a kind. */
  keyId: string
  scopes: readonly Scope[]
  authority: Authority
  /** It was an API key of a person, which may be revoked. */
  isApiKey?: true
}

export interface NewKey {
  userId: string
  name: string
  scopes: readonly Scope[]
  /** When it ceases to work; null never. */
  expires: string | null
}

/** admin implies write, write implies read. */
export function impliedScopes(given: readonly string[]): Scope[] {
  const highest = Math.max(...given.map((one) => scopes.indexOf(one as Scope)))
  return scopes.slice(0, highest + 1)
}

const digest = (token: string) => createHash('sha256').update(token).digest()

/**
 * Makes a key. The token is in the answer and nowhere else. Errors: `invalid_value`, `already_exists`,
 * `invalid_reference`, `system_record`, `forbidden` for a person who has more rights than whoever makes it.
 */
export async function createKey(ctx: Context, key: NewKey): Promise<{ id: string; token: string }> {
  const wrong = key.scopes.length === 0 || key.scopes.some((one) => !scopes.includes(one))
  refuseName(key.name)
  if (wrong) throw new GatehouseError('invalid_value', `scopes: must be among ${scopes.join(', ')}.`)
  const now = ctx.now()
  if (key.expires !== null && Date.parse(key.expires) <= now.getTime()) throw new GatehouseError('invalid_value', 'expires: must lie ahead.')
  const token = `gh_${randomBytes(32).toString('base64url')}`
  const id = ctx.newId()
  await ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, [key.userId])
    // People make keys of their own: not without end, and not a hundred side by side.
    await lockPerson(tx, key.userId)
    refuseSystem({ id: key.userId, systemFlag: await isOfSystem(tx, key.userId) })
    if ((await countKeys(tx, key.userId)) >= keys.limit) throw new GatehouseError('invalid_value', `A person may have at most ${keys.limit} keys; remove one first.`)
    await insertKey(tx, { id, userId: key.userId, name: key.name, hash: digest(token), scopes: key.scopes.join(' '), expires: key.expires, created: now.toISOString(), createdBy: ctx.actor.userId })
    const after = { type: 'API', name: key.name, scopes: key.scopes, expires: key.expires }
    await recordEvents(tx, ctx, [{ action: 'user.keys.add', targetType: 'User', targetId: key.userId, result: 'SUCCESS', changes: [{ path: `keys[${id}]`, after }] }])
  })
  return { id, token }
}

/** A key ceases to work at once. Errors: `not_found`, `forbidden` for the key of somebody with more rights. */
export async function revokeKey(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const key = await deleteKey(tx, id)
    if (!key) throw new GatehouseError('not_found', `There is no API key with the id ${id}.`)
    await guardPeople(tx, ctx, [key.userId])
    const before = { type: 'API', name: key.name, scopes: key.scopes }
    await recordEvents(tx, ctx, [{ action: 'user.keys.remove', targetType: 'User', targetId: key.userId, result: 'SUCCESS', changes: [{ path: `keys[${id}]`, before }] }])
  })
}

/** All API keys, without their tokens, which nobody has. */
export async function listKeys(ctx: Pick<Context, 'db'>): Promise<Document[]> {
  return (await allRows(ctx.db, keyListing)).map(keyOfRow)
}

/** One key. Errors: `not_found`. */
export async function readApiKey(ctx: Pick<Context, 'db'>, id: string): Promise<Document> {
  const row = await readKey(ctx.db, id)
  if (!row) throw new GatehouseError('not_found', `There is no API key with the id ${id}.`)
  return keyOfRow(row)
}

/** As the answer that makes a key has it: scopes as a list. */
export function keyOfRow(row: Row): Document {
  return { ...documentOfRow(keyListing, row), scopes: (row.scopes as string).split(' ') }
}

/**
 * Who a bearer token belongs to and what they may do, or undefined. The token of the setting GATEHOUSE_API_KEY has every
 * right. A person who may not sign in cannot use their keys either.
 */
export async function authenticate(ctx: Pick<Context, 'db' | 'config' | 'now'>, token: string): Promise<Identity | undefined> {
  const hash = digest(token)
  const configured = ctx.config.GATEHOUSE_API_KEY
  if (configured !== undefined && timingSafeEqual(hash, digest(configured))) {
    return { userId: null, principal: 'GATEHOUSE_API_KEY', keyId: 'GATEHOUSE_API_KEY', scopes, authority: { rights: 'all' } }
  }
  if (!token.startsWith('gh_')) return undefined
  const now = ctx.now().toISOString()
  const row = await findKey(ctx.db, hash, now)
  if (!row || !row.active || (row.expires !== null && row.expires <= now)) return undefined
  if (row.lastUsed === null || Date.parse(now) - Date.parse(row.lastUsed) > 3_600_000) await touchKey(ctx.db, row.id, now)
  const { id: keyId, userId } = row
  return { userId, principal: `key ${row.name}`, keyId, scopes: impliedScopes(row.scopes.split(' ')), authority: await authorityOf(ctx.db, row, now), isApiKey: true }
}

/**
 * What a caller may do by now, whose request goes on behind its answer; undefined once they may not sign in, or their key
 * has been revoked or has expired. A session or access token may end meanwhile: nobody has to stay signed in for it.
 */
export async function authorityNow(ctx: Pick<Context, 'db' | 'now'>, { userId, keyId, authority, isApiKey }: Identity): Promise<Authority | undefined> {
  if (userId === null) return authority
  const at = ctx.now().toISOString()
  const key = isApiKey ? await readKey(ctx.db, keyId) : undefined
  if (isApiKey && (!key || (key.expires_at !== null && String(key.expires_at) <= at))) return undefined
  const found = await findPersonNow(ctx.db, userId, at)
  return found?.active ? authorityOf(ctx.db, found, at) : undefined
}

/** What a person may do at this moment, by the rights that were found along with their key, token or session. */
export async function authorityOf(db: Context['db'], { userId, rights, deep, restricted }: Pick<FoundKey, 'userId' | 'rights' | 'deep' | 'restricted'>, at: string): Promise<Authority> {
  const known = knownRights(deep ? [...rights, ...(await findDeepRights(db, userId, at))] : rights)
  const reach = restricted ? await findReach(db, userId, at) : undefined
  return { rights: known.size === everyRight.length ? 'all' : known, ...(reach ? { reach } : {}) }
}
