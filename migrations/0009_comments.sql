-- Made by tools/schema-comments.ts from src/model/schema*.ts.

comment on table public.users is 'The person: one row for everyone the directory knows, whatever they may do. Everything else about a person hangs on this row.';
comment on column public.users.user_id is 'Names the person everywhere; never reused.';
comment on column public.users.first_name is 'Given name.';
comment on column public.users.last_name is 'Family name, without its prefix.';
comment on column public.users.middle_init is 'Middle name, or its initial.';
comment on column public.users.type_id is 'What kind of person this is (grouping USER_OBJECT_TYPE); decides which custom attributes a record may carry and which password policy holds.';
comment on column public.users.classification is 'A word of the organisation''s own choosing to sort people by.';
comment on column public.users.title is 'Job title as one would print it.';
comment on column public.users.mail_code is 'Internal mail stop.';
comment on column public.users.cost_center is 'Where the costs of this person are booked.';
comment on column public.users.status is 'Where the person stands in their life here, from waiting to begin to gone; the lifecycle operations move it.';
comment on column public.users.secondary_status is 'What stands against signing in at the moment: LOCKED (wrong passwords), LOCKED_ADMIN, DISABLED; null when nothing does.';
comment on column public.users.birthdate is 'Day of birth, kept as midnight UTC; shown as a plain date.';
comment on column public.users.sex is 'M or F; null when unknown or not said.';
comment on column public.users.create_date is 'When the record was made.';
comment on column public.users.created_by is 'Who made it.';
comment on column public.users.last_update is 'When it was last changed.';
comment on column public.users.last_updated_by is 'Who changed it last.';
comment on column public.users.prefix is 'What stands before the name: Dr., Prof.';
comment on column public.users.suffix is 'What stands after the name: Jr., III.';
comment on column public.users.user_type_ind is 'An indicator that is older than type_id; free text.';
comment on column public.users.employee_id is 'The number by which human resources know the person. Several records may share one.';
comment on column public.users.employee_type is 'Kind of employment (grouping USER_TYPE).';
comment on column public.users.location_cd is 'Code of the place of work.';
comment on column public.users.location_name is 'Name of the place of work.';
comment on column public.users.company_owner_id is 'The organisation that answers for this record.';
comment on column public.users.job_code is 'The classified job (grouping JOB_CODE).';
comment on column public.users.alternate_id is 'Who acts for this person while they are out of office.';
comment on column public.users.start_date is 'First day of employment; a person who waits for it becomes active on that day.';
comment on column public.users.last_date is 'Last day of employment; the nightly job terminates the person afterwards.';
comment on column public.users.maiden_name is 'Family name at birth.';
comment on column public.users.nickname is 'The name the person would rather be called.';
comment on column public.users.password_theme is 'Deprecated. Kept readable, never written.';
comment on column public.users.user_owner_id is 'Deprecated. Once the owner of a record; kept readable, never written.';
comment on column public.users.date_password_changed is 'When the password of the person''s own login last changed.';
comment on column public.users.date_challenge_resp_changed is 'When the answers to the security questions last changed.';
comment on column public.users.system_flag is 'Y for records of the server itself, which cannot be deleted; null counts as N.';
comment on column public.users.date_it_policy_approved is 'When the usage policy was last accepted; a reset clears it.';
comment on column public.users.claim_date is 'Deprecated. When an account made in advance was claimed.';
comment on column public.users.lastname_prefix is 'Particle of the family name ("van der"): shown before it, ignored in sorting.';
comment on column public.users.sub_type_id is 'A finer kind within the type (grouping USER_OBJECT_TYPE).';
comment on column public.users.partner_name is 'Family name of the partner, shown after a hyphen.';
comment on column public.users.prefix_partner_name is 'Particle of the partner''s family name.';
comment on column public.users.alternate_start_date is 'From when alternate_id acts.';
comment on column public.users.alternate_end_date is 'Until when alternate_id acts; that instant no longer belongs to it.';
comment on column public.users.secret_word is 'A word the help desk asks for on the phone; kept as a hash.';
comment on column public.users.secret_fail_count is 'How often in a row the secret word was wrong; null counts as 0.';
comment on column public.users.position_status is 'How far a change of position has got: UNCHANGED, FIELD_CHANGED, SUPERVISOR_CHANGED, IN_REVIEW, REVIEWED.';
comment on column public.users.previous_position is 'The position before the last change.';
comment on column public.users.is_visible is 'N hides the person from ordinary searches.';
comment on column public.users.cert_delegate_end_date is 'Until when cert_delegate_id reviews; that instant no longer belongs to it.';
comment on column public.users.cert_delegate_start_date is 'From when cert_delegate_id reviews.';
comment on column public.users.cert_delegate_id is 'Who does this person''s access reviews in the window.';
comment on column public.users.graph_id is 'Id of the person''s vertex in drawings of the access graph.';
comment on column public.users.user_handle is 'Opaque handle under which WebAuthn authenticators know the person.';
comment on column public.users.conversion_date is 'When the person was last converted from one type to another.';
comment on column public.users.user_name is 'Derived: the login of managed system 0, to sort and show without a join.';
comment on column public.users.display_name is 'Derived: the name in one line, as one writes it.';
comment on column public.users.sort_name is 'Derived: the name as an index lists it, family name first, particle last.';
comment on column public.users.primary_email is 'Derived: the default e-mail address.';
comment on column public.users.search_text is 'Derived: names, logins and e-mail addresses without case, accents and apostrophes, a space before each word; what q and contains-filters look in.';
comment on column public.users.version is 'Counts the changes of the record; its ETag.';

comment on table public.user_attributes is 'A custom attribute that a person carries: which one. Its values stand in user_attribute_values.';
comment on column public.user_attributes.id is 'Names the attribute of this person.';
comment on column public.user_attributes.user_id is 'Whose it is.';
comment on column public.user_attributes.metadata_id is 'The declaration it follows; null for an attribute nobody declared.';
comment on column public.user_attributes.name is 'Its name, one of a kind for the person.';

comment on table public.user_attribute_values is 'The values of a person''s custom attribute: none, one or several, in order.';
comment on column public.user_attribute_values.user_attribute_id is 'The attribute.';
comment on column public.user_attribute_values.attr_value is 'One value, as text.';
comment on column public.user_attribute_values.ordinal is 'Its place among the values, from 0.';

comment on table public.user_note is 'A remark about a person.';
comment on column public.user_note.user_note_id is 'Names the note.';
comment on column public.user_note.user_id is 'Whom it is about.';
comment on column public.user_note.note_type is 'What kind of remark; free text (General, Warning).';
comment on column public.user_note.description is 'The remark.';
comment on column public.user_note.create_date is 'When it was written.';
comment on column public.user_note.created_by is 'Who wrote it.';

comment on table public.org_structure is 'Who leads whom: a person may have several supervisors, one of them primary.';
comment on column public.org_structure.org_structure_id is 'Names the pair.';
comment on column public.org_structure.supervisor_id is 'The one who leads.';
comment on column public.org_structure.staff_id is 'The one who is led.';
comment on column public.org_structure.is_primary_super is 'Y for the one supervisor who counts when only one can.';
comment on column public.org_structure.create_date is 'When the pair was made.';

comment on table public.user_to_user_membership is 'Records that belong together, seen from the main one: an employee and their administrator''s account, or family.';
comment on column public.user_to_user_membership.membership_id is 'Names the link.';
comment on column public.user_to_user_membership.primary_user_id is 'The main record.';
comment on column public.user_to_user_membership.related_user_id is 'The record that follows it; termination of the main one reaches it too.';
comment on column public.user_to_user_membership.type_id is 'What the relation is (grouping RELATED_USER).';
comment on column public.user_to_user_membership.description is 'A note on the relation.';

comment on table public.email_address is 'An e-mail address of a person.';
comment on column public.email_address.email_id is 'Names the address.';
comment on column public.email_address.name is 'A label for it.';
comment on column public.email_address.description is 'What it is for.';
comment on column public.email_address.email_address is 'The address itself.';
comment on column public.email_address.is_default is 'Y for the one address used when nothing else is said.';
comment on column public.email_address.active is 'N once it is no longer used.';
comment on column public.email_address.parent_id is 'Whose it is.';
comment on column public.email_address.last_update is 'When it was last changed.';
comment on column public.email_address.create_date is 'When it was added.';
comment on column public.email_address.type_id is 'Work, home and so on (grouping EMAIL).';
comment on column public.email_address.published is 'Y when other people may see it.';

