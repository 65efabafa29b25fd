/** Cursors: where a page ended, as a text that callers hand back unread. */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'

/** A short mark of the list that a cursor belongs to: with another it would skip or repeat. */
export function markOf(list: unknown): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 11)
}

export function writeCursor(mark: string, keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([mark, ...keys])).toString('base64url')
}

export const foreignCursor = () => new GatehouseError('invalid_cursor', 'cursor: is not one of ours; take it from `next` of the page before.')

/** The keys within a cursor. Errors: `invalid_cursor`. */
export function readCursor(cursor: string, mark: string, keys: number): string[] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    parts = undefined
  }
  const isText = (part: unknown) => typeof part === 'string' && !part.includes('\u0000') && part.isWellFormed()
  if (!Array.isArray(parts) || !parts.every(isText)) throw foreignCursor()
  const [given, ...rest] = parts as string[]
  if (given !== mark || rest.length !== keys) throw new GatehouseError('invalid_cursor', 'cursor: belongs to another list, filter or order; repeat those of the page before.')
  return rest
}

/** SQLSTATE class 22, as for a date that is none: only a cursor of somebody else's making leads there. */
export function isWrongData(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return [code, cause?.code].some((one) => one?.startsWith('22'))
}
