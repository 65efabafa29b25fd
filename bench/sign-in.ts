/**
 * Signing in against what argon2id alone allows, and a session check against a bare handler with one indexed read. The
 * two sides of a pair take turns in one process; the event loop's delay is watched while passwords are looked at.
 */
import fastify from 'fastify'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { newToken, sessionIdOf } from '../src/model/session.ts'
import { costOf, hashPassword, verifyPassword } from '../src/signin/password-hash.ts'
import type { Context } from '../src/context.ts'
import { ratioFigure, timeFigure, type Bench, type Figure } from './bench.ts'
import { peopleDatabase } from './database.ts'
import { startLoad, type Load } from './load.ts'
import { inTurns } from './measure.ts'
import { benchServer } from './server.ts'

const password = 'a password for the benches only'
const rounds = 5
const atOnce = 8
const seconds = 3
const signers = 200

export const signInBench: Bench = {
  name: 'sign-in',
  doc: 'password sign-ins against bare argon2id, and a session check against a bare handler with one indexed read',
  async run({ people }) {
    const { ctx, close } = await peopleDatabase(people)
    // One address signs in as often as the machine allows; nothing fails, so nothing of it is kept.
    const roomy: Context = { ...ctx, config: { ...ctx.config, SIGN_IN_ATTEMPTS_PER_ADDRESS: 1_000_000, SIGN_IN_ATTEMPTS_PER_ACCOUNT: 1_000_000 } }
    const load = startLoad()
    try {
      const costly: Context = { ...roomy, config: { ...roomy.config, PASSWORD_HASH_MEMORY_KIB: 65_536, PASSWORD_HASH_PASSES: 3 } }
      return [...(await passwords(roomy)), ...(await passwords(costly)), ...(await sessions(roomy, people, load))]
    } finally {
      load.stop()
      await close()
    }
  },
}

async function passwords(ctx: Context): Promise<Figure[]> {
  const cost = costOf(ctx.config)
  const stored = await hashPassword(password, cost)
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
  const ours = () => signIn((login) => browsers.get(login) ?? '')
  const fromNew = () => signIn(() => '')
  const bare = () => verifyPassword(stored, password, cost)
  await rate(bare, 1)
  await rate(ours, 1)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const delays: number[] = []
  const { a, b, ratio } = await inTurns(rounds, async () => {
    delay.reset()
    delay.enable()
    const done = await rate(ours, seconds)
    delay.disable()
    delays.push(delay.percentile(99) / 1e6 - 5)
    return done
  }, () => rate(bare, seconds))
  const fresh = await inTurns(2, () => rate(fromNew, seconds), () => rate(bare, seconds))
  const least = leastSignIn(ctx)
  const signInBare = async () => {
    const { statusCode, body } = await least.inject({ method: 'POST', url: '/sign-in', payload: { userName: names[next++ % names.length]!.login, password } })
    if (statusCode !== 200) throw new Error(`the bare sign-in answered ${statusCode}: ${body}`)
  }
  await rate(signInBare, 1)
  const handler = await inTurns(rounds, () => rate(signInBare, seconds), () => rate(bare, seconds))
  await Promise.all([server.close(), least.close()])
  // No chain is ever made of them: their digests say nothing.
  await ctx.db.execute(`delete from gatehouse.audit_event where source = 'bench'`)
  return [
    ratioFigure(`password sign-ins at ${cost.memoryKiB} KiB, t=${cost.passes}`, ratio, cost.memoryKiB >= 65_536 ? 0.95 : 0.85, 'argon2id alone'),
    timeFigure('p99 delay of the event loop meanwhile', Math.max(...delays), 20),
    { what: 'the same from a browser never seen before', measured: `${(fresh.ratio * 100).toFixed(0)} % of argon2id alone` },
    { what: 'a bare handler that reads the login, and writes a session, an event and the last sign-in raw', measured: `${(handler.ratio * 100).toFixed(0)} % of argon2id alone` },
    { what: 'sign-ins', measured: `${a.toFixed(0)} a second` },
    { what: 'argon2id alone', measured: `${b.toFixed(0)} a second` },
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

async function sessions(ctx: Context, people: number, load: Load): Promise<Figure[]> {
  const token = newToken()
  await fillSessions(ctx, people, sessionIdOf(token))
  const ours = benchServer(ctx)
  const bare = fastify()
  bare.get('/api/v1/sign-in', () => ctx.db.first('select * from auth_state where session_id = $1', [sessionIdOf(token)], 'bench_session'))
  try {
    const urls = await Promise.all([ours, bare].map((server) => server.listen({ host: '127.0.0.1', port: 0 })))
    const job = { paths: ['/api/v1/sign-in'], headers: { cookie: `gatehouse=${token}` }, connections: 10 }
    const asked = (side: number, forSeconds = seconds) => async () => (await load.run({ ...job, url: urls[side]!, seconds: forSeconds })).requestsPerSecond
    for (const side of [0, 1]) await asked(side, 1)()
    const { a, b, ratio } = await inTurns(rounds, asked(0), asked(1))
    return [
      ratioFigure(`session check at ${people.toLocaleString('en')} people and as many sessions`, ratio, 0.5, 'the bare handler'),
      { what: 'session checks', measured: `${a.toFixed(0)} a second` },
      { what: 'bare handler', measured: `${b.toFixed(0)} a second` },
    ]
  } finally {
    await Promise.all([ours.close(), bare.close()])
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