comment on table public.phone is 'A phone number of a person.';
comment on column public.phone.phone_id is 'Names the number.';
comment on column public.phone.name is 'A label for it.';
comment on column public.phone.area_cd is 'Area code.';
comment on column public.phone.country_cd is 'Dialling code of the country.';
comment on column public.phone.description is 'What it is for.';
comment on column public.phone.phone_nbr is 'The number; everything, when the codes are not given apart.';
comment on column public.phone.phone_ext is 'Extension.';
comment on column public.phone.is_default is 'Y for the one number used when nothing else is said.';
comment on column public.phone.active is 'N once it is no longer used.';
comment on column public.phone.parent_id is 'Whose it is.';
comment on column public.phone.last_update is 'When it was last changed.';
comment on column public.phone.create_date is 'When it was added.';
comment on column public.phone.type_id is 'Office, mobile, home and so on (grouping PHONE).';
comment on column public.phone.published is 'Y when other people may see it.';
comment on column public.phone.is_for_sms is 'Y when codes may be sent there by SMS.';

comment on table public.address is 'A postal address of a person. The published model prints this table twice; it is one.';
comment on column public.address.address_id is 'Names the address.';
comment on column public.address.name is 'A label for it.';
comment on column public.address.country is 'Country.';
comment on column public.address.bldg_num is 'Number of the building.';
comment on column public.address.street_direction is 'Part of a street by compass: N, SW.';
comment on column public.address.suite is 'Suite or apartment.';
comment on column public.address.address1 is 'First free line.';
comment on column public.address.address2 is 'Second free line.';
comment on column public.address.address3 is 'Third free line.';
comment on column public.address.address4 is 'Fourth free line.';
comment on column public.address.address5 is 'Fifth free line.';
comment on column public.address.address6 is 'Sixth free line.';
comment on column public.address.address7 is 'Seventh free line.';
comment on column public.address.city is 'City.';
comment on column public.address.state is 'State or province.';
comment on column public.address.postal_cd is 'Postal code.';
comment on column public.address.is_default is 'Y for the one address used when nothing else is said.';
comment on column public.address.description is 'What it is for.';
comment on column public.address.active is 'N once it is no longer used.';
comment on column public.address.parent_id is 'Whose it is.';
comment on column public.address.last_update is 'When it was last changed.';
comment on column public.address.create_date is 'When it was added.';
comment on column public.address.type_id is 'Office, home and so on (grouping ADDRESS).';
comment on column public.address.copy_from_location_id is 'The location that this address was copied from.';
comment on column public.address.published is 'Y when other people may see it.';

comment on table public.location is 'A place of an organisation that people''s addresses can be copied from.';
comment on column public.location.location_id is 'Names the place.';
comment on column public.location.name is 'What people call it.';
comment on column public.location.location_cd is 'Its code; the one that users.location_cd repeats.';
comment on column public.location.company_id is 'Whose place it is.';
comment on column public.location.country is 'Country.';
comment on column public.location.bldg_num is 'Number of the building.';
comment on column public.location.street_direction is 'Part of a street by compass.';
comment on column public.location.suite is 'Suite.';
comment on column public.location.address1 is 'First free line.';
comment on column public.location.address2 is 'Second free line.';
comment on column public.location.address3 is 'Third free line.';
comment on column public.location.address4 is 'Fourth free line.';
comment on column public.location.address5 is 'Fifth free line.';
comment on column public.location.address6 is 'Sixth free line.';
comment on column public.location.address7 is 'Seventh free line.';
comment on column public.location.city is 'City.';
comment on column public.location.state is 'State or province.';
comment on column public.location.postal_cd is 'Postal code.';
comment on column public.location.description is 'What is there.';
comment on column public.location.active is 'N once it is closed.';

comment on table public.login is 'An account of a person in one managed system. The one in system 0 is how the person signs in here; the others are accounts elsewhere.';
comment on column public.login.login is 'The name of the account, as it was typed.';
comment on column public.login.managed_sys_id is 'The system that has the account.';
comment on column public.login.identity_type is 'What the account is for, such as primary or service account; free text.';
comment on column public.login.user_id is 'Whose account it is.';
comment on column public.login.password is 'Hash of the password (argon2id, or what a directory brought along); never in the clear, never reversible.';
comment on column public.login.pwd_changed is 'When the password last changed.';
comment on column public.login.pwd_exp is 'When the password expires; null means never.';
comment on column public.login.grace_period is 'Until when an expired password still works, with a warning.';
comment on column public.login.create_date is 'When the account was made known.';
comment on column public.login.created_by is 'Who made it known.';
comment on column public.login.auth_fail_count is 'Wrong passwords in a row; null counts as 0.';
comment on column public.login.last_auth_attempt is 'When someone last tried to sign in.';
comment on column public.login.last_login is 'When signing in last succeeded.';
comment on column public.login.last_login_ip is 'From which address that was.';
comment on column public.login.prev_login is 'When it succeeded the time before.';
comment on column public.login.prev_login_ip is 'From which address that was.';
comment on column public.login.pwd_change_count is 'How often the person changed the password today; null counts as 0.';
comment on column public.login.pswd_reset_token is 'Hash of the token in a recovery mail; null when none is out.';
comment on column public.login.pswd_reset_token_exp is 'When that token dies.';
comment on column public.login.login_id is 'Names the account; what other tables point to.';
comment on column public.login.last_update is 'When the row was last changed.';
comment on column public.login.lowercase_login is 'Made by the database: the name without case. What uniqueness looks at.';
comment on column public.login.prov_status is 'How far the last operation on the remote account got: done (CREATED), waiting (PENDING_CREATE) or failed (FAIL_CREATE), and so for update, disable, enable, delete.';
comment on column public.login.challenge_response_fail_count is 'Wrong security answers in a row; null counts as 0.';
comment on column public.login.sms_reset_token is 'Recovery code sent by SMS.';
comment on column public.login.sms_reset_token_exp is 'When that code dies.';
comment on column public.login.sms_code_expiration is 'When a sign-in code sent by SMS dies.';
comment on column public.login.topt_active is 'Y when a time-based code (TOTP; the published name has its letters swapped) is enrolled.';
comment on column public.login.is_active is 'N keeps the login from being used, whatever its status.';
comment on column public.login.first_time_login is 'Y until the first successful sign-in.';
comment on column public.login.reset_pwd is 'Set when the password must be changed at the next sign-in; names the reset.';
comment on column public.login.last_otp_access is 'When a one-time code last succeeded.';
comment on column public.login.otp_fail_count is 'Wrong one-time codes in a row; null counts as 0.';
comment on column public.login.otp_active is 'Y when one-time codes are enrolled.';
comment on column public.login.status is 'Whether the account is in use: ACTIVE, INACTIVE, SUSPENDED.';
comment on column public.login.lock_marker is 'Whether the login is locked, and by whom: NOT_LOCKED (or null), LOCKED, LOCKED_ADMIN.';
comment on column public.login.auth_type is 'How the account authenticates: PASSWORD, LDAP, SAML and so on.';

comment on table public.login_attribute is 'A custom attribute of an account. A single short value stands in the row.';
comment on column public.login_attribute.login_attr_id is 'Names the attribute of this account.';
comment on column public.login_attribute.name is 'Its name, one of a kind for the account.';
comment on column public.login_attribute.value is 'The value, when there is one and it fits.';
comment on column public.login_attribute.metadata_id is 'The declaration it follows.';
comment on column public.login_attribute.login_id is 'Whose it is.';

comment on table public.login_attribute_values is 'Values of an account''s attribute that do not fit into the row: long ones, or several.';
comment on column public.login_attribute_values.login_attribute_id is 'The attribute.';
comment on column public.login_attribute_values.attr_value is 'One value.';
comment on column public.login_attribute_values.ordinal is 'Its place among the values, from 0.';

comment on table public.pwd_history is 'The hashes of passwords an account has had, so that they are not used again.';
comment on column public.pwd_history.pwd_history_id is 'Names the entry.';
comment on column public.pwd_history.login_id is 'Whose password it was.';
comment on column public.pwd_history.date_created is 'When it was set.';
comment on column public.pwd_history.password is 'Its hash.';

