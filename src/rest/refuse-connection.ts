/** What never becomes a request: headers too long, sent too slowly, or no HTTP at all. Answered as problem details too. */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { GatehouseError, type ErrorCode } from '../errors.ts'
import { problemOf } from './problem.ts'

const meanings: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Answers what Node's parser refused, and closes the connection. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) return void socket.destroy()
  const code = meanings[error.code ?? ''] ?? 'invalid_body'
  const detail = code === 'invalid_body' ? 'This is not HTTP/1.1 as it should be.' : undefined
  const problem = problemOf(new GatehouseError(code, detail), randomUUID())
  const body = JSON.stringify(problem)
  socket.end([
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n'))
}
