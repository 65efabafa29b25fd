-- The rows every installation needs. Ids are readable constants: other code and imports name them.

insert into public.metadata_type (grouping, type_id, display_name, display_order, is_system) values
  -- Statuses are fixed (the check on public.users lists them too); here they have names to show.
  ('USER', 'ACTIVE', 'Active', 1, 'Y'),
  ('USER', 'INACTIVE', 'Inactive', 2, 'Y'),
  ('USER', 'PENDING_START_DATE', 'Waits for the start date', 3, 'Y'),
  ('USER', 'PENDING_APPROVAL', 'Waits for approval', 4, 'Y'),
  ('USER', 'APPROVAL_DECLINED', 'Approval declined', 5, 'Y'),
  ('USER', 'PENDING_USER_VALIDATION', 'Waits for the person to confirm', 6, 'Y'),
  ('USER', 'PENDING_INITIAL_LOGIN', 'Waits for the first sign-in', 7, 'Y'),
  ('USER', 'TERMINATED', 'Terminated', 8, 'Y'),
  ('USER', 'DELETED', 'Deactivated', 9, 'Y'),
  ('USER', 'LEAVE_OF_ABSENCE', 'Leave of absence', 10, 'Y'),
  ('USER', 'USER_LEAVE_WITH_PAY', 'Paid leave', 11, 'Y'),
  ('USER', 'LEAVE', 'On leave', 12, 'Y'),
  ('USER', 'RETIRED', 'Retired', 13, 'Y'),
  ('USER', 'DECEASED', 'Deceased', 14, 'Y'),
  ('USER_2ND_STATUS', 'LOCKED', 'Locked after failed sign-ins', 1, 'Y'),
  ('USER_2ND_STATUS', 'LOCKED_ADMIN', 'Locked by an administrator', 2, 'Y'),
  ('USER_2ND_STATUS', 'DISABLED', 'Disabled', 3, 'Y'),
  ('USER_OBJECT_TYPE', 'DEFAULT_USER', 'Person', 1, 'Y'),
  ('USER_OBJECT_TYPE', 'INTERNAL_USER', 'Internal person', 2, 'N'),
  ('USER_OBJECT_TYPE', 'EXTERNAL_USER', 'External person', 3, 'N'),
  ('USER_OBJECT_TYPE', 'SERVICE_USER', 'Service account', 4, 'N'),
  ('USER_TYPE', 'FULL-TIME', 'Full-time', 1, 'N'),
  ('USER_TYPE', 'PART-TIME', 'Part-time', 2, 'N'),
  ('USER_TYPE', 'TEMP', 'Temporary', 3, 'N'),
  ('USER_TYPE', 'INTERN', 'Intern', 4, 'N'),
  ('USER_TYPE', 'CONTRACTOR', 'Contractor', 5, 'N'),
  ('JOB_CODE', 'MANAGER', 'Manager', 1, 'N'),
  ('JOB_CODE', 'SECURITY_MANAGER', 'Security manager', 2, 'N'),
  ('JOB_CODE', 'SERVICE_REP', 'Service representative', 3, 'N'),
  ('JOB_CODE', 'SALES_REP', 'Sales representative', 4, 'N'),
  ('EMAIL', 'PRIMARY_EMAIL', 'Main e-mail', 1, 'Y'),
  ('EMAIL', 'WORK_EMAIL', 'Work e-mail', 2, 'N'),
  ('EMAIL', 'HOME_EMAIL', 'Private e-mail', 3, 'N'),
  ('EMAIL', 'OTHER_EMAIL', 'Other e-mail', 4, 'N'),
  ('PHONE', 'OFFICE_PHONE', 'Office phone', 1, 'N'),
  ('PHONE', 'CELL_PHONE', 'Mobile phone', 2, 'N'),
  ('PHONE', 'HOME_PHONE', 'Private phone', 3, 'N'),
  ('PHONE', 'FAX', 'Fax', 4, 'N'),
  ('PHONE', 'PAGER', 'Pager', 5, 'N'),
  ('PHONE', 'OTHER_PHONE', 'Other phone', 6, 'N'),
  ('ADDRESS', 'PRIMARY_LOCATION', 'Main address', 1, 'N'),
  ('ADDRESS', 'OFFICE_ADDRESS', 'Office address', 2, 'N'),
  ('ADDRESS', 'HOME_ADDRESS', 'Home address', 3, 'N'),
  ('ADDRESS', 'OTHER_ADDRESS', 'Other address', 4, 'N'),
  ('AFFILIATION_TYPE', 'PRIMARY_AFFILIATION', 'Main organisation', 1, 'Y'),
  ('AFFILIATION_TYPE', 'SECONDARY_AFFILIATION', 'Further organisation', 2, 'N'),
  ('AFFILIATION_TYPE', 'MEMBER_AFFILIATION', 'Member', 3, 'N'),
  ('RELATED_USER', 'ADMIN_ACCOUNT', 'Administrative account', 1, 'N'),
  ('RELATED_USER', 'SERVICE_ACCOUNT', 'Service account', 2, 'N'),
  ('RELATED_USER', 'TEST_ACCOUNT', 'Test account', 3, 'N'),
  ('RELATED_USER', 'FAMILY', 'Family', 4, 'N'),
  ('ORG_TYPE', 'DEFAULT_ORGANIZATION', 'Organisation', 1, 'Y'),
  ('LOGIN_TYPE', 'DEFAULT_LOGIN', 'Account', 1, 'Y'),
  ('ROLE_TYPE', 'BUSINESS_ROLE', 'Business role', 1, 'N'),
  ('ROLE_TYPE', 'TECHNICAL_ROLE', 'Technical role', 2, 'N'),
  ('GROUP_TYPE', 'DEFAULT_GROUP', 'Group', 1, 'N'),
  ('GROUP_CLASSIFICATION', 'SECURITY_GROUP', 'Security group', 1, 'N'),
  ('GROUP_CLASSIFICATION', 'MAIL_GROUP', 'Distribution list', 2, 'N'),
  ('AD_GROUP_TYPE', 'AD_SECURITY', 'Active Directory: security', 1, 'Y'),
  ('AD_GROUP_TYPE', 'AD_DISTRIBUTION', 'Active Directory: distribution', 2, 'Y'),
  ('AD_GROUP_SCOPE', 'AD_DOMAIN_LOCAL', 'Active Directory: domain local', 1, 'Y'),
  ('AD_GROUP_SCOPE', 'AD_GLOBAL', 'Active Directory: global', 2, 'Y'),
  ('AD_GROUP_SCOPE', 'AD_UNIVERSAL', 'Active Directory: universal', 3, 'Y'),
  ('RISK', 'RISK_LOW', 'Low risk', 1, 'Y'),
  ('RISK', 'RISK_MEDIUM', 'Medium risk', 2, 'Y'),
  ('RISK', 'RISK_HIGH', 'High risk', 3, 'Y'),
  ('UI_WIDGET', 'TEXT', 'Text field', 1, 'Y'),
  ('UI_WIDGET', 'TEXTAREA', 'Text area', 2, 'Y'),
  ('UI_WIDGET', 'PASSWORD', 'Hidden text', 3, 'Y'),
  ('UI_WIDGET', 'DATE', 'Date', 4, 'Y'),
  ('UI_WIDGET', 'CHECKBOX', 'Check box', 5, 'Y'),
  ('UI_WIDGET', 'RADIO', 'Choice, all shown', 6, 'Y'),
  ('UI_WIDGET', 'SELECT', 'Choice from a list', 7, 'Y'),
  ('UI_WIDGET', 'MULTI_SELECT', 'Several choices from a list', 8, 'Y');

