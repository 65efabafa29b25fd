/**
 * Sealing: settled events, in the order of their transactions, become blocks of a signed hash chain. It follows behind
 * the writers and takes no lock that any of them needs; one sealer works at a time.
 *
 * Only transactions older than every running one are sealed. So each later seal continues exactly where the last one
 * ended, and a transaction that commits late still finds its place ahead.
 */
import type { Database, Transaction } from '../store/database.ts'
import { insertBlock, lastBlock, tryLockSealing } from '../store/audit-blocks.ts'
import { ensureAuditEpoch } from '../store/audit-epochs.ts'
import { beginning, settledDigests, type EventPosition } from '../store/audit-events.ts'
import type { MasterKey } from '../store/master-key.ts'
import { blockHash, contentHash, firstPrevHash, signHash, type Block, type BlockHeader } from './block.ts'
import { currentSigningKey, type SigningKey } from './signing-key.ts'
import { blockOfRow, rowOfBlock } from './stored.ts'

/** The most events of one block. */
export const blockLimit = 1000

export interface Sealed {
  blocks: number
  events: number
  /** True when another sealer was at work, and this one left it to that. */
  busy: boolean
}

/** Seals all that is settled. Errors: `configuration` when the master key cannot open the signing key. */
export async function sealEvents(db: Database, masterKey: MasterKey, now: () => Date): Promise<Sealed> {
  await ensureAuditEpoch(db, now())
  const key = await currentSigningKey(db, masterKey, now())
  const sealed: Sealed = { blocks: 0, events: 0, busy: false }
  for (;;) {
    const count = await db.transaction((tx) => sealBlock(tx, key, now()))
    if (count === undefined) return { ...sealed, busy: true }
    if (count > 0) sealed.blocks++
    sealed.events += count
    if (count < blockLimit) return sealed
  }
}

/** Seals one block; how many events it has, or undefined when another sealer is at work. */
async function sealBlock(tx: Transaction, key: SigningKey, now: Date): Promise<number | undefined> {
  if (!(await tryLockSealing(tx))) return undefined
  const row = await lastBlock(tx)
  const previous = row && blockOfRow(row)
  const events = await settledDigests(tx, previous?.last ?? beginning, blockLimit)
  if (events.length > 0) await insertBlock(tx, rowOfBlock(nextBlock(previous, events, key, now)))
  return events.length
}

function nextBlock(
  previous: Block | undefined,
  events: readonly (EventPosition & { digest: string })[],
  key: SigningKey,
  now: Date,
): Block {
  const content = {
    eventIds: Buffer.from(events.map((event) => event.eventId).join(''), 'hex'),
    leaves: Buffer.from(events.map((event) => event.digest).join(''), 'hex'),
  }
  const header: BlockHeader = {
    blockNo: (previous?.blockNo ?? 0) + 1,
    prevHash: previous?.hash ?? firstPrevHash,
    eventCount: events.length,
    first: position(events[0]!),
    last: position(events.at(-1)!),
    contentHash: contentHash(content),
    sealedAt: now.toISOString(),
    keyId: key.keyId,
  }
  const hash = blockHash(header)
  return { ...header, hash, signature: signHash(hash, key.privateKey), content }
}

function position({ epoch, xid, eventId }: EventPosition): EventPosition {
  return { epoch, xid, eventId }
}
