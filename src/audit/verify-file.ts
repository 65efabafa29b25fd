/**
 * Verifying an exported audit without a server, in flat memory. The file carries the public keys it was signed with;
 * whoever wants to be sure that they are the installation's compares their ids with those noted earlier.
 */
import type { KeyObject } from 'node:crypto'
import { TextDecoder } from 'node:util'
import type { ChainReport, Head } from './breaks.ts'
import { beginChain, endChain, reportBreak, takeBlock, takeEvent, takeProof, type Chain } from './chain.ts'
import { isEndSigned, parseLine, type ExportEnd, type ExportHeader, type ExportLine } from './export-format.ts'
import { publicKeyOf } from './signing-key.ts'

export interface VerifyFileOptions {
  /** Ids of the keys to believe, as reported by the server; default: those the file brings along. */
  trustedKeys?: readonly string[]
  /** A head noted earlier. */
  expect?: Head
}

/** The longest line taken, in characters: an event with its changes. */
const lineLimit = 256 * 1024 * 1024

/** Proves an exported file, given as chunks of bytes or text. Whatever is wrong with it is reported, never thrown. */
export async function verifyAuditFile(
  chunks: AsyncIterable<Buffer | string>,
  options: VerifyFileOptions = {},
): Promise<ChainReport> {
  const state: State = { number: 0 }
  for await (const text of linesOf(chunks)) {
    state.number++
    const line = text === undefined ? undefined : parseLine(text)
    const fault = line ? takeLine(state, line, options) : 'it is not a line as the export writes it'
    if (fault === undefined) continue
    const chain = state.chain ?? beginChain(new Map())
    reportBreak(chain, 'format', `Line ${state.number}: ${fault}.`)
    return endChain(chain, false)
  }
  const chain = state.chain ?? beginChain(new Map())
  if (!state.end) reportBreak(chain, 'truncated', 'The file ends before its signed end.')
  return endChain(chain, false)
}

interface State {
  number: number
  header?: ExportHeader
  keys?: ReadonlyMap<string, KeyObject>
  chain?: Chain
  end?: ExportEnd
  proofsBegan?: boolean
}

/** Takes one line; what is wrong with its place, if anything. */
function takeLine(state: State, line: ExportLine, options: VerifyFileOptions): string | undefined {
  if (state.end) return 'something follows the end'
  if (line.kind === 'header') {
    if (state.header) return 'a second header'
    begin(state, line.header, options)
    return undefined
  }
  const { chain } = state
  if (!chain) return 'the header is missing'
  if (line.kind === 'end') finish(state, line.end, options)
  else if (line.kind === 'proof') {
    state.proofsBegan = true
    takeProof(chain, line.block, line.event)
  } else if (state.proofsBegan) return 'it stands behind the proofs'
  else if (line.kind === 'block') takeBlock(chain, line.block)
  else if (!chain.current) return 'an event before the first block'
  else takeEvent(chain, line.event)
  return undefined
}

function begin(state: State, header: ExportHeader, { trustedKeys, expect }: VerifyFileOptions): void {
  const keys = new Map<string, KeyObject>()
  for (const { keyId, jwk } of header.keys) {
    const key = publicKeyOf(keyId, jwk)
    if (key && (!trustedKeys || trustedKeys.includes(keyId))) keys.set(keyId, key)
  }
  state.header = header
  state.keys = keys
  state.chain = beginChain(keys, header.previous, expect)
}

function finish(state: State, end: ExportEnd, { expect }: VerifyFileOptions): void {
  const { header, keys } = state
  const chain = state.chain!
  state.end = end
  const { report } = chain
  const key = keys!.get(end.keyId)
  if (!key || !isEndSigned(header!, end, key))
    reportBreak(chain, 'signature', 'The signature at the end of the file is wrong.')
  const whole = report.blocks === end.blocks && report.events === end.events && report.head?.hash === end.head?.hash
  if (!whole)
    reportBreak(
      chain,
      'truncated',
      `The file should hold ${end.blocks} blocks and ${end.events} events, ` +
        `and holds ${report.blocks} and ${report.events}.`,
    )
  const last = header!.previous?.blockNo ?? 0
  if (expect && expect.blockNo > Math.max(last, end.head?.blockNo ?? 0)) {
    reportBreak(chain, 'truncated', `The file ends before block ${expect.blockNo}, which was noted earlier.`)
  }
}

/**
 * The lines of a stream without their breaks; undefined for one that is too long, without its break or not in UTF-8, after which nothing
 * follows. Nothing is overlooked, a mark of the byte order neither: the bytes are the writer's, or the file is not.
 */
async function* linesOf(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoded(decoder, chunk)
    if (text === undefined) return yield undefined
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      parts.push(text.slice(from, at))
      yield parts.join('')
      parts = []
      length = 0
      from = at + 1
    }
    parts.push(text.slice(from))
    length += text.length - from
    if (length > lineLimit) {
      yield undefined
      return
    }
  }
  if (parts.join('').length > 0 || decoded(decoder) === undefined) yield undefined
}

/** The next text of a stream of bytes, or what is left at its end; undefined where the bytes are no UTF-8. */
function decoded(decoder: TextDecoder, chunk?: Buffer): string | undefined {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch {
    return undefined
  }
}
