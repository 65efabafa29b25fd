/**
 * Consumers of the audit events as an outbox: each keeps a position in the one order of all events, and is given only
 * what is settled, so that no late commit slips in behind it.
 */
import { beginning, settledEvents, type EventPosition, type Reader, type StoredEvent } from './audit-events.ts'
import type { Database, Transaction } from './database.ts'

interface ConsumerRow {
  name: string
  epoch: number
  xid: string
  event_id: string
}

/** Makes a consumer known, from the beginning or from now on. Does nothing when it is known already. */
export async function registerConsumer(
  db: Database,
  name: string,
  from: 'beginning' | 'now',
  now: Date,
): Promise<void> {
  const start =
    from === 'beginning'
      ? `${beginning.epoch}, '${beginning.xid}'::xid8`
      : 'gatehouse.current_audit_epoch(), pg_snapshot_xmin(pg_current_snapshot())'
  await db.execute(
    `insert into gatehouse.event_consumer (name, epoch, xid, event_id, updated_at)
     select $1, ${start}, '', $2::timestamptz on conflict do nothing`,
    [name, now],
  )
}

/** The next settled events of a consumer, in order. An unknown consumer begins at the beginning. */
export async function readEvents(db: Reader, consumer: string, limit: number): Promise<StoredEvent[]> {
  return settledEvents(db, (await positionOf(db, consumer)) ?? beginning, limit)
}

async function positionOf(db: Reader, name: string, lock = ''): Promise<EventPosition | undefined> {
  const row = await db.first<ConsumerRow>(
    `select c.name, c.epoch, c.xid::text as xid, c.event_id from gatehouse.event_consumer c where c.name = $1 ${lock}`,
    [name],
  )
  return row && { epoch: row.epoch, xid: row.xid, eventId: row.event_id }
}

/** Moves a consumer forward, never back, in the transaction of what it did with the events. */
export async function advanceConsumer(tx: Transaction, name: string, to: EventPosition, now: Date): Promise<void> {
  await tx.execute(
    `insert into gatehouse.event_consumer as c (name, epoch, xid, event_id, updated_at)
     values ($1, $2, $3::xid8, $4, $5)
     on conflict (name) do update set
       epoch = excluded.epoch, xid = excluded.xid, event_id = excluded.event_id, updated_at = excluded.updated_at
     where (c.epoch, c.xid, c.event_id) < (excluded.epoch, excluded.xid, excluded.event_id)`,
    [name, to.epoch, to.xid, to.eventId, now],
    'consumer_advance',
  )
}

/**
 * Gives a registered consumer its next events and moves it on, in one transaction: what `handle` writes through it and
 * the position stand or fall together. How many were handled; 0 also while another worker of the consumer is at it.
 */
export async function consumeEvents(
  db: Database,
  name: string,
  limit: number,
  now: Date,
  handle: (tx: Transaction, events: StoredEvent[]) => Promise<void>,
): Promise<number> {
  return db.transaction(async (tx) => {
    const position = await positionOf(tx, name, 'for update skip locked')
    if (!position) return 0
    const events = await settledEvents(tx, position, limit)
    const last = events.at(-1)
    if (!last) return 0
    await handle(tx, events)
    await advanceConsumer(tx, name, { epoch: last.epoch, xid: last.xid, eventId: last.event_id }, now)
    return events.length
  })
}

/** The consumer that is furthest behind, and where; undefined when there is none. */
export async function slowestConsumer(db: Reader): Promise<(EventPosition & { name: string }) | undefined> {
  const row = await db.first<ConsumerRow>(
    `select c.name, c.epoch, c.xid::text as xid, c.event_id from gatehouse.event_consumer c
     order by c.epoch, c.xid, c.event_id limit 1`,
  )
  return row && { name: row.name, epoch: row.epoch, xid: row.xid, eventId: row.event_id }
}
