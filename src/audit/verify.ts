/** Verifying the audit in the database: a range by time or by block, or all of it. */
import { lastBlock } from '../store/audit-blocks.ts'
import { beginning } from '../store/audit-events.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import type { ChainReport, Head } from './breaks.ts'
import { beginChain, endChain, reportBreak, type Chain } from './chain.ts'
import { proveClaims } from './claims.ts'
import { eventFault } from './event-check.ts'
import { verificationKeys } from './signing-key.ts'
import { blockOfRow, eventOfRow } from './stored.ts'
import { blockRange, consistentRead, eventsUpTo, headBefore, walkChain, type VerifyRange } from './walk.ts'

export interface VerifyOptions extends VerifyRange {
  /** A head noted earlier: the chain must still contain it. */
  expect?: Head
  onProgress?: (done: { blocks: number; events: number; of: number }) => void
}

export interface VerifyReport extends ChainReport {
  fromBlock: number
  toBlock: number
  /** Events not sealed yet; what is told of them cannot be proved so far. */
  unsealed: number
  /** Erased targets whose erasure is recorded but not sealed yet. */
  awaiting: string[]
}

/** Proves a range of the audit. Run the sealer first to have all up to now in it. Errors: `invalid_parameter`. */
export async function verifyAudit(
  db: Database,
  masterKey: MasterKey,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  return db.transaction(async (tx) => {
    const { from, to, whole } = await blockRange(tx, options)
    const chain = beginChain(await verificationKeys(tx, masterKey), await headBefore(tx, from), options.expect)
    const progress = () =>
      options.onProgress?.({ blocks: chain.report.blocks, events: chain.report.events, of: to - from + 1 })
    await walkChain(tx, chain, from, to, { blockDone: progress })
    const unsealed = whole ? await checkUnsealed(tx, chain) : 0
    const awaiting = await proveClaims(tx, chain)
    return { ...endChain(chain, whole), fromBlock: from, toBlock: to, unsealed, awaiting }
  }, consistentRead)
}

/** Events behind the last block: no seal protects them yet, but each must at least agree with itself. */
async function checkUnsealed(tx: Transaction, chain: Chain): Promise<number> {
  const last = await lastBlock(tx)
  let count = 0
  for await (const row of eventsUpTo(tx, last ? blockOfRow(last).last : beginning, null)) {
    const event = eventOfRow(row)
    const fault = eventFault(event, event.digest)
    if (fault)
      reportBreak(chain, 'altered', `Event ${event.eventId}, not sealed yet, was altered: ${fault}.`, event.eventId)
    count++
  }
  return count
}