comment on table public.user_key is 'Keys of a person: public keys as they are, API keys of this server as a hash only.';
comment on column public.user_key.user_key_id is 'Names the key.';
comment on column public.user_key.user_id is 'Whose it is.';
comment on column public.user_key.name is 'What the person calls it, one of a kind for the person.';
comment on column public.user_key.key_value is 'A public key; null for API keys.';
comment on column public.user_key.key_type is 'SSH, API, or ENCRYPTION for what older systems kept here.';
comment on column public.user_key.key_hash is 'SHA-256 of an API key: enough to know it again, not to use it.';
comment on column public.user_key.scopes is 'What an API key may do, separated by spaces: read, write, admin.';
comment on column public.user_key.expires_at is 'When it ceases to work; null means never.';
comment on column public.user_key.last_used_at is 'When it was last used, to the hour.';
comment on column public.user_key.create_date is 'When it was added.';
comment on column public.user_key.created_by is 'Who added it.';

comment on table public.user_auth_param is 'A further means of proving who one is: an enrolled factor, or an address that has been verified.';
comment on column public.user_auth_param.param_id is 'Names the factor.';
comment on column public.user_auth_param.user_id is 'Whose it is.';
comment on column public.user_auth_param.type is 'Which kind: TOTP, WEBAUTHN, SMS, EMAIL and so on.';
comment on column public.user_auth_param.param_value is 'What it needs: a secret (encrypted), a credential''s id, a number.';
comment on column public.user_auth_param.confirmed is 'Y once the person has proved to have it.';
comment on column public.user_auth_param.confirmed_type is 'How they proved it.';

comment on table public.identity_quest_grp is 'A set of security questions offered together.';
comment on column public.identity_quest_grp.identity_quest_grp_id is 'Names the set.';
comment on column public.identity_quest_grp.name is 'What administrators call it.';
comment on column public.identity_quest_grp.status is 'ACTIVE while it is offered.';
comment on column public.identity_quest_grp.company_owner_id is 'The organisation whose people it is for; null means everyone.';

comment on table public.identity_question is 'A security question to choose.';
comment on column public.identity_question.identity_question_id is 'Names the question.';
comment on column public.identity_question.identity_quest_grp_id is 'The set it belongs to.';
comment on column public.identity_question.active is 'N once it is no longer offered; answers given stay valid.';
comment on column public.identity_question.question_text is 'The question.';
comment on column public.identity_question.display_order is 'Its place in the list.';

comment on table public.user_identity_ans is 'A person''s answer to a security question.';
comment on column public.user_identity_ans.identity_ans_id is 'Names the answer.';
comment on column public.user_identity_ans.identity_question_id is 'The question chosen from the list; null when the person wrote one.';
comment on column public.user_identity_ans.user_id is 'Whose answer it is.';
comment on column public.user_identity_ans.question_answer is 'The answer, protected like a password: case and spaces do not count.';
comment on column public.user_identity_ans.is_encrypted is 'N only for old answers that came in unprotected.';
comment on column public.user_identity_ans.question_text is 'The question the person wrote.';

comment on table public.auth_state is 'A session: that a person is signed in, where and how strongly. A person may have several.';
comment on column public.auth_state.user_id is 'Who is signed in.';
comment on column public.auth_state.auth_state is 'How strongly: 0 is signed out, 1 a password, more for stronger means.';
comment on column public.auth_state.last_login is 'When the session began.';
comment on column public.auth_state.ip_address is 'From which address. The published 30 characters cannot hold an IPv6 address in full.';
comment on column public.auth_state.session_id is 'Names the session: the hash of what the browser holds.';
comment on column public.auth_state.content_provider_id is 'The site signed in through.';
comment on column public.auth_state.is_new_flags is 'Bits: 1 the device is new for this person, 2 the network is.';

comment on table public.auth_state_auth_param_xref is 'Which means of proof served in which session.';
comment on column public.auth_state_auth_param_xref.xref_id is 'Names the entry.';
comment on column public.auth_state_auth_param_xref.user_id is 'Whose session.';
comment on column public.auth_state_auth_param_xref.session_id is 'The session.';
comment on column public.auth_state_auth_param_xref.param_id is 'The means used.';

comment on table public.auth_level is 'How strong a way of signing in is.';
comment on column public.auth_level.auth_level_id is 'Names the level.';
comment on column public.auth_level.name is 'What people call it.';
comment on column public.auth_level.level is 'Its strength; higher is stronger.';
comment on column public.auth_level.requires_authentication is 'N for the level of someone who has not signed in.';

comment on table public.auth_level_grouping is 'A named set of settings for one level.';
comment on column public.auth_level_grouping.auth_level_grouping_id is 'Names the set.';
comment on column public.auth_level_grouping.auth_level_id is 'The level it belongs to.';
comment on column public.auth_level_grouping.name is 'What people call it.';

comment on table public.auth_level_attribute is 'A setting in such a set.';
comment on column public.auth_level_attribute.auth_level_attribute_id is 'Names the setting.';
comment on column public.auth_level_attribute.auth_level_grouping_id is 'The set.';
comment on column public.auth_level_attribute.type_id is 'What kind of setting it is.';
comment on column public.auth_level_attribute.name is 'Its name.';
comment on column public.auth_level_attribute.value is 'Its value.';

comment on table public.content_provider is 'A site that people sign in to by this server.';
comment on column public.content_provider.content_provider_id is 'Names the site.';
comment on column public.content_provider.content_provider_name is 'What people call it.';
comment on column public.content_provider.domain_pattern is 'The host names that belong to it; * is any.';
comment on column public.content_provider.is_ssl is 'Y for https only, N for http only, null for both.';
comment on column public.content_provider.is_public is 'Y when it may be opened without signing in.';
comment on column public.content_provider.resource_id is 'The resource whose holders may use the site.';
comment on column public.content_provider.managed_sys_id is 'The system whose accounts sign in there.';
comment on column public.content_provider.ui_theme_id is 'How its pages look.';
comment on column public.content_provider.show_on_app_page is 'Y when it appears among a person''s applications.';
comment on column public.content_provider.login_url is 'Where its own sign-in page is.';
comment on column public.content_provider.postback_url_param_name is 'The parameter in which it expects the way back.';

comment on table public.company is 'An organisation of any kind: the whole, a subsidiary, a division, a department, a committee.';
comment on column public.company.company_id is 'Names the organisation.';
comment on column public.company.company_name is 'Its full name. Two may have the same.';
comment on column public.company.lst_update is 'When it was last changed.';
comment on column public.company.lst_updated_by is 'Who changed it last.';
comment on column public.company.parent_id is 'The first of its parents; kept in step with company_to_company_membership, which is the truth.';
comment on column public.company.status is 'Whether it exists today: ACTIVE, INACTIVE.';
comment on column public.company.create_date is 'When the record was made.';
comment on column public.company.created_by is 'Who made it.';
comment on column public.company.alias is 'A shorter or other name.';
comment on column public.company.description is 'What it is.';
comment on column public.company.domain_name is 'The e-mail domain whose people are proposed for it.';
comment on column public.company.ldap_str is 'The distinguished name of its branch in an LDAP directory.';
comment on column public.company.classification is 'A word of one''s own choosing.';
comment on column public.company.org_type_id is 'What sort of unit it is; decides what may stand below it.';
comment on column public.company.is_selectable is 'N keeps people from choosing it in forms.';
comment on column public.company.type_id is 'Decides which custom attributes it may carry (grouping ORG_TYPE).';
comment on column public.company.policy_id is 'The password policy of its people.';
comment on column public.company.certifier_id is 'Who reviews the access of its people.';
comment on column public.company.search_text is 'Derived: name, alias and domain in the form that searches look in.';
comment on column public.company.version is 'Counts the changes of the record; its ETag.';

comment on table public.company_attribute is 'A custom attribute that an organisation carries.';
comment on column public.company_attribute.company_attr_id is 'Names the attribute of this organisation.';
comment on column public.company_attribute.company_id is 'Whose it is.';
comment on column public.company_attribute.name is 'Its name, one of a kind for the organisation.';
comment on column public.company_attribute.metadata_id is 'The declaration it follows.';

comment on table public.company_attribute_values is 'The values of an organisation''s custom attribute, in order.';
comment on column public.company_attribute_values.company_attribute_id is 'The attribute.';
comment on column public.company_attribute_values.attr_value is 'One value.';
comment on column public.company_attribute_values.ordinal is 'Its place among the values, from 0.';

