/** What an argon2id costs here: OWASP's minimum. */
import type { HashCost } from './password-hash.ts'

export const hashCost = (_config: unknown): HashCost => ({ memoryKiB: 19456, passes: 2, lanes: 1 })
