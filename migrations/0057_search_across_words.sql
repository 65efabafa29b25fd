-- pg_trgm cuts words apart before it counts their letters, so "mi.de" was looked up as "mi" at the end of some word and "de" at the
-- beginning of some other: thousands have both, and every one of them was read. With a digit in the place of each gap the text is one
-- word, and three characters across a gap are looked up like any others (src/store/search-text.ts, decisions/0053).
do $$
declare
  name text;
begin
  foreach name in array array['users', 'company', 'grp', 'role', 'res', 'access_rights'] loop
    execute format('drop index public.%I', name || '_search_text');
    execute format($create$create index %I on public.%I using gin (replace(search_text, ' ', '7') gin_trgm_ops) with (fastupdate = off)$create$, name || '_search_text', name);
  end loop;
end $$;

-- What the planner knows of patterns goes by the texts that conditions speak of.
alter index public.users_search_text alter column 1 set statistics 1000;
alter index public.company_search_text alter column 1 set statistics 1000;
alter table public.users alter column search_text set statistics -1;
alter table public.company alter column search_text set statistics -1;
analyze public.users;
analyze public.company;