insert into public.organization_type (org_type_id, name, description) values
  ('ORGANIZATION', 'Organization', 'A legal person or the whole of an institution.'),
  ('SUBSIDIARY', 'Subsidiary', 'A company that belongs to an organization.'),
  ('DIVISION', 'Division', 'A large part of an organization or subsidiary.'),
  ('DEPARTMENT', 'Department', 'A unit that people work in.');

insert into public.org_type_valid_membership (org_type_id, member_org_type_id) values
  ('ORGANIZATION', 'SUBSIDIARY'),
  ('ORGANIZATION', 'DIVISION'),
  ('ORGANIZATION', 'DEPARTMENT'),
  ('SUBSIDIARY', 'DIVISION'),
  ('DIVISION', 'DEPARTMENT');

insert into public.auth_level (auth_level_id, name, level, requires_authentication) values
  ('NONE', 'No sign-in', 0, 'N'),
  ('PASSWORD_AUTH', 'Password', 1, 'Y'),
  ('CERT_AUTH', 'Certificate', 2, 'Y'),
  ('KERB_AUTH', 'Kerberos', 3, 'Y');

insert into public.resource_type (resource_type_id, description, provision_resource, supports_hierarchy) values
  ('AUTH_REPO', 'A place where credentials are checked', 'N', 'N'),
  ('MANAGED_SYS', 'A system in which people have accounts', 'Y', 'N'),
  ('SYS_ACTION', 'An action inside this server', 'N', 'Y'),
  ('NO-PROVISION-APP', 'An application without accounts to manage', 'N', 'Y'),
  ('WEBSERVICE', 'A web service', 'N', 'Y'),
  ('MENU_ITEM', 'An entry of a menu', 'N', 'Y'),
  ('AUTH_PROVIDER', 'A provider of sign-in', 'N', 'N'),
  ('CONTENT_PROVIDER', 'A site that people sign in to', 'N', 'N'),
  ('URL_PATTERN', 'A set of addresses of a site', 'N', 'Y'),
  ('UI_WIDGET', 'A field of a form', 'N', 'N'),
  ('UI_TEMPLATE', 'A form', 'N', 'N'),
  ('ADMIN_RESOURCE', 'The right to administer something', 'N', 'Y');