comment on table public.company_to_company_membership is 'The hierarchy: which organisation stands below which, and when. One may have several parents; circles are refused.';
comment on column public.company_to_company_membership.company_id is 'The organisation above.';
comment on column public.company_to_company_membership.member_company_id is 'The organisation below.';
comment on column public.company_to_company_membership.create_date is 'When the edge was made.';
comment on column public.company_to_company_membership.update_date is 'When it was last changed.';
comment on column public.company_to_company_membership.created_by is 'Who made it.';
comment on column public.company_to_company_membership.updated_by is 'Who changed it last.';
comment on column public.company_to_company_membership.membership_id is 'Names the membership.';
comment on column public.company_to_company_membership.start_date is 'When it begins; null means it always has.';
comment on column public.company_to_company_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.company_to_company_membership.description is 'A note, or the request that granted it.';
comment on column public.company_to_company_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.org_to_org_membership_rights is 'Rights that an edge of the hierarchy carries.';
comment on column public.org_to_org_membership_rights.membership_id is 'The membership.';
comment on column public.org_to_org_membership_rights.access_right_id is 'The right.';
comment on column public.org_to_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.organization_type is 'The sorts of unit there are.';
comment on column public.organization_type.org_type_id is 'Names the sort.';
comment on column public.organization_type.name is 'What people call it.';
comment on column public.organization_type.description is 'What is meant by it.';

comment on table public.org_type_valid_membership is 'Which sort of unit may stand directly below which.';
comment on column public.org_type_valid_membership.org_type_id is 'The sort above.';
comment on column public.org_type_valid_membership.member_org_type_id is 'The sort that may stand below it.';

comment on table public.user_affiliation is 'That a person belongs to an organisation, from when to when and as what.';
comment on column public.user_affiliation.company_id is 'The organisation.';
comment on column public.user_affiliation.user_id is 'The person.';
comment on column public.user_affiliation.create_date is 'When it was recorded.';
comment on column public.user_affiliation.metadata_type_id is 'As what (grouping AFFILIATION_TYPE).';
comment on column public.user_affiliation.membership_id is 'Names the membership.';
comment on column public.user_affiliation.start_date is 'When it begins; null means it always has.';
comment on column public.user_affiliation.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_affiliation.description is 'A note, or the request that granted it.';
comment on column public.user_affiliation.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.user_affiliation_rights is 'Rights that an affiliation carries.';
comment on column public.user_affiliation_rights.membership_id is 'The membership.';
comment on column public.user_affiliation_rights.access_right_id is 'The right.';
comment on column public.user_affiliation_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.access_rights is 'A right: a tag on a membership that says what the person may do there.';
comment on column public.access_rights.access_right_id is 'Names the right.';
comment on column public.access_rights.name is 'What people call it.';
comment on column public.access_rights.metadate_type_id_1 is 'A type by which rights are grouped; the odd spelling is the published one.';
comment on column public.access_rights.metadate_type_id_2 is 'A second such type.';
comment on column public.access_rights.description is 'What it allows.';
comment on column public.access_rights.managed_sys_id is 'The system it means something in; null means everywhere.';

comment on table public.managed_sys is 'A system in which people have accounts; 0 is this server.';
comment on column public.managed_sys.managed_sys_id is 'Names the system.';
comment on column public.managed_sys.name is 'What people call it.';
comment on column public.managed_sys.description is 'What it is for.';
comment on column public.managed_sys.status is 'ACTIVE while accounts in it are managed.';
comment on column public.managed_sys.connector_id is 'What speaks to it.';
comment on column public.managed_sys.host_url is 'Where it is.';
comment on column public.managed_sys.port is 'On which port.';
comment on column public.managed_sys.comm_protocol is 'CLEAR or SSL.';
comment on column public.managed_sys.user_id is 'The name this server signs in with there.';
comment on column public.managed_sys.pswd is 'The password it uses there, encrypted with the master key.';
comment on column public.managed_sys.start_date is 'From when it is managed.';
comment on column public.managed_sys.end_date is 'Until when it is managed.';
comment on column public.managed_sys.resource_id is 'The resource that stands for an account in it: who has the one gets the other.';
comment on column public.managed_sys.primary_repository is 'Y for the system that holds the passwords people sign in with.';
comment on column public.managed_sys.skip_group_prov is 'Y when groups are not kept there.';
comment on column public.managed_sys.change_end_user is 'Y when people may change their password there from here.';
comment on column public.managed_sys.search_scope is 'How deep to search (LDAP): 0 the entry, 1 one level, 2 all below.';

comment on table public.resource_type is 'The sorts of resource there are.';
comment on column public.resource_type.resource_type_id is 'Names the sort.';
comment on column public.resource_type.description is 'What is meant by it.';
comment on column public.resource_type.provision_resource is 'Y when holding one means having an account somewhere.';
comment on column public.resource_type.process_name is 'The process that grants it.';
comment on column public.resource_type.supports_hierarchy is 'Y when such resources may stand below each other.';
comment on column public.resource_type.searchable is 'Y when they appear in searches.';
comment on column public.resource_type.url is 'Where they are found.';
comment on column public.resource_type.image_type is 'The picture shown for them.';

comment on table public.res is 'A resource: anything that access is given to.';
comment on column public.res.resource_id is 'Names the resource.';
comment on column public.res.resource_type_id is 'What sort it is.';
comment on column public.res.name is 'What people call it; one of a kind.';
comment on column public.res.description is 'What it is.';
comment on column public.res.display_order is 'Its place in menus.';
comment on column public.res.url is 'Where it is.';
comment on column public.res.is_public is 'Y when everyone has it without being given it. The default is N.';
comment on column public.res.risk is 'How much harm wrong access does: LOW, MEDIUM, HIGH.';
comment on column public.res.coorelated_name is 'Its name in the system it belongs to; the odd spelling is the published one.';
comment on column public.res.admin_resource_id is 'The resource whose holders administer this one.';
comment on column public.res.type_id is 'Decides which attributes it carries (grouping RESOURCE_TYPE).';
comment on column public.res.min_auth_level is 'How strongly one must have signed in to use it.';
comment on column public.res.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.res.create_date is 'When it was made.';
comment on column public.res.created_by is 'Who made it.';
comment on column public.res.last_update is 'When it was last changed.';
comment on column public.res.last_updated_by is 'Who changed it last.';
comment on column public.res.version is 'Counts the changes; its ETag.';

comment on table public.role is 'A role: a bundle of access named after a task.';
comment on column public.role.role_id is 'Names the role.';
comment on column public.role.role_name is 'What people call it; one of a kind.';
comment on column public.role.description is 'What it is for.';
comment on column public.role.status is 'ACTIVE, PENDING_APPROVAL or DELETED.';
comment on column public.role.create_date is 'When it was made.';
comment on column public.role.created_by is 'Who made it.';
comment on column public.role.managed_sys_id is 'The system it comes from; null for our own.';
comment on column public.role.type_id is 'What kind of role (grouping ROLE_TYPE).';
comment on column public.role.admin_resource_id is 'The resource whose holders administer it.';
comment on column public.role.policy_id is 'The password policy of those who have it.';
comment on column public.role.max_user_number is 'How many people may have it at a time; null means any number.';
comment on column public.role.membership_duration_seconds is 'How long a membership lasts when no end is given.';
comment on column public.role.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.role.last_update is 'When it was last changed.';
comment on column public.role.last_updated_by is 'Who changed it last.';
comment on column public.role.version is 'Counts the changes; its ETag.';

