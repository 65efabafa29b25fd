-- A login that authenticates otherwise from now on (AUTH_TYPE) has no password here: sessions that one let in were refused from then on, but
-- stayed in the lists of sessions, and what applications hold for offline access went on. Both end with it now, whichever door writes it, and
-- whoever's session does. What rests on a session that something else let in, such as a passkey, goes on with it, as in deleteOffline.
create function gatehouse.end_password_sessions() returns trigger language plpgsql as $$
begin
  delete from public.auth_state s where s.user_id = old.user_id and 'PASSWORD' = any(s.proved_by);
  delete from gatehouse.oidc_artifact a where a.user_id = old.user_id and a.grant_hash is not null
    and a.grant_hash not in (
      select t.grant_hash from gatehouse.oidc_artifact s join gatehouse.oidc_artifact t on t.uid_hash = s.uid_hash and t.kind = 'AccessToken' and t.grant_hash is not null
      where s.user_id = old.user_id and s.session_id is not null and s.kind = 'Session'
        and not exists (select from gatehouse.oidc_artifact o where o.grant_hash = t.grant_hash and (o.kind = 'RefreshToken' or o.kind = 'AccessToken' and o.uid_hash is null)));
  return null;
end $$;

-- Which types have a password here is said by hasPasswordHere and stillByPassword (src/signin/sign-in-refusals.ts, src/store/sessions.ts) as well.
create trigger login_auth_type_end_sessions after update of auth_type on public.login for each row
  when (old.managed_sys_id = '0' and (old.auth_type is null or old.auth_type ~* '^\s*(password)?\s*$') and not (new.auth_type is null or new.auth_type ~* '^\s*(password)?\s*$'))
  execute function gatehouse.end_password_sessions();

comment on function gatehouse.end_password_sessions() is 'Ends what a password let in, and offline access, when the login has no password here any more.';
