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
    table('added', 'gatehouse.setting', 'Settings that live with the data rather than with the process.', [
      added('name', 'varchar(100)', 'Which setting.', { key: true }),
      added('value', 'jsonb', 'Its value.', { required: true }),
      added('updated_at', 'timestamptz', 'When it was last changed.', { required: true }),
      added('updated_by', 'varchar(255)', 'Who changed it.'),
    ]),
  ],
}
