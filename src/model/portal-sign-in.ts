/** Signing in to a portal through Okta: what both sides of the trip hold to (pure). */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'

/** How long somebody may be at Okta. */
export const awayMinutes = 10

/** How something that only its holder has is kept. */
export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

const mostPath = 1000

/**
 * Where the browser goes afterwards: a path of our own and nothing else, whatever a browser makes of slashes, backslashes and control characters.
 * Errors: `invalid_parameter`.
 */
export function checkReturnTo(path: string | undefined): string {
  if (path === undefined) return '/'
  const own = 'https://gatehouse.invalid'
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\') && path.length <= mostPath
  if (!isPath || URL.parse(path, own)?.origin !== own) throw new GatehouseError('invalid_parameter', 'returnTo: must be a path of this server, such as /account.')
  return path
}

/** Where a portal lies: https, or http on this very machine. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && /^(127(\.\d{1,3}){3}|\[::1\]|([\w-]+\.)*localhost)$/.test(url.hostname)))
}

/** AT_HASH of OpenID Connect Core §3.1.3.6, for the algorithms with SHA-256 and its longer sisters. */
export function atHash(accessToken: string, algorithm: string): string {
  const bits = /(256|384|512)$/.exec(algorithm)?.[1] ?? '512'
  const digest = createHash(`sha${bits}`).update(accessToken).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
