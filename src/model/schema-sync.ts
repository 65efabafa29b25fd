/** The tables of the area "The sync". */
import { added, table, type Area } from './schema-column.ts'

export const sync: Area = {
  title: 'The sync',
  about: 'What is at work with Okta, what was, and what it has hinted at.',
  tables: [
    table('added', 'gatehouse.sync_run', 'A run of the sync: whoever began it, where it stands, and how it ended.', [
      added('run_id', 'varchar(32)', 'Names the run.', { key: true }),
      added('token', 'bigint', 'Its number among all runs: only the one in sync_lease may write.', { required: true }),
      added('kind', 'varchar(20)', 'delta, full, reconcile, plan, apply, undo or drain.', { required: true }),
      added('portal_id', 'integer', 'The portal, where it is about one.'),
      added('plan_id', 'varchar(32)', 'The plan that it made or applied.'),
      added('status', 'varchar(20)', 'running, done, failed, stopped, skipped or interrupted.', { required: true }),
      added('step', 'varchar(40)', 'What it is at, or was at last.', { required: true }),
      added('done', 'integer', 'How far it has come in that step.', { required: true }),
      added('total', 'integer', 'How far it has to go, where that is known.'),
      added('requests', 'integer', 'Requests sent to the other side.', { required: true }),
      added('rates', 'jsonb', 'Requests of the last minute by bucket, with the limit and what we allow ourselves of it.', { required: true }),
      added('result', 'jsonb', 'What came of it, in figures.', { required: true }),
      added('reason', 'text', 'Why it failed, was stopped, skipped or interrupted.'),
      added('started_at', 'timestamptz', 'When it began.', { required: true }),
      added('heartbeat_at', 'timestamptz', 'When it last told how far it is.', { required: true }),
      added('lease_until', 'timestamptz', 'Until when it is believed to live without a further sign.', { required: true }),
      added('ended_at', 'timestamptz', 'When it ended.'),
      added('started_by', 'varchar(255)', 'Who started it.', { required: true }),
      added('source', 'varchar(10)', 'By which door.', { required: true }),
      added('correlation_id', 'varchar(64)', 'Ties its audit events together.'),
    ]),
    table('added', 'gatehouse.sync_lease', 'The run that may write: a transaction of any other is refused.', [
      added('name', 'varchar(20)', 'The connected system.', { key: true }),
      added('token', 'bigint', 'The token of the run; 0 while none is at work.', { required: true }),
    ]),
    table('added', 'gatehouse.sync_hint', 'An account that Okta says has changed, and that the next run looks at.', [
      added('uuid', 'varchar(20)', 'The account.', { key: true }),
      added('place', 'bigint', 'Counts the hints.', { required: true }),
      added('noted_at', 'timestamptz', 'When the last one came.', { required: true }),
      added('looked', 'integer[]', 'The portals whose runs have looked since.', { required: true }),
    ]),
    table('added', 'gatehouse.remote_event', 'An event of Okta that has been taken: log and hooks tell each more than once.', [
      added('event_id', 'varchar(64)', 'Its id over there.', { key: true }),
      added('came_at', 'timestamptz', 'When it first came.', { required: true }),
    ]),
  ],
}
