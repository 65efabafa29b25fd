/** METADATA_TYPE, METADATA_ELEMENT and its valid values as documents of the API. */
import { flag, identifier, integer, readOnly, reference, text, type Collection } from './attribute.ts'
import { dataTypes } from './data-type.ts'

/** Groupings that administrators add types to: OpenIAM's MetadataTypeGrouping as far as it is theirs, and what 4.x has made types besides. */
export const openGroupings: readonly string[] = [
  'ADDRESS', 'AFFILIATION_TYPE', 'AUTH_LEVEL', 'EMAIL', 'GROUP_CLASSIFICATION', 'GROUP_TYPE', 'JOB_CODE', 'OBJECT_TYPE', 'OPERATION', 'ORG_TYPE', 'PHONE',
  'RELATED_USER', 'RESOURCE_TYPE', 'ROLE_TYPE', 'SERVICE_STATUS', 'UI_WIDGET', 'USER_OBJECT_TYPE', 'USER_TYPE',
]

/** Groupings whose types come with the server: it acts on them by name (statuses), or others do (Active Directory). */
export const fixedGroupings: readonly string[] = ['AD_GROUP_SCOPE', 'AD_GROUP_TYPE', 'LOGIN_TYPE', 'RISK', 'USER', 'USER_2ND_STATUS']

const standalone = { segment: '', parentColumn: '', returned: 'default', onePrimary: false, limit: 0 } as const

export const metadataType: Collection = {
  ...standalone,
  path: 'metadataType',
  label: 'metadata type',
  table: 'metadata_type',
  idColumn: 'type_id',
  doc: 'A kind of something: of people, e-mail addresses, affiliations, …',
  attributes: [
    identifier('id', 'type_id', 'Id', 'A word that names the type, such as CONTRACTOR.', { required: true, mutability: 'immutable', returned: 'always', sortable: true, form: 'word' }),
    text('grouping', 'grouping', 100, 'Grouping', `What it is a kind of. Types can be made of ${openGroupings.join(', ')}; those of ${fixedGroupings.join(', ')} come with the server.`, { required: true, mutability: 'immutable', caseExact: true, sortable: true }),
    text('displayName', 'display_name', 255, 'Name', 'The name people see.', { sortable: true, byLetters: true }),
    text('description', 'description', 255, 'Description', 'What the type means.'),
    integer('displayOrder', 'display_order', 'Order', 'Where it stands in lists.', { default: 0, sortable: true }),
    flag('active', 'active', 'In use', 'False takes it out of use; records that have it keep it.', { default: true }),
    flag('isSensitive', 'is_sensitive', 'Sensitive', 'True when values of this type are sensitive.', { default: false }),
    flag('isBinary', 'is_binary', 'Binary', 'True when values of this type are binary.', { default: false }),
    flag('syncManagedSys', 'sync_managed_sys', 'Synchronised', 'True when values of this type go to managed systems.', { default: false }),
    flag('isSystem', 'is_system', 'System', 'True for types the server itself relies on.', readOnly),
  ],
}

export const metadataElement: Collection = {
  ...standalone,
  path: 'metadataElement',
  label: 'custom attribute',
  table: 'metadata_element',
  idColumn: 'metadata_id',
  doc: 'A custom attribute: where it applies and which values it takes.',
  attributes: [
    identifier('id', 'metadata_id', 'Id', 'Made by the server.', { ...readOnly, returned: 'always', sortable: true }),
    text('name', 'attribute_name', 100, 'Name', 'The name under `attributes`.', { required: true, caseExact: true, sortable: true }),
    identifier('typeId', 'type_id', 'Type', 'The metadata type whose records have it; DEFAULT_USER, DEFAULT_LOGIN and DEFAULT_ORGANIZATION mean all people, logins and organisations.', { default: 'DEFAULT_USER', sortable: true }),
    text('displayName', 'display_name', 255, 'Label', 'The label people see.'),
    text('description', 'description', 255, 'Description', 'What it means.'),
    text('dataType', 'data_type', 20, 'Data type', 'The form of its values; changes only while all that records have is of the new one.', { canonical: dataTypes, default: 'STRING' }),
    flag('required', 'required', 'Required', 'True when every record must have it.', { default: false }),
    flag('multiValued', 'multi_valued', 'Several values', 'True when it holds a list.', { default: false }),
    flag('selfEditable', 'self_editable', 'Self-editable', 'True when people may change their own.', { default: false }),
    flag('sensitive', 'is_sensitive', 'Sensitive', 'True when its values are sensitive.', { default: false }),
    flag('isPublic', 'is_public', 'Public', 'True when everyone may see it who sees the record; else only who has its resource, or may read sensitive data, and people of themselves.', { default: true }),
    reference('resourceId', 'resource_id', 'Resource', 'Resource', 'Whose holders may see and change it when it is not public.'),
    flag('auditable', 'auditable', 'Audited', 'True when changes are audited.', { default: true }),
    text('validator', 'validator', 150, 'Validator', 'A regular expression the whole value must match. Like the valid values and the length, it is asked of values that are new: what records have stays until it changes.', { caseExact: true }),
    text('defaultValue', 'static_default_value', 4000, 'Default', 'The value when none is given at creation.'),
    integer('maxLength', 'max_length', 'Longest', 'The most characters a value may have.'),
    integer('displayOrder', 'display_order', 'Order', 'Where it stands in forms.', { default: 0, sortable: true }),
    text('validValues', 'ui_value', 200, 'Valid values', 'The only values allowed.', { side: { table: 'md_element_valid_values', parentColumn: 'metadata_element_id', column: 'ui_value' } }),
  ],
}
