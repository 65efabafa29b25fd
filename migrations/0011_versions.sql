-- The ETags of metadata types and of types of organisations: what If-Match holds a change against.
alter table public.metadata_type add column version integer not null default 1;
alter table public.organization_type add column version integer not null default 1;

comment on column public.metadata_type.version is 'Counts the changes; its ETag.';
comment on column public.organization_type.version is 'Counts the changes; its ETag.';
