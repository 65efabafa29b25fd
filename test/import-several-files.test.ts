/** Several files in one import: one mapping for all of them, and what it puts first. */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { testContext } from './context.ts'
import { against, fileOf, stepsOf } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
})

const people = JSON.parse(readFileSync(new URL('../examples/mappings/people.json', import.meta.url), 'utf8')) as Mapping
const [header, ...lines] = readFileSync(new URL('../examples/people.csv', import.meta.url), 'utf8').trimEnd().split('\n')
const part = (name: string, some: readonly string[]) => fileOf(name, `${[header, ...some].join('\n')}\n`)
const parts = [part('a.csv', lines.slice(0, 4)), part('b.csv', lines.slice(4))]

test('what one mapping puts first is put before the first of several files, once', async () => {
  const files = parts.map((path) => ({ path, mapping: people }))
  const { id, counts } = await planImport(ctx, files)
  expect([counts.conflict, counts.error]).toEqual([undefined, undefined])
  expect((await stepsOf(ctx.db, id)).filter(({ resource }) => resource === 'Organization').map(({ source }) => source)).toEqual(Array(4).fill('a.csv'))
  expect(await applyPlan(ctx, id, runImport)).toMatchObject({ status: 'applied', failed: 0 })
  expect(Object.keys((await planImport(ctx, files)).counts)).toEqual(['unchanged'])
})

test('mappings that put first what differs are in conflict, and no line 0 is spoken of', async () => {
  const [one, ...others] = people.first!
  const other: Mapping = { ...people, first: [{ ...one!, document: { ...one!.document, name: 'Meadow' } }, ...others] }
  const { id, counts } = await planImport(ctx, [{ path: parts[0]!, mapping: people }, { path: parts[1]!, mapping: other }])
  expect(counts.conflict).toBe(1)
  const refused = (await stepsOf(ctx.db, id)).find(({ action }) => action === 'conflict')
  expect(against(refused)).toContain('a record of "first" in a mapping already means this record')
})
