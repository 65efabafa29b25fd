/** Reading request bodies: JSON, empty taken for none, nesting limited, everything else E0000003. */
import type { FastifyRequest } from 'fastify'
import { OktaError } from './errors.ts'

const deepest = 100

/** Fastify's content parser for `application/json`. */
export function parseBody(_: FastifyRequest, text: string, done: (error: Error | null, body?: unknown) => void): void {
  if (text.trim() === '') return done(null, undefined)
  if (isDeeperThan(text, deepest)) return done(new OktaError('E0000003'))
  try {
    done(null, JSON.parse(text))
  } catch {
    done(new OktaError('E0000003'))
  }
}

/** Whether brackets nest deeper than `most`; writing such a value out again would exhaust the stack. */
export function isDeeperThan(text: string, most: number): boolean {
  let depth = 0
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (quoted) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x5b || code === 0x7b) {
      depth += 1
      if (depth > most) return true
    } else if (code === 0x5d || code === 0x7d) depth -= 1
  }
  return false
}
