/** `gatehouse plan steps` for people: names beside the ids, also of what the plan itself will make. */
import { expect, test } from 'vitest'
import { nameSteps } from '../src/cli/name-people.ts'
import { stepLines } from '../src/cli/plans.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { apply, fileOf, imported, jsonl, stepsOf } from './import-harness.ts'

const terms: Mapping = {
  format: 'csv',
  records: [{ resource: 'Affiliation', user: { column: 'no', by: 'userName' }, organization: { column: 'org', by: 'id' }, set: { start: { column: 'from', date: 'YYYY-MM-DD' }, end: { column: 'to', date: 'YYYY-MM-DD' } } }],
}

test('affiliations name the person and the organisation', async () => {
  const ctx = await testContext()
  const shown = async (id: string) => (await nameSteps(ctx, id, await stepsOf(ctx.db, id))).filter(({ resource }) => resource === 'Affiliation').flatMap((step) => stepLines(step)[0]!.trim().replaceAll(/ +/g, ' '))
  await imported(ctx, jsonl({ id: 'o1', name: 'Meadow', meta: { resourceType: 'Organization' } }, { id: 'p1', userName: 'ada', name: { givenName: 'Ada', familyName: 'Byron' } }))
  const fresh = fileOf('fresh.jsonl', [{ id: 'o2', name: 'Hill', meta: { resourceType: 'Organization' } }, { id: 'p2', userName: 'grace', name: { givenName: 'Grace', familyName: 'Hopper' } }].map((one) => `${JSON.stringify(one)}\n`).join(''))
  const places = fileOf('places.csv', 'no,org,from,to\nada,o1,2020-01-01,\nada,o2,2021-01-01,\ngrace,o2,2021-01-01,\n')
  const { id } = await planImport(ctx, [{ path: fresh, mapping: 'jsonl' }, { path: places, mapping: terms }])
  const expected = ['create Affiliation Ada Byron (p1) in Meadow (o1) line 2', 'create Affiliation Ada Byron (p1) in Hill (o2) line 3', 'create Affiliation Grace Hopper (p2) in Hill (o2) line 4']
  expect((await shown(id)).map((line) => line.replace(/^\d+ /, ''))).toEqual(expected)
  await apply(ctx, id)
  const again = await planImport(ctx, [{ path: places, mapping: terms }])
  expect((await shown(again.id)).map((line) => line.replace(/^\d+ /, ''))).toEqual(expected.map((line) => line.replace('create', 'unchanged')))
})
