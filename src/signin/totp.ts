/** Codes by time (TOTP, RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator app has them. */
import { Secret, TOTP } from 'otpauth'
import { clockSkewMs } from '../model/session.ts'

const periodMs = 30_000

const totpOf = (secret: Buffer, issuer: string, label: string) =>
  new TOTP({ issuer, label, secret: new Secret({ buffer: new Uint8Array(secret).buffer }), algorithm: 'SHA1', digits: 6, period: periodMs / 1000 })

/** What an app is given, as a QR code: otpauth://totp/…, the secret in it. */
export const totpUri = (secret: Buffer, issuer: string, label: string): string => totpOf(secret, issuer, label).toString()

/**
 * The step that a code belongs to, one before or after now included (RFC 6238 §5.2); undefined when it is none of these, or not
 * later than `last`, the step of the code that was taken before. One that lies further ahead than clocks lie apart was taken by a clock that
 * was wrong, and counts for nothing: no code would be right until that time has come. What was taken before it is forgotten then, and with the
 * next code the step ahead itself: the row keeps one step, and the time of the last use beside it was written by the same clock and tells no
 * more. That is accepted: a code is taken twice only where the person's device was ahead together with our clock, by more than five minutes;
 * codes of a device that is right are none there.
 */
export function totpStep(secret: Buffer, code: string, now: Date, last: number | null): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = totpOf(secret, '', '').validate({ token, timestamp: now.getTime(), window: 1 })
  if (delta === null) return undefined
  const step = Math.floor(now.getTime() / periodMs) + delta
  return last === null || step > last || last * periodMs > now.getTime() + clockSkewMs ? step : undefined
}
