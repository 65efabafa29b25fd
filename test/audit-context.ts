/** What the audit's tests share: a context whose clock moves when told, and events to write. */
import type { Context } from '../src/context.ts'
import { readConfig } from '../src/config.ts'
import { newId } from '../src/model/id.ts'
import { recordEvents, type NewEvent } from '../src/audit/record.ts'
import { sealEvents, type Sealed } from '../src/audit/seal.ts'
import { newMasterKey, parseMasterKey, type MasterKey } from '../src/store/master-key.ts'
import type { Database } from '../src/store/database.ts'

export interface TestContext extends Context {
  /** What the clock shows. */
  clock: { now: Date }
}

export function testContext(db: Database, actor: Partial<Context['actor']> = {}): TestContext {
  const clock = { now: new Date('2026-11-21T07:00:00.000Z') }
  return {
    db,
    clock,
    config: readConfig({}),
    newId: () => newId(),
    now: () => new Date(clock.now),
    actor: { userId: null, principal: 'tester', source: 'REST', ip: '192.0.2.7', correlationId: 'c-1', ...actor },
  }
}

export const testKey = () => parseMasterKey(newMasterKey(), 'test')

export const userEvent = (targetId: string, more: Partial<NewEvent> = {}): NewEvent => ({
  action: 'user.update',
  targetType: 'User',
  targetId,
  changes: [{ path: 'name.familyName', before: 'Alt', after: `Neu ${targetId}` }],
  ...more,
})

/** Writes events in one transaction. */
export async function write(ctx: Context, ...events: NewEvent[]): Promise<void> {
  await ctx.db.transaction((tx) => recordEvents(tx, ctx, events))
}

/** The ids of all events in their order. */
export async function eventIds(db: Database): Promise<string[]> {
  const rows = await db.query<{ event_id: string }>(
    'select t.event_id from gatehouse.audit_event t order by t.epoch, t.xid, t.event_id',
  )
  return rows.map((row) => row.event_id)
}

/** Waits until all that was written is settled: test files share a cluster, and one's transaction delays another's. */
export async function settle(db: Database): Promise<void> {
  const { xid } = (await db.first<{ xid: string }>('select pg_current_xact_id()::text as xid'))!
  const settled = () =>
    db.first<{ yes: boolean }>('select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as yes', [xid])
  while (!(await settled())!.yes) await db.execute('select pg_sleep(0.005)')
}

/** Seals all that was written so far. */
export async function seal(ctx: Context, key: MasterKey): Promise<Sealed> {
  await settle(ctx.db)
  return sealEvents(ctx.db, key, ctx.now)
}
