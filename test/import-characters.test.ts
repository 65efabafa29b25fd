/** Characters that cannot be stored, and values too long to be shown: each costs its own row, and says which. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { apply, csv, fileOf, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
})

const half = 'holds half of a surrogate pair, which is not a character'
const nul = 'holds the character U+0000, which cannot be stored'

async function planned(path: string, mapping?: Mapping) {
  const { id } = await plan(ctx, path, mapping)
  const steps = (await stepsOf(ctx.db, id)).map(({ line, action, problems }) => [line, action, ...(problems as Record<string, string>[] ?? []).map(({ column, path: at, message }) => [column, at, message])])
  return { id, steps }
}

describe('a row with a character that cannot be stored is an error, and the others are planned', () => {
  test('half a surrogate pair in JSON Lines', async () => {
    const file = fileOf('people.jsonl', ['{"userName":"half-a\\ud800"}', '{"userName":"half-b"}', '{"userName":"half-c","attributes":{"a\\udc00":"x"}}', '{"userName":"half-d","name":{"familyName":"\\udfff"}}'].join('\n'))
    const { id, steps } = await planned(file)
    expect(steps).toEqual([
      [1, 'error', ['userName', 'userName', `It ${half}.`]],
      [2, 'create'],
      [3, 'error', [expect.stringContaining('attributes'), expect.stringContaining('attributes'), `It ${half}.`]],
      [4, 'error', ['name.familyName', 'name.familyName', `It ${half}.`]],
    ])
    expect((await apply(ctx, id)).status).toBe('applied')
  })

  test('U+0000 in JSON Lines, CSV and LDIF', async () => {
    const json = fileOf('people.jsonl', '{"userName":"nul-a\\u0000b"}\n{"userName":"nul-b"}\n')
    expect((await planned(json)).steps).toEqual([[1, 'error', ['userName', 'userName', `It ${nul}.`]], [2, 'create']])
    const table = csv('userName,title', 'nul\u0000c,x', 'nul-d,y\u0000', 'nul-e,z')
    expect((await planned(table)).steps).toEqual([[2, 'error', ['userName', 'userName', `It ${nul}.`]], [3, 'error', ['title', 'title', `It ${nul}.`]], [4, 'create']])
    const ldif = fileOf('people.ldif', [
      'dn: uid=a,dc=x', 'objectClass: inetOrgPerson', 'sn: A', 'uid:: agA=', '',
      'dn:: dWlkPWEALGRjPXg=', 'objectClass: inetOrgPerson', 'sn: C', 'uid: nul-g', '',
      'dn: uid=b,dc=x', 'objectClass: inetOrgPerson', 'sn: B', 'uid: nul-f', '',
      'dn: cn=g,dc=x', 'objectClass: groupOfNames', 'cn:: ZwBn', 'member: uid=b,dc=x', '',
    ].join('\n'))
    const { steps } = await planned(ldif)
    expect(steps.map(([line, action]) => [line, action])).toEqual([[1, 'error'], [6, 'error'], [11, 'create'], [16, 'error']])
    expect(steps[0]).toEqual([1, 'error', ['uid', 'userName', `It ${nul}.`]])
    expect(steps[1]).toEqual([6, 'error', ['dn', undefined, `It ${nul}.`]])
  })

  test('in what only finds another record, and in a label', async () => {
    const mapping: Mapping = { format: 'csv', records: [{ resource: 'User', when: { column: 'kind', equals: 'p' }, set: { userName: 'login', 'supervisors[0].supervisor': { column: 'boss', by: 'userName' } } }], waiting: [{ when: { column: 'kind', equals: 'g' }, as: 'Group', name: 'login' }] }
    const { steps } = await planned(csv('kind,login,boss', 'p,found-a,b\u0000', 'g,b\u0000,', 'p,found-b,'), mapping)
    expect(steps.map(([line, action]) => [line, action])).toEqual([[2, 'error'], [3, 'waiting'], [4, 'create']])
    expect(steps[0]).toEqual([2, 'error', ['boss', 'supervisors[0].supervisor', `It ${nul}.`]])
  })
})

test('a value is cut between characters where it is shown', async () => {
  const { id, steps } = await planned(csv('userName,title', 'fine,ok', `long,x${'😀'.repeat(200)}`))
  expect(steps.map(([line, action]) => [line, action])).toEqual([[2, 'create'], [3, 'error']])
  const { problems } = (await stepsOf(ctx.db, id))[1]!
  expect(problems).toMatchObject([{ column: 'title', value: `x${'😀'.repeat(199)}` }])
  // Of a cell that cannot be read as what it should be, too.
  const born: Mapping = { format: 'csv', records: [{ resource: 'User', set: { userName: 'login', birthdate: { column: 'born', date: 'YYYY-MM-DD' } } }] }
  const other = await planned(csv('login,born', `cut,x${'😀'.repeat(300)}`), born)
  expect((await stepsOf(ctx.db, other.id))[0]!.problems).toMatchObject([{ column: 'born', value: `x${'😀'.repeat(199)}` }])
})
