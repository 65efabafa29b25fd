/** Opening, renewing and sweeping sessions: their tokens are made here and are nowhere afterwards but in the browser. */
import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Way } from '../model/amr.ts'
import { deviceLabel } from '../model/device-label.ts'
import { networkOf } from '../model/network.ts'
import { isToken, newDevice, newNetwork, newToken, sessionIdOf, unfinishedMinutes, type StepName } from '../model/session.ts'
import type { Transaction } from '../store/database.ts'
import { sweepChallenges } from '../store/factors.ts'
import { giveToSession, restingOn } from '../store/oidc-artifacts.ts'
import { giveWay, insertSession, renameSession, sweepSessions, type SessionLimit, type SessionRow } from '../store/sessions.ts'
import { knownPlaces, sweepPlaces, type KnownPlaces, type PlaceKind } from '../store/sign-in-places.ts'

/** What a browser brings along. */
export interface Visit {
  userAgent?: string | undefined
  /** What it keeps to be known again by, for a year. */
  device?: string | undefined
  /** The token of the session it has. */
  session?: string | undefined
  /** What it keeps while somebody signs in elsewhere. */
  binding?: string | undefined
  /** Whether the request comes from one of our own pages: neither from a page elsewhere nor from a mail. */
  own?: boolean
}

/** How somebody came as far as this. */
export interface Reached {
  level: number
  next: StepName | null
  /** By what they have proved who they are. */
  way: Way
  /** How many sessions the policy allows; absent: as many as the installation. */
  most: number | undefined
  siteId?: string | null
  /** Minutes unused after which it ends, where the person's policy says so. */
  idleMinutes?: number | undefined
  /** When they last proved who they are; null when nobody knows. Absent: just now. */
  proved?: string | null
}

export interface OpenedSession {
  token: string
  /** To be kept by the browser. */
  device: string
  session: SessionRow
  newDevice: boolean
  newNetwork: boolean
}

/** How a place or device of somebody is kept. */
export const markOf = (userId: string, text: string) => createHash('sha256').update(`${userId}\0${text}`).digest()

/** What a browser is known by, as it is kept. */
export const deviceOf = (userId: string, device: string | undefined): Buffer | undefined => (device !== undefined && isToken(device) ? markOf(userId, device) : undefined)

/** A step that comes in the middle of a session gives it no more time than it had from its beginning. */
function endOf(ctx: Pick<Context, 'now' | 'config'>, next: StepName | null, started: Date): string {
  const last = started.getTime() + ctx.config.SESSION_HOURS * 3_600_000
  return new Date(next === null ? last : Math.min(last, ctx.now().getTime() + unfinishedMinutes * 60_000)).toISOString()
}

/** What the policy of a person says, or else the installation. */
const limitOf = ({ now, config }: Pick<Context, 'now' | 'config'>, most = config.SESSIONS_PER_PERSON): SessionLimit => ({ most, now: now().toISOString(), idleMinutes: config.SESSION_IDLE_MINUTES })

/** Whence somebody comes. */
export interface Whence {
  /** What the browser is known by. */
  device: string
  marks: Readonly<Record<PlaceKind, Buffer>>
  places: KnownPlaces
  /** The session that the browser had, and what of the provider's rests on it. */
  before: string | undefined
  resting: readonly Buffer[]
}

/** Looks whence somebody comes, in statements that travel together. */
export async function whenceOf(tx: Transaction, ctx: Context, userId: string, visit: Visit): Promise<Whence> {
  const device = visit.device !== undefined && isToken(visit.device) ? visit.device : newToken()
  const before = visit.session !== undefined && isToken(visit.session) ? sessionIdOf(visit.session) : undefined
  const marks = { DEVICE: markOf(userId, device), NETWORK: markOf(userId, networkOf(ctx.actor.ip ?? '')) }
  const [places, resting] = await Promise.all([knownPlaces(tx, userId, marks, ctx.now()), before === undefined ? [] : restingOn(tx, userId, before)])
  return { device, marks, places, before, resting }
}

/**
 * Opens a session under a token never seen before, whatever the browser brought: the one it had ends. Applications that rest
 * on that one rest on the new one when it is the same person: signing in anew is not signing out. The caller holds the person,
 * so that the limit of sessions holds too.
 */
export function openSession(tx: Transaction, ctx: Context, userId: string, { level, next, way, most, siteId = null, idleMinutes, proved }: Reached, { device, places, before, resting }: Whence, userAgent: string | undefined): OpenedSession {
  const [token, now] = [newToken(), ctx.now()]
  const { known } = places
  const flags = (known.has('DEVICE') ? 0 : newDevice) | (known.has('NETWORK') ? 0 : newNetwork)
  const session: SessionRow = { sessionId: sessionIdOf(token), userId, level, started: now.toISOString(), expires: endOf(ctx, next, now), lastSeen: now.toISOString(), nextStep: next, proved: proved === undefined ? now.toISOString() : proved, provedLevel: level, provedBy: [way], siteId, idleMinutes: idleMinutes || null }
  insertSession(tx, { ...session, ip: ctx.actor.ip, flags, device: deviceLabel(userAgent), userAgent: userAgent?.slice(0, 400) ?? null }, limitOf(ctx, most), before)
  if (resting.length > 0) giveToSession(tx, resting, userId, session.sessionId)
  return { token, device, session, newDevice: !known.has('DEVICE'), newNetwork: !known.has('NETWORK') }
}

export interface RenewedSession {
  token: string
  session: SessionRow
  /** What of the place that it came from was new (IS_NEW_FLAGS), as far as it says. */
  flags: number
}

/**
 * The same session under a new token, at what it has reached now: after every proof, so that a token which somebody else
 * may know opens nothing more. Undefined when it has ended meanwhile.
 * @param reached `proved`: what was proved reached this level; `provedAt`: when, where that was not just now
 */
export async function renewSession(tx: Transaction, ctx: Context, session: SessionRow, { level, next, siteId = session.siteId, proved, provedAt, way, most }: Pick<Reached, 'level' | 'next' | 'most' | 'siteId'> & { proved: number | undefined; provedAt?: string | null; way?: Way | undefined }): Promise<RenewedSession | undefined> {
  const [token, now] = [newToken(), ctx.now()]
  const expires = endOf(ctx, next, new Date(session.started))
  const renewed: SessionRow = { ...session, sessionId: sessionIdOf(token), level, nextStep: next, siteId, expires, lastSeen: now.toISOString(), ...(proved === undefined ? {} : { proved: provedAt === undefined ? now.toISOString() : provedAt, provedLevel: proved }), provedBy: way === undefined || session.provedBy.includes(way) ? session.provedBy : [...session.provedBy, way] }
  const flags = await renameSession(tx, session.sessionId, renewed.sessionId, renewed, now)
  if (flags === undefined) return undefined
  if (session.nextStep !== null && next === null) await giveWay(tx, session.userId, renewed.sessionId, limitOf(ctx, most))
  return { token, session: renewed, flags }
}

const batch = 1000
const placeDays = 400

/** Removes sessions past their end and places nobody came from for over a year, in batches that wait for nobody. */
export async function sweep(ctx: Pick<Context, 'db' | 'now'>): Promise<void> {
  while ((await sweepSessions(ctx.db, ctx.now(), batch)) === batch);
  const since = new Date(ctx.now().getTime() - placeDays * 86_400_000)
  while ((await sweepPlaces(ctx.db, since, batch)) === batch);
  while ((await sweepChallenges(ctx.db, ctx.now(), batch)) >= batch);
}
