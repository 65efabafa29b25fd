/** ORGANIZATION_TYPE and ORG_TYPE_VALID_MEMBERSHIP as a document: a type, and which types may stand directly below it. */
import { identifier, reference, text, type Collection } from './attribute.ts'

export const organizationType: Collection = {
  path: 'organizationType',
  segment: '',
  label: 'organisation type',
  table: 'organization_type',
  idColumn: 'org_type_id',
  parentColumn: '',
  returned: 'default',
  onePrimary: false,
  limit: 0,
  doc: 'A kind of organisation, and what may stand below it.',
  attributes: [
    identifier('id', 'org_type_id', 'Id', 'A word that names the type, such as DIVISION.', { required: true, mutability: 'immutable', returned: 'always', sortable: true, form: 'word' }),
    text('name', 'name', 100, 'Name', 'The name people see, one of a kind.', { required: true, sortable: true, byLetters: true }),
    text('description', 'description', 100, 'Description', 'What the type means.'),
    reference('members', 'member_org_type_id', 'OrganizationType', 'May stand below', 'The types of organisations that may stand directly below one of this type.', {
      side: { table: 'org_type_valid_membership', parentColumn: 'org_type_id', column: 'member_org_type_id' },
    }),
  ],
}
