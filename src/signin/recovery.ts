/**
 * Recovery by a link in the mail. Who asks is told the same whether there is such a person, and as quickly: a request is a row,
 * and a job looks whom it is about. The link has 256 random bits, is kept as a hash, works once, and is dead after any change
 * of the password. It opens the password and nothing else: factors are asked for at the next sign-in as ever.
 */
import { createHash } from 'node:crypto'
import { recordEvents } from '../audit/record.ts'
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import { isMailAddress } from '../model/mail-address.ts'
import { andOthers } from '../model/message-kinds.ts'
import { networkOf } from '../model/network.ts'
import { isToken, newToken } from '../model/session.ts'
import { guardPeople } from '../records/guard.ts'
import type { Transaction } from '../store/database.ts'
import { noteRecord, proveAddressOfLink } from '../store/factors.ts'
import { lockLogin, type SignInLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { countSent, enqueueMessage, readersOf, sentTo, sentWithin } from '../store/messages.ts'
import { findResetToken, forgetChanges, insertRecoveryRequest, ownerOfResetToken, peopleAtAddress, peopleToRecover, takeRecoveryRequest, takeResetToken, unlockMark, writeResetToken, type RecoveryKind, type RecoveryRequest } from '../store/recovery.ts'
import { forgetGuesses } from '../store/sign-in-throttle.ts'
import { knowsNetwork } from '../store/sign-in-places.ts'
import { lockoutOf, unlock } from './locks.ts'
import { setPassword } from './password-change.ts'
import { sendResetCode } from './recovery-by-sms.ts'
import { policyOf } from './password-policy.ts'
import { eventOf } from './prove-password.ts'
import { refuseWithoutAnswers, type GivenAnswer } from './security-questions.ts'
import { checkUser } from './sessions.ts'
import { markOf } from './sessions-open.ts'
import { isLocked, isRecoverable } from './sign-in-refusals.ts'
import { claimAsking, releaseAttempt } from './throttle.ts'

type Purpose = 'password' | 'unlock'

/** A link to unlock does not change a password: what it is for is part of what is kept, and can be told from it. */
const hashOf = (purpose: Purpose, token: string) => (purpose === 'unlock' ? unlockMark : '') + createHash('sha256').update(`${purpose}\0${token}`).digest('hex')

/** Behind the #, where it reaches neither a log nor a Referer. */
const linkOf = (ctx: Context, purpose: Purpose, token: string) => `${publicUrl(ctx.config)}/${purpose === 'password' ? 'recover' : 'unlock'}#${token}`

/** Notes what somebody asks for. Errors: `too_many_requests` for an address. */
export async function askForRecovery(ctx: Context, kind: RecoveryKind, name: string): Promise<void> {
  await claimAsking(ctx)
  await insertRecoveryRequest(ctx.db, { id: ctx.newId(), kind, name, ip: ctx.actor.ip, created: ctx.now().toISOString() })
}

/** A request that waited longer is not wanted any more. */
const patienceMs = 15 * 60_000

/** Works on what was asked for; how many requests. */
export async function recoverAccounts(ctx: Context, masterKey: MasterKey): Promise<number> {
  for (let done = 0; ; done++) {
    const more = await ctx.db.transaction(async (tx) => {
      const request = await takeRecoveryRequest(tx)
      if (!request) return false
      if (ctx.now().getTime() - Date.parse(request.created) < patienceMs) await work(tx, { ...ctx, actor: { ...ctx.actor, ip: request.ip } }, masterKey, request)
      return true
    })
    if (!more) return done
  }
}

async function work(tx: Transaction, ctx: Context, masterKey: MasterKey, { kind, name }: RecoveryRequest): Promise<void> {
  if (kind === 'USER_NAME') return sendUserNames(tx, ctx, name.trim())
  for (const userId of await peopleToRecover(tx, name.trim(), today(ctx))) {
    const login = await lockLogin(tx, userId)
    if (!login || !(await mayRecover(tx, ctx, login, kind)) || (await hadEnough(tx, ctx, { userId }, templates[kind]))) continue
    if (kind === 'PASSWORD_BY_SMS') {
      await sendResetCode(tx, ctx, masterKey, login)
      continue
    }
    await sendLink(tx, ctx, masterKey, login, templates[kind])
  }
}

/**
 * What anybody may have sent to one person, or address, in an hour and in a day, of each kind apart: who asks for codes takes no
 * link from anybody. Past the day's number one goes every few hours still: a stranger delays recovery and does not close it.
 */
const mostSent = { hour: 5, day: 20 } as const
const pastTheDayMs = 3 * 3_600_000
const templates = { PASSWORD: 'password-reset', PASSWORD_BY_SMS: 'reset-code', UNLOCK: 'account-unlock', USER_NAME: 'user-name' } as const

async function hadEnough(tx: Transaction, ctx: Context, whom: { userId: string } | { recipient: string }, template: (typeof templates)[RecoveryKind]): Promise<boolean> {
  const { hour, day, last } = await countSent(tx, whom, template, ctx.now())
  if (hour >= mostSent.hour) return true
  if (day < mostSent.day || ctx.now().getTime() - Date.parse(last!) >= pastTheDayMs) return false
  return !('userId' in whom && ctx.actor.ip && (await knowsNetwork(tx, whom.userId, markOf(whom.userId, networkOf(ctx.actor.ip)))))
}

async function mayRecover(tx: Transaction, ctx: Context, login: SignInLogin, kind: RecoveryKind): Promise<boolean> {
  if (!isRecoverable(login, today(ctx))) return false
  if (kind === 'UNLOCK') return isLocked(login) || login.wrongInARow >= lockoutOf(await policyOf(tx, login.userId, ctx.now())).mostGuessesInARow
  return (await policyOf(tx, login.userId, ctx.now())).changes.byUser
}

/** Between two links of one kind to one person; more are asked for by who wants to fill a mailbox. */
const pauseMs = 60_000
/** The text of the mail says so, in days. */
const invitationMinutes = 7 * 24 * 60

async function sendLink(tx: Transaction, ctx: Context, masterKey: MasterKey, { userId, loginId, login: userName }: SignInLogin, template: 'password-reset' | 'account-unlock' | 'invitation'): Promise<boolean> {
  const reader = (await readersOf(tx, [userId], today(ctx))).get(userId)
  if (!reader?.email || (await sentWithin(tx, userId, template, { now: ctx.now(), ms: pauseMs }))) return false
  const purpose: Purpose = template === 'account-unlock' ? 'unlock' : 'password'
  const minutes = template === 'invitation' ? invitationMinutes : (await policyOf(tx, userId, ctx.now())).recovery.tokenMinutes
  const [token, expires] = [newToken(), new Date(ctx.now().getTime() + minutes * 60_000)]
  if (!(await writeResetToken(tx, loginId, hashOf(purpose, token), ctx.now(), expires))) return false
  const link = linkOf(ctx, purpose, token)
  const to = { to: reader.email, userId, locale: reader.language, expires }
  if (template === 'invitation') await enqueueMessage(tx, ctx, { template, ...to, values: { link, userName } }, masterKey)
  else await enqueueMessage(tx, ctx, { template, ...to, values: { link, minutes: String(minutes) } }, masterKey)
  await recordEvents(tx, ctx, [{ action: 'user.recovery.send', targetType: 'User', targetId: userId, changes: [{ path: 'recovery', after: template }] }])
  return true
}

/** How many user names one mail has; that there are more, it says. */
const mostNames = 20

/** The names of everybody whose primary address this is, in one mail to it as they have it: what was typed may be another one for a mail server. */
async function sendUserNames(tx: Transaction, ctx: Context, typed: string): Promise<void> {
  if (!isMailAddress(typed)) return
  if (await sentTo(tx, typed, 'user-name', { now: ctx.now(), ms: pauseMs }) || (await hadEnough(tx, ctx, { recipient: typed }, templates.USER_NAME))) return
  const all = await peopleAtAddress(tx, typed, mostNames + 1, today(ctx))
  const people = all.slice(0, mostNames)
  const readers = await readersOf(tx, people, today(ctx))
  const found: { userId: string; login: string; to: string; locale: string | null }[] = []
  for (const userId of people) {
    const [login, reader] = [await lockLogin(tx, userId), readers.get(userId)]
    if (login && isRecoverable(login, today(ctx)) && reader?.email) found.push({ userId, login: login.login, to: reader.email, locale: reader.language })
  }
  for (const [to, some] of Map.groupBy(found, (one) => one.to)) {
    const [{ locale, userId }] = some as [(typeof found)[number]]
    // Of several people none can be said to be whose mail it is.
    const whose = some.length === 1 ? { userId } : {}
    await enqueueMessage(tx, ctx, { template: 'user-name', to, ...whose, locale, values: { userNames: [...some.map(({ login }) => login), ...(all.length > people.length ? [andOthers] : [])].join(', ') } })
  }
  await recordEvents(tx, ctx, found.map(({ userId }) => ({ action: 'user.recovery.send', targetType: 'User', targetId: userId, changes: [{ path: 'recovery', after: 'user-name' }] })))
}

/** The help desk sends a link, or an invitation to who has no password yet; it never sees the link. Errors: `not_found`, `forbidden`, `conflict`, `no_mail_address`, `mail_sent_already`. */
export async function startRecovery(ctx: Context, masterKey: MasterKey, userId: string, template: 'password-reset' | 'invitation'): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const login = await lockLogin(tx, userId)
    if (!login || !isRecoverable(login, today(ctx))) throw new GatehouseError('conflict', 'The account is not open, or has no password here: enable or unlock it first, or set the authType of its login.')
    if (template === 'invitation' && login.password !== null) throw new GatehouseError('conflict', 'The person has a password; send a link to recover it instead.')
    if (!(await readersOf(tx, [userId], today(ctx))).get(userId)?.email) throw new GatehouseError('no_mail_address', 'The person has no primary e-mail address that is in use: add one, or mark one that is used as the primary one, first.')
    await forgetChanges(tx, login.loginId)
    if (!(await sendLink(tx, ctx, masterKey, login, template))) throw new GatehouseError('mail_sent_already', 'Such a mail was sent within the last minute: wait, or look at the messages.')
  })
}

