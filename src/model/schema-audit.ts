/** The tables of the area "Audit". */
import { added, table, type Area } from './schema-column.ts'

export const audit: Area = {
  title: 'Audit',
  about: 'What was done by whom, provably; and how far those who follow it have come.',
  tables: [
    table(
      'added', 'gatehouse.audit_event',
      'What was done: one event a verb call and target, written in the transaction that did it. Later ' +
        'consumers read the same events.',
      [
        added('event_id', 'varchar(32)', 'Names the event.', { key: true }),
        added(
          'epoch', 'integer',
          'The database cluster it was written in; transaction ids mean something only there.',
          { required: true },
        ),
        added('xid', 'xid8', 'The transaction that wrote it.', { required: true }),
        added('at', 'timestamptz(3)', 'When.', { required: true }),
        added(
          'actor_id', 'varchar(32)',
          'The person who acted; null for the server itself and for keys without one.',
        ),
        added('source', 'varchar(20)', 'By which door: REST, CLI, JOB, SYNC, IMPORT, SYSTEM.', { required: true }),
        added('action', 'varchar(100)', 'What was done: user.create and the like.', { required: true }),
        added('target_type', 'varchar(40)', 'To what sort of thing.', { required: true }),
        added('target_id', 'varchar(255)', 'To which one.', { required: true }),
        added('result', 'varchar(60)', 'SUCCESS, or why not.', { required: true }),
        added('correlation_id', 'varchar(255)', 'Ties together what one request or run did.'),
        added('origin', 'json', 'From where: principal, address. Erasable.'),
        added('origin_salt', 'bytea', 'Chance that keeps origin_digest from telling what origin was.'),
        added('origin_digest', 'bytea', 'Hash of origin and its salt; it stays when origin is erased.'),
        added('changes', 'json', 'Field by field, before and after, without secrets. Erasable.'),
        added('changes_salt', 'bytea', 'Chance that keeps changes_digest from telling what changes were.'),
        added('changes_digest', 'bytea', 'Hash of changes and their salt; it stays when they are erased.'),
        added('digest', 'bytea', 'Hash of the event, made from the digests of its parts.', { required: true }),
        added('erased_at', 'timestamptz(3)', 'When its personal parts were erased.'),
      ],
    ),
    table(
      'added', 'gatehouse.audit_block',
      'A sealed stretch of events: their digests hashed together, chained to the block before, and signed.',
      [
        added('block_no', 'bigint', 'Counts the blocks, from 1.', { key: true }),
        added('first_epoch', 'integer', 'Position of the first event: epoch.', { required: true }),
        added('first_xid', 'xid8', 'Position of the first event: transaction.', { required: true }),
        added('first_event_id', 'varchar(32)', 'Position of the first event: its id.', { required: true }),
        added('last_epoch', 'integer', 'Position of the last event: epoch.', { required: true }),
        added('last_xid', 'xid8', 'Position of the last event: transaction.', { required: true }),
        added('last_event_id', 'varchar(32)', 'Position of the last event: its id.', { required: true }),
        added('event_count', 'integer', 'How many events it seals.', { required: true }),
        added('event_ids', 'bytea', 'Their ids, 16 bytes each, in order; null once they were dropped.'),
        added('leaves', 'bytea', 'Their digests, 32 bytes each, in order; null once they were dropped.'),
        added('content_hash', 'bytea', 'Hash of what it seals.', { required: true }),
        added('prev_hash', 'bytea', 'The hash of the block before.', { required: true }),
        added('hash', 'bytea', 'Hash of the block; what the next one repeats.', { required: true }),
        added('key_id', 'varchar(64)', 'The key that signed it.', { required: true, to: 'gatehouse.signing_key' }),
        added('signature', 'bytea', 'The signature of the hash.', { required: true }),
        added('sealed_at', 'timestamptz(3)', 'When it was sealed.', { required: true }),
        added('dropped_at', 'timestamptz(3)', 'When its events were dropped after their time.'),
      ],
    ),
    table('added', 'gatehouse.audit_epoch', 'The database clusters this audit has lived in, one after the other.', [
      added('epoch', 'integer', 'Counts them.', { key: true }),
      added('cluster', 'text', 'PostgreSQL\'s identifier of the cluster.', { required: true }),
      added('started_at', 'timestamptz(3)', 'When the audit came to live there.', { required: true }),
    ]),
    table('added', 'gatehouse.event_consumer', 'How far each consumer of the events has come.', [
      added('name', 'varchar(100)', 'Which consumer.', { key: true }),
      added('epoch', 'integer', 'Position of the last event it has worked off: epoch.', { required: true }),
      added('xid', 'xid8', 'Position of the last event it has worked off: transaction.', { required: true }),
      added('event_id', 'varchar(32)', 'Position of the last event it has worked off: its id.', { required: true }),
      added('updated_at', 'timestamptz(3)', 'When it last moved.', { required: true }),
    ]),
  ],
}
