/** Our server in the process of the bench, on a free port, and requests to it without a network. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '../src/context.ts'
import { buildServer } from '../src/main.ts'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import { benchKey } from './database.ts'

export const headers = { authorization: `Bearer ${benchKey}` }

export const benchServer = (ctx: Context): FastifyInstance => buildServer(ctx, parseMasterKey(newMasterKey(), 'the key of the bench'))

/** Asks for a path below /api/v1; anything but a 2xx ends the bench. */
export async function ask<T = { items: unknown[]; next?: string; total?: number }>(server: FastifyInstance, path: string, body?: object): Promise<T> {
  const request = body === undefined ? {} : { payload: JSON.stringify(body) }
  const reply = await server.inject({
    method: body === undefined ? 'GET' : 'POST', url: `/api/v1${path}`, headers: { ...headers, 'content-type': 'application/json' }, ...request,
  })
  if (reply.statusCode >= 300) throw new Error(`${path} answered ${reply.statusCode}: ${reply.body.slice(0, 500)}`)
  return JSON.parse(reply.body) as T
}
