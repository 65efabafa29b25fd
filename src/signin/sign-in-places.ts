/**
 * Whence people sign in: noted once a sign-in is through, for whoever only knows the password has not come from anywhere yet. The person is told
 * of what is new:
 *
 *     through ──▶ noted, `new-sign-in`
 *     at a step, by the password ──▶ `password-known`, which waits until the sign-in can no longer go on, and is withdrawn when it is through
 */
import type { Context } from '../context.ts'
import { deviceLabel } from '../model/device-label.ts'
import { languageOf } from '../model/languages.ts'
import { networkOf } from '../model/network.ts'
import { newDevice, newNetwork, unfinishedMinutes, type StepName } from '../model/session.ts'
import type { Transaction } from '../store/database.ts'
import type { SignInLogin } from '../store/logins-sign-in.ts'
import { deleteQueued, enqueueMessage, readersOf, toldWithinDay } from '../store/messages.ts'
import { writeNewFlags } from '../store/sessions.ts'
import { notePlaces } from '../store/sign-in-places.ts'
import { whenceOf, type Visit, type Whence } from './sessions-open.ts'

/** What of a place is new for the person, as IS_NEW_FLAGS has it. */
export const newFlags = ({ places: { known } }: Pick<Whence, 'places'>): number => (known.has('DEVICE') ? 0 : newDevice) | (known.has('NETWORK') ? 0 : newNetwork)

interface Coming {
  login: SignInLogin
  next: StepName | 'done'
  /** Whether a password was shown. */
  byPassword: boolean
  whence: Pick<Whence, 'marks' | 'places'>
}

/** Notes and tells whence somebody has come, with the person held. */
export async function comeFrom(tx: Transaction, ctx: Context, { login, next, byPassword, whence }: Coming, { userAgent }: Visit): Promise<void> {
  if (next === 'done' && !whence.places.isNoted) notePlaces(tx, login.userId, whence.marks, ctx.now())
  if (newFlags(whence) === 0 || login.firstTime === 'Y') return
  if (next === 'done') await tellOfSignIn(tx, ctx, login.userId, userAgent)
  else if (byPassword) await tellOfPassword(tx, ctx, login.userId, userAgent)
}

/** The same for a session that goes on after a step. One that was through before, and has only gone to another site, keeps what it says of itself. */
export async function comeOnFrom(tx: Transaction, ctx: Context, coming: Omit<Coming, 'whence'>, sessionId: string, { device, userAgent }: Visit): Promise<void> {
  const whence = await whenceOf(tx, ctx, coming.login.userId, { device })
  await comeFrom(tx, ctx, { ...coming, whence }, { userAgent })
  const flags = newFlags(whence)
  if (coming.next === 'done' && flags !== 0) await writeNewFlags(tx, sessionId, flags)
}

interface Told {
  reader: { email: string; language: string | null }
  values: { at: string; device: string; address: string }
}

/** Whom to tell, and what; undefined where there is no address. */
async function toldOf(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<Told | undefined> {
  const reader = (await readersOf(tx, [userId])).get(userId)
  if (!reader?.email) return undefined
  const { email, language } = reader
  return { reader: { email, language }, values: { at: ctx.now().toISOString(), device: deviceLabel(userAgent, languageOf(language, ctx.config.DEFAULT_LANGUAGE)), address: ctx.actor.ip ?? '–' } }
}

async function tellOfSignIn(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (!told) return
  const { reader: { email, language }, values } = told
  const overtaken = (await toldWithinDay(tx, userId, 'password-known', ctx.now())).filter(({ address, device }) => device === values.device && isSameNetwork(address, values.address))
  await deleteQueued(tx, overtaken.map(({ id }) => id))
  await enqueueMessage(tx, ctx, { template: 'new-sign-in', to: email, userId, locale: language, values })
}

/** Whoever has the password may come by many networks, and each attempt by a browser that nobody knows. */
const mostOfADay = 5

const isSameNetwork = (one: string, other: string) => networkOf(one) === networkOf(other)

async function tellOfPassword(tx: Transaction, ctx: Context, userId: string, userAgent: string | undefined): Promise<void> {
  const told = await toldOf(tx, ctx, userId, userAgent)
  if (!told) return
  const { reader: { email, language }, values } = told
  const before = await toldWithinDay(tx, userId, 'password-known', ctx.now())
  if (before.length >= mostOfADay || before.some(({ address }) => isSameNetwork(address, values.address))) return
  await enqueueMessage(tx, ctx, { template: 'password-known', to: email, userId, locale: language, values, due: new Date(ctx.now().getTime() + unfinishedMinutes * 60_000) })
}
