/**
 * Passwords as they are stored: argon2id (RFC 9106) as a PHC string, made and verified in libuv's threads, never on the event loop.
 * Whoever is asked about, and whatever is stored, costs one argon2id at the configured cost at least, and a second one where the text
 * has letters that are written in two forms: how long an answer takes does not tell whether there is such a person, or a password.
 */
import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2'
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { argon2Setting, verifyForeign } from './password-foreign.ts'

/** What a hash costs: memory, passes over it, and lanes that could be filled side by side. */
export interface HashCost {
  memoryKiB: number
  passes: number
  lanes: number
}

export const costOf = (config: Pick<Config, 'PASSWORD_HASH_MEMORY_KIB' | 'PASSWORD_HASH_PASSES' | 'PASSWORD_HASH_LANES'>): HashCost =>
  ({ memoryKiB: config.PASSWORD_HASH_MEMORY_KIB, passes: config.PASSWORD_HASH_PASSES, lanes: config.PASSWORD_HASH_LANES })

/**
 * The most attempts whose hashes are worked out or wait for it at once in one server. At the least
 * cost two cores are done with all of these in a second or two, and nobody waits longer for a password that is right.
 */
export const mostHashing = 64

/** So many run side by side, one a core: more would push each other's memory out of the caches, and all take longer. */
const atOnce = Math.min(4, availableParallelism())

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < atOnce) running++
  else await new Promise<void>((turn) => waiting.push(turn))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

const hash: typeof argon2Hash = (...given) => inTurn(() => argon2Hash(...given))
const verify: typeof argon2Verify = (...given) => inTurn(() => argon2Verify(...given))

let hashing = 0
const admitted = new AsyncLocalStorage<true>()

/**
 * Does work that needs hashes where there is room for it, or else refuses it before anything is counted or written. What
 * is done within has room already, so an attempt is never broken off in its middle. Errors: `busy`.
 */
export async function withRoomToHash<T>(work: () => Promise<T>): Promise<T> {
  if (admitted.getStore()) return work()
  if (hashing >= mostHashing) throw new GatehouseError('busy', 'As many passwords are being looked at as this server takes on at once; try again in a few seconds.')
  hashing++
  try {
    return await admitted.run(true, work)
  } finally {
    hashing--
  }
}

/** For work of the server itself, which sets its own pace and is not to fail because strangers press in. */
export const hashAtOwnPace = <T>(work: () => Promise<T>): Promise<T> => admitted.run(true, work)

/** The most characters (UTF-16) a password may have; none is ever cut. */
export const longestPassword = 1024

const options = ({ memoryKiB, passes, lanes }: HashCost) => ({ memoryCost: memoryKiB, timeCost: passes, parallelism: lanes })

/** The same password typed on another keyboard is the same password. */
const normal = (clear: string): string => clear.normalize('NFC')

/**
 * The texts that a password is looked for by: composed, as ours are hashed, and where it has letters of which this is not the
 * only form, as other systems may have hashed it: as it was typed, or else decomposed.
 */
function formsOf(clear: string): [string, ...string[]] {
  const composed = normal(clear)
  const other = clear === composed ? clear.normalize('NFD') : clear
  return other === composed ? [composed] : [composed, other]
}

/** The PHC string of a password, in NFC. Errors: `invalid_value` beyond 1024 characters, `busy`. */
export async function hashPassword(clear: string, cost: HashCost): Promise<string> {
  if (clear.length > longestPassword) throw new GatehouseError('invalid_value', `A password may have at most ${longestPassword} characters.`)
  return withRoomToHash(() => hash(normal(clear), options(cost)))
}

/**
 * Whether `clear` is the password behind `stored`, which may be null, ours, foreign or broken. `stale`: it is, and should be
 * hashed anew, because the hash is foreign or cost another amount than it would today: one that costs more would answer later than
 * where nobody is, as long as it is there. Errors: `busy`.
 */
export function verifyPassword(stored: string | null, clear: string, cost: HashCost): Promise<{ ok: boolean; stale: boolean }> {
  return withRoomToHash(() => verifyAtCost(stored, clear, cost))
}

async function verifyAtCost(stored: string | null, clear: string, cost: HashCost): Promise<{ ok: boolean; stale: boolean }> {
  const fits = clear.length <= longestPassword
  const setting = stored === null ? undefined : argon2Setting(stored)
  const parts = ['memoryKiB', 'passes', 'lanes'] as const
  const foreign = setting === undefined || setting.kind !== 'argon2id'
  const cheaper = foreign || parts.some((part) => setting[part] < cost[part])
  const stale = foreign || parts.some((part) => setting[part] !== cost[part])
  // Side by side: of the two, the one that takes longer is what the answer takes.
  const [found] = await Promise.all([
    fits && stored !== null ? matches(stored, clear) : undefined,
    (!fits || stored === null || cheaper) && costAsMuch(fits ? formsOf(clear) : [''], cost),
  ])
  return { ok: found !== undefined, stale: found !== undefined && (stale || found !== normal(clear)) }
}

/** As many argon2id as a wrong password costs whoever has one of ours: as many as the text has forms. */
async function costAsMuch(forms: readonly string[], cost: HashCost): Promise<void> {
  for (const form of forms) await verify(await decoy(cost), form)
}

/** The same without the cost of a decoy: for earlier passwords, whose owner is known already. Errors: `busy`. */
export async function isPasswordOf(stored: string, clear: string): Promise<boolean> {
  return clear.length <= longestPassword && (await withRoomToHash(() => matches(stored, clear))) !== undefined
}

/** The form of a text that is the password behind a stored value; undefined when none is. */
async function matches(stored: string, clear: string): Promise<string | undefined> {
  // A bare PHC string may have been brought along like any other: no sign in it says who hashed, and in what form.
  const ours = argon2Setting(stored) !== undefined
  for (const form of ours ? formsOf(clear) : new Set([normal(clear), clear])) {
    if (ours ? await verify(stored, form).catch(() => false) : await verifyForeign(stored, form)) return form
  }
  return undefined
}

const decoys = new Map<string, Promise<string>>()

/** A hash of nothing anybody knows, made once for each cost. */
function decoy(cost: HashCost): Promise<string> {
  const key = Object.values(options(cost)).join()
  let made = decoys.get(key)
  if (!made) {
    made = hash(randomBytes(32), options(cost))
    decoys.set(key, made)
    made.catch(() => decoys.delete(key))
  }
  return made
}
