-- A right that is deleted can still be asked about as of before: what the history carries is looked up by id here, and not read.
create table gatehouse.former_right (
  access_right_id varchar(32) primary key
);
comment on table gatehouse.former_right is 'Rights that are deleted, and can still be asked about as of before.';
comment on column gatehouse.former_right.access_right_id is 'The id it had.';

create function gatehouse.keep_former_right() returns trigger language plpgsql as $$
begin
  insert into gatehouse.former_right values (old.access_right_id) on conflict do nothing;
  return null;
end $$;
create trigger access_rights_keep_former after delete or update of access_right_id on public.access_rights for each row execute function gatehouse.keep_former_right();

-- Those that were deleted before this was kept.
insert into gatehouse.former_right
  select distinct one from (select unnest(rights) as one from gatehouse.membership_history union select unnest(rights) from gatehouse.access_edge) carried
  where one is not null and not exists (select from public.access_rights r where r.access_right_id = one);
