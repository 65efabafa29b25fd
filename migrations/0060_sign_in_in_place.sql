-- Every attempt writes LOGIN.LAST_AUTH_ATTEMPT; an index with that column, though it holds none but locked logins, kept PostgreSQL from
-- writing the row where it stands (HOT), and each attempt made new entries in all indexes of the table.
drop index public.login_locked;
create index login_locked on public.login (login_id) where lock_marker = 'LOCKED';

comment on column gatehouse.sign_in_place.last_seen is 'When they last signed in from there, to the day.';
