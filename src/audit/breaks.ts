/** What can be wrong with a chain, and the report that says so. Pure. */
import type { KeyObject } from 'node:crypto'
import { blockHash, contentHash, isSigned, type Block } from './block.ts'

export type BreakKind =
  | 'altered'
  | 'missing'
  | 'inserted'
  | 'reordered'
  | 'erased'
  | 'dropped'
  | 'block'
  | 'chain'
  | 'signature'
  | 'truncated'
  | 'format'

export interface Break {
  kind: BreakKind
  blockNo: number
  eventId?: string
  message: string
}

export interface Head {
  blockNo: number
  /** Hex. */
  hash: string
}

/** A break with its place in the order of the chain. */
export interface PlacedBreak extends Break {
  place: number
}

/** What a verification found. `ok` means that nothing is broken. */
export interface ChainReport {
  ok: boolean
  /** The first break in the order of the chain. */
  first?: Break
  /** All breaks, in order, the first 100. */
  breaks: Break[]
  blocks: number
  events: number
  /** Events whose personal parts were erased, rightly. */
  erased: number
  /** Blocks whose events were dropped after their time, rightly. */
  droppedBlocks: number
  /** The last block: whoever notes it can later prove that nothing was cut off behind it. */
  head?: Head
  /** The ids of the keys, among those believed, that the blocks name. */
  keyIds: string[]
}

/** What is wrong with a block by itself. */
export function blockFaults(
  keys: ReadonlyMap<string, KeyObject>,
  block: Block,
): { kind: BreakKind; message: string }[] {
  const { blockNo, content, eventCount, keyId } = block
  const faults: { kind: BreakKind; message: string }[] = []
  const wellFormed =
    !content || (content.eventIds.length === eventCount * 16 && content.leaves.length === eventCount * 32)
  if (!wellFormed || (content && contentHash(content) !== block.contentHash) || blockHash(block) !== block.hash) {
    faults.push({ kind: 'block', message: `Block ${blockNo} was altered.` })
  }
  const key = keys.get(keyId)
  if (!key) {
    const message = `Block ${blockNo} is signed by the key ${keyId}, which nothing vouches for.`
    faults.push({ kind: 'signature', message })
  } else if (!isSigned(block.hash, block.signature, key)) {
    faults.push({ kind: 'signature', message: `The signature of block ${blockNo} is wrong.` })
  }
  return faults
}

/** An event missing in one block and found in another was moved, not taken away and another put in. */
export function joinMoves(found: PlacedBreak[]): PlacedBreak[] {
  const inserted = new Set(found.filter((one) => one.kind === 'inserted').map((one) => one.eventId))
  const moved = new Set(
    found.filter((one) => one.kind === 'missing' && inserted.has(one.eventId)).map((one) => one.eventId),
  )
  return found.flatMap((one) => {
    if (!moved.has(one.eventId)) return [one]
    if (one.kind === 'inserted') return []
    if (one.kind !== 'missing') return [one]
    return [{ ...one, kind: 'reordered' as const, message: `Event ${one.eventId} stands out of its order.` }]
  })
}
