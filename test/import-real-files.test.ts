/** Real people: the members of Congress and OpenDJ's sample directory, where the files are; every row accounted for. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { user } from '../src/model/user.ts'
import { listIds } from '../src/store/list-records.ts'
import type { Plan } from '../src/store/plans.ts'
import { loadMapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { root } from '../tools/house-rules.ts'
import { testContext } from './context.ts'
import { against, apply, eventCount, everything, stepsOf } from './import-harness.ts'

const data = join(root, '../shared/data')
const mappingOf = (name: string) => loadMapping(join(root, 'examples/mappings', `${name}.json`))

async function planned(ctx: Context, path: string, mapping: string): Promise<Plan> {
  return planImport(ctx, [{ path, mapping: await mappingOf(mapping) }])
}

/** Steps by the resource and what becomes of it, for one line each. */
async function tally(ctx: Context, planId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { action, resource, line } of await stepsOf(ctx.db, planId)) {
    const mark = `${action} ${resource}${line === 0 ? ' first' : ''}`
    counts[mark] = (counts[mark] ?? 0) + 1
  }
  return counts
}

if (existsSync(data)) {
  describe('Congress', () => {
    let ctx: Context
    const files = [
      { name: 'people', rows: { 'create User': 537 } },
      { name: 'terms', rows: { 'create Organization first': 2, 'create Affiliation': 2792 } },
      { name: 'organisations', rows: { 'create Organization': 230 } },
      { name: 'memberships', rows: { 'create Affiliation': 3879 } },
    ]
    const pathOf = (name: string) => join(data, 'congress', `${name}.csv`)
    beforeAll(async () => {
      ctx = await testContext()
    })

    test.each(files)('$name: every row is made, none is refused', async ({ name, rows }) => {
      const made = await planned(ctx, pathOf(name), `congress-${name}`)
      const found = await tally(ctx, made.id)
      const declared = found['create MetadataElement'] ?? 0
      const late = found['update Organization'] ?? 0
      delete found['create MetadataElement']
      delete found['update Organization']
      expect(found).toEqual(rows)
      const done = await apply(ctx, made.id)
      expect([done.status, done.failed, done.steps]).toEqual(['applied', 0, Object.values(rows).reduce((a, b) => a + b, declared + late)])
    })

    test('stands in the directory afterwards', async () => {
      const count = (sql: string) => ctx.db.first(`select count(*) as count from ${sql}`)
      expect(await count('users where employee_id is not null')).toEqual({ count: 537 })
      expect(await count('user_affiliation')).toEqual({ count: 2792 + 3879 })
      expect(await count('user_affiliation where start_date is not null')).toEqual({ count: 2792 })
      expect(await count('company')).toEqual({ count: 232 })
    })

    test.each(files)('$name: again, and nothing changes', async ({ name, rows }) => {
      const events = await eventCount(ctx.db)
      const made = await planned(ctx, pathOf(name), `congress-${name}`)
      const unchanged = Object.entries(rows).map(([mark, count]) => [mark.replace('create', 'unchanged'), count])
      expect(await tally(ctx, made.id)).toEqual(Object.fromEntries(unchanged))
      expect(await apply(ctx, made.id)).toMatchObject({ status: 'applied', failed: 0 })
      expect(await eventCount(ctx.db)).toBe(events)
    })

    test('each of them is found by first and last name and by the official one, with accents and without', async () => {
      const lost: string[] = []
      let accented = 0
      for (const [id, document] of await everything(ctx.db, user)) {
        const { givenName = '', familyName = '' } = document.name as { givenName?: string; familyName?: string }
        const name = `${givenName} ${familyName}`
        const { officialName = name } = (document.attributes ?? {}) as { officialName?: string }
        const plain = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '')
        if (plain(name) !== name) accented++
        for (const q of new Set([name, plain(name), name.toUpperCase(), officialName, plain(officialName)])) {
          const { ids } = await listIds(ctx.db, user, { q, count: 50 })
          if (!ids.includes(id)) lost.push(q)
        }
      }
      expect(lost).toEqual([])
      expect(accented).toBeGreaterThan(5)
    })
  })

  describe.each(['opendj-Example.ldif', 'opendj-Example-hashed.ldif'])('OpenDJ, %s', (name) => {
    test('every entry is accounted for, groups come with their members, and again nothing changes', async () => {
      const ctx = await testContext()
      const path = join(data, 'ldif', name)
      const first = await planned(ctx, path, 'opendj')
      const steps = await stepsOf(ctx.db, first.id)
      expect(steps.filter(({ action }) => action === 'error' || action === 'conflict').map((step) => [step.line, against(step)])).toEqual([])
      const entries = readFileSync(path, 'utf8').match(/^dn:/gm)!.length
      expect(new Set(steps.flatMap(({ line }) => line ?? [])).size).toBe(entries)
      const people = steps.filter(({ action, resource }) => action === 'create' && resource === 'User')
      const groups = steps.filter(({ action, resource }) => action === 'create' && resource === 'Group')
      const members = steps.filter(({ action, resource }) => action === 'create' && resource === 'Membership')
      expect(people.length).toBe(153)
      expect(groups.length).toBeGreaterThan(0)
      expect(groups.every(({ label }) => label !== undefined)).toBe(true)
      expect(members.length).toBeGreaterThan(groups.length)
      expect(await apply(ctx, first.id)).toMatchObject({ status: 'applied', failed: 0 })
      expect((await ctx.db.first<{ count: number }>('select count(*)::int as count from user_grp'))!.count).toBe(members.length)
      const events = await eventCount(ctx.db)
      const again = await planned(ctx, path, 'opendj')
      const { unchanged = 0, waiting, skipped, ...others } = again.counts
      expect([others, waiting, skipped]).toEqual([{}, first.counts.waiting, first.counts.skipped])
      expect(unchanged).toBe(steps.filter(({ action, resource }) => action === 'create' && resource !== 'MetadataElement').length)
      await apply(ctx, again.id)
      expect(await eventCount(ctx.db)).toBe(events)
    })
  })
} else {
  test('the real files are absent: nothing to import here', () => {
    expect(existsSync(data)).toBe(false)
  })
}
