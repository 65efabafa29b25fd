-- Those that pass nothing on are few, and every step of a walk asks whether the next node is one of them.

create index access_node_inactive on gatehouse.access_node (node) where not active and recorded_to is null;
