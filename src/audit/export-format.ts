/**
 * The file format of an exported audit: JSON Lines, in this order, so that both writing and verifying stream.
 *
 *   {"gatehouseAudit": 1, "exportedAt", "fromBlock", "toBlock", "previous"?: head, "keys": [{"keyId", "jwk"}]}
 *   {"block": …}  and behind each block its events  {"event": …}
 *   {"proof": {"block": …, "event": …}}   sealed events from behind the range, accounting for what was erased in it
 *   {"end": {"blocks", "events", "head"?, "keyId", "signature"}}   signed, so that nothing can be cut off
 */
import { sign, verify, type KeyObject } from 'node:crypto'
import type { Block } from './block.ts'
import type { Head } from './breaks.ts'
import { netstring } from './digest.ts'
import type { EventRecord } from './stored.ts'

export interface ExportHeader {
  gatehouseAudit: 1
  exportedAt: string
  fromBlock: number
  toBlock: number
  /** The block before the range; absent when the range begins with block 1. */
  previous?: Head
  keys: { keyId: string; jwk: { kty: string; crv: string; x: string } }[]
}

export interface ExportEnd {
  blocks: number
  events: number
  head?: Head
  keyId: string
  /** Base64, Ed25519, over `endText`. */
  signature: string
}

/** A block in JSON: ids and leaves in Base64. */
type BlockJson = Omit<Block, 'content'> & { eventIds?: string; leaves?: string }

export type ExportLine =
  | { kind: 'header'; header: ExportHeader }
  | { kind: 'block'; block: Block }
  | { kind: 'event'; event: EventRecord }
  | { kind: 'proof'; block: Block; event: EventRecord }
  | { kind: 'end'; end: ExportEnd }

/** One line of the file, with its line break. */
export function printLine(line: ExportLine): string {
  switch (line.kind) {
    case 'header':
      return `${JSON.stringify(line.header)}\n`
    case 'block':
      return `${JSON.stringify({ block: blockJson(line.block) })}\n`
    case 'event':
      return `${JSON.stringify({ event: line.event })}\n`
    case 'proof':
      return `${JSON.stringify({ proof: { block: blockJson(line.block), event: line.event } })}\n`
    case 'end':
      return `${JSON.stringify({ end: line.end })}\n`
  }
}

/** A line read back; undefined when it is none of ours. */
export function parseLine(text: string): ExportLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  if (value.gatehouseAudit === 1) return isHeader(value) ? { kind: 'header', header: value } : undefined
  if (isRecord(value.event)) return isEvent(value.event) ? { kind: 'event', event: value.event } : undefined
  if (isRecord(value.block)) {
    const block = parseBlock(value.block)
    return block && { kind: 'block', block }
  }
  if (isRecord(value.proof)) return parseProof(value.proof)
  return isRecord(value.end) && isEnd(value.end) ? { kind: 'end', end: value.end } : undefined
}

function parseProof({ block, event }: Record<string, unknown>): ExportLine | undefined {
  const parsed = isRecord(block) ? parseBlock(block) : undefined
  return parsed && isRecord(event) && isEvent(event) ? { kind: 'proof', block: parsed, event } : undefined
}

/** Base64 of the signature at the end of an export. */
export function signEnd(header: ExportHeader, end: Omit<ExportEnd, 'signature'>, key: KeyObject): string {
  return sign(null, Buffer.from(endText(header, end)), key).toString('base64')
}

/** Whether the end of an export is signed by the key. */
export function isEndSigned(header: ExportHeader, end: ExportEnd, key: KeyObject): boolean {
  try {
    return verify(null, Buffer.from(endText(header, end)), key, Buffer.from(end.signature, 'base64'))
  } catch {
    return false
  }
}

function endText(header: ExportHeader, { blocks, events, head, keyId }: Omit<ExportEnd, 'signature'>): string {
  const fields = [
    header.exportedAt,
    header.fromBlock,
    header.toBlock,
    blocks,
    events,
    head?.blockNo ?? null,
    head?.hash ?? null,
    keyId,
  ]
  return `gatehouse audit export 1\n${fields.map(netstring).join('')}`
}

function blockJson({ content, ...block }: Block): BlockJson {
  if (!content) return block
  return { ...block, eventIds: content.eventIds.toString('base64'), leaves: content.leaves.toString('base64') }
}

function parseBlock(value: Record<string, unknown>): Block | undefined {
  const { eventIds, leaves, ...block } = value
  const { blockNo, eventCount, first, last } = block
  const texts = ['prevHash', 'contentHash', 'sealedAt', 'keyId', 'hash', 'signature']
  if (!isCount(blockNo) || !isCount(eventCount) || !isPosition(first) || !isPosition(last)) return undefined
  if (!texts.every((name) => typeof block[name] === 'string')) return undefined
  const header = block as unknown as Block
  if (typeof eventIds !== 'string' || typeof leaves !== 'string') return header
  return { ...header, content: { eventIds: Buffer.from(eventIds, 'base64'), leaves: Buffer.from(leaves, 'base64') } }
}

const eventTexts = ['eventId', 'at', 'source', 'action', 'targetType', 'targetId', 'result', 'digest']
const eventOptionals = [
  'actorId',
  'correlationId',
  'origin',
  'originSalt',
  'originDigest',
  'changes',
  'changesSalt',
  'changesDigest',
]

function isEvent(value: Record<string, unknown>): value is Record<string, unknown> & EventRecord {
  return (
    eventTexts.every((name) => typeof value[name] === 'string') &&
    eventOptionals.every((name) => value[name] === null || typeof value[name] === 'string')
  )
}

function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & ExportHeader {
  const { exportedAt, fromBlock, toBlock, keys, previous } = value
  return (
    typeof exportedAt === 'string' &&
    isCount(fromBlock) &&
    isCount(toBlock) &&
    (previous === undefined || isHead(previous)) &&
    Array.isArray(keys) &&
    keys.every((key) => isRecord(key) && typeof key.keyId === 'string' && isRecord(key.jwk))
  )
}

function isEnd(value: Record<string, unknown>): value is Record<string, unknown> & ExportEnd {
  const { blocks, events, head, keyId, signature } = value
  return (
    isCount(blocks) &&
    isCount(events) &&
    (head === undefined || isHead(head)) &&
    typeof keyId === 'string' &&
    typeof signature === 'string'
  )
}

function isHead(value: unknown): boolean {
  return isRecord(value) && isCount(value.blockNo) && typeof value.hash === 'string'
}

function isPosition(value: unknown): boolean {
  return isRecord(value) && isCount(value.epoch) && typeof value.xid === 'string' && typeof value.eventId === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
