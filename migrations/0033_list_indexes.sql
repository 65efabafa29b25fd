-- Lists in an order walk along its index and pass whoever does not match. What lists are narrowed by most stands in the
-- index now, so that the walk need not look at the rows it passes. The column that the order is made of stands there too:
-- the planner does not know that the expression is enough.

drop index public.users_by_last_name;
create index users_by_last_name on public.users (coalesce(lower(last_name), chr(1114111)) collate "C", user_id) include (last_name, status, secondary_status, company_owner_id, is_visible);

drop index public.users_by_start_date;
create index users_by_start_date on public.users (coalesce(start_date, 'infinity'), user_id) include (start_date, status, is_visible);
