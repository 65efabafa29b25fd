/**
 * The verbs on factors: people enrol, confirm, name and remove their own; the help desk looks and removes. What adds or takes
 * away a way of signing in needs a fresh proof of the strongest kind that the person has, or the step `enrol_factor`. Notices
 * come from the audit, by the path `factors[id]`.
 */
import { randomBytes } from 'node:crypto'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { hintOf, mostFactors, newRecoveryCode, recoveryCodeCount, recoveryHash, type FactorRow } from '../model/factor.ts'
import { factorKinds, isSetAside, reachOf, secondFactors, takenWith, withStandIns, type FactorKind } from '../model/factor-kinds.ts'
import { isMailAddress, mailboxOf } from '../model/mail-address.ts'
import { isFresh, mayEnrol } from '../model/session.ts'
import { refuseName } from '../model/shown-name.ts'
import { smsNumber } from '../model/sms-number.ts'
import { guardPeople } from '../records/guard.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  addressesOf, confirmFactor, deleteFactors, dropUnconfirmed, factorsOf, forgetWrongCodes, insertFactor, markForSms, noteFactorOfSession, noteFactors, noteRecord, recoveryCodesLeft, renameFactor, unmarkForSms, writeRecoveryCodes, type OwnAddress,
} from '../store/factors.ts'
import { lockLogin } from '../store/logins-sign-in.ts'
import type { MasterKey } from '../store/master-key.ts'
import { countSent, holdMailbox } from '../store/messages.ts'
import { forgetDevices } from '../store/remembered-devices.ts'
import { deleteSessionsByFactors, readUserName, type SessionRow } from '../store/sessions.ts'
import { sendCode } from './factor-codes.ts'
import { creationOptions, verifyCreation } from './passkeys.ts'
import { policyOf } from './password-policy.ts'
import { countWrong, lookAtFactor, refuseGuessedOut, type Reached } from './prove-factor.ts'
import { checkUser, devicesForgotten } from './sessions.ts'
import type { Visit } from './sessions-open.ts'
import { goOnWith, type SignedIn } from './sign-in.ts'
import { claimAnswer, claimSending, releaseAttempt } from './throttle.ts'
import { totpUri } from './totp.ts'

async function shownOf(db: Pick<Database, 'first' | 'query'>, factor: FactorRow, factors: readonly FactorRow[]): Promise<Document> {
  const { id, type, name, confirmed, created, lastUsed, value } = factor
  return {
    id, type, name: name ?? factorKinds[type].label, confirmed,
    ...(created === null ? {} : { created }), ...(lastUsed === null ? {} : { lastUsed }),
    ...(type === 'SMS' || type === 'EMAIL' ? { hint: type === 'SMS' ? hintOf(value!) : value } : {}),
    ...(type === 'WEBAUTHN' ? { credentialId: value } : {}),
    ...(type === 'RECOVERY_CODES' ? { left: await recoveryCodesLeft(db, id) } : {}),
    ...(isSetAside(factor, factors) ? { setAside: true } : {}),
  }
}

/** The factors of a person, without what is secret of them. */
export async function listFactors(db: Pick<Database, 'first' | 'query'>, userId: string): Promise<Document[]> {
  const shown: Document[] = []
  const factors = await factorsOf(db, userId)
  for (const factor of factors) shown.push(await shownOf(db, factor, factors))
  return shown
}

/** The ways that are open to somebody whose password is known: what the sign-in shows of their factors. */
export async function openFactors(ctx: Pick<Context, 'db'>, userId: string): Promise<Document[]> {
  return secondFactors(await factorsOf(ctx.db, userId)).map(({ id, type, name, value }) => ({ id, type, name: name ?? factorKinds[type].label, ...(type === 'SMS' ? { hint: hintOf(value!) } : {}), ...(type === 'WEBAUTHN' ? { credentialId: value } : {}) }))
}

/**
 * Errors: `step_up_required` unless this session proved just now as much as the strongest kind of factor that its person has reaches,
 * or has only just begun and waits for a first factor; `sign_in_incomplete`.
 */
