/**
 * Verifying a chain: one walk over its blocks and their events, in order, in flat memory. The same code proves the
 * tables of a database (`verify.ts`) and an exported file without a server (`verify-file.ts`).
 *
 * It names what is broken: an event altered, missing, inserted, reordered; one that was erased or dropped though no
 * sealed event says so; a block altered, unsigned or gone. After a break it goes on, so that one break hides no other.
 */
import type { KeyObject } from 'node:crypto'
import { firstPrevHash, idsOf, leafAt, type Block } from './block.ts'
import { blockFaults, joinMoves, type BreakKind, type ChainReport, type Head, type PlacedBreak } from './breaks.ts'
import { eventFault, erasedParts } from './event-check.ts'
import type { EventRecord } from './stored.ts'

/** A break unless a sealed event further on bears it out. */
type Claim = PlacedBreak

export interface Chain {
  keys: ReadonlyMap<string, KeyObject>
  expected?: Head
  report: Omit<ChainReport, 'ok' | 'keyIds' | 'breaks' | 'first'>
  found: PlacedBreak[]
  keyIds: Set<string>
  /** Erased targets (`User:id`) that no event of the walk has justified yet, with the first event concerned. */
  erasures: Map<string, Claim>
  /** The highest dropped block that no event has justified yet. */
  drop?: Claim
  previous?: Head
  keptBegan: boolean
  current?: { block: Block; indexes: Map<string, number>; seen: Uint8Array; highest: number; place: number }
}

const mostBreaks = 100

/** Starts a walk. `previous` is the block before the first, if that is not block 1; `expected` a head noted earlier. */
export function beginChain(keys: ReadonlyMap<string, KeyObject>, previous?: Head, expected?: Head): Chain {
  return {
    keys,
    expected,
    previous,
    found: [],
    keyIds: new Set(),
    erasures: new Map(),
    keptBegan: false,
    report: { blocks: 0, events: 0, erased: 0, droppedBlocks: 0 },
  }
}

/** The next block of the chain. */
export function takeBlock(chain: Chain, block: Block): void {
  closeBlock(chain)
  const place = block.blockNo * 1_000_000
  const ids = block.content ? idsOf(block.content) : []
  chain.current = {
    block,
    indexes: new Map(ids.map((id, index) => [id, index])),
    seen: new Uint8Array(ids.length),
    highest: -1,
    place,
  }
  chain.report.blocks++
  checkLink(chain, block)
  for (const fault of blockFaults(chain.keys, block)) addBreak(chain, 0, fault.kind, fault.message)
  if (chain.keys.has(block.keyId)) chain.keyIds.add(block.keyId)
  if (block.content) chain.keptBegan = true
  else takeDropped(chain, block)
  chain.previous = { blockNo: block.blockNo, hash: block.hash }
  chain.report.head = chain.previous
  if (chain.expected?.blockNo === block.blockNo && chain.expected.hash !== block.hash) {
    addBreak(chain, 0, 'chain', `Block ${block.blockNo} is not the one noted earlier.`)
  }
}

/** The next event of the current block. */
export function takeEvent(chain: Chain, event: EventRecord): void {
  const { current } = chain
  if (!current) return
  const { eventId } = event
  chain.report.events++
  const index = current.indexes.get(eventId)
  if (index === undefined) {
    addBreak(
      chain,
      current.highest + 1.5,
      'inserted',
      `Event ${eventId} was never sealed, yet it stands among the events of block ${current.block.blockNo}.`,
      eventId,
    )
    return
  }
  if (current.seen[index] === 1) {
    addBreak(chain, index + 1, 'inserted', `Event ${eventId} stands there twice.`, eventId)
    return
  }
  current.seen[index] = 1
  if (index < current.highest)
    addBreak(chain, index + 1, 'reordered', `Event ${eventId} stands out of its order.`, eventId)
  current.highest = Math.max(current.highest, index)
  const fault = eventFault(event, leafAt(current.block.content!, index))
  if (fault) addBreak(chain, index + 1, 'altered', `Event ${eventId} was altered: ${fault}.`, eventId)
  else noteRemovals(chain, event, index)
}

/** What claims are still open, for the caller to look for proof beyond the walk's end. */
export function openClaims(chain: Chain): { erased: string[]; droppedBlock?: number } {
  closeBlock(chain)
  return { erased: [...chain.erasures.keys()], ...(chain.drop ? { droppedBlock: chain.drop.blockNo } : {}) }
}

