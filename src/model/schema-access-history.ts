/** The tables of the area "Access history": what a walk follows, and what stood before. */
import { added, table, type Area, type Column } from './schema-column.ts'

const period = [
  added('start_date', 'timestamptz', 'When it begins; null means it always has.'),
  added('end_date', 'timestamptz', 'When it ends, that instant excluded; null means never.'),
  added('rights', 'varchar(32)[]', 'The rights it carries.', { required: true }),
  added('description', 'varchar(255)', 'A note, or the request that granted it.'),
  added('create_date', 'timestamptz', 'When it was made.'),
  added('created_by', 'varchar(32)', 'Who made it, when that was a person.'),
  added('granted_by', 'varchar(255)', 'What whoever made it showed.'),
]

const from = added('recorded_from', 'timestamptz', 'Since when the database has known it so.', { required: true })
const stands = (column: Column): Column => ({ ...column, required: false, doc: 'Until when; null while it stands.' })
const to = added('recorded_to', 'timestamptz', 'Until when the database knew it so.', { required: true })

export const accessHistory: Area = {
  title: 'Access history',
  about: 'What a question about access reads beside the memberships of people. Kept by triggers; nothing else writes here.',
  tables: [
    table('added', 'gatehouse.access_edge', 'What passes from one thing to another, as one table: whoever has the source has the target.', [
      added('kind', 'varchar(2)', 'The letters of source and target: g group, r role, s resource, o organisation.', { required: true }),
      added('membership_id', 'varchar(32)', 'The edge in its own table.', { required: true }),
      added('source', 'varchar(33)', 'The letter and the id of what gives.', { required: true }),
      added('target', 'varchar(33)', 'The letter and the id of what is given.', { required: true }),
      ...period, from, stands(to),
    ]),
    table('added', 'gatehouse.access_node', 'Groups, roles, resources and organisations, as far as a walk asks about them.', [
      added('node', 'varchar(33)', 'The letter and the id.', { required: true }),
      added('name', 'varchar(255)', 'What people call it.'),
      added('active', 'boolean', 'Whether it passes anything on.', { required: true }),
      added('everyone', 'boolean', 'Whether everybody has it without being given it.', { required: true }),
      from, stands(to),
    ]),
    table('added', 'gatehouse.membership_history', 'Memberships of people that were removed, or stood otherwise before.', [
      added('kind', 'varchar(2)', 'u for the person and the letter of what they had.', { key: true }),
      added('membership_id', 'varchar(32)', 'The membership.', { key: true }),
      added('user_id', 'varchar(32)', 'The person; the row stays when they are deleted, and goes when they are erased.', { required: true }),
      added('target', 'varchar(33)', 'The letter and the id of what they had.', { required: true }),
      ...period, from, { ...to, key: true },
    ]),
    table('added', 'gatehouse.former_right', 'Rights that are deleted, and can still be asked about as of before.', [
      added('access_right_id', 'varchar(32)', 'The id it had.', { key: true }),
    ]),
    table('added', 'gatehouse.user_status_history', 'How people stood before their status changed.', [
      added('user_id', 'varchar(32)', 'The person.', { key: true }),
      added('status', 'varchar(40)', 'The status they had.', { required: true }),
      added('secondary_status', 'varchar(40)', 'The account status they had.'),
      added('create_date', 'timestamptz', 'Since when the person was here; null for changes from before this was kept.'),
      { ...to, key: true },
    ]),
  ],
}
