-- Search by lexemes instead of trigrams: decisions/0013. What the new index holds is computed from columns that every
-- row has already, so that no row is written anew: a million people took
-- five minutes on two cores that six other jobs kept busy; nobody writes meanwhile, and no more memory is needed.
drop index public.users_search_text;
drop index public.company_search_text;
-- Searches no longer trust the estimate of a LIKE: the usual sample will do.
alter table public.users alter column search_text set statistics -1;
alter table public.company alter column search_text set statistics -1;

-- Both functions are for the index alone: the cost keeps the planner from calling them for every row that it reads,
-- which would take the better part of a second per ten thousand rows.

-- Of a search text each word, and its endings of three letters and more behind an underscore: what begins with "mul"
-- has a word mul…, what contains "lle" has a word or an ending lle… Cut where a btree page or a tsvector would burst.
create function gatehouse.word_lexemes(words text) returns tsvector language plpgsql immutable strict parallel safe cost 100000 as $$
declare
  word text;
  found text := '';
begin
  foreach word in array string_to_array(words, ' ') loop
    found := found || ' ' || left(word, 100);
    for place in 2 .. length(word) - 2 loop
      found := found || ' _' || substr(word, place, 16);
    end loop;
  end loop;
  return found::tsvector;
end $$;

-- Of names, one a line, each ending of three characters and more in lower case, the first 16 characters of it: what
-- contains "lle" in its letters as they are, whatever stands in an address.
create function gatehouse.name_lexemes(names text) returns tsvector language plpgsql immutable strict parallel safe cost 100000 as $$
declare
  name text;
  found text[] := '{}';
begin
  foreach name in array string_to_array(lower(names), chr(10)) loop
    for place in 1 .. length(name) - 2 loop
      found := found || substr(name, place, 16);
    end loop;
  end loop;
  return array_to_tsvector(found);
end $$;

-- What a name that contains the text has among those lexemes.
create function gatehouse.name_part(part text) returns tsquery language sql immutable strict parallel safe
return ('''' || replace(replace(left(lower(part), 16), '\', '\\'), '''', '''''') || ''':*')::tsquery;

create index users_search on public.users using gin (
  gatehouse.word_lexemes(search_text),
  gatehouse.name_lexemes(coalesce(last_name, '') || chr(10) || coalesce(first_name, '') || chr(10) || coalesce(middle_init, '')
    || chr(10) || coalesce(suffix, '') || chr(10) || coalesce(lastname_prefix, '') || chr(10) || coalesce(partner_name, '')
    || chr(10) || coalesce(maiden_name, '') || chr(10) || coalesce(nickname, ''))
);
create index company_search on public.company using gin (
  gatehouse.word_lexemes(search_text),
  gatehouse.name_lexemes(coalesce(company_name, '') || chr(10) || coalesce(alias, ''))
);

comment on column public.users.search_text is 'Derived: names, logins and e-mail addresses without case, accents and apostrophes, a space before each word; what q looks in.';
