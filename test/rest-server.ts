/**
 * The REST door in a test: the real routes on a database of its own, asked by injection with an administrator's key. Every answer is held
 * against the OpenAPI document (openapi-judge.ts).
 */
import type { FastifyInstance } from 'fastify'
import { afterAll } from 'vitest'
import type { Context } from '../src/context.ts'
import { buildServer } from '../src/main.ts'
import type { DatabaseOptions } from '../src/store/database.ts'
import { testMasterKey } from './master-key.ts'
import { testContext } from './context.ts'
import { judgeAnswers } from './openapi-judge.ts'

export const testKey = 'a-key-for-the-tests-only'

export interface Reply {
  status: number
  body: any
  headers: Record<string, string | string[] | number | undefined>
}

export interface TestServer {
  ctx: Context
  server: FastifyInstance
  /** What of the answers so far was not as the OpenAPI document says: once there is any, the test file fails. */
  faults: readonly string[]
  /** Sends a request below /api/v1; objects go as JSON, texts as they are. */
  ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
}

export async function testServer(env: Record<string, string> = {}, now?: () => Date, database?: DatabaseOptions, masterKey = testMasterKey()): Promise<TestServer> {
  const ctx = await testContext({ GATEHOUSE_API_KEY: testKey, AUTH_FAILURES_PER_MINUTE: '100000', ...env }, now, database)
  const faults: string[] = []
  const server = buildServer(ctx, masterKey, undefined, (built) => judgeAnswers(built, (fault) => faults.push(fault)))
  afterAll(() => {
    if (faults.length > 0) throw new Error(`Answers are not as the OpenAPI document says:\n${[...new Set(faults)].join('\n')}`)
  })
  afterAll(() => server.close())
  const ask: TestServer['ask'] = async (method, path, body, headers = {}) => {
    const reply = await server.inject({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${testKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
    })
    const text = reply.body
    return { status: reply.statusCode, headers: reply.headers, body: text === '' ? undefined : parse(text) }
  }
  return { ctx, server, faults, ask }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
