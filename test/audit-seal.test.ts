/** Sealing behind writers: nothing is lost or sealed twice, whoever commits when, and wherever the database moves. */
import { expect, test } from 'vitest'
import { recordEvents } from '../src/audit/record.ts'
import { sealEvents } from '../src/audit/seal.ts'
import { rotateSigningKey } from '../src/audit/signing-key.ts'
import { verifyAudit } from '../src/audit/verify.ts'
import { idsOf } from '../src/audit/block.ts'
import { ensureAuditEpoch } from '../src/store/audit-epochs.ts'
import { tryLockSealing } from '../src/store/audit-blocks.ts'
import { advanceConsumer, consumeEvents, readEvents, registerConsumer } from '../src/store/event-consumers.ts'
import type { Database } from '../src/store/database.ts'
import { testDatabase } from './database.ts'
import { eventIds, testContext, testKey, userEvent, write, seal, settle } from './audit-context.ts'

const key = testKey()

async function sealedIds(db: Database): Promise<string[]> {
  const blocks = await db.query<{ event_ids: Buffer }>('select event_ids from gatehouse.audit_block order by block_no')
  return blocks.flatMap((block) => idsOf({ eventIds: block.event_ids }))
}

test('more than a block at once, written by COPY and one by one, with texts of every kind', async () => {
  const ctx = testContext(await testDatabase())
  const nasty = ['\u0000', '\ud800', '"\\\t\n\r', 'é😀', '\\x41', '\\N', '1e400']
  await write(
    ctx,
    ...Array.from({ length: 2100 }, (_, n) =>
      userEvent(`u${n}`, { changes: [{ path: 'title', before: nasty[n % nasty.length], after: n }] }),
    ),
  )
  await write(ctx, ...nasty.map((after) => userEvent('u', { changes: [{ path: 'title', after }] })))
  await write(ctx, userEvent('none', { changes: [] }))
  expect(await seal(ctx, key)).toEqual({ blocks: 3, events: 2108, busy: false })
  expect(await seal(ctx, key)).toEqual({ blocks: 0, events: 0, busy: false })
  expect(await verifyAudit(ctx.db, key)).toMatchObject({ ok: true, events: 2108, unsealed: 0 })
})

test('a transaction still open holds back what came after it, and finds its place when it commits', async () => {
  const ctx = testContext(await testDatabase())
  await write(ctx, userEvent('first'))
  await settle(ctx.db)
  await ctx.db.transaction(async (tx) => {
    await recordEvents(tx, ctx, [userEvent('slow')])
    await write(ctx, userEvent('fast'))
    // Writers were not waited for, and only what is older than every open transaction was sealed.
    expect((await sealEvents(ctx.db, key, ctx.now)).events).toBe(1)
    await recordEvents(tx, ctx, [userEvent('slow')])
  })
  expect((await seal(ctx, key)).events).toBe(3)
  expect(await sealedIds(ctx.db)).toEqual(await eventIds(ctx.db))
  expect((await verifyAudit(ctx.db, key)).ok).toBe(true)
})

test('writers, sealers and a consumer at the same time: no event lost, none twice', async () => {
  const ctx = testContext(await testDatabase({ poolSize: 10 }))
  await registerConsumer(ctx.db, 'counter', 'beginning', ctx.now())
  let writing = true
  let rolledBack = 0
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; n < 40; n++) {
      await ctx.db
        .transaction(async (tx) => {
          await recordEvents(tx, ctx, [userEvent(`w${writer}-${n}`)])
          if (n % 5 === 0) await tx.execute('select pg_sleep(0.005)')
          if (n % 7 === 0) throw new Error('rolled back')
          await recordEvents(tx, ctx, [userEvent(`w${writer}-${n}`)])
        })
        .catch(() => rolledBack++)
    }
  })
  const consumed: string[] = []
  const sealers = [1, 2].map(async () => {
    while (writing) {
      await sealEvents(ctx.db, key, ctx.now)
      await consumeEvents(
        ctx.db,
        'counter',
        50,
        ctx.now(),
        async (_, events) => void consumed.push(...events.map((one) => one.event_id)),
      )
    }
  })
  await Promise.all(writers)
  writing = false
  await Promise.all(sealers)
  await seal(ctx, key)
  while (
    await consumeEvents(
      ctx.db,
      'counter',
      50,
      ctx.now(),
      async (_, events) => void consumed.push(...events.map((one) => one.event_id)),
    )
  );
  const written = await eventIds(ctx.db)
  expect(rolledBack).toBe(24)
  expect(written).toHaveLength((160 - 24) * 2)
  expect(await sealedIds(ctx.db)).toEqual(written)
  expect(consumed).toEqual(written)
  expect((await verifyAudit(ctx.db, key)).ok).toBe(true)
})

test('a second sealer leaves it to the first', async () => {
  const ctx = testContext(await testDatabase())
  await write(ctx, userEvent('u'))
  await ctx.db.transaction(async (tx) => {
    expect(await tryLockSealing(tx)).toBe(true)
    expect(await sealEvents(ctx.db, key, ctx.now)).toEqual({ blocks: 0, events: 0, busy: true })
  })
  expect((await seal(ctx, key)).events).toBe(1)
})

