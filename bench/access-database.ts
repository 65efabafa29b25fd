/**
 * The database of the bench of access: people with some eighteen memberships each, a hundredth as many roles in ten
 * levels, a twentieth as many groups, a tenth as many resources; at a million people some twenty million edges. One
 * group has half of all people and gives `half`; one role lies above a tenth of all others and gives `base`.
 *
 * Made by SQL in the order of ids. Memberships are loaded without foreign keys and without the index by target, which is
 * made afterwards; edges between things go through the triggers that mirror them, as any other.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Database, Transaction } from '../src/store/database.ts'
import { readMigrations } from '../src/store/migrate.ts'
import { benchFolder, openBench, tidy, type BenchDatabase } from './database.ts'

const shape = 3

/** How many there are of each kind, for so many people. */
export const countsFor = (people: number) => ({
  people, groups: Math.ceil(people / 20), roles: Math.ceil(people / 100), resources: Math.ceil(people / 10), organizations: Math.ceil(people / 1000),
})

/** The id of the n-th of a kind, n from 1. */
export const idOf = (n: number): string => String(n).padStart(32, '0')

export async function accessDatabase(people: number): Promise<BenchDatabase> {
  const folder = join(benchFolder(), `access-${people}`)
  const mark = join(folder, 'ready.json')
  const migrations = createHash('sha256').update(readMigrations().map(({ checksum }) => checksum).join()).digest('hex').slice(0, 16)
  const wanted = JSON.stringify({ people, shape, migrations })
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return openBench(folder)
  rmSync(folder, { recursive: true, force: true })
  console.error(`Making a database of ${people} people and their access in ${folder}.`)
  const made = await openBench(folder)
  try {
    await fill(made.ctx.db, people)
    await tidy(made.ctx)
  } catch (error) {
    await made.close()
    throw error
  }
  writeFileSync(mark, wanted)
  return made
}

async function fill(db: Database, people: number): Promise<void> {
  await step(db, 'people and things', (tx) => things(tx, people))
  await step(db, 'edges between things', (tx) => edges(tx, people))
  for (const [table, target, kind, each] of memberships(people)) {
    await step(db, table, async (tx) => {
      const index = (await tx.first<{ name: string; made: string }>(`select indexname as name, indexdef as made from pg_indexes where schemaname = 'public' and tablename = $1 and indexdef like '%(' || $2 || ', user_id)'`, [table, target]))!
      await tx.execute(`drop index public.${index.name}`)
      await tx.execute('set local session_replication_role = replica')
      await tx.execute(membershipsOf(table, target, kind, each, people))
      if (table === 'user_grp') await tx.execute(`insert into user_grp (user_id, grp_id, membership_id, create_date, granted_by) select ${id('p')}, 'half', 'h' || ${id('p', 31)}, now(), 'bench' from generate_series(2, ${people}, 2) p`)
      await tx.execute(index.made)
    })
  }
}

