/** Reading the chain from the database in order, in one consistent view, in flat memory. */
import { blocksFrom, blockReaching, lastBlock } from '../store/audit-blocks.ts'
import {
  beginning,
  eventsBetween,
  positionsOf,
  type EventPosition,
  type Reader,
  type StoredEvent,
} from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { GatehouseError } from '../errors.ts'
import type { Block } from './block.ts'
import type { Head } from './breaks.ts'
import { reportBreak, takeBlock, takeEvent, type Chain } from './chain.ts'
import { blockOfRow, eventOfRow, type EventRecord } from './stored.ts'

/** One consistent view for as long as it takes, which no sealer or retention can change underneath. */
export const consistentRead = 'begin isolation level repeatable read read only'

export interface VerifyRange {
  /** Instants (ISO 8601): every event with from ≤ at < to is proved, by the blocks that hold them. */
  from?: string
  to?: string
  /** Or block numbers, both inclusive. */
  fromBlock?: number
  toBlock?: number
}

export interface Visitor {
  block?: (block: Block) => void | Promise<void>
  event?: (event: EventRecord) => void | Promise<void>
  blockDone?: () => void
}

/** Feeds blocks and events to the chain, in order; the visitor sees each as it goes by. */
export async function walkChain(
  tx: Transaction,
  chain: Chain,
  from: number,
  to: number,
  visitor: Visitor,
): Promise<void> {
  let after = await endBefore(tx, from)
  for (let next = from; next <= to;) {
    const rows = await blocksFrom(tx, next, to, 20)
    if (rows.length === 0) break
    for (const block of rows.map(blockOfRow)) {
      takeBlock(chain, block)
      await visitor.block?.(block)
      for await (const row of eventsUpTo(tx, after, block.last)) {
        const event = eventOfRow(row)
        takeEvent(chain, event)
        await visitor.event?.(event)
      }
      visitor.blockDone?.()
      after = block.last
      next = block.blockNo + 1
    }
  }
  const reached = chain.previous?.blockNo ?? 0
  if (from <= to && reached < to) reportBreak(chain, 'chain', `Block ${reached + 1} is missing.`)
}

/** The position at which the block before a number ends. */
export async function endBefore(tx: Transaction, from: number): Promise<EventPosition> {
  const [row] = from > 1 ? await blocksFrom(tx, from - 1, from - 1, 1) : []
  return row ? blockOfRow(row).last : beginning
}

/** All events after one position and up to another (null: to the end), in order. */
export async function* eventsUpTo(
  tx: Transaction,
  start: EventPosition,
  end: EventPosition | null,
): AsyncGenerator<StoredEvent> {
  const page = 1000
  for (let after = start; ;) {
    const rows = await eventsBetween(tx, after, end, page)
    yield* rows
    if (rows.length < page) return
    after = positionOf(rows.at(-1)!)
  }
}

/** Which blocks prove a range; `whole` when it is open to the end of the chain. */
export async function blockRange(
  db: Reader,
  range: VerifyRange,
): Promise<{ from: number; to: number; whole: boolean }> {
  const last = (await lastBlock(db))?.block_no ?? 0
  if (range.from === undefined && range.to === undefined) {
    const from = range.fromBlock ?? 1
    const to = Math.min(range.toBlock ?? last, last)
    if (from < 1 || (range.toBlock !== undefined && range.toBlock < from)) {
      throw new GatehouseError(
        'invalid_parameter',
        'The range of blocks must begin at 1 or later and not end before it begins.',
      )
    }
    return { from, to, whole: range.toBlock === undefined }
  }
  const edges = await positionsOf(db, range.from, range.to)
  if (!edges) return { from: 1, to: 0, whole: false }
  const from = (await blockReaching(db, edges.first)) ?? last + 1
  const to = (await blockReaching(db, edges.last)) ?? last
  return { from, to, whole: range.to === undefined }
}

/** The block before a number as the head to continue from; undefined when there is none. */
export async function headBefore(tx: Transaction, blockNo: number): Promise<Head | undefined> {
  const [row] = blockNo > 1 ? await blocksFrom(tx, blockNo - 1, blockNo - 1, 1) : []
  return row && { blockNo: row.block_no, hash: row.hash }
}

/** Where an event stands in the order of all events. */
export function positionOf(row: StoredEvent): EventPosition {
  return { epoch: row.epoch, xid: row.xid, eventId: row.event_id }
}
