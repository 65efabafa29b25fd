/**
 * Blocks: up to 1,000 events in their final order, chained by hash and signed. Pure; used by the sealer and by both
 * verifiers.
 *
 * hash = SHA-256(heading, then netstrings of the header fields below); contentHash = SHA-256 over ids and leaves. The
 * content hash stands in the header so that a block whose events were dropped after their time can still be verified.
 * The signature is Ed25519 (RFC 8032) over the heading and the hash: each block is a signed checkpoint.
 */
import { createHash, hash, sign, verify, type KeyObject } from 'node:crypto'
import { netstring } from './digest.ts'

/** A place in the order of all events; `xid` is a decimal number that may be beyond JavaScript's safe range. */
export interface Position {
  epoch: number
  xid: string
  eventId: string
}

export interface BlockHeader {
  blockNo: number
  /** Hex, 64 digits; all zeros before the first block. */
  prevHash: string
  eventCount: number
  first: Position
  last: Position
  contentHash: string
  sealedAt: string
  keyId: string
}

export interface Block extends BlockHeader {
  hash: string
  /** Base64. */
  signature: string
  /** Absent once the events were dropped. */
  content?: BlockContent
  droppedAt?: string
}

export interface BlockContent {
  /** 16 bytes an event. */
  eventIds: Buffer
  /** 32 bytes an event: their digests. */
  leaves: Buffer
}

export const firstPrevHash = '0'.repeat(64)

const heading = 'gatehouse audit block 1\n'

/** The hash (hex) of ids and leaves, side by side in the order of the events. */
export function contentHash({ eventIds, leaves }: BlockContent): string {
  return createHash('sha256')
    .update('gatehouse audit content 1\n')
    .update(netstring(eventIds.length))
    .update(eventIds)
    .update(leaves)
    .digest('hex')
}

/** The hash (hex) of a block, over everything it says. */
export function blockHash(block: BlockHeader): string {
  const { blockNo, prevHash, eventCount, first, last, sealedAt, keyId } = block
  const fields = [
    blockNo,
    prevHash,
    eventCount,
    first.epoch,
    first.xid,
    first.eventId,
    last.epoch,
    last.xid,
    last.eventId,
    block.contentHash,
    sealedAt,
    keyId,
  ]
  return hash('sha256', heading + fields.map(netstring).join(''), 'hex')
}

/** Base64 of the Ed25519 signature of a block's hash. */
export function signHash(hashHex: string, privateKey: KeyObject): string {
  return sign(null, Buffer.from(heading + hashHex), privateKey).toString('base64')
}

/** Whether a signature is right; a key of another kind or a mutilated signature is simply wrong. */
export function isSigned(hashHex: string, signature: string, publicKey: KeyObject): boolean {
  try {
    return verify(null, Buffer.from(heading + hashHex), publicKey, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** The ids of a block's events, in order. */
export function idsOf({ eventIds }: Pick<BlockContent, 'eventIds'>): string[] {
  const hex = eventIds.toString('hex')
  return Array.from({ length: hex.length / 32 }, (_, index) => hex.slice(index * 32, index * 32 + 32))
}

/** The digest (hex) of the event at an index. */
export function leafAt({ leaves }: BlockContent, index: number): string {
  return leaves.toString('hex', index * 32, index * 32 + 32)
}
