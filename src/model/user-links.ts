/** What ties a person to others and to systems: affiliations, supervisors, related accounts, logins, notes and keys. */
import { dateTime, flag, identifier, integer, onRequest, readOnly, reference, text, typeOf, type Collection } from './attribute.ts'

const id = (column: string) => identifier('id', column, 'Id', 'The id of this entry, made by the server.', { ...readOnly, returned: 'always' })

/** USER_AFFILIATION with its rights: when a person belongs to an organisation, as what. */
export const affiliations: Collection = {
  path: 'affiliations',
  segment: 'affiliations',
  label: 'affiliation',
  table: 'user_affiliation',
  idColumn: 'membership_id',
  parentColumn: 'user_id',
  returned: 'request',
  onePrimary: false,
  period: { target: 'organization' },
  limit: 1000,
  doc: 'The organisations the person belongs to, with dates and rights.',
  attributes: [
    id('membership_id'),
    reference('organization', 'company_id', 'Organization', 'Organisation', 'The organisation.', { required: true }),
    typeOf('type', 'metadata_type_id', 'AFFILIATION_TYPE', 'Type', 'Primary, secondary, …'),
    dateTime('start', 'start_date', 'From', 'When it begins; absent means always.'),
    dateTime('end', 'end_date', 'Until', 'When it ends (that instant excluded); absent means open.'),
    text('description', 'description', 255, 'Description', 'A note, or the request that granted it.'),
    reference('rights', 'access_right_id', 'Right', 'Rights', 'Rights tagged onto the affiliation.', {
      side: { table: 'user_affiliation_rights', parentColumn: 'membership_id', column: 'access_right_id' },
    }),
    text('edgeId', 'edge_id', 40, 'Edge id', 'The id of this edge in drawings of the access graph.', { ...readOnly, ...onRequest, caseExact: true }),
    dateTime('created', 'create_date', 'Created', 'When it was added.', { ...readOnly, ...onRequest }),
    reference('createdBy', 'created_by', 'User', 'Created by', 'Who added it, when that was a person.', { ...readOnly, ...onRequest }),
    text('grantedBy', 'granted_by', 255, 'Granted with', 'What whoever added it showed: a login, the name of a key, a job.', { ...readOnly, ...onRequest }),
  ],
}

/** ORG_STRUCTURE: who supervises the person; one of them is the primary supervisor. */
export const supervisors: Collection = {
  path: 'supervisors',
  segment: 'supervisors',
  label: 'supervisor',
  table: 'org_structure',
  idColumn: 'org_structure_id',
  parentColumn: 'staff_id',
  returned: 'request',
  onePrimary: true,
  limit: 50,
  doc: 'The people who supervise this person.',
  attributes: [
    id('org_structure_id'),
    reference('supervisor', 'supervisor_id', 'User', 'Supervisor', 'The supervising person.', { required: true }),
    flag('primary', 'is_primary_super', 'Primary', 'True for the one primary supervisor.'),
  ],
}

/** Seen from the account: whose it is, with whom it ends. */
export const primaryAccount = reference('primaryAccount', 'user_to_user_membership.primary_user_id', 'User', 'Account of', 'The person whose related account this record is; it ends with them.', {
  ...readOnly, ...onRequest,
  side: { table: `(select related_user_id, primary_user_id from user_to_user_membership where type_id is distinct from 'FAMILY')`, parentColumn: 'related_user_id', column: 'primary_user_id', single: true },
})

/** USER_TO_USER_MEMBERSHIP: accounts related to this one, which is the primary. */
export const relations: Collection = {
  path: 'relations',
  segment: 'relations',
  label: 'related user',
  table: 'user_to_user_membership',
  idColumn: 'membership_id',
  parentColumn: 'primary_user_id',
  returned: 'request',
  onePrimary: false,
  besides: primaryAccount,
  limit: 200,
  doc: 'Further accounts of the same person, such as an administrator\'s account. `primaryAccount` of each leads back; family are other people.',
  attributes: [
    id('membership_id'),
    reference('user', 'related_user_id', 'User', 'Related user', 'The related record.', { required: true }),
    typeOf('type', 'type_id', 'RELATED_USER', 'Type', 'What the relation is.', { required: true }),
    text('description', 'description', 255, 'Description', 'A note on the relation.'),
  ],
}

