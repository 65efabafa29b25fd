/** What access is made of, exported and imported into an empty directory, is the same there; and again, nothing changes. */
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createUsers, newUser } from '../src/directory/users.ts'
import { rowEdges, kinds, resources } from '../src/transfer/importable.ts'
import type { Document } from '../src/model/attribute.ts'
import { diceOf } from '../src/model/dice.ts'
import { exportEdges, exportRecords } from '../src/transfer/export-records.ts'
import { csvColumns, csvText, edgeColumns } from '../src/transfer/write-csv.ts'
import { jsonlText } from '../src/transfer/write-jsonl.ts'
import { testContext } from './context.ts'
import { against, apply, eventCount, everything, importFolder, plan, stepsOf, writeText } from './import-harness.ts'

const sets = ['Right', 'Organization', 'User', 'Resource', 'Role', 'Group'] as const

async function write(ctx: Context, name: (typeof sets)[number] | 'Edge', folder: string, format: 'csv' | 'jsonl'): Promise<string> {
  const walk = <T>(to: (documents: AsyncGenerator<Document>) => Promise<T>) =>
    (name === 'Edge' ? exportEdges(ctx.db, { includeHidden: true }, to) : exportRecords(ctx.db, resources[name], { includeHidden: true }, to))
  const columns = format === 'csv' ? await walk((documents) => csvColumns(documents, name === 'Edge' ? edgeColumns : [])) : []
  return walk((documents) => writeText(join(folder, `${name}.${format}`), format === 'csv' ? csvText(documents, columns) : jsonlText(documents)))
}

/** Edges as they are told, but for when and by whom they were made here. */
const edges = (ctx: Context) => exportEdges(ctx.db, { includeHidden: true }, async (documents) => {
  const found: string[] = []
  for await (const { created: _created, createdBy: _by, grantedBy: _with, ...rest } of documents) found.push(JSON.stringify(rest))
  return found.sort()
})

const comparable = ({ meta: _meta, created: _created, createdBy: _by, lastUpdatedBy: _last, ...rest }: Document) => rest

let source: Context
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
beforeAll(async () => {
  source = await testContext()
  const documents = await Promise.all(Array.from({ length: 12 }, (_, at) => newUser(source, { id: `u${at}`, userName: at === 3 ? '=one, "two"' : `person ${at}`, isVisible: at !== 4, status: at === 5 ? 'TERMINATED' : 'ACTIVE' }, true)))
  await createUsers(source, documents)
  await source.db.execute(`
    insert into company (company_id, company_name) select 'o' || n, 'Org ' || n from generate_series(0, 5) n;
    insert into managed_sys (managed_sys_id, name) values ('ad', 'Directory') on conflict do nothing;
    insert into res (resource_id, resource_type_id, name, description, risk, is_public) select 's' || n, 'WEBSERVICE', 'Thing ' || n, E'line one\\nline "two"', case when n = 1 then 'HIGH' end, case when n = 2 then 'Y' else 'N' end from generate_series(0, 5) n;
    update res set admin_resource_id = 's5' where resource_id = 's0';
    insert into role (role_id, role_name, status, max_user_number, membership_duration_seconds) select 'r' || n, 'Role ' || n, case when n = 5 then 'DELETED' else 'ACTIVE' end, case when n = 1 then 90 end, case when n = 2 then 3600 end from generate_series(0, 5) n;
    insert into grp (grp_id, grp_name, managed_sys_id, is_visible, admin_resource_id) select 'g' || n, case when n < 2 then 'Same' else 'Group ' || n end, null, case when n = 3 then 'N' else 'Y' end, 's1' from generate_series(1, 5) n;
    insert into grp (grp_id, grp_name, managed_sys_id, assign_to_all) values ('g0', 'Same', 'ad', 'N');
    insert into access_rights (access_right_id, name, description) values ('SIGN', 'Sign it', '+1'), ('SEE', 'See it', null)`)
  const random = diceOf(seed).below
  for (const kind of rowEdges) {
    for (let at = 0; at < 25; at++) {
      // Upwards only, so that no circle comes; the last of each kind is switched off and only had it in the past.
      const [from, to] = [random(kind.source === 'u' ? 12 : 5), random(6)]
      if (kind.source === kind.target && from >= to) continue
      const over = (kind.source === 'u' && from === 5) || (kind.target === 'r' && to === 5)
      const since = random(3) === 0 ? null : `2020-01-${String(1 + (random(28))).padStart(2, '0')}T10:00:00.123Z`
      const end = over ? '2021-01-01' : random(2) === 0 ? null : '2090-05-06T07:08:09.010Z'
      const id = `${kind.kind}-${at}`
      await source.db.execute(`insert into ${kind.table} (membership_id, ${kind.sourceColumn}, ${kind.targetColumn}, start_date, end_date, description) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
        [id, kind.source + from, kind.target + to, since, end, at % 3 === 0 ? `request "${at}", two` : null]).catch(() => {})
      for (const right of ['SEE', 'SIGN']) if (random(2) === 0) await source.db.execute(`insert into ${kind.rightsTable} (membership_id, access_right_id) select $1::text, $2 where exists (select from ${kind.table} where membership_id = $1::text)`, [id, right])
    }
    // The same pair again, from where the first ends.
    await source.db.execute(`insert into ${kind.table} (membership_id, ${kind.sourceColumn}, ${kind.targetColumn}, end_date) values ('${kind.kind}-a', '${kind.source}0', '${kind.target}4', '2019-01-01') on conflict do nothing`).catch(() => {})
  }
})

test.each(['jsonl', 'csv'] as const)('%s', async (format) => {
  const target = await testContext()
  await target.db.execute(`insert into managed_sys (managed_sys_id, name) values ('ad', 'Directory') on conflict do nothing`)
  const folder = importFolder()
  expect((await edges(source)).length).toBeGreaterThan(80)
  expect([...sets].sort()).toEqual([...kinds].sort())
  for (const name of [...sets, 'Edge'] as const) {
    const path = await write(source, name, folder, format)
    const made = await plan(target, path)
    const wrong = (await stepsOf(target.db, made.id)).filter(({ action, changes }) => action !== 'create' && action !== 'unchanged' && !(changes as { forward?: true }).forward)
    expect(wrong.slice(0, 3).map((step) => [step.line, step.label, against(step), step.changes]), `${name}, seed ${seed}`).toEqual([])
    const done = await apply(target, made.id)
    const failed = (await stepsOf(target.db, made.id)).filter(({ status }) => status === 'failed')
    expect([done.status, failed.slice(0, 3).map((step) => step.result)], `${name}, seed ${seed}`).toEqual(['applied', []])
    if (name === 'Edge') expect(await edges(target), `seed ${seed}`).toEqual(await edges(source))
    else {
      const [there, here] = [await everything(target.db, resources[name]), await everything(source.db, resources[name])]
      expect([...there.keys()].sort()).toEqual([...here.keys()].sort())
      for (const [id, document] of here) expect(comparable(there.get(id)!), `${name} ${id}`).toEqual(comparable(document))
    }
    const events = await eventCount(target.db)
    const again = await plan(target, path)
    expect(Object.keys(again.counts), `${name}, seed ${seed}`).toEqual(['unchanged'])
    await apply(target, again.id)
    expect(await eventCount(target.db)).toBe(events)
  }
})
