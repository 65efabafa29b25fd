/**
 * How grants are kept: only for a client that is still as it was when it was trusted, or when somebody was asked about it. A change of the client
 * takes away what was given under other terms; a grant that is written meanwhile would land behind that, and be worth something.
 */
import type { AdapterPayload, Grant } from 'oidc-provider'
import { saveGrantRow } from '../store/oidc-artifacts.ts'
import { artifactRow } from './adapter.ts'
import type { OwnMetadata } from './client-metadata.ts'
import type { DoorState } from './provider-context.ts'

/** What the types of oidc-provider do not tell of a grant. */
interface KeptGrant {
  jti?: string
  clean: () => void
  generateTokenId: () => string
  getValueAndPayload: () => Promise<{ payload: AdapterPayload }>
  remainingTTL: number
}

/**
 * Keeps a grant, in the place of its own `save`; false, and nothing written, when the client has changed since it was read, or the grant was revoked.
 * @param by the scopes that the person was found to have allowed, for one that rests on that: false, too, when they have taken them back
 */
export async function saveGrant(door: Pick<DoorState, 'base' | 'dataKey'>, grant: Grant, client: unknown, by?: readonly string[]): Promise<boolean> {
  const kept = grant as unknown as KeptGrant
  const isNew = kept.jti === undefined
  kept.jti ??= kept.generateTokenId()
  kept.clean()
  const { payload } = await kept.getValueAndPayload()
  const { db, now } = door.base
  return saveGrantRow(db, artifactRow(door, 'Grant', kept.jti, payload, kept.remainingTTL), { version: (client as OwnMetadata).version, isNew, by }, now().toISOString())
}
