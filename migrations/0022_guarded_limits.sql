-- How many people may have a group or role, and for how long, decides who will have it: with a most of one, or a second,
-- nobody could be given what leads to more than the actor has. The guards of 0015 hold these columns too.

drop trigger grp_guard on public.grp;
create trigger grp_guard after update of status, assign_to_all, max_user_number, membership_duration_seconds on public.grp for each row
  when (current_setting('gatehouse.rights', true) <> '' and (old.status is distinct from new.status or old.assign_to_all is distinct from new.assign_to_all
    or old.max_user_number is distinct from new.max_user_number or old.membership_duration_seconds is distinct from new.membership_duration_seconds))
  execute function gatehouse.guard_node('g', 'grp_id');
drop trigger role_guard on public.role;
create trigger role_guard after update of status, max_user_number, membership_duration_seconds on public.role for each row
  when (current_setting('gatehouse.rights', true) <> '' and (old.status is distinct from new.status
    or old.max_user_number is distinct from new.max_user_number or old.membership_duration_seconds is distinct from new.membership_duration_seconds))
  execute function gatehouse.guard_node('r', 'role_id');