async function step(db: Database, what: string, work: (tx: Transaction) => Promise<void>): Promise<void> {
  const began = performance.now()
  await db.transaction(async (tx) => {
    await tx.execute(`set local statement_timeout = 0; set local maintenance_work_mem = '512MB'; select setseed(0.5)`)
    await work(tx)
  })
  console.error(`${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

const id = (number: string, length = 32) => `lpad((${number})::text, ${length}, '0')`

async function things(tx: Transaction, people: number): Promise<void> {
  const { groups, roles, resources, organizations } = countsFor(people)
  await tx.execute(`insert into users (user_id, last_name, display_name, status, create_date)
    select ${id('n')}, 'Person', 'Person ' || n, case when n % 33 = 0 then 'TERMINATED' else 'ACTIVE' end, now() - interval '1 year' from generate_series(1, ${people}) n`)
  await tx.execute(`insert into grp (grp_id, grp_name) select ${id('n')}, 'Group ' || n from generate_series(1, ${groups}) n union all select 'half', 'Half of all'`)
  await tx.execute(`insert into role (role_id, role_name) select ${id('n')}, 'Role ' || n from generate_series(1, ${roles}) n union all select 'base', 'Base'`)
  await tx.execute(`insert into company (company_id, company_name) select ${id('n')}, 'Unit ' || n from generate_series(1, ${organizations}) n`)
  await tx.execute(`insert into res (resource_id, resource_type_id, name) select ${id('n')}, 'WEBSERVICE', 'Resource ' || n from generate_series(1, ${resources}) n
    union all select 'half', 'WEBSERVICE', 'For half' union all select 'base', 'WEBSERVICE', 'For the base'`)
  await tx.execute(`insert into access_rights (access_right_id, name) values ('WRITE', 'Write')`)
}

/** A random number from 1 to `count`; the small ones come more often. */
const some = (count: number) => `(1 + floor(${count} * random() * random()))::int`

async function edges(tx: Transaction, people: number): Promise<void> {
  const { groups, roles, resources, organizations } = countsFor(people)
  const level = Math.ceil(roles / 10)
  let letter = 0
  const insert = async (table: string, source: string, target: string, rows: string) => {
    await tx.execute(`insert into ${table} (membership_id, ${source}, ${target}, create_date, granted_by) select '${letter++}e' || ${id('row_number() over ()', 30)}, a, b, now(), 'bench' from (${rows}) r on conflict do nothing`)
  }
  const each = (count: number, times: number, target: string) => `select distinct ${id('n')} as a, ${id(target)} as b from generate_series(1, ${count}) n, generate_series(1, ${times}) k`
  // Each role lies below one of the level above it, a fifth of them below two; a tenth of the first level below the base.
  await insert('role_to_role_membership', 'member_role_id', 'role_id', `select distinct ${id('n')} as a, ${id(`((n - 1) / ${level} - 1) * ${level} + ${some(level)}`)} as b
    from generate_series(${level + 1}, ${roles}) n, generate_series(1, 2) k where k = 1 or n % 5 = 0
    union all select ${id('n')}, 'base' from generate_series(1, ${level}, 10) n`)
  await insert('grp_to_grp_membership', 'member_grp_id', 'grp_id', `select ${id('n')} as a, ${id('n / 2')} as b from generate_series(${Math.ceil(groups / 2)}, ${groups}) n where n / 2 between 1 and n - 1`)
  await insert('grp_role', 'grp_id', 'role_id', each(groups, 1, some(roles)))
  await insert('resource_role', 'role_id', 'resource_id', `${each(roles, 4, some(resources))} union all select 'base', 'base'`)
  await insert('resource_group', 'grp_id', 'resource_id', `${each(groups, 2, some(resources))} union all select 'half', 'half'`)
  await insert('res_to_res_membership', 'member_resource_id', 'resource_id', `select ${id('n')} as a, ${id('n / 2')} as b from generate_series(${Math.ceil(resources / 2)}, ${resources}) n where n / 2 between 1 and n - 1`)
  await insert('role_org_membership', 'company_id', 'role_id', each(organizations, 3, some(roles)))
  await tx.execute(`insert into res_role_membership_rights (membership_id, access_right_id) select membership_id, 'READ' from resource_role on conflict do nothing`)
}

const memberships = (people: number): [table: string, target: string, count: number, each: number][] => {
  const { groups, roles, resources, organizations } = countsFor(people)
  return [['user_grp', 'grp_id', groups, 8], ['user_role', 'role_id', roles, 5], ['resource_user', 'resource_id', resources, 4], ['user_affiliation', 'company_id', organizations, 1]]
}

/** `each` memberships a person, each in a slice of the targets of its own, so that none comes twice; some end, some have ended. */
function membershipsOf(table: string, target: string, count: number, each: number, people: number): string {
  const slice = Math.floor(count / each)
  return `insert into ${table} (user_id, ${target}, membership_id, start_date, end_date, create_date, granted_by)
    select ${id('p')}, ${id(`(k - 1) * ${slice} + ${some(slice)}`)}, k || ${id('p', 31)}, now() - interval '200 days',
      case p % 20 when 0 then now() - interval '10 days' when 1 then now() + interval '300 days' end, now() - interval '200 days', 'bench'
    from generate_series(1, ${people}) p, generate_series(1, ${each}) k`
}
