/**
 * The help desk's spoken secret: kept as an argon2id hash (OWASP's minimum parameters), of its folded form. It tells the
 * help desk who is on the phone, and signs nobody in.
 */
import { hash, verify } from '@node-rs/argon2'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { guardPeople } from '../records/guard.ts'
import { clearSecretAttempts, countSecretAttempt } from '../store/secret-words.ts'

/** Wrong words in a row, after which only a new word opens the check again. */
const most = 5

const fold = (spoken: string) => spoken.normalize('NFKC').trim().toLowerCase()

/** Replaces a secret word in the clear by its hash, and forgets wrong ones; a document without one is returned as it is. */
export async function hashSecretWord(document: Document): Promise<Document> {
  if (typeof document.secretWord !== 'string') return document
  return { ...document, secretFailCount: 0, secretWord: await hash(fold(document.secretWord), { memoryCost: 19456, timeCost: 2, parallelism: 1 }) }
}

export interface SecretWordAnswer {
  verified: boolean
  /** No word will do any more until a new one is set. */
  locked: boolean
}

/**
 * Whether somebody on the phone knows the person's secret word; every attempt is an event. Errors: `not_found`,
 * `conflict` when the person has no secret word.
 */
export async function verifySecretWord(ctx: Context, userId: string, spoken: string): Promise<SecretWordAnswer> {
  const { hash: expected, attempts } = await ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, [userId])
    const state = await countSecretAttempt(tx, userId, most)
    if (!state) throw new GatehouseError('not_found', `There is no User with the id ${userId}.`)
    if (state.hash === null) throw new GatehouseError('conflict', 'The person has no secret word: another proof is needed.')
    return { hash: state.hash, attempts: state.attempts }
  })
  // Costs the same when locked, so that the answer's time tells nothing of the word.
  // What an older system left there may be no hash of ours: nothing is right then.
  const right = await verify(expected, fold(spoken)).catch(() => false)
  const verified = right && attempts <= most
  await ctx.db.transaction(async (tx) => {
    if (verified) await clearSecretAttempts(tx, userId, expected)
    await recordEvents(tx, ctx, [{ action: 'user.secret-word.verify', targetType: 'User', targetId: userId, result: verified ? 'SUCCESS' : attempts > most ? 'locked' : 'wrong' }])
  })
  return { verified, locked: !verified && attempts >= most }
}
