-- What else a filter on searched attributes asks is asked on the walk along the shuffle (src/store/found-page.ts): the index holds
-- the columns that such a filter can name, so that the walk still reads nothing else. People whose names and addresses are wider
-- together than an entry takes were possible before; where there are any the index stays as it was, and doctor tells of it.
do $$ begin
  create index users_found_wide on public.users (hashtext(user_id), user_id)
    include (search_text, user_name, primary_email, last_name, first_name, middle_init, suffix, lastname_prefix, partner_name, maiden_name,
      nickname, status, secondary_status, system_flag)
    where is_visible = 'Y';
  drop index public.users_found;
  alter index public.users_found_wide rename to users_found;
exception when program_limit_exceeded then
  raise warning 'users_found stays as it was: %', sqlerrm;
end $$;
