/**
 * Where the identity provider's answers are kept by session: in efs.iam_token_data, or (TOKEN_STORE) in memcached, which may
 * lose them. Either gets nothing but envelopes that are bound to the name they stand under: one that turns up under
 * another name opens as nobody's.
 */
import type { Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from './database.ts'
import type { MasterKey } from './master-key.ts'
import { memcachedPlace } from './token-memcached.ts'
import { databasePlace } from './token-place.ts'

/** What memcached takes, and so what we take wherever they are kept. */
export const mostBytes = 1_000_000
export const longestName = 250

const purpose = 'token-data'

export interface TokenStore {
  /** Keeps an answer. Errors: `tokens_unavailable`; `invalid_value` for one that is too large. */
  keep(key: string, answer: object, expires: Date): Promise<void>
  /** The answer kept for a session; undefined when there is none any more, wherever it went. */
  find<T extends object>(key: string): Promise<T | undefined>
  /** The same as it is kept. Errors: `tokens_unavailable`. */
  sealed(key: string): Promise<Buffer | undefined>
  /** What was kept, from an envelope; undefined when it is none of ours, or another's. */
  open<T extends object>(key: string, envelope: Buffer): T | undefined
  /** Forgets one; a store that cannot be reached forgets it by itself in time. */
  forget(key: string): Promise<void>
}

/** @param key encrypts what is kept: a data key */
export function openTokenStore(config: Pick<Config, 'TOKEN_STORE'>, db: Pick<Database, 'first' | 'execute'>, key: MasterKey, now: () => Date): TokenStore {
  const place = config.TOKEN_STORE === 'database' ? databasePlace(db, now) : memcachedPlace(config.TOKEN_STORE, now)
  return {
    async keep(name, answer, expires) {
      checkName(name)
      const value = key.encrypt(JSON.stringify(answer), purpose, name)
      if (value.length > mostBytes) throw new GatehouseError('invalid_value', `The answer of the identity provider has more than ${mostBytes} bytes, which is more than is kept.`)
      await place.put(name, value, expires)
    },
    async find<T extends object>(name: string) {
      checkName(name)
      const value = await place.get(name).catch(unlessUnavailable)
      return value && opened<T>(key, value, name)
    },
    async sealed(name) {
      checkName(name)
      return place.get(name)
    },
    open: <T extends object>(name: string, envelope: Buffer) => opened<T>(key, envelope, name),
    async forget(name) {
      await place.remove(name).catch(unlessUnavailable)
    },
  }
}

/** Errors: `invalid_value` for what memcached would refuse, or take for a command. */
function checkName(name: string): void {
  if (!/^[\x21-\x7e]+$/.test(name) || name.length > longestName) throw new GatehouseError('invalid_value', `Tokens are kept under 1 to ${longestName} ASCII characters without spaces.`)
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof GatehouseError) || error.code !== 'tokens_unavailable') throw error
}

/** What does not open was altered, is somebody else's, or of a key that is no more: there is nothing here. */
function opened<T>(key: MasterKey, value: Buffer, name: string): T | undefined {
  try {
    return JSON.parse(key.decrypt(value, purpose, name).toString()) as T
  } catch {
    return undefined
  }
}
