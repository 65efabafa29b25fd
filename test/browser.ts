/** A browser in a test: keeps cookies, says where its requests come from, and signs people in. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '../src/context.ts'
import { hashPassword } from '../src/signin/password-hash.ts'
import type { Reply, TestServer } from './rest-server.ts'

export const origin = 'http://localhost:8080'
/** Long enough for any policy that is there by default. */
export const password = 'a horse and a battery, stapled'

// Cheap, so that tests are quick; a hash of another cost than the configured one is upgraded at the first sign-in.
const cheap = { memoryKiB: 1024, passes: 1, lanes: 1 }
let hashed: Promise<string> | undefined

export interface Browser {
  cookies: Map<string, string>
  ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
  signIn: (userName: string, password?: string) => Promise<Reply>
}

export function browser(server: FastifyInstance, { host = 'localhost:8080', address = '127.0.0.1', agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } = {}): Browser {
  const cookies = new Map<string, string>()
  const ask: Browser['ask'] = async (method, path, body, headers = {}) => {
    const sent: Record<string, string> = { host, 'user-agent': agent, origin, 'sec-fetch-site': 'same-origin', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }
    if (cookies.size > 0) sent.cookie ??= [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const [name, value] of Object.entries(sent)) if (value === '') delete sent[name]
    const reply = await server.inject({ method: method as 'GET', url: `/api/v1${path}`, headers: sent, remoteAddress: address, ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }) })
    for (const { name, value, maxAge } of reply.cookies as { name: string; value: string; maxAge?: number }[]) {
      if (maxAge === 0) cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = reply.body
    return { status: reply.statusCode, headers: reply.headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  return { cookies, ask, signIn: (userName, given = password) => ask('POST', '/sign-in', { userName, password: given }) }
}

/** A person who can sign in with `password`; their id. */
export async function personWithPassword({ ctx, ask }: Pick<TestServer, 'ctx' | 'ask'>, userName: string, further: object = {}): Promise<string> {
  const { status, body } = await ask('POST', '/users', { userName, name: { givenName: userName, familyName: 'Tester' }, status: 'ACTIVE', ...further })
  if (status !== 201) throw new Error(`the person was not made: ${JSON.stringify(body)}`)
  await givePassword(ctx, body.id as string)
  return body.id as string
}

export async function givePassword(ctx: Context, userId: string): Promise<void> {
  hashed ??= hashPassword(password, cheap)
  await ctx.db.execute(`update login set password = $2, pwd_changed = now() where user_id = $1 and managed_sys_id = '0'`, [userId, await hashed])
}

/** The result and code of every attempt of a person, or of names that nobody has, in order. */
export async function resultsOf(ctx: Context, userId: string): Promise<[string, number][]> {
  const rows = await ctx.db.query<{ result: string; changes: { path: string; after?: number }[] }>(
    `select result, changes from gatehouse.audit_event where action = 'user.sign-in' and target_id = $1 order by event_id`, [userId])
  return rows.map(({ result, changes }) => [result, changes.find(({ path }) => path === 'signIn.code')!.after!])
}
