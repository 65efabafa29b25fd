/**
 * Signing in against what argon2id alone allows, and a session check against a bare handler with one indexed read; both in a
 * small directory too, with as many sessions as people. What is compared takes turns in one process; the event loop's delay is
 * watched while passwords are looked at.
 */
import fastify from 'fastify'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { newToken, sessionIdOf } from '../src/model/session.ts'
import { costOf, hashPassword, verifyPassword } from '../src/signin/password-hash.ts'
import { putWorkersBehind } from '../src/signin/worker-priority.ts'
import type { Context } from '../src/context.ts'
import { ratioFigure, timeFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase } from './database.ts'
import { startLoad, type Load } from './load.ts'
import { inTurns, median, quotient, turns } from './measure.ts'
import { benchServer } from './server.ts'

const password = 'a password for the benches only'
const rounds = 5
const atOnce = 8
const seconds = 3
const signers = 200

export const signInBench: Bench = {
  name: 'sign-in',
  doc: 'password sign-ins against bare argon2id, and a session check against a bare handler with one indexed read',
  async run({ people, small }) {
    const databases = [await peopleDatabase(people), await peopleDatabase(small)]
    const load = startLoad()
    await putWorkersBehind()
    try {
      // One address signs in as often as the machine allows; nothing fails, so nothing of it is kept.
      const [large, few] = databases.map(({ ctx }): Context => ({ ...ctx, config: { ...ctx.config, SIGN_IN_ATTEMPTS_PER_ADDRESS: 1_000_000, SIGN_IN_ATTEMPTS_PER_ACCOUNT: 1_000_000 } }))
      const costly: Context = { ...large!, config: { ...large!.config, PASSWORD_HASH_MEMORY_KIB: 65_536, PASSWORD_HASH_PASSES: 3 } }
      // The sessions first: whoever signs in does so beside as many as there are people.
      const checks = await sessions({ ctx: large!, people }, { ctx: few!, people: small }, load)
      return [...(await passwords(large!, { ctx: few!, people: small })), ...(await passwords(costly)), ...checks]
    } finally {
      load.stop()
      for (const { close } of databases) await close()
    }
  },
}

interface Directory {
  ctx: Context
  people: number
}