const refused = () => new GatehouseError('recovery_refused')

type LinkKind = 'password-reset' | 'account-unlock'

/** Does what a link is for; that it was none that helps is in the audit. Who tries has been counted by address, so that it does not fill. */
async function byLink<T>(ctx: Context, kind: LinkKind, hash: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'recovery_refused') {
      const owner = await ownerOfResetToken(ctx.db, hash)
      await ctx.db.transaction((tx) => recordEvents(tx, ctx, [eventOf('LINK_WRONG', owner, [{ path: 'recovery', after: kind }])]))
    }
    throw error
  }
}

/** Whose link that lives it is. Errors: `recovery_refused`. */
const ownerOf = (ctx: Context, kind: LinkKind, token: string, hash: string): Promise<string> =>
  byLink(ctx, kind, hash, async () => {
    const userId = isToken(token) ? await findResetToken(ctx.db, hash, ctx.now()) : undefined
    if (userId === undefined) throw refused()
    return userId
  })

/** Whose link for a password that lives it is. Errors: `recovery_refused`. */
export const ownerOfLink = (ctx: Context, token: string): Promise<string> => ownerOf(ctx, 'password-reset', token, hashOf('password', token))

/** A link has come back, and with it the proof that its address is the person's. */
async function completed(tx: Transaction, ctx: Context, userId: string, before: LinkKind): Promise<void> {
  const proved = await proveAddressOfLink(tx, { id: ctx.newId(), userId, at: ctx.now() })
  if (proved) await noteRecord(tx, userId, ctx.now())
  const changes = [{ path: 'recovery', before }, ...(proved ? [{ path: 'addressProved', after: 'LINK' }] : [])]
  await recordEvents(tx, ctx, [{ action: 'user.recovery.complete', targetType: 'User', targetId: userId, changes }])
}

