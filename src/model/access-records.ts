/** Groups, roles, resources and rights: the things that access is made of. GRP, ROLE, RES, ACCESS_RIGHTS. */
import { dateTime, flag, identifier, integer, onRequest, readOnly, reference, text, typeOf, type Attribute, type Resource } from './attribute.ts'

const statuses = ['ACTIVE', 'PENDING_APPROVAL', 'DELETED']

const id = (column: string, what: string) =>
  identifier('id', column, 'Id', `The id of the ${what}, made by the server.`, { mutability: 'readOnly', returned: 'always', uniqueness: 'server', sortable: true })

/** Who made and changed a record, and its version. */
function stamps(updated = 'last_update', updatedBy = 'last_updated_by'): Attribute[] {
  return [
    reference('createdBy', 'created_by', 'User', 'Created by', 'Who made the record.', readOnly),
    reference('lastUpdatedBy', updatedBy, 'User', 'Changed by', 'Who changed the record last.', readOnly),
    dateTime('meta.created', 'create_date', 'Created', 'When the record was made.', readOnly),
    dateTime('meta.lastModified', updated, 'Changed', 'When the record was last changed.', readOnly),
    integer('meta.version', 'version', 'Version', 'Counts the changes of the record; the ETag.', { ...readOnly, filterable: false }),
  ]
}

/** What groups and roles have in common: how many may be in them, and for how long. */
const limits = [
  integer('maxUserNumber', 'max_user_number', 'Most members', 'How many people may have it directly at a time, now or from a later day on; who has it through a group, role or organisation is not counted. Absent means any number.', { least: 0 }),
  integer('membershipDurationSeconds', 'membership_duration_seconds', 'Duration', 'How many seconds a membership lasts when no end is given.', { least: 1 }),
]

const adminResource = reference('adminResourceId', 'admin_resource_id', 'Resource', 'Administered by', 'The resource that stands for administering it, for systems that ask who has that; it gives no right in Gatehouse, where roles and delegations do.')
const isSystem = flag('isSystem', 'is_system', 'System', 'True for what Gatehouse itself relies on; it cannot be deleted.', readOnly)
const graphId = text('graphId', 'graph_id', 100, 'Graph id', 'The id of its vertex in drawings of the access graph, where one was recorded; where none was, they name it by its letter and id.', { ...readOnly, ...onRequest, caseExact: true })
const managedSystem = reference('managedSystem', 'managed_sys_id', 'ManagedSystem', 'Managed system', 'The system it comes from; absent for our own.')

export const group: Resource = {
  name: 'Group',
  segment: 'groups',
  table: 'grp',
  idColumn: 'grp_id',
  collections: [],
  attributes: [
    id('grp_id', 'group'),
    text('displayName', 'grp_name', 255, 'Name', 'What people call it; one of a kind within its managed system.', { required: true, sortable: true, byLetters: true, searched: true }),
    text('description', 'group_desc', 512, 'Description', 'What the group is for.'),
    text('status', 'status', 20, 'Status', 'Only an active group passes anything on.', { canonical: statuses, default: 'ACTIVE' }),
    managedSystem,
    typeOf('typeId', 'type_id', 'GROUP_TYPE', 'Type', 'What kind of group it is.'),
    typeOf('classification', 'grp_classification', 'GROUP_CLASSIFICATION', 'Classification', 'Security group, distribution list, …'),
    typeOf('adGroupType', 'ad_grp_type', 'AD_GROUP_TYPE', 'Type in Active Directory', 'Its type in Active Directory.'),
    typeOf('adGroupScope', 'ad_grp_scope', 'AD_GROUP_SCOPE', 'Scope in Active Directory', 'Its scope in Active Directory.'),
    typeOf('risk', 'grp_risk', 'RISK', 'Risk', 'How much harm wrong membership does.'),
    ...limits,
    reference('policyId', 'policy_id', 'Policy', 'Password policy', 'The password policy of its members.'),
    flag('assignToAll', 'assign_to_all', 'Everyone', 'True when everybody is a member without being put in.', { default: false }),
    flag('isVisible', 'is_visible', 'Visible', 'False hides it from ordinary searches.', { default: true }),
    flag('participantCertification', 'participant_certification', 'Reviewed', 'False leaves its members out of access reviews.', { default: true }),
    adminResource,
    graphId,
    ...stamps(),
  ],
}

