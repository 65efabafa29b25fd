/**
 * A mass delete of 50,000: planned from rows, applied in one transaction, and drained against the double with Okta's
 * published limits. The drain runs on a virtual clock that moves only while everything waits, so hours pass in minutes
 * and the pace is that of the budget, not that of the machine.
 */
import pg from 'pg'
import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises'
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { createOktaConnector } from '../src/connectors/okta/connector.ts'
import { bucketOf, createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import type { Context } from '../src/context.ts'
import { applyMassDelete } from '../src/portals/apply-mass-delete.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { drainInSlices } from '../src/sync/drain.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { publishedLimits } from '../twin/rate-limit.ts'
import { createTwin, type Twin } from '../twin/server.ts'
import type { Bench, Figure } from './bench.ts'
import { emptyDatabase, tidy } from './database.ts'
import { time } from './measure.ts'

const token = 'a-token-for-the-benches-only'
const sharePercent = 50
const groupId = '00gPanel000000000000'
const accountOf = (n: number) => `00u${String(n).padStart(17, '0')}`

export const massDeleteBench: Bench = {
  name: 'mass-delete',
  doc: 'a mass delete of 50,000 (or --people, when fewer): planned, applied, and drained at the pace of Okta\'s limits',
  async run({ people }) {
    const count = Math.min(people, 50_000)
    const { ctx, close } = await emptyDatabase('mass-delete')
    const clock = virtualClock()
    const twin = createTwin({ token, clock: () => new Date(clock.now()), rateLimits: publishedLimits('workforce'), seed: seedOf(count) })
    try {
      await fill(ctx, count)
      const own: Context = { ...ctx, now: () => new Date(clock.now()) }
      const rows = Array.from({ length: count }, (_, index) => ({ line: index + 1, text: `p${index + 1}@example.com` }))
      let planId = ''
      const planMs = await time(async () => {
        planId = (await planMassDelete(own, 1, { rows: [rows], deletePersons: false })).id
      })
      const applyMs = await time(() => applyMassDelete(own, planId))
      return [
        { what: `planned from ${count.toLocaleString('en')} rows of e-mail addresses`, measured: `${(planMs / 1000).toFixed(1)} s` },
        { what: 'applied, in one transaction', measured: `${(applyMs / 1000).toFixed(1)} s (${((applyMs * 1000) / count).toFixed(0)} µs each)`, target: 'seconds', met: applyMs < 60_000 },
        ...(await drain(own, twin, clock, count)),
      ]
    } finally {
      clock.stop()
      await twin.close()
      await close()
    }
  },
}

function seedOf(count: number) {
  const users = Array.from({ length: count }, (_, index) => {
    const [id, login] = [accountOf(index + 1), `p${index + 1}@example.com`]
    return { id, status: 'ACTIVE', groupIds: [groupId], profile: { login, email: login, firstName: 'P', lastName: `Nr ${index + 1}`, gatehouseId: `mass${index + 1}` } }
  })
  return { schema: { gatehouseId: { title: 'Gatehouse', type: 'string' } }, groups: [{ id: groupId, profile: { name: 'gatehouse-portal-1' } }], users }
}

/** As a sync leaves it. */
async function fill(ctx: Context, count: number): Promise<void> {
  const { db } = ctx
  await db.execute(`insert into efs.portal (portal_id, name) values (1, 'Panel')`)
  await db.execute(`insert into efs.iam_portal_settings (portal_id, key, value) values (1, 'limit_mass_delete', 'none'), (1, 'limit_deactivate', 'none')`)
  await db.execute(`insert into public.users (user_id, last_name, user_name, type_id, status, primary_email)
    select 'mass' || n, 'Mass', 'p' || n, 'DEFAULT_USER', 'ACTIVE', 'p' || n || '@example.com' from generate_series(1, $1) n`, [count])
  await db.execute(`insert into public.email_address (email_id, parent_id, email_address, is_default) select 'mail' || n, 'mass' || n, 'p' || n || '@example.com', 'Y' from generate_series(1, $1) n`, [count])
  await db.execute(`insert into efs.panelists (uid, person_id) select n, 'mass' || n from generate_series(1, $1) n`, [count])
  await db.execute('insert into efs.portal_panelist (portal_id, user_id) select 1, uid from efs.panelists')
  await db.execute(`insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) select 1, uid, '00u' || lpad(uid::text, 17, '0'), 1 from efs.panelists`)
  await tidy(ctx)
}

async function drain(ctx: Context, twin: Twin, clock: VirtualClock, count: number): Promise<Figure[]> {
  const orgUrl = await twin.listen(0)
  const sent = new Map<string, number>()
  let refused = 0
  const errorLog = createErrorLog(ctx.db, ctx.now)
  const client = createOktaClient({
    orgUrl, authorization: () => `SSWS ${token}`, budget: createRateBudget(sharePercent), now: clock.now, sleep: clock.sleep, random: () => 0.5,
    onError: (error, attempt) => errorLog.note(error, attempt),
    fetch: async (input, init) => clock.busy(async () => {
      const url = new URL(String(input))
      const bucket = bucketOf(init?.method ?? 'GET', url.pathname)
      sent.set(bucket, (sent.get(bucket) ?? 0) + 1)
      const answer = await fetch(url, init)
      if (answer.status === 429) refused += 1
      return new Response(answer.status === 204 ? null : await answer.text(), { status: answer.status, headers: answer.headers })
    }),
  })
  const began = clock.now()
  const stopWatching = watchStatements(clock)
  let drained = 0
  const realMs = await time(async () => {
    const report = await drainInSlices({ ctx, connector: createOktaConnector(client), errorLog }, { sliceMs: 15_000, pauseMs: 1_000, forMs: 1e12, sleep: clock.sleep, now: clock.now })
    drained = report.drained
    if (report.failed > 0 || report.drained !== count) throw new Error(`the drain went wrong: ${JSON.stringify(report)}`)
  })
  stopWatching()
  const minutes = (clock.now() - began) / 60_000
  const budget = Math.floor((1200 * 0.5 * sharePercent) / 100)
  const paced = sent.get('api') ?? 0
  const used = paced / (budget * minutes)
  const isGone = [...twin.org.users.values()].every(({ status }) => status === 'DEPROVISIONED') && twin.org.members.get(groupId)?.size === 0
  const per = (bucket: string) => `${bucket} ${((sent.get(bucket) ?? 0) / drained).toFixed(2)}`
  return [
    { what: `drained at ${sharePercent} % of a token's share of the limits of a Workforce org`, measured: `${(minutes / 60).toFixed(2)} h of Okta's time, ${(drained / minutes).toFixed(0)} accounts a minute` },
    { what: 'of the budget of the bucket that sets the pace', measured: `${(used * 100).toFixed(1)} %`, target: '≥ 95 %', met: used >= 0.95 },
    { what: '429', measured: String(refused), target: '0', met: refused === 0 },
    { what: 'calls an account', measured: [...sent.keys()].map(per).join(', ') },
    { what: 'everybody out of the group and deactivated', measured: isGone ? 'yes' : 'no', target: 'yes', met: isGone },
    { what: 'the machine\'s own time for it, double included', measured: `${(realMs / 1000).toFixed(0)} s (${(realMs / drained).toFixed(1)} ms an account)` },
  ]
}

interface VirtualClock {
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Time stands still while `work` is under way. */
  busy: <T>(work: () => Promise<T>) => Promise<T>
  stop: () => void
}

function virtualClock(): VirtualClock {
  let now = Date.now()
  let working = 0
  let isOver = false
  let sleepers: { at: number; wake: () => void }[] = []
  let isMoving = false
  async function move(): Promise<void> {
    if (isMoving) return
    isMoving = true
    while (sleepers.length > 0 && !isOver) {
      await breathe()
      if (working > 0) {
        await pause(1)
        continue
      }
      // What has just ended may begin something else.
      await breathe()
      if (working > 0 || sleepers.length === 0) continue
      now = Math.max(now, Math.min(...sleepers.map(({ at }) => at)))
      const due = sleepers.filter(({ at }) => at <= now)
      sleepers = sleepers.filter(({ at }) => at > now)
      for (const { wake } of due) wake()
    }
    isMoving = false
  }
  return {
    now: () => now,
    sleep: (ms) => new Promise((wake) => {
      sleepers.push({ at: now + Math.max(ms, 1), wake })
      void move()
    }),
    async busy(work) {
      working += 1
      return work().finally(() => (working -= 1))
    },
    stop: () => void (isOver = true),
  }
}

/** The clock stands still while the database works, too. */
function watchStatements(clock: VirtualClock): () => void {
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const result = query.apply(this, given as never) as unknown
    if (result instanceof Promise) void clock.busy(() => result.catch(() => {}))
    return result as never
  } as typeof query
  return () => void (pg.Client.prototype.query = query)
}
