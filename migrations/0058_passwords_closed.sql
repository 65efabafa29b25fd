-- A password that a hundred wrong ones in a row have closed looks like any other: nobody was told, and the help desk could not say why. Those
-- of before are noted, and their people told, when next somebody tries: which count a policy looks at is not known here.
alter table public.login add column pwd_closed timestamptz;
comment on column public.login.pwd_closed is 'When the password was closed, after a hundred wrong ones in a row: none is looked at until it is set anew or unlocked. Null while it is open.';