const counter = { ...readOnly, ...onRequest }

/** LOGIN: one account of the person in one managed system; the one of system 0 is how they sign in here. */
export const logins: Collection = {
  path: 'logins',
  segment: 'logins',
  label: 'login',
  table: 'login',
  idColumn: 'login_id',
  parentColumn: 'user_id',
  returned: 'request',
  onePrimary: false,
  limit: 100,
  doc: 'The person\'s accounts in managed systems.',
  custom: {
    path: 'attributes',
    table: 'login_attribute',
    idColumn: 'login_attr_id',
    parentColumn: 'login_id',
    valueTable: 'login_attribute_values',
    valueParent: 'login_attribute_id',
    everyType: 'DEFAULT_LOGIN',
    inlineColumn: 'value',
  },
  attributes: [
    id('login_id'),
    text('login', 'login', 220, 'Login', 'The name of the account in its system.', { required: true, form: 'login' }),
    reference('managedSystem', 'managed_sys_id', 'ManagedSystem', 'Managed system', 'The system; 0 is Gatehouse itself.', { required: true }),
    text('identityType', 'identity_type', 20, 'Identity type', 'Primary, service account, …'),
    text('status', 'status', 20, 'Status', 'Whether the account is in use.', { canonical: ['ACTIVE', 'INACTIVE', 'SUSPENDED'], default: 'ACTIVE' }),
    text('provStatus', 'prov_status', 20, 'Provisioning', 'How far the last operation on the remote account came.', readOnly),
    text('authType', 'auth_type', 255, 'Authentication', 'How the account authenticates. Of the login here: PASSWORD, or nothing, by a password; anything else (OKTA, PASSKEY, LDAP, SAML, …) has none here, and no password is taken, checked for Okta or recovered: its person comes through Okta or by a passkey.'),
    flag('isActive', 'is_active', 'Usable', 'False keeps the login from being used.', { default: true }),
    text('lockMarker', 'lock_marker', 20, 'Lock', 'Whether the login is locked, and by whom.', { ...readOnly, canonical: ['NOT_LOCKED', 'LOCKED', 'LOCKED_ADMIN'] }),
    flag('firstTimeLogin', 'first_time_login', 'Never used', 'True until the first successful sign-in.', readOnly),
    text('resetPwd', 'reset_pwd', 32, 'Forced change', 'Set when the password must be changed at the next sign-in: DEMANDED where an administrator or the help desk has demanded it of one\'s own, DEMANDED_TEMPORARY of a temporary one.', readOnly),
    flag('totpActive', 'topt_active', 'TOTP', 'True when a time-based code is enrolled.', readOnly),
    flag('otpActive', 'otp_active', 'OTP', 'True when one-time codes are enrolled.', readOnly),
    text('password', 'password', 255, 'Password', 'The hash of the password; set by the password operations, never shown.', { mutability: 'readOnly', returned: 'never', sensitivity: 'secret', filterable: false }),
    dateTime('pwdChanged', 'pwd_changed', 'Password changed', 'When the password was last changed.', readOnly),
    dateTime('pwdExp', 'pwd_exp', 'Password expires', 'When the password expires.', readOnly),
    dateTime('pwdClosed', 'pwd_closed', 'Password closed', 'When a hundred wrong passwords in a row closed it: from then on none is looked at, the right one neither, until it is set anew or unlocked. All other ways in stay open. Absent while it is open.', readOnly),
    dateTime('gracePeriod', 'grace_period', 'Grace until', 'Until when an expired password still works.', readOnly),
    dateTime('lastLogin', 'last_login', 'Last sign-in', 'When the login was last used.', readOnly),
    text('lastLoginIp', 'last_login_ip', 60, 'Last address', 'From where it was last used.', { ...counter, sensitivity: 'personal' }),
    dateTime('prevLogin', 'prev_login', 'Sign-in before', 'When it was used before that.', counter),
    text('prevLoginIp', 'prev_login_ip', 60, 'Address before', 'From where it was used before that.', { ...counter, sensitivity: 'personal' }),
    dateTime('lastAuthAttempt', 'last_auth_attempt', 'Last attempt', 'When someone last tried.', counter),
    integer('authFailCount', 'auth_fail_count', 'Failures', 'Wrong passwords in a row.', counter),
    integer('pwdChangeCount', 'pwd_change_count', 'Changes', 'Password changes in the current day.', counter),
    integer('challengeResponseFailCount', 'challenge_response_fail_count', 'Wrong answers', 'Wrong security answers in a row.', counter),
    integer('otpFailCount', 'otp_fail_count', 'Wrong codes', 'Wrong one-time codes in a row.', counter),
    dateTime('lastOtpAccess', 'last_otp_access', 'Last code', 'When a one-time code last succeeded.', counter),
    dateTime('created', 'create_date', 'Created', 'When the login was made.', readOnly),
    reference('createdBy', 'created_by', 'User', 'Created by', 'Who made it.', { ...readOnly, ...onRequest }),
    dateTime('lastModified', 'last_update', 'Changed', 'When it was last changed.', { ...readOnly, ...onRequest }),
  ],
}

