/**
 * The keys that sign ID tokens and logout tokens: one RSA and one EC key at a time. A new key is published for a while
 * before it signs, so that every server and every application knows it by then, and the one before is published on for
 * as long as what it signed may be shown to us again.
 *
 *     made ── published, does not sign yet ── signs ── retired, published on ── forgotten
 *        0                          + leadMs        at the next rotation      + overlapMs
 *
 * A key that may be in other hands is withdrawn: it is gone at once, and the new one signs without waiting to be known.
 */
import { createPrivateKey, generateKeyPair, hash, type JsonWebKey } from 'node:crypto'
import { promisify } from 'node:util'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { signingAlgorithms } from '../model/oidc-client.ts'
import type { Database } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import { deleteRetiredKeys, deleteSigningKeys, insertSigningKey, retireSigningKey, signingKeys, type SigningKeyRow } from '../store/signing-keys.ts'

type Algorithm = (typeof signingAlgorithms)[number]

export const leadMs = 5 * 60_000
export const overlapMs = 14 * 86_400_000
/** A key signs no longer than this before a job rotates it. */
const longestMs = 90 * 86_400_000

const purposeOf = (algorithm: Algorithm) => `oidc-${algorithm}`
const envelopePurpose = 'signing-key'

export interface ProviderKeys {
  /** Private keys as JWKs, for each algorithm the one that signs first. */
  keys: JsonWebKey[]
  /** Names this set: what changes when a key is made, begins to sign or is forgotten. */
  mark: string
}

/** The keys that are published at the moment, made at first use. Errors: `configuration` when the master key cannot open them. */
export async function providerKeys(db: Database, masterKey: MasterKey, now: Date, known?: ProviderKeys): Promise<ProviderKeys> {
  const rows: SigningKeyRow[] = []
  for (const algorithm of signingAlgorithms) rows.push(...(await keysOf(db, masterKey, algorithm, now)))
  const mark = rows.map(({ key_id: id }) => id).join(' ')
  if (known?.mark === mark) return known
  return { mark, keys: rows.map((row) => ({ ...jwkOf(row, masterKey), kid: row.key_id, use: 'sig', alg: row.algorithm })) }
}

/** The published keys of an algorithm, the one that signs first. */
async function keysOf(db: Database, masterKey: MasterKey, algorithm: Algorithm, now: Date): Promise<SigningKeyRow[]> {
  for (;;) {
    const published = (await signingKeys(db, purposeOf(algorithm))).filter(({ retired_at: retired }) => retired === null || Date.parse(retired) + overlapMs > now.getTime()).reverse()
    if (published.some((row) => row.retired_at === null)) {
      const ready = published.find((row) => Date.parse(row.created_at) + leadMs <= now.getTime()) ?? published.at(-1)!
      return [ready, ...published.filter((row) => row !== ready)]
    }
    await insertSigningKey(db, await newKey(masterKey, algorithm, now))
  }
}

const taken = () => new GatehouseError('conflict', 'Another process makes keys at this moment; try once more.')

/** Makes new keys, which sign in a few minutes; those of before are published on. How many. Errors: `conflict` where another process rotates at the same moment. */
export async function rotateProviderKeys(ctx: Context, masterKey: MasterKey): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    for (const algorithm of signingAlgorithms) {
      const key = await newKey(masterKey, algorithm, ctx.now())
      await retireSigningKey(tx, purposeOf(algorithm), ctx.now())
      if (!(await insertSigningKey(tx, key))) throw taken()
      await recordEvents(tx, ctx, [{ action: 'signing-key.rotate', targetType: 'SigningKey', targetId: key.key_id, changes: [{ path: 'algorithm', after: algorithm }] }])
    }
    return signingAlgorithms.length
  })
}

/**
 * Makes new keys, which sign at once, and takes away all those of before: none is published any more, and none can sign again. Servers that
 * run notice within seconds; applications believe what they have kept of our keys for as long as they keep it. How many were made, and how
 * many are gone. Errors: `conflict` where another process rotates at the same moment.
 */
