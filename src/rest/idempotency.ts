/**
 * Idempotency-Key: a request that is sent again within 24 hours is answered as it was, not carried out again. The key
 * is noted in the very transaction that does the work, so that after a crash either both are there or neither.
 */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { forgetKeysBefore, insertKey, readKey, saveAnswer } from '../store/idempotency.ts'
import type { Answer } from './route.ts'

const keepHours = 24

export interface KeyedRequest {
  /** Who sends it: the id of their API key, since names of keys are not one of a kind. */
  principal: string
  key: string
  method: string
  path: string
  body: string
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Carries a request out once. `work` gets a context whose first transaction notes the key. Errors: `idempotency_mismatch`
 * when the key came with another request, `conflict` when its first request is under way or its answer was not kept: it
 * was lost, or holds a secret that is shown once.
 *
 * A body may hold a spoken word or another secret that is quickly guessed: its hash is taken together with the key, which
 * is itself nowhere in the clear.
 */
export async function once(ctx: Context, request: KeyedRequest, work: (ctx: Context) => Promise<Answer>): Promise<{ answer: Answer; replayed: boolean }> {
  if (request.key.length > 255) throw new GatehouseError('invalid_parameter', 'Idempotency-Key: may have at most 255 characters.')
  const row = { principal: request.principal, keyHash: digest(request.key), method: request.method, path: request.path, bodyHash: digest(`${request.key}\0${request.body}`) }
  const oldest = new Date(ctx.now().getTime() - keepHours * 3_600_000)
  const known = await readKey(ctx.db, row.principal, row.keyHash, oldest)
  if (known) return { answer: replay(known, row), replayed: true }
  let noted = false
  const db = ctx.db.withFirstCommit(async (tx) => {
    await forgetKeysBefore(tx, row.principal, row.keyHash, oldest)
    noted = await insertKey(tx, row, ctx.now())
    if (!noted) throw underWay()
  })
  try {
    const answer = await work({ ...ctx, db })
    if (!answer.secret) await saveAnswer(ctx.db, row, { status: answer.status ?? 200, headers: { version: answer.version, location: answer.location }, body: answer.body })
    return { answer, replayed: false }
  } catch (error) {
    // Refused, it may be, because the same request was carried out beside this one: then its answer is the right one.
    const meanwhile = noted ? undefined : await readKey(ctx.db, row.principal, row.keyHash, oldest)
    if (!meanwhile) throw error
    if (meanwhile.status === null) throw underWay()
    return { answer: replay(meanwhile, row), replayed: true }
  }
}

const underWay = () => new GatehouseError('conflict', 'Idempotency-Key: a request with this key is being carried out; wait for its answer.')

function replay(known: NonNullable<Awaited<ReturnType<typeof readKey>>>, row: { method: string; path: string; bodyHash: Buffer }): Answer {
  if (known.method !== row.method || known.path !== row.path || !known.bodyHash.equals(row.bodyHash)) {
    throw new GatehouseError('idempotency_mismatch', 'Idempotency-Key: came before with another method, address or body; use a new key for a new request.')
  }
  if (known.status === null) {
    throw new GatehouseError('conflict', 'Idempotency-Key: the first request with this key is being carried out still, or its answer was not kept; wait, or read the record to see what became of it.')
  }
  const { version, location } = (known.headers ?? {}) as { version?: number; location?: string }
  return { status: known.status, body: known.body ?? undefined, version, location }
}
