/**
 * Signing keys of authorization servers, made when first needed (an RSA key takes a while): one ACTIVE, one NEXT that is
 * published before it signs, and after a rotation the EXPIRED one that older tokens were signed with.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { Org } from '../state.ts'
import type { AuthorizationServer, SigningKey } from './store.ts'

function makeKey(org: Org, status: SigningKey['status']): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid: org.newId('kid'), status, created: org.timestamp(), privateKey, publicKey }
}

/** All keys of a server, the active one first. */
export function keysOf(org: Org, server: AuthorizationServer): SigningKey[] {
  activeKey(org, server)
  if (server.keys.length === 1) server.keys.push(makeKey(org, 'NEXT'))
  return server.keys
}

export function activeKey(org: Org, server: AuthorizationServer): SigningKey {
  if (server.keys.length === 0) server.keys.push(makeKey(org, 'ACTIVE'))
  return server.keys[0]!
}

/** NEXT becomes ACTIVE, ACTIVE becomes EXPIRED, what was EXPIRED is forgotten. */
export function rotateKeys(org: Org, server: AuthorizationServer): void {
  const before = keysOf(org, server)
  const old = before.find(({ status }) => status === 'ACTIVE')!
  const next = before.find(({ status }) => status === 'NEXT')!
  server.keys = [{ ...next, status: 'ACTIVE' }, makeKey(org, 'NEXT'), { ...old, status: 'EXPIRED' }]
}

/** A key as JWKS show it; with its status, as the management API does. */
export function keyJson(key: SigningKey, withStatus: boolean): Record<string, unknown> {
  const more = withStatus ? { status: key.status, created: key.created } : {}
  return { ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, alg: 'RS256', use: 'sig', ...more }
}
