/** All that is wrong with a row is told at once, by the plan and by the reject file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createElement } from '../src/directory/metadata.ts'
import { createUser } from '../src/directory/users.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { against, csv, imported, importFolder, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
  await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'sINTEGER', dataType: 'INTEGER' })
  await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'form', dataType: 'STRING', validator: 'a+' })
  await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'pinned', dataType: 'STRING', sensitive: true, validator: 'a+' })
})

const told = async (path: string) => against((await stepsOf(ctx.db, (await plan(ctx, path)).id)).at(-1))
const mail = 'emails[0].value notmail must be an e-mail address such as ada@example.com: one @, with something on either side'
const number = 'attributes.sINTEGER ZQXbad must be a whole number of at most 18 digits'

test('of somebody who is there, and of somebody new', async () => {
  const { id } = await createUser(ctx, { userName: 'there' })
  expect(await told(csv('id,emails[0].value,attributes.sINTEGER,attributes.form', `${id as string},notmail,ZQXbad,b`))).toBe(`${mail}; ${number}; attributes.form b does not have the form a+`)
  expect(await told(jsonl({ userName: 'new', bogus: 1, attributes: { sINTEGER: 'ZQXbad', form: { no: 'text' } }, typeId: 'NONE', logins: [{ login: 'x', managedSystem: 'NOWHERE' }] })))
    .toBe(`bogus 1 is not an attribute of this record; attributes.form must be a text of at most 65,536 characters without U+0000, a number, true or false, or a list of at most 100 of those; typeId NONE NONE is not a metadata type of the grouping USER_OBJECT_TYPE; ${number}; logins[0].managedSystem NOWHERE there is no ManagedSystem with the id "NOWHERE"`)
})

test('with nothing of what is sensitive, and whatever its shape', async () => {
  expect(await told(jsonl({ userName: 'x', bogus: 1, attributes: { pinned: 'hidden' } }))).toBe('bogus 1 is not an attribute of this record; attributes.pinned does not have the form a+')
  for (const odd of ['text', 7, null, [1, null], { a: 1 }]) {
    expect(await told(jsonl({ userName: 'x', bogus: 1, emails: odd, attributes: odd, name: odd, typeId: odd, meta: odd }))).toContain('bogus 1 is not an attribute of this record')
  }
})

const year = (from: number, until: number) => ({ organization: 'U', start: `${from}-01-01T00:00:00Z`, end: `${until}-01-01T00:00:00Z` })
const overlap = 'overlaps another period with U; end that one first, or change the dates'

test('of its dates, with all the rest', async () => {
  await imported(ctx, jsonl({ id: 'U', name: 'U', meta: { resourceType: 'Organization' } }, { userName: 'placed', employeeNumber: '7', affiliations: [year(2020, 2024)] }))
  const dates = { birthdate: '2999-01-01', startDate: '2020-01-02', lastDate: '2020-01-01', alternateStartDate: '2020-01-02T00:00:00Z', alternateEndDate: '2020-01-01T00:00:00Z', attributes: { sINTEGER: 'ZQXbad' } }
  const wrong = `lastDate 2020-01-01 must not lie before startDate; alternateEndDate 2020-01-01T00:00:00Z must not lie before alternateStartDate`
  const unborn = 'birthdate 2999-01-01 lies ahead: nobody is born yet on that day'
  const sorted = async (path: string) => (await told(path)).split('; ').sort().join('; ')
  const all = (...parts: string[]) => parts.join('; ').split('; ').sort().join('; ')
  const affiliations = [year(2010, 2012), year(2011, 2013), year(2012, 2014), year(2031, 2030)]
  const overlaps = [`affiliations[1] ${overlap}`, `affiliations[2] ${overlap}`]
  expect(await sorted(jsonl({ userName: 'dated', ...dates, affiliations: affiliations.slice(0, 3) }))).toBe(all(wrong, unborn, number, ...overlaps))
  // A period that ends before it begins is told as that alone.
  expect(await sorted(jsonl({ userName: 'dated', bogus: 1, ...dates, affiliations }))).toBe(all('bogus 1 is not an attribute of this record', wrong, unborn, number, ...overlaps, `affiliations[3].end 2030-01-01T00:00:00Z must lie after start`))
  const { id } = await createUser(ctx, { userName: 'dated' })
  expect(await sorted(jsonl({ id: id as string, ...dates, affiliations: affiliations.slice(0, 3) }))).toBe(all(wrong, unborn, number, ...overlaps))
  expect(await told(jsonl({ userName: 'first', employeeNumber: '8', affiliations: [year(2010, 2012)] }, { userName: 'placed', attributes: { sINTEGER: 'ZQXbad' }, affiliations: [year(2021, 2022)] }))).toBe(`affiliations[1] ${overlap}; ${number}`)
})

test('of a period that an earlier row stands in the way of', async () => {
  const ties: Mapping = { format: 'csv', records: [
    { resource: 'Affiliation', when: { column: 'n', equals: '' }, user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'org', by: 'id' }, set: { start: 'from', end: 'until' } },
    { resource: 'User', when: { column: 'n', present: true }, correlate: ['employeeNumber'], set: { employeeNumber: 'no', 'attributes.sINTEGER': 'n', 'affiliations[0].organization': { column: 'org', by: 'id' }, 'affiliations[0].start': 'from' } },
  ] }
  const rows = async (...lines: string[]) => (await stepsOf(ctx.db, (await plan(ctx, csv('no,org,from,until,n', ...lines), ties)).id)).map((step) => `${step.action} ${against(step)}`)
  expect(await rows('7,U,2030-01-01,,', '7,U,2031-01-01,,ZQXbad')).toEqual(['create ', 'conflict overlaps a period in the same organisation that an earlier row of the import brings; n ZQXbad must be a whole number of at most 18 digits'])
  const nobody = 'no 99 there is no User whose employeeNumber is "99", neither in the directory nor earlier in the import'
  expect(await rows('99,NONE,2031-01-01,2030-01-01,')).toEqual([`error ${nobody}; org NONE there is no Organization whose id is "NONE", neither in the directory nor earlier in the import; until 2030-01-01T00:00:00.000Z must lie after start`])
})

test('in the reject file with something between', async () => {
  const path = jsonl({ userName: 'k', password: 'x', bogus: 1, wrong: 2 })
  const target = join(importFolder(), 'rejected.jsonl')
  await collectRejects(ctx.db, (await plan(ctx, path)).id, { path, mapping: 'jsonl' }, 'people.jsonl', target)
  expect(JSON.parse(readFileSync(target, 'utf8'))._reject.reason).toBe('bogus: is not an attribute of this record; wrong: is not an attribute of this record; The password was left out of this file.')
})