comment on table public.grp is 'A group of people.';
comment on column public.grp.grp_id is 'Names the group.';
comment on column public.grp.grp_name is 'What people call it; one of a kind within its system.';
comment on column public.grp.create_date is 'When it was made.';
comment on column public.grp.created_by is 'Who made it.';
comment on column public.grp.group_desc is 'What it is for.';
comment on column public.grp.status is 'ACTIVE, PENDING_APPROVAL or DELETED.';
comment on column public.grp.last_update is 'When it was last changed.';
comment on column public.grp.last_updated_by is 'Who changed it last.';
comment on column public.grp.managed_sys_id is 'The system it comes from; null for our own.';
comment on column public.grp.type_id is 'What kind of group (grouping GROUP_TYPE).';
comment on column public.grp.grp_classification is 'Security group, distribution list (grouping GROUP_CLASSIFICATION).';
comment on column public.grp.ad_grp_type is 'Its type in Active Directory (grouping AD_GROUP_TYPE).';
comment on column public.grp.ad_grp_scope is 'Its scope in Active Directory (grouping AD_GROUP_SCOPE).';
comment on column public.grp.grp_risk is 'How much harm wrong membership does (grouping RISK).';
comment on column public.grp.max_user_number is 'How many people may be in it at a time; null means any number.';
comment on column public.grp.membership_duration_seconds is 'How long a membership lasts when no end is given.';
comment on column public.grp.policy_id is 'The password policy of its members.';
comment on column public.grp.assign_to_all is 'Y when everyone is a member without being put in.';
comment on column public.grp.is_visible is 'N hides it from ordinary searches.';
comment on column public.grp.participant_certification is 'N leaves its members out of access reviews.';
comment on column public.grp.admin_resource_id is 'The resource whose holders administer it.';
comment on column public.grp.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.grp.version is 'Counts the changes; its ETag.';

comment on table public.user_role is 'That a person has a role, from when to when.';
comment on column public.user_role.user_id is 'The person.';
comment on column public.user_role.role_id is 'The role.';
comment on column public.user_role.membership_id is 'Names the membership.';
comment on column public.user_role.start_date is 'When it begins; null means it always has.';
comment on column public.user_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_role.description is 'A note, or the request that granted it.';
comment on column public.user_role.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.user_role.status is 'Whether the person has been reminded that it ends: NOT_REMINDED, REMINDED.';

comment on table public.user_role_membership_rights is 'Rights that a person''s having a role carries.';
comment on column public.user_role_membership_rights.membership_id is 'The membership.';
comment on column public.user_role_membership_rights.access_right_id is 'The right.';
comment on column public.user_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.user_grp is 'That a person is in a group, from when to when.';
comment on column public.user_grp.user_id is 'The person.';
comment on column public.user_grp.grp_id is 'The group.';
comment on column public.user_grp.membership_id is 'Names the membership.';
comment on column public.user_grp.start_date is 'When it begins; null means it always has.';
comment on column public.user_grp.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_grp.description is 'A note, or the request that granted it.';
comment on column public.user_grp.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.user_grp.status is 'Whether the person has been reminded that it ends: NOT_REMINDED, REMINDED.';

comment on table public.user_grp_membership_rights is 'Rights that a person''s being in a group carries.';
comment on column public.user_grp_membership_rights.membership_id is 'The membership.';
comment on column public.user_grp_membership_rights.access_right_id is 'The right.';
comment on column public.user_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.resource_user is 'That a person has a resource directly, from when to when.';
comment on column public.resource_user.user_id is 'The person.';
comment on column public.resource_user.resource_id is 'The resource.';
comment on column public.resource_user.membership_id is 'Names the membership.';
comment on column public.resource_user.start_date is 'When it begins; null means it always has.';
comment on column public.resource_user.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_user.description is 'A note, or the request that granted it.';
comment on column public.resource_user.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.resource_user.create_date is 'When it was recorded.';

comment on table public.user_res_membership_rights is 'Rights that a person''s having a resource carries.';
comment on column public.user_res_membership_rights.membership_id is 'The membership.';
comment on column public.user_res_membership_rights.access_right_id is 'The right.';
comment on column public.user_res_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.role_to_role_membership is 'That a role has another below it: who has the one below has what the one above gives.';
comment on column public.role_to_role_membership.membership_id is 'Names the edge.';
comment on column public.role_to_role_membership.role_id is 'The role above.';
comment on column public.role_to_role_membership.member_role_id is 'The role below, which inherits.';
comment on column public.role_to_role_membership.start_date is 'When it begins; null means it always has.';
comment on column public.role_to_role_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.role_to_role_membership.create_date is 'When it was made.';
comment on column public.role_to_role_membership.description is 'A note, or the request that granted it.';
comment on column public.role_to_role_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.grp_to_grp_membership is 'That a group has another below it: members of the one below count as members of the one above.';
comment on column public.grp_to_grp_membership.membership_id is 'Names the edge.';
comment on column public.grp_to_grp_membership.grp_id is 'The group above.';
comment on column public.grp_to_grp_membership.member_grp_id is 'The group below, which inherits.';
comment on column public.grp_to_grp_membership.start_date is 'When it begins; null means it always has.';
comment on column public.grp_to_grp_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.grp_to_grp_membership.create_date is 'When it was made.';
comment on column public.grp_to_grp_membership.description is 'A note, or the request that granted it.';
comment on column public.grp_to_grp_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_to_res_membership is 'That a resource has another below it, as a menu has entries.';
comment on column public.res_to_res_membership.membership_id is 'Names the edge.';
comment on column public.res_to_res_membership.resource_id is 'The resource above.';
comment on column public.res_to_res_membership.member_resource_id is 'The resource below.';
comment on column public.res_to_res_membership.start_date is 'When it begins; null means it always has.';
comment on column public.res_to_res_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.res_to_res_membership.create_date is 'When it was made.';
comment on column public.res_to_res_membership.description is 'A note, or the request that granted it.';
comment on column public.res_to_res_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.grp_role is 'That the members of a group have a role.';
comment on column public.grp_role.membership_id is 'Names the edge.';
comment on column public.grp_role.role_id is 'The role.';
comment on column public.grp_role.grp_id is 'The group.';
comment on column public.grp_role.start_date is 'When it begins; null means it always has.';
comment on column public.grp_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.grp_role.create_date is 'When it was made.';
comment on column public.grp_role.description is 'A note, or the request that granted it.';
comment on column public.grp_role.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.resource_role is 'That those who have a role have a resource.';
comment on column public.resource_role.membership_id is 'Names the edge.';
comment on column public.resource_role.resource_id is 'The resource.';
comment on column public.resource_role.role_id is 'The role.';
comment on column public.resource_role.start_date is 'When it begins; null means it always has.';
comment on column public.resource_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_role.create_date is 'When it was made.';
comment on column public.resource_role.description is 'A note, or the request that granted it.';
comment on column public.resource_role.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.resource_group is 'That the members of a group have a resource.';
comment on column public.resource_group.membership_id is 'Names the edge.';
comment on column public.resource_group.resource_id is 'The resource.';
comment on column public.resource_group.grp_id is 'The group.';
comment on column public.resource_group.start_date is 'When it begins; null means it always has.';
comment on column public.resource_group.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_group.create_date is 'When it was made.';
comment on column public.resource_group.description is 'A note, or the request that granted it.';
comment on column public.resource_group.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.role_org_membership is 'That the people of an organisation have a role.';
comment on column public.role_org_membership.membership_id is 'Names the edge.';
comment on column public.role_org_membership.role_id is 'The role.';
comment on column public.role_org_membership.company_id is 'The organisation.';
comment on column public.role_org_membership.start_date is 'When it begins; null means it always has.';
comment on column public.role_org_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.role_org_membership.create_date is 'When it was made.';
comment on column public.role_org_membership.description is 'A note, or the request that granted it.';
comment on column public.role_org_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.group_organization is 'That the people of an organisation are in a group.';
comment on column public.group_organization.membership_id is 'Names the edge.';
comment on column public.group_organization.grp_id is 'The group.';
comment on column public.group_organization.company_id is 'The organisation.';
comment on column public.group_organization.start_date is 'When it begins; null means it always has.';
comment on column public.group_organization.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.group_organization.create_date is 'When it was made.';
comment on column public.group_organization.description is 'A note, or the request that granted it.';
comment on column public.group_organization.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_org_membership is 'That the people of an organisation have a resource.';
comment on column public.res_org_membership.membership_id is 'Names the edge.';
comment on column public.res_org_membership.resource_id is 'The resource.';
comment on column public.res_org_membership.company_id is 'The organisation.';
comment on column public.res_org_membership.start_date is 'When it begins; null means it always has.';
comment on column public.res_org_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.res_org_membership.create_date is 'When it was made.';
comment on column public.res_org_membership.description is 'A note, or the request that granted it.';
comment on column public.res_org_membership.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.role_role_membership_rights is 'Rights carried from role to role.';
comment on column public.role_role_membership_rights.membership_id is 'The membership.';
comment on column public.role_role_membership_rights.access_right_id is 'The right.';
comment on column public.role_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.grp_grp_membership_rights is 'Rights carried from group to group.';
comment on column public.grp_grp_membership_rights.membership_id is 'The membership.';
comment on column public.grp_grp_membership_rights.access_right_id is 'The right.';
comment on column public.grp_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_res_membership_rights is 'Rights carried from resource to resource.';
comment on column public.res_res_membership_rights.membership_id is 'The membership.';
comment on column public.res_res_membership_rights.access_right_id is 'The right.';
comment on column public.res_res_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.grp_role_membership_rights is 'Rights carried from a group to a role.';
comment on column public.grp_role_membership_rights.membership_id is 'The membership.';
comment on column public.grp_role_membership_rights.access_right_id is 'The right.';
comment on column public.grp_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_role_membership_rights is 'Rights carried from a role to a resource.';
comment on column public.res_role_membership_rights.membership_id is 'The membership.';
comment on column public.res_role_membership_rights.access_right_id is 'The right.';
comment on column public.res_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_grp_membership_rights is 'Rights carried from a group to a resource.';
comment on column public.res_grp_membership_rights.membership_id is 'The membership.';
comment on column public.res_grp_membership_rights.access_right_id is 'The right.';
comment on column public.res_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.role_org_membership_rights is 'Rights carried from an organisation to a role.';
comment on column public.role_org_membership_rights.membership_id is 'The membership.';
comment on column public.role_org_membership_rights.access_right_id is 'The right.';
comment on column public.role_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.grp_org_membership_rights is 'Rights carried from an organisation to a group.';
comment on column public.grp_org_membership_rights.membership_id is 'The membership.';
comment on column public.grp_org_membership_rights.access_right_id is 'The right.';
comment on column public.grp_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.res_org_membership_rights is 'Rights carried from an organisation to a resource.';
comment on column public.res_org_membership_rights.membership_id is 'The membership.';
comment on column public.res_org_membership_rights.access_right_id is 'The right.';
comment on column public.res_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

