/** What may be used one time only: ids of assertions and proofs. */
import type { Org } from '../state.ts'

/** True the first time; false again until `expires`, after which the thing itself is no longer good. */
export function takeOnce(org: Org, id: string, expires: number): boolean {
  const known = org.oauth.usedIds.get(id)
  if (known !== undefined && known > org.now()) return false
  org.oauth.usedIds.set(id, expires)
  return true
}
