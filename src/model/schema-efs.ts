/** The tables of the area "EFS and Okta". */
import { added, known, seed, table, type Area } from './schema-column.ts'

export const efs: Area = {
  title: 'EFS and Okta',
  about: 'Portals, their people, and the links to their accounts in Okta.',
  tables: [
    table('referenced', 'efs.users', 'A person who administers EFS.', [
      known('uid', 'integer', 'Their number in EFS.', { key: true }),
      known('person_id', 'varchar(32)', 'The same person in the directory.', { required: true, to: 'users' }),
      known('created_at', 'timestamptz', 'When they were added.', { required: true }),
    ]),
    table('referenced', 'efs.panelists', 'A person who takes part through portals.', [
      known('uid', 'integer', 'Their number in EFS.', { key: true }),
      known('person_id', 'varchar(32)', 'The same person in the directory.', { required: true, to: 'users' }),
      known('created_at', 'timestamptz', 'When they were added.', { required: true }),
    ]),
    table('added', 'efs.portal', 'A portal: a site of EFS that panelists sign in to.', [
      added('portal_id', 'integer', 'Its number in EFS.', { key: true }),
      added('name', 'varchar(100)', 'What people call it.', { required: true }),
      added('description', 'varchar(255)', 'What it is for.'),
      added('created_at', 'timestamptz', 'When it was added.', { required: true }),
      added('updated_at', 'timestamptz', 'When it was last changed.', { required: true }),
      added('version', 'integer', 'Counts the changes; its ETag.', { required: true }),
    ]),
    table('added', 'efs.portal_panelist', 'Who belongs to a portal, whether Okta knows it yet or not.', [
      added('portal_id', 'integer', 'The portal.', { key: true, to: 'efs.portal' }),
      added('user_id', 'integer', 'The panelist.', { key: true, to: 'efs.panelists' }),
      added('created_at', 'timestamptz', 'Since when.', { required: true }),
    ]),
    table('seed', 'efs.iam_error_log', 'Every error that Okta answered with.', [
      seed('id', 'INT(11)', 'Counts the errors.', { key: true }),
      seed('created_at', 'DATETIME', 'When it came.', { required: true }),
      seed('message', 'TEXT', 'What Okta said.'),
      seed('status_code', 'SMALLINT(3)', 'The HTTP status; 0 when there was no answer.', { required: true }),
      seed('trace', 'LONGTEXT', 'What was asked and what came back, without secrets.'),
      seed('error_code', 'VARCHAR(36)', 'Okta\'s code (E0000001 and the like), cut to fit.', { required: true }),
    ]),
    table('seed', 'efs.iam_portal_settings', 'Settings of a portal, above all the client it has in Okta.', [
      seed('id', 'INT(11)', 'Counts the settings.', { key: true }),
      seed('portal_id', 'INT(11)', 'The portal.', { required: true }),
      seed('key', 'VARCHAR(50)', 'Which setting.'),
      seed('value', 'VARCHAR(255)', 'Its value.'),
    ]),
    table(
      'seed', 'efs.iam_portal_user_reference',
      'The link between a panelist of a portal and the account in Okta. Only what Okta confirmed stands here.',
      [
        seed('id', 'INT(11)', 'Counts the links.', { key: true }),
        seed('portal_id', 'INT(11)', 'The portal.'),
        seed('user_id', 'INT(11)', 'The panelist.', { to: 'efs.panelists' }),
        seed('uuid', 'BINARY(20)', 'The account\'s id in Okta.'),
        seed('created_at', 'DATETIME', 'When the link was made.', { required: true }),
        seed('updated_at', 'DATETIME', 'When it was last changed; the writer\'s duty.', { required: true }),
        seed(
          'status', 'TINYINT(4)',
          'How the link stands: 1 assigned, 2 unassigned, 3 suspended, 4 deactivated; null counts as assigned.',
        ),
        seed('has_data_changes', 'TINYINT(1)', '1 while the directory knows something that Okta does not.'),
        added(
          'changes', 'integer',
          'Counts those marks, so that a push clears only what it has seen.',
          { required: true },
        ),
      ],
    ),
    table('seed', 'efs.iam_token_data', 'What the identity provider answered at sign-in, by session.', [
      seed('session_id', 'VARBINARY(50)', 'The session.', { key: true }),
      seed('idp_response', 'LONGTEXT', 'The answer, with the tokens in it.'),
    ]),
    table('seed', 'efs.iam_user_reference', 'The link between an administrator of EFS and the account in Okta.', [
      seed('id', 'INT(11)', 'Counts the links.', { key: true }),
      seed('user_id', 'INT(11)', 'The administrator.', { to: 'efs.users' }),
      seed('uuid', 'BINARY(20)', 'The account\'s id in Okta.'),
      seed('created_at', 'DATETIME', 'When the link was made.', { required: true }),
      seed('updated_at', 'DATETIME', 'When it was last changed; the writer\'s duty.', { required: true }),
      added('status', 'smallint', 'How the link stands; the numbers of iam_portal_user_reference.'),
      added(
        'has_data_changes', 'smallint',
        '1 while the directory knows something that Okta does not.',
        { required: true },
      ),
      added(
        'changes', 'integer',
        'Counts those marks, so that a push clears only what it has seen.',
        { required: true },
      ),
    ]),
    table(
      'seed', 'efs.iam_portal_user_group_unassignment_queue',
      'Panelists who are gone here and whose accounts must still leave the portal\'s group in Okta.',
      [
        seed('id', 'INT(11)', 'Counts the entries.', { key: true }),
        seed('user_id', 'INT(11)', 'The number the panelist had.'),
        seed('uuid', 'BINARY(20)', 'The account\'s id in Okta.'),
        seed('email', 'VARCHAR(255)', 'The address the panelist had, to recognise them by.'),
        seed('created_at', 'DATETIME', 'When the entry was made.'),
        seed('updated_at', 'DATETIME', 'When it was last tried.'),
      ],
    ),
    table(
      'added', 'efs.iam_user_unassignment_queue',
      'The same for administrators of EFS, who are numbered apart.',
      [
        added('id', 'integer', 'Counts the entries.', { key: true }),
        added('user_id', 'integer', 'The number the administrator had.'),
        added('uuid', 'varchar(20)', 'The account\'s id in Okta.'),
        added('email', 'varchar(255)', 'The address the administrator had, to recognise them by.'),
        added('created_at', 'timestamptz', 'When the entry was made.'),
        added('updated_at', 'timestamptz', 'When it was last tried.'),
      ],
    ),
    table('added', 'efs.adopted_row', 'What has been taken over from EFS, row by row.', [
      added('table_name', 'varchar(64)', 'The table in EFS.', { key: true }),
      added('row_id', 'integer', 'The row\'s number there.', { key: true }),
      added('target_id', 'integer', 'The number of the row that stands for it here.', { required: true }),
      added('digest', 'varchar(32)', 'A digest of the row as it was taken over.', { required: true }),
      added('plan_id', 'varchar(32)', 'The plan that did it.', { required: true }),
    ]),
  ],
}
