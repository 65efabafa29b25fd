-- What migration 0061 does at a change, once for those who had no password here before it.
delete from public.auth_state s using public.login l
  where l.user_id = s.user_id and l.managed_sys_id = '0' and not (l.auth_type is null or l.auth_type ~* '^\s*(password)?\s*$') and 'PASSWORD' = any(s.proved_by);
delete from gatehouse.oidc_artifact a using public.login l
  where l.user_id = a.user_id and l.managed_sys_id = '0' and not (l.auth_type is null or l.auth_type ~* '^\s*(password)?\s*$') and a.grant_hash is not null
    and a.grant_hash not in (
      select t.grant_hash from gatehouse.oidc_artifact s join gatehouse.oidc_artifact t on t.uid_hash = s.uid_hash and t.kind = 'AccessToken' and t.grant_hash is not null
      where s.user_id = a.user_id and s.session_id is not null and s.kind = 'Session'
        and not exists (select from gatehouse.oidc_artifact o where o.grant_hash = t.grant_hash and (o.kind = 'RefreshToken' or o.kind = 'AccessToken' and o.uid_hash is null)));

comment on column gatehouse.sign_in_place.mark is 'SHA-256 of the id of the person with what the browser keeps, or with the network.';
