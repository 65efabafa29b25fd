-- Whether any organisation, group or role names a policy of its own is asked at every sign-in; few do.
create index company_policy on company (policy_id) where policy_id is not null;
create index grp_policy on grp (policy_id) where policy_id is not null;
create index role_policy on role (policy_id) where policy_id is not null;
