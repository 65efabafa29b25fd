/** Custom attributes that a mapping declares come to be with its words, before the first record that has them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyPlan } from '../src/plans/apply.ts'
import { listSteps } from '../src/store/plans.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { testContext } from './context.ts'
import { jsonl } from './import-harness.ts'
import { mappingOf } from './transfer-source.ts'

test('a list stays a list for people with one value, and dates are judged as dates', async () => {
  const ctx = await testContext()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-declare-'))
  try {
    const path = join(folder, 'people.csv')
    writeFileSync(path, 'id,last,units,since\na,A,Sales,2024-02-29\nb,B,Sales;Support,2024-02-29\nc,C,,2024-02-30\n')
    const mapping = mappingOf({
      declare: { User: { unit: { displayName: 'Unit', multiValued: true }, since: { dataType: 'DATE' } } },
      records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'id', 'name.familyName': 'last', 'attributes.unit': { column: 'units', split: ';' }, 'attributes.since': 'since' } }],
    })
    const plan = await planImport(ctx, [{ path, mapping }])
    const steps = await listSteps(ctx.db, plan.id, { count: 100 })
    expect(steps.map((step) => [step.resource, step.action, step.label])).toEqual([
      ['MetadataElement', 'create', 'unit'], ['MetadataElement', 'create', 'since'],
      ['User', 'create', expect.anything()], ['User', 'create', expect.anything()], ['User', 'error', expect.anything()],
    ])
    await applyPlan(ctx, plan.id, runImport)
    const rows = await ctx.db.query<Record<string, unknown>>(
      `select attribute_name, display_name, data_type, multi_valued from metadata_element where attribute_name in ('unit', 'since') order by 1`,
    )
    expect(rows).toEqual([
      { attribute_name: 'since', display_name: null, data_type: 'DATE', multi_valued: 'N' },
      { attribute_name: 'unit', display_name: 'Unit', data_type: 'STRING', multi_valued: 'Y' },
    ])
    const again = await planImport(ctx, [{ path, mapping }])
    expect(again.counts).toEqual({ unchanged: 2, error: 1 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a name that differs from another in the case of its letters alone is not declared: its row is refused', async () => {
  const ctx = await testContext()
  const rows = [{ userName: 'case-a', attributes: { Dept: 'x' } }, { userName: 'case-b', attributes: { dept: 'y' } }, { userName: 'case-c', attributes: { Dept: 'z' } }]
  const { id, counts } = await planImport(ctx, [{ path: jsonl(...rows), mapping: 'jsonl' }])
  expect(counts).toEqual({ create: 3, error: 1 })
  const refused = (await listSteps(ctx.db, id, { count: 10 })).find(({ action }) => action === 'error')
  expect(refused).toMatchObject({ line: 2, problems: [{ path: 'attributes.dept', message: 'is declared as Dept: write it so' }] })
})
