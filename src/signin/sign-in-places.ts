/**
 * Whence people sign in: noted once a sign-in is through, for whoever only knows the password has not come from anywhere yet. The person is told
 * of what is new:
 *
 *     through ──▶ noted, `new-sign-in`
 *     at a step ──▶ `password-known`, or `sign-in-unfinished` where it began without one, due when that session can no longer go on:
 *                   it follows its session from step to step, by the session's name, and is withdrawn when that one is through
 */
import type { Context } from '../context.ts'
import { deviceLabel } from '../model/device-label.ts'
import { languageOf } from '../model/languages.ts'
import { networkOf } from '../model/network.ts'
import { newDevice, newNetwork, type StepName } from '../model/session.ts'
import { today } from '../model/today.ts'
import type { Transaction } from '../store/database.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import { enqueueMessage, moveUnfinished, readersOf, toldUnfinished, withdrawUnfinished } from '../store/messages.ts'
import { writeNewFlags, type SessionRow } from '../store/sessions.ts'
import { notePlaces } from '../store/sign-in-places.ts'
import { whenceOf, type Visit, type Whence } from './sessions-open.ts'

/** What of a place is new for the person, as IS_NEW_FLAGS has it. */
export const newFlags = ({ places: { known } }: Pick<Whence, 'places'>): number => (known.has('DEVICE') ? 0 : newDevice) | (known.has('NETWORK') ? 0 : newNetwork)

interface Coming {
  login: SignInLogin
  next: StepName | 'done'
  /** Whether a password was shown. */
  byPassword: boolean
  /** The session as it stands now. */
  session: Pick<SessionRow, 'sessionId' | 'expires'>
}

/** Notes and tells whence somebody has come, with the person held. */
export async function comeFrom(tx: Transaction, ctx: Context, coming: Coming, whence: Whence, { userAgent }: Visit): Promise<void> {
  const { login: { userId, firstTime }, next, session } = coming
  noteAtEnd(tx, ctx, coming, whence)
  if (newFlags(whence) === 0 || firstTime === 'Y') return
  // The browser has begun anew: what is to be said of its first attempt waits no longer for that, or it could be put off for ever.
  if (whence.before !== undefined) await (next === 'done' ? withdrawUnfinished(tx, userId, whence.before) : moveUnfinished(tx, userId, whence.before, { session: session.sessionId }))
  await (next === 'done' ? tellOfSignIn(tx, ctx, userId, userAgent) : tellOfStop(tx, ctx, coming, whence, userAgent))
}

/**
 * The same for a session that goes on after a step. One that was through before, and has only gone to another site, keeps what it says of itself.
 * @param before its name until now, and what of its place was new: where nothing was, there is no message about it
 */
export async function comeOnFrom(tx: Transaction, ctx: Context, coming: Coming, before: { session: string; flags: number }, { device, userAgent }: Visit): Promise<void> {
  const { login: { userId, firstTime }, next, session } = coming
  const whence = await whenceOf(tx, ctx, userId, { device })
  noteAtEnd(tx, ctx, coming, whence)
  if (before.flags !== 0 && next === 'done') await withdrawUnfinished(tx, userId, before.session)
  const isTold = before.flags !== 0 && next !== 'done' && (await moveUnfinished(tx, userId, before.session, { session: session.sessionId, due: session.expires }))
  const flags = newFlags(whence)
  if (flags === 0) return
  await writeNewFlags(tx, session.sessionId, flags)
  if (isTold || firstTime === 'Y') return
  await (next === 'done' ? tellOfSignIn(tx, ctx, userId, userAgent) : tellOfStop(tx, ctx, coming, whence, userAgent))
}

function noteAtEnd(tx: Transaction, ctx: Context, { login, next }: Coming, { places, marks }: Pick<Whence, 'places' | 'marks'>): void {
  if (next === 'done' && !places.isNoted) notePlaces(tx, login.userId, marks, ctx.now())
}

interface Told {
  reader: { to: string; userId: string; locale: string | null }
  values: { at: string; device: string; address: string }
}

/** Whom to tell, and what; undefined where there is no address. */
async function toldOf(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<Told | undefined> {
  const reader = (await readersOf(tx, [userId], today(ctx))).get(userId)
  if (!reader?.email) return undefined
  const { email, language } = reader
  return { reader: { to: email, userId, locale: language }, values: { at: ctx.now().toISOString(), device: deviceLabel(userAgent, languageOf(language, ctx.config.DEFAULT_LANGUAGE)), address: ctx.actor.ip ?? '–' } }
}

async function tellOfSignIn(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (told) await enqueueMessage(tx, ctx, { template: 'new-sign-in', ...told.reader, values: told.values })
}

/** Whoever has the password may come by a browser that nobody knows, and by another network, each time. */
const mostOfADay = 5

async function tellOfStop(tx: Transaction, ctx: Context, { login: { userId }, byPassword, session }: Coming, { marks }: Pick<Whence, 'marks'>, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (!told) return
  const { reader, values } = told
  const browser = marks.DEVICE.toString('hex')
  const before = await toldUnfinished(tx, userId, ctx.now())
  if (before.length >= mostOfADay || before.some((one) => one.browser === browser && networkOf(one.address) === networkOf(values.address))) return
  await enqueueMessage(tx, ctx, { template: byPassword ? 'password-known' : 'sign-in-unfinished', ...reader, values, about: { session: session.sessionId, browser }, due: new Date(session.expires) })
}
