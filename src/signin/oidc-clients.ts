/**
 * The verbs on clients of the OpenID provider. A secret is 256 random bits, shown once; the server keeps its SHA-256.
 * Guards keep a client from giving more than whoever made it has: its service account may have no more rights than they,
 * its claims tell nothing that they may not read, and only who has every right makes an application that people are not asked about.
 */
import { createHash, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { sourcesOf, type Mapping } from '../model/account-mapping.ts'
import { isObject, type Document } from '../model/attribute.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { checkClient, claimRules, clientAttributes, clientLists, hasSecrets } from '../model/oidc-client.ts'
import { checkSourceTypes } from '../records/check-metadata.ts'
import { guardPeople, may } from '../records/guard.ts'
import { sourcesGuard } from '../records/veil.ts'
import { checkVersion, type Versions } from '../records/versions.ts'
import type { Database, Transaction } from '../store/database.ts'
import { loadMetadata, sensitiveAmong } from '../store/metadata.ts'
import { deleteArtifactsOfClient } from '../store/oidc-artifacts.ts'
import { deleteConsentsOfClient } from '../store/oidc-consents.ts'
import { deleteClientRow, deleteSecrets, expireSecrets, insertClient, insertSecret, listSecrets, lockClaims, readClientRow, updateClient } from '../store/oidc-clients.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** A client, or `not_found`. */
export async function readClient(db: Reader, id: string, lock = false): Promise<Document> {
  const client = await readClientRow(db, id, lock)
  if (!client) throw new GatehouseError('not_found', `There is no client with the id ${id}.`)
  return client
}

/** A client and when each of its secrets was made, never what they are. */
export async function readClientWithSecrets(ctx: Pick<Context, 'db' | 'now'>, id: string): Promise<Document> {
  const client = await readClient(ctx.db, id)
  if (!hasSecrets(client)) return client
  const secrets = await listSecrets(ctx.db, id, ctx.now().toISOString())
  return { ...client, secrets: secrets.map(({ expires, ...rest }) => ({ ...rest, ...(expires === null ? {} : { expires }) })) }
}

/** Makes a client; the answer has its secret, which stands nowhere else. Errors: every `invalid_…`, `already_exists`, `forbidden`. */
export async function createClient(ctx: Context, input: unknown): Promise<Document> {
  const client = checkClient(input)
  const id = ctx.newId()
  const guard = await clientGuard(ctx)
  checkSourceTypes(claimRules(client), await loadMetadata(ctx.db, ctx.db))
  return ctx.db.transaction(async (tx) => {
    await guard(tx, client)
    await insertClient(tx, id, client, ctx.now().toISOString(), ctx.actor.userId)
    const secret = hasSecrets(client) ? await newSecret(tx, ctx, id) : undefined
    await recorded(tx, ctx, 'client.create', id, [{ path: '', after: { id, ...client } }])
    return { ...(await readClient(tx, id)), ...(secret === undefined ? {} : { secret }) }
  })
}

/** Changes what a merge patch names. Errors: those of `createClient`, `not_found`, `version_mismatch`. */
export async function patchClient(ctx: Context, id: string, patch: unknown, versions?: Versions): Promise<Document> {
  if (!isObject(patch)) throw new GatehouseError('invalid_body', 'A merge patch must be a JSON object.')
  return changeClient(ctx, id, (before) => mergePatch(before, patch) as Document, versions)
}

/** Makes a client what is given; what is left out falls back to its default. Errors: those of `patchClient`. */
export async function replaceClient(ctx: Context, id: string, input: unknown, versions?: Versions): Promise<Document> {
  return changeClient(ctx, id, () => input, versions)
}

async function changeClient(ctx: Context, id: string, change: (before: Document) => unknown, versions: Versions): Promise<Document> {
  const [guard, metadata] = [await clientGuard(ctx), await loadMetadata(ctx.db, ctx.db)]
  return ctx.db.transaction(async (tx) => {
    const before = await readClient(tx, id, true)
    checkVersion(before, versions)
    const after = checkClient(change(before), before)
    const changes = changesOf(before, after)
    if (changes.length === 0) return before
    await guard(tx, before)
    await guard(tx, after)
    if (changes.some(({ path }) => path === 'claims')) checkSourceTypes(claimRules(after), metadata)
    await updateClient(tx, id, after, ctx.now().toISOString())
    if (!hasSecrets(after)) await deleteSecrets(tx, id, null)
    // What was given under looser terms does not outlive them.
    if (tightens(before, after) || isAnother(before, after)) await deleteArtifactsOfClient(tx, id)
    if (isAnother(before, after)) await deleteConsentsOfClient(tx, id)
    await recorded(tx, ctx, 'client.update', id, changes)
    return readClient(tx, id)
  })
}

/** Whether tokens given so far may go further than the client may now. */
function tightens(before: Document, after: Document): boolean {
  const lost = (path: string) => (before[path] as string[]).some((one) => !(after[path] as string[]).includes(one))
  return after.active === false || lost('scopes') || lost('grantTypes') || before.userId !== after.userId || before.siteId !== after.siteId || before.authentication !== after.authentication
}

/**
 * Whether it may be another application now, because codes go to a new place, or learns more: what people consented to was the one before. One
 * that is our own no more has what nobody was asked about.
 */
function isAnother(before: Document, after: Document): boolean {
  const gained = (after['redirectUris'] as string[]).some((uri) => !(before['redirectUris'] as string[]).includes(uri))
  const known = new Map(claimRules(before).map(({ target, value }) => [target, value]))
  const learns = claimRules(after).some(({ target, value }) => !isDeepStrictEqual(known.get(target), value))
  const asks = before['firstParty'] === true && after['firstParty'] !== true
  return gained || learns || asks || before['applicationType'] !== after['applicationType']
}

/** Removes a client, its secrets, its tokens and what people consented to. Errors: `not_found`, `version_mismatch`, `forbidden`. */
export async function deleteClient(ctx: Context, id: string, versions?: Versions): Promise<void> {
  const guard = await clientGuard(ctx)
  await ctx.db.transaction(async (tx) => {
    const before = await readClient(tx, id, true)
    checkVersion(before, versions)
    await guard(tx, before)
    await deleteClientRow(tx, id)
    await recorded(tx, ctx, 'client.delete', id, [{ path: '', before }])
  })
}

const mostOverlapHours = 24 * 90

/** How many secrets of a client work at once: each is one that may have been lost, and all are compared whenever one is shown. */
const mostSecrets = 5

/**
 * A new secret. Those there were work on for so many hours, so that the application can be given the new one without a
 * gap. Errors: `not_found`, `conflict` for a client without secrets or with as many as may work at once, `invalid_value`, `forbidden`.
 */
export async function rotateSecret(ctx: Context, id: string, overlapHours: number): Promise<{ id: string; secret: string; previousExpires: string }> {
  if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > mostOverlapHours) throw new GatehouseError('invalid_value', `overlapHours: must be a whole number from 0 to ${mostOverlapHours}.`)
  const until = new Date(ctx.now().getTime() + overlapHours * 3_600_000).toISOString()
  const guard = await clientGuard(ctx)
  return ctx.db.transaction(async (tx) => {
    const client = await readClient(tx, id, true)
    if (!hasSecrets(client)) throw new GatehouseError('conflict', 'This client proves who it is without a secret of ours.')
    await guard(tx, client)
    await expireSecrets(tx, id, until)
    // None gives way by itself: an application may still show it.
    if ((await listSecrets(tx, id, ctx.now().toISOString())).length >= mostSecrets) {
      throw new GatehouseError('conflict', `At most ${mostSecrets} secrets of a client work at once: end one of them first, or give an overlap of 0 hours, which ends them all.`)
    }
    const secret = await newSecret(tx, ctx, id)
    await recorded(tx, ctx, 'client.secret.rotate', id, [{ path: 'secrets', after: { previousExpires: until } }])
    return { id, secret, previousExpires: until }
  })
}