export async function refuseStale(ctx: Context, session: SessionRow): Promise<void> {
  const { strongest } = reachOf(await factorsOf(ctx.db, session.userId))
  if (session.nextStep === 'enrol_factor') {
    if (mayEnrol(session, strongest, ctx.now())) return
    throw new GatehouseError('step_up_required', 'This sign-in was begun too long ago to add a factor in: sign in again.')
  }
  if (session.nextStep !== null) throw new GatehouseError('sign_in_incomplete', `The next step of this sign-in is ${session.nextStep}.`)
  // Not the level of the session: what was proved last may have been less.
  if (isFresh(session.proved, ctx.now().getTime()) && session.provedLevel >= strongest) return
  throw new GatehouseError('step_up_required', 'Prove again who you are at /me/step-up, and repeat this within ten minutes.')
}

export interface Enrolment {
  type: FactorKind
  name?: string | undefined
  /** For SMS: the number; for EMAIL: one of the person's addresses. */
  value?: string | undefined
  /** For WEBAUTHN: what the browser has made. */
  credential?: Document | undefined
}

/** What to give the browser to make a passkey with. */
export async function passkeyOptions(ctx: Context, session: SessionRow): Promise<Document> {
  await refuseStale(ctx, session)
  const existing = (await factorsOf(ctx.db, session.userId)).filter(({ type }) => type === 'WEBAUTHN')
  const person = await readUserName(ctx.db, session.userId)
  return creationOptions(ctx, { userId: session.userId, userName: person.userName ?? session.userId, displayName: person.displayName ?? '' }, existing, session.sessionId)
}

interface Begun {
  document: Document
  /** What was proved by it, when it counts at once. */
  level: number
}

export interface Enrolled {
  document: Document
  /** Where the session stands now, when it has proved something. */
  went?: SignedIn
}

/**
 * Begins a factor, or makes one that needs no confirming. The answer holds what is shown once: the address of a TOTP, recovery
 * codes. A passkey counts at once, and its session goes on in the same transaction. Errors: `step_up_required`, `factor_refused` for a passkey,
 * `conflict` (an address that is proved, too many factors), `invalid_value`, `too_many_requests`; `unauthenticated` for a session that has ended.
 */
export async function enrolFactor(ctx: Context, masterKey: MasterKey, session: SessionRow, asked: Enrolment, visit?: Visit): Promise<Enrolled> {
  await refuseStale(ctx, session)
  const { type, name = factorKinds[asked.type].label } = asked
  refuseName(name)
  // What nothing is sent to is not counted.
  if (type === 'SMS' || type === 'EMAIL') {
    await whereTo(ctx.db, session.userId, type, asked.value)
    await claimSending(ctx, session.userId)
  }
  const policy = await policyOf(ctx.db, session.userId, ctx.now())
  return ctx.db.transaction(async (tx) => {
    const { document, level } = await begin(tx, ctx, masterKey, session, { ...asked, name })
    return level === 0 ? { document } : { document, went: await goOnWith(tx, ctx, session, policy, { level, added: true, way: 'WEBAUTHN', visit }) }
  })
}

async function begin(tx: Transaction, ctx: Context, masterKey: MasterKey, session: SessionRow, { type, name, value, credential }: Enrolment & { name: string }): Promise<Begun> {
  await lockLogin(tx, session.userId)
  const factors = await factorsOf(tx, session.userId)
  // Addresses are bounded by how many a record may have, and sign nobody in.
  if (type !== 'EMAIL' && factors.filter((one) => one.type !== 'EMAIL').length >= mostFactors) throw new GatehouseError('conflict', `You have ${mostFactors} factors: remove one first.`)
  const base = { id: ctx.newId(), userId: session.userId, type, name, at: ctx.now() }
  if (type === 'TOTP') return beginTotp(tx, ctx, masterKey, base)
  if (type === 'RECOVERY_CODES') return makeRecoveryCodes(tx, ctx, base, session, factors)
  if (type === 'WEBAUTHN') return makePasskey(tx, ctx, base, session, credential)
  return beginCode(tx, ctx, masterKey, base, session, value)
}

type Base = { id: string; userId: string; type: FactorKind; name: string; at: Date }

