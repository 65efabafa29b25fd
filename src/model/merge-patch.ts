/** JSON Merge Patch, RFC 7396 §2: null removes, objects merge, everything else replaces. */
import { GatehouseError } from '../errors.ts'
import { isObject } from './attribute.ts'

const deepest = 50

/** The target with the patch applied; neither is changed. Errors: `invalid_body` for a patch deeper than 50 levels. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  return merge(target, patch, 0)
}

function merge(target: unknown, patch: unknown, depth: number): unknown {
  if (!isObject(patch)) return patch
  if (depth === deepest) throw new GatehouseError('invalid_body', `The patch is nested deeper than ${deepest} levels.`)
  // A Map, since a member may be called __proto__.
  const result = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name)
    else result.set(name, merge(result.get(name), value, depth + 1))
  }
  return Object.fromEntries(result)
}
