/** The person: every attribute of USERS, and the child tables that belong to the document. Seed table USERS. */
import { binary, date, dateTime, flag, identifier, integer, onRequest, personal, readOnly, reference, selfEditable, text, typeOf, type OpenResource } from './attribute.ts'
import { addresses, emails, phoneNumbers } from './contacts.ts'
import { affiliations, keys, logins, notes, primaryAccount, relations, supervisors } from './user-links.ts'
import { activeExpression, secondaryStatuses, statuses } from './user-statuses.ts'

const name = [
  text('name.formatted', 'display_name', 400, 'Full name', 'The name as one writes it, made from its parts.', readOnly),
  text('name.familyName', 'last_name', 100, 'Family name', 'The family name without its prefix.', { sortable: true, byLetters: true, searched: true }),
  text('name.givenName', 'first_name', 100, 'Given name', 'The given name.', { sortable: true, byLetters: true, searched: true }),
  text('name.middleName', 'middle_init', 50, 'Middle name', 'The middle name or its initial.', { searched: true }),
  text('name.honorificPrefix', 'prefix', 20, 'Title of address', 'What stands before the name: Dr., Prof.'),
  text('name.honorificSuffix', 'suffix', 20, 'Suffix', 'What stands after the name: Jr., III.', { searched: true }),
  text('lastnamePrefix', 'lastname_prefix', 10, 'Family name prefix', 'A particle of the family name (van der) that is shown but not sorted by.', { searched: true }),
  text('partnerName', 'partner_name', 60, 'Partner name', 'The partner\'s family name, shown after a hyphen.', { searched: true }),
  text('prefixPartnerName', 'prefix_partner_name', 10, 'Partner name prefix', 'The particle of the partner\'s name.'),
  text('maidenName', 'maiden_name', 40, 'Birth name', 'The family name at birth.', { searched: true }),
  text('nickName', 'nickname', 100, 'Nickname', 'The name the person prefers to be called by.', { ...selfEditable, searched: true }),
  text('displayName', 'display_name', 400, 'Display name', 'Given name, prefix, family name and partner name as one line.', readOnly),
  text('sortName', 'sort_name', 400, 'Sort name', 'Family name first and its prefix last, as an index lists people.', { ...readOnly, sortable: true, byLetters: true }),
]