-- 0 is this server: the account whose name and password people sign in with here.
insert into public.managed_sys (managed_sys_id, name, description, primary_repository) values
  ('0', 'Gatehouse', 'This directory: the name a person signs in with.', 'Y'),
  ('OKTA', 'Okta', 'The Okta organisation this installation keeps in step.', 'N');

insert into public.access_rights (access_right_id, name, description) values
  ('IS_CERTIFIED', 'IsCertified', 'The access has been confirmed in a review.'),
  ('ADMIN_ACCESS', 'Admin Access', 'Administers the thing.'),
  ('OWNER_ACCESS', 'Owner Access', 'Answers for the thing.');

insert into public.content_provider (content_provider_id, content_provider_name, domain_pattern, is_public) values
  ('DEFAULT_CP', 'Default site', '*', 'N');

insert into public.identity_quest_grp (identity_quest_grp_id, name) values ('GLOBAL', 'Questions for everyone');

insert into public.identity_question (identity_question_id, identity_quest_grp_id, display_order, question_text) values
  ('Q01', 'GLOBAL', 1, 'Which street did you live in when you started school?'),
  ('Q02', 'GLOBAL', 2, 'What was the name of the first animal you kept?'),
  ('Q03', 'GLOBAL', 3, 'Which town did your mother grow up in?'),
  ('Q04', 'GLOBAL', 4, 'Which town did your father grow up in?'),
  ('Q05', 'GLOBAL', 5, 'What was the surname of your favourite teacher?'),
  ('Q06', 'GLOBAL', 6, 'Who was your best friend when you were ten?'),
  ('Q07', 'GLOBAL', 7, 'What was the first film you saw in a cinema?'),
  ('Q08', 'GLOBAL', 8, 'Where did you spend the first holiday you remember?'),
  ('Q09', 'GLOBAL', 9, 'What was the make of the first car you drove?'),
  ('Q10', 'GLOBAL', 10, 'Which dish did you refuse to eat as a child?'),
  ('Q11', 'GLOBAL', 11, 'What was the title of the first record you bought?'),
  ('Q12', 'GLOBAL', 12, 'Who gave you your first job?'),
  ('Q13', 'GLOBAL', 13, 'What did you want to become when you were small?'),
  ('Q14', 'GLOBAL', 14, 'Which book did you read more than twice?'),
  ('Q15', 'GLOBAL', 15, 'What is the middle name of your oldest cousin?'),
  ('Q16', 'GLOBAL', 16, 'In which town did you meet your partner?'),
  ('Q17', 'GLOBAL', 17, 'Which sport did you give up first?'),
  ('Q18', 'GLOBAL', 18, 'What were you called at home that nobody else called you?');

