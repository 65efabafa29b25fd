/**
 * Tokens by client credentials over HTTP, as service accounts fetch them, and a token shown to the REST door: in a small
 * and a large directory, beside as many tokens that others hold as there are people.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../src/context.ts'
import { ownId } from '../src/model/own-access.ts'
import { createClient } from '../src/signin/oidc-clients.ts'
import { timeFigure, timesFigure, type Bench, type BenchOptions, type Figure } from './bench.ts'
import { peopleDatabase, tidy } from './database.ts'
import { latencies, median, quantile } from './measure.ts'
import { benchServer } from './server.ts'

const requests = 300
const rounds = 3

interface Side {
  people: number
  server: FastifyInstance
  url: string
  authorization: string
  close: () => Promise<void>
}

export const oidc: Bench = {
  name: 'oidc',
  doc: 'a token by client credentials, and a request with it',
  async run({ people, small }: BenchOptions) {
    const sides = [await open(small), await open(people)]
    try {
      const taken = sides.map(() => ({ token: [] as number[], api: [] as number[] }))
      const many = Array.from({ length: requests })
      for (let round = 0; round < rounds; round++) {
        for (const [place, side] of sides.entries()) {
          taken[place]!.token.push(...(await latencies(many, () => fetchToken(side))))
          const token = await fetchToken(side)
          taken[place]!.api.push(...(await latencies(many, () => useToken(side, token))))
        }
      }
      return [...figures('a token by client credentials', taken.map(({ token }) => token), people, small, 15), ...figures('a request with it', taken.map(({ api }) => api), people, small, 15)]
    } finally {
      for (const { close } of sides) await close()
    }
  },
}

function figures(what: string, [small = [], large = []]: number[][], people: number, few: number, most: number): Figure[] {
  const note = ` (p50 ${median(large).toFixed(1)} ms; ${few.toLocaleString('en')} people and tokens: ${median(small).toFixed(1)} ms)`
  return [timeFigure(`${what} at ${people.toLocaleString('en')} people and tokens: p95`, quantile(large, 0.95), most, note), timesFigure(`${what}: large against small`, median(large) / median(small), 1.5)]
}

async function open(people: number): Promise<Side> {
  const { ctx, close } = await peopleDatabase(people)
  const client = await serviceAccount(ctx, people)
  const server = benchServer(ctx)
  const url = (await server.listen({ host: '127.0.0.1', port: 0 })).replace('127.0.0.1', 'localhost')
  return {
    people, server, url, authorization: `Basic ${Buffer.from(`${String(client.id)}:${String(client.secret)}`).toString('base64')}`,
    async close() {
      await server.close()
      await close()
    },
  }
}

/** A client with a service account, among as many tokens as there are people. */
async function serviceAccount(ctx: Context, people: number): Promise<Record<string, unknown>> {
  // The server of each run has a master key of its own.
  await ctx.db.execute(`delete from gatehouse.data_key`)
  await ctx.db.execute(`delete from gatehouse.signing_key where purpose like 'oidc-%'`)
  const userId = ctx.newId()
  await ctx.db.execute(`insert into users (user_id, last_name, status, system_flag, is_visible) values ($1, 'Bench', 'ACTIVE', 'N', 'N')`, [userId])
  await ctx.db.execute(`insert into user_role (membership_id, user_id, role_id, create_date, granted_by) values ($1, $1, $2, now(), 'bench')`, [userId, ownId('API_READER')])
  const client = await createClient(ctx, { name: `Bench ${ctx.newId()}`, grantTypes: ['client_credentials'], scopes: ['read'], userId })
  const { there } = (await ctx.db.first<{ there: number }>(`select count(*)::int as there from gatehouse.oidc_artifact where expires_at = '2100-01-01'`))!
  if (there < people) {
    const from = createHash('sha256').update(userId).digest('hex').slice(0, 8)
    await ctx.db.execute(
      `insert into gatehouse.oidc_artifact (artifact_hash, kind, client_id, scope, payload, create_date, expires_at)
       select sha256(convert_to($1 || n, 'UTF8')), 'ClientCredentials', $2, 'read', decode(repeat('00', 300), 'hex'), now(), '2100-01-01' from generate_series(1, $3::int) n`, [from, client.id, people - there])
    await tidy(ctx)
  }
  return client
}

async function fetchToken({ url, authorization }: Side): Promise<string> {
  const response = await fetch(`${url}/oidc/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }) })
  if (response.status !== 200) throw new Error(`the token was refused: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}

async function useToken({ url }: Side, token: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/access/me`, { headers: { authorization: `Bearer ${token}` } })
  if (response.status !== 200) throw new Error(`the token was not taken: ${response.status}`)
  await response.arrayBuffer()
}