async function beginTotp(tx: Transaction, ctx: Context, masterKey: MasterKey, base: Base): Promise<Begun> {
  const secret = randomBytes(20)
  await dropUnconfirmed(tx, base.userId)
  await insertFactor(tx, { ...base, secret: masterKey.encrypt(secret, 'factor', base.id) })
  const { userName } = await readUserName(tx, base.userId)
  return { document: { ...(await entryOf(tx, base)), uri: totpUri(secret, ctx.config.PRODUCT_NAME, userName ?? base.userId) }, level: 0 }
}

/** Where a code goes: to an address as the record has it, however it was typed. Errors: `invalid_value`; `conflict` for an address that is proved. */
async function whereTo(db: Pick<Database, 'query'>, userId: string, type: FactorKind, given = ''): Promise<string> {
  if (type === 'EMAIL') {
    const entries = entriesOf(await addressesOf(db, userId), given)
    const found = entries.find(({ value }) => value === given) ?? entries[0]
    if (!found) throw unusable('value: must be one of your e-mail addresses that is in use.')
    if (found.proved) throw new GatehouseError('conflict', 'The address is proved already.')
    // Records keep addresses of more forms than mail is sent to.
    if (!isMailAddress(found.value)) throw unusable('value: mail cannot be sent to this address.')
    return found.value
  }
  const number = smsNumber(given)
  if (number === undefined) throw unusable('value: must be a number with + and the country in front.')
  return number
}

const unusable = (message: string) => new GatehouseError('invalid_value', message, { problems: [{ path: 'value', message: 'cannot be used' }] })

/** The same address may stand in several entries. */
const entriesOf = (addresses: readonly OwnAddress[], address: string) => addresses.filter(({ active, value }) => active && mailboxOf(value) === mailboxOf(address))

/**
 * What may be sent to one mailbox, whoever asks for it: it may be a stranger's, in the records of many by mistake or on purpose. Errors:
 * `too_many_requests`.
 */
async function refuseFlood(tx: Transaction, ctx: Context, recipient: string): Promise<void> {
  await holdMailbox(tx, recipient)
  const { hour, day } = await countSent(tx, { recipient }, 'address-code', ctx.now())
  if (hour >= mostToAddress.hour || day >= mostToAddress.day) throw new GatehouseError('too_many_requests', `At most ${mostToAddress.hour} codes an hour, and ${mostToAddress.day} a day, go to one address: wait.`)
}

const mostToAddress = { hour: 5, day: 20 } as const

async function beginCode(tx: Transaction, ctx: Context, masterKey: MasterKey, base: Base, session: SessionRow, given?: string): Promise<Begun> {
  // Looked at before a message was counted, too; another request may have confirmed it since.
  const value = await whereTo(tx, base.userId, base.type, given)
  if (base.type === 'EMAIL') {
    await refuseFlood(tx, ctx, value)
    await recordEvents(tx, ctx, [{ action: 'user.emails.send-code', targetType: 'User', targetId: base.userId, changes: entriesOf(await addressesOf(tx, base.userId), value).map(({ id }) => ({ path: `emails[${id}].code`, after: 'sent' })) }])
  }
  await dropUnconfirmed(tx, base.userId)
  await insertFactor(tx, { ...base, value })
  await sendCode(tx, ctx, masterKey, { ...base, value }, session.sessionId, 'address-code')
  return { document: await entryOf(tx, base), level: 0 }
}

/** They stand in for another factor: who has none is given none. A new set takes the place of the one before. */
async function makeRecoveryCodes(tx: Transaction, ctx: Context, base: Base, { sessionId }: SessionRow, factors: readonly FactorRow[]): Promise<Begun> {
  if (secondFactors(factors).length === 0) throw new GatehouseError('conflict', 'Recovery codes stand in for another factor: enrol one first.')
  await removeAll(tx, ctx, base.userId, { gone: factors.filter(({ type }) => type === 'RECOVERY_CODES'), factors, but: sessionId })
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode)
  await insertFactor(tx, { ...base, confirmedType: 'SHOWN' })
  await writeRecoveryCodes(tx, base.id, codes.map((code) => recoveryHash(base.id, code)))
  await added(tx, ctx, base)
  return { document: { ...(await entryOf(tx, base)), codes }, level: 0 }
}

