/** Factors as the sign-in judges them, and codes: how they are made, and how they are kept. */
import { createHash, randomInt } from 'node:crypto'
import type { FactorKind } from './factor-kinds.ts'

/** A factor as the sign-in judges it. */
export interface FactorRow {
  id: string
  userId: string
  type: FactorKind
  value: string | null
  name: string | null
  confirmed: boolean
  counter: number | null
  secret: Buffer | null
  publicKey: Buffer | null
  transports: string | null
  created: string | null
  lastUsed: string | null
}

/** What people are shown of where a code goes. */
export const hintOf = (value: string): string => `…${value.slice(-3)}`

export const recoveryCodeCount = 10
// Without letters and digits that look alike; 24 of 31 are 118 bits, where SP 800-63B-4 §3.1.2.2 lets a quick hash do from 112 on.
const recoveryCodeLetters = 24
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A recovery code as it is shown: `abcd-efgh-jkmn-pqrs-tuvw-xyz2`. Those of earlier releases had 16 letters, and are taken as well. */
export function newRecoveryCode(): string {
  const letters = Array.from({ length: recoveryCodeLetters }, () => alphabet[randomInt(alphabet.length)]!).join('')
  return letters.replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** A recovery code as it is kept, however it was typed. */
export const recoveryHash = (factorId: string, code: string): Buffer => createHash('sha256').update(`${factorId}\0${code.toLowerCase().replaceAll(/[\s-]/g, '')}`).digest()

/** A code to send: eight digits. */
export const newCode = (): string => String(randomInt(100_000_000)).padStart(8, '0')

/** A code as it is kept; of use for ten minutes and for one answer. */
export const codeHash = (factorId: string, code: string): Buffer => createHash('sha256').update(`code\0${factorId}\0${code.replaceAll(/\s/g, '')}`).digest()

/** A code for recovery, as much of its hash as LOGIN.SMS_RESET_TOKEN holds: 60 bits, of which the code has 27. */
export const resetCodeHash = (loginId: string, code: string): string => createHash('sha256').update(`reset\0${loginId}\0${code.replaceAll(/\s/g, '')}`).digest('base64url').slice(0, 10)

/** How long a code or a question to a device may be answered, in minutes. */
export const challengeMinutes = 10

/** Wrong codes in a row until the login is locked, where the policy allows more. */
export const mostWrongCodes = 10
/** The most factors somebody may have. */
export const mostFactors = 20
