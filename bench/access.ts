/** Access: checks against the raw statement, everything a person has, why, the people of a resource, a change high up, then against now, what-if. */
import { countHolders, giversOf } from '../src/store/access-people.ts'
import { checkSql, momentOf } from '../src/store/access-walk.ts'
import type { Context } from '../src/context.ts'
import { accessDatabase, countsFor, idOf } from './access-database.ts'
import { timeFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { inTurns, latencies, median, quantile, time } from './measure.ts'
import { ask, benchServer } from './server.ts'

type Server = ReturnType<typeof benchServer>
type Pair = readonly [user: string, resource: string]

export const access: Bench = {
  name: 'access',
  doc: 'checks, lists, why, people of a resource, what-if, over some twenty edges a person',
  async run({ people }) {
    const { ctx, close } = await accessDatabase(people)
    const server = benchServer(ctx)
    try {
      const pairs = await somePairs(ctx, people)
      const figures = [await sizes(ctx), ...(await checks(ctx, server, pairs)), ...(await explanations(server, pairs)), ...(await holders(ctx, server, people)), await batch(server, pairs)]
      return [...figures, ...(await changes(ctx, server)), ...(await then(ctx, pairs))]
    } finally {
      await server.close()
      await close()
    }
  },
}

async function sizes({ db }: Context): Promise<Figure> {
  const row = await db.first<{ edges: number }>(`select (select count(*) from user_grp) + (select count(*) from user_role) + (select count(*) from resource_user) + (select count(*) from user_affiliation)
    + (select count(*) from gatehouse.access_edge) as edges`)
  return { what: 'edges', measured: row!.edges.toLocaleString('en') }
}

/** People from all over, each with a resource they have and one taken at random. */
async function somePairs({ db }: Context, people: number): Promise<Pair[]> {
  const { resources } = countsFor(people)
  const users = Array.from({ length: 400 }, (_, n) => idOf(1 + ((n * 7919 + 13) % people)))
  const had = await db.query<{ user_id: string; id: string }>('select u.user_id, (select e.target from user_role m join gatehouse.access_edge e on e.source = \'r\' || m.role_id and e.target >= \'s\' and e.recorded_to is null where m.user_id = u.user_id limit 1) as id from users u where u.user_id = any($1)', [users])
  return users.flatMap((user, n): Pair[] => {
    const own = had.find(({ user_id }) => user_id === user)?.id?.slice(1)
    return [[user, idOf(1 + ((n * 104_729) % resources))], ...(own ? [[user, own] as const] : [])]
  })
}

const raw = ({ db }: Context, at?: string) => {
  const moment = momentOf(new Date(), at)
  const sql = checkSql(moment.past)
  return ([user, resource]: Pair) => db.query(sql, [user, resource, null, moment.at], `bench_check_${moment.past}`)
}

const spread = (taken: readonly number[]) => ` (p50 ${median(taken).toFixed(2)} ms, p95 ${quantile(taken, 0.95).toFixed(2)} ms)`
const checkPath = ([user, resource]: Pair) => `/users/${user}/access/check?resource=${resource}`

async function checks(ctx: Context, server: Server, pairs: readonly Pair[]): Promise<Figure[]> {
  const floor = raw(ctx)
  const first = await latencies(pairs, floor)
  const taken = await latencies(pairs, floor)
  const { ratio } = await inTurns(20, async () => median(await latencies(pairs.slice(0, 60), (pair) => ask(server, checkPath(pair)))), async () => median(await latencies(pairs.slice(0, 60), floor)))
  return [
    timeFigure('check, the raw statement: p99', quantile(taken, 0.99), 2, spread(taken)),
    { what: 'the same, about people and resources nobody has asked about since the database started: p99', measured: `${quantile(first, 0.99).toFixed(1)} ms${spread(first)}` },
    timesFigure('check over REST against the raw statement', ratio, 2),
  ]
}

async function explanations(server: Server, pairs: readonly Pair[]): Promise<Figure[]> {
  const users = [...new Set(pairs.map(([user]) => user))].slice(0, 200)
  const lists = await latencies(users, (user) => ask(server, `/users/${user}/access`))
  const { items } = await ask<{ items: unknown[] }>(server, `/users/${users[0]!}/access`)
  const whys = await latencies(pairs.slice(0, 300), ([user, resource]) => ask(server, `/users/${user}/access/why?resource=${resource}`))
  const whyNots = await latencies(pairs.slice(0, 100), ([user, resource]) => ask(server, `/users/${user}/access/why-not?resource=${resource}`))
  return [
    timeFigure(`everything a person has (one has ${items.length}): p95`, quantile(lists, 0.95), 20, spread(lists)),
    timeFigure('why: p95', quantile(whys, 0.95), 50, spread(whys)),
    { what: 'why not: p95', measured: `${quantile(whyNots, 0.95).toFixed(1)} ms${spread(whyNots)}` },
  ]
}

async function holders(ctx: Context, server: Server, people: number): Promise<Figure[]> {
  const first = async (path: string) => quantile(await latencies(new Array<string>(40).fill(path), (one) => ask(server, one)), 0.95)
  const streamed = await time(async () => {
    const reply = await server.inject({ method: 'GET', url: '/api/v1/resources/half/people', headers: { authorization: `Bearer a-key-for-the-benches-only`, accept: 'application/x-ndjson' } })
    const lines = reply.body.split('\n').length - 1
    if (lines < people * 0.45) throw new Error(`only ${lines} people came`)
  })
  const now = momentOf(new Date(), undefined)
  // Not asked of the server, which ends a question that takes as long as this one.
  const total = await countHolders(ctx.db, (await giversOf(ctx.db, 'sbase', undefined, now))!, undefined, now)
  return [
    timeFigure('people of a resource that half of all have, first page: p95', await first('/resources/half/people'), 50),
    { what: 'all of them, streamed', measured: `${(streamed / 1000).toFixed(1)} s` },
    { what: `people of a resource that ${total.toLocaleString('en')} have through a tenth of all roles, first page: p95`, measured: `${(await first('/resources/base/people')).toFixed(1)} ms` },
  ]
}

async function batch(server: Server, pairs: readonly Pair[]): Promise<Figure> {
  const checks = Array.from({ length: 1000 }, (_, n) => ({ user: pairs[n % pairs.length]![0], resource: pairs[n % pairs.length]![1] }))
  const taken = await latencies(new Array<number>(5).fill(0), () => ask(server, '/access/check', { checks }))
  return { what: 'a thousand checks in one request', measured: `${median(taken).toFixed(0)} ms` }
}

/** What the group of half of all gives is taken away and given back; before that, it is foretold. */
async function changes({ db }: Context, server: Server): Promise<Figure[]> {
  const user = idOf(2)
  const allowed = async (resource: string) => (await ask<{ allowed: boolean }>(server, `/users/${user}/access/check?resource=${resource}`)).allowed
  const edge = (await db.first<{ id: string }>(`select membership_id as id from resource_group where resource_id = 'half' and grp_id = 'half'`))!.id
  const foretold = await time(() => ask(server, '/access/what-if', { changes: [{ op: 'remove', membershipId: edge }] }))
  const base = await time(() => ask(server, '/access/what-if', { changes: [{ op: 'delete', type: 'Role', id: 'base' }] }))
  let seen = true
  const taken = await time(async () => {
    await db.execute(`update grp set status = 'DELETED' where grp_id = 'half'`)
    seen = await allowed('half')
  })
  await db.execute(`update grp set status = 'ACTIVE' where grp_id = 'half'`)
  if (seen || !(await allowed('half'))) throw new Error('the change was not seen at once')
  return [
    { what: 'what if the edge that gives it went away', measured: `${(foretold / 1000).toFixed(2)} s` },
    { what: 'what if the role above a tenth of all went away', measured: `${(base / 1000).toFixed(2)} s` },
    { what: 'the group of half of all is switched off, and the next check says no, together', measured: `${taken.toFixed(1)} ms` },
  ]
}

async function then(ctx: Context, pairs: readonly Pair[]): Promise<Figure[]> {
  const [now, before] = [raw(ctx), raw(ctx, new Date(Date.now() - 1000).toISOString())]
  const some = pairs.slice(0, 100)
  const { ratio } = await inTurns(10, async () => median(await latencies(some, before)), async () => median(await latencies(some, now)))
  return [timesFigure('check as of a moment ago against now', ratio, 3)]
}
