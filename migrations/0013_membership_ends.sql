-- Memberships end by their dates; a job tells of it and reminds people before. These indexes find the few rows it is about
-- among all of them, and cost nothing where no end is set (decisions/0016).

create index user_role_end on public.user_role (end_date) where end_date is not null;
create index user_grp_end on public.user_grp (end_date) where end_date is not null;
create index resource_user_end on public.resource_user (end_date) where end_date is not null;
create index user_affiliation_end on public.user_affiliation (end_date) where end_date is not null;

create index user_role_ending on public.user_role (recorded_from) where end_date is not null;
create index user_grp_ending on public.user_grp (recorded_from) where end_date is not null;
create index resource_user_ending on public.resource_user (recorded_from) where end_date is not null;
create index user_affiliation_ending on public.user_affiliation (recorded_from) where end_date is not null;

create index user_role_reminded on public.user_role (end_date) where status = 'REMINDED';
create index user_grp_reminded on public.user_grp (end_date) where status = 'REMINDED';
