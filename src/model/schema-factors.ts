/** The tables beside USER_AUTH_PARAM that factors and recovery need, described in words. */
import { added, table } from './schema-column.ts'

export const factorTables = [
  table('added', 'gatehouse.recovery_code', 'Recovery codes, which stand in for another factor, each once.', [
    added('param_id', 'varchar(32)', 'The set it belongs to.', { key: true, to: 'user_auth_param' }),
    added('code_hash', 'bytea', 'SHA-256 of the set and the code.', { key: true }),
    added('used_at', 'timestamptz', 'When it was used; null while it works.'),
  ]),
  table('added', 'gatehouse.factor_challenge', 'What was asked of a browser or sent to a person and waits for its one answer.', [
    added('mark', 'bytea', 'SHA-256 of what was asked and of whom.', { key: true }),
    added('kind', 'varchar(20)', 'PASSKEY to sign with one, ENROL to make one, CODE for a code that was sent.', { required: true }),
    added('user_id', 'varchar(32)', 'The person, where it is known.', { to: 'users' }),
    added('param_id', 'varchar(32)', 'The factor, for a code.', { to: 'user_auth_param' }),
    added('code_hash', 'bytea', 'SHA-256 of the factor and the code.'),
    added('created_at', 'timestamptz', 'When it was asked.', { required: true }),
    added('expires_at', 'timestamptz', 'When no answer counts any more.', { required: true }),
  ]),
  table('added', 'gatehouse.remembered_device', 'Browsers that are not asked for a second factor for a while.', [
    added('device_id', 'varchar(32)', 'Names it.', { key: true }),
    added('user_id', 'varchar(32)', 'Whose it is.', { required: true, to: 'users' }),
    added('mark', 'bytea', 'SHA-256 of the person and of what the browser keeps.', { required: true }),
    added('device', 'varchar(100)', 'The program and system, in words.'),
    added('ip_address', 'varchar(60)', 'The address it was remembered from.'),
    added('created_at', 'timestamptz', 'Since when.', { required: true }),
    added('expires_at', 'timestamptz', 'Until when.', { required: true }),
  ]),
  table('added', 'gatehouse.recovery_request', 'What somebody who is not signed in has asked for; a job looks whether there is such a person, and the row goes.', [
    added('request_id', 'varchar(32)', 'Names it.', { key: true }),
    added('kind', 'varchar(20)', 'PASSWORD, PASSWORD_BY_SMS, UNLOCK or USER_NAME.', { required: true }),
    added('name', 'varchar(320)', 'The user name or address that was typed.', { required: true }),
    added('ip', 'varchar(60)', 'From which address.'),
    added('created_at', 'timestamptz', 'When.', { required: true }),
  ]),
]
