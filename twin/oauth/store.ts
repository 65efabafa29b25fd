/**
 * What sign-in and tokens leave behind: authorization servers with their keys, sessions, codes, tokens, and what must
 * not be used twice. Everything that callers make is bounded; the oldest goes first.
 */
import type { KeyObject } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'

export interface SigningKey {
  kid: string
  status: 'ACTIVE' | 'NEXT' | 'EXPIRED'
  created: string
  privateKey: KeyObject
  publicKey: KeyObject
}

export interface AuthorizationServer {
  id: string
  name: string
  description: string
  audiences: string[]
  status: 'ACTIVE' | 'INACTIVE'
  created: string
  lastUpdated: string
  /** Scopes beyond those of OpenID Connect. */
  scopes: Map<string, { id: string; name: string; description: string }>
  keys: SigningKey[]
}

export interface Session {
  id: string
  userId: string
  /** Milliseconds since 1970, as every instant here. */
  created: number
  lastUsed: number
}

export interface Code {
  clientId: string
  userId: string
  serverId: string
  redirectUri: string
  scopes: string[]
  nonce: string | null
  challenge: string | null
  authTime: number
  expires: number
  /** Tokens that came of it, to be revoked when it is used twice. */
  family: string
  used: boolean
}

export interface AccessToken {
  jti: string
  clientId: string
  /** Null for a service app, which acts for itself. */
  userId: string | null
  serverId: string
  issuer: string
  audience: string
  scopes: string[]
  issued: number
  expires: number
  /** Thumbprint of the key that has to be proved with it (DPoP). */
  jkt: string | null
  family: string | null
}

export interface RefreshToken {
  clientId: string
  userId: string
  serverId: string
  scopes: string[]
  authTime: number
  family: string
  lastUsed: number
  /** When another took its place. */
  replaced: number | null
}

export interface OAuthStore {
  servers: Map<string, AuthorizationServer>
  sessions: BoundedMap<string, Session>
  /** One-time session tokens of `/api/v1/authn`. */
  sessionTokens: BoundedMap<string, { userId: string; expires: number }>
  codes: BoundedMap<string, Code>
  accessTokens: BoundedMap<string, AccessToken>
  refreshTokens: BoundedMap<string, RefreshToken>
  /** Ids of assertions and proofs that were used, to when they expire. */
  usedIds: BoundedMap<string, number>
  /** Wrong passwords in a row, by user. */
  failures: Map<string, number>
  /** Scopes that were granted to service apps and their administrator roles, by app. */
  grants: Map<string, Map<string, { id: string; scope: string; created: string }>>
  roles: Map<string, { id: string; type: string; created: string }[]>
  nonceSecret: string
}

export function createOAuthStore(nonceSecret: string): OAuthStore {
  return {
    servers: new Map(),
    sessions: new BoundedMap(100_000),
    sessionTokens: new BoundedMap(10_000),
    codes: new BoundedMap(10_000),
    accessTokens: new BoundedMap(100_000),
    refreshTokens: new BoundedMap(100_000),
    usedIds: new BoundedMap(200_000),
    failures: new Map(),
    grants: new Map(),
    roles: new Map(),
    nonceSecret,
  }
}
