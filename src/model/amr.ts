/** By what somebody proved who they are in a session (AUTH_STATE.PROVED_BY), and the same in the words of RFC 8176: `amr`. */
import { levels, type FactorKind } from './factor-kinds.ts'

/** PORTAL: an identity provider vouches for them. */
export const ways = ['PASSWORD', 'PORTAL', 'TOTP', 'SMS', 'RECOVERY_CODES', 'WEBAUTHN'] as const satisfies readonly (FactorKind | 'PASSWORD' | 'PORTAL')[]
export type Way = (typeof ways)[number]

/**
 * What stands for each. A recovery code is a password of one use. Passkeys are asked for no attestation, so nobody knows whether
 * their key is in hardware (hwk) or not (swk): that it was shown is what is said. How somebody signed in at an identity provider is
 * its to tell.
 */
const words: Readonly<Record<Way, string | undefined>> = { PASSWORD: 'pwd', PORTAL: undefined, TOTP: 'otp', SMS: 'sms', RECOVERY_CODES: 'otp', WEBAUTHN: 'pop' }

/** `user` where the device knew its owner, which the level tells; `mfa` where two factors, or such a device, came together. */
export function amrOf(proved: readonly Way[], level: number): string[] {
  const known = level >= levels.passkey && proved.includes('WEBAUTHN')
  const first = proved.includes('PASSWORD') || proved.includes('PORTAL')
  const second = proved.some((way) => way !== 'PASSWORD' && way !== 'PORTAL')
  const said = ways.filter((way) => proved.includes(way)).flatMap((way) => words[way] ?? [])
  return [...new Set([...said, ...(known ? ['user'] : []), ...(known || (first && second) ? ['mfa'] : [])])]
}
