-- A reference whose account is overwritten or taken away, by hand or by an adoption that finds another one in EFS, has
-- let its account go as much as one that is deleted. The sync itself knows what becomes of an account that it replaces,
-- and says so for its transaction (gatehouse.sync).

create trigger iam_portal_user_reference_replaced after update of uuid on efs.iam_portal_user_reference
  for each row when (old.uuid is not null and old.uuid is distinct from new.uuid and old.user_id is not null and new.user_id is not null
    and old.portal_id is not distinct from new.portal_id and current_setting('gatehouse.sync', true) is distinct from 'on')
  execute function efs.queue_panelist_unassignment();
create trigger iam_user_reference_replaced after update of uuid on efs.iam_user_reference
  for each row when (old.uuid is not null and old.uuid is distinct from new.uuid and old.user_id is not null and new.user_id is not null
    and current_setting('gatehouse.sync', true) is distinct from 'on')
  execute function efs.queue_user_unassignment();
