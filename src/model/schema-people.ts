/** The tables of the area "People". */
import { added, known, seed, table, type Area } from './schema-column.ts'

export const people: Area = {
  title: 'People',
  about: 'The person, what is kept about them, and whom they are tied to.',
  tables: [
    table(
      'seed', 'users',
      'The person: one row for everyone the directory knows, whatever they may do. Everything else about a ' +
        'person hangs on this row.',
      [
        seed('user_id', 'VARCHAR(32)', 'Names the person everywhere; never reused.', { key: true }),
        seed('first_name', 'VARCHAR(100)', 'Given name.'),
        seed('last_name', 'VARCHAR(100)', 'Family name, without its prefix.'),
        seed('middle_init', 'VARCHAR(50)', 'Middle name, or its initial.'),
        seed(
          'type_id', 'VARCHAR(32)',
          'What kind of person this is (grouping USER_OBJECT_TYPE); decides which custom attributes a record ' +
            'may carry and which password policy holds.',
          { to: 'metadata_type' },
        ),
        seed('classification', 'VARCHAR(100)', 'A word of the organisation\'s own choosing to sort people by.'),
        seed('title', 'VARCHAR(100)', 'Job title as one would print it.'),
        seed('mail_code', 'VARCHAR(100)', 'Internal mail stop.'),
        seed('cost_center', 'VARCHAR(100)', 'Where the costs of this person are booked.'),
        seed(
          'status', 'VARCHAR(40)',
          'Where the person stands in their life here, from waiting to begin to gone; the lifecycle operations ' +
            'move it.',
          { required: true },
        ),
        seed(
          'secondary_status', 'VARCHAR(40)',
          'What stands against signing in at the moment: LOCKED (wrong passwords or codes; closes signing in by password only), LOCKED_ADMIN, DISABLED; null ' +
            'when nothing does.',
        ),
        seed('birthdate', 'DATETIME', 'Day of birth, kept as midnight UTC; shown as a plain date.'),
        seed('sex', 'CHAR(1)', 'M or F; null when unknown or not said.'),
        seed('create_date', 'DATETIME', 'When the record was made.'),
        seed('created_by', 'VARCHAR(32)', 'Who made it.'),
        seed('last_update', 'DATETIME', 'When it was last changed.'),
        seed('last_updated_by', 'VARCHAR(32)', 'Who changed it last.'),
        seed('prefix', 'VARCHAR(4)', 'What stands before the name: Dr., Prof.', { grown: 'varchar(20)' }),
        seed('suffix', 'VARCHAR(20)', 'What stands after the name: Jr., III.'),
        seed('user_type_ind', 'VARCHAR(20)', 'An indicator that is older than type_id; free text.'),
        seed(
          'employee_id', 'VARCHAR(100)',
          'The number by which human resources know the person. Several records may share one.',
        ),
        seed('employee_type', 'VARCHAR(32)', 'Kind of employment (grouping USER_TYPE).', { to: 'metadata_type' }),
        seed('location_cd', 'VARCHAR(50)', 'Code of the place of work.'),
        seed('location_name', 'VARCHAR(100)', 'Name of the place of work.'),
        seed('company_owner_id', 'VARCHAR(32)', 'The organisation that answers for this record.', { to: 'company' }),
        seed('job_code', 'VARCHAR(32)', 'The classified job (grouping JOB_CODE).', { to: 'metadata_type' }),
        seed(
          'alternate_id', 'VARCHAR(32)',
          'Who acts for this person while they are out of office.',
          { to: 'users' },
        ),
        seed('start_date', 'DATE', 'First day of employment; a person who waits for it becomes active on that day.'),
        seed('last_date', 'DATE', 'Last day of employment; the nightly job terminates the person afterwards.'),
        seed('maiden_name', 'VARCHAR(40)', 'Family name at birth.'),
        seed('nickname', 'VARCHAR(100)', 'The name the person would rather be called.'),
        seed('password_theme', 'VARCHAR(20)', 'Deprecated. Kept readable, never written.'),
        seed(
          'user_owner_id', 'VARCHAR(32)',
          'Deprecated. Once the owner of a record; kept readable, never written.',
          { to: 'users' },
        ),
        seed('date_password_changed', 'DATETIME', 'When the password of the person\'s own login last changed.'),
        seed('date_challenge_resp_changed', 'DATETIME', 'When the answers to the security questions last changed.'),
        seed(
          'system_flag', 'VARCHAR(1)',
          'Y for records of the server itself, which cannot be deleted; null counts as N.',
        ),
        seed('date_it_policy_approved', 'TIMESTAMP', 'When the usage policy was last accepted; a reset clears it.'),
        seed('claim_date', 'DATE', 'Deprecated. When an account made in advance was claimed.'),
        seed(
          'lastname_prefix', 'VARCHAR(10)',
          'Particle of the family name ("van der"): shown before it, ignored in sorting.',
        ),
        seed(
          'sub_type_id', 'VARCHAR(32)',
          'A finer kind within the type (grouping USER_OBJECT_TYPE).',
          { to: 'metadata_type' },
        ),
        seed('partner_name', 'VARCHAR(60)', 'Family name of the partner, shown after a hyphen.'),
        seed('prefix_partner_name', 'VARCHAR(10)', 'Particle of the partner\'s family name.'),
        seed('alternate_start_date', 'DATETIME', 'From when alternate_id acts.'),
        seed('alternate_end_date', 'DATETIME', 'Until when alternate_id acts; that instant no longer belongs to it.'),
        seed('secret_word', 'VARCHAR(255)', 'A word the help desk asks for on the phone; kept as a hash.'),
        seed('secret_fail_count', 'INT(3)', 'How often in a row the secret word was wrong; null counts as 0.'),
        seed(
          'position_status', 'VARCHAR(40)',
          'How far a change of position has got: UNCHANGED, FIELD_CHANGED, SUPERVISOR_CHANGED, IN_REVIEW, REVIEWED.',
        ),
        seed('previous_position', 'VARCHAR(100)', 'The position before the last change.'),
        seed('is_visible', 'CHAR(1)', 'N hides the person from ordinary searches.', { required: true }),
        seed(
          'cert_delegate_end_date', 'DATETIME',
          'Until when cert_delegate_id reviews; that instant no longer belongs to it.',
        ),
        seed('cert_delegate_start_date', 'DATETIME', 'From when cert_delegate_id reviews.'),
        seed(
          'cert_delegate_id', 'VARCHAR(32)',
          'Who does this person\'s access reviews in the window.',
          { to: 'users' },
        ),
        seed('graph_id', 'VARCHAR(100)', 'Id of the person\'s vertex in drawings of the access graph.'),
        seed('user_handle', 'BLOB', 'Opaque handle under which WebAuthn authenticators know the person.'),
        seed('conversion_date', 'DATETIME', 'When the person was last converted from one type to another.'),
        added(
          'user_name', 'varchar(220)',
          'Derived: the login of managed system 0, to sort and show without a join.',
        ),
        added('preferred_language', 'varchar(35)', 'The language the person is written to in.'),
        added('display_name', 'varchar(400)', 'Derived: the name in one line, as one writes it.'),
        added(
          'sort_name', 'varchar(400)',
          'Derived: the name as an index lists it, family name first, particle last.',
        ),
        added('primary_email', 'varchar(320)', 'Derived: the default e-mail address, while it is in use.'),
        added(
          'search_text', 'text',
          'Derived: names, logins and e-mail addresses without case, accents and apostrophes, a space before ' +
            'each word; what q and contains-filters look in.',
          { required: true },
        ),
        added('policies_asked_since', 'timestamptz', 'When the account was last reset: usage policies accepted before are asked for again. Null: never.'),
        added('version', 'integer', 'Counts the changes of the record; its ETag.', { required: true }),
      ],
    ),
    table(
      'seed', 'user_attributes',
      'A custom attribute that a person carries: which one. Its values stand in user_attribute_values.',
      [
        seed('id', 'VARCHAR(32)', 'Names the attribute of this person.', { key: true }),
        seed('user_id', 'VARCHAR(32)', 'Whose it is.', { required: true, to: 'users' }),
        seed(
          'metadata_id', 'VARCHAR(32)',
          'The declaration it follows; null for an attribute nobody declared.',
          { to: 'metadata_element' },
        ),
        seed('name', 'VARCHAR(100)', 'Its name, one of a kind for the person.', { required: true }),
      ],
    ),
    table(
      'seed', 'user_attribute_values',
      'The values of a person\'s custom attribute: none, one or several, in order.',
      [
        seed('user_attribute_id', 'VARCHAR(32)', 'The attribute.', { key: true, to: 'user_attributes' }),
        seed('attr_value', 'TEXT', 'One value, as text.'),
        added('ordinal', 'integer', 'Its place among the values, from 0.', { key: true }),
      ],
    ),
    table('seed', 'user_note', 'A remark about a person.', [
      seed('user_note_id', 'VARCHAR(32)', 'Names the note.', { key: true }),
      seed('user_id', 'VARCHAR(32)', 'Whom it is about.', { required: true, to: 'users' }),
      seed('note_type', 'VARCHAR(20)', 'What kind of remark; free text (General, Warning).'),
      seed('description', 'VARCHAR(2000)', 'The remark.'),
      seed('create_date', 'DATETIME', 'When it was written.'),
      seed('created_by', 'VARCHAR(20)', 'Who wrote it.', { grown: 'varchar(32)' }),
    ]),
    table(
      'referenced', 'org_structure',
      'Who leads whom: a person may have several supervisors, one of them primary.',
      [
        known('org_structure_id', 'varchar(32)', 'Names the pair.', { key: true }),
        known('supervisor_id', 'varchar(32)', 'The one who leads.', { required: true, to: 'users' }),
        known('staff_id', 'varchar(32)', 'The one who is led.', { required: true, to: 'users' }),
        known(
          'is_primary_super', 'char(1)',
          'Y for the one supervisor who counts when only one can.',
          { required: true },
        ),
        known('create_date', 'timestamptz', 'When the pair was made.'),
      ],
    ),
    table(
      'seed', 'user_to_user_membership',
      'Records that belong together, seen from the main one: an employee and their administrator\'s account, ' +
        'or family.',
      [
        seed('membership_id', 'VARCHAR(32)', 'Names the link.', { key: true }),
        seed('primary_user_id', 'VARCHAR(32)', 'The main record.', { required: true, to: 'users' }),
        seed(
          'related_user_id', 'VARCHAR(32)',
          'The record that follows it; termination of the main one reaches it too.',
          { required: true, to: 'users' },
        ),
        seed('type_id', 'VARCHAR(32)', 'What the relation is (grouping RELATED_USER).', { to: 'metadata_type' }),
        seed('description', 'VARCHAR(255)', 'A note on the relation.'),
      ],
    ),
  ],
}