const employment = [
  typeOf('typeId', 'type_id', 'USER_OBJECT_TYPE', 'Type', 'What kind of person this is; decides which custom attributes apply.', { default: 'DEFAULT_USER' }),
  typeOf('subTypeId', 'sub_type_id', 'USER_OBJECT_TYPE', 'Sub-type', 'A finer kind within the type.'),
  typeOf('employeeType', 'employee_type', 'USER_TYPE', 'Employment type', 'Full-time, part-time, contractor, …', { scim: 'userType' }),
  typeOf('jobCode', 'job_code', 'JOB_CODE', 'Job code', 'The classified job.'),
  text('classification', 'classification', 100, 'Classification', 'A free classification of the person.'),
  text('userTypeInd', 'user_type_ind', 20, 'Type indicator', 'A free indicator older than the type.'),
  text('title', 'title', 100, 'Job title', 'The job title.'),
  text('employeeNumber', 'employee_id', 100, 'Employee number', 'The number human resources know the person by.', { sortable: true, scim: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber' }),
  text('costCenter', 'cost_center', 100, 'Cost centre', 'Where the costs go.', { scim: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter' }),
  text('mailCode', 'mail_code', 100, 'Mail code', 'The internal mail stop.'),
  text('locationCd', 'location_cd', 50, 'Location code', 'The code of the place of work.'),
  text('locationName', 'location_name', 100, 'Location', 'The name of the place of work.'),
  reference('companyOwnerId', 'company_owner_id', 'Organization', 'Owning organisation', 'The organisation that answers for this record.'),
  date('startDate', 'start_date', 'Start date', 'First day of employment; someone who waits for it is activated on that day.', { sortable: true }),
  date('lastDate', 'last_date', 'Last date', 'Last day of employment; the nightly job terminates the person after it.', { sortable: true }),
]

const governance = [
  // Not one's own to change: whoever may name anybody learns by the answer who is there, and people may look nobody up.
  reference('alternateId', 'alternate_id', 'User', 'Out-of-office delegate', 'Who acts while the person is away.'),
  dateTime('alternateStartDate', 'alternate_start_date', 'Out of office from', 'When the delegate begins to act.', selfEditable),
  dateTime('alternateEndDate', 'alternate_end_date', 'Out of office until', 'When the delegate ceases to act.', selfEditable),
  reference('certDelegateId', 'cert_delegate_id', 'User', 'Certification delegate', 'Who does this person\'s access reviews in the window.'),
  dateTime('certDelegateStartDate', 'cert_delegate_start_date', 'Delegated from', 'When the certification delegate begins.'),
  dateTime('certDelegateEndDate', 'cert_delegate_end_date', 'Delegated until', 'When the certification delegate ceases.'),
  text('positionStatus', 'position_status', 40, 'Position status', 'Where a position change stands.', { canonical: ['UNCHANGED', 'FIELD_CHANGED', 'SUPERVISOR_CHANGED', 'IN_REVIEW', 'REVIEWED'] }),
  text('previousPosition', 'previous_position', 100, 'Previous position', 'The position before the last change.'),
]

const identity = [
  identifier('id', 'user_id', 'Id', 'The id of the record, made by the server.', { mutability: 'readOnly', returned: 'always', uniqueness: 'server', sortable: true }),
  text('userName', 'user_name', 220, 'User name', 'The name the person signs in with: the login of managed system 0.', { required: true, uniqueness: 'server', sortable: true, searched: true, form: 'login' }),
  flag('active', 'status', 'Active', 'True when the person may sign in; setting it enables or disables.', { expression: activeExpression }),
  text('status', 'status', 40, 'Status', 'Where the person stands in their life here; changed by the lifecycle operations.', { mutability: 'immutable', canonical: statuses }),
  text('secondaryStatus', 'secondary_status', 40, 'Account status', 'Locked or disabled; absent when nothing stands against signing in.', { mutability: 'immutable', canonical: secondaryStatuses }),
  text('primaryEmail', 'primary_email', 320, 'Primary e-mail', 'The address marked primary among the e-mail addresses; absent while that is not in use.', { ...readOnly, searched: true }),
  date('birthdate', 'birthdate', 'Date of birth', 'The date of birth.', personal),
  text('sex', 'sex', 1, 'Sex', 'M or F, as the seed has it; absent when not known or not said.', { ...personal, canonical: ['M', 'F'] }),
  text('preferredLanguage', 'preferred_language', 35, 'Language', 'The language the person is written to in, as in BCP 47: de, en-GB.', { ...selfEditable, caseExact: true, form: 'language' }),
  flag('isVisible', 'is_visible', 'Visible', 'False hides the person from ordinary searches.', { default: true }),
  flag('systemFlag', 'system_flag', 'System record', 'True for records of the system, which can be neither changed nor deleted.', readOnly),
]

const bookkeeping = [
  dateTime('datePasswordChanged', 'date_password_changed', 'Password changed', 'When the primary password was last changed.', readOnly),
  dateTime('dateChallengeRespChanged', 'date_challenge_resp_changed', 'Answers changed', 'When the security answers were last changed.', { ...readOnly, ...onRequest }),
  dateTime('dateItPolicyApproved', 'date_it_policy_approved', 'Policy accepted', 'When the usage policy was last accepted.', readOnly),
  dateTime('conversionDate', 'conversion_date', 'Converted', 'When the type was last changed by a conversion.', readOnly),
  text('secretWord', 'secret_word', 255, 'Secret word', 'The word the help desk asks for; kept hashed, never shown.', { mutability: 'writeOnly', returned: 'never', sensitivity: 'secret', filterable: false }),
  integer('secretFailCount', 'secret_fail_count', 'Wrong secret words', 'How often the word was wrong in a row.', { ...readOnly, ...onRequest }),
  text('graphId', 'graph_id', 100, 'Graph id', 'The id of this person\'s vertex in drawings of the access graph, where one was recorded; where none was, they name it by u and the id.', { ...readOnly, ...onRequest, caseExact: true }),
  binary('userHandle', 'user_handle', 'User handle', 'The opaque WebAuthn user handle.', { ...readOnly, ...onRequest }),
  date('claimDate', 'claim_date', 'Claimed', 'Deprecated: when a prepared account was claimed.', { ...readOnly, ...onRequest }),
  text('passwordTheme', 'password_theme', 20, 'Password theme', 'Deprecated: kept readable, not written.', { ...readOnly, ...onRequest }),
  primaryAccount,
  reference('userOwnerId', 'user_owner_id', 'User', 'Owner', 'Deprecated: kept readable, not written.', { ...readOnly, ...onRequest }),
  reference('createdBy', 'created_by', 'User', 'Created by', 'Who made the record.', readOnly),
  reference('lastUpdatedBy', 'last_updated_by', 'User', 'Changed by', 'Who changed the record last.', readOnly),
  dateTime('meta.created', 'create_date', 'Created', 'When the record was made.', { ...readOnly, sortable: true }),
  dateTime('meta.lastModified', 'last_update', 'Changed', 'When the record was last changed.', { ...readOnly, sortable: true }),
  integer('meta.version', 'version', 'Version', 'Counts the changes of the record; the ETag.', { ...readOnly, filterable: false }),
]

export const user: OpenResource = {
  name: 'User',
  segment: 'users',
  table: 'users',
  idColumn: 'user_id',
  attributes: [...identity, ...name, ...employment, ...governance, ...bookkeeping],
  collections: [emails, phoneNumbers, addresses, affiliations, supervisors, relations, logins, notes, keys],
  custom: {
    path: 'attributes',
    table: 'user_attributes',
    idColumn: 'id',
    parentColumn: 'user_id',
    valueTable: 'user_attribute_values',
    valueParent: 'user_attribute_id',
    everyType: 'DEFAULT_USER',
  },
  shuffled: true,
}
