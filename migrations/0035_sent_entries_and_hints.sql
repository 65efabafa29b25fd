-- As steps of a sync are (0034): what the worker is about to do to an account stands with its entry before the first request
-- goes out, so that after a crash somebody can say what may have been done over there.
alter table efs.iam_portal_user_group_unassignment_queue add column sent jsonb;
alter table efs.iam_user_unassignment_queue add column sent jsonb;
comment on column efs.iam_portal_user_group_unassignment_queue.sent is 'What was last begun with in Okta and is not written down yet: after a crash, whoever goes on says so.';
comment on column efs.iam_user_unassignment_queue.sent is 'What was last begun with in Okta and is not written down yet: after a crash, whoever goes on says so.';

-- A hint is about an account, and each run of a portal looks at its own group alone: the hint stays until all have looked.
alter table gatehouse.sync_hint add column looked integer[] not null default '{}';
comment on column gatehouse.sync_hint.looked is 'The portals whose runs have looked since.';
