/**
 * The keys of our service app. Those made here are encrypted with the master key; Okta is given their public halves, by
 * hand. A new one is tried first from then on, and the one before signs for as long as Okta does not know the new one.
 *
 *     waiting ──Okta takes it──▶ signs ──the next one is taken──▶ retired (its private half is gone)
 */
import { createPrivateKey, generateKeyPair, hash, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { recordEvents } from '../../audit/record.ts'
import type { Config } from '../../config.ts'
import type { Context } from '../../context.ts'
import { GatehouseError } from '../../errors.ts'
import type { MasterKey } from '../../store/master-key.ts'
import { insertSigningKey, promoteSigningKey, signingKeys, type SigningKeyRow } from '../../store/signing-keys.ts'
import type { ClientKey, ClientKeys } from './service-token.ts'

export type KeyContext = Pick<Context, 'db' | 'now' | 'newId' | 'config' | 'actor'>

const signing = 'okta-client'
const waiting = 'okta-client-next'
const envelopePurpose = 'signing-key'
const algorithm = 'RS256'

/** A key as it is listed. */
export interface ListedKey {
  keyId: string
  algorithm: string
  state: 'waiting' | 'signs' | 'retired'
  created: string
  retired?: string
}

// Off the event loop: an RSA key takes a good while.
const generate = promisify(generateKeyPair)

/** Makes the first key. Errors: `conflict` when there is one. */
export async function generateClientKey(ctx: KeyContext, masterKey: MasterKey): Promise<ListedKey> {
  const made = await newKey(ctx, masterKey, signing)
  if ((await keysOf(ctx, waiting)).length > 0 || !(await insert(ctx, made, 'okta-key.generate'))) {
    throw new GatehouseError('conflict', 'There is a key already; `gatehouse okta keys rotate` makes the next one.')
  }
  return listed({ ...made, retired_at: null })
}

/** Makes the next key, which signs as soon as Okta takes it. Errors: `conflict` when one waits already, or there is none to follow. */
export async function rotateClientKey(ctx: KeyContext, masterKey: MasterKey): Promise<ListedKey> {
  if ((await keysOf(ctx, signing)).length === 0) throw new GatehouseError('conflict', 'There is no key yet; `gatehouse okta keys generate` makes the first one.')
  const made = await newKey(ctx, masterKey, waiting)
  if (!(await insert(ctx, made, 'okta-key.rotate'))) throw new GatehouseError('conflict', 'A new key waits for Okta to take it: add its public half to the service app (`gatehouse okta keys jwks`).')
  return listed({ ...made, retired_at: null })
}

/** All of them, the oldest first. */
export async function listClientKeys({ db }: Pick<KeyContext, 'db'>): Promise<ListedKey[]> {
  const rows = [...(await signingKeys(db, signing)), ...(await signingKeys(db, waiting))]
  return rows.map(listed)
}

/** The public halves of the keys in use and waiting, as Okta wants them. */
export async function clientJwks(ctx: Pick<KeyContext, 'db'>): Promise<{ keys: JsonWebKey[] }> {
  const rows = [...(await keysOf(ctx, signing)), ...(await keysOf(ctx, waiting))]
  return { keys: rows.map((row) => ({ ...(JSON.parse(row.public_key) as JsonWebKey), kid: row.key_id, alg: row.algorithm, use: 'sig' })) }
}

/** Those that sign requests for tokens: of the file, when one is named, else the ones made here. Errors: `configuration`. */
export function clientKeys(config: Pick<Config, 'OKTA_PRIVATE_KEY_FILE' | 'OKTA_PRIVATE_KEY_ID'>, made?: { ctx: KeyContext; masterKey: MasterKey }): ClientKeys {
  if (config.OKTA_PRIVATE_KEY_FILE !== undefined) {
    const key = readKeyFile(config.OKTA_PRIVATE_KEY_FILE, config.OKTA_PRIVATE_KEY_ID)
    return { read: async () => [key], taken: async () => {} }
  }
  if (!made) throw new GatehouseError('configuration', 'OKTA_CLIENT_ID needs OKTA_PRIVATE_KEY_FILE here: keys made by Gatehouse are not at hand.')
  const { ctx, masterKey } = made
  return {
    async read() {
      const rows = [...(await keysOf(ctx, waiting)), ...(await keysOf(ctx, signing))]
      if (rows.length === 0) throw new GatehouseError('configuration', 'OKTA_CLIENT_ID is set, and there is no key to show Okta who we are: name one by OKTA_PRIVATE_KEY_FILE, or make one by `gatehouse okta keys generate`.')
      return rows.map((row) => ({ keyId: row.key_id, algorithm: row.algorithm, privateKey: privateKeyOf(row, masterKey) }))
    },
    taken: (key) => promote(ctx, masterKey, key),
  }
}

const keysOf = async ({ db }: Pick<KeyContext, 'db'>, purpose: string) => (await signingKeys(db, purpose)).filter((row) => row.retired_at === null)

async function promote(ctx: KeyContext, masterKey: MasterKey, { keyId }: ClientKey): Promise<void> {
  if (keyId === undefined || !(await keysOf(ctx, waiting)).some((row) => row.key_id === keyId)) return
  await ctx.db.transaction(async (tx) => {
    const wiped = (retired: string) => masterKey.encrypt('', envelopePurpose, retired)
    if (!(await promoteSigningKey(tx, { keyId, from: waiting, to: signing, wiped }, ctx.now()))) return
    await recordEvents(tx, ctx, [{ action: 'okta-key.take', targetType: 'SigningKey', targetId: keyId, changes: [{ path: 'state', before: 'waiting', after: 'signs' }] }])
  })
}

async function insert(ctx: KeyContext, row: Omit<SigningKeyRow, 'retired_at'>, action: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    if (!(await insertSigningKey(tx, row))) return false
    await recordEvents(tx, ctx, [{ action, targetType: 'SigningKey', targetId: row.key_id, changes: [{ path: 'algorithm', after: row.algorithm }] }])
    return true
  })
}

