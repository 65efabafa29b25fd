/**
 * Where oidc-provider keeps things: gatehouse.oidc_artifact. What a holder shows (a token, a code, a cookie) is never
 * kept, only a hash of it; what is kept beside is encrypted and bound to its row. Clients come from their own table.
 */
import { errors, Provider, type Adapter, type AdapterPayload } from 'oidc-provider'
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { claimRules } from '../model/oidc-client.ts'
import { scopesOfClaims } from '../model/oidc-scopes.ts'
import { noteTrust } from '../signin/oidc-consents.ts'
import {
  artifactHash, consumeArtifact, keepArtifact, deleteArtifact, deleteGrant, findArtifact, findArtifactByUid, insertArtifact, saveArtifact, type ArtifactRow, type FoundArtifact,
} from '../store/oidc-artifacts.ts'
import { readClientToAuthenticate } from '../store/oidc-clients.ts'
import { providerClient, type OwnMetadata } from './client-metadata.ts'
import { contextOf, longestRequest, origins, pushes, type DoorState } from './provider-context.ts'

const purpose = 'oidc-artifact'

/** The payload of a row as it was given. */
export function openPayload({ dataKey }: Pick<DoorState, 'dataKey'>, row: { hash: Buffer; payload: Buffer }): AdapterPayload {
  return JSON.parse(dataKey.decrypt(row.payload, purpose, row.hash.toString('hex')).toString()) as AdapterPayload
}

/** The row of what is kept under an id. @param expiresIn seconds */
export function artifactRow({ base: { now }, dataKey }: Pick<DoorState, 'base' | 'dataKey'>, kind: string, id: string, payload: AdapterPayload, expiresIn: number): ArtifactRow {
  const hash = artifactHash(kind, id)
  const sealed = dataKey.encrypt(JSON.stringify(payload), purpose, hash.toString('hex'))
  return { ...columnsOf(kind, hash, payload as Payload), hash, kind, payload: sealed, expires: new Date(now().getTime() + expiresIn * 1000).toISOString() }
}

type Payload = AdapterPayload & { gatehouseSession?: string; aud?: string | string[]; expiresWithSession?: boolean }

export function createAdapter(door: DoorState, kind: string): Adapter {
  return kind === 'Client' ? clientAdapter(door) : artifactAdapter(door, kind)
}

function artifactAdapter(door: DoorState, kind: string): Adapter {
  const { base: { db, now } } = door
  const at = () => now().toISOString()
  const shown = (row: FoundArtifact | undefined): AdapterPayload | undefined =>
    row && { ...openPayload(door, row), ...(row.consumed === null ? {} : { consumed: Math.floor(Date.parse(row.consumed) / 1000) }) }
  return {
    async upsert(id, payload, expiresIn = 0) {
      const row = artifactRow(door, kind, id, payload, expiresIn)
      if (kind === 'PushedAuthorizationRequest') admitPush(payload as Payload)
      if (kind === 'AuthorizationCode') await admit(door, row, payload as Payload, at())
      else if (kind === 'ClientCredentials') await issue(door, row, payload as Payload, at())
      else if (kind !== 'ReplayDetection') await saveArtifact(db, row, at())
      // Of two servers that are shown the same proof at once, one has to refuse it.
      else if (!(await insertArtifact(db, row, at()))) throw new errors.InvalidGrant('the proof was used before')
    },
    find: async (id) => shown(await findArtifact(db, artifactHash(kind, id), at())),
    findByUid: async (uid) => shown(await findArtifactByUid(db, artifactHash('uid', uid), at())),
    findByUserCode: async () => undefined,
    async consume(id) {
      const hash = artifactHash(kind, id)
      if (await consumeArtifact(db, hash, at())) return
      // Somebody else was a moment quicker: one of the two has stolen it, and nobody knows which.
      const { grantId, clientId } = shown(await findArtifact(db, hash, at())) ?? {}
      if (grantId !== undefined) await deleteGrant(db, artifactHash('Grant', grantId))
      if (clientId !== undefined) door.noteReuse(clientId)
      throw new errors.InvalidGrant('already used')
    },
    async destroy(id) {
      const hash = artifactHash(kind, id)
      if (kind === 'Grant') await deleteGrant(db, hash)
      else await deleteArtifact(db, hash)
    },
    async revokeByGrantId(grantId) {
      await deleteGrant(db, artifactHash('Grant', grantId), kind)
    },
  }
}

/** Who acts in the request that is being answered, with where it comes from. */
function actingIn(door: DoorState, userId: string | null, principal: string): Context {
  const origin = Provider.ctx && origins.get(Provider.ctx.req)
  const made = contextOf(door, userId, principal, origin?.ip)
  return origin ? { ...made, actor: { ...made.actor, correlationId: origin.requestId } } : made
}

const scopesIn = ({ scope }: Payload) => (scope ?? '').split(' ').filter((one) => one !== '')

