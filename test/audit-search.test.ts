/** Searching the audit: filters, pages, and what a caller gets to see. */
import { beforeAll, describe, expect, test } from 'vitest'
import { readEvent, searchEvents } from '../src/audit/search.ts'
import { eventAttributes } from '../src/audit/event-resource.ts'
import { erasePerson } from '../src/audit/erase.ts'
import type { Reader } from '../src/store/audit-events.ts'
import type { Database } from '../src/store/database.ts'
import { testDatabase } from './database.ts'
import { testContext, userEvent, write, type TestContext } from './audit-context.ts'

let db: Database
let ctx: TestContext

beforeAll(async () => {
  db = await testDatabase()
  ctx = testContext(db, { userId: 'admin' })
  const job = testContext(db, { source: 'JOB', principal: 'nightly', ip: null, correlationId: 'run-7' })
  for (let hour = 0; hour < 10; hour++) {
    ctx.clock.now = job.clock.now = new Date(Date.UTC(2026, 10, 21, hour))
    // Several at the same instant: pages must not lose or repeat any of them.
    await write(ctx, userEvent(`u${hour}`), userEvent('same', { action: 'user.create' }))
    await write(job, { action: 'user.terminate', targetType: 'User', targetId: `u${hour}`, result: 'conflict' })
  }
})

const ids = async (query: Partial<Parameters<typeof searchEvents>[1]>) =>
  (await searchEvents(db, { count: 100, ...query })).items.map((one) => one.id)

describe('a filter', () => {
  test.each([
    ['action eq "user.create"', 10],
    ['targetId eq "u3"', 2],
    ['target.id eq "u3"', 2],
    ['actor.id eq "admin"', 20],
    ['actorId pr', 20],
    ['not (actorId pr)', 10],
    ['source eq "JOB" and result ne "SUCCESS"', 10],
    ['action sw "user."', 30],
    ['at ge "2026-11-21T08:00:00Z"', 6],
    ['at lt "2026-11-21T01:00:00Z" or at eq "2026-11-21T09:00:00Z"', 6],
    ['correlationId eq "run-7"', 10],
    ['targetType eq "Organization"', 0],
    ['erasedAt pr', 0],
    ['ACTION eq "user.create"', 10],
    ['action eq "USER.CREATE"', 0],
    ['ip eq "192.0.2.7"', 20],
    ['ip sw "192.0.2."', 20],
    ['ip eq "192.0.2.8"', 0],
    ['not (ip pr)', 10],
    ['principal eq "nightly" and at ge "2026-11-21T08:00:00Z"', 2],
    ['principal eq "Nightly"', 10],
    ['principal pr and not (actorId pr)', 10],
    ['changes.path eq "name.familyName"', 20],
    ['changes[path sw "name."]', 20],
    ['changes eq "title"', 0],
    ['not (changes pr)', 10],
    ['targetId eq "u3" and changes.path eq "NAME.familyname"', 1],
  ])('%s finds %i', async (filter, count) => {
    const page = await searchEvents(db, { filter, count: 100, total: true })
    expect(page.items).toHaveLength(count)
    expect(page.total).toBe(count)
  })

  test('works over every attribute', async () => {
    for (const { path, type } of eventAttributes) {
      await searchEvents(db, {
        filter: `${path} eq ${type === 'dateTime' ? '"2026-11-21T00:00:00Z"' : '"x"'}`,
        count: 1,
      })
    }
  })

  test.each([
    'changes.before eq "x"',
    'origin pr',
    'attributes.x eq "y"',
    'digest pr',
    'emails[type eq "a"]',
    'action',
    'at eq "tomorrow"',
  ])('%s is refused', async (filter) => {
    await expect(searchEvents(db, { filter, count: 1 })).rejects.toMatchObject({ code: 'invalid_filter' })
  })
})

