-- What the newest proof in a session reached: a session keeps the most that was ever proved in it, and a code by SMS, however new, is no
-- fresh proof of an app. Of the sessions of before nothing more is known than their level.
alter table public.auth_state add column proved_level numeric(5,1);
comment on column public.auth_state.proved_level is 'What the newest proof reached, as in AUTH_STATE; null where that counts as much as the session.';
update public.auth_state set proved_level = auth_state;

-- AUTH_FAIL_COUNT begins anew with each lock that opens by itself. This count does not: at a hundred the login opens by no time.
alter table public.login add column wrong_in_a_row integer not null default 0;
comment on column public.login.wrong_in_a_row is 'Wrong passwords in a row, over all locks that opened by themselves; a right one or a way back in begins it anew.';

-- A reset goes back to before the first sign-in, and what was accepted before it counts no more; the history stays, as proof.
-- Who has accepted something and bears no date of it was reset since.
alter table public.users add column policies_asked_since timestamptz;
comment on column public.users.policies_asked_since is 'When the account was last reset: usage policies accepted before are asked for again. Null: never.';
update public.users u set policies_asked_since = now() where u.date_it_policy_approved is null
  and exists (select from public.user_it_policy_history h where h.user_id = u.user_id and h.accepted = 'Y');