/** A new password by a link: all sessions end, a lock by failures opens. Errors: `recovery_refused`; `answers_required`, `password_refused` (the link stays good). The user name, which whoever holds the link may know. */
export async function completeRecovery(ctx: Context, { token, next, answers }: { token: string; next: string; answers?: readonly GivenAnswer[] | undefined }): Promise<{ userName: string }> {
  const claim = await claimAsking(ctx)
  const hash = hashOf('password', token)
  const userId = await ownerOf(ctx, 'password-reset', token, hash)
  await refuseWithoutAnswers(ctx, userId, answers)
  let userName = ''
  await byLink(ctx, 'password-reset', hash, () => setPassword({ ...ctx, authority: undefined }, userId, { next, forceChange: false }, async (tx) => {
    const login = await lockLogin(tx, userId)
    if (!login || !isRecoverable(login, today(ctx)) || !(await takeResetToken(tx, hash, ctx.now()))) throw refused()
    userName = login.login
    await completed(tx, ctx, userId, 'password-reset')
    await unlock(tx, ctx, userId)
  }))
  await releaseAttempt(ctx, claim)
  return { userName }
}

/** Opens a lock by failures by a link; the password stays. Errors: `recovery_refused`. */
export async function completeUnlock(ctx: Context, token: string): Promise<void> {
  const claim = await claimAsking(ctx)
  const hash = hashOf('unlock', token)
  const userId = await ownerOf(ctx, 'account-unlock', token, hash)
  await byLink(ctx, 'account-unlock', hash, () => ctx.db.transaction(async (tx) => {
    const login = await lockLogin(tx, userId)
    if (!login || !isRecoverable(login, today(ctx)) || !(await takeResetToken(tx, hash, ctx.now()))) throw refused()
    await completed(tx, ctx, userId, 'account-unlock')
    await unlock(tx, ctx, userId)
    await forgetGuesses(tx, [userId])
  }))
  await releaseAttempt(ctx, claim)
}
