-- Whether a filter names a custom attribute that nobody declared, yet somebody has, is asked before each such filter: there are few, if any.
create index user_attributes_undeclared on public.user_attributes (lower(name)) where metadata_id is null;
create index login_attribute_undeclared on public.login_attribute (lower(name)) where metadata_id is null;
create index company_attribute_undeclared on public.company_attribute (lower(name)) where metadata_id is null;
