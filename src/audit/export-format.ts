/**
 * The file format of an exported audit: JSON Lines, in this order, so that both writing and verifying stream.
 *
 *   {"gatehouseAudit": 1, "exportedAt", "fromBlock", "toBlock", "previous"?: head, "keys": [{"keyId", "jwk"}]}
 *   {"block": …}  and behind each block its events  {"event": …}
 *   {"proof": {"block": …, "event": …}}   sealed events from behind the range, accounting for what was erased in it
 *   {"end": {"blocks", "events", "head"?, "keyId", "signature"}}   signed, so that nothing can be cut off
 */
import { sign, verify, type KeyObject } from 'node:crypto'
import type { Block, Position } from './block.ts'
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

/**
 * A line read back, without its break; undefined when it is none of ours. Each must be, to the byte, what the writer prints of what is read
 * from it: a member more, a name that stands twice or a number written otherwise proves nothing, and whoever reads the file would believe it.
 */
export function parseLine(text: string): ExportLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const line = isRecord(value) ? lineOf(value) : undefined
  return line && printLine(line) === `${text}\n` ? line : undefined
}

/** What is read of a line: members that the writer knows, in its order, and no others. */
function lineOf(value: Record<string, unknown>): ExportLine | undefined {
  if (value.gatehouseAudit === 1) return isHeader(value) ? { kind: 'header', header: headerOf(value) } : undefined
  if (isRecord(value.event)) return isEvent(value.event) ? { kind: 'event', event: eventOf(value.event) } : undefined
  if (isRecord(value.block)) {
    const block = parseBlock(value.block)
    return block && { kind: 'block', block }
  }
  if (isRecord(value.proof)) return parseProof(value.proof)
  return isRecord(value.end) && isEnd(value.end) ? { kind: 'end', end: endOf(value.end) } : undefined
}

function parseProof({ block, event }: Record<string, unknown>): ExportLine | undefined {
  const parsed = isRecord(block) ? parseBlock(block) : undefined
  return parsed && isRecord(event) && isEvent(event) ? { kind: 'proof', block: parsed, event: eventOf(event) } : undefined
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
  const { blockNo, eventCount, first, last, eventIds, leaves, droppedAt, ...texts } = value
  if (!isCount(blockNo) || !isCount(eventCount) || !isPosition(first) || !isPosition(last)) return undefined
  const { prevHash, contentHash, sealedAt, keyId, hash, signature } = texts
  if (![prevHash, contentHash, sealedAt, keyId, hash].every(isText) || !isBase64(signature)) return undefined
  if (droppedAt !== undefined && (!isText(droppedAt) || eventIds !== undefined)) return undefined
  const block = { blockNo, prevHash, eventCount, first: positionOf(first), last: positionOf(last), contentHash, sealedAt, keyId, hash, signature, ...(droppedAt === undefined ? {} : { droppedAt }) } as Block
  return isText(eventIds) && isText(leaves) ? { ...block, content: { eventIds: Buffer.from(eventIds, 'base64'), leaves: Buffer.from(leaves, 'base64') } } : block
}

/** Names of `EventRecord`, in the order in which they are written; of those without a null value. */
const eventMembers = [
  'eventId', 'at', 'actorId', 'source', 'action', 'targetType', 'targetId', 'result', 'correlationId',
  'origin', 'originSalt', 'originDigest', 'changes', 'changesSalt', 'changesDigest', 'digest',
] as const satisfies readonly (keyof EventRecord)[]
const alwaysTexts: readonly string[] = ['eventId', 'at', 'source', 'action', 'targetType', 'targetId', 'result', 'digest']

const eventOf = (event: EventRecord): EventRecord => Object.fromEntries(eventMembers.map((name) => [name, event[name]])) as unknown as EventRecord

function isEvent(value: Record<string, unknown>): value is Record<string, unknown> & EventRecord {
  return eventMembers.every((name) => isText(value[name]) || (value[name] === null && !alwaysTexts.includes(name)))
}

function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & ExportHeader {
  const { exportedAt, fromBlock, toBlock, keys, previous } = value
  return (
    typeof exportedAt === 'string' &&
    isCount(fromBlock) &&
    isCount(toBlock) &&
    (previous === undefined || isHead(previous)) &&
    Array.isArray(keys) &&
    keys.every((key) => isRecord(key) && isText(key.keyId) && isRecord(key.jwk) && isText(key.jwk.kty) && isText(key.jwk.crv) && isBase64(key.jwk.x, 'base64url'))
  )
}

function headerOf({ exportedAt, fromBlock, toBlock, previous, keys }: ExportHeader): ExportHeader {
  const own = keys.map(({ keyId, jwk: { kty, crv, x } }) => ({ keyId, jwk: { kty, crv, x } }))
  return { gatehouseAudit: 1, exportedAt, fromBlock, toBlock, ...(previous ? { previous: headOf(previous) } : {}), keys: own }
}

function isEnd(value: Record<string, unknown>): value is Record<string, unknown> & ExportEnd {
  const { blocks, events, head, keyId, signature } = value
  return (
    isCount(blocks) &&
    isCount(events) &&
    (head === undefined || isHead(head)) &&
    isText(keyId) &&
    isBase64(signature)
  )
}

const endOf = ({ blocks, events, head, keyId, signature }: ExportEnd): ExportEnd => ({ blocks, events, ...(head ? { head: headOf(head) } : {}), keyId, signature })

const isHead = (value: unknown): value is Head => isRecord(value) && isCount(value.blockNo) && isText(value.hash)
const headOf = ({ blockNo, hash }: Head): Head => ({ blockNo, hash })

const isPosition = (value: unknown): value is Position => isRecord(value) && isCount(value.epoch) && isText(value.xid) && isText(value.eventId)
const positionOf = ({ epoch, xid, eventId }: Position): Position => ({ epoch, xid, eventId })

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown): value is string => typeof value === 'string'

/** Written as the writer does: decoders overlook what does not belong there, and the last bits of the last letter. */
function isBase64(value: unknown, form: 'base64' | 'base64url' = 'base64'): value is string {
  return isText(value) && Buffer.from(value, form).toString(form) === value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
