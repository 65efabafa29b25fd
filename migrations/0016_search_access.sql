-- Groups, roles, resources and rights are searched as people are (decisions/0003).

create index grp_search_text on public.grp using gin (search_text gin_trgm_ops);
create index role_search_text on public.role using gin (search_text gin_trgm_ops);
create index res_search_text on public.res using gin (search_text gin_trgm_ops);
create index access_rights_search_text on public.access_rights using gin (search_text gin_trgm_ops);
