/** What rows tie people to, and where they put them, is judged by the plan: nothing is left for the writing to refuse. */
import { beforeEach, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Document } from '../src/model/attribute.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { against, apply, csv, imported, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeEach(async () => {
  ctx = await testContext()
})

const below = (id: string, ...bosses: string[]): Document => ({ id, userName: id, supervisors: bosses.map((supervisor) => ({ supervisor })) })
const owner = (id: string, type: string, ...accounts: string[]): Document => ({ id, userName: id, relations: accounts.map((user) => ({ user, type })) })

/** `line action resource reason` of every step of a row, which the plan then keeps to. */
async function told(path: string, mapping?: Mapping): Promise<string[]> {
  const { id } = await plan(ctx, path, mapping)
  const steps = (await stepsOf(ctx.db, id)).filter(({ line, changes }) => line && !(changes as Document | undefined)?.forward)
  expect(await apply(ctx, id)).toMatchObject({ status: 'applied', failed: 0 })
  return steps.map((step) => `${step.line} ${step.action} ${step.resource} ${against(step)}`.trim())
}

const circle = 'supervisors lead in a circle: somebody would supervise themselves through others'

test('people who would supervise each other, in one file and with those who are there', async () => {
  expect(await told(jsonl(below('a', 'b'), below('b', 'c'), below('c', 'a'), below('d', 'a'), below('e', 'f'), below('f')))).toEqual([
    `1 error User ${circle}`, `2 error User ${circle}`, '3 error User supervisors.supervisor the User of line 1 is refused itself',
    '4 error User supervisors.supervisor the User of line 1 is refused itself', '5 create User', '6 create User'])
  expect(await told(jsonl(below('top'), below('middle', 'top'), below('low', 'middle')))).toEqual(['1 create User', '2 create User', '3 create User'])
  expect(await told(jsonl(below('top', 'low'), below('self', 'self'), below('side', 'low')))).toEqual([`1 error User ${circle}`, '2 error User supervisors a person cannot be tied to themselves', '3 create User'])
  expect(await told(jsonl(below('e', 'top'), below('top', 'f')))).toEqual(['1 update User', '2 update User'])
  expect(await told(jsonl(below('x', 'low'), below('f', 'x')))).toEqual(['1 create User', `2 error User ${circle}`])
})

test('a circle that was let in once is no reason to refuse what has nothing to do with it', async () => {
  await imported(ctx, jsonl(below('old'), below('older', 'old')))
  await ctx.db.execute(`insert into org_structure (org_structure_id, staff_id, supervisor_id) values ('back', 'old', 'older')`)
  expect(await told(jsonl({ ...below('old', 'older'), title: 'still here' }, below('new', 'old')))).toEqual(['1 update User', '2 create User'])
})

test('accounts of two people, and accounts of their own accounts; family is free', async () => {
  await imported(ctx, jsonl({ id: 'adm', userName: 'adm' }, owner('one', 'ADMIN_ACCOUNT', 'adm')))
  const second = 'relations names an account of somebody else, who has it already or by an earlier row; an account ends with one person'
  expect(await told(jsonl(owner('two', 'ADMIN_ACCOUNT', 'adm'), owner('three', 'FAMILY', 'adm'), { id: 'bot', userName: 'bot' }, owner('four', 'ADMIN_ACCOUNT', 'bot'), owner('five', 'ADMIN_ACCOUNT', 'bot')))).toEqual([
    `1 error User ${second}`, '2 create User', '3 create User', '4 create User', `5 error User ${second}`])
  expect(await told(jsonl(owner('adm', 'ADMIN_ACCOUNT', 'one')))).toEqual(['1 error User relations lead in a circle: somebody would be an account of their own through others'])
})

const terms: Mapping = {
  format: 'csv',
  records: [{ resource: 'Affiliation', user: { column: 'no', by: 'userName' }, organization: { column: 'org', by: 'id' },
    set: { start: { column: 'from', date: 'YYYY-MM-DD' }, end: { column: 'to', date: 'YYYY-MM-DD' }, rights: { column: 'rights', split: '|', by: 'name' } } }],
}
const head = 'no,org,from,to,rights'

