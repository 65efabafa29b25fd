/**
 * Verifying a chain: one walk over its blocks and their events, in order, in flat memory. The same code proves the
 * tables of a database (`verify.ts`) and an exported file without a server (`verify-file.ts`).
 *
 * It names what is broken: an event altered, missing, inserted, reordered; one that was erased or dropped though no
 * sealed event says so; a block altered, unsigned or gone. After a break it goes on, so that one break hides no other.
 */
import type { KeyObject } from 'node:crypto'
import { blockHash, contentHash, firstPrevHash, idsOf, isSigned, leafAt, type Block } from './block.ts'
import { eventFault, erasedParts } from './event-check.ts'
import type { EventRecord } from './stored.ts'

export type BreakKind =
  | 'altered' | 'missing' | 'inserted' | 'reordered' | 'erased' | 'dropped' | 'block' | 'chain' | 'signature' | 'truncated' | 'format'

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
  /** The ids of the keys whose signatures were found good. */
  keyIds: string[]
}

/** A claim that must be borne out by a sealed event further on. */
interface Claim extends Break {
  place: number
}

export interface Chain {
  keys: ReadonlyMap<string, KeyObject>
  expected?: Head
  report: Omit<ChainReport, 'ok' | 'keyIds' | 'breaks' | 'first'>
  found: (Break & { place: number })[]
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

/** Starts a walk. `previous` is the block before the first, when that is not block 1; `expected` a head noted earlier. */
export function beginChain(keys: ReadonlyMap<string, KeyObject>, previous?: Head, expected?: Head): Chain {
  return {
    keys, expected, previous, found: [], keyIds: new Set(), erasures: new Map(), keptBegan: false,
    report: { blocks: 0, events: 0, erased: 0, droppedBlocks: 0 },
  }
}

/** The next block of the chain. */
export function takeBlock(chain: Chain, block: Block): void {
  closeBlock(chain)
  const place = block.blockNo * 1_000_000
  const ids = block.content ? idsOf(block.content) : []
  chain.current = { block, indexes: new Map(ids.map((id, index) => [id, index])), seen: new Uint8Array(ids.length), highest: -1, place }
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
    addBreak(chain, current.highest + 1.5, 'inserted', `Event ${eventId} was never sealed, yet it stands among the events of block ${current.block.blockNo}.`, eventId)
    return
  }
  if (current.seen[index] === 1) {
    addBreak(chain, index + 1, 'inserted', `Event ${eventId} stands there twice.`, eventId)
    return
  }
  current.seen[index] = 1
  if (index < current.highest) addBreak(chain, index + 1, 'reordered', `Event ${eventId} stands out of its order.`, eventId)
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
    addBreak(chain, Number.MAX_SAFE_INTEGER, 'truncated', `The chain ends before block ${chain.expected.blockNo}, which was noted earlier.`)
  }
  chain.found.push(...chain.erasures.values(), ...(chain.drop ? [chain.drop] : []))
  const breaks = joinMoves(chain.found).sort((a, b) => a.place - b.place).map(({ place: _, ...one }) => one).slice(0, mostBreaks)
  const [first] = breaks
  return { ok: first === undefined, ...(first ? { first } : {}), breaks, ...chain.report, keyIds: [...chain.keyIds] }
}

function closeBlock(chain: Chain): void {
  const { current } = chain
  if (!current) return
  if (current.seen.includes(0)) {
    for (const [eventId, index] of current.indexes) {
      if (current.seen[index] === 0) addBreak(chain, index + 1, 'missing', `Event ${eventId} of block ${current.block.blockNo} is missing.`, eventId)
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
    addBreak(chain, 0, 'chain', `Block ${previous.blockNo + 1} is missing: block ${blockNo} follows ${previous.blockNo}.`)
  } else if (prevHash !== previous.hash) {
    addBreak(chain, 0, 'chain', `Block ${blockNo} does not continue block ${previous.blockNo}.`)
  }
}

/** What is wrong with a block by itself. */
function blockFaults(keys: ReadonlyMap<string, KeyObject>, block: Block): { kind: BreakKind; message: string }[] {
  const { blockNo, content, eventCount, keyId } = block
  const faults: { kind: BreakKind; message: string }[] = []
  const wellFormed = !content || (content.eventIds.length === eventCount * 16 && content.leaves.length === eventCount * 32)
  if (!wellFormed || (content && contentHash(content) !== block.contentHash) || blockHash(block) !== block.hash) {
    faults.push({ kind: 'block', message: `Block ${blockNo} was altered.` })
  }
  const key = keys.get(keyId)
  if (!key) faults.push({ kind: 'signature', message: `Block ${blockNo} is signed by the key ${keyId}, which nothing vouches for.` })
  else if (!isSigned(block.hash, block.signature, key)) faults.push({ kind: 'signature', message: `The signature of block ${blockNo} is wrong.` })
  return faults
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
    const message = `Event ${event.eventId} was erased, and no sealed event says that ${target.replace(':', ' ')} was to be erased.`
    chain.erasures.set(target, { kind: 'erased', blockNo: block.blockNo, eventId: event.eventId, message, place: place + index + 1 })
  }
  settleClaims(chain, event)
}

function settleClaims(chain: Chain, { action, targetType, targetId, result }: EventRecord): void {
  if (result !== 'SUCCESS') return
  if (action === 'audit.erase' || action === 'user.erase') chain.erasures.delete(`${targetType}:${targetId}`)
  if (action === 'audit.drop' && chain.drop && targetType === 'AuditBlock' && Number(targetId) >= chain.drop.blockNo) chain.drop = undefined
}

function addBreak(chain: Chain, offset: number, kind: BreakKind, message: string, eventId?: string): void {
  if (chain.found.length >= mostBreaks) return
  const blockNo = chain.current?.block.blockNo ?? chain.previous?.blockNo ?? 0
  chain.found.push({ kind, blockNo, ...(eventId === undefined ? {} : { eventId }), message, place: (chain.current?.place ?? 0) + offset })
}

/** An event missing in one block and found in another was moved, not taken away and another put in. */
function joinMoves(found: Chain['found']): Chain['found'] {
  const inserted = new Set(found.filter((one) => one.kind === 'inserted').map((one) => one.eventId))
  const moved = new Set(found.filter((one) => one.kind === 'missing' && inserted.has(one.eventId)).map((one) => one.eventId))
  return found.flatMap((one) => {
    if (!moved.has(one.eventId)) return [one]
    if (one.kind === 'inserted') return []
    return [one.kind === 'missing' ? { ...one, kind: 'reordered' as const, message: `Event ${one.eventId} stands out of its order.` } : one]
  })
}