comment on table public.metadata_type is 'The words that records are sorted by: kinds of people, e-mail addresses, jobs, statuses, each in its grouping.';
comment on column public.metadata_type.type_id is 'Names the word; what other tables hold.';
comment on column public.metadata_type.description is 'What is meant by it.';
comment on column public.metadata_type.active is 'N once it is no longer offered.';
comment on column public.metadata_type.sync_managed_sys is 'Y when things of this type are passed on to managed systems.';
comment on column public.metadata_type.grouping is 'Which list it belongs to: USER_OBJECT_TYPE, EMAIL, JOB_CODE and so on.';
comment on column public.metadata_type.is_binary is 'Y when values of this type are bytes.';
comment on column public.metadata_type.is_sensitive is 'Y when values of this type are kept from ordinary readers.';
comment on column public.metadata_type.display_name is 'What people see.';
comment on column public.metadata_type.display_order is 'Its place in lists.';
comment on column public.metadata_type.is_system is 'Y when the server depends on it; such a word cannot be deleted.';

comment on table public.metadata_element is 'A declared custom attribute: its name, what values it takes, who may change it.';
comment on column public.metadata_element.metadata_id is 'Names the declaration.';
comment on column public.metadata_element.type_id is 'The records it applies to: those of this type. The general types (DEFAULT_USER, DEFAULT_LOGIN, DEFAULT_ORGANIZATION) mean every record of that sort.';
comment on column public.metadata_element.attribute_name is 'The name under which records carry it.';
comment on column public.metadata_element.description is 'What it is for.';
comment on column public.metadata_element.data_type is 'STRING, INTEGER, DECIMAL, BOOLEAN, DATE or DATETIME.';
comment on column public.metadata_element.auditable is 'Y when its values may stand in the audit.';
comment on column public.metadata_element.required is 'Y when a record may not be without it.';
comment on column public.metadata_element.self_editable is 'Y when people may change it on their own record.';
comment on column public.metadata_element.is_public is 'N limits it to the holders of resource_id.';
comment on column public.metadata_element.resource_id is 'Who may see and change it when it is not public.';
comment on column public.metadata_element.validator is 'A regular expression that a whole value must match.';
comment on column public.metadata_element.static_default_value is 'The value a new record gets when it brings none.';
comment on column public.metadata_element.display_name is 'What people see.';
comment on column public.metadata_element.multi_valued is 'Y when a record may have several values.';
comment on column public.metadata_element.is_sensitive is 'Y keeps its values out of answers to ordinary readers, and out of logs and audit.';
comment on column public.metadata_element.max_length is 'The most characters a value may have; null means no limit of its own.';
comment on column public.metadata_element.display_order is 'Its place in forms.';
comment on column public.metadata_element.version is 'Counts the changes; its ETag.';

comment on table public.md_element_valid_values is 'The only values that a declared attribute takes; none means any.';
comment on column public.md_element_valid_values.id is 'Names the value.';
comment on column public.md_element_valid_values.metadata_element_id is 'The declaration.';
comment on column public.md_element_valid_values.ui_value is 'The value, as stored and shown.';
comment on column public.md_element_valid_values.display_order is 'Its place in the list.';

comment on table public.policy_def is 'The sorts of policy there are.';
comment on column public.policy_def.policy_def_id is 'Names the sort.';
comment on column public.policy_def.name is 'What people call it.';
comment on column public.policy_def.description is 'What it governs.';

comment on table public.policy_def_param is 'A rule that policies of one sort can set.';
comment on column public.policy_def_param.def_param_id is 'Names the rule.';
comment on column public.policy_def_param.policy_def_id is 'The sort of policy.';
comment on column public.policy_def_param.name is 'Its short name, as other systems know it.';
comment on column public.policy_def_param.description is 'What it demands.';
comment on column public.policy_def_param.operation is 'What shape its value has: String, RANGE (two bounds), boolean, select.';
comment on column public.policy_def_param.value1 is 'Proposed value, or lower bound.';
comment on column public.policy_def_param.value2 is 'Proposed upper bound.';
comment on column public.policy_def_param.param_group is 'Where forms show it.';
comment on column public.policy_def_param.policy_param_handler is 'What checks it, where that is not built in.';

comment on table public.policy is 'A policy: rules of one sort with their values, for those it is bound to.';
comment on column public.policy.policy_id is 'Names the policy.';
comment on column public.policy.policy_def_id is 'What sort it is.';
comment on column public.policy.name is 'What people call it.';
comment on column public.policy.description is 'What it is for.';
comment on column public.policy.status is '1 while it holds, 0 when switched off.';
comment on column public.policy.create_date is 'When it was made.';
comment on column public.policy.created_by is 'Who made it.';
comment on column public.policy.last_update is 'When it was last changed.';
comment on column public.policy.last_updated_by is 'Who changed it last.';
comment on column public.policy.priority is 'Of several that apply, the highest wins.';

comment on table public.policy_attribute is 'The value of one rule in one policy; no row means the rule is off.';
comment on column public.policy_attribute.policy_attr_id is 'Names the value.';
comment on column public.policy_attribute.def_param_id is 'The rule.';
comment on column public.policy_attribute.policy_id is 'The policy.';
comment on column public.policy_attribute.value1 is 'The value, or lower bound.';
comment on column public.policy_attribute.value2 is 'Upper bound.';
comment on column public.policy_attribute.rule_text is 'A rule written out, where values do not suffice.';
comment on column public.policy_attribute.required is 'N when it is recommended but not enforced.';

comment on table public.policy_object_assoc is 'Whom a policy is for.';
comment on column public.policy_object_assoc.policy_object_id is 'Names the binding.';
comment on column public.policy_object_assoc.policy_id is 'The policy.';
comment on column public.policy_object_assoc.association_level is 'On what it is bound: everyone (GLOBAL), a system, a type of person, an organisation, a role, a group.';
comment on column public.policy_object_assoc.association_value is 'The id of that thing; GLOBAL for everyone.';

comment on table public.it_policy is 'A usage policy that people must accept.';
comment on column public.it_policy.it_policy_id is 'Names the policy.';
comment on column public.it_policy.approve_type is 'ONCE, or ANNUALLY when it must be accepted again each year.';
comment on column public.it_policy.active is 'Y while it is asked for.';
comment on column public.it_policy.create_date is 'When it was put into force; acceptance before that no longer counts.';
comment on column public.it_policy.created_by is 'Who put it into force.';
comment on column public.it_policy.update_date is 'When its text was last changed.';
comment on column public.it_policy.updated_by is 'Who changed it.';
comment on column public.it_policy.policy_content is 'Its text.';
comment on column public.it_policy.confirmation is 'What the person confirms by clicking.';