/** People who sign in one after the other, by a server of their own. */
async function signersOf(ctx: Context, stored: string) {
  const names = await ctx.db.query<{ login: string }>(
    `update login set password = $1, reset_pwd = null, pwd_exp = null, lock_marker = 'NOT_LOCKED', auth_fail_count = 0 where login_id in (
       select l.login_id from login l join users u on u.user_id = l.user_id where l.managed_sys_id = '0' and u.status = 'ACTIVE' and u.secondary_status is null and u.last_date is null
       order by l.login_id limit ${signers}) returning login`, [stored])
  const server = benchServer(ctx)
  let next = 0
  const browsers = new Map<string, string>()
  const signIn = async (cookieOf: (login: string) => string) => {
    const { login } = names[next++ % names.length]!
    const { statusCode, body, cookies } = await server.inject({ method: 'POST', url: '/api/v1/sign-in', headers: { host: 'localhost', cookie: cookieOf(login) }, payload: { userName: login, password } })
    if (statusCode !== 200) throw new Error(`signing in answered ${statusCode}: ${body}`)
    browsers.set(login, cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; '))
  }
  // Most people sign in from where they did before; from a browser never seen, they are told of it by mail as well.
  return { names, ours: () => signIn((login) => browsers.get(login) ?? ''), fromNew: () => signIn(() => ''), close: () => server.close() }
}

/** @param few a small directory, to be held against */
async function passwords(ctx: Context, few?: Directory): Promise<Figure[]> {
  const cost = costOf(ctx.config)
  const stored = await hashPassword(password, cost)
  const { names, ours, fromNew, close } = await signersOf(ctx, stored)
  const others = few && (await signersOf(few.ctx, stored))
  const bare = () => verifyPassword(stored, password, cost)
  for (const work of [bare, ours, ...(others ? [others.ours] : [])]) await rate(work, 1)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const delays: number[] = []
  const watched = async () => {
    delay.reset()
    delay.enable()
    const done = await rate(ours, seconds)
    delay.disable()
    delays.push(delay.percentile(99) / 1e6 - 5)
    return done
  }
  const [a = [], b = [], c = []] = await turns(rounds, [watched, () => rate(bare, seconds), ...(others ? [() => rate(others.ours, seconds)] : [])])
  const fresh = await inTurns(2, () => rate(fromNew, seconds), () => rate(bare, seconds))
  let next = 0
  const least = leastSignIn(ctx)
  const signInBare = async () => {
    const { statusCode, body } = await least.inject({ method: 'POST', url: '/sign-in', payload: { userName: names[next++ % names.length]!.login, password } })
    if (statusCode !== 200) throw new Error(`the bare sign-in answered ${statusCode}: ${body}`)
  }
  await rate(signInBare, 1)
  const handler = await inTurns(rounds, () => rate(signInBare, seconds), () => rate(bare, seconds))
  await Promise.all([close(), least.close(), others?.close()])
  // No chain is ever made of them: their digests say nothing.
  await ctx.db.execute(`delete from gatehouse.audit_event where source = 'bench'`)
  return [
    ratioFigure(`password sign-ins at ${cost.memoryKiB} KiB, t=${cost.passes}`, quotient(a, b), cost.memoryKiB >= 65_536 ? 0.95 : 0.85, 'argon2id alone'),
    timeFigure('p99 delay of the event loop meanwhile', Math.max(...delays), 20),
    { what: 'the same from a browser never seen before', measured: `${(fresh.ratio * 100).toFixed(0)} % of argon2id alone` },
    { what: 'a bare handler that reads the login, and writes a session, an event and the last sign-in raw', measured: `${(handler.ratio * 100).toFixed(0)} % of argon2id alone` },
    ...(few ? [
      { what: `password sign-ins at ${few.people.toLocaleString('en')} people`, measured: `${(quotient(c, b) * 100).toFixed(0)} % of argon2id alone, ${median(c).toFixed(0)} a second` },
      timesFigure('a sign-in: large against small', quotient(c, b) / quotient(a, b), 1.1),
    ] : []),
    { what: 'sign-ins', measured: `${median(a).toFixed(0)} a second` },
    { what: 'argon2id alone', measured: `${median(b).toFixed(0)} a second` },
  ]
}

/**
 * The least that signing in can be beside its hash: one indexed read, and one transaction of three rows that travel together. No guess is
 * counted, no policy, factor or site is looked at, and nobody is held: what no server could leave out, it does leave out.
 */
function leastSignIn({ db, config, newId }: Context) {
  const server = fastify()
  server.post<{ Body: { userName: string; password: string } }>('/sign-in', async ({ body: { userName, password: typed } }, reply) => {
    const login = await db.first<{ login_id: string; user_id: string; password: string }>(`select login_id, user_id, password from login where lowercase_login = lower($1) and managed_sys_id = '0'`, [userName], 'bare_login')
    const { ok } = await verifyPassword(login!.password, typed, costOf(config))
    if (!ok) return reply.code(401).send()
    const token = newToken()
    await db.transaction(async (tx) => {
      tx.later('insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen) values ($1, $2, 1, now(), now() + interval $$12 hours$$, now())', [login!.user_id, sessionIdOf(token)], 'bare_session')
      tx.later(`insert into gatehouse.audit_event (event_id, at, source, action, target_type, target_id, result, digest) values ($1, now(), 'bench', 'user.sign-in', 'User', $2, 'SUCCESS', sha256($3::bytea))`, [newId(), login!.user_id, token], 'bare_event')
      tx.later('update login set last_login = now() where login_id = $1', [login!.login_id], 'bare_last')
    })
    return { token }
  })
  return server
}

/** How often a second a piece of work gets done, so many at once. */
async function rate(work: () => Promise<unknown>, forSeconds: number): Promise<number> {
  const began = performance.now()
  let done = 0
  const loop = async () => {
    while (performance.now() - began < forSeconds * 1000) {
      await work()
      done++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, loop))
  return done / ((performance.now() - began) / 1000)
}

async function sessions(large: Directory, few: Directory, load: Load): Promise<Figure[]> {
  const token = newToken()
  for (const { ctx, people } of [large, few]) await fillSessions(ctx, people, sessionIdOf(token))
  const bare = fastify()
  bare.get('/api/v1/sign-in', () => large.ctx.db.first('select * from auth_state where session_id = $1', [sessionIdOf(token)], 'bench_session'))
  const servers = [benchServer(large.ctx), bare, benchServer(few.ctx)]
  try {
    const urls = await Promise.all(servers.map((server) => server.listen({ host: '127.0.0.1', port: 0 })))
    const job = { paths: ['/api/v1/sign-in'], headers: { cookie: `gatehouse=${token}` }, connections: 10 }
    const asked = (url: string, forSeconds: number) => async () => (await load.run({ ...job, url, seconds: forSeconds })).requestsPerSecond
    for (const url of urls) await asked(url, 1)()
    const [a = [], b = [], c = []] = await turns(rounds, urls.map((url) => asked(url, seconds)))
    return [
      ratioFigure(`session check at ${large.people.toLocaleString('en')} people and as many sessions`, quotient(a, b), 0.5, 'the bare handler'),
      { what: `session check at ${few.people.toLocaleString('en')} people and as many sessions`, measured: `${(quotient(c, b) * 100).toFixed(0)} % of the bare handler, ${median(c).toFixed(0)} a second` },
      timesFigure('a session check: large against small', quotient(c, a), 1.5),
      { what: 'session checks', measured: `${median(a).toFixed(0)} a second` },
      { what: 'bare handler', measured: `${median(b).toFixed(0)} a second` },
    ]
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
}

/** A session for everybody, and one that is asked about. */
async function fillSessions({ db }: Context, people: number, known: string): Promise<void> {
  const values = `1, now(), now() + interval '12 hours', now()`
  await db.execute(
    `insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen)
     select user_id, md5(user_id), ${values} from users order by user_id limit $1 on conflict do nothing`, [people])
  await db.execute(
    `insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen)
     select user_id, $1, ${values} from users where status = 'ACTIVE' and secondary_status is null and last_date is null order by user_id limit 1`, [known])
  await db.execute('vacuum analyze auth_state')
}
