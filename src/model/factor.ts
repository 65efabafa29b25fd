/**
 * The kinds of factor (USER_AUTH_PARAM.TYPE) and the level each reaches beside a password. AUTH_STATE is the level of a session:
 *
 *     1    a password
 *     1.5  and a code by SMS, which whoever takes over the number gets (restricted in NIST SP 800-63B-4 §3.1.3.3)
 *     2    and a second factor
 *     3    a passkey whose device knew its owner: two factors at once, which no page of a stranger can ask for
 */
import { createHash, randomInt } from 'node:crypto'

export const levels = { password: 1, sms: 1.5, twoFactors: 2, passkey: 3 } as const

interface Kind {
  /** What it reaches at least and at most as a second factor; 0: it is none. */
  least: number
  most: number
  label: string
}

export const factorKinds = {
  TOTP: { least: levels.twoFactors, most: levels.twoFactors, label: 'Authenticator app' },
  WEBAUTHN: { least: levels.twoFactors, most: levels.passkey, label: 'Passkey' },
  SMS: { least: levels.sms, most: levels.sms, label: 'SMS' },
  RECOVERY_CODES: { least: levels.twoFactors, most: levels.twoFactors, label: 'Recovery codes' },
  // Whoever reads somebody's mail can recover their password by it: it is no second factor.
  EMAIL: { least: 0, most: 0, label: 'E-mail address' },
} as const satisfies Record<string, Kind>

export type FactorKind = keyof typeof factorKinds
export const isFactorKind = (text: unknown): text is FactorKind => typeof text === 'string' && Object.hasOwn(factorKinds, text)

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

/** The count of a number that has recovered the password: until another factor is proved it is none, or one number would be both factors. */
export const usedToRecover = 1

/** Those that can be asked for. Recovery codes stand in for another factor, and are none alone. */
export function secondFactors<F extends Pick<FactorRow, 'type' | 'confirmed' | 'counter'>>(factors: readonly F[]): F[] {
  const usable = factors.filter(({ type, confirmed, counter }) => confirmed && factorKinds[type].most > 0 && !(type === 'SMS' && counter === usedToRecover))
  return usable.some(({ type }) => type !== 'RECOVERY_CODES') ? usable : []
}

/** The least that somebody's own factors ask for, and the most they reach; 1 where there are none. */
export function reachOf(factors: readonly Pick<FactorRow, 'type' | 'confirmed' | 'counter'>[]): { least: number; most: number } {
  const second = secondFactors(factors).filter(({ type }) => type !== 'RECOVERY_CODES').map(({ type }) => factorKinds[type])
  return second.length === 0 ? { least: levels.password, most: levels.password } : { least: Math.min(...second.map(({ least }) => least)), most: Math.max(...second.map(({ most }) => most)) }
}

/** What people are shown of where a code goes. */
export const hintOf = (value: string): string => `…${value.slice(-3)}`

export const recoveryCodeCount = 10
// Without letters and digits that look alike; 12 of 31 are 59 bits, which nobody tries out.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A recovery code as it is shown: `abcd-efgh-jkmn`. */
export function newRecoveryCode(): string {
  const letters = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]!).join('')
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
