/**
 * What a session is: a random token that only the browser has, and a row named after its hash, which is of no use to
 * whoever reads it. Its life has an idle limit and an absolute one; both are judged here, in one place.
 */
import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, in base64url: what the cookie holds. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Whether a text can be a token of ours at all. */
export const isToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/** SESSION_ID: the first 128 bits of the token's SHA-256, in hex. */
export const sessionIdOf = (token: string): string => createHash('sha256').update(token).digest('hex').slice(0, 32)

/** What is still to be done before somebody is in, in the order it is asked for; later proofs add theirs here. */
export const stepNames = ['change_password', 'accept_policy', 'factor', 'enrol_factor'] as const
export type StepName = (typeof stepNames)[number]

/** What a sign-in that has not come to its end may take. */
export const unfinishedMinutes = 15

/** What somebody proved so long ago does not count as fresh. */
export const freshMinutes = 10

/** Not every request writes: a session is touched when it was last seen so long ago. */
const touchedEveryMs = 60_000
/** How far the clocks of two servers may lie apart. */
export const clockSkewMs = 300_000

export interface SessionTimes {
  started: string
  expires: string
  lastSeen: string
  /** What the policy of the person says; null where that says nothing. */
  idleMinutes: number | null
}

/**
 * Whether a session still holds. The installation's idle limit is the outer one. One that began in the future does not: the clock was wrong then, and its end is as far
 * off as that.
 */
export function isLive({ started, expires, lastSeen, idleMinutes }: SessionTimes, now: number, mostIdle: number): boolean {
  return Date.parse(started) <= now + clockSkewMs && now < Date.parse(expires) && now - Date.parse(lastSeen) < Math.min(idleMinutes ?? mostIdle, mostIdle) * 60_000
}

/** Whether something was proved just now. */
export const isFresh = (proved: string | null, now: number): boolean => proved !== null && Math.abs(now - Date.parse(proved)) < freshMinutes * 60_000

/**
 * Whether a session that waits for a first factor is young enough to be given one: as long as a sign-in may take since the proof, or,
 * where Okta has not said when that was, since its beginning. An older one may be in the hands of a thief.
 * @param strongest what the strongest kind of factor that its person has reaches: the proof has to reach as much
 */
export const mayEnrol = ({ proved, provedLevel, started }: { proved: string | null; provedLevel: number; started: string }, strongest: number, now: Date): boolean =>
  provedLevel >= strongest && Math.abs(now.getTime() - Date.parse(proved ?? started)) < unfinishedMinutes * 60_000

/** Whether it is time to note that a session is in use; also when the clock went back. */
export const needsTouch = (lastSeen: string, now: number): boolean => Math.abs(now - Date.parse(lastSeen)) >= touchedEveryMs

/** IS_NEW_FLAGS. */
export const newDevice = 1
export const newNetwork = 2
