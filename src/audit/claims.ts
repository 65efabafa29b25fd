/** Looking beyond the end of a walk for the sealed events that bear out what was erased or dropped in it. */
import { blocksFrom, blockReaching } from '../store/audit-blocks.ts'
import { removalEvents, type StoredEvent } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import type { Block } from './block.ts'
import { openClaims, takeProof, type Chain } from './chain.ts'
import { blockOfRow, eventOfRow, type EventRecord } from './stored.ts'
import { endBefore, positionOf } from './walk.ts'

/** Sees each event that bears out a claim, with the block that seals it. */
export type ProofVisitor = (block: Block, event: EventRecord) => void | Promise<void>

/**
 * Settles the open claims of a walk as far as later events do. What it returns are the targets (`User:id`,
 * `AuditBlock:n`) whose event is there, but not sealed yet.
 */
export async function proveClaims(tx: Transaction, chain: Chain, visit: ProofVisitor = () => {}): Promise<string[]> {
  const { erased, droppedBlock } = openClaims(chain)
  const awaiting: string[] = []
  if (erased.length === 0 && droppedBlock === undefined) return awaiting
  const end = await endBefore(tx, (chain.previous?.blockNo ?? 0) + 1)
  for (const target of erased) {
    const rows = await removalEvents(tx, ['audit.erase', 'user.erase'], target.slice(target.indexOf(':') + 1), end)
    const fitting = rows.filter((row) => `${row.target_type}:${row.target_id}` === target)
    if (await isAwaited(tx, chain, fitting, () => chain.erasures.has(target), visit)) {
      chain.erasures.delete(target)
      awaiting.push(target)
    }
  }
  if (droppedBlock !== undefined) {
    const rows = await removalEvents(tx, ['audit.drop'], null, end)
    const fitting = rows.filter((row) => Number(row.target_id) >= droppedBlock)
    if (await isAwaited(tx, chain, fitting, () => chain.drop !== undefined, visit)) {
      chain.drop = undefined
      awaiting.push(`AuditBlock:${droppedBlock}`)
    }
  }
  return awaiting
}

/** Offers the events to the chain until the claim is settled; true when one of them still waits to be sealed. */
async function isAwaited(
  tx: Transaction,
  chain: Chain,
  rows: readonly StoredEvent[],
  isOpen: () => boolean,
  visit: ProofVisitor,
): Promise<boolean> {
  for (const row of rows.filter((one) => one.result === 'SUCCESS')) {
    const no = await blockReaching(tx, positionOf(row))
    if (no === undefined) return true
    const [block] = (await blocksFrom(tx, no, no, 1)).map(blockOfRow)
    const event = eventOfRow(row)
    takeProof(chain, block!, event)
    if (isOpen()) continue
    await visit(block!, event)
    return false
  }
  return false
}
