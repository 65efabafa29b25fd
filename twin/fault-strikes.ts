/** How a fault strikes: what of `faults.ts` is done to a request and to its answer. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorBody, errorTable } from './errors.ts'
import type { Fault } from './faults.ts'
import type { Org } from './state.ts'

/** What becomes of an answer that has been made: nothing of it arrives, or half. */
export type Cut = 'lost-answer' | 'cut-body'

const codes: Record<number, keyof typeof errorTable> = {
  401: 'E0000011', 403: 'E0000006', 404: 'E0000007', 409: 'E0000112', 412: 'E0000231', 429: 'E0000047', 503: 'E0000181',
}

const page = '<html><head><title>Error</title></head><body><h1>Service temporarily unavailable</h1></body></html>'

/** Does what comes before the handler; gives what is to become of the handler's answer, if anything. */
export async function strike(
  fault: Fault, request: FastifyRequest, reply: FastifyReply, org: Org, errorId: string,
): Promise<Cut | null> {
  if (fault.kind === 'slow') await org.schedule.pause(fault.delayMs)
  else if (fault.kind === 'index-lag') return null
  else if (fault.kind === 'lost-answer' || fault.kind === 'cut-body') return fault.kind
  else if (fault.kind === 'reset') resetConnection(request, reply)
  else if (fault.kind === 'html') await reply.code(fault.status).type('text/html; charset=utf-8').send(page)
  else {
    if (fault.status === 429) setLimitHeaders(fault, reply, org.now())
    const code = codes[fault.status] ?? 'E0000009'
    const body = errorBody(fault.errorCode ?? code, errorTable[code][1], [], errorId)
    await reply.code(fault.status).send(body)
  }
  return null
}

function setLimitHeaders(fault: Fault, reply: FastifyReply, now: number): void {
  if (fault.kind === 'concurrency') reply.header('x-rate-limit-limit', '0')
  reply.header('x-rate-limit-remaining', '0')
  reply.header('x-rate-limit-reset', String(Math.ceil(now / 1000) + fault.resetSeconds))
}

function resetConnection(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  const { socket } = request.raw
  // An injected request has no socket of its own; destroying the answer ends it too.
  if (typeof socket.resetAndDestroy === 'function') socket.resetAndDestroy()
  reply.raw.destroy()
}

/** Ends the connection instead of sending the answer, after half of its body if there is one to cut. */
export function cutAnswer(cut: Cut, request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  reply.hijack()
  const body = Buffer.from(typeof payload === 'string' ? payload : '')
  if (cut === 'lost-answer' || body.length < 2) {
    reply.raw.destroy()
    return
  }
  reply.raw.writeHead(reply.statusCode, { 'content-type': 'application/json', 'content-length': body.length })
  reply.raw.write(body.subarray(0, body.length >> 1), () => request.raw.socket.destroy())
}
