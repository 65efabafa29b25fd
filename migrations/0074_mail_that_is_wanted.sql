-- An address that is no longer used is nobody's primary one: nothing goes to it, and the links that went to it die with it, by the trigger
-- of migration 0045, as with any other change of the address (decisions/0057).
update public.users u set primary_email = null
  where u.primary_email is not null and exists (
    select from public.email_address e where e.parent_id = u.user_id and e.is_default = 'Y' and e.active = 'N' and e.email_address = u.primary_email);
comment on column public.users.primary_email is 'Derived: the default e-mail address, while it is in use.';
