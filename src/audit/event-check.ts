/** Whether one event is what was sealed, and which of its personal parts were erased. Pure. */
import { commitment, eventDigest } from './digest.ts'
import type { EventRecord } from './stored.ts'

/** What is wrong with an event, held against the digest (hex) that was sealed; undefined when nothing is. */
export function eventFault(event: EventRecord, leaf: string): string | undefined {
  const fault =
    partFault('origin', event.origin, event.originSalt, event.originDigest) ??
    partFault('changes', event.changes, event.changesSalt, event.changesDigest)
  if (fault) return fault
  const digest = eventDigest(event, event.originDigest, event.changesDigest)
  if (digest !== event.digest) return 'its fields do not match its digest'
  return digest === leaf ? undefined : 'it is not what was sealed'
}

function partFault(
  part: 'origin' | 'changes',
  text: string | null,
  salt: string | null,
  digest: string | null,
): string | undefined {
  if (text === null) return salt === null ? undefined : `its ${part} are gone, though the salt is there`
  if (salt !== null && digest !== null && commitment(part, salt, text) === digest) return undefined
  return `its ${part} do not match their digest`
}

/**
 * Whose erasure (`User:id`) accounts for the parts of an event that were erased: that of the target for what changed,
 * that of the actor for from where; where nobody known acted, the target's again.
 */
export function erasedParts(event: EventRecord): string[] {
  const { origin, originDigest, changes, changesDigest, actorId, targetType, targetId } = event
  const targets: string[] = []
  if (changes === null && changesDigest !== null) targets.push(`${targetType}:${targetId}`)
  if (origin === null && originDigest !== null)
    targets.push(actorId === null ? `${targetType}:${targetId}` : `User:${actorId}`)
  return targets
}
