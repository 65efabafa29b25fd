/** Passwords as they are kept: argon2id in PHC form, reckoned off the event loop. */
import { hash, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'

export interface HashCost {
  memoryKiB: number
  passes: number
  lanes: number
}

const options = ({ memoryKiB, passes, lanes }: HashCost) => ({ memoryCost: memoryKiB, timeCost: passes, parallelism: lanes })

export function hashPassword(clear: string, cost: HashCost): Promise<string> {
  return hash(clear.normalize('NFC'), options(cost))
}

const decoys = new Map<string, Promise<string>>()

/** A hash that nothing matches, of the same cost: where there is no password, the answer takes as long. */
function decoy(cost: HashCost): Promise<string> {
  const key = JSON.stringify(cost)
  const known = decoys.get(key) ?? hashPassword(randomBytes(32).toString('hex'), cost)
  decoys.set(key, known)
  return known
}

/** Whether a password is the one that is kept, and whether it should be hashed anew. Always one argon2id, whatever is kept. */
export async function verifyPassword(stored: string | null, clear: string, cost: HashCost): Promise<{ ok: boolean; stale: boolean }> {
  const known = stored?.startsWith('$argon2id$') === true ? stored : undefined
  const ok = await verify(known ?? (await decoy(cost)), clear.normalize('NFC')).catch(() => false)
  return { ok: ok && known !== undefined, stale: known !== undefined && !known.includes(`$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$`) }
}