test.each([
  ['principal eq "key robot"', 'audit_event_principal'], ['principal eq "nightly" and at lt "2026-11-21T05:00:00Z"', 'audit_event_principal'],
  ['ip eq "192.0.2.7"', 'audit_event_ip'], ['ip eq "192.0.2.7" and changes.path eq "title"', 'audit_event_ip'], ['targetId eq "u3" and changes.path eq "title"', 'audit_event_target'],
])('%s walks along %s, page after page', async (filter, index) => {
  const asked: [string, unknown[]][] = []
  const spy = { query: (sql: string, params: unknown[]) => (asked.push([sql, params]), db.query(sql, params)) } as unknown as Reader
  const { next } = await searchEvents(spy, { filter, count: 1 })
  if (next !== undefined) await searchEvents(spy, { filter, count: 1, cursor: next })
  for (const [sql, params] of asked) {
    // A table as small as this one is read whole unless that is forbidden.
    const plan = await db.transaction(async (tx) => {
      await tx.execute('set local enable_seqscan = off')
      return tx.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, params)
    })
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(lines).toMatch(new RegExp(`Index Scan Backward using ${index} `))
    expect(lines).not.toMatch(/Sort/)
  }
})

test('parameters narrow the same way, from inclusive, to exclusive', async () => {
  expect(await ids({ from: '2026-11-21T02:00:00Z', to: '2026-11-21T04:00:00Z' })).toHaveLength(6)
  expect(await ids({ actorId: 'admin', action: 'user.update', targetType: 'User', targetId: 'u4' })).toHaveLength(1)
  expect(await ids({ correlationId: 'run-7', filter: 'targetId eq "u1"' })).toHaveLength(1)
  await expect(ids({ from: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_parameter' })
  await expect(ids({ count: 0 })).rejects.toMatchObject({ code: 'invalid_parameter' })
})

test('pages neither skip nor repeat, newest first, while events are added and dropped', async () => {
  const all = await ids({ to: '2026-11-22T00:00:00Z' })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await searchEvents(db, { count: 4, to: '2026-11-22T00:00:00Z', cursor })
    seen.push(...page.items.map((one) => one.id))
    cursor = page.next
    ctx.clock.now = new Date('2026-11-21T23:00:00Z')
    await write(ctx, userEvent('meanwhile'))
  } while (cursor !== undefined)
  expect(seen).toEqual(all)
  expect(new Set(seen).size).toBe(seen.length)
})

test.each(['', 'x', Buffer.from('[1,2,3]').toString('base64url'), Buffer.from('["a","b","c"]').toString('base64url')])(
  '%j is no cursor',
  async (cursor) => {
    await expect(searchEvents(db, { count: 4, cursor })).rejects.toMatchObject({ code: 'invalid_cursor' })
  },
)

test('a cursor of another search is refused', async () => {
  const { next } = await searchEvents(db, { count: 4 })
  await expect(searchEvents(db, { count: 4, cursor: next, action: 'user.create' })).rejects.toMatchObject({
    code: 'invalid_cursor',
  })
})

test('an event shows who, what, when, from where, and field by field', async () => {
  const [id] = await ids({ targetId: 'u3', action: 'user.update' })
  expect(await readEvent(db, id!)).toEqual({
    id,
    at: '2026-11-21T03:00:00.000Z',
    actorId: 'admin',
    principal: 'tester',
    ip: '192.0.2.7',
    source: 'REST',
    action: 'user.update',
    targetType: 'User',
    targetId: 'u3',
    result: 'SUCCESS',
    correlationId: 'c-1',
    changes: [{ path: 'name.familyName', before: 'Alt', after: 'Neu u3' }],
  })
  await expect(readEvent(db, 'nothing')).rejects.toMatchObject({ code: 'not_found' })
  await db.transaction((tx) => erasePerson(tx, ctx, 'u3'))
  const erased = await readEvent(db, id!)
  expect(erased).toMatchObject({ id, actorId: 'admin', erasedAt: expect.any(String) })
  expect(erased.changes).toBeUndefined()
  expect(await ids({ filter: 'targetId eq "u3" and changes pr' })).toEqual([])
})
