/**
 * What a violated constraint means to a caller, by the constraint's name. Constraints not listed here are answered by
 * their kind (`database-errors.ts`). A test holds each name to one that exists.
 */
import { GatehouseError, type ErrorCode } from '../errors.ts'

interface Meaning {
  code: ErrorCode
  /** The attribute it is about, where there is one. */
  path?: string
  message: string
}

const taken = (message: string, path?: string): Meaning => ({ code: 'already_exists', path, message })
const refused = (message: string, path?: string): Meaning => ({ code: 'invalid_value', path, message })
const inUse = (message: string): Meaning => ({ code: 'still_referenced', message })
const circle = (message: string): Meaning => ({ code: 'circular_dependency', message })

export const lastOne: Meaning = { code: 'conflict', message: 'This would leave nobody who may administer everything: give the role GATEHOUSE_SUPER_ADMIN to somebody else first.' }

/** Whether it says that nobody would be left who may administer everything. */
export const isLastOne = (error: unknown): error is GatehouseError => error instanceof GatehouseError && error.message === lastOne.message

/** A period that overlaps another of its pair, or begins when it begins, or ends before it begins. */
function periodsOf(table: string, what: string): [string, Meaning][] {
  const message = `${what} already exists for part of this time.`
  const overlap: Meaning = { code: 'period_overlap', path: 'start', message }
  return [
    [`${table}_period`, overlap],
    [`${table}_start_key`, overlap],
    [`${table}_dates`, refused('The period must end after it begins.', 'end')],
  ]
}

const memberships: [string, string][] = [
  ['user_affiliation', 'This affiliation'],
  ['user_role', 'This assignment of the role'],
  ['user_grp', 'This membership of the group'],
  ['resource_user', 'This access to the resource'],
  ['company_to_company_membership', 'This place in the hierarchy'],
  ['role_to_role_membership', 'This edge between the roles'],
  ['grp_to_grp_membership', 'This edge between the groups'],
  ['res_to_res_membership', 'This edge between the resources'],
  ['grp_role', 'This edge between group and role'],
  ['resource_role', 'This edge between role and resource'],
  ['resource_group', 'This edge between group and resource'],
  ['role_org_membership', 'This edge between organisation and role'],
  ['group_organization', 'This edge between organisation and group'],
  ['res_org_membership', 'This edge between organisation and resource'],
]

export const constraints: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['login_name_key', taken('Another person signs in with this name.', 'userName')],
  ['login_primary_key', taken('A person has one login of managed system 0.', 'logins')],
  ['login_status', refused('The status of a login is ACTIVE, INACTIVE or SUSPENDED.', 'logins')],
  ['users_status', refused('There is no such status.', 'status')],
  ['users_secondary_status', refused('There is no such account status.', 'secondaryStatus')],
  ['users_sex', refused('sex is M, F or absent.', 'sex')],
  ['users_dates', refused('The last date lies before the start date.', 'lastDate')],
  ['users_alternate_window', refused(
    'The out-of-office time must end after it begins, and the delegate must be someone else.', 'alternateId')],
  ['users_cert_delegate_window', refused(
    'The delegation must end after it begins, and the delegate must be someone else.', 'certDelegateId')],
  ['email_address_default_key', taken('A person has one primary e-mail address.', 'emails')],
  ['phone_default_key', taken('A person has one primary phone number.', 'phoneNumbers')],
  ['address_default_key', taken('A person has one primary postal address.', 'addresses')],
  ['user_attributes_name_key', taken('The person already has an attribute of this name.', 'attributes')],
  ['login_attribute_name_key', taken('The login already has an attribute of this name.', 'logins')],
  ['company_attribute_name_key', taken('The organisation already has an attribute of this name.', 'attributes')],
  ['user_key_name_key', taken('The person already has a key of this name.', 'keys')],
  ['user_key_hash_key', taken('This API key is already in use.', 'keys')],
  ['user_key_held', refused('An API key is held as a hash only.', 'keys')],
  ['user_to_user_membership_key', taken('The two people are already related in this way.', 'relations')],
  ['user_to_user_membership_self', circle('A person cannot be related to themselves.')],
  ['org_structure_key', taken('This person is already a supervisor.', 'supervisors')],
  ['org_structure_primary_key', taken('A person has one primary supervisor.', 'supervisors')],
  ['org_structure_self', circle('A person cannot supervise themselves.')],
  ['user_identity_ans_question_key', taken('The question has already been answered.')],
  ['company_to_company_membership_self', circle('An organisation cannot stand below itself.')],
  ['role_to_role_membership_self', circle('A role cannot stand below itself.')],
  ['grp_to_grp_membership_self', circle('A group cannot stand below itself.')],
  ['res_to_res_membership_self', circle('A resource cannot stand below itself.')],
  ['metadata_element_name_key', taken('The type already has an element of this name.', 'name')],
  ['md_element_valid_values_key', taken('A valid value is listed twice.', 'validValues')],
  ['metadata_type_pkey', taken('There is already a type with this id.', 'id')],
  ['resource_type_pkey', taken('There is already a resource type with this id.', 'id')],
  ['organization_type_pkey', taken('There is already an organisation type with this id.', 'id')],
  ['organization_type_name_key', taken('There is already an organisation type of this name.', 'name')],
  ['managed_sys_pkey', taken('There is already a managed system with this id.', 'id')],
  ['managed_sys_name_key', taken('There is already a managed system of this name.', 'name')],
  ['user_role_keeps_super_admin', lastOne],
  ['users_keep_super_admin', lastOne],
  ['users_last_date_keeps_super_admin', { ...lastOne, path: 'lastDate' }],
  ['role_keeps_super_admin', { ...lastOne, message: 'The role of the super administrator stays active: nobody could administer everything without it.' }],
  ['login_keeps_super_admin', lastOne],
  ['login_gone_keeps_super_admin', lastOne],
  ['delegation_keeps_super_admin', lastOne],
  ['role_name_key', taken('There is already a role of this name.', 'name')],
  ['grp_name_key', taken('There is already a group of this name in its managed system.', 'name')],
  ['res_name_key', taken('There is already a resource of this name.', 'name')],
  ['access_rights_name_key', taken('There is already a right of this name.', 'name')],
  ['policy_name_key', taken('There is already a policy of this name.', 'name')],
  ['content_provider_name_key', taken('There is already a site of this name.', 'name')],
  ['content_provider_pattern_key', taken('There is already a site of these host names.', 'domainPattern')],
  ['it_policy_version_name_key', taken('The policy already has a version of this name.', 'name')],
  ['it_policy_version_active_key', taken('Another version is asked for already.', 'active')],
  ['delegation_key', taken('The administrator is already restricted to this.', 'target')],
  ['oidc_client_name_key', taken('There is already a client of this name.', 'name')],
  ['oidc_client_site_id_fkey', { code: 'invalid_reference', path: 'siteId', message: 'There is no site with this id.' }],
  ['oidc_client_user_id_fkey', { code: 'invalid_reference', path: 'userId', message: 'There is no person with this id.' }],
  ['portal_name_key', taken('There is already a portal of this name.', 'name')],
  ['iam_portal_settings_client_id', taken('Another portal has this client.', 'client_id')],
  ['efs_users_person_key', taken('This person already administers EFS.')],
  ['efs_panelists_person_key', taken('This person already is a panelist.')],
  ...memberships.flatMap(([table, what]) => periodsOf(table, what)),
])

