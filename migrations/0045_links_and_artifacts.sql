-- What recovers an account goes with the address it went to, and artifacts with the clock they were made by (decisions/0045).

comment on column gatehouse.oidc_artifact.create_date is 'When it was written: what was written in the future counts for nothing.';

-- ── Links die with the address they went to ────────
-- The address may be somebody else's by now. Case does not make another one. A link that proves it goes with it, whoever changed it.
create function gatehouse.end_links() returns trigger language plpgsql as $$
begin
  update public.login set pswd_reset_token = null, pswd_reset_token_exp = null, pswd_reset_token_made = null
    where user_id = old.user_id and managed_sys_id = '0' and pswd_reset_token is not null;
  return null;
end $$;
create trigger users_email_end_links after update of primary_email on public.users for each row
  when (old.primary_email is not null and lower(old.primary_email) is distinct from lower(new.primary_email)) execute function gatehouse.end_links();

-- ── Codes die with the number they went to ────────
create function gatehouse.end_codes() returns trigger language plpgsql as $$
begin
  update public.login set sms_reset_token = null, sms_reset_token_exp = null, sms_reset_token_made = null
    where user_id = old.user_id and managed_sys_id = '0' and sms_reset_token is not null;
  return null;
end $$;
create trigger number_gone_ends_codes after delete on public.user_auth_param for each row
  when (old.type = 'SMS' and old.confirmed = 'Y') execute function gatehouse.end_codes();