/** Ends one secret at once. Errors: `not_found`, `forbidden`. */
export async function removeSecret(ctx: Context, id: string, secretId: string): Promise<void> {
  const guard = await clientGuard(ctx)
  await ctx.db.transaction(async (tx) => {
    await guard(tx, await readClient(tx, id, true))
    if ((await deleteSecrets(tx, id, secretId)) === 0) throw new GatehouseError('not_found', `This client has no secret ${secretId}.`)
    await recorded(tx, ctx, 'client.secret.remove', id, [{ path: `secrets[${secretId}]`, before: secretId }])
  })
}

async function newSecret(tx: Transaction, ctx: Context, clientId: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  await insertSecret(tx, { id: ctx.newId(), clientId, hash: createHash('sha256').update(secret).digest(), now: ctx.now().toISOString(), createdBy: ctx.actor.userId })
  return secret
}

type Guard = (tx: Transaction, client: Document) => Promise<void>

/** Refuses a client that would give, or tell, more than the actor has. Asked for before the transaction begins. */
async function clientGuard(ctx: Context): Promise<Guard> {
  const mayRead = await sourcesGuard(ctx)
  return (tx, client) => guardClient(tx, ctx, client, mayRead)
}

async function guardClient(tx: Transaction, ctx: Context, client: Document, mayRead: (rules: Mapping) => void): Promise<void> {
  const { authority } = ctx
  const rules = claimRules(client)
  if (authority?.reach) throw new GatehouseError('forbidden', 'You may administer some people only, and anybody may be signed in by a client.')
  if (client.firstParty === true && authority && authority.rights !== 'all') {
    throw new GatehouseError('forbidden', 'firstParty: nobody is asked before such a client acts for them, and so only who has every right may make or change one.')
  }
  if (typeof client.userId === 'string') await guardPeople(tx, ctx, [client.userId])
  mayRead(rules)
  if (rules.length === 0) return
  await lockClaims(tx)
  // What was declared sensitive since the veil was made, perhaps by another server.
  const hidden = may(authority, { resource: 'sensitive', right: 'READ' }) ? undefined : await sensitiveAmong(tx, sourcesOf(rules))
  if (hidden !== undefined) throw new GatehouseError('forbidden', `claims: ${hidden} is sensitive, and whoever asks has no right to it.`, { problems: [{ path: hidden, message: 'is sensitive' }] })
}

function changesOf(before: Document, after: Document): FieldChange[] {
  const paths = [...clientAttributes.filter(({ mutability }) => mutability !== 'readOnly').map(({ path }) => path), ...clientLists.map(({ path }) => path), 'keys', 'claims']
  return paths.filter((path) => !isDeepStrictEqual(before[path], after[path])).map((path) => (
    { path, ...(before[path] === undefined ? {} : { before: before[path] }), ...(after[path] === undefined ? {} : { after: after[path] }) }))
}

async function recorded(tx: Transaction, ctx: Context, action: string, targetId: string, changes: readonly FieldChange[]): Promise<void> {
  await recordEvents(tx, ctx, [{ action, targetType: 'Client', targetId, changes }])
}
