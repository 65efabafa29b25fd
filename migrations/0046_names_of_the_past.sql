-- Questions about the past find things by the names that they had then.
create index access_node_name on gatehouse.access_node (lower(name), node);
