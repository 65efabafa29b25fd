/** Optimistic concurrency: the versions a caller accepts, from If-Match. */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'

/** Versions a caller accepts, or undefined when any will do. */
export type Versions = readonly number[] | undefined

/** Errors: `version_mismatch` (412). */
export function checkVersion(document: Document, versions: Versions): void {
  const version = (document.meta as Document).version as number
  if (versions && !versions.includes(version)) {
    throw new GatehouseError('version_mismatch', `The record is at version ${version}; read it again and repeat the change.`)
  }
}
