/** The policy that governs a person's password. */
import type { Database } from '../store/database.ts'

export interface PasswordPolicy {
  minLength: number
  /** Wrong passwords in a row until the login is locked. */
  lockoutFailures: number
  /** Minutes until it opens by itself; 0 never. */
  autoUnlockMinutes: number
  /** Days before the end from which on people are told. */
  warnDays: number
}

const fixed: PasswordPolicy = { minLength: 8, lockoutFailures: 10, autoUnlockMinutes: 30, warnDays: 5 }

export async function policyOf(_db: Pick<Database, 'query'>, _userId: string): Promise<PasswordPolicy> {
  return fixed
}
