/**
 * Lists: an opaque cursor in `after`, a limit that is capped, and two Link header lines, `self` and `next`, each on its
 * own. The end is where there is no `next`.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OktaError } from './errors.ts'

export interface Limits {
  normal: number
  most: number
}

/** The page size asked for, capped; E0000029 when it is no positive whole number. */
export function readLimit(text: string | undefined, limits: Limits): number {
  if (text === undefined || text === '') return limits.normal
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new OktaError('E0000029')
  return Math.min(Number(text), limits.most)
}

/** A cursor that says nothing to a client. */
export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The value of a cursor made by `encodeCursor`; E0000029 for anything else. */
export function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw new OktaError('E0000029')
  }
}

/** The position behind which a list goes on; 0 without a cursor. */
export function readPosition(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0
  const position = decodeCursor(cursor)
  if (!Number.isSafeInteger(position) || (position as number) < 0) throw new OktaError('E0000029')
  return position as number
}

export interface Page<T> {
  items: T[]
  /** The position of the last item, when there are more behind it. */
  next: number | null
}

/** Takes up to `limit` items that `keep` keeps, and looks one further to know whether a next page exists. */
export function takePage<T>(source: Iterable<[number, T]>, limit: number, keep: (item: T) => boolean): Page<T> {
  const items: T[] = []
  let last = 0
  for (const [position, item] of source) {
    if (!keep(item)) continue
    if (items.length === limit) return { items, next: last }
    items.push(item)
    last = position
  }
  return { items, next: null }
}

/** Sets the Link lines of a list answer; `next` is the value for the next page's cursor. */
export function setLinks(request: FastifyRequest, reply: FastifyReply, limit: number, next: unknown): void {
  const self = new URL(request.url, baseUrl(request))
  const links = [`<${self.href}>; rel="self"`]
  if (next !== null) {
    const url = new URL(self)
    url.searchParams.set('after', encodeCursor(next))
    url.searchParams.set('limit', String(limit))
    links.push(`<${url.href}>; rel="next"`)
  }
  reply.header('link', links)
}

/** The address the client used, without a path. */
export function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}