/** A sealed event from beyond the walk's end, with its block: it may bear out open claims. */
export function takeProof(chain: Chain, block: Block, event: EventRecord): void {
  closeBlock(chain)
  const index = block.content ? idsOf(block.content).indexOf(event.eventId) : -1
  const isLater = block.blockNo > (chain.previous?.blockNo ?? 0)
  if (index < 0 || !isLater || blockFaults(chain.keys, block).length > 0) return
  if (eventFault(event, leafAt(block.content!, index)) === undefined) settleClaims(chain, event)
}

/** Adds a break that only the caller can see. */
export function reportBreak(chain: Chain, kind: BreakKind, message: string, eventId?: string): void {
  closeBlock(chain)
  addBreak(chain, Number.MAX_SAFE_INTEGER, kind, message, eventId)
}

/** Ends the walk. `whole` says that it went to the end of the chain. */
export function endChain(chain: Chain, whole = true): ChainReport {
  closeBlock(chain)
  if (whole && chain.expected && (chain.report.head?.blockNo ?? 0) < chain.expected.blockNo) {
    addBreak(
      chain,
      Number.MAX_SAFE_INTEGER,
      'truncated',
      `The chain ends before block ${chain.expected.blockNo}, which was noted earlier.`,
    )
  }
  chain.found.push(...chain.erasures.values(), ...(chain.drop ? [chain.drop] : []))
  const breaks = joinMoves(chain.found)
    .sort((a, b) => a.place - b.place)
    .map(({ place: _, ...one }) => one)
    .slice(0, mostBreaks)
  const [first] = breaks
  return { ok: first === undefined, ...(first ? { first } : {}), breaks, ...chain.report, keyIds: [...chain.keyIds] }
}

function closeBlock(chain: Chain): void {
  const { current } = chain
  if (!current) return
  if (current.seen.includes(0)) {
    for (const [eventId, index] of current.indexes) {
      if (current.seen[index] === 0)
        addBreak(chain, index + 1, 'missing', `Event ${eventId} of block ${current.block.blockNo} is missing.`, eventId)
    }
  }
  chain.current = undefined
}

function checkLink(chain: Chain, block: Block): void {
  const { previous } = chain
  const { blockNo, prevHash } = block
  if (!previous) {
    if (blockNo !== 1) addBreak(chain, 0, 'chain', `Block ${blockNo - 1} is missing.`)
    else if (prevHash !== firstPrevHash) addBreak(chain, 0, 'chain', 'Block 1 claims a block before it.')
  } else if (blockNo !== previous.blockNo + 1) {
    addBreak(
      chain,
      0,
      'chain',
      `Block ${previous.blockNo + 1} is missing: block ${blockNo} follows ${previous.blockNo}.`,
    )
  } else if (prevHash !== previous.hash) {
    addBreak(chain, 0, 'chain', `Block ${blockNo} does not continue block ${previous.blockNo}.`)
  }
}

function takeDropped(chain: Chain, block: Block): void {
  const message = chain.keptBegan
    ? `The events of block ${block.blockNo} are gone, though older ones are kept.`
    : `The events of block ${block.blockNo} are gone, and no sealed event says that they were dropped after their time.`
  chain.report.droppedBlocks++
  if (chain.keptBegan) addBreak(chain, 0, 'dropped', message)
  else chain.drop = { kind: 'dropped', blockNo: block.blockNo, message, place: block.blockNo * 1_000_000 }
}

function noteRemovals(chain: Chain, event: EventRecord, index: number): void {
  const targets = erasedParts(event)
  if (targets.length > 0) chain.report.erased++
  for (const target of targets) {
    if (chain.erasures.has(target)) continue
    const { block, place } = chain.current!
    const whose = target.replace(':', ' ')
    const message = `Event ${event.eventId} was erased, and no sealed event says that ${whose} was to be erased.`
    chain.erasures.set(target, {
      kind: 'erased',
      blockNo: block.blockNo,
      eventId: event.eventId,
      message,
      place: place + index + 1,
    })
  }
  settleClaims(chain, event)
}

function settleClaims(chain: Chain, { action, targetType, targetId, result }: EventRecord): void {
  if (result !== 'SUCCESS') return
  if (action === 'audit.erase' || action === 'user.erase') chain.erasures.delete(`${targetType}:${targetId}`)
  if (action === 'audit.drop' && chain.drop && targetType === 'AuditBlock' && Number(targetId) >= chain.drop.blockNo)
    chain.drop = undefined
}

function addBreak(chain: Chain, offset: number, kind: BreakKind, message: string, eventId?: string): void {
  if (chain.found.length >= mostBreaks) return
  const blockNo = chain.current?.block.blockNo ?? chain.previous?.blockNo ?? 0
  chain.found.push({
    kind,
    blockNo,
    ...(eventId === undefined ? {} : { eventId }),
    message,
    place: (chain.current?.place ?? 0) + offset,
  })
}
