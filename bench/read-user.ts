/**
 * Reading one person over HTTP against the least that could answer: a bare Fastify handler that runs the very same
 * statement, named, and sends the rows as they come. Both live in this process, the load generator in another; only one
 * of them is asked at a time.
 */
import { createHash } from 'node:crypto'
import fastify, { type FastifyInstance } from 'fastify'
import { createKey } from '../src/access/api-keys.ts'
import type { Context } from '../src/context.ts'
import { ownId } from '../src/model/own-access.ts'
import { user } from '../src/model/user.ts'
import type { Database } from '../src/store/database.ts'
import { statementFor } from '../src/store/records.ts'
import { selectionOf } from '../src/model/project.ts'
import { generatePerson } from '../src/transfer/generate.ts'
import { ratioFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase, worldOf } from './database.ts'
import { startLoad, type LoadResult } from './load.ts'
import { inTurns, median } from './measure.ts'
import { benchServer, headers } from './server.ts'

const rounds = 5
const job = { headers, connections: 10, seconds: 4 }

export const readUser: Bench = {
  name: 'read-user',
  doc: 'GET /users/{id} against a bare Fastify handler with the same statement',
  async run({ people }) {
    const { ctx, close } = await peopleDatabase(people)
    const ours = benchServer(ctx)
    const [bare, keyed] = [bareServer(ctx.db), bareServer(ctx.db, true)]
    const load = startLoad()
    try {
      const urls = await Promise.all([ours, bare, keyed].map((server) => server.listen({ host: '127.0.0.1', port: 0 })))
      const paths = somePeople(people, 2000).map((id) => `/api/v1/users/${id}`)
      const results: LoadResult[][] = [[], [], [], []]
      const token = await administratorKey(ctx)
      const theirs = { authorization: `Bearer ${token}` }
      const sides = [{ url: urls[0]!, headers }, { url: urls[1]!, headers }, { url: urls[0]!, headers: theirs }, { url: urls[2]!, headers: theirs }]
      const asked = (side: number, seconds = job.seconds) => async () => {
        const result = await load.run({ ...job, seconds, ...sides[side]!, paths })
        results[side]!.push(result)
        return result.requestsPerSecond
      }
      for (const side of [0, 1, 2, 3]) await asked(side, 2)()
      results.forEach((side) => side.splice(0))
      const configured = await inTurns(rounds, asked(0), asked(1))
      const person = await inTurns(rounds, asked(2), asked(3))
      const whole = await inTurns(rounds, asked(2), asked(1))
      return figures(people, [configured.ratio, person.ratio, whole.ratio], results)
    } finally {
      load.stop()
      await Promise.all([ours, bare, keyed].map((server) => server.close()))
      await close()
    }
  },
}

/** The key of somebody who has the help desk's role by a group: their rights are found at each request. */
async function administratorKey(ctx: Context): Promise<string> {
  const userId = ctx.newId()
  await ctx.db.transaction(async (tx) => {
    await tx.execute(`insert into users (user_id, last_name, status, system_flag, is_visible) values ($1, 'Bench', 'ACTIVE', 'N', 'N')`, [userId])
    await tx.execute(`insert into grp (grp_id, grp_name) values ('bench-desk', 'Bench desk') on conflict do nothing`)
    await tx.execute(`insert into grp_role (membership_id, role_id, grp_id) values ('bench-desk', $1, 'bench-desk') on conflict do nothing`, [ownId('HELP_DESK')])
    await tx.execute(`insert into user_grp (user_id, grp_id, membership_id) values ($1, 'bench-desk', $1)`, [userId])
  })
  return (await createKey(ctx, { userId, name: 'bench', scopes: ['read'], expires: null })).token
}

function figures(people: number, [configured, person, whole]: [number, number, number], [ours, bare, theirs, keyed]: LoadResult[][]): Figure[] {
  const line = (results: LoadResult[]) =>
    `${median(results.map((one) => one.requestsPerSecond)).toFixed(0)} requests/s, p50 ${median(results.map((one) => one.p50))} ms, p99 ${median(results.map((one) => one.p99))} ms`
  return [
    ratioFigure(`throughput at ${people.toLocaleString('en')} people`, configured, 0.5, 'the bare handler'),
    ratioFigure('the same with the key of a person, whose rights are looked up each time', person, 0.5, 'a bare handler that looks the key up as well'),
    { what: 'the same', measured: `${(whole * 100).toFixed(0)} % of the bare handler that knows no keys` },
    { what: 'our server', measured: line(ours!) },
    { what: 'our server, the key of a person', measured: line(theirs!) },
    { what: 'bare handler', measured: line(bare!) },
    { what: 'bare handler that looks a key up by one indexed read', measured: line(keyed!) },
  ]
}

/** @param looksUpKeys by their hash, whosever they are; what their person may do it does not ask */
function bareServer(db: Database, looksUpKeys = false): FastifyInstance {
  const { sql, name } = statementFor(user, { collections: selectionOf(user, undefined).collections })
  const server = fastify()
  server.get('/api/v1/users/:id', async ({ params, headers: { authorization = '' } }, reply) => {
    if (looksUpKeys && !(await db.first('select user_id from user_key where key_hash = $1', [createHash('sha256').update(authorization.slice('Bearer '.length)).digest()], 'bare_key'))) return reply.code(401).send()
    return db.query(sql, [[(params as { id: string }).id]], name)
  })
  return server
}

/** Ids from all over the world. */
function somePeople(people: number, count: number): string[] {
  const step = Math.max(1, Math.floor(people / count))
  return Array.from({ length: Math.min(count, people) }, (_, n) => generatePerson(worldOf(people), (n * step * 7 + n) % people).document.id)
}