async function makePasskey(tx: Transaction, ctx: Context, base: Base, session: SessionRow, credential: Document | undefined): Promise<Begun> {
  const made = credential && (await verifyCreation(tx, ctx, credential, { holder: session.sessionId, userId: base.userId }))
  if (!made) throw new GatehouseError('factor_refused', 'The passkey does not answer what was asked; ask for other options and try again.')
  const { level, ...values } = made
  await insertFactor(tx, { ...base, ...values, confirmedType: 'REGISTERED' })
  await added(tx, ctx, base)
  await noteFactorOfSession(tx, { id: ctx.newId(), userId: base.userId, sessionId: session.sessionId, factorId: base.id })
  return { document: await entryOf(tx, base), level }
}

async function entryOf(tx: Transaction, { id, userId }: Base): Promise<Document> {
  const factors = await factorsOf(tx, userId)
  return shownOf(tx, factors.find((one) => one.id === id)!, factors)
}

/** A new way of signing in: the person is told of it, and devices are asked anew. */
async function added(tx: Transaction, ctx: Context, { id, userId, type, name }: Base, phones: readonly string[] = []): Promise<void> {
  await noteFactors(tx, [userId])
  await recordEvents(tx, ctx, [{ action: 'user.factor.add', targetType: 'User', targetId: userId, changes: [{ path: `factors[${id}]`, after: { type, name } }, ...phones.map((phone) => ({ path: `phoneNumbers[${phone}].isForSms`, before: false, after: true }))] }])
}

/** An address has shown to be the person's. It signs nobody in: nothing else changes by it. */
async function addressProved(tx: Transaction, ctx: Context, { userId, value }: FactorRow): Promise<void> {
  const entries = entriesOf(await addressesOf(tx, userId), value!)
  await noteRecord(tx, userId, ctx.now())
  await recordEvents(tx, ctx, [{ action: 'user.emails.prove', targetType: 'User', targetId: userId, changes: entries.map((entry) => ({ path: `emails[${entry.id}].proved`, after: { value: entry.value } })) }])
}

/**
 * Confirms a factor that was begun, by its first code; the session goes on by what this proves, which is nothing where it is an address.
 * Errors: `not_found`, `conflict`, `factor_refused`, `too_many_requests`; `unauthenticated` for a session that has ended.
 */
export async function confirmEnrolment(ctx: Context, masterKey: MasterKey, session: SessionRow, id: string, code: string, visit?: Visit): Promise<SignedIn> {
  await refuseStale(ctx, session)
  const { userId, sessionId } = session
  const policy = await policyOf(ctx.db, userId, ctx.now())
  const claim = await claimAnswer(ctx, userId)
  const went = await ctx.db.transaction(async (tx): Promise<SignedIn | undefined> => {
    const login = await lockLogin(tx, userId)
    const factor = (await factorsOf(tx, userId)).find((one) => one.id === id)
    if (!factor || !login) throw new GatehouseError('not_found', `You have no factor with the id ${id}.`)
    if (factor.confirmed) throw new GatehouseError('conflict', 'The factor is confirmed already.')
    refuseGuessedOut(login, policy)
    const seen = await lookAtFactor(tx, ctx, masterKey, factor, session, { code })
    if (!seen || seen === 'copied') return void (await countWrong(tx, ctx, session, login.loginId, policy, factor))
    await forgetWrongCodes(tx, login.loginId, ctx.now())
    await confirmFactor(tx, id, factor.type === 'TOTP' ? 'CODE' : `CODE_BY_${factor.type}`, seen.counter)
    const phones = factor.type === 'SMS' ? await markForSms(tx, factor, ctx.now()) : []
    if (factor.type === 'EMAIL') await addressProved(tx, ctx, factor)
    else await added(tx, ctx, { id, userId, type: factor.type, name: factor.name!, at: ctx.now() }, phones)
    const reached: Partial<Reached> = seen.level === 0 || factor.type === 'EMAIL' ? {} : { level: seen.level, way: factor.type }
    if (reached.way) await noteFactorOfSession(tx, { id: ctx.newId(), userId, sessionId, factorId: id })
    // A code by e-mail proves nothing that counts, and one by SMS takes nothing from the stronger proof that let it be asked for.
    return goOnWith(tx, ctx, session, policy, { ...reached, added: (reached.level ?? 0) >= session.provedLevel, visit })
  })
  if (!went) throw new GatehouseError('factor_refused')
  await releaseAttempt(ctx, claim)
  return went
}

