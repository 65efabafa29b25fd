/**
 * Whence people sign in: noted once a sign-in is through, for whoever only knows the password has not come from anywhere yet. The person is told
 * of what is new:
 *
 *     through ──▶ noted, `new-sign-in`
 *     at a step ──▶ `password-known`, or `sign-in-unfinished` where it began without one, due when that session can no longer go on:
 *                   it follows its session from step to step, by the session's name, and is withdrawn when that one is through, or when its
 *                   browser is, from the same address
 */
import type { Context } from '../context.ts'
import { deviceLabel } from '../model/device-label.ts'
import { languageOf } from '../model/languages.ts'
import { networkOf } from '../model/network.ts'
import { newDevice, newNetwork, type StepName } from '../model/session.ts'
import { today } from '../model/today.ts'
import type { Transaction } from '../store/database.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import { enqueueMessages, moveUnfinished, noticeAddresses, readersOf, toldUnfinished, withdrawUnfinished } from '../store/messages.ts'
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
  if (next === 'done') await withdrawUnfinished(tx, userId, { session: whence.before, ...placeIn(ctx, whence) })
  else if (whence.before !== undefined) await moveUnfinished(tx, userId, whence.before, { session: session.sessionId })
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
  if (before.flags !== 0 && next === 'done') await withdrawUnfinished(tx, userId, { session: before.session, ...placeIn(ctx, whence) })
  const isTold = before.flags !== 0 && next !== 'done' && (await moveUnfinished(tx, userId, before.session, { session: session.sessionId, due: session.expires }))
  const flags = newFlags(whence)
  if (flags === 0) return
  await writeNewFlags(tx, session.sessionId, flags)
  if (isTold || firstTime === 'Y') return
  await (next === 'done' ? tellOfSignIn(tx, ctx, userId, userAgent) : tellOfStop(tx, ctx, coming, whence, userAgent))
}

const noAddress = '–'

/** What a message says of the browser and its address, which tie it to others of the same. */
const placeIn = ({ actor }: Context, { marks }: Pick<Whence, 'marks'>) => ({ browser: marks.DEVICE.toString('hex'), address: actor.ip ?? noAddress })

function noteAtEnd(tx: Transaction, ctx: Context, { login, next }: Coming, { places, marks }: Pick<Whence, 'places' | 'marks'>): void {
  if (next === 'done' && !places.isNoted) notePlaces(tx, login.userId, marks, ctx.now())
}

interface Told {
  /** One for each address that is told. */
  readers: { to: string; userId: string; locale: string | null }[]
  values: { at: string; device: string; address: string }
}

/** Whom to tell, and what; undefined where there is no address. */
async function toldOf(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<Told | undefined> {
  const reader = (await readersOf(tx, [userId], today(ctx))).get(userId)
  if (!reader) return undefined
  const { language } = reader
  const addresses = (await noticeAddresses(tx, [reader])).get(userId)!
  if (addresses.length === 0) return undefined
  return { readers: addresses.map((to) => ({ to, userId, locale: language })), values: { at: ctx.now().toISOString(), device: deviceLabel(userAgent, languageOf(language, ctx.config.DEFAULT_LANGUAGE)), address: ctx.actor.ip ?? noAddress } }
}

async function tellOfSignIn(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (told) await enqueueMessages(tx, ctx, told.readers.map((reader) => ({ template: 'new-sign-in', ...reader, values: told.values })))
}

/** Of each of the two. Whoever has the password may come by a browser that nobody knows, and by another network, each time. */
const mostOfADay = 5

async function tellOfStop(tx: Transaction, ctx: Context, { login: { userId, passwordChanged }, byPassword, session }: Coming, whence: Pick<Whence, 'marks'>, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (!told) return
  const { readers, values } = told
  const { browser } = placeIn(ctx, whence)
  const template = byPassword ? 'password-known' : 'sign-in-unfinished'
  // Whoever knew an old password has used up nothing of what is said about the new one.
  const before = await toldUnfinished(tx, userId, { now: ctx.now(), since: passwordChanged })
  if (before.filter((one) => one.template === template).length >= mostOfADay || before.some((one) => one.browser === browser && networkOf(one.address) === networkOf(values.address))) return
  await enqueueMessages(tx, ctx, readers.map((reader) => ({ template, ...reader, values, about: { session: session.sessionId, browser }, due: new Date(session.expires) })))
}
