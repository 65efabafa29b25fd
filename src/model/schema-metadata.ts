/** The tables of the area "Types and custom attributes". */
import { added, known, table, type Area } from './schema-column.ts'

export const metadata: Area = {
  title: 'Types and custom attributes',
  about: 'The words records are sorted by, and the attributes administrators declare.',
  tables: [
    table(
      'referenced', 'metadata_type',
      'The words that records are sorted by: kinds of people, e-mail addresses, jobs, statuses, each in its ' +
        'grouping.',
      [
        known('type_id', 'varchar(32)', 'Names the word; what other tables hold.', { key: true }),
        known('description', 'varchar(255)', 'What is meant by it.'),
        known('active', 'char(1)', 'N once it is no longer offered.', { required: true }),
        known(
          'sync_managed_sys', 'char(1)',
          'Y when things of this type are passed on to managed systems.',
          { required: true },
        ),
        known(
          'grouping', 'varchar(100)',
          'Which list it belongs to: USER_OBJECT_TYPE, EMAIL, JOB_CODE and so on.',
          { required: true },
        ),
        known('is_binary', 'char(1)', 'Y when values of this type are bytes.', { required: true }),
        known(
          'is_sensitive', 'char(1)',
          'Y when values of this type are kept from ordinary readers.',
          { required: true },
        ),
        added('display_name', 'varchar(255)', 'What people see.'),
        added('display_order', 'integer', 'Its place in lists.', { required: true }),
        added(
          'is_system', 'char(1)',
          'Y when the server depends on it; such a word cannot be deleted.',
          { required: true },
        ),
        added('version', 'integer', 'Counts the changes; its ETag.', { required: true }),
      ],
    ),
    table(
      'referenced', 'metadata_element',
      'A declared custom attribute: its name, what values it takes, who may change it.',
      [
        known('metadata_id', 'varchar(32)', 'Names the declaration.', { key: true }),
        known(
          'type_id', 'varchar(32)',
          'The records it applies to: those of this type. The general types (DEFAULT_USER, DEFAULT_LOGIN, ' +
            'DEFAULT_ORGANIZATION) mean every record of that sort.',
          { required: true, to: 'metadata_type' },
        ),
        known('attribute_name', 'varchar(100)', 'The name under which records carry it.', { required: true }),
        known('description', 'varchar(255)', 'What it is for.'),
        known('data_type', 'varchar(20)', 'STRING, INTEGER, DECIMAL, BOOLEAN, DATE or DATETIME.', { required: true }),
        known('auditable', 'char(1)', 'Y when its values may stand in the audit.', { required: true }),
        known('required', 'char(1)', 'Y when a record may not be without it.', { required: true }),
        known('self_editable', 'char(1)', 'Y when people may change it on their own record.', { required: true }),
        known('is_public', 'char(1)', 'N limits it to the holders of resource_id.', { required: true }),
        known('resource_id', 'varchar(32)', 'Who may see and change it when it is not public.', { to: 'res' }),
        known('validator', 'varchar(150)', 'A regular expression that a whole value must match.'),
        known('static_default_value', 'varchar(4000)', 'The value a new record gets when it brings none.'),
        added('display_name', 'varchar(255)', 'What people see.'),
        added('multi_valued', 'char(1)', 'Y when a record may have several values.', { required: true }),
        added(
          'is_sensitive', 'char(1)',
          'Y keeps its values out of answers to ordinary readers, and out of logs and audit.',
          { required: true },
        ),
        added('max_length', 'integer', 'The most characters a value may have; null means no limit of its own.'),
        added('display_order', 'integer', 'Its place in forms.', { required: true }),
        added('version', 'integer', 'Counts the changes; its ETag.', { required: true }),
      ],
    ),
    table(
      'referenced', 'md_element_valid_values',
      'The only values that a declared attribute takes; none means any.',
      [
        known('id', 'varchar(32)', 'Names the value.', { key: true }),
        known('metadata_element_id', 'varchar(32)', 'The declaration.', { required: true, to: 'metadata_element' }),
        known('ui_value', 'varchar(200)', 'The value, as stored and shown.', { required: true }),
        known('display_order', 'integer', 'Its place in the list.', { required: true }),
      ],
    ),
  ],
}