comment on table public.it_policy_version is 'A text that the policy had.';
comment on column public.it_policy_version.version_id is 'Names the version.';
comment on column public.it_policy_version.it_policy_id is 'The policy.';
comment on column public.it_policy_version.name is 'What the version is called.';
comment on column public.it_policy_version.content is 'Its text.';
comment on column public.it_policy_version.create_date is 'When it was made.';
comment on column public.it_policy_version.active is 'Y for the one that is asked for now.';
comment on column public.it_policy_version.content_provider_id is 'The site it is asked for on; null means all.';

comment on table public.user_it_policy_history is 'That a person accepted or declined a usage policy.';
comment on column public.user_it_policy_history.id is 'Names the decision.';
comment on column public.user_it_policy_history.user_id is 'Who decided.';
comment on column public.user_it_policy_history.version_id is 'On which version.';
comment on column public.user_it_policy_history.submit_date is 'When.';
comment on column public.user_it_policy_history.accepted is 'Y or N.';
comment on column public.user_it_policy_history.name is 'The version''s name at that time.';
comment on column public.user_it_policy_history.content_provider_id is 'On which site.';

comment on table efs.users is 'A person who administers EFS.';
comment on column efs.users.uid is 'Their number in EFS.';
comment on column efs.users.person_id is 'The same person in the directory.';
comment on column efs.users.created_at is 'When they were added.';

comment on table efs.panelists is 'A person who takes part through portals.';
comment on column efs.panelists.uid is 'Their number in EFS.';
comment on column efs.panelists.person_id is 'The same person in the directory.';
comment on column efs.panelists.created_at is 'When they were added.';

comment on table efs.portal is 'A portal: a site of EFS that panelists sign in to.';
comment on column efs.portal.portal_id is 'Its number in EFS.';
comment on column efs.portal.name is 'What people call it.';
comment on column efs.portal.description is 'What it is for.';
comment on column efs.portal.created_at is 'When it was added.';
comment on column efs.portal.updated_at is 'When it was last changed.';
comment on column efs.portal.version is 'Counts the changes; its ETag.';

comment on table efs.portal_panelist is 'Who belongs to a portal, whether Okta knows it yet or not.';
comment on column efs.portal_panelist.portal_id is 'The portal.';
comment on column efs.portal_panelist.user_id is 'The panelist.';
comment on column efs.portal_panelist.created_at is 'Since when.';

comment on table efs.iam_error_log is 'Every error that Okta answered with.';
comment on column efs.iam_error_log.id is 'Counts the errors.';
comment on column efs.iam_error_log.created_at is 'When it came.';
comment on column efs.iam_error_log.message is 'What Okta said.';
comment on column efs.iam_error_log.status_code is 'The HTTP status; 0 when there was no answer.';
comment on column efs.iam_error_log.trace is 'What was asked and what came back, without secrets.';
comment on column efs.iam_error_log.error_code is 'Okta''s code (E0000001 and the like), cut to fit.';

comment on table efs.iam_portal_settings is 'Settings of a portal, above all the client it has in Okta.';
comment on column efs.iam_portal_settings.id is 'Counts the settings.';
comment on column efs.iam_portal_settings.portal_id is 'The portal.';
comment on column efs.iam_portal_settings.key is 'Which setting.';
comment on column efs.iam_portal_settings.value is 'Its value.';

comment on table efs.iam_portal_user_reference is 'The link between a panelist of a portal and the account in Okta. Only what Okta confirmed stands here.';
comment on column efs.iam_portal_user_reference.id is 'Counts the links.';
comment on column efs.iam_portal_user_reference.portal_id is 'The portal.';
comment on column efs.iam_portal_user_reference.user_id is 'The panelist.';
comment on column efs.iam_portal_user_reference.uuid is 'The account''s id in Okta.';
comment on column efs.iam_portal_user_reference.created_at is 'When the link was made.';
comment on column efs.iam_portal_user_reference.updated_at is 'When it was last changed; the writer''s duty.';
comment on column efs.iam_portal_user_reference.status is 'How the link stands: 1 assigned, 2 unassigned, 3 suspended, 4 deactivated; null counts as assigned.';
comment on column efs.iam_portal_user_reference.has_data_changes is '1 while the directory knows something that Okta does not.';
comment on column efs.iam_portal_user_reference.changes is 'Counts those marks, so that a push clears only what it has seen.';

comment on table efs.iam_token_data is 'What the identity provider answered at sign-in, by session.';
comment on column efs.iam_token_data.session_id is 'The session.';
comment on column efs.iam_token_data.idp_response is 'The answer, with the tokens in it.';

comment on table efs.iam_user_reference is 'The link between an administrator of EFS and the account in Okta.';
comment on column efs.iam_user_reference.id is 'Counts the links.';
comment on column efs.iam_user_reference.user_id is 'The administrator.';
comment on column efs.iam_user_reference.uuid is 'The account''s id in Okta.';
comment on column efs.iam_user_reference.created_at is 'When the link was made.';
comment on column efs.iam_user_reference.updated_at is 'When it was last changed; the writer''s duty.';
comment on column efs.iam_user_reference.status is 'How the link stands; the numbers of iam_portal_user_reference.';
comment on column efs.iam_user_reference.has_data_changes is '1 while the directory knows something that Okta does not.';
comment on column efs.iam_user_reference.changes is 'Counts those marks, so that a push clears only what it has seen.';

comment on table efs.iam_portal_user_group_unassignment_queue is 'Panelists who are gone here and whose accounts must still leave the portal''s group in Okta.';
comment on column efs.iam_portal_user_group_unassignment_queue.id is 'Counts the entries.';
comment on column efs.iam_portal_user_group_unassignment_queue.user_id is 'The number the panelist had.';
comment on column efs.iam_portal_user_group_unassignment_queue.uuid is 'The account''s id in Okta.';
comment on column efs.iam_portal_user_group_unassignment_queue.email is 'The address the panelist had, to recognise them by.';
comment on column efs.iam_portal_user_group_unassignment_queue.created_at is 'When the entry was made.';
comment on column efs.iam_portal_user_group_unassignment_queue.updated_at is 'When it was last tried.';

comment on table efs.iam_user_unassignment_queue is 'The same for administrators of EFS, who are numbered apart.';
comment on column efs.iam_user_unassignment_queue.id is 'Counts the entries.';
comment on column efs.iam_user_unassignment_queue.user_id is 'The number the administrator had.';
comment on column efs.iam_user_unassignment_queue.uuid is 'The account''s id in Okta.';
comment on column efs.iam_user_unassignment_queue.email is 'The address the administrator had, to recognise them by.';
comment on column efs.iam_user_unassignment_queue.created_at is 'When the entry was made.';
comment on column efs.iam_user_unassignment_queue.updated_at is 'When it was last tried.';

comment on table gatehouse.audit_event is 'What was done: one event a verb call and target, written in the transaction that did it. Later consumers read the same events.';
comment on column gatehouse.audit_event.event_id is 'Names the event.';
comment on column gatehouse.audit_event.epoch is 'The database cluster it was written in; transaction ids mean something only there.';
comment on column gatehouse.audit_event.xid is 'The transaction that wrote it.';
comment on column gatehouse.audit_event.at is 'When.';
comment on column gatehouse.audit_event.actor_id is 'The person who acted; null for the server itself and for keys without one.';
comment on column gatehouse.audit_event.source is 'By which door: REST, CLI, JOB, SYNC, IMPORT, SYSTEM.';
comment on column gatehouse.audit_event.action is 'What was done: user.create and the like.';
comment on column gatehouse.audit_event.target_type is 'To what sort of thing.';
comment on column gatehouse.audit_event.target_id is 'To which one.';
comment on column gatehouse.audit_event.result is 'SUCCESS, or why not.';
comment on column gatehouse.audit_event.correlation_id is 'Ties together what one request or run did.';
comment on column gatehouse.audit_event.origin is 'From where: principal, address. Erasable.';
comment on column gatehouse.audit_event.origin_salt is 'Chance that keeps origin_digest from telling what origin was.';
comment on column gatehouse.audit_event.origin_digest is 'Hash of origin and its salt; it stays when origin is erased.';
comment on column gatehouse.audit_event.changes is 'Field by field, before and after, without secrets. Erasable.';
comment on column gatehouse.audit_event.changes_salt is 'Chance that keeps changes_digest from telling what changes were.';
comment on column gatehouse.audit_event.changes_digest is 'Hash of changes and their salt; it stays when they are erased.';
comment on column gatehouse.audit_event.digest is 'Hash of the event, made from the digests of its parts.';
comment on column gatehouse.audit_event.erased_at is 'When its personal parts were erased.';

