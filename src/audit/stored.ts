/** Between the rows of the store and what is hashed, signed, exported and verified: blocks and events as records. */
import type { BlockRow } from '../store/audit-blocks.ts'
import type { StoredEvent } from '../store/audit-events.ts'
import type { Block } from './block.ts'
import type { EventHeader } from './digest.ts'

/** An event with everything a verifier needs; hashes and salts are hex, the parts are the exact texts hashed. */
export interface EventRecord extends EventHeader {
  origin: string | null
  originSalt: string | null
  originDigest: string | null
  changes: string | null
  changesSalt: string | null
  changesDigest: string | null
  digest: string
}

/** An event's row as a record. */
export function eventOfRow(row: StoredEvent): EventRecord {
  return {
    eventId: row.event_id,
    at: row.at,
    actorId: row.actor_id,
    source: row.source,
    action: row.action,
    targetType: row.target_type,
    targetId: row.target_id,
    result: row.result,
    correlationId: row.correlation_id,
    origin: row.origin,
    originSalt: row.origin_salt,
    originDigest: row.origin_digest,
    changes: row.changes,
    changesSalt: row.changes_salt,
    changesDigest: row.changes_digest,
    digest: row.digest,
  }
}

/** A block's row as a block. */
export function blockOfRow(row: BlockRow): Block {
  return {
    blockNo: row.block_no,
    prevHash: row.prev_hash,
    eventCount: row.event_count,
    first: { epoch: row.first_epoch, xid: row.first_xid, eventId: row.first_event_id },
    last: { epoch: row.last_epoch, xid: row.last_xid, eventId: row.last_event_id },
    contentHash: row.content_hash,
    sealedAt: row.sealed_at,
    keyId: row.key_id,
    hash: row.hash,
    signature: row.signature,
    ...(row.event_ids && row.leaves ? { content: { eventIds: row.event_ids, leaves: row.leaves } } : {}),
    ...(row.dropped_at ? { droppedAt: row.dropped_at } : {}),
  }
}

/** A new block as a row. */
export function rowOfBlock(block: Block): BlockRow {
  return {
    block_no: block.blockNo,
    prev_hash: block.prevHash,
    event_count: block.eventCount,
    first_epoch: block.first.epoch,
    first_xid: block.first.xid,
    first_event_id: block.first.eventId,
    last_epoch: block.last.epoch,
    last_xid: block.last.xid,
    last_event_id: block.last.eventId,
    content_hash: block.contentHash,
    sealed_at: block.sealedAt,
    key_id: block.keyId,
    hash: block.hash,
    signature: block.signature,
    event_ids: block.content?.eventIds ?? null,
    leaves: block.content?.leaves ?? null,
    dropped_at: block.droppedAt ?? null,
  }
}
