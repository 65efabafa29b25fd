/** Tampering with the tables, one kind after the other: each is found, and the first broken event is named. */
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyAudit } from '../src/audit/verify.ts'
import { blockHash, contentHash } from '../src/audit/block.ts'
import { blockOfRow } from '../src/audit/stored.ts'
import { blocksFrom } from '../src/store/audit-blocks.ts'
import type { Database } from '../src/store/database.ts'
import { testDatabase } from './database.ts'
import { eventIds, testContext, testKey, userEvent, write, seal } from './audit-context.ts'

const key = testKey()
let db: Database
let ids: string[]

// Three blocks of four events, and one event not sealed yet.
beforeAll(async () => {
  db = await testDatabase()
  const ctx = testContext(db)
  for (let block = 0; block < 3; block++) {
    for (let n = 0; n < 4; n++) await write(ctx, userEvent(`u${block}${n}`))
    await seal(ctx, key)
  }
  await write(ctx, userEvent('u30'))
  ids = await eventIds(db)
})

/** What verification says after `tamper`, which is undone afterwards by putting the tables back. */
async function after(...tamper: string[]) {
  await db.execute('create table gatehouse.saved_event as table gatehouse.audit_event')
  await db.execute('create table gatehouse.saved_block as table gatehouse.audit_block')
  try {
    for (const sql of tamper) await db.execute(sql)
    return await verifyAudit(db, key)
  } finally {
    await db.execute('truncate gatehouse.audit_event, gatehouse.audit_block')
    await db.execute('insert into gatehouse.audit_event select * from gatehouse.saved_event')
    await db.execute('insert into gatehouse.audit_block select * from gatehouse.saved_block')
    await db.execute('drop table gatehouse.saved_event, gatehouse.saved_block')
  }
}

test('an untouched audit verifies', async () => {
  const report = await verifyAudit(db, key)
  expect(report).toMatchObject({
    ok: true,
    breaks: [],
    blocks: 3,
    events: 12,
    unsealed: 1,
    awaiting: [],
    head: { blockNo: 3 },
  })
  expect(report.keyIds).toHaveLength(1)
})

describe('an altered event', () => {
  test.each([
    ['action', `'user.delete'`],
    ['actor_id', `'someone'`],
    ['target_id', `'u99'`],
    ['result', `'invalid_value'`],
    ['source', `'CLI'`],
    ['target_type', `'Organization'`],
    ['correlation_id', 'null'],
    ['at', `at + interval '1 millisecond'`],
    ['changes', `'[{"path":"name.familyName","before":"Alt","after":"Other"}]'`],
    ['origin', `'{"ip":"192.0.2.8","principal":"tester"}'`],
    ['digest', `sha256('x')`],
    ['changes_digest', `sha256('x')`],
  ])('%s', async (column, value) => {
    const report = await after(`update gatehouse.audit_event set ${column} = ${value} where event_id = '${ids[5]}'`)
    expect(report).toMatchObject({ ok: false, first: { kind: 'altered', eventId: ids[5], blockNo: 2 } })
    expect(report.breaks).toHaveLength(1)
  })

  test('even with all its own digests made anew', async () => {
    const report =
      await after(`update gatehouse.audit_event a set action = b.action, digest = b.digest, origin = b.origin,
      origin_salt = b.origin_salt,
      origin_digest = b.origin_digest, changes = b.changes, changes_salt = b.changes_salt,
      changes_digest = b.changes_digest
      from gatehouse.audit_event b where a.event_id = '${ids[5]}' and b.event_id = '${ids[6]}'`)
    expect(report.first).toMatchObject({ kind: 'altered', eventId: ids[5] })
  })

  test('not sealed yet', async () => {
    const report = await after(`update gatehouse.audit_event set action = 'x' where event_id = '${ids[12]}'`)
    expect(report.first).toMatchObject({ kind: 'altered', eventId: ids[12] })
  })
})

test('the first of several broken events is named first', async () => {
  const report = await after(
    `update gatehouse.audit_event set result = 'x' where event_id in ('${ids[9]}', '${ids[2]}')`,
    `delete from gatehouse.audit_event where event_id = '${ids[6]}'`,
  )
  expect(report.breaks.map((one) => [one.kind, one.eventId])).toEqual([
    ['altered', ids[2]],
    ['missing', ids[6]],
    ['altered', ids[9]],
  ])
  expect(report.first?.eventId).toBe(ids[2])
})

test('a missing event', async () => {
  const report = await after(`delete from gatehouse.audit_event where event_id = '${ids[4]}'`)
  expect(report.breaks).toMatchObject([{ kind: 'missing', eventId: ids[4], blockNo: 2 }])
})

test('an inserted event, with digests that agree', async () => {
  const foreign = 'f'.repeat(32)
  const report =
    await after(`insert into gatehouse.audit_event select '${foreign}', epoch, xid, at, actor_id, source, action,
    target_type, target_id, result, correlation_id, origin, origin_salt, origin_digest, changes, changes_salt,
    changes_digest, digest from gatehouse.audit_event where event_id = '${ids[1]}'`)
  expect(report.breaks).toMatchObject([{ kind: 'inserted', eventId: foreign, blockNo: 1 }])
})

test('events that changed places within a block', async () => {
  const report = await after(`update gatehouse.audit_event a set xid = b.xid from gatehouse.audit_event b
    where (a.event_id, b.event_id) in (('${ids[5]}', '${ids[6]}'), ('${ids[6]}', '${ids[5]}'))`)
  expect(report.breaks).toMatchObject([{ kind: 'reordered', eventId: ids[5] }])
})

