/** Whoever's last day is over is not let in again by anything that leaves that day as it is: the nightly job would end them within the hour. */
import { describe, expect, test } from 'vitest'
import { bulkRequest, planBulk } from '../src/directory/bulk.ts'
import { operate } from '../src/directory/lifecycle.ts'
import { endPeople, startPeople } from '../src/directory/nightly.ts'
import { createUser, patchUser, readUser, replaceUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import type { Operation } from '../src/model/lifecycle.ts'
import { testContext } from './context.ts'
import { apply, jsonl, plan, stepsOf } from './import-harness.ts'

const ctx = await testContext({}, () => new Date('2026-06-15T12:00:00.000Z'))
const over = '2026-06-14'
let counter = 0
const person = (more: Document = {}) => createUser(ctx, { userName: `person${++counter}`, lastDate: over, ...more })
const refused = { code: 'transition_not_allowed', message: expect.stringContaining(`lastDate: ${over} was the last day`), problems: [{ path: 'lastDate' }] }

const ways: [Operation, Document][] = [
  ['activate', { status: 'DELETED' }], ['activate', { status: 'INACTIVE' }], ['activate', { status: 'PENDING_APPROVAL' }], ['activate', { status: 'PENDING_START_DATE' }],
  ['activate', { status: 'ACTIVE', secondaryStatus: 'DISABLED' }], ['enable', { status: 'ACTIVE', secondaryStatus: 'DISABLED' }], ['unlock', { status: 'ACTIVE', secondaryStatus: 'LOCKED_ADMIN' }],
  ['return', { status: 'LEAVE_OF_ABSENCE' }], ['reset', { status: 'INACTIVE' }],
]

describe.each(ways)('%s of %j', (operation, more) => {
  test('is refused by itself and in bulk, and nothing changes', async () => {
    const before = await person(more)
    const id = before.id as string
    await expect(operate(ctx, id, operation, undefined)).rejects.toMatchObject(refused)
    const { counts } = await planBulk(ctx, bulkRequest({ operation, filter: `id eq "${id}"` }))
    expect(counts).toEqual({ conflict: 1 })
    expect((await readUser(ctx.db, id)).meta).toEqual(before.meta)
  })

  test('goes on the last day itself, and once the date is gone', async () => {
    for (const lastDate of ['2026-06-15', null]) {
      const { id } = await person(more)
      await patchUser(ctx, id as string, { lastDate })
      expect(await operate(ctx, id as string, operation, undefined)).toMatchObject({ active: true })
    }
  })
})

test('the message names rehire for whoever has left, and rehire does it', async () => {
  const { id } = await person({ status: 'DELETED' })
  await expect(operate(ctx, id as string, 'activate', undefined)).rejects.toThrow(/or use rehire/)
  const back = await operate(ctx, id as string, 'rehire', undefined)
  expect(back).toMatchObject({ status: 'ACTIVE', active: true })
  expect(back).not.toHaveProperty('lastDate')
  const disabled = await person({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
  await expect(operate(ctx, disabled.id as string, 'enable', undefined)).rejects.not.toThrow(/rehire/)
})

test('`active` is refused as enabling is, and takes a new last day along', async () => {
  const { id, userName } = await person({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
  await expect(patchUser(ctx, id as string, { active: true })).rejects.toMatchObject(refused)
  await expect(replaceUser(ctx, id as string, { userName, lastDate: over, active: true })).rejects.toMatchObject(refused)
  expect(await patchUser(ctx, id as string, { active: true, lastDate: '2026-12-31' })).toMatchObject({ active: true, lastDate: '2026-12-31' })
})

test('who is here still can be changed, and locked out, though the last day is over', async () => {
  const { id } = await person({ status: 'ACTIVE' })
  expect(await patchUser(ctx, id as string, { title: 'Late' })).toMatchObject({ active: true })
  expect(await operate(ctx, id as string, 'activate', undefined)).toMatchObject({ active: true })
  expect(await operate(ctx, id as string, 'disable', undefined)).toMatchObject({ active: false })
})

describe('a row of a file', () => {
  const load = async (row: Document) => {
    const { id } = await plan(ctx, jsonl(row))
    await apply(ctx, id)
    return (await stepsOf(ctx.db, id))[0]!
  }

  test.each([
    [{ status: 'DELETED' }, { status: 'ACTIVE' }],
    [{ status: 'LEAVE_OF_ABSENCE' }, { status: 'ACTIVE' }],
    [{ status: 'ACTIVE', secondaryStatus: 'DISABLED' }, { status: 'ACTIVE', secondaryStatus: null }],
    [{ status: 'ACTIVE', secondaryStatus: 'DISABLED' }, { active: true }],
  ] as [Document, Document][])('of somebody who is %j and shall be %j is a conflict, and none with another last day', async (more, asked) => {
    const { id, userName } = await person(more)
    expect(await load({ userName, ...asked })).toMatchObject({ action: 'conflict', problems: [{ message: expect.stringContaining(`${over} was the last day`) }] })
    expect(await load({ userName, lastDate: over, ...asked })).toMatchObject({ action: 'conflict' })
    expect(await load({ userName, lastDate: '2026-12-31', ...asked })).toMatchObject({ action: 'update' })
    expect(await readUser(ctx.db, id as string)).toMatchObject({ active: true, lastDate: '2026-12-31' })
  })
})

test('the jobs start nobody whose last day is over, and end them', async () => {
  const { id } = await person({ status: 'PENDING_START_DATE', startDate: '2026-06-01' })
  expect(await startPeople(ctx)).toBe(0)
  await endPeople(ctx)
  expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'TERMINATED', active: false })
})
