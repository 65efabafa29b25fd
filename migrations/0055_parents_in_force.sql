-- PARENT_ID follows the dates of edges: what has begun or ended lately is found without reading the rest.
create index company_to_company_membership_start on public.company_to_company_membership (start_date) where start_date is not null;
create index company_to_company_membership_end on public.company_to_company_membership (end_date) where end_date is not null;

comment on column public.company.parent_id is 'The first of its parents that are in force; follows company_to_company_membership, which is the truth, and its dates within an hour.';