test('two servers that start at once agree on one signing key; a rotated key keeps verifying', async () => {
  const ctx = testContext(await testDatabase())
  await write(ctx, userEvent('u1'))
  await settle(ctx.db)
  await Promise.all([sealEvents(ctx.db, key, ctx.now), sealEvents(ctx.db, key, ctx.now)])
  expect(await ctx.db.query('select from gatehouse.signing_key')).toHaveLength(1)
  const rotated = await rotateSigningKey(ctx, key)
  await write(ctx, userEvent('u2'))
  await seal(ctx, key)
  const report = await verifyAudit(ctx.db, key)
  expect(report).toMatchObject({ ok: true, blocks: 2 })
  expect(report.keyIds).toHaveLength(2)
  expect(report.keyIds).toContain(rotated)
  expect(await ctx.db.query(`select target_id as id from gatehouse.audit_event where action = 'signing-key.rotate'`)).toEqual([{ id: rotated }])
})

// A restored database brings transaction ids along that its new cluster may reach in a year, or never.
test.each(['in another cluster', 'unnoticed, with ids from the future'])(
  'a database restored %s goes on in a new epoch',
  async (how) => {
    const ctx = testContext(await testDatabase())
    const { db } = ctx
    await registerConsumer(db, 'reader', 'beginning', ctx.now())
    await write(ctx, userEvent('old1'), userEvent('old2'))
    await db.execute(`update gatehouse.audit_event set xid = (xid::text::bigint + 4000000000)::text::xid8`)
    await db.execute(`update gatehouse.audit_epoch set cluster = 'elsewhere' where $1`, [how === 'in another cluster'])
    expect(await ensureAuditEpoch(db, ctx.now())).toBe(2)
    expect(await ensureAuditEpoch(db, ctx.now())).toBe(2)
    await write(ctx, userEvent('new1'))
    expect((await seal(ctx, key)).events).toBe(3)
    await write(ctx, userEvent('new2'))
    expect((await seal(ctx, key)).events).toBe(1)
    const order = await db.query<{ target_id: string }>(
      'select t.target_id from gatehouse.audit_event t order by t.epoch, t.xid, t.event_id',
    )
    expect(order.map((row) => row.target_id)).toEqual(['old1', 'old2', 'new1', 'new2'])
    expect(await sealedIds(db)).toEqual(await eventIds(db))
    expect((await verifyAudit(db, key)).ok).toBe(true)
    await settle(db)
    expect((await readEvents(db, 'reader', 10)).map((event) => event.target_id)).toEqual([
      'old1',
      'old2',
      'new1',
      'new2',
    ])
  },
)

test('a new installation notes its cluster and stays in its first epoch', async () => {
  const db = await testDatabase()
  expect(await ensureAuditEpoch(db, new Date(0))).toBe(1)
  const { id } = (await db.first<{ id: string }>('select system_identifier::text as id from pg_control_system()'))!
  expect(await db.query('select epoch, cluster from gatehouse.audit_epoch')).toEqual([{ epoch: 1, cluster: id }])
})

test('where the identifier of the cluster is kept secret, ids from the future still tell of a move', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  await ensureAuditEpoch(db, ctx.now())
  // As the server would for a role that may not ask.
  const first = db.first.bind(db)
  db.first = async <R>(sql: string, params?: unknown[]) => {
    if (sql.includes('pg_control_system')) throw Object.assign(new Error('permission denied'), { code: '42501' })
    return first<R>(sql, params)
  }
  expect(await ensureAuditEpoch(db, ctx.now())).toBe(1)
  await write(ctx, userEvent('u'))
  await db.execute(`update gatehouse.audit_event set xid = '9000000000'`)
  expect(await ensureAuditEpoch(db, ctx.now())).toBe(2)
})

test('a new epoch begins only when the writers of the old one are done', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  await db.execute(`update gatehouse.audit_epoch set cluster = 'elsewhere'`)
  let began: Promise<number> | undefined
  await db.transaction(async (tx) => {
    await recordEvents(tx, ctx, [userEvent('early')])
    began = ensureAuditEpoch(db, ctx.now())
    await db.execute('select pg_sleep(0.05)')
    await recordEvents(tx, ctx, [userEvent('early')])
  })
  expect(await began).toBe(2)
  expect(await db.query('select distinct epoch from gatehouse.audit_event')).toEqual([{ epoch: 1 }])
})

test('a consumer keeps its place, moves forward only, and repeats what it failed to handle', async () => {
  const ctx = testContext(await testDatabase())
  const { db } = ctx
  await write(ctx, userEvent('a'))
  await settle(db)
  await registerConsumer(db, 'late', 'now', ctx.now())
  await registerConsumer(db, 'early', 'beginning', ctx.now())
  await write(ctx, userEvent('b'))
  await settle(db)
  expect((await readEvents(db, 'late', 10)).map((event) => event.target_id)).toEqual(['b'])
  const events = await readEvents(db, 'early', 10)
  expect(events.map((event) => event.target_id)).toEqual(['a', 'b'])
  await expect(
    consumeEvents(db, 'early', 1, ctx.now(), async () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  const seen: string[] = []
  const take = () => consumeEvents(db, 'early', 1, ctx.now(), async (_, [event]) => void seen.push(event!.target_id))
  expect([await take(), await take(), await take()]).toEqual([1, 1, 0])
  expect(seen).toEqual(['a', 'b'])
  const [first] = events
  await db.transaction((tx) =>
    advanceConsumer(tx, 'early', { epoch: first!.epoch, xid: first!.xid, eventId: first!.event_id }, ctx.now()),
  )
  expect(await take()).toBe(0)
})
