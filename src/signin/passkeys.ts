/**
 * Passkeys (WebAuthn level 3, by @simplewebauthn): what a browser is asked, and its answer. Every question is kept here, for
 * one answer, of whom it was asked only, and for a few minutes. The name of the relying party is that of PUBLIC_URL and of
 * nothing that a request says.
 */
import {
  generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse,
  type AuthenticationResponseJSON, type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { createHash, randomBytes } from 'node:crypto'
import { publicUrl, type Config } from '../config.ts'
import type { Context } from '../context.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { challengeMinutes, type FactorRow } from '../model/factor.ts'
import { levels } from '../model/factor-kinds.ts'
import type { Transaction } from '../store/database.ts'
import { insertChallenge, takeChallenge, userHandle, type ChallengeKind } from '../store/factors.ts'

const party = (config: Pick<Config, 'PUBLIC_URL' | 'PORT'>) => {
  const { origin, hostname } = new URL(publicUrl(config))
  return { expectedOrigin: origin, rpID: hostname, expectedRPID: hostname }
}

const markOf = (kind: ChallengeKind, challenge: string, holder: string) => createHash('sha256').update(`${kind}\0${challenge}\0${holder}`).digest()

async function asked(db: Pick<Context['db'], 'execute'>, ctx: Context, kind: ChallengeKind, challenge: string, holder: string, userId: string | null): Promise<void> {
  await insertChallenge(db, { mark: markOf(kind, challenge, holder), kind, userId }, ctx.now(), challengeMinutes)
}

const transportsOf = (factor: FactorRow) => (factor.transports ?? '').split(' ').filter((one) => one !== '')

/** What to ask a browser to make a passkey with. `holder`: the session, which alone can answer. */
export async function creationOptions(ctx: Context, person: { userId: string; userName: string; displayName: string }, existing: readonly FactorRow[], holder: string): Promise<Document> {
  const { rpID } = party(ctx.config)
  return ctx.db.transaction(async (tx) => {
    const handle = await userHandle(tx, person.userId, randomBytes(32))
    const options = await generateRegistrationOptions({
      rpName: ctx.config.PRODUCT_NAME, rpID, userName: person.userName, userDisplayName: person.displayName, userID: new Uint8Array(handle),
      timeout: challengeMinutes * 60_000, attestationType: 'none', excludeCredentials: existing.map((one) => ({ id: one.value!, transports: transportsOf(one) })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await asked(tx, ctx, 'ENROL', options.challenge, holder, person.userId)
    return options as unknown as Document
  })
}

/** What to ask a browser to sign with: any passkey of its own, or one of these. */
export async function requestOptions(ctx: Context, { holder, userId = null, factors }: { holder: string; userId?: string | null; factors?: readonly FactorRow[] }): Promise<Document> {
  const options = await generateAuthenticationOptions({
    rpID: party(ctx.config).rpID, timeout: challengeMinutes * 60_000, userVerification: factors ? 'preferred' : 'required',
    ...(factors ? { allowCredentials: factors.map((one) => ({ id: one.value!, transports: transportsOf(one) })) } : {}),
  })
  await asked(ctx.db, ctx, 'PASSKEY', options.challenge, holder, userId)
  return options as unknown as Document
}

/** The challenge that an answer is to. Everything in it is somebody's input. */
function challengeIn(answer: Document): string | undefined {
  const { response } = answer
  if (!isObject(response) || typeof response.clientDataJSON !== 'string') return undefined
  try {
    const { challenge } = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as { challenge?: unknown }
    return typeof challenge === 'string' ? challenge : undefined
  } catch {
    return undefined
  }
}

/** The challenge of an answer, if it was asked of this holder and not answered before. */
async function taken(tx: Transaction, ctx: Context, kind: ChallengeKind, answer: Document, holder: string, userId: string | null): Promise<string | undefined> {
  const challenge = challengeIn(answer)
  if (challenge === undefined) return undefined
  const row = await takeChallenge(tx, markOf(kind, challenge, holder), kind, ctx.now())
  return row && row.userId === userId ? challenge : undefined
}

export interface NewPasskey {
  value: string
  publicKey: Buffer
  counter: number
  transports: string
  level: number
}

/** The passkey that a browser has made; undefined when it is not an answer to our question. */
export async function verifyCreation(tx: Transaction, ctx: Context, answer: Document, { holder, userId }: { holder: string; userId: string }): Promise<NewPasskey | undefined> {
  const challenge = await taken(tx, ctx, 'ENROL', answer, holder, userId)
  if (challenge === undefined) return undefined
  const { expectedOrigin, expectedRPID } = party(ctx.config)
  const verified = await verifyRegistrationResponse({ response: answer as unknown as RegistrationResponseJSON, expectedChallenge: challenge, expectedOrigin, expectedRPID, requireUserVerification: true }).catch(() => undefined)
  if (!verified?.verified) return undefined
  const { credential } = verified.registrationInfo
  if (credential.id.length > 1400) return undefined
  return { value: credential.id, publicKey: Buffer.from(credential.publicKey), counter: credential.counter, transports: knownTransports(credential.transports), level: levels.passkey }
}

const transports = ['usb', 'nfc', 'ble', 'internal', 'hybrid', 'smart-card', 'cable']
const knownTransports = (given: unknown): string => (Array.isArray(given) ? transports.filter((one) => given.includes(one)).join(' ') : '')

/**
 * What an answer of a passkey shows: its new count, and the level. `copied`: it is right but for a count that went back or stood still, so that
 * two may have the key (WebAuthn level 3 §6.1.1). Undefined when it is none to our question.
 */
export async function verifyAssertion(tx: Transaction, ctx: Context, answer: Document, factor: FactorRow, { holder, userId, alone }: { holder: string; userId: string | null; alone: boolean }): Promise<{ counter: number; level: number } | 'copied' | undefined> {
  const challenge = await taken(tx, ctx, 'PASSKEY', answer, holder, userId)
  if (challenge === undefined || answer.id !== factor.value || factor.publicKey === null) return undefined
  const { expectedOrigin, expectedRPID } = party(ctx.config)
  const verified = await verifyAuthenticationResponse({
    response: answer as unknown as AuthenticationResponseJSON, expectedChallenge: challenge, expectedOrigin, expectedRPID, requireUserVerification: alone,
    // The count is looked at when the signature is known to be right: the library does so before, when anybody could have made it up.
    credential: { id: factor.value!, publicKey: new Uint8Array(factor.publicKey), counter: 0 },
  }).catch(() => undefined)
  if (!verified?.verified) return undefined
  const { newCounter, userVerified } = verified.authenticationInfo
  const before = factor.counter ?? 0
  if ((newCounter > 0 || before > 0) && newCounter <= before) return 'copied'
  return { counter: newCounter, level: userVerified ? levels.passkey : levels.twoFactors }
}
