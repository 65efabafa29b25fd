/**
 * Planning a sync of a large portal: one in a thousand has changed, then nobody, then everything is compared with Okta.
 * The planner is a process of its own, as the command line is, whose memory is watched; the double answers as fast as it
 * can, without Okta's limits. People and references are made by SQL, since only their number matters here.
 */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTwin } from '../twin/server.ts'
import type { Context } from '../src/context.ts'
import { createPortal } from '../src/portals/portals.ts'
import type { Bench, Figure } from './bench.ts'
import { benchFolder, emptyDatabase, tidy } from './database.ts'

const inThousand = 1
const perStatement = 20_000
const folderName = 'sync-plan'

export const syncPlan: Bench = {
  name: 'sync-plan',
  doc: 'planning a sync: one in a thousand changed, nobody changed, everything compared',
  async run({ people }) {
    const { ctx, close } = await emptyDatabase(folderName)
    const twin = createTwin({ token: 'bench', seed: orgOf(people) })
    const orgUrl = await twin.listen(0)
    try {
      const portalId = await fill(ctx, people)
      const plan = (mode: 'delta' | 'reconcile') => planner(portalId, orgUrl, mode)
      const changed = await plan('delta')
      await ctx.db.execute('update efs.iam_portal_user_reference set has_data_changes = 0 where has_data_changes = 1')
      await ctx.db.execute(`update public.users set title = null where title is not null`)
      await tidy(ctx)
      const before = await activity(ctx)
      const idle = await plan('delta')
      const after = await activity(ctx)
      return [...deltaFigures(people, changed), ...idleFigures(idle, before, after), ...compareFigures(people, await plan('reconcile'))]
    } finally {
      await twin.close()
      await close()
    }
  },
}

interface Planned {
  ms: number[]
  steps: number
  requests: number
  peakMb: number
}

function deltaFigures(people: number, { ms, steps, requests, peakMb }: Planned): Figure[] {
  const seconds = Math.min(...ms) / 1000
  const all = `plan, ${people.toLocaleString('en')} references, ${steps.toLocaleString('en')} changed`
  return [
    { what: all, measured: `${seconds.toFixed(2)} s (${ms.map((one) => (one / 1000).toFixed(2)).join(', ')}); ${requests} requests`, target: '< 2 s', met: seconds < 2 },
    { what: 'largest memory of it', measured: `${peakMb.toFixed(0)} MB`, target: '< 300 MB', met: peakMb < 300 },
  ]
}

function idleFigures({ ms, requests }: Planned, before: Activity, after: Activity): Figure[] {
  const [written, read] = [after.written - before.written, after.read - before.read]
  return [
    { what: 'plan, nothing changed', measured: `${(Math.min(...ms) / 1000).toFixed(3)} s, ${requests} requests` },
    { what: 'rows written in public and efs by it', measured: String(written), target: '0', met: written === 0 },
    { what: 'rows read in public and efs by it', measured: String(read), target: '< 500 (a page)', met: read < 500 },
  ]
}

function compareFigures(accounts: number, { ms, steps, requests, peakMb }: Planned): Figure[] {
  const seconds = Math.min(...ms) / 1000
  return [
    { what: `compare ${accounts.toLocaleString('en')} accounts`, measured: `${seconds.toFixed(1)} s (${(accounts / seconds).toFixed(0)} accounts/s), ${requests} requests, ${steps} steps` },
    { what: 'largest memory of it', measured: `${peakMb.toFixed(0)} MB`, target: '< 300 MB', met: peakMb < 300 },
  ]
}

const run = promisify(execFile)

/** Plans three times in a process of its own. */
async function planner(portalId: number, orgUrl: string, mode: 'delta' | 'reconcile'): Promise<Planned> {
  const peak = join(benchFolder(), 'sync-plan-peak')
  rmSync(peak, { force: true })
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const args = ['--max-semi-space-size=4', '--import', file('peak-memory.ts'), file('sync-plan-run.ts'), join(benchFolder(), folderName), String(portalId), orgUrl, mode]
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, PEAK_FILE: peak } })
  return { ...(JSON.parse(stdout.trim().split('\n').at(-1)!) as Omit<Planned, 'peakMb'>), peakMb: Number(readFileSync(peak, 'utf8')) }
}

async function fill(ctx: Context, people: number): Promise<number> {
  const { id } = await createPortal(ctx, { name: 'Bench', settings: { access_group: 'bench' } })
  console.error(`Making ${people} references.`)
  for (let first = 1; first <= people; first += perStatement) {
    const range = [first, Math.min(first + perStatement - 1, people)]
    await ctx.db.execute(
      `insert into public.users (user_id, first_name, last_name, user_name, primary_email, status, title)
       select 'p' || n, 'Ada', 'Byron', 'p' || n || '@example.com', 'p' || n || '@example.com', 'ACTIVE', case when n % 1000 < ${inThousand} then 'Countess' end
       from generate_series($1::int, $2::int) n`, range)
    await ctx.db.execute(`insert into efs.panelists (uid, person_id) select n, 'p' || n from generate_series($1::int, $2::int) n`, range)
    await ctx.db.execute(`insert into efs.portal_panelist (portal_id, user_id) select $3, n from generate_series($1::int, $2::int) n`, [...range, id])
    await ctx.db.execute(
      `insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status, has_data_changes, changes)
       select $3, n, '00u' || lpad(n::text, 17, '0'), 1, (n % 1000 < ${inThousand})::int, (n % 1000 < ${inThousand})::int from generate_series($1::int, $2::int) n`, [...range, id])
  }
  await tidy(ctx)
  return id
}

/** Everybody's accounts, all in the group. The double keeps them in memory: a million need some gigabytes of this process. */
function orgOf(people: number): object {
  const users = Array.from({ length: people }, (_, index) => {
    const n = index + 1
    const login = `p${n}@example.com`
    return { id: `00u${String(n).padStart(17, '0')}`, status: 'ACTIVE', profile: { login, email: login, firstName: 'Ada', lastName: 'Byron', gatehouseId: `p${n}` } }
  })
  return {
    schema: { gatehouseId: { title: 'id', type: 'string' } }, users,
    groups: [{ name: 'bench', members: users.map(({ id }) => id) }],
  }
}

interface Activity {
  written: number
  read: number
}

/** What the tables of people and of EFS have been through, as PostgreSQL counts it. */
async function activity({ db }: Context): Promise<Activity> {
  // Whoever has ended has told its figures.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const [row] = await db.query<Activity>(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del)::int8 as written, sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int8 as read
     from pg_stat_user_tables where schemaname in ('public', 'efs')`)
  return row!
}
