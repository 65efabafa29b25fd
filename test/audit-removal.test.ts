/** Erasing a person and dropping what is past its time: the data is gone, and the chain still verifies. */
import { expect, test } from 'vitest'
import { dropOldEvents } from '../src/audit/retention.ts'
import { erasePerson } from '../src/audit/erase.ts'
import { verifyAudit } from '../src/audit/verify.ts'
import { consumeEvents, registerConsumer } from '../src/store/event-consumers.ts'
import { testDatabase } from './database.ts'
import { testContext, testKey, userEvent, write, seal, settle } from './audit-context.ts'

const key = testKey()

test('a person is erased for good, the chain still verifies', async () => {
  const db = await testDatabase()
  const ctx = testContext(db, { userId: 'admin' })
  const own = testContext(db, { userId: 'anna', principal: 'anna@example.org', ip: '198.51.100.9' })
  const nobody = testContext(db, { principal: 'anna@example.org', ip: '198.51.100.9' })
  await write(
    ctx,
    userEvent('anna', { action: 'user.create', changes: [{ path: '', after: { userName: 'anna@example.org' } }] }),
    userEvent('bert'),
  )
  await seal(ctx, key)
  await write(own, userEvent('bert'))
  await write(nobody, { action: 'sign-in', targetType: 'User', targetId: 'anna', result: 'unauthenticated' })
  await seal(ctx, key)
  const erased = await db.transaction((tx) => erasePerson(tx, ctx, 'anna'))
  expect(erased).toBe(3)

  const rows = await db.query<{ text: string }>('select t::text as text from gatehouse.audit_event t')
  expect(rows.some(({ text }) => /anna@example|198\.51/.test(text))).toBe(false)
  const kept = await db.query<{ target_id: string }>(
    `select target_id from gatehouse.audit_event where changes is not null order by target_id`,
  )
  expect(kept.map((row) => row.target_id)).toEqual(['bert', 'bert'])
  expect(
    (await db.first<{ n: number }>(
      'select count(*)::int as n from gatehouse.audit_event where erased_at is not null and changes_salt is null',
    ))!.n,
  ).toBeGreaterThan(0)

  // Not sealed yet: neither proved nor broken. Sealed: right.
  expect(await verifyAudit(db, key)).toMatchObject({ ok: true, awaiting: ['User:anna'] })
  await seal(ctx, key)
  expect(await verifyAudit(db, key)).toMatchObject({ ok: true, awaiting: [], erased: 3 })
  // A range that ends before the erasure finds its proof behind it.
  expect(await verifyAudit(db, key, { toBlock: 1 })).toMatchObject({ ok: true, erased: 1, blocks: 1 })
})

test('an erasure speaks for its target only, and only for what was before it', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  await write(ctx, userEvent('anna'), userEvent('bert'))
  await db.transaction((tx) => erasePerson(tx, ctx, 'anna'))
  await write(ctx, userEvent('anna', { action: 'user.create' }))
  await seal(ctx, key)
  expect((await verifyAudit(db, key)).ok).toBe(true)
  const blank = (condition: string) =>
    db.execute(`update gatehouse.audit_event set changes = null, changes_salt = null where ${condition}`)
  await blank(`action = 'user.create'`)
  expect((await verifyAudit(db, key)).breaks).toMatchObject([{ kind: 'erased' }])
  await blank(`target_id = 'bert'`)
  expect((await verifyAudit(db, key)).first).toMatchObject({ kind: 'erased', message: expect.stringContaining('bert') })
  // What refused to erase erased nothing.
  await write(ctx, { action: 'user.erase', targetType: 'User', targetId: 'bert', result: 'forbidden' })
  await seal(ctx, key)
  expect((await verifyAudit(db, key)).first?.message).toContain('bert')
})

test('whoever erases themselves leaves no name behind, and other records of theirs go along', async () => {
  const db = await testDatabase()
  const ctx = testContext(db, { userId: 'anna', principal: 'anna@example.org' })
  await write(ctx, userEvent('anna'), { ...userEvent('77'), targetType: 'PortalUser' })
  await db.transaction((tx) => erasePerson(tx, ctx, 'anna', [{ targetType: 'PortalUser', targetId: '77' }]))
  await seal(ctx, key)
  expect(await verifyAudit(db, key)).toMatchObject({ ok: true, erased: 2 })
  const rows = await db.query<{ text: string }>('select t::text as text from gatehouse.audit_event t')
  expect(rows.some(({ text }) => /anna@example|Neu/.test(text))).toBe(false)
})

test('blocks past their time are dropped whole, and the rest verifies from the beginning', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  for (const day of ['01', '02', '03', '20']) {
    ctx.clock.now = new Date(`2026-11-${day}T00:00:00Z`)
    await write(ctx, userEvent(`day${day}a`), userEvent(`day${day}b`))
    await seal(ctx, key)
  }
  ctx.clock.now = new Date('2026-11-21T00:00:00Z')
  expect(await dropOldEvents(ctx, 19)).toEqual({ blocks: 1, events: 2 })
  expect(await dropOldEvents(ctx, 10)).toEqual({ blocks: 2, events: 4 })
  expect(await dropOldEvents(ctx, 10)).toEqual({ blocks: 0, events: 0 })
  const left = await db.query<{ target_id: string }>(
    `select target_id from gatehouse.audit_event where target_type = 'User' order by 1`,
  )
  expect(left.map((row) => row.target_id)).toEqual(['day20a', 'day20b'])
  expect(await verifyAudit(db, key)).toMatchObject({ ok: true, awaiting: ['AuditBlock:3'] })
  await seal(ctx, key)
  expect(await verifyAudit(db, key)).toMatchObject({ ok: true, awaiting: [], droppedBlocks: 3, blocks: 5 })
  expect(await verifyAudit(db, key, { toBlock: 2 })).toMatchObject({ ok: true, droppedBlocks: 2 })
  // A header that stayed is still held to its signature.
  await db.execute(`update gatehouse.audit_block set event_count = 9 where block_no = 2`)
  expect((await verifyAudit(db, key)).first).toMatchObject({ kind: 'block', blockNo: 2 })
})

test('more than was announced is noticed', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  for (const day of ['01', '02']) {
    ctx.clock.now = new Date(`2026-11-${day}T00:00:00Z`)
    await write(ctx, userEvent(day))
    await seal(ctx, key)
  }
  ctx.clock.now = new Date('2026-11-12T12:00:00Z')
  await dropOldEvents(ctx, 11)
  await seal(ctx, key)
  expect((await verifyAudit(db, key)).ok).toBe(true)
  await db.execute(`delete from gatehouse.audit_event where target_id = '02'`)
  await db.execute(
    `update gatehouse.audit_block set event_ids = null, leaves = null, dropped_at = now() where block_no = 2`,
  )
  expect((await verifyAudit(db, key)).first).toMatchObject({ kind: 'dropped', blockNo: 2 })
})

test('what a consumer has not read is kept for it', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  await registerConsumer(db, 'slow', 'beginning', ctx.now())
  await write(ctx, userEvent('u'))
  await seal(ctx, key)
  ctx.clock.now = new Date('2027-11-21T00:00:00Z')
  expect(await dropOldEvents(ctx, 10)).toEqual({ blocks: 0, events: 0, heldBy: 'slow' })
  await settle(db)
  await consumeEvents(db, 'slow', 10, ctx.now(), async () => {})
  expect(await dropOldEvents(ctx, 10)).toEqual({ blocks: 1, events: 1 })
})