test('affiliations that overlap between rows, near and far, and a right that nobody has', async () => {
  await ctx.db.execute(`insert into access_rights (access_right_id, name) values ('SIGN', 'Sign')`)
  await imported(ctx, jsonl({ id: 'org', name: 'Org', meta: { resourceType: 'Organization' } }, { id: 'who', userName: 'who' }, ...Array.from({ length: 600 }, (_, at) => ({ userName: `p${at}` }))))
  const overlaps = 'conflict Affiliation overlaps a period in the same organisation that an earlier row of the import brings'
  const crowd = Array.from({ length: 600 }, (_, at) => `p${at},org,2001-01-01,,`)
  const said = await told(csv(head, 'who,org,2001-01-01,2003-01-01,sign', 'who,org,2002-01-01,,', 'who,org,2003-01-01,2004-01-01,Nothing', 'who,org,2003-01-01,2004-01-01,', ...crowd, 'who,org,2003-06-01,2005-01-01,', 'who,org,2004-01-01,,'), terms)
  expect([...said.slice(0, 4), ...said.slice(-2)]).toEqual(['2 create Affiliation', `3 ${overlaps}`,
    '4 error Affiliation rights Nothing there is no Right whose name is "Nothing", neither in the directory nor earlier in the import', '5 create Affiliation', `606 ${overlaps}`, '607 create Affiliation'])
  expect(await ctx.db.query('select access_right_id as id from user_affiliation_rights')).toEqual([{ id: 'SIGN' }])
  // An open period that one row ends makes room for the next.
  expect(await told(csv(head, 'p1,org,2001-01-01,2002-01-01,', 'p1,org,2002-01-01,,'), terms)).toEqual(['2 update Affiliation', '3 create Affiliation'])
})

test('a right within a person\'s document is there or the row is refused; a row may bring it', async () => {
  const person = (id: string, right: string) => ({ id, userName: id, affiliations: [{ organization: 'org', rights: [right] }] })
  await imported(ctx, jsonl({ id: 'org', name: 'Org', meta: { resourceType: 'Organization' } }))
  expect(await told(jsonl({ id: 'LOOK', name: 'Look', meta: { resourceType: 'Right' } }, person('reader', 'LOOK'), person('writer', 'WRITE')))).toEqual([
    '1 create Right', '2 create User', '3 error User affiliations[0].rights WRITE there is no Right whose id is "WRITE", neither in the directory nor in the import'])
})

test('a person whose own affiliations and those of other rows overlap', async () => {
  await imported(ctx, jsonl({ id: 'org', name: 'Org', meta: { resourceType: 'Organization' } }))
  const both: Mapping = { format: 'csv', records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'no', 'affiliations[0].organization': 'org', 'affiliations[0].start': { column: 'from', date: 'YYYY-MM-DD' } } }, ...terms.records] }
  const { id } = await plan(ctx, csv(head, 'twice,org,2001-01-01,,', 'fine,org,2001-01-01,,'), both)
  // One and the same period, said twice.
  expect((await stepsOf(ctx.db, id)).map(({ action, resource }) => `${action} ${resource}`)).toEqual(['create User', 'update Affiliation', 'create User', 'update Affiliation'])
  expect(await apply(ctx, id)).toMatchObject({ status: 'applied', failed: 0 })
  expect(await ctx.db.query('select from user_affiliation')).toHaveLength(2)
})

test('a row that sets a period back is done, and what stands is judged by all rows so far', async () => {
  await imported(ctx, jsonl({ id: 'org', name: 'Org', meta: { resourceType: 'Organization' } }, { id: 'who', userName: 'who' }))
  await imported(ctx, csv(head, 'who,org,2001-01-01,2003-01-01,'), terms)
  expect(await told(csv(head, 'who,org,2001-01-01,2004-01-01,', 'who,org,2001-01-01,2003-01-01,', 'who,org,2003-01-01,,', 'who,org,2003-01-01,,'), terms)).toEqual([
    '2 update Affiliation', '3 update Affiliation', '4 create Affiliation', '5 update Affiliation'])
  expect(await ctx.db.query(`select start_date::date::text as start, end_date::date::text as end from user_affiliation order by 1`)).toEqual([{ start: '2001-01-01', end: '2003-01-01' }, { start: '2003-01-01', end: null }])
})
