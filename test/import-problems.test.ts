/** All that is wrong with a row is told at once, by the plan and by the reject file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createElement } from '../src/directory/metadata.ts'
import { createUser } from '../src/directory/users.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import { testContext } from './context.ts'
import { against, csv, importFolder, jsonl, plan, stepsOf } from './import-harness.ts'

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

test('in the reject file with something between', async () => {
  const path = jsonl({ userName: 'k', password: 'x', bogus: 1, wrong: 2 })
  const target = join(importFolder(), 'rejected.jsonl')
  await collectRejects(ctx.db, (await plan(ctx, path)).id, { path, mapping: 'jsonl' }, 'people.jsonl', target)
  expect(JSON.parse(readFileSync(target, 'utf8'))._reject.reason).toBe('bogus: is not an attribute of this record; wrong: is not an attribute of this record; The password was left out of this file.')
})