async function newKey(ctx: KeyContext, masterKey: MasterKey, purpose: string): Promise<Omit<SigningKeyRow, 'retired_at'>> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 3072 })
  const { e, n } = publicKey.export({ format: 'jwk' })
  // RFC 7638: the members of an RSA key in the order of the alphabet.
  const members = { e, kty: 'RSA', n }
  const keyId = hash('sha256', JSON.stringify(members), 'base64url')
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  return { key_id: keyId, purpose, algorithm, public_key: JSON.stringify(members), private_key_encrypted: masterKey.encrypt(secret, envelopePurpose, keyId), created_at: ctx.now().toISOString() }
}

const privateKeyOf = (row: SigningKeyRow, masterKey: MasterKey): KeyObject =>
  createPrivateKey({ key: masterKey.decrypt(row.private_key_encrypted, envelopePurpose, row.key_id), format: 'der', type: 'pkcs8' })

function listed(row: SigningKeyRow): ListedKey {
  const state = row.retired_at !== null ? 'retired' : row.purpose === waiting ? 'waiting' : 'signs'
  return { keyId: row.key_id, algorithm: row.algorithm, state, created: row.created_at, ...(row.retired_at === null ? {} : { retired: row.retired_at }) }
}

/** Longer files hold no key. */
const longestFile = 65_536

/** Errors: `configuration`, never with anything of what the file holds. */
function readKeyFile(path: string, keyId: string | undefined): ClientKey {
  const wrong = (what: string) => new GatehouseError('configuration', `OKTA_PRIVATE_KEY_FILE ${what}.`)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw wrong(`cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const parsed = text.length > longestFile ? undefined : keyOf(text)
  if (!parsed) throw wrong('holds no private key: a JWK or PEM (PKCS #8) is needed')
  const { key, kid } = parsed
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  const fitting = key.asymmetricKeyType === 'rsa' && modulusLength >= 2048 ? 'RS256' : key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1' ? 'ES256' : undefined
  if (fitting === undefined) throw wrong('must hold an RSA key of 2048 bits or more, or one on the curve P-256')
  return { keyId: kid ?? keyId, algorithm: fitting, privateKey: key }
}

function keyOf(text: string): { key: KeyObject; kid?: string } | undefined {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text) }
    const jwk = JSON.parse(text) as JsonWebKey & { kid?: unknown }
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), ...(typeof jwk.kid === 'string' ? { kid: jwk.kid } : {}) }
  } catch {
    return undefined
  }
}