insert into public.policy_def (policy_def_id, name, description) values
  ('100', 'Password', 'What a password must be, how long it lives, how it is recovered.'),
  ('101', 'Access', 'Who may reach what.'),
  ('102', 'Audit', 'What is recorded, and for how long.'),
  ('103', 'Authentication', 'How people sign in, when they are locked out, how long a session lasts.'),
  ('104', 'Attribute', 'How the value of an attribute comes about.');

-- A parameter without a value in a policy is a rule switched off. RANGE: value1 at least, value2 at most.
insert into public.policy_def_param (def_param_id, policy_def_id, name, operation, param_group, description) values
  ('P_PWD_LEN', '100', 'PWD_LEN', 'RANGE', 'PSWD_COMPOSITION', 'How many characters.'),
  ('P_ALPHA_CHARS', '100', 'ALPHA_CHARS', 'RANGE', 'PSWD_COMPOSITION', 'How many letters.'),
  ('P_NUMERIC_CHARS', '100', 'NUMERIC_CHARS', 'RANGE', 'PSWD_COMPOSITION', 'How many digits.'),
  ('P_UPPERCASE_CHARS', '100', 'UPPERCASE_CHARS', 'RANGE', 'PSWD_COMPOSITION', 'How many capital letters.'),
  ('P_LOWERCASE_CHARS', '100', 'LOWERCASE_CHARS', 'RANGE', 'PSWD_COMPOSITION', 'How many small letters.'),
  ('P_NON_ALPHA_CHARS', '100', 'NON_ALPHA_CHARS', 'RANGE', 'PSWD_COMPOSITION', 'How many punctuation characters.'),
  ('P_PWD_HIST_VER', '100', 'PWD_HIST_VER', 'String', 'PSWD_COMPOSITION', 'How many earlier passwords are refused.'),
  ('P_PWD_LOGIN', '100', 'PWD_LOGIN', 'boolean', 'PSWD_COMPOSITION', 'Must not contain the login.'),
  ('P_PWD_NAME', '100', 'PWD_NAME', 'boolean', 'PSWD_COMPOSITION', 'Must not contain the first or last name.'),
  ('P_PWD_EQ_PWD', '100', 'PWD_EQ_PWD', 'boolean', 'PSWD_COMPOSITION', 'Must not contain the word "password".'),
  ('P_REJECT_CHARS_IN_PSWD', '100', 'REJECT_CHARS_IN_PSWD', 'String', 'PSWD_COMPOSITION', 'Characters refused.'),
  ('P_REJECT_WORDS_IN_PSWD', '100', 'REJECT_WORDS_IN_PSWD', 'String', 'PSWD_COMPOSITION', 'The list of words refused.'),
  ('P_LIMIT_NUM_REPEAT_CHAR', '100', 'LIMIT_NUM_REPEAT_CHAR', 'String', 'PSWD_COMPOSITION',
    'How often one character may follow itself.'),
  ('P_MIN_WORDS_PASSPHRASE', '100', 'MIN_WORDS_PASSPHRASE', 'String', 'PSWD_COMPOSITION', 'How many words.'),
  ('P_REPEAT_SAME_WORD_PASSPHRASE', '100', 'REPEAT_SAME_WORD_PASSPHRASE', 'boolean', 'PSWD_COMPOSITION',
    'Whether a word may come twice.'),
  ('P_IDEOGRAPHIC_CHARS', '100', 'IDEOGRAPHIC_CHARS', 'boolean', 'PSWD_COMPOSITION',
    'Whether ideographs are allowed.'),
  ('P_PWD_EXPIRATION', '100', 'PWD_EXPIRATION', 'String', 'PSWD_CHANGE_RULE', 'Days until it expires.'),
  ('P_PWD_EXP_GRACE', '100', 'PWD_EXP_GRACE', 'String', 'PSWD_CHANGE_RULE',
    'Days after that during which it still works, with a warning.'),
  ('P_PWD_EXP_WARN', '100', 'PWD_EXP_WARN', 'RANGE', 'PSWD_CHANGE_RULE', 'Days before expiry on which to warn.'),
  ('P_PWD_EXPIRATION_ON_RESET', '100', 'PWD_EXPIRATION_ON_RESET', 'String', 'PSWD_CHANGE_RULE',
    'Days a password set by an administrator lives.'),
  ('P_CHNG_PSWD_ON_RESET', '100', 'CHNG_PSWD_ON_RESET', 'boolean', 'PSWD_CHANGE_RULE',
    'Must be changed at the sign-in after a reset.'),
  ('P_PASSWORD_CHANGE_ALLOWED', '100', 'PASSWORD_CHANGE_ALLOWED', 'String', 'PSWD_CHANGE_RULE',
    'Changes a day; 0 forbids changing.'),
  ('P_RESET_BY_USER', '100', 'RESET_BY_USER', 'boolean', 'PSWD_CHANGE_RULE', 'People may reset it themselves.'),
  ('P_INITIAL_PASSWORD', '100', 'INITIAL_PASSWORD', 'select', 'PSWD_CHANGE_RULE', 'STATIC or RANDOM; no longer used.'),
  ('P_QUEST_COUNT', '100', 'QUEST_COUNT', 'String', 'FORGET_PSWD', 'Questions a person must have answered.'),
  ('P_QUEST_ANSWER_CORRECT', '100', 'QUEST_ANSWER_CORRECT', 'String', 'FORGET_PSWD', 'Answers that must be right.'),
  ('P_QUEST_SRC', '100', 'QUEST_SRC', 'select', 'FORGET_PSWD', 'Who writes the questions.'),
  ('P_QUEST_LIST', '100', 'QUEST_LIST', 'String', 'FORGET_PSWD', 'The group of questions offered.'),
  ('P_FORGET_PWD_TOKEN_DAYS', '100', 'NUM_DAYS_FORGET_PWD_TOKEN_VALID', 'String', 'FORGET_PSWD',
    'Days a recovery link lives.'),
  ('A_FAILED_AUTH_COUNT', '103', 'FAILED_AUTH_COUNT', 'String', 'AUTHENTICATION', 'Wrong passwords until the lock.'),
  ('A_AUTO_UNLOCK_TIME', '103', 'AUTO_UNLOCK_TIME', 'String', 'AUTHENTICATION', 'Minutes until the lock opens itself.'),
  ('A_TOKEN_TYPE', '103', 'TOKEN_TYPE', 'select', 'AUTHENTICATION', 'The kind of session token.'),
  ('A_TOKEN_LIFE', '103', 'TOKEN_LIFE', 'String', 'AUTHENTICATION', 'Minutes a session lasts without use.'),
  ('A_TOKEN_ISSUER', '103', 'TOKEN_ISSUER', 'String', 'AUTHENTICATION', 'Who issues the token.'),
  ('A_LOGIN_MODULE', '103', 'LOGIN_MODULE', 'String', 'AUTHENTICATION', 'What checks the password.');

