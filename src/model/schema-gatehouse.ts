/** The tables of the area "The server itself". */
import { added, table, type Area } from './schema-column.ts'

export const gatehouse: Area = {
  title: 'The server itself',
  about: 'What the server keeps for its own work.',
  tables: [
    table('added', 'gatehouse.migration', 'The migrations applied to this database.', [
      added('name', 'text', 'The file\'s name.', { key: true }),
      added('applied_at', 'timestamptz', 'When it was applied.', { required: true }),
      added('checksum', 'text', 'SHA-256 of the file, in hex: an applied file may not change.', { required: true }),
    ]),
    table(
      'added', 'gatehouse.idempotency_key',
      'Answers of requests that came with an Idempotency-Key, to give again instead of doing the work twice.',
      [
        added('principal', 'varchar(255)', 'Who sent the request.', { key: true }),
        added('key_hash', 'bytea', 'SHA-256 of the key.', { key: true }),
        added('method', 'varchar(10)', 'The request\'s method.', { required: true }),
        added('path', 'text', 'The request\'s path and query.', { required: true }),
        added(
          'body_hash', 'bytea',
          'SHA-256 of the body: another body under the same key is refused.',
          { required: true },
        ),
        added('status', 'smallint', 'The answer\'s HTTP status; null while the work is being done.'),
        added('response_headers', 'jsonb', 'The answer\'s headers that belong to it: ETag, Location.'),
        added('response', 'text', 'The answer\'s body.'),
        added('created_at', 'timestamptz', 'When the request came; 24 hours later the row goes.', { required: true }),
      ],
    ),
    table('added', 'gatehouse.signing_key', 'Keys that sign what others must be able to verify.', [
      added('key_id', 'varchar(64)', 'Names the key, inside what it signed too.', { key: true }),
      added('purpose', 'varchar(40)', 'What it signs.', { required: true }),
      added('algorithm', 'varchar(20)', 'The JOSE name of its algorithm.', { required: true }),
      added('public_key', 'text', 'The public half, as a JWK.', { required: true }),
      added(
        'private_key_encrypted', 'bytea',
        'The private half, encrypted with the master key.',
        { required: true },
      ),
      added('created_at', 'timestamptz', 'When it was made.', { required: true }),
      added('retired_at', 'timestamptz', 'When it stopped signing; it verifies on.'),
    ]),
    table('added', 'gatehouse.delegation', 'Whom an administrator may administer; nobody without a row is restricted. Kinds narrow each other down, rows of one kind add up.', [
      added('delegation_id', 'varchar(32)', 'Names the row.', { key: true }),
      added('user_id', 'varchar(32)', 'The administrator.', { required: true, to: 'users' }),
      added('kind', 'varchar(20)', 'ORGANIZATION, GROUP or REPORTS: the people of an organisation, of a group, or whom the administrator supervises.', { required: true }),
      added('company_id', 'varchar(32)', 'The organisation.', { to: 'company' }),
      added('grp_id', 'varchar(32)', 'The group.', { to: 'grp' }),
      added('with_descendants', 'boolean', 'Whether organisations, groups or reports below count as well.', { required: true }),
      added('create_date', 'timestamptz', 'When it was made.', { required: true }),
      added('created_by', 'varchar(32)', 'Who made it, when that was a person.'),
    ]),
    table('added', 'gatehouse.message', 'Mail and SMS: those that wait to be sent, those that were, and those that could not be.', [
      added('message_id', 'varchar(32)', 'Names the message; its Message-ID is made of it.', { key: true }),
      added('template', 'varchar(40)', 'Which message it is.', { required: true }),
      added('channel', 'varchar(10)', 'EMAIL or SMS.', { required: true }),
      added('user_id', 'varchar(32)', 'Whom it is for, when that is a person known here.', { to: 'users' }),
      added('recipient', 'varchar(320)', 'The address or number it goes to.', { required: true }),
      added('locale', 'varchar(35)', 'The language it is written in.', { required: true }),
      added('content', 'jsonb', 'What is put into the template; nothing secret.', { required: true }),
      added('secrets_encrypted', 'bytea', 'What of it is secret, such as a link, encrypted with the master key; gone once the message is sent or given up.'),
      added('status', 'varchar(10)', 'QUEUED, SENT or DEAD.', { required: true }),
      added('attempts', 'integer', 'How often sending was tried.', { required: true }),
      added('due_at', 'timestamptz', 'When it is tried next; while it is being sent, when another worker may.', { required: true }),
      added('expires_at', 'timestamptz', 'When it is of no use any more and is given up.', { required: true }),
      added('created_at', 'timestamptz', 'When it was written.', { required: true }),
      added('sent_at', 'timestamptz', 'When it was handed over.'),
      added('last_error', 'varchar(500)', 'Why the last attempt failed.'),
    ]),
    table('added', 'gatehouse.setting', 'Settings that live with the data rather than with the process.', [
      added('name', 'varchar(100)', 'Which setting.', { key: true }),
      added('value', 'jsonb', 'Its value.', { required: true }),
      added('updated_at', 'timestamptz', 'When it was last changed.', { required: true }),
      added('updated_by', 'varchar(255)', 'Who changed it.'),
    ]),
  ],
}
