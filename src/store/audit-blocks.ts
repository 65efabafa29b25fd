/** The rows of `gatehouse.audit_block`: the sealed chain, one row for each block of events. */
import type { EventPosition, Reader } from './audit-events.ts'
import type { Transaction } from './database.ts'
import { lockSpace } from './migrate.ts'

const sealingLock = 40

/** A block as it stands in the table; hashes are hex, the signature base64. */
export interface BlockRow {
  block_no: number
  first_epoch: number
  first_xid: string
  first_event_id: string
  last_epoch: number
  last_xid: string
  last_event_id: string
  event_count: number
  event_ids: Buffer | null
  leaves: Buffer | null
  content_hash: string
  prev_hash: string
  hash: string
  key_id: string
  signature: string
  sealed_at: string
  dropped_at: string | null
}

const header = `b.block_no, b.first_epoch, b.first_xid::text as first_xid, b.first_event_id, b.last_epoch,
  b.last_xid::text as last_xid, b.last_event_id, b.event_count, encode(b.content_hash, 'hex') as content_hash,
  encode(b.prev_hash, 'hex') as prev_hash, encode(b.hash, 'hex') as hash, b.key_id,
  replace(encode(b.signature, 'base64'), E'\\n', '') as signature, b.sealed_at, b.dropped_at`

/** True for the one sealer at a time; held until the transaction ends. */
export async function tryLockSealing(tx: Transaction): Promise<boolean> {
  const row = await tx.first<{ taken: boolean }>('select pg_try_advisory_xact_lock($1, $2) as taken', [
    lockSpace,
    sealingLock,
  ])
  return row!.taken
}

/** The last block without its content; undefined before the first. */
export async function lastBlock(db: Reader): Promise<BlockRow | undefined> {
  return db.first<BlockRow>(
    `select ${header}, null as event_ids, null as leaves from gatehouse.audit_block b order by b.block_no desc limit 1`,
  )
}

/** Blocks with their content from a number up to another, in order, at most `limit`. */
export async function blocksFrom(db: Reader, from: number, to: number, limit: number): Promise<BlockRow[]> {
  return db.query<BlockRow>(
    `select ${header}, b.event_ids, b.leaves from gatehouse.audit_block b
     where b.block_no between $1 and $2 order by b.block_no limit $3`,
    [from, to, limit],
  )
}

/** The number of the first block that reaches a position or goes beyond it; undefined when none does yet. */
export async function blockReaching(db: Reader, position: EventPosition): Promise<number | undefined> {
  const row = await db.first<{ no: number | null }>(
    `select min(block_no) as no from gatehouse.audit_block
     where (last_epoch, last_xid, last_event_id) >= ($1::integer, $2::xid8, $3)`,
    [position.epoch, position.xid, position.eventId],
  )
  return row?.no ?? undefined
}

/** Adds a block to the chain. Errors: `already_exists` when another sealer was first, which the lock rules out. */
export async function insertBlock(tx: Transaction, block: BlockRow): Promise<void> {
  await tx.execute(
    `insert into gatehouse.audit_block (block_no, first_epoch, first_xid, first_event_id, last_epoch, last_xid,
       last_event_id, event_count, event_ids, leaves, content_hash, prev_hash, hash, key_id, signature, sealed_at)
     values ($1, $2, $3::xid8, $4, $5, $6::xid8, $7, $8, $9, $10, decode($11, 'hex'), decode($12, 'hex'),
       decode($13, 'hex'),       $14, decode($15, 'base64'), $16)`,
    [
      block.block_no,
      block.first_epoch,
      block.first_xid,
      block.first_event_id,
      block.last_epoch,
      block.last_xid,
      block.last_event_id,
      block.event_count,
      block.event_ids,
      block.leaves,
      block.content_hash,
      block.prev_hash,
      block.hash,
      block.key_id,
      block.signature,
      block.sealed_at,
    ],
  )
}

/** The oldest blocks that still have their events, were sealed before an instant, and end no later than a position. */
export async function expiredBlocks(
  db: Reader,
  sealedBefore: Date,
  upTo: EventPosition | null,
  limit: number,
): Promise<number[]> {
  const rows = await db.query<{ no: number }>(
    `select b.block_no as no from gatehouse.audit_block b
     where b.dropped_at is null and b.sealed_at < $1
       and not exists (select from gatehouse.audit_block k where k.sealed_at >= $1 and k.block_no < b.block_no)
       and ($2::integer is null or (b.last_epoch, b.last_xid, b.last_event_id) <= ($2::integer, $3::xid8, $4))
     order by b.block_no limit $5`,
    [sealedBefore, upTo?.epoch ?? null, upTo?.xid ?? null, upTo?.eventId ?? null, limit],
  )
  return rows.map((row) => row.no)
}

/** Takes the content out of a block and leaves its signed header; the ids it had, or undefined if gone before. */
export async function emptyBlock(tx: Transaction, blockNo: number, now: Date): Promise<Buffer | undefined> {
  const row = await tx.first<{ event_ids: Buffer }>(
    'select event_ids from gatehouse.audit_block where block_no = $1 and event_ids is not null for update',
    [blockNo],
  )
  if (!row) return undefined
  await tx.execute(
    'update gatehouse.audit_block set event_ids = null, leaves = null, dropped_at = $2 where block_no = $1',
    [blockNo, now],
  )
  return row.event_ids
}
