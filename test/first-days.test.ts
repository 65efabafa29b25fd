/** First days that lie ahead, and the day of a conversion. */
import { describe, expect, test } from 'vitest'
import { operate } from '../src/directory/lifecycle.ts'
import { createUser, patchUser, readUser, replaceUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { testContext } from './context.ts'
import { apply, jsonl, plan, stepsOf } from './import-harness.ts'

const clock = new Date('2026-06-15T12:00:00.000Z')
const ctx = await testContext({}, () => clock)
let counter = 0
const person = (more: Document = {}) => createUser(ctx, { userName: `person${++counter}`, ...more })

describe('a first day ahead', () => {
  const ahead = '2031-01-01'
  test.each(['PENDING_APPROVAL', 'PENDING_USER_VALIDATION'])('is waited for after %s', async (status) => {
    const { id } = await person({ status, startDate: ahead })
    expect(await operate(ctx, id as string, 'activate', undefined)).toMatchObject({ status: 'PENDING_START_DATE', active: false })
    expect(await operate(ctx, id as string, 'activate', undefined)).toMatchObject({ status: 'ACTIVE' })
  })

  test('is waited for by who comes back, wherever it was said', async () => {
    const { id } = await person({ status: 'ACTIVE', startDate: ahead })
    await operate(ctx, id as string, 'terminate', undefined)
    expect(await operate(ctx, id as string, 'rehire', undefined)).toMatchObject({ status: 'PENDING_START_DATE', active: false })
  })
})

describe('a first day that is taken away', () => {
  const startDate = '2031-01-01'
  const ways: [string, (id: string, userName: unknown) => Promise<unknown>][] = [
    ['a patch', (id) => patchUser(ctx, id, { startDate: null })],
    ['a replacement', (id, userName) => replaceUser(ctx, id, { userName, startDate: null })],
    ['a replacement with `active` as it was read', (id, userName) => replaceUser(ctx, id, { userName, startDate: null, active: false })],
    ['a row of a file', async (_, userName) => apply(ctx, (await plan(ctx, jsonl({ userName, startDate: null } as Document))).id)],
  ]
  test.each(ways)('leaves nobody waiting: %s, in one write and one event', async (_, change) => {
    const { id, userName, meta } = await person({ startDate })
    expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'PENDING_START_DATE' })
    await change(id as string, userName)
    const after = await readUser(ctx.db, id as string)
    expect(after).toMatchObject({ status: 'PENDING_INITIAL_LOGIN', active: true, meta: { version: (meta as { version: number }).version + 1 } })
    expect(after).not.toHaveProperty('startDate')
    const events = await ctx.db.query<{ changes: string }>(`select changes::text as changes from gatehouse.audit_event where target_id = $1 and action <> 'user.create'`, [id])
    expect(events).toHaveLength(1)
    expect(JSON.parse(events[0]!.changes)).toEqual(expect.arrayContaining([
      { path: 'status', before: 'PENDING_START_DATE', after: 'PENDING_INITIAL_LOGIN' }, { path: 'startDate', before: startDate },
    ]))
  })

  test('is not by a replacement that says nothing of it: nobody comes in by that', async () => {
    const { id, userName } = await person({ startDate })
    for (const more of [{}, { active: false }, { active: true }]) {
      await expect(replaceUser(ctx, id as string, { userName, title: 'x', ...more })).rejects.toMatchObject({
        code: 'transition_not_allowed', message: expect.stringContaining('startDate: the person waits for 2031-01-01') as string, problems: [{ path: 'startDate' }],
      })
    }
    expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'PENDING_START_DATE', startDate })
    expect(await replaceUser(ctx, id as string, { userName, title: 'x', startDate })).toMatchObject({ status: 'PENDING_START_DATE', title: 'x', startDate })
    const here = await person({ status: 'ACTIVE', startDate })
    expect(await replaceUser(ctx, here.id as string, { userName: here.userName })).toMatchObject({ status: 'ACTIVE' })
  })

  test('takes the right of activating, as it lets somebody in', async () => {
    const { id, userName } = await person({ startDate })
    const asked = { ...ctx, authority: { rights: new Set(['people RESET']) } }
    const refused = { code: 'forbidden', message: expect.stringContaining('UPDATE') as string }
    await expect(patchUser(asked, id as string, { startDate: null })).rejects.toMatchObject(refused)
    await expect(replaceUser(asked, id as string, { userName, startDate: null })).rejects.toMatchObject(refused)
    expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'PENDING_START_DATE', startDate })
  })

  test('lifts no disabling, and leaves alone who waits without a day or for something else', async () => {
    const disabled = await person({ startDate, secondaryStatus: 'DISABLED' })
    expect(await patchUser(ctx, disabled.id as string, { startDate: null })).toMatchObject({ status: 'PENDING_INITIAL_LOGIN', secondaryStatus: 'DISABLED', active: false })
    const kept = await person({ startDate })
    expect(await patchUser(ctx, kept.id as string, { startDate: null, active: false })).toMatchObject({ status: 'PENDING_INITIAL_LOGIN', secondaryStatus: 'DISABLED' })
    const named = await person({ status: 'PENDING_START_DATE' })
    expect(await patchUser(ctx, named.id as string, { title: 'x' })).toMatchObject({ status: 'PENDING_START_DATE' })
    const other = await person({ status: 'PENDING_APPROVAL', startDate })
    expect(await patchUser(ctx, other.id as string, { startDate: null })).toMatchObject({ status: 'PENDING_APPROVAL' })
  })
})

describe('a row of a file that calls somebody active', () => {
  const ahead = '2031-01-01'
  const load = async (row: Document) => {
    const { id } = await plan(ctx, jsonl(row))
    await apply(ctx, id)
    return stepsOf(ctx.db, id)
  }

  test.each(['PENDING_APPROVAL', 'PENDING_START_DATE', 'TERMINATED'])('means from their first day on, and again changes nothing: %s', async (status) => {
    const { id, userName } = await person({ status })
    const row = { userName, status: 'ACTIVE', startDate: ahead } as Document
    expect((await load(row)).map(({ action }) => action)).toEqual(['update'])
    expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'PENDING_START_DATE', startDate: ahead, active: false })
    expect((await load(row)).map(({ action }) => action)).toEqual(['unchanged'])
    expect((await load({ ...row, startDate: '2026-06-15' })).map(({ action }) => action)).toEqual(['update'])
    expect(await readUser(ctx.db, id as string)).toMatchObject({ status: 'ACTIVE' })
  })

  test('and gives them another type dates the conversion', async () => {
    const { id, userName } = await person()
    await load({ userName, typeId: 'EXTERNAL_USER' } as Document)
    expect(await readUser(ctx.db, id as string)).toMatchObject({ typeId: 'EXTERNAL_USER', conversionDate: clock.toISOString() })
  })
})

test('whoever gets another type by a patch or a replacement is converted at that moment', async () => {
  for (const [change, more] of [[patchUser, {}], [replaceUser, { userName: `converted${++counter}` }]] as const) {
    const { id } = await person()
    expect(await change(ctx, id as string, { ...more, typeId: 'EXTERNAL_USER' })).toMatchObject({ typeId: 'EXTERNAL_USER', conversionDate: clock.toISOString() })
  }
})