export async function withdrawProviderKeys(ctx: Context, masterKey: MasterKey): Promise<{ keys: number; withdrawn: number }> {
  const made = await Promise.all(signingAlgorithms.map((algorithm) => newKey(masterKey, algorithm, ctx.now())))
  return ctx.db.transaction(async (tx) => {
    let withdrawn = 0
    for (const key of made) {
      const gone = await deleteSigningKeys(tx, key.purpose)
      withdrawn += gone.length
      if (!(await insertSigningKey(tx, key))) throw taken()
      const changes = [{ path: 'algorithm', before: key.algorithm }]
      await recordEvents(tx, ctx, [
        ...gone.map((id) => ({ action: 'signing-key.withdraw', targetType: 'SigningKey', targetId: id, changes })),
        { action: 'signing-key.rotate', targetType: 'SigningKey', targetId: key.key_id, changes: [{ path: 'algorithm', after: key.algorithm }] },
      ])
    }
    return { keys: made.length, withdrawn }
  })
}

/** Rotates the keys when they have signed long enough; the daily job. */
export async function rotateOldKeys(ctx: Context, masterKey: MasterKey): Promise<number> {
  const rows = (await Promise.all(signingAlgorithms.map((algorithm) => signingKeys(ctx.db, purposeOf(algorithm))))).flat()
  const old = rows.some((row) => row.retired_at === null && Date.parse(row.created_at) + longestMs <= ctx.now().getTime())
  if (!old) return 0
  return rotateProviderKeys(ctx, masterKey).catch((error: unknown) => {
    // Another process has just done it.
    if (error instanceof GatehouseError && error.code === 'conflict') return 0
    throw error
  })
}

/** Past its overlap nothing publishes a key, and no hint that it signed is taken; a day more is for a server whose clock is behind. */
const keptMs = overlapMs + 86_400_000
const batch = 100

/** Takes away retired keys that are published no more, both halves; the daily job. How many. */
export async function forgetOldKeys(ctx: Context): Promise<number> {
  const before = new Date(ctx.now().getTime() - keptMs)
  let forgotten = 0
  for (const algorithm of signingAlgorithms) {
    for (let gone = batch; gone === batch; forgotten += gone) {
      gone = await ctx.db.transaction(async (tx) => {
        const ids = await deleteRetiredKeys(tx, purposeOf(algorithm), before, batch)
        await recordEvents(tx, ctx, ids.map((id) => ({ action: 'signing-key.forget', targetType: 'SigningKey', targetId: id, changes: [{ path: 'algorithm', before: algorithm }] })))
        return ids.length
      })
    }
  }
  return forgotten
}

// Off the event loop: an RSA key takes a good while.
const generate = promisify(generateKeyPair)

async function newKey(masterKey: MasterKey, algorithm: Algorithm, now: Date): Promise<Omit<SigningKeyRow, 'retired_at'>> {
  const { privateKey, publicKey } = algorithm === 'RS256' ? await generate('rsa', { modulusLength: 3072 }) : await generate('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y, n, e } = publicKey.export({ format: 'jwk' })
  // RFC 7638: the members that a key of this kind must have, in the order of the alphabet.
  const members = algorithm === 'RS256' ? { e, kty, n } : { crv, kty, x, y }
  const keyId = hash('sha256', JSON.stringify(members), 'base64url')
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  return {
    key_id: keyId, purpose: purposeOf(algorithm), algorithm, public_key: JSON.stringify(members),
    private_key_encrypted: masterKey.encrypt(secret, envelopePurpose, keyId), created_at: now.toISOString(),
  }
}

function jwkOf(row: SigningKeyRow, masterKey: MasterKey): JsonWebKey {
  const secret = masterKey.decrypt(row.private_key_encrypted, envelopePurpose, row.key_id)
  return createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
}
