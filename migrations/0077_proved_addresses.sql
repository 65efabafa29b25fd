-- Addresses that people have shown to be theirs (decisions/0059). Until now a proof was of a text: it outlived the address, and was there again
-- when the address came back, whoever has the mailbox by then. Like a number (0041), an address that somebody no longer has proves nothing about
-- them, and a code that is out for it goes with what it was to prove (gatehouse.factor_challenge.param_id). Looked at when all is written: rows
-- may be written anew. Spellings of A to Z are one mailbox; other letters that fold to the same ones are another.
create function gatehouse.drop_address() returns trigger language plpgsql as $$
begin
  delete from public.user_auth_param a where a.user_id = old.parent_id and a.type = 'EMAIL' and lower(a.param_value collate "C") = lower(old.email_address collate "C")
    and not exists (select from public.email_address e where e.parent_id = old.parent_id and e.active = 'Y' and lower(e.email_address collate "C") = lower(a.param_value collate "C"));
  return null;
end $$;
comment on function gatehouse.drop_address() is 'Takes back that an address is proved, once its person has it no more or it is out of use.';
create constraint trigger address_gone_drops_proof after delete on public.email_address deferrable initially deferred for each row
  when (old.active = 'Y') execute function gatehouse.drop_address();
create constraint trigger address_changed_drops_proof after update of email_address, active, parent_id on public.email_address deferrable initially deferred for each row
  when (old.active = 'Y' and (new.active <> 'Y' or new.parent_id <> old.parent_id or lower(new.email_address collate "C") <> lower(old.email_address collate "C")))
  execute function gatehouse.drop_address();

-- What was proved of addresses that are not there any more.
delete from public.user_auth_param a where a.type = 'EMAIL'
  and not exists (select from public.email_address e where e.parent_id = a.user_id and e.active = 'Y' and lower(e.email_address collate "C") = lower(a.param_value collate "C"));
