/**
 * JSON from outside (RFC 8259): strict, valid UTF-8, no name twice in an object, no nesting beyond reason. A byte order
 * mark in front is skipped, as §8.1 allows. Good bodies are read by JSON.parse and counted through once; only those
 * that are refused are walked slowly, to say where (`json-fault.ts`).
 */
import { GatehouseError } from '../errors.ts'
import { deepest, faultOf } from './json-fault.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The value of a body. Errors: `invalid_json`, with the place and never the text around it, which may be secret. */
export function parseJson(body: Buffer | string): unknown {
  const text = typeof body === 'string' ? body.replace(/^\uFEFF/, '') : decode(body)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refusal(text)
  }
  if (!isPlain(text, value)) throw refusal(text)
  return value
}

/**
 * Whether a text that JSON.parse has read is JSON as we take it: JSON.parse keeps the last of two equal names, and which one
 * was meant nobody knows; and it nests without end.
 */
export const isPlain = (text: string, value: unknown): boolean => namesIn(value, 0) === colonsIn(text)

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new GatehouseError('invalid_json', `${validStart(body)}: the body is not valid UTF-8.`)
  }
}

/** Where the bytes cease to be UTF-8: after the longest beginning that is. */
function validStart(body: Buffer): string {
  let [good, bad] = [0, body.length]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, middle), { stream: true })
      good = middle
    } catch {
      bad = middle
    }
  }
  return place(body.subarray(0, good).toString().replace(/\uFFFD$/, ''))
}

function refusal(text: string): GatehouseError {
  const { at, message } = faultOf(text) ?? { at: 0, message: 'the body is not valid JSON' }
  return new GatehouseError('invalid_json', `${place(text.slice(0, at))}: ${message}.`)
}

function place(before: string): string {
  const lines = before.split(/\r\n|\r|\n/)
  return `Line ${lines.length}, column ${[...lines.at(-1)!].length + 1}`
}

/** How many members the objects of a value have, all together; NaN when it is nested too deep. */
function namesIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth >= deepest) return Number.NaN
  const inner = Object.values(value)
  let names = Array.isArray(value) ? 0 : inner.length
  for (const one of inner) names += namesIn(one, depth + 1)
  return names
}

/** In valid JSON there is one colon outside of texts for each member. */
function colonsIn(text: string): number {
  let colons = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x3a) colons++
    else if (code === 0x22) i = endOfText(text, i)
  }
  return colons
}

function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
  }
}