comment on table gatehouse.audit_block is 'A sealed stretch of events: their digests hashed together, chained to the block before, and signed.';
comment on column gatehouse.audit_block.block_no is 'Counts the blocks, from 1.';
comment on column gatehouse.audit_block.first_epoch is 'Position of the first event: epoch.';
comment on column gatehouse.audit_block.first_xid is 'Position of the first event: transaction.';
comment on column gatehouse.audit_block.first_event_id is 'Position of the first event: its id.';
comment on column gatehouse.audit_block.last_epoch is 'Position of the last event: epoch.';
comment on column gatehouse.audit_block.last_xid is 'Position of the last event: transaction.';
comment on column gatehouse.audit_block.last_event_id is 'Position of the last event: its id.';
comment on column gatehouse.audit_block.event_count is 'How many events it seals.';
comment on column gatehouse.audit_block.event_ids is 'Their ids, 16 bytes each, in order; null once they were dropped.';
comment on column gatehouse.audit_block.leaves is 'Their digests, 32 bytes each, in order; null once they were dropped.';
comment on column gatehouse.audit_block.content_hash is 'Hash of what it seals.';
comment on column gatehouse.audit_block.prev_hash is 'The hash of the block before.';
comment on column gatehouse.audit_block.hash is 'Hash of the block; what the next one repeats.';
comment on column gatehouse.audit_block.key_id is 'The key that signed it.';
comment on column gatehouse.audit_block.signature is 'The signature of the hash.';
comment on column gatehouse.audit_block.sealed_at is 'When it was sealed.';
comment on column gatehouse.audit_block.dropped_at is 'When its events were dropped after their time.';

comment on table gatehouse.audit_epoch is 'The database clusters this audit has lived in, one after the other.';
comment on column gatehouse.audit_epoch.epoch is 'Counts them.';
comment on column gatehouse.audit_epoch.cluster is 'PostgreSQL''s identifier of the cluster.';
comment on column gatehouse.audit_epoch.started_at is 'When the audit came to live there.';

comment on table gatehouse.event_consumer is 'How far each consumer of the events has come.';
comment on column gatehouse.event_consumer.name is 'Which consumer.';
comment on column gatehouse.event_consumer.epoch is 'Position of the last event it has worked off: epoch.';
comment on column gatehouse.event_consumer.xid is 'Position of the last event it has worked off: transaction.';
comment on column gatehouse.event_consumer.event_id is 'Position of the last event it has worked off: its id.';
comment on column gatehouse.event_consumer.updated_at is 'When it last moved.';

comment on table gatehouse.plan is 'What an import, a bulk operation, a merge or a sync would do, worked out before anything is done.';
comment on column gatehouse.plan.plan_id is 'Names the plan.';
comment on column gatehouse.plan.kind is 'What sort of plan: import, bulk, sync, merge, mass-delete.';
comment on column gatehouse.plan.status is 'How far it is: planning, planned, stopped, applying, applied, cancelled, undone.';
comment on column gatehouse.plan.title is 'What people see.';
comment on column gatehouse.plan.options is 'What it was asked to do.';
comment on column gatehouse.plan.counts is 'How many steps of each action.';
comment on column gatehouse.plan.steps is 'How many steps.';
comment on column gatehouse.plan.applied_through is 'The last step that has been applied.';
comment on column gatehouse.plan.failed is 'How many steps failed.';
comment on column gatehouse.plan.stop_reason is 'Why it was stopped.';
comment on column gatehouse.plan.created_at is 'When it was asked for.';
comment on column gatehouse.plan.created_by is 'Who asked for it.';
comment on column gatehouse.plan.applied_at is 'When it was applied.';
comment on column gatehouse.plan.applied_by is 'Who applied it.';
comment on column gatehouse.plan.correlation_id is 'Ties its audit events together.';

comment on table gatehouse.plan_step is 'One step of a plan: what happens to one record.';
comment on column gatehouse.plan_step.plan_id is 'The plan.';
comment on column gatehouse.plan_step.step_no is 'Its place in the plan.';
comment on column gatehouse.plan_step.action is 'What it does: create, update, unchanged, conflict, error, waiting, skipped and the like.';
comment on column gatehouse.plan_step.resource is 'To what sort of record.';
comment on column gatehouse.plan_step.target_id is 'To which one.';
comment on column gatehouse.plan_step.source is 'The file it came from.';
comment on column gatehouse.plan_step.line is 'The line in it.';
comment on column gatehouse.plan_step.label is 'How a reader knows the record.';
comment on column gatehouse.plan_step.changes is 'What it changes.';
comment on column gatehouse.plan_step.problems is 'What stands against it.';
comment on column gatehouse.plan_step.secret is 'Password hashes it brings, or the rows that undoing puts back; shown nowhere.';
comment on column gatehouse.plan_step.status is 'planned, done, failed, undone.';
comment on column gatehouse.plan_step.result is 'What came of it, and what undoing needs.';

comment on table gatehouse.plan_read is 'A record that a plan has looked at, and the version it saw: applying refuses when it has changed since.';
comment on column gatehouse.plan_read.plan_id is 'The plan.';
comment on column gatehouse.plan_read.resource is 'What sort of record.';
comment on column gatehouse.plan_read.target_id is 'Which one.';
comment on column gatehouse.plan_read.version is 'The version it had.';

comment on table gatehouse.plan_key is 'How later rows of a plan find a record that an earlier row makes.';
comment on column gatehouse.plan_key.plan_id is 'The plan.';
comment on column gatehouse.plan_key.resource is 'What sort of record.';
comment on column gatehouse.plan_key.key_hash is 'A digest of attribute and value.';
comment on column gatehouse.plan_key.target_id is 'Which record.';
comment on column gatehouse.plan_key.line is 'The line that makes it.';

comment on table gatehouse.migration is 'The migrations applied to this database.';
comment on column gatehouse.migration.name is 'The file''s name.';
comment on column gatehouse.migration.applied_at is 'When it was applied.';
comment on column gatehouse.migration.checksum is 'SHA-256 of the file, in hex: an applied file may not change.';

comment on table gatehouse.idempotency_key is 'Answers of requests that came with an Idempotency-Key, to give again instead of doing the work twice.';
comment on column gatehouse.idempotency_key.principal is 'Who sent the request.';
comment on column gatehouse.idempotency_key.key_hash is 'SHA-256 of the key.';
comment on column gatehouse.idempotency_key.method is 'The request''s method.';
comment on column gatehouse.idempotency_key.path is 'The request''s path and query.';
comment on column gatehouse.idempotency_key.body_hash is 'SHA-256 of the body: another body under the same key is refused.';
comment on column gatehouse.idempotency_key.status is 'The answer''s HTTP status; null while the work is being done.';
comment on column gatehouse.idempotency_key.response_headers is 'The answer''s headers that belong to it: ETag, Location.';
comment on column gatehouse.idempotency_key.response is 'The answer''s body.';
comment on column gatehouse.idempotency_key.created_at is 'When the request came; 24 hours later the row goes.';

comment on table gatehouse.signing_key is 'Keys that sign what others must be able to verify.';
comment on column gatehouse.signing_key.key_id is 'Names the key, inside what it signed too.';
comment on column gatehouse.signing_key.purpose is 'What it signs.';
comment on column gatehouse.signing_key.algorithm is 'The JOSE name of its algorithm.';
comment on column gatehouse.signing_key.public_key is 'The public half, as a JWK.';
comment on column gatehouse.signing_key.private_key_encrypted is 'The private half, encrypted with the master key.';
comment on column gatehouse.signing_key.created_at is 'When it was made.';
comment on column gatehouse.signing_key.retired_at is 'When it stopped signing; it verifies on.';

comment on table gatehouse.setting is 'Settings that live with the data rather than with the process.';
comment on column gatehouse.setting.name is 'Which setting.';
comment on column gatehouse.setting.value is 'Its value.';
comment on column gatehouse.setting.updated_at is 'When it was last changed.';
comment on column gatehouse.setting.updated_by is 'Who changed it.';