/**
 * A pushed request is kept as one in an address is, and may be as long as that. A client that proves nothing is anybody: what such push
 * counts with the questions that begin at their address. Errors: `invalid_request`, `temporarily_unavailable`.
 */
function admitPush({ request = '' }: Payload): void {
  const { client } = Provider.ctx!.oidc
  if (Buffer.from(request.split('.')[1] ?? '', 'base64url').length > longestRequest) throw new errors.InvalidRequest(`a request may have at most ${longestRequest} characters`, 413)
  const push = client?.clientAuthMethod === 'none' ? pushes.get(Provider.ctx!.req) : undefined
  if (push === undefined || push.admit()) return
  push.refused = true
  throw new errors.TemporarilyUnavailable()
}

/**
 * A code is how somebody comes into an application, whether they were asked something or not: the audit is told with it. What one of our own,
 * which asks nothing, may do by it while the person is away is noted as what others were allowed is, so that they see it and can take it back.
 */
async function admit(door: DoorState, row: ArtifactRow, payload: Payload, at: string): Promise<void> {
  const { accountId, clientId } = payload as Required<Payload>
  const changes = [{ path: `applications[${clientId}]`, after: { name: Provider.ctx?.oidc.client?.clientName, scopes: scopesIn(payload) } }]
  const client = Provider.ctx?.oidc.client as unknown as OwnMetadata | undefined
  const scopes = new Set([...scopesIn(payload), ...scopesOfClaims(Object.values(payload.claims ?? {}).flatMap((of) => Object.keys(of ?? {})))])
  await door.base.db.transaction(async (tx) => {
    if (client?.first_party && scopes.has('offline_access')) await noteTrust(tx, actingIn(door, null, `client ${clientId}`), accountId, { id: clientId, version: client.version }, [...scopes])
    keepArtifact(tx, row, at)
    await recordEvents(tx, actingIn(door, accountId, 'OpenID sign-in'), [{ action: 'user.application.sign-in', targetType: 'User', targetId: accountId, changes }])
  })
}

/**
 * A client's own token is its service account's: who may not act now gets none, which would come to life when they may again. Errors:
 * `unauthorized_client` (RFC 6749 §5.2).
 */
async function issue(door: DoorState, row: ArtifactRow, payload: Payload, at: string): Promise<void> {
  const { clientId } = payload as Required<Payload>
  const client = Provider.ctx?.oidc.client as unknown as (OwnMetadata & { clientName?: string }) | undefined
  const account = client?.service_account ?? null
  const may = account !== null && client?.service_acts === true
  await door.base.db.transaction(async (tx) => {
    if (may) keepArtifact(tx, row, at)
    const event = { action: 'client.token.issue', targetType: 'Client', targetId: clientId, result: may ? 'SUCCESS' : 'unauthorized_client', changes: [{ path: 'scopes', after: scopesIn(payload) }] }
    await recordEvents(tx, actingIn(door, account, `client ${client?.clientName}`), [event])
  })
  if (!may) throw new errors.UnauthorizedClient('the service account of this client may not act now')
}

/** What of a payload is asked by, and so stands in columns. */
function columnsOf(kind: string, hash: Buffer, payload: Payload): Pick<ArtifactRow, 'grantHash' | 'uidHash' | 'userId' | 'clientId' | 'sessionId' | 'scope' | 'audience' | 'thumbprint'> {
  const uid = kind === 'Session' ? payload.uid : kind === 'AccessToken' && payload.expiresWithSession === true ? payload.sessionUid : undefined
  const tokens = kind === 'AccessToken' || kind === 'ClientCredentials'
  return {
    grantHash: kind === 'Grant' ? hash : payload.grantId === undefined || kind === 'Interaction' ? null : artifactHash('Grant', payload.grantId),
    uidHash: uid === undefined ? null : artifactHash('uid', uid),
    userId: payload.accountId ?? null,
    clientId: payload.clientId ?? (kind === 'Interaction' ? ((payload.params?.client_id as string | undefined) ?? null) : null),
    sessionId: kind === 'Session' ? (payload.gatehouseSession ?? null) : null,
    scope: tokens ? (payload.scope ?? null) : null,
    audience: tokens ? ([payload.aud ?? []].flat()[0] ?? null) : null,
    thumbprint: payload.jkt ?? null,
  }
}

const refuse = async () => {
  throw new Error('clients are written by their own verbs')
}

function clientAdapter(door: DoorState): Adapter {
  const { base: { db, now } } = door
  return {
    async find(id) {
      if (id.length > 32 || !/^[\x21-\x7e]+$/.test(id)) return undefined
      const found = await readClientToAuthenticate(db, id, now().toISOString())
      if (found?.client.active !== true) return undefined
      if (claimRules(found.client).some(({ target }) => !door.ownClaims.includes(target))) door.isOutdated = true
      return providerClient(found.client, found)
    },
    upsert: refuse, consume: refuse, destroy: refuse, revokeByGrantId: refuse, findByUid: refuse, findByUserCode: refuse,
  }
}
