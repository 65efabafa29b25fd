-- Groups, roles, resources and rights are searched as people are: the same lexemes (migration 0010) over their names.

create index grp_search on public.grp using gin (gatehouse.word_lexemes(search_text), gatehouse.name_lexemes(coalesce(grp_name, '')));
create index role_search on public.role using gin (gatehouse.word_lexemes(search_text), gatehouse.name_lexemes(coalesce(role_name, '')));
create index res_search on public.res using gin (
  gatehouse.word_lexemes(search_text), gatehouse.name_lexemes(coalesce(name, '') || chr(10) || coalesce(coorelated_name, '')));
create index access_rights_search on public.access_rights using gin (gatehouse.word_lexemes(search_text), gatehouse.name_lexemes(coalesce(name, '')));