insert into public.policy (policy_id, policy_def_id, name, description, create_date) values
  ('4000', '100', 'Default password policy', 'Applies where no other password policy does.', now()),
  ('4001', '103', 'Default sign-in policy', 'Applies where no other sign-in policy does.', now());

insert into public.policy_object_assoc (policy_object_id, policy_id, association_level, association_value) values
  ('4000_GLOBAL', '4000', 'GLOBAL', 'GLOBAL'),
  ('4001_GLOBAL', '4001', 'GLOBAL', 'GLOBAL');

insert into public.policy_attribute (policy_attr_id, policy_id, def_param_id, value1, value2) values
  ('4000_PWD_LEN', '4000', 'P_PWD_LEN', '8', '12'),
  ('4000_NUMERIC_CHARS', '4000', 'P_NUMERIC_CHARS', '1', null),
  ('4000_PWD_HIST_VER', '4000', 'P_PWD_HIST_VER', '6', null),
  ('4000_PWD_LOGIN', '4000', 'P_PWD_LOGIN', 'true', null),
  ('4000_PWD_NAME', '4000', 'P_PWD_NAME', 'true', null),
  ('4000_PWD_EQ_PWD', '4000', 'P_PWD_EQ_PWD', 'true', null),
  ('4000_REJECT_CHARS', '4000', 'P_REJECT_CHARS_IN_PSWD', '<>', null),
  ('4000_PWD_EXPIRATION', '4000', 'P_PWD_EXPIRATION', '90', null),
  ('4000_PWD_EXP_GRACE', '4000', 'P_PWD_EXP_GRACE', '1', null),
  ('4000_PWD_EXP_WARN', '4000', 'P_PWD_EXP_WARN', '1', '5'),
  ('4000_EXPIRATION_ON_RESET', '4000', 'P_PWD_EXPIRATION_ON_RESET', '2', null),
  ('4000_CHNG_PSWD_ON_RESET', '4000', 'P_CHNG_PSWD_ON_RESET', 'true', null),
  ('4000_QUEST_COUNT', '4000', 'P_QUEST_COUNT', '3', null),
  ('4000_QUEST_ANSWER_CORRECT', '4000', 'P_QUEST_ANSWER_CORRECT', '3', null),
  ('4000_QUEST_SRC', '4000', 'P_QUEST_SRC', 'USER', null),
  ('4000_QUEST_LIST', '4000', 'P_QUEST_LIST', 'GLOBAL', null),
  ('4000_FORGET_PWD_TOKEN', '4000', 'P_FORGET_PWD_TOKEN_DAYS', '3', null),
  ('4001_FAILED_AUTH_COUNT', '4001', 'A_FAILED_AUTH_COUNT', '3', null),
  ('4001_AUTO_UNLOCK_TIME', '4001', 'A_AUTO_UNLOCK_TIME', '30', null),
  ('4001_TOKEN_TYPE', '4001', 'A_TOKEN_TYPE', 'OPENIAM_TOKEN', null),
  ('4001_TOKEN_LIFE', '4001', 'A_TOKEN_LIFE', '30', null),
  ('4001_TOKEN_ISSUER', '4001', 'A_TOKEN_ISSUER', 'GATEHOUSE', null),
  ('4001_LOGIN_MODULE', '4001', 'A_LOGIN_MODULE', 'DEFAULT', null);

-- The actor of everything the server does by itself. No login: nobody can sign in as it.
insert into public.users
  (user_id, last_name, display_name, sort_name, type_id, status, system_flag, is_visible, create_date, search_text) values
  ('3000', 'System', 'System', 'System', 'DEFAULT_USER', 'ACTIVE', 'Y', 'N', now(), ' system');
