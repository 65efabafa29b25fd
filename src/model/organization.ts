/** Companies and every other organisation: COMPANY, its attributes and its place in the hierarchy. */
import { dateTime, flag, identifier, integer, onRequest, readOnly, reference, text, typeOf, type Collection, type OpenResource } from './attribute.ts'
import { postal } from './contacts.ts'

/** COMPANY_TO_COMPANY_MEMBERSHIP seen from the member: its parents, dated; there may be several. */
export const parents: Collection = {
  path: 'parents',
  segment: 'parents',
  label: 'parent organisation',
  table: 'company_to_company_membership',
  idColumn: 'membership_id',
  parentColumn: 'member_company_id',
  returned: 'default',
  onePrimary: false,
  period: { target: 'organization' },
  limit: 100,
  doc: 'The organisations this one belongs to, with dates.',
  attributes: [
    identifier('id', 'membership_id', 'Id', 'The id of this edge, made by the server.', { ...readOnly, returned: 'always' }),
    reference('organization', 'company_id', 'Organization', 'Parent', 'The organisation above.', { required: true }),
    dateTime('start', 'start_date', 'From', 'When it begins; absent means always.'),
    dateTime('end', 'end_date', 'Until', 'When it ends (that instant excluded); absent means open.'),
    text('description', 'description', 255, 'Description', 'A note on the edge.'),
    text('edgeId', 'edge_id', 40, 'Edge id', 'The id of this edge in drawings of the access graph.', { ...readOnly, ...onRequest, caseExact: true }),
    dateTime('created', 'create_date', 'Created', 'When it was added.', { ...readOnly, ...onRequest }),
    reference('createdBy', 'created_by', 'User', 'Created by', 'Who added it.', { ...readOnly, ...onRequest }),
    text('grantedBy', 'granted_by', 255, 'Granted with', 'What whoever added it showed: a login, the name of a key, a job.', { ...readOnly, ...onRequest }),
    dateTime('lastModified', 'update_date', 'Changed', 'When it was last changed.', { ...readOnly, ...onRequest }),
    reference('lastUpdatedBy', 'updated_by', 'User', 'Changed by', 'Who changed it last.', { ...readOnly, ...onRequest }),
  ],
}

/** LOCATION: where the organisation is, for its people's addresses to be copied from. */
export const locations: Collection = {
  path: 'locations',
  segment: 'locations',
  label: 'location',
  table: 'location',
  idColumn: 'location_id',
  parentColumn: 'company_id',
  returned: 'request',
  onePrimary: false,
  limit: 1000,
  doc: 'The places where the organisation is.',
  attributes: [
    identifier('id', 'location_id', 'Id', 'The id of this location, made by the server.', { ...readOnly, returned: 'always' }),
    text('name', 'name', 100, 'Name', 'What people call the place.', { required: true }),
    text('locationCd', 'location_cd', 50, 'Code', 'The code of the place.'),
    ...postal,
    text('description', 'description', 255, 'Description', 'What is there.'),
    flag('active', 'active', 'In use', 'False when the place is no longer used.', { default: true }),
  ],
}

export const organization: OpenResource = {
  name: 'Organization',
  segment: 'organizations',
  table: 'company',
  idColumn: 'company_id',
  collections: [parents, locations],
  custom: {
    path: 'attributes',
    table: 'company_attribute',
    idColumn: 'company_attr_id',
    parentColumn: 'company_id',
    valueTable: 'company_attribute_values',
    valueParent: 'company_attribute_id',
    everyType: 'DEFAULT_ORGANIZATION',
  },
  attributes: [
    identifier('id', 'company_id', 'Id', 'The id of the organisation, made by the server.', { mutability: 'readOnly', returned: 'always', uniqueness: 'server', sortable: true }),
    text('name', 'company_name', 200, 'Name', 'The full name.', { required: true, sortable: true, byLetters: true, searched: true }),
    text('alias', 'alias', 200, 'Alias', 'A shorter or other name.', { searched: true }),
    text('description', 'description', 512, 'Description', 'What the organisation is.'),
    text('status', 'status', 20, 'Status', 'Whether the organisation exists today.', { canonical: ['ACTIVE', 'INACTIVE'], default: 'ACTIVE' }),
    text('domainName', 'domain_name', 250, 'Domain', 'The e-mail domain whose people belong here by default: /organizations/proposal goes by it. Several organisations may have the same; the one whose id comes first is proposed, which is the oldest of those made here.', { searched: true, form: 'domain' }),
    text('ldapStr', 'ldap_str', 255, 'LDAP name', 'The distinguished name of its branch in an LDAP directory.'),
    text('classification', 'classification', 40, 'Classification', 'A free classification.'),
    reference('organizationType', 'org_type_id', 'OrganizationType', 'Organisation type', 'Organisation, division, department, …; decides what may stand below what; without one it may stand anywhere.'),
    typeOf('typeId', 'type_id', 'ORG_TYPE', 'Type', 'Decides which custom attributes apply.'),
    flag('isSelectable', 'is_selectable', 'Selectable', 'Whether people may choose it in forms.', { default: true }),
    reference('policyId', 'policy_id', 'Policy', 'Password policy', 'The password policy of its people.'),
    reference('certifierId', 'certifier_id', 'User', 'Certifier', 'Who reviews the access of its people.'),
    reference('parentId', 'parent_id', 'Organization', 'Parent', 'The first of the `parents` that are in force; follows their dates within an hour. It is set by `parents` alone.', readOnly),
    reference('createdBy', 'created_by', 'User', 'Created by', 'Who made the record.', readOnly),
    reference('lastUpdatedBy', 'lst_updated_by', 'User', 'Changed by', 'Who changed the record last.', readOnly),
    dateTime('meta.created', 'create_date', 'Created', 'When the record was made.', { ...readOnly, sortable: true }),
    dateTime('meta.lastModified', 'lst_update', 'Changed', 'When the record was last changed.', { ...readOnly, sortable: true }),
    integer('meta.version', 'version', 'Version', 'Counts the changes of the record; the ETag.', { ...readOnly, filterable: false }),
  ],
}