/** Names one's factor. Errors: `not_found`, `invalid_value`. */
export async function nameFactor(ctx: Context, userId: string, id: string, name: string): Promise<Document> {
  refuseName(name)
  return ctx.db.transaction(async (tx) => {
    const factors = await factorsOf(tx, userId)
    const factor = factors.find((one) => one.id === id)
    if (!factor) throw new GatehouseError('not_found', `You have no factor with the id ${id}.`)
    await renameFactor(tx, id, name)
    await recordEvents(tx, ctx, [{ action: 'user.factor.rename', targetType: 'User', targetId: userId, changes: [{ path: `factors[${id}].name`, before: factor.name, after: name }] }])
    return { ...await shownOf(tx, factor, factors), name }
  })
}

async function removeAll(tx: Transaction, ctx: Context, userId: string, { gone, factors, but }: { gone: readonly FactorRow[]; factors: readonly FactorRow[]; but?: string | undefined }): Promise<void> {
  if (gone.length === 0) return
  const ended = await deleteSessionsByFactors(tx, userId, { ...takenWith(factors, gone), but })
  const ids = gone.map(({ id }) => id)
  const unmarked = await unmarkForSms(tx, userId, ids, ctx.now())
  await deleteFactors(tx, ids)
  await noteFactors(tx, [userId])
  if (gone.some(({ type, confirmed }) => type === 'EMAIL' && confirmed)) await noteRecord(tx, userId, ctx.now())
  await recordEvents(tx, ctx, [{ action: 'user.factor.remove', targetType: 'User', targetId: userId, changes: [...gone.map(({ id, type, name, value, confirmed }) => ({ path: `factors[${id}]`, before: { type, name: name ?? factorKinds[type].label, ...(type === 'EMAIL' && confirmed ? { value } : {}) } })), ...ended.map((id) => ({ path: `sessions[${id}]`, before: id })), ...unmarked.map((id) => ({ path: `phoneNumbers[${id}].isForSms`, before: true, after: false }))] }])
}

/** Removes one's own factor; one's other sessions that it served in end. Errors: `step_up_required`, `not_found`. */
export async function removeOwnFactor(ctx: Context, session: SessionRow, id: string): Promise<void> {
  await refuseStale(ctx, session)
  await removeFactors(ctx, session.userId, id, session.sessionId)
}

/**
 * Removes one factor of a person, or all of them: what the help desk does for who has lost theirs. Whoever has it now may be in by it:
 * the sessions that it served in end, but for `but`. Addresses that they have proved are lost with no phone, and are told of this: they stay so. Errors: `not_found`, `forbidden`.
 */
export async function removeFactors(ctx: Context, userId: string, id?: string, but?: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const login = await lockLogin(tx, userId)
    const factors = await factorsOf(tx, userId)
    // The wrong codes were those of factors that are gone.
    if (id === undefined && login) await forgetWrongCodes(tx, login.loginId, ctx.now())
    const gone = factors.filter((one) => (id === undefined ? one.type !== 'EMAIL' : one.id === id))
    if (id !== undefined && gone.length === 0) throw new GatehouseError('not_found', `There is no factor with the id ${id}.`)
    await removeAll(tx, ctx, userId, { gone: withStandIns(factors, gone), factors, but })
  })
}

/** Has a device of a person, or all of them, be asked again. Errors: `not_found` for the person, or for that device; `forbidden`. */
export async function forgetDevice(ctx: Context, userId: string, id?: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await checkUser(tx, userId)
    await guardPeople(tx, ctx, [userId])
    const gone = await forgetDevices(tx, userId, { id })
    if (id !== undefined && gone.length === 0) throw new GatehouseError('not_found', `There is no remembered device with the id ${id}.`)
    await recordEvents(tx, ctx, devicesForgotten(userId, gone))
  })
}
