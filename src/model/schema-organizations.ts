/** The tables of the area "Organisations". */
import { added, known, seed, table, type Area } from './schema-column.ts'
import { hierarchyColumns, membershipColumns, rightsTable } from './schema-membership.ts'

export const organizations: Area = {
  title: 'Organisations',
  about: 'Organisations, what may stand below what, and who belongs to them.',
  tables: [
    table(
      'seed', 'company',
      'An organisation of any kind: the whole, a subsidiary, a division, a department, a committee.',
      [
        seed('company_id', 'VARCHAR(32)', 'Names the organisation.', { key: true }),
        seed('company_name', 'VARCHAR(200)', 'Its full name. Two may have the same.', { required: true }),
        seed('lst_update', 'DATETIME', 'When it was last changed.'),
        seed('lst_updated_by', 'VARCHAR(32)', 'Who changed it last.'),
        seed(
          'parent_id', 'VARCHAR(32)',
          'The first of its parents that are in force; follows company_to_company_membership, which is the truth, and its dates within an hour.',
          { to: 'company' },
        ),
        seed('status', 'VARCHAR(20)', 'Whether it exists today: ACTIVE, INACTIVE.', { required: true }),
        seed('create_date', 'DATETIME', 'When the record was made.'),
        seed('created_by', 'VARCHAR(32)', 'Who made it.'),
        seed('alias', 'VARCHAR(200)', 'A shorter or other name.'),
        seed('description', 'VARCHAR(512)', 'What it is.'),
        seed('domain_name', 'VARCHAR(250)', 'The e-mail domain whose people are proposed for it.'),
        seed('ldap_str', 'VARCHAR(255)', 'The distinguished name of its branch in an LDAP directory.'),
        seed('classification', 'VARCHAR(40)', 'A word of one\'s own choosing.'),
        seed(
          'org_type_id', 'VARCHAR(32)',
          'What sort of unit it is; decides what may stand below it.',
          { to: 'organization_type' },
        ),
        seed('is_selectable', 'CHAR(1)', 'N keeps people from choosing it in forms.', { required: true }),
        seed(
          'type_id', 'VARCHAR(32)',
          'Decides which custom attributes it may carry (grouping ORG_TYPE).',
          { to: 'metadata_type' },
        ),
        seed('policy_id', 'VARCHAR(32)', 'The password policy of its people.', { to: 'policy' }),
        seed('certifier_id', 'VARCHAR(32)', 'Who reviews the access of its people.', { to: 'users' }),
        added(
          'search_text', 'text',
          'Derived: name, alias and domain in the form that searches look in.',
          { required: true },
        ),
        added('version', 'integer', 'Counts the changes of the record; its ETag.', { required: true }),
      ],
    ),
    table('seed', 'company_attribute', 'A custom attribute that an organisation carries.', [
      seed('company_attr_id', 'VARCHAR(32)', 'Names the attribute of this organisation.', { key: true }),
      seed('company_id', 'VARCHAR(32)', 'Whose it is.', { required: true, to: 'company' }),
      seed('name', 'VARCHAR(100)', 'Its name, one of a kind for the organisation.', { required: true }),
      seed('metadata_id', 'VARCHAR(32)', 'The declaration it follows.', { to: 'metadata_element' }),
    ]),
    table('seed', 'company_attribute_values', 'The values of an organisation\'s custom attribute, in order.', [
      seed('company_attribute_id', 'VARCHAR(32)', 'The attribute.', { key: true, to: 'company_attribute' }),
      seed('attr_value', 'TEXT', 'One value.'),
      added('ordinal', 'integer', 'Its place among the values, from 0.', { key: true }),
    ]),
    table(
      'seed', 'company_to_company_membership',
      'The hierarchy: which organisation stands below which, and when. One may have several parents; ' +
        'circles are refused.',
      [
        seed('company_id', 'VARCHAR(32)', 'The organisation above.', { required: true, to: 'company' }),
        seed('member_company_id', 'VARCHAR(32)', 'The organisation below.', { required: true, to: 'company' }),
        seed('create_date', 'TIMESTAMP', 'When the edge was made.'),
        seed('update_date', 'TIMESTAMP', 'When it was last changed.'),
        seed('created_by', 'VARCHAR(32)', 'Who made it.'),
        seed('updated_by', 'VARCHAR(32)', 'Who changed it last.'),
        seed('membership_id', 'VARCHAR(32)', 'Names the membership.', { key: true }),
        seed('start_date', 'DATETIME', 'When it begins; null means it always has.'),
        seed('end_date', 'DATETIME', 'When it ends, that instant excluded; null means never.'),
        seed('description', 'VARCHAR(255)', 'A note, or the request that granted it.'),
        seed('edge_id', 'VARCHAR(40)', 'Id of the edge in drawings of the access graph.'),
        ...hierarchyColumns,
      ],
    ),
    rightsTable(
      'referenced', 'org_to_org_membership_rights', 'company_to_company_membership',
      'Rights that an edge of the hierarchy carries.',
    ),
    table('referenced', 'organization_type', 'The sorts of unit there are.', [
      known('org_type_id', 'varchar(32)', 'Names the sort.', { key: true }),
      known('name', 'varchar(100)', 'What people call it.', { required: true }),
      known('description', 'varchar(100)', 'What is meant by it.'),
      added('version', 'integer', 'Counts the changes; its ETag.', { required: true }),
    ]),
    table('referenced', 'org_type_valid_membership', 'Which sort of unit may stand directly below which.', [
      known('org_type_id', 'varchar(32)', 'The sort above.', { key: true, to: 'organization_type' }),
      known(
        'member_org_type_id', 'varchar(32)',
        'The sort that may stand below it.',
        { key: true, to: 'organization_type' },
      ),
    ]),
    table('seed', 'user_affiliation', 'That a person belongs to an organisation, from when to when and as what.', [
      seed('company_id', 'VARCHAR(32)', 'The organisation.', { required: true, to: 'company' }),
      seed('user_id', 'VARCHAR(32)', 'The person.', { required: true, to: 'users' }),
      seed('create_date', 'DATETIME', 'When it was recorded.'),
      seed('metadata_type_id', 'VARCHAR(32)', 'As what (grouping AFFILIATION_TYPE).', { to: 'metadata_type' }),
      seed('membership_id', 'VARCHAR(32)', 'Names the membership.', { key: true }),
      seed('start_date', 'DATETIME', 'When it begins; null means it always has.'),
      seed('end_date', 'DATETIME', 'When it ends, that instant excluded; null means never.'),
      seed('description', 'VARCHAR(255)', 'A note, or the request that granted it.'),
      seed('edge_id', 'VARCHAR(40)', 'Id of the edge in drawings of the access graph.'),
      ...membershipColumns(true),
    ]),
    rightsTable('seed', 'user_affiliation_rights', 'user_affiliation', 'Rights that an affiliation carries.'),
  ],
}
