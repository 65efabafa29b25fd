-- Searches of people that ask for no order walk along a shuffle of them, in which those who match lie evenly whatever
-- they have in common (src/store/found-page.ts). The index holds the text that is searched, so that the walk reads
-- nothing else. hashtext is what PostgreSQL's hash partitions stand on: the same in every version and on every machine.
create index users_found on public.users (hashtext(user_id), user_id) include (search_text) where is_visible = 'Y';

-- The same for the order that people are mostly shown in.
drop index public.users_by_sort_name;
create index users_by_sort_name on public.users (coalesce(lower(sort_name), chr(1114111)) collate "C", user_id) include (sort_name, search_text, is_visible);

-- New rows otherwise wait in a list of up to 4 MB that every search reads from end to end.
alter index public.users_search_text set (fastupdate = off);
alter index public.company_search_text set (fastupdate = off);
alter index public.grp_search_text set (fastupdate = off);
alter index public.role_search_text set (fastupdate = off);
alter index public.res_search_text set (fastupdate = off);
alter index public.access_rights_search_text set (fastupdate = off);
do $$ begin
  perform gin_clean_pending_list(index) from unnest(array['public.users_search_text', 'public.company_search_text', 'public.grp_search_text',
    'public.role_search_text', 'public.res_search_text', 'public.access_rights_search_text']::regclass[]) index;
end $$;
