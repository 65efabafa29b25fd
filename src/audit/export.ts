/** Exporting a range of the audit to a file that proves itself without the server. Streams; verifies as it goes. */
import type { Database } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import type { ChainReport } from './breaks.ts'
import { beginChain, endChain } from './chain.ts'
import { proveClaims } from './claims.ts'
import { printLine, signEnd, type ExportHeader, type ExportLine } from './export-format.ts'
import { currentSigningKey, publicJwk, verificationKeys } from './signing-key.ts'
import { blockRange, consistentRead, headBefore, walkChain, type VerifyRange } from './walk.ts'

export interface ExportReport extends ChainReport {
  fromBlock: number
  toBlock: number
  awaiting: string[]
}

/**
 * Writes the blocks of a range and their events. `write` takes text and may wait (a stream that is full); what it was
 * given is complete only when this returns. A broken chain is exported as it is, and the report names the breaks.
 * Errors: `invalid_parameter` (range), `configuration` (master key).
 */
export async function exportAudit(
  db: Database,
  masterKey: MasterKey,
  now: Date,
  range: VerifyRange,
  write: (text: string) => Promise<void>,
): Promise<ExportReport> {
  const signingKey = await currentSigningKey(db, masterKey, now)
  return db.transaction(async (tx) => {
    const put = (line: ExportLine) => write(printLine(line))
    const { from, to, whole } = await blockRange(tx, range)
    const keys = await verificationKeys(tx, masterKey)
    const previous = await headBefore(tx, from)
    const header: ExportHeader = {
      gatehouseAudit: 1,
      exportedAt: now.toISOString(),
      fromBlock: from,
      toBlock: to,
      ...(previous ? { previous } : {}),
      keys: [...keys].map(([keyId, key]) => ({ keyId, jwk: publicJwk(key) })),
    }
    await put({ kind: 'header', header })
    const chain = beginChain(keys, previous)
    await walkChain(tx, chain, from, to, {
      block: (block) => put({ kind: 'block', block }),
      event: (event) => put({ kind: 'event', event }),
    })
    const awaiting = await proveClaims(tx, chain, (block, event) => put({ kind: 'proof', block, event }))
    const report = endChain(chain, whole)
    const end = {
      blocks: report.blocks,
      events: report.events,
      ...(report.head ? { head: report.head } : {}),
      keyId: signingKey.keyId,
    }
    await put({ kind: 'end', end: { ...end, signature: signEnd(header, end, signingKey.privateKey) } })
    return { ...report, fromBlock: from, toBlock: to, awaiting }
  }, consistentRead)
}