export const role: Resource = {
  name: 'Role',
  segment: 'roles',
  table: 'role',
  idColumn: 'role_id',
  collections: [],
  attributes: [
    id('role_id', 'role'),
    text('name', 'role_name', 80, 'Name', 'What people call it; one of a kind.', { required: true, sortable: true, byLetters: true, searched: true }),
    text('description', 'description', 255, 'Description', 'What the role is for.'),
    text('status', 'status', 20, 'Status', 'Only an active role passes anything on.', { canonical: statuses, default: 'ACTIVE' }),
    managedSystem,
    typeOf('typeId', 'type_id', 'ROLE_TYPE', 'Type', 'What kind of role it is.'),
    reference('policyId', 'policy_id', 'Policy', 'Password policy', 'The password policy of those who have it.'),
    ...limits,
    adminResource,
    isSystem,
    graphId,
    ...stamps(),
  ],
}

export const resource: Resource = {
  name: 'Resource',
  segment: 'resources',
  table: 'res',
  idColumn: 'resource_id',
  collections: [],
  attributes: [
    id('resource_id', 'resource'),
    text('name', 'name', 255, 'Name', 'What people call it; one of a kind.', { required: true, sortable: true, byLetters: true, searched: true }),
    reference('resourceType', 'resource_type_id', 'ResourceType', 'Type', 'What type of resource it is: one of `/metadata/resource-types`.', { required: true }),
    text('description', 'description', 512, 'Description', 'What it is.'),
    text('url', 'url', 255, 'Address', 'Where it is.', { caseExact: true, form: 'address' }),
    text('correlatedName', 'coorelated_name', 250, 'Name in its system', 'Its name in the system it belongs to.', { searched: true }),
    flag('isPublic', 'is_public', 'Public', 'True when everybody has it without being given it.', { default: false }),
    text('risk', 'risk', 10, 'Risk', 'How much harm wrong access does.', { canonical: ['LOW', 'MEDIUM', 'HIGH'] }),
    integer('displayOrder', 'display_order', 'Place', 'Its place in menus.'),
    typeOf('typeId', 'type_id', 'RESOURCE_TYPE', 'Type', 'What kind of resource it is.'),
    reference('minAuthLevel', 'min_auth_level', 'AuthLevel', 'Least sign-in', 'How strongly one must have signed in to use it.'),
    adminResource,
    isSystem,
    graphId,
    ...stamps(),
  ],
}

export const right: Resource = {
  name: 'Right',
  segment: 'rights',
  table: 'access_rights',
  idColumn: 'access_right_id',
  collections: [],
  attributes: [
    identifier('id', 'access_right_id', 'Id', 'The id of the right: a word of the caller\'s, such as APPROVE, or made by the server.', { mutability: 'immutable', returned: 'always', uniqueness: 'server', sortable: true }),
    text('name', 'name', 100, 'Name', 'What people call it; one of a kind.', { required: true, sortable: true, byLetters: true, searched: true }),
    text('description', 'description', 255, 'Description', 'What it allows.'),
    reference('managedSystem', 'managed_sys_id', 'ManagedSystem', 'Managed system', 'The system it means something in; absent means everywhere.'),
    reference('typeId1', 'metadate_type_id_1', 'MetadataType', 'First type', 'A type by which rights are grouped.'),
    reference('typeId2', 'metadate_type_id_2', 'MetadataType', 'Second type', 'A second such type.'),
    isSystem,
    ...stamps(),
  ],
}