/** USER_NOTE: remarks about the person. */
export const notes: Collection = {
  path: 'notes',
  segment: 'notes',
  label: 'note',
  table: 'user_note',
  idColumn: 'user_note_id',
  parentColumn: 'user_id',
  returned: 'request',
  onePrimary: false,
  limit: 1000,
  doc: 'Remarks about the person.',
  attributes: [
    id('user_note_id'),
    text('type', 'note_type', 20, 'Type', 'General, Compliance, Warning, …'),
    text('description', 'description', 2000, 'Text', 'The remark.', { required: true }),
    dateTime('created', 'create_date', 'Created', 'When it was written.', readOnly),
    reference('createdBy', 'created_by', 'User', 'Written by', 'Who wrote it.', readOnly),
  ],
}

/** USER_KEY: public keys shown as they are; API keys held as a hash only. */
export const keys: Collection = {
  path: 'keys',
  segment: 'keys',
  label: 'key',
  table: 'user_key',
  idColumn: 'user_key_id',
  parentColumn: 'user_id',
  returned: 'request',
  onePrimary: false,
  limit: 100,
  doc: 'The person\'s public keys and API keys.',
  attributes: [
    id('user_key_id'),
    text('name', 'name', 40, 'Name', 'A name for the key, one of a kind for this person.', { required: true, form: 'name' }),
    text('type', 'key_type', 20, 'Type', 'SSH for a public key, API for a bearer key of this server.', { mutability: 'immutable', canonical: ['SSH', 'API'], default: 'SSH' }),
    text('value', 'key_value', 2048, 'Public key', 'The public key; absent for API keys.', { caseExact: true }),
    text('fingerprint', 'fingerprint', 60, 'Fingerprint', 'The SHA-256 of a public key, as ssh-keygen shows it.', { ...readOnly, caseExact: true }),
    text('scopes', 'scopes', 100, 'Scopes', 'What an API key may do: read, write, admin.', { mutability: 'immutable' }),
    dateTime('expires', 'expires_at', 'Expires', 'When the key ceases to work.', { mutability: 'immutable' }),
    dateTime('lastUsed', 'last_used_at', 'Last used', 'When the key was last used, to the hour.', readOnly),
    dateTime('created', 'create_date', 'Created', 'When it was added.', readOnly),
  ],
}