/**
 * What it means at a moment: a login is how somebody signs in here in our own system, and an account in any other. PostgreSQL's detail
 * ends in the system's id: `Key (lowercase_login, managed_sys_id)=(ada, LINUX) already exists.`
 */
export function meaningOf(constraint: string, detail: string | undefined): Meaning | undefined {
  const system = constraint === 'login_name_key' ? /\)=\(.*, ([^\s,()]+)\)/s.exec(detail ?? '')?.[1] : undefined
  if (system === undefined || system === '0') return constraints.get(constraint)
  return taken(`Another account of the managed system ${system} has this login.`, 'logins.login')
}

const alongEdges = [
  'grp_grp', 'grp_org', 'grp_role', 'org_to_org', 'res_grp', 'res_org', 'res_res', 'res_role', 'role_org', 'role_role', 'user_grp', 'user_res', 'user_role',
].map((table) => `${table}_membership_rights`)

/** A parent that is still pointed to: the same constraint means something else when the parent is deleted. */
export const whileReferenced: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['user_affiliation_company_id_fkey', inUse('People still belong to this organisation.')],
  ['company_to_company_membership_company_id_fkey', inUse('Other organisations still stand below this one.')],
  ['company_org_type_id_fkey', inUse('There are organisations of this type.')],
  ['company_parent_id_fkey', inUse('Other organisations still stand below this one.')],
  ['users_company_owner_id_fkey', inUse('This organisation still owns people\'s records.')],
  ['res_resource_type_id_fkey', inUse('There are resources of this type.')],
  ['user_role_role_id_fkey', inUse('People still have this role.')],
  ['user_grp_grp_id_fkey', inUse('People are still in this group.')],
  ['delegation_company_id_fkey', inUse('Administrators are restricted to this organisation; change their delegations first.')],
  ['delegation_grp_id_fkey', inUse('Administrators are restricted to this group; change their delegations first.')],
  ['it_policy_version_it_policy_id_fkey', inUse('The policy still has versions.')],
  ['user_it_policy_history_version_id_fkey', inUse('Somebody has decided on this version.')],
  ['resource_user_resource_id_fkey', inUse('People still have this resource.')],
  ['metadata_element_type_id_fkey', inUse('Custom attributes are declared for this type; remove those first.')],
  ...[...alongEdges, 'user_affiliation_rights'].map((table): [string, Meaning] => [`${table}_access_right_id_fkey`, inUse('Memberships and affiliations, or edges between groups, roles, resources and organisations, still name this right; take it out of their rights first.')]),
])