test('an event moved to another block', async () => {
  const report = await after(
    `update gatehouse.audit_event a set xid = b.xid
      from gatehouse.audit_event b where a.event_id = '${ids[1]}' and b.event_id = '${ids[9]}'`,
  )
  expect(report.breaks).toMatchObject([{ kind: 'reordered', eventId: ids[1], blockNo: 1 }])
})

test('a wrong signature', async () => {
  const report = await after(
    `update gatehouse.audit_block set signature = sha256('x') || sha256('y') where block_no = 2`,
  )
  expect(report.breaks).toMatchObject([{ kind: 'signature', blockNo: 2 }])
})

test('a block altered, even with its hash made anew', async () => {
  const [row] = await blocksFrom(db, 2, 2, 1)
  const block = blockOfRow(row!)
  block.content!.leaves.fill(0, 0, 32)
  block.contentHash = contentHash(block.content!)
  const report = await after(`update gatehouse.audit_block set leaves = '\\x${block.content!.leaves.toString('hex')}',
    content_hash = '\\x${block.contentHash}', hash = '\\x${blockHash(block)}' where block_no = 2`)
  expect(report.breaks.map((one) => [one.kind, one.blockNo])).toEqual(
    expect.arrayContaining([
      ['signature', 2],
      ['chain', 3],
      ['altered', 2],
    ]),
  )
  const plain = await after(`update gatehouse.audit_block set event_count = 3 where block_no = 2`)
  expect(plain.first).toMatchObject({ kind: 'block', blockNo: 2 })
})

test('a block signed by a key that somebody put there', async () => {
  const other = testKey()
  const elsewhere = await testDatabase()
  const ctx = testContext(elsewhere)
  await write(ctx, userEvent('x'))
  await seal(ctx, other)
  const {
    keyIds: [keyId],
  } = await verifyAudit(elsewhere, other)
  const [{ public_key, private_key_encrypted }] = (await elsewhere.query(
    'select public_key, private_key_encrypted from gatehouse.signing_key',
  )) as [{ public_key: string; private_key_encrypted: Buffer }]
  await db.execute(
    `insert into gatehouse.signing_key (key_id, purpose, public_key, private_key_encrypted, retired_at)
     values ($1, 'audit', $2, $3, now())`,
    [keyId, public_key, private_key_encrypted],
  )
  const report = await after(`update gatehouse.audit_block set key_id = '${keyId}' where block_no = 3`)
  expect(report.breaks.map((one) => one.kind)).toEqual(expect.arrayContaining(['signature', 'block']))
  expect(report.first?.blockNo).toBe(3)
  await db.execute('delete from gatehouse.signing_key where key_id = $1', [keyId])
})

test('a block that is gone: the first, one in the middle, and with a head noted earlier the last', async () => {
  expect((await after('delete from gatehouse.audit_block where block_no = 1')).first).toMatchObject({
    kind: 'chain',
    message: expect.stringContaining('Block 1'),
  })
  expect((await after('delete from gatehouse.audit_block where block_no = 2')).breaks).toMatchObject(
    expect.arrayContaining([expect.objectContaining({ kind: 'chain', message: expect.stringContaining('Block 2') })]),
  )
  const { head } = await verifyAudit(db, key)
  expect((await verifyAudit(db, key, { expect: head })).ok).toBe(true)
  expect((await verifyAudit(db, key, { expect: { blockNo: 2, hash: '0'.repeat(64) } })).first).toMatchObject({
    kind: 'chain',
    blockNo: 2,
  })
  expect((await verifyAudit(db, key, { expect: { blockNo: 4, hash: '0'.repeat(64) } })).first).toMatchObject({
    kind: 'truncated',
  })
})

test('events erased though nobody said so', async () => {
  const report = await after(
    `update gatehouse.audit_event set changes = null, changes_salt = null where event_id = '${ids[7]}'`,
  )
  expect(report.breaks).toMatchObject([{ kind: 'erased', eventId: ids[7], blockNo: 2 }])
  const origin = await after(
    `update gatehouse.audit_event set origin = null, origin_salt = null where event_id = '${ids[7]}'`,
  )
  expect(origin.breaks).toMatchObject([{ kind: 'erased', eventId: ids[7] }])
})

test('events dropped though nobody said so', async () => {
  const report = await after(
    `delete from gatehouse.audit_event where event_id in (${ids
      .slice(0, 4)
      .map((id) => `'${id}'`)
      .join()})`,
    `update gatehouse.audit_block set event_ids = null, leaves = null, dropped_at = now() where block_no = 1`,
  )
  expect(report.breaks).toMatchObject([{ kind: 'dropped', blockNo: 1 }])
})

test('a range proves its part only', async () => {
  expect(await verifyAudit(db, key, { fromBlock: 2, toBlock: 2 })).toMatchObject({
    ok: true,
    blocks: 1,
    events: 4,
    fromBlock: 2,
    toBlock: 2,
  })
  await expect(verifyAudit(db, key, { fromBlock: 3, toBlock: 2 })).rejects.toMatchObject({ code: 'invalid_parameter' })
  const other = testContext(await testDatabase())
  for (const hour of ['08', '09', '10']) {
    other.clock.now = new Date(`2026-11-21T${hour}:00:00Z`)
    await write(other, userEvent(hour))
    await seal(other, key)
  }
  const range = { from: '2026-11-21T08:30:00Z', to: '2026-11-21T09:30:00Z' }
  expect(await verifyAudit(other.db, key, range)).toMatchObject({ ok: true, fromBlock: 2, toBlock: 2, events: 1 })
  expect(await verifyAudit(other.db, key, { from: '2027-01-01T00:00:00Z' })).toMatchObject({
    ok: true,
    blocks: 0,
    events: 0,
  })
})

test('an empty audit verifies', async () => {
  expect(await verifyAudit(await testDatabase(), key)).toMatchObject({ ok: true, blocks: 0, events: 0, unsealed: 0 })
})
