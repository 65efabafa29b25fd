/** The tables of the area "Plans". */
import { added, table, type Area } from './schema-column.ts'

export const plans: Area = {
  title: 'Plans',
  about: 'What is going to be done, step by step.',
  tables: [
    table(
      'added', 'gatehouse.plan',
      'What an import, a bulk operation, a merge or a sync would do, worked out before anything is done.',
      [
        added('plan_id', 'varchar(32)', 'Names the plan.', { key: true }),
        added(
          'kind', 'varchar(20)',
          'What sort of plan: import, bulk, sync, merge, mass-delete.',
          { required: true },
        ),
        added(
          'status', 'varchar(20)',
          'How far it is: planning, planned, stopped, applying, applied, cancelled, undone.',
          { required: true },
        ),
        added('title', 'varchar(255)', 'What people see.', { required: true }),
        added('options', 'jsonb', 'What it was asked to do.', { required: true }),
        added('counts', 'jsonb', 'How many steps of each action.', { required: true }),
        added('steps', 'integer', 'How many steps.', { required: true }),
        added('applied_through', 'integer', 'The last step that has been applied.', { required: true }),
        added('failed', 'integer', 'How many steps failed.', { required: true }),
        added('stop_reason', 'text', 'Why it was stopped.'),
        added('created_at', 'timestamptz', 'When it was asked for.', { required: true }),
        added('created_by', 'varchar(255)', 'Who asked for it.', { required: true }),
        added('applied_at', 'timestamptz', 'When it was applied.'),
        added('applied_by', 'varchar(255)', 'Who applied it.'),
        added('correlation_id', 'varchar(64)', 'Ties its audit events together.'),
        added('actor_id', 'varchar(32)', 'The person who asked for it, when it was one.'),
        added('release_reason', 'varchar(1000)', 'Why it was let go although a guard had stopped it.'),
        added('released_at', 'timestamptz', 'When it was let go.'),
        added('released_by', 'varchar(255)', 'Who let it go.'),
      ],
    ),
    table('added', 'gatehouse.plan_step', 'One step of a plan: what happens to one record.', [
      added('plan_id', 'varchar(32)', 'The plan.', { key: true, to: 'gatehouse.plan' }),
      added('step_no', 'integer', 'Its place in the plan.', { key: true }),
      added(
        'action', 'varchar(20)',
        'What it does: create, update, unchanged, conflict, error, waiting, skipped and the like.',
        { required: true },
      ),
      added('resource', 'varchar(40)', 'To what sort of record.', { required: true }),
      added('target_id', 'varchar(64)', 'To which one.'),
      added('source', 'varchar(255)', 'The file it came from.'),
      added('line', 'integer', 'The line in it.'),
      added('label', 'varchar(255)', 'How a reader knows the record.'),
      added('changes', 'jsonb', 'What it changes.'),
      added('problems', 'jsonb', 'What stands against it.'),
      added('secret', 'bytea', 'Password hashes it brings, or the rows that undoing puts back; shown nowhere.'),
      added('status', 'varchar(10)', 'planned, sent, done, failed, undone.', { required: true }),
      added('result', 'jsonb', 'What came of it, and what undoing needs.'),
    ]),
    table(
      'added', 'gatehouse.plan_read',
      'A record that a plan has looked at, and the version it saw: applying refuses when it has changed since.',
      [
        added('plan_id', 'varchar(32)', 'The plan.', { key: true, to: 'gatehouse.plan' }),
        added('resource', 'varchar(40)', 'What sort of record.', { key: true }),
        added('target_id', 'varchar(64)', 'Which one.', { key: true }),
        added('version', 'integer', 'The version it had.', { required: true }),
        added('is_referred', 'boolean', 'Whether steps of the plan name the record: it counts until the plan is at its end.', { required: true }),
      ],
    ),
    table('added', 'gatehouse.plan_key', 'How later rows of a plan find a record that an earlier row makes.', [
      added('plan_id', 'varchar(32)', 'The plan.', { required: true, to: 'gatehouse.plan' }),
      added('resource', 'varchar(40)', 'What sort of record.', { required: true }),
      added('key_hash', 'varchar(32)', 'A digest of attribute and value.', { required: true }),
      added('target_id', 'varchar(64)', 'Which record.', { required: true }),
      added('line', 'integer', 'The line that makes it.', { required: true }),
    ]),
  ],
}
